/** The candidate's attempt: a remark, and "I am done", both through the journal. */

import { settings } from "../dom.js";
import { openJournal, sendUnsent } from "../journal.js";
import { showSaved } from "../saved.js";

const { attempt, person } = settings();
const SEND_EVERY_MS = 30_000;
const $ = (id) => document.getElementById(id);
const say = (words) => ($("done-words").textContent = words);

/** The journal is opened only when something is to be written: looking at the page takes no turn from another tab. */
async function write(act) {
  let journal;
  try {
    journal = await openJournal({ subjectKind: "attempt", subject: attempt, role: "candidate", person });
    journal.addEventListener("change", () => showSaved($("saved"), journal.state));
    await act(journal);
    return (await journal.flush()).confirmed === journal.state.stored;
  } finally {
    journal?.release();
  }
}

$("remark-form")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  event.stopPropagation();
  const text = $("remark").value.trim();
  if (!text) return;
  try {
    await write((journal) => journal.write("remark", { text }));
    $("remark").value = "";
  } catch (error) {
    $("saved").textContent = error.sentence ?? String(error.message);
  }
  delete event.target.dataset.sent;
});

$("done-yes")?.addEventListener("click", async (event) => {
  event.target.disabled = true;
  try {
    const safe = await write((journal) => journal.close());
    say(safe ? "Done, and safe on the server. Thank you." : "Done. It is kept on this device and goes out as soon as there is a network; leave this page open.");
  } catch (error) {
    say(error.code === "closed" ? "You said so already." : (error.sentence ?? String(error.message)));
  }
  $("done-dialog").close();
  $("done").disabled = true;
});

/** What the exam's page could not send before it was left goes out from here. */
sendUnsent(person);
setInterval(() => sendUnsent(person), SEND_EVERY_MS);
addEventListener("online", () => sendUnsent(person));
