"""S16: no step is skipped. What comes before its time is refused with a code, and nothing is half done by it."""

import uuid
from typing import Any

import pytest
from django.utils import timezone

from assess import door
from assess.attempts.desks.standing import standing_of
from assess.attempts.models import Score, Seal
from assess.attempts.queries import pinned
from assess.awards.models import Credential, Decision
from assess.management.world.devices import Device
from assess.people.models import Account
from assess.people.queries import actor
from tests.attempts.centre import closed, send
from tests.web.board import agree, at_the_board, exam_part
from tests.web.sample_centre import Centre

TASK = "PT-ECW-1"


def refused(account: Account, name: str, **arguments: Any) -> str:
    with pytest.raises(door.REFUSALS) as caught:
        door.act(actor(account), name, **arguments)
    return str(getattr(caught.value, "code", ""))


def stream(centre: Centre, role: str) -> Device:
    person = centre.candidate if role == "candidate" else centre.lives[0].posts[role]
    asked = {"subject_kind": "attempt", "subject_id": centre.attempt.pk, "role": role, "device": f"{role} tablet"}
    return Device.of(door.act(actor(person), "attempts.open_stream", **asked))


def form(centre: Centre) -> Any:
    return centre.browser(centre.candidate).get(f"/candidate/attempts/{centre.attempt.pk}/form")


def test_s16_handing_in_what_has_not_begun_hands_nothing_in(centre: Centre) -> None:
    agree(centre)
    seat = stream(centre, "candidate")
    seat.write("finish", part=exam_part(centre))
    send(seat, server_us=1)
    assert form(centre).json()["code"] == "not-begun"
    at_the_board(centre, "begin")
    exam = standing_of(centre.attempt).exam
    assert exam is not None and exam.finished_us is None
    assert len(form(centre).json()["items"]) == len(centre.attempt.pins["items"])


def test_s16_nothing_is_shown_again_of_what_was_handed_in(centre: Centre) -> None:
    agree(centre)
    at_the_board(centre, "begin")
    exam = standing_of(centre.attempt).exam
    assert exam is not None and exam.window is not None
    seat = stream(centre, "candidate")
    seat.write("finish", part=exam_part(centre))
    send(seat, server_us=exam.window.begun_us + 1)
    answer = form(centre)
    assert (answer.status_code, answer.json()["code"]) == (409, "handed-in")
    assert answer.json()["state"]["parts"][0]["state"] == "finished"


def test_s16_no_seal_while_a_stream_is_open_no_score_without_a_seal_no_decision_without_a_score(centre: Centre) -> None:
    director, attempt = centre.people.director, {"attempt_id": centre.attempt.pk}
    seat = stream(centre, "candidate")
    assert refused(director, "attempts.seal_attempt", **attempt) == "streams-open"
    assert refused(director, "attempts.score_attempt", **attempt) == "not-sealed"
    assert refused(director, "awards.decide", **attempt) == "not-scored"
    page = f"/proctor/sittings/{centre.sitting.pk}/seals/"
    told = centre.browser(director).post(f"{page}{centre.attempt.pk}/", follow=True).content.decode()
    assert "Not closed yet: candidate on candidate tablet" in told
    assert not (Seal.objects.exists() or Score.objects.exists() or Decision.objects.exists())
    closed(seat)
    door.act(actor(director), "attempts.seal_attempt", **attempt)
    assert refused(director, "awards.decide", **attempt) == "not-scored"


def marked_by(centre: Centre, role: str) -> None:
    device = stream(centre, role)
    for criterion in pinned(centre.attempt).tasks[TASK].criteria:
        mark: dict[str, Any] = {"level": 2} if criterion.kind == "judgement" else {"answer": "yes"}
        mark = {"missing": "not_taken"} if criterion.measurement else mark
        device.write("mark", task=TASK, criterion=criterion.identifier, mark=mark)
    device.write("lock", task=TASK)
    closed(device)


def test_s16_with_the_marks_of_one_assessor_nothing_is_decided_and_nothing_is_awarded(centre: Centre) -> None:
    director = actor(centre.people.director)
    marked_by(centre, "assessor:1")
    door.act(director, "attempts.seal_attempt", attempt_id=centre.attempt.pk)
    score = door.act(director, "attempts.score_attempt", attempt_id=centre.attempt.pk)
    task = next(task for task in score.document["tasks"] if task["task"] == TASK)
    assert task["status"] == "waiting"
    row = door.act(director, "awards.decide", attempt_id=centre.attempt.pk)
    assert row.outcome == "undecidable"
    approver = centre.people.approvers[0]
    assert refused(approver, "awards.approve", decision_id=row.pk) == "undecidable"
    assert refused(centre.people.director, "awards.issue", decision_id=row.pk) == "not-passed"
    assert not Credential.objects.exists()


def test_s16_no_award_without_a_decision_and_none_without_two_names_and_an_open_gate(centre: Centre) -> None:
    director, approvers = centre.people.director, centre.people.approvers
    nothing = f"/director/decisions/{uuid.uuid4()}/"
    assert centre.browser(director).post(nothing, {"act": "issue"}).status_code == 404
    closed(stream(centre, "candidate"))
    door.act(actor(director), "attempts.seal_attempt", attempt_id=centre.attempt.pk)
    score = door.act(actor(director), "attempts.score_attempt", attempt_id=centre.attempt.pk)
    row = Decision.objects.create(
        attempt=centre.attempt, score=score, number=1, outcome="passed", document={}, digest=bytes(32), decided_at=timezone.now()
    )  # fmt: skip
    issue = {"decision_id": row.pk}
    assert refused(director, "awards.issue", **issue) == "approvals"
    for place, approver in enumerate((approvers[0], approvers[0], approvers[1])):
        door.act(actor(approver), "awards.approve", **issue)
        if place < 2:
            assert refused(director, "awards.issue", **issue) == "approvals", "one person twice is one name"
    assert refused(director, "awards.issue", **issue) == "stale", "two names do not make a score that was never decided"
    assert not Credential.objects.exists()
