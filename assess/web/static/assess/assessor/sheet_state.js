/** How a sheet stands, folded from what its assessors wrote: the same fold as the server's, for the tablet's eyes. */

import { placeOf } from "./live_bay.js";

/**
 * @param {Array<{epoch: number, sequence: number, kind: string, payload: object}>} entries in the order in which they count
 * @param {string} task
 */
export function standingOf(entries, task) {
  const sheet = { identified: null, begunMs: null, pausedMs: null, pausedSince: null, marks: new Map(), history: [], locked: false, rating: null, stops: [], comments: [], pictures: [], closed: false, taken: new Map(), refused: new Map(), told: null };
  for (const { kind, payload, deviceMs } of entries) {
    if (payload.task && payload.task !== task) continue;
    if (kind === "identity") sheet.identified = payload.confirmed;
    if (kind === "begin") sheet.begunMs ??= payload.at_ms ?? deviceMs ?? null;
    if (kind === "pause" && sheet.pausedSince === null) sheet.pausedSince = payload.at_ms ?? null;
    if (kind === "resume" && sheet.pausedSince !== null) {
      sheet.pausedMs = (sheet.pausedMs ?? 0) + Math.max(0, (payload.at_ms ?? sheet.pausedSince) - sheet.pausedSince);
      sheet.pausedSince = null;
    }
    if (kind === "mark" && !sheet.locked) {
      sheet.history.push({ criterion: payload.criterion, before: sheet.marks.get(payload.criterion) ?? null });
      payload.reading ? sheet.taken.set(payload.criterion, payload.reading) : sheet.taken.delete(payload.criterion);
      isUndone(payload.mark) ? sheet.marks.delete(payload.criterion) : sheet.marks.set(payload.criterion, payload.mark);
    }
    if (kind === "reading_refused") sheet.refused.set(placeOf(payload.reading), payload.reason);
    if (kind === "told_to_energise") sheet.told = payload;
    if (kind === "lock") sheet.locked = true;
    if (kind === "global_rating" && sheet.locked) sheet.rating ??= payload.rating;
    if (kind === "safety_stop") sheet.stops.push(payload);
    if (kind === "comment") sheet.comments.push(payload.text);
    if (kind === "picture" && payload.task) sheet.pictures.push(payload);
    if (kind === "close") sheet.closed = true;
  }
  return sheet;
}

export const UNDONE = { undone: true };
export const isUndone = (mark) => mark?.undone === true;
