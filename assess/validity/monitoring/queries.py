"""Shared reads of monitoring: alarms, severity, charts, judging plans."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from assess.attempts.models import Attempt
from assess.people.models import Account
from assess.psychometrics.control_charts import ControlChart
from assess.psychometrics.facets import connectivity
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings.models import Assignment, Sitting
from assess.validity.monitoring import evidence
from assess.validity.monitoring.evidence import JudgingPlan, Kind, Move, Severity
from assess.validity.monitoring.looking import base_in_force, last_look
from assess.validity.monitoring.models import Alarm, BasePeriod, ChartPoint
from assess.validity.monitoring.quantities import Chart, chart_of
from assess.validity.monitoring.watching import Usual, charts_over
from assess.validity.report.written import read_estimate

MOST_PLANS = 5
"""So many sittings ahead are looked at."""


def alarm_rows(scheme_version_id: uuid.UUID) -> QuerySet[Alarm]:
    """Every alarm that was ever raised: those nobody has looked at first, then the open ones, the latest first."""
    found = Alarm.objects.filter(scheme_version_id=scheme_version_id)
    return found.select_related("acknowledged_by", "closed_by", "look").order_by("-raised_at", "chart", "pk")


def alarms_of(scheme_version_id: uuid.UUID) -> tuple[evidence.Alarm, ...]:
    """Every alarm of a scheme version that is not closed, those nobody has looked at first."""
    rows = list(alarm_rows(scheme_version_id).filter(closed_at=None))
    names = people_named(chart_of(row.chart) for row in rows)
    found = [_alarm(row, names) for row in rows]
    return tuple(sorted(found, key=lambda one: one.looked_at))


def alarm_by_id(alarm_id: uuid.UUID) -> Alarm | None:
    return Alarm.objects.filter(pk=alarm_id).select_related("scheme_version__scheme").first()


def as_told(rows: Sequence[Alarm]) -> list[evidence.Alarm]:
    """Alarms with the names of those they are about."""
    names = people_named(chart_of(row.chart) for row in rows)
    return [_alarm(row, names) for row in rows]


def _alarm(row: Alarm, names: Mapping[str, str]) -> evidence.Alarm:
    return evidence.Alarm(
        id=row.pk,
        kind=Kind(row.kind),
        what=title_of(chart_of(row.chart), names),
        since=row.since,
        raised_at=row.raised_at,
        chart=row.chart,
        sentence=row.sentence,
        acknowledged_by="" if row.acknowledged_by is None else str(row.acknowledged_by),
        acknowledged_at=row.acknowledged_at,
        done=row.done,
        closed_by="" if row.closed_by is None else str(row.closed_by),
        closed_at=row.closed_at,
        simulated=row.simulated,
    )


def people_named(charts: Any) -> dict[str, str]:
    """Names of the assessors that charts are about, by identifier."""
    people = {one.subject for one in charts if one.quantity.kind is Kind.ASSESSOR}
    return {str(one.pk): str(one) for one in Account.objects.filter(pk__in=[key for key in people if _is_id(key)])}


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def title_of(chart: Chart, names: Mapping[str, str]) -> str:
    """A chart in words: whose, and what it shows."""
    words = chart.quantity.words
    if chart.quantity.kind is Kind.DAY:
        return words[0].upper() + words[1:]
    return f"{names.get(chart.subject, chart.subject)}: {words}"


def points_of(
    base: BasePeriod, charts: Collection[str] | None = None, *, kind: Kind | None = None
) -> dict[str, list[ChartPoint]]:
    """Points against a base period by chart, in the order of time; of a block that was scored anew, the latest."""
    rows = ChartPoint.objects.filter(look__base=base)
    if kind is not None:
        rows = rows.filter(chart__startswith=f"{kind}/")
    if charts is not None:
        rows = rows.filter(chart__in=list(charts))
    latest: dict[str, dict[str, ChartPoint]] = defaultdict(dict)
    for row in rows.order_by("look__number"):
        latest[row.chart][row.block] = row
    return {key: sorted(own.values(), key=lambda one: (one.since, one.block)) for key, own in sorted(latest.items())}


@dataclass(frozen=True)
class Drawn:
    """A chart as it is drawn: its points, both rules over them, and its alarms."""

    chart: Chart
    title: str
    centre: float | None
    points: tuple[ChartPoint, ...]
    shewhart: ControlChart
    slow: ControlChart
    alarms: tuple[Alarm, ...]

    @property
    def measured(self) -> int:
        """Points with enough evidence."""
        return sum(one.z is not None for one in self.points)


def charts_of(scheme_version_id: uuid.UUID, kind: Kind | None = None) -> list[Drawn]:
    """Every chart of the base period in force (of one kind) that has a point, by quantity and subject."""
    base = base_in_force(scheme_version_id)
    if base is None:
        return []
    usual = usual_by_id(base.pk)
    series = points_of(base, kind=kind)
    names = people_named(chart_of(key) for key in series)
    alarms: dict[str, list[Alarm]] = defaultdict(list)
    for row in Alarm.objects.filter(base=base).order_by("since"):
        alarms[row.chart].append(row)
    drawn = []
    for key, own in series.items():
        chart = chart_of(key)
        fast, slow = charts_over(usual, chart, [one.z for one in own])
        drawn.append(
            Drawn(
                chart=chart,
                title=title_of(chart, names),
                centre=usual.centre_of(chart),
                points=tuple(own),
                shewhart=fast,
                slow=slow,
                alarms=tuple(alarms.get(key, ())),
            )
        )
    return drawn


@lru_cache(maxsize=64)
def usual_by_id(base_id: uuid.UUID) -> Usual:
    """What a base period says is usual. It never changes, so this is right for ever."""
    return Usual.from_document(BasePeriod.objects.values_list("document", flat=True).get(pk=base_id))


def severity_of(scheme_version_id: uuid.UUID) -> tuple[Severity, ...]:
    """How severe each assessor is, the most severe first, as the latest look found."""
    found = last_look(scheme_version_id)
    if found is None:
        return ()
    document = found.document["severity"]
    keys = [row["rater"] for row in document["raters"] if _is_id(row["rater"])]
    names = {str(one.pk): str(one) for one in Account.objects.filter(pk__in=keys)}
    moves: dict[str, list[Move]] = defaultdict(list)
    for row in document["moves"]:
        for rater in row["raters"]:
            moves[rater].append(_move(row))
    told = [
        _severity(row, names[row["rater"]], tuple(moves.get(row["rater"], ())), simulated=found.simulated)
        for row in document["raters"]
        if row["rater"] in names
    ]
    return tuple(sorted(told, key=lambda one: -(one.severity.value if one.severity.value is not None else -99.0)))


def _severity(row: Mapping[str, Any], name: str, moves: tuple[Move, ...], *, simulated: bool) -> Severity:
    found = read_estimate(row["severity"])
    words = f"{name}: {_severe(found.value, found.interval)}"
    if not found.sufficient:
        words = f"{name}: not enough evidence. {found.reason}"
    if moves:
        count = len(moves)
        words += f"; {count} of the candidates judged would change sides if severity were evened out"
    return Severity(
        assessor=uuid.UUID(row["rater"]),
        name=name,
        severity=found,
        observed_average=_number(row["observed_average"]),
        fair_average=_number(row["fair_average"]),
        infit=_number(row["infit"]),
        outfit=_number(row["outfit"]),
        marks=found.n,
        persons=row["persons"],
        shared_persons=row["shared"],
        would_change=moves,
        simulated=simulated,
        sentence=f"{words}.",
    )


def _severe(value: float | None, interval: tuple[float, float] | None) -> str:
    if value is None or interval is None:
        return "no measure"
    side = "more severe" if value > 0 else "more lenient"
    if interval[0] <= 0 <= interval[1]:
        return f"not told apart from the average assessor ({value:+.2f} logits)".replace("-", "−")
    return f"{side} than the average assessor by {abs(value):.2f} logits"


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def _move(row: Mapping[str, Any]) -> Move:
    return Move(
        attempt=uuid.UUID(row["attempt"]),
        part=row["part"],
        before=Decimal(row["before"]),
        after=Decimal(row["after"]),
        cut=Decimal(row["cut"]),
        would=row["would"],
        within_error=row["within_error"],
    )


def would_change(scheme_version_id: uuid.UUID) -> tuple[Move, ...]:
    """Every attempt that would lie on the other side of a cut if severity were evened out. Nothing is changed by this."""
    found = last_look(scheme_version_id)
    return () if found is None else tuple(_move(row) for row in found.document["severity"]["moves"])


def own_severity(person_id: uuid.UUID) -> list[tuple[str, Severity, list[float]]]:
    """For each scheme that a person judged in: its title, their severity, and the values of the others without a name."""
    found = []
    versions = SchemeVersion.objects.filter(
        sittings__assignments__person=person_id, sittings__assignments__role__startswith="assessor:"
    )
    for version in versions.distinct().order_by("scheme__code", "pk"):
        everybody = severity_of(version.pk)
        mine = next((one for one in everybody if one.assessor == person_id), None)
        if mine is not None:
            others = [one.severity.value for one in everybody if one is not mine and one.severity.value is not None]
            found.append((schemes.definition_of(version).title, mine, others))
    return found


def assesses_now(person_id: uuid.UUID) -> bool:
    """Whether a candidate whom this person assesses is still being assessed: their attempt is open."""
    posts = Assignment.objects.filter(person=person_id, role__startswith="assessor:")
    under_way = Attempt.objects.filter(state=Attempt.State.OPEN, sitting__in=posts.values("sitting"))
    candidates = set(posts.values_list("sitting_id", "candidate_id"))
    return any(pair in candidates for pair in under_way.values_list("sitting_id", "registration__candidate_id"))


def judged_plan_of(scheme_version_id: uuid.UUID) -> JudgingPlan | None:
    """Whether the marks given so far connect everybody; None before the first look."""
    found = last_look(scheme_version_id)
    if found is None:
        return None
    document = found.document["severity"]
    return JudgingPlan(
        connected=document["connected"],
        sentence=document["design"],
        extra=tuple((person, rater, tuple(criteria)) for person, rater, criteria in document["extra"]),
        shared=document["shared"],
    )


def plan_of_sitting(sitting_id: uuid.UUID) -> JudgingPlan:
    """Whether the assignments of a sitting will connect everybody, before a mark is given: the fewest double ratings to add.

    Candidates and assessors are given by name.
    """
    rows = list(
        Assignment.objects.filter(
            sitting_id=sitting_id, role__startswith="assessor:", person__isnull=False
        ).select_related("candidate", "person")
    )
    names = {str(one.pk): str(one) for row in rows for one in (row.candidate, row.person) if one is not None}
    reserves = _reserves(rows)
    planned = [row for row in rows if row.pk not in reserves]
    found = connectivity([(str(row.candidate_id), str(row.person_id), row.work) for row in planned])
    return JudgingPlan(
        connected=not planned or found.connected,
        sentence=found.sentence,
        extra=tuple((names[one.person], names[one.rater], one.criteria) for one in found.extra_markings),
        shared={names[rater]: count for rater, count in found.shared_persons},
    )


def plans_ahead(scheme_version_id: uuid.UUID) -> list[tuple[Sitting, JudgingPlan]]:
    """The judging plans of sittings that are not over and have assessors."""
    ahead = Sitting.objects.filter(scheme_version=scheme_version_id, ends_at__gte=timezone.now())
    rows = ahead.filter(assignments__role__startswith="assessor:").distinct().order_by("starts_at", "pk")
    return [(sitting, plan_of_sitting(sitting.pk)) for sitting in rows[:MOST_PLANS]]


def _reserves(rows: Sequence[Assignment]) -> set[uuid.UUID]:
    """Who waits in reserve: a third assessor of a task marks only what two others saw differently."""
    by_task: dict[tuple[uuid.UUID, str], list[tuple[int, uuid.UUID]]] = defaultdict(list)
    for row in rows:
        by_task[row.candidate_id, row.work].append((int(row.role.partition(":")[2]), row.pk))
    return {key for own in by_task.values() for _, key in sorted(own)[2:]}
