/**
 * What every page does: times in the reader's own zone, menus that close, the CSRF token of htmx's answers,
 * and a word when the network is gone. Nothing here is needed to read a page or to send a form.
 */

// The form in which the server writes every day, and the zone: two readers of one record see which moment is meant.
const WHEN = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
});

/** @param {ParentNode} root */
function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]:not([data-plain])")) {
    const instant = new Date(time.getAttribute("datetime") ?? "");
    if (!Number.isNaN(instant.valueOf())) time.textContent = WHEN.format(instant);
  }
}

function closeMenus(event) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!(event.target instanceof Node) || !menu.contains(event.target)) menu.removeAttribute("open");
  }
}

localTimes(document);
for (const swapped of ["htmx:afterSwap", "htmx:oobAfterSwap"]) {
  document.addEventListener(swapped, (event) => localTimes(event.target instanceof Element ? event.target : document));
}
document.addEventListener("click", closeMenus);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.removeAttribute("open");
    menu.querySelector("summary")?.focus();
  }
});

/** Buttons that open a dialog (`data-opens="id"`) and close the one they are in (`data-closes`). */
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-opens], [data-closes]") : null;
  if (!button) return;
  const id = button.getAttribute("data-opens");
  const dialog = id ? document.getElementById(id) : button.closest("dialog");
  if (dialog instanceof HTMLDialogElement) id ? dialog.showModal() : dialog.close();
});

/** A form that is on its way is not sent twice by a second press; coming back to the page frees it again. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method === "dialog" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent === "yes") event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

/** Fragments that could not be fetched say so in place instead of leaving a page that looks alive. */
for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failure, (event) => {
    const place = document.getElementById("messages");
    if (!place || place.querySelector("[data-network]")) return;
    const notice = document.createElement("div");
    notice.className = "notice notice-warn";
    notice.dataset.network = "";
    const status = event.detail?.xhr?.status;
    const words = status ? `The server answered ${status}. Load the page again.` : "No answer from the server. The page shows what was known before; it goes on by itself when the network is back.";
    notice.append(Object.assign(document.createElement("p"), { textContent: words }));
    place.append(notice);
  });
}
document.addEventListener("htmx:afterOnLoad", () => document.querySelector("#messages [data-network]")?.remove());

/** Signing out forgets the pages that were kept for working offline. What is unsent stays, and goes out. */
document.addEventListener("submit", (event) => {
  if (event.target instanceof HTMLFormElement && event.target.action.endsWith("/sign-out/") && "caches" in globalThis) {
    for (const folder of ["/candidate/", "/assessor/", "/panel/"]) caches.delete(`assayer-kept:${folder}`);
  }
});
