"""Holding the journal against itself and against its seals, row by row, and naming the row that differs."""

import json
import uuid
from collections.abc import Iterator

from assess.attempts.journal import grants
from assess.attempts.journal.chain import entry_digest, next_receipt
from assess.attempts.journal.words import is_erased
from assess.attempts.models import Attempt, Entry, Seal, Stream
from assess.ledger.canonical import canonical
from assess.ledger.queries import Difference


def inspect_journal() -> tuple[int, list[Difference]]:
    """Recompute every stream's chain from its entries and compare it with the stream's head and with every seal.

    Returns
    -------
    tuple
        How many entries were read, and every difference, each naming stream and sequence.
    """
    sealed: dict[uuid.UUID, list[tuple[int, str, str, str]]] = {}
    differences: list[Difference] = []
    for seal in Seal.objects.order_by("attempt_id", "number"):
        for head in seal.document["heads"]:
            place = (
                head["sequence"],
                head["digest"],
                head["receipt"],
                f"seal {seal.number} of attempt {seal.attempt_id}",
            )
            sealed.setdefault(uuid.UUID(head["stream"]), []).append(place)
    count = 0
    erased = set(Attempt.objects.filter(registration__candidate__erased_at__isnull=False).values_list("pk", flat=True))
    streams = {stream.pk: stream for stream in Stream.objects.all()}
    for key in sealed.keys() - streams.keys():
        differences.append(
            Difference("stream", str(key), f"Stream {key} is in {sealed[key][0][3]} but its row is gone.")
        )
    for stream, entries in _by_stream(streams):
        count += len(entries)
        differences += _inspect(stream, entries, sealed.get(stream.pk, []), erased=stream.subject in erased)
    return count, differences


def _by_stream(streams: dict[uuid.UUID, Stream]) -> Iterator[tuple[Stream, list[Entry]]]:
    """Streams with their entries in sequence; streams without any entry come too."""
    waiting: list[Entry] = []
    left = dict(streams)
    for entry in Entry.objects.order_by("stream_id", "sequence").iterator(chunk_size=5000):
        if waiting and waiting[-1].stream_id != entry.stream_id:
            yield left.pop(waiting[-1].stream_id), waiting
            waiting = []
        waiting.append(entry)
    if waiting:
        yield left.pop(waiting[-1].stream_id), waiting
    for stream in left.values():
        yield stream, []


def _inspect(
    stream: Stream, entries: list[Entry], sealed: list[tuple[int, str, str, str]], *, erased: bool
) -> list[Difference]:
    """`erased`: the person was, lawfully; entries that say so have lost their words, and their digests are taken as they stand."""
    name = f"{stream.role} on {stream.device}, epoch {stream.epoch} (stream {stream.pk})"
    digest = receipt = grants.identity_of(stream).genesis()
    places = {sequence: (wanted, got, where) for sequence, wanted, got, where in sealed}
    heads = {0: (digest, receipt)}
    for place, entry in enumerate(entries, start=1):
        if entry.sequence != place:
            return [Difference("entry", f"{stream.pk}/{place}", f"Entry {place} of {name} is missing.")]
        digest = bytes(entry.digest) if erased and is_erased(entry.payload) else _recomputed(digest, entry)
        if digest != bytes(entry.digest):
            return [Difference("entry", f"{stream.pk}/{place}", f"Entry {place} of {name} was changed.")]
        receipt = next_receipt(receipt, digest, entry.server_us)
        if receipt != bytes(entry.receipt):
            return [
                Difference("entry", f"{stream.pk}/{place}", f"The server time of entry {place} of {name} was changed.")
            ]
        heads[place] = (digest, receipt)
    found = []
    if heads.get(stream.head_sequence) != (bytes(stream.head_digest), bytes(stream.head_receipt)):
        found.append(Difference("stream", str(stream.pk), f"The head of {name} is not where its entries end."))
    for sequence, (wanted, got, where) in places.items():
        have = heads.get(sequence)
        if have is None or (have[0].hex(), have[1].hex()) != (wanted, got):
            found.append(Difference("stream", str(stream.pk), f"{name} is not as {where} has it at entry {sequence}."))
    return found


def _recomputed(previous: bytes, entry: Entry) -> bytes:
    try:
        payload = canonical(json.loads(entry.payload)).decode()
    except ValueError:
        payload = entry.payload
    return entry_digest(
        previous,
        sequence=entry.sequence,
        kind=entry.kind,
        payload=payload,
        device_ms=entry.device_ms,
        monotonic_ms=entry.monotonic_ms,
    )
