/**
 * The service worker of one folder of pages (the folder its address stands in). The network comes first; what it answered is kept,
 * and answers again when the network is gone. Only pages, forms and modules are kept here: what people do is in their journal.
 */

const FOLDER = self.location.pathname.replace(/[^/]*$/, "");
const KEPT = `assayer-kept:${FOLDER}`;
const PATIENCE_MS = 4_000;
const NEVER = /\/(state|live)$/;
/** Pages on which somebody works, and what they are fed with. */
const WORK = /^\/(assessor|technician)\/|\/(exam|bench|bay)\/$|\/(form|tasks)$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const ours = (url) => url.origin === self.location.origin && (url.pathname.startsWith(FOLDER) || url.pathname.startsWith("/static/"));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method === "GET" && ours(url) && !NEVER.test(url.pathname)) event.respondWith(answer(event.request, url));
});

async function answer(request, url) {
  const kept = await caches.open(KEPT);
  const waiting = await kept.match(request, { ignoreVary: true });
  try {
    const fresh = await fetch(request, waiting ? { signal: AbortSignal.timeout(PATIENCE_MS) } : {});
    // The session ended, and the person is sent to sign in: work that was begun goes on with what is kept here, and its entries go
    // out with their own grants. Every other page is asked for again. Signing out on purpose forgets all of it.
    if (waiting && WORK.test(url.pathname) && (fresh.redirected || fresh.type === "opaqueredirect")) return waiting;
    if (fresh.ok && !fresh.redirected && fresh.type === "basic") await kept.put(request, fresh.clone());
    return fresh;
  } catch (error) {
    if (waiting) return waiting;
    throw error;
  }
}

/**
 * `{keep: [addresses]}` fetches pages ahead; `{person}` forgets what was kept for anybody else; `{drop: "/start/"}` forgets what begins
 * so and is not among those to keep.
 */
self.addEventListener("message", (event) => event.waitUntil(told(event.data)));

async function told({ keep = [], person = null, drop = "" }) {
  if (person !== null) await forPerson(person);
  const kept = await caches.open(KEPT);
  if (drop) {
    const old = (await kept.keys()).filter(({ url }) => new URL(url).pathname.startsWith(drop) && !keep.includes(new URL(url).pathname));
    await Promise.all(old.map((request) => kept.delete(request)));
  }
  await Promise.allSettled(keep.map((address) => kept.add(new Request(address, { credentials: "same-origin" }))));
}

async function forPerson(person) {
  const kept = await caches.open(KEPT);
  const mark = new Request(`${FOLDER}--person`);
  const before = await (await kept.match(mark))?.text();
  if (before && before !== person) await caches.delete(KEPT);
  await (await caches.open(KEPT)).put(mark, new Response(person));
}
