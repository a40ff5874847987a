/** The ways to give a value: one form for each kind of element, all with big targets and by keyboard. */

import { h } from "../dom.js";

const SHARES = [5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95];
const plain = (number) => String(Number(number.toFixed(2)));

/**
 * @param {object} element with kind and maximum
 * @param {string|undefined} value what is given so far
 * @param {object} settings names of Ebel's rows and columns, of levels
 * @param {(value: string) => void} give
 * @returns {{question: string, nodes: Node[]}}
 */
export function form(element, value, settings, give) {
  return FORMS[element.kind](element, value, settings, give);
}

/** A value in the words of its form. */
export function inWords(element, value, settings) {
  if (value === undefined || value === null) return "not rated";
  switch (element.kind) {
    case "points":
      return Number(element.maximum) === 1 ? `${plain(100 * Number(value))} %` : `${value} of ${plain(Number(element.maximum))} points`;
    case "yes/no":
      return Number(value) > 0 ? "yes" : "no";
    case "cell": {
      const [row, column] = value.split(".").map(Number);
      return `${settings.relevance[row]}, ${settings.difficulty[column]}`;
    }
    case "level":
      return settings.levels[Number(value)];
    case "page":
      return Number(value) === Number(element.maximum) ? "all are mastered" : `page ${value}`;
    default:
      return `${value} %`;
  }
}

const tap = (words, chosen, click, more = {}) => h("button", { type: "button", class: `tap${chosen ? " chosen" : ""}`, aria: { pressed: String(chosen), ...(more.label ? { label: more.label } : {}) }, data: more.data ?? {}, on: { click } }, words);

/** A percentage by tap, or exactly by digits; `toValue` makes the value of it. */
function percentage(value, share, give, words) {
  const id = "exact";
  const field = h("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", class: "number-field", value: share ?? "" });
  const note = h("p", { class: "hint", id: "exact-hint" }, "0 to 100; a point marks decimals.");
  field.setAttribute("aria-describedby", "exact-hint");
  const exact = () => {
    const number = Number(field.value.trim().replace(",", "."));
    const fits = field.value.trim() !== "" && number >= 0 && number <= 100;
    field.setAttribute("aria-invalid", String(!fits));
    if (fits) give(number);
  };
  field.addEventListener("keydown", (event) => event.key === "Enter" && exact());
  return [
    h("div", { class: "panel-taps", role: "group", aria: { label: words } }, ...SHARES.map((one) => tap(`${one} %`, share !== undefined && Number(share) === one, () => give(one), { data: { share: one } }))),
    h("div", { class: "panel-exact" }, h("label", { for: id }, "Or exactly, in per cent"), field, h("button", { type: "button", class: "button", on: { click: exact } }, "Set"), note),
  ];
}

function points(element, value, settings, give) {
  const maximum = Number(element.maximum);
  const share = value === undefined ? undefined : plain((100 * Number(value)) / maximum);
  const single = maximum === 1;
  const question = single ? "Of 100 borderline candidates, how many have this right?" : `What share of the ${plain(maximum)} points would a borderline candidate earn here?`;
  return { question, nodes: percentage(value, share, (number) => give(plain((number * maximum) / 100)), question) };
}

function yesNo(element, value, settings, give) {
  const most = plain(Number(element.maximum));
  const is = (one) => value !== undefined && Number(value) === Number(one);
  const question = "Would a borderline candidate have this right?";
  return { question, nodes: [h("div", { class: "taps", role: "group", aria: { label: question } }, tap("Yes", is(most), () => give(most)), tap("No", is("0"), () => give("0")))] };
}

function cell(element, value, settings, give) {
  let [row, column] = value === undefined ? [null, null] : value.split(".").map(Number);
  const place = h("div", { class: "stack-small" });
  const chosen = () => {
    draw();
    if (row !== null && column !== null) give(`${row}.${column}`);
  };
  const group = (words, names, now, set) => h("div", { class: "stack-small" }, h("p", { class: "label" }, words), h("div", { class: "taps", role: "group", aria: { label: words } }, ...names.map((name, at) => tap(name, at === now, () => { set(at); chosen(); }))));
  const draw = () => place.replaceChildren(group("How relevant is it for the work?", settings.relevance, row, (at) => (row = at)), group("How hard is it for a borderline candidate?", settings.difficulty, column, (at) => (column = at)));
  draw();
  return { question: "Where does it belong?", nodes: [place] };
}

function share(element, value, settings, give) {
  const question = `Of the things that are ${element.text}: which share does a borderline candidate solve?`;
  return { question, nodes: percentage(value, value, (number) => give(plain(number)), question) };
}

function percent(element, value, settings, give) {
  return { question: element.text, nodes: percentage(value, value, (number) => give(plain(number)), element.text) };
}

function page(element, value, settings, give) {
  const at = value === undefined ? null : Number(value);
  const texts = settings.texts ?? {};
  const mark = (number, words, label) => tap(words, at === number, () => give(String(number)), { label });
  const rows = element.pages.map(({ item, points: earned }, place) =>
    h("li", { class: `panel-page${at === place + 1 ? " panel-marked" : ""}` },
      h("details", {}, h("summary", {}, h("strong", {}, `Page ${place + 1}: ${item}`), earned > 1 ? ` (${earned} points)` : ""), h("p", {}, texts[item] ?? "")),
      mark(place + 1, "Bookmark here", `Bookmark on page ${place + 1}`)));
  const end = element.pages.length + 1;
  rows.push(h("li", { class: `panel-page${at === end ? " panel-marked" : ""}` }, h("span", {}, "After the last page: a borderline candidate masters all of it."), mark(end, "All are mastered")));
  return { question: "The pages go from easy to hard. Which is the first that a borderline candidate does not master, that is, has right less than two times of three?", nodes: [h("ol", { class: "panel-booklet" }, ...rows)] };
}

function level(element, value, settings, give) {
  const question = "Which level does this work show?";
  return { question, nodes: [h("div", { class: "taps taps-levels", role: "group", aria: { label: question } }, ...settings.levels.map((words, at) => tap(words, value !== undefined && Number(value) === at, () => give(String(at)))))] };
}

const FORMS = { points, "yes/no": yesNo, cell, share, percent, page, level };
