/**
 * The seven kinds of item: each is built from what the server presented, reads its own response, and is answered by touch, keyboard and
 * screen reader alike. A response goes out in the words of the server (`read_response` of the interaction).
 */

import { h } from "../dom.js";

let serial = 0;
const unique = (word) => `${word}-${(serial += 1)}`;

/**
 * @param {object} item as presented
 * @param {object|null} response what was answered before
 * @param {(response: object) => void} onChange
 * @returns {HTMLElement}
 */
export function build(item, response, onChange) {
  const kind = KINDS[item.interaction];
  if (!kind) return h("p", { class: "notice notice-bad" }, `This page does not know questions of the kind ${item.interaction}. Call the proctor.`);
  return kind(item, response ?? {}, onChange);
}

/** Whether a response answers the item (a cleared one does not). */
export function answers(response) {
  if (!response) return false;
  const [value] = Object.values(response);
  if (value === null || value === undefined) return false;
  if (typeof value === "string") return value.trim() !== "";
  return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0;
}

const group = (words, ...children) => h("fieldset", { class: "choices" }, h("legend", { class: "visually-hidden" }, words), ...children);

function single(item, response, onChange) {
  const name = unique("choice");
  const boxes = item.options.map((option) =>
    h("label", { class: "choice" }, h("input", { type: "radio", name, value: option.token, checked: response.choice === option.token, on: { change: () => onChange({ choice: option.token }) } }), h("span", {}, option.text)),
  );
  const clear = h("button", { type: "button", class: "quiet", on: { click: () => {
    for (const box of boxes) box.querySelector("input").checked = false;
    onChange({ choice: null });
  } } }, "Clear my answer");
  return h("div", { class: "stack-small" }, group("Choose one", ...boxes), clear);
}

function multiple(item, response, onChange) {
  const chosen = new Set(response.choices ?? []);
  const boxes = item.options.map((option) =>
    h("label", { class: "choice" }, h("input", { type: "checkbox", checked: chosen.has(option.token), on: { change: (event) => {
      event.target.checked ? chosen.add(option.token) : chosen.delete(option.token);
      onChange({ choices: item.options.map((one) => one.token).filter((token) => chosen.has(token)) });
    } } }), h("span", {}, option.text)),
  );
  return group("Choose all that are right", ...boxes);
}

const NUMBER = /^([+-]?)0*([0-9]{1,12})(?:[.,]([0-9]{1,9}))?$/;

/** A number as it is understood, or null. @param {string} text */
export function understood(text) {
  const match = NUMBER.exec(text.trim());
  if (!match) return null;
  const whole = match[2] || "0";
  return `${match[1] === "-" ? "-" : ""}${whole}${match[3] ? `.${match[3]}` : ""}`;
}

function numeric(item, response, onChange) {
  const id = unique("number");
  const echo = h("p", { class: "hint", id: `${id}-echo`, aria: { live: "polite" } });
  const input = h("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", class: "number-field", value: response.value ?? "", aria: { describedby: `${id}-echo` } });
  const say = () => {
    const text = input.value.trim();
    const value = understood(text);
    input.setAttribute("aria-invalid", String(text !== "" && value === null));
    echo.className = text !== "" && value === null ? "error" : "hint";
    echo.textContent = text === "" ? "Write digits. A point or a comma marks the decimals." : value === null ? "This is not read as a number. Write digits with one point or comma, nothing else." : `Read as ${value}${item.unit ? ` ${item.unit}` : ""}. It is kept as you wrote it, not rounded.`;
    return { value: text === "" ? null : (value ?? text), unit: text === "" ? null : (item.unit ?? null) };
  };
  input.addEventListener("input", () => onChange(say()));
  say();
  return h("div", { class: "field" }, h("label", { for: id }, item.unit ? `Your value in ${item.unit}` : "Your value"), h("div", { class: "row" }, input, item.unit ? h("span", { class: "unit" }, item.unit) : null), echo);
}

function ordering(item, response, onChange) {
  const text = new Map(item.elements.map((element) => [element.token, element.text]));
  let order = response.order?.length ? [...response.order] : item.elements.map((element) => element.token);
  const list = h("ol", { class: "ordering" });
  const said = h("p", { class: "visually-hidden", aria: { live: "polite" } });
  const move = (token, by, focus) => {
    const from = order.indexOf(token);
    const to = Math.min(order.length - 1, Math.max(0, from + by));
    if (from === to) return;
    order.splice(to, 0, ...order.splice(from, 1));
    said.textContent = `${text.get(token)}: now step ${to + 1} of ${order.length}.`;
    draw();
    list.querySelector(`[data-token="${token}"] [data-move="${focus}"]`)?.focus();
    onChange({ order: [...order] });
  };
  const draw = () =>
    list.replaceChildren(
      ...order.map((token, place) =>
        h("li", { class: "ordering-step", data: { token } }, h("span", { class: "ordering-text" }, text.get(token)),
          h("span", { class: "ordering-moves" },
            h("button", { type: "button", data: { move: "up" }, aria: { label: `Move up: ${text.get(token)}`, disabled: place === 0 }, on: { click: () => move(token, -1, "up") } }, "↑"),
            h("button", { type: "button", data: { move: "down" }, aria: { label: `Move down: ${text.get(token)}`, disabled: place === order.length - 1 }, on: { click: () => move(token, 1, "down") } }, "↓"))),
      ),
    );
  draw();
  const take = h("button", { type: "button", class: "quiet", on: { click: () => onChange({ order: [...order] }) } }, "The order is right as it stands");
  return h("div", { class: "stack-small" }, h("p", { class: "hint" }, "Bring the steps into order, the first on top."), list, take, said);
}

function matching(item, response, onChange) {
  const pairs = { ...(response.pairs ?? {}) };
  const rows = item.left.map((left) => {
    const id = unique("match");
    const select = h("select", { id, on: { change: () => {
      select.value ? (pairs[left.token] = select.value) : delete pairs[left.token];
      onChange({ pairs: { ...pairs } });
    } } }, h("option", { value: "" }, "Choose…"), ...item.right.map((right) => h("option", { value: right.token, selected: pairs[left.token] === right.token }, right.text)));
    return h("div", { class: "match" }, h("label", { for: id }, left.text), select);
  });
  return h("div", { class: "stack-small matching", role: "group", aria: { label: "Match each with one" } }, ...rows);
}

function hotspot(item, response, onChange) {
  const chosen = new Set(response.regions ?? []);
  const { svg, alt, width, height } = item.figure;
  const single = item.choose === 1;
  const name = unique("region");
  const told = () => onChange({ regions: item.regions.map((region) => region.token).filter((token) => chosen.has(token)) });
  const pick = (token) => {
    if (single) chosen.clear();
    else if (!chosen.has(token) && chosen.size >= item.choose) return;
    chosen.has(token) && !single ? chosen.delete(token) : chosen.add(token);
    draw();
    told();
  };
  const NS = "http://www.w3.org/2000/svg";
  const overlay = document.createElementNS(NS, "svg");
  overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
  overlay.setAttribute("class", "hotspot-regions");
  overlay.setAttribute("aria-hidden", "true");
  const areas = item.regions.map((region) => {
    const area = document.createElementNS(NS, "rect");
    for (const [key, value] of Object.entries({ x: region.x, y: region.y, width: region.w, height: region.h, rx: 4 })) area.setAttribute(key, String(value));
    area.addEventListener("click", () => pick(region.token));
    overlay.append(area);
    return [region.token, area];
  });
  const figure = h("div", { class: "hotspot" }, h("img", { src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`, alt }), overlay);
  const boxes = item.regions.map((region) => {
    const input = h("input", { type: single ? "radio" : "checkbox", name, on: { change: () => pick(region.token) } });
    return [region.token, input, h("label", { class: "choice" }, input, h("span", {}, region.label))];
  });
  const draw = () => {
    for (const [token, area] of areas) area.classList.toggle("chosen", chosen.has(token));
    for (const [token, input] of boxes) input.checked = chosen.has(token);
  };
  draw();
  return h("div", { class: "stack-small" }, h("p", { class: "hint" }, `Choose ${item.choose === 1 ? "one place" : `${item.choose} places`}, in the figure or in the list.`), figure, group("Places in the figure", ...boxes.map(([, , label]) => label)));
}

function shortText(item, response, onChange) {
  const id = unique("text");
  const count = h("p", { class: "hint", id: `${id}-count`, aria: { live: "polite" } });
  const area = h("textarea", { id, rows: 8, maxlength: 10000, aria: { describedby: `${id}-count` } });
  area.value = response.text ?? "";
  const say = () => {
    const words = area.value.split(/\s+/).filter(Boolean).length;
    count.textContent = `${words} of ${item.max_words} words.${words > item.max_words ? " It is kept whole, and the markers see that it is longer." : ""}`;
  };
  area.addEventListener("input", () => {
    say();
    onChange({ text: area.value });
  });
  say();
  return h("div", { class: "field field-wide" }, h("label", { for: id }, "Your answer"), area, count);
}

const KINDS = { single_choice: single, multiple_response: multiple, numeric, ordering, matching, hotspot, short_text: shortText };
