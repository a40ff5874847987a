"""The rotation of a sitting: everybody apart who has to be, everybody linked, nobody too close."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.sittings.rotation import FEWEST, NoRotation, Posted, posts

TASKS = ("T1", "T2", "T3")


def filled(place: int, people: int, too_close: set[int] = frozenset()) -> list[Posted[int]]:  # type: ignore[assignment]
    return posts(
        place=place,
        tasks=TASKS,
        stations={"T1": "bay-1"},
        assessors=range(people),
        proctors=[100, 101],
        too_close=too_close,
    )


def held(found: list[Posted[int]], family: str, work: str = "") -> list[int]:
    return [one.person for one in found if one.role.startswith(family) and work in ("", one.work)]


@given(place=st.integers(0, 500), people=st.integers(FEWEST, 40))
def test_who_has_to_be_two_people_is_two_people(place: int, people: int) -> None:
    found = filled(place, people)
    for task in TASKS:
        assert len(set(held(found, "assessor:", task))) == 3, "two assessors and one in reserve"
    assert len(set(held(found, "marker:"))) == 3
    ruling = held(found, "adjudicator:")
    assert len(set(ruling)) == 2
    assert not set(ruling) & set(held(found, "assessor:")), "nobody rules on what they assessed"
    assert len({one.role for one in found}) == len(found)


@given(people=st.integers(FEWEST, 20), too_close=st.sets(st.integers(0, 19), max_size=10), place=st.integers(0, 50))
def test_whoever_is_too_close_is_passed_over(people: int, too_close: set[int], place: int) -> None:
    if len(set(range(people)) - too_close) < FEWEST:
        with pytest.raises(NoRotation, match="assessors may hold a post; 5 are needed"):
            filled(place, people, too_close)
        return
    assert not {one.person for one in filled(place, people, too_close)} & too_close


def test_everybody_is_linked_to_everybody_through_shared_candidates() -> None:
    """One network of assessors who judged the same candidate's same task, over a sitting of 24."""
    links: dict[int, set[int]] = {n: set() for n in range(12)}
    for place in range(24):
        found = filled(place, 12)
        for task in TASKS:
            first, second = held(found, "assessor:", task)[:2]
            links[first].add(second)
            links[second].add(first)
    reached, left = {0}, [0]
    while left:
        for other in links[left.pop()] - reached:
            reached.add(other)
            left.append(other)
    assert reached == set(range(12))


def test_a_task_has_its_station_and_nobody_watches_without_a_proctor() -> None:
    found = filled(0, 6)
    assert {one.station for one in found if one.work == "T1"} == {"bay-1"}
    assert {one.station for one in found if one.work == "T2"} == {""}
    assert [one.person for one in found if one.role == "proctor:1"] == [100]
    with pytest.raises(NoRotation, match="Name a proctor"):
        posts(place=0, tasks=TASKS, stations={}, assessors=range(6), proctors=[])
