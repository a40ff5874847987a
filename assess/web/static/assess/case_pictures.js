/** A case sheet's data as pictures: the building with its measures, values before and after, bills by month and against degree days.

Drawn from what the sheet gives and from nothing else: no line through the bills, no saving, no order. What the pictures show stands in
the tables of the sheet too. */

import { h } from "./dom.js";
import { scale, svg, ticks } from "./drawing.js";

const MONTHS = ["J", "F", "M", "A", "M", "J", "J", "A", "S", "O", "N", "D"];
const PAIRS = [["before", "after"], ["gas", "el"]];
/** Where a measure can be in the drawing of a building: the middle of its sign. */
const PLACES = { roof: [150, 34], walls: [62, 120], windows: [108, 92], stairs: [150, 128], heating: [226, 196], cellar: [150, 196] };

const called = ({ labels }, name) => labels[name] ?? name.replaceAll("_", " ");
const number = (value) => Number(value).toLocaleString("en", { maximumFractionDigits: 4 });

/** @returns {HTMLElement|null} every picture the sheet gives; null where it gives none */
export function casePictures(task) {
  const pictures = [sketch(task), costs(task), ...pairs(task), ...bills(task)].filter(Boolean);
  return pictures.length ? h("div", { class: "case-pictures" }, ...pictures) : null;
}

function figure(title, description, box, ...parts) {
  const drawn = svg("svg", { viewBox: `0 0 ${box[0]} ${box[1]}`, role: "img", "aria-label": `${title}. ${description}`, class: "picture" }, ...parts);
  return h("figure", { class: `case-figure${box[1] > 200 ? " case-wide" : ""}` }, h("figcaption", {}, title), drawn);
}

const text = (x, y, words, attributes = {}) => svg("text", { x, y, ...attributes }, words);

/** A section of the building; each measure has a number at its place, and the list below says which it is. */
function sketch(task) {
  const named = Object.entries(task.sketch ?? {}).filter(([, place]) => place in PLACES);
  if (!named.length) return null;
  const windows = [0, 1, 2, 3, 4].flatMap((storey) => [62, 96, 190, 224].map((x) => svg("rect", { x, y: 58 + storey * 24, width: 18, height: 12, class: "house-window" })));
  const stairs = [0, 1, 2, 3, 4].map((storey) => svg("path", { d: `M138 ${76 + storey * 24} h8 v-6 h8 v-6 h8 v-6`, class: "house-line" }));
  const marks = named.map(([measure, place], order) => {
    const [x, y] = PLACES[place];
    return svg("g", { class: "house-mark" }, svg("title", {}, called(task, measure)), svg("circle", { cx: x, cy: y, r: 11 }), text(x, y + 4.5, String(order + 1), { "text-anchor": "middle" }));
  });
  const said = named.map(([measure, place], order) => `${order + 1}: ${called(task, measure)}, ${place}`).join("; ");
  const drawn = figure("Where the measures are", said, [300, 232],
    svg("path", { d: "M36 52 L150 14 L264 52 Z", class: "house-roof" }),
    svg("rect", { x: 48, y: 52, width: 204, height: 122, class: "house-wall" }),
    svg("rect", { x: 132, y: 52, width: 36, height: 122, class: "house-stairs" }),
    ...stairs, ...windows,
    svg("path", { d: "M14 174 H286", class: "house-ground" }),
    svg("rect", { x: 48, y: 174, width: 204, height: 44, class: "house-cellar" }),
    svg("path", { d: "M60 204 H206 M88 204 V174 M132 204 V174 M196 204 V174", class: "house-pipe" }),
    svg("rect", { x: 208, y: 182, width: 36, height: 30, rx: 3, class: "house-boiler" }),
    ...marks);
  drawn.append(h("ol", { class: "case-legend" }, ...named.map(([measure]) => h("li", {}, called(task, measure)))));
  return drawn;
}

/** What the measures cost, and the budget as a line. */
function costs(task) {
  const rows = Object.entries(task.costs).map(([name, value]) => ({ name: called(task, name), value: Number(value) }));
  if (!rows.length) return null;
  const budget = "budget" in task.facts ? Number(task.facts.budget) : null;
  const high = Math.max(budget ?? 0, ...rows.map(({ value }) => value));
  const drawn = bars(rows, high, "house-cost", budget);
  return figure(budget === null ? "What the measures cost (€)" : "What the measures cost, and the budget (€)", rows.map(({ name, value }) => `${name} ${number(value)}`).join("; ") + (budget === null ? "" : `; budget ${number(budget)}`), [360, drawn.height], ...drawn.parts);
}

/** Horizontal bars, each under its words. */
function bars(rows, high, kind, mark = null) {
  const across = scale(0, high, 6, 290);
  const parts = rows.flatMap(({ name, value, kind: own }, place) => {
    const y = 14 + place * 38;
    return [text(6, y, name, { class: "name" }), svg("rect", { x: 6, y: y + 5, width: Math.max(across(value) - 6, 1.5), height: 14, rx: 3, class: own ?? kind }), text(across(value) + 6, y + 16.5, number(value), { class: "tick" })];
  });
  const height = rows.length * 38 + 4;
  if (mark !== null) parts.push(svg("path", { d: `M${across(mark)} 4 V${height}`, class: "house-budget" }), text(across(mark) - 4, height + 12, `Budget ${number(mark)}`, { class: "tick", "text-anchor": "end" }));
  return { parts, height: height + (mark === null ? 0 : 18) };
}

/** Facts that belong together: one value before and one after, or one of gas and one of electricity. */
function pairs(task) {
  const names = Object.keys(task.facts);
  return PAIRS.flatMap(([one, other]) =>
    names
      .filter((name) => new RegExp(`(^|_)${one}$`).test(name))
      .map((name) => [name, name.replace(new RegExp(`${one}$`), other)])
      .filter(([, twin]) => twin in task.facts)
      .map((twins) => pair(task, twins)),
  ).filter(Boolean);
}

function pair(task, twins) {
  const rows = twins.map((name, place) => ({ name: called(task, name), value: Number(task.facts[name]), kind: place ? "pair-second" : "pair-first" }));
  if (!rows.every(({ value }) => Number.isFinite(value) && value >= 0)) return null;
  const drawn = bars(rows, Math.max(...rows.map(({ value }) => value)), "pair-first");
  return figure(common(rows.map(({ name }) => name)), rows.map(({ name, value }) => `${name}: ${number(value)}`).join("; "), [360, drawn.height], ...drawn.parts);
}

/** The words with which both labels begin; both, where they begin differently. */
function common([one, other]) {
  const [a, b] = [one.split(" "), other.split(" ")];
  const same = a.slice(0, a.findIndex((word, place) => word !== b[place]));
  return same.length ? same.join(" ").replace(/ (of|in|from)$/, "") : `${one}; ${other}`;
}

/** Bills by month with the degree days of the month, and bills against degree days. */
function bills(task) {
  const { month, hdd_kd: days, gas_kwh: used } = Object.fromEntries(Object.entries(task.data).map(([name, series]) => [name, series.map(Number)]));
  if (!days || !used || days.length !== used.length) return [];
  return [byMonth(task, month ?? days.map((_, place) => place + 1), days, used), againstDays(task, month, days, used)];
}

function byMonth(task, month, days, used) {
  const [mostUsed, mostDays] = [ticks(Math.max(...used)).at(-1), ticks(Math.max(...days)).at(-1)];
  const up = scale(0, mostUsed, 200, 26);
  const upDays = scale(0, mostDays, 200, 26);
  const wide = 254 / used.length;
  const middle = (place) => 58 + wide * (place + 0.5);
  const columns = used.map((value, place) => svg("rect", { x: 58 + wide * place + 2, y: up(value), width: wide - 4, height: 200 - up(value), rx: 2, class: "pair-first" }, svg("title", {}, `${month[place]}: ${number(value)}`)));
  const trace = days.map((value, place) => `${place ? "L" : "M"}${middle(place).toFixed(1)} ${upDays(value).toFixed(1)}`).join(" ");
  return figure("Bills by month", `${called(task, "gas_kwh")} as columns: ${used.map((value, place) => `month ${month[place]} ${number(value)}`).join(", ")}. ${called(task, "hdd_kd")} as a line: ${days.map(number).join(", ")}`, [360, 236],
    text(2, 12, called(task, "gas_kwh"), { class: "name" }), text(358, 12, called(task, "hdd_kd"), { class: "name name-second", "text-anchor": "end" }),
    ...ticks(Math.max(...used)).flatMap((tick) => [svg("path", { d: `M58 ${up(tick)} H312`, class: "grid" }), text(52, up(tick) + 4, number(tick), { class: "tick", "text-anchor": "end" })]),
    ...ticks(Math.max(...days)).map((tick) => text(318, upDays(tick) + 4, number(tick), { class: "tick name-second" })),
    ...columns, svg("path", { d: trace, class: "month-line" }), ...days.map((value, place) => svg("circle", { cx: middle(place), cy: upDays(value), r: 3.5, class: "month-dot" })),
    ...used.map((_, place) => text(middle(place), 216, MONTHS[month[place] - 1] ?? String(month[place]), { class: "tick", "text-anchor": "middle" })),
    text(185, 232, called(task, "month"), { class: "name", "text-anchor": "middle" }));
}

function againstDays(task, month, days, used) {
  const [acrossTicks, upTicks] = [ticks(Math.max(...days)), ticks(Math.max(...used))];
  const across = scale(0, acrossTicks.at(-1), 58, 346);
  const up = scale(0, upTicks.at(-1), 200, 26);
  return figure("Bills against degree days", days.map((value, place) => `${number(value)} K·d: ${number(used[place])}`).join("; "), [360, 238],
    text(2, 12, called(task, "gas_kwh"), { class: "name" }),
    ...upTicks.flatMap((tick) => [svg("path", { d: `M58 ${up(tick)} H346`, class: "grid" }), text(52, up(tick) + 4, number(tick), { class: "tick", "text-anchor": "end" })]),
    ...acrossTicks.map((tick) => text(across(tick), 216, number(tick), { class: "tick", "text-anchor": "middle" })),
    ...days.map((value, place) => svg("circle", { cx: across(value), cy: up(used[place]), r: 4.5, class: "month-dot" }, svg("title", {}, `${month ? `Month ${month[place]}: ` : ""}${number(value)}, ${number(used[place])}`))),
    text(202, 234, called(task, "hdd_kd"), { class: "name", "text-anchor": "middle" }));
}
