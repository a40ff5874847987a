/** What is printed on a part: its contacts in the state in which it stands, its coil or load, drawn between its terminals. */

const SVG = "http://www.w3.org/2000/svg";
const COLUMN = 48;
const HIGH = 68;
const PIVOT = 16;
const THROW = 52;

/**
 * Which terminals stand on a part's upper edge and which on its lower: a contact runs from above to below, a load is fed from above,
 * a supply feeds downwards.
 * @param {{role: string, terminals: string[], contacts: Record<string, string[][]>, load: string[]}} part
 */
export function edges({ role, terminals, contacts, load }) {
  if (role === "supply") return { top: [], bottom: terminals };
  const pairs = [...Object.values(contacts).flat(), ...(role === "coil" ? [load] : [])];
  const above = new Set(pairs.map(([a]) => a));
  const below = new Set(pairs.map(([, b]) => b).filter((name) => !above.has(name)));
  return { top: terminals.filter((name) => !below.has(name)), bottom: terminals.filter((name) => below.has(name)) };
}

/** How many columns of terminals a part is wide. */
export const columns = (part) => Math.max(2, ...Object.values(edges(part)).map((names) => names.length));

/**
 * @param {object} part as the server presents it
 * @returns {{element: SVGElement, stand: (state: string) => void}} `stand` shows the contacts of another state
 */
export function symbol(part) {
  const width = columns(part) * COLUMN;
  const { top, bottom } = edges(part);
  const x = {};
  for (const names of [top, bottom]) names.forEach((name, place) => (x[name] = ((place + 0.5) * width) / names.length));
  const moving = make("g", { class: "symbol-moving" });
  const element = make("svg", { viewBox: `0 0 ${width} ${HIGH}`, class: "part-symbol", "aria-hidden": "true", focusable: "false" }, ...still(part, { x, width, top, bottom }), moving);
  return { element, stand: (state) => moving.replaceChildren(...blades(part, x, state)) };
}

function make(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

const line = (...points) => make("path", { d: `M ${points.map((point) => point.join(" ")).join(" L ")}` });
const marked = (element) => {
  element.setAttribute("class", "symbol-mark");
  return element;
};
const words = (at, y, text) => make("text", { x: at, y, "text-anchor": "middle" }, text);
const dot = (at, y) => make("circle", { cx: at, cy: y, r: 3, class: "symbol-contact" });
const pairsOf = ({ contacts }) => [...new Map(Object.values(contacts).flat().map((pair) => [pair.join("|"), pair])).values()];

/** All that does not move when a part is operated. */
function still(part, place) {
  const { x, width, bottom } = place;
  if (part.role === "supply") {
    return [make("rect", { x: 8, y: 10, width: width - 16, height: 30, rx: 5, class: "symbol-body" }), words(width / 2, 30, "230 V ∼"), ...bottom.map((name) => line([x[name], 40], [x[name], HIGH]))];
  }
  const pairs = pairsOf(part);
  const shown = pairs.flatMap(([a, b]) => [line([x[a], 0], [x[a], PIVOT]), line([x[b], THROW], [x[b], HIGH]), dot(x[a], PIVOT), dot(x[b], THROW)]);
  if (part.role === "coil") shown.push(...coil(part.load, pairs, x));
  else if (part.load.length) shown.push(...load(part, x), ...earths(part, x));
  if (part.role === "breaker") shown.push(...pairs.flatMap(([, b]) => [line([x[b] - 5, THROW - 5], [x[b] + 5, THROW + 5]), line([x[b] - 5, THROW + 5], [x[b] + 5, THROW - 5])]));
  if (part.role === "rcd") shown.push(make("ellipse", { cx: width / 2, cy: 60, rx: width / 2 - 14, ry: 5 }));
  if (part.kind.includes("push")) shown.push(make("path", { d: `M 8 26 h 6 M 8 42 h 6 M 8 26 v 16 M 8 34 H ${x[pairs[0][0]] - 5}`, class: "symbol-link" }));
  return shown;
}

/** The movable contacts as they stand: closed on what they join, or off their first contact. */
function blades(part, x, state) {
  const closed = part.contacts[state] ?? [];
  const pivots = new Map(pairsOf(part).map(([a, b]) => [a, b]).reverse());
  return [...pivots].flatMap(([a, first]) => {
    const joins = closed.filter(([one]) => one === a).map(([, b]) => b);
    if (joins.length) return joins.map((b) => line([x[a], PIVOT], [x[b], THROW]));
    return [line([x[a], PIVOT], [x[first] - 15, THROW - 6])];
  });
}

function coil([a, b], pairs, x) {
  const middle = (x[a] + x[b]) / 2;
  const far = Math.max(...pairs.map(([one]) => x[one]));
  return [
    line([x[a], 0], [x[a], 24]), line([x[b], 44], [x[b], HIGH]),
    make("rect", { x: middle - 16, y: 24, width: 32, height: 20, class: "symbol-body" }),
    make("path", { d: `M ${middle + 16} 34 H ${far - 6}`, class: "symbol-link" }),
  ];
}

const BODIES = {
  lamp: (at, r) => [make("circle", { cx: at, cy: 40, r, class: "symbol-body" }), marked(line([at - r * 0.7, 40 - r * 0.7], [at + r * 0.7, 40 + r * 0.7])), marked(line([at - r * 0.7, 40 + r * 0.7], [at + r * 0.7, 40 - r * 0.7]))],
  socket: (at, r) => [make("path", { d: `M ${at - r} 48 A ${r} ${r} 0 0 1 ${at + r} 48 Z`, class: "symbol-body" }), line([at - r, 48 - r], [at + r, 48 - r])],
  motor: (at, r) => [make("circle", { cx: at, cy: 40, r, class: "symbol-body" }), marked(words(at, 45, "M"))],
  charge: (at, r) => [make("rect", { x: at - r, y: 40 - r, width: 2 * r, height: 2 * r, rx: 4, class: "symbol-body" }), make("path", { d: `M ${at + 2} ${40 - r + 4} l -7 ${r - 2} h 5 l -2 ${r - 6} l 7 ${-r} h -5 Z`, class: "symbol-mark" })],
};

/** A load between its two terminals, fed from the sides. */
function load({ kind, load: [a, b] }, x) {
  const [left, right] = [x[a], x[b]].sort((one, other) => one - other);
  const at = (left + right) / 2;
  const r = Math.min(15, (right - left) / 2 - 8);
  const body = BODIES[kind.split(" ")[0]] ?? ((place, size) => [make("rect", { x: place - size, y: 30, width: 2 * size, height: 20, class: "symbol-body" })]);
  return [line([left, 0], [left, 40], [at - r, 40]), line([right, 0], [right, 40], [at + r, 40]), ...body(at, r)];
}

/** Terminals of a load that feed nothing: the protective conductor's goes to the housing. */
function earths({ terminals, load: pair }, x) {
  return terminals
    .filter((name) => !pair.includes(name))
    .map((name) => make("path", { d: `M ${x[name]} 0 V 40 M ${x[name] - 10} 40 h 20 M ${x[name] - 6} 45 h 12 M ${x[name] - 2} 50 h 4` }));
}
