/** A part of a page that the server draws anew when something happened, and never under somebody who writes in it. */

const changed = (field) =>
  field instanceof HTMLSelectElement
    ? [...field.options].some((one) => one.selected !== one.defaultSelected && [...field.options].some((other) => other.defaultSelected))
    : ["checkbox", "radio"].includes(field.type)
      ? field.checked !== field.defaultChecked
      : field.type !== "hidden" && field.value !== field.defaultValue;

/** Whether somebody is writing in a part of the page, or has begun to. @param {HTMLElement} place */
export const written = (place) =>
  (place.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) || [...place.querySelectorAll("input, textarea, select")].some(changed);

/**
 * Ask for the part again. What was unfolded stays so; where somebody writes nothing happens, and the next news asks again.
 * @param {HTMLElement} place
 */
export function redraw(place) {
  if (!written(place)) globalThis.htmx?.trigger(document.body, "look");
}

/** Hold back what arrives while somebody writes, and keep unfolded what was. @param {HTMLElement} place */
export function guard(place) {
  let open = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target !== place) return;
    if (written(place)) event.detail.shouldSwap = false;
    open = [...place.querySelectorAll("details[open] > summary")].map((one) => one.textContent);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== place) return;
    for (const summary of place.querySelectorAll("details:not([open]) > summary")) if (open.includes(summary.textContent)) summary.parentElement.open = true;
  });
}
