/**
 * Saving a judge's ratings: kept on this device first, sent until the server has them, never twice. While one judge rates in two
 * tabs or on two devices, the server tells which numbers are taken, and the judge chooses.
 */

import { keep, keepState, keptState, letGo, unsent } from "./unsent.js";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;

/** What the meeting looks like to this judge, and what is on its way there. */
export class Ratings extends EventTarget {
  #meeting;
  #person;
  #waiting = [];
  #stored = 0;
  #next = 1;
  #timer = 0;
  #wait = FIRST_WAIT_MS;
  #sending = false;
  #queue = Promise.resolve();

  constructor({ meeting, person }) {
    super();
    this.#meeting = meeting;
    this.#person = person;
    this.state = null;
    this.online = navigator.onLine;
    this.problem = null;
    this.taken = [];
    this.late = 0;
  }

  get #address() {
    return `/panel/${this.#meeting}/`;
  }

  /** What `showSaved` shows. */
  get saved() {
    return { stored: this.#stored, confirmed: this.#stored - this.#waiting.length, online: this.online, problem: this.problem && { sentence: "Needs you: see below" } };
  }

  async open() {
    this.#waiting = await unsent(this.#meeting, this.#person);
    this.#stored = this.#waiting.length;
    this.state = await keptState(this.#meeting, this.#person);
    this.#learnNumbers();
    await this.read();
    addEventListener("online", () => this.#soon(0));
    addEventListener("offline", () => this.#say({ online: false }));
    document.addEventListener("visibilitychange", () => !document.hidden && this.#soon(0));
    this.#soon(0);
  }

  /** Read how the meeting stands now. */
  async read() {
    try {
      const answer = await fetch(`${this.#address}state`, { credentials: "same-origin", redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      const state = await answer.json();
      if (state.person !== this.#person) throw new Error("another person signed in");
      this.state = state;
      this.#learnNumbers();
      await keepState(this.#meeting, this.#person, state);
      this.#say({ online: true });
    } catch {
      this.#say({ online: false });
    }
  }

  #learnNumbers() {
    const numbers = this.#waiting.map((row) => row.sequence);
    this.#next = Math.max(this.#next, (this.state?.last ?? 0) + 1, ...numbers.map((number) => number + 1));
  }

  /** This judge's values of a round: the server's, with what this device knows beyond them. */
  values(round) {
    const mine = this.#waiting.filter((row) => row.round === round).map((row) => [row.element, row.value]);
    return { ...(this.state?.values?.[round] ?? {}), ...Object.fromEntries(mine) };
  }

  /** Keep a value. @returns {Promise<boolean>} whether this device has it */
  say(round, element, value) {
    const turn = this.#queue.then(() => this.#keep(round, element, value));
    this.#queue = turn.then(() => {}, () => {});
    return turn;
  }

  async #keep(round, element, value) {
    const row = { meeting: this.#meeting, person: this.#person, sequence: this.#next, round, element, value, said_ms: Date.now() };
    try {
      await keep(row);
    } catch (error) {
      this.problem = { code: "not-stored", sentence: `This device could not keep it (${error?.name ?? error}). Free some storage, then rate again.` };
      this.#changed();
      return false;
    }
    this.#next += 1;
    this.#stored += 1;
    this.#waiting.push(row);
    this.#changed();
    this.#soon(0);
    return true;
  }

  #soon(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), ms);
  }

  async #send() {
    if (this.#sending || !this.#waiting.length || this.problem) return;
    this.#sending = true;
    try {
      const rows = this.#waiting.slice(0, 500).map(({ sequence, round, element, value, said_ms }) => ({ sequence, round, element, value, said_ms }));
      const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
      const answer = await fetch(`${this.#address}ratings`, {
        method: "POST", credentials: "same-origin", redirect: "error",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify({ rows }),
      });
      if (answer.status >= 500) throw new Error(String(answer.status));
      await this.#heard(answer.status, await answer.json());
      this.#wait = FIRST_WAIT_MS;
      this.online = true;
      if (this.#waiting.length) this.#soon(50);
    } catch {
      this.online = false;
      this.#soon(this.#wait * (0.5 + Math.random()));
      this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
    }
    this.#sending = false;
    this.#changed();
  }

  async #heard(status, document) {
    if (status !== 200) {
      this.problem = { code: document.code ?? `status-${status}`, sentence: document.sentence ?? `The server answered ${status}. Load the page again; what you rated is kept here.` };
      return;
    }
    const done = new Set(document.saved);
    for (const row of this.#waiting) {
      if (!done.has(row.sequence) || !this.state) continue;
      this.state.last = Math.max(this.state.last, row.sequence);
      this.state.values[row.round] = { ...(this.state.values[row.round] ?? {}), [row.element]: row.value };
    }
    this.late += document.late.length;
    await letGo(this.#meeting, this.#person, document.saved);
    this.#waiting = this.#waiting.filter((row) => !done.has(row.sequence));
    this.taken = this.#waiting.filter((row) => document.taken.includes(row.sequence));
    if (this.taken.length) {
      const words = this.taken.map((row) => `${row.element}: ${row.value}`).join("; ");
      this.problem = { code: "taken", sentence: `You rated on another device too, under the same numbers. Not sent from here: ${words}.` };
    }
  }

  /** Send what another device's rows stood in the way of, as the newest; or let it go. */
  async settle({ mine }) {
    const rows = this.taken;
    this.taken = [];
    this.problem = null;
    await letGo(this.#meeting, this.#person, rows.map((row) => row.sequence));
    this.#waiting = this.#waiting.filter((row) => !rows.includes(row));
    this.#stored -= rows.length;
    await this.read();
    if (mine) for (const row of rows) await this.say(row.round, row.element, row.value);
    this.#changed();
    this.#soon(0);
  }

  #say({ online }) {
    this.online = online;
    this.#changed();
    if (online) this.#soon(0);
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
