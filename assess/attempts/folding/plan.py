"""The plan of the day, folded from its journal: who holds which role of whose attempt, at which station, and who is
absent.

A swap is another `assign` for the same candidate and role: the last word stands. `absent` releases the candidate's posts, so
that people and stations are free; a later `assign` brings that post back. A station that is out takes nobody: posts there
keep their person and wait for another station. A tablet that holds the whole day's plan needs no push: it reads the same
entries.
"""

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assess.attempts.folding.records import Payload, StreamRecord
from assess.attempts.journal.kinds import ROLE, family, order

ASSIGNED = frozenset({"assessor", "marker", "adapter", "proctor", "technician", "adjudicator"})
LONGEST_WORK = 80


@dataclass(frozen=True)
class Post:
    """Who holds a role, about which work, and where."""

    person: uuid.UUID | None
    work: str
    station: str


@dataclass(frozen=True)
class Plan:
    """`remarks` name what was written and can't be read; it changes nothing, and another word mends it."""

    posts: Mapping[tuple[uuid.UUID, str], Post]
    absent: Mapping[uuid.UUID, str]
    stations_out: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def fold_plan(streams: Iterable[StreamRecord]) -> Plan:
    """Fold the coordinators' streams in the order of role, epoch and sequence. Whatever passed the intake is taken."""
    posts: dict[tuple[uuid.UUID, str], Post] = {}
    absent: dict[uuid.UUID, str] = {}
    out: list[str] = []
    remarks: list[str] = []
    for stream in sorted(streams, key=lambda one: (order(one.role), one.epoch)):
        for entry in stream.entries:
            said = json.loads(entry.payload)
            try:
                if entry.kind == "assign":
                    key, post = _assigned(said)
                    posts[key] = post
                    absent.pop(key[0], None)
                elif entry.kind == "absent":
                    candidate = _person(said["candidate"])
                    absent[candidate] = said["reason"]
                    posts |= {key: Post(None, post.work, "") for key, post in posts.items() if key[0] == candidate}
                elif entry.kind == "station_out" and said["station"] not in out:
                    out.append(said["station"])
            except ValueError as problem:
                remarks.append(f"{stream.role}/{stream.epoch}, entry {entry.sequence}: {problem}")
    held = {
        key: Post(post.person, post.work, "" if post.station in out else post.station) for key, post in posts.items()
    }
    return Plan(held, absent, tuple(out), tuple(remarks))


def _assigned(said: Payload) -> tuple[tuple[uuid.UUID, str], Post]:
    role, work = said["role"], said["work"]
    if ROLE.fullmatch(role) is None or family(role) not in ASSIGNED:
        raise ValueError(f"{role[:40]!r} is no role that is assigned. Use one such as assessor:1.")
    if len(work) > LONGEST_WORK or "\0" in work:
        raise ValueError(f"the work of {role} is described in at most {LONGEST_WORK} characters.")
    person = _person(said["person"]) if said["person"] else None
    return (_person(said["candidate"]), role), Post(person, work, said["station"])


def _person(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} names no person. Write the account's identifier.") from None
