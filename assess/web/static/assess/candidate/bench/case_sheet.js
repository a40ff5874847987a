/** A case sheet: what is known, numbers to find, and measures to bring into order. */

import { casePictures } from "../../case_pictures.js";
import { h } from "../../dom.js";
import { build, understood } from "../items.js";

const RANKING = "ranking";
/** What the sheet calls a fact, a series or a measure. */
const called = ({ labels }, name) => labels[name] ?? asTitle(name.replaceAll("_", " "));
const asTitle = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** The recorded order, where it names each measure once. */
function ranked(text, measures) {
  const order = text ? text.split(",") : [];
  return [...order].sort().join() === [...measures].sort().join() ? order : [];
}

/** @returns {import("../part.js").Work & {element: HTMLElement, begun: () => boolean}} */
export function caseSheet({ task, said, write, onWork }) {
  const values = new Map();
  for (const { kind, payload } of said) if (kind === "case_answer") values.set(payload.answer, payload.value);
  const give = (answer, value) => {
    if ((values.get(answer) ?? "") === value) return;
    values.set(answer, value);
    write("case_answer", { simulation: task.simulation, answer, value });
    onWork();
  };
  const fields = task.questions.map((question) => {
    const id = `${task.simulation}-${question.id}`;
    const read = h("span", { class: "soft small", id: `${id}-read`, aria: { live: "polite" } });
    const input = h("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", maxlength: "40", class: "number-field", value: values.get(question.id) ?? "", aria: { describedby: `${id}-read` } });
    const tell = () => {
      const text = input.value.trim();
      const number = text ? understood(text) : null;
      read.textContent = !text ? "" : number === null ? "This is not read as a number. Write digits, such as 1250.5." : `Read as ${number} ${question.unit}`;
    };
    input.addEventListener("input", tell);
    input.addEventListener("change", () => give(question.id, input.value.trim()));
    tell();
    const field = h("div", { class: "field" }, h("label", { for: id }, asTitle(question.text)), h("span", { class: "row" }, input, h("span", { class: "unit" }, question.unit)), read);
    return { field, settle: () => give(question.id, input.value.trim()) };
  });
  const ranking = task.ranking
    ? h("section", { class: "stack-small" }, h("h3", {}, `Bring the measures into order${task.ranking.by ? ` by ${task.ranking.by}` : ""}, the best on top`),
        build({ interaction: "ordering", elements: task.ranking.measures.map((token) => ({ token, text: called(task, token) })) }, { order: ranked(values.get(RANKING), task.ranking.measures) }, ({ order }) => give(RANKING, order.join(","))))
    : null;
  const answers = h("fieldset", { class: "stack" }, h("legend", {}, "Your answers"), ...fields.map(({ field }) => field), ranking);
  return {
    element: h("div", { class: "case" }, h("section", { class: "stack-small" }, h("h3", {}, "What is known"), casePictures(task), facts(task)), answers),
    begun: () => [...values.values()].some((value) => value !== ""),
    settle: () => fields.forEach((field) => field.settle()),
    lock: (locked) => (answers.disabled = locked),
  };
}

function facts(task) {
  const { facts: known, after, costs, data } = task;
  const rows = [
    ...Object.entries(known).map(([name, value]) => [called(task, name), value]),
    ...Object.entries(after).map(([name, value]) => [`${called(task, name)}, after the work`, value]),
    ...Object.entries(costs).map(([name, value]) => [`Cost: ${called(task, name)} (€)`, value]),
  ];
  const columns = Object.keys(data);
  const lines = columns.length ? data[columns[0]].map((_, row) => columns.map((name) => data[name][row])) : [];
  return h("div", { class: "stack-small" },
    rows.length ? h("div", { class: "table-wrap", tabindex: "0", role: "region", aria: { label: "Facts" } }, h("table", {}, h("tbody", {}, ...rows.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", { class: /^[-\d.]+$/.test(value) ? "number" : "" }, value)))))) : null,
    columns.length ? h("div", { class: "table-wrap", tabindex: "0", role: "region", aria: { label: "Readings" } }, h("table", {}, h("thead", {}, h("tr", {}, ...columns.map((name) => h("th", { scope: "col", class: "number" }, called(task, name))))), h("tbody", {}, ...lines.map((line) => h("tr", {}, ...line.map((value) => h("td", { class: "number" }, value))))))) : null);
}
