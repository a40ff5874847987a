"""Streams, seals, quarantine and scores as acts on a real attempt: who may, what is kept, and that it takes two."""

import json
import random
import uuid
from typing import Any

import pytest
from django.db import transaction

from assess.attempts import actions
from assess.attempts.actions import AttemptError
from assess.attempts.conditions import MissingStream
from assess.attempts.journal.append import Acknowledgement, append
from assess.attempts.journal.batches import read_batch
from assess.attempts.models import Entry, Quarantine, Stream
from assess.attempts.queries import may_hold, pinned
from assess.ledger.canonical import digest
from assess.management.world.devices import Device
from assess.people.actions import agree_accommodation
from tests.attempts.centre import NOW_US, Centre, built, centre, closed, send
from tests.attempts.scenes import S

__all__ = ["built", "centre"]
TASK = "PT-ECW-1"
STEP = f"{TASK}.01"


def refused(code: str, act: Any, /, **arguments: Any) -> None:
    with pytest.raises(AttemptError) as caught:
        act(**arguments)
    assert caught.value.code == code


def test_extra_time_agreed_for_the_candidate_is_pinned(centre: Centre) -> None:
    before = {part.identifier: part.limit_s for part in pinned(centre.attempt).parts}
    closed(centre.open(centre.candidate, "candidate"))
    centre.sealed()
    agree_accommodation(
        actor_id=centre.people.director.pk,
        candidate_id=centre.candidate.pk,
        description="reads slowly",
        extra_time_percent=25,
    )
    again = actions.open_attempt(registration_id=centre.attempt.registration_id, sitting_id=centre.sitting.pk)
    after = {part.identifier: part.limit_s for part in pinned(again).parts}
    assert before["ECW-P"] is after["ECW-P"] is None
    assert {part: after[part] * 4 for part in ("ECW-K", "ECW-S")} == {
        part: before[part] * 5 for part in ("ECW-K", "ECW-S")
    }


def test_only_planners_write_the_plan_and_only_the_candidate_answers(centre: Centre) -> None:
    people, sitting = centre.people, centre.sitting.pk
    may = [
        may_hold(one.pk, sitting, "coordinator:1")
        for one in (people.proctors[0], people.assessors[0], centre.candidate)
    ]
    assert may == [True, False, False]
    assert not may_hold(people.candidates[1].pk, centre.attempt.pk, "candidate")


def test_another_person_at_the_same_device_needs_a_stream_of_their_own(centre: Centre) -> None:
    first, second = centre.people.assessors[:2]
    mine = centre.open(first, "assessor:1")
    assert centre.open(first, "assessor:1").grant.identity == mine.grant.identity
    with pytest.raises(AttemptError, match="tablet is writing as assessor:1"):
        centre.open(second, "assessor:1")
    theirs = centre.open(second, "assessor:1", takeover=True)
    assert (theirs.grant.identity.epoch, Stream.objects.get(pk=mine.grant.identity.stream).state) == (2, "superseded")


@pytest.mark.parametrize("family", ["assessor", "marker", "adjudicator"])
def test_one_person_never_writes_as_two_also_after_a_swap(centre: Centre, family: str) -> None:
    first, second = centre.people.assessors[:2]
    centre.assign(centre.post(f"{family}:1", first), centre.post(f"{family}:2", second))
    closed(centre.open(first, f"{family}:1"))
    centre.assign(centre.post(f"{family}:1", second), centre.post(f"{family}:2", first))
    with pytest.raises(AttemptError, match="is for another person"):
        centre.open(first, f"{family}:2")


def test_one_person_may_assess_two_tasks(centre: Centre) -> None:
    first = centre.people.assessors[0]
    centre.assign(centre.post("assessor:1", first), centre.post("assessor:3", first, "PT-ECW-2"))
    centre.open(first, "assessor:1")
    assert centre.open(first, "assessor:3").grant.sequence == 0


@pytest.mark.parametrize("kind", ["attempt", "sitting", "galaxy"])
def test_stream_about_nothing_is_refused(centre: Centre, kind: str) -> None:
    with pytest.raises(AttemptError, match="to write about"):
        centre.open(centre.candidate, "candidate", subject_kind=kind, subject_id=uuid.uuid4())


def test_candidate_does_not_write_on_after_the_seal(centre: Centre) -> None:
    closed(centre.open(centre.candidate, "candidate"))
    centre.sealed()
    with pytest.raises(AttemptError, match="sealed"):
        centre.open(centre.candidate, "candidate")


def test_seal_names_who_wrote_each_stream_and_for_which_work(centre: Centre) -> None:
    assessor = centre.people.assessors[0]
    centre.assign(centre.post("assessor:1", assessor))
    closed(centre.open(assessor, "assessor:1"))
    (head,) = centre.sealed().document["heads"]
    assert (head["person"], head["work"], head["sequence"]) == (str(assessor.pk), TASK, 1)


def test_seal_without_a_stream_says_from_where_and_says_so_until_it_came(centre: Centre) -> None:
    seat = centre.open(centre.candidate, "candidate")
    seat.write("remark", text="first")
    send(seat)
    key = uuid.UUID(seat.grant.identity.stream)
    refused("streams-open", centre.sealed)
    refused("not-missing", centre.sealed, missing=[MissingStream(uuid.uuid4(), 2, "lost")])
    refused("not-missing", centre.sealed, missing=[MissingStream(key, 1, "lost")])
    refused("reason", centre.sealed, missing=[MissingStream(key, 2, " ")])
    centre.sealed(missing=[MissingStream(key, 2, "seat 4 was stolen")])
    closed(centre.open(centre.people.assessors[0], "assessor:1"))
    again = centre.sealed()
    assert {head["role"]: head["missing_from"] for head in again.document["heads"]} == {
        "candidate": 2,
        "assessor:1": None,
    }
    refused("nothing-new", centre.sealed)


def late(centre: Centre) -> Quarantine:
    """What a seat still held when the attempt was sealed without it."""
    seat = centre.open(centre.candidate, "candidate", device="seat 4")
    key = uuid.UUID(seat.grant.identity.stream)
    centre.sealed(missing=[MissingStream(key, 1, "seat 4 has no power")])
    seat.write("remark", text="I was here")
    send(seat)
    return Quarantine.objects.get(stream=key)


def test_admission_takes_two_and_neither_is_the_writer(centre: Centre) -> None:
    first, second = centre.people.director.pk, centre.people.board.pk
    item = late(centre)
    assert (item.code, item.state) == ("closed", "waiting")
    admit, propose = actions.admit_quarantined, actions.propose_admission
    refused("not-proposed", admit, actor_id=first, quarantine_id=item.pk)
    refused("own-entries", propose, actor_id=centre.candidate.pk, quarantine_id=item.pk, reason="please")
    refused("reason", propose, actor_id=first, quarantine_id=item.pk, reason=" ")
    propose(actor_id=first, quarantine_id=item.pk, reason="the power failed")
    refused("same-person", admit, actor_id=first, quarantine_id=item.pk)
    refused("own-entries", admit, actor_id=centre.candidate.pk, quarantine_id=item.pk)
    before = centre.scored()
    seal = admit(actor_id=second, quarantine_id=item.pk)
    assert (seal.number, seal.sealed_by_id, seal.countersigned_by_id) == (2, first, second)
    assert seal.document["admitted"] == [str(item.pk)]
    assert [head["missing_from"] for head in seal.document["heads"]] == [None]
    assert (before.number, centre.scored().number) == (1, 2)
    refused("decided", admit, actor_id=second, quarantine_id=item.pk)


def test_rejection_takes_two_who_object(centre: Centre) -> None:
    item = late(centre)
    people = centre.people
    actions.propose_admission(actor_id=people.director.pk, quarantine_id=item.pk, reason="the power failed")
    one = actions.reject_quarantined(actor_id=people.board.pk, quarantine_id=item.pk, reason="nobody saw it")
    assert one.state == "waiting"
    refused("same-person", actions.reject_quarantined, actor_id=people.board.pk, quarantine_id=item.pk, reason="again")
    two = actions.reject_quarantined(actor_id=people.reviewer.pk, quarantine_id=item.pk, reason="nor did I")
    assert (two.state, two.objected_by_id, two.decided_by_id) == ("rejected", people.board.pk, people.reviewer.pk)
    assert two.reason == "the power failed / nobody saw it / nor did I"


def test_nothing_is_admitted_while_streams_are_open(centre: Centre) -> None:
    item = late(centre)
    centre.open(centre.people.assessors[0], "assessor:1")
    actions.propose_admission(actor_id=centre.people.director.pk, quarantine_id=item.pk, reason="the power failed")
    refused("streams-open", actions.admit_quarantined, actor_id=centre.people.board.pk, quarantine_id=item.pk)


def test_entries_of_another_stream_are_not_admitted_through_this_one(centre: Centre) -> None:
    other = centre.open(centre.people.assessors[0], "assessor:1")
    seat = centre.open(centre.candidate, "candidate")
    closed(seat)
    other.write("comment", text="mine")
    (body,) = other.batches()
    foreign = json.loads(body)
    foreign["entries"][0] |= {"kind": "remark"}
    closed_later = Stream.objects.filter(pk=other.grant.identity.stream)
    closed_later.update(state="closed")
    item = Quarantine.objects.create(
        stream_id=seat.grant.identity.stream, code="wrong-stream", sentence="-", body=json.dumps(foreign).encode(),
        body_sha256=bytes(32), received_us=NOW_US,
    )  # fmt: skip
    actions.propose_admission(actor_id=centre.people.director.pk, quarantine_id=item.pk, reason="why not")
    refused("other-stream", actions.admit_quarantined, actor_id=centre.people.board.pk, quarantine_id=item.pk)


def sheets(centre: Centre) -> list[Device]:
    """Two assessors who see one must-pass step differently."""
    made = []
    criteria = pinned(centre.attempt).tasks[TASK].criteria
    for number, answer in ((1, "yes"), (2, "no")):
        device = centre.open(centre.people.assessors[number], f"assessor:{number}", device=f"tablet {number}")
        for criterion in criteria:
            mark: dict[str, Any] = {"level": 2} if criterion.kind == "judgement" else {"answer": "yes"}
            mark = {"missing": "not_taken"} if criterion.measurement else mark
            mark = {"answer": answer} if criterion.identifier == STEP else mark
            device.write("mark", task=TASK, criterion=criterion.identifier, mark=mark)
        device.write("lock", task=TASK)
        made.append(device)
    return made


@pytest.mark.slow
def test_adjudication_after_the_seal_is_a_new_seal_and_a_new_score(centre: Centre) -> None:
    for device in sheets(centre):
        closed(device)
    first = centre.sealed()
    before = centre.scored()
    assert next(task for task in before.document["tasks"] if task["task"] == TASK)["must_pass"][STEP] is None
    ruling = centre.open(centre.people.assessors[3], "adjudicator:1")
    ruling.write("settle", task=TASK, criterion=STEP, met=True, reason="the recording shows it")
    closed(ruling)
    second = centre.sealed()
    after = centre.scored()
    assert next(task for task in after.document["tasks"] if task["task"] == TASK)["must_pass"][STEP] is True
    assert [(first.number, before.number), (second.number, after.number)] == [(1, 1), (2, 2)]
    assert centre.scored().pk == after.pk


def journal(centre: Centre) -> list[Device]:
    """A journal of several streams, written on the devices and not sent yet."""
    proctor = centre.open(centre.people.proctors[1], "proctor:1", device="desk")
    proctor.write("begin", part="ECW-K", limit_s=60)
    seat = centre.open(centre.candidate, "candidate", device="seat 4")
    for item in pinned(centre.attempt).items[:8]:
        seat.write("answer", part="ECW-K", item=item.identifier, response={"value": "1,5", "unit": None})
    markers = [centre.open(centre.people.assessors[n], f"marker:{n}", device=f"desk {n}") for n in (1, 2)]
    for number, marker in enumerate(markers):
        for item in pinned(centre.attempt).items[:8]:
            marker.write("points", item=item.identifier, points=str(number))
    devices = [proctor, seat, *markers, *sheets(centre)]
    for device in devices:
        device.write("close")
    return devices


@pytest.mark.slow
def test_any_interleaving_and_batching_of_arrival_gives_the_same_score(centre: Centre) -> None:
    """Through the real append, seal and score, with repeats of what was acknowledged; the server's clock is held still."""
    devices = journal(centre)
    entries = sum(len(device.chain.pending) for device in devices)
    digests = set()
    for seed in range(12):
        choose = random.Random(seed)
        with transaction.atomic():
            sent = dict.fromkeys(range(len(devices)), 0)
            while any(sent[n] < len(device.chain.pending) for n, device in enumerate(devices)):
                chosen = choose.sample(range(len(devices)), choose.randint(1, len(devices)))
                batches = []
                for n in chosen:
                    pending = devices[n].chain.pending
                    start = max(min(sent[n], len(pending) - 1) - choose.randint(0, 2), 0)
                    end = min(sent[n] + choose.randint(1, 9), len(pending))
                    body = devices[n]._batch(pending[start:end])
                    batches.append(read_batch(body, role=devices[n].grant.identity.role))
                    sent[n] = end
                outcomes = append(batches, server_us=NOW_US + S)
                assert {type(outcome) for outcome in outcomes} == {Acknowledgement}
            assert Entry.objects.filter(stream__subject=centre.attempt.pk).count() == entries
            centre.attempt.refresh_from_db()
            centre.sealed()
            score = centre.scored()
            assert bytes(score.digest) == digest(score.document)
            digests.add(bytes(score.digest))
            transaction.set_rollback(True)
    assert len(digests) == 1
