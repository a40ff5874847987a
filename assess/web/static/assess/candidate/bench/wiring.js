/**
 * The wiring bench: terminals to join by conductors, parts to operate, a meter to measure. Drawing works without a network;
 * switching on asks the server, which reads the drawing from the journal. Nothing here knows what is right.
 */

import { h } from "../../dom.js";
import { sign } from "../../saved.js";
import { Board } from "./board.js";
import { Choice, keptConductor, readConductors, spokenConductor } from "./conductors.js";
import { Faults, partOf, spokenFault } from "./faults.js";
import { List } from "./list.js";
import { nextState, spokenLoad, spokenState } from "./parts.js";
import { Zoom } from "./zoom.js";

const PATIENCE_MS = 6_000;
const NO_NETWORK = "Switching on needs the network, and there is none. Your drawing is kept on this device: go on drawing, and try again later.";
const NO_FAULTS = "Injecting a fault needs the server, and there is no network. It was switched off. Your drawing is kept: go on drawing, and try again later.";
const NOT_LET_IN = "The server did not answer this page. Your drawing is kept. Load the page again; call the proctor if it stays so.";
const key = (a, b) => [a, b].sort().join("|");

// Buttons that can't be used stay where the focus can be: a person who pressed one by keyboard is not thrown out of the bench.
const isOff = (button) => button.getAttribute("aria-disabled") === "true";
const turnOff = (button, off) => button.setAttribute("aria-disabled", String(off));

/** What keeps a circuit from being switched on, as a sentence for the candidate. */
class Refused extends Error {}

/** @returns {import("../part.js").Work & {element: HTMLElement, begun: () => boolean, shown: () => void}} */
export function wiring(given) {
  return new Bench(given);
}

class Bench {
  #task;
  #write;
  #journal;
  #address;
  #onWork;
  #wires = [];
  #kept = [];
  #done = [];
  #undone = [];
  #picked = null;
  #live = null;
  #busy = false;
  #locked = false;
  #positions = new Map();
  #meter = [];
  #fault = "";
  #housings = [];

  constructor({ task, said, write, journal, base, onWork }) {
    this.#task = task;
    this.#write = write;
    this.#journal = journal;
    this.#address = `${base}bench/${encodeURIComponent(task.simulation)}/live`;
    this.#onWork = onWork;
    for (const part of task.components) if (part.states.length) this.#positions.set(part.id, part.states[0]);
    this.#housings = task.components.filter(({ role, terminals }) => role !== "supply" && terminals.includes("PE")).map(({ id }) => `${id}.PE`);
    this.board = new Board(task.components, { touch: (id) => this.#touch(id), turn: (part) => this.#turn(part), join: (a, b) => this.#join(a, b) });
    this.#build();
    this.#restore(said.filter(({ kind }) => kind === "wiring"));
    this.#draw();
  }

  begun() {
    return this.#wires.length > 0;
  }

  settle() {
    this.#pick(null);
  }

  lock(locked) {
    if (locked === this.#locked) return;
    this.#locked = locked;
    this.#pick(null);
    if (this.#live) this.#dead("It was switched off. Your drawing is kept.");
    this.#draw();
  }

  /** The board is on the page now: its places can be measured. */
  shown() {
    this.board.draw();
  }

  #build() {
    const button = (icon, text, act, more = {}) => h("button", { type: "button", on: { click: act }, ...more }, sign(icon), h("span", {}, text));
    this.choice = new Choice({ name: `${this.#task.simulation}-colour`, offered: this.#task.conductors });
    this.faults = new Faults(this.#task.faults, { strike: (fault) => this.#inject(fault), mend: () => this.#inject("") });
    this.zoom = new Zoom(this.board);
    this.undo = button("undo", "Undo", () => this.#back());
    this.redo = button("redo", "Redo", () => this.#forth());
    this.power = button("bolt", "Switch on", () => this.#switch(), { class: "button-main" });
    this.words = h("p", { class: "bench-words", role: "status" });
    this.meter = h("output", { class: "meter" });
    this.list = new List(this.#task.components, this.#task.conductors, {
      add: (a, b) => this.#join(a, b),
      measure: (a, b) => this.#between(a, b),
      remove: (number) => this.#remove(number),
      change: (number, known) => this.#alter(number, known),
      mark: (number) => this.board.mark(number),
      say: (words) => this.#say(words),
      redraw: () => this.#draw(),
    });
    this.how = h("details", { class: "bench-how" }, h("summary", {}, "How to draw, switch on and measure"), h("ul", {},
      h("li", {}, "Choose a terminal, then the one where the conductor goes. With a mouse you can also pull it from one to the other."),
      h("li", {}, "A conductor gets the colour and the size that are chosen below the board. Under Conductors you can change both later, and lay conductors by their names."),
      h("li", {}, "Keyboard: the arrow keys move between terminals, Enter takes a conductor up and joins it, Escape lets go, Ctrl+Z undoes. Plus and minus zoom, 0 fits the width, Shift and an arrow moves the board."),
      h("li", {}, "Operate switches and breakers with the buttons on them. Switch on as often as you like: it only shows what your circuit does."),
      h("li", {}, "While it is on, choose two terminals to measure between them. To draw again, switch off."),
      this.#task.faults.length ? h("li", {}, "While it is on you can inject a fault and see what trips and what stays live. It costs nothing, and it is mended when you switch off.") : null));
    const dock = h("div", { class: "bench-dock" }, this.words, this.meter, h("div", { class: "bench-tools" }, this.choice.element, this.faults.element, h("div", { class: "bench-acts" }, this.undo, this.redo, this.power)));
    this.element = h("div", { class: "wiring" }, this.how, this.zoom.element, dock, this.list.element);
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Go on with what was recorded; each recorded drawing is one step that can be undone. */
  #restore(said) {
    const drawings = said.map(({ payload }) => this.#readable(payload));
    this.#wires = this.#kept = drawings.at(-1) ?? [];
    this.#done = drawings.length ? [[], ...drawings.slice(0, -1)] : [];
    this.how.open = !this.#wires.length && matchMedia("(min-width: 40rem)").matches;
    const strange = (said.at(-1)?.payload.wires.length ?? 0) - this.#wires.length;
    this.#say(strange ? `${strange} of the recorded conductors can't be shown on this board. Draw them again.` : this.#wires.length ? "Your drawing is as you left it." : "Choose a terminal to lay the first conductor.");
  }

  #readable(payload) {
    return readConductors(payload, (terminal) => this.board.terminals.has(terminal));
  }

  get #still() {
    return this.#locked || this.#busy;
  }

  /** A terminal is touched: take up or join a conductor, or put the meter's tip on it while the circuit is live. */
  #touch(id) {
    if (this.#still) return;
    if (this.#live) return this.#measure(id);
    if (this.#picked === null) return this.#pick(id);
    if (this.#picked !== id) return this.#join(this.#picked, id);
    this.#pick(null);
    this.#say(`You let go of ${id}.`);
  }

  #join(from, to) {
    if (this.#still) return;
    if (this.#live) return this.#say("It is on. Switch off to draw.");
    if (this.#wires.some(({ a, b }) => key(a, b) === key(from, to))) {
      this.#pick(null);
      return this.#say(`${from} and ${to} are joined already.`);
    }
    const { chosen, missing } = this.choice;
    if (missing) return this.#say(missing);
    this.#pick(null);
    this.#change([...this.#wires, { a: from, b: to, ...chosen }], `${from} is joined to ${to}.`);
  }

  /** Give a conductor that lies already another colour, size or length. */
  #alter(number, known) {
    if (this.#still || this.#live) return;
    const changed = { ...this.#wires[number], ...known };
    this.#change(this.#wires.map((wire, other) => (other === number ? changed : wire)), `${changed.a} to ${changed.b} is now ${spokenConductor(changed)}.`);
  }

  #pick(id) {
    this.#picked = id;
    this.board.pick(id);
    if (id) this.#say(`${id} is taken up. Choose where the conductor goes.`);
  }

  #change(wires, sentence) {
    this.#done.push(this.#wires);
    this.#undone = [];
    this.#set(wires, sentence);
  }

  #set(wires, sentence) {
    this.#wires = wires;
    this.#say(sentence);
    this.#draw();
    this.#onWork();
    this.#write("wiring", { simulation: this.#task.simulation, wires: wires.map(keptConductor) }).then((row) => {
      if (row) this.#kept = wires;
      else this.#notKept();
    });
  }

  /** The journal did not take it: show what it holds, and nothing that is only on the screen. */
  #notKept() {
    this.#wires = this.#kept;
    [this.#done, this.#undone] = [[], []];
    this.#say("That could not be kept. The board shows what this device has kept.");
    this.#draw();
    this.#onWork();
  }

  #back() {
    if (isOff(this.undo)) return;
    this.#pick(null);
    this.#undone.push(this.#wires);
    this.#set(this.#done.pop(), "Undone.");
  }

  #forth() {
    if (isOff(this.redo)) return;
    this.#pick(null);
    this.#done.push(this.#wires);
    this.#set(this.#undone.pop(), "Done again.");
  }

  #remove(number) {
    const { a, b } = this.#wires[number];
    this.#pick(null);
    this.#change(this.#wires.filter((_, other) => other !== number), `${a} to ${b} is removed.`);
    this.list.focusAfter(number);
  }

  #turn(part) {
    if (this.#still) return;
    const next = nextState(part, this.#positions.get(part.id));
    if (this.#live) return this.#operate({ [part.id]: next });
    this.#positions.set(part.id, next);
    this.#say(`${part.id} is ${spokenState(next)}.`);
    this.#draw();
  }

  /** Let a fault strike the live circuit, or mend what was injected. */
  #inject(fault) {
    if (this.#still || !this.#live || (!fault && !this.#fault)) return;
    this.#operate({}, fault);
  }

  /** Operate parts of a live circuit, or switch it on: say how it stands then, or why it does not. */
  async #operate(moved, fault = this.#fault) {
    this.#pick(null);
    this.#busy = true;
    this.#say("Switching…");
    this.#draw();
    try {
      const seen = await this.#seen({ ...Object.fromEntries(this.#positions), ...moved }, fault);
      if (this.#locked) throw new Refused("It was switched off. Your drawing is kept.");
      this.#live = seen;
      this.#fault = seen.fault;
      for (const [id, state] of Object.entries(seen.set)) this.#positions.set(id, state);
      this.#say(this.#told(seen, moved, fault));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#dead(error.message);
    } finally {
      this.#busy = false;
      this.#draw();
    }
  }

  /** Write the operation down, see that the server has all of the drawing, and ask what a person at the bench would see now. */
  async #seen(set, fault) {
    const alone = fault ? NO_FAULTS : NO_NETWORK;
    if (!navigator.onLine) throw new Refused(alone);
    if (!(await this.#write("operate", { simulation: this.#task.simulation, set, off: !this.#live, inject: fault }))) throw new Refused("That could not be kept, so nothing was switched.");
    const { confirmed, stored, problem } = await this.#journal.flush({ timeoutMs: PATIENCE_MS });
    if (problem) throw new Refused(problem.sentence);
    if (confirmed < stored) throw new Refused(alone);
    const response = await fetch(this.#address, { cache: "no-store", credentials: "same-origin" }).catch(() => {
      throw new Refused(alone);
    });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok || !answer.loads) throw new Refused(answer.sentence ?? NOT_LET_IN);
    return answer;
  }

  #told(seen, moved, fault) {
    const { loads, tripped } = seen;
    const supply = (id) => this.board.parts.get(id)?.part.role === "supply";
    const states = Object.entries(loads).map(([id, state]) => spokenLoad(id, state)).join(", ");
    const what = Object.entries(moved).map(([id, state]) => `${id} is ${this.#positions.get(id) === state ? spokenState(state) : `set to ${state}`}. `).join("");
    if (fault) return `${what}${spokenFault(seen, this.#housings, (id) => (supply(id) ? "the fuse before the board blew" : `${id} tripped`))} ${states}.`;
    if (!tripped.length) return `${what}${states}.`;
    const fell = tripped.map((id) => (supply(id) ? "the fuse before the board blew" : `${id} tripped`)).join(", then ");
    return `${what}${fell[0].toUpperCase()}${fell.slice(1)}. ${tripped.some(supply) ? "Nothing is live. Switch off and look at your wiring." : "Find out why before you set it on again."}`;
  }

  #switch() {
    if (this.#still) return;
    if (!this.#live) return this.#operate({});
    this.#dead("Switched off. You can draw again.");
    this.#draw();
  }

  #dead(sentence) {
    this.#live = null;
    this.#meter = [];
    this.#fault = "";
    this.#say(sentence);
  }

  #measure(id) {
    this.#meter = this.#meter.length === 1 && this.#meter[0] !== id ? [this.#meter[0], id] : [id];
    this.#draw();
  }

  /** Both tips at once, from the list. */
  #between(one, other) {
    this.#meter = [one, other];
    this.#draw();
    this.#say(this.#reading());
  }

  #reading() {
    const [one, other] = this.#meter;
    if (!one) return "Meter: choose two terminals.";
    if (!other) return `Meter: one tip on ${one}. Choose a second terminal.`;
    const floating = this.#meter.filter((id) => this.#live.voltages[id] === undefined);
    if (floating.length) return `${one} to ${other}: nothing steady. ${floating.join(" and ")} ${floating.length === 1 ? "has" : "have"} no path to the supply.`;
    return `${one} to ${other}: ${Math.abs(Number(this.#live.voltages[one]) - Number(this.#live.voltages[other])).toFixed(1)} V`;
  }

  #say(words) {
    this.words.textContent = words;
  }

  #key(event) {
    if (event.key === "Escape" && this.#picked) {
      this.#say(`You let go of ${this.#picked}.`);
      this.#pick(null);
    }
    if (!(event.ctrlKey || event.metaKey) || !["z", "y"].includes(event.key.toLowerCase())) return;
    event.preventDefault();
    event.shiftKey || event.key.toLowerCase() === "y" ? this.#forth() : this.#back();
  }

  #draw() {
    const live = this.#live;
    const drawing = !this.#still && !live;
    this.board.element.classList.toggle("live", Boolean(live));
    turnOff(this.undo, !drawing || !this.#done.length);
    turnOff(this.redo, !drawing || !this.#undone.length);
    turnOff(this.power, this.#still);
    this.power.lastChild.textContent = live ? "Switch off" : "Switch on";
    this.undo.hidden = this.redo.hidden = Boolean(live);
    this.choice.disabled = !drawing;
    this.choice.element.hidden = Boolean(live);
    this.faults.show({ live: Boolean(live), fault: this.#fault, still: this.#still });
    const faulted = partOf(this.#fault, this.board.parts.keys());
    this.meter.hidden = !live;
    this.meter.textContent = live ? this.#reading() : "";
    for (const [id, part] of this.board.parts) part.show({ stands: this.#positions.get(id), load: live?.loads[id], tripped: Boolean(live?.tripped.includes(id)), still: this.#still, faulted: id === faulted });
    for (const [id, terminal] of this.board.terminals) {
      terminal.setAttribute("aria-disabled", String(this.#still));
      terminal.classList.toggle("metered", this.#meter.includes(id));
    }
    this.list.show({ wires: this.#wires, still: !drawing, live });
    this.board.mark(-1);
    this.board.show(this.#wires);
  }
}
