/**
 * The journal of a page: what a person does is kept on this device first and sent then, again and again, until the server has
 * acknowledged it. It survives reload, crash, and hours without a network. One module for candidate, assessor and probe.
 *
 *   const journal = await openJournal({ subjectKind: "attempt", subject, role: "candidate", person });
 *   await journal.write("answer", { part, item, response });     // resolves when this device has it on disk
 *   journal.addEventListener("change", () => show(journal.state));
 *
 * `stored` counts what is on this device, `confirmed` what the server has on its disk. They are never mixed up.
 */

import { entryDigest, genesis } from "./journal/chain.js";
import * as pictureStore from "./journal/picture_store.js";
import { sendPictures } from "./journal/picture_sender.js";
import { drain, sendLeftovers } from "./journal/sender.js";
import * as server from "./journal/server.js";
import * as store from "./journal/store.js";

export { deviceName } from "./journal/store.js";

const SOON_MS = 300;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 20_000;
const LEFTOVERS_MS = 30_000;

/** What keeps a journal from opening or writing: a stable code, and a sentence for the person. */
export class JournalError extends Error {
  constructor(code, sentence) {
    super(sentence);
    this.name = "JournalError";
    this.code = code;
    this.sentence = sentence;
  }
}

/** Another device holds this role. Opening again with `takeover: true` ends its turn. */
export class HeldElsewhere extends JournalError {}

/**
 * @typedef {{tapped: number, stored: number, confirmed: number, online: boolean, sending: boolean, since: number|null,
 *   problem: {code: string, sentence: string}|null, closed: boolean, superseded: boolean, receipt: object|null}} JournalState
 */
class Journal extends EventTarget {
  #record;
  #earlier;
  #tapped;
  #queue = Promise.resolve();
  #sending = null;
  #timer = 0;
  #wait = FIRST_WAIT_MS;
  #online = navigator.onLine;
  #since = null;
  #clock = null;
  #problem = null;
  #letGoOfTab;
  #stopped = new AbortController();

  constructor(record, earlier, { letGoOfTab, serverMs }) {
    super();
    this.#record = record;
    this.#earlier = earlier;
    this.#tapped = record.sequence;
    this.#letGoOfTab = letGoOfTab;
    if (serverMs !== null) this.#heard(serverMs);
    const signal = this.#stopped.signal;
    addEventListener("online", () => this.#soon(0), { signal });
    addEventListener("offline", () => this.#say({ online: false }), { signal });
    document.addEventListener("visibilitychange", () => this.#soon(0), { signal });
    const leftovers = setInterval(() => sendUnsent(record.person, record.stream), LEFTOVERS_MS);
    signal.addEventListener("abort", () => clearInterval(leftovers));
    sendUnsent(record.person, record.stream);
    this.#soon(0);
  }

  /** Who writes, about what, on which device, in which epoch. */
  get identity() {
    const { stream, subject, role, device, epoch, person } = this.#record;
    return { stream, subject, role, device, epoch, person };
  }

  /** @returns {JournalState} */
  get state() {
    const { sequence, confirmed, closed, superseded, receipt } = this.#record;
    return {
      tapped: this.#tapped,
      stored: sequence,
      confirmed,
      online: this.#online,
      sending: this.#sending !== null,
      since: this.#since,
      problem: this.#problem ?? this.#record.problem,
      closed,
      superseded,
      receipt,
    };
  }

  /** Now by the server's clock, in ms since 1970, from its last answer and this page's monotonic clock; null before any. */
  serverNow() {
    return this.#clock === null ? null : this.#clock.server + (performance.now() - this.#clock.here);
  }

  /**
   * Keep one more entry. Entries are kept in the order of the calls.
   * @param {string} kind
   * @param {object} payload whole numbers, texts, true, false, null, lists and objects
   * @returns {Promise<store.EntryRow>} when this device has it on disk
   * @throws {JournalError} `closed`, `superseded`, `moved-to-other-tab`, `not-exact`, `not-stored`
   */
  write(kind, payload = {}) {
    const copy = structuredClone(payload);
    this.#tapped += 1;
    this.#changed();
    const turn = this.#queue.then(() => this.#keep(kind, copy));
    this.#queue = turn.then(
      () => {},
      () => {},
    );
    return turn.catch((error) => {
      this.#tapped -= 1;
      this.#changed();
      throw error;
    });
  }

  async #keep(kind, payload) {
    if (this.#problem?.code === "moved-to-other-tab") throw new JournalError("moved-to-other-tab", this.#problem.sentence);
    if (this.#record.superseded) throw new JournalError("superseded", "Another device has taken over. This one can no longer write.");
    if (this.#record.closed) throw new JournalError("closed", "This is closed already. Nothing more can be written here.");
    const { stream, sequence, head } = this.#record;
    const row = { stream, sequence: sequence + 1, kind, payload, device_ms: Date.now(), monotonic_ms: Math.round(performance.now()), digest: "" };
    try {
      row.digest = await entryDigest(head, row);
    } catch (error) {
      throw new JournalError("not-exact", String(error.message));
    }
    try {
      await store.keepEntry(row, { sequence, head });
    } catch (error) {
      if (error instanceof store.Moved) throw this.#movedAway();
      throw new JournalError("not-stored", `This device could not keep it (${error?.name ?? error}). Free some storage; call a person if it stays so.`);
    }
    this.#record = { ...this.#record, sequence: row.sequence, head: row.digest, closed: kind === "close" };
    this.#changed();
    this.#soon(SOON_MS);
    return row;
  }

  /**
   * What this role has said so far, in the order in which it counts: earlier epochs, then this stream.
   * @returns {Promise<Array<{epoch: number, sequence: number, kind: string, payload: object}>>}
   */
  async entries() {
    const { epoch, stream } = this.#record;
    const mine = (await store.entriesOf(stream)).map(({ sequence, kind, payload }) => ({ epoch, sequence, kind, payload }));
    const first = mine[0]?.sequence ?? Infinity;
    return [...this.#earlier.filter((entry) => entry.epoch < epoch || (entry.epoch === epoch && entry.sequence < first)), ...mine];
  }

  /** Try to send now. @returns {Promise<JournalState>} how it stands when everything went, or the time was up */
  async flush({ timeoutMs = 10_000 } = {}) {
    const deadline = performance.now() + timeoutMs;
    await this.#queue;
    while (this.state.confirmed < this.state.stored && !this.state.problem && performance.now() < deadline) {
      await Promise.race([this.#send(), pause(deadline - performance.now())]);
      if (this.state.confirmed < this.state.stored) await pause(Math.min(500, Math.max(0, deadline - performance.now())));
    }
    return this.state;
  }

  /** Say that nothing more comes, and send it. */
  async close() {
    if (!this.#record.closed) await this.write("close", {});
    return this.flush();
  }

  /** Ask for the seal's receipt; where it covers this stream, the device lets its entries go and keeps the receipt. */
  async settle() {
    const { subjectKind, subject, stream, role, device, epoch, sequence, head } = this.#record;
    if (this.#record.receipt || subjectKind !== "attempt") return this.#record.receipt;
    const { status, document } = await server.receipt(subject);
    if (status !== 200) return null;
    const sealed = document.streams.find((one) => one.role === role && one.device === device && one.epoch === epoch);
    if (sealed?.sequence !== sequence || sealed.digest !== head) return null;
    this.#earlier = await this.entries();
    await store.letGo(stream, document);
    this.#record = { ...this.#record, receipt: document };
    this.#changed();
    return document;
  }

  /** Stop sending and give the tab's turn back; what is unsent goes out from whichever page comes next. */
  release() {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    this.#letGoOfTab();
  }

  /** Called when another tab of this browser took the turn. */
  lostTab() {
    this.#movedAway();
    this.#stopped.abort();
    clearTimeout(this.#timer);
  }

  #movedAway() {
    this.#problem = { code: "moved-to-other-tab", sentence: "This goes on in another tab of this browser. Close this one, or load it again to go on here." };
    this.#changed();
    return new JournalError(this.#problem.code, this.#problem.sentence);
  }

  #soon(ms) {
    if (this.#stopped.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), ms);
  }

  #send() {
    this.#sending ??= this.#drained().finally(() => {
      this.#sending = null;
      this.#changed();
    });
    return this.#sending;
  }

  async #drained() {
    const { stream } = this.#record;
    if (this.#record.confirmed >= this.#record.sequence || this.#record.problem) return;
    try {
      const after = await navigator.locks.request(`assayer-send:${stream}`, () =>
        drain(this.#record, { onProgress: (record) => this.#learnt(record), onContact: (ms) => this.#heard(ms), renew: () => this.#renewed() }),
      );
      this.#learnt(after);
      this.#wait = FIRST_WAIT_MS;
      if (this.#record.confirmed < this.#record.sequence) this.#soon(SOON_MS);
    } catch {
      this.#say({ online: false });
      this.#soon(this.#wait * (0.5 + Math.random()));
      this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
    }
  }

  /** Only what the server said: where this tab's chain stands, it knows itself. */
  #learnt({ confirmed, problem, superseded, token }) {
    this.#record = { ...this.#record, confirmed: Math.max(confirmed, this.#record.confirmed), problem, superseded, token };
    this.#changed();
  }

  async #renewed() {
    const { subjectKind, subject, role, device, stream } = this.#record;
    const { status, document } = await server.grant({ subject_kind: subjectKind, subject_id: subject, role, device, takeover: false });
    return status === 200 && document.stream === stream ? document.token : null;
  }

  #heard(serverMs) {
    this.#since = Date.now();
    this.#clock = { server: serverMs, here: performance.now() };
    this.#say({ online: true });
  }

  #say({ online }) {
    this.#online = online;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * Send what this device still holds, entries and pictures, whoever wrote or took them. A network that is gone is no error here.
 * @param {string} person who is signed in
 * @param {string|null} busy the stream that its own page is sending
 */
export async function sendUnsent(person, busy = null) {
  await Promise.allSettled([sendLeftovers(busy), sendPictures(person)]);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

/**
 * Open the journal of a role. Without a network it opens where this device was granted the role before.
 *
 * @param {{subjectKind: "attempt"|"sitting", subject: string, role: string, person: string, takeover?: boolean, steal?: boolean}} wanted
 *   `takeover` ends the turn of another device, `steal` that of another tab of this browser
 * @returns {Promise<Journal>}
 * @throws {HeldElsewhere} another device holds the role
 * @throws {JournalError} `other-tab`, `offline`, or the server's code
 */
export async function openJournal({ subjectKind, subject, role, person, takeover = false, steal = false }) {
  navigator.storage?.persist?.().catch(() => {});
  let journal = null;
  const letGoOfTab = await tabTurn(`assayer-journal:${person}:${subject}:${role}`, steal, () => journal?.lostTab());
  try {
    const device = await store.deviceName();
    const { record, serverMs } = await opened({ subjectKind, subject, role, person, device, takeover });
    journal = new Journal(record, record.earlier, { letGoOfTab, serverMs });
    return journal;
  } catch (error) {
    letGoOfTab();
    throw error;
  }
}

/** Hold the turn of this tab until told otherwise. */
function tabTurn(name, steal, onLost) {
  return new Promise((resolve, reject) => {
    const held = navigator.locks.request(name, steal ? { steal: true } : { ifAvailable: true }, (lock) => {
      if (lock === null) {
        reject(new JournalError("other-tab", "This is open in another tab of this browser. Go on there, or take it over here."));
        return undefined;
      }
      return new Promise((letGo) => resolve(() => letGo(undefined)));
    });
    held.catch(onLost);
  });
}

async function opened({ subjectKind, subject, role, person, device, takeover }) {
  const mine = (await store.streams())
    .filter((one) => one.subject === subject && one.role === role && one.person === person && one.subjectKind === subjectKind)
    .sort((a, b) => a.epoch - b.epoch)
    .at(-1);
  let answer;
  try {
    answer = await server.grant({ subject_kind: subjectKind, subject_id: subject, role, device, takeover });
  } catch (error) {
    if (!(error instanceof server.Unreachable)) throw error;
    if (mine && !mine.superseded) return { record: mine, serverMs: null };
    throw new JournalError("offline", "The network is gone, and this device has not been admitted here before. It has to be online once.");
  }
  const { status, document } = answer;
  if (status === 200) return { record: await granted(document, mine, { subjectKind, subject, role, person }), serverMs: document.server_ms };
  if (mine && (mine.closed || document?.code === "sealed")) return { record: mine, serverMs: document?.server_ms ?? null };
  const Refusal = document?.code === "held-elsewhere" ? HeldElsewhere : JournalError;
  throw new Refusal(document?.code ?? `status-${status}`, document?.sentence ?? `The server answered ${status}. Load the page again.`);
}

async function granted(grant, mine, { subjectKind, subject, role, person }) {
  const { stream, device, epoch, sequence, head, token } = grant;
  if (mine && mine.stream !== stream) await store.change(mine.stream, { superseded: true });
  const known = mine?.stream === stream ? mine : null;
  const forgot = sequence > (known?.sequence ?? 0);
  const earlier = epoch > 1 || forgot ? await earlierEntries(subjectKind, subject, role) : (known?.earlier ?? []);
  const begun = sequence === 0 ? await genesis({ stream, subject: `${subjectKind}:${subject}`, role, device, epoch }) : head;
  // As the server has it. What this device holds beyond it stays, also what another tab writes just now.
  return store.adopt({ stream, subjectKind, subject, role, device, epoch, person, token, sequence, head: begun, confirmed: sequence, closed: false, superseded: false, problem: null, earlier, receipt: null, opened: Date.now() });
}

async function earlierEntries(subjectKind, subject, role) {
  const { status, document } = await server.written(subjectKind, subject, role);
  if (status !== 200) throw new JournalError(document?.code ?? "not-read", document?.sentence ?? "What was written before could not be read. Load the page again.");
  return document.streams.flatMap((one) => one.entries.map((entry) => ({ epoch: one.epoch, ...entry })));
}

/**
 * Have many roles granted to this device ahead, so that each opens without a network.
 * @param {Array<{subjectKind: string, subject: string, role: string}>} wanted
 * @param {string} person
 * @returns {Promise<Array<{subject: string, role: string, code: string|null, sentence: string}>>} one answer each; `code` null: ready
 */
export async function prepare(wanted, person) {
  const device = await store.deviceName();
  const here = await store.streams();
  const { status, document } = await server.grants(
    device,
    wanted.map(({ subjectKind, subject, role }) => ({ subject_kind: subjectKind, subject_id: subject, role })),
  );
  if (status !== 200) throw new JournalError(document?.code ?? `status-${status}`, document?.sentence ?? `The server answered ${status}.`);
  const answers = [];
  for (const [place, answer] of document.answers.entries()) {
    const { subjectKind, subject, role } = wanted[place];
    if (!answer.code) {
      const mine = here.filter((one) => one.subject === subject && one.role === role && one.person === person).sort((a, b) => a.epoch - b.epoch).at(-1);
      await granted(answer, mine, { subjectKind, subject, role, person });
    }
    answers.push({ subject, role, code: answer.code ?? null, sentence: answer.sentence ?? "" });
  }
  return answers;
}

/** What this device holds that the server has not acknowledged, over all people and roles. */
export async function pending() {
  const records = await store.streams();
  return records
    .filter((one) => one.confirmed < one.sequence)
    .map((one) => ({ subject: one.subject, role: one.role, person: one.person, device: one.device, unsent: one.sequence - one.confirmed, problem: one.problem }));
}

/** Everything unsent as a file, with its chain and grants: a person hands it in where there is a network. @returns {Promise<Blob>} */
export async function exportUnsent() {
  const batches = [];
  for (const record of await store.streams()) {
    if (record.confirmed >= record.sequence) continue;
    const entries = await store.entriesOf(record.stream, record.confirmed);
    batches.push({ grant: record.token, batch: { stream: record.stream, device: record.device, entries: entries.map(({ stream, ...entry }) => entry) } });
  }
  const pictures = [];
  for (const { id, subject, role, kind, sha256, takenMs } of await pictureStore.waiting()) {
    pictures.push({ subject, role, kind, sha256, taken_ms: takenMs, base64: base64(await pictureStore.bytesOf(id)) });
  }
  return new Blob([JSON.stringify({ assayer: "unsent entries", version: 1, batches, pictures })], { type: "application/json" });
}

/** @param {ArrayBuffer} bytes */
function base64(bytes) {
  const parts = [];
  for (let place = 0; place < bytes.byteLength; place += 32_768) parts.push(String.fromCharCode(...new Uint8Array(bytes, place, Math.min(32_768, bytes.byteLength - place))));
  return btoa(parts.join(""));
}
