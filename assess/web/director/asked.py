"""Who looks at the desk, at which schemes, and when; and what a line of the desk says."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache

from assess.awards.gathering import Shared, shared_by
from assess.awards.waiting import Standing, standings
from assess.ledger.queries import Mark, mark
from assess.people.queries import Actor, conflicts_declared_by
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings.queries import candidates_held
from assess.validity.cut_scores.models import CutScore
from assess.validity.cut_scores.queries import cut_scores_in_force
from assess.validity.monitoring.evidence import Alarm, Severity
from assess.validity.monitoring.queries import alarms_of, severity_of
from assess.validity.studies.models import Study
from assess.validity.studies.queries import study_heads

BAD, WARN, INFO = "bad", "warn", "info"
ORDER = (BAD, WARN, INFO)


@dataclass(frozen=True, kw_only=True)
class Need:
    """`count` things, in `words` that go on from the number; `about` names the scheme or sitting, `since` the longest waiting."""

    sign: str
    count: int
    words: str
    about: str
    address: str
    since: datetime | None = None


@dataclass(frozen=True)
class Known:
    """What is the same for whoever looks at a scheme version: gate levels and records, cut scores, alarms, severity."""

    shared: Shared
    cuts: tuple[CutScore, ...]
    alarms: tuple[Alarm, ...]
    severities: tuple[Severity, ...]


@lru_cache(maxsize=32)
def _known(version_id: uuid.UUID, today: date, at: Mark) -> Known:
    # Every change goes through the door and moves the mark, so what is kept under an equal mark is not out of date.
    return Known(
        shared=shared_by(SchemeVersion.objects.select_related("scheme").get(pk=version_id)),
        cuts=tuple(cut_scores_in_force(version_id, today)),
        alarms=alarms_of(version_id),
        severities=severity_of(version_id),
    )


@dataclass(frozen=True)
class Asked:
    """Who looks, at which schemes, and when; what several lines need is read once."""

    actor: Actor
    versions: Sequence[SchemeVersion]
    now: datetime

    @cached_property
    def titles(self) -> Mapping[uuid.UUID, str]:
        return {version.pk: schemes.definition_of(version).title for version in self.versions}

    @cached_property
    def standings(self) -> list[Standing]:
        return standings(self.titles)

    @cached_property
    def known(self) -> Mapping[uuid.UUID, Known]:
        """What is known of each scheme version, as of the last act."""
        at = mark()
        return {version.pk: _known(version.pk, self.now.date(), at) for version in self.versions}

    @cached_property
    def shared(self) -> Mapping[uuid.UUID, Shared]:
        """The gate's scheme and window levels of each scheme version, and the records that they were put to."""
        return {key: one.shared for key, one in self.known.items()}

    @cached_property
    def studies(self) -> Mapping[uuid.UUID, Study]:
        """The latest study of each scheme version that has one, without its document."""
        return study_heads(self.titles)

    @cached_property
    def not_mine(self) -> set[tuple[uuid.UUID, uuid.UUID]]:
        """(sitting, candidate) that this person assessed or marked."""
        return candidates_held(self.actor.id)

    @cached_property
    def too_close(self) -> set[uuid.UUID]:
        return {one.candidate_id for one in conflicts_declared_by(self.actor.id)}

    def has(self, *roles: str) -> bool:
        return not self.actor.roles.isdisjoint(roles)

    def apart(self, one: Standing) -> bool:
        """Whether the actor neither assessed this candidate nor is close to them."""
        close = self.too_close | {self.actor.id}
        return (one.sitting_id, one.candidate_id) not in self.not_mine and one.candidate_id not in close

    def may_sign(self, one: Standing) -> bool:
        """Whether the actor may put their name to this decision."""
        return self.actor.id not in one.names and self.apart(one)


def some(count: int, one: str, many: str) -> str:
    """The words after a number.

    >>> some(1, "decision waits", "decisions wait"), some(2, "decision waits", "decisions wait")
    ('decision waits', 'decisions wait')
    """
    return one if count == 1 else many
