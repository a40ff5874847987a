"""Reading a batch that a device sent, before any table is touched.

A batch is `{"stream": id, "device": name, "entries": [{sequence, kind, payload, device_ms, monotonic_ms, digest}, …]}`.
Whatever is wrong is a `Refusal` with a code for machines, a sentence for people, and where it applies the place in
the batch.
"""

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from assess.attempts.journal.chain import ChainedEntry
from assess.attempts.journal.kinds import allowed, problem
from assess.ledger.canonical import CanonicalError, canonical

MAX_BODY = 1_048_576
MAX_ENTRIES = 500
MAX_PAYLOAD = 65_536
CLOCK_LIMIT = 2**53


@dataclass(eq=False)
class Refusal(Exception):
    """Why something was not taken. `status` is the HTTP status; `kept` says that the bytes wait in quarantine."""

    code: str
    sentence: str
    status: int
    kept: bool = False

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class Batch:
    """Entries of one stream, read but not yet checked against its chain. `payloads` are the parsed payloads, in
    order."""

    stream: str
    device: str
    entries: tuple[ChainedEntry, ...]
    payloads: tuple[dict[str, Any], ...] = field(repr=False)
    body: bytes = field(repr=False)


def _refuse_number(text: str) -> Any:
    raise Refusal(
        "number-not-allowed",
        f'The number {text[:40]} can\'t be kept exactly. Send readings as text, such as "0.42", and clocks as whole numbers.',
        400,
        kept=True,
    )


def _integer(text: str) -> int:
    if len(text) > 17:
        _refuse_number(text)
    return int(text)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise Refusal("duplicate-key", "An object names the same key twice. Send each key once.", 400, kept=True)
    return result


# Made once: `json.loads` would build a decoder for every batch.
_DECODER = json.JSONDecoder(
    parse_float=_refuse_number, parse_constant=_refuse_number, parse_int=_integer, object_pairs_hook=_pairs
)


def read_batch(body: bytes, *, role: str) -> Batch:
    """Read the bytes of a batch.

    Raises
    ------
    Refusal
        too-large, not-json, not-an-object, number-not-allowed, duplicate-key, bad-entry, too-many-entries,
        kind-not-allowed.
    """
    if len(body) > MAX_BODY:
        raise Refusal(
            "too-large", f"A batch holds at most {MAX_BODY} bytes; this one has {len(body)}. Send fewer entries.", 413
        )
    try:
        document = _DECODER.decode(body.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Refusal(
            "not-json", f"The batch is not JSON text: {error}. Send it again as UTF-8 JSON.", 400, kept=True
        ) from None
    if not isinstance(document, dict) or set(document) != {"stream", "device", "entries"}:
        raise Refusal(
            "not-a-batch", "A batch is an object with stream, device and entries, and nothing else.", 400, kept=True
        )
    stream, device, entries = document["stream"], document["device"], document["entries"]
    if not isinstance(stream, str) or not isinstance(device, str):
        raise Refusal("not-a-batch", "The stream and the device of a batch are texts.", 400, kept=True)
    if not isinstance(entries, list) or not entries:
        raise Refusal("no-entries", "The batch holds no entries. Send at least one.", 400)
    if len(entries) > MAX_ENTRIES:
        raise Refusal(
            "too-many-entries", f"A batch holds at most {MAX_ENTRIES} entries; this one has {len(entries)}.", 413
        )
    read = [_entry(raw, place, role) for place, raw in enumerate(entries)]
    for before, after in itertools.pairwise(read):
        if after[0].sequence != before[0].sequence + 1:
            raise Refusal(
                "gap",
                f"Inside the batch entry {before[0].sequence} is followed by {after[0].sequence}. Send them in order.",
                409,
            )
    return Batch(stream, device, tuple(e for e, _ in read), tuple(p for _, p in read), body)


_FIELDS = {"sequence", "kind", "payload", "device_ms", "monotonic_ms", "digest"}


def _entry(raw: Any, place: int, role: str) -> tuple[ChainedEntry, dict[str, Any]]:
    def bad(what: str) -> Refusal:
        return Refusal("bad-entry", f"Entry number {place + 1} of the batch: {what}", 400, kept=True)

    if not isinstance(raw, dict) or set(raw) != _FIELDS:
        raise bad("it needs exactly sequence, kind, payload, device_ms, monotonic_ms and digest.")
    sequence, kind, payload, digest = raw["sequence"], raw["kind"], raw["payload"], raw["digest"]
    device_ms, monotonic_ms = raw["device_ms"], raw["monotonic_ms"]
    if type(sequence) is not int or not 0 < sequence < 2**31:
        raise bad("sequence is a whole number from 1.")
    if type(device_ms) is not int or type(monotonic_ms) is not int or not (0 <= device_ms < CLOCK_LIMIT):
        raise bad("device_ms and monotonic_ms are whole milliseconds, not before 1970.")
    if not 0 <= monotonic_ms < CLOCK_LIMIT:
        raise bad("monotonic_ms is a whole number of milliseconds, not negative.")
    if not isinstance(kind, str) or not allowed(role, kind):
        raise Refusal(
            "kind-not-allowed",
            f"Entry number {place + 1} of the batch: {role} does not write entries of kind {str(kind)[:40]!r}.",
            403,
            kept=True,
        )
    if not isinstance(payload, dict):
        raise bad("payload is an object.")
    outline = problem(kind, payload)
    if outline is not None:
        raise bad(outline)
    if not isinstance(digest, str) or len(digest) != 64:
        raise bad("digest is 64 hexadecimal digits.")
    try:
        text = canonical(payload)
        binary = bytes.fromhex(digest)
    except CanonicalError as error:
        raise bad(str(error)) from None
    except ValueError:
        raise bad("digest is 64 hexadecimal digits.") from None
    if len(text) > MAX_PAYLOAD:
        raise bad(f"payload is larger than {MAX_PAYLOAD} bytes.")
    return ChainedEntry(sequence, kind, text.decode(), device_ms, monotonic_ms, binary), payload
