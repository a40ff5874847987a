/** A part's page: waits until it begins, opens the work, shows the server's time and what proctors say, and hands in. */

import { Countdown, spelled } from "../clock.js";
import { h, settings } from "../dom.js";
import { HeldElsewhere, exportUnsent, openJournal } from "../journal.js";
import { follow } from "../live.js";
import { keepForOffline } from "../offline.js";
import { showSaved } from "../saved.js";
import { probe } from "./probe.js";

/**
 * @typedef {{lock: (locked: boolean) => void, settle: () => void, summary: () => {words: string, marked: string}}} Work
 *
 * @param {{address: string, start: (given: {form: object, journal: object, entries: object[], base: string, onTrouble: (error: Error) => void}) => Work}} how
 *   `address` gives the work once it has begun, together with how the attempt stands; `start` opens it; `handedIn` is told when the
 *   server has everything
 */
export function runPart({ address, start, handedIn: afterwards = () => {} }) {
  const { attempt, person, part, home, level } = settings();
  const base = `/candidate/attempts/${attempt}/`;
  const $ = (id) => document.getElementById(id);
  const countdown = new Countdown();
  let journal = null;
  let work = null;
  let form = null;
  let handedIn = false;
  let said = 0;
  let stopNoting = () => {};

  const show = (id) => {
    for (const view of document.querySelectorAll("[data-view]")) view.hidden = view.id !== id;
  };

  function trouble(error) {
    $("trouble-words").textContent = error.sentence ?? String(error.message ?? error);
    $("trouble").hidden = false;
  }

  /** Open the journal, or say what stands in the way and how to go on. */
  async function open(more = {}) {
    try {
      journal = await openJournal({ subjectKind: "attempt", subject: attempt, role: "candidate", person, ...more });
    } catch (error) {
      $("blocked-words").textContent = error.sentence ?? String(error);
      $("take-over").hidden = !(error instanceof HeldElsewhere);
      $("steal").hidden = error.code !== "other-tab";
      show("blocked");
      return;
    }
    journal.addEventListener("change", () => {
      showSaved($("saved"), journal.state);
      $("entries").textContent = String(journal.state.confirmed);
      if (journal.state.problem) trouble(journal.state.problem);
      if (handedIn) drawHandedIn();
    });
    showSaved($("saved"), journal.state);
    show("waiting");
    await refresh();
  }

  async function asJson(address) {
    const response = await fetch(address, { cache: "no-store", credentials: "same-origin" });
    return { status: response.status, document: await response.json() };
  }

  /**
   * Ask how the attempt stands. While nothing is played, the form is asked for, and comes with it in one answer. Without a network the
   * page goes on with what it knew.
   */
  async function refresh() {
    try {
      const { status, document } = await asJson(work || handedIn ? `${base}state` : `${base}${address}`);
      const standing = work || handedIn ? document : document.state;
      if (![200, 409].includes(status) || !standing) throw new Error(String(status));
      if (status === 200 && document.state) form = document;
      const mine = standing.parts.find((one) => one.part === part);
      countdown.tell(mine);
      tick();
      tellSaid(standing.said);
      if (standing.sealed && journal) journal.settle().catch(() => {});
      await arrange(mine.state);
    } catch {
      if (!work && journal) await arrange("offline");
    }
  }

  async function arrange(state) {
    if (!journal) return;
    const entries = await journal.entries();
    handedIn = entries.some((entry) => entry.kind === "finish" && entry.payload.part === part);
    if (handedIn) return drawHandedIn();
    if (state === "waiting") return show("waiting");
    if (!work && !begin(entries)) return show("waiting");
    $("pause").hidden = state !== "paused";
    $("over").hidden = state !== "over";
    work.lock(state === "paused" || state === "over");
    show("play");
  }

  /** Start the work; the service worker has it when the network is gone. */
  function begin(entries) {
    if (!form) return false;
    stopNoting = probe(journal, level, (words) => tellSentence(Date.now(), words), () => !$("pause").hidden || !$("over").hidden);
    $("full").hidden = level < 2;
    work = start({ form, journal, entries, base, onTrouble: trouble });
    keepForOffline("/candidate/", person, [location.pathname, `${base}${address}`]);
    return true;
  }

  const WORDS = {
    begin: () => "It has begun.",
    pause: ({ text }) => `The proctor paused it: ${text}`,
    resume: () => "It goes on. The time ran on from the same place.",
    extend: ({ text, seconds }) => `The proctor gave ${Math.round(seconds / 60)} more minutes: ${text}`,
    message: ({ text }) => `The proctor says: ${text}`,
  };

  /** What proctors said since this page last looked, as sentences. */
  function tellSaid(list) {
    for (const word of list.slice(said)) {
      if (word.part && word.part !== part) continue;
      tellSentence(word.at_ms, WORDS[word.kind](word));
    }
    said = list.length;
  }

  function tellSentence(atMs, words) {
    const time = new Date(atMs).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    $("said").prepend(h("li", {}, h("span", { class: "soft" }, `${time} `), words));
    $("said-box").hidden = false;
  }

  function drawHandedIn() {
    stopNoting();
    $("clock").parentElement.hidden = true;
    const { stored, confirmed } = journal.state;
    const safe = confirmed >= stored;
    $("handed-safe").hidden = !safe;
    $("handed-unsafe").hidden = safe;
    $("handed-count").textContent = String(stored - confirmed);
    show("handed");
  }

  function tick() {
    const left = countdown.left();
    $("clock").textContent = left === null ? "–" : spelled(left);
    $("clock").dataset.low = String(left !== null && left < 300_000);
    if (left === 0 && work && !handedIn) {
      $("over").hidden = false;
      work.lock(true);
    }
  }

  $("hand-in").addEventListener("click", () => {
    work.settle();
    const { words, marked } = work.summary();
    $("hand-in-words").textContent = words;
    $("hand-in-flags").textContent = marked;
    $("hand-in-dialog").showModal();
  });
  $("hand-in-yes").addEventListener("click", async (event) => {
    event.target.disabled = true;
    work.settle();
    try {
      await journal.write("finish", { part });
      handedIn = true;
      $("hand-in-dialog").close();
      drawHandedIn();
      await journal.flush();
      afterwards(base);
    } catch (error) {
      trouble(error);
    }
    event.target.disabled = false;
  });
  $("full").addEventListener("click", () => document.documentElement.requestFullscreen?.().catch(() => {}));
  $("take-over").addEventListener("click", () => open({ takeover: true }));
  $("steal").addEventListener("click", () => open({ steal: true }));
  $("hand-file").addEventListener("click", async () => {
    const link = h("a", { href: URL.createObjectURL(await exportUnsent()), download: "assayer-unsent.json" });
    link.click();
  });
  $("home").href = home;
  addEventListener("pagehide", () => work?.settle());
  addEventListener("online", refresh);
  setInterval(tick, 500);
  follow({ [`attempt:${attempt}`]: 0 }, refresh, { every: 5_000 });
  open();
}
