/**
 * Where conductors run on the board: out of a terminal into the channel above or below its row of parts, along a lane of that channel,
 * and through the gaps between parts to the next channel. No conductor crosses a part, and no two share a lane where they meet.
 * Plain numbers in and out: nothing here touches the page.
 *
 * Channel *n* lies above row *n*; the last one lies below the last row.
 */

const PITCH = 9; // between two lanes
const MARGIN = 12; // between a lane and the terminals
const APART = 7; // between two conductors on one terminal, or in one gap
const CORNER = 6;
const LETTERS_HIGH = 13;

/**
 * @typedef {{x: number, row: number, side: "top"|"bottom", name: string}} End
 * @typedef {{parts: Array<{left: number, right: number}>}} Row
 * @typedef {{channel: number, from: number, to: number, lane: number}} Leg
 *
 * @param {Row[]} rows from the top; their parts from the left
 * @param {number} width of the board
 * @param {Array<[End, End]>} wires
 * @returns {{wires: Array<{ends: [End, End], legs: Leg[]}>, heights: number[]}} with the height that each channel needs
 */
export function route(rows, width, wires) {
  const fans = fanned(wires);
  const gaps = rows.map((row, number) => gapsOf(row, width, number));
  const ways = wires.map((pair, number) => {
    const [a, b] = pair.map((end, which) => ({ ...end, x: end.x + fans[number][which] })).sort((one, other) => channelOf(one) - channelOf(other));
    const through = [];
    for (let row = channelOf(a); row < channelOf(b); row += 1) through.push(take(gaps[row], through.at(-1)?.x ?? a.x, b.x));
    return { ends: [a, b], through };
  });
  gaps.flat().forEach(settle);
  const routed = ways.map(({ ends, through }) => {
    const stops = [ends[0].x, ...through.map(({ x }) => x), ends[1].x];
    const legs = stops.slice(1).map((to, place) => ({ channel: channelOf(ends[0]) + place, from: stops[place], to, lane: -1 }));
    return { ends, legs };
  });
  const counts = Array.from({ length: rows.length + 1 }, (_, channel) => assignLanes(routed.flatMap(({ legs }) => legs).filter((leg) => leg.channel === channel)));
  return { wires: routed, heights: counts.map((count) => (count ? 2 * MARGIN + (count - 1) * PITCH : 0)) };
}

const channelOf = ({ row, side }) => (side === "top" ? row : row + 1);

/** How far each end of each wire stands off its terminal's middle, so that wires on one terminal lie side by side. */
function fanned(wires) {
  const shares = new Map();
  for (const pair of wires) for (const { name } of pair) shares.set(name, (shares.get(name) ?? 0) + 1);
  const met = new Map();
  return wires.map((pair) =>
    pair.map(({ name, side }) => {
      const place = met.get(name) ?? 0;
      met.set(name, place + 1);
      const apart = Math.min(APART, 28 / shares.get(name));
      // Upper and lower ends keep to different sides of the middle: stubs that meet head on do not lie on each other.
      return (place - (shares.get(name) - 1) / 2) * apart + (side === "top" ? 1.5 : -1.5);
    }),
  );
}

function gapsOf({ parts }, width, number) {
  const edges = [0, ...parts.flatMap(({ left, right }) => [left, right]), width];
  return Array.from({ length: edges.length / 2 }, (_, place) => ({ left: edges[2 * place], right: edges[2 * place + 1], held: [], shift: number % 2 ? 2 : -2 }));
}

/** A way through the gap that makes the shortest way from one place to another. */
function take(gaps, from, to) {
  const middle = ({ left, right }) => (left + right) / 2;
  const cost = (gap) => Math.abs(middle(gap) - from) + Math.abs(middle(gap) - to) + gap.held.length * 4;
  const gap = gaps.reduce((best, other) => (cost(other) < cost(best) ? other : best));
  const way = { x: middle(gap) };
  gap.held.push(way);
  return way;
}

/** Lay what goes through a gap side by side, closer where there is less room. */
function settle({ left, right, held, shift }) {
  const apart = Math.min(APART, (right - left - 8) / held.length);
  for (const [place, way] of held.entries()) way.x = (left + right) / 2 + (place - (held.length - 1) / 2) * apart + shift;
}

/** Gives each leg the first lane that is free along its whole length. @returns {number} how many lanes there are */
function assignLanes(legs) {
  const ends = [];
  const left = ({ from, to }) => Math.min(from, to);
  for (const leg of legs.filter(({ from, to }) => Math.abs(from - to) > 0.5).sort((a, b) => left(a) - left(b))) {
    const free = ends.findIndex((end) => end < left(leg) - APART);
    leg.lane = free < 0 ? ends.length : free;
    ends[leg.lane] = Math.max(leg.from, leg.to);
  }
  return ends.length;
}

/**
 * The line of a routed wire, as its corners from one end to the other.
 * @param {{ends: [End, End], legs: Leg[]}} wire
 * @param {{ends: [number, number], channels: Array<{top: number, bottom: number}>, heights: number[]}} places in y: its terminals' middles,
 *   and the channels between the rows
 */
export function cornersOf({ ends, legs }, { ends: [startY, endY], channels, heights }) {
  const points = [[ends[0].x, startY]];
  for (const { channel, from, to, lane } of legs) {
    if (lane < 0) continue;
    const { top, bottom } = channels[channel];
    const y = (top + bottom) / 2 - (heights[channel] - 2 * MARGIN) / 2 + lane * PITCH;
    points.push([from, y], [to, y]);
  }
  points.push([ends[1].x, endY]);
  return points;
}

/**
 * Where the letters of a wire stand: on its longest straight piece, beside those that stand already.
 * @param {Array<[number, number]>} corners @param {Array<{x: number, y: number, wide: number}>} taken @param {number} wide
 */
export function letterSpot(corners, taken, wide) {
  const pieces = corners.slice(1).map((to, place) => ({ from: corners[place], to })).sort((one, other) => distance(other.from, other.to) - distance(one.from, one.to));
  const spots = pieces.slice(0, 3).flatMap(({ from, to }) => [0.5, 0.3, 0.7, 0.15, 0.85].map((share) => toward(from, to, share * distance(from, to))));
  const free = ([x, y]) => taken.every((one) => Math.abs(one.y - y) > LETTERS_HIGH || Math.abs(one.x - x) > (one.wide + wide) / 2 + 2);
  return spots.find(free) ?? spots[0];
}

/** The corners as the `d` of a path, rounded off. */
export function rounded(points) {
  let line = `M ${spot(points[0])}`;
  for (let at = 1; at < points.length - 1; at += 1) {
    const radius = Math.min(CORNER, distance(points[at - 1], points[at]) / 2, distance(points[at], points[at + 1]) / 2);
    line += ` L ${spot(toward(points[at], points[at - 1], radius))} Q ${spot(points[at])} ${spot(toward(points[at], points[at + 1], radius))}`;
  }
  return `${line} L ${spot(points.at(-1))}`;
}

const spot = ([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`;
const distance = ([ax, ay], [bx, by]) => Math.hypot(bx - ax, by - ay);

function toward([ax, ay], [bx, by], far) {
  const whole = distance([ax, ay], [bx, by]) || 1;
  return [ax + ((bx - ax) * far) / whole, ay + ((by - ay) * far) / whole];
}
