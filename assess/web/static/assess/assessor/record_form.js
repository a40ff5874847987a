/** A test record on the sheet: what was written down on site, typed or from a file. The rows that ask for its figures are marked with it.

Without a network the rows are kept as they are; what they come to is worked out by the server, here for the eyes and by scoring for the
result, each time from what was written down. */

import { h } from "../dom.js";
import { scale, svg } from "../drawing.js";

const NUMBER = /^[+\-−]?[0-9]{1,15}([.,][0-9]{1,15})?$/;
const LEAST_ROWS = 6;
const token = () => document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1);
const worked = new Map();

/** Ask the server; null where there is no network. */
async function ask(address, body, type) {
  try {
    const response = await fetch(address, { method: "POST", headers: { "Content-Type": type, "X-CSRFToken": token() }, body, credentials: "same-origin", signal: AbortSignal.timeout(15_000) });
    return [200, 422].includes(response.status) ? await response.json() : null;
  } catch {
    return null;
  }
}

/** What a record comes to; asked once for each record. */
async function workOut(record) {
  const body = JSON.stringify(record);
  if (!worked.has(body)) {
    const found = await ask("/assessor/records/", body, "application/json");
    if (found) worked.set(body, found);
    return found;
  }
  return worked.get(body);
}

/**
 * @param {object} form of the day: `title`, `format`, `fields`, `table`
 * @param {{id: string, figure: string, held: object|null, locked: boolean, onRecord: (record: object) => void}} given
 *   `figure` the row asks for; `held` the record that a row of this sheet holds already
 */
export function recordForm(form, { id, figure, held, locked, onRecord }) {
  const base = (kindOf(form) === "electrical" ? held?.circuits?.[0] : held) ?? {};
  const inputs = new Map();
  const fields = form.fields.map((field) => {
    const [box, input] = fieldOf(`${id}-${field.name}`, field, base[field.name], locked);
    inputs.set(field.name, { field, input });
    return box;
  });
  const body = h("tbody", {});
  const addRow = (row = {}) => body.append(pointRow(form.table, `${id}-${body.childElementCount + 1}`, body.childElementCount + 1, row, locked));
  if (form.table.length) {
    for (const row of base.points ?? []) addRow(row);
    while (body.childElementCount < LEAST_ROWS) addRow();
  }
  const wrong = h("div", { role: "alert" });
  const result = h("div", { class: "stack-small", aria: { live: "polite" } });
  const collect = () => documentOf(form, inputs, body);
  const check = () => {
    const problems = slips(form, inputs, body);
    wrong.replaceChildren(...problems.slice(0, 6).map((words) => h("p", { class: "error" }, words)));
    return problems.length === 0;
  };
  const show = async () => {
    if (!check()) return false;
    const found = await workOut(collect());
    if (!found) {
      result.replaceChildren(h("p", { class: "notice notice-info" }, "There is no network. What you wrote is kept as it stands when you take it, and is worked out later."));
      return true;
    }
    if (found.problems) {
      wrong.replaceChildren(...found.problems.slice(0, 6).map((one) => h("p", { class: "error" }, one.sentence)));
      result.replaceChildren();
      return false;
    }
    result.replaceChildren(...resultOf(found, figure));
    return true;
  };
  const take = async () => {
    if (await show()) onRecord(collect());
  };
  const file = h("input", { id: `${id}-file`, type: "file", accept: ".csv,.txt,.tsv,.xml,text/csv,application/xml", disabled: locked });
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    if (!chosen) return;
    const found = await ask(`/assessor/records/${kindOf(form)}/`, chosen, "application/octet-stream");
    if (!found) return wrong.replaceChildren(h("p", { class: "error" }, "A file is read by the server, and there is no network. Type the values."));
    if (found.problems) return wrong.replaceChildren(...found.problems.map((one) => h("p", { class: "error" }, one.sentence)));
    wrong.replaceChildren();
    const filled = recordForm(form, { id, figure, held: found.record, locked, onRecord });
    filled.open = true;
    details.replaceWith(filled);
    filled.querySelector("button")?.focus();
  });
  const details = h("details", { class: "record-form" }, h("summary", {}, held ? `${form.title}: written down` : `${form.title}: write it down`),
    h("div", { class: "stack-small" },
      h("div", { class: "field" }, h("label", { for: file.id }, "From a file of the instrument (CSV or HPXML)"), file),
      h("div", { class: "fields record-fields" }, ...fields),
      form.table.length ? h("div", { class: "table-wrap", tabindex: "0", role: "region", aria: { label: `${form.title}: points` } }, h("table", { class: "record-points" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Point"), ...form.table.map(({ label }) => h("th", { scope: "col" }, sentence(label))))), body)) : null,
      form.table.length && !locked ? h("p", { class: "actions" }, h("button", { type: "button", on: { click: () => addRow() } }, "One more point")) : null,
      wrong, result,
      locked ? null : h("p", { class: "actions" }, h("button", { type: "button", on: { click: show } }, "Work it out"), h("button", { type: "button", class: "button-main", on: { click: take } }, "Take this record"))));
  if (held) details.addEventListener("toggle", () => details.open && show(), { once: true });
  return details;
}

const kindOf = ({ format }) => (format.includes("blower") ? "blower_door" : format.includes("combustion") ? "combustion" : "electrical");

function fieldOf(id, field, value, locked) {
  if (field.options) {
    const select = h("select", { id, disabled: locked }, field.optional ? h("option", { value: "" }, "–") : null, ...field.options.map((one) => h("option", { value: one, selected: value === one }, sentence(one))));
    return [h("div", { class: "field" }, h("label", { for: id }, sentence(field.label)), select), select];
  }
  const input = numberInput(id, value?.value, locked);
  input.dataset.unit = value?.unit || field.units[0];
  return [h("div", { class: "field" }, h("label", { for: id }, `${sentence(field.label)} (${input.dataset.unit})`), input), input];
}

const numberInput = (id, value, locked) => h("input", { id, type: "text", inputmode: "text", autocomplete: "off", class: "number-field", value: value ?? "", disabled: locked });

function pointRow(columns, id, number, row, locked) {
  const cells = columns.map((column) => {
    const input = numberInput(`${id}-${column.name}`, row[column.name]?.value, locked);
    input.dataset.column = column.name;
    input.setAttribute("aria-label", `Point ${number}, ${column.label}`);
    const unit = row[column.name]?.unit || column.units[0];
    const select = column.units.length > 1
      ? h("select", { aria: { label: `Point ${number}, unit of ${column.label}` }, disabled: locked }, ...[...new Set([unit, ...column.units])].map((one) => h("option", { value: one, selected: one === unit }, one)))
      : h("span", { class: "unit" }, unit);
    if (column.units.length === 1) input.dataset.unit = unit;
    return h("td", {}, h("span", { class: "row record-cell" }, input, select));
  });
  return h("tr", {}, h("th", { scope: "row" }, String(number)), ...cells);
}

const unitOf = (input) => input.dataset.unit ?? input.parentElement.querySelector("select").value;
const given = (input) => ({ value: input.value.trim(), unit: unitOf(input) });

/** The record as it was written: texts and units, nothing worked out. */
function documentOf(form, inputs, body) {
  const held = {};
  for (const [name, { field, input }] of inputs) {
    if (field.options ? input.value : input.value.trim()) held[name] = field.options ? input.value : given(input);
  }
  if (kindOf(form) === "electrical") return { format: form.format, circuits: [{ name: "circuit", ...held }] };
  if (!form.table.length) return { format: form.format, ...held };
  const points = [...body.rows].map((row) => [...row.querySelectorAll("input")]).filter((row) => row.some((input) => input.value.trim()));
  return { format: form.format, ...held, points: points.map((row) => Object.fromEntries(row.map((input) => [input.dataset.column, given(input)]))) };
}

/** What can be seen to be wrong without the server: no number, nothing where something is needed, beyond its range. */
function slips(form, inputs, body) {
  const problems = [];
  const look = (input, field, place) => {
    const text = input.value.trim();
    const bare = field.may_exceed ? text.replace(/^>\s*/, "") : text;
    const said = !text ? (field.optional ? "" : "there is none. Enter it.")
      : !NUMBER.test(bare) ? `"${text}" is not read as a number. Write digits with one point or comma.`
        : unitOf(input) === field.units[0] && !within(bare, field) ? `${text} ${field.units[0]} is outside what can be read (${field.low} to ${field.high}). Check value and unit.` : "";
    input.setAttribute("aria-invalid", String(Boolean(said)));
    if (said) problems.push(`${sentence(place)}: ${said}`);
  };
  for (const { field, input } of inputs.values()) if (!field.options) look(input, field, field.label);
  let rows = 0;
  for (const [place, row] of [...body.rows].entries()) {
    const cells = [...row.querySelectorAll("input")];
    if (!cells.some((input) => input.value.trim())) continue;
    rows += 1;
    for (const input of cells) look(input, form.table.find(({ name }) => name === input.dataset.column), `point ${place + 1}, ${input.dataset.column}`);
  }
  if (form.table.length && !rows) problems.push("No point is written down. Enter pressure and flow of each.");
  if (!form.table.length && ![...inputs.values()].some(({ field, input }) => !field.options && input.value.trim())) problems.push("Nothing is written down yet.");
  return problems;
}

function within(text, { low, high }) {
  const value = Number(text.replace(",", ".").replace("−", "-"));
  return value >= Number(low) && value <= Number(high);
}

const short = (text) => Number(Number(text).toPrecision(5)).toLocaleString("en", { maximumFractionDigits: 6 });

/** What a record comes to: the figure that the row asks for, the others, what is not met, and the picture of a blower door. */
function resultOf(found, figure) {
  const first = found.figures.find(({ name }) => name === figure);
  const figures = [...(first ? [first] : []), ...found.figures.filter((one) => one !== first)];
  return [
    first ? null : h("p", { class: "notice notice-warn" }, h("span", {}, "This record does not carry what the row asks for. Take more readings.")),
    h("dl", { class: "record-figures" }, ...figures.flatMap((one) => [h("dt", {}, sentence(one.label)), h("dd", { class: one === first ? "record-asked" : "" }, `${one.exceeded ? "more than " : ""}${short(one.value)} ${one.unit}`.trim(), one.low ? h("span", { class: "soft" }, ` (${short(one.low)} to ${short(one.high)})`) : null)])),
    found.objections.length ? h("div", { class: "notice notice-warn" }, h("div", {}, h("p", {}, h("strong", {}, "Not as the method asks:")), h("ul", {}, ...found.objections.map((words) => h("li", {}, words))))) : h("p", { class: "soft" }, "Nothing stands against it."),
    found.line ? leak(found.line) : null,
    h("p", { class: "soft small" }, "Shown shortened. Scoring works with every digit, from what is written down."),
  ].filter(Boolean);
}

/** Pressure and flow on logarithmic scales, with the fitted line. */
function leak({ points, ends }) {
  const log = (value) => Math.log10(value);
  const span = (values) => [Math.min(...values) / 1.15, Math.max(...values) * 1.15];
  const [low, high] = span([...points, ...ends].map(([x]) => x));
  const [least, most] = span([...points, ...ends].map(([, y]) => y));
  const across = (value) => scale(log(low), log(high), 52, 340)(log(value));
  const up = (value) => scale(log(least), log(most), 178, 22)(log(value));
  const round = (from, to) => [1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50, 60, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10000, 20000, 50000, 100000].filter((one) => one >= from && one <= to);
  const text = (x, y, words, more = {}) => svg("text", { x, y, class: "tick", ...more }, words);
  const said = points.map(([x, y]) => `${x} Pa ${y} m³/h`).join("; ");
  return h("figure", { class: "case-figure" }, h("figcaption", {}, "Leak against pressure, both logarithmic"),
    svg("svg", { viewBox: "0 0 360 216", role: "img", class: "picture", "aria-label": `Leak against pressure with its line. ${said}` },
      ...round(low, high).map((one) => svg("path", { d: `M${across(one)} 22 V178`, class: "grid" })), ...round(least, most).map((one) => svg("path", { d: `M52 ${up(one)} H340`, class: "grid" })),
      ...round(low, high).map((one) => text(across(one), 193, String(one), { "text-anchor": "middle" })), ...round(least, most).map((one) => text(46, up(one) + 4, String(one), { "text-anchor": "end" })),
      svg("path", { d: `M${across(ends[0][0])} ${up(ends[0][1])} L${across(ends[1][0])} ${up(ends[1][1])}`, class: "month-line" }),
      across(50) > 52 ? svg("path", { d: `M${across(50)} 22 V178`, class: "house-budget" }) : null,
      ...points.map(([x, y]) => svg("circle", { cx: across(x), cy: up(y), r: 4.5, class: "month-dot" })),
      text(2, 12, "m³/h"), text(196, 212, "Pa", { "text-anchor": "middle" })));
}
