"""Records every byte on a wire into an append-only, hash-chained trace that a station's key can sign.

A trace is a JSON Lines file. The first line names what was connected; each further line holds one event (``tx``, ``rx``,
``timeout``, ``lost``) with the host's monotonic clock in nanoseconds, its bytes in base64 and the digest of the line
before. The last line seals the count and the final digest, signed with Ed25519 where a key is given. A trace without
a seal is what a crash leaves behind: its lines still prove themselves, its end does not.
"""

import base64
import binascii
import errno
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from simulator_adapters import documents
from simulator_adapters.contract import Deadline, DeadlineExceeded, LinkLost
from simulator_adapters.wire import Opener, Wire

FORMAT = "assayer/wire-trace@1"
_ERRORS = {DeadlineExceeded: "timeout", LinkLost: "lost"}


class TraceError(ValueError):
    """A trace that does not prove itself; the message names the line."""

    code = "bad_trace"


class TraceExists(FileExistsError):
    """A recording would go to a file that is there already; its sentence says what to do."""

    code = "trace_exists"

    def __init__(self, path: Path) -> None:
        sentence = f"{path} is there already, and no recording is written over. Name a file that is not there yet"
        super().__init__(errno.EEXIST, sentence)

    def __str__(self) -> str:
        return f"{self.strerror}."


@dataclass(frozen=True)
class TraceEvent:
    """One event on the wire; `data` of an error event holds its sentence."""

    kind: str
    t_host_monotonic: int
    data: bytes


@dataclass(frozen=True)
class Trace:
    """A trace that has proved itself.

    Attributes
    ----------
    sealed
        Whether it ends with its seal.
    signed_by
        Raw public key of the station in hex, empty when unsigned.
    """

    about: Mapping[str, Any]
    events: tuple[TraceEvent, ...]
    head: str
    sealed: bool
    signed_by: str


class TraceWriter:
    """Appends lines to a new trace file; raises `TraceExists` where there is one."""

    def __init__(self, path: Path, about: Mapping[str, str], *, key: Ed25519PrivateKey | None = None) -> None:
        try:
            self._file = path.open("xb")
        except FileExistsError:
            raise TraceExists(path) from None
        self._key = key
        self._count = 0
        self._head = ""
        self._append({"kind": "start", "format": FORMAT, "about": dict(about)})

    def event(self, kind: str, data: bytes) -> None:
        """Append one event."""
        self._append({"kind": kind, "t": time.monotonic_ns(), "data": base64.b64encode(data).decode("ascii")})

    def seal(self) -> str:
        """Write the seal, flush to disk, close, and return the final digest; harmless when called twice."""
        if self._file.closed:
            return self._head
        line: dict[str, Any] = {"kind": "seal", "lines": self._count, "head": self._head}
        if self._key is not None:
            line["public_key"] = self._key.public_key().public_bytes_raw().hex()
            line["signature"] = self._key.sign(documents.canonical_bytes(line)).hex()
        self._append(line)
        os.fsync(self._file.fileno())
        self._file.close()
        return self._head

    def _append(self, line: dict[str, Any]) -> None:
        numbered = {**line, "n": self._count, "previous": self._head}
        self._head = documents.digest(numbered)
        self._file.write(documents.canonical_bytes({**numbered, "sha256": self._head}) + b"\n")
        self._file.flush()
        self._count += 1


class _RecordedWire:
    def __init__(self, wire: Wire, writer: TraceWriter) -> None:
        self._wire = wire
        self._writer = writer

    def send(self, data: bytes, *, deadline: Deadline) -> None:
        self._writer.event("tx", data)
        try:
            self._wire.send(data, deadline=deadline)
        except (DeadlineExceeded, LinkLost) as error:
            self._writer.event(_ERRORS[type(error)], error.sentence.encode())
            raise

    def receive(self, count: int, *, deadline: Deadline) -> bytes:
        return self._noted(lambda: self._wire.receive(count, deadline=deadline))

    def receive_line(self, most: int, *, deadline: Deadline) -> bytes:
        return self._noted(lambda: self._wire.receive_line(most, deadline=deadline))

    def _noted(self, receive: Callable[[], bytes]) -> bytes:
        try:
            data = receive()
        except (DeadlineExceeded, LinkLost) as error:
            self._writer.event(_ERRORS[type(error)], error.sentence.encode())
            raise
        self._writer.event("rx", data)
        return data

    def close(self) -> None:
        self._wire.close()


def recorded(opener: Opener, writer: TraceWriter) -> Opener:
    """Wrap an opener so that everything on its wires lands in the trace."""

    def opened(host: str, port: int, *, deadline: Deadline) -> Wire:
        return _RecordedWire(opener(host, port, deadline=deadline), writer)

    return opened


def read_trace(path: Path, *, public_key: Ed25519PublicKey | None = None) -> Trace:
    """Read a trace and prove its chain; with a key, its seal must be there and signed by it.

    Raises
    ------
    TraceError
        Names the first line that is not what was written.
    """
    return prove_trace(path.read_bytes(), name=path.name, public_key=public_key)


def prove_trace(data: bytes, *, name: str = "the trace", public_key: Ed25519PublicKey | None = None) -> Trace:
    """Prove the chain of a trace that is at hand as bytes; as `read_trace`.

    Raises
    ------
    TraceError
        Names the first line that is not what was written.
    """
    about: Mapping[str, Any] = {}
    events: list[TraceEvent] = []
    head, sealed, signed_by = "", False, ""
    lines = data.splitlines()
    for number, raw in enumerate(lines):
        if sealed:
            raise TraceError(f"{name}, line {number + 1}: it follows the seal.")
        line = _proved(name, number, raw, head)
        try:
            match line["kind"]:
                case "start" if number == 0 and line.get("format") == FORMAT:
                    about = line["about"]
                case "seal" if number and line["lines"] == number and line["head"] == head:
                    sealed, signed_by = True, _signer(name, line)
                case "tx" | "rx" | "timeout" | "lost" if number:
                    events.append(TraceEvent(line["kind"], line["t"], base64.b64decode(line["data"])))
                case _:
                    raise TraceError(f"{name}, line {number + 1}: {line['kind']!r} has no place here.")
        except (KeyError, TypeError, binascii.Error) as error:
            raise TraceError(f"{name}, line {number + 1} can't be read: {error}.") from error
        head = line["sha256"]
    if not lines:
        raise TraceError(f"{name} is empty.")
    if public_key is not None and signed_by != public_key.public_bytes_raw().hex():
        raise TraceError(f"{name} is not sealed by the expected station's key.")
    return Trace(about, tuple(events), head, sealed, signed_by)


def _proved(name: str, number: int, raw: bytes, head: str) -> dict[str, Any]:
    try:
        line = json.loads(raw)
        stated = line.pop("sha256")
        whole = line["n"] == number and line["previous"] == head and documents.digest(line) == stated
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TraceError(f"{name}, line {number + 1} can't be read: {error}.") from error
    if not whole:
        raise TraceError(f"{name}, line {number + 1} differs from what was recorded.")
    return {**line, "sha256": stated}


def _signer(name: str, line: dict[str, Any]) -> str:
    if "signature" not in line:
        return ""
    fields = ("kind", "lines", "head", "public_key")
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(line["public_key"]))
        key.verify(
            bytes.fromhex(line["signature"]), documents.canonical_bytes({field: line[field] for field in fields})
        )
    except (InvalidSignature, ValueError) as error:
        raise TraceError(f"{name}: the seal's signature does not hold.") from error
    return str(line["public_key"])
