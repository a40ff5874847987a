"""Who may hold which post: all posts or none, and the sentence names the one that is wrong."""

import uuid
from typing import Any

import pytest

from assess.people.actions import declare_conflict
from assess.sittings import actions
from assess.sittings.actions import Post, SittingError
from assess.sittings.models import Assignment
from assess.sittings.queries import holders
from tests.attempts.centre import Centre


def refused(code: str, centre: Centre, *posts: Post) -> str:
    before = list(Assignment.objects.values_list("role", "person_id").order_by("role"))
    with pytest.raises(SittingError) as caught:
        centre.assign(*posts)
    assert caught.value.code == code
    assert list(Assignment.objects.values_list("role", "person_id").order_by("role")) == before
    return str(caught.value)


def held(centre: Centre) -> dict[str, Any]:
    return dict(Assignment.objects.filter(sitting=centre.sitting).values_list("role", "person_id"))


def test_posts_are_filled_once_and_moved_by_assigning_again(centre: Centre) -> None:
    first, second = centre.people.assessors[:2]
    assert centre.assign(centre.post("assessor:1", first), centre.post("assessor:2", second)) == 2
    assert centre.assign(centre.post("assessor:1", first)) == 0
    assert centre.assign(centre.post("assessor:1", second), centre.post("assessor:2", first)) == 2
    assert held(centre) == {"assessor:1": second.pk, "assessor:2": first.pk}
    assert holders(centre.sitting.pk, centre.candidate.pk) == {first.pk, second.pk}


def test_declared_relation_keeps_a_person_out_and_fills_no_other_post(centre: Centre) -> None:
    first, second = centre.people.assessors[:2]
    declare_conflict(actor_id=first.pk, person_id=first.pk, candidate_id=centre.candidate.pk, relation="trainer")
    sentence = refused("conflict", centre, centre.post("assessor:2", second), centre.post("assessor:1", first))
    assert sentence.startswith(f"assessor:1 of candidate {centre.candidate.pk}: ")


@pytest.mark.parametrize("role", ["assessor:1", "marker:1", "adjudicator:1", "proctor:1", "adapter:1"])
def test_nobody_holds_a_role_in_their_own_attempt(centre: Centre, role: str) -> None:
    refused("own-attempt", centre, centre.post(role, centre.candidate))


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("assessor:1", "not-qualified"),
        ("marker:1", "not-qualified"),
        ("adjudicator:1", "not-qualified"),
        ("proctor:1", None),
    ],
)
def test_post_asks_for_its_qualification(centre: Centre, role: str, code: str | None) -> None:
    post = centre.post(role, centre.people.proctors[0])
    if code is None:
        assert centre.assign(post) == 1
    else:
        refused(code, centre, post)


def test_person_who_is_not_there_is_named_before_the_database_objects(centre: Centre) -> None:
    refused("no-such-person", centre, Post(centre.candidate.pk, "adapter:1", uuid.uuid4(), "bench"))


@pytest.mark.parametrize("family", ["assessor", "marker", "adjudicator"])
def test_two_judgements_of_the_same_work_need_two_people(centre: Centre, family: str) -> None:
    first, second = centre.people.assessors[:2]
    refused("marks-twice", centre, centre.post(f"{family}:1", first), centre.post(f"{family}:2", first))
    centre.assign(centre.post(f"{family}:1", first), centre.post(f"{family}:2", second))
    refused("marks-twice", centre, centre.post(f"{family}:2", first))
    assert centre.assign(centre.post(f"{family}:3", first, "PT-ECW-2")) == 1


def test_post_takes_only_a_station_of_its_sitting_that_is_in_use(centre: Centre) -> None:
    first = centre.people.assessors[0]
    bay, other = centre.stations
    assert centre.assign(centre.post("assessor:1", first, station=bay)) == 1
    actions.take_station_out(station_id=bay.pk)
    assert centre.assign(centre.post("assessor:1", first, station=bay)) == 0
    refused("station-out", centre, centre.post("assessor:2", centre.people.assessors[1], station=bay))
    refused("other-station", centre, Post(centre.candidate.pk, "assessor:1", first.pk, "PT-ECW-1", 0))
    assert centre.assign(centre.post("assessor:1", first, station=other)) == 1


def test_one_post_is_returned_as_it_stands(centre: Centre) -> None:
    first = centre.people.assessors[0]
    row = actions.assign(
        sitting_id=centre.sitting.pk,
        candidate_id=centre.candidate.pk,
        role="marker:1",
        person_id=first.pk,
        work="texts",
    )
    assert (row.role, row.person_id, row.work) == ("marker:1", first.pk, "texts")


def test_sitting_ends_after_it_starts(centre: Centre) -> None:
    with pytest.raises(SittingError, match="ends after it starts"):
        actions.plan_sitting(
            organisation_id=centre.people.organisation.pk,
            scheme_version_id=centre.version.pk,
            title="Never",
            site="here",
            starts_at=centre.sitting.ends_at,
            ends_at=centre.sitting.starts_at,
        )
