/** What happens at the bay while a sheet is open: permission to energise, and what the instruments just read. Offline it knows nothing. */

import { follow } from "../live.js";

export const placeOf = ({ role, epoch, sequence }) => `${role}/${epoch}/${sequence}`;

export class LiveBay extends EventTarget {
  #address;
  #stop;
  #asking = false;
  #again = false;

  /** @param {string} attempt @param {string} role */
  constructor(attempt, role) {
    super();
    this.#address = `/assessor/sheet/${attempt}/${encodeURIComponent(role)}/live`;
    this.online = false;
    this.bay = null;
    this.readings = [];
    this.#stop = follow({ [`attempt:${attempt}`]: 0 }, () => this.ask());
    this.ask();
  }

  async ask() {
    if (this.#asking) return void (this.#again = true);
    this.#asking = true;
    try {
      const response = await fetch(this.#address, { credentials: "same-origin", redirect: "error" });
      if (!response.ok) throw new Error(String(response.status));
      const { bay, readings } = await response.json();
      Object.assign(this, { online: true, bay, readings });
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
