"""Bitstring status lists (W3C Bitstring Status List 1.0): who is revoked or suspended, without telling about whom.

One published list holds a bit for each of at least 131,072 credentials, so that fetching it does not reveal which credential
is being looked at. Indices are drawn at random, so that neighbours say nothing about each other. The list is itself a
credential with the same kind of proof as those it is about.
"""

import gzip
import secrets
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from assess.ledger.instants import read_instant, write_instant
from assess.ledger.keys import SigningKey
from assess.ledger.multibase import MultibaseError, base64url_decode, base64url_encode

from . import proofs

Purpose = Literal["revocation", "suspension"]

LEAST_BITS = 131_072
"""The least length of a list: the herd a single holder hides in."""

MOST_BITS = 8 * LEAST_BITS
"""Lists beyond this are refused when read: 128 KiB is what we ever write."""


class StatusListError(ValueError):
    """A list that cannot be made or relied on. `code` is stable, the message a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class StatusEntry:
    """Where a credential's status stands: the list's address and an index into it."""

    purpose: Purpose
    list_url: str
    index: int

    def document(self) -> dict[str, object]:
        """The `BitstringStatusListEntry` that goes into the credential."""
        return {
            "id": f"{self.list_url}#{self.index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": self.purpose,
            "statusListIndex": str(self.index),
            "statusListCredential": self.list_url,
        }


def encode(indices: Collection[int], *, bits: int = LEAST_BITS) -> str:
    """The `encodedList` with these bits set: bit 0 is the leftmost of the first byte; gzip, then multibase base64url.

    The same set always gives the same text: the gzip header carries no time.

    Raises
    ------
    StatusListError
        Code `length` when `bits` is not a multiple of 8 from 131,072 to 1,048,576, `index` when an index lies outside.
    """
    if bits % 8 or not LEAST_BITS <= bits <= MOST_BITS:
        raise StatusListError("length", f"A status list has {LEAST_BITS} to {MOST_BITS} bits, in whole bytes.")
    field = bytearray(bits // 8)
    for index in indices:
        if not 0 <= index < bits:
            raise StatusListError("index", f"The list has no index {index}; it holds {bits} bits.")
        field[index // 8] |= 0x80 >> index % 8
    return base64url_encode(gzip.compress(bytes(field), mtime=0))


def decode(encoded: str) -> bytes:
    """The bits of an `encodedList`, eight to a byte.

    Raises
    ------
    StatusListError
        Code `encoding` when it is not multibase base64url of one gzip stream, `length` when it is shorter than the
        specification allows or longer than we ever write (a decompression bomb).

    >>> decode(encode([9]))[:2]
    b'\\x00@'
    """
    expander = zlib.decompressobj(wbits=31)
    try:
        field = expander.decompress(base64url_decode(encoded), MOST_BITS // 8 + 1)
    except (MultibaseError, zlib.error) as error:
        raise StatusListError("encoding", f"The status list cannot be unpacked: {error}") from error
    if len(field) > MOST_BITS // 8:
        raise StatusListError("length", f"The status list unpacks to more than {MOST_BITS} bits.")
    if not expander.eof or expander.unused_data:
        raise StatusListError("encoding", "The status list is cut off or has something behind it.")
    if len(field) * 8 < LEAST_BITS:
        raise StatusListError(
            "length", f"The status list has {len(field) * 8} bits; at least {LEAST_BITS} are required."
        )
    return field


def bit(field: bytes, index: int) -> bool:
    """Whether the bit at this index is set.

    Raises
    ------
    StatusListError
        Code `index` when the list is not that long.
    """
    if not 0 <= index < len(field) * 8:
        raise StatusListError("index", f"The list has no index {index}; it holds {len(field) * 8} bits.")
    return bool(field[index // 8] & 0x80 >> index % 8)


def free_index(taken: Collection[int], *, bits: int = LEAST_BITS) -> int:
    """An unused index, drawn at random with the operating system's generator.

    Raises
    ------
    StatusListError
        Code `full` when half of the list is taken: start a new one, so that drawing stays quick and lists stay alike.
    """
    held = set(taken)
    if len(held) * 2 >= bits:
        raise StatusListError("full", f"{len(held)} of {bits} indices are taken; start a new status list.")
    while (index := secrets.randbelow(bits)) in held:
        pass
    return index


def build(
    *,
    list_url: str,
    purpose: Purpose,
    indices: Collection[int],
    key: SigningKey,
    valid_from: datetime,
    valid_until: datetime,
    bits: int = LEAST_BITS,
) -> dict[str, object]:
    """The signed `BitstringStatusListCredential` with these indices set. `valid_until` says when to fetch it anew."""
    document: dict[str, object] = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": list_url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": key.public.did,
        "validFrom": write_instant(valid_from),
        "validUntil": write_instant(valid_until),
        "credentialSubject": {
            "id": f"{list_url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encode(indices, bits=bits),
        },
    }
    return proofs.sign(document, key=key, created=valid_from)


def is_set(document: Mapping[str, object], *, entry: StatusEntry, issuer: str, now: datetime) -> bool:
    """Whether a signed list says that the entry's status is set.

    Raises
    ------
    StatusListError
        When the list cannot be relied on: code `form`, `purpose` or `address` when it is another list than the entry names,
        `issuer` when somebody else signed it, `proof` when the proof does not hold, `stale` when it is not valid now, or as
        `decode` and `bit`.
    """
    subject = document.get("credentialSubject")
    kinds = document.get("type")
    if not isinstance(subject, dict) or not isinstance(kinds, list) or "BitstringStatusListCredential" not in kinds:
        raise StatusListError("form", "The status list is not a BitstringStatusListCredential.")
    if document.get("id") != entry.list_url:
        raise StatusListError("address", f"The status list is not the one at {entry.list_url}.")
    if subject.get("type") != "BitstringStatusList" or subject.get("statusPurpose") != entry.purpose:
        raise StatusListError("purpose", f"The status list is not one of {entry.purpose}.")
    try:
        proven = proofs.verify(document)
    except proofs.ProofError as error:
        raise StatusListError("proof", f"The status list's own proof does not hold. {error}") from error
    if document.get("issuer") != issuer or proven.key.did != issuer:
        raise StatusListError("issuer", "The status list is signed by another issuer than the credential.")
    try:
        current = read_instant(document.get("validFrom")) <= now < read_instant(document.get("validUntil"))
    except ValueError as error:
        raise StatusListError("form", f"The status list's dates cannot be read. {error}") from error
    if not current:
        raise StatusListError("stale", f"The status list is not valid at {write_instant(now)}; fetch it anew.")
    encoded = subject.get("encodedList")
    return bit(decode(encoded if isinstance(encoded, str) else ""), entry.index)
