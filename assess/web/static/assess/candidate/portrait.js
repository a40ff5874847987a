/** The picture a candidate gives of themselves: made small here, sent, and shown. It waits on this device while there is no network. */

import { h, settings } from "../dom.js";
import { Pictures, shrunk } from "../pictures.js";

const LONGEST = 800;
const { attempt, person } = settings();
const $ = (id) => document.getElementById(id);

function say(words, kind = "idle") {
  $("portrait-state").className = `state state-${kind}`;
  $("portrait-state").textContent = words;
}

async function give(file) {
  if (!file) return;
  say("One moment…");
  let pictures;
  try {
    const made = await shrunk(file, LONGEST);
    pictures = await Pictures.apart({ person, subject: attempt, role: "candidate" });
    const row = await pictures.keep(made, { kind: "portrait" });
    const address = URL.createObjectURL(new Blob([made.bytes], { type: "image/jpeg" }));
    $("portrait-frame").replaceChildren(h("img", { src: address, alt: "The picture you gave", width: "128", height: "128" }));
    await pictures.flush();
    const now = pictures.rows.find((one) => one.id === row.id);
    if (now?.problem?.final) {
      say(now.problem.sentence, "bad");
      await pictures.giveUp(row.id);
    } else if (now?.waits) say("Kept on this device. It goes out when there is a network.", "warn");
    else say("Given. Thank you.", "ok");
  } catch (error) {
    say(error.sentence ?? String(error.message ?? error), "bad");
  } finally {
    pictures?.release();
  }
}

/** A telephone or tablet has an app for its camera; at a computer this page looks through it. */
async function lookThroughCamera() {
  const film = $("portrait-film");
  try {
    film.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, facingMode: "user" }, audio: false });
    await film.play();
    $("portrait-dialog").showModal();
  } catch {
    say("The camera can't be used here. Choose a picture instead.", "warn");
  }
}

const closeCamera = () => $("portrait-film").srcObject?.getTracks().forEach((track) => track.stop());

async function takeFromCamera() {
  const film = $("portrait-film");
  const canvas = h("canvas", { width: film.videoWidth, height: film.videoHeight });
  canvas.getContext("2d").drawImage(film, 0, 0);
  $("portrait-dialog").close();
  give(await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95)));
}

if ($("portrait-acts")) {
  $("portrait-acts").hidden = false;
  $("portrait-take").hidden = !navigator.mediaDevices;
  $("portrait-take").addEventListener("click", () => (matchMedia("(pointer: coarse)").matches ? $("portrait-camera").click() : lookThroughCamera()));
  $("portrait-choose").addEventListener("click", () => $("portrait-file").click());
  $("portrait-now").addEventListener("click", takeFromCamera);
  $("portrait-dialog").addEventListener("close", closeCamera);
  for (const input of [$("portrait-camera"), $("portrait-file")]) {
    input.addEventListener("change", () => {
      const [file] = input.files;
      input.value = "";
      give(file);
    });
  }
}
