"""The plan of the day from its journal: swaps, absences, stations that are out, and words that can't be carried out."""

import uuid
from typing import Any

import pytest

from assess.attempts.actions import AttemptError, apply_plan
from assess.attempts.folding.plan import Post, fold_plan
from assess.attempts.models import Stream
from assess.attempts.queries import may_hold, plan_remarks
from assess.sittings.actions import SittingError
from assess.sittings.models import Assignment, Station
from tests.attempts.centre import Centre, built, centre, plan_of
from tests.attempts.scenes import said, stream

__all__ = ["built", "centre"]
CANDIDATE, FIRST, SECOND = (uuid.UUID(int=n) for n in (1, 2, 3))


def assign(person: object, role: str = "assessor:1", station: str = "bay 1", candidate: object = CANDIDATE) -> Any:
    return said(
        "assign", candidate=str(candidate), role=role, person=str(person or ""), station=station, work="PT-ECW-1"
    )


def absent(candidate: object = CANDIDATE) -> Any:
    return said("absent", candidate=str(candidate), reason="missed the train")


def posts(*words: Any) -> Any:
    return fold_plan([stream("coordinator:1", words)]).posts.get((CANDIDATE, "assessor:1"))


def test_last_word_on_a_post_stands() -> None:
    assert posts(assign(FIRST), assign(SECOND, station="bay 2")) == Post(SECOND, "PT-ECW-1", "bay 2")
    assert posts(assign(FIRST), assign(None)) == Post(None, "PT-ECW-1", "bay 1")


def test_absent_candidate_releases_people_and_stations_until_assigned_again() -> None:
    assert posts(assign(FIRST), absent()) == Post(None, "PT-ECW-1", "")
    plan = fold_plan([stream("coordinator:1", [assign(FIRST), assign(SECOND, "assessor:2"), absent(), assign(SECOND)])])
    assert {role: post.person for (_, role), post in plan.posts.items()} == {"assessor:1": SECOND, "assessor:2": None}
    assert (plan.absent, fold_plan([stream("coordinator:1", [absent()])]).absent) == (
        {},
        {CANDIDATE: "missed the train"},
    )


def test_station_that_is_out_takes_nobody_and_keeps_the_people() -> None:
    out = said("station_out", station="bay 1", reason="no earth")
    assert posts(assign(FIRST), out) == posts(out, assign(FIRST)) == Post(FIRST, "PT-ECW-1", "")
    assert posts(out, assign(FIRST, station="bay 2")) == Post(FIRST, "PT-ECW-1", "bay 2")


def test_coordinators_are_read_in_the_order_of_their_numbers() -> None:
    streams = [stream("coordinator:10", [assign(SECOND)]), stream("coordinator:9", [assign(FIRST)])]
    assert fold_plan(streams) == fold_plan(reversed(streams))
    assert fold_plan(streams).posts[CANDIDATE, "assessor:1"].person == SECOND


@pytest.mark.parametrize(
    "word",
    [
        assign("nobody"), assign(FIRST, candidate="x"), assign(FIRST, role="candidate"), assign(FIRST, role="boss"), absent("x"),
        assign(FIRST, role="coordinator:1"),
        said("assign", candidate=str(CANDIDATE), role="marker:1", person="", station="", work="x" * 81),
    ],
)  # fmt: skip
def test_word_that_cannot_be_read_is_told_and_blocks_nothing(word: Any) -> None:
    plan = fold_plan([stream("coordinator:1", [word, assign(SECOND)])])
    assert list(plan.posts) == [(CANDIDATE, "assessor:1")]
    assert [remark.partition(": ")[0] for remark in plan.remarks] == ["coordinator:1/1, entry 1"]


def applied(centre: Centre, *words: Any) -> int:
    plan_of(centre, *((kind, payload) for kind, payload, _ in words))
    return apply_plan(sitting_id=centre.sitting.pk)


def test_plan_is_carried_out_once_and_a_swap_ends_the_stream_of_who_was_there(centre: Centre) -> None:
    first, second = centre.people.assessors[:2]
    mine = centre.candidate.pk
    assert applied(centre, assign(first.pk, candidate=mine)) == 1
    assert apply_plan(sitting_id=centre.sitting.pk) == 0
    tablet = centre.open(first, "assessor:1")
    assert apply_plan(sitting_id=centre.sitting.pk) == 0
    assert Stream.objects.get(pk=tablet.grant.identity.stream).state == "open"
    assert applied_again(centre, assign(second.pk, candidate=mine)) == 1
    assert Stream.objects.get(pk=tablet.grant.identity.stream).state == "superseded"
    assert [may_hold(one.pk, centre.attempt.pk, "assessor:1") for one in (first, second)] == [False, True]


def applied_again(centre: Centre, *words: Any) -> int:
    plan_of(centre, *((kind, payload) for kind, payload, _ in words), role="coordinator:2")
    return apply_plan(sitting_id=centre.sitting.pk)


def test_absence_is_carried_out(centre: Centre) -> None:
    first = centre.people.assessors[0]
    assert applied(centre, assign(first.pk, candidate=centre.candidate.pk), absent(centre.candidate.pk)) == 1
    row = Assignment.objects.get(sitting=centre.sitting)
    assert (row.person_id, row.station_id) == (None, None)
    assert not may_hold(first.pk, centre.attempt.pk, "assessor:1")


def test_station_out_is_carried_out(centre: Centre) -> None:
    out = said("station_out", station="bay 1", reason="no earth")
    assert applied(centre, assign(centre.people.assessors[0].pk, candidate=centre.candidate.pk), out) == 1
    assert Assignment.objects.get(sitting=centre.sitting).station_id is None
    assert Station.objects.get(pk=centre.stations[0].pk).out_of_use_since is not None
    assert apply_plan(sitting_id=centre.sitting.pk) == 0


def test_station_that_the_sitting_does_not_have_is_named_until_mended(centre: Centre) -> None:
    first = centre.people.assessors[0].pk
    with pytest.raises(AttemptError, match="this sitting has no station 'bay 7'"):
        applied(centre, assign(first, station="bay 7", candidate=centre.candidate.pk))
    assert applied_again(centre, assign(first, candidate=centre.candidate.pk)) == 1


def test_candidate_nobody_knows_blocks_nobody_and_is_told(centre: Centre) -> None:
    first = centre.people.assessors[0].pk
    words = assign(first), assign(first, candidate=centre.candidate.pk), assign("x")
    assert applied(centre, *words) == 1
    assert plan_remarks(centre.sitting.pk) == (
        "coordinator:1/1, entry 3: 'x' names no person. Write the account's identifier.",
        f"assessor:1 of {CANDIDATE}: there is no such candidate.",
    )


def test_post_that_may_not_be_filled_fills_no_other(centre: Centre) -> None:
    words = (
        assign(centre.people.assessors[0].pk, candidate=centre.candidate.pk),
        assign(centre.people.proctors[0].pk, "assessor:2", candidate=centre.candidate.pk),
    )
    with pytest.raises(SittingError, match="assessor:2 of candidate"):
        applied(centre, *words)
    assert Assignment.objects.count() == 0
