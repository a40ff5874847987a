/** Small helpers to build elements: text is always text, never markup. */

/**
 * @param {string} name
 * @param {Record<string, unknown>} [properties] `class`, `data` (dataset), `aria` (attributes), `on` (listeners), attributes and properties
 * @param {...(Node|string|null|false|undefined)} children
 * @returns {HTMLElement}
 */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") element.className = String(value);
    else if (key === "data") Object.assign(element.dataset, value);
    else if (key === "aria") for (const [part, words] of Object.entries(value)) element.setAttribute(`aria-${part}`, String(words));
    else if (key === "on") for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    else if (key in element && typeof value !== "string") element[key] = value;
    else element.setAttribute(key, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== false && child !== undefined));
  return element;
}

/** The JSON that the server put into the page under this id. */
export const settings = (id = "settings") => JSON.parse(document.getElementById(id)?.textContent ?? "{}");
