/**
 * The hash chain of one stream, as the server computes it too: canonical JSON (RFC 8785) and SHA-256.
 * Numbers are whole and safe, names are ASCII: whatever else comes is an error before anything is kept.
 */

const DEEPEST = 100;

/** What can't be kept exactly; `place` is a path such as `$.response.value`. */
export class NotExact extends Error {
  constructor(place, sentence) {
    super(`At ${place}: ${sentence}`);
    this.name = "NotExact";
    this.code = "not-exact";
  }
}

/**
 * Canonical text of a value.
 * @param {unknown} value
 * @returns {string}
 */
export function canonical(value, place = "$", depth = 0) {
  if (value === null || value === true || value === false) return String(value);
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new NotExact(place, "a text holds half of a surrogate pair.");
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new NotExact(place, `${value} is not a whole number that is kept exactly; write a text.`);
    return String(value === 0 ? 0 : value);
  }
  if (depth >= DEEPEST) throw new NotExact(place, "too deep.");
  if (Array.isArray(value)) return `[${value.map((held, index) => canonical(held, `${place}[${index}]`, depth + 1)).join(",")}]`;
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    const names = Object.keys(value).sort();
    return `{${names.map((name) => `${named(name, place)}:${canonical(value[name], `${place}.${name}`, depth + 1)}`).join(",")}}`;
  }
  throw new NotExact(place, `${typeof value} is not a JSON value.`);
}

function named(name, place) {
  // eslint-disable-next-line no-control-regex
  if (!/^[\x00-\x7f]*$/.test(name)) throw new NotExact(place, `the name ${JSON.stringify(name)} is not ASCII.`);
  return JSON.stringify(name);
}

/** @param {ArrayBuffer|Uint8Array} bytes @returns {Promise<string>} 64 hexadecimal digits */
export async function digestOf(bytes) {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} text */
const sha256 = (text) => digestOf(new TextEncoder().encode(text));

/**
 * Where a stream's chain begins.
 * @param {{stream: string, subject: string, role: string, device: string, epoch: number}} identity
 */
export function genesis({ stream, subject, role, device, epoch }) {
  return sha256(`assayer stream\n${canonical({ stream, subject, role, device, epoch })}`);
}

/**
 * The digest of one entry, given the one before it.
 * @param {string} previous 64 hexadecimal digits
 * @param {{sequence: number, kind: string, payload: object, device_ms: number, monotonic_ms: number}} entry
 */
export function entryDigest(previous, { sequence, kind, payload, device_ms, monotonic_ms }) {
  return sha256(canonical({ device_ms, kind, monotonic_ms, payload, previous, sequence }));
}
