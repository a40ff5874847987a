/** How safe the work is, in words: what is on this device, what the server has. One look for every role. */

/**
 * @param {HTMLElement} place a live region
 * @param {import("./journal.js").JournalState} state
 * @param {number} [pictures] how many pictures wait besides
 */
export function showSaved(place, state, pictures = 0) {
  const unsent = state.stored - state.confirmed + pictures;
  const kind = state.problem ? "bad" : unsent === 0 ? "ok" : state.online ? "info" : "warn";
  place.className = `state state-${kind}`;
  place.dataset.unsent = String(unsent);
  const words = state.problem
    ? state.problem.sentence
    : unsent === 0
      ? "Safe on the server"
      : `${unsent} kept on this device${pictures ? `, ${pictures} of them ${pictures === 1 ? "a picture" : "pictures"}` : ""}, ${state.online ? "being sent" : "no network: sent later"}`;
  if (place.dataset.words !== words) {
    place.dataset.words = words;
    place.replaceChildren(sign({ ok: "check", info: "cloud", warn: "offline", bad: "stop" }[kind]), document.createTextNode(words));
  }
}

/** @param {string} name of the sprite */
export function sign(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}
