"""A re-sit after a fault of the equipment: offered, answered, opened, begun, sat, sealed and scored, all in the same attempt."""

import datetime
import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assess import door
from assess.attempts import actions
from assess.attempts.actions import AttemptError
from assess.attempts.desks.standing import standing_of
from assess.attempts.engine_jobs import simulations_of
from assess.attempts.journal import clock
from assess.attempts.models import Attempt, Resit
from assess.attempts.resits.actions import answer_resit, offer_resits, open_resit
from assess.attempts.resits.queries import resits_waiting
from assess.management.world.cast import show_certificates
from assess.people.queries import actor
from assess.proctoring import actions as proctoring
from assess.schemes import queries as schemes
from assess.sittings import actions as sittings
from assess.sittings.models import Sitting
from assess.tasks import work_outbox
from simulator_adapters.contract import to_document
from tests.attempts.centre import Centre, built, centre, send
from tests.attempts.test_readings import record_of, register

__all__ = ["built", "centre"]
PART, WORK = "PVS-S", "SIM-SUN-1"
AGAIN = f"{PART}~{WORK}"


@pytest.fixture
def bench(centre: Centre) -> Centre:
    """An attempt at the scheme whose simulations are read back from an inverter."""
    version = schemes.current_version("MC-PVS")
    show_certificates(centre.people, "MC-PVS", centre.people.candidates)
    starts = timezone.now()
    sitting = sittings.plan_sitting(
        organisation_id=centre.people.organisation.pk,
        scheme_version_id=version.pk,
        title="At the inverter",
        site="here",
        starts_at=starts,
        ends_at=starts + datetime.timedelta(hours=9),
    )
    registration = actions.register(candidate_id=centre.candidate.pk, scheme_version_id=version.pk)
    attempt = actions.open_attempt(registration_id=registration.pk, sitting_id=sitting.pk, seed=bytes(32))
    return replace(centre, version=version, sitting=sitting, attempt=attempt)


def begin(bench: Centre, part: str) -> None:
    proctoring.begin(
        actor_id=bench.people.proctors[0].pk,
        sitting_id=bench.sitting.pk,
        attempt_ids=[bench.attempt.pk],
        part=part,
        request_id=uuid.uuid4().hex,
    )


def written(bench: Centre, person: Any, role: str, *words: tuple[str, dict[str, Any]]) -> None:
    device = bench.open(person, role, "device")
    for kind, payload in words:
        device.write(kind, **payload)
    device.write("close")
    send(device, server_us=clock.now_us())


def sets(bench: Centre, part: str) -> None:
    writes = [[704, "WMaxLimPct", [], "60"]]
    written(bench, bench.candidate, "candidate", ("setting", {"part": part, "simulation": WORK, "writes": writes}))


def reads_back(bench: Centre, role: str, outcome: str, run: str, epoch: int) -> None:
    record = record_of(register("60"), run=run, outcome=outcome, about=WORK)
    payload = {"simulation": WORK, "outcome": outcome, "record": to_document(record)}
    written(bench, bench.people.station, role, ("run", payload | {"of": {"epoch": epoch, "sequence": 1}}))


def seal(bench: Centre) -> Any:
    proctoring.seal(actor_id=bench.people.proctors[0].pk, sitting_id=bench.sitting.pk, attempt_id=bench.attempt.pk)
    score = actions.score_attempt(attempt_id=bench.attempt.pk)
    bench.attempt.refresh_from_db()
    return score.document


def failed(bench: Centre) -> Resit:
    """The cable was pulled while the settings were read back; the attempt is sealed and scored."""
    begin(bench, PART)
    sets(bench, PART)
    reads_back(bench, "adapter:1", "TIMEOUT", "r1", 1)
    why = "The equipment reported TIMEOUT. The device did not answer in time."
    assert {"work": WORK, "why": why} in seal(bench)["again"]
    offered = {one.work: one for one in offer_resits(attempt_id=bench.attempt.pk)}
    assert offered[WORK].reason == why
    return offered[WORK]


def answered(bench: Centre, resit: Resit, accept: bool = True) -> Resit:
    return answer_resit(actor_id=bench.candidate.pk, resit_id=resit.pk, accept=accept)


def refused(code: str, act: Any, /, **arguments: Any) -> None:
    with pytest.raises(AttemptError) as caught:
        act(**arguments)
    assert caught.value.code == code


def test_work_is_sat_again_in_the_same_attempt_and_the_old_record_stays(bench: Centre) -> None:
    resit = failed(bench)
    proctor = bench.people.proctors[0].pk
    refused("not-accepted", open_resit, actor_id=proctor, resit_id=resit.pk)
    answered(bench, resit)
    open_resit(actor_id=proctor, resit_id=resit.pk)
    bench.attempt.refresh_from_db()
    assert bench.attempt.state == Attempt.State.OPEN
    (again,) = standing_of(bench.attempt).resits
    assert (again.part, again.simulations, again.state(clock.now_us())) == (AGAIN, (WORK,), "waiting")
    begin(bench, AGAIN)
    standing = standing_of(bench.attempt)
    assert standing.bench(clock.now_us()) == standing.part_for(WORK) == standing.resits[0]
    assert standing.resits[0].state(clock.now_us()) == "working"
    assert standing.part(PART).state(clock.now_us()) == "over"
    sets(bench, AGAIN)
    reads_back(bench, "adapter:2", "PASS", "r2", 2)
    document = seal(bench)
    scored = next(one for one in document["simulations"] if one["simulation"] == WORK)
    assert (scored["share"], scored["waits_for"]) == ("1.0000", "")
    assert f"{AGAIN}: begun by proctor:1: done again, because the equipment failed." in document["flags"]
    (earlier,) = [one for one in document["readings"] if one["run"] == "r1"]
    assert earlier["worth"] == "equipment"
    assert [one.number for one in bench.attempt.seals.order_by("number")] == [1, 2]
    assert bench.attempt.number == 1
    assert [(one.work, one.state) for one in offer_resits(attempt_id=bench.attempt.pk)] == [(WORK, Resit.State.DONE)]


@pytest.mark.slow
def test_offer_is_made_once_and_follows_the_score(bench: Centre) -> None:
    resit = failed(bench)
    assert offer_resits(attempt_id=bench.attempt.pk) == []
    reads_back(bench, "adapter:2", "PASS", "r2", 1)
    seal(bench)
    assert [one.state for one in offer_resits(attempt_id=bench.attempt.pk)] == [Resit.State.WITHDRAWN]
    refused("over", answer_resit, actor_id=bench.candidate.pk, resit_id=resit.pk, accept=True)


@pytest.mark.slow
def test_offer_follows_a_score_by_itself(bench: Centre) -> None:
    begin(bench, PART)
    sets(bench, PART)
    reads_back(bench, "adapter:1", "VOID", "r1", 1)
    seal(bench)
    work_outbox()
    assert Resit.objects.get(attempt=bench.attempt, work=WORK).state == Resit.State.OFFERED


@pytest.mark.slow
def test_resit_that_failed_too_is_offered_again(bench: Centre) -> None:
    resit = answered(bench, failed(bench))
    open_resit(actor_id=bench.people.proctors[0].pk, resit_id=resit.pk)
    begin(bench, AGAIN)
    sets(bench, AGAIN)
    reads_back(bench, "adapter:2", "VOID", "r2", 2)
    seal(bench)
    assert [one.state for one in offer_resits(attempt_id=bench.attempt.pk)] == [Resit.State.DONE, Resit.State.OFFERED]


@pytest.mark.slow
def test_candidate_may_decline_and_change_their_mind_until_it_is_opened(bench: Centre) -> None:
    resit = answered(bench, failed(bench), accept=False)
    assert resit.state == Resit.State.DECLINED
    assert offer_resits(attempt_id=bench.attempt.pk) == []
    resit = answered(bench, resit)
    open_resit(actor_id=bench.people.proctors[0].pk, resit_id=resit.pk)
    refused("opened", answer_resit, actor_id=bench.candidate.pk, resit_id=resit.pk, accept=False)


def test_only_the_candidate_answers_and_only_who_watches_opens(bench: Centre) -> None:
    resit = failed(bench)
    other = bench.people.candidates[1]
    refused("no-such-resit", answer_resit, actor_id=other.pk, resit_id=resit.pk, accept=True)
    refused("no-such-resit", answer_resit, actor_id=other.pk, resit_id=uuid.uuid4(), accept=True)
    answered(bench, resit)
    for who in (bench.candidate, bench.people.assessors[0]):
        with pytest.raises(door.Forbidden):
            door.act(actor(who), "attempts.resits.open_resit", resit_id=resit.pk)
    opened = door.act(actor(bench.people.director), "attempts.resits.open_resit", resit_id=resit.pk)
    assert opened.opened_by_id == bench.people.director.pk


@pytest.mark.slow
def test_time_of_a_resit_is_the_work_s_share_of_its_part_and_at_least_what_it_takes(bench: Centre) -> None:
    part = next(one for one in bench.attempt.pins["parts"] if one["part"] == PART)
    (task,) = [one for one in simulations_of(bench.attempt) if one.identifier == WORK]
    stated = 60 * task.document["time_limit_min"]
    assert failed(bench).limit_s == max(-(-part["limit_s"] // len(part["simulations"])), stated)


def browser(account: Any) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.mark.slow
def test_candidate_reads_what_happened_and_says_yes(bench: Centre) -> None:
    resit = failed(bench)
    mine = browser(bench.candidate)
    page = mine.get(reverse("candidate-attempt", args=[bench.attempt.pk])).content.decode()
    assert "You may do this again" in page
    assert "What happened: The equipment reported TIMEOUT. The device did not answer in time." in page
    answer = reverse("candidate-resit", args=[bench.attempt.pk, resit.pk])
    assert browser(bench.people.candidates[1]).post(answer, {"answer": "yes"}).status_code == 404
    assert mine.post(answer, {"answer": "yes"}, follow=True).status_code == 200
    resit.refresh_from_db()
    assert resit.state == Resit.State.ACCEPTED


@pytest.mark.slow
def test_director_is_told_and_opens_it_where_attempts_are_sealed(bench: Centre) -> None:
    resit = answered(bench, failed(bench))
    (waiting,) = resits_waiting(Sitting.objects.filter(pk=bench.sitting.pk))
    assert waiting.accepted == 1
    desk = browser(bench.people.director)
    assert "re-sit after a fault waits to be opened" in desk.get(reverse("director")).content.decode()
    seals = reverse("proctor-seals", args=[bench.sitting.pk])
    assert "Wants to do it again" in desk.get(seals).content.decode()
    desk.post(reverse("proctor-resit", args=[bench.sitting.pk, resit.pk]))
    resit.refresh_from_db()
    assert resit.state == Resit.State.OPENED
    board = desk.get(reverse("proctor-board", args=[bench.sitting.pk])).content.decode()
    assert f"Begin the simulator again ({AGAIN})" in board
