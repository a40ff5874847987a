"""Writing sittings, stations, how stations are, and who holds which role."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from assess.ledger import actions as ledger
from assess.people.queries import conflicts_among, roles_of
from assess.sittings.models import Assignment, Sitting, Station, StationHealth
from assess.sittings.queries import ROLE_FOR


class SittingError(Exception):
    """What can't be planned, with a stable code."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def plan_sitting(
    *,
    organisation_id: uuid.UUID,
    scheme_version_id: uuid.UUID,
    title: str,
    site: str,
    starts_at: datetime,
    ends_at: datetime,
) -> Sitting:
    if ends_at <= starts_at:
        raise SittingError("times", f"{title}: a sitting ends after it starts. Check the two times.")
    return Sitting.objects.create(
        organisation_id=organisation_id,
        scheme_version_id=scheme_version_id,
        title=title,
        site=site,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def add_station(*, sitting_id: uuid.UUID, name: str, task: str, room: str, minutes: int) -> Station:
    return Station.objects.create(sitting_id=sitting_id, name=name, task=task, room=room, minutes=minutes)


@dataclass(frozen=True)
class Post:
    """A role of a candidate's attempt, and who is to hold it, about which work, at which station."""

    candidate_id: uuid.UUID
    role: str
    person_id: uuid.UUID | None
    work: str
    station_id: int | None = None


def assign(
    *,
    sitting_id: uuid.UUID,
    candidate_id: uuid.UUID,
    role: str,
    person_id: uuid.UUID | None,
    work: str,
    station_id: int | None = None,
) -> Assignment:
    """Give a role of a candidate's attempt to a person; assigning it again moves it to another person.

    Raises
    ------
    SittingError
        As `assign_all`.
    """
    assign_all(sitting_id=sitting_id, posts=[Post(candidate_id, role, person_id, work, station_id)])
    return Assignment.objects.get(sitting_id=sitting_id, candidate_id=candidate_id, role=role)


def assign_all(*, sitting_id: uuid.UUID, posts: Sequence[Post]) -> int:
    """Fill many posts at once, all or none. Returns how many were new or changed hands.

    Raises
    ------
    SittingError
        `no-such-person`, `conflict` where the person declared a relation to the candidate, `own-attempt`, `not-qualified`,
        `marks-twice`, `opens-and-assesses`, `other-station`, `station-out`. The sentence names the post.
    """
    held = {
        (row.candidate_id, row.role): row
        for row in Assignment.objects.select_for_update().filter(sitting_id=sitting_id)
    }
    wanted = {(post.candidate_id, post.role): post for post in posts}
    people = {post.person_id for post in posts if post.person_id is not None}
    conflicts, roles = conflicts_among(people), roles_of(people)
    after = {key: (row.person_id, row.work) for key, row in held.items()}
    after |= {key: (post.person_id, post.work) for key, post in wanted.items()}
    for post in wanted.values():
        _check(post, conflicts, roles)
    _check_apart(after, {post.candidate_id for post in posts})
    _check_stations(sitting_id, [post for key, post in wanted.items() if key not in held or _moves(held[key], post)])
    now = timezone.now()
    new: list[Assignment] = []
    moved: list[Assignment] = []
    for key, post in wanted.items():
        row = held.get(key)
        if row is None:
            row = Assignment(sitting_id=sitting_id, candidate_id=post.candidate_id, role=post.role)
            new.append(row)
        elif _moves(row, post):
            moved.append(row)
        else:
            continue
        row.person_id, row.work, row.station_id, row.made_at = post.person_id, post.work, post.station_id, now
    Assignment.objects.bulk_create(new, batch_size=500)
    Assignment.objects.bulk_update(moved, ["person", "work", "station", "made_at"], batch_size=500)
    ledger.record_rows(kind="assignment", rows=[*new, *moved])
    return len(new) + len(moved)


def take_station_out(*, station_id: int) -> None:
    Station.objects.filter(pk=station_id, out_of_use_since=None).update(out_of_use_since=timezone.now())


def report_health(
    *, actor_id: uuid.UUID, station_id: int, state: str, sentence: str, serials: Sequence[str] = ()
) -> StationHealth:
    """Keep what a station says about itself and which instruments answer there; its word before is replaced.

    Raises
    ------
    SittingError
        `health` for a state that is none, or a word that can't be shown.
    """
    station = Station.objects.select_for_update().get(pk=station_id)
    if state not in StationHealth.State.values:
        raise SittingError("health", f"{state[:20]!r} is no state. Use one of {', '.join(StationHealth.State.values)}.")
    if not sentence.strip() or not sentence.isprintable() or not all(one.isprintable() for one in serials):
        raise SittingError("health", "Say in a printable sentence how the station is.")
    said, _ = StationHealth.objects.update_or_create(
        station=station,
        defaults={
            "state": state,
            "sentence": sentence.strip()[:300],
            "serials": sorted({one[:80] for one in serials})[:50],
            "said_by_id": actor_id,
            "at": timezone.now(),
        },
    )
    ledger.note_changes(topics={f"sitting:{station.sitting_id}"})
    return said


def _moves(row: Assignment, post: Post) -> bool:
    return (row.person_id, row.work, row.station_id) != (post.person_id, post.work, post.station_id)


def _check_stations(sitting_id: uuid.UUID, posts: Sequence[Post]) -> None:
    asked = {post.station_id for post in posts if post.station_id is not None}
    stations = {station.pk: station for station in Station.objects.filter(pk__in=asked, sitting_id=sitting_id)}
    for post in posts:
        if post.station_id is None:
            continue
        station = stations.get(post.station_id)
        if station is None:
            raise _refused("other-station", post, "The station is not of this sitting. Choose one of its own.")
        if station.out_of_use_since is not None:
            raise _refused("station-out", post, f"{station} is out of use. Choose another station.")


def _refused(code: str, post: Post, sentence: str) -> SittingError:
    return SittingError(code, f"{post.role} of candidate {post.candidate_id}: {sentence}")


def _check(
    post: Post, conflicts: Collection[tuple[uuid.UUID, uuid.UUID]], roles: Mapping[uuid.UUID, Collection[str]]
) -> None:
    if post.person_id is None:
        return
    if post.person_id == post.candidate_id:
        raise _refused("own-attempt", post, "Nobody holds a role in their own attempt. Choose another person.")
    if (post.person_id, post.candidate_id) in conflicts:
        raise _refused("conflict", post, "This person declared a relation to the candidate. Choose another person.")
    held = roles.get(post.person_id, ())
    if not held:
        raise _refused("no-such-person", post, "Nobody of this identifier has a role here. Choose another person.")
    needed = ROLE_FOR.get(post.role.partition(":")[0])
    if needed is not None and needed not in held:
        raise _refused("not-qualified", post, f"This person is not {needed} here. Give them the role first.")


APART = frozenset({"assessor", "marker", "adjudicator"})
"""Families of which two have to be two people, about the same work of the same candidate."""
JUDGING_A_BAY = frozenset({"technician", "assessor"})
"""Whoever opens a bay knows its faults and answers for its equipment: they don't assess the candidate who works there."""


def _check_apart(
    after: Mapping[tuple[uuid.UUID, str], tuple[uuid.UUID | None, str]], candidates: Collection[uuid.UUID]
) -> None:
    """Nobody marks the same work of the same candidate twice, or rules on it twice, or assesses at a bay that they open."""
    seen: set[tuple[uuid.UUID, uuid.UUID, str, str]] = set()
    at_the_bay: dict[tuple[uuid.UUID, uuid.UUID, str], str] = {}
    for (candidate, role), (person, work) in after.items():
        family = role.partition(":")[0]
        if candidate not in candidates or person is None:
            continue
        if family in JUDGING_A_BAY and at_the_bay.setdefault((candidate, person, work), family) != family:
            sentence = (
                f"{role} of candidate {candidate}: one person would open the bay of {work} and assess there. "
                "Choose another technician, or another assessor."
            )
            raise SittingError("opens-and-assesses", sentence)
        if family not in APART:
            continue
        key = (candidate, person, family, work)
        if key in seen:
            sentence = (
                f"{role} of candidate {candidate}: one person would judge {work} twice. Two judgements need two people."
            )
            raise SittingError("marks-twice", sentence)
        seen.add(key)
