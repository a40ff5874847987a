/** My bays: at each station the next candidate first, how each bay record stands on this tablet, and whether it can go offline now. */

import { h, settings } from "../dom.js";
import { exportUnsent, pending, prepare, sendUnsent } from "../journal.js";
import { entriesOf, streams } from "../journal/store.js";
import { keepForOffline } from "../offline.js";
import { sign } from "../saved.js";
import { inWords, standingOf } from "./bay_state.js";

const { person } = settings();
const $ = (id) => document.getElementById(id);
const EVERY_MS = 15_000;
const MODULES = ["bay", "bay_state"].map((name) => new URL(`./${name}.js`, import.meta.url).pathname);
let day = null;

async function refresh() {
  try {
    const found = await (await fetch("/technician/day.json", { credentials: "same-origin" })).json();
    if (found.person !== person) throw new Error("another person signed in");
    day = found;
    sendUnsent(person).then(draw);
    $("trouble").hidden = true;
  } catch {
    if (!day) return trouble("There is no network, and this tablet has not loaded the day yet. It has to be online once.");
  }
  await draw();
}

function trouble(words) {
  $("trouble-words").textContent = words;
  $("trouble").hidden = false;
}

function say(id, kind, icon, words) {
  $(id).className = `state state-${kind}`;
  $(id).replaceChildren(sign(icon), words);
}

/** Everything this tablet needs to go on without a network: shells, the day, a grant for each bay record. */
async function getReady() {
  const kept = await keepForOffline("/technician/", person, ["/technician/", "/technician/bay/", "/technician/day.json", ...MODULES]);
  const wanted = day.posts.filter((post) => !post.sealed).map((post) => ({ subjectKind: "attempt", subject: post.attempt, role: post.role }));
  try {
    const answers = wanted.length ? await prepare(wanted, person) : [];
    const refused = answers.filter((answer) => answer.code && answer.code !== "held-elsewhere");
    const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    if (kept) say("ready", "ok", "check", `Ready to work without network, checked ${time}`);
    else say("ready", "warn", "offline", "Online only: this browser keeps no pages");
    if (refused.length) trouble(`${refused.length} bay records could not be prepared: ${refused[0].sentence}`);
  } catch {
    const have = new Set((await streams()).filter((one) => one.person === person).map((one) => `${one.subject} ${one.role}`));
    const missing = wanted.filter((one) => !have.has(`${one.subject} ${one.role}`)).length;
    say("ready", missing ? "warn" : "ok", "offline", missing ? `No network: ${missing} bay records are not on this tablet` : "No network: all bay records are on this tablet");
  }
  await draw();
}

async function draw() {
  const unsent = (await pending()).reduce((sum, one) => sum + one.unsent, 0);
  say("unsent", unsent ? "warn" : "ok", unsent ? "offline" : "check", unsent ? `${unsent} unsent` : "Nothing unsent");
  $("hand-over").hidden = unsent === 0;
  if (!day) return;
  if (!day.posts.length) return $("stations").replaceChildren($("no-posts").content.cloneNode(true));
  const here = (await streams()).filter((one) => one.person === person);
  const rows = await Promise.all(day.posts.map((post) => standing(post, here)));
  const groups = new Map();
  const at = (row) => `${row.post.starts_at} ${row.post.station || row.post.task}`;
  for (const row of [...rows].sort((a, b) => at(a).localeCompare(at(b)))) {
    const key = `${row.post.sitting}\n${row.post.station || row.post.task}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const past = (group) => group.every((row) => row.over);
  const inOrder = [...groups.values()].sort((a, b) => past(a) - past(b));
  $("stations").replaceChildren(...inOrder.map(station));
}

async function standing(post, here) {
  const mine = here.filter((one) => one.subject === post.attempt && one.role === post.role).sort((a, b) => a.epoch - b.epoch);
  const entries = (await Promise.all(mine.map((one) => entriesOf(one.stream)))).flat();
  const bay = standingOf(entries, post.task);
  const over = post.sealed || bay.closed;
  return { post, bay, over, elsewhere: mine.at(-1)?.superseded === true };
}

function station(rows) {
  const [{ post }] = rows;
  const next = rows.find((row) => !row.over);
  const rest = rows.filter((row) => row !== next);
  const booked = day.booked[post.station_id] ?? [];
  const health = day.health[post.station_id];
  return h("section", { class: "card bay-station" },
    h("div", { class: "row-between" }, h("h2", {}, post.station || day.tasks[post.task].title), health ? healthOf(health) : null),
    h("p", { class: "soft" }, [day.tasks[post.task].title, post.room, post.sitting].filter(Boolean).join(" · ")),
    booked.length ? h("p", { class: "small" }, `Booked: ${booked.map((one) => `${one.kind} ${one.serial}`).join(", ")}`) : h("p", { class: "small soft" }, "No instrument is booked here."),
    next ? candidate(next, true) : h("p", {}, "Every candidate has been here."),
    rest.length ? h("details", {}, h("summary", {}, `${rest.length}${next ? " more" : ""} ${rest.length === 1 ? "candidate" : "candidates"}`), h("ul", { class: "plain" }, ...rest.map((row) => h("li", {}, candidate(row, false))))) : null);
}

const HEALTH = { ready: ["ok", "check"], busy: ["info", "clock"], attention: ["warn", "warning"], down: ["bad", "stop"] };

function healthOf({ state, sentence }) {
  const [kind, icon] = HEALTH[state];
  return h("span", { class: `state state-${kind}` }, sign(icon), sentence);
}

function candidate({ post, bay, elsewhere }, first) {
  const [kind, icon, words] = post.sealed ? ["ok", "lock", "Sealed"] : elsewhere ? ["warn", "device", "Goes on elsewhere"] : inWords(bay, day.tasks[post.task].hold_point);
  return h("div", { class: `bay-candidate${first ? " bay-next" : ""}` },
    h("div", {}, first ? h("p", { class: "soft small" }, "Next") : null, h("p", {}, h("strong", {}, post.candidate.name), " ", h("span", { class: "code soft" }, post.candidate.code))),
    h("span", { class: `state state-${kind}` }, sign(icon), words),
    h("a", { class: `button${first ? " button-main" : ""}`, href: `/technician/bay/#${post.attempt}/${post.role}` }, bay.checks.size ? "Go on" : "Open the bay", h("span", { class: "visually-hidden" }, ` for ${post.candidate.name}`)));
}

$("hand-file").addEventListener("click", async () => h("a", { href: URL.createObjectURL(await exportUnsent()), download: "assayer-unsent.json" }).click());
await refresh();
if (day) await getReady();
setInterval(refresh, EVERY_MS);
addEventListener("online", async () => {
  await refresh();
  if (day) await getReady();
});
addEventListener("pageshow", (event) => event.persisted && refresh());
