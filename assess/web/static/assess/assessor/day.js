/** My day: whom I assess, how each sheet stands on this tablet, and whether the tablet can go offline now. */

import { h, settings } from "../dom.js";
import { exportUnsent, pending, prepare, sendUnsent } from "../journal.js";
import { streams } from "../journal/store.js";
import { keepForOffline } from "../offline.js";
import { waitingHere } from "../pictures.js";
import { sign } from "../saved.js";
import { PORTRAITS, face, portraitAddress } from "./face.js";

const { person } = settings();
const $ = (id) => document.getElementById(id);
const EVERY_MS = 15_000;
const faces = new Map();
let day = null;

/** The day: from the server, or as it was kept here. */
async function fetchDay() {
  const response = await fetch("/assessor/day.json", { credentials: "same-origin" });
  const document = await response.json();
  if (document.person !== person) throw new Error("another person signed in");
  return document;
}

async function refresh() {
  try {
    day = await fetchDay();
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

/** Everything this tablet needs to go on without a network: shells, the day, a grant for each sheet. */
async function getReady() {
  const portraits = day.posts.map((post) => post.candidate.portrait).filter(Boolean).map(portraitAddress);
  const kept = await keepForOffline("/assessor/", person, ["/assessor/", "/assessor/sheet/", "/assessor/day.json", ...MODULES, ...portraits], PORTRAITS);
  const wanted = day.posts.filter((post) => !post.sealed && !post.reserve).map((post) => ({ subjectKind: "attempt", subject: post.attempt, role: post.role }));
  try {
    const answers = wanted.length ? await prepare(wanted, person) : [];
    const refused = answers.filter((answer) => answer.code && answer.code !== "held-elsewhere");
    const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    say("ready", kept ? "ok" : "warn", kept ? `Ready to work without network, checked ${time}` : "Online only: this browser keeps no pages");
    if (refused.length) trouble(`${refused.length} sheets could not be prepared: ${refused[0].sentence}`);
  } catch {
    const have = new Set((await streams()).filter((one) => one.person === person).map((one) => `${one.subject} ${one.role}`));
    const missing = wanted.filter((one) => !have.has(`${one.subject} ${one.role}`)).length;
    say("ready", missing ? "warn" : "ok", missing ? `No network: ${missing} sheets are not on this tablet` : "No network: all sheets are on this tablet");
  }
  await draw();
}

const MODULES = ["sheet", "rows", "readings", "record_form", "live_bay", "sheet_state", "photos"].map((name) => new URL(`./${name}.js`, import.meta.url).pathname).concat(["../clock.js", "../drawing.js", "../live.js"].map((name) => new URL(name, import.meta.url).pathname));

function say(id, kind, words) {
  const place = $(id);
  place.className = `state state-${kind}`;
  place.replaceChildren(sign({ ok: "check", warn: "offline", busy: "clock", info: "cloud" }[kind]), words);
}

async function draw() {
  const here = (await streams()).filter((one) => one.person === person);
  const entries = (await pending()).reduce((sum, one) => sum + one.unsent, 0);
  const pictures = await waitingHere(person);
  const unsent = entries + pictures.waiting.length;
  say("unsent", unsent ? "warn" : "ok", unsent ? `${unsent} unsent` : "Nothing unsent");
  $("hand-over").hidden = unsent + pictures.refused.length === 0;
  const [refused] = pictures.refused;
  $("hand-over-words").textContent = [
    unsent ? `${counted(entries, "entry", "entries")} and ${counted(pictures.waiting.length, "picture", "pictures")} are on this tablet and not on the server. They go out by themselves when there is a network. At the end of the day, hand the file in if they did not.` : "",
    refused ? `${counted(pictures.refused.length, "picture was", "pictures were")} refused: ${refused.problem.sentence} Open the sheet and look at it.` : "",
  ].join(" ").trim();
  if (!day) return;
  if (!day.posts.length) return $("posts").replaceChildren($("no-posts").content.cloneNode(true));
  const open = day.posts.filter((post) => !post.sealed);
  const over = day.posts.filter((post) => post.sealed);
  const nothing = open.length ? [] : [h("p", {}, "No sheet of yours is open. The sealed ones can still be read.")];
  $("posts").replaceChildren(...nothing, ...bySitting(open, here, pictures), ...(over.length ? [sealed] : []));
  sealed.firstChild.textContent = `Sealed sheets (${over.length})`;
  sealed.lastChild.replaceChildren(...(sealed.open ? bySitting(over, here, pictures) : []));
}

/** What is over stands below what is to do, and is drawn only when somebody opens it. */
const sealed = h("details", { class: "card" }, h("summary"), h("div", { class: "stack" }));
sealed.addEventListener("toggle", () => draw());

function bySitting(posts, here, pictures) {
  const first = [...posts].sort((a, b) => Number(a.reserve) - Number(b.reserve));
  const groups = Map.groupBy ? Map.groupBy(first, (post) => post.sitting) : grouped(first);
  return [...groups].map(([sitting, held]) => group(sitting, held, here, pictures));
}

function grouped(posts) {
  const found = new Map();
  for (const post of posts) found.set(post.sitting, [...(found.get(post.sitting) ?? []), post]);
  return found;
}

const counted = (count, one, many) => `${count} ${count === 1 ? one : many}`;

function group(sitting, posts, here, pictures) {
  return h("section", { class: "stack-small" }, h("h2", {}, sitting), h("ul", { class: "cards" }, ...posts.map((post) => card(post, here, pictures))));
}

function card(post, here, pictures) {
  const mine = here.filter((one) => one.subject === post.attempt && one.role === post.role).sort((a, b) => a.epoch - b.epoch).at(-1);
  const waiting = pictures.waiting.filter((one) => one.subject === post.attempt && one.role === post.role).length;
  const [kind, icon, words] = standing(post, mine, waiting);
  return h("li", { class: "card" },
    h("h3", {}, faceOf(post), h("span", {}, post.candidate.name)),
    h("p", { class: "row" }, h("span", { class: `state state-${kind}` }, sign(icon), words), post.reserve ? h("span", { class: "soft" }, "In reserve") : null),
    h("p", {}, day.tasks[post.task].title),
    h("p", { class: "soft" }, [post.station, post.room].filter(Boolean).join(", "), post.candidate.accommodations.length ? ` · ${post.candidate.accommodations.join(", ")}` : ""),
    h("p", { class: "actions" }, h("a", { class: "button button-main", href: address(post) }, mine?.sequence ? "Go on" : "Open the sheet"),
      post.sealed ? h("a", { class: "button", href: `/evidence/${post.attempt}/` }, "Evidence of machines") : null));
}

/** The same element while the picture is the same, so that it is not fetched anew with every look. */
function faceOf({ attempt, role, candidate }) {
  const key = `${attempt} ${role} ${candidate.portrait} ${candidate.name}`;
  if (!faces.has(key)) faces.set(key, h("span", { class: "face-place" }, face(candidate)));
  return faces.get(key);
}

function standing(post, mine, pictures) {
  if (post.sealed) return ["ok", "lock", "Sealed"];
  if (!mine || (mine.sequence === 0 && !pictures)) return ["idle", "dot", "Not begun"];
  const unsent = mine.sequence - mine.confirmed + pictures;
  if (mine.superseded) return ["warn", "device", "Goes on elsewhere"];
  if (mine.closed) return unsent ? ["warn", "offline", `Closed, ${unsent} kept on this tablet`] : ["ok", "check", "Closed, safe on the server"];
  return unsent ? ["info", "pencil", `Working, ${unsent} not sent yet`] : ["info", "pencil", "Working"];
}

const address = (post) => `/assessor/sheet/#${post.attempt}/${post.role}`;
const plain = (text) => text.toUpperCase().replace(/[^A-Z0-9]/g, "");

function open(code) {
  if (!plain(code)) return ($("find-words").textContent = "Type the code that stands on the candidate's badge.");
  const found = day?.posts.filter((post) => plain(post.candidate.code) === plain(code)) ?? [];
  const mine = found.filter((post) => !post.reserve);
  const meant = mine.length ? mine : found;
  if (meant.length === 1) location.href = address(meant[0]);
  else if (meant.length) choose(meant);
  else $("find-words").textContent = `No candidate of yours has the code ${code}. Check it, or choose from the list.`;
}

/** The badge tells the person; which of their tasks is meant, only the assessor knows. */
function choose(posts) {
  const words = `${posts[0].candidate.name} has ${posts.length} sheets of yours${posts[0].reserve ? ", in reserve" : ""}. Which one? `;
  $("find-words").replaceChildren(words, ...posts.map((post) => h("a", { class: "button", href: address(post) }, [day.tasks[post.task].title, post.station].filter(Boolean).join(", "))));
}

$("find").addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopPropagation();
  delete event.target.dataset.sent;
  open($("code").value);
});

if ("BarcodeDetector" in globalThis && navigator.mediaDevices) {
  $("scan").hidden = false;
  $("scan").addEventListener("click", async () => {
    const video = $("camera");
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.hidden = false;
      await video.play();
      const detector = new globalThis.BarcodeDetector({ formats: ["qr_code"] });
      while (!video.hidden) {
        const [found] = await detector.detect(video);
        if (found) {
          video.srcObject.getTracks().forEach((track) => track.stop());
          video.hidden = true;
          open(found.rawValue);
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    } catch {
      $("find-words").textContent = "The camera can't be used. Type the code.";
    }
  });
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
