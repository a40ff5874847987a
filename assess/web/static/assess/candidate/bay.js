/** At the bay: the call for a safety check is written down at once, with or without a network. */

import { settings } from "../dom.js";
import { openJournal } from "../journal.js";
import { keepForOffline } from "../offline.js";
import { showSaved } from "../saved.js";

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
