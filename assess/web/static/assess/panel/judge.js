/** A judge's page: one element after another, every rating on this device first; the rest of the page follows the meeting. */

import { h, settings } from "../dom.js";
import { follow } from "../live.js";
import { keepForOffline } from "../offline.js";
import { showSaved } from "../saved.js";
import { Ratings } from "./ratings.js";
import { guard, redraw } from "./redraw.js";
import { form, inWords } from "./values.js";

const HEARTBEAT_MS = 30_000;
const $ = (id) => document.getElementById(id);
const told = settings();
told.texts = Object.fromEntries(told.elements.map((one) => [one.id, one.text]));
const ratings = new Ratings(told);
let current = null;
let drawn = "";

const round = () => ratings.state?.round ?? null;
const values = () => ratings.values(round());
const capital = (words) => words[0].toUpperCase() + words.slice(1);
const NAMES = { page: () => "Your bookmark", share: ({ text }) => capital(text), percent: ({ id }) => capital(id) };
const called = (element) => NAMES[element.kind]?.(element) ?? (element.title ? `${element.id}: ${element.title}` : element.id);

/** What is rated in this round: in the practice a few elements, of Ebel's cells those that hold something. */
function elements() {
  const given = values();
  const used = new Set(told.elements.filter((one) => one.kind === "cell" && given[one.id]).map((one) => `cell ${given[one.id]}`));
  const practised = new Set(ratings.state.practice);
  return told.elements.filter((one) => one.kind !== "item" && (round() !== 0 || practised.has(one.id)) && (one.kind !== "share" || used.has(one.id)));
}

function draw() {
  showSaved($("saved"), ratings.saved);
  drawTrouble();
  const open = round();
  $("rating").hidden = open === null;
  if (open === null) return;
  const all = elements();
  const given = values();
  const left = all.filter((one) => given[one.id] === undefined);
  if (!all.some((one) => one.id === current)) current = (left[0] ?? all[0]).id;
  $("rating-title").textContent = open === 0 ? "Practice: nothing of this counts" : `Round ${open}`;
  const odd = atOdds(given);
  $("left").textContent = odd ?? (left.length ? `${left.length} of ${all.length} to go` : "Everything is rated");
  $("left").className = `state ${left.length || odd ? "state-warn" : "state-ok"}`;
  $("progress").max = all.length;
  $("progress").value = all.length - left.length;
  $("done").hidden = left.length > 0 || odd !== null;
  $("done-words").textContent = open === 0 ? "You have practised. The facilitator opens round 1 when everybody is ready." : "You have rated everything. Look through it again if you like; the facilitator closes the round.";
  drawElement(all, given);
  drawMap(all, given);
}

/** Limits that contradict each other, in words; null where they fit. */
function atOdds(given) {
  const pair = [["lowest cut", "highest cut"], ["lowest failing", "highest failing"]].find(([low, high]) => Number(given[low]) > Number(given[high]));
  return pair ? `The ${pair[0]} is above the ${pair[1]}` : null;
}

function drawElement(all, given) {
  const place = all.findIndex((one) => one.id === current);
  const element = all[place];
  const value = given[element.id];
  const name = `${round()} ${element.id} ${value}`;
  $("previous").disabled = place === 0;
  const left = all.filter((one) => given[one.id] === undefined);
  $("next-words").textContent = value !== undefined && left.length ? "Next unrated" : place === all.length - 1 ? "To the first" : "Next";
  if (drawn === name) return;
  // what is being typed stays while only the state around it changes
  const fresh = !drawn.startsWith(`${round()} ${element.id} `);
  drawn = name;
  $("element-title").textContent = called(element);
  $("worth").textContent = ["points", "yes/no", "cell"].includes(element.kind) ? `${Number(element.maximum)} ${Number(element.maximum) === 1 ? "point" : "points"}` : "";
  if (fresh) $("element").replaceChildren(...content(element));
  const { question, nodes } = form(element, value, told, (now) => give(element, now));
  $("question").textContent = question;
  const focused = $("values").contains(document.activeElement) ? document.activeElement.textContent : null;
  $("values").replaceChildren(...nodes);
  if (focused) [...$("values").querySelectorAll("button")].find((one) => one.textContent === focused)?.focus({ preventScroll: true });
  drawBefore(element, value);
}

/** The element as the judge looks at it: text, choices, what is right. */
function* content(element) {
  const { text, observe, options = [], right = [], looked_for: looked = [], tasks = [], language, kind } = element;
  if (text && !["share", "percent", "page"].includes(kind)) yield h("div", { class: "stem", lang: language ?? null }, ...String(text).split(/\n{2,}/).map((part) => h("p", {}, part)));
  if (observe) yield h("p", { class: "soft" }, `To be seen: ${observe}`);
  if (options.length) yield h("ul", { class: "panel-options", lang: language ?? null }, ...options.map((one) => h("li", {}, one)));
  if (right.length || looked.length) yield h("details", {}, h("summary", {}, "What is right"), h("ul", { lang: language ?? null }, ...[...right, ...looked].map((one) => h("li", {}, one))));
  for (const { task, criteria } of tasks) yield h("details", { open: true }, h("summary", {}, task), h("ul", { class: "panel-work" }, ...Object.entries(criteria).map(([name, { state, level }]) => h("li", {}, `${name}: ${level === undefined ? state : `level ${level}`}`))));
}

function drawBefore(element, value) {
  const panel = ratings.state.panel;
  const earlier = panel.elements?.[element.id];
  $("before").hidden = !earlier || round() === 0;
  if ($("before").hidden) return;
  const own = earlier.own;
  const keep = own && value === undefined ? h("button", { type: "button", class: "button", on: { click: () => give(element, own) } }, `Keep ${inWords(element, own, told)}`) : null;
  const parts = [
    h("p", {}, h("strong", {}, `Round ${panel.round}: `), `you ${inWords(element, own, told)}`, earlier.median === null ? "" : `, middle of the panel ${inWords(element, String(earlier.median), told)}`, earlier.candidates === null ? "" : `; candidates earned ${earlier.candidates.toFixed(2)} points on average`),
    h("p", { class: "soft small" }, `All, without names: ${earlier.values.map((one) => inWords(element, one, told)).join(" · ")}`),
    keep,
  ];
  const open = elements().filter((one) => values()[one.id] === undefined && ratings.state.panel.elements?.[one.id]?.own);
  if (open.length > 1) parts.push(h("button", { type: "button", class: "button quiet", on: { click: () => keepAll(open) } }, `Keep the ${open.length} that are left as in round ${panel.round}`));
  $("before").replaceChildren(...parts.filter(Boolean));
}

function drawMap(all, given) {
  const focused = [...$("map").querySelectorAll("button")].indexOf(document.activeElement);
  $("map").replaceChildren(
    ...all.map((one, place) => {
      const done = given[one.id] !== undefined;
      return h("li", {}, h("button", { type: "button", class: `map-item${done ? " done" : ""}`, aria: { label: `${called(one)}: ${inWords(one, given[one.id], told)}`, ...(one.id === current ? { current: "step" } : {}) }, on: { click: () => go(one.id) } }, String(place + 1)));
    }),
  );
  if (focused >= 0) $("map").querySelectorAll("button")[focused]?.focus();
}

function drawTrouble() {
  $("trouble").hidden = !ratings.problem;
  $("trouble-words").textContent = ratings.problem?.sentence ?? "";
  $("renumber").hidden = $("let-go").hidden = ratings.problem?.code !== "taken";
}

async function give(element, value) {
  if (!(await ratings.say(round(), element.id, value))) return;
  $("said").textContent = `${inWords(element, value, told)}. ${$("left").textContent}.`;
  $("next").focus({ preventScroll: true });
}

async function keepAll(open) {
  for (const one of open) await ratings.say(round(), one.id, ratings.state.panel.elements[one.id].own);
  $("done").scrollIntoView({ block: "nearest" });
}

function go(id) {
  current = id;
  draw();
  $("element-title").focus({ preventScroll: true });
  $("rating").scrollIntoView({ block: "start" });
}

function next() {
  const all = elements();
  const given = values();
  const place = all.findIndex((one) => one.id === current);
  const open = all.filter((one) => given[one.id] === undefined && one.id !== current);
  const after = [...all.slice(place + 1), ...all.slice(0, place)];
  go((given[current] !== undefined && open.length ? (after.find((one) => open.includes(one)) ?? open[0]) : all[(place + 1) % all.length]).id);
}

$("next").addEventListener("click", next);
$("previous").addEventListener("click", () => {
  const all = elements();
  go(all[Math.max(0, all.findIndex((one) => one.id === current) - 1)].id);
});
$("renumber").addEventListener("click", () => ratings.settle({ mine: true }));
$("let-go").addEventListener("click", () => ratings.settle({ mine: false }));
ratings.addEventListener("change", draw);

/** The meeting went on: read it, and have the server draw its part anew unless somebody is writing there. */
async function look() {
  const before = round();
  await ratings.read();
  if (round() !== before) current = null;
  draw();
  for (const said of document.querySelectorAll("#messages .notice:not([data-network])")) said.remove();
  if (navigator.onLine) redraw($("phase"));
}

guard($("phase"));
await ratings.open();
draw();
follow({ [told.topic]: told.n }, look, { every: 5_000 });
addEventListener("online", look);
setInterval(() => ratings.read(), HEARTBEAT_MS);
const kept = `${told.person} ${location.pathname}`;
if (sessionStorage.getItem("kept") !== kept && (await keepForOffline("/panel/", told.person, ["/panel/", location.pathname]))) sessionStorage.setItem("kept", kept);
