/** Who holds the meeting sees it go on: the changing part is read again when something happened, unless somebody writes in it. */

import { follow } from "../live.js";

const place = document.getElementById("meeting");
const busy = () => place.querySelector("details[open] form, details.panel-busy[open]") !== null || (place.contains(document.activeElement) && document.activeElement.matches("input, textarea, select"));

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target === place && busy()) event.detail.shouldSwap = false;
});
follow({ [place.dataset.live]: 0 }, () => !busy() && globalThis.htmx?.trigger(document.body, "look"), { every: 3_000 });
