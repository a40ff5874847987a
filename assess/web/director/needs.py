"""What needs a person today: one line for each kind of thing that waits for their name, their look or their act.

A line leads to where the thing is done. Nobody is shown what they may not do: a decision about a candidate they assessed is not
theirs to sign, a cut score whose meeting they held is not theirs to adopt.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.urls import reverse

from assess.attempts.queries import quarantined_in
from assess.awards.queries import attempts_to_decide
from assess.awards.waiting import Standing, standings, status_changes_proposed, waivers_proposed
from assess.people.queries import Actor, certificates_waiting, conflicts_declared_by
from assess.proctoring import queries as proctoring
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings.queries import candidates_held
from assess.validity.cut_scores import queries as cut_scores
from assess.validity.studies import queries as studies
from assess.validity.studies.models import StudyRun

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
    def not_mine(self) -> set[tuple[uuid.UUID, uuid.UUID]]:
        """(sitting, candidate) that this person assessed or marked."""
        return candidates_held(self.actor.id)

    @cached_property
    def too_close(self) -> set[uuid.UUID]:
        return {one.candidate_id for one in conflicts_declared_by(self.actor.id)}

    def has(self, *roles: str) -> bool:
        return not self.actor.roles.isdisjoint(roles)

    def may_sign(self, one: Standing) -> bool:
        """Whether the actor may put their name to this decision: not who assessed, not who is close to the candidate."""
        return (
            self.actor.id not in one.names
            and (one.sitting_id, one.candidate_id) not in self.not_mine
            and one.candidate_id not in self.too_close | {self.actor.id}
        )


def some(count: int, one: str, many: str) -> str:
    """The words after a number.

    >>> some(1, "decision waits", "decisions wait"), some(2, "decision waits", "decisions wait")
    ('decision waits', 'decisions wait')
    """
    return one if count == 1 else many


def _by_scheme(
    asked: Asked, rows: Sequence[Standing], show: str, one: str, many: str, *, sign: str = WARN
) -> Iterator[Need]:
    """One line a scheme, which leads to the gate's list of exactly these candidates."""
    for version in asked.versions:
        mine = [row for row in rows if row.scheme_version_id == version.pk]
        if mine:
            yield Need(
                sign=sign,
                count=len(mine),
                words=some(len(mine), one, many),
                about=asked.titles[version.pk],
                address=f"{reverse('director-gate', args=[version.pk])}?show={show}",
                since=mine[0].decided_at,
            )


def _names(asked: Asked) -> Iterator[Need]:
    if asked.has("approver", "director"):
        rows = [one for one in asked.standings if one.waits_for_names and not one.near and asked.may_sign(one)]
        yield from _by_scheme(asked, rows, "waiting", "decision waits for your name", "decisions wait for your name")


def _near_cut(asked: Asked) -> Iterator[Need]:
    if asked.has("approver", "director"):
        rows = [one for one in asked.standings if one.near and one.decided]
        yield from _by_scheme(
            asked,
            rows,
            "near",
            "result within one standard error of its cut waits for a look",
            "results within one standard error of a cut wait for a look",
        )


def _to_decide(asked: Asked) -> Iterator[Need]:
    if not asked.has("director"):
        return
    for version in asked.versions:
        if count := len(attempts_to_decide(version.pk)):
            yield Need(
                sign=WARN,
                count=count,
                words=some(count, "scored attempt waits for the rule", "scored attempts wait for the rule"),
                about=asked.titles[version.pk],
                address=reverse("director-gate", args=[version.pk]),
            )


def _to_issue(asked: Asked) -> Iterator[Need]:
    if asked.has("director"):
        rows = [one for one in asked.standings if one.waits_for_issue]
        yield from _by_scheme(
            asked, rows, "final", "passed decision waits to be issued", "passed decisions wait to be issued", sign=INFO
        )


def _boards(asked: Asked) -> Iterator[Need]:
    if not asked.has("board"):
        return
    for version in asked.versions:
        latest = {cut.part: cut for cut in reversed(cut_scores.cut_scores_of(version.pk))}
        waiting = [cut for cut in latest.values() if cut.adopted_at is None and cut.held_by_id != asked.actor.id]
        if waiting:
            parts = ", ".join(cut.part for cut in waiting)
            yield Need(
                sign=WARN,
                count=len(waiting),
                words=f"{some(len(waiting), 'cut score waits', 'cut scores wait')} for the board: {parts}",
                about=asked.titles[version.pk],
                address=reverse("director-cuts", args=[version.pk]),
                since=min(cut.held_at for cut in waiting),
            )


def _second_directors(asked: Asked) -> Iterator[Need]:
    """What another director wants done to a credential; it takes effect when a second says the same."""
    if not asked.has("director"):
        return
    words = {"revoke": "to revoke", "suspend": "to suspend", "reinstate": "to reinstate"}
    for change in status_changes_proposed():
        if change.proposed_by_id != asked.actor.id:
            yield Need(
                sign=BAD if change.kind == "revoke" else WARN,
                count=1,
                words=f"credential {words[change.kind]} waits for a second director",
                about=f"{change.credential.holder}; asked for by {change.proposed_by}",
                address=reverse("director-credential", args=[change.credential_id]),
                since=change.proposed_at,
            )


def _waivers(asked: Asked) -> Iterator[Need]:
    if not asked.has("director", "approver"):
        return
    mine = [one for one in waivers_proposed(asked.titles, today=asked.now) if one.first_id != asked.actor.id]
    for (version_id, check), count in Counter((one.scheme_version_id, one.check_name) for one in mine).items():
        yield Need(
            sign=WARN,
            count=count,
            words=f"{some(count, 'waiver', 'waivers')} of “{check}” {some(count, 'waits', 'wait')} for a second name",
            about=asked.titles[version_id],
            address=f"{reverse('director-gate', args=[version_id])}?show=waiting",
        )


def _incidents(asked: Asked) -> Iterator[Need]:
    if not asked.has("director", "approver"):
        return
    waiting = [
        one
        for one in proctoring.incidents_waiting(asked.actor)
        if one.attempt.registration.candidate_id not in asked.too_close
    ]
    for second in (True, False):
        rows = [one for one in waiting if bool(one.reviews.all()) is second]
        if not rows:
            continue
        found = some(len(rows), "incident", "incidents")
        words = f"{found} that one person upheld {some(len(rows), 'needs', 'need')} a second person"
        yield Need(
            sign=BAD if second else WARN,
            count=len(rows),
            words=words if second else f"{found} nobody has looked at",
            about=", ".join(sorted({str(one.attempt.sitting) for one in rows})),
            address=reverse("proctor-incident", args=[rows[0].pk]),
            since=rows[0].raised_at,
        )


def _quarantine(asked: Asked) -> Iterator[Need]:
    if not asked.has("director"):
        return
    for sitting, count in quarantined_in(proctoring.sittings_of(asked.actor)):
        yield Need(
            sign=WARN,
            count=count,
            words=some(count, "refused entry waits in quarantine", "refused entries wait in quarantine"),
            about=str(sitting),
            address=reverse("proctor-seals", args=[sitting.pk]),
        )


def _studies(asked: Asked) -> Iterator[Need]:
    if not asked.has("director"):
        return
    for version in asked.versions:
        run = studies.runs_of(version.pk).first()
        if run is not None and run.state == StudyRun.State.FAILED:
            yield Need(
                sign=BAD,
                count=1,
                words=f"study failed: {run.sentence}",
                about=asked.titles[version.pk],
                address=reverse("director-scheme", args=[version.pk]),
                since=run.changed_at,
            )


def _certificates(asked: Asked) -> Iterator[Need]:
    if not asked.has("director"):
        return
    waiting = list(certificates_waiting(asked.actor.id)[:100])
    if waiting:
        yield Need(
            sign=INFO,
            count=len(waiting),
            words=some(len(waiting), "certificate waits to be looked up", "certificates wait to be looked up"),
            about=str(waiting[0].holder) + (" and others" if len(waiting) > 1 else ""),
            address=reverse("people-person", args=[waiting[0].holder_id]),
        )


SOURCES: tuple[Callable[[Asked], Iterator[Need]], ...] = (
    _second_directors,
    _incidents,
    _studies,
    _near_cut,
    _names,
    _boards,
    _waivers,
    _to_decide,
    _quarantine,
    _to_issue,
    _certificates,
)


def needs_of(asked: Asked) -> list[Need]:
    """Everything that waits for this person, the gravest first."""
    found = [need for source in SOURCES for need in source(asked)]
    return sorted(found, key=lambda need: ORDER.index(need.sign))
