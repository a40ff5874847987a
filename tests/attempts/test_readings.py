"""What a machine's reading is worth: each way in which it can be in doubt, from the journal to the score and its sentence."""

import datetime
import json
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import permutations
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.attempts.folding.fold import fold
from assess.attempts.folding.records import EntryRecord, StreamRecord
from assess.attempts.machines.readings import Worth, readings_of
from assess.attempts.scoring.attempt import document, score
from rubrics.definition import TaskDefinition
from simulator_adapters import documents
from simulator_adapters.contract import (
    Engine,
    Instrument,
    Limits,
    Measurement,
    Outcome,
    RunRecord,
    measure,
    to_document,
)
from tests.attempts.scenes import (
    LIMIT_S,
    MACHINE_TASK,
    SETTINGS,
    TASK,
    WIRING,
    S,
    marks,
    pins,
    said,
    simulation,
    stream,
)
from tests.attempts.scenes import task as task_of
from tests.effort import examples

DAY = datetime.date(2026, 11, 26)
NOON = int(datetime.datetime(2026, 11, 26, 12, tzinfo=datetime.UTC).timestamp())
"""Noon of that day, in seconds: when everything here is written, unless it says otherwise."""
MEGOHM = next(
    row.identifier
    for row in pins().tasks[TASK].criteria
    if row.measurement is not None and row.measurement.unit == "MΩ"
)
ROW = next(row.text for row in pins().tasks[TASK].criteria if row.identifier == MEGOHM)
METER = Instrument(
    id="Insulation tester",
    serial="IT-7",
    calibration_due=datetime.date(2027, 1, 31),
    calibration_certificate="DAkkS 4711",
)


@cache
def driven() -> TaskDefinition:
    """The task with its insulation test read by a machine."""
    task = pins().tasks[TASK]
    rows = tuple(
        replace(row, measurement=replace(row.measurement, source="simulator_adapter"))
        if row.identifier == MEGOHM and row.measurement is not None
        else row
        for row in task.criteria
    )
    return replace(task, criteria=rows)


def pinned() -> Any:
    return replace(pins(), tasks={**pins().tasks, TASK: driven()})


def taken(
    value: str = "500", *, number: int = 0, meter: Instrument = METER, uncertainty: str | None = None
) -> Measurement:
    return measure(
        name="insulation",
        value=Decimal(value),
        unit="MOhm",
        places=1,
        sequence=number,
        t_host_monotonic=number,
        instrument=meter,
        uncertainty=None if uncertainty is None else Decimal(uncertainty),
    )


def record_of(*measured: Measurement, run: str = "r1", outcome: str = "PASS", about: str = TASK) -> RunRecord:
    scores = outcome in ("PASS", "FAIL")
    return RunRecord(
        run_id=run,
        adapter="scpi",
        adapter_version="1",
        plan="insulation",
        plan_sha256="00" * 32,
        subject=about,
        outcome=Outcome(outcome),
        sentence="" if scores else "The device did not answer in time.",
        steps=(),
        measurements=measured,
        instrument=METER,
        engine=Engine(name="assayer-scpi", version="1", model_sha256="00" * 32),
        t_started=0,
        t_ended=1,
        score=Decimal(1) if scores else None,
        max_score=Decimal(1) if scores else None,
    )


def reads(one: Measurement, *, at: int = NOON, run: str | None = None, **more: Any) -> Any:
    """A measurement that answers for the insulation test."""
    mark = {
        "readings": [{"value": f"{one.value}"}],
        "unit": "MΩ",
        "measured_on": DAY.isoformat(),
        "entered_by": "adapter",
    }
    payload = {
        "simulation": TASK,
        "task": TASK,
        "criterion": MEGOHM,
        "measurement": documents.encode(one),
        "mark": mark,
    }
    return said("measurement", at, **payload | ({} if run is None else {"run": run}) | more)


def ended(record: RunRecord, *, at: int = NOON, **more: Any) -> Any:
    payload = {"simulation": record.subject, "outcome": record.outcome.value, "record": to_document(record)}
    return said("run", at, **payload | more)


def whole(role: str, *measured: Measurement, run: str = "r1", outcome: str = "PASS", epoch: int = 1) -> Any:
    """A run from its first reading to its end."""
    words = [reads(one, run=run) for one in measured]
    return stream(role, [*words, ended(record_of(*measured, run=run, outcome=outcome))], epoch=epoch)


def sheets(mark: Any = None) -> list[Any]:
    but = {} if mark is None else {MEGOHM: mark}
    return [stream(f"assessor:{n}", marks(TASK, but=but), person=f"a{n}") for n in (1, 2)]


def worths(*streams: Any) -> list[Worth]:
    return [one.worth for one in readings_of(fold(streams, pinned().frame), pinned()) if one.name == MEGOHM]


def waits(*streams: Any) -> Any:
    """Whether people or the equipment hold the row up, and the sentence."""
    found = task_of(score(pinned(), (*sheets(), *streams)))
    why = next((reason for reason in found.score.reasons if reason.startswith(MEGOHM)), "")
    if MEGOHM not in found.score.open_criteria:
        return "settled", why
    return ("people" if MEGOHM in found.score.to_adjudicate else "equipment"), why


def test_good_reading_counts_whatever_the_assessors_entered() -> None:
    assert worths(whole("adapter:1", taken())) == [Worth.COUNTS]
    assert waits(whole("adapter:1", taken()))[0] == "settled"


def test_reading_that_came_twice_is_kept_once() -> None:
    again = whole("adapter:1", taken(), epoch=2)
    assert worths(whole("adapter:1", taken()), again) == [Worth.COUNTS, Worth.DUPLICATE]
    flags = score(pinned(), (*sheets(), whole("adapter:1", taken()), again)).flags
    assert f"{TASK}, {MEGOHM}, read by adapter:1: it came before, as adapter:1/1, entry 1; it is kept once." in flags


def test_reply_that_came_twice_with_another_value_is_a_contradiction() -> None:
    other = whole("adapter:1", taken("0.2"), epoch=2)
    assert worths(whole("adapter:1", taken()), other) == [Worth.CONTRADICTORY] * 2
    assert waits(whole("adapter:1", taken()), other)[0] == "people"


def test_reading_that_says_something_else_than_its_record_is_a_contradiction() -> None:
    words = [reads(taken("500"), run="r1"), ended(record_of(taken("0.2")))]
    assert worths(stream("adapter:1", words)) == [Worth.CONTRADICTORY]
    mark = {"readings": [{"value": "900"}], "unit": "MΩ", "measured_on": DAY.isoformat(), "entered_by": "adapter"}
    words = [reads(taken("500"), mark=mark), ended(record_of(taken("500")))]
    state, why = waits(stream("adapter:1", words))
    assert (state, why) == (
        "people",
        f"{MEGOHM}, read by adapter:1: it measured 500.0 MOhm and says 900 MΩ of its row.",
    )


def test_cable_pulled_costs_nothing_and_asks_for_another_run() -> None:
    broken = whole("adapter:1", taken(), outcome="TIMEOUT")
    assert worths(broken) == [Worth.EQUIPMENT]
    why = f"{MEGOHM}, read by adapter:1: the equipment reported TIMEOUT. The device did not answer in time."
    assert waits(broken) == ("equipment", why)
    assert score(pinned(), (*sheets(), broken)).works_again == ((TASK, f"{ROW}: {why.partition(': ')[2]}"),)
    assert waits(broken, whole("adapter:2", taken(), run="r2"))[0] == "settled"


def test_station_killed_in_the_middle_of_a_run_leaves_a_reading_that_nobody_trusts() -> None:
    killed = stream("adapter:1", [reads(taken(), run="r1")])
    assert worths(killed) == [Worth.EQUIPMENT]
    told = stream("adapter:1", [ended(record_of(run="r1", outcome="ABORTED"))], epoch=2)
    assert worths(killed, told) == [Worth.EQUIPMENT]
    assert waits(killed, told, whole("adapter:1", taken(), run="r2", epoch=3))[0] == "settled"


def test_other_serial_voids_the_run_and_not_the_candidate() -> None:
    assert waits(whole("adapter:1", taken(), outcome="VOID"))[0] == "equipment"


def test_what_assessors_read_themselves_stands_in_for_failed_equipment_and_not_for_a_doubt() -> None:
    own = {
        "readings": [{"value": "500"}],
        "unit": "MΩ",
        "measured_on": DAY.isoformat(),
        "instrument": {"id": "t", "serial": "1", "calibration_due": "2027-01-01"},
    }

    def open_rows(*streams: Any) -> Any:
        return task_of(score(pinned(), (*sheets(own), *streams))).score.open_criteria

    assert MEGOHM not in open_rows(whole("adapter:1", taken(), outcome="ERROR"))
    assert MEGOHM in open_rows(whole("adapter:1", taken()), whole("adapter:2", taken("0.2"), run="r2"))


def test_two_runs_contradict_each_other_beyond_their_uncertainties() -> None:
    def runs(first: Measurement, second: Measurement) -> list[Worth]:
        return worths(whole("adapter:1", first), whole("adapter:2", second, run="r2"))

    near = runs(taken("500", uncertainty="20"), taken("525", uncertainty="20"))
    assert near == [Worth.SUPERSEDED, Worth.COUNTS]
    far = runs(taken("500", uncertainty="20"), taken("530", uncertainty="20"))
    assert far == [Worth.CONTRADICTORY] * 2
    assert runs(taken("500"), taken("530")) == [Worth.SUPERSEDED, Worth.COUNTS]
    assert runs(taken("500"), taken("0.2")) == [Worth.CONTRADICTORY] * 2


def test_of_one_run_the_last_word_on_a_row_stands() -> None:
    assert worths(whole("adapter:1", taken("0.2"), taken("500", number=1))) == [Worth.SUPERSEDED, Worth.COUNTS]


def test_reading_within_its_uncertainty_of_the_limit_goes_to_a_person() -> None:
    assert worths(whole("adapter:1", taken("1.1", uncertainty="0.2"))) == [Worth.MARGINAL]
    assert worths(whole("adapter:1", taken("1.1", uncertainty="0.1"))) == [Worth.COUNTS]
    assert waits(whole("adapter:1", taken("1.1", uncertainty="0.2")))[0] == "people"


def test_instrument_past_its_calibration_when_it_measured_keeps_its_value_and_waits() -> None:
    def due(day: datetime.date | None, certificate: str = "DAkkS 4711") -> list[Worth]:
        meter = replace(METER, calibration_due=day, calibration_certificate=certificate)
        return worths(whole("adapter:1", taken(meter=meter)))

    assert due(DAY) == [Worth.COUNTS]
    assert due(DAY - datetime.timedelta(days=1)) == [Worth.PROVISIONAL]
    assert due(None) == [Worth.PROVISIONAL]
    assert due(DAY, "") == [Worth.PROVISIONAL]
    meter = replace(METER, calibration_due=DAY - datetime.timedelta(days=1))
    why = f"{MEGOHM}, read by adapter:1: the calibration of its instrument ended on 2026-11-25; a named person decides."
    assert waits(whole("adapter:1", taken(meter=meter))) == ("people", why)


def test_nobody_rules_on_a_reading_before_the_sheets_are_locked() -> None:
    doubted = whole("adapter:1", taken(meter=replace(METER, calibration_due=None)))
    assert task_of(score(pinned(), (doubted,))).score.to_adjudicate == ()


def test_row_in_doubt_is_settled_by_one_for_and_two_against() -> None:
    doubted = whole("adapter:1", taken(meter=replace(METER, calibration_due=None)))

    def rules(number: int, value: bool) -> Any:
        said_ = said("settle", 0, task=TASK, criterion=MEGOHM, met=value, reason="compared with the reference")
        return stream(f"adjudicator:{number}", [said_], person=f"p{number}")

    assert waits(doubted, rules(1, True))[0] == "settled"
    assert waits(doubted, rules(1, False))[0] == "people"
    assert waits(doubted, rules(1, False), rules(2, False))[0] == "settled"
    failed = whole("adapter:1", taken(), outcome="ERROR")
    assert waits(failed, rules(1, False), rules(2, False))[0] == "equipment"


def clocked(words: Any, *, ahead_s: int = 0, server_s: int = NOON) -> StreamRecord:
    """A stream whose device clock is off, sent at once."""
    entries = tuple(
        EntryRecord(n, kind, json.dumps(payload), (server_s + ahead_s) * 1000, server_s * 1000, server_s * S)
        for n, (kind, payload, _) in enumerate(words, start=1)
    )
    return StreamRecord("adapter:1", "bench", 1, entries)


def test_clock_off_by_minutes_is_flagged_and_never_corrected() -> None:
    words = [reads(taken()), ended(record_of(taken()))]
    assert worths(clocked(words)) == [Worth.COUNTS]
    assert worths(clocked(words, ahead_s=59)) == [Worth.COUNTS]
    assert worths(clocked(words, ahead_s=180)) == [Worth.CLOCK]
    assert worths(clocked(words, ahead_s=-7200)) == [Worth.COUNTS]
    told = [reads(taken(), clock_offset_ms=-180_000), ended(record_of(taken()), clock_offset_ms=-180_000)]
    state, why = waits(clocked(told, ahead_s=-180))
    assert (state, why) == (
        "people",
        f"{MEGOHM}, read by adapter:1: the station's clock was 180 s behind the server's.",
    )


# Settings of an inverter


def begun(at: int = 0) -> Any:
    return stream("proctor:1", [said("begin", at, part="S", limit_s=LIMIT_S)])


def set_at(*times: int) -> Any:
    words = [
        said("setting", at, part="S", simulation=SETTINGS, writes=[[704, "WMaxLimPct", [], str(at)]]) for at in times
    ]
    return stream("candidate", words)


def register(value: str, *, number: int = 0) -> Measurement:
    return measure(
        name="704.WMaxLimPct",
        value=Decimal(value),
        unit="%",
        places=1,
        sequence=number,
        t_host_monotonic=number,
        instrument=Instrument(id="inverter", serial="B-1"),
        limits=Limits(low=Decimal(59), high=Decimal(61)),
    )


def read_back(role: str, value: str = "60", *, run: str, at: int = 10, outcome: str = "", **more: Any) -> Any:
    one = register(value)
    record = record_of(one, run=run, outcome=outcome or ("PASS" if value == "60" else "FAIL"), about=SETTINGS)
    return stream(role, [ended(record, at=at, **more)])


def settings(*streams: Any) -> Any:
    return simulation(score(pins(), streams), SETTINGS)


def of(sequence: int) -> Any:
    return {"of": {"epoch": 1, "sequence": sequence}}


def test_settings_rest_on_the_run_that_read_the_last_ones() -> None:
    journal = begun(), set_at(1, 5), read_back("adapter:1", "70", run="r1", **of(1))
    assert settings(*journal).waits_for == f"{SETTINGS}: the settings were made and not read back yet."
    assert settings(*journal, read_back("adapter:2", "60", run="r2", **of(2))).share == 1


def test_run_of_what_was_set_in_time_is_in_time_whenever_it_is_made() -> None:
    late = LIMIT_S + 100
    assert settings(begun(), set_at(1), read_back("adapter:1", run="r1", at=late, **of(1))).share == 1
    found = settings(begun(), set_at(1), read_back("adapter:1", run="r1", at=late))
    assert (found.share, found.by_people) == (None, True)
    assert found.waits_for == f"{SETTINGS}: adapter:1: it came possibly after the time of its part. Two people look."


def test_two_runs_of_the_same_settings_that_differ_wait_for_two_people() -> None:
    runs = read_back("adapter:1", "60", run="r1", **of(1)), read_back("adapter:2", "70", run="r2", **of(1))
    found = settings(begun(), set_at(1), *runs)
    assert (found.share, found.by_people) == (None, True)
    said_ = f"{SETTINGS}: adapter:2: two runs say different things: 704.WMaxLimPct: 60.0 % is PASS, 70.0 % is FAIL."
    assert found.waits_for == f"{said_} Two people look."
    same = read_back("adapter:1", "60", run="r1", **of(1)), read_back("adapter:2", "60", run="r2", **of(1))
    assert settings(begun(), set_at(1), *same).share == 1


def test_failed_run_waits_for_another_and_takes_nothing_back() -> None:
    broken = read_back("adapter:2", run="r2", outcome="ERROR", **of(1))
    found = settings(begun(), set_at(1), broken)
    assert (found.share, found.equipment) == (None, True)
    assert found.waits_for == f"{SETTINGS}: the equipment reported ERROR; it is run again."
    assert settings(begun(), set_at(1), read_back("adapter:1", run="r1", **of(1)), broken).share == 1
    zero = [said("settle", 0, reason="r", simulation=SETTINGS, share="0")]
    rulings = stream("adjudicator:1", zero), stream("adjudicator:2", zero)
    assert settings(begun(), set_at(1), broken, *rulings).share is None


def test_record_that_says_otherwise_than_its_entry_waits_for_people() -> None:
    record = record_of(register("60"), about=SETTINGS)
    assert settings(set_at(1), stream("adapter:1", [ended(record, outcome="FAIL")])).by_people


def test_what_does_not_count_stands_in_the_score_document() -> None:
    broken = read_back("adapter:2", run="r2", outcome="ERROR", **of(1))
    found = document(score(pins(), (begun(), set_at(1), read_back("adapter:1", run="r1", **of(1)), broken)))
    assert found["readings"] == [
        {
            "about": SETTINGS,
            "name": "704.WMaxLimPct",
            "role": "adapter:2",
            "epoch": 1,
            "sequence": 1,
            "run": "r2",
            "number": 0,
            "worth": "equipment",
            "why": "the equipment reported ERROR. The device did not answer in time.",
        }
    ]


# Re-sits


def test_resit_of_a_simulation_has_a_time_of_its_own_and_what_was_before_is_history() -> None:
    late = LIMIT_S + 500
    again = stream(
        "proctor:1",
        [said("begin", 0, part="S", limit_s=LIMIT_S), said("begin", late, part=f"S~{SETTINGS}", limit_s=60)],
    )
    before = set_at(1), read_back("adapter:1", run="r1", at=20, outcome="VOID", **of(1))
    assert settings(again, *before).equipment
    done = set_at(1, late + 30), read_back("adapter:2", run="r2", at=late + 40, **of(2))
    assert settings(again, before[1], *done).share == 1
    over = set_at(1, late + 61), read_back("adapter:2", run="r2", at=late + 70, **of(2))
    assert settings(again, before[1], *over).share is None


def test_nothing_else_goes_on_while_a_work_is_sat_again() -> None:
    again = stream(
        "proctor:1", [said("begin", 0, part="S", limit_s=LIMIT_S), said("begin", 500, part=f"S~{SETTINGS}", limit_s=60)]
    )
    drawn = [said("wiring", at, part="S", simulation=WIRING, wires=[]) for at in (400, 510)]
    words = fold([again, stream("candidate", drawn)], pins().frame).wirings[WIRING]
    assert (words.stands and words.stands.sequence, [one.sequence for one in words.late]) == (1, [2])


def test_resit_of_a_task_has_sheets_of_its_own() -> None:
    again = stream("proctor:1", [said("begin", NOON, part=f"P~{TASK}", limit_s=3600)])
    broken = whole("adapter:1", taken(), outcome="VOID")
    before = [stream(f"assessor:{n}", marks(TASK), person=f"a{n}") for n in (1, 2)]
    after = [stream(f"assessor:{n}", marks(TASK, at=NOON + 60), person=f"a{n}") for n in (3, 4)]
    good = stream("adapter:2", [reads(taken(), at=NOON + 50), ended(record_of(taken(), run="r2"), at=NOON + 55)])
    result = score(pinned(), (again, broken, *before, *after, good))
    found = task_of(result)
    assert list(found.sheets) == ["assessor:3", "assessor:4"]
    assert MEGOHM not in found.score.open_criteria
    assert f"{TASK}: the sheet of assessor:1 is of before the re-sit; it does not count." in result.flags


# Whatever comes in whatever order


@st.composite
def benches(draw: st.DrawFn) -> list[StreamRecord]:
    """Runs of up to three adapters in up to two epochs, some doubled, broken, late, with other clocks, or cut off."""
    streams = [*sheets(), begun(NOON - 100), set_at(*draw(st.lists(st.integers(0, 9), max_size=3).map(sorted)))]
    for role in draw(st.sets(st.sampled_from(["adapter:1", "adapter:2", "adapter:10"]), min_size=1)):
        for epoch in range(1, draw(st.integers(1, 2)) + 1):
            words: list[Any] = []
            for _ in range(draw(st.integers(0, 2))):
                run = draw(st.sampled_from(["r1", "r2", "r3"]))
                value = draw(st.sampled_from(["500", "0.2", "1.1"]))
                one = taken(value, uncertainty=draw(st.sampled_from([None, "0.2"])))
                outcome = draw(st.sampled_from(["PASS", "FAIL", "ERROR", "VOID"]))
                told = {"clock_offset_ms": draw(st.sampled_from([0, 10**6]))}
                if draw(st.booleans()):
                    words.append(reads(one, run=draw(st.sampled_from([None, run])), **told))
                    words += [ended(record_of(one, run=run, outcome=outcome), **told)] * draw(st.integers(0, 2))
                else:
                    record = record_of(register("60"), run=run, outcome=outcome, about=SETTINGS)
                    words.append(ended(record, **told | draw(st.sampled_from([{}, of(1), of(2)]))))
            streams.append(stream(role, words, epoch=epoch))
    return streams


@pytest.mark.slow
@hypothesis.settings(max_examples=examples(60))
@given(benches(), st.randoms(use_true_random=False))
def test_every_interleaving_of_streams_gives_the_same_readings_and_the_same_score(
    journal: list[StreamRecord], random: Any
) -> None:
    shuffled = list(journal)
    random.shuffle(shuffled)
    frame = pinned().frame
    found = readings_of(fold(journal, frame), pinned())
    assert readings_of(fold(shuffled, frame), pinned()) == found
    assert document(score(pinned(), tuple(shuffled))) == document(score(pinned(), tuple(journal)))
    counted = [one for one in found if one.worth is Worth.COUNTS and one.about in (TASK, MACHINE_TASK)]
    assert len({one.name for one in counted}) == len(counted)
    assert all(one.why for one in found if one.worth is not Worth.COUNTS)


@hypothesis.settings(max_examples=examples(60))
@given(benches())
def test_every_measurement_and_run_of_a_journal_is_told(journal: list[StreamRecord]) -> None:
    record = fold(journal, pinned().frame)
    told = {(one.role, one.epoch, one.sequence) for one in readings_of(record, pinned())}
    words = [word for spoken in record.measurements.values() for word in spoken]
    words += [word for spoken in record.runs.values() for word in spoken if word.payload["simulation"] == SETTINGS]
    assert {(word.role, word.epoch, word.sequence) for word in words} <= told


def test_runs_of_a_drawing_agree_in_any_order() -> None:
    record = record_of(run="w1", about=WIRING)
    streams = [stream("adapter:1", [ended(record)]), stream("adapter:2", [ended(record_of(run="w2", about=WIRING))])]
    found = {readings_of(fold(order, pins().frame), pins()) for order in permutations(streams)}
    assert len(found) == 1
