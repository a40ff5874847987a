/** Who holds the meeting sees it go on: the changing part is read again when something happened, unless somebody writes in it. */

import { follow } from "../live.js";
import { guard, redraw } from "./redraw.js";

const place = document.getElementById("meeting");
guard(place);
follow({ [place.dataset.live]: 0 }, () => redraw(place), { every: 3_000 });
