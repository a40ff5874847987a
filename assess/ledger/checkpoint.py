"""Signed checkpoints: the ledger's owner states size, root and time of the tree.

The form is the signed note of transparency logs (C2SP `signed-note` and `tlog-checkpoint`), not a JSON document of our
own: it is plain text a person can read aloud, has no second spelling to canonicalise away, and independent witnesses
and tools that already exist can check and countersign it. The time stands in an extension line.

    ledger.example.org/assayer
    1203
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
    time 2026-03-01T12:00:00Z
    <blank line>
    — ledger.example.org/assayer <base64 of 4 bytes key id and 64 bytes Ed25519 signature>
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from .instants import read_instant, write_instant
from .keys import PublicKey, SigningKey

_ORIGIN = re.compile(r"[!-*,-~]{1,255}", re.ASCII)
"""A key name of the note format: printable ASCII without space and plus."""
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_ED25519 = b"\x01"
_MOST_SIGNATURES = 100


class CheckpointError(ValueError):
    """A checkpoint that cannot be written or relied on. `code` is stable, the message a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """The tree of `size` leaves had this root at this time, says the log named `origin`.

    `root` has 32 bytes; `time` is aware, whole seconds.
    """

    origin: str
    size: int
    root: bytes
    time: datetime

    def text(self) -> str:
        """The signed text: four lines, each ending in a newline."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\ntime {write_instant(self.time)}\n"


def key_id(origin: str, key: PublicKey) -> bytes:
    """The 4 bytes by which a signature line names its key: SHA-256(name ‖ newline ‖ 0x01 ‖ key)[:4].

    Source: C2SP `signed-note`, signature type Ed25519.
    """
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + key.raw).digest()[:4]


def sign(checkpoint: Checkpoint, *, key: SigningKey) -> str:
    """The signed note.

    Raises
    ------
    CheckpointError
        Code `origin`, `root` or `time` for a checkpoint that cannot be written in this form.
    """
    if not _ORIGIN.fullmatch(checkpoint.origin):
        raise CheckpointError("origin", f"{checkpoint.origin!r} cannot name a log: use ASCII without spaces and plus.")
    if len(checkpoint.root) != 32 or checkpoint.size < 0:
        raise CheckpointError("root", "A checkpoint states a size from 0 and a root of 32 bytes.")
    if checkpoint.time.tzinfo is None:
        raise CheckpointError("time", "The time of a checkpoint needs a time zone.")
    text = checkpoint.text()
    return f"{text}\n{_signature_line(checkpoint.origin, key.public, key.sign(text.encode()))}"


def verify(note: str, *, origin: str, key: PublicKey) -> Checkpoint:
    """Read a signed note and check the log's own signature. Signatures of other keys (witnesses) are not judged.

    Raises
    ------
    CheckpointError
        Code `form` when it is not a checkpoint, `origin` when another log made it, `unsigned` when the key did not
        sign it, `signature` when its signature does not match the text.
    """
    text, signatures = _split(note)
    checkpoint = _read(text)
    if checkpoint.origin != origin:
        raise CheckpointError("origin", f"The checkpoint is of the log {checkpoint.origin!r}, not of {origin!r}.")
    wanted = key_id(origin, key)
    ours = [value[4:] for name, value in signatures if name == origin and value[:4] == wanted]
    if not ours:
        raise CheckpointError("unsigned", f"The checkpoint carries no signature of the key {key.did}.")
    if not all(key.verifies(value, text.encode()) for value in ours):
        raise CheckpointError("signature", "The signature does not match: the checkpoint was changed after signing.")
    return checkpoint


def _signature_line(name: str, key: PublicKey, signature: bytes) -> str:
    return f"— {name} {base64.b64encode(key_id(name, key) + signature).decode()}\n"


def _split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    text, blank, tail = note.rpartition("\n\n")
    lines = tail.split("\n")
    if not blank or lines.pop() != "" or not 1 <= len(lines) <= _MOST_SIGNATURES:
        raise CheckpointError("form", "The note has no signature lines after a blank line.")
    signatures = []
    for line in lines:
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        value = _base64(encoded)
        if dash != "—" or not name or value is None or len(value) < 5:
            raise CheckpointError("form", f"The signature line {line[:60]!r} is malformed.")
        signatures.append((name, value))
    return text + "\n", signatures


def _read(text: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) != 5:
        raise CheckpointError("form", "A checkpoint of this ledger has four lines: origin, size, root, time.")
    origin, size, root, time, _ = lines
    digest, (word, _, moment) = _base64(root), time.partition(" ")
    if not _ORIGIN.fullmatch(origin) or not _SIZE.fullmatch(size) or digest is None or len(digest) != 32:
        raise CheckpointError("form", "A line of the checkpoint is malformed.")
    try:
        stated = read_instant(moment if word == "time" else None)
    except ValueError as error:
        raise CheckpointError("form", f"The checkpoint's time cannot be read. {error}") from error
    return Checkpoint(origin=origin, size=int(size), root=digest, time=stated)


def _base64(text: str) -> bytes | None:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None
