/**
 * What a device keeps, in IndexedDB: its name, its streams with their grants, and every entry until the seal's receipt covers it.
 * Whatever is said to be stored was committed with strict durability; a write that fails is an error the caller sees.
 */

const NAME = "assayer-journal";
const VERSION = 1;

/**
 * @typedef {{stream: string, subjectKind: string, subject: string, role: string, device: string, epoch: number, person: string,
 *   token: string, sequence: number, head: string, confirmed: number, closed: boolean, superseded: boolean,
 *   problem: {code: string, sentence: string}|null, earlier: Array<object>, receipt: object|null, opened: number}} StreamRecord
 * @typedef {{stream: string, sequence: number, kind: string, payload: object, device_ms: number, monotonic_ms: number, digest: string}} EntryRow
 */

/** Another tab wrote to the stream meanwhile: this one no longer knows where it stands. */
export class Moved extends Error {}

/**
 * A database that is opened when it is first asked for, and again when the browser closed it.
 * @param {string} name
 * @param {number} version
 * @param {(base: IDBDatabase) => void} make its stores, the first time
 * @returns {() => Promise<IDBDatabase>}
 */
export function opener(name, version, make) {
  let opening = null;
  return () =>
    (opening ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(name, version);
      request.onupgradeneeded = () => make(request.result);
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close();
        request.result.onclose = () => (opening = null);
        resolve(request.result);
      };
      request.onerror = () => {
        opening = null;
        reject(request.error);
      };
    }));
}

const database = opener(NAME, VERSION, (base) => {
  base.createObjectStore("device");
  base.createObjectStore("streams", { keyPath: "stream" });
  base.createObjectStore("entries", { keyPath: ["stream", "sequence"] });
});

/** @returns {Promise<any>} */
export const answered = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

export const committed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(undefined);
    transaction.onabort = () => reject(transaction.error ?? new Moved("The stream moved on in another tab."));
    transaction.onerror = () => {};
  });

export const STRICT = { durability: "strict" };
const everyEntryOf = (stream, above = 0) => IDBKeyRange.bound([stream, above + 1], [stream, Number.MAX_SAFE_INTEGER]);

/** This browser's own name, made once: people see it when two devices want the same role. */
export async function deviceName() {
  const base = await database();
  const transaction = base.transaction("device", "readwrite", STRICT);
  const held = await answered(transaction.objectStore("device").get("name"));
  if (held) return held;
  const code = Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => byte.toString(36).padStart(2, "0")).join("").slice(0, 6);
  const kind = matchMedia("(pointer: coarse)").matches ? (Math.min(screen.width, screen.height) < 600 ? "phone" : "tablet") : "computer";
  const name = `${kind} ${code.toUpperCase()}`;
  transaction.objectStore("device").put(name, "name");
  await committed(transaction);
  return name;
}

/** @returns {Promise<StreamRecord[]>} */
export async function streams() {
  const base = await database();
  return answered(base.transaction("streams").objectStore("streams").getAll());
}

/** @param {string} stream @param {Partial<StreamRecord>} changes @returns {Promise<StreamRecord|null>} what is kept now */
export async function change(stream, changes) {
  const base = await database();
  const transaction = base.transaction("streams", "readwrite", STRICT);
  const table = transaction.objectStore("streams");
  const before = await answered(table.get(stream));
  if (!before) return null;
  // What was confirmed stays confirmed, whichever tab hears of it first.
  const after = { ...before, ...changes, confirmed: Math.max(before.confirmed, changes.confirmed ?? 0) };
  table.put(after);
  await committed(transaction);
  return after;
}

/**
 * Keep a stream as the server granted it. What this device has written beyond that stays: another tab may be writing just now.
 * @param {StreamRecord} record
 * @returns {Promise<StreamRecord>} what is kept now
 */
export async function adopt(record) {
  const base = await database();
  const transaction = base.transaction("streams", "readwrite", STRICT);
  const table = transaction.objectStore("streams");
  const before = await answered(table.get(record.stream));
  const { token, earlier } = record;
  // A new grant ends the trouble with the old one.
  const problem = before?.problem?.code?.startsWith("token-") ? null : (before?.problem ?? null);
  const after = before && before.sequence >= record.sequence ? { ...before, token, earlier, problem, confirmed: Math.max(before.confirmed, record.confirmed) } : record;
  table.put(after);
  await committed(transaction);
  return after;
}

/** The server has less than it once acknowledged: what it lacks counts as unsent again. @returns {Promise<StreamRecord|null>} */
export async function fallBack(stream, confirmed) {
  const base = await database();
  const transaction = base.transaction("streams", "readwrite", STRICT);
  const table = transaction.objectStore("streams");
  const before = await answered(table.get(stream));
  if (!before) return null;
  const after = { ...before, confirmed };
  table.put(after);
  await committed(transaction);
  return after;
}

/**
 * Keep one more entry, if the stream still stands where this tab believes it does.
 * @param {EntryRow} entry
 * @param {{sequence: number, head: string}} expected
 */
export async function keepEntry(entry, expected) {
  const base = await database();
  const transaction = base.transaction(["streams", "entries"], "readwrite", STRICT);
  const done = committed(transaction);
  const table = transaction.objectStore("streams");
  const record = await answered(table.get(entry.stream));
  if (!record || record.sequence !== expected.sequence || record.head !== expected.head) {
    transaction.abort();
    return done;
  }
  transaction.objectStore("entries").add(entry);
  table.put({ ...record, sequence: entry.sequence, head: entry.digest, closed: record.closed || entry.kind === "close" });
  return done;
}

/** @param {string} stream @returns {Promise<EntryRow[]>} at most `limit` entries after `above`, in sequence */
export async function entriesOf(stream, above = 0, limit = undefined) {
  const base = await database();
  return answered(base.transaction("entries").objectStore("entries").getAll(everyEntryOf(stream, above), limit));
}

/** Let go of what a receipt covers; the stream's record stays, with the receipt. */
export async function letGo(stream, receipt) {
  const base = await database();
  const transaction = base.transaction(["streams", "entries"], "readwrite", STRICT);
  const table = transaction.objectStore("streams");
  const record = await answered(table.get(stream));
  transaction.objectStore("entries").delete(everyEntryOf(stream));
  table.put({ ...record, receipt });
  await committed(transaction);
}
