"""What must hold before an act on an attempt: each raises `AttemptError` with a stable code and what to do instead."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assess.attempts import engine_jobs
from assess.attempts.journal.kinds import family
from assess.attempts.models import Attempt, Quarantine, Stream
from assess.attempts.queries import work_of
from assess.people.queries import has_conflict


class AttemptError(Exception):
    """What can't be done with an attempt, with a stable code."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


JUDGES = frozenset({"assessor", "marker", "adjudicator"})
"""The families of roles that judge what a candidate did."""


@dataclass(frozen=True)
class MissingStream:
    """A stream that a named person seals without: the device is lost, and from where its entries are missing."""

    stream_id: uuid.UUID
    missing_from: int
    reason: str


AT_A_BAY = {"technician": "assessor", "assessor": "technician"}
"""Whoever opened a bay does not assess there, and the other way round."""


def check_apart(attempt: Attempt, role: str, actor_id: uuid.UUID) -> None:
    """Whoever wrote as one of two does not write as the other, also after a swap."""
    if family(role) in AT_A_BAY:
        _check_other_side(attempt, role, actor_id)
    if family(role) not in JUDGES:
        return
    written = Stream.objects.filter(subject=attempt.pk, granted_to=actor_id, role__startswith=f"{family(role)}:")
    others = set(written.exclude(role=role).values_list("role", flat=True))
    if not others:
        return
    work = work_of(attempt)
    same = sorted(other for other in others if work.get(other) == work.get(role))
    if same:
        raise AttemptError(
            "two-roles",
            f"You wrote as {same[0]} of this attempt; {role} is for another person. Ask for the assignment to be changed.",
        )


def _check_other_side(attempt: Attempt, role: str, actor_id: uuid.UUID) -> None:
    other_side = AT_A_BAY[family(role)]
    written = Stream.objects.filter(subject=attempt.pk, granted_to=actor_id, role__startswith=f"{other_side}:")
    theirs = set(written.values_list("role", flat=True))
    if not theirs:
        return
    work = work_of(attempt)
    same = sorted(other for other in theirs if work.get(other) == work.get(role))
    if same:
        raise AttemptError(
            "opens-and-assesses",
            f"You wrote as {same[0]} at this bay; {role} is for another person. Ask for the assignment to be changed.",
        )


def check_no_relation(attempt: Attempt, role: str, actor_id: uuid.UUID) -> None:
    """Whoever declared a relation to the candidate judges nothing of theirs, also where the plan of the day came first."""
    if family(role) in JUDGES and has_conflict(actor_id, attempt.registration.candidate_id):
        raise AttemptError(
            "conflict", "You declared a relation to this candidate. Ask for the assignment to be changed."
        )


def check_missing(streams: Sequence[Stream], lost: Mapping[uuid.UUID, MissingStream]) -> None:
    known = {stream.pk: stream for stream in streams}
    for key, said in lost.items():
        stream = known.get(key)
        if stream is None:
            raise AttemptError("not-missing", f"{key} is no stream of this attempt. Name one that it has.")
        if stream.state == Stream.State.CLOSED:
            raise AttemptError("not-missing", f"{stream.role} on {stream.device} is closed: nothing of it is missing.")
        if said.missing_from <= stream.head_sequence:
            raise AttemptError(
                "not-missing",
                f"{stream.role} on {stream.device} is here up to entry {stream.head_sequence}; say what is missing after it.",
            )
        if not said.reason.strip():
            raise AttemptError("reason", f"Say why {stream.role} on {stream.device} is sealed without the rest of it.")


def check_closed(streams: Iterable[Stream]) -> None:
    still_open = [f"{stream.role} on {stream.device}" for stream in streams if stream.state == Stream.State.OPEN]
    if still_open:
        raise AttemptError(
            "streams-open",
            f"Not closed yet: {', '.join(still_open)}. Close them, or seal without them, naming each as missing with a reason.",
        )


def check_carried_out(attempt: Attempt, due: Sequence[engine_jobs.Due]) -> None:
    """What was just made at the simulator is read back before the seal; it is a matter of seconds."""
    waiting = engine_jobs.awaited(attempt, due)
    if waiting:
        raise AttemptError(
            "runs-awaited",
            f"A machine is still carrying out what was made at {', '.join(waiting)}. Seal again in a moment; after two minutes"
            " it is sealed without.",
        )


def check_not_own(item: Quarantine, actor_id: uuid.UUID) -> None:
    if item.stream.granted_to_id == actor_id:
        raise AttemptError("own-entries", "Nobody admits entries of their own. Ask two others.")
