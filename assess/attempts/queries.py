"""Shared reads of attempts: who may write what, the journal as values, the pinned versions as values."""

import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet

from assess.attempts.folding.fold import EntryRecord, Frame, StreamRecord, fold
from assess.attempts.folding.pinned import Part, Pinned, PinnedItem
from assess.attempts.folding.plan import fold_plan
from assess.attempts.journal.kinds import family
from assess.attempts.journal.seals import Head
from assess.attempts.models import Attempt, Entry, Evidence, Quarantine, Registration, Seal, Stream
from assess.attempts.scoring import attempt as scoring
from assess.attempts.scoring.tasks import ScoredTask, score_task
from assess.people.models import Account
from assess.people.queries import roles_of
from assess.schemes import queries as schemes
from assess.sittings.agents import queries as agents
from assess.sittings.models import Sitting
from assess.sittings.queries import assignments_of, posts_held
from item_bank import queries as bank
from rubrics import queries as rubrics
from rubrics.definition import TaskDefinition

PLANNERS = frozenset({"director", "proctor"})
"""Who writes the plan of the day."""


def may_hold(account_id: uuid.UUID, subject_id: uuid.UUID, role: str) -> bool:
    """Whether an account may write a role of an attempt (or of a sitting's plan of the day)."""
    attempt = Attempt.objects.filter(pk=subject_id).select_related("registration").first()
    if attempt is None:
        plans = not PLANNERS.isdisjoint(roles_of([account_id]).get(account_id, ()))
        return family(role) == "coordinator" and plans and Sitting.objects.filter(pk=subject_id).exists()
    if role == "candidate":
        return attempt.registration.candidate_id == account_id
    return role in posts_held(account_id, attempt.sitting_id, attempt.registration.candidate_id)


def runs_as(agent_id: uuid.UUID, attempt_id: uuid.UUID, role: str) -> bool:
    """Whether a station agent may write as an adapter of an attempt."""
    found = Attempt.objects.filter(pk=attempt_id).values_list("sitting_id", "registration__candidate_id").first()
    return found is not None and agents.runs_as(agent_id, found[0], found[1], role)


def written(account_id: uuid.UUID, subject_kind: str, subject_id: uuid.UUID, role: str) -> list[dict[str, Any]] | None:
    """What every stream of a role holds, by epoch, as its devices wrote it; None for whoever may not write as that role."""
    if not may_hold(account_id, subject_id, role):
        return None
    streams = Stream.objects.filter(subject_kind=subject_kind, subject=subject_id, role=role).order_by("epoch")
    return [
        {
            "epoch": stream.epoch,
            "device": stream.device,
            "state": stream.state,
            "entries": [
                {"sequence": sequence, "kind": kind, "payload": json.loads(payload)}
                for sequence, kind, payload in stream.entries.order_by("sequence").values_list(
                    "sequence", "kind", "payload"
                )
            ],
        }
        for stream in streams
    ]


def pledged(attempt_id: uuid.UUID, role: str, sha256: str) -> bool:
    """Whether a role's journal names a picture of these bytes. The chain covers that, so it may come after the seal."""
    named = Entry.objects.filter(
        stream__subject_kind="attempt", stream__subject=attempt_id, stream__role=role, kind="picture"
    )
    return any(json.loads(payload)["sha256"] == sha256 for payload in named.values_list("payload", flat=True))


def names_evidence(attempt_id: uuid.UUID, role: str, sha256: str) -> bool:
    """Whether a run in a role's journal names raw evidence of these bytes. The chain covers that, so it may come after the seal."""
    runs = Entry.objects.filter(
        stream__subject_kind="attempt", stream__subject=attempt_id, stream__role=role, kind="run"
    )
    return runs.filter(payload__contains=sha256).exists()


def evidence_of(attempt_id: uuid.UUID) -> list[Evidence]:
    """The raw evidence that is kept of an attempt, by role and name; also what was erased since, without its bytes."""
    return list(Evidence.objects.filter(attempt_id=attempt_id).order_by("role", "name", "sha256"))


def wrote_as(account_id: uuid.UUID, attempt_id: uuid.UUID, role: str) -> bool:
    """Whether a stream of this role of the attempt is, or was, this account's."""
    mine = Stream.objects.filter(subject_kind="attempt", subject=attempt_id, role=role, granted_to=account_id)
    return mine.exists()


def stream_by_id(stream_id: uuid.UUID) -> Stream | None:
    return Stream.objects.filter(pk=stream_id, subject_kind="attempt").first()


def writer_of(attempt_id: uuid.UUID, role: str) -> Account | None:
    """Who writes as a role of an attempt, or wrote last."""
    latest = Stream.objects.filter(subject_kind="attempt", subject=attempt_id, role=role).order_by("-epoch")
    found = latest.select_related("granted_to").first()
    return None if found is None else found.granted_to


def work_of(attempt: Attempt) -> dict[str, str]:
    """What each role of an attempt is assigned to."""
    posts = assignments_of(attempt.sitting_id, attempt.registration.candidate_id)
    return dict(posts.values_list("role", "work"))


def heads_of(streams: Sequence[Stream], missing_from: Mapping[uuid.UUID, int], work: Mapping[str, str]) -> list[Head]:
    return [
        Head(
            stream=str(stream.pk),
            role=stream.role,
            device=stream.device,
            epoch=stream.epoch,
            sequence=stream.head_sequence,
            digest=bytes(stream.head_digest),
            receipt=bytes(stream.head_receipt),
            person=_person(stream),
            work=work.get(stream.role, ""),
            missing_from=missing_from.get(stream.pk),
        )
        for stream in streams
    ]


def _person(stream: Stream) -> str:
    return "" if stream.granted_to_id is None else str(stream.granted_to_id)


def stream_records(seal: Seal) -> tuple[StreamRecord, ...]:
    """The journal as a seal holds it: each stream up to its sealed head."""
    heads = {uuid.UUID(head["stream"]): head for head in seal.document["heads"]}
    rows = Entry.objects.filter(stream_id__in=heads).order_by("stream_id", "sequence")
    entries: dict[uuid.UUID, list[EntryRecord]] = {key: [] for key in heads}
    fields = ("stream_id", "sequence", "kind", "payload", "device_ms", "monotonic_ms", "server_us")
    for stream, sequence, *rest in rows.values_list(*fields):
        if sequence <= heads[stream]["sequence"]:
            entries[stream].append(EntryRecord(sequence, *rest))
    return tuple(
        StreamRecord(head["role"], head["device"], head["epoch"], tuple(entries[key]), head["person"], head["work"])
        for key, head in heads.items()
    )


def tasks_now(attempt: Attempt, tasks: Iterable[TaskDefinition]) -> list[ScoredTask]:
    """How the practical tasks stand in the journal now: for boards and for those who settle what is open. Nothing is
    kept."""
    tasks = list(tasks)
    families = ("assessor", "adapter", "adjudicator", "technician")
    frame = Frame(tasks=frozenset(task.identifier for task in tasks))
    record = fold(live_records(attempt.pk, families=families, work=work_of(attempt)), frame)
    return [score_task(task, record) for task in tasks]


def plan_records(sitting_id: uuid.UUID) -> tuple[StreamRecord, ...]:
    """The plan of the day's journal as it stands now."""
    return live_records(sitting_id)


def plan_remarks(sitting_id: uuid.UUID) -> tuple[str, ...]:
    """What was written into the plan of the day and can't be carried out as it stands, for the board."""
    plan = fold_plan(plan_records(sitting_id))
    known = accounts_among({candidate for candidate, _ in plan.posts})
    strangers = [f"{role} of {one}: there is no such candidate." for one, role in plan.posts if one not in known]
    return (*plan.remarks, *strangers)


def accounts_among(candidates: Collection[uuid.UUID]) -> set[uuid.UUID]:
    return set(Account.objects.filter(pk__in=candidates).values_list("pk", flat=True))


NO_WORK: Mapping[str, str] = {}


def live_records(
    subject: uuid.UUID, families: Sequence[str] = (), work: Mapping[str, str] = NO_WORK
) -> tuple[StreamRecord, ...]:
    """A subject's journal as it stands now: the streams of some families of roles, or all."""
    streams = [
        stream
        for stream in Stream.objects.filter(subject=subject).order_by("role", "epoch")
        if not families or family(stream.role) in families
    ]
    fields = ("stream_id", "sequence", "kind", "payload", "device_ms", "monotonic_ms", "server_us")
    entries: dict[uuid.UUID, list[EntryRecord]] = {stream.pk: [] for stream in streams}
    rows = Entry.objects.filter(stream__in=list(entries)).order_by("stream_id", "sequence")
    for key, *row in rows.values_list(*fields):
        entries[key].append(EntryRecord(*row))
    return tuple(
        StreamRecord(
            stream.role,
            stream.device,
            stream.epoch,
            tuple(entries[stream.pk]),
            _person(stream),
            work.get(stream.role, ""),
        )
        for stream in streams
    )


def pinned(attempt: Attempt) -> Pinned:
    """The versions that an attempt pins, as values. Each is looked up by its content hash."""
    pins = attempt.pins
    items = bank.contents([item["hash"] for item in pins["items"]])
    tasks = rubrics.definitions([task["hash"] for task in pins["tasks"]])
    simulations = schemes.simulations([simulation["hash"] for simulation in pins["simulations"]])
    return Pinned(
        seed=bytes(attempt.seed),
        parts=tuple(
            Part(
                identifier=part["part"],
                kind=part["kind"],
                weight=Decimal(part["weight"]),
                tasks=tuple(part["tasks"]),
                simulations=tuple(part["simulations"]),
                limit_s=part["limit_s"],
            )
            for part in pins["parts"]
        ),
        items=tuple(
            PinnedItem(item["item"], item["outcome"], item["scored"], items[item["hash"]]) for item in pins["items"]
        ),
        tasks={task["task"]: tasks[task["hash"]] for task in pins["tasks"]},
        wiring={one.identifier: one.wiring for one in simulations if one.wiring is not None},
        cases={one.identifier: one.case_sheet for one in simulations if one.case_sheet is not None},
        settings=frozenset(one.identifier for one in simulations if one.wiring is None and one.case_sheet is None),
        outcomes_of={one.identifier: one.outcomes for one in simulations},
    )


def score_document(seal: Seal, result: scoring.AttemptScore) -> dict[str, Any]:
    """A score as it is stored: what was scored, by which rules, under which pins."""
    return {"attempt": str(seal.attempt_id), "seal": seal.number, "seal_digest": bytes(seal.digest).hex()} | (
        scoring.document(result)
    )


def quarantined(attempt_id: uuid.UUID) -> int:
    """How much of this attempt waits in quarantine for a person's decision."""
    return Quarantine.objects.filter(stream__subject=attempt_id, state=Quarantine.State.WAITING).count()


def quarantined_among(attempts: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How much of each of these attempts waits in quarantine."""
    waiting = Quarantine.objects.filter(stream__subject__in=attempts, state=Quarantine.State.WAITING)
    counts: dict[uuid.UUID, int] = {}
    for subject in waiting.values_list("stream__subject", flat=True):
        counts[subject] = counts.get(subject, 0) + 1
    return counts


def quarantine_in(sitting_id: uuid.UUID) -> list[Quarantine]:
    """What waits in quarantine for the attempts of a sitting, oldest first."""
    attempts = Attempt.objects.filter(sitting_id=sitting_id).values("pk")
    waiting = Quarantine.objects.filter(stream__subject__in=attempts, state=Quarantine.State.WAITING)
    return list(waiting.select_related("stream", "proposed_by", "objected_by").order_by("received_us"))


def quarantined_in(sittings: QuerySet[Sitting]) -> list[tuple[Sitting, int]]:
    """How much waits in quarantine in each of these sittings; those where nothing waits are left out."""
    waiting = Quarantine.objects.filter(state=Quarantine.State.WAITING, stream__subject_kind="attempt")
    subjects = list(waiting.values_list("stream__subject", flat=True))
    if not subjects:
        return []
    counts: dict[uuid.UUID, int] = {}
    sitting_of = dict(Attempt.objects.filter(pk__in=set(subjects)).values_list("pk", "sitting_id"))
    for subject in subjects:
        if subject in sitting_of:
            counts[sitting_of[subject]] = counts.get(sitting_of[subject], 0) + 1
    return [(sitting, counts[sitting.pk]) for sitting in sittings.filter(pk__in=counts)]


def registrations_to_enter(scheme_version_id: uuid.UUID) -> list[Registration]:
    """Who is registered for a scheme version and has no attempt under way, by name; `tries` says how many were sealed."""
    found = Registration.objects.filter(scheme_version_id=scheme_version_id).select_related("candidate")
    found = found.exclude(attempts__in=Attempt.objects.exclude(state=Attempt.State.SEALED)).annotate(
        tries=Count("attempts")
    )
    return list(found.order_by("candidate__family_name", "candidate__given_name", "registered_at"))


def streams_among(attempts: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Stream]]:
    """The streams of each of these attempts, in the order of roles and epochs."""
    found: dict[uuid.UUID, list[Stream]] = {}
    for stream in Stream.objects.filter(subject__in=attempts).order_by("role", "epoch"):
        found.setdefault(stream.subject, []).append(stream)
    return found


def beyond_the_seal(attempts: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """The sealed attempts about which something was written that their latest seal does not hold."""
    sealed: dict[uuid.UUID, dict[str, int]] = {}
    for attempt, document in (
        Seal.objects.filter(attempt__in=attempts).order_by("number").values_list("attempt_id", "document")
    ):
        sealed[attempt] = {head["stream"]: head["sequence"] for head in document["heads"]}
    return {
        attempt
        for attempt, streams in streams_among(sealed).items()
        if any(stream.head_sequence > sealed[attempt].get(str(stream.pk), 0) for stream in streams)
    }


def roles_written(attempt_id: uuid.UUID) -> tuple[str, ...]:
    """Every stream that was ever opened for an attempt, as role/epoch."""
    rows = Stream.objects.filter(subject=attempt_id).order_by("role", "epoch").values_list("role", "epoch")
    return tuple(f"{role}/{epoch}" for role, epoch in rows)
