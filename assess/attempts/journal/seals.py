"""Seals: the set of an attempt's heads, as a document with a digest, and the candidate's receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assess.attempts.journal.kinds import order
from assess.ledger.canonical import digest


@dataclass(frozen=True)
class Head:
    """Where a stream stands when it is sealed.

    `person` is whom the stream was granted to and `work` what the role was assigned to, so that a score that asks for two
    people rests on the seal alone. `missing_from` is the sequence from which a lost device's entries are missing.
    """

    stream: str
    role: str
    device: str
    epoch: int
    sequence: int
    digest: bytes
    receipt: bytes
    person: str = ""
    work: str = ""
    missing_from: int | None = None


def seal_document(
    *, attempt: str, number: int, heads: Sequence[Head], reason: str, admitted: Sequence[str]
) -> dict[str, Any]:
    """What a seal says. Heads stand in the order of role and epoch, so that equal sets give equal bytes.

    Parameters
    ----------
    reason
        Why a stream is missing or something was admitted; empty for a plain seal.
    admitted
        Identifiers of what was let out of quarantine since the seal before.
    """
    ordered = sorted(heads, key=lambda head: (order(head.role), head.epoch))
    return {
        "attempt": attempt,
        "number": number,
        "heads": [
            {
                "stream": head.stream,
                "role": head.role,
                "device": head.device,
                "epoch": head.epoch,
                "sequence": head.sequence,
                "digest": head.digest.hex(),
                "receipt": head.receipt.hex(),
                "person": head.person,
                "work": head.work,
                "missing_from": head.missing_from,
            }
            for head in ordered
        ],
        "reason": reason,
        "admitted": sorted(admitted),
    }


def still_missing(previous: Mapping[str, Any], sequences: Mapping[str, int]) -> dict[str, int]:
    """What the seal before said is missing and has not come since, by stream; `sequences` are the streams' heads now."""
    return {
        head["stream"]: head["missing_from"]
        for head in previous["heads"]
        if head["missing_from"] is not None and sequences[head["stream"]] < head["missing_from"]
    }


def seal_digest(document: dict[str, Any]) -> bytes:
    return digest(document)


def receipt_code(document: dict[str, Any]) -> str:
    """The short code a candidate can write down: the first 80 bits of the seal's digest in groups of four.

    >>> receipt_code({"attempt": "1"})
    '8F17-9AD5-F00C-340A-A50D'
    """
    text = seal_digest(document).hex()[:20].upper()
    return "-".join(text[place : place + 4] for place in range(0, 20, 4))
