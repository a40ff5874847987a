"""Reading the file that a device saves when it has to go before everything was sent: entries with the grants of their streams, and
pictures. What is in it is taken in by the same doors as over the network; nothing of the file itself is believed.
"""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from assess.attempts.journal.batches import MAX_BODY, MAX_ENTRIES

MOST_BYTES = 64 * 1024**2
"""So much a file may have: a day's entries and a few dozen pictures."""


class HandedInError(ValueError):
    """A file that is none of ours, or was damaged, as a sentence with what to do."""


@dataclass(frozen=True)
class HandedBatch:
    """Entries of one stream as the intake takes them, with the grant they go in under."""

    grant: str
    body: bytes
    entries: int


@dataclass(frozen=True)
class HandedPicture:
    subject: str
    role: str
    kind: str
    taken_ms: int
    body: bytes


@dataclass(frozen=True)
class HandedIn:
    """`batches` of one stream stand in their order, none larger than the intake takes."""

    batches: tuple[HandedBatch, ...]
    pictures: tuple[HandedPicture, ...]


def read_file(sent: bytes) -> HandedIn:
    """Read a file of unsent entries.

    Raises
    ------
    HandedInError
        When it is not such a file, or no longer whole.
    """
    if len(sent) > MOST_BYTES:
        _refuse(
            f"The file has more than {MOST_BYTES // 1024**2} MB. Let the device send itself, where there is a network."
        )
    try:
        document = json.loads(sent)
        if document["assayer"] != "unsent entries" or document["version"] != 1:
            _refuse("This is no file of unsent entries. Choose the one that the device saved (assayer-unsent.json).")
        batches = [batch for stream in document["batches"] for batch in _batches(stream)]
        pictures = [_picture(row) for row in document.get("pictures", ())]
    except HandedInError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        _refuse("The file can't be read: it was cut off or changed on its way. Save it on the device again.")
    return HandedIn(tuple(batches), tuple(pictures))


def _batches(stream: Any) -> Iterator[HandedBatch]:
    grant, batch = stream["grant"], stream["batch"]
    if not isinstance(grant, str) or not isinstance(batch["entries"], list):
        raise TypeError("a grant is a text, entries are a list")
    part: list[str] = []
    size = 0
    for entry in batch["entries"]:
        text = json.dumps(entry, ensure_ascii=False)
        if part and (len(part) == MAX_ENTRIES or size + len(text.encode()) > MAX_BODY - 1_000):
            yield _batch(grant, batch, part)
            part, size = [], 0
        part.append(text)
        size += len(text.encode()) + 1
    if part:
        yield _batch(grant, batch, part)


def _batch(grant: str, batch: Any, entries: list[str]) -> HandedBatch:
    outline = json.dumps({"stream": batch["stream"], "device": batch["device"]}, ensure_ascii=False)
    body = f'{outline[:-1]}, "entries": [{",".join(entries)}]}}'.encode()
    return HandedBatch(grant, body, len(entries))


def _picture(row: Any) -> HandedPicture:
    subject, role, kind, taken = row["subject"], row["role"], row["kind"], row["taken_ms"]
    if not (isinstance(subject, str) and isinstance(role, str) and isinstance(kind, str) and type(taken) is int):
        raise TypeError("a picture says whose it is, of which kind, and when it was taken")
    try:
        body = base64.b64decode(row["base64"], validate=True)
    except binascii.Error as error:
        raise ValueError("the bytes of a picture are damaged") from error
    return HandedPicture(subject, role, kind, taken, body)


def _refuse(sentence: str) -> NoReturn:
    raise HandedInError(sentence)
