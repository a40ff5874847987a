"""The bay record: how it folds, what it means for a score, and that no order of arrival changes it."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from assess.attempts.folding.bay import BayStanding, standing_of
from assess.attempts.folding.fold import StreamRecord, fold
from assess.attempts.machines.refused_readings import place_of
from assess.attempts.scoring.attempt import AttemptScore, score
from assess.attempts.scoring.bays import is_void
from tests.attempts.scenes import TASK, content, marks, pins, said, stream, task

LIVE = f"{TASK}.05"
CHECKED = [
    said("bay_check", 1, task=TASK, check="fault_set", done=True, code="F2", proved_by="Zs at X1 reads 1.42 Ω"),
    said("bay_check", 2, task=TASK, check="supply", done=True),
    said("bay_check", 3, task=TASK, check="instruments", done=True, serials=["MFT-1"], on="PU-1"),
    said("bay_check", 4, task=TASK, check="materials", done=True),
]
OPENED = [*CHECKED, said("bay_opened", 5, task=TASK)]


def technician(*words: Any, role: str = "technician:1", person: str = "t1", epoch: int = 1) -> StreamRecord:
    return stream(role, words, person=person, epoch=epoch)


def stands(*streams: StreamRecord) -> BayStanding:
    return standing_of(TASK, fold(streams).bays)


def permission(at: int) -> Any:
    return said("hold_released", at, task=TASK, dead_tests="continuity and insulation seen")


def scored(*streams: StreamRecord) -> AttemptScore:
    """Scored under pins of which only this task asks for a bay record, as it does in the sample content."""
    return score(pins(), streams)


def sheets(at: int) -> tuple[StreamRecord, StreamRecord]:
    return tuple(stream(f"assessor:{n}", marks(at=at), person=f"a{n}", work=TASK) for n in (1, 2))  # type: ignore[return-value]


def flags(*streams: StreamRecord) -> list[str]:
    return [flag for flag in scored(*streams).flags if flag.startswith(f"{TASK}: ") and "locked" not in flag]


def test_a_bay_is_opened_with_every_check_and_says_who_and_when() -> None:
    bay = fold([technician(*OPENED)]).bays[TASK, "technician:1"]
    assert (bay.people, bay.lacking, bay.energised) == (frozenset({"t1"}), (), False)
    assert bay.checks["fault_set"].payload["code"] == "F2"
    assert [word.moment_us for word in bay.checks.values()] == [1_000_000, 2_000_000, 3_000_000, 4_000_000]
    assert stands(technician(*OPENED)).state == "locked"
    assert stands().state == "not_opened"


def test_the_last_word_on_a_check_stands_and_the_one_before_stays() -> None:
    undone = said("bay_check", 5, task=TASK, check="supply", done=False)
    bay = fold([technician(*CHECKED, undone, said("bay_opened", 6, task=TASK))]).bays[TASK, "technician:1"]
    assert bay.lacking == ("supply",)
    assert [word.payload["check"] for word in bay.history] == ["supply"]


def test_permission_is_given_taken_back_and_given_again() -> None:
    taken = said("hold_set", 30, task=TASK, reason="the cover came off")
    assert stands(technician(*OPENED, permission(20))).state == "energised"
    assert stands(technician(*OPENED, permission(20), taken)).state == "locked"
    assert stands(technician(*OPENED, permission(20), taken, permission(40))).state == "energised"


def test_void_equipment_ends_permission_until_the_bay_is_opened_anew() -> None:
    void = said("equipment_void", 30, task=TASK, reason="wrong fault set")
    record = fold([technician(*OPENED, permission(20), void)])
    assert standing_of(TASK, record.bays).state == "void"
    assert is_void(pins().tasks[TASK], record)
    again = technician(*OPENED, permission(20), void, said("bay_opened", 40, task=TASK))
    assert stands(again).state == "locked"
    assert len(fold([again]).bays[TASK, "technician:1"].voids) == 1


def test_of_two_technicians_the_more_careful_word_stands() -> None:
    one = technician(*OPENED, permission(20))
    two = technician(said("hold_set", 25, task=TASK, reason="smoke"), role="technician:2", person="t2")
    assert stands(one, two).state == "locked"


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_no_order_of_arrival_changes_the_record(order: tuple[int, ...]) -> None:
    streams = (
        technician(*OPENED),
        technician(permission(20), epoch=2, person="t9"),
        technician(said("comment", 21, task=TASK, text="a spare lamp"), role="technician:2"),
        stream("assessor:1", marks(at=30), person="a1", work=TASK),
    )
    assert fold([streams[place] for place in order]) == fold(streams)


def test_marks_on_a_live_circuit_before_permission_are_named_and_count() -> None:
    early = flags(*sheets(10), technician(*OPENED, permission(20)))
    assert early == [
        f"{TASK}: assessor:{n} marked {LIVE}, which need a live circuit; permission to energise was given later."
        for n in (1, 2)
    ]
    assert flags(*sheets(30), technician(*OPENED, permission(20))) == []
    given, late = (scored(*sheets(at), technician(*OPENED, permission(20))) for at in (30, 10))
    assert task(given).sheets == task(late).sheets


def test_what_was_heard_at_the_bay_stands_beside_marks_without_permission() -> None:
    told = said("told_to_energise", 9, task=TASK, by="Tom Keller")
    sheet = stream("assessor:1", [told, *marks(at=10)], person="a1", work=TASK)
    found = flags(sheet, technician(*OPENED))
    assert found == [
        f"{TASK}: assessor:1 marked {LIVE}, which need a live circuit; no permission to energise is recorded. "
        "assessor:1 wrote that it was given by Tom Keller."
    ]


def test_a_bay_that_nobody_opened_or_that_lacked_a_check_is_named() -> None:
    assert f"{TASK}: no bay record says that its bay was opened." in flags(*sheets(10))
    short = technician(*CHECKED[:3], said("bay_opened", 5, task=TASK), permission(6))
    assert flags(*sheets(10), short) == [f"{TASK}: technician:1 opened the bay without: materials complete."]


def test_who_opened_the_bay_and_assessed_there_is_named() -> None:
    found = flags(*sheets(30), technician(*OPENED, permission(20), person="a1"))
    assert found == [f"{TASK}: technician:1 opened the bay and assessed there."]


def test_void_equipment_makes_the_task_wait_and_costs_nothing() -> None:
    void = said("equipment_void", 40, task=TASK, reason="wrong fault set")
    result = task(scored(*sheets(30), technician(*OPENED, permission(20), void)))
    assert (result.score.status, result.score.failed, result.score.points) == ("waiting", None, None)
    assert result.score.reasons[0].startswith(f"{TASK}: the equipment of the bay is void (wrong fault set).")
    assert result.equipment
    assert set(result.must_pass.values()) == {None}


def test_only_tasks_that_ask_for_it_need_a_bay_record() -> None:
    bare = replace(pins().tasks[TASK], bay_record=False, hold_point=False)
    plain = replace(pins(), tasks={**pins().tasks, TASK: bare})
    found = score(plain, sheets(10)).flags
    assert not [flag for flag in found if "bay" in flag or "energise" in flag]


def test_rows_that_need_a_live_circuit_stand_behind_a_hold_point() -> None:
    for definition in content().tasks:
        live = [row.identifier for row in definition.criteria if row.live]
        assert not live or (definition.hold_point and definition.bay_record)
    assert [row.identifier for row in pins().tasks[TASK].criteria if row.live] == [LIVE]


def test_an_entry_is_named_by_role_epoch_and_sequence() -> None:
    assert place_of({"role": "adapter:1", "epoch": 1, "sequence": True}) is None
    assert place_of("adapter:1") is None
