/** The rows of a sheet: one tap scores a step or a judgement, a reading is typed with its unit. */

import { h } from "../dom.js";
import { sign } from "../saved.js";
import { offered, readingsOf } from "./readings.js";
import { recordForm } from "./record_form.js";

/** Whether a person has to mark this row (a machine fills others). */
export const byHand = (row) => !row.measurement?.by_machine;

const CHECKS = [
  ["yes", "Done"],
  ["no", "Not done"],
  ["not_seen", "Not seen"],
];

/**
 * @param {object} row as the day describes it
 * @param {number} number
 * @param {object|null} mark what stands
 * @param {{locked: boolean, waits: boolean, instruments: object[], onMark: (mark: object, words: string) => void}} given `waits` for permission to
 *   energise; what instruments read for it is in `readings`. The row's photo button goes into `.row-head-end`, its photos into `.row-photos`
 */
export function rowOf(row, number, mark, given) {
  const id = `row-${number}`;
  const kind = row.must_pass ? h("strong", { class: "must" }, "Must pass") : null;
  const waits = given.waits && !given.locked;
  if (waits) given = { ...given, locked: true };
  const body = row.measurement ? measurement(row, mark, given, id) : row.kind === "judgement" ? judgement(row, mark, given, id) : checklist(row, mark, given, id);
  return h("li", { class: `sheet-row${mark ? " marked" : ""}`, id, data: { criterion: row.id } },
    h("div", { class: "row-head" },
      h("div", { class: "stack-small" }, h("h2", { id: `${id}-text` }, `${number}. ${row.text}`), row.observe ? h("p", { class: "soft" }, row.observe) : null, waits ? h("p", {}, h("span", { class: "state state-idle" }, sign("lock"), "Waits for permission to energise")) : null),
      h("div", { class: "row-head-end" }, kind, h("span", { class: "row-photo-button" }))),
    row.measurement ? readingsOf(row, number, given) : null,
    body,
    h("div", { class: "row-photos" }));
}

const tap = (words, chosen, given, mark, more = {}) =>
  h("button", { type: "button", class: `tap${chosen ? " chosen" : ""}`, disabled: given.locked, aria: { pressed: String(chosen) }, on: { click: () => given.onMark(mark, words) }, ...more }, words);

function checklist(row, mark, given, id) {
  return h("div", { class: "taps", role: "group", aria: { labelledby: `${id}-text` } }, ...CHECKS.map(([answer, words]) => tap(words, mark?.answer === answer, given, { answer }, { data: { answer } })));
}

function judgement(row, mark, given, id) {
  const chosen = mark && "level" in mark ? mark.level : undefined;
  const levels = row.anchors.map((anchor, level) =>
    h("button", { type: "button", class: `tap tap-level${chosen === level ? " chosen" : ""}`, disabled: given.locked, aria: { pressed: String(chosen === level) }, on: { click: () => given.onMark({ level }, `Level ${level}`) } }, h("strong", {}, String(level)), h("span", {}, anchor)));
  return h("div", { class: "taps taps-levels", role: "group", aria: { labelledby: `${id}-text` } }, ...levels, tap("Not seen", chosen === null, given, { level: null }));
}

/** What the latest instrument's reading of a row fills its fields with; the assessor still says that it is the one. */
const filled = (given, place) => offered(given)?.mark.readings[place]?.value ?? "";

const today = () => new Date().toISOString().slice(0, 10);
const NUMBER = /^[+-]?[0-9]{1,12}([.,][0-9]{1,9})?$/;

const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1);
const bound = (limit) => limit.replace(/^<= */, "at most ").replace(/^>= */, "at least ");

function measurement(row, mark, given, id) {
  const spec = row.measurement;
  const about = h("p", { class: "soft" }, `${sentence(spec.quantity)}, ${spec.instrument}. Limit: ${bound(spec.limit)}.`);
  if (spec.by_machine) return h("div", {}, about, h("p", { class: "soft" }, "The machine fills this row in."));
  const wrong = h("p", { class: "error", role: "alert", hidden: true });
  const fields = Array.from({ length: spec.places }, (_, place) => ({
    value: reading(`${id}-value-${place}`, spec.places > 1 ? `Place ${place + 1}` : "Reading", mark?.readings?.[place]?.value ?? (mark ? "" : filled(given, place)), given),
    truth: spec.true_value ? reading(`${id}-true-${place}`, "Reference", mark?.readings?.[place]?.true_value, given) : null,
  }));
  const serial = spec.calibrated && given.instruments.length ? instruments(id, mark, given) : null;
  const take = () => {
    const numbers = fields.flatMap(({ value, truth }) => [value.input, truth?.input].filter(Boolean));
    const bad = numbers.find((input) => !NUMBER.test(input.value.trim()));
    for (const input of numbers) input.setAttribute("aria-invalid", String(input === bad));
    wrong.hidden = !bad;
    if (bad) {
      wrong.textContent = `${bad.value.trim() ? `"${bad.value.trim()}" is not read as a number` : "A reading is missing"}. Write digits with one point or comma.`;
      bad.focus();
      return;
    }
    const readings = fields.map(({ value, truth }) => ({ value: value.input.value.trim(), bound: "=", ...(truth ? { true_value: truth.input.value.trim() } : {}) }));
    given.onMark({ readings, unit: spec.unit, measured_on: today(), entered_by: "assessor", centre_equipment_fault: false, ...instrumentOf(serial, given) }, readings.map((one) => one.value).join(" / "));
  };
  const form = given.records?.[spec.record?.split(".")[0]];
  const written = form ? recordForm(form, { id: `${id}-record`, figure: spec.record.split(".")[1], held: given.held, locked: given.locked, onRecord: (record) => given.onRecord(record, { measured_on: today(), entered_by: "assessor", centre_equipment_fault: false, ...instrumentOf(serial, given) }) }) : null;
  return h("div", { class: "stack-small" }, about,
    mark?.record ? h("p", { class: "machine-taken" }, sign("check"), h("span", {}, "Taken from the test record below. Its figure is worked out from what is written down.")) : null,
    h("div", { class: "readings" }, ...fields.flatMap(({ value, truth }) => [value.field, truth?.field]).filter(Boolean), h("span", { class: "unit" }, spec.unit)),
    serial?.field ?? null, wrong, written,
    h("div", { class: "taps", role: "group", aria: { labelledby: `${id}-text` } },
      h("button", { type: "button", class: `tap${mark?.readings ? " chosen" : ""}`, disabled: given.locked, aria: { pressed: String(Boolean(mark?.readings)) }, on: { click: take } }, mark?.readings ? "Reading taken" : "Take the reading"),
      tap("Not taken", mark?.missing === "not_taken", given, { missing: "not_taken" }),
      tap("Not seen", mark?.missing === "not_seen", given, { missing: "not_seen" })));
}

/** The instrument that was chosen, for a mark; nothing where none was. */
function instrumentOf(serial, given) {
  const chosen = serial?.select.value ? given.instruments.find((one) => one.serial === serial.select.value) : null;
  return chosen ? { instrument: { id: chosen.id.slice(0, 60), serial: chosen.serial, calibration_due: chosen.calibration_due } } : {};
}

function reading(id, words, value, given) {
  const input = h("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", value: value ?? "", disabled: given.locked });
  return { input, field: h("div", { class: "field" }, h("label", { for: id }, words), input) };
}

function instruments(id, mark, given) {
  const select = h("select", { id: `${id}-instrument`, disabled: given.locked }, h("option", { value: "" }, "Which instrument?"),
    ...given.instruments.map((one) => h("option", { value: one.serial, selected: mark?.instrument?.serial === one.serial }, `${one.id} ${one.serial}${one.calibration_due && one.calibration_due < today() ? " – calibration is over" : ""}`)));
  return { select, field: h("div", { class: "field" }, h("label", { for: `${id}-instrument` }, "Instrument"), select) };
}
