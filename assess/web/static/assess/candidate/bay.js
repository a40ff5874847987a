/** At the bay: whether it may be energised; and the call for a safety check is written down at once, with or without a network. */

import { h, settings } from "../dom.js";
import { openJournal } from "../journal.js";
import { follow } from "../live.js";
import { keepForOffline } from "../offline.js";
import { showSaved, sign } from "../saved.js";

const { attempt, person } = settings();
const $ = (id) => document.getElementById(id);
let journal = null;

try {
  journal = await openJournal({ subjectKind: "attempt", subject: attempt, role: "candidate", person });
  journal.addEventListener("change", () => showSaved($("saved"), journal.state));
  showSaved($("saved"), journal.state);
} catch (error) {
  $("saved").textContent = error.sentence ?? String(error.message);
}
keepForOffline("/candidate/", person, [location.pathname]);

$("call-yes").addEventListener("click", async () => {
  $("call-dialog").close();
  if (!journal) return ($("bay-words").textContent = "Call aloud: this page could not write it down.");
  await journal.write("safety_call", {});
  $("bay-words").textContent = `You called at ${new Date().toLocaleTimeString()}. Step back and wait for the assessor.`;
});

const LOOKS = { not_opened: ["ok", "lock"], locked: ["ok", "lock"], energised: ["warn", "bolt"], void: ["bad", "stop"] };
const UNKNOWN = { state: "locked", words: "No connection. Ask the technician before you energise." };
const EVERY_MS = 10_000;
const PATIENCE_MS = 4_000;
let asked = 0;

/**
 * Permission is shown only while the server says so: what this page heard before may have been taken back since. So it asks again and again,
 * whatever the socket seems to be; silence counts as no connection, and an answer that was overtaken counts for nothing.
 */
async function look() {
  const mine = ++asked;
  let bays = null;
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(`/candidate/attempts/${attempt}/bay/live`, { credentials: "same-origin", redirect: "error", signal });
    if (response.ok) bays = (await response.json()).bays;
  } catch {
    bays = null;
  }
  if (mine !== asked) return;
  for (const place of document.querySelectorAll("[data-bay]")) draw(place, bays);
}

/** A page that nobody sees asks nothing: what it heard is put away, so that a phone that wakes up never shows permission of before. */
function forget() {
  asked += 1;
  for (const place of document.querySelectorAll("[data-bay]")) draw(place, null);
}

function draw(place, bays) {
  const found = bays === null ? (place.hidden ? null : UNKNOWN) : (bays[place.dataset.bay] ?? null);
  place.hidden = found === null;
  if (found === null || place.dataset.shows === found.words) return;
  const [kind, icon] = LOOKS[found.state];
  place.dataset.shows = found.words;
  place.className = `bay-standing bay-standing-${kind}`;
  place.replaceChildren(sign(icon), h("strong", {}, found.words));
}

follow({ [`attempt:${attempt}`]: 0 }, look);
addEventListener("offline", look);
addEventListener("online", look);
document.addEventListener("visibilitychange", () => (document.hidden ? forget() : look()));
setInterval(() => document.hidden || look(), EVERY_MS);
await look();
