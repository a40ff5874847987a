/** Practice: the real player on made-up questions, in a journal that stays in this page. */

import { showSaved } from "../saved.js";
import { Player } from "./player.js";

const $ = (id) => document.getElementById(id);

/** Behaves as a journal does, keeps nothing, and lets the person cut the network. */
class PracticeJournal extends EventTarget {
  #stored = 0;
  #confirmed = 0;
  #cut = false;

  get state() {
    return { tapped: this.#stored, stored: this.#stored, confirmed: this.#confirmed, online: !this.#cut, sending: false, problem: null };
  }

  async write() {
    this.#stored += 1;
    this.#changed();
    setTimeout(() => this.#send(), 400);
  }

  cut(on) {
    this.#cut = on;
    this.#changed();
    if (!on) setTimeout(() => this.#send(), 800);
  }

  #send() {
    if (this.#cut) return;
    this.#confirmed = this.#stored;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

const journal = new PracticeJournal();
journal.addEventListener("change", () => showSaved($("saved"), journal.state));
showSaved($("saved"), journal.state);
const { items } = await (await fetch(new URL("./practice-items.json", import.meta.url))).json();
const names = ["stage", "title", "previous", "next", "flag", "flagWords", "map"];
new Player({ items, part: "practice", journal, said: [], elements: Object.fromEntries(names.map((name) => [name, $(`player-${name}`)])), onTrouble: console.error });

$("cut").addEventListener("click", (event) => {
  const button = event.currentTarget;
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  button.querySelector("span").textContent = on ? "Bring the network back" : "Cut the network";
  journal.cut(on);
  $("cut-words").textContent = on ? "The network is gone. Answer something: it is kept on this device." : "The network is back. What was kept goes out by itself.";
});
