/**
 * Still pictures where the sitting's level says so and the candidate pressed the button: small, now and then, each shown at once. A
 * camera that is refused, missing or dark is a note with an innocent explanation; it stops nobody's work.
 */

import { h } from "../dom.js";
import { Pictures, drawn } from "../pictures.js";

const SHOWN = 3;
const QUALITY = 0.6;
const DARK = 10;
/** A camera needs a moment to see light. */
const FIRST_LOOK_MS = 700;
const NAMES = { camera: "your camera", screen: "your screen" };
/** How the notes about each source begin. */
const CODES = { camera: "camera", screen: "share" };

const OPENED = {
  camera: (longest) => navigator.mediaDevices.getUserMedia({ video: { width: { ideal: longest } }, audio: false }),
  screen: () => navigator.mediaDevices.getDisplayMedia({ video: true, audio: false }),
};

/**
 * @param {import("../journal.js").Journal} journal
 * @param {{note: (code: string) => void, idle: () => boolean}} given `idle`: nothing is taken now (a pause, the time is over)
 * @returns {() => void} stop
 */
export function stills(journal, { note, idle }) {
  const panel = document.getElementById("stills");
  if (!panel) return () => {};
  const { shortestMs, longestMs, camera, screen } = panel.dataset;
  const longest = { camera: Number(camera), screen: Number(screen) };
  const running = new Map();
  const noted = new Set();
  let count = 0;
  let stopped = false;
  const pictures = Pictures.of(journal);
  pictures.catch(() => {}); // said when the first picture is to be kept

  const $ = (id) => document.getElementById(id);
  const once = (code) => noted.has(code) || (noted.add(code), note(code));

  function say(words, kind = "info") {
    $("stills-state").className = `state state-${kind}`;
    $("stills-state").textContent = words;
  }

  function tell() {
    const from = [...running.keys()].map((source) => NAMES[source]).join(" and ");
    if (from) say(`${count} taken so far, of ${from}`, "info");
    else say(count ? `${count} taken; none is taken now` : "Nothing is taken yet", "idle");
  }

  async function start(source) {
    const button = $(`stills-${source}`);
    button.disabled = true;
    let stream;
    try {
      stream = await OPENED[source](longest[source]);
    } catch (error) {
      note(`${CODES[source]}.${error?.name === "NotAllowedError" ? "refused" : "missing"}`);
      $("stills-words").textContent = `No pictures of ${NAMES[source]} can be taken here. Go on working: this counts against nobody. You may try again.`;
      button.disabled = false;
      return;
    }
    if (stopped) return stream.getTracks().forEach((track) => track.stop());
    const film = h("video", { muted: true, playsinline: "" });
    film.srcObject = stream;
    stream.getVideoTracks()[0].addEventListener("ended", () => end(source, true));
    running.set(source, { film, stream, timer: 0 });
    await film.play().catch(() => {});
    note(`${CODES[source]}.on`);
    button.hidden = true;
    $("stills-words").textContent = "You see each one here at once. All of them stand on the page of your attempt, with who looked at them.";
    tell();
    await new Promise((resolve) => setTimeout(resolve, FIRST_LOOK_MS));
    await take(source);
  }

  async function take(source) {
    const here = running.get(source);
    if (!here || stopped) return;
    here.timer = setTimeout(() => take(source), Number(shortestMs) + Math.random() * (Number(longestMs) - Number(shortestMs)));
    const { film } = here;
    if (idle() || document.hidden || !film.videoWidth) return tell();
    try {
      if (isDark(film)) once(`${CODES[source]}.black`);
      const made = await drawn(film, film.videoWidth, film.videoHeight, longest[source], QUALITY);
      if (stopped) return;
      await (await pictures).keep(made, { kind: source });
      count += 1;
      show(made, source);
    } catch (error) {
      $("stills-words").textContent = error.sentence ?? String(error.message ?? error);
    }
    tell();
  }

  function show({ small }, source) {
    const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    const image = h("img", { src: URL.createObjectURL(new Blob([small], { type: "image/jpeg" })), alt: `A picture of ${NAMES[source]}` });
    $("stills-list").prepend(h("li", {}, image, h("span", { class: "small soft" }, time)));
    const old = $("stills-list").children[SHOWN];
    if (old) {
      URL.revokeObjectURL(old.querySelector("img").src);
      old.remove();
    }
  }

  function end(source, byItself) {
    const here = running.get(source);
    if (!here) return;
    clearTimeout(here.timer);
    for (const track of here.stream.getTracks()) track.stop();
    running.delete(source);
    if (!byItself || stopped) return;
    note(`${CODES[source]}.ended`);
    $(`stills-${source}`).hidden = false;
    $(`stills-${source}`).disabled = false;
    $("stills-words").textContent = `The pictures of ${NAMES[source]} stopped. Go on working; start them again if you like. This counts against nobody.`;
    tell();
  }

  for (const source of ["camera", "screen"]) $(`stills-${source}`)?.addEventListener("click", () => start(source));
  return () => {
    if (stopped) return;
    stopped = true;
    for (const source of [...running.keys()]) end(source, false);
    pictures.then((held) => held.flush().finally(() => held.release())).catch(() => {});
  };
}

/** Whether a picture is as good as black: the mean light of a few dots. */
function isDark(film) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 16;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(film, 0, 0, 16, 16);
  const { data } = pen.getImageData(0, 0, 16, 16);
  let light = 0;
  for (let place = 0; place < data.length; place += 4) light += 0.299 * data[place] + 0.587 * data[place + 1] + 0.114 * data[place + 2];
  return light / (data.length / 4) < DARK;
}
