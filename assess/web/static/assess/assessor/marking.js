/** The marking desk: one answer at a time, points by a tap or a digit, nothing that tells whose answer it is. */

import { h, settings } from "../dom.js";
import { Desk, counted, keyOf, say, show, showLeft } from "./desk.js";

const $ = (id) => document.getElementById(id);
const desk = new Desk({ person: settings().person, family: "marker", folder: "/assessor/marking/", data: "/assessor/marking.json", ahead: (data) => data.answers.filter(({ points }) => points === null), draw });
const nameOf = (row) => `${row.attempt} ${row.role} ${row.item}`;
const FORM_FIELDS = "textarea, input, select";
let rows = [];
let current = null;
let shown = "";

/** What is before the marker: the server's answer, with what this device knows beyond it. */
function standing() {
  const marks = new Map();
  for (const { kind, payload, ...post } of desk.local.newer) if (kind === "points") marks.set(nameOf({ ...post, item: payload.item }), payload);
  return (desk.data?.answers ?? [])
    .map((row) => {
      const mark = marks.get(nameOf(row));
      return { ...row, points: mark?.of === row.of ? mark.points : row.points };
    })
    .filter((row) => row.points === null || !desk.local.closed.has(keyOf(row)));
}

const unmarked = () => rows.filter((row) => row.points === null);
const row = () => rows.find((one) => nameOf(one) === current) ?? null;

function draw() {
  rows = standing();
  const open = unmarked().length;
  showLeft(open, open ? `${open} of ${rows.length} unmarked` : rows.length ? "All marked" : "Nothing to mark");
  if (!rows.length) return show("nothing");
  if (!row()) current = nameOf(unmarked()[0] ?? rows[0]);
  drawAnswer();
  drawMap();
  drawDone();
  show("work");
}

function drawAnswer() {
  const { item, of, points, again, text, words, question, attempt, role } = row();
  const { stem, language, points: choices, max_words: most, ...notes } = desk.data.questions[question];
  const place = rows.indexOf(row());
  // What is being typed stays: the answer is drawn anew only when it is another one.
  if (shown !== `${current} ${of}`) {
    shown = `${current} ${of}`;
    $("answer-title").textContent = `Answer ${place + 1} of ${rows.length}`;
    $("stem").replaceChildren(...stem.split(/\n{2,}/).map((part) => h("p", {}, part)));
    for (const id of ["stem", "text", "notes"]) $(id).lang = language;
    $("text").textContent = text;
    $("words").textContent = most === null ? "" : `${words} of at most ${counted(most, "word", "words")}${words > most ? ": too long" : ""}`;
    $("words").className = most !== null && words > most ? "error-words number" : "soft number";
    $("notes").replaceChildren(...notesOf(notes));
    $("comment").value = "";
    document.querySelector(".desk-comment").open = false;
  }
  $("answer-title").textContent = `Answer ${place + 1} of ${rows.length}`;
  $("again").hidden = !again || points !== null;
  drawPoints(choices, points);
  const comments = desk.local.all.filter((one) => one.kind === "comment" && one.attempt === attempt && one.role === role && one.payload.item === item);
  $("comments").replaceChildren(...comments.map(({ payload }) => h("li", {}, payload.text)));
  $("previous").disabled = place === 0;
  const last = place === rows.length - 1;
  $("next-words").textContent = points !== null && unmarked().length ? "Next unmarked" : last ? "To the end" : "Next";
}

function drawPoints(choices, points) {
  const focused = $("points").contains(document.activeElement) ? document.activeElement.dataset.points : null;
  $("points").replaceChildren(
    ...choices.map((value) =>
      h("button", { type: "button", class: `tap${points === value ? " chosen" : ""}`, data: { points: value }, aria: { pressed: String(points === value), label: counted(value, "point", "points") }, on: { click: () => mark(value) } }, value),
    ),
  );
  if (focused !== null) $("points").querySelector(`[data-points="${focused}"]`)?.focus();
}

function* notesOf({ marking_points: looked, model_answer: model, right, rationale }) {
  if (looked.length) {
    yield h("ol", { class: "stack-small desk-looked" }, ...looked.map(({ point, accept }) => h("li", {}, point, accept.length ? h("span", { class: "soft small block" }, `For example: ${accept.join(", ")}`) : null)));
  }
  if (model) yield h("div", { class: "desk-note" }, h("h3", {}, "A model answer"), h("p", {}, model));
  if (right.length) {
    yield h("p", { class: "soft" }, "A machine could not read this answer. Two people read it: give the points where it says what is right.");
    yield h("div", { class: "desk-note" }, h("h3", {}, "Right"), h("ul", {}, ...right.map((words) => h("li", {}, words))));
  }
  if (rationale) yield h("p", { class: "soft" }, rationale);
}

function drawMap() {
  const focused = [...$("map").querySelectorAll("button")].indexOf(document.activeElement);
  $("map").replaceChildren(
    ...rows.map((one, place) => {
      const done = one.points !== null;
      const here = nameOf(one) === current;
      return h("li", {}, h("button", { type: "button", class: `map-item${done ? " done" : ""}`, aria: { label: `Answer ${place + 1}: ${done ? counted(one.points, "point", "points") : "not marked"}`, ...(here ? { current: "step" } : {}) }, on: { click: () => go(nameOf(one)) } }, String(place + 1)));
    }),
  );
  if (focused >= 0) $("map").querySelectorAll("button")[focused]?.focus();
}

function drawDone() {
  const posts = finished();
  const marked = rows.filter((one) => posts.some((post) => keyOf(post) === keyOf(one))).length;
  const open = unmarked().length;
  $("done").hidden = posts.length === 0;
  $("done-title").textContent = open ? "Done with some of them?" : "Everything is marked";
  $("done-words").textContent = open ? `You can be done with ${counted(marked, "answer", "answers")} now; ${counted(open, "still waits", "still wait")} for you.` : `Look through ${marked === 1 ? "it" : `all ${marked}`} again if you like. When you are done, the candidates' results can go on.`;
  $("done-dialog-words").textContent = `${counted(marked, "answer is", "answers are")} marked and will be closed.`;
}

const finished = () => desk.closable(unmarked());

async function mark(points) {
  const { attempt, role, item, of } = row();
  if (!(await desk.write({ attempt, role }, "points", { item, points, of }))) return;
  say(`${counted(points, "point", "points")}. ${unmarked().length} unmarked.`);
  $("next").focus({ preventScroll: true });
}

async function keepComment() {
  const text = $("comment").value.trim();
  if (!text) return true;
  const { attempt, role, item, of } = row();
  $("comment").value = "";
  if (await desk.write({ attempt, role }, "comment", { text, item, of })) return say("Comment kept");
  $("comment").value = text;
  return false;
}

/** Show another answer. A comment that is still being written is kept first. */
async function go(name) {
  if ((await keepComment()) === false) return;
  current = name;
  draw();
  $("answer-title").focus();
  window.scrollTo({ top: 0 });
}

function next() {
  const place = rows.indexOf(row());
  const open = unmarked();
  if (row().points !== null && open.length) return go(nameOf(rows.slice(place + 1).find((one) => one.points === null) ?? open[0]));
  if (place < rows.length - 1) return go(nameOf(rows[place + 1]));
  $("done").scrollIntoView({ block: "center" });
  return $("done-title").focus();
}

$("previous").addEventListener("click", () => go(nameOf(rows[rows.indexOf(row()) - 1])));
$("next").addEventListener("click", next);
$("keep-comment").addEventListener("click", keepComment);
/** A digit gives points wherever the focus is on the desk, but not where something is written. */
$("work").addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches(FORM_FIELDS)) return;
  const button = $("points").querySelector(`[data-points="${CSS.escape(event.key)}"]`);
  if (!button) return;
  event.preventDefault();
  mark(event.key);
});
$("done-yes").addEventListener("click", async () => {
  $("done-dialog").close();
  await keepComment();
  await desk.close(finished());
  say("Closed");
});

await desk.run();
