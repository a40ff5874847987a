/** What the module asks of the server, each answer as `{status, document}`; a network that is gone is `Unreachable`. */

const PATIENCE_MS = 15_000;
const PATIENCE_FOR_A_PICTURE_MS = 60_000;

/** The server did not answer: nothing is known about what it did. */
export class Unreachable extends Error {}

async function ask(address, options, patienceMs = PATIENCE_MS) {
  let response;
  try {
    response = await fetch(address, { ...options, cache: "no-store", credentials: "same-origin", redirect: "error", signal: AbortSignal.timeout(patienceMs) });
    const text = await response.text();
    if (response.status === 502 || response.status === 504) throw new Unreachable(`a gateway answered ${response.status}`);
    return { status: response.status, document: text ? JSON.parse(text) : null };
  } catch (error) {
    throw error instanceof Unreachable ? error : new Unreachable(String(error));
  }
}

const token = () => document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
const post = (address, body) => ask(address, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token() }, body: JSON.stringify(body) });

/** Ask for the writing of a role's stream. */
export const grant = (wanted) => post("/api/streams", wanted);
/** Ask for many at once, so that all of them open without a network later. */
export const grants = (device, wanted) => post("/api/streams/many", { device, wanted });
/** What a role's streams hold on the server, by epoch. */
export const written = (subjectKind, subject, role) => ask(`/api/streams/${subjectKind}/${subject}/${role}/entries`, {});
/** The signed receipt of an attempt's latest seal, once there is one (204 before). */
export const receipt = (attempt) => ask(`/api/attempts/${attempt}/receipt`, {});
/** Hand in a batch of entries with the grant of their stream. */
export const send = (grantToken, batch) =>
  ask("/journal/entries", { method: "POST", headers: { "Content-Type": "application/json", Authorization: `Bearer ${grantToken}` }, body: JSON.stringify(batch) });
/**
 * Hand in a picture, under the grant of the stream that names it, or (without one) as the person who is signed in.
 * @param {{subject: string, role: string, kind: string, takenMs: number, bytes: ArrayBuffer}} picture
 */
export const picture = ({ subject, role, kind, takenMs, bytes }, grantToken) =>
  ask(
    `/api/attempts/${subject}/media?${new URLSearchParams({ role, kind, taken_ms: String(takenMs) })}`,
    { method: "POST", headers: { "Content-Type": "image/jpeg", ...(grantToken ? { Authorization: `Bearer ${grantToken}` } : { "X-CSRFToken": token() }) }, body: bytes },
    PATIENCE_FOR_A_PICTURE_MS,
  );
