/**
 * Sending the pictures of this device until the server has answered with the digest they were written down with. One tab sends at a
 * time. A refusal that would be the same tomorrow is kept with its sentence and not asked for again.
 */

import * as pictures from "./picture_store.js";
import * as server from "./server.js";
import * as store from "./store.js";

/** Too large, no picture, no longer taken. 404: the role is not this person's any more, or the level asks for no such picture. */
const FINAL = new Set([404, 409, 413, 415]);

/**
 * Send what waits, oldest first.
 * @param {string} person who is signed in: without a grant of its own a picture goes only in its taker's name
 * @returns {Promise<number>} how many still wait and may be tried again
 * @throws {server.Unreachable} when the network is gone
 */
export async function sendPictures(person) {
  return navigator.locks.request("assayer-pictures", { ifAvailable: true }, async (lock) => {
    const waiting = (await pictures.waiting()).filter((row) => !row.problem?.final);
    if (lock === null || waiting.length === 0) return waiting.length;
    const tokens = new Map((await store.streams()).map((record) => [record.stream, record.token]));
    let left = 0;
    for (const row of waiting) left += (await sendOne(row, tokens.get(row.stream) ?? null, person)) ? 0 : 1;
    return left;
  });
}

async function sendOne(row, token, person) {
  if (token === null && row.person !== person) return false;
  const { status, document } = await server.picture({ ...row, bytes: await pictures.bytesOf(row.id) }, token);
  if (status === 200 && document.sent_sha256 === row.sha256) {
    await pictures.letGo(row.id, document.id);
    return true;
  }
  if (status === 401 || status === 403) return token !== null && row.person === person ? sendOne(row, null, person) : false;
  const sentence = document?.sentence ?? `The server answered ${status}.`;
  const problem =
    status === 200
      ? { code: "other-bytes", sentence: "The server has other bytes under this picture's name. Call a person; keep this device.", final: true }
      : status === 404
        ? { code: "not-taken", sentence: "The server takes no such picture under this role any more. Ask who plans the sitting.", final: true }
        : { code: document?.code ?? `status-${status}`, sentence, final: FINAL.has(status) };
  if (row.problem?.code !== problem.code) await pictures.change(row.id, { problem });
  return false;
}
