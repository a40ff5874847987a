"""The practical part: sheets, must-pass rulings, safety stops, readings of machines."""

from typing import Any

import pytest

from assess.attempts.machines.readings import Worth
from tests.attempts.scenes import MACHINE_TASK, TASK, marks, pins, said, scored, stream, task

MUST_PASS = f"{TASK}.01"
ORDINARY = f"{TASK}.03"
READ = f"{MACHINE_TASK}.02"


def sheet(role: str, person: str = "", work: str = "", **but: Any) -> Any:
    return stream(role, marks(but=but.get("but")), person=person, work=work)


def ruling(role: str, kind: str = "settle", person: str = "", **payload: Any) -> Any:
    return stream(role, [said(kind, reason="went through the recording", **payload)], person=person)


def met(role: str, value: Any, person: str = "", criterion: str = MUST_PASS) -> Any:
    return ruling(role, person=person, task=TASK, criterion=criterion, met=value)


MISSED = {MUST_PASS: {"answer": "no"}}
BOTH_MISSED = (sheet("assessor:1", but=MISSED), sheet("assessor:2", but=MISSED))


def must_pass(*streams: Any) -> Any:
    return task(scored(*streams)).must_pass[MUST_PASS]


def two_sheets(answer: str) -> tuple[Any, Any]:
    """Sheets that differ on one must-pass step and are complete but for it."""
    good = {"readings": [{"value": "500"}], "unit": "MΩ", "measured_on": "2026-11-23",
            "instrument": {"id": "t", "serial": "1", "calibration_due": "2027-01-01"}}  # fmt: skip
    reading = next(c for c in pins().tasks[TASK].criteria if c.must_pass and c.measurement is not None)
    assert reading.measurement is not None
    good["unit"] = reading.measurement.reading_unit
    rest = {reading.identifier: good}
    return sheet("assessor:1", "a1", but=rest), sheet("assessor:2", "a2", but=rest | {MUST_PASS: {"answer": answer}})


def test_ruling_settles_a_disagreement_for_by_one_and_against_by_two_people() -> None:
    sheets = two_sheets("no")
    assert task(scored(*sheets)).score.status == "adjudication_needed"
    assert must_pass(*sheets, met("adjudicator:1", True)) is True
    assert must_pass(*sheets, met("adjudicator:1", False)) is None
    assert must_pass(*sheets, met("adjudicator:1", False, "p1"), met("adjudicator:2", False, "p1")) is None
    assert must_pass(*sheets, met("adjudicator:1", False, "p1"), met("adjudicator:2", False, "p2")) is False
    assert must_pass(*sheets, met("adjudicator:1", False), met("adjudicator:2", True)) is None


def test_nobody_rules_on_a_task_that_they_assessed() -> None:
    sheets = two_sheets("no")
    assert must_pass(*sheets, met("adjudicator:1", True, "a1")) is None
    assert must_pass(*sheets, met("adjudicator:1", False, "a1"), met("adjudicator:2", False, "p2")) is None
    assert must_pass(*sheets, met("adjudicator:1", True, "a1"), met("adjudicator:2", True, "p2")) is True
    result = scored(*sheets, met("adjudicator:1", True, "a1"))
    sentence = f"{TASK}: adjudicator:1 ruled on a task that they assessed themselves; it does not count."
    assert sentence in result.flags


def test_ruling_against_what_two_assessors_agree_on_does_not_count() -> None:
    result = scored(*BOTH_MISSED, met("adjudicator:1", True))
    assert MUST_PASS in task(result).score.must_pass_failed
    assert f"{TASK}: adjudicator:1 ruled on {MUST_PASS}, where nothing is open; it does not count." in result.flags


@pytest.mark.parametrize("value", ["no", "false", 0, None, [], {}])
def test_ruling_that_is_neither_true_nor_false_is_named(value: Any) -> None:
    result = scored(*two_sheets("no"), met("adjudicator:1", value))
    assert task(result).must_pass[MUST_PASS] is None
    assert f"{TASK}: adjudicator:1 ruled on {MUST_PASS} without saying met: true or false." in result.flags


def test_ruling_on_a_step_that_is_no_must_pass_stops_nothing() -> None:
    result = scored(*two_sheets("yes"), met("adjudicator:1", True, criterion=ORDINARY))
    assert task(result).score.status == "settled"


def test_one_person_with_two_sheets_counts_once() -> None:
    result = scored(sheet("assessor:1", "a1"), sheet("assessor:2", "a1"))
    assert (list(task(result).sheets), task(result).score.status) == (["assessor:1"], "waiting")
    assert f"{TASK}: who wrote as assessor:2 wrote as assessor:1 too; one of the sheets counts." in result.flags


def test_assessor_of_another_task_does_not_mark_this_one() -> None:
    result = scored(sheet("assessor:1", "a1", TASK), sheet("assessor:3", "a3", MACHINE_TASK))
    assert list(task(result).sheets) == ["assessor:1"]
    assert f"assessor:3 wrote about {TASK}, but was assigned to {MACHINE_TASK}; it does not count." in result.flags


@pytest.mark.parametrize("rating", [0, 6, -1, 10**15])
def test_s18_global_rating_outside_its_scale_is_named_and_none_is_guessed(rating: int) -> None:
    words = [*marks()[:-1], said("global_rating", task=TASK, rating=rating)]
    result = scored(stream("assessor:1", words), sheet("assessor:2"))
    ratings = {role: one.global_rating for role, one in task(result).sheets.items()}
    assert ratings == {"assessor:1": None, "assessor:2": 4}
    assert any(f"the global rating {rating}; it is 1 to 5" in flag for flag in result.flags)


STOP = stream("assessor:5", [said("safety_stop", task=TASK, code="live", reason="reached for a live conductor")])


def confirm(role: str, value: bool, person: str = "") -> Any:
    return ruling(role, "confirm_stop", person, task=TASK, confirmed=value)


def test_safety_stop_counts_though_its_sheet_was_never_locked() -> None:
    found = task(scored(*two_sheets("yes"), STOP))
    assert (found.score.status, found.score.failed) == ("adjudication_needed", None)
    assert list(found.sheets) == ["assessor:1", "assessor:2"]


def test_safety_stop_is_lifted_by_one_and_confirmed_by_two_people() -> None:
    def found(*rulings: Any) -> tuple[str, Any]:
        one = task(scored(*two_sheets("yes"), STOP, *rulings))
        return one.score.status, one.score.failed

    assert found(confirm("adjudicator:1", False)) == ("settled", False)
    assert found(confirm("adjudicator:1", True)) == ("adjudication_needed", None)
    assert found(confirm("adjudicator:1", True, "p"), confirm("adjudicator:2", True, "p"))[1] is None
    assert found(confirm("adjudicator:1", True), confirm("adjudicator:2", True)) == ("settled", True)
    assert found(confirm("adjudicator:1", True), confirm("adjudicator:2", False))[1] is None


def test_confirmed_stop_says_nothing_about_steps_that_nobody_judged() -> None:
    found = task(scored(STOP, confirm("adjudicator:1", True), confirm("adjudicator:2", True)))
    assert (found.score.failed, found.must_pass) == (True, {f"{TASK}: no safety stop": False})


def reading(value: str, criterion: str = READ) -> Any:
    spec = next(c for c in pins().tasks[MACHINE_TASK].criteria if c.identifier == criterion).measurement
    assert spec is not None
    mark = {
        "readings": [{"value": value}],
        "unit": spec.reading_unit,
        "measured_on": "2026-11-23",
        "entered_by": "adapter",
    }
    return said("measurement", simulation=MACHINE_TASK, measurement={}, criterion=criterion, mark=mark)


def points(*streams: Any) -> str:
    sheets = (stream(f"assessor:{n}", marks(MACHINE_TASK)) for n in (1, 2))
    return str(task(scored(*sheets, *streams), MACHINE_TASK).sheets["assessor:1"].criteria[READ].points)


def run(role: str, outcome: str, *words: Any) -> Any:
    return stream(role, [*words, said("run", simulation=MACHINE_TASK, outcome=outcome, record={})])


def test_reading_of_a_machine_beats_what_an_assessor_entered() -> None:
    assert points() == "0.00"
    assert points(run("adapter:9", "PASS", reading("30"))) == "5.00"
    assert points(run("adapter:9", "FAIL", reading("99"))) == "0.00"


def test_two_runs_that_say_different_things_wait_for_people_in_any_order() -> None:
    good, bad = run("adapter:9", "PASS", reading("30")), run("adapter:10", "FAIL", reading("99"))
    sheets = [stream(f"assessor:{n}", marks(MACHINE_TASK), person=f"a{n}") for n in (1, 2)]
    one, other = (task(scored(*sheets, *order), MACHINE_TASK) for order in ((good, bad), (bad, good)))
    assert one == other
    assert one.score.to_adjudicate == (READ,)
    assert {reading.worth for reading in one.readings} == {Worth.CONTRADICTORY}

    def settled(*words: Any) -> Any:
        found = task(scored(*sheets, good, bad, *words), MACHINE_TASK)
        return READ not in found.score.open_criteria, str(found.score.criteria[READ])

    def rules(role: str, value: bool, person: str) -> Any:
        return ruling(role, person=person, task=MACHINE_TASK, criterion=READ, met=value)

    assert settled(rules("adjudicator:1", True, "p1")) == (True, "5")
    assert settled(rules("adjudicator:1", False, "p1")) == (False, "0")
    assert settled(rules("adjudicator:1", False, "p1"), rules("adjudicator:2", False, "p2")) == (True, "0")
    assert settled(rules("adjudicator:1", True, "a1")) == (False, "0")


def test_reading_of_a_run_whose_equipment_failed_costs_nothing() -> None:
    good, broken = run("adapter:1", "PASS", reading("30")), run("adapter:2", "ERROR", reading("99"))
    assert points(good, broken) == points(good)


@pytest.mark.parametrize(
    "mark", [{}, [], "x", 7, {"readings": "x"}, {"readings": [{"value": "NaN"}]}, {"answer": "yes"}]
)
def test_malformed_reading_of_a_machine_is_named(mark: Any) -> None:
    word = said("measurement", simulation=MACHINE_TASK, measurement={}, criterion=READ, mark=mark)
    flags = scored(stream("adapter:1", [word])).flags
    assert any(flag.startswith(f"{MACHINE_TASK}, {READ}, read by adapter:1: {READ}") for flag in flags)
