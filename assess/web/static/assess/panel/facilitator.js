/** Who holds the meeting sees it go on: the changing part is read again when something happened, unless somebody writes in it. */

import { follow } from "../live.js";
import { guard, redraw } from "./redraw.js";

const place = document.getElementById("meeting");
guard(place);

/** Twelve judges who rate make a lot of news: the page is read at most once a second. */
let due = null;
const soon = () => {
  due ??= setTimeout(() => {
    due = null;
    redraw(place);
  }, 1_000);
};
follow({ [place.dataset.live]: 0 }, soon, { every: 3_000 });
