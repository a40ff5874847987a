/** The simulator's page: the part's tasks, one at a time. What is drawn, calculated and set goes into the journal at once. */

import { h } from "../dom.js";
import { caseSheet } from "./bench/case_sheet.js";
import { registers } from "./bench/registers.js";
import { wiring } from "./bench/wiring.js";
import { runPart } from "./part.js";
import { post } from "./bench/bench_run.js";

const KINDS = { wiring, case: caseSheet, settings: registers };

runPart({
  address: "bench/tasks",
  /** Machines carry out what was made, also without this: the server finds it in the journal a little later. */
  handedIn: (base) => post(`${base}bench/handed-in`).catch(() => {}),
  start({ form, journal, entries, base, onTrouble }) {
    const stage = document.getElementById("bench-stage");
    const list = document.getElementById("bench-tasks");
    const write = (kind, payload) => journal.write(kind, { part: form.part, ...payload }).catch(onTrouble);
    const works = form.tasks.map((task) => {
      const said = entries.filter(({ payload }) => payload.simulation === task.simulation);
      return KINDS[task.kind]({ task, said, write, journal, base, onWork: () => mark() });
    });
    let place = 0;
    const mark = () => {
      for (const [number, item] of [...list.children].entries()) {
        item.firstChild.classList.toggle("done", works[number].begun());
        item.firstChild.setAttribute("aria-current", number === place ? "step" : "false");
      }
    };
    const go = (to) => {
      works[place].settle();
      place = to;
      const { title, minutes, brief } = form.tasks[to];
      const heading = h("h2", { tabindex: "-1" }, title);
      stage.replaceChildren(h("article", { class: "card bench" }, heading, brief ? h("p", {}, brief) : null, h("p", { class: "soft small" }, `About ${minutes} minutes`), works[to].element));
      works[to].shown?.();
      mark();
      heading.focus({ preventScroll: true });
    };
    list.replaceChildren(
      ...form.tasks.map((task, number) => h("li", {}, h("button", { type: "button", class: "map-item bench-task", on: { click: () => go(number) } }, `${number + 1}. ${task.title}`))),
    );
    go(0);
    return {
      lock: (locked) => works.forEach((work) => work.lock(locked)),
      settle: () => works.forEach((work) => work.settle()),
      summary() {
        const open = works.filter((work) => !work.begun()).length;
        return { words: open === 0 ? "You worked at every task." : `${open} ${open === 1 ? "task is" : "tasks are"} not begun.`, marked: "" };
      },
    };
  },
});
