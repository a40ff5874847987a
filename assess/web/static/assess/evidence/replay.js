/**
 * A candidate's drawing played back: every recorded drawing and operation on the same board as at the bench, read-only, and the verdict
 * with the place of each finding. What was seen at an operation is asked of the server, which computes it from the journal anew.
 */

import { Board } from "../candidate/bench/board.js";
import { readConductors, shownConductor, spokenConductor } from "../candidate/bench/conductors.js";
import { partOf, spokenFault } from "../candidate/bench/faults.js";
import { spokenLoad, spokenState } from "../candidate/bench/parts.js";
import { Zoom } from "../candidate/bench/zoom.js";
import { h, settings } from "../dom.js";
import { sign } from "../saved.js";

const STEP_MS = 1_200;
const two = (number) => String(number).padStart(2, "0");
/** Time since the part began, as minutes and seconds, with hours where there are any. */
const clock = (ms) => {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
};
const nameOf = (wire) => `${wire.a} – ${wire.b}`;
const sameEnds = (one, other) => [one.a, one.b].sort().join() === [other.a, other.b].sort().join();
const same = (one, other) => sameEnds(one, other) && ["colour", "mm2", "metres"].every((known) => one[known] === other[known]);

const { task, wires, steps, verdict } = settings("replay");
const inert = { touch: () => {}, turn: () => {}, join: () => {} };

class Replay {
  #now = -1;
  #timer = null;
  #asked = 0;
  #seen = new Map();
  #drawings = [];
  #words = [];

  constructor(stage) {
    this.board = new Board(task.components, inert);
    this.board.element.inert = true;
    this.zoom = new Zoom(this.board, { focusable: true });
    let drawn = [];
    for (const step of steps) {
      const before = drawn;
      if (step.kind === "wiring") drawn = readConductors({ wires: step.wires.map((place) => wires[place]) }, (terminal) => this.board.terminals.has(terminal));
      this.#drawings.push(drawn);
      this.#words.push(step.kind === "wiring" ? changed(before, drawn) : operated(step));
    }
    if (steps.length) stage.append(this.#player(), this.#list());
    else stage.append(h("div", { class: "empty" }, sign("wire"), h("h2", {}, "Nothing was drawn here"), h("p", {}, "The journal of this attempt holds no drawing and no operation for this task.")));
    const judged = this.#verdict();
    if (judged) stage.append(judged);
    if (steps.length) this.go(steps.length - 1);
  }

  #player() {
    const button = (icon, words, act) => h("button", { type: "button", class: "quiet", aria: { label: words }, on: { click: act } }, sign(icon));
    this.back = button("left", "One step back", () => this.#by(this.#now - 1));
    this.play = h("button", { type: "button", class: "button-main", on: { click: () => (this.#timer ? this.pause() : this.start()) } }, sign("play"), h("span", {}, "Play"));
    this.next = button("right", "One step on", () => this.#by(this.#now + 1));
    this.slide = h("input", { type: "range", min: "0", max: String(steps.length - 1), step: "1", aria: { label: "Step" }, on: { input: () => this.#by(Number(this.slide.value)) } });
    this.words = h("p", { class: "bench-words", role: "status" });
    this.more = h("p", { class: "soft small" });
    const dock = h("div", { class: "bench-dock" }, this.words, this.more, h("div", { class: "replay-tools" }, this.back, this.play, this.next, this.slide));
    return h("section", { class: "card bench stack-small", aria: { label: "The drawing" } }, this.zoom.element, dock, this.#current());
  }

  /** The drawing of the step in words: all that the picture says. */
  #current() {
    this.conductors = h("ol", { class: "wire-list" });
    this.summary = h("summary", {}, "Conductors");
    return h("details", { class: "bench-how" }, this.summary, this.conductors);
  }

  #list() {
    this.rows = steps.map((step, number) =>
      h("li", {}, h("button", { type: "button", class: "replay-step quiet", on: { click: () => this.#by(number) } },
        h("span", { class: "number" }, clock(step.ms)), h("span", {}, this.#words[number]), step.late ? h("span", { class: "state state-warn" }, "Late") : null, step.judged ? h("span", { class: "state state-info" }, "This one counts") : null)));
    return h("section", { class: "card stack-small", aria: { labelledby: "replay-steps" } }, h("h2", { id: "replay-steps" }, `${steps.length} ${steps.length === 1 ? "step" : "steps"} since the part began`),
      h("div", { class: "replay-list", tabindex: "0", role: "group", aria: { label: "Steps" } }, h("ol", { class: "plain" }, ...this.rows)));
  }

  #by(number) {
    this.pause();
    this.go(Math.min(steps.length - 1, Math.max(0, number)));
  }

  start() {
    if (this.#now === steps.length - 1) this.go(0);
    this.#timer = setInterval(() => (this.#now < steps.length - 1 ? this.go(this.#now + 1) : this.pause()), STEP_MS);
    this.#playing();
  }

  pause() {
    clearInterval(this.#timer);
    this.#timer = null;
    this.#playing();
  }

  /** While it plays, steps are not read out one after another. */
  #playing() {
    const plays = this.#timer !== null;
    this.play.replaceChildren(sign(plays ? "pause" : "play"), h("span", {}, plays ? "Pause" : "Play"));
    this.words.setAttribute("aria-live", plays ? "off" : "polite");
  }

  /** Show a step. @param {number} number */
  go(number) {
    this.#now = number;
    this.board.point();
    this.#draw(this.#drawings[number]);
    const { ms, kind, late, judged } = steps[number];
    const marks = [late ? "It came late." : "", judged ? "This drawing counts." : ""].filter(Boolean).join(" ");
    this.#say(`Step ${number + 1} of ${steps.length}, ${clock(ms)}: ${this.#words[number]}`, marks);
    this.slide.value = String(number);
    this.slide.setAttribute("aria-valuetext", `Step ${number + 1} of ${steps.length}, ${clock(ms)}, ${this.#words[number]}`);
    for (const [place, row] of this.rows.entries()) row.firstChild.setAttribute("aria-current", place === number ? "step" : "false");
    const [list, row] = [this.rows[number].closest(".replay-list"), this.rows[number]];
    list.scrollTop = row.offsetTop - list.offsetTop - list.clientHeight / 2;
    this.#stand(standing(number), null);
    if (kind === "operate") this.#look(number);
  }

  #draw(drawn) {
    this.board.show(drawn);
    this.summary.textContent = `${drawn.length} ${drawn.length === 1 ? "conductor" : "conductors"} at this step`;
    this.conductors.replaceChildren(...drawn.map((wire) => h("li", { class: "wire-listed" }, h("span", { class: "wire-name" }, nameOf(wire), " ", h("span", { class: "soft small", aria: { hidden: true } }, shownConductor(wire)), h("span", { class: "visually-hidden" }, `, ${spokenConductor(wire)}`)))));
  }

  #say(words, more = "") {
    this.words.textContent = words;
    this.more.textContent = more;
    this.more.hidden = !more;
  }

  /** Show parts as they stand, and what loads do where that is known. */
  #stand(positions, seen) {
    this.board.element.classList.toggle("live", Boolean(seen));
    const faulted = partOf(seen?.fault ?? "", this.board.parts.keys());
    for (const [id, part] of this.board.parts) part.show({ stands: positions[id], load: seen?.loads[id], tripped: Boolean(seen?.tripped.includes(id)), still: true, faulted: id === faulted });
  }

  /** What the candidate saw at this operation. */
  async #look(number) {
    const asked = ++this.#asked;
    if (!this.#seen.has(number)) {
      const response = await fetch(`${location.pathname}seen/${number}`, { credentials: "same-origin" }).catch(() => null);
      const answer = await response?.json().catch(() => null);
      if (response?.ok && answer) this.#seen.set(number, answer);
      else if (asked === this.#asked && this.#now === number) return this.#tell(answer?.sentence ?? "What was seen here could not be loaded. Choose the step again.");
    }
    if (asked !== this.#asked || this.#now !== number || !this.#seen.has(number)) return;
    const seen = this.#seen.get(number);
    this.#stand({ ...standing(number), ...seen.set }, seen);
    this.#tell(told(seen, this.board));
  }

  #tell(words) {
    this.#say(this.words.textContent, words);
  }

  #verdict() {
    if (!verdict) return steps.length ? h("section", { class: "card" }, h("h2", {}, "How it was judged"), h("p", {}, "No drawing was in time, so none is judged.")) : null;
    if (verdict.unreadable) return h("section", { class: "card stack-small" }, h("h2", {}, "How it was judged"), h("p", { class: "notice notice-warn" }, sign("warning"), h("span", {}, `It can't be read, so people decide. ${verdict.unreadable}`)));
    const failed = verdict.findings.filter(({ passed }) => !passed);
    const met = verdict.findings.filter(({ passed }) => passed);
    const outcome = (good, yes, no) => h("span", { class: `state state-${good ? "ok" : "bad"}` }, sign(good ? "check" : "stop"), good ? yes : no);
    return h("section", { class: "card stack-small", aria: { labelledby: "replay-verdict" } }, h("h2", { id: "replay-verdict" }, "How it was judged"),
      h("p", { class: "row" }, outcome(verdict.works, "Does what is asked", "Does not do all that is asked"), outcome(verdict.safe, "Safe", "Dangerous"), h("span", {}, "Share ", h("strong", { class: "number" }, verdict.score), " of 1")),
      failed.length ? h("h3", {}, "What is not met") : h("p", {}, "Every check is met."), h("ul", { class: "plain stack-small" }, ...failed.map((finding) => this.#finding(finding))),
      h("details", { class: "bench-how" }, h("summary", {}, `${met.length} of ${verdict.findings.length} checks are met`), h("ul", {}, ...met.map(({ sentence }) => h("li", {}, sentence)))));
  }

  #finding(finding) {
    const { name, sentence, hazard, sort, state, voltages, currents, place } = finding;
    const values = [...Object.entries(voltages).map(([at, volts]) => [at, `${volts} V`]), ...Object.entries(currents).map(([at, amps]) => [at, `${amps} A`])];
    const rows = values.map(([at, value]) => h("tr", {}, h("th", { scope: "row", class: "code" }, at), h("td", { class: "number" }, value)));
    const stands = Object.entries(state).map(([part, at]) => `${part} ${at}`).join(", ");
    return h("li", { class: "finding" }, sign(hazard ? "stop" : "info"), h("div", { class: "stack-small" },
      h("p", {}, h("span", { class: "visually-hidden" }, hazard ? "Danger: " : sort === "workmanship" ? "Workmanship: " : "Not met: "), sentence, " ", h("span", { class: "soft small code" }, name)),
      stands ? h("p", { class: "soft small" }, `It fails first with ${stands}.`) : null,
      h("p", { class: "actions" }, place ? h("button", { type: "button", on: { click: () => this.#show(finding) } }, sign("eye"), "Show on the board", h("span", { class: "visually-hidden" }, ` ${name}`)) : null),
      rows.length ? h("details", {}, h("summary", {}, "Volts and amperes there"), h("div", { class: "table-wrap", tabindex: "0", role: "region", aria: { label: `Volts and amperes for ${name}` } }, h("table", {}, h("tbody", {}, ...rows)))) : null));
  }

  /** The drawing that counts, its switches as they stand where the finding fails, and the way that makes it so. */
  #show({ sentence, state, place }) {
    this.#by(steps.findIndex(({ judged }) => judged));
    this.#asked += 1;
    this.#stand({ ...standing(this.#now), ...state }, null);
    this.board.point(place);
    const drawn = this.#drawings[this.#now];
    const way = place.wires.map((number) => nameOf(drawn[number])).join(", ");
    this.#say(sentence, way ? `Pointed out: ${way}.` : `Pointed out: ${place.terminals.join(", ")}.`);
    this.zoom.view.scrollIntoView({ block: "center" });
    this.zoom.view.focus({ preventScroll: true });
  }
}

/** What a drawing changed against the one before it, in words. */
function changed(before, after) {
  const fresh = after.filter((wire) => !before.some((one) => sameEnds(one, wire)));
  const gone = before.filter((wire) => !after.some((one) => sameEnds(one, wire)));
  const other = after.filter((wire) => before.some((one) => sameEnds(one, wire)) && !before.some((one) => same(one, wire)));
  const words = [
    ...fresh.map((wire) => `${nameOf(wire)} laid (${spokenConductor(wire)})`),
    ...gone.map((wire) => `${nameOf(wire)} removed`),
    ...other.map((wire) => `${nameOf(wire)} is now ${spokenConductor(wire)}`),
  ];
  if (words.length > 4) return `${fresh.length} laid, ${gone.length} removed, ${other.length} changed.`;
  return words.length ? `${words.join("; ")}.` : "The same drawing once more.";
}

/** Where parts stand at a step: as the last operation up to it left them. */
function standing(number) {
  const rest = Object.fromEntries(task.components.filter(({ states }) => states.length).map(({ id, states }) => [id, states[0]]));
  const last = steps.slice(0, number + 1).findLast(({ kind }) => kind === "operate");
  return { ...rest, ...(last?.set ?? {}) };
}

function operated({ set, off, inject }) {
  const moved = Object.entries(set).map(([id, state]) => `${id} ${spokenState(state)}`).join(", ");
  const fault = task.faults.find(({ fault }) => fault === inject)?.words ?? inject;
  return `${off ? "Switched on" : "Operated"}${moved ? `: ${moved}` : ""}${fault ? `, with a fault: ${fault}` : ""}.`;
}

/** What was seen at an operation, in the words of the bench. */
function told(seen, board) {
  const supply = (id) => board.parts.get(id)?.part.role === "supply";
  const named = (id) => (supply(id) ? "the fuse before the board blew" : `${id} tripped`);
  const states = `${Object.entries(seen.loads).map(([id, state]) => spokenLoad(id, state)).join(", ")}.`;
  const housings = task.components.filter(({ role, terminals }) => role !== "supply" && terminals.includes("PE")).map(({ id }) => `${id}.PE`);
  if (seen.fault) return `${spokenFault(seen, housings, named)} ${states}`;
  const fell = seen.tripped.map((id, place) => `${named(id)} ${seen.within[place]}`).join(", then ");
  return `${fell ? `${fell[0].toUpperCase()}${fell.slice(1)}. ` : ""}Seen: ${states}`;
}

new Replay(document.getElementById("replay-stage"));
