/**
 * The board as a list: every conductor can be laid, changed and removed here, and voltages be measured, without looking at the picture.
 */

import { h } from "../../dom.js";
import { sign } from "../../saved.js";
import { COLOURS, lengthOf, paintOf, shownConductor, sizeSelect, spokenConductor } from "./conductors.js";

export class List {
  #parts;
  #offered;
  #on;
  #open = -1;

  /**
   * @param {object[]} parts as the server presents them
   * @param {object} offered sizes and whether a length is asked
   * @param {{add: (from: string, to: string) => void, measure: (from: string, to: string) => void, remove: (number: number) => void,
   *   change: (number: number, known: object) => void, mark: (number: number) => void, say: (words: string) => void, redraw: () => void}} on
   */
  constructor(parts, offered, on) {
    [this.#parts, this.#offered, this.#on] = [parts, offered, on];
    this.from = this.#terminals("From");
    this.to = this.#terminals("To");
    this.add = h("button", { type: "button", on: { click: () => this.#act() } }, "Lay the conductor");
    const form = h("div", { class: "list-add", role: "group", aria: { label: "Two terminals" } },
      h("label", {}, h("span", {}, "From"), this.from), h("label", {}, h("span", {}, "To"), this.to), this.add);
    this.list = h("ol", { class: "wire-list" });
    this.none = h("p", { class: "soft" }, "None yet.");
    this.volts = h("tbody", {});
    this.table = h("details", { class: "bench-how" }, h("summary", {}, "Voltages against earth"), h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Terminal"), h("th", { scope: "col" }, "Volts"))), this.volts));
    this.element = h("section", { class: "stack-small", tabindex: "-1", aria: { label: "Conductors" } }, h("h3", {}, "Conductors"), this.none, this.list, form, this.table);
  }

  #terminals(label) {
    const groups = this.#parts.map(({ id, kind, terminals }) => h("optgroup", { label: `${id}, ${kind}` }, ...terminals.map((name) => h("option", { value: `${id}.${name}` }, `${id}.${name}`))));
    return h("select", { data: { end: label } }, ...groups);
  }

  #act() {
    if (this.add.getAttribute("aria-disabled") === "true") return;
    const [from, to] = [this.from.value, this.to.value];
    if (from === to) return this.#on.say("Choose two different terminals.");
    this.live ? this.#on.measure(from, to) : this.#on.add(from, to);
  }

  /** @param {{wires: object[], still: boolean, live: object|null}} now `still` while nothing may be drawn */
  show({ wires, still, live }) {
    this.live = Boolean(live);
    this.none.hidden = wires.length > 0;
    this.add.textContent = live ? "Measure between them" : "Lay the conductor";
    this.add.setAttribute("aria-disabled", String(still && !live));
    const held = this.#held();
    if (still || this.#open >= wires.length) this.#open = -1;
    this.list.replaceChildren(...wires.map((wire, number) => this.#row(wire, number, still)));
    if (held && !still) this.list.querySelector(`[data-row="${held.row}"][data-part="${held.part}"]`)?.focus();
    this.table.hidden = !live;
    this.volts.replaceChildren(...Object.entries(live?.voltages ?? {}).map(([id, volts]) => h("tr", {}, h("th", { scope: "row" }, id), h("td", { class: "number" }, volts))));
  }

  /** Where in the list the focus is, so that it comes back after the list was drawn anew. */
  #held() {
    const at = document.activeElement;
    return this.list.contains(at) && at.dataset.row ? { row: at.dataset.row, part: at.dataset.part } : null;
  }

  focusAfter(number) {
    const left = this.list.querySelectorAll('[data-part="remove"]');
    (left[Math.min(number, left.length - 1)] ?? this.element).focus();
  }

  #row(wire, number, still) {
    const { a, b } = wire;
    const place = (part) => ({ row: number, part });
    const mark = () => this.#on.mark(number);
    const away = () => this.#on.mark(-1);
    const open = number === this.#open;
    const of = h("span", { class: "visually-hidden" }, ` ${a} to ${b}`);
    const change = h("button", { type: "button", class: "quiet", disabled: still, data: place("change"), aria: { expanded: open }, on: { click: () => this.#turn(number) } }, "Change", of);
    const remove = h("button", { type: "button", class: "quiet", disabled: still, data: place("remove"), on: { click: () => this.#on.remove(number) } }, sign("close"), "Remove", of.cloneNode(true));
    return h("li", { class: "wire-listed", on: { pointerenter: mark, pointerleave: away, focusin: mark, focusout: away } },
      h("span", { class: `swatch-line ${paintOf(wire.colour)}` }),
      h("span", { class: "wire-name" }, h("span", { class: "nowrap" }, `${a} – ${b}`), " ", h("span", { class: "soft small", aria: { hidden: true } }, shownConductor(wire)), h("span", { class: "visually-hidden" }, `, ${spokenConductor(wire)}`)),
      h("span", { class: "wire-acts" }, change, remove), open ? this.#editor(wire, number) : null);
  }

  #turn(number) {
    this.#open = this.#open === number ? -1 : number;
    this.#on.redraw();
  }

  #editor(wire, number) {
    const name = `${wire.a} to ${wire.b}`;
    const colour = h("select", { aria: { label: `Colour of ${name}` }, data: { row: number, part: "colour" }, on: { change: () => this.#on.change(number, { colour: colour.value }) } },
      ...(COLOURS[wire.colour] ? [] : [h("option", { value: wire.colour }, wire.colour || "no colour")]),
      ...Object.entries(COLOURS).map(([one, { code, role }]) => h("option", { value: one }, `${code} ${one} (${role})`)));
    colour.value = wire.colour;
    const size = sizeSelect(this.#offered, { mm2: wire.mm2, label: `Size of ${name}`, change: () => this.#on.change(number, { mm2: size.value }) });
    Object.assign(size.dataset, { row: number, part: "size" });
    return h("div", { class: "wire-editor" }, colour, size, this.#offered.length_asked ? this.#length(wire, number, name) : null);
  }

  #length({ metres }, number, name) {
    const change = () => {
      const read = lengthOf(length.value);
      if (read) return this.#on.change(number, { metres: read });
      this.#on.say("A length is a number of metres, such as 4 or 2.5.");
      length.value = metres;
    };
    const length = h("input", { type: "text", inputmode: "decimal", size: 4, value: metres, aria: { label: `Length of ${name} in metres` }, data: { row: number, part: "length" }, on: { change } });
    return h("label", { class: "choice-length" }, length, h("span", { aria: { hidden: true } }, "m"));
  }
}
