/** A bay record on the technician's tablet: the checks, the opening, permission to energise, void equipment, the close. */

import { h, settings } from "../dom.js";
import { HeldElsewhere, openJournal } from "../journal.js";
import { showSaved, sign } from "../saved.js";
import { isDone, standingOf } from "./bay_state.js";

const { person } = settings();
const [attempt, role] = decodeURIComponent(location.hash.slice(1)).split("/");
const $ = (id) => document.getElementById(id);
let journal;
let post;
let task;
let checks;
let booked;
let bay;

const show = (id) => {
  for (const view of document.querySelectorAll("[data-view]")) view.hidden = view.id !== id;
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
    const day = await (await fetch("/technician/day.json", { credentials: "same-origin" })).json();
    post = day.posts.find((one) => one.attempt === attempt && one.role === role);
    task = post && day.tasks[post.task];
    checks = day.checks;
    booked = (post && day.booked[post.station_id]) ?? [];
  } catch {
    return blocked("There is no network, and this tablet does not hold the day. Open My bays once while it is online.");
  }
  if (!post) return blocked("This bay is not yours, or not any more. Look at My bays.");
  try {
    journal = await openJournal({ subjectKind: "attempt", subject: attempt, role, person, ...more });
  } catch (error) {
    return blocked(error.sentence ?? String(error), error);
  }
  journal.addEventListener("change", drawSaved);
  drawAbout();
  await redraw();
  drawSaved();
  navigator.wakeLock?.request("screen").catch(() => {});
}

function drawSaved() {
  showSaved($("saved"), journal.state);
  if (journal.state.problem) trouble(journal.state.problem);
  if (bay?.closed) $("closed-words").textContent = journal.state.stored > journal.state.confirmed ? "Safe on this tablet. It goes to the server as soon as there is a network." : "Safe on the server.";
}

const now = () => Math.round(journal.serverNow() ?? Date.now());
const time = (ms) => (ms ? new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }) : "");

/** Say it in the journal, then show what stands there. */
async function say(kind, payload, words) {
  try {
    await journal.write(kind, { task: post.task, ...payload, at_ms: now() });
    $("trouble").hidden = true;
    $("said").textContent = words;
    navigator.vibrate?.(20);
  } catch (error) {
    trouble(error);
  }
  await redraw();
}

function drawAbout() {
  $("bay-station").textContent = [post.station, post.room].filter(Boolean).join(", ") || task.title;
  $("bay-person").textContent = post.candidate.name;
  $("bay-code").textContent = post.candidate.code;
  $("bay-task").textContent = `${task.title}, ${task.minutes} min`;
  $("bay-about").replaceChildren(h("p", {}, task.setup), h("h3", {}, "What has to be there"), h("ul", {}, ...task.equipment.map((one) => h("li", {}, one))), h("h3", {}, "Stop when"), h("ul", {}, ...task.safety_stop_rules.map((one) => h("li", {}, one))));
}

async function redraw() {
  bay = standingOf(await journal.entries(), post.task);
  drawStanding();
  for (const [place, [check, words]] of Object.entries(checks).entries()) drawCheck(place + 1, check, words);
  const lacking = Object.entries(checks).filter(([check]) => !isDone(bay, check));
  $("open-words").textContent = bay.opened ? `Opened at ${time(bay.opened.at_ms)}.` : lacking.length ? `Still to do: ${lacking.map(([, words]) => words.toLowerCase()).join(", ")}.` : "Everything is there.";
  $("open-bay").hidden = bay.closed || (bay.opened !== null && bay.void === null);
  $("open-bay").lastChild.textContent = bay.void ? "Open the bay anew" : "Open the bay";
  $("hold").hidden = !task.hold_point || !bay.opened || bay.closed || bay.void !== null;
  $("hold-give").hidden = bay.energised;
  $("hold-take").hidden = !bay.energised;
  $("hold-words").textContent = bay.energised ? `Given at ${time(bay.hold.at_ms)}: ${bay.hold.dead_tests}` : "The supply stays locked off until you have seen the candidate's dead tests.";
  for (const id of ["void", "keep-comment", "close", "comment"]) $(id).disabled = bay.closed;
  $("closed").hidden = !bay.closed;
  show("bay");
}

function drawStanding() {
  const [kind, icon, words] = bay.void
    ? ["bad", "stop", `Equipment void: ${bay.void.reason}`]
    : bay.energised
      ? ["warn", "bolt", "The candidate may energise"]
      : bay.opened
        ? ["ok", "lock", task.hold_point ? "Open. Supply locked off" : "Open"]
        : ["idle", "lock", "Not open yet. Supply locked off"];
  $("standing").className = `bay-standing bay-standing-${kind}`;
  $("standing").replaceChildren(sign(icon), h("strong", {}, words));
}

/** A check is drawn anew only when its own word or the close has changed: what is being typed into another one stays. */
function drawCheck(number, check, words) {
  const said = bay.checks.get(check) ?? null;
  const shows = JSON.stringify([said, bay.closed]);
  const before = $(`check-${number}`);
  if (before?.dataset.shows === shows) return;
  const focused = before?.contains(document.activeElement);
  const row = checkRow(number, check, words, said);
  row.dataset.shows = shows;
  if (before) before.replaceWith(row);
  else $("checks").append(row);
  if (focused) row.querySelector("button")?.focus();
}

function checkRow(number, check, words, said) {
  const id = `check-${number}`;
  const done = said?.done === true;
  const more = { fault_set: faultSet, instruments: proved }[check]?.(id, said) ?? { fields: [], given: () => ({}) };
  const wrong = h("p", { class: "error", role: "alert", hidden: true });
  const take = () => {
    const given = more.given();
    wrong.hidden = typeof given !== "string";
    if (typeof given === "string") return void (wrong.textContent = given);
    return say("bay_check", { check, done: true, ...given }, `${words}: done`);
  };
  return h("li", { class: `sheet-row${done ? " marked" : ""}`, id },
    h("div", { class: "row-head" }, h("h3", { id: `${id}-text` }, `${number}. ${words}`), done ? h("span", { class: "state state-ok" }, sign("check"), `Done ${time(said.at_ms)}`) : null),
    ...more.fields, wrong,
    h("div", { class: "taps", role: "group", aria: { labelledby: `${id}-text` } },
      h("button", { type: "button", class: `tap${done ? " chosen" : ""}`, disabled: bay.closed, aria: { pressed: String(done) }, on: { click: take } }, "Done"),
      h("button", { type: "button", class: "tap", disabled: bay.closed || !said, aria: { pressed: String(said?.done === false) }, on: { click: () => say("bay_check", { check, done: false }, `${words}: not done`) } }, "Not done")));
}

function faultSet(id, said) {
  const code = field(`${id}-code`, "Code of the set", said?.code ?? "", "none, where the task has none");
  const proof = field(`${id}-proof`, "Proved by which reading?", said?.proved_by ?? "", "Zs at X1 reads 1.42 Ω");
  return { fields: [h("div", { class: "fields" }, code.field, proof.field)], given: () => (code.input.value.trim() && proof.input.value.trim() ? { code: code.input.value.trim(), proved_by: proof.input.value.trim() } : "Write the code of the set, and the reading that proves it.") };
}

function proved(id, said) {
  const on = field(`${id}-on`, "Proving unit", said?.on ?? "", "PU-1");
  const boxes = booked.map((one) => h("label", { class: "choice" }, h("input", { type: "checkbox", value: one.serial, checked: said ? said.serials?.includes(one.serial) : true, disabled: bay.closed }), h("span", {}, `${one.kind} ${one.serial}`, one.provisional_because ? h("span", { class: "soft" }, ` – its readings are provisional: ${one.provisional_because}`) : null)));
  const serials = booked.length ? null : field(`${id}-serials`, "Serials of the instruments", said?.serials?.join(", ") ?? "", "MFT-1, IT-2");
  const chosen = () => (serials ? serials.input.value.split(",").map((one) => one.trim()).filter(Boolean) : boxes.map((box) => box.querySelector("input")).filter((input) => input.checked).map((input) => input.value));
  return {
    fields: [booked.length ? h("div", { class: "choices", role: "group", aria: { label: "Instruments booked here" } }, ...boxes) : serials.field, on.field],
    given: () => (chosen().length && on.input.value.trim() ? { serials: chosen(), on: on.input.value.trim() } : "Name the instruments and the proving unit."),
  };
}

function field(id, words, value, placeholder) {
  const input = h("input", { id, maxlength: "120", autocomplete: "off", value, placeholder, disabled: bay.closed });
  return { input, field: h("div", { class: "field" }, h("label", { for: id }, words), input) };
}

$("open-bay").addEventListener("click", async () => {
  const place = Object.keys(checks).findIndex((check) => !isDone(bay, check));
  if (place >= 0) return $(`check-${place + 1}`).querySelector("input, button").focus();
  await say("bay_opened", {}, "The bay is open");
  (task.hold_point ? $("hold-title") : $("end-title")).scrollIntoView({ block: "center" });
});
$("give-yes").addEventListener("click", async () => {
  $("give-dialog").close();
  await say("hold_released", { dead_tests: $("dead-tests").value.trim() || "seen" }, "Permission to energise is given");
  $("hold-title").focus();
});
$("take-yes").addEventListener("click", async () => {
  $("take-dialog").close();
  await say("hold_set", { reason: $("take-reason").value.trim() || "No reason given" }, "The supply is locked off");
  $("hold-title").focus();
});
$("void-yes").addEventListener("click", async () => {
  const chosen = document.querySelector("#void-dialog input:checked")?.value ?? "";
  const seen = $("void-reason").value.trim();
  $("void-wrong").hidden = Boolean(chosen || seen);
  if (!chosen && !seen) return;
  $("void-dialog").close();
  await say("equipment_void", { reason: [chosen, seen].filter(Boolean).join(": ") }, "The equipment is void");
});
$("keep-comment").addEventListener("click", async () => {
  const text = $("comment").value.trim();
  if (!text) return;
  await say("comment", { text }, "Comment kept");
  $("comment").value = "";
});
$("close").addEventListener("click", () => {
  $("close-words").textContent = bay.opened ? "Nothing more can be written in it after this." : "The bay was never opened. Nothing more can be written after this.";
});
$("close-yes").addEventListener("click", async (event) => {
  event.currentTarget.disabled = true; // what is here is written once
  $("close-dialog").close();
  const text = $("comment").value.trim();
  if (text) await say("comment", { text }, "Comment kept");
  await say("close", {}, "Record closed");
  if (!bay.closed) $("close-yes").disabled = false;
  journal.flush();
});
$("take-over").addEventListener("click", () => open({ takeover: true }));
$("steal").addEventListener("click", () => open({ steal: true }));
addEventListener("hashchange", () => location.reload());
document.addEventListener("visibilitychange", () => !document.hidden && navigator.wakeLock?.request("screen").catch(() => {}));
open();
