"""The station agent: what it is booked for, what it keeps, and one round of talking with the server.

Everything it knows stands in its folder: the key, the bookings as they were last fetched, a spool for each stream, evidence,
traces, what tablets left. So it can be killed at any moment and started again, and a day without a network is like any other day.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from simulator_adapters import documents
from simulator_adapters.contract import AdapterError, RunRecord
from simulator_adapters.registry import UnknownAdapter, adapter
from simulator_adapters.station import disk
from simulator_adapters.station.bookings import Booking, Device, device_for, read_bookings
from simulator_adapters.station.errors import StationError
from simulator_adapters.station.evidence import EvidenceBox
from simulator_adapters.station.keeper import Keeper
from simulator_adapters.station.runner import Bench, recover, run_booking
from simulator_adapters.station.spool import Spool, StreamSpool
from simulator_adapters.station.uplink import Refused, Unreachable, Uplink

OFF_MS = 5_000
"""A clock that is further off than this is told to people; entries keep what it said."""


@dataclass
class Standing:
    """How a booking stands at this station: `state` is one of waits, ready, running, stopped, done; `sentence` says it."""

    state: str
    sentence: str


@dataclass
class Agent:
    """A station at work. Make it inside `disk.alone(folder)`."""

    folder: Path
    key: Ed25519PrivateKey
    uplink: Uplink
    devices: tuple[Device, ...]
    say: Callable[[str], None] = lambda sentence: None
    bookings: tuple[Booking, ...] = ()
    name: str = ""
    """What people call it; empty before it is enrolled."""
    trouble: str = ""
    """Why the last round did not go through, as a sentence; empty where it did."""
    _running: dict[str, threading.Event] = field(default_factory=dict)
    _told: dict[str, str] = field(default_factory=dict)
    _devices_at_work: dict[tuple[str, str], threading.Lock] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.spool = Spool(self.folder / "spool")
        self.evidence = EvidenceBox(self.folder / "evidence")
        self.keeper = Keeper(self.folder / "kept")
        self._read_state()
        for sentence in self.spool.damaged:
            self.say(sentence)

    # --- what is known ------------------------------------------------------------------------------------------------

    @property
    def bench(self) -> Bench:
        """What runs need of this station."""
        return Bench(self.folder, self.key, self.evidence, lambda: self.uplink.offset)

    def standing(self, booking: Booking) -> Standing:
        """How a booking stands."""
        if booking.booking in self._running:
            return Standing("running", "Measuring.")
        told = self._told.get(booking.booking, "")
        stream = self.spool.of_booking(booking)
        if stream is None:
            over = booking.closed or any(one.closed for one in self._streams_of(booking))
            refused = [one for one in self._streams_of(booking) if one.refused]
            if over:
                return Standing("done", told or "The stream is closed.")
            return Standing(
                "waits",
                "The server takes no more of this stream; people decide." if refused else "Waits for its grant.",
            )
        try:
            device_for(booking, self.devices)
        except StationError as missing:
            return Standing("waits", missing.sentence)
        return Standing("ready", told or "Ready.")

    def booking(self, key: str) -> Booking:
        """The booking of an identifier, or of a role where only one has it.

        Raises
        ------
        StationError
            `no-booking`.
        """
        found = [one for one in self.bookings if key in (one.booking, one.role, f"{one.attempt}/{one.role}")]
        if len(found) != 1:
            known = ", ".join(f"{one.attempt}/{one.role}" for one in self.bookings) or "none"
            raise StationError("no-booking", f"{key!r} names {len(found)} bookings of this station. At hand: {known}.")
        return found[0]

    # --- measuring ----------------------------------------------------------------------------------------------------

    def recover(self) -> list[RunRecord]:
        """Record what a crash ended. Call it once, before anything else is run."""
        ended: list[RunRecord] = []
        for stream in list(self.spool.streams.values()):
            if not stream.begun or stream.closed:
                continue
            known = [
                one
                for one in self.devices
                if (one.adapter, one.serial) == (stream.booking.adapter, stream.booking.serial)
            ]
            records = recover(stream.booking, known[0] if known else None, stream, self.bench)
            for record in records:
                self.say(f"{stream.identity.role}, {stream.booking.work}: {record.sentence}")
                self._told[stream.booking.booking] = record.sentence
            ended += records
        return ended

    def run(self, booking: Booking) -> RunRecord:
        """Measure now, on the booked device, and write what came of it.

        Raises
        ------
        StationError
            `no-grant`, `no-plan`, `no-device`, `busy`, `disk-full`: nothing was asked of the device.
        """
        device = device_for(booking, self.devices)
        with self._lock:
            stream = self.spool.of_booking(booking)
            if stream is None:
                raise StationError(
                    "no-grant", f"{booking.role} has no open stream here. Go online once, so that its grant is fetched."
                )
            if self._busy(device):
                raise StationError("busy", f"{device.serial} is measuring already. Wait, or stop that run.")
            cancel = self._running[booking.booking] = threading.Event()
        try:
            self.say(f"{booking.role}, {booking.work}: measuring on {device.serial}.")
            with self._at_work(device):
                record = run_booking(booking, device, stream, self.bench, cancel)
        except StationError as refused:
            self._told[booking.booking] = refused.sentence
            raise
        finally:
            with self._lock:
                del self._running[booking.booking]
        readings = len(record.measurements)
        recorded = f"{readings} reading{' is' if readings == 1 else 's are'} recorded."
        self._told[booking.booking] = (
            recorded if record.outcome.is_candidate else f"{record.outcome}: {record.sentence}"
        )
        self.say(f"{booking.role}, {booking.work}: {self._told[booking.booking]}")
        return record

    def stop(self, booking: Booking) -> None:
        """Stop a run; the device goes into a safe state and the record says ABORTED."""
        with self._lock:
            if booking.booking in self._running:
                self._running[booking.booking].set()

    def stop_all(self, within_s: float = 15.0) -> None:
        """Stop every run and wait until each has left its record."""
        with self._lock:
            for cancel in self._running.values():
                cancel.set()
        end = time.monotonic() + within_s
        while self._running and time.monotonic() < end:
            time.sleep(0.05)

    def close(self, booking: Booking) -> None:
        """Close a booking's stream: nothing more is measured, and the attempt can be sealed."""
        stream = self.spool.of_booking(booking)
        if stream is not None and booking.booking not in self._running:
            stream.append([("close", {})])

    def _busy(self, device: Device) -> bool:
        at_work = [one for one in self.bookings if one.booking in self._running]
        return any((one.adapter, one.serial) == (device.adapter, device.serial) for one in at_work)

    # --- talking with the server --------------------------------------------------------------------------------------

    def round(self) -> None:
        """One round: bookings, grants, entries, evidence, what tablets left, seals, health. Each part that fails leaves the others.

        Raises
        ------
        Unreachable
            When the server can't be reached: nothing is lost, and the next round does the same.
        StationError
            When the server knows this station no longer, or speaks another version. What the station holds of streams is still
            sent, under their grants.
        """
        hindered: StationError | None = None
        try:
            self._fetch()
        except Unreachable:
            raise
        except StationError as refused:
            hindered = refused
        self._send()
        if hindered is not None:
            self.trouble = hindered.sentence
            raise hindered
        self.evidence.send(self.uplink)
        self.keeper.forward(self.uplink)
        self._forget_sealed()
        self.uplink.health(self.health())
        self.trouble = ""

    def _fetch(self) -> None:
        document = self.uplink.bookings()
        self.bookings = read_bookings(document)
        disk.replace(self.folder / "bookings.json", documents.canonical_bytes({"bookings": document["bookings"]}))
        self._close_what_is_over()
        wanted = [one for one in self.bookings if not one.closed and not self._streams_of(one)]
        self._grants(wanted)

    def renew(self, booking: Booking) -> None:
        """Fetch a new grant for a booking whose stream is closed, to measure once more: the server opens the next epoch."""
        self._grants([booking])

    def _grants(self, wanted: Sequence[Booking]) -> None:
        if not wanted:
            return
        answers = self.uplink.grants([(one.attempt, one.role) for one in wanted], device=self._device_name())
        for booking, answer in zip(wanted, answers, strict=True):
            if "token" not in answer:
                self._told[booking.booking] = str(answer.get("sentence", "The server gave no grant."))
                continue
            stream = self.spool.open(answer, booking)
            if not stream.chain.sequence:
                offset = self.uplink.offset
                ready = {"adapter": booking.adapter, "serial": booking.serial}
                stream.append([("ready", ready | ({} if offset is None else offset.document()))])

    def _send(self) -> None:
        for stream in list(self.spool.streams.values()):
            try:
                appended = self.uplink.send(stream)
            except Refused as refused:  # a grant that ran out, say: the next one may still go
                self.say(f"{stream.identity.role}: {refused.sentence}")
                continue
            if appended:
                self.say(f"{stream.identity.role}: the server has {stream.acknowledged} entries.")
            if stream.refused:
                self.say(
                    f"{stream.identity.role}: the server took no more ({stream.refused}). Everything is kept; people decide."
                )

    def _forget_sealed(self) -> None:
        """Let go of streams that a seal holds to their last entry."""
        sent = [one for one in self.spool.streams.values() if one.closed and not one.pending]
        if not sent:
            return
        sealed: Mapping[str, Any] = self.uplink.seals(sorted({one.booking.attempt for one in sent}))["streams"]
        for stream in sent:
            held = sealed.get(stream.identity.stream)
            if held is not None and held["sequence"] >= stream.chain.sequence:
                self.spool.forget(stream, held["receipt"])
                self.say(f"{stream.identity.role}: sealed, receipt {held['receipt']}.")

    def _close_what_is_over(self) -> None:
        """Close what nobody will measure any more, so that no attempt waits for this station to be sealed."""
        now_ms = time.time_ns() // 1_000_000 - (self.uplink.offset.ms if self.uplink.offset else 0)
        for stream in list(self.spool.streams.values()):
            over = now_ms > stream.booking.ends_ms
            if over and not stream.closed and not stream.refused and stream.booking.booking not in self._running:
                stream.append([("close", {})])

    def health(self) -> dict[str, Any]:
        """What this station says of itself and its devices; each device is asked who it is, nothing else."""
        instruments = [self._health_of(device) for device in self.devices]
        lost = [one["sentence"] for one in instruments if one["state"] != "ok"]
        offset = self.uplink.offset
        if offset is not None and abs(offset.ms) > OFF_MS:
            lost.append(
                f"The station's clock is {abs(offset.ms) / 1000:.0f} s {'ahead of' if offset.ms > 0 else 'behind'} the server's."
            )
        lost += self.spool.damaged
        state = "busy" if self._running else "attention" if lost else "ready"
        sentence = "Measuring." if self._running else " ".join(lost) or "Ready."
        return {
            "state": state,
            "sentence": sentence[:300],
            "clock_offset_ms": None if offset is None else offset.ms,
            "unsent": self.spool.unsent,
            "kept": self.keeper.waiting,
            "instruments": instruments,
        }

    def _health_of(self, device: Device) -> dict[str, str]:
        at_work = self._at_work(device)
        if not at_work.acquire(blocking=False):  # an instrument takes one connection, and a run goes first
            return {"serial": device.serial, "state": "ok", "sentence": f"{device.serial} is measuring."}
        try:
            return self._asked(device)
        finally:
            at_work.release()

    def _at_work(self, device: Device) -> threading.Lock:
        with self._lock:
            return self._devices_at_work.setdefault((device.adapter, device.serial), threading.Lock())

    def _asked(self, device: Device) -> dict[str, str]:
        try:
            found = adapter(device.adapter).discover(device.config)
        except (AdapterError, UnknownAdapter, OSError, KeyError, TypeError) as error:
            return {"serial": device.serial, "state": "lost", "sentence": f"{device.serial}: {error}"[:200]}
        serials = [one.serial for one in found]
        if device.serial in serials:
            return {"serial": device.serial, "state": "ok", "sentence": f"{device.serial} answers."}
        named = ", ".join(serials) or "nothing"
        return {
            "serial": device.serial,
            "state": "other",
            "sentence": f"{named} answers where {device.serial} is expected."[:200],
        }

    def _streams_of(self, booking: Booking) -> list[StreamSpool]:
        about = (f"attempt:{booking.attempt}", booking.role)
        return [one for one in self.spool.streams.values() if (one.identity.subject, one.identity.role) == about]

    # --- what stays between starts --------------------------------------------------------------------------------------

    def enrol(self, code: str) -> str:
        """Bind this folder's key to the account of a one-time code. Gives the station's name.

        Raises
        ------
        StationError
            What the server has against the code.
        """
        answer = self.uplink.enrol(code)
        self.name = str(answer["name"])
        disk.replace(self.folder / "station.json", documents.canonical_bytes({"name": self.name}))
        return self.name

    @property
    def enrolled(self) -> bool:
        """Whether a code was brought in already."""
        return bool(self.name)

    def _device_name(self) -> str:
        return f"station {self.name}"[:80]

    def _read_state(self) -> None:
        self.name = ""
        try:
            self.name = json.loads((self.folder / "station.json").read_bytes())["name"]
        except FileNotFoundError:
            pass
        except (ValueError, KeyError) as error:
            raise StationError(
                "damaged", "station.json in the station's folder is damaged. Enrol again with a new code."
            ) from error
        try:
            self.bookings = read_bookings(json.loads((self.folder / "bookings.json").read_bytes()))
        except (FileNotFoundError, ValueError):
            self.bookings = ()
