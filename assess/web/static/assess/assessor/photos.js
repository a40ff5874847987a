/** Photos of a sheet: a button that opens the camera or the files, and small pictures that say how each one stands. */

import { h } from "../dom.js";
import { bytesOf } from "../journal/picture_store.js";
import { shrunk } from "../pictures.js";
import { sign } from "../saved.js";

export class Photos {
  #pictures;
  #attempt;
  #input;
  #dialog;
  #about = null;
  #addresses = new Map();
  #shown = null;

  /**
   * @param {{pictures: import("../pictures.js").Pictures, attempt: string, input: HTMLInputElement, dialog: HTMLDialogElement, onKept: () => void, onTrouble: (error: Error) => void}} given
   */
  constructor({ pictures, attempt, input, dialog, onKept, onTrouble }) {
    this.#pictures = pictures;
    this.#attempt = attempt;
    this.#input = input;
    this.#dialog = dialog;
    input.addEventListener("change", async () => {
      const [file] = input.files;
      input.value = "";
      if (!file || !this.#about) return;
      try {
        await pictures.keep(await shrunk(file), { kind: "photo", about: this.#about });
        onKept();
      } catch (error) {
        onTrouble(error);
      }
    });
    dialog.querySelector("[data-again]").addEventListener("click", async () => {
      dialog.close();
      await pictures.tryAgain(this.#shown);
    });
    dialog.querySelector("[data-give-up]").addEventListener("click", async () => {
      dialog.close();
      await pictures.giveUp(this.#shown);
    });
  }

  /** The button of a row, or of the whole sheet (`number` null). */
  button(about, number, disabled) {
    const of = number === null ? "the whole work" : `row ${number}`;
    return h("button", { type: "button", class: "photo-button", disabled, on: { click: () => this.#take(about) } }, sign("camera"), number === null ? `Photo of ${of}` : h("span", { class: "visually-hidden" }, `Photo of ${of}`));
  }

  #take(about) {
    this.#about = about;
    this.#input.click();
  }

  /** What was photographed there, in order. @param {Array<{sha256: string}>} named in the journal */
  list(named, words) {
    if (!named.length) return null;
    return h("ul", { class: "photos", aria: { label: `Photos of ${words}` } }, ...named.map((one, place) => this.#one(one, `Photo ${place + 1} of ${words}`)));
  }

  #one({ sha256 }, words) {
    const row = this.#pictures.rows.find((one) => one.sha256 === sha256) ?? null;
    const [kind, icon, stands] = standing(row);
    const image = h("img", { src: row ? this.#address(row) : this.#onServer(sha256), alt: words, width: "96", height: "72" });
    const state = h("span", { class: `state state-${kind}` }, sign(icon), stands);
    image.addEventListener("error", () => {
      image.hidden = true;
      if (!row) state.replaceChildren(sign("device"), "Not here");
    });
    return h("li", {}, h("button", { type: "button", class: "bare photo", aria: { label: `${words}: ${stands}. Look at it` }, on: { click: () => this.#show(row, sha256, words) } }, image, sign("camera")), state);
  }

  async #show(row, sha256, words) {
    const [, , stands] = standing(row);
    this.#shown = row?.id ?? null;
    const image = this.#dialog.querySelector("img");
    URL.revokeObjectURL(image.src);
    const here = row?.waits ? await bytesOf(row.id) : undefined;
    image.src = here ? URL.createObjectURL(new Blob([here], { type: "image/jpeg" })) : this.#onServer(sha256);
    image.alt = words;
    this.#dialog.querySelector("[data-words]").textContent = row?.problem?.sentence ?? `${words}. ${stands}.`;
    for (const button of this.#dialog.querySelectorAll("[data-again], [data-give-up]")) button.hidden = !row?.problem?.final;
    this.#dialog.showModal();
  }

  #onServer = (sha256) => `/api/attempts/${this.#attempt}/media/${sha256}`;

  /** One address for each picture while the page lives: rows are drawn anew with every tap. */
  #address({ id, small }) {
    if (!this.#addresses.has(id)) this.#addresses.set(id, URL.createObjectURL(new Blob([small], { type: "image/jpeg" })));
    return this.#addresses.get(id);
  }
}

function standing(row) {
  if (row?.problem?.final) return ["bad", "stop", "Refused"];
  if (row?.waits) return ["warn", "device", "On this tablet"];
  return ["ok", "cloud", "On the server"];
}
