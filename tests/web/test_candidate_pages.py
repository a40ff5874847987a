"""The candidate's pages: one's own and nobody else's, the form only when it has begun, and nothing that tells a key."""

import json
import time
import uuid
from datetime import datetime

import pytest
from django.db import transaction

from assess import door
from assess.attempts.conditions import AttemptError
from assess.attempts.desks.standing import standing_of
from assess.attempts.folding.fold import fold
from assess.attempts.models import Attempt
from assess.attempts.queries import live_records
from assess.ledger.models import Act
from assess.people.queries import actor
from assess.proctoring.levels import NOTICE
from assess.proctoring.models import Consent
from assess.web.candidate.exam import told
from tests.web.board import agree, at_the_board, exam_part
from tests.web.sample_centre import Centre
from tests.web.server_time import ServerTime, now

__all__ = ["now"]
PAGES = ("", "before/", "exam/", "form", "state", "bay/", "receipt.json")


def address(centre: Centre, page: str, number: int = 0) -> str:
    return f"/candidate/attempts/{centre.lives[number].attempt.pk}/{page}"


@pytest.mark.parametrize("page", PAGES)
def test_s01_somebody_elses_attempt_is_a_page_that_does_not_exist(centre: Centre, page: str) -> None:
    others = (
        centre.people.candidates[1],
        centre.people.director,
        centre.people.assessors[0],
        centre.people.proctors[0],
    )
    for account in others:
        client = centre.browser(account)
        theirs = client.get(address(centre, page))
        unknown = client.get(f"/candidate/attempts/{uuid.uuid4()}/{page}")
        assert (theirs.status_code, unknown.status_code) == (404, 404)
        assert b"There is no such page" in theirs.content


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_sent_to_sign_in(centre: Centre, client: object, page: str) -> None:
    response = client.get(address(centre, page))  # type: ignore[attr-defined]
    assert (response.status_code, response.headers["Location"].startswith("/account/login/?next=")) == (302, True)


def test_s16_no_exam_before_the_agreement_and_the_begin(centre: Centre) -> None:
    client = centre.browser(centre.candidate)
    assert client.get(address(centre, "exam/")).headers["Location"] == address(centre, "before/")
    assert client.get(address(centre, "form")).json()["code"] == "consent"
    agree(centre)
    refused = client.get(address(centre, "form"))
    assert (refused.status_code, refused.json()["code"]) == (409, "not-begun")
    at_the_board(centre, "begin")
    assert len(client.get(address(centre, "form")).json()["items"]) == len(centre.attempt.pins["items"])


def test_agreeing_is_kept_once_with_the_words_that_were_shown(centre: Centre) -> None:
    client = centre.browser(centre.candidate)
    for _ in range(2):
        client.post(address(centre, "before/"), {"level": "0", "notice": NOTICE})
    consent = Consent.objects.get()
    assert (consent.candidate, consent.level, consent.notice) == (centre.candidate, 0, NOTICE)


@pytest.mark.slow
@pytest.mark.parametrize("level", ["3", "-1", "１", "x", ""])
def test_agreeing_to_something_else_than_is_shown_is_asked_again(centre: Centre, level: str) -> None:
    client = centre.browser(centre.candidate)
    response = client.post(address(centre, "before/"), {"level": level, "notice": NOTICE})
    assert response.headers["Location"] == address(centre, "before/")
    assert not Consent.objects.exists()


def test_a_raised_level_asks_again(centre: Centre) -> None:
    agree(centre)
    said = {"sitting_id": centre.sitting.pk, "level": 1, "necessity": "remote", "retention_days": 30}
    door.act(actor(centre.people.director), "proctoring.set_level", **said)
    client = centre.browser(centre.candidate)
    assert client.get(address(centre, "exam/")).headers["Location"] == address(centre, "before/")
    assert "When you leave this page" in client.get(address(centre, "before/")).content.decode()


def test_s03_nothing_that_tells_a_key_is_in_what_a_candidate_receives(centre: Centre) -> None:
    agree(centre)
    at_the_board(centre, "begin")
    client = centre.browser(centre.candidate)
    received = "".join(client.get(address(centre, page)).content.decode() for page in PAGES if page != "receipt.json")
    for item in centre.lives[0].pinned.items:
        for secret in filter(None, (getattr(item.content, "rationale", ""), item.outcome)):
            assert secret not in received
        for option in getattr(item.content, "options", ()):
            assert f'"{option.id}"' not in received
    for word in ("correct", "key", "rationale", "difficulty", "scored", "tolerance", "outcome"):
        assert f'"{word}"' not in received
    assert bytes(centre.attempt.seed).hex() not in received
    for task in centre.lives[0].pinned.tasks.values():
        assert all(criterion.text not in received for criterion in task.criteria)


def test_f22_two_candidates_get_two_forms_and_neither_sees_the_others(centre: Centre) -> None:
    for number in (0, 1):
        agree(centre, number)
    part = exam_part(centre)
    proctors = {life.posts["proctor:1"] for life in centre.lives}
    for proctor in proctors:
        theirs = [life.attempt.pk for life in centre.lives if life.posts["proctor:1"] == proctor]
        asked = {"sitting_id": centre.sitting.pk, "attempt_ids": theirs, "part": part, "request_id": "1"}
        door.act(actor(proctor), "proctoring.begin", **asked)
    forms = [
        centre.browser(centre.people.candidates[n]).get(address(centre, "form", n)).json()["items"] for n in (0, 1)
    ]
    tokens = [set(_tokens(form)) for form in forms]
    assert tokens[0] and tokens[1] and not tokens[0] & tokens[1]


def _tokens(value: object) -> list[str]:
    if isinstance(value, dict):
        return [v for k, v in value.items() if k == "token"] + [t for v in value.values() for t in _tokens(v)]
    return [t for v in value for t in _tokens(v)] if isinstance(value, list) else []


def seconds_left(centre: Centre, now_us: int) -> float:
    """What is left of the exam, as its candidate is told."""
    state = told(centre.attempt, standing_of(centre.attempt), now_us)
    left_ms = next(part["left_ms"] for part in state["parts"] if part["part"] == exam_part(centre))
    return float(left_ms) / 1000


def limit_s(centre: Centre) -> int:
    return int(next(part["limit_s"] for part in centre.attempt.pins["parts"] if part["part"] == exam_part(centre)))


def test_f26_a_pause_of_45_minutes_leaves_the_time_exact_for_all(centre: Centre, now: ServerTime) -> None:
    proctor = actor(centre.lives[0].posts["proctor:1"])
    everybody = [life.attempt.pk for life in centre.lives]

    def say(act: str, **more: str) -> None:
        asked = {
            "sitting_id": centre.sitting.pk,
            "attempt_ids": everybody,
            "part": exam_part(centre),
            "request_id": act,
        }
        door.act(proctor, f"proctoring.{act}", **asked, **more)

    say("begin")
    now.passes(600)
    say("pause", reason="fire alarm")
    now.passes(45 * 60)
    say("resume")
    for life in centre.lives:
        window = standing_of(life.attempt).exam.window  # type: ignore[union-attr]
        assert window is not None and window.left_us(now.us) == (limit_s(centre) - 600) * 1_000_000


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Apia", "UTC"])
def test_f14_the_hour_that_the_zone_gains_or_loses_changes_no_time(
    centre: Centre, now: ServerTime, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2027-03-28 01:00 UTC and 2027-11-07 06:00 UTC: Berlin's clocks go forward, New York's go back."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        for change in ("2027-03-28T01:00:00+00:00", "2027-11-07T06:00:00+00:00"):
            now.us = int(datetime.fromisoformat(change).timestamp() * 1_000_000) - 600 * 1_000_000
            with transaction.atomic():
                at_the_board(centre, "begin")
                now.passes(1200)
                assert seconds_left(centre, now.us) == limit_s(centre) - 1200
                transaction.set_rollback(True)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_f13_a_server_clock_set_back_by_90_s_leaves_no_pause_open_and_gives_no_time_twice(
    centre: Centre, now: ServerTime
) -> None:
    """Another process, whose clock was set back, writes the resume: it follows its pause all the same."""
    at_the_board(centre, "begin")
    now.passes(600)
    at_the_board(centre, "pause", reason="fire alarm")
    now.passes(-60)
    at_the_board(centre, "resume")
    stand = standing_of(centre.attempt)
    assert [kind for kind, _ in stand.told] == ["begin", "pause", "resume"]
    assert stand.exam is not None and stand.exam.state(now.us) == "working"
    assert stand.exam.window is not None and stand.exam.window.ends_us == now.start_us + limit_s(centre) * 1_000_000
    streams = live_records(centre.attempt.pk)
    assert fold(streams, centre.lives[0].pinned.frame).windows[exam_part(centre)] == stand.exam.window
    written = [entry.server_us for entry in streams[0].entries]
    assert written == sorted(written)


def test_f27_time_given_in_the_middle_applies_at_once_and_says_who_and_why(centre: Centre) -> None:
    agree(centre)
    at_the_board(centre, "begin")
    client = centre.browser(centre.candidate)
    before = client.get(address(centre, "state")).json()["parts"][0]["left_ms"]
    at_the_board(centre, "extend", seconds=900, reason="agreed for dyslexia")
    state = client.get(address(centre, "state")).json()
    assert 890_000 < state["parts"][0]["left_ms"] - before <= 900_000
    assert state["said"][-1]["text"] == "agreed for dyslexia"
    proctor = centre.lives[0].posts["proctor:1"]
    assert [word.who for kind, word in standing_of(centre.attempt).told if kind == "extend"] == [str(proctor.pk)]
    assert Act.objects.get(action="proctoring.extend").actor == proctor.pk


def test_the_same_press_at_the_board_is_written_once(centre: Centre) -> None:
    at_the_board(centre, "begin", request_id="a")
    for _ in range(3):
        at_the_board(centre, "extend", seconds=60, reason="x", request_id="b")
    assert [kind for kind, _ in standing_of(centre.attempt).told] == ["begin", "extend"]


def test_registering_without_what_is_asked_for_says_what_is_missing(centre: Centre) -> None:
    page = centre.browser(centre.candidate).get("/candidate/").content.decode()
    assert "Full-scope PV installer certificate" in page and "Not met:" in page


def test_a_candidate_cannot_register_for_what_they_may_not(centre: Centre) -> None:
    client = centre.browser(centre.candidate)
    from_page = client.get("/candidate/").context["open"]
    blocked = next(offer for offer in from_page if not offer["may"])
    client.post(f"/candidate/register/{blocked['version'].pk}/")
    with pytest.raises(AttemptError):
        asked = {"candidate_id": centre.candidate.pk, "scheme_version_id": blocked["version"].pk}
        door.act(actor(centre.candidate), "attempts.register", **asked)
    assert Attempt.objects.filter(registration__candidate=centre.candidate).count() == 1


def test_the_receipt_is_there_when_the_attempt_is_sealed(centre: Centre) -> None:
    client = centre.browser(centre.candidate)
    assert client.get(address(centre, "receipt.json")).status_code == 404
    door.act(actor(centre.people.director), "attempts.seal_attempt", attempt_id=centre.attempt.pk)
    receipt = client.get(address(centre, "receipt.json")).json()
    assert receipt["attempt"] == str(centre.attempt.pk)
    page = client.get(address(centre, "")).content.decode()
    assert receipt["code"] in page
    assert "the result stands here when two of them" in page
    assert json.dumps(receipt)


def test_pages_of_a_person_are_kept_by_nobody_on_the_way(centre: Centre) -> None:
    client = centre.browser(centre.candidate)
    assert client.get("/candidate/").headers["Cache-Control"] == "private, no-store"
