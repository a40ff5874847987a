/**
 * What the page notes about itself where the sitting's level says so: coming and going, the network, how much was pasted (never what),
 * and from level 3 on still pictures.
 * Notes are entries like any other, visible to the candidate, and decide nothing.
 */

import { stills } from "./stills.js";

/**
 * @param {import("../journal.js").Journal} journal
 * @param {number} level of the sitting; below 1 nothing is noted
 * @param {(words: string) => void} tell what the candidate is told at once
 * @param {() => boolean} idle whether nothing runs now: no still is taken then
 * @returns {() => void} stop noting
 */
export function probe(journal, level, tell, idle) {
  if (level < 1) return () => {};
  const stopped = new AbortController();
  const { signal } = stopped;
  const note = (code, more = {}) => journal.write("event", { code, ...more }).catch(() => {});
  let leftAt = null;

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      leftAt = performance.now();
      note("page.left");
    } else {
      note("page.back", { away_ms: leftAt === null ? 0 : Math.round(performance.now() - leftAt) });
      tell("It was noted that this page was not in front. That is all it says.");
    }
  }, { signal });
  addEventListener("offline", () => note("network.gone"), { signal });
  addEventListener("online", () => note("network.back"), { signal });
  document.addEventListener("paste", (event) => note("text.pasted", { length: event.clipboardData?.getData("text").length ?? 0 }), { signal });
  if (level >= 2) {
    document.addEventListener("fullscreenchange", () => note(document.fullscreenElement ? "screen.full" : "screen.left"), { signal });
  }
  const stopStills = level >= 3 ? stills(journal, { note, idle }) : () => {};
  return () => {
    stopped.abort();
    stopStills();
  };
}
