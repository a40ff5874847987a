"""One run at a bench, on real sockets: whatever happens, the record says exactly that, and the device is left safe."""

import dataclasses
import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from simulator_adapters.contract import (
    Attachment,
    Deadline,
    Engine,
    Health,
    Instrument,
    LinkLost,
    Outcome,
    Plan,
    RunRecord,
    Step,
    from_document,
)
from simulator_adapters.photovoltaic.checking import settings_plan
from simulator_adapters.photovoltaic.settings import SettingsSpec
from simulator_adapters.recording import read_trace
from simulator_adapters.station import runner
from simulator_adapters.station.bookings import Booking, Device, Row
from simulator_adapters.station.errors import DiskFull
from simulator_adapters.station.evidence import EvidenceBox
from simulator_adapters.station.keys import public_hex, station_key
from simulator_adapters.station.runner import Bench, recover, run_booking
from simulator_adapters.station.simulated import simulated
from simulator_adapters.station.spool import Spool, StreamSpool
from simulator_adapters.station.uplink import Offset
from tests.simulator_adapters.bundled_simulations import SIMULATIONS
from tests.simulator_adapters.scpi_bench import Bench as Meter
from tests.simulator_adapters.scpi_bench import bench as metering
from tests.simulator_adapters.scpi_bench import late, once
from tests.simulator_adapters.station.test_spool import BOOKING, granted

READ = {"unit": "Ohm", "places": "2", "high": "0.50"}
PLAN = Plan(
    name="continuity",
    version="1",
    subject="PT-ECW-1",
    steps=(
        Step(name="bonding", action="read", parameters={"ask": "MEAS:RES?", **READ}),
        Step(
            name="voltage", action="read", parameters={"ask": "MEAS:VOLT:AC?", "unit": "V", "places": "1", "low": "220"}
        ),
    ),
)
BOOKED = dataclasses.replace(BOOKING, plan=PLAN, rows=(Row(step="bonding", criterion="PT-ECW-1.08", unit="Ω"),))


@pytest.fixture
def meter() -> Iterator[Meter]:
    with metering() as made:
        yield made


def where(meter: Meter, **more: Any) -> Device:
    return Device(adapter="scpi", serial="SN0042", config={"host": meter.host, "port": meter.port, **more})


def set_up(folder: Path) -> tuple[StreamSpool, Bench]:
    key = station_key(folder)
    stream = Spool(folder / "spool").open(granted(), BOOKED)
    return stream, Bench(folder, key, EvidenceBox(folder / "evidence"), lambda: Offset(1_500, 20))


def measured(
    folder: Path, device: Device, booking: Booking = BOOKED, cancel: threading.Event | None = None
) -> tuple[RunRecord, StreamSpool, Bench]:
    stream, bench = set_up(folder)
    return run_booking(booking, device, stream, bench, cancel or threading.Event()), stream, bench


def payloads(stream: StreamSpool) -> list[tuple[str, dict[str, Any]]]:
    return [(entry.kind, json.loads(entry.payload)) for entry in stream.pending]


def test_a_run_leaves_its_readings_its_record_and_a_trace_sealed_with_the_stations_key(
    tmp_path: Path, meter: Meter
) -> None:
    record, stream, bench = measured(tmp_path, where(meter))
    assert (record.outcome, record.sentence) == (Outcome.PASS, "2 of 2 readings are within their limits.")
    (first, second, run, close) = payloads(stream)
    assert [kind for kind, _ in (first, second, run, close)] == ["measurement", "measurement", "run", "close"]
    assert first[1]["mark"] | {"measured_on": ""} == {
        "readings": [{"value": "0.32"}], "unit": "Ω", "measured_on": "", "entered_by": "adapter",
    }  # fmt: skip
    assert (second[1].get("mark"), second[1]["clock_offset_ms"]) == (None, 1_500)
    assert from_document(run[1]["record"]) == record
    (piece,) = bench.evidence.waiting()
    assert run[1]["evidence"] == [{"name": piece.name, "sha256": piece.sha256}]
    trace = read_trace(bench.evidence.folder / f"{piece.sha256}.bin", public_key=bench.key.public_key())
    assert (trace.signed_by, trace.about["run"]) == (public_hex(bench.key), record.run_id)
    assert [event.data for event in trace.events if event.kind == "tx"].count(b"MEAS:RES?\n") == 1


def test_the_calibration_known_at_the_bench_stands_in_each_reading(tmp_path: Path, meter: Meter) -> None:
    due = dataclasses.replace(BOOKED, calibration_due=date(2027, 3, 1), certificate="DAkkS 4711")
    record, stream, _ = measured(tmp_path, where(meter), due)
    assert record.instrument.calibration_certificate == "DAkkS 4711"
    instrument = payloads(stream)[0][1]["measurement"]["instrument"]
    assert (instrument["calibration_due"], instrument["calibration_certificate"]) == ("2027-03-01", "DAkkS 4711")


def gone(wire: socket.socket, answer: bytes) -> None:
    wire.shutdown(socket.SHUT_RDWR)


def doubled(wire: socket.socket, answer: bytes) -> None:
    wire.sendall(answer + answer)


@pytest.mark.slow
@pytest.mark.parametrize("act", [gone, doubled], ids=["cable pulled and put back", "reply doubled"])
def test_trouble_on_the_wire_never_becomes_a_reading(tmp_path: Path, meter: Meter, act: Callable[..., None]) -> None:
    meter.trouble = once("MEAS:RES?", act)
    record, stream, _ = measured(tmp_path, where(meter))
    assert record.outcome is Outcome.PASS
    assert [payload["measurement"]["value"] for kind, payload in payloads(stream) if kind == "measurement"] == [
        "0.32",
        "230.1",
    ]


@pytest.mark.slow
def test_a_device_that_stays_away_ends_the_run_as_the_equipments_and_the_stream_stays_open(
    tmp_path: Path, meter: Meter
) -> None:
    def off(wire: socket.socket, question: str, answer: bytes) -> bool:
        gone(wire, answer)
        meter.trouble = off
        return True

    meter.trouble = lambda wire, question, answer: question == "MEAS:RES?" and off(wire, question, answer)
    record, stream, bench = measured(tmp_path, where(meter))
    assert (record.outcome, record.measurements) == (Outcome.ERROR, ())
    assert record.sentence == "The device closed the connection after 0 bytes of an answer."
    assert [kind for kind, _ in payloads(stream)] == ["run"]
    assert not stream.closed
    assert len(list(bench.evidence.waiting())) == 1


@pytest.mark.slow
def test_a_stop_ends_a_run_on_a_device_that_does_not_answer(
    tmp_path: Path, meter: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "GRACE_S", 0.2)
    monkeypatch.setattr("simulator_adapters.instruments.scpi.ANSWER_S", 30.0)
    meter.trouble = once("MEAS:RES?", late(20))
    cancel = threading.Event()
    threading.Timer(0.3, cancel.set).start()
    began = time.monotonic()
    record, stream, _ = measured(tmp_path, where(meter), cancel=cancel)
    assert (record.outcome, record.sentence) == (Outcome.ABORTED, "The run was stopped at the station.")
    assert time.monotonic() - began < 5
    assert payloads(stream)[-1][1]["outcome"] == "ABORTED"


def test_settings_of_an_inverter_are_read_back_within_one_entry(tmp_path: Path) -> None:
    spec = SettingsSpec.from_document(next(one for one in SIMULATIONS["sunspec"] if one["id"] == "SIM-SUN-2"))
    with simulated(["inverter"]) as (device,):
        booking = dataclasses.replace(
            BOOKED, adapter="sunspec", serial=device.serial, work=spec.id, plan=settings_plan(spec), rows=()
        )
        record, stream, bench = measured(tmp_path, device, booking)
    assert record.outcome is Outcome.FAIL  # nobody has set it
    assert len(record.measurements) > 10
    (run,) = [payload for kind, payload in payloads(stream) if kind == "run"]
    assert from_document(run["record"]).measurements == record.measurements
    assert len(list(bench.evidence.waiting())) >= 1


def test_without_room_nothing_is_asked_of_the_device(
    tmp_path: Path, meter: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "ROOM_NEEDED", 2**60)
    with pytest.raises(DiskFull, match="Make room before measuring: nothing was asked"):
        measured(tmp_path, where(meter))
    assert meter.asked == []


def test_f28_a_run_that_a_kill_ended_is_recorded_as_aborted_and_its_device_made_safe(
    tmp_path: Path, meter: Meter
) -> None:
    stream, bench = set_up(tmp_path)
    stream.begin("r-1", {"plan": "continuity", "plan_sha256": "00" * 32, "work": "PT-ECW-1", "serial": "SN0042"})
    (again,) = Spool(tmp_path / "spool").streams.values()
    (record,) = recover(BOOKED, where(meter), again, bench)
    assert (record.run_id, record.outcome) == ("r-1", Outcome.ABORTED)
    assert (
        record.sentence
        == "The station was stopped in the middle of the run. SN0042 was brought into a safe state afterwards."
    )
    assert meter.asked == ["*IDN?"]
    assert recover(BOOKED, where(meter), again, bench) == []
    again.begin("r-2", {"plan": "continuity", "plan_sha256": "00" * 32, "work": "PT-ECW-1", "serial": "SN0042"})
    (lost,) = recover(BOOKED, None, again, bench)
    assert lost.sentence.endswith("look that it is in a safe state.")
    assert [payload["outcome"] for _, payload in payloads(again)] == ["ABORTED", "ABORTED"]


class Fake:
    """An adapter of a package: not recorded at the wire, and as bad as it is told to be."""

    def __init__(self, act: Callable[[], RunRecord]) -> None:
        self.act, self.left = act, list[str]()

    def connect(self, config: Any, *, deadline: Deadline) -> "Fake":
        return self

    def health(self) -> Health:
        raise LinkLost("no")

    def discover(self, scope: Any) -> Sequence[Instrument]:
        return ()

    def run(self, plan: Plan, *, deadline: Deadline, cancel: threading.Event) -> RunRecord:
        return self.act()

    def abort(self, reason: str) -> None:
        self.left.append("abort")

    def close(self) -> None:
        self.left.append("close")


def recorded(*attachments: Attachment, t_ended: int = 2) -> RunRecord:
    return RunRecord(
        run_id="x", adapter="fake", adapter_version="1", plan="continuity", plan_sha256="00" * 32, subject="PT-ECW-1",
        outcome=Outcome.FAIL, sentence="", steps=(), measurements=(), instrument=Instrument(id="fake", serial="SN0042"),
        engine=Engine(name="fake", version="1", model_sha256="00" * 32), t_started=1, t_ended=t_ended, attachments=attachments,
    )  # fmt: skip


def with_fake(monkeypatch: pytest.MonkeyPatch, act: Callable[[], RunRecord]) -> tuple[Fake, Device]:
    made = Fake(act)
    monkeypatch.setattr(runner, "adapter", lambda name, opener=None: made)
    return made, Device(adapter="scpi", serial="SN0042")


def test_a_defect_in_an_adapter_costs_the_candidate_nothing_and_leaves_the_device_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, device = with_fake(monkeypatch, lambda: 1 // 0)  # type: ignore[arg-type,return-value]
    record, stream, _ = measured(tmp_path, device)
    assert (record.outcome, fake.left) == (Outcome.ERROR, ["abort", "close"])
    assert "broke off (ZeroDivisionError" in record.sentence
    assert payloads(stream)[-1][1]["outcome"] == "ERROR"


def test_large_evidence_goes_beside_the_record_which_keeps_its_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytes(100_000)
    large = Attachment(
        name="waveform.bin", media_type="application/octet-stream", sha256=hashlib.sha256(data).hexdigest(), data=data
    )
    _, device = with_fake(monkeypatch, lambda: recorded(large))
    record, stream, bench = measured(tmp_path, device)
    run = payloads(stream)[0][1]
    assert run["record"]["attachments"] == [
        {"data": "", "media_type": large.media_type, "name": large.name, "sha256": large.sha256}
    ]
    assert {piece["sha256"] for piece in run["evidence"]} > {large.sha256}
    assert (bench.evidence.folder / f"{large.sha256}.bin").read_bytes() == data
    assert record.attachments[0].data == data


def test_a_host_that_was_up_for_a_year_writes_numbers_that_every_reader_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    year_ns = 365 * 86_400 * 10**9
    _, device = with_fake(monkeypatch, lambda: recorded(t_ended=year_ns))
    _, stream, _ = measured(tmp_path, device)
    assert payloads(stream)[0][1]["record"]["t_ended"] == year_ns % 2**53


def test_a_record_too_large_for_the_journal_is_kept_whole_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, device = with_fake(monkeypatch, lambda: dataclasses.replace(recorded(), sentence="x" * 70_000))
    _, stream, bench = measured(tmp_path, device)
    run = payloads(stream)[0][1]
    assert (run["outcome"], "Split the plan" in run["record"]["sentence"]) == ("ERROR", True)
    assert any(piece.name.startswith("record-") for piece in bench.evidence.waiting())
