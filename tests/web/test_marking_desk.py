"""The marking desk: answers without a name, one's own posts only, a third marker where two are apart, points that count."""

import json
from typing import Any

import pytest

from assess import door
from assess.attempts.actions import AttemptError
from assess.attempts.desks.duties import badge_code
from assess.attempts.desks.marking import _shuffled
from assess.people.actions import declare_conflict, withdraw_role
from assess.people.queries import actor
from tests.web.board import exam_part
from tests.web.desk_scene import (
    TEXT,
    answer,
    device_of,
    gives,
    hands_in,
    marking,
    number_item,
    says,
    sent,
    text_item,
)
from tests.web.sample_centre import Centre
from tests.web.server_time import ServerTime, now

__all__ = ["now"]
CANARY = "zqxcanary"


def only(centre: Centre, role: str = "marker:1") -> dict[str, Any]:
    (row,) = marking(centre, role)["answers"]
    return dict(row)


def scored(centre: Centre) -> dict[str, Any]:
    """The score of the first candidate's attempt, sealed as it stands."""
    director = actor(centre.people.director)
    door.act(director, "proctoring.seal", sitting_id=centre.sitting.pk, attempt_id=centre.attempt.pk)
    document: dict[str, Any] = door.act(director, "attempts.score_attempt", attempt_id=centre.attempt.pk).document
    return document


def item_of(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(dict(one) for one in document["items"] if one["item"] == name)


def test_an_answer_comes_when_the_exam_is_handed_in(centre: Centre) -> None:
    candidate = hands_in(centre, finish=False)
    assert marking(centre)["answers"] == []
    candidate.write("finish", part=exam_part(centre))
    sent(candidate)
    row = only(centre)
    assert (row["text"], row["words"], row["points"], row["again"]) == (TEXT, 14, None, False)


@pytest.mark.slow
def test_an_answer_comes_when_the_time_is_over(centre: Centre, now: ServerTime) -> None:
    proctor, candidate = device_of(centre, "proctor:1"), device_of(centre, "candidate")
    part = exam_part(centre)
    proctor.write("begin", part=part, limit_s=3600)
    sent(proctor, server_us=now.us)
    kind, payload = answer(text_item(centre), part, text=TEXT)
    candidate.write(kind, **payload)
    sent(candidate, server_us=now.us + 1_000_000)
    assert marking(centre)["answers"] == []
    now.passes(24 * 3600)
    assert only(centre)["text"] == TEXT


def test_the_question_comes_with_what_is_looked_for(centre: Centre) -> None:
    hands_in(centre)
    found = marking(centre)
    question = found["questions"][found["answers"][0]["question"]]
    assert (question["points"], question["max_words"]) == (["0", "1", "2", "3"], 60)
    assert len(question["marking_points"]) == 3
    assert question["model_answer"].startswith("The dead test is void")


def everything(centre: Centre, role: str) -> str:
    """All that a marker's page and its data hold."""
    browser = centre.browser(centre.lives[0].posts[role])
    data = browser.get("/assessor/marking.json").json()
    data.pop("server_ms")
    return browser.get("/assessor/marking/").content.decode() + json.dumps(data, ensure_ascii=False)


def test_nothing_tells_whose_answer_it_is(centre: Centre) -> None:
    candidate = centre.candidate
    candidate.given_name, candidate.family_name = f"{CANARY}-given", f"{CANARY}-family"
    candidate.email = f"{CANARY}@demonstration.invalid"
    candidate.save()
    other = answer(number_item(centre), exam_part(centre), value=f"{CANARY} 7", unit=None)
    clear = answer(number_item(centre), exam_part(centre), value="7.25", unit=None)
    hands_in(centre, more=[other, ("remark", {"text": CANARY}), clear])
    text = everything(centre, "marker:1")
    assert TEXT in text
    for secret in (CANARY, "7.25", badge_code(centre.attempt.pk), centre.people.organisation.name, str(candidate.pk)):
        assert secret not in text


@pytest.mark.slow
@pytest.mark.parametrize("points", ["0", "3"])
def test_nothing_tells_what_another_marker_did(centre: Centre, points: str) -> None:
    hands_in(centre)
    before = everything(centre, "marker:2")
    row = only(centre)
    comment = {"text": CANARY, "item": row["item"], "of": row["of"]}
    says(centre, "marker:1", ("points", {"item": row["item"], "points": points, "of": row["of"]}), ("comment", comment))
    assert _without_tokens(everything(centre, "marker:2")) == _without_tokens(before)
    assert only(centre)["points"] == points


def _without_tokens(page: str) -> str:
    """Forms carry a token that is masked anew for every page."""
    _, found, rest = page.partition("<main")
    assert found
    return rest


@pytest.mark.slow
def test_only_ones_own_posts_are_there(centre: Centre) -> None:
    hands_in(centre)
    posts = centre.lives[0].posts
    markers = {posts["marker:1"], posts["marker:2"]}
    for person in centre.people.assessors:
        answers = centre.browser(person).get("/assessor/marking.json").json()["answers"]
        assert [row["role"] for row in answers] == [
            role for role in ("marker:1", "marker:2") if person == posts[role]
        ], person
    assert len(markers) == 2


def test_who_is_no_assessor_any_more_has_no_desk(centre: Centre) -> None:
    hands_in(centre)
    person = centre.lives[0].posts["marker:1"]
    withdraw_role(account_id=person.pk, organisation_id=centre.people.organisation.pk, role="assessor")
    assert centre.browser(person).get("/assessor/marking.json").status_code == 404


@pytest.mark.slow
def test_points_of_two_markers_are_the_score(centre: Centre) -> None:
    hands_in(centre)
    gives(centre, "marker:1", only(centre), "2", close=True)
    gives(centre, "marker:2", only(centre, "marker:2"), "3", close=True)
    found = item_of(_sealed_score(centre), text_item(centre))
    assert (found["points"], found["waits_for"]) == ("2.5000", "")


def _sealed_score(centre: Centre) -> dict[str, Any]:
    for role in ("candidate", "proctor:1"):
        says(centre, role, close=True)
    return scored(centre)


@pytest.mark.slow
def test_a_third_marker_is_asked_where_two_are_more_than_a_point_apart_and_sees_neither(centre: Centre) -> None:
    hands_in(centre)
    fresh = only(centre)
    gives(centre, "marker:1", only(centre), "3", close=True)
    assert marking(centre, "marker:3")["answers"] == []
    gives(centre, "marker:2", only(centre, "marker:2"), "0", close=True)
    assert only(centre, "marker:3") == fresh | {"role": "marker:3"}
    gives(centre, "marker:3", only(centre, "marker:3"), "1", close=True)
    assert item_of(_sealed_score(centre), text_item(centre))["points"] == "1.0000"


@pytest.mark.slow
def test_a_third_marker_is_not_asked_where_two_are_a_point_apart(centre: Centre) -> None:
    hands_in(centre)
    gives(centre, "marker:1", only(centre), "3")
    gives(centre, "marker:2", only(centre, "marker:2"), "2")
    assert marking(centre, "marker:3")["answers"] == []


@pytest.mark.slow
def test_an_answer_is_there_until_its_marker_is_done(centre: Centre) -> None:
    hands_in(centre)
    gives(centre, "marker:1", only(centre), "1")
    assert only(centre)["points"] == "1"
    gives(centre, "marker:1", only(centre), "2")
    found = marking(centre)
    assert (found["answers"][0]["points"], found["open"]) == (
        "2",
        [{"attempt": str(centre.attempt.pk), "role": "marker:1"}],
    )
    says(centre, "marker:1", ("close", {}))
    found = marking(centre)
    assert (found["answers"], found["open"]) == ([], [])


@pytest.mark.slow
def test_an_answer_that_changed_is_marked_again_and_the_points_of_the_earlier_one_do_not_count(centre: Centre) -> None:
    hands_in(centre)
    item = text_item(centre)
    gives(centre, "marker:1", only(centre), "3", close=True)
    gives(centre, "marker:2", only(centre, "marker:2"), "3", close=True)
    hands_in(centre, "I go home.")
    assert (only(centre)["text"], only(centre)["points"], only(centre)["again"]) == ("I go home.", None, True)
    gives(centre, "marker:1", only(centre), "0", close=True)
    document = _sealed_score(centre)
    assert item_of(document, item)["waits_for"] == f"{item}: two markers score this text."
    sentence = f"{item}: marker:2 marked another answer than the one that stands; it does not count."
    assert [flag for flag in document["flags"] if "another answer" in flag] == [sentence]
    gives(centre, "marker:2", only(centre, "marker:2"), "0", close=True)
    document = scored(centre)
    assert item_of(document, item)["points"] == "0.0000"


@pytest.mark.slow
def test_a_number_that_cannot_be_read_is_read_by_two(centre: Centre) -> None:
    item = number_item(centre)
    hands_in(centre, "", more=[answer(item, exam_part(centre), value="thirty-two", unit="A")])
    found = marking(centre)
    (row,) = found["answers"]
    question = found["questions"][row["question"]]
    assert (row["item"], row["text"]) == (item, "thirty-two A")
    assert (question["marking_points"], question["max_words"], question["points"]) == ([], None, ["0", "1"])
    assert len(question["right"]) == 1
    gives(centre, "marker:1", row, "1", close=True)
    gives(centre, "marker:2", only(centre, "marker:2"), "0", close=True)
    gives(centre, "marker:3", only(centre, "marker:3"), "1", close=True)
    assert item_of(_sealed_score(centre), item)["points"] == "1.0000"


@pytest.mark.slow
def test_a_seal_that_came_too_early_does_not_end_the_marking(centre: Centre) -> None:
    hands_in(centre)
    assert item_of(_sealed_score(centre), text_item(centre))["points"] is None
    gives(centre, "marker:1", only(centre), "2", close=True)
    gives(centre, "marker:2", only(centre, "marker:2"), "2", close=True)
    assert marking(centre)["answers"] == []
    assert item_of(scored(centre), text_item(centre))["points"] == "2.0000"


def test_the_order_is_each_marker_s_own_and_the_same_tomorrow(centre: Centre) -> None:
    names = [f"question {n}" for n in range(20)]
    first, second = centre.people.assessors[:2]
    orders = [sorted(names, key=lambda name: _shuffled(one.pk, name)) for one in (first, second, first)]
    assert orders[0] == orders[2]
    assert orders[0] != orders[1]
    assert orders[0] != names


def test_who_declared_a_relation_marks_nothing_of_that_candidate(centre: Centre) -> None:
    hands_in(centre)
    marker = centre.lives[0].posts["marker:1"]
    declare_conflict(actor_id=marker.pk, person_id=marker.pk, candidate_id=centre.candidate.pk, relation="trainer")
    assert marking(centre)["answers"] == []
    with pytest.raises(AttemptError, match="relation to this candidate"):
        device_of(centre, "marker:1")


def test_my_day_counts_what_waits_and_the_empty_desk_says_so(centre: Centre) -> None:
    browser = centre.browser(centre.lives[0].posts["marker:1"])
    assert "Marking (0)" in browser.get("/assessor/").content.decode()
    assert "Nothing to mark" in browser.get("/assessor/marking/").content.decode()
    hands_in(centre)
    assert "Marking (1)" in browser.get("/assessor/").content.decode()
