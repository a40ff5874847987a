/**
 * Time as the server sees it, shown by this page's monotonic clock: moving the device's clock changes nothing.
 */

/** `1:05:09` or `12:34`; below zero it stands at `0:00`. @param {number} ms */
export function spelled(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** What is left of a part, running on between the server's answers. */
export class Countdown {
  #left = null;
  #heard = 0;
  #runs = false;

  /** @param {{state: string, left_ms: number|null}} part as the server just told it */
  tell({ state, left_ms }) {
    this.#left = left_ms;
    this.#heard = performance.now();
    this.#runs = state === "working";
  }

  /** @returns {number|null} ms; null while nothing has begun */
  left() {
    if (this.#left === null) return null;
    return Math.max(0, this.#left - (this.#runs ? performance.now() - this.#heard : 0));
  }
}
