/** Draws the pictures of case sheets where a page holds one as JSON: a `.case-shown` with a script of type application/json. */

import { casePictures } from "../case_pictures.js";

for (const held of document.querySelectorAll('.case-shown script[type="application/json"]')) {
  const pictures = casePictures(JSON.parse(held.textContent));
  if (pictures) held.after(pictures);
}
