/** The parts on the board: a card each, with its name, its symbol, its terminals on the edges, and a button where a hand operates it. */

import { h } from "../../dom.js";
import { columns, edges, symbol } from "./symbols.js";

const SHOWN = { on: "on", off: "off", weak: "glows weakly", chatters: "chatters" };
const DOES = { on: "Turn on", off: "Turn off", pressed: "Press", rest: "Let go" };

/** How a load's or coil's state is said. */
export const spokenLoad = (name, state) => `${name} ${state === "on" || state === "off" ? "is " : ""}${SHOWN[state]}`;

/** How a hand-set part's state is said. */
export const spokenState = (state) => (state === "rest" ? "at rest" : state);

/** The state that a part takes when it is operated once more. */
export const nextState = ({ states }, now) => states[(states.indexOf(now) + 1) % states.length];

export class Part {
  /**
   * @param {object} part as the server presents it
   * @param {{touch: (terminal: string) => void, turn: (part: object) => void}} on
   */
  constructor(part, { touch, turn }) {
    this.part = part;
    /** @type {Map<string, HTMLButtonElement>} */
    this.terminals = new Map(
      part.terminals.map((name) => {
        const id = `${part.id}.${name}`;
        return [id, h("button", { type: "button", class: "terminal", data: { terminal: id }, tabindex: "-1", on: { click: () => touch(id) } }, name)];
      }),
    );
    this.symbol = symbol(part);
    this.state = h("span", { class: "part-state" });
    this.turned = part.states.length ? h("button", { type: "button", class: "part-switch", on: { click: () => turn(part) } }) : null;
    const { top, bottom } = edges(part);
    const edge = (names, side) => (names.length ? h("div", { class: `part-edge part-${side}` }, ...names.map((name) => this.terminals.get(`${part.id}.${name}`))) : null);
    const plate = h("div", { class: "part-plate" }, h("p", { class: "part-head" }, h("strong", {}, part.id), " ", h("span", { class: "part-kind" }, part.kind)), this.turned, this.state);
    const face = top.length ? [this.symbol.element, plate] : [plate, this.symbol.element];
    this.element = h("div", { class: "part", role: "group", data: { part: part.id }, aria: { label: `${part.id}, ${part.kind}` } }, edge(top, "top"), ...face, edge(bottom, "bottom"));
    this.element.style.setProperty("--leads", String(top.length ? bottom.length : 0));
    this.element.style.setProperty("--columns", String(columns(part)));
  }

  /** On which edge a terminal stands. @param {string} terminal */
  side(terminal) {
    return this.terminals.get(terminal).parentElement.classList.contains("part-top") ? "top" : "bottom";
  }

  /**
   * @param {{stands: string|undefined, load: string|undefined, tripped: boolean, still: boolean, faulted?: boolean}} now
   *   where its hand-set part stands, what its load or coil does while it is live, whether it tripped just now, whether it may be operated,
   *   whether a fault was injected into it
   */
  show({ stands, load, tripped, still, faulted = false }) {
    const { id } = this.part;
    this.element.dataset.load = load ?? "";
    this.element.classList.toggle("tripped", tripped);
    this.symbol.stand(stands ?? (load === "on" ? "pulled" : "released"));
    this.element.classList.toggle("faulted", faulted);
    const words = [faulted ? "fault" : "", tripped ? "tripped" : "", stands ? spokenState(stands) : "", load ? SHOWN[load] : ""].filter(Boolean).join(", ");
    this.state.textContent = words;
    this.state.hidden = !words;
    if (!this.turned) return;
    const next = nextState(this.part, stands);
    this.turned.setAttribute("aria-disabled", String(still));
    this.turned.replaceChildren(DOES[next] ?? `Set to ${next}`, h("span", { class: "visually-hidden" }, ` (${id})`));
  }
}
