/** A board to look at closer: buttons, keys, Ctrl and wheel, two fingers. It fits the width until somebody zooms. */

import { h } from "../../dom.js";
import { sign } from "../../saved.js";

const STEPS = [0.5, 0.75, 1, 1.5, 2, 3];
const [LEAST, MOST] = [STEPS[0], STEPS.at(-1)];
const PAN = 90;
const PANS = { ArrowLeft: [-PAN, 0], ArrowRight: [PAN, 0], ArrowUp: [0, -PAN], ArrowDown: [0, PAN] };

export class Zoom {
  #board;
  #zoom = 1;
  #pinch = null;
  #grab = null;

  /** @param {import("./board.js").Board} board @param {{focusable?: boolean}} how `focusable` where nothing on the board itself takes the focus */
  constructor(board, { focusable = false } = {}) {
    this.#board = board;
    this.sheet = h("div", { class: "board-sheet" }, board.element);
    this.view = h("div", { class: "board-view", ...(focusable ? { tabindex: "0", role: "group", aria: { label: "Board, to look at" } } : {}) }, this.sheet);
    const button = (icon, words, act) => h("button", { type: "button", class: "quiet", aria: { label: words }, on: { click: act } }, icon);
    this.out = button(sign("minus"), "Zoom out", () => this.step(-1));
    this.fit = h("button", { type: "button", class: "quiet zoom-fit", on: { click: () => this.to(1) } }, "Fit");
    this.in = button(sign("plus"), "Zoom in", () => this.step(1));
    this.words = h("output", { class: "zoom-words" });
    this.tools = h("div", { class: "zoom-tools", role: "group", aria: { label: "Zoom of the board" } }, this.out, this.words, this.in, this.fit);
    this.element = h("div", { class: "zoom" }, this.tools, this.view);
    this.view.addEventListener("keydown", (event) => this.#key(event));
    this.view.addEventListener("focusin", ({ target }) => this.#zoom !== 1 && target.scrollIntoView({ block: "nearest", inline: "nearest" }));
    this.view.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.view.addEventListener("touchstart", (event) => this.#touch(event), { passive: true });
    this.view.addEventListener("touchmove", (event) => this.#spread(event), { passive: false });
    this.view.addEventListener("touchend", ({ touches }) => touches.length < 2 && (this.#pinch = null));
    this.view.addEventListener("pointerdown", (event) => this.#hold(event));
    addEventListener("pointermove", (event) => this.#drag(event));
    addEventListener("pointerup", () => (this.#grab = null));
    const observer = new ResizeObserver(() => this.#lay());
    observer.observe(this.view);
    observer.observe(board.element);
    this.#tell();
  }

  step(way) {
    const next = way > 0 ? STEPS.find((step) => step > this.#zoom + 0.01) : STEPS.findLast((step) => step < this.#zoom - 0.01);
    if (next) this.to(next);
  }

  /** Zoom, keeping a place of the board where it is on the screen: the pointer's, the focused terminal's, or the middle. */
  to(zoom, at = null) {
    const wanted = Math.min(MOST, Math.max(LEAST, zoom));
    if (Math.abs(wanted - this.#zoom) < 0.001) return;
    const { x, y } = at ?? this.#middle();
    const before = this.#board.element.getBoundingClientRect();
    const place = { x: (x - before.left) / this.#zoom, y: (y - before.top) / this.#zoom };
    this.#zoom = wanted;
    this.#lay();
    const after = this.#board.element.getBoundingClientRect();
    this.view.scrollLeft += after.left + place.x * wanted - x;
    this.view.scrollTop += after.top + place.y * wanted - y;
    this.#tell();
  }

  #middle() {
    const held = this.#board.element.contains(document.activeElement) ? document.activeElement : this.view;
    const box = held.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  }

  /** The board keeps its own measures and is drawn larger; drawn smaller it gets more room, so that it always fills the width. */
  #lay() {
    const board = this.#board.element;
    const plain = this.#zoom === 1;
    this.view.classList.toggle("zoomed", !plain);
    this.#board.scale = this.#zoom;
    if (plain) {
      for (const name of ["width", "transform"]) board.style.removeProperty(name);
      for (const name of ["width", "height"]) this.sheet.style.removeProperty(name);
      return;
    }
    const room = this.view.clientWidth;
    board.style.width = `${this.#zoom < 1 ? room / this.#zoom : room}px`;
    board.style.transform = `scale(${this.#zoom})`;
    this.sheet.style.width = `${board.offsetWidth * this.#zoom}px`;
    this.sheet.style.height = `${board.offsetHeight * this.#zoom}px`;
  }

  #tell() {
    this.words.textContent = `${Math.round(this.#zoom * 100)} %`;
    this.out.setAttribute("aria-disabled", String(this.#zoom <= LEAST));
    this.in.setAttribute("aria-disabled", String(this.#zoom >= MOST));
    this.fit.setAttribute("aria-disabled", String(this.#zoom === 1));
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select")) return;
    const act = { "+": () => this.step(1), "=": () => this.step(1), "-": () => this.step(-1), 0: () => this.to(1) }[event.key];
    const pan = event.shiftKey || event.target === this.view ? PANS[event.key] : null;
    if (!act && !pan) return;
    event.preventDefault();
    if (act) return act();
    this.view.scrollBy(...pan);
    if (this.view.scrollHeight <= this.view.clientHeight) scrollBy(0, pan[1]);
  }

  #wheel(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.to(this.#zoom * Math.exp(-event.deltaY / 300), { x: event.clientX, y: event.clientY });
  }

  #touch({ touches }) {
    this.#pinch = touches.length === 2 ? { far: far(touches), zoom: this.#zoom } : null;
  }

  #spread(event) {
    if (!this.#pinch || event.touches.length !== 2) return;
    event.preventDefault();
    const [one, other] = event.touches;
    this.to((this.#pinch.zoom * far(event.touches)) / this.#pinch.far, { x: (one.clientX + other.clientX) / 2, y: (one.clientY + other.clientY) / 2 });
  }

  /** The ground of a zoomed board is drawn along with the mouse. */
  #hold({ target, pointerType, clientX, clientY }) {
    this.#grab = this.#zoom !== 1 && pointerType === "mouse" && !target.closest("button") ? { x: clientX, y: clientY } : null;
  }

  #drag({ clientX, clientY }) {
    if (!this.#grab) return;
    this.view.scrollBy(this.#grab.x - clientX, this.#grab.y - clientY);
    this.#grab = { x: clientX, y: clientY };
  }
}

const far = ([one, other]) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;
