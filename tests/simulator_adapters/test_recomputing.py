"""Stored runs computed again from raw evidence: bit-equal verdicts, and every tampering told."""

import dataclasses
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from simulator_adapters import documents
from simulator_adapters.contract import Attachment, Outcome, Plan, RunRecord, Step, from_document, measure, to_document
from simulator_adapters.instruments import scpi
from simulator_adapters.instruments.scpi import ScpiAdapter
from simulator_adapters.photovoltaic.adapter import SunSpecAdapter
from simulator_adapters.photovoltaic.checking import inverter_for, settings_plan
from simulator_adapters.photovoltaic.grid_record import RecordedGrid
from simulator_adapters.photovoltaic.settings import SettingsSpec
from simulator_adapters.recomputing import NotRecomputable, differences, recomputed, wiring_plan_of
from simulator_adapters.recording import TraceWriter, read_trace, recorded
from simulator_adapters.wire import open_tcp
from simulator_adapters.wiring.adapter import WiringAdapter, wiring_plan
from tests.simulator_adapters.bundled_simulations import SIMULATIONS
from tests.simulator_adapters.scpi_bench import Bench, bench, late, once

SPECS = {entry["id"]: SettingsSpec.from_document(entry) for entry in SIMULATIONS["sunspec"]}
LIGHTING = SIMULATIONS["wiring"][0]
NO_RAW: dict[str, bytes] = {}
METER_PLAN = Plan(
    name="meter",
    version="1",
    subject="bay 3",
    steps=(
        Step(name="who", action="identify"),
        Step(
            name="mains", action="read", parameters={"ask": "MEAS:VOLT:AC?", "unit": "V", "places": "1", "low": "207"}
        ),
        Step(name="loop", action="read", parameters={"ask": "MEAS:RES?", "unit": "Ω", "places": "2", "high": "1.37"}),
    ),
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scpi, "ANSWER_S", 0.15)


def until() -> float:
    return time.monotonic() + 20


def stored(record: RunRecord) -> RunRecord:
    """As the journal holds it."""
    return from_document(json.loads(json.dumps(to_document(record))))


def metered(
    trouble: Callable[[Bench], None] = lambda made: None, *, trace: Path | None = None, plan: Plan = METER_PLAN
) -> RunRecord:
    writer = None if trace is None else TraceWriter(trace, {"adapter": "scpi"})
    with bench() as made:
        opener = open_tcp if writer is None else recorded(open_tcp, writer)
        config = {"host": made.host, "port": made.port, "serial": "SN0042"}
        session = ScpiAdapter(opener=opener).connect(config, deadline=until())
        trouble(made)
        record = session.run(plan, deadline=until(), cancel=Event())
        session.close()
    if writer is not None:
        writer.seal()
    return stored(record)


def test_meter_is_computed_again_from_its_transcript() -> None:
    record = metered()
    assert record.outcome is Outcome.PASS
    assert differences(record, recomputed(record, plan=METER_PLAN, raw=NO_RAW)) == ()


def test_meter_that_answers_in_another_unit_is_computed_again_in_the_row_s() -> None:
    loop = METER_PLAN.steps[-1]
    told = replace(loop, parameters={"ask": "MEAS:RES?", "unit": "kOhm", "places": "5", "high": "1", "answers_in": "Ω"})
    plan = replace(METER_PLAN, steps=(told,))
    record = metered(plan=plan)
    assert [(one.value, one.unit) for one in record.measurements] == [(Decimal("0.00032"), "kOhm")]
    assert differences(record, recomputed(record, plan=plan, raw=NO_RAW)) == ()


def twice(wire: Any, answer: bytes) -> None:
    wire.sendall(answer)
    wire.sendall(answer)


@pytest.mark.slow
@pytest.mark.parametrize("act", [late(0.3), twice, lambda wire, answer: wire.close()], ids=["late", "doubled", "cable"])
def test_meter_whose_answer_was_late_doubled_or_cut_off_is_computed_again(act: Any, tmp_path: Path) -> None:
    def trouble(made: Bench) -> None:
        made.trouble = once("MEAS:VOLT:AC?", act)

    record = metered(trouble, trace=tmp_path / "meter.trace")
    assert [one.value for one in record.measurements] == [Decimal("230.1"), Decimal("0.32")]
    assert differences(record, recomputed(record, plan=METER_PLAN, raw=NO_RAW)) == ()
    trace = read_trace(tmp_path / "meter.trace")
    assert differences(record, recomputed(record, plan=METER_PLAN, raw=NO_RAW, trace=trace)) == ()


def test_calibration_of_the_booked_instrument_is_no_computation() -> None:
    record = metered()
    dated = replace(record.instrument, calibration_due=date(2027, 1, 1), calibration_certificate="C 1")
    record = replace(
        record, instrument=dated, measurements=tuple(replace(one, instrument=dated) for one in record.measurements)
    )
    assert differences(record, recomputed(record, plan=METER_PLAN, raw=NO_RAW)) == ()


def test_value_or_verdict_that_was_changed_is_named() -> None:
    record = metered()
    one = record.measurements[1]
    better = measure(
        name=one.name, value=Decimal("0.30"), unit=one.unit, places=2, sequence=1, t_host_monotonic=one.t_host_monotonic,
        instrument=one.instrument, limits=one.limits, raw_ref=one.raw_ref, sentence=one.sentence,
    )  # fmt: skip
    changed = replace(record, measurements=(record.measurements[0], better))
    (told,) = differences(changed, recomputed(changed, plan=METER_PLAN, raw=NO_RAW))
    assert told == "loop: stored 0.30 Ohm PASS, computed 0.32 Ohm PASS."
    failed = replace(record, score=Decimal("0.5"))
    (told,) = differences(failed, recomputed(failed, plan=METER_PLAN, raw=NO_RAW))
    assert told == "score: stored 0.5, computed 1.0000."


def test_evidence_that_was_changed_is_no_evidence() -> None:
    record = metered()
    first = record.attachments[0]
    torn = replace(record, attachments=(replace(first, data=first.data.replace(b"2.301", b"2.201")),))
    with pytest.raises(NotRecomputable, match=r"transcript.json are not those of its digest"):
        recomputed(torn, plan=METER_PLAN, raw=NO_RAW)
    empty = replace(record, attachments=(replace(first, data=b""),))
    with pytest.raises(NotRecomputable, match="not sent yet, or were erased"):
        recomputed(empty, plan=METER_PLAN, raw=NO_RAW)
    assert differences(record, recomputed(empty, plan=METER_PLAN, raw={first.sha256: first.data})) == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"outcome": Outcome.VOID, "score": None, "max_score": None}, "speaks about the equipment"),
        ({"adapter": "theirs"}, "'theirs'"),
        ({"adapter_version": "0"}, "made by version 0"),
        ({"plan_sha256": "00" * 32}, "not the one that was carried out"),
        ({"attachments": ()}, "has no transcript.json"),
    ],
)
def test_what_cannot_be_computed_again_says_why(change: dict[str, Any], why: str) -> None:
    with pytest.raises(NotRecomputable, match=why):
        recomputed(replace(metered(), **change), plan=METER_PLAN, raw=NO_RAW)


@pytest.mark.slow
@pytest.mark.parametrize("lines", [b"[]", b"{}", b"7", b"[7]", b'[{"asked":"","answered":"drained os"}]', b"not json"])
def test_transcript_that_is_none_computes_nothing(lines: bytes) -> None:
    record = metered()
    made = Attachment(name="transcript.json", media_type="x/y", sha256=hashlib.sha256(lines).hexdigest(), data=lines)
    with pytest.raises(NotRecomputable):
        recomputed(replace(record, attachments=(made,)), plan=METER_PLAN, raw=NO_RAW)


# SunSpec


def read_back(name: str, *, dip: bool, trace: Path | None = None) -> tuple[RunRecord, Plan]:
    spec = SPECS[name]
    profile = next(iter(spec.profiles))
    answers = {one.id: f"{one.key}" for one in spec.derived} or None
    plan = settings_plan(spec, profile=profile, answers=answers, play_dip=dip)
    writer = None if trace is None else TraceWriter(trace, {"adapter": "sunspec"})
    with inverter_for(spec, serial="B-7") as inverter:
        opener = open_tcp if writer is None else recorded(open_tcp, writer)
        config = {"host": inverter.host, "port": inverter.port, "serial": "B-7"}
        session = SunSpecAdapter(opener=opener).connect(config, deadline=until())

        def watts() -> int:
            raw = session.client.block(701, deadline=until()).raw("W")
            return raw if isinstance(raw, int) else 0

        grid = RecordedGrid(inverter, watts)
        record = session.run(plan, deadline=until(), cancel=Event(), bench=grid if dip else None)
        session.close()
    if writer is not None:
        writer.seal()
    played = documents.canonical_bytes([[one.seconds, f"{one.volts_percent:g}", one.watts] for one in grid.samples])
    digest = hashlib.sha256(played).hexdigest()
    kept = Attachment(name="dip.json", media_type="application/json", sha256=digest, data=played)
    return stored(replace(record, attachments=(*record.attachments, kept))), plan


@pytest.mark.slow
@pytest.mark.parametrize("name", SPECS)
def test_settings_are_computed_again_from_their_registers(name: str) -> None:
    record, plan = read_back(name, dip=bool(SPECS[name].waits))
    assert record.measurements
    assert differences(record, recomputed(record, plan=plan, raw=NO_RAW)) == ()


def test_settings_are_computed_again_from_their_trace(tmp_path: Path) -> None:
    record, plan = read_back("SIM-SUN-1", dip=False, trace=tmp_path / "t")
    bare = replace(record, attachments=())
    assert differences(bare, recomputed(bare, plan=plan, raw=NO_RAW, trace=read_trace(tmp_path / "t"))) == ()


def test_register_that_was_changed_with_its_digest_changes_what_is_computed() -> None:
    record, plan = read_back("SIM-SUN-1", dip=False)
    held = {one.name: one for one in record.attachments}
    blocks = json.loads(held["registers.json"].data)
    first = record.measurements[0]
    address = int(first.raw_ref.partition("#")[2])
    for block in blocks:
        if block["address"] <= address < block["address"] + len(block["words"]):
            block["words"][address - block["address"]] ^= 1
    data = documents.canonical_bytes(blocks)
    made = replace(held["registers.json"], data=data, sha256=hashlib.sha256(data).hexdigest())
    changed = replace(record, attachments=(made, held["dip.json"]))
    assert any(
        told.startswith(f"{first.name}: ") for told in differences(changed, recomputed(changed, plan=plan, raw=NO_RAW))
    )


def test_step_that_writes_needs_the_trace() -> None:
    record, plan = read_back("SIM-SUN-1", dip=False)
    writes = replace(plan, steps=(*plan.steps, Step(name="w", action="write")))
    record = replace(record, plan_sha256=documents.digest(documents.encode(writes)))
    with pytest.raises(NotRecomputable, match="needs the trace"):
        recomputed(record, plan=writes, raw=NO_RAW)


# Wiring


def judged(wires: Any) -> RunRecord:
    session = WiringAdapter().connect({"task": LIGHTING}, deadline=until())
    drawn = [list(wire) for wire in (session.task.reference if wires is None else wires)]
    return stored(session.run(wiring_plan(session.task, drawn), deadline=until(), cancel=Event()))


@pytest.mark.parametrize("wires", [None, []])
def test_wiring_is_judged_again_from_its_wires(wires: Any) -> None:
    record = judged(wires)
    plan = wiring_plan_of(record, NO_RAW)
    assert differences(record, recomputed(record, plan=plan, raw=NO_RAW, task=LIGHTING)) == ()
    lying = dataclasses.replace(record, score=Decimal("0.75"), outcome=Outcome.PASS)
    told = differences(lying, recomputed(lying, plan=plan, raw=NO_RAW, task=LIGHTING))
    assert any(one.startswith("score: stored 0.75") for one in told)
