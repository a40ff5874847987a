"""What a station wrote and the server does not have yet: an append-only file for each stream, on the disk before anything counts.

Each line is one JSON object: `stream` (identity, where the chain stood when it was granted, the booking), then `grant`, `begun` (a
run begins), `entry` (chained exactly as the journal's device chain), `acknowledged`, `refused`, `sealed`. After a crash the file
says which run was under way; a line that a power cut tore off at the end is put aside, and never taken for an entry.
"""

import functools
import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from simulator_adapters import documents
from simulator_adapters.chain import ChainedEntry, DeviceChain, StreamIdentity, entry_digest
from simulator_adapters.short_clocks import LARGEST_WHOLE
from simulator_adapters.station import disk
from simulator_adapters.station.bookings import Booking
from simulator_adapters.station.errors import StationError

P = ParamSpec("P")
T = TypeVar("T")
FORMAT = "assayer/spool@1"
MOST_PAYLOAD = 65_536
"""What the journal's intake takes of one entry."""


class SpoolDamaged(StationError):
    """A file of the spool that does not prove itself; it is left as it is, for a person."""


def _one_at_a_time(method: Callable[Concatenate["StreamSpool", P], T]) -> Callable[Concatenate["StreamSpool", P], T]:
    """A run appends while a round sends."""

    @functools.wraps(method)
    def held(self: "StreamSpool", /, *args: P.args, **kwargs: P.kwargs) -> T:
        with self.lock:
            return method(self, *args, **kwargs)

    return held


@dataclass
class StreamSpool:
    """One stream on this station: identity, grant, chain, and what the server said of it. Made by `Spool`."""

    path: Path
    identity: StreamIdentity
    booking: Booking
    chain: DeviceChain
    token: str
    acknowledged: int
    begun: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: str = ""
    closed: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def pending(self) -> list[ChainedEntry]:
        """Entries that no acknowledgement covers, in order."""
        return list(self.chain.pending)

    @_one_at_a_time
    def append(self, written: Iterable[tuple[str, Mapping[str, Any]]]) -> list[ChainedEntry]:
        """Chain some entries and wait until the disk has them, all or none.

        Raises
        ------
        StationError
            `too-large` where the journal would not take one of them, `closed` after the close.
        DiskFull
            The spool is then as it was before.
        """
        if self.closed:
            raise StationError("closed", f"The stream of {self.identity.role} is closed. Fetch a new grant first.")
        draft = DeviceChain(self.identity, self.chain.sequence, self.chain.head)
        now_ms, monotonic_ms = time.time_ns() // 1_000_000, time.monotonic_ns() // 1_000_000
        for kind, payload in written:
            _check(kind, draft.add(kind, payload, device_ms=now_ms, monotonic_ms=monotonic_ms))
        self._write({"line": "entry", **_entry_line(entry)} for entry in draft.pending)
        self.chain.sequence, self.chain.head = draft.sequence, draft.head
        self.chain.pending.extend(draft.pending)
        self._look(draft.pending)
        return draft.pending

    @_one_at_a_time
    def begin(self, run: str, about: Mapping[str, Any]) -> None:
        """Note that a run begins, before anything is asked of a device."""
        self._write([{"line": "begun", "run": run, "about": dict(about)}])
        self.begun[run] = dict(about)

    @_one_at_a_time
    def acknowledge(self, sequence: int, digest: str) -> None:
        """Note what the server has on its disk.

        Raises
        ------
        SpoolDamaged
            When it acknowledges something else than what was written here.
        """
        known = {entry.sequence: entry.digest.hex() for entry in self.chain.pending}
        if sequence > self.chain.sequence or known.get(sequence, digest) != digest:
            raise SpoolDamaged(
                "other-journal",
                f"{self.path.name}: the server has entry {sequence} otherwise than it was written here. Keep this folder and "
                "tell a director: two devices wrote this stream, or the server was restored from a copy.",
            )
        if sequence > self.acknowledged:
            self._write([{"line": "acknowledged", "sequence": sequence, "digest": digest}])
            self.acknowledged = sequence
            self.chain.acknowledge(sequence)

    @_one_at_a_time
    def refuse(self, code: str, sentence: str) -> None:
        """Note that the server takes nothing more of this stream; everything stays here until people have decided."""
        if self.refused != code:
            self._write([{"line": "refused", "code": code, "sentence": sentence}])
            self.refused = code

    @_one_at_a_time
    def grant(self, token: str) -> None:
        """Note a new grant of the same stream."""
        if token != self.token:
            self._write([{"line": "grant", "token": token}])
            self.token = token

    def seal(self, receipt: str) -> Path:
        """Note the seal's receipt and move the file away: from now on the server answers for what stood in it."""
        self._write([{"line": "sealed", "receipt": receipt, "at_ms": time.time_ns() // 1_000_000}])
        return disk.move(self.path, self.path.parent / "sealed")

    def _write(self, lines: Iterable[Mapping[str, Any]]) -> None:
        disk.append(self.path, b"".join(documents.canonical_bytes(line) + b"\n" for line in lines))

    def _look(self, entries: Iterable[ChainedEntry]) -> None:
        for entry in entries:
            self.closed = self.closed or entry.kind == "close"
            if entry.kind == "run":
                self.begun.pop(json.loads(entry.payload)["record"].get("run_id", ""), None)


class Spool:
    """All streams of a station, read from its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.streams: dict[str, StreamSpool] = {}
        self.damaged: list[str] = []
        for path in sorted(folder.glob("*.jsonl")):
            try:
                read = _read(path)
            except SpoolDamaged as damage:
                self.damaged.append(damage.sentence)
            else:
                self.streams[read.identity.stream] = read

    def open(self, grant: Mapping[str, Any], booking: Booking) -> StreamSpool:
        """Begin the file of a stream that was granted, or renew its grant.

        Raises
        ------
        SpoolDamaged
            When the stream stands elsewhere on the server than here, so that nothing could follow.
        """
        held = self.streams.get(grant["stream"])
        if held is not None:
            held.grant(grant["token"])
            return held
        identity = StreamIdentity(
            grant["stream"], grant["subject"], grant["role"], grant["device"], int(grant["epoch"])
        )
        made = StreamSpool(
            path=self.folder / f"{identity.stream}.jsonl",
            identity=identity,
            booking=booking,
            chain=DeviceChain(identity, int(grant["sequence"]), bytes.fromhex(grant["head"])),
            token=grant["token"],
            acknowledged=int(grant["sequence"]),
        )
        made._write(
            [
                {
                    "line": "stream",
                    "format": FORMAT,
                    "identity": asdict(identity),
                    "sequence": grant["sequence"],
                    "head": grant["head"],
                    "booking": documents.encode(booking),
                },
                {"line": "grant", "token": grant["token"]},
            ]
        )
        self.streams[identity.stream] = made
        return made

    def of_booking(self, booking: Booking) -> StreamSpool | None:
        """The stream in which a booking's entries are written now: the one of its highest epoch that is not over."""
        about = (f"attempt:{booking.attempt}", booking.role)
        found = [
            one for one in self.streams.values()
            if (one.identity.subject, one.identity.role) == about and not one.closed and not one.refused
        ]  # fmt: skip
        return max(found, key=lambda one: one.identity.epoch, default=None)

    def forget(self, stream: StreamSpool, receipt: str) -> None:
        """Move a sealed stream away."""
        stream.seal(receipt)
        del self.streams[stream.identity.stream]

    @property
    def unsent(self) -> int:
        """How many entries no acknowledgement covers."""
        return sum(len(stream.pending) for stream in self.streams.values())


def _check(kind: str, entry: ChainedEntry) -> None:
    """Refuse here what the intake would refuse: an entry once chained can't be taken out again."""
    if len(entry.payload.encode()) > MOST_PAYLOAD:
        raise StationError(
            "too-large", f"An entry of kind {kind} has {len(entry.payload)} bytes; the journal takes {MOST_PAYLOAD}."
        )
    for number in _whole_numbers(json.loads(entry.payload)):
        if abs(number) > LARGEST_WHOLE:
            raise StationError("too-large", f"An entry of kind {kind} holds {number}, more than every reader can hold.")


def _whole_numbers(value: Any) -> Iterable[int]:
    if isinstance(value, int):
        yield value
    elif isinstance(value, dict | list):
        for held in value.values() if isinstance(value, dict) else value:
            yield from _whole_numbers(held)


def _entry_line(entry: ChainedEntry) -> dict[str, Any]:
    return {
        "sequence": entry.sequence,
        "kind": entry.kind,
        "payload": entry.payload,
        "device_ms": entry.device_ms,
        "monotonic_ms": entry.monotonic_ms,
        "digest": entry.digest.hex(),
    }


def _read(path: Path) -> StreamSpool:
    lines = list(_lines(path))
    if not lines or lines[0].get("line") != "stream" or lines[0].get("format") != FORMAT:
        raise SpoolDamaged("damaged", f"{path.name} does not begin as a spool does. Keep it and tell a director.")
    try:
        return _folded(path, lines)
    except (KeyError, TypeError, ValueError) as error:
        raise SpoolDamaged("damaged", f"{path.name} can't be read: {error}. Keep it and tell a director.") from error


def _folded(path: Path, lines: list[dict[str, Any]]) -> StreamSpool:
    first = lines[0]
    identity = StreamIdentity(**first["identity"])
    made = StreamSpool(
        path=path,
        identity=identity,
        booking=documents.decode(Booking, first["booking"]),
        chain=DeviceChain(identity, first["sequence"], bytes.fromhex(first["head"])),
        token="",
        acknowledged=first["sequence"],
    )
    for number, line in enumerate(lines[1:], start=2):
        match line["line"]:
            case "grant":
                made.token = line["token"]
            case "begun":
                made.begun[line["run"]] = line["about"]
            case "entry":
                made._look([_taken(made, line, f"{path.name}, line {number}")])
            case "acknowledged":
                made.acknowledged = line["sequence"]
                made.chain.acknowledge(line["sequence"])
            case "refused":
                made.refused = line["code"]
            case "sealed":
                pass
            case other:
                raise SpoolDamaged(
                    "damaged",
                    f"{path.name}, line {number}: {other!r} has no place in a spool. Keep it and tell a director.",
                )
    return made


def _taken(spool: StreamSpool, line: Mapping[str, Any], place: str) -> ChainedEntry:
    entry = ChainedEntry(
        line["sequence"], line["kind"], line["payload"], line["device_ms"], line["monotonic_ms"],
        bytes.fromhex(line["digest"]),
    )  # fmt: skip
    reckoned = entry_digest(
        spool.chain.head,
        sequence=entry.sequence,
        kind=entry.kind,
        payload=entry.payload,
        device_ms=entry.device_ms,
        monotonic_ms=entry.monotonic_ms,
    )
    if entry.sequence != spool.chain.sequence + 1 or reckoned != entry.digest:
        raise SpoolDamaged("damaged", f"{place} is not what was written. Keep the folder and tell a director.")
    spool.chain.sequence, spool.chain.head = entry.sequence, entry.digest
    spool.chain.pending.append(entry)
    return entry


def _lines(path: Path) -> Iterable[dict[str, Any]]:
    """The lines of a file; what a power cut tore off at the end is put aside, whole, before anything is written behind it."""
    held = path.read_bytes()
    whole = held[: held.rfind(b"\n") + 1]
    if whole != held:
        disk.append(path.with_suffix(".torn"), held[len(whole) :] + b"\n")
        disk.replace(path, whole)
    for number, raw in enumerate(whole.splitlines(), start=1):
        try:
            line = json.loads(raw)
        except ValueError as error:
            raise SpoolDamaged(
                "damaged", f"{path.name}, line {number} is damaged. Keep it and tell a director."
            ) from error
        if not isinstance(line, dict):
            raise SpoolDamaged("damaged", f"{path.name}, line {number} is no object. Keep it and tell a director.")
        yield line
