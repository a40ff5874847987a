"""The adjudicators' desk: what two assessors saw differently, safety stops, simulations; blind until one has ruled; not on
one's own work; and what is written settles the score."""

import json
from typing import Any

import pytest

from assess import door
from assess.attempts.actions import AttemptError
from assess.attempts.folding.bay import CHECKS
from assess.attempts.queries import tasks_now
from assess.attempts.scoring.tasks import ScoredTask
from assess.people.actions import declare_conflict
from assess.people.queries import actor
from assess.sittings.actions import assign
from tests.attempts.engine_runs.scene import worked
from tests.web.bench_scene import simulator_part
from tests.web.desk_scene import (
    Word,
    confirm,
    device_of,
    differ,
    first_task,
    must_pass_row,
    rulings,
    says,
    sent,
    settle,
    share,
    sheet,
)
from tests.web.sample_centre import Centre
from tests.web.test_pictures_api import kept

CANARY = "zqxcanary"
ONE, TWO = "adjudicator:1", "adjudicator:2"


def only(centre: Centre, role: str = ONE) -> dict[str, Any]:
    (row,) = rulings(centre, role)["matters"]
    return dict(row)


def task_now(centre: Centre) -> ScoredTask:
    (found,) = tasks_now(centre.attempt, [first_task(centre)])
    return found


def stopped(centre: Centre) -> None:
    """The first assessor stopped the first task; the second locked a sheet in which all went well."""
    task = first_task(centre)
    stop: Word = ("safety_stop", {"task": task.identifier, "code": "rule-1", "reason": f"{CANARY}-stop"})
    says(centre, "assessor:1", *sheet(task), stop, ("comment", {"task": task.identifier, "text": f"{CANARY}-comment"}))
    says(centre, "assessor:2", *sheet(task))


def test_a_step_seen_differently_comes_with_both_sheets(centre: Centre) -> None:
    row = differ(centre)
    found = rulings(centre)
    (matter,) = found["matters"]
    assert (matter["kind"], matter["about"], matter["criterion"]) == ("step", "PT-ECW-1", row)
    assert (matter["state"], matter["mine"], matter["others"]) == ("open", None, [])
    assert matter["candidate"]["name"] == str(centre.candidate)
    sheets = found["sheets"][f"{centre.attempt.pk}/PT-ECW-1"]
    assert sheets["roles"] == ["assessor:1", "assessor:2"]
    assert next(one["marks"] for one in sheets["rows"] if one["id"] == row) == ["Done", "Not done"]
    assert sheets["rule"] == first_task(centre).critical_rule


@pytest.mark.slow
def test_a_step_waits_until_both_sheets_are_locked(centre: Centre) -> None:
    task = first_task(centre)
    row = must_pass_row(task)
    says(centre, "assessor:1", *sheet(task))
    says(centre, "assessor:2", *sheet(task, but={row: {"answer": "no"}}, lock=False))
    assert rulings(centre)["matters"] == []
    says(centre, "assessor:2", ("lock", {"task": task.identifier}))
    assert only(centre)["criterion"] == row


@pytest.mark.slow
def test_what_two_assessors_agree_on_is_not_there(centre: Centre) -> None:
    task = first_task(centre)
    missed = {must_pass_row(task): {"answer": "no"}}
    for role in ("assessor:1", "assessor:2"):
        says(centre, role, *sheet(task, but=missed))
    assert rulings(centre)["matters"] == []


@pytest.mark.slow
def test_one_for_the_candidate_settles_a_step(centre: Centre) -> None:
    row = differ(centre)
    says(centre, ONE, settle(only(centre), True))
    assert (only(centre)["state"], rulings(centre, TWO)["matters"]) == ("settled", [])
    assert (task_now(centre).score.status, task_now(centre).must_pass[row]) == ("settled", True)


@pytest.mark.slow
def test_two_against_the_candidate_settle_a_step(centre: Centre) -> None:
    row = differ(centre)
    says(centre, ONE, settle(only(centre), False))
    assert only(centre)["state"] == "waits"
    assert task_now(centre).score.status == "adjudication_needed"
    says(centre, TWO, settle(only(centre, TWO), False))
    assert only(centre)["state"] == "settled"
    assert (task_now(centre).score.status, task_now(centre).must_pass[row]) == ("settled", False)


@pytest.mark.slow
def test_two_who_differ_are_told_so_and_one_rules_again(centre: Centre) -> None:
    row = differ(centre)
    says(centre, ONE, settle(only(centre), False, f"{CANARY}-one"))
    says(centre, TWO, settle(only(centre, TWO), True, f"{CANARY}-two"))
    first, second = only(centre), only(centre, TWO)
    assert (first["state"], second["state"]) == ("differs", "differs")
    assert first["others"] == [{"role": TWO, "answer": True, "reason": f"{CANARY}-two"}]
    assert second["others"] == [{"role": ONE, "answer": False, "reason": f"{CANARY}-one"}]
    says(centre, ONE, settle(first, True))
    assert task_now(centre).must_pass[row] is True


def everything(centre: Centre, role: str) -> str:
    browser = centre.browser(centre.lives[0].posts[role])
    data = browser.get("/assessor/rulings.json").json()
    data.pop("server_ms")
    page = browser.get("/assessor/rulings/").content.decode().partition("<main")[2]
    return page + json.dumps(data, ensure_ascii=False)


@pytest.mark.slow
def test_nothing_tells_what_the_other_one_ruled_before_ones_own_ruling(centre: Centre) -> None:
    differ(centre)
    before = everything(centre, TWO)
    says(centre, ONE, settle(only(centre), False, CANARY), ("comment", {"text": CANARY}), close=True)
    assert everything(centre, TWO) == before
    assert CANARY in everything(centre, ONE)
    says(centre, TWO, settle(only(centre, TWO), False))
    assert CANARY in everything(centre, TWO)


@pytest.mark.slow
def test_only_who_holds_the_post_is_asked(centre: Centre) -> None:
    differ(centre)
    posts = centre.lives[0].posts
    for person in centre.people.assessors:
        roles = [row["role"] for row in centre.browser(person).get("/assessor/rulings.json").json()["matters"]]
        assert roles == [role for role in (ONE, TWO) if posts[role] == person]


@pytest.mark.slow
def test_a_stop_comes_with_what_the_assessor_said_and_is_lifted_by_one(centre: Centre) -> None:
    stopped(centre)
    found = rulings(centre)
    (matter,) = found["matters"]
    assert (matter["kind"], matter["criterion"]) == ("stop", "")
    (sheets,) = found["sheets"].values()
    assert [one["stops"] for one in sheets["sheets"]] == [[f"{CANARY}-stop"], []]
    assert [one["comments"] for one in sheets["sheets"]] == [[f"{CANARY}-comment"], []]
    says(centre, ONE, confirm(matter, False))
    assert (only(centre)["state"], only(centre)["mine"]["answer"]) == ("settled", True)
    assert (task_now(centre).score.status, task_now(centre).score.failed) == ("settled", False)


@pytest.mark.slow
def test_a_stop_is_confirmed_by_two_and_its_steps_need_no_ruling(centre: Centre) -> None:
    stopped(centre)
    task = first_task(centre)
    missed = ("mark", {"task": task.identifier, "criterion": must_pass_row(task), "mark": {"answer": "no"}})
    says(centre, "assessor:2", missed)
    says(centre, ONE, confirm(only(centre), True), close=True)
    assert task_now(centre).score.status == "adjudication_needed"
    says(centre, TWO, confirm(only(centre, TWO), True), close=True)
    assert (task_now(centre).score.status, task_now(centre).score.failed) == ("settled", True)
    assert rulings(centre)["matters"] == rulings(centre, TWO)["matters"] == []


@pytest.mark.slow
def test_the_steps_of_a_stopped_task_come_when_the_stop_was_lifted(centre: Centre) -> None:
    task = first_task(centre)
    row = must_pass_row(task)
    stop: Word = ("safety_stop", {"task": task.identifier, "code": "other", "reason": "a loose conductor"})
    says(centre, "assessor:1", stop, *sheet(task))
    says(centre, "assessor:2", *sheet(task, but={row: {"answer": "not_seen"}}))
    says(centre, ONE, confirm(only(centre), False), close=True)
    assert (only(centre)["kind"], only(centre)["criterion"]) == ("step", row)


def opens_bay(centre: Centre) -> None:
    """The technician of the first task checks its bay, opens it and gives permission to energise."""
    about = {"task": first_task(centre).identifier}
    checks: list[Word] = [("bay_check", about | {"check": check, "done": True}) for check in CHECKS]
    says(centre, "technician:1", *checks, ("bay_opened", about), ("hold_released", about | {"dead_tests": "seen"}))


def unreadable_wiring(centre: Centre) -> str:
    """What a candidate's device sent of a wiring is none; returns the simulation."""
    part = simulator_part(centre)
    name = next(iter(centre.lives[0].pinned.wiring))
    says(centre, "proctor:1", ("begin", {"part": part, "limit_s": 3600}))
    says(centre, "candidate", ("wiring", {"part": part, "simulation": name, "wires": [[CANARY]]}))
    return name


@pytest.mark.slow
def test_a_simulation_comes_when_its_part_was_handed_in_and_takes_two_like_shares(centre: Centre) -> None:
    name = unreadable_wiring(centre)
    assert rulings(centre)["matters"] == []
    says(centre, "candidate", ("finish", {"part": simulator_part(centre)}))
    matter = only(centre)
    assert (matter["kind"], matter["about"]) == ("share", name)
    assert "can't be read" in matter["why"]
    assert matter["evidence"][0] == f"Drawn: {CANARY}"
    says(centre, ONE, share(matter, "0.5"))
    says(centre, TWO, share(only(centre, TWO), "0.75"))
    assert {only(centre)["state"], only(centre, TWO)["state"]} == {"differs"}
    says(centre, TWO, share(only(centre, TWO), "0.50"))
    assert {only(centre)["state"], only(centre, TWO)["state"]} == {"settled"}
    shares = {one["simulation"]: one["share"] for one in scored(centre)["simulations"]}
    assert shares[name] == "0.5000"


def scored(centre: Centre) -> dict[str, Any]:
    """The score after a seal, which waits for the worker that carries out what was handed in."""
    for role in ("candidate", "proctor:1", ONE, TWO):
        says(centre, role, close=True)
    worked()
    director = actor(centre.people.director)
    door.act(director, "proctoring.seal", sitting_id=centre.sitting.pk, attempt_id=centre.attempt.pk)
    document: dict[str, Any] = door.act(director, "attempts.score_attempt", attempt_id=centre.attempt.pk).document
    return document


def test_nobody_rules_on_a_task_that_they_assess(centre: Centre) -> None:
    opens_bay(centre)
    differ(centre)
    assessor = centre.lives[0].posts["assessor:1"]
    moved = {"sitting_id": centre.sitting.pk, "candidate_id": centre.candidate.pk, "work": "rulings"}
    assign(role=ONE, person_id=assessor.pk, **moved)
    assert centre.browser(assessor).get("/assessor/rulings.json").json()["matters"] == []
    device = device_of(centre, ONE, person=assessor)
    device.write("settle", task="PT-ECW-1", criterion=must_pass_row(first_task(centre)), met=True, reason="mine")
    sent(device)
    found = task_now(centre)
    assert found.score.status == "adjudication_needed"
    assert found.remarks == (
        "PT-ECW-1: adjudicator:1 ruled on a task that they assessed themselves; it does not count.",
    )


def test_who_declared_a_relation_rules_on_nothing_of_that_candidate(centre: Centre) -> None:
    differ(centre)
    person = centre.lives[0].posts[ONE]
    declare_conflict(actor_id=person.pk, person_id=person.pk, candidate_id=centre.candidate.pk, relation="employer")
    assert rulings(centre)["matters"] == []
    with pytest.raises(AttemptError, match="relation to this candidate"):
        device_of(centre, ONE)


def test_in_the_demonstration_adjudicators_assess_no_task_of_their_candidate(centre: Centre) -> None:
    for life in centre.lives:
        assessors = {person for role, person in life.posts.items() if role.startswith("assessor:")}
        assert {life.posts[ONE], life.posts[TWO]}.isdisjoint(assessors)


@pytest.mark.slow
def test_photos_are_named_and_an_adjudicator_may_look_at_them(centre: Centre) -> None:
    row = differ(centre)
    task = first_task(centre).identifier
    sha256 = kept(centre).sent_sha256
    picture: Word = ("picture", {"kind": "photo", "sha256": sha256, "task": task, "criterion": row})
    says(centre, "assessor:1", picture)
    (sheets,) = rulings(centre)["sheets"].values()
    assert sheets["pictures"] == [{"role": "assessor:1", "sha256": sha256, "criterion": row}]
    adjudicator = centre.browser(centre.lives[0].posts[ONE])
    assert adjudicator.get(f"/api/attempts/{centre.attempt.pk}/media/{sha256}").headers["Content-Type"] == "image/jpeg"


def test_an_empty_desk_says_so_and_my_day_counts(centre: Centre) -> None:
    browser = centre.browser(centre.lives[0].posts[ONE])
    assert "Rulings (0)" in browser.get("/assessor/").content.decode()
    assert "Nothing to rule on" in browser.get("/assessor/rulings/").content.decode()
    differ(centre)
    assert "Rulings (1)" in browser.get("/assessor/").content.decode()


@pytest.mark.slow
def test_after_a_seal_the_page_of_seals_offers_the_next_one(centre: Centre) -> None:
    differ(centre)
    for role in ("candidate", "proctor:1"):
        says(centre, role, close=True)
    director = centre.browser(centre.people.director)
    page = f"/proctor/sittings/{centre.sitting.pk}/seals/"
    act_as = actor(centre.people.director)
    door.act(act_as, "proctoring.seal", sitting_id=centre.sitting.pk, attempt_id=centre.attempt.pk)
    door.act(act_as, "attempts.score_attempt", attempt_id=centre.attempt.pk)
    assert "Seal again" not in director.get(page).content.decode()
    assert only(centre)["sealed"] is True
    says(centre, ONE, settle(only(centre), True), close=True)
    assert "Seal again" in director.get(page).content.decode()
    director.post(f"{page}{centre.attempt.pk}/")
    assert centre.attempt.seals.count() == 2
    assert "Seal again" not in director.get(page).content.decode()
