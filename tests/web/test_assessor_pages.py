"""The assessor's day: one's own posts and nothing else, nobody's marks, no key."""

import json

import pytest
from django.test import Client

from assess.attempts.desks.duties import badge_code, day_of
from assess.people.actions import agree_accommodation, give_role
from assess.sittings.actions import assign
from tests.attempts.scenes import marks as all_marks
from tests.attempts.scenes import said, scored, stream
from tests.attempts.scenes import task as scored_task
from tests.web.sample_centre import Centre


def day(centre: Centre, account: object) -> dict:
    return centre.browser(account).get("/assessor/day.json").json()  # type: ignore[arg-type]


def test_the_day_holds_ones_own_posts_and_their_sheets(centre: Centre) -> None:
    assessor = centre.lives[0].posts["assessor:1"]
    found = day(centre, assessor)
    mine = {
        (str(life.attempt.pk), role)
        for life in centre.lives
        for role, person in life.posts.items()
        if person == assessor and role.startswith("assessor:")
    }
    assert {(post["attempt"], post["role"]) for post in found["posts"]} == mine
    assert set(found["tasks"]) == {post["task"] for post in found["posts"]}
    assert len(found["tasks"]["PT-ECW-1"]["criteria"]) == 12


def test_s07_no_marks_points_or_scores_of_anybody_are_in_it(centre: Centre) -> None:
    text = json.dumps(day(centre, centre.lives[0].posts["assessor:1"]))
    for word in ("points", "score", "max_points", "expected", "tolerance", "weight", "seed", "email"):
        assert f'"{word}"' not in text


def test_an_assessor_without_a_post_has_an_empty_day(centre: Centre) -> None:
    new = centre.people.author
    give_role(account_id=new.pk, organisation_id=centre.people.organisation.pk, role="assessor")
    found = day(centre, new)
    assert (found["posts"], found["tasks"], found["instruments"]) == ([], {}, [])


@pytest.mark.slow
def test_a_post_that_was_given_to_somebody_else_leaves_the_day(centre: Centre) -> None:
    posts = centre.lives[0].posts
    before = posts["assessor:1"]
    new = next(one for one in centre.people.assessors if one not in (before, posts["assessor:2"], posts["assessor:7"]))
    assign(
        sitting_id=centre.sitting.pk,
        candidate_id=centre.candidate.pk,
        role="assessor:1",
        person_id=new.pk,
        work="PT-ECW-1",
    )
    post = (str(centre.attempt.pk), "assessor:1")
    assert post not in {(one["attempt"], one["role"]) for one in day(centre, before)["posts"]}
    assert post in {(one["attempt"], one["role"]) for one in day(centre, new)["posts"]}


def test_accommodations_reach_the_assessor_before_the_day(centre: Centre) -> None:
    agree_accommodation(
        actor_id=centre.people.director.pk,
        candidate_id=centre.candidate.pk,
        description="Reads instructions aloud",
        extra_time_percent=0,
    )
    posts = day(centre, centre.lives[0].posts["assessor:1"])["posts"]
    mine = [post for post in posts if post["attempt"] == str(centre.attempt.pk)]
    assert {tuple(post["candidate"]["accommodations"]) for post in mine} == {("Reads instructions aloud",)}


def test_the_third_assessor_of_a_task_is_in_reserve(centre: Centre) -> None:
    reserve = {
        post["role"]: post["reserve"]
        for person in set(centre.lives[0].posts.values())
        for post in day_of(person.pk)["posts"]
        if post["attempt"] == str(centre.attempt.pk)
    }
    assert {role for role, held in reserve.items() if held} == {"assessor:7", "assessor:8", "assessor:9"}


def test_codes_differ_and_are_the_same_tomorrow(centre: Centre) -> None:
    codes = [badge_code(life.attempt.pk) for life in centre.lives]
    assert codes == [badge_code(life.attempt.pk) for life in centre.lives]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("path", ["/assessor/", "/assessor/day.json", "/assessor/sheet/"])
def test_s01_the_day_is_for_assessors(centre: Centre, path: str) -> None:
    assert Client().get(path).status_code == 302
    for account in (centre.candidate, centre.people.author, centre.people.director, centre.people.proctors[0]):
        assert centre.browser(account).get(path).status_code == 404


def test_the_candidates_words_on_a_sheet_change_no_score() -> None:
    words = all_marks()
    statement = said("plain_statement", task="PT-ECW-1", text="My hands were cold.", by="candidate")
    one, other = (
        scored_task(scored(stream("assessor:1", spoken))) for spoken in (words, [*words[:-1], statement, words[-1]])
    )
    assert one == other


def test_a_mark_that_was_taken_back_is_as_if_it_had_never_been() -> None:
    row = "PT-ECW-1.03"
    words = all_marks()
    taken_back = [
        *words[:2],
        said("mark", task="PT-ECW-1", criterion=row, mark={"undone": True}),
        *[word for word in words[2:] if word[1].get("criterion") != row],
    ]
    never = [word for word in words if word[1].get("criterion") != row]
    one, other = (scored_task(scored(stream("assessor:1", spoken))) for spoken in (taken_back, never))
    assert one == other
