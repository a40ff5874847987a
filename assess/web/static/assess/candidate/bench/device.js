/** What a device reports: its answer to each write, and its registers, a model at a time. Nothing here says what is right. */

import { h } from "../../dom.js";

export const named = (model, point, index) => `${model}.${point}${index.length ? `[${index.join(", ")}]` : ""}`;
export const spaced = (unit) => (unit && unit !== "enum" ? ` ${unit}` : "");

/**
 * @param {{writes: {name: string, accepted: boolean, sentence: string}[], models: object[], dip: [number, string, number][], serial: string, firmware: string}} seen
 * @param {{endedMs: number, written: [number, string, number[], string][], onSet: (model: number, point: string, index: number[]) => void}} given
 *   `onSet` takes a register up, to give it a new value
 */
export function deviceReport(seen, { endedMs, written, onSet }) {
  const refused = seen.writes.filter(({ accepted }) => !accepted);
  const time = new Date(endedMs).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const mine = new Set(written.map(([model, point, index]) => named(model, point, index)));
  const models = new Set(written.map(([model]) => model));
  return h("div", { class: "stack-small device" },
    h("p", { class: "soft small" }, `Device ${seen.serial}, firmware ${seen.firmware}, read at ${time}.`),
    refused.length ? h("div", { class: "notice notice-warn" }, h("div", { class: "stack-small" }, h("p", {}, h("strong", {}, `The device refused ${refused.length} of ${seen.writes.length}:`)), h("ul", { class: "plain" }, ...refused.map(({ sentence }) => h("li", {}, sentence))))) : null,
    seen.dip.length ? h("p", {}, spokenDip(seen.dip)) : null,
    ...seen.models.map((model) => modelTable(model, { open: models.has(model.model), mine, onSet })));
}

function modelTable({ model, title, registers }, { open, mine, onSet }) {
  const body = h("tbody", {});
  const details = h("details", { class: "device-model" }, h("summary", {}, h("span", { class: "code" }, String(model)), ` ${title}`),
    h("div", { class: "table-wrap", tabindex: "0", role: "region", aria: { label: `Registers of model ${model}` } }, h("table", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Point"), h("th", { scope: "col", class: "number" }, "Reads"), h("th", { scope: "col" }, h("span", { class: "visually-hidden" }, "Change")))), body)));
  // Hundreds of rows are made when somebody looks at them.
  const fill = () => {
    if (!body.childElementCount) body.append(...registers.map((one) => row(model, one, mine, onSet)));
  };
  details.addEventListener("toggle", fill);
  if (open) {
    fill();
    details.open = true;
  }
  return details;
}

function row(model, { point, index, value, unit, symbol, writable }, mine, onSet) {
  const name = `${point}${index.length ? `[${index.join(", ")}]` : ""}`;
  return h("tr", { class: mine.has(named(model, point, index)) ? "register-mine" : "" },
    h("th", { scope: "row", class: "code" }, name), h("td", { class: "number" }, `${value}${spaced(unit)}${symbol ? ` (${symbol})` : ""}`),
    h("td", {}, writable ? h("button", { type: "button", class: "button-small", aria: { label: `Set ${model}.${name}` }, on: { click: () => onSet(model, point, index) } }, "Set") : null));
}

/** What the device did in a dip of the grid, in words. */
function spokenDip(output) {
  const low = output.find(([, percent]) => Number(percent) < 100);
  if (!low) return "";
  const back = output.find(([seconds, percent]) => seconds >= low[0] && Number(percent) === 100 && output.indexOf(low) < output.findIndex((one) => one[0] === seconds && one[1] === percent));
  if (!back) return `A dip to ${low[1]} % was played; the voltage did not come back.`;
  const again = output.find(([seconds, percent, watts]) => seconds >= back[0] && Number(percent) === 100 && watts > 0);
  const dip = `A dip of the grid to ${low[1]} % for ${back[0] - low[0]} s was played.`;
  return again ? `${dip} The device fed in again ${again[0] - back[0]} s after the voltage came back.` : `${dip} The device did not feed in again in the time that was watched.`;
}
