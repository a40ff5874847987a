"""The plan of the day, folded from its journal: who holds which role of whose attempt, at which station, and who is
absent.

A swap is another `assign` for the same candidate and role: the last word stands. A tablet that holds the whole day's
plan needs no push: it reads the same entries.
"""

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assess.attempts.fold import StreamRecord


@dataclass(frozen=True)
class Post:
    """Who holds a role, about which work, and where."""

    person: uuid.UUID | None
    work: str
    station: str


@dataclass(frozen=True)
class Plan:
    posts: Mapping[tuple[uuid.UUID, str], Post]
    absent: Mapping[uuid.UUID, str]
    stations_out: tuple[str, ...]


def fold_plan(streams: Iterable[StreamRecord]) -> Plan:
    """Fold the coordinators' streams in the order of role, epoch and sequence."""
    posts: dict[tuple[uuid.UUID, str], Post] = {}
    absent: dict[uuid.UUID, str] = {}
    out: list[str] = []
    for stream in sorted(streams, key=lambda one: (one.role, one.epoch)):
        for entry in stream.entries:
            said = json.loads(entry.payload)
            if entry.kind == "assign":
                person = uuid.UUID(said["person"]) if said["person"] else None
                posts[uuid.UUID(said["candidate"]), said["role"]] = Post(person, said["work"], said["station"])
            elif entry.kind == "absent":
                absent[uuid.UUID(said["candidate"])] = said["reason"]
            elif entry.kind == "station_out" and said["station"] not in out:
                out.append(said["station"])
    return Plan(posts, absent, tuple(out))
