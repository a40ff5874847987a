/**
 * What happens at the bay while a sheet is open: permission to energise, and what the instruments just read. Without a network it holds what
 * this tablet saw last of the bay, and no reading.
 */

import { follow } from "../live.js";

const PATIENCE_MS = 10_000;

export const placeOf = ({ role, epoch, sequence }) => `${role}/${epoch}/${sequence}`;

export class LiveBay extends EventTarget {
  #address;
  #stop;
  #asking = false;
  #again = false;
  #kept;

  /** @param {string} attempt @param {string} role */
  constructor(attempt, role) {
    super();
    this.#address = `/assessor/sheet/${attempt}/${encodeURIComponent(role)}/live`;
    this.#kept = `assayer-bay:${attempt}:${role}`;
    this.online = false;
    this.bay = seenBefore(this.#kept);
    this.readings = [];
    this.#stop = follow({ [`attempt:${attempt}`]: 0 }, () => this.ask());
    this.ask();
  }

  async ask() {
    if (this.#asking) return void (this.#again = true);
    this.#asking = true;
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const response = await fetch(this.#address, { credentials: "same-origin", redirect: "error", signal });
      if (!response.ok) throw new Error(String(response.status));
      const { bay, readings } = await response.json();
      Object.assign(this, { online: true, bay, readings });
      keep(this.#kept, bay);
    } catch {
      this.online = false;
    }
    this.#asking = false;
    this.dispatchEvent(new Event("change"));
    if (this.#again) {
      this.#again = false;
      this.ask();
    }
  }

  /** What was read for a row, the latest first. */
  of = (criterion) => this.readings.filter((one) => one.criterion === criterion).reverse();

  release() {
    this.#stop();
  }
}

function seenBefore(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "null");
  } catch {
    return null;
  }
}

/** A tablet that keeps nothing knows nothing after a reload without a network; the assessor can still write what they were told. */
function keep(name, bay) {
  try {
    localStorage.setItem(name, JSON.stringify(bay));
  } catch {
    // storage is switched off
  }
}
