/** Helpers to draw: SVG elements whose text is always text, and scales with round ticks. */

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} name @param {Record<string, unknown>} [attributes] @param {...(Node|string|null)} children */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) element.setAttribute(key, String(value));
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Values from `low` to `high` onto units from `start` to `end`. */
export const scale = (low, high, start, end) => (value) => start + ((value - low) / (high - low || 1)) * (end - start);

/** Round values from 0 to a little above `high`, about four of them. */
export function ticks(high) {
  const rough = (high || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough * (1 - 1e-9));
  return Array.from({ length: Math.ceil(high / step) + 1 }, (_, place) => Number((place * step).toPrecision(12)));
}
