/** The adjudicators' desk: each matter with all its evidence, an answer, a reason. What the other one said comes after one's own ruling. */

import { h, settings } from "../dom.js";
import { sign } from "../saved.js";
import { Desk, counted, say, show, showLeft } from "./desk.js";

const $ = (id) => document.getElementById(id);
const desk = new Desk({ person: settings().person, family: "adjudicator", folder: "/assessor/rulings/", data: "/assessor/rulings.json", draw });
const cards = new Map();
let matters = [];

const STATES = {
  open: ["warn", "scales", "Waits for you"],
  differs: ["warn", "warning", "You two ruled differently"],
  waits: ["info", "clock", "Waits for another adjudicator"],
  sent: ["info", "cloud", "Your ruling is written"],
  settled: ["ok", "check", "Settled"],
};
/** Answer → its words, and what it leads to. */
const ANSWERS = {
  step: [
    [true, "It was met", "For the candidate: one adjudicator is enough. The step is met and its points count."],
    [false, "It was not met", "Against the candidate: it takes two. The step is missed, and the task is failed whatever its points."],
  ],
  reading: [
    [true, "It was met", "For the candidate: one adjudicator is enough. The row earns its points."],
    [false, "It was not met", "Against the candidate: it takes two. The row earns nothing."],
  ],
  stop: [
    [true, "Lift the stop", "For the candidate: one adjudicator is enough. The marks on the sheets count."],
    [false, "Confirm the stop", "Against the candidate: it takes two. The task is failed whatever its points."],
  ],
};
const SHARE = /^(0([.,][0-9]{1,4})?|1([.,]0{1,4})?)$/;

const nameOf = ({ attempt, kind, about, criterion }) => `${attempt} ${kind} ${about} ${criterion}`;
const roleWords = (role) => role.replace(/^(.)(.*):(\d+)$/, (_, first, rest, number) => `${first.toUpperCase()}${rest} ${number}`);
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const waiting = () => matters.filter(({ state }) => state === "open" || state === "differs");

/** What this device wrote beyond what the server knows, as the ruling of a matter. */
function rulingOf(kind, payload) {
  if (kind === "confirm_stop") return { kind: "stop", about: payload.task, criterion: "", answer: !payload.confirmed, reason: payload.reason };
  if (kind !== "settle") return null;
  if (payload.simulation) return { kind: "share", about: payload.simulation, criterion: "", answer: payload.share, reason: payload.reason };
  return { kind: "step", about: payload.task, criterion: payload.criterion, answer: payload.met, reason: payload.reason };
}

function standing() {
  const here = new Map();
  for (const { attempt, role, kind, payload } of desk.local.newer) {
    const ruling = rulingOf(kind, payload);
    if (ruling) here.set(nameOf({ attempt, ...ruling }), { role, answer: ruling.answer, reason: ruling.reason });
  }
  return (desk.data?.matters ?? []).map((matter) => {
    const mine = here.get(nameOf(matter));
    return mine ? { ...matter, mine, others: [], state: "sent" } : matter;
  });
}

function draw() {
  matters = standing();
  const open = waiting().length;
  showLeft(open, open ? `${counted(open, "matter waits", "matters wait")} for you` : "Nothing waits for you");
  const posts = finished();
  if (!matters.length && !posts.length) return show("nothing");
  for (const [name, { said }] of cards) {
    const now = matters.find((one) => nameOf(one) === name);
    if (!now || JSON.stringify(now) !== said) cards.delete(name);
  }
  for (const matter of matters) if (!cards.has(nameOf(matter))) cards.set(nameOf(matter), { said: JSON.stringify(matter), card: cardOf(matter) });
  const wanted = matters.map((matter) => cards.get(nameOf(matter)).card);
  for (const old of [...$("matters").children]) if (!wanted.includes(old)) old.remove();
  wanted.forEach((card, place) => $("matters").children[place] !== card && $("matters").insertBefore(card, $("matters").children[place] ?? null));
  $("done").hidden = posts.length === 0;
  $("done-title").textContent = open ? "Done with some of them?" : "You have ruled on everything";
  $("done-words").textContent = open ? `You can be done with the others now; ${counted(open, "matter still waits", "matters still wait")} for you.` : "When you are done, the candidates' results can go on.";
  $("done-dialog-words").textContent = `Your rulings on ${counted(posts.length, "candidate", "candidates")} will be closed.`;
  show("work");
}

const finished = () => desk.closable(waiting());

function cardOf(matter) {
  const sheets = desk.data.sheets[`${matter.attempt}/${matter.about}`] ?? null;
  const id = `matter-${[...nameOf(matter)].map((letter) => (/[a-zA-Z0-9]/.test(letter) ? letter : "-")).join("")}`;
  const [kind, icon, words] = STATES[matter.state];
  const row = sheets?.rows.find((one) => one.id === matter.criterion) ?? null;
  return h("li", { class: `card matter matter-${matter.state}`, data: { matter: `${matter.about} ${matter.criterion}`.trim() } },
    h("div", { class: "row-between" },
      h("p", { class: "row" }, h("strong", {}, matter.candidate.name), h("span", { class: "code" }, matter.candidate.code), matter.sealed ? h("span", { class: "soft" }, "Sealed: your ruling makes the next seal") : null),
      h("span", { class: `state state-${kind}` }, sign(icon), words)),
    h("h2", { id, tabindex: "-1" }, titleOf(matter, sheets, row)),
    matter.kind === "share" ? h("p", { class: "soft" }, "Simulation") : h("p", { class: "soft" }, `${sheets.title} (${matter.about})`),
    ...(matter.kind === "share" ? ofShare(matter) : ofTask(matter, sheets, row)),
    matter.mine ? rulingsSoFar(matter, row) : null,
    formOf(matter, id, row));
}

function titleOf(matter, sheets, row) {
  if (matter.kind === "share") return matter.title;
  if (matter.kind === "stop") return "Safety stop: was it right to stop?";
  return `${row.must_pass ? "Must pass" : "A reading in doubt"}: ${row.text}`;
}

/** Which answers a matter has: a row that is no must-pass step is here because of what a machine read. */
const answersOf = (matter, row) => ANSWERS[matter.kind === "step" && row && !row.must_pass ? "reading" : matter.kind];

/** What machines read for a row, each reading with what it is worth. */
function readings(row) {
  if (!row?.read?.length) return null;
  return h("section", { class: "stack-small" }, h("h3", {}, "What machines read"), h("ul", { class: "evidence" }, ...row.read.map((line) => h("li", {}, line))));
}

function* ofTask(matter, sheets, row) {
  if (row?.observe) yield h("p", {}, h("strong", {}, "Look for: "), sentence(row.observe));
  if (row?.limit) yield h("p", {}, h("strong", {}, "Limit: "), row.limit);
  yield h("p", {}, h("strong", {}, "The rule: "), sentence(sheets.rule));
  yield readings(row);
  yield h("div", { class: "sides" }, ...sheets.sheets.map((sheet, place) => side(matter, sheets, sheet, row?.marks[place] ?? null)));
  yield h("details", {}, h("summary", {}, "The whole sheets, side by side"), table(sheets));
}

/** What one assessor put down, said and photographed. */
function side(matter, sheets, sheet, mark) {
  const pictures = sheets.pictures.filter((one) => one.role === sheet.role && (!matter.criterion || !one.criterion || one.criterion === matter.criterion));
  return h("section", { class: "side" },
    h("h3", {}, roleWords(sheet.role)),
    mark === null ? null : h("p", { class: "side-mark" }, mark),
    ...sheet.stops.map((reason) => h("p", {}, sign("hand"), " Stopped: ", reason)),
    matter.kind === "stop" && !sheet.stops.length ? h("p", { class: "soft" }, "Did not stop the task.") : null,
    sheet.locked ? null : h("p", { class: "soft" }, "The rows are not locked."),
    ...sheet.comments.map((text) => h("blockquote", {}, text)),
    ...sheet.statements.map((text) => h("blockquote", {}, h("span", { class: "soft" }, "The candidate: "), text)),
    pictures.length ? h("ul", { class: "photos" }, ...pictures.map((picture, place) => photo(matter.attempt, picture, `Photo ${place + 1} of ${roleWords(sheet.role)}`))) : null);
}

function photo(attempt, { sha256 }, words) {
  const address = `/api/attempts/${attempt}/media/${sha256}`;
  const image = h("img", { src: address, alt: words, width: "96", height: "72", loading: "lazy" });
  const place = h("li", {}, h("a", { class: "photo", href: address, target: "_blank", rel: "noopener" }, image));
  image.addEventListener("error", () => place.replaceChildren(h("span", { class: "soft small" }, `${words}: not here, or erased`)));
  return place;
}

function table(sheets) {
  const rows = sheets.rows.map((row) => h("tr", {}, h("th", { scope: "row" }, row.text, row.must_pass ? h("span", { class: "must must-small" }, "Must pass") : null), ...row.marks.map((mark) => h("td", {}, mark))));
  return h("div", { class: "table-wrap", tabindex: "0", role: "region", aria: { label: "The whole sheets" } },
    h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Row"), ...sheets.roles.map((role) => h("th", { scope: "col" }, roleWords(role))))), h("tbody", {}, ...rows)));
}

function* ofShare(matter) {
  yield h("p", {}, h("strong", {}, "Why it is here: "), matter.why);
  yield h("ul", { class: "evidence" }, ...matter.evidence.map((line) => h("li", {}, line)));
  if (matter.drawn) yield h("p", {}, h("a", { class: "button", href: `/evidence/${matter.attempt}/bench/${encodeURIComponent(matter.about)}/` }, sign("play"), "The drawing step by step"));
}

function rulingsSoFar(matter, row) {
  const { kind, mine, others, state } = matter;
  const words = (answer) => (kind === "share" ? `Share ${answer}` : answersOf(matter, row).find(([value]) => value === answer)[1]);
  const line = (who, { answer, reason }) => h("li", {}, h("strong", {}, `${who}: ${words(answer)}. `), reason);
  return h("div", { class: `notice notice-${STATES[state][0]}` }, sign(STATES[state][1]), h("div", { class: "stack-small" },
    state === "differs" ? h("p", {}, "Nothing is settled while you differ. Talk about it; then whoever sees it differently now rules again.") : null,
    state === "waits" ? h("p", {}, "It is settled when another adjudicator says the same.") : null,
    h("ul", { class: "plain" }, line("You", mine), ...others.map((one) => line(roleWords(one.role), one)))));
}

function formOf(matter, id, row) {
  const reason = h("textarea", { id: `${id}-reason`, maxlength: "2000", "aria-describedby": `${id}-reason-hint` });
  const wrong = h("p", { class: "error-words", role: "alert", hidden: true });
  const share = matter.kind === "share" ? h("input", { id: `${id}-share`, type: "text", inputmode: "decimal", autocomplete: "off", maxlength: "6", "aria-describedby": `${id}-share-hint`, class: "number-field" }) : null;
  const asked = share
    ? h("div", { class: "field" }, h("label", { for: `${id}-share` }, "Share of what was asked"), h("span", { class: "hint", id: `${id}-share-hint` }, "From 0 (nothing) to 1 (everything), such as 0.75. It counts when two adjudicators give the same share."), share)
    : h("fieldset", { class: "choices" }, h("legend", {}, "Your ruling"), ...answersOf(matter, row).map(([value, words, leads]) => h("label", { class: "choice" }, h("input", { type: "radio", name: `${id}-answer`, value: String(value) }), h("span", {}, h("strong", { class: "block" }, words), h("span", { class: "soft" }, leads)))));
  const form = h("form", { class: "stack-small", method: "dialog" }, asked,
    h("div", { class: "field field-wide" }, h("label", { for: `${id}-reason` }, "Your reason"), h("span", { class: "hint", id: `${id}-reason-hint` }, "What you looked at, and what it showed. It is kept with the ruling."), reason),
    wrong,
    h("p", { class: "actions" }, h("button", { type: "submit", class: "button button-main" }, sign("scales"), matter.mine ? "Rule again" : "Write my ruling")));
  const complain = (words, field) => {
    wrong.textContent = words;
    wrong.hidden = false;
    field.focus();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = form.querySelector("input[type=radio]:checked");
    if (share && !SHARE.test(share.value.trim())) return complain("Write a share from 0 to 1, with at most four digits after the point.", share);
    if (!share && !chosen) return complain("Choose one of the two.", form.querySelector("input[type=radio]"));
    if (!reason.value.trim()) return complain("Give your reason.", reason);
    wrong.hidden = true;
    return rule(matter, share ? share.value.trim().replace(",", ".") : chosen.value === "true", reason.value.trim());
  });
  return matter.mine && matter.state !== "differs" ? h("details", {}, h("summary", {}, "Change my ruling"), form) : form;
}

async function rule(matter, answer, reason) {
  const { attempt, role, kind, about, criterion } = matter;
  const [written, payload] = {
    step: ["settle", { task: about, criterion, met: answer, reason }],
    stop: ["confirm_stop", { task: about, confirmed: !answer, reason }],
    share: ["settle", { simulation: about, share: answer, reason }],
  }[kind];
  if (!(await desk.write({ attempt, role }, written, payload))) return;
  say("Your ruling is written.");
  cards.get(nameOf(matter))?.card.querySelector("h2").focus();
  await desk.settle({ attempt, role });
  cards.get(nameOf(matter))?.card.querySelector("h2").focus();
}

$("done-yes").addEventListener("click", async () => {
  $("done-dialog").close();
  await desk.close(finished());
  say("Closed");
});

await desk.run();
