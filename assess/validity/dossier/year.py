"""The year's monitoring: what was looked at in the last twelve months, and what is due in the next six. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assess.validity.dossier.argument.job import YEARS
from assess.validity.dossier.argument.monitoring import MONTHS, a_year_before
from assess.validity.dossier.claims import Record
from assess.validity.dossier.facts import ExceptionFact, Facts
from assess.validity.dossier.weighed import count
from assess.validity.report.statements import listed

AHEAD = timedelta(days=183)
NEVER = date.max


@dataclass(frozen=True, kw_only=True)
class Looked:
    """Something that was looked at, and when."""

    on: date
    what: str
    records: tuple[Record, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Due:
    """Something that is to be done, and by when; `by` in the past is overdue, `NEVER` has no date yet and is wanted."""

    by: date
    what: str
    why: str

    @property
    def undated(self) -> bool:
        return self.by == NEVER


@dataclass(frozen=True)
class Year:
    """`looked` the latest first, `due` the most urgent first; what has no date stands last."""

    since: date
    until: date
    looked: tuple[Looked, ...]
    due: tuple[Due, ...]

    def overdue(self, on: date) -> tuple[Due, ...]:
        return tuple(one for one in self.due if one.by < on)

    def expiring(self, on: date, within: timedelta) -> tuple[Due, ...]:
        return tuple(one for one in self.due if on <= one.by <= on + within)


def the_year(facts: Facts) -> Year:
    """The year that ends on the day of the facts, and the half year that follows."""
    since, until = a_year_before(facts.on), facts.on + AHEAD
    looked = sorted(
        (one for one in _looked(facts) if since <= one.on <= facts.on), key=lambda one: one.on, reverse=True
    )
    due = sorted((one for one in _due(facts) if one.by <= until or one.undated), key=lambda one: (one.by, one.what))
    return Year(since, until, tuple(looked), tuple(due))


def _looked(facts: Facts) -> Iterator[Looked]:
    study, looks, job = facts.study, facts.looks, facts.job
    if study is not None:
        told = f"Study {study.number} over {count(study.candidates, 'candidate')}"
        yield Looked(on=study.run_on, what=told, records=(study.record,))
    if looks is not None and looks.latest.on is not None:
        told = f"Monitoring: {count(looks.looks, 'look')}, the latest with {count(looks.points, 'point')} on charts"
        yield Looked(on=looks.latest.on, what=told, records=(looks.latest,))
    if job.analysis is not None and job.analysis.adopted_on is not None:
        record = Record(kind="job_analysis", id=job.analysis.id, digest=job.analysis.dataset_sha256)
        yield Looked(on=job.analysis.adopted_on, what="Job-task analysis adopted", records=(record,))
    if job.content is not None:
        record = Record(kind="content_panel", id=job.content.id, digest=job.content.dataset_sha256)
        told = f"Content panel of {count(job.content.experts, 'expert')} closed"
        yield Looked(on=job.content.closed_on, what=told, records=(record,))
    for cut in facts.cuts:
        yield Looked(on=cut.held_on, what=f"Cut score of {cut.part} set ({cut.method})", records=(cut.record,))
        if cut.adopted_on is not None:
            yield Looked(on=cut.adopted_on, what=f"Cut score of {cut.part} adopted", records=(cut.record,))
    trained: dict[date, list[Record]] = {}
    for one in facts.training.assessors:
        if one.trained_on is not None and one.record is not None:
            trained.setdefault(one.trained_on, []).append(Record(kind="training", id=str(one.record)))
    for day, records in trained.items():
        yield Looked(on=day, what=f"Training of {count(len(records), 'assessor')} put in force", records=tuple(records))
    for duty in facts.duties:
        if duty.signed_at is not None and duty.record_id is not None:
            record = Record(kind="duty", id=str(duty.record_id), digest=duty.document_sha256)
            yield Looked(on=duty.signed_at.date(), what=f"Duty signed: {duty.name}", records=(record,))
    if facts.scheme.published_on is not None:
        yield Looked(on=facts.scheme.published_on, what="Content published", records=(facts.scheme.record,))


def _due(facts: Facts) -> Iterator[Due]:
    study, job = facts.study, facts.job.analysis
    if study is None:
        yield Due(by=NEVER, what="First study", why="nothing is known about the scores yet")
    else:
        yield Due(by=_later(study.run_on, MONTHS), what="Next study", why=f"the last one is of {study.run_on}")
    if job is None or job.adopted_on is None:
        yield Due(by=NEVER, what="Job-task analysis", why="none is adopted")
    else:
        told = f"the last one was adopted on {job.adopted_on}"
        yield Due(by=_later(job.adopted_on, 12 * YEARS), what="Next job-task survey", why=told)
    for cut in facts.cuts:
        if cut.until is not None:
            yield Due(by=cut.until, what=f"Cut score of {cut.part} ends", why="a board adopts the next one before")
        if not cut.board:
            yield Due(by=NEVER, what=f"Cut score of {cut.part} waits for a board", why="nobody can pass before")
    ends: dict[date, int] = {}
    for one in facts.training.assessors:
        if one.until is not None and one.in_force:
            ends[one.until] = ends.get(one.until, 0) + 1
    for day, number in ends.items():
        yield Due(by=day, what=f"Training of {count(number, 'assessor')} ends", why="they may not assess afterwards")
    if facts.training.lacking:
        told = f"Training of {count(len(facts.training.lacking), 'assessor')}"
        yield Due(by=NEVER, what=told, why="they are assigned and have none in force")
    for duty in facts.duties:
        if duty.met and duty.valid_until is not None:
            yield Due(by=duty.valid_until, what=f"Duty ends: {duty.name}", why="the scheme shuts without it")
    unmet = [f"{duty.name} ({duty.state})" for duty in facts.duties if not duty.met]
    if unmet:
        duties = count(len(unmet), "duty", "duties")
        yield Due(by=NEVER, what=f"Sign {duties}: {listed(unmet, 3)}", why="the scheme does not open without them")
    ending: dict[date, list[ExceptionFact]] = {}
    for exception in facts.exceptions:
        if exception.waits:
            what = f"The exception to “{exception.check}” waits for a second name"
            yield Due(by=NEVER, what=what, why=exception.reason)
        elif exception.expires_on >= facts.on:
            ending.setdefault(exception.expires_on, []).append(exception)
    for day, together in ending.items():
        yield Due(by=day, what=_ending([one.check for one in together]), why=_reasons(together))
    for alarm in facts.alarms:
        if alarm.open:
            told = "nobody has looked at it" if not alarm.looked_at else "it waits for a second person"
            yield Due(by=NEVER, what=f"Alarm: {alarm.what}", why=told)
    for sentence in facts.reviews_open:
        yield Due(by=NEVER, what="Review of awards", why=sentence)
    if facts.security.incidents_open:
        told = count(facts.security.incidents_open, "incident")
        yield Due(by=NEVER, what=f"{told[:1].upper()}{told[1:]} to review", why="the awards they touch wait")


def _ending(checks: Sequence[str]) -> str:
    named = listed([f"“{check}”" for check in checks], len(checks))
    return f"The exception to {named} ends" if len(checks) == 1 else f"The exceptions to {named} end"


def _reasons(exceptions: Sequence[ExceptionFact]) -> str:
    """Why each was let stand; a reason that several share is said once."""
    by_reason: dict[str, list[str]] = {}
    for one in exceptions:
        by_reason.setdefault(one.reason, []).append(one.check)
    if len(by_reason) == 1:
        return next(iter(by_reason))
    return " ".join(f"{listed(checks, len(checks))}: {reason}" for reason, checks in by_reason.items())


def _later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("Every month has a 28th day.")
