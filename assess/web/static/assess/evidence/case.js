/** Draws the pictures of case sheets where a page holds one as JSON: <script type="application/json" data-case-sheet>. */

import { casePictures } from "../case_pictures.js";

for (const held of document.querySelectorAll("script[data-case-sheet]")) {
  const pictures = casePictures(JSON.parse(held.textContent));
  if (pictures) held.after(pictures);
}
