/**
 * A judge's ratings on this device, in IndexedDB: every row until the server has it, and how the meeting stood when it was last read.
 * Rows are numbered by the judge's own sequence, so sending one twice makes no second one.
 */

import { STRICT, answered, committed, opener } from "../journal/store.js";

const database = opener("assayer-panel", 1, (base) => {
  base.createObjectStore("rows", { keyPath: ["meeting", "person", "sequence"] });
  base.createObjectStore("states", { keyPath: ["meeting", "person"] });
});

/** @typedef {{meeting: string, person: string, sequence: number, round: number, element: string, value: string, said_ms: number}} Row */

const everyRow = (meeting, person) => IDBKeyRange.bound([meeting, person, 0], [meeting, person, Number.MAX_SAFE_INTEGER]);

/** @returns {Promise<Row[]>} what the server has not acknowledged yet, in order */
export async function unsent(meeting, person) {
  const base = await database();
  return answered(base.transaction("rows").objectStore("rows").getAll(everyRow(meeting, person)));
}

/** Keep one more row; resolves when this device has it on disk. @param {Row} row */
export async function keep(row) {
  const base = await database();
  const transaction = base.transaction("rows", "readwrite", STRICT);
  transaction.objectStore("rows").add(row);
  await committed(transaction);
}

/** The server has these rows. @param {number[]} sequences */
export async function letGo(meeting, person, sequences) {
  const base = await database();
  const transaction = base.transaction("rows", "readwrite", STRICT);
  for (const sequence of sequences) transaction.objectStore("rows").delete([meeting, person, sequence]);
  await committed(transaction);
}

/** How the meeting stood when it was last read; for a page that is loaded without a network. */
export async function keepState(meeting, person, state) {
  const base = await database();
  const transaction = base.transaction("states", "readwrite");
  transaction.objectStore("states").put({ meeting, person, state });
  await committed(transaction);
}

/** @returns {Promise<object|null>} */
export async function keptState(meeting, person) {
  const base = await database();
  const held = await answered(base.transaction("states").objectStore("states").get([meeting, person]));
  return held?.state ?? null;
}
