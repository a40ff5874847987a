/**
 * What is known of a conductor beside its ends: colour, size and length; how they are chosen, said, and kept in the journal.
 * A conductor in the journal is `["SRC.L", "Q1.1", {"mm2": "2.5", "metres": "4", "colour": "brown"}]`, with what is known and no more.
 */

import { h } from "../../dom.js";

/** Colours by IEC 60445: their letters (IEC 60757), what they are for in a word, and in full. */
export const COLOURS = {
  brown: { code: "BN", role: "line", spoken: "line conductor" },
  black: { code: "BK", role: "line", spoken: "line conductor" },
  grey: { code: "GY", role: "line", spoken: "line conductor" },
  blue: { code: "BU", role: "neutral", spoken: "neutral conductor" },
  "green-yellow": { code: "GNYE", role: "PE", spoken: "protective conductor" },
};
/** Colours that the engine knows besides and other devices may have written. */
const OTHERS = ["red", "white", "orange", "violet", "pink"];
const CALLED = { green: "green-yellow" };
const LENGTH = /^[0-9]{1,4}([.,][0-9]{1,2})?$/;

/** The letters of a colour; empty for a conductor without one. */
export const codeOf = (colour) => COLOURS[colour]?.code ?? (colour ? colour.slice(0, 2).toUpperCase() : "");

/** The class that gives a conductor its colour on the board and in lists. */
export const paintOf = (colour) => `wire-${{ "green-yellow": "green" }[colour] ?? (colour || "plain")}`;

/** A conductor's colour, size and length as they are read out. */
export const spokenConductor = ({ colour, mm2, metres }) =>
  [colour ? `${colour}${COLOURS[colour] ? `, ${COLOURS[colour].spoken}` : ""}` : "no colour", mm2 ? `${mm2} mm²` : "", metres ? `${metres} m` : ""].filter(Boolean).join(", ");

/** The same as it is shown beside its line of colour. */
export const shownConductor = ({ colour, mm2, metres }) => [codeOf(colour), mm2 ? `${mm2} mm²` : "", metres ? `${metres} m` : ""].filter(Boolean).join(" · ");

/**
 * The conductors of a recorded drawing. Drawings from before sizes were kept have their colours in a list beside.
 * @param {{wires: unknown[], colours?: string[]}} payload
 * @param {(terminal: string) => boolean} known whether the board has a terminal
 */
export function readConductors({ wires, colours }, known) {
  return wires
    .map((wire, number) => {
      const [a, b, more] = Array.isArray(wire) ? wire : [];
      const said = more && typeof more === "object" ? more : {};
      const colour = String(said.colour ?? colours?.[number] ?? "");
      const named = CALLED[colour] ?? colour;
      return { a, b, colour: COLOURS[named] || OTHERS.includes(named) ? named : "", mm2: String(said.mm2 ?? ""), metres: String(said.metres ?? "") };
    })
    .filter(({ a, b }) => known(a) && known(b));
}

/** A conductor as the journal keeps it. */
export function keptConductor({ a, b, ...known }) {
  const kept = Object.fromEntries(Object.entries(known).filter(([, value]) => value));
  return Object.keys(kept).length ? [a, b, kept] : [a, b];
}

/** A length in metres as it is kept, or null where it is none. @param {string} typed */
export function lengthOf(typed) {
  const text = typed.trim();
  const metres = LENGTH.test(text) ? Number(text.replace(",", ".")) : 0;
  return metres >= 0.01 && metres <= 1000 ? String(metres) : null;
}

/**
 * @param {{sizes: string[], size_asked: boolean, length_asked: boolean}} offered as the task says
 * @param {{mm2?: string, label?: string, change?: () => void}} how
 */
export function sizeSelect({ sizes, size_asked }, { mm2 = "", label = "Size", change = () => {} } = {}) {
  const listed = mm2 && !sizes.includes(mm2) ? [mm2, ...sizes] : sizes;
  const none = h("option", { value: "" }, size_asked ? "Size?" : "no size");
  const select = h("select", { aria: { label }, on: { change } }, none, ...listed.map((size) => h("option", { value: size }, `${size} mm²`)));
  select.value = mm2;
  return select;
}

/** What the next conductor gets: colours to choose from, a size, and a length where the task asks for one. */
export class Choice {
  /** @param {{name: string, offered: object}} given `name` tells this board's choice from another's */
  constructor({ name, offered }) {
    this.#offered = offered;
    const swatches = Object.entries(COLOURS).map(([colour, { code, role, spoken }], place) =>
      h("label", { class: "swatch" }, h("input", { type: "radio", name, value: colour, checked: place === 0 }),
        h("span", { class: `swatch-line ${paintOf(colour)}` }), h("span", { aria: { hidden: true } }, code), h("span", { class: "swatch-role", aria: { hidden: true } }, role),
        h("span", { class: "visually-hidden" }, `${colour}, ${spoken}`)));
    this.colours = h("fieldset", { class: "swatches" }, h("legend", { class: "visually-hidden" }, "Colour of the next conductor"), ...swatches);
    this.size = sizeSelect(offered, { label: "Size of the next conductor" });
    this.length = h("input", { type: "text", inputmode: "decimal", size: 4, autocomplete: "off" });
    const metres = h("label", { class: "choice-length" }, h("span", { class: "visually-hidden" }, "Length of the next conductor in metres"), this.length, h("span", { aria: { hidden: true } }, "m"));
    this.panel = h("div", { class: "choice-panel", id: `${name}-panel`, on: { input: () => this.#tell() } }, this.colours, this.size, offered.length_asked ? metres : null);
    this.open = h("button", { type: "button", class: "choice-open", aria: { controls: this.panel.id }, on: { click: () => this.#turn(this.panel.dataset.open !== "true") } });
    this.element = h("div", { class: "conductor-choice" }, this.open, this.panel);
    this.#turn(false);
    this.#tell();
  }

  /** On a narrow page the choice folds away behind what is chosen. */
  #turn(open) {
    this.panel.dataset.open = String(open);
    this.open.setAttribute("aria-expanded", String(open));
  }

  #tell() {
    const colour = this.colours.querySelector("input:checked").value;
    const known = { colour, mm2: this.size.value, metres: this.#offered.length_asked ? (lengthOf(this.length.value) ?? "") : "" };
    this.open.replaceChildren(h("span", { class: `swatch-line ${paintOf(colour)}` }), h("span", { aria: { hidden: true } }, shownConductor(known)), h("span", { class: "visually-hidden" }, `Next conductor: ${spokenConductor(known)}`));
  }

  #offered;

  /** What is chosen, or null where something that the task asks for is not; then `missing` says what. */
  get chosen() {
    if (this.missing) return null;
    return { colour: this.colours.querySelector("input:checked").value, mm2: this.size.value, metres: this.#offered.length_asked ? lengthOf(this.length.value) : "" };
  }

  get missing() {
    if (this.#offered.size_asked && !this.size.value) return "Choose the size of the conductor first.";
    if (this.#offered.length_asked && !lengthOf(this.length.value)) return "Write the length of the conductor in metres first, such as 4 or 2.5.";
    return "";
  }

  set disabled(off) {
    this.colours.disabled = this.size.disabled = this.length.disabled = off;
    this.open.setAttribute("aria-disabled", String(off));
  }
}
