/** What instruments read for a row: value, unit, whose serial, when, in calibration or not; taken with one tap, or refused with a reason. */

import { h } from "../dom.js";
import { sign } from "../saved.js";
import { placeOf } from "./live_bay.js";

const REASONS = ["It is of another row", "The work was not finished", "The probes slipped"];

/** The latest reading that can be taken and was not refused; null where there is none. */
export const offered = (given) => given.readings?.find((one) => one.mark && !given.refused.has(placeOf(one.reading))) ?? null;

/** @returns {HTMLElement|null} the panel of a row */
export function readingsOf(row, number, given) {
  if (!given.readings?.length) return null;
  const taken = given.taken && placeOf(given.taken);
  const open = given.readings.filter((one) => !given.refused.has(placeOf(one.reading)) && placeOf(one.reading) !== taken);
  const mine = given.readings.find((one) => placeOf(one.reading) === taken);
  const refused = given.readings.filter((one) => given.refused.has(placeOf(one.reading)));
  return h("div", { class: "machine", role: "group", aria: { label: `What instruments read for row ${number}` } },
    mine ? h("p", { class: "machine-taken" }, sign("check"), h("strong", {}, valueOf(mine)), h("span", {}, `is the reading: ${about(mine)}`)) : null,
    ...(mine ? [] : open.slice(0, 1).map((one) => offer(one, given, number))),
    refused.length ? h("p", { class: "soft small" }, `Not this row's: ${refused.map((one) => `${valueOf(one)} (${given.refused.get(placeOf(one.reading))})`).join("; ")}`) : null);
}

const valueOf = (one) => `${one.values.join(" / ")} ${one.unit}`.trim() || "no value";
const at = (ms) => new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const about = (one) => [[one.instrument, one.serial].filter(Boolean).join(" ") || "an instrument that gave no name", at(one.at_ms), one.calibration].join(", ");

function offer(one, given, number) {
  const reason = h("input", { id: `row-${number}-because`, maxlength: "200", list: `row-${number}-reasons`, autocomplete: "off" });
  const wrong = h("p", { class: "error", role: "alert", hidden: true }, "Say why it is not the one.");
  const refuse = () => {
    wrong.hidden = Boolean(reason.value.trim());
    if (reason.value.trim()) given.onRefuse(one.reading, reason.value.trim());
    else reason.focus();
  };
  return h("div", { class: "stack-small" },
    h("p", { class: "machine-read" }, sign("bolt"), h("strong", { class: "big-number" }, valueOf(one)), h("span", { class: "soft" }, about(one)), one.in_calibration ? null : h("span", { class: "state state-warn" }, sign("warning"), "Provisional")),
    one.why ? h("p", { class: "small" }, `Mind: ${one.why}`) : null,
    one.mark
      ? h("div", { class: "taps" }, h("button", { type: "button", class: "tap button-main", disabled: given.locked, on: { click: () => given.onTake(one, `the reading is ${valueOf(one)}`) } }, sign("check"), "This is the reading"))
      : h("p", { class: "small" }, "It can't be taken with a tap. Type it below."),
    given.locked ? null : h("details", { class: "machine-refuse" }, h("summary", {}, "Not this one, because…"),
      h("datalist", { id: `row-${number}-reasons` }, ...REASONS.map((words) => h("option", { value: words }))),
      h("div", { class: "field" }, h("label", { for: reason.id }, "Why is it not the reading of this row?"), reason), wrong,
      h("p", { class: "actions" }, h("button", { type: "button", on: { click: refuse } }, "Not this one"))));
}
