/** The exam's page: the form, one question at a time. */

import { runPart } from "./part.js";
import { Player } from "./player.js";

const NAMES = ["stage", "title", "previous", "next", "flag", "flagWords", "map"];

runPart({
  address: "form",
  start({ form, journal, entries, onTrouble }) {
    const elements = Object.fromEntries(NAMES.map((name) => [name, document.getElementById(`player-${name}`)]));
    return new Player({ items: form.items, part: form.part, journal, said: entries, elements, onTrouble });
  },
});
