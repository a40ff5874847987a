/** Has the folder's service worker keep what this page needs, so that it opens again without a network. */

/**
 * @param {string} folder such as "/candidate/"
 * @param {string} person whose pages are kept; another person's are forgotten
 * @param {string[]} addresses pages and modules to fetch ahead
 * @param {string} [drop] what begins so and is not in `addresses` is forgotten
 * @returns {Promise<boolean>} whether this browser can do it
 */
export async function keepForOffline(folder, person, addresses, drop = "") {
  if (!("serviceWorker" in navigator)) return false;
  try {
    await navigator.serviceWorker.register(`${folder}sw.js`, { scope: folder, type: "classic", updateViaCache: "none" });
    const ready = await navigator.serviceWorker.ready;
    const loaded = performance.getEntriesByType("resource").map((entry) => new URL(entry.name)).filter((url) => url.origin === location.origin && url.pathname.startsWith("/static/"));
    const keep = [...new Set([...addresses, ...loaded.map((url) => url.pathname)])];
    ready.active?.postMessage({ person, keep, drop });
    return true;
  } catch {
    return false; // a private window, or storage that is switched off: the page works as long as it stays open
  }
}
