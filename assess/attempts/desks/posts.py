"""The desk of a person who marks or rules: the attempts in which they hold such a post, and how far their own streams are.

A post is not shown to whoever declared a relation to the candidate, and a sealed attempt only while its score waits: what is
written then makes the next seal.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from assess.attempts.models import Attempt, Score, Stream
from assess.people.queries import conflicts_among
from assess.sittings.models import Assignment


@dataclass(frozen=True)
class Held:
    """A post at the desk. `posts` maps every post of the attempt that somebody holds to its work and its person."""

    attempt: Attempt
    role: str
    posts: Mapping[str, tuple[str, uuid.UUID]]

    def of_family(self, name: str) -> list[str]:
        return [role for role in self.posts if role.startswith(f"{name}:")]


def held_by(person_id: uuid.UUID, family: str) -> list[Held]:
    """The posts of a family that a person holds in attempts that are not scored to the end."""
    mine = Assignment.objects.filter(person=person_id, role__startswith=f"{family}:").order_by("role")
    places = list(mine.values_list("sitting_id", "candidate_id", "role"))
    related = {candidate for _, candidate in conflicts_among([person_id])}
    attempts = _attempts({(sitting, candidate) for sitting, candidate, _ in places if candidate not in related})
    posts: dict[tuple[uuid.UUID, uuid.UUID], dict[str, tuple[str, uuid.UUID]]] = {}
    held = Assignment.objects.filter(sitting__in={sitting for sitting, _ in attempts}, person__isnull=False)
    for sitting, candidate, role, work, person in held.filter(
        candidate__in={candidate for _, candidate in attempts}
    ).values_list("sitting_id", "candidate_id", "role", "work", "person_id"):
        if person is not None:
            posts.setdefault((sitting, candidate), {})[role] = (work, person)
    return [
        Held(attempts[sitting, candidate], role, posts[sitting, candidate])
        for sitting, candidate, role in places
        if (sitting, candidate) in attempts
    ]


def _attempts(places: Collection[tuple[uuid.UUID, uuid.UUID]]) -> dict[tuple[uuid.UUID, uuid.UUID], Attempt]:
    """The latest attempt at each place (sitting, candidate) that is not scored to the end."""
    found = Attempt.objects.filter(
        sitting__in={sitting for sitting, _ in places}, registration__candidate__in={one for _, one in places}
    )
    latest = {
        key: attempt
        for attempt in found.select_related("registration__candidate").order_by("number")
        if (key := (attempt.sitting_id, attempt.registration.candidate_id)) in places
    }
    sealed = [attempt.pk for attempt in latest.values() if attempt.state == Attempt.State.SEALED]
    scores = Score.objects.filter(attempt__in=sealed).order_by("number").values_list("attempt_id", "document")
    waiting = {attempt: any(part["waits_for"] for part in document["parts"]) for attempt, document in scores}
    return {key: attempt for key, attempt in latest.items() if waiting.get(attempt.pk, attempt.pk not in sealed)}


@dataclass(frozen=True)
class OwnStreams:
    """A person's streams of a family. `known` says up to which sequence the server holds each; `open` which posts still write."""

    known: Mapping[str, int]
    open: frozenset[tuple[uuid.UUID, str]]

    def document(self) -> dict[str, Any]:
        writing = sorted(self.open, key=lambda one: (str(one[0]), one[1]))
        return {
            "known": dict(self.known),
            "open": [{"attempt": str(attempt), "role": role} for attempt, role in writing],
        }


def own_streams(person_id: uuid.UUID, held: Collection[Held]) -> OwnStreams:
    posts = {(one.attempt.pk, one.role) for one in held}
    rows = Stream.objects.filter(granted_to=person_id, subject__in={attempt for attempt, _ in posts})
    mine = [stream for stream in rows.order_by("epoch") if (stream.subject, stream.role) in posts]
    return OwnStreams(
        known={str(stream.pk): stream.head_sequence for stream in mine},
        open=frozenset((stream.subject, stream.role) for stream in mine if stream.state == Stream.State.OPEN),
    )
