/** How a bay record stands, folded from what its technician wrote: the same fold as the server's, for the tablet's eyes. */

/**
 * @param {Array<{kind: string, payload: object}>} entries in the order in which they count
 * @param {string} task
 */
export function standingOf(entries, task) {
  const bay = { checks: new Map(), opened: null, hold: null, energised: false, void: null, comments: [], closed: false };
  for (const { kind, payload } of entries) {
    if (payload.task && payload.task !== task) continue;
    if (kind === "bay_check") bay.checks.set(payload.check, payload);
    if (kind === "bay_opened") Object.assign(bay, { opened: payload, hold: null, energised: false, void: null });
    if (kind === "hold_released" || kind === "hold_set") Object.assign(bay, { hold: payload, energised: kind === "hold_released" });
    if (kind === "equipment_void") Object.assign(bay, { void: payload, energised: false });
    if (kind === "comment") bay.comments.push(payload.text);
    if (kind === "close") bay.closed = true;
  }
  return bay;
}

export const isDone = (bay, check) => bay.checks.get(check)?.done === true;

/** One line for the list of the day. @returns {[string, string, string]} kind of state, icon, words */
export function inWords(bay, holdPoint) {
  if (bay.void) return ["bad", "stop", "Equipment void"];
  if (bay.closed) return ["ok", "check", "Closed"];
  if (bay.energised) return ["warn", "bolt", "May be energised"];
  if (bay.opened) return ["info", "lock", holdPoint ? "Open, supply locked off" : "Open"];
  return bay.checks.size ? ["info", "pencil", "Being prepared"] : ["idle", "dot", "Not begun"];
}
