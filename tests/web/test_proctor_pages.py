"""The board: for who watches over the sitting; a quiet network is called that; acts are done once; what is adverse takes two."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from assess import door
from assess.attempts.desks.standing import standing_of
from assess.attempts.journal.append import Acknowledgement
from assess.attempts.models import EngineRun
from assess.awards.gate import CHECKS
from assess.ledger.queries import compare, export_lines
from assess.management.world.devices import Device
from assess.people.actions import give_role
from assess.people.models import Account
from assess.people.queries import actor
from assess.proctoring.actions import ProctoringError
from assess.proctoring.models import Incident
from assess.proctoring.queries import blocking
from tests.attempts.centre import send
from tests.web.board import agree, at_the_board, exam_part
from tests.web.desk_scene import says
from tests.web.sample_centre import Centre
from tests.web.server_time import ServerTime, now

__all__ = ["now"]


def proctor(centre: Centre) -> Account:
    return centre.lives[0].posts["proctor:1"]


def board(centre: Centre, tail: str = "") -> str:
    return f"/proctor/sittings/{centre.sitting.pk}/{tail}"


@pytest.mark.parametrize("tail", ["", "rows", "level/", "incidents/", "seals/"])
def test_s01_a_sitting_is_for_who_watches_over_it(centre: Centre, tail: str) -> None:
    assert centre.browser(proctor(centre)).get(board(centre, tail)).status_code == 200
    assert centre.browser(centre.people.director).get(board(centre, tail)).status_code == 200
    elsewhere = [one for one in centre.people.proctors if one not in {life.posts["proctor:1"] for life in centre.lives}]
    for account in (centre.candidate, centre.people.assessors[0], centre.people.author, *elsewhere):
        assert centre.browser(account).get(board(centre, tail)).status_code == 404


def test_a_proctor_begins_pauses_gives_time_and_tells(centre: Centre) -> None:
    client = centre.browser(proctor(centre))
    part = exam_part(centre)
    for said in (
        {"act": "begin"},
        {"act": "pause", "reason": "fire alarm"},
        {"act": "resume"},
        {"act": "extend", "minutes": "5", "reason": "for the alarm"},
        {"act": "message", "text": "Water is at the door."},
    ):
        asked = {"part": part, "attempt": str(centre.attempt.pk), "request": uuid.uuid4().hex} | said
        assert client.post(board(centre, "say/"), asked).status_code == 302
    told = standing_of(centre.attempt).told
    assert [kind for kind, _ in told] == ["begin", "pause", "resume", "extend", "message"]
    assert told[3][1].payload["seconds"] == 300


@pytest.mark.parametrize(
    "said",
    [
        {"act": "pause", "reason": " "},
        {"act": "extend", "minutes": "-5", "reason": "x"},
        {"act": "extend", "minutes": "１０", "reason": "x"},
        {"act": "extend", "minutes": "1e309", "reason": "x"},
        {"act": "message", "text": "x" * 501},
        {"act": "begin", "part": "nothing"},
    ],
)
def test_s18_what_makes_no_sense_is_refused_with_a_sentence(centre: Centre, said: dict[str, Any]) -> None:
    client = centre.browser(proctor(centre))
    asked = {"part": exam_part(centre), "attempt": str(centre.attempt.pk)} | said
    page = client.post(board(centre, "say/"), asked, follow=True).content.decode()
    assert "Not done:" in page
    assert standing_of(centre.attempt).told == ()


def test_all_means_all_open_attempts_whoever_proctors_them(centre: Centre) -> None:
    client = centre.browser(proctor(centre))
    client.post(board(centre, "say/"), {"act": "message", "text": "Please leave the room.", "request": "1"})
    assert [len(standing_of(life.attempt).told) for life in centre.lives] == [1, 1]


def test_f23_a_network_that_is_gone_is_called_that_and_nothing_worse(centre: Centre, now: ServerTime) -> None:
    """No socket is open here at all: what the device sends over HTTP is kept, and the board speaks of the network."""
    agree(centre)
    at_the_board(centre, "begin")
    asked = {"subject_kind": "attempt", "subject_id": centre.attempt.pk, "role": "candidate", "device": "seat 4"}
    seat = Device.of(door.act(actor(centre.candidate), "attempts.open_stream", **asked))
    seat.write("remark", text="without a socket")
    assert isinstance(send(seat, server_us=now.us), Acknowledgement)
    client = centre.browser(proctor(centre))
    assert "look at the network" not in client.get(board(centre)).content.decode()
    now.passes(3 * 60)
    page = client.get(board(centre)).content.decode()
    assert "No contact for 3 min: look at the network" in page
    assert not Incident.objects.exists()


@pytest.mark.slow
def test_what_an_assessor_calls_a_proctor_for_stands_on_the_board(centre: Centre) -> None:
    """The sheet tells an assessor to wait for the proctor: then the proctor has to hear of it."""
    client = centre.browser(proctor(centre))
    assert "Nobody needs you now" in client.get(board(centre)).content.decode()
    doubt = {"confirmed": False, "how": "identity document", "by": "the assessor"}
    stop = {"task": "PT-ECW-1", "code": "0", "reason": "The cover was off."}
    says(centre, "assessor:1", ("identity", doubt), ("safety_stop", stop))
    page = client.get(board(centre)).content.decode()
    assert "Somebody needs you" in page
    assert "Somebody wrote: not this person" in page
    assert "An assessor stopped the task for safety" in page
    says(centre, "assessor:1", ("identity", doubt | {"confirmed": True}))
    assert "not this person" not in client.get(board(centre)).content.decode(), "a mistake that was put right"


@pytest.mark.slow
def test_time_that_runs_for_somebody_who_has_not_agreed_needs_the_proctor(centre: Centre) -> None:
    client = centre.browser(proctor(centre))
    at_the_board(centre, "begin")
    assert "Time runs, and they have not agreed yet" in client.get(board(centre)).content.decode()
    agree(centre)
    assert "Time runs, and they" not in client.get(board(centre)).content.decode()


@pytest.mark.slow
@pytest.mark.parametrize("level", ["5", "-1", "x"])
def test_no_level_is_set_that_would_promise_what_is_not_recorded(centre: Centre, level: str) -> None:
    client = centre.browser(centre.people.director)
    said = {"level": level, "necessity": "remote", "retention_days": "30"}
    page = client.post(board(centre, "level/"), said, follow=True).content.decode()
    assert "Levels 0 to 4 can be set" in page


def note(centre: Centre, kind: str = "integrity") -> Incident:
    said = {"attempt_id": centre.attempt.pk, "kind": kind, "words": "A second telephone lay on the desk."}
    made: Incident = door.act(actor(proctor(centre)), "proctoring.raise_incident", **said)
    return made


def review(centre: Centre, account: Account, incident: Incident, finding: str) -> None:
    said = {"incident_id": incident.pk, "finding": finding, "words": "I looked at it."}
    door.act(actor(account), "proctoring.review_incident", **said)


def test_an_open_incident_keeps_the_award_back_and_a_closed_one_does_not(centre: Centre) -> None:
    incident = note(centre)
    assert "is open" in blocking(centre.attempt.pk)[0]
    review(centre, centre.people.director, incident, "nothing")
    assert blocking(centre.attempt.pk) == ()
    assert CHECKS["incidents reviewed"].waivable


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        lambda incident: Incident.objects.filter(pk=incident.pk).update(words="Nothing lay there."),
        lambda incident: Incident.objects.filter(pk=incident.pk).update(state="upheld"),
        lambda incident: incident.reviews.update(finding="upheld"),
        lambda incident: incident.reviews.update(words="It was his."),
        lambda incident: incident.reviews.all().delete(),
    ],
    ids=["words", "state", "finding", "review's words", "review taken out"],
)
def test_an_incident_that_is_changed_later_is_found_by_the_ledger(
    centre: Centre, change: Callable[[Incident], object]
) -> None:
    incident = note(centre)
    review(centre, centre.people.director, incident, "nothing")
    assert differing("incident") == []
    change(incident)
    assert differing("incident") == [str(incident.pk)]
    exported = "".join(export_lines())
    assert "A second telephone" not in exported, "an export says that nobody changed it, not what was seen"


def differing(kind: str) -> list[str]:
    return [one.record for one in compare()[1] if one.kind == kind]


@pytest.mark.slow
def test_something_is_upheld_by_two_people_after_the_candidate_had_their_say(centre: Centre) -> None:
    incident = note(centre)
    with pytest.raises(ProctoringError, match="The candidate may reply until"):
        review(centre, centre.people.director, incident, "upheld")
    client = centre.browser(centre.candidate)
    page = client.get(f"/candidate/attempts/{centre.attempt.pk}/")
    assert page.status_code == 302, "they agree first"
    agree(centre)
    assert "A second telephone" in client.get(f"/candidate/attempts/{centre.attempt.pk}/").content.decode()
    client.post(f"/candidate/incidents/{incident.pk}/reply/", {"text": "It was off and not mine."})
    review(centre, centre.people.director, incident, "upheld")
    with pytest.raises(ProctoringError, match="A second review is another person's"):
        review(centre, centre.people.director, incident, "upheld")
    incident.refresh_from_db()
    assert incident.state == "open", "one person is not enough"
    review(centre, centre.people.approvers[0], incident, "upheld")
    incident.refresh_from_db()
    assert incident.state == "upheld"


def test_who_is_close_to_the_candidate_does_not_review(centre: Centre) -> None:
    incident = note(centre)
    approver = centre.people.approvers[0]
    said = {"person_id": approver.pk, "candidate_id": centre.candidate.pk, "relation": "trainer"}
    door.act(actor(approver), "people.declare_conflict", **said)
    with pytest.raises(ProctoringError, match="too close to this candidate"):
        review(centre, approver, incident, "nothing")


def test_s01_nobody_replies_for_another(centre: Centre) -> None:
    incident = note(centre)
    other = centre.browser(centre.people.candidates[1])
    assert other.post(f"/candidate/incidents/{incident.pk}/reply/", {"text": "x"}).status_code == 404
    incident.refresh_from_db()
    assert incident.reply == ""


@pytest.mark.slow
def test_sealing_without_a_device_names_it(centre: Centre) -> None:
    at_the_board(centre, "begin")
    asked = {"subject_kind": "attempt", "subject_id": centre.attempt.pk, "role": "candidate", "device": "seat 4"}
    door.act(actor(centre.candidate), "attempts.open_stream", **asked)
    client = centre.browser(centre.people.director)
    assert "Candidate on seat 4 (0 entries)" in client.get(board(centre, "seals/")).content.decode()
    client.post(board(centre, f"seals/{centre.attempt.pk}/"))
    assert not centre.attempt.seals.exists(), "a device that is open is not passed over in silence"
    client.post(board(centre, f"seals/{centre.attempt.pk}/"), {"reason": "the tablet fell into the water"})
    agree(centre)
    page = centre.browser(centre.candidate).get(f"/candidate/attempts/{centre.attempt.pk}/").content.decode()
    assert "Runs now" not in page and "With your assessors" not in page, "nothing runs under a seal"
    seal = centre.attempt.seals.get()
    assert seal.document["reason"] == "candidate: the tablet fell into the water"
    assert [(head["role"], head["missing_from"]) for head in seal.document["heads"]] == [
        ("candidate", 1),
        ("proctor:1", None),
    ]


def test_a_seal_page_says_that_a_machine_is_at_work(centre: Centre) -> None:
    run = {"attempt": centre.attempt, "epoch": 1, "sequence": 3, "state": EngineRun.State.RUNNING}
    EngineRun.objects.create(simulation="SIM-SUN-1", asked_at=timezone.now(), **run)
    page = centre.browser(centre.people.director).get(board(centre, "seals/")).content.decode()
    assert "A machine is at work" in page and "carries out what was made at SIM-SUN-1" in page
    EngineRun.objects.update(asked_at=timezone.now() - datetime.timedelta(minutes=3))
    assert "A machine" not in centre.browser(centre.people.director).get(board(centre, "seals/")).content.decode()


def test_w04_a_stored_script_in_a_name_or_a_message_is_only_text(centre: Centre) -> None:
    Account.objects.filter(pk=centre.candidate.pk).update(given_name="<script>alert(1)</script>")
    at_the_board(centre, "message", text="<img src=x onerror=alert(1)>")
    note(centre)
    for path in (board(centre), board(centre, "incidents/"), board(centre, "seals/")):
        page = centre.browser(proctor(centre)).get(path).content.decode()
        assert "<script>alert" not in page
        assert "onerror=alert" not in page


def test_s12_a_role_that_was_withdrawn_opens_nothing_from_the_next_request_on(centre: Centre) -> None:
    new = centre.people.author
    give_role(account_id=new.pk, organisation_id=centre.people.organisation.pk, role="director")
    client = centre.browser(new)
    assert client.get(board(centre)).status_code == 200
    said = {"account_id": new.pk, "organisation_id": centre.people.organisation.pk, "role": "director"}
    door.act(actor(centre.people.director), "people.withdraw_role", **said)
    assert client.get(board(centre)).status_code == 404
