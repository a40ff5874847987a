/**
 * What the desks of markers and adjudicators share: a journal for each attempt, opened when it is first written to, what this device
 * holds that the server does not know yet, one word for how safe all of it is, and being done.
 */

import { HeldElsewhere, openJournal, pending, prepare, sendUnsent } from "../journal.js";
import { entriesOf, streams } from "../journal/store.js";
import { keepForOffline } from "../offline.js";
import { showSaved } from "../saved.js";

const EVERY_MS = 15_000;
const $ = (id) => document.getElementById(id);

/** @typedef {{attempt: string, role: string}} Post */
export const keyOf = ({ attempt, role }) => `${attempt} ${role}`;

/** Show one of the page's views. */
export function show(id) {
  for (const view of document.querySelectorAll("[data-view]")) view.hidden = view.id !== id;
}

export const counted = (count, one, many) => `${count} ${Number(count) === 1 ? one : many}`;

export class Desk {
  #person;
  #family;
  #folder;
  #journals = new Map();
  #elsewhere = 0;
  #reached = navigator.onLine;
  #again = null;
  #prepared = new Set();
  #draw;
  data = null;
  /** What this device says beyond the server's answer, in order, and the posts that are closed here. */
  local = { newer: [], all: [], closed: new Set() };

  /**
   * @param {{person: string, family: string, folder: string, data: string, ahead?: (data: object) => Post[], draw: () => void}} given
   *   `ahead`: the posts to have granted to this device as soon as they are known, so that they work without a network
   */
  constructor({ person, family, folder, data, ahead = () => [], draw }) {
    this.#person = person;
    this.#family = family;
    this.#folder = folder;
    this.address = data;
    this.ahead = ahead;
    this.#draw = draw;
    $("take-over").addEventListener("click", () => this.#retry({ takeover: true }));
    $("steal").addEventListener("click", () => this.#retry({ steal: true }));
  }

  /** Read what there is, now and every few seconds. */
  async run() {
    await this.refresh();
    await keepForOffline("/assessor/", this.#person, [this.#folder, this.address]);
    setInterval(() => !document.hidden && this.refresh(), EVERY_MS);
    addEventListener("online", () => this.refresh());
    addEventListener("pageshow", (event) => event.persisted && this.refresh());
    document.addEventListener("visibilitychange", () => !document.hidden && this.refresh());
  }

  async refresh() {
    try {
      const answer = await fetch(this.address, { credentials: "same-origin" });
      const document = await answer.json();
      if (document.person !== this.#person) throw new Error("another person signed in");
      this.data = document;
      this.#reached = navigator.onLine;
      sendUnsent(this.#person).then(() => this.#count());
      await this.#prepare(this.ahead(document));
    } catch {
      this.#reached = false;
      if (!this.data) return this.trouble({ sentence: "There is no network, and this device has not loaded this page yet. It has to be online once." });
    }
    await this.look();
  }

  /** Look again at what this device holds, and draw. */
  async look() {
    const known = this.data?.known ?? {};
    const mine = (await streams()).filter((one) => one.person === this.#person && one.role.startsWith(`${this.#family}:`)).sort((a, b) => a.epoch - b.epoch);
    const local = { newer: [], all: [], closed: new Set() };
    for (const { stream, subject, role, closed, superseded } of mine) {
      closed && !superseded ? local.closed.add(keyOf({ attempt: subject, role })) : local.closed.delete(keyOf({ attempt: subject, role }));
      for (const { sequence, kind, payload } of await entriesOf(stream)) {
        const entry = { attempt: subject, role, kind, payload };
        local.all.push(entry);
        if (!superseded && sequence > (known[stream] ?? 0)) local.newer.push(entry);
      }
    }
    this.local = local;
    await this.#count();
    this.#draw();
  }

  async #prepare(posts) {
    const wanted = [...new Map(posts.map((post) => [keyOf(post), post]))].filter(([key]) => !this.#prepared.has(key));
    if (!wanted.length) return;
    try {
      await prepare(wanted.map(([, { attempt, role }]) => ({ subjectKind: "attempt", subject: attempt, role })), this.#person);
      for (const [key] of wanted) this.#prepared.add(key);
    } catch {
      // without a network what was granted before is enough; a post that is new says so when it is written to
    }
  }

  /** Keep one more entry of a post. @returns {Promise<boolean>} whether this device has it */
  async write(post, kind, payload) {
    try {
      const journal = await this.#journalOf(post);
      await journal.write(kind, payload);
      this.quiet();
    } catch (error) {
      await this.#letGo(post);
      this.#again = { post, kind, payload };
      this.trouble(error);
      return false;
    }
    await this.look();
    return true;
  }

  async #letGo(post) {
    const journal = await this.#journals.get(keyOf(post))?.catch(() => null);
    this.#journals.delete(keyOf(post));
    journal?.release();
  }

  #journalOf(post, more = {}) {
    const key = keyOf(post);
    if (!this.#journals.has(key)) this.#journals.set(key, this.#opened(post, more));
    return this.#journals.get(key);
  }

  async #opened({ attempt, role }, more) {
    const journal = await openJournal({ subjectKind: "attempt", subject: attempt, role, person: this.#person, ...more });
    journal.addEventListener("change", () => this.#count());
    return journal;
  }

  async #retry(more) {
    const { post, kind, payload } = this.#again;
    await this.#letGo(post);
    this.#journals.set(keyOf(post), this.#opened(post, more));
    if (!(await this.write(post, kind, payload))) return;
    if (kind === "close") await this.#closed(post);
    await this.refresh();
  }

  /** The posts at which this person wrote and has nothing open any more. @param {Post[]} waiting */
  closable(waiting) {
    const busy = new Set(waiting.map(keyOf));
    const here = this.local.all.map(({ attempt, role }) => ({ attempt, role }));
    const writing = new Map([...(this.data?.open ?? []), ...here.filter((post) => this.#isNewer(post))].map((post) => [keyOf(post), post]));
    return [...writing.values()].filter((post) => !busy.has(keyOf(post)) && !this.local.closed.has(keyOf(post)));
  }

  #isNewer = (post) => this.local.newer.some((entry) => keyOf(entry) === keyOf(post));

  /** Close the streams of these posts. */
  async close(posts) {
    for (const post of posts) {
      if (!(await this.write(post, "close", {}))) return;
      this.#closed(post).then(() => this.refresh());
    }
  }

  /** Send the end of a post; what comes later is a stream of its own. */
  async #closed(post) {
    const journal = await this.#journalOf(post);
    await journal.flush();
    await this.#letGo(post);
  }

  /** Send what is here, and read what follows from it. */
  async settle(post) {
    const journal = await this.#journalOf(post);
    await journal.flush({ timeoutMs: 5_000 });
    await this.refresh();
  }

  async #count() {
    const open = new Set();
    let [stored, confirmed, online, problem] = [0, 0, this.#reached, null];
    for (const promise of this.#journals.values()) {
      const journal = await promise.catch(() => null);
      if (!journal) continue;
      const { identity, state } = journal;
      open.add(`${identity.subject} ${identity.role}`);
      stored += state.stored;
      confirmed += state.confirmed;
      online &&= state.online;
      problem ??= state.problem;
    }
    const rest = (await pending()).filter((one) => one.person === this.#person && !open.has(`${one.subject} ${one.role}`));
    this.#elsewhere = rest.reduce((sum, one) => sum + one.unsent, 0);
    showSaved($("saved"), { stored: stored + this.#elsewhere, confirmed, online, problem });
  }

  trouble(error) {
    $("trouble-words").textContent = error.sentence ?? String(error.message ?? error);
    $("take-over").hidden = !(error instanceof HeldElsewhere);
    $("steal").hidden = !["other-tab", "moved-to-other-tab"].includes(error.code);
    $("trouble").hidden = false;
  }

  quiet() {
    $("trouble").hidden = true;
  }
}

/** Words for a screen reader, and a short buzz where the device has one. */
export function say(words) {
  $("said").textContent = words;
  navigator.vibrate?.(20);
}

/** The count in the bar: what waits, or that nothing does. */
export function showLeft(count, words) {
  $("left").textContent = words;
  $("left").className = `state ${count ? "state-warn" : "state-ok"}`;
}
