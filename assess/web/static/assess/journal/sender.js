/**
 * Sending what a stream holds until the server acknowledged it. Each answer of the intake has one meaning here; whatever is not
 * acknowledged stays on the device.
 */

import * as server from "./server.js";
import * as store from "./store.js";

const MOST_ENTRIES = 500;
const MOST_BYTES = 262_144;

/** The intake keeps these bytes for a person; sending them again changes nothing. */
const FOR_A_PERSON = new Set(["superseded", "closed", "fork", "wrong-stream", "wrong-device", "kind-not-allowed", "not-json", "not-a-batch", "bad-entry", "number-not-allowed", "duplicate-key"]);
const NEW_GRANT = new Set(["token-expired", "token-invalid", "token-missing"]);

/**
 * Send everything of one stream that was not acknowledged, batch by batch.
 *
 * @param {store.StreamRecord} record
 * @param {{onProgress?: (record: store.StreamRecord) => void, onContact?: (serverMs: number) => void, renew?: () => Promise<string|null>}} hooks
 * @returns {Promise<store.StreamRecord>} how the stream stands afterwards; `problem` says what a person has to look at
 * @throws {server.Unreachable} when the network is gone: try again later
 */
export async function drain(record, { onProgress = () => {}, onContact = () => {}, renew = async () => null } = {}) {
  let most = MOST_ENTRIES;
  let renewed = false;
  for (;;) {
    const entries = fitting(await store.entriesOf(record.stream, record.confirmed, most));
    if (entries.length === 0) return record;
    const { status, document } = await server.send(record.token, {
      stream: record.stream,
      device: record.device,
      entries: entries.map(({ sequence, kind, payload, device_ms, monotonic_ms, digest }) => ({ sequence, kind, payload, device_ms, monotonic_ms, digest })),
    });
    if (status === 200) {
      onContact(document.server_ms);
      record = await confirmed(record, document, entries);
      onProgress(record);
      if (record.problem) return record;
    } else if (status === 413 && most > 1) {
      most = Math.ceil(Math.min(most, entries.length) / 2);
    } else if (document?.code === "gap" && document.acknowledged < entries[0].sequence - 1) {
      record = await lost(record, document);
      if (record.problem) return record;
    } else if (NEW_GRANT.has(document?.code) && !renewed) {
      renewed = true;
      const token = await renew();
      if (token === null) return stuck(record, document);
      record = (await store.change(record.stream, { token })) ?? record;
    } else if (FOR_A_PERSON.has(document?.code) || NEW_GRANT.has(document?.code) || document?.code === "no-such-stream") {
      return stuck(record, document);
    } else {
      throw new server.Unreachable(document?.sentence ?? `The server answered ${status}.`);
    }
  }
}

/** As many entries from the start as stay below the size of a batch; always one. */
function fitting(entries) {
  let bytes = 0;
  const end = entries.findIndex((entry, index) => (bytes += JSON.stringify(entry).length + 100) > MOST_BYTES && index > 0);
  return end === -1 ? entries : entries.slice(0, end);
}

async function confirmed(record, answer, entries) {
  const last = entries.find((entry) => entry.sequence === answer.acknowledged);
  if (last && last.digest !== answer.digest) {
    return stuck(record, { code: "fork", sentence: "The server holds other entries of this stream than this device. Call a person; keep this device." });
  }
  return (await store.change(record.stream, { confirmed: Math.min(answer.acknowledged, record.sequence), problem: null })) ?? record;
}

/** The server has less than it once acknowledged (a restored backup): send again from there, if it is still kept here. */
async function lost(record, answer) {
  const [first] = await store.entriesOf(record.stream, answer.acknowledged, 1);
  if (first?.sequence !== answer.acknowledged + 1) {
    return stuck(record, { code: "gap", sentence: "The server lacks entries that this device no longer has. Call a person." });
  }
  return (await store.fallBack(record.stream, answer.acknowledged)) ?? record;
}

async function stuck(record, { code, sentence }) {
  const superseded = record.superseded || code === "superseded";
  return (await store.change(record.stream, { problem: { code, sentence }, superseded })) ?? record;
}

/**
 * Send what other streams of this device still hold: another person's, or those of an epoch that ended. Their grants are enough.
 * @param {string|null} busy the stream that its own page is sending
 */
export async function sendLeftovers(busy = null) {
  for (const record of await store.streams()) {
    if (record.stream === busy || record.confirmed >= record.sequence || FOR_A_PERSON.has(record.problem?.code)) continue;
    const free = await navigator.locks.request(`assayer-send:${record.stream}`, { ifAvailable: true }, async (lock) => {
      if (lock) await drain(record);
      return lock !== null;
    });
    if (!free) continue;
  }
}
