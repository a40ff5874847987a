/**
 * The pictures a device keeps, in an IndexedDB of their own: the bytes until the server has them, then only a small one to show. Bytes
 * lie apart, so that looking at what there is reads none of them. What is said to be stored was committed with strict durability.
 */

import { STRICT, answered, committed, opener } from "./store.js";

const SHOWN_FOR_MS = 48 * 3_600_000;

/**
 * `waits`: its bytes are here and the server lacks them; afterwards it has it as `sentAs`. `named` false: the journal may lack its entry.
 * A `problem` that is `final` is not tried again.
 * @typedef {{id: string, person: string, subject: string, role: string, stream: string|null, kind: string, about: {task?: string, criterion?: string},
 *   sha256: string, waits: boolean, small: ArrayBuffer, takenMs: number, named: boolean, sentAs: string|null,
 *   problem: {code: string, sentence: string, final: boolean}|null}} PictureRow
 */

const database = opener("assayer-pictures", 1, (base) => {
  base.createObjectStore("pictures", { keyPath: "id" });
  base.createObjectStore("bytes");
});
const channel = () => new BroadcastChannel("assayer-pictures");
const told = channel();

/** Call when a picture was kept, sent or refused, by whichever tab. @returns {() => void} stop listening */
export function listen(onChange) {
  const heard = channel();
  heard.onmessage = onChange;
  return () => heard.close();
}

/** @returns {Promise<PictureRow[]>} of everybody, in the order in which they were taken */
export async function all() {
  const base = await database();
  const rows = await answered(base.transaction("pictures").objectStore("pictures").getAll());
  return rows.sort((a, b) => a.takenMs - b.takenMs);
}

/** What the server does not have yet. */
export const waiting = async () => (await all()).filter((row) => row.waits);

/** @param {string} id @returns {Promise<ArrayBuffer|undefined>} */
export async function bytesOf(id) {
  const base = await database();
  return answered(base.transaction("bytes").objectStore("bytes").get(id));
}

/** @param {PictureRow} row @param {ArrayBuffer} bytes */
export async function keep(row, bytes) {
  await written((table, heap) => {
    heap.add(bytes, row.id);
    table.add(row);
  });
}

/** The server has it: the bytes go. @param {string} id @param {string} sentAs */
export async function letGo(id, sentAs) {
  await written(async (table, heap) => {
    const row = await answered(table.get(id));
    if (row) table.put({ ...row, waits: false, sentAs, problem: null });
    heap.delete(id);
  });
}

/** @param {string} id @param {Partial<PictureRow>} changes */
export async function change(id, changes) {
  await written(async (table) => {
    const before = await answered(table.get(id));
    if (before) table.put({ ...before, ...changes });
  });
}

/** @param {string} id */
export async function remove(id) {
  await written((table, heap) => {
    table.delete(id);
    heap.delete(id);
  });
}

/** Let go of the small pictures of what is on the server: another person's at once, one's own after two days. */
export async function tidy(person) {
  const old = (await all()).filter((row) => !row.waits && (row.person !== person || row.takenMs < Date.now() - SHOWN_FOR_MS));
  for (const { id } of old) await remove(id);
}

async function written(act) {
  const base = await database();
  const transaction = base.transaction(["pictures", "bytes"], "readwrite", STRICT);
  const done = committed(transaction);
  await act(transaction.objectStore("pictures"), transaction.objectStore("bytes"));
  await done;
  told.postMessage(null);
}
