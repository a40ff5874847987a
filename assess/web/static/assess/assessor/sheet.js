/** A sheet on the tablet: the person, the rows, the lock, the impression, the close. Everything goes to the journal first. */

import { spelled } from "../clock.js";
import { h, settings } from "../dom.js";
import { HeldElsewhere, openJournal } from "../journal.js";
import { Pictures } from "../pictures.js";
import { showSaved, sign } from "../saved.js";
import { face } from "./face.js";
import { LiveBay } from "./live_bay.js";
import { Photos } from "./photos.js";
import { byHand, rowOf } from "./rows.js";
import { UNDONE, standingOf } from "./sheet_state.js";

const { person } = settings();
const [attempt, role] = decodeURIComponent(location.hash.slice(1)).split("/");
const $ = (id) => document.getElementById(id);
const CHIPS = ["Worked calmly and in order.", "Asked before energising.", "Needed a reminder.", "Tools of the centre were at fault.", "Ran out of time."];
let journal;
let pictures;
let photos;
let post;
let task;
let instruments;
let records;
let sheet;
let live;

const show = (id) => {
  for (const view of document.querySelectorAll("[data-view]")) view.hidden = view.id !== id;
  $("foot").hidden = id !== "sheet" || sheet?.closed === true;
};

function trouble(error) {
  $("trouble-words").textContent = error.sentence ?? String(error.message ?? error);
  $("trouble").hidden = false;
}

function blocked(words, error = null) {
  $("blocked-words").textContent = words;
  $("take-over").hidden = !(error instanceof HeldElsewhere);
  $("steal").hidden = error?.code !== "other-tab";
  show("blocked");
}

async function open(more = {}) {
  try {
    const day = await (await fetch("/assessor/day.json", { credentials: "same-origin" })).json();
    post = day.posts.find((one) => one.attempt === attempt && one.role === role);
    task = post && day.tasks[post.task];
    instruments = day.instruments;
    records = day.records ?? {};
  } catch {
    return blocked("There is no network, and this tablet does not hold the day. Open My day once while it is online.");
  }
  if (!post) return blocked("This sheet is not yours, or not any more. Look at My day.");
  try {
    journal = await openJournal({ subjectKind: "attempt", subject: attempt, role, person, ...more });
  } catch (error) {
    return blocked(error.sentence ?? String(error), error);
  }
  pictures?.release();
  pictures = await Pictures.of(journal);
  photos = new Photos({ pictures, attempt, input: $("photo-input"), dialog: $("photo-dialog"), onKept: keptPhoto, onTrouble: trouble });
  journal.addEventListener("change", drawSaved);
  live?.release();
  live = new LiveBay(attempt, role);
  live.addEventListener("change", () => sheet && !$("sheet").hidden && drawSheet());
  pictures.addEventListener("change", drawPictures);
  await redraw();
  drawSaved();
  navigator.wakeLock?.request("screen").catch(() => {});
}

function drawSaved() {
  const { state } = journal;
  showSaved($("saved"), state, pictures.waiting);
  $("counters").textContent = `${state.tapped} written, ${state.stored} on this tablet, ${state.confirmed} on the server`;
  if (state.problem) trouble(state.problem);
  if (sheet?.closed) drawClosed();
}

/** Say it in the journal, then show what stands there. */
async function say(kind, payload, words = "") {
  try {
    await journal.write(kind, payload);
    $("trouble").hidden = true;
    if (words) $("said").textContent = words;
    navigator.vibrate?.(20);
  } catch (error) {
    trouble(error);
  }
  await redraw();
}

const now = () => Math.round(journal.serverNow() ?? Date.now());

function keptPhoto() {
  $("said").textContent = "Photo kept";
  navigator.vibrate?.(20);
}

async function redraw() {
  sheet = standingOf(await journal.entries(), post.task);
  if (!sheet.identified && !sheet.closed) return drawPerson();
  drawSheet();
}

function drawPerson() {
  $("person-task").textContent = `${task.title}${post.station ? `, ${post.station}` : ""}`;
  $("person-face").replaceChildren(face(post.candidate, true));
  $("person-name").textContent = post.candidate.name;
  $("person-code").textContent = post.candidate.code;
  $("person-adjusted").hidden = post.candidate.accommodations.length === 0;
  $("person-adjustments").replaceChildren(...post.candidate.accommodations.map((words) => h("li", {}, words)));
  if (sheet.identified === false) trouble({ sentence: "You wrote that this is not the person. Wait for the proctor; if it was a mistake, say now that it is." });
  show("person");
}

function drawSheet() {
  $("sheet-title").textContent = task.title;
  if (!$("sheet-face").childElementCount) $("sheet-face").append(face(post.candidate));
  $("sheet-person").textContent = post.candidate.name;
  const kept = document.activeElement?.closest?.("[data-criterion]")?.dataset.criterion;
  const label = document.activeElement?.textContent;
  drawHold();
  const given = (row) => ({
    locked: sheet.locked || sheet.closed,
    waits: row.live && task.hold_point && !mayEnergise(),
    instruments,
    readings: live.of(row.id),
    taken: sheet.taken.get(row.id) ?? null,
    refused: sheet.refused,
    onMark: (mark, words) => say("mark", { task: post.task, criterion: row.id, mark }, `${row.text}: ${words}`),
    records,
    held: heldRecord(row),
    onRecord: (record, more) => takeRecord(row, record, more),
    onTake: ({ mark, reading }, words) => say("mark", { task: post.task, criterion: row.id, mark, reading }, `${row.text}: ${words}`),
    onRefuse: (reading, reason) => say("reading_refused", { task: post.task, criterion: row.id, reading, reason }, `${row.text}: not this reading`),
  });
  for (const [place, row] of task.criteria.entries()) drawRow(row, place + 1, sheet.marks.get(row.id) ?? null, given(row));
  drawPhotos();
  if (kept) [...document.querySelectorAll(`[data-criterion="${CSS.escape(kept)}"] button`)].find((button) => button.textContent === label)?.focus();
  if (!$("sheet-about").childElementCount) drawAbout();
  const open = task.criteria.filter((row) => byHand(row) && !sheet.marks.has(row.id)).length;
  $("left").textContent = open ? `${open} unmarked` : "All marked";
  $("left").className = `state ${open ? "state-warn" : "state-ok"}`;
  $("undo").disabled = sheet.locked || sheet.history.length === 0;
  $("next").disabled = sheet.locked || open === 0;
  $("pause-words").textContent = sheet.pausedSince === null ? "Pause" : "Resume";
  $("pause").toggleAttribute("data-opens", sheet.pausedSince === null);
  if (sheet.pausedSince === null) $("pause").dataset.opens = "pause-dialog";
  $("end").hidden = sheet.locked || sheet.closed;
  $("rate").hidden = !sheet.locked || sheet.rating !== null || sheet.closed;
  $("finish").hidden = !sheet.locked || sheet.rating === null || sheet.closed;
  $("closed").hidden = !sheet.closed;
  if (!$("rate").hidden) drawRatings();
  show("sheet");
}

const kindOf = (row) => row.measurement?.record?.split(".")[0] ?? "";

/** The test record that a row of this kind holds already, so that it is written down once for all of them. */
function heldRecord(row) {
  const kind = kindOf(row);
  if (!kind) return null;
  const own = sheet.marks.get(row.id)?.record;
  return own ?? task.criteria.filter((one) => kindOf(one) === kind).map((one) => sheet.marks.get(one.id)?.record).find(Boolean) ?? null;
}

/** A record marks every row that asks for a figure it carries: of an electrical test those whose field was written down. */
async function takeRecord(row, record, more) {
  const carries = (one) => !record.circuits || one.measurement.record.split(".")[1] in record.circuits[0];
  for (const one of task.criteria.filter((each) => kindOf(each) === kindOf(row) && carries(each))) {
    if (one.live && task.hold_point && !mayEnergise()) continue;
    await say("mark", { task: post.task, criterion: one.id, mark: { record, ...more } }, `${one.text}: taken from the test record`);
  }
}

/** A row is drawn anew only when its own mark or the lock has changed: what is being typed into another one stays. */
function drawRow(row, number, mark, given) {
  const { locked, waits, readings, taken, refused, held } = given;
  const shows = JSON.stringify([mark, locked, waits, readings, taken, [...refused], held]);
  const before = $(`row-${number}`);
  if (before?.dataset.shows === shows) return;
  const now = rowOf(row, number, mark, given);
  now.dataset.shows = shows;
  if (before) keepTyped(before, now);
  if (before) before.replaceWith(now);
  else $("rows").append(now);
}

/** What was typed into a row and not taken yet stays when the row is drawn anew, because a reading came say. */
function keepTyped(before, now) {
  for (const input of before.querySelectorAll("input[id]")) {
    const place = now.querySelector(`#${CSS.escape(input.id)}`);
    if (place && input.value !== input.defaultValue) place.value = input.value;
  }
}

const mayEnergise = () => live.bay?.state === "energised" || sheet.told !== null;

/** The hold point of the task, and a bay whose equipment is void. */
function drawHold() {
  const state = live.bay?.state ?? "unknown";
  $("hold").hidden = !task.hold_point && state !== "void";
  if ($("hold").hidden) return;
  const told = sheet.told && state !== "energised" && state !== "void";
  const [kind, icon] = state === "energised" || told ? ["warn", "bolt"] : state === "void" ? ["bad", "stop"] : ["ok", "lock"];
  const since = live.bay?.since_ms ? ` (${new Date(live.bay.since_ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })})` : "";
  const words = told
    ? `You wrote that ${sheet.told.by} gave permission to energise.`
    : live.bay
      ? `${live.bay.words}${since}${live.online ? "" : " No network: this may have changed."}`
      : "No network: permission to energise can't be seen here. Ask at the bay.";
  if ($("hold").dataset.shows !== `${kind} ${words}`) {
    $("hold").dataset.shows = `${kind} ${words}`;
    $("hold").className = `bay-standing bay-standing-${kind}`;
    $("hold-words").replaceChildren(sign(icon), h("strong", {}, words));
  }
  $("hold-told").hidden = mayEnergise() || state === "void" || sheet.locked || sheet.closed;
}

/** Only the photos: what is being typed into a row stays. */
function drawPhotos() {
  const whole = $("sheet-photos");
  fill(whole, photos.button({ task: post.task }, null, sheet.closed), photos.list(sheet.pictures.filter((one) => !one.criterion), "the whole work"));
  for (const [place, { id }] of task.criteria.entries()) {
    const row = $(`row-${place + 1}`);
    fill(row.querySelector(".row-photo-button"), photos.button({ task: post.task, criterion: id }, place + 1, sheet.closed));
    fill(row.querySelector(".row-photos"), photos.list(sheet.pictures.filter((one) => one.criterion === id), `row ${place + 1}`));
  }
}

/** New content, with the focus where it was. */
function fill(place, ...content) {
  const focused = [...place.querySelectorAll("button")].indexOf(document.activeElement);
  place.replaceChildren(...content.filter(Boolean));
  if (focused >= 0) place.querySelectorAll("button")[focused]?.focus();
}

async function drawPictures() {
  sheet = standingOf(await journal.entries(), post.task);
  drawSaved();
  if (!$("sheet").hidden) drawPhotos();
}

function drawAbout() {
  $("sheet-about").append(h("p", {}, task.scenario), h("p", {}, h("strong", {}, "The candidate is told: "), task.instructions), h("p", {}, h("strong", {}, "Set up: "), task.setup), h("p", {}, h("strong", {}, "Rule: "), task.critical_rule), h("h3", {}, "Stop when"), h("ul", {}, ...task.safety_stop_rules.map((rule) => h("li", {}, rule))));
  $("rate-instruction").textContent = task.rating.instruction;
  $("safety-rules").replaceChildren(...task.safety_stop_rules.map((rule, place) => h("label", { class: "choice" }, h("input", { type: "radio", name: "rule", value: String(place) }), h("span", {}, rule))));
  $("chips").replaceChildren(...CHIPS.map((words) => h("button", { type: "button", on: { click: () => ($("comment").value = `${$("comment").value} ${words}`.trim()) } }, words)));
}

function drawRatings() {
  $("ratings").replaceChildren(...task.rating.anchors.map((anchor, place) => h("button", { type: "button", class: "tap tap-level", on: { click: () => rate(place + 1) } }, h("strong", {}, String(place + 1)), h("span", {}, anchor))));
}

async function rate(rating) {
  await say("global_rating", { task: post.task, rating }, `Overall impression ${rating}`);
  $("finish-title").focus();
}

function drawClosed() {
  const unsent = journal.state.stored - journal.state.confirmed + pictures.waiting;
  $("closed-words").textContent = unsent ? `Safe on this tablet. ${unsent} entries and pictures go to the server as soon as there is a network.` : "Safe on the server.";
}

function tick() {
  if (!sheet || !post || sheet.begunMs === null) return;
  const until = sheet.pausedSince ?? now();
  const left = post.limit_s * 1000 - (until - sheet.begunMs - (sheet.pausedMs ?? 0));
  $("clock").textContent = left >= 0 ? spelled(left) : `+${spelled(-left)}`;
  $("clock").dataset.low = String(left < 300_000);
}

$("is-person").addEventListener("click", async () => {
  await say("identity", { confirmed: true, how: "identity document compared with the person at the bay", by: person });
  if (sheet.begunMs === null) await say("begin", { part: post.task, limit_s: post.limit_s, at_ms: now(), task: post.task });
  $("sheet-title").scrollIntoView();
});
$("not-yes").addEventListener("click", async () => {
  $("not-person-dialog").close();
  await say("identity", { confirmed: false, how: "identity document compared with the person at the bay", by: person });
});
$("undo").addEventListener("click", async () => {
  const last = sheet.history.at(-1);
  if (!last) return;
  await say("mark", { task: post.task, criterion: last.criterion, mark: last.before ?? UNDONE }, "Taken back");
  document.querySelector(`[data-criterion="${CSS.escape(last.criterion)}"]`)?.scrollIntoView({ block: "center" });
});
$("next").addEventListener("click", () => {
  const row = task.criteria.find((one) => byHand(one) && !sheet.marks.has(one.id));
  const place = row && document.querySelector(`[data-criterion="${CSS.escape(row.id)}"]`);
  place?.scrollIntoView({ block: "center" });
  place?.querySelector("button, input")?.focus({ preventScroll: true });
});
$("lock").addEventListener("click", async () => {
  const open = task.criteria.filter((row) => byHand(row) && !sheet.marks.has(row.id));
  if (open.length && sheet.stops.length === 0) {
    const waits = open.some((row) => row.live && task.hold_point && !mayEnergise());
    $("end-words").textContent = `${open.length} ${open.length === 1 ? "row is" : "rows are"} not marked yet. "Not seen" is a mark too.${waits ? " Rows that need a live circuit wait for permission to energise." : ""}`;
    $("next").click();
    return;
  }
  await say("lock", { task: post.task }, "Rows locked");
  $("rate-title").focus();
});
$("close").addEventListener("click", () => {
  const statement = $("statement").value.trim();
  $("close-words").textContent = statement ? `The candidate says: ${statement}` : "The candidate was not asked, or said nothing: no words of theirs are on this sheet.";
});
$("close-yes").addEventListener("click", async (event) => {
  event.currentTarget.disabled = true; // what is here is written once
  $("close-dialog").close();
  const statement = $("statement").value.trim();
  if (statement) await say("plain_statement", { task: post.task, text: statement, by: "candidate" });
  const text = $("comment").value.trim();
  if (text) await say("comment", { task: post.task, text });
  await say("close", {}, "Sheet closed");
  if (!sheet.closed) $("close-yes").disabled = false;
  journal.flush();
});
$("nothing-to-add").addEventListener("click", (event) => ($("statement").value = event.currentTarget.textContent.trim()));
$("pause").addEventListener("click", async () => {
  if (sheet.pausedSince !== null) await say("resume", { part: post.task, at_ms: now(), task: post.task }, "The time runs on");
});
$("pause-yes").addEventListener("click", async () => {
  $("pause-dialog").close();
  await say("pause", { part: post.task, reason: $("pause-reason").value.trim() || "No reason given", at_ms: now(), task: post.task }, "Paused");
});
$("safety-yes").addEventListener("click", async () => {
  const chosen = document.querySelector('#safety-rules input:checked');
  const reason = $("safety-reason").value.trim();
  const rule = chosen ? task.safety_stop_rules[Number(chosen.value)] : "";
  if (!rule && !reason) return $("safety-reason").focus();
  $("safety-dialog").close();
  await say("safety_stop", { task: post.task, code: chosen ? `rule-${Number(chosen.value) + 1}` : "other", reason: [rule, reason].filter(Boolean).join(": ") }, "Safety stop written down");
  trouble({ sentence: "Safety stop written down. Lock the rows as they are; two people rule on the stop." });
});
$("told-yes").addEventListener("click", async () => {
  const by = $("told-by").value.trim();
  $("told-by").setAttribute("aria-invalid", String(!by));
  if (!by) return $("told-by").focus();
  $("told-dialog").close();
  await say("told_to_energise", { task: post.task, by }, "Written down: permission was given at the bay");
});
$("contrast").addEventListener("click", (event) => {
  const on = document.documentElement.dataset.contrast !== "high";
  document.documentElement.dataset.contrast = on ? "high" : "normal";
  document.documentElement.dataset.theme = on ? "light" : "auto";
  event.currentTarget.setAttribute("aria-pressed", String(on));
});
$("take-over").addEventListener("click", () => open({ takeover: true }));
$("steal").addEventListener("click", () => open({ steal: true }));
addEventListener("hashchange", () => location.reload());
document.addEventListener("visibilitychange", () => !document.hidden && navigator.wakeLock?.request("screen").catch(() => {}));
setInterval(tick, 500);
open();
