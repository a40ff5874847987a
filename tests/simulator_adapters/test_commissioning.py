"""Storage commissioning: a plan with its limits in data, carried out over Modbus TCP at a battery that behaves."""

import copy
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import yaml

from simulator_adapters.contract import Outcome, RunRecord, Verdict, from_document, to_document
from simulator_adapters.photovoltaic.adapter import SunSpecAdapter, SunSpecSession
from simulator_adapters.photovoltaic.bench import StorageBench
from simulator_adapters.photovoltaic.commissioning import CommissioningSpec, check_commissioning, commissioning_plan
from simulator_adapters.photovoltaic.device import SimulatedInverter
from simulator_adapters.photovoltaic.image import Key
from simulator_adapters.photovoltaic.response import reading
from simulator_adapters.photovoltaic.settings import SpecError
from tests.simulator_adapters.bundled_simulations import LOADER

PATH = Path(__file__).resolve().parents[2] / "assess" / "content" / "commissioning.yaml"
(ENTRY,) = yaml.load(PATH.read_text(encoding="utf-8"), Loader=LOADER)["commissioning"]
SERIAL = "STO-1"


def soon(seconds: float = 20) -> float:
    return time.monotonic() + seconds


@contextmanager
def storage(
    overrides: dict[int, dict[Key, int | str]] | None = None,
) -> Iterator[tuple[SimulatedInverter, SunSpecSession]]:
    with SimulatedInverter(serial=SERIAL, overrides=overrides) as inverter:
        config = {"host": "127.0.0.1", "port": inverter.port, "serial": SERIAL}
        session = SunSpecAdapter().connect(config, deadline=soon())
        try:
            yield inverter, session
        finally:
            session.close()


def carried_out(entry: dict[str, Any], overrides: dict[int, dict[Key, int | str]] | None = None) -> RunRecord:
    plan = commissioning_plan(CommissioningSpec.from_document(entry))
    with storage(overrides) as (inverter, session):
        return session.run(plan, deadline=soon(), cancel=Event(), bench=inverter)


def value(session: SunSpecSession, model: int, point: str, *index: int) -> Decimal:
    return reading(session.client.block(model, deadline=soon()), point, index)


def without(name: str) -> dict[str, Any]:
    entry = copy.deepcopy(ENTRY)
    entry[name] = []
    return entry


def test_the_bundled_example_is_sound() -> None:
    assert check_commissioning(CommissioningSpec.from_document(ENTRY)) == []


@pytest.mark.slow
def test_the_bundled_example_is_carried_out_whole() -> None:
    record = carried_out(ENTRY)
    assert [(s.name, s.sentence) for s in record.steps if s.outcome is not Outcome.PASS] == []
    assert (record.outcome, record.score, record.sentence) == (Outcome.PASS, Decimal(1), "21 of 21 targets are met.")
    assert from_document(json.loads(json.dumps(to_document(record)))) == record
    said = {step.name: step.sentence for step in record.steps}
    assert said["set 802.SoCRsvMin"] == "set 802.SoCRsvMin reads 30. It read 10 before."
    played = {m.name: m.value for m in record.measurements if m.name.startswith("what if")}
    assert played["what if full sun.701.W always"] == Decimal(3000)
    assert played["what if night.713.SoC always"] == Decimal("30.0")
    assert played["what if outage.713.SoC at the end"] == Decimal("8.5")  # 2000 W / 0.96 / 0.97 for an hour of 10 kWh
    registers = json.loads(record.attachments[0].data)
    for measurement in record.measurements:
        address, _, place = measurement.raw_ref.removeprefix("registers.json#").partition("@")
        blocks = [b for b in registers if b["address"] <= int(address) < b["address"] + len(b["words"])]
        assert blocks and (not place or registers[int(place)] in blocks)


def test_a_second_run_writes_nothing() -> None:
    plan = commissioning_plan(CommissioningSpec.from_document(without("what_if")))
    with storage() as (_, session):
        first, second = (session.run(plan, deadline=soon(), cancel=Event()) for _ in range(2))
    assert (first.outcome, second.outcome) == (Outcome.PASS, Outcome.PASS)
    assert [s.sentence.endswith("Nothing had to be written.") for s in first.steps if s.name.startswith("set")] == [
        *(False, False, False, False, False, False)
    ]
    assert all(s.sentence.endswith("Nothing had to be written.") for s in second.steps if s.name.startswith("set"))


def test_nothing_is_written_to_another_device_than_the_one_meant() -> None:
    plan = commissioning_plan(CommissioningSpec.from_document(ENTRY))
    with storage({713: {("WHRtg", ()): 500}}) as (inverter, session):
        record = session.run(plan, deadline=soon(), cancel=Event(), bench=inverter)
        reserve = value(session, 802, "SoCRsvMin")
    assert (record.outcome, record.steps[-1].name, reserve) == (Outcome.FAIL, "verify 713.WHRtg", Decimal("10.0"))


def test_a_battery_that_ignores_its_reserve_is_found() -> None:
    """A device that reads as ordered and does otherwise: only playing it shows that."""
    entry = without("settings")
    entry["verify"] = []
    for what in entry["what_if"]:
        what["phases"][-1]["looks"] = 4
    record = carried_out(entry)
    failed = {step.name: step.sentence for step in record.steps if step.outcome is Outcome.FAIL}
    assert set(failed) == {"what if full sun", "what if night", "what if outage", "what if grid returns"}
    assert "what if night.713.SoC always reads 10." in failed["what if night"]
    verdicts = {m.name: m.verdict for m in record.measurements}
    assert verdicts["what if full sun.701.W always"] is Verdict.FAIL


def test_a_device_that_refuses_a_setting_is_the_equipments_matter() -> None:
    entry = without("what_if")
    entry["settings"][0] |= {"value": 30.05, "tolerance": 0.1}
    record = carried_out(entry)
    assert (record.outcome, record.score) == (Outcome.ERROR, None)
    assert "steps of 0.1" in record.sentence


def test_without_a_bench_nothing_is_played_and_no_candidate_fails() -> None:
    plan = commissioning_plan(CommissioningSpec.from_document(ENTRY))
    with storage() as (_, session):
        record = session.run(plan, deadline=soon(), cancel=Event())
    assert (record.outcome, "no bench that can play sun" in record.sentence) == (Outcome.ERROR, True)


def test_the_bench_is_left_at_rest_whatever_happens() -> None:
    entry = without("verify")
    entry["what_if"] = [copy.deepcopy(ENTRY["what_if"][2])]
    entry["what_if"][0]["expect"] = [{"model": 999, "point": "X", "unit": "", "low": 0}]
    plan = commissioning_plan(CommissioningSpec.from_document(entry))
    with storage() as (inverter, session):
        assert isinstance(inverter, StorageBench)
        record = session.run(plan, deadline=soon(), cancel=Event(), bench=inverter)
        inverter.advance(600)
        assert (record.outcome, value(session, 701, "ConnSt"), value(session, 701, "W")) == (
            *(Outcome.ERROR, Decimal(1), Decimal(3000)),
        )


@pytest.mark.slow
def test_playing_ends_at_the_total_deadline() -> None:
    entry = without("settings")
    entry["verify"], what = [], copy.deepcopy(ENTRY["what_if"][1])
    what["phases"][0]["looks"] = 1000
    what["expect"] = [{**what["expect"][0], "when": "end"}]
    entry["what_if"] = [{**what, "id": f"night {n}"} for n in range(50)]
    started = time.monotonic()
    with storage() as (inverter, session):
        plan = commissioning_plan(CommissioningSpec.from_document(entry))
        record = session.run(plan, deadline=soon(0.3), cancel=Event(), bench=inverter)
    assert (record.outcome, record.score, time.monotonic() - started < 3) == (Outcome.TIMEOUT, None, True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda e: e.update(extra=1), "the field 'extra' is unknown"),
        (lambda e: e.pop("title"), "title is missing"),
        (lambda e: e["settings"][0].pop("allowed"), "says no allowed range"),
        (lambda e: e["settings"][0].update(value=90), r"90 is outside what is allowed \(10 to 80\)"),
        (lambda e: e["settings"][0].update(value="30"), "value is '30'. Write a number"),
        (lambda e: e["settings"][0].update(tolerance=-1), "tolerance is negative"),
        (lambda e: e["settings"][0].update(unit="cfm"), "unit table"),
        (lambda e: e["settings"][0].update(index=[0]), "whole numbers from 1"),
        (lambda e: e["settings"].append(copy.deepcopy(e["settings"][0])), "802.SoCRsvMin is there twice"),
        (lambda e: e["verify"][0].pop("high"), "has no high"),
        (lambda e: e["verify"][0].update(low=6000), "no limits in order"),
        (lambda e: e["verify"].append(7), "verify 6 is not a mapping"),
        (lambda e: e.update(what_if={}), "what_if is no list"),
        (lambda e: e["what_if"][0].update(expect=[]), "expects nothing"),
        (lambda e: e["what_if"][0]["phases"][0].update(minutes=1e9), "Write 0 to 10080"),
        (lambda e: e["what_if"][0]["phases"][0].update(looks=0), "from 1 to 1000"),
        (lambda e: e["what_if"][0]["phases"][0].update(sun_w=float("nan")), "sun_w is nan"),
        (lambda e: e["what_if"][0]["expect"][0].update(when="often"), "Write end or always"),
        (lambda e: e.update(settings=[], what_if=[]), "sets nothing and plays nothing"),
    ],
)
def test_a_broken_commissioning_is_refused_with_file_entry_and_remedy(change: Any, words: str) -> None:
    entry = copy.deepcopy(ENTRY)
    change(entry)
    with pytest.raises(SpecError, match=words) as refusal:
        CommissioningSpec.from_document(entry, source="mine.yaml")
    assert str(refusal.value).startswith("mine.yaml, COM-STO-1: ")


def test_points_that_do_not_exist_or_can_not_be_set_are_reported() -> None:
    entry = copy.deepcopy(ENTRY)
    entry["settings"][0]["point"] = "SoC"
    entry["verify"][0]["point"] = "Nonsense"
    entry["verify"][1]["model"] = 999
    assert check_commissioning(CommissioningSpec.from_document(entry)) == [
        "COM-STO-1: 702.Nonsense: the model has no such point. Check name and index.",
        "COM-STO-1: 999.WHRtg: Model 999 is not in the SunSpec catalogue.",
        "COM-STO-1: 802.SoC is read-only, so that nobody can set it. Verify it instead.",
    ]


def test_an_island_that_runs_dry_stays_dark_until_the_grid_is_back() -> None:
    with storage({703: {("ES", ()): 1}}) as (inverter, session):
        inverter.set_sun(0)
        inverter.set_load(2000)
        inverter.set_grid_voltage(0)
        assert [value(session, 701, "ConnSt"), value(session, 714, "Prt.DCW", 2)] == [0, 2083]
        inverter.advance(6 * 3600)
        assert [value(session, 713, "SoC"), value(session, 802, "ChaSt"), value(session, 713, "Sta")] == [5, 2, 1]
        inverter.set_sun(3000)
        assert [value(session, 701, "InvSt"), value(session, 802, "W")] == [0, -3000]
        inverter.set_grid_voltage(100)
        assert [value(session, 701, "W"), value(session, 703, "ESDlyRemTms")] == [0, 20]
        inverter.advance(20)
        assert [value(session, 701, "ConnSt"), value(session, 701, "W")] == [1, 2000]


def test_a_disconnected_or_a_cold_battery_gives_nothing() -> None:
    with storage() as (inverter, session):
        inverter.set_sun(0)
        inverter.set_battery_temperature(-20)
        assert [value(session, 802, "W"), value(session, 701, "W")] == [0, 0]
        inverter.set_battery_temperature(25)
        assert value(session, 701, "W") == 4200
        assert session.write(802, "SetOp", (), "2", deadline=soon()).accepted
        assert [value(session, 802, "State"), value(session, 802, "ChaSt"), value(session, 701, "W")] == [1, 1, 0]


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf")])
def test_surroundings_that_can_not_be_are_refused(wrong: float) -> None:
    with SimulatedInverter() as inverter:
        for act in (inverter.set_sun, inverter.set_load, inverter.set_grid_voltage, inverter.advance):
            with pytest.raises(ValueError, match="finite and not negative"):
                act(wrong)
