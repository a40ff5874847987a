/** Settings of a device: what the candidate writes into it, in their order, and what it reports once that was written. */

import { h } from "../../dom.js";
import { understood } from "../items.js";
import { NotRun, lastRun, runAndFollow } from "./bench_run.js";
import { deviceReport, named, spaced } from "./device.js";

const FIELDS = [
  ["model", "Model", "704", "numeric"],
  ["point", "Point", "WMaxLimPct", "text"],
  ["index", "Place in a list (if any)", "1.2", "text"],
  ["value", "New value", "60", "decimal"],
];
const FAILED = "The equipment failed, not you. It costs you nothing: try again, or go on; it is run again when you hand in.";

const isWrite = (one) => Array.isArray(one) && one.length === 4 && Array.isArray(one[2]);
const asTitle = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** @returns {import("../part.js").Work & {element: HTMLElement, begun: () => boolean}} */
export function registers({ task, said, write, journal, base, onWork }) {
  const address = `${base}bench/${encodeURIComponent(task.simulation)}/run`;
  let writes = [];
  let answers = {};
  for (const { kind, payload } of said) if (kind === "setting") [writes, answers] = [payload.writes.filter(isWrite), payload.answers ?? {}];
  let locked = false;
  let running = false;
  let asked = false;
  const words = h("p", { role: "status" });
  const list = h("ol", { class: "plain stack-small" });
  const known = new Map(task.registers.map((one) => [`${one.model}.${one.point}`, one]));
  const inputs = new Map();
  const points = h("datalist", { id: `${task.simulation}-points` });
  const form = h("form", { class: "register-form", novalidate: true }, ...FIELDS.map(([name, label, example, mode]) => {
    const id = `${task.simulation}-${name}`;
    const input = h("input", { id, name, type: "text", inputmode: mode, autocomplete: "off", maxlength: "60", placeholder: example });
    if (name === "point") input.setAttribute("list", points.id);
    inputs.set(name, input);
    return h("div", { class: "field" }, h("label", { for: id }, label), input);
  }), points, h("p", { class: "actions" }, h("button", { type: "submit", class: "button" }, "Set it")));
  const record = () => {
    write("setting", task.questions.length ? { simulation: task.simulation, writes, answers } : { simulation: task.simulation, writes });
    onWork();
    stale();
  };
  const change = (next, sentence) => {
    writes = next;
    words.textContent = sentence;
    draw();
    record();
  };
  const draw = () => {
    list.replaceChildren(...writes.map(([model, point, index, value], number) =>
      h("li", { class: "row-between register" }, h("span", {}, h("span", { class: "code" }, named(model, point, index)), ` = ${value}`),
        h("button", { type: "button", aria: { label: `Take out ${point} = ${value}` }, on: { click: () => change(writes.filter((_, other) => other !== number), `${point} is taken out.`) } }, "Take out"))));
    button.textContent = writes.length ? "Write and read back" : "Read the device";
  };
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
    const same = (other) => other[0] === Number(model) && other[1] === point && other[2].join() === places.join();
    // What is set again is written last: a request to adopt a set stands after the points that it adopts.
    change([...writes.filter((other) => !same(other)), [Number(model), point, places, number]], `${point} is set to ${number}${spaced(known.get(`${model}.${point}`)?.unit ?? "")}.`);
    for (const name of ["point", "index", "value"]) inputs.get(name).value = "";
    inputs.get("point").focus();
  });
  const takeUp = (model, point, index) => {
    for (const [name, value] of [["model", model], ["point", point], ["index", index.join(".")], ["value", ""]]) inputs.get(name).value = String(value);
    inputs.get("value").focus();
  };

  const give = (id, value) => {
    if ((answers[id] ?? "") === value) return;
    answers = { ...answers, [id]: value };
    record();
  };
  const questions = task.questions.map((question) => {
    const id = `${task.simulation}-${question.id}`;
    const read = h("span", { class: "soft small", id: `${id}-read` });
    const input = h("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", maxlength: "40", class: "number-field", value: answers[question.id] ?? "", aria: { describedby: `${id}-read` } });
    const tell = () => {
      const text = input.value.trim();
      const number = text ? understood(text) : null;
      read.textContent = !text ? "" : number === null ? "This is not read as a number. Write digits, such as 1250.5." : `Read as ${number}${spaced(question.unit)}`;
    };
    input.addEventListener("input", tell);
    input.addEventListener("change", () => give(question.id, input.value.trim()));
    tell();
    const field = h("div", { class: "field" }, h("label", { for: id }, asTitle(question.text)), h("span", { class: "row" }, input, h("span", { class: "unit" }, question.unit)), read);
    return { field, settle: () => give(question.id, input.value.trim()) };
  });

  const told = h("p", { role: "status", class: "run-words" });
  const out = h("div", { class: "stack-small" });
  const button = h("button", { type: "button", class: "button button-main" });
  const stale = () => {
    if (!running && out.childElementCount) told.textContent = "You changed something since this was read. Write and read back again to see it.";
  };
  const show = (run, changed) => {
    if (!run.seen) return;
    out.replaceChildren(deviceReport(run.seen, { endedMs: run.ended_ms, written: writes, onSet: takeUp }));
    points.replaceChildren(...[...new Set(run.seen.models.flatMap(({ registers: held }) => held.filter(({ writable }) => writable).map(({ point }) => point)))].map((point) => h("option", { value: point })));
    const taken = run.seen.writes.filter(({ accepted }) => accepted).length;
    told.textContent = !run.seen.writes.length ? "The device was read as it stands." : `${taken} of ${run.seen.writes.length} settings were taken. The device reports what stands below.`;
    if (changed) stale();
  };
  const arrange = () => {
    work.disabled = locked;
    button.disabled = locked || running;
  };
  button.addEventListener("click", async () => {
    questions.forEach(({ settle }) => settle());
    running = true;
    arrange();
    try {
      const run = await runAndFollow({ journal, address, tell: (sentence) => (told.textContent = sentence) });
      if (run.state === "failed") throw new NotRun(FAILED);
      show(run, false);
    } catch (error) {
      if (!(error instanceof NotRun)) throw error;
      told.textContent = error.message;
    } finally {
      running = false;
      arrange();
      if (document.activeElement === document.body) button.focus();
    }
  });

  const work = h("fieldset", { class: "stack-small" }, h("legend", {}, "What you set"), list, form, words);
  const worked = questions.length ? h("section", { class: "stack-small" }, h("h3", {}, "What you worked out"), ...questions.map(({ field }) => field)) : null;
  if (worked) work.append(worked);
  draw();
  return {
    element: h("div", { class: "case settings" },
      h("div", { class: "stack" }, task.profile ? h("p", { class: "notice notice-info" }, h("span", {}, "Your order sheet names the profile ", h("strong", { class: "code" }, task.profile), ".")) : null, work,
        h("section", { class: "stack-small" }, h("p", { class: "actions" }, button), told)),
      h("section", { class: "stack-small", aria: { label: "What the device reports" } }, h("h3", {}, "What the device reports"),
        task.registers.length ? held(task.registers) : null,
        h("p", { class: "soft small" }, "Your settings are written into a new device in the order in which you set them, and everything is read back. What is read back counts."), out)),
    begun: () => writes.length > 0 || Object.values(answers).some((value) => value !== ""),
    settle: () => questions.forEach(({ settle }) => settle()),
    shown() {
      if (asked) return;
      asked = true;
      lastRun(address).then((run) => run && !running && show(run, run.changed));
    },
    lock(now) {
      locked = now;
      arrange();
    },
  };
}

const held = (list) => h("details", { class: "device-model", open: true }, h("summary", {}, "As it was when you began"), h("div", { class: "table-wrap", tabindex: "0", role: "region", aria: { label: "Registers as they were" } }, h("table", {},
  h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Model and point"), h("th", { scope: "col", class: "number" }, "Value"))),
  h("tbody", {}, ...list.map(({ model, point, index, value, unit }) => h("tr", {}, h("td", { class: "code" }, named(model, point, index)), h("td", { class: "number" }, `${value}${spaced(unit)}`)))))));
