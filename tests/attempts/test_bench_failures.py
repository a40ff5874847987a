"""What goes wrong at a bench, on a real socket: from the instrument through the journal to score and sentence."""

import datetime
import time
from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from assess.attempts.folding.fold import fold
from assess.attempts.machines.readings import Worth, readings_of
from assess.attempts.scoring.attempt import document, score
from simulator_adapters.contract import Outcome, Plan, RunRecord, Step
from simulator_adapters.instruments import scpi
from simulator_adapters.instruments.scpi import ScpiAdapter
from tests.attempts.scenes import TASK, stream
from tests.attempts.scenes import task as task_of
from tests.attempts.test_readings import DAY, MEGOHM, driven, ended, pinned, reads, sheets
from tests.simulator_adapters.scpi_bench import Bench, bench, late, once

ASK = "MEAS:INS:NOW?"
PLAN = Plan(
    name="insulation",
    version="1",
    subject=TASK,
    steps=(Step(name="insulation", action="read", parameters={"ask": ASK, "unit": "MΩ", "places": "1", "low": "1"}),),
)
Trouble = Callable[[Bench], None]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scpi, "ANSWER_S", 0.15)


def measured(trouble: Trouble) -> RunRecord:
    """A run as a station makes it, with the calibration of the booked instrument in its readings."""
    with bench() as made:
        made.answers[ASK] = "500"
        config = {"host": made.host, "port": made.port, "serial": "SN0042"}
        session = ScpiAdapter().connect(config, deadline=time.monotonic() + 3)
        trouble(made)
        record = session.run(PLAN, deadline=time.monotonic() + 5, cancel=Event())
        session.close()
    dated = replace(
        record.instrument, calibration_due=DAY + datetime.timedelta(days=30), calibration_certificate="DAkkS 4711"
    )
    return replace(
        record, instrument=dated, measurements=tuple(replace(one, instrument=dated) for one in record.measurements)
    )


def told(record: RunRecord, **more: Any) -> Any:
    """What a station writes of a run."""
    return stream(
        "adapter:1", [*(reads(one, run=record.run_id, **more) for one in record.measurements), ended(record, **more)]
    )


def on_answer(act: Any) -> Trouble:
    def trouble(made: Bench) -> None:
        made.trouble = once(ASK, act)

    return trouble


def twice(wire: Any, answer: bytes) -> None:
    wire.sendall(answer)
    wire.sendall(answer)


def silent(made: Bench) -> None:
    made.trouble = lambda wire, question, answer: True


def exchanged(made: Bench) -> None:
    def act(wire: Any, answer: bytes) -> None:
        made.answers["*IDN?"] = "SIMCO,DMM-IT1,SN9999,1.3"
        wire.close()

    made.trouble = once(ASK, act)


def nothing(made: Bench) -> None:
    """All is well."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "trouble", [nothing, on_answer(late(0.3)), on_answer(twice), on_answer(lambda wire, answer: wire.close())],
    ids=["well", "reply late", "reply doubled", "cable pulled and back"],
)  # fmt: skip
def test_reading_that_the_adapter_could_save_counts(trouble: Trouble) -> None:
    record = measured(trouble)
    journal = (*sheets(), told(record))
    (reading,) = [one for one in readings_of(fold(journal, pinned().frame), pinned()) if one.name == MEGOHM]
    assert (reading.worth, str(reading.measurement and reading.measurement.value)) == (Worth.COUNTS, "500.0")
    result = score(pinned(), journal)
    assert MEGOHM not in task_of(result).score.open_criteria
    assert document(result)["again"] == []


ROW = next(row.text for row in driven().criteria if row.identifier == MEGOHM)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("trouble", "outcome", "said"),
    [
        (silent, Outcome.VOID, "The device did not answer in time."),
        (exchanged, Outcome.VOID, "Serial 'SN9999' answers, 'SN0042' is booked. Check bay and address."),
    ],
    ids=["cable pulled for good", "another serial"],
)
def test_fault_of_the_equipment_costs_nothing_and_is_told(trouble: Trouble, outcome: Outcome, said: str) -> None:
    record = measured(trouble)
    assert (record.outcome, record.measurements) == (outcome, ())
    result = score(pinned(), (*sheets(), told(record)))
    assert MEGOHM in task_of(result).score.open_criteria
    assert document(result)["again"] == [{"work": TASK, "why": f"{ROW}: the equipment reported VOID. {said}"}]


def test_station_killed_in_the_middle_leaves_nothing_that_counts_and_nothing_that_costs() -> None:
    record = measured(nothing)
    killed = stream("adapter:1", [reads(one, run=record.run_id) for one in record.measurements])
    result = score(pinned(), (*sheets(), killed))
    why = f"{ROW}: the run it belongs to never ended, so nobody knows whether the instrument was in step."
    assert document(result)["again"] == [{"work": TASK, "why": why}]
    again = measured(nothing)
    after = stream("adapter:1", [*(reads(one, run=again.run_id) for one in again.measurements), ended(again)], epoch=2)
    assert document(score(pinned(), (*sheets(), killed, after)))["again"] == []


def test_clock_off_by_minutes_is_told_and_people_decide() -> None:
    result = score(pinned(), (*sheets(), told(measured(nothing), clock_offset_ms=4 * 60_000)))
    found = task_of(result).score
    assert found.to_adjudicate == (MEGOHM,)
    assert f"{MEGOHM}, read by adapter:1: the station's clock was 240 s ahead of the server's." in found.reasons
    assert document(result)["again"] == []
