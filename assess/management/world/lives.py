"""A candidate's attempt while the day runs, with the devices of everybody who writes about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from assess import door
from assess.attempts.folding.pinned import Pinned
from assess.attempts.models import Attempt
from assess.management.world import model
from assess.management.world.cast import Cast
from assess.management.world.devices import Device
from assess.people.models import Account
from rubrics.definition import TaskDefinition


@dataclass
class Life:
    """One candidate's attempt while the day runs."""

    place: int
    who: model.Person
    account: Account
    attempt: Attempt
    pinned: Pinned
    posts: dict[str, Account]
    work: dict[str, model.Performance]
    devices: dict[str, Device]

    @property
    def tasks(self) -> list[TaskDefinition]:
        """The practical tasks in the order of their identifiers."""
        return [self.pinned.tasks[name] for name in sorted(self.pinned.tasks)]


def open_streams(cast: Cast, wanted: Sequence[tuple[Life, str, Account, str]]) -> None:
    """Each person opens the streams of their roles on their devices."""
    by_person: dict[Account, list[tuple[Life, str, str]]] = {}
    for life, role, person, name in wanted:
        by_person.setdefault(person, []).append((life, role, name))
    for person, streams in by_person.items():
        asked = [
            {"subject_kind": "attempt", "subject_id": life.attempt.pk, "role": role, "device": name}
            for life, role, name in streams
        ]
        grants = door.act_on_all(cast.acts_as(person), "attempts.open_stream", asked)
        for (life, role, _), grant in zip(streams, grants, strict=True):
            life.devices[role] = Device.of(grant)
