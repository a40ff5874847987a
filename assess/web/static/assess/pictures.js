/**
 * Taking pictures of an attempt: made small, kept on this device, written into the journal, sent until the server has them. It
 * survives reload, crash, and hours without a network, as the journal does.
 *
 *   const pictures = await Pictures.of(journal);
 *   await pictures.keep(await shrunk(file), { kind: "photo", about: { task, criterion } });   // resolves when it is kept here
 *   pictures.addEventListener("change", () => show(pictures.rows, pictures.waiting));
 */

import { JournalError } from "./journal.js";
import { digestOf } from "./journal/chain.js";
import { sendPictures } from "./journal/picture_sender.js";
import * as store from "./journal/picture_store.js";

const LONGEST = 2048;
const SMALL = 240;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;

/** @typedef {{bytes: ArrayBuffer, small: ArrayBuffer}} Made a JPEG, and a small one to show */

/**
 * A picture from a camera or a file, no longer than `longest`, upright, without anything but its dots.
 * @param {Blob} file @returns {Promise<Made>}
 * @throws {JournalError} `not-read`
 */
export async function shrunk(file, longest = LONGEST) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
    return await drawn(bitmap, bitmap.width, bitmap.height, longest);
  } catch {
    throw new JournalError("not-read", "This browser can't read that picture. Take it as a JPEG, PNG or WebP.");
  } finally {
    bitmap?.close();
  }
}

/**
 * A picture of what a canvas can draw: a bitmap, or a film that runs.
 * @param {CanvasImageSource} source @returns {Promise<Made>}
 */
export async function drawn(source, width, height, longest, quality = 0.85) {
  const [bytes, small] = await Promise.all([encoded(source, width, height, longest, quality), encoded(source, width, height, SMALL, 0.7)]);
  return { bytes, small };
}

async function encoded(source, width, height, longest, quality) {
  const scale = Math.min(1, longest / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "white";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
  return blob.arrayBuffer();
}

/** The pictures that one person takes of one attempt in one role on this device. */
export class Pictures extends EventTarget {
  #owner;
  #journal;
  #rows = [];
  #timer = 0;
  #wait = FIRST_WAIT_MS;
  #stopped = new AbortController();

  constructor(owner, journal) {
    super();
    this.#owner = owner;
    this.#journal = journal;
  }

  /** With a journal: each picture has an entry there, and goes out under that stream's grant. */
  static of(journal) {
    const { person, subject, role, stream } = journal.identity;
    return Pictures.#opened({ person, subject, role, stream }, journal);
  }

  /** Without one: for what is given before anybody writes a journal. It goes out in the name of who is signed in. */
  static apart({ person, subject, role }) {
    return Pictures.#opened({ person, subject, role, stream: null }, null);
  }

  static async #opened(owner, journal) {
    const pictures = new Pictures(owner, journal);
    const { signal } = pictures.#stopped;
    signal.addEventListener("abort", store.listen(() => pictures.#look()));
    addEventListener("online", () => pictures.#soon(0), { signal });
    await store.tidy(owner.person);
    await pictures.#look();
    await pictures.#name();
    pictures.#soon(0);
    return pictures;
  }

  /** @returns {store.PictureRow[]} */
  get rows() {
    return this.#rows;
  }

  /** How many of them the server does not have yet. */
  get waiting() {
    return this.#rows.filter((row) => row.waits && !row.problem?.final).length;
  }

  /** Those the server will not take, each with its sentence. */
  get refused() {
    return this.#rows.filter((row) => row.problem?.final);
  }

  /**
   * Keep one more picture.
   * @param {Made} made @param {{kind: string, about?: {task?: string, criterion?: string}}} what
   * @throws {JournalError} `not-stored`, or what the journal says
   */
  async keep({ bytes, small }, { kind, about = {} }) {
    const row = { ...this.#owner, id: crypto.randomUUID(), kind, about, sha256: await digestOf(bytes), waits: true, small, takenMs: Date.now(), named: this.#journal === null, sentAs: null, problem: null };
    try {
      await store.keep(row, bytes);
    } catch (error) {
      throw new JournalError("not-stored", `This device could not keep the picture (${error?.name ?? error}). Free some storage, and take it again.`);
    }
    try {
      await this.#write(row);
    } catch (error) {
      await store.remove(row.id);
      throw error;
    }
    await this.#look();
    this.#soon(0);
    return row;
  }

  /** Give up a picture that the server does not take. */
  async giveUp(id) {
    await store.remove(id);
    await this.#look();
  }

  /** Ask the server once more for one that it refused: the post, say, was given back meanwhile. */
  async tryAgain(id) {
    await store.change(id, { problem: null });
    this.#soon(0);
  }

  /** Try to send now. @returns {Promise<boolean>} whether the server has everything it takes */
  async flush({ timeoutMs = 20_000 } = {}) {
    const deadline = performance.now() + timeoutMs;
    while (this.waiting > 0 && performance.now() < deadline) {
      await this.#send();
      if (this.waiting > 0) await new Promise((resolve) => setTimeout(resolve, 300));
    }
    return this.waiting === 0;
  }

  /** Stop sending from here; what is unsent goes out from whichever page comes next. */
  release() {
    this.#stopped.abort();
    clearTimeout(this.#timer);
  }

  /** Entries for pictures that were kept when the page died before it could write them. */
  async #name() {
    const unnamed = this.#rows.filter((row) => !row.named);
    if (!unnamed.length) return;
    const entries = await this.#journal.entries();
    for (const row of unnamed) {
      if (entries.some(({ kind, payload }) => kind === "picture" && payload.sha256 === row.sha256)) await store.change(row.id, { named: true });
      else await this.#write(row).catch(() => {}); // closed meanwhile: the picture goes out all the same, before the seal
    }
  }

  async #write({ id, kind, sha256, about, named }) {
    if (named) return;
    await this.#journal.write("picture", { kind, sha256, ...about });
    await store.change(id, { named: true });
  }

  async #look() {
    const { person, subject, role } = this.#owner;
    this.#rows = (await store.all()).filter((row) => row.person === person && row.subject === subject && row.role === role);
    this.dispatchEvent(new Event("change"));
  }

  #soon(ms) {
    if (this.#stopped.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), ms);
  }

  async #send() {
    const left = await sendPictures(this.#owner.person).catch(() => 1);
    await this.#look();
    this.#wait = left ? Math.min(this.#wait * 2, LONGEST_WAIT_MS) : FIRST_WAIT_MS;
    if (left) this.#soon(this.#wait * (0.5 + Math.random() / 2));
  }
}

/** What waits on this device, of everybody, and what was refused to this person. */
export async function waitingHere(person) {
  await store.tidy(person);
  const rows = await store.waiting();
  return { waiting: rows.filter((row) => !row.problem?.final), refused: rows.filter((row) => row.problem?.final && row.person === person) };
}
