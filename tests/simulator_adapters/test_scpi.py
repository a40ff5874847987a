"""SCPI over a real socket: no reading is ever its predecessor's, and what goes wrong with an instrument costs nobody a mark."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from threading import Event

import pytest

from simulator_adapters.contract import (
    DeadlineExceeded,
    HealthState,
    IdentityMismatch,
    LinkLost,
    Outcome,
    Plan,
    Status,
    Step,
)
from simulator_adapters.instruments import scpi
from simulator_adapters.instruments.scpi import BadAnswer, ScpiAdapter, ScpiSession, reading
from simulator_adapters.recording import TraceWriter, read_trace, recorded
from simulator_adapters.registry import adapter
from simulator_adapters.replay import Replayer
from simulator_adapters.wire import Opener, open_tcp
from tests.simulator_adapters.scpi_bench import Bench, bench, late, once

SERIAL = "SN0042"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scpi, "ANSWER_S", 0.15)


@contextmanager
def connect(made: Bench, *, serial: str = SERIAL, opener: Opener = open_tcp) -> Iterator[ScpiSession]:
    config = {"host": made.host, "port": made.port, "serial": serial}
    session = ScpiAdapter(opener=opener).connect(config, deadline=time.monotonic() + 3)
    try:
        yield session
    finally:
        session.close()


def plan(*steps: Step) -> Plan:
    return Plan(name="meter", version="1", subject="bay 3", steps=steps)


def volts(name: str = "mains", ask: str = "MEAS:VOLT:AC?", **given: str) -> Step:
    limits = {"unit": "V", "places": "1", "low": "207", "high": "253"}
    return Step(name=name, action="read", parameters={"ask": ask, **limits, **given})


def run(session: ScpiSession, *steps: Step):
    return session.run(plan(*steps), deadline=time.monotonic() + 5, cancel=Event())


def test_a_reading_has_value_unit_limits_instrument_and_raw_answer() -> None:
    with bench() as made, connect(made) as session:
        record = run(session, Step(name="who", action="identify"), volts())
    (taken,) = record.measurements
    assert (record.outcome, record.score, taken.value, taken.unit) == (Outcome.PASS, Decimal(1), Decimal("230.1"), "V")
    assert (taken.instrument.serial, taken.instrument.firmware) == (SERIAL, "1.3")
    assert b'"answered":"+2.301E+02","asked":"MEAS:VOLT:AC?"' in record.attachments[0].data


def test_an_answer_outside_its_limits_speaks_about_the_candidate() -> None:
    with bench() as made, connect(made) as session:
        record = run(session, volts(low="240"))
    assert (record.outcome, record.score) == (Outcome.FAIL, Decimal(0))


@pytest.mark.slow
def test_a_late_answer_is_never_the_next_ones() -> None:
    with bench() as made, connect(made) as session:
        made.trouble = once("MEAS:VOLT:AC?", late(0.3))
        record = run(session, volts(), volts("loop", "MEAS:RES?", unit="Ω", places="2", low="0", high="1.37"))
    assert record.outcome is Outcome.PASS
    assert [m.value for m in record.measurements] == [Decimal("230.1"), Decimal("0.32")]


@pytest.mark.slow
def test_another_instrument_after_a_failure_voids_the_run() -> None:
    with bench() as made, connect(made) as session:

        def exchange(wire, answer) -> None:
            made.answers["*IDN?"] = "SIMCO,DMM-IT1,SN9999,1.3"
            wire.close()

        made.trouble = once("MEAS:VOLT:AC?", exchange)
        record = run(session, volts())
    assert (record.outcome, record.score, record.measurements) == (Outcome.VOID, None, ())
    assert "SN9999" in record.sentence


@pytest.mark.slow
def test_an_instrument_that_stays_silent_is_no_fault_of_the_candidate() -> None:
    with bench() as made, connect(made) as session:
        made.trouble = lambda wire, question, answer: True
        record = run(session, volts())
        assert (record.outcome, record.score) == (Outcome.VOID, None)
        assert session.health().state is HealthState.LOST


@pytest.mark.slow
def test_a_half_answer_and_a_pulled_cable_are_asked_again_on_a_new_connection() -> None:
    def half(wire, answer) -> None:
        wire.sendall(answer[:4])
        wire.close()

    with bench() as made, connect(made) as session:
        made.trouble = once("MEAS:VOLT:AC?", half)
        assert run(session, volts()).measurements[0].value == Decimal("230.1")


@pytest.mark.slow
@pytest.mark.parametrize("pause", [0.0, 0.03])
def test_a_doubled_answer_is_never_the_next_ones(pause: float) -> None:
    def twice(wire: socket.socket, answer: bytes) -> None:
        wire.sendall(answer)
        time.sleep(pause)
        wire.sendall(answer)

    with bench() as made, connect(made) as session:
        made.trouble = once("MEAS:VOLT:AC?", twice)
        record = run(session, volts(), volts("loop", "MEAS:RES?", unit="Ω", places="2", low="0", high="1.37"))
    assert [m.value for m in record.measurements] == [Decimal("230.1"), Decimal("0.32")]


def test_a_doubled_identity_counts_as_no_reading() -> None:
    with bench() as made, connect(made) as session:
        made.trouble = once("*IDN?", lambda wire, answer: wire.sendall(answer * 2))
        record = run(session, Step(name="who", action="identify"), volts())
    assert [m.value for m in record.measurements] == [Decimal("230.1")]


@pytest.mark.parametrize("ask", ["MEAS:INS? 500", "MEAS:FREQ?"])
def test_an_overload_is_no_number(ask: str) -> None:
    with bench() as made, connect(made) as session:
        record = run(session, volts(ask=ask))
    assert (record.outcome, record.measurements[0].status) == (Outcome.ERROR, Status.OVERRANGE)


@pytest.mark.parametrize("ask", ["MEAS:TWO?", "MEAS:WORD?", "MEAS:UNKNOWN?"])
def test_what_is_no_reading_is_an_error_of_the_equipment(ask: str) -> None:
    with bench() as made, connect(made) as session:
        record = run(session, volts(ask=ask))
    assert (record.outcome, record.score) == (Outcome.ERROR, None)


@pytest.mark.slow
@pytest.mark.parametrize("ask", ["VOLT 250", "MEAS?;*RST", "*RST", "MEAS:VOLT:AC?\n*RST", ""])
def test_a_plan_asks_and_sets_nothing(ask: str) -> None:
    with bench() as made, connect(made) as session:
        record = run(session, volts(ask=ask))
        assert made.asked == ["*IDN?"]
    assert record.outcome is Outcome.ERROR


def test_another_serial_is_refused_and_discovery_only_asks_who() -> None:
    with bench() as made:
        with (
            pytest.raises(IdentityMismatch, match="'SN0042' answers, 'SN1' is booked"),
            connect(made, serial="SN1"),
        ):
            pass
        scope = {"host": made.host, "port": made.port}
        assert [found.serial for found in ScpiAdapter().discover(scope)] == [SERIAL]
        assert set(made.asked) == {"*IDN?"}


def test_an_endless_line_and_a_wrong_identity_end_the_connection() -> None:
    with bench() as made:
        made.answers["*IDN?"] = "x" * 9000
        with pytest.raises((LinkLost, DeadlineExceeded)), connect(made):
            pass
        made.answers["*IDN?"] = "+1.0071E+21"
        with pytest.raises(BadAnswer, match="instead of maker, model, serial"), connect(made):
            pass


def test_a_session_is_recorded_and_replayed(tmp_path: Path) -> None:
    path = tmp_path / "meter.jsonl"
    with bench() as made:
        writer = TraceWriter(path, {"instrument": SERIAL})
        with connect(made, opener=recorded(open_tcp, writer)) as session:
            before = run(session, volts())
        writer.seal()
    with Replayer(read_trace(path)) as replay, connect(made, opener=replay) as session:
        after = run(session, volts())
    assert [m.value for m in after.measurements] == [m.value for m in before.measurements] == [Decimal("230.1")]


def test_reading_follows_one_grammar() -> None:
    assert reading(" -1.5e-3 ") == (Decimal("-0.0015"), Status.OK)
    assert reading("-9.91E37")[1] is Status.OVERRANGE
    for answer in ("nan", "1_000", "١٢", "1e-99", ""):
        with pytest.raises(BadAnswer):
            reading(answer)


def test_it_is_registered() -> None:
    assert isinstance(adapter("scpi"), ScpiAdapter)


def test_an_answer_in_another_unit_is_kept_and_judged_in_the_steps_own() -> None:
    with bench() as made, connect(made) as session:
        made.answers["MEAS:RES?"] = "2.004E+08"
        ask = {"ask": "MEAS:RES?", "unit": "MOhm", "places": "2", "low": "1", "answers_in": "Ohm"}
        record = run(session, Step(name="insulation", action="read", parameters=ask))
    (taken,) = record.measurements
    assert (record.outcome, taken.value, taken.unit) == (Outcome.PASS, Decimal("200.40"), "MOhm")
    assert taken.sentence == "insulation reads 2.004E+08 Ω."


def test_an_answer_in_a_unit_of_something_else_is_an_error_of_the_plan() -> None:
    with bench() as made, connect(made) as session:
        record = run(session, volts(answers_in="Ohm"))
    assert (record.outcome, record.measurements) == (Outcome.ERROR, ())
    assert "Ω measures resistance and can't be given in V (voltage)" in record.sentence
