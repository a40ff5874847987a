/** Faults that the task offers to inject into the live circuit, and what is seen then, in words. Nothing here judges. */

import { h } from "../../dom.js";
import { sign } from "../../saved.js";

const capital = (text) => `${text[0].toUpperCase()}${text.slice(1)}`;

/** Which part a fault is in. @param {string} fault @param {Iterable<string>} parts */
export const partOf = (fault, parts) => [...parts].filter((id) => fault.endsWith(`_${id}`)).sort((a, b) => b.length - a.length)[0] ?? null;

/**
 * What a live circuit does under a fault: what fell and how fast, what flowed, and where housings stand against earth.
 * @param {object} seen as the server answers
 * @param {string[]} housings terminals that are joined to housings
 * @param {(id: string) => string} named how what fell is called
 */
export function spokenFault({ fault_words, tripped, within, struck_amps, fault_amps, voltages }, housings, named) {
  const fell = tripped.map((id, place) => `${named(id)} ${within[place]}`).join(", then ");
  const flowed = struck_amps === null || Number(struck_amps) < 0.01 ? "" : ` ${struck_amps} A flowed through the fault.`;
  const flows = !tripped.length && fault_amps !== null && Number(fault_amps) >= 0.01 ? ` ${fault_amps} A flow through the fault.` : "";
  const live = housings.filter((id) => Math.abs(Number(voltages[id] ?? 0)) >= 1).map((id) => `${id} stands at ${voltages[id]} V against earth`);
  const touched = housings.length ? ` ${live.length ? `${live.join(", ")}.` : "Every housing stands near 0 V against earth."}` : "";
  return `Fault: ${fault_words}. ${fell ? `${capital(fell)}.` : "Nothing tripped."}${flowed && tripped.length ? flowed : flows}${touched}`;
}

/** The choice of a fault beside the switch, while the circuit is live. */
export class Faults {
  /**
   * @param {Array<{fault: string, words: string}>} offered
   * @param {{strike: (fault: string) => void, mend: () => void}} on
   */
  constructor(offered, { strike, mend }) {
    this.offered = offered;
    this.select = h("select", { aria: { label: "Fault to inject" } }, ...offered.map(({ fault, words }) => h("option", { value: fault }, capital(words))));
    this.strike = h("button", { type: "button", on: { click: () => strike(this.select.value) } }, sign("warning"), h("span", {}, "Inject"));
    this.mend = h("button", { type: "button", on: { click: mend } }, sign("undo"), h("span", {}, "Mend"));
    this.element = h("div", { class: "faults", role: "group", aria: { label: "Inject a fault" } }, this.select, this.strike, this.mend);
  }

  /** @param {{live: boolean, fault: string, still: boolean}} now */
  show({ live, fault, still }) {
    this.element.hidden = !live || !this.offered.length;
    this.strike.setAttribute("aria-disabled", String(still));
    this.mend.setAttribute("aria-disabled", String(still || !fault));
  }
}
