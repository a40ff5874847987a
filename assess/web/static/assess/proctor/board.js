/** The board: looks again when something changed, lets times run on between looks, and keeps who was chosen. */

import { spelled } from "../clock.js";
import { follow } from "../live.js";

const board = document.getElementById("board");
const chosen = new Set();
let heard = performance.now();

const busy = () => board.querySelector("details[open]") !== null || document.querySelector("dialog[open]") !== null;

/** Each press has a name of its own, so that a repeated request is done once. */
function nameRequests() {
  for (const input of document.querySelectorAll("input[data-request]")) input.value = crypto.randomUUID();
}

function tick() {
  const gone = (performance.now() - heard) / 1000;
  for (const place of board.querySelectorAll("[data-left]")) {
    const left = Number(place.dataset.left) - (place.dataset.runs === "yes" ? gone : 0);
    place.textContent = spelled(left * 1000);
  }
}

function tellChosen() {
  const words = chosen.size ? `${chosen.size} chosen.` : `All ${board.querySelectorAll('input[name="attempt"]:not(:disabled)').length} open attempts.`;
  document.getElementById("chosen").textContent = words;
}

board.addEventListener("change", (event) => {
  if (event.target.name !== "attempt") return;
  event.target.checked ? chosen.add(event.target.value) : chosen.delete(event.target.value);
  tellChosen();
});

/** What is chosen goes with whichever form is sent. */
document.addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement) || !event.target.hasAttribute("data-choice")) return;
  for (const old of event.target.querySelectorAll("input[data-chosen]")) old.remove();
  for (const value of chosen) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "attempt", value });
    input.dataset.chosen = "";
    event.target.append(input);
  }
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target === board && busy()) event.detail.shouldSwap = false;
});
document.addEventListener("htmx:afterSwap", () => {
  heard = performance.now();
  for (const input of board.querySelectorAll('input[name="attempt"]')) input.checked = chosen.has(input.value);
  nameRequests();
  tick();
  const time = new Date().toLocaleTimeString();
  document.getElementById("live").textContent = `as of ${time}`;
});

nameRequests();
tick();
setInterval(tick, 1000);
follow({ [board.dataset.live]: 0 }, () => !busy() && globalThis.htmx?.trigger(document.body, "look"), { every: 3_000 });
