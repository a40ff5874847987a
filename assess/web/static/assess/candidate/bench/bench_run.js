/** A run of what was set: asked of the server, followed until it ends. What is written comes from the journal, never from here. */

const PAUSE_MS = 350;
const LONG_MS = 20_000;
const PATIENCE_MS = 20_000;
const NO_NETWORK = "This needs the network, and there is none. What you set is kept; try again when it is back.";
const NO_ANSWER = "The server did not answer. What you set is kept; try again.";

const token = () => document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";

/** Ask for something by an address alone. */
export const post = (address) => fetch(address, { method: "POST", headers: { "X-CSRFToken": token() }, cache: "no-store", credentials: "same-origin" });

/** Why there is no run now, as a sentence for the candidate. */
export class NotRun extends Error {}

async function answered(request) {
  const response = await request.catch(() => {
    throw new NotRun(NO_NETWORK);
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok || !answer.state) throw new NotRun(answer.sentence ?? NO_ANSWER);
  return answer;
}

/** How the last run stands; null where the server can't be asked. */
export const lastRun = (address) => answered(fetch(address, { cache: "no-store", credentials: "same-origin" })).catch(() => null);

/**
 * See that the server has everything, ask for a run of it, and follow that until it ends.
 * @param {{journal: object, address: string, tell: (words: string) => void}} given
 * @returns {Promise<object>} the run as the server tells it
 */
export async function runAndFollow({ journal, address, tell }) {
  if (!navigator.onLine) throw new NotRun(NO_NETWORK);
  tell("Sending what you set …");
  const { confirmed, stored, problem } = await journal.flush({ timeoutMs: PATIENCE_MS });
  if (problem) throw new NotRun(problem.sentence);
  if (confirmed < stored) throw new NotRun(NO_NETWORK);
  let run = await answered(post(address));
  const begun = Date.now();
  while (run.state === "asked" || run.state === "running") {
    tell(spoken(run, Date.now() - begun));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    run = await answered(fetch(address, { cache: "no-store", credentials: "same-origin" }));
  }
  return run;
}

function spoken({ state, step, done, of, tries }, waited) {
  const again = tries > 1 ? ` The equipment failed and it is tried again (${tries}).` : "";
  if (state === "asked") return `Waiting for a device …${again}${waited > LONG_MS ? " All are busy; you can go on working, your settings are kept." : ""}`;
  if (step === "write") return `Writing ${Math.min(done + 1, of)} of ${of} …${again}`;
  return step === "read" ? `Reading everything back …${again}` : `The device is ready …${again}`;
}
