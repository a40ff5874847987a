/** Settings of a device: what it holds now, and what the candidate writes into it. The bench reads it back afterwards. */

import { h } from "../../dom.js";
import { understood } from "../items.js";

const FIELDS = [
  ["model", "Model", "704", "numeric"],
  ["point", "Point", "WMaxLimPct", "text"],
  ["index", "Place in a list (if any)", "1.2", "text"],
  ["value", "New value", "60", "decimal"],
];

const named = (model, point, index) => `${model}.${point}${index.length ? `[${index.join(", ")}]` : ""}`;
const spaced = (unit) => (unit && unit !== "enum" ? ` ${unit}` : "");

/** @returns {import("../part.js").Work & {element: HTMLElement, begun: () => boolean}} */
export function registers({ task, said, write, onWork }) {
  let writes = [];
  for (const { kind, payload } of said) if (kind === "setting") writes = payload.writes.filter((one) => Array.isArray(one) && one.length === 4 && Array.isArray(one[2]));
  const words = h("p", { role: "status" });
  const list = h("ol", { class: "plain stack-small" });
  const known = new Map(task.registers.map((one) => [`${one.model}.${one.point}`, one]));
  const inputs = new Map();
  const form = h("form", { class: "register-form", novalidate: true }, ...FIELDS.map(([name, label, example, mode]) => {
    const id = `${task.simulation}-${name}`;
    const input = h("input", { id, name, type: "text", inputmode: mode, autocomplete: "off", maxlength: "60", placeholder: example });
    inputs.set(name, input);
    return h("div", { class: "field" }, h("label", { for: id }, label), input);
  }), h("p", { class: "actions" }, h("button", { type: "submit", class: "button button-main" }, "Set it")));
  const change = (next, sentence) => {
    writes = next;
    words.textContent = sentence;
    write("setting", { simulation: task.simulation, writes });
    draw();
    onWork();
  };
  const draw = () => list.replaceChildren(...writes.map(([model, point, index, value], number) =>
    h("li", { class: "row-between register" }, h("span", {}, h("span", { class: "code" }, named(model, point, index)), ` = ${value}`),
      h("button", { type: "button", aria: { label: `Take out ${point} = ${value}` }, on: { click: () => change(writes.filter((_, other) => other !== number), `${point} is taken out.`) } }, "Take out"))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const [model, point, index, value] = FIELDS.map(([name]) => inputs.get(name).value.trim());
    const places = index ? index.split(/[\s.,;]+/).map(Number) : [];
    const number = understood(value);
    if (!/^[1-9]\d{0,4}$/.test(model) || !point || number === null || places.some((place) => !Number.isInteger(place) || place < 1)) {
      words.textContent = "Nothing is set. Write the model's number, the point's name and a number, such as 704, WMaxLimPct, 60. A place in a list is written 1.2.";
      return;
    }
    const one = [Number(model), point, places, number];
    const same = (other) => other[0] === one[0] && other[1] === point && other[2].join() === places.join();
    const next = writes.some(same) ? writes.map((other) => (same(other) ? one : other)) : [...writes, one];
    const unit = known.get(`${model}.${point}`)?.unit ?? "";
    change(next, `${point} is set to ${number}${spaced(unit)}.`);
    for (const name of ["point", "index", "value"]) inputs.get(name).value = "";
    inputs.get("point").focus();
  });
  draw();
  const work = h("fieldset", { class: "stack-small" }, h("legend", {}, "What you set"), list, form, words);
  return {
    element: h("div", { class: "case" },
      h("section", { class: "stack-small" }, h("h3", {}, "What the device holds now"), task.registers.length ? held(task.registers) : h("p", { class: "soft" }, "Read it at the device."),
        h("p", { class: "soft small" }, "What you set here is written into the device by the bench, and read back there. What is read back counts.")), work),
    begun: () => writes.length > 0,
    settle() {},
    lock: (locked) => (work.disabled = locked),
  };
}

const held = (list) => h("div", { class: "table-wrap", tabindex: "0", role: "region", aria: { label: "Registers" } }, h("table", {},
  h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Model and point"), h("th", { scope: "col", class: "number" }, "Value"))),
  h("tbody", {}, ...list.map(({ model, point, index, value, unit }) => h("tr", {}, h("td", { class: "code" }, named(model, point, index)), h("td", { class: "number" }, `${value}${spaced(unit)}`))))));
