/**
 * The player: one item at a time, a map of all of them, flags, and a look over everything before handing in. It knows no network: it
 * writes to the journal it is given, and shows what that journal says.
 */

import { h } from "../dom.js";
import { answers, build } from "./items.js";

const TEXT_PAUSE_MS = 700;

export class Player {
  #items;
  #journal;
  #part;
  #place = 0;
  #responses = new Map();
  #flags = new Set();
  #waiting = new Map();
  #locked = false;
  #elements;

  /**
   * @param {{items: object[], part: string, journal: object, said: Array<{kind: string, payload: object}>, elements: Record<string, HTMLElement>, onTrouble: (error: Error) => void}} given
   */
  constructor({ items, part, journal, said, elements, onTrouble }) {
    this.#items = items;
    this.#part = part;
    this.#journal = journal;
    this.#elements = elements;
    this.onTrouble = onTrouble;
    for (const { kind, payload } of said) {
      if (kind === "answer" && payload.part === part) this.#responses.set(payload.item, payload.response);
      if (kind === "flag") payload.on ? this.#flags.add(payload.item) : this.#flags.delete(payload.item);
    }
    elements.previous.addEventListener("click", () => this.go(this.#place - 1));
    elements.next.addEventListener("click", () => this.go(this.#place + 1));
    elements.flag.addEventListener("click", () => this.#flag());
    this.go(0, { focus: false });
  }

  /** What is open and what is marked, as sentences. */
  summary() {
    const open = this.#items.filter(({ item }) => !answers(this.#responses.get(item))).length;
    return {
      words: open === 0 ? "You answered every question." : `${open} ${open === 1 ? "question is" : "questions are"} not answered.`,
      marked: this.#flags.size ? `${this.#flags.size} marked to come back to.` : "",
    };
  }

  /** Show an item. What waits to be written is written first. */
  go(place, { focus = true } = {}) {
    this.settle();
    this.#place = Math.min(this.#items.length - 1, Math.max(0, place));
    const item = this.#items[this.#place];
    const { stage, title, previous, next } = this.#elements;
    title.textContent = `Question ${this.#place + 1} of ${this.#items.length}`;
    stage.replaceChildren(
      h("div", { class: "stem", lang: item.language }, ...item.stem.split(/\n{2,}/).map((text) => h("p", {}, text))),
      h("p", { class: "soft small" }, Number(item.maximum) === 1 ? "1 point" : `Up to ${item.maximum} points`),
      h("fieldset", { class: "answer", disabled: this.#locked, lang: item.language }, h("legend", { class: "visually-hidden" }, "Your answer"), build(item, this.#responses.get(item.item), (response) => this.#answered(item, response))),
    );
    previous.disabled = this.#place === 0;
    next.disabled = this.#place === this.#items.length - 1;
    this.#drawFlag();
    this.drawMap();
    if (focus) {
      title.focus();
      window.scrollTo({ top: 0 });
    }
  }

  /** Nothing more is answered: the time is over, paused, or it was handed in. */
  lock(locked) {
    if (this.#locked === locked) return;
    if (locked) this.settle();
    this.#locked = locked;
    const answer = this.#elements.stage.querySelector("fieldset.answer");
    if (answer) answer.disabled = locked;
    this.#elements.flag.disabled = locked;
  }

  #answered(item, response) {
    this.#responses.set(item.item, response);
    clearTimeout(this.#waiting.get(item.item)?.timer);
    const write = () => this.#write("answer", { part: this.#part, item: item.item, response });
    // While somebody types, the text is written when they pause; everything else at once.
    if ("text" in response || "value" in response) {
      this.#waiting.set(item.item, { write, timer: setTimeout(() => this.#due(item.item), TEXT_PAUSE_MS) });
    } else {
      write();
    }
    this.drawMap();
  }

  #due(item) {
    const held = this.#waiting.get(item);
    this.#waiting.delete(item);
    clearTimeout(held?.timer);
    held?.write();
  }

  /** Write at once whatever waits for a pause in typing. */
  settle() {
    for (const item of [...this.#waiting.keys()]) this.#due(item);
  }

  #flag() {
    const { item } = this.#items[this.#place];
    const on = !this.#flags.has(item);
    on ? this.#flags.add(item) : this.#flags.delete(item);
    this.#write("flag", { item, on });
    this.#drawFlag();
    this.drawMap();
  }

  #drawFlag() {
    const on = this.#flags.has(this.#items[this.#place].item);
    this.#elements.flag.setAttribute("aria-pressed", String(on));
    this.#elements.flagWords.textContent = on ? "Marked to come back" : "Mark to come back";
  }

  drawMap() {
    const { map } = this.#elements;
    const buttons = this.#items.map(({ item }, place) => {
      const done = answers(this.#responses.get(item));
      const flagged = this.#flags.has(item);
      const words = `Question ${place + 1}: ${done ? "answered" : "not answered"}${flagged ? ", marked" : ""}`;
      return h("li", {}, h("button", { type: "button", class: `map-item${done ? " done" : ""}${flagged ? " flagged" : ""}`, aria: { label: words, ...(place === this.#place ? { current: "step" } : {}) }, on: { click: () => this.go(place) } }, String(place + 1)));
    });
    const had = map.contains(document.activeElement) ? [...map.querySelectorAll("button")].indexOf(document.activeElement) : -1;
    map.replaceChildren(...buttons);
    if (had >= 0) map.querySelectorAll("button")[had]?.focus();
  }

  #write(kind, payload) {
    this.#journal.write(kind, payload).catch((error) => this.onTrouble(error));
  }
}
