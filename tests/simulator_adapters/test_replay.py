"""Traces played in place of devices and engines: strictly, and by content."""

import doctest
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from simulator_adapters import engine_recording, replay
from simulator_adapters.contract import DeadlineExceeded, LinkLost, OnFail, Outcome, Plan, RunRecord, Step
from simulator_adapters.engine_recording import RecordedEngine, ReplayedEngine
from simulator_adapters.instruments import modbus
from simulator_adapters.instruments.modbus import ModbusClient
from simulator_adapters.instruments.scpi import ScpiAdapter
from simulator_adapters.photovoltaic.adapter import SunSpecAdapter
from simulator_adapters.photovoltaic.device import SimulatedInverter
from simulator_adapters.recording import Trace, TraceEvent, TraceWriter, read_trace, recorded
from simulator_adapters.registry import adapter_ids
from simulator_adapters.replay import LINES, Replayer, ReplayMismatch, TolerantReplayer
from simulator_adapters.wire import Opener, open_tcp
from simulator_adapters.wiring.adapter import WiringAdapter, wiring_plan
from tests.simulator_adapters.bundled_simulations import SIMULATIONS, WIRING_TASKS
from tests.simulator_adapters.scpi_bench import bench

SERIAL = "INV-7"
NOW = 0.0


def soon(seconds: float = 10) -> float:
    return time.monotonic() + seconds


def trace(*events: tuple[str, bytes]) -> Trace:
    return Trace({}, tuple(TraceEvent(kind, 0, data) for kind, data in events), "", True, "")


ASKED = trace(("tx", b"A?\n"), ("rx", b"1\n"), ("tx", b"SET 1\n"), ("rx", b"OK\n"), ("tx", b"A?\n"), ("rx", b"2\n"))


def ask(wire: replay.Wire, line: bytes) -> bytes:
    wire.send(line, deadline=NOW)
    return wire.receive_line(80, deadline=NOW)


def test_a_request_gets_its_own_replies_one_after_another_and_then_the_last_again() -> None:
    with TolerantReplayer(ASKED, LINES) as tolerant:
        wire = tolerant("bench", 1, deadline=NOW)
        assert [ask(wire, line) for line in (b"SET 1\n", b"A?\n", b"A?\n", b"A?\n")] == [
            b"OK\n",
            b"1\n",
            b"2\n",
            b"2\n",
        ]


def test_what_was_never_recorded_or_is_written_once_more_is_a_difference() -> None:
    wire = TolerantReplayer(ASKED, LINES)("bench", 1, deadline=NOW)
    with pytest.raises(ReplayMismatch, match="holds no 'B\\?'"):
        ask(wire, b"B?\n")
    ask(wire, b"SET 1\n")
    with pytest.raises(ReplayMismatch, match="'SET 1' was recorded 1 times and is sent once more"):
        ask(wire, b"SET 1\n")


def test_leftovers_are_reported_and_fail_unless_they_are_allowed_by_name() -> None:
    with pytest.raises(ReplayMismatch, match=r"Nobody asked what was recorded: A\? \(2 times\), SET 1\."):
        TolerantReplayer(ASKED, LINES).finish()
    with TolerantReplayer(ASKED, LINES, allowed=["SET 1"]) as tolerant:
        wire = tolerant("bench", 1, deadline=NOW)
        ask(wire, b"A?\n")
        ask(wire, b"A?\n")
        assert tolerant.leftovers == ("SET 1",)
    with pytest.raises(ReplayMismatch), TolerantReplayer(ASKED, LINES, allowed=["A?"]):
        pass


@pytest.mark.parametrize(("kind", "error"), [("timeout", DeadlineExceeded), ("lost", LinkLost)])
def test_a_recorded_failure_is_played_where_the_answer_ended(kind: str, error: type[Exception]) -> None:
    broken = trace(("tx", b"A?\n"), ("rx", b"12"), (kind, b"The line fell silent."))
    wire = TolerantReplayer(broken, LINES)("bench", 1, deadline=NOW)
    wire.send(b"A?\n", deadline=NOW)
    assert wire.receive(2, deadline=NOW) == b"12"
    with pytest.raises(error, match="fell silent"):
        wire.receive_line(80, deadline=NOW)


def test_an_answer_half_read_or_too_short_is_a_difference() -> None:
    wire = TolerantReplayer(ASKED, LINES)("bench", 1, deadline=NOW)
    wire.send(b"A?\n", deadline=NOW)
    with pytest.raises(ReplayMismatch, match="were not received"):
        wire.send(b"A?\n", deadline=NOW)
    with pytest.raises(ReplayMismatch, match="asks for 3 bytes, the recorded answer is b'1"):
        wire.receive(3, deadline=NOW)
    with pytest.raises(DeadlineExceeded, match="silent"):
        wire.receive_line(80, deadline=NOW)


def frame(transaction: int, payload: str) -> bytes:
    body = bytes.fromhex(payload)
    return transaction.to_bytes(2, "big") + b"\0\0" + len(body).to_bytes(2, "big") + body


def test_modbus_answers_take_the_number_of_their_request_and_stay_out_of_step_where_they_were() -> None:
    reads = trace(
        ("tx", frame(7, "01 03 0001 0001")), ("rx", frame(7, "01 03 02 002a")),
        ("tx", frame(8, "01 03 0002 0001")), ("rx", frame(3, "01 03 02 002b")),
    )  # fmt: skip
    client = ModbusClient(TolerantReplayer(reads, modbus.MATCHING)("bench", 1, deadline=NOW))
    assert [client.read(1, 1, deadline=soon()) for _ in range(3)] == [(42,)] * 3
    with pytest.raises(LinkLost, match="out of step"):
        client.read(2, 1, deadline=soon())


def setting(model: int, point: str, unit: str, low: str, high: str) -> Step:
    given = {"model": str(model), "point": point, "index": "[]", "unit": unit, "low": low, "high": high}
    return Step(name=f"{model}.{point}", action="setting", parameters=given)


STEPS = (setting(713, "SoC", "%", "50", "80"), setting(702, "WMax", "W", "5000", "5000"))


def sunspec(opener: Opener, port: int, *steps: Step) -> RunRecord:
    config = {"host": "127.0.0.1", "port": port, "serial": SERIAL}
    session = SunSpecAdapter(opener=opener).connect(config, deadline=soon())
    try:
        plan = Plan(name="look", version="1", subject="bay", steps=steps)
        return session.run(plan, deadline=soon(), cancel=Event())
    finally:
        session.close()


@contextmanager
def recorded_inverter(path: Path) -> Iterator[Trace]:
    writer = TraceWriter(path, {})
    with SimulatedInverter(serial=SERIAL) as inverter:
        sunspec(recorded(open_tcp, writer), inverter.port, *STEPS)
    writer.seal()
    yield read_trace(path)


def test_an_adapter_that_asks_in_another_order_replays_by_content(tmp_path: Path) -> None:
    with recorded_inverter(tmp_path / "t.jsonl") as kept:
        with pytest.raises(ReplayMismatch, match="The adapter sends"):
            sunspec(Replayer(kept), 1, *reversed(STEPS))
        with TolerantReplayer(kept, modbus.MATCHING) as tolerant:
            again = sunspec(tolerant, 1, *reversed(STEPS), Step(name="who", action="identify"))
        assert {m.name: str(m.value) for m in again.measurements} == {"713.SoC": "65.0", "702.WMax": "5000"}
        with pytest.raises(ReplayMismatch, match=r"holds no 'read \d+\+\d+'"):
            sunspec(TolerantReplayer(kept, modbus.MATCHING), 1, setting(703, "ES", "enum", "0", "1"))
        short = TolerantReplayer(kept, modbus.MATCHING)
        sunspec(short, 1, STEPS[0])
        (left,) = short.leftovers
        with pytest.raises(ReplayMismatch, match=left.replace("+", r"\+")):
            short.finish()
        with TolerantReplayer(kept, modbus.MATCHING, allowed=[left]) as allowed:
            sunspec(allowed, 1, STEPS[0])


def wiring(make: Callable[[WiringAdapter], ReplayedEngine | RecordedEngine], *, wires: int | None = None) -> RunRecord:
    task = WIRING_TASKS["SIM-WIRE-1"]
    session = make(WiringAdapter()).connect({"task": SIMULATIONS["wiring"][0]}, deadline=soon())
    plan = wiring_plan(task, task.reference if wires is None else task.variants[wires].wires)
    return session.run(plan, deadline=soon(), cancel=Event())


def test_an_engines_run_is_recorded_as_digest_and_record_and_given_again_to_the_same_input(tmp_path: Path) -> None:
    path = tmp_path / "engine.jsonl"
    writer = TraceWriter(path, {"engine": "wiring"})
    live = [wiring(lambda engine: RecordedEngine(engine, writer), wires=wires) for wires in (None, 2)]
    writer.seal()
    kept = read_trace(path)
    assert [event.kind for event in kept.events] == ["tx", "rx"] * 2
    with Replayer(kept) as strict:
        assert [wiring(lambda engine: ReplayedEngine(engine.manifest, strict), wires=w) for w in (None, 2)] == live
    with pytest.raises(ReplayMismatch, match="The adapter sends"):
        wiring(lambda engine: ReplayedEngine(engine.manifest, Replayer(kept)), wires=1)
    with TolerantReplayer(kept, engine_recording.MATCHING) as tolerant:
        again = [wiring(lambda engine: ReplayedEngine(engine.manifest, tolerant), wires=w) for w in (2, 2, None)]
        assert again == [live[1], live[1], live[0]]
    assert [record.outcome for record in live] == [Outcome.PASS, Outcome.FAIL]


def test_every_built_in_adapter_replays_what_was_recorded_of_it(tmp_path: Path) -> None:
    """Wiring by its runs, the others by their wires, all strictly and by content."""
    ask = Step(
        name="mains",
        action="read",
        parameters={"ask": "MEAS:VOLT:AC?", "unit": "V", "places": "1", "low": "207", "high": "253"},
        on_fail=OnFail.STOP,
    )
    plan = Plan(name="meter", version="1", subject="bay", steps=(ask,))

    def scpi(opener: Opener, port: int) -> RunRecord:
        config = {"host": "127.0.0.1", "port": port, "serial": "SN0042"}
        session = ScpiAdapter(opener=opener).connect(config, deadline=soon())
        try:
            return session.run(plan, deadline=soon(), cancel=Event())
        finally:
            session.close()

    replayed = {"wiring"}  # the test above
    with recorded_inverter(tmp_path / "inverter.jsonl") as kept, Replayer(kept) as strict:
        assert sunspec(strict, 1, *STEPS).outcome is Outcome.PASS
        replayed.add("sunspec")
    writer = TraceWriter(tmp_path / "meter.jsonl", {})
    with bench() as made:
        live = scpi(recorded(open_tcp, writer), made.port)
    writer.seal()
    kept = read_trace(tmp_path / "meter.jsonl")
    for opener in (Replayer(kept), TolerantReplayer(kept, LINES)):
        with opener:
            assert [m.value for m in scpi(opener, 1).measurements] == [m.value for m in live.measurements]
    replayed.add("scpi")
    assert replayed == {name for name in adapter_ids() if name in ("wiring", "sunspec", "scpi")}


@pytest.mark.slow
def test_examples() -> None:
    assert doctest.testmod(replay).failed == 0
