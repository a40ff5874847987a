/** The board: parts in rows, conductors between them, and the way from terminal to terminal for pointer and keyboard. */

import { h } from "../../dom.js";
import { Part } from "./parts.js";
import { codeOf, paintOf } from "./conductors.js";
import { cornersOf, letterSpot, rounded, route } from "./routing.js";

const SVG = "http://www.w3.org/2000/svg";
const LEAST = { above: 14, between: 40, below: 14 };

function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

export class Board {
  #svg = document.createElementNS(SVG, "svg");
  #rubber = document.createElementNS(SVG, "path");
  #wires = [];
  #order = [];
  #held = null;
  #joined;
  #marked = -1;
  #pointed = { terminals: [], wires: [] };
  /** How much larger than its own measures the board is shown. */
  scale = 1;

  /**
   * @param {object[]} parts as the server presents them
   * @param {{touch: (terminal: string) => void, turn: (part: object) => void, join: (from: string, to: string) => void}} on
   *   `join` is a drag from one terminal to another
   */
  constructor(parts, { touch, turn, join }) {
    this.#joined = join;
    /** @type {Map<string, Part>} */
    this.parts = new Map(parts.map((part) => [part.id, new Part(part, { touch, turn })]));
    /** @type {Map<string, HTMLButtonElement>} */
    this.terminals = new Map([...this.parts.values()].flatMap((part) => [...part.terminals]));
    this.#svg.setAttribute("class", "board-wires");
    this.#svg.setAttribute("aria-hidden", "true");
    this.#rubber.setAttribute("class", "wire-rubber");
    this.element = h("div", { class: "board", role: "group", aria: { label: "Board" } }, this.#svg, ...[...this.parts.values()].map(({ element }) => element));
    this.#order = [...this.element.querySelectorAll(".terminal")];
    this.#order[0].tabIndex = 0;
    this.element.addEventListener("keydown", (event) => this.#walk(event));
    this.element.addEventListener("focusin", ({ target }) => this.#order.includes(target) && this.#stop(target));
    this.element.addEventListener("pointerdown", (event) => this.#grab(event));
    this.element.addEventListener("pointermove", (event) => this.#stretch(event));
    addEventListener("pointerup", (event) => this.#drop(event));
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  /** @param {Array<{a: string, b: string, colour: string, mm2: string}>} wires */
  show(wires) {
    this.#wires = wires;
    for (const [id, terminal] of this.terminals) {
      const others = wires.filter(({ a, b }) => a === id || b === id).map(({ a, b }) => (a === id ? b : a));
      const [part, name] = [id.slice(0, id.indexOf(".")), id.slice(id.indexOf(".") + 1)];
      terminal.setAttribute("aria-label", `${part} terminal ${name}${others.length ? `, joined to ${others.join(", ")}` : ", free"}`);
      terminal.classList.toggle("joined", others.length > 0);
    }
    this.draw();
  }

  /** The terminal from which a conductor is being laid. @param {string|null} picked */
  pick(picked) {
    this.#rubber.removeAttribute("d");
    for (const [id, terminal] of this.terminals) terminal.setAttribute("aria-pressed", String(id === picked));
  }

  /** Point out one conductor, or none (-1). @param {number} number */
  mark(number) {
    this.#marked = number;
    for (const [place, drawn] of [...this.#svg.querySelectorAll(".wire-drawn")].entries()) drawn.classList.toggle("marked", place === number);
  }

  /** Point out a path: some terminals and conductors, or nothing. @param {{terminals: string[], wires: number[]}} place */
  point(place = { terminals: [], wires: [] }) {
    this.#pointed = place;
    for (const [id, terminal] of this.terminals) terminal.classList.toggle("pointed", place.terminals.includes(id));
    for (const [number, drawn] of [...this.#svg.querySelectorAll(".wire-drawn")].entries()) drawn.classList.toggle("pointed", place.wires.includes(number));
  }

  /** Lay the conductors anew: the channels between the rows get the height that they need. */
  draw() {
    if (!this.element.clientWidth) return;
    const rows = this.#rows();
    const ends = this.#wires.map(({ a, b }) => [this.#end(a, rows), this.#end(b, rows)]);
    const { wires, heights } = route(rows.map(({ parts }) => ({ parts })), this.element.clientWidth, ends);
    const height = { above: heights[0], between: Math.max(0, ...heights.slice(1, -1)), below: heights.at(-1) };
    for (const [name, needed] of Object.entries(height)) this.element.style.setProperty(`--${name}`, `${Math.max(needed, LEAST[name])}px`);
    const channels = this.#channels(this.#rows());
    this.#svg.setAttribute("viewBox", `0 0 ${this.element.clientWidth} ${this.element.clientHeight}`);
    const taken = [];
    const letters = [];
    const drawn = wires.map((wire, number) => {
      const corners = cornersOf(wire, { ends: wire.ends.map(({ name }) => this.#middle(this.terminals.get(name)).y), channels, heights });
      const d = rounded(corners);
      letters.push(this.#letters(this.#wires[number], corners, taken));
      const state = `${number === this.#marked ? " marked" : ""}${this.#pointed.wires.includes(number) ? " pointed" : ""}`;
      return svg("g", { class: `wire-drawn ${paintOf(this.#wires[number].colour)}${state}` }, ...["wire-halo", "wire-edge", "wire-core", "wire-stripe"].map((name) => svg("path", { class: name, d })));
    });
    this.#svg.replaceChildren(...drawn, ...letters, this.#rubber);
  }

  /** The letters of a conductor's colour, and its size where that is known: nothing is told by colour alone. */
  #letters({ colour, mm2 }, corners, taken) {
    const words = [codeOf(colour), mm2].filter(Boolean).join(" ");
    if (!words) return svg("g");
    const wide = 6 * words.length + 5;
    const [x, y] = letterSpot(corners, taken, wide);
    taken.push({ x, y, wide });
    return svg("g", { class: "wire-letters" }, svg("rect", { x: x - wide / 2, y: y - 6, width: wide, height: 12, rx: 3 }), svg("text", { x, y: y + 3.5, "text-anchor": "middle" }, words));
  }

  #middle(element) {
    const [box, frame] = [element.getBoundingClientRect(), this.element.getBoundingClientRect()];
    return {
      x: (box.left + box.width / 2 - frame.left) / this.scale - this.element.clientLeft,
      y: (box.top + box.height / 2 - frame.top) / this.scale - this.element.clientTop,
    };
  }

  /** Where a piece stands, in the board's own measures from its outer edge. */
  #box(element) {
    const [box, frame] = [element.getBoundingClientRect(), this.element.getBoundingClientRect()];
    const along = (value, from) => (value - from) / this.scale;
    return { left: along(box.left, frame.left), right: along(box.right, frame.left), top: along(box.top, frame.top), bottom: along(box.bottom, frame.top) };
  }

  /** The rows as they stand: their parts from the left, and where the row ends above and below, terminals included. */
  #rows() {
    const rows = [];
    for (const { element } of this.parts.values()) {
      const box = this.#box(element);
      if (!rows.length || box.top > rows.at(-1).middle) rows.push({ middle: 0, top: Infinity, bottom: 0, parts: [], names: new Set() });
      const row = rows.at(-1);
      const pieces = [box, ...[...element.querySelectorAll(".terminal")].map((one) => this.#box(one))];
      row.top = Math.min(row.top, ...pieces.map(({ top }) => top));
      row.bottom = Math.max(row.bottom, ...pieces.map(({ bottom }) => bottom));
      row.middle = (box.top + box.bottom) / 2;
      row.parts.push({ left: box.left, right: box.right });
      row.names.add(element.dataset.part);
    }
    return rows;
  }

  #end(name, rows) {
    const part = name.slice(0, name.indexOf("."));
    return { name, x: this.#middle(this.terminals.get(name)).x, row: rows.findIndex(({ names }) => names.has(part)), side: this.parts.get(part).side(name) };
  }

  #channels(rows) {
    const edges = [0, ...rows.flatMap(({ top, bottom }) => [top, bottom]), this.element.clientHeight];
    return Array.from({ length: rows.length + 1 }, (_, place) => ({ top: edges[2 * place], bottom: edges[2 * place + 1] }));
  }

  /** One terminal at a time can be reached by Tab: the one where the focus was last. */
  #stop(terminal) {
    for (const one of this.#order) one.tabIndex = one === terminal ? 0 : -1;
  }

  #walk(event) {
    const here = event.target.closest?.(".terminal");
    if (!here || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const place = this.#order.indexOf(here);
    const last = this.#order.length - 1;
    const next = {
      ArrowRight: () => this.#order[Math.min(last, place + 1)],
      ArrowLeft: () => this.#order[Math.max(0, place - 1)],
      ArrowDown: () => this.#nearest(here, 1),
      ArrowUp: () => this.#nearest(here, -1),
      Home: () => this.#order[0],
      End: () => this.#order[last],
    }[event.key]?.();
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  /** The nearest terminal above (-1) or below (1), by what is seen. */
  #nearest(here, way) {
    const from = this.#middle(here);
    const costs = this.#order.map((terminal) => {
      const to = this.#middle(terminal);
      const along = (to.y - from.y) * way;
      return { terminal, cost: along > 2 ? along + 2 * Math.abs(to.x - from.x) : Infinity };
    });
    const best = costs.reduce((one, other) => (other.cost < one.cost ? other : one));
    return best.cost < Infinity ? best.terminal : null;
  }

  #grab({ target, pointerType }) {
    this.#held = pointerType === "touch" ? null : (target.closest?.(".terminal")?.dataset.terminal ?? null);
  }

  /** A thread from the terminal that was taken up to the pointer. */
  #stretch({ clientX, clientY, pointerType }) {
    const from = this.element.querySelector('.terminal[aria-pressed="true"]') ?? this.terminals.get(this.#held);
    if (!from || pointerType === "touch") return;
    const frame = this.element.getBoundingClientRect();
    const { x, y } = this.#middle(from);
    this.#rubber.setAttribute("d", `M ${x} ${y} L ${(clientX - frame.left) / this.scale - this.element.clientLeft} ${(clientY - frame.top) / this.scale - this.element.clientTop}`);
  }

  #drop({ clientX, clientY }) {
    const from = this.#held;
    this.#held = null;
    if (from === null) return;
    const to = document.elementFromPoint(clientX, clientY)?.closest(".terminal")?.dataset.terminal;
    if (to && to !== from && this.terminals.has(to)) this.#joined(from, to);
    else if (to !== from) this.#rubber.removeAttribute("d");
  }
}
