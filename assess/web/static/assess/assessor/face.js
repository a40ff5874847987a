/** Whom to look for: the picture the candidate gave, or their initials. */

import { h } from "../dom.js";

const initialsOf = (name) => name.split(/\s+/).filter(Boolean).map((word) => [...word][0]).slice(0, 2).join("").toUpperCase();

/** @param {{name: string, portrait: string}} candidate @param {boolean} [large] */
export function face({ name, portrait }, large = false) {
  const look = large ? "face face-large" : "face";
  const initials = h("span", { class: look, aria: { hidden: "true" } }, initialsOf(name));
  if (!portrait) return initials;
  const picture = h("img", { class: look, src: portraitAddress(portrait), alt: `The picture that ${name} gave` });
  picture.addEventListener("error", () => picture.replaceWith(initials));
  return picture;
}

export const PORTRAITS = "/assessor/portraits/";
export const portraitAddress = (portrait) => `${PORTRAITS}${portrait}`;
