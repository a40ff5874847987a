/**
 * Hearing that something changed. A socket says only "this changed, number n"; the page then reads over HTTP. Where no socket is to
 * be had the page asks by itself every few seconds: slower, and nothing is missing.
 */

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** The server says something twice a minute; a network that is gone closes no socket for a long time. */
const SILENCE_MS = 75_000;

/**
 * @param {Record<string, number>} topics topic → the number known so far
 * @param {(topic: string, number: number|null) => void} onChange also called by the clock while there is no socket
 * @param {{every?: number}} [options] how often to look without a socket, in ms
 * @returns {() => void} stop following
 */
export function follow(topics, onChange, { every = 5_000 } = {}) {
  const known = { ...topics };
  let socket = null;
  let wait = FIRST_WAIT_MS;
  let stopped = false;
  let open = false;
  let heard = 0;

  const look = () => {
    if (open && performance.now() - heard > SILENCE_MS) {
      open = false;
      socket.close();
    }
    if (!open && !document.hidden) for (const topic of Object.keys(known)) onChange(topic, null);
  };
  const timer = setInterval(look, every);

  const connect = () => {
    if (stopped) return;
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live/`);
    socket.onopen = () => socket.send(JSON.stringify({ follow: known }));
    socket.onmessage = ({ data }) => {
      open = true;
      heard = performance.now();
      wait = FIRST_WAIT_MS;
      const { topic, n } = JSON.parse(data);
      if (topic in known && n > known[topic]) {
        known[topic] = n;
        onChange(topic, n);
      }
    };
    socket.onclose = () => {
      open = false;
      if (!stopped) setTimeout(connect, wait * (0.5 + Math.random()));
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    };
  };
  connect();
  return () => {
    stopped = true;
    clearInterval(timer);
    socket?.close();
  };
}
