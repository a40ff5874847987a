"""Writing base periods, looks and alarms."""

import math
import uuid
from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from assess.ledger import actions as ledger
from assess.psychometrics.control_charts import Standardised
from assess.validity.errors import ValidityError
from assess.validity.monitoring.commitments import look_document
from assess.validity.monitoring.gathering import scored
from assess.validity.monitoring.looking import Looked, base_in_force, last_look, look_now, usual_of
from assess.validity.monitoring.models import Alarm, BasePeriod, ChartPoint, MonitoringLook
from assess.validity.monitoring.quantities import Chart, chart_of
from assess.validity.monitoring.queries import points_of
from assess.validity.monitoring.watching import Signal, Usual, first_signal, sentence

FEWEST = 30
"""A base period holds at least so many attempts."""
AGAINST_OTHERS = "assessor/severity/"


def store_base_period(
    *, actor_id: uuid.UUID, scheme_version_id: uuid.UUID, blocks: Sequence[str], because: str
) -> BasePeriod:
    """Take blocks of scored attempts as what is usual, and compute every chart's centre, spread and limits from them.

    Raises
    ------
    ValidityError
        `no-such-block`; `too-few`: fewer than 30 attempts; `reason`: none is given.
    """
    known = scored(scheme_version_id)
    by_key = {block.key: block for block in known.blocks}
    missing = [key for key in blocks if key not in by_key]
    if missing or not blocks:
        raise ValidityError("no-such-block", "Choose blocks of attempts that are sealed and scored.")
    chosen = [block for block in known.blocks if block.key in set(blocks)]
    attempts = [attempt for block in chosen for attempt in block.attempts]
    if len(attempts) < FEWEST:
        raise ValidityError(
            "too-few", f"{len(attempts)} attempts say too little of what is usual; choose at least {FEWEST}."
        )
    if not because.strip():
        raise ValidityError("reason", "Say why these attempts are taken as usual: what was checked about those days.")
    earlier = base_in_force(scheme_version_id)
    base = BasePeriod.objects.create(
        scheme_version_id=scheme_version_id,
        number=1 if earlier is None else earlier.number + 1,
        blocks=[block.key for block in chosen],
        document=usual_of(known, chosen).document(),
        attempts=len(attempts),
        scores_sha256=known.sha256(attempts),
        simulated=known.simulated,
        because=because.strip(),
        stored_by_id=actor_id,
        stored_at=timezone.now(),
    )
    ledger.record_row(kind="base_period", row=base)
    ask_for_look(scheme_version_id=scheme_version_id)
    return base


def ask_for_look(*, scheme_version_id: uuid.UUID) -> None:
    """Have a look taken in the background."""
    ledger.follow(topic="look_at_drift", scheme_version_id=str(scheme_version_id))


def look(*, actor_id: uuid.UUID, scheme_version_id: uuid.UUID, found: Looked | None = None) -> MonitoringLook | None:
    """Note a look: the points of blocks that had none, the alarms they raise, severity as it is now.

    Parameters
    ----------
    found
        What was computed before, outside of the transaction; computed here where it is missing or out of date.

    Returns
    -------
    The look, or the last one where nothing is new; None where nothing is scored.
    """
    last, base = last_look(scheme_version_id), base_in_force(scheme_version_id)
    stands = (0 if last is None else last.number, None if base is None else base.pk)
    if found is None or (found.after, found.base) != stands:
        found = look_now(scheme_version_id)
    if found is None:
        return last
    made = MonitoringLook.objects.create(
        scheme_version_id=scheme_version_id,
        number=found.after + 1,
        base=base,
        attempts=found.attempts,
        scores_sha256=found.scores_sha256,
        document=found.document,
        simulated=found.simulated,
        looked_by_id=actor_id,
        looked_at=timezone.now(),
    )
    ChartPoint.objects.bulk_create(
        ChartPoint(
            look=made,
            chart=one.chart,
            block=one.block,
            since=one.since,
            n=one.point.n,
            value=one.point.value,
            z=one.point.z,
            reason=one.point.reason[:200],
        )
        for one in found.points
    )
    ledger.record(kind="monitoring_look", record_id=made.pk, document=look_document(made))
    if base is not None:
        _raise_alarms(made, base, sorted({one.chart for one in found.points if one.point.z is not None}))
    return made


def _raise_alarms(made: MonitoringLook, base: BasePeriod, charts: Sequence[str]) -> None:
    """One alarm for the first point out of control of each chart, unless one of that chart is still open.

    After an alarm was closed its chart begins anew behind the point that raised it. Assessors are measured against one
    another: beside one who became severe the others look lenient. So the earliest and strongest alarm of them is raised, and
    those to the other side wait until it is closed.
    """
    usual = Usual.from_document(base.document)
    open_charts: dict[str, float] = {}
    begins: dict[str, datetime] = {}
    for row in Alarm.objects.filter(base=base):
        if row.closed_at is None:
            open_charts[row.chart] = row.statistic
        else:
            begins[row.chart] = max(row.since, begins.get(row.chart, row.since))
    found: list[tuple[Chart, ChartPoint, Signal]] = []
    for key, own in points_of(base, [key for key in charts if key not in open_charts]).items():
        later = [one for one in own if key not in begins or one.since > begins[key]]
        chart = chart_of(key)
        signal = first_signal(usual, chart, [one.z for one in later])
        if signal is not None:
            found.append((chart, later[signal.place], signal))
    sides = {math.copysign(1, value) for key, value in open_charts.items() if key.startswith(AGAINST_OTHERS)}
    for chart, at, signal in sorted(found, key=lambda one: (one[1].since, -abs(one[2].statistic) / one[2].limit)):
        if chart.key.startswith(AGAINST_OTHERS):
            if sides and math.copysign(1, signal.statistic) not in sides:
                continue
            sides.add(math.copysign(1, signal.statistic))
        _raise(made, base, chart, at, signal, usual.centre_of(chart))


def _raise(
    made: MonitoringLook, base: BasePeriod, chart: Chart, at: ChartPoint, signal: Signal, centre: float | None
) -> None:
    point = Standardised(value=at.value, z=at.z, n=at.n)
    alarm = Alarm.objects.create(
        scheme_version_id=made.scheme_version_id,
        base=base,
        look=made,
        kind=chart.quantity.kind,
        chart=chart.key,
        what=chart.quantity.words,
        block=at.block,
        rule=signal.rule,
        statistic=signal.statistic,
        limit=signal.limit,
        since=at.since,
        sentence=sentence(chart, centre, point, signal),
        simulated=made.simulated,
        raised_at=made.looked_at,
    )
    ledger.record_row(kind="alarm", row=alarm)


def acknowledge_alarm(*, actor_id: uuid.UUID, alarm_id: uuid.UUID, done: str) -> Alarm:
    """Say, as a named person, that an alarm was looked at, and what was done about it.

    Raises
    ------
    ValidityError
        `acknowledged` already; `done`: nothing is said.
    """
    alarm = Alarm.objects.select_for_update().get(pk=alarm_id)
    if alarm.acknowledged_at is not None:
        raise ValidityError("acknowledged", "Somebody looked at this alarm already.")
    if not done.strip():
        raise ValidityError("done", "Say what you found and what was done about it.")
    alarm.acknowledged_by_id, alarm.acknowledged_at, alarm.done = actor_id, timezone.now(), done.strip()
    alarm.save(update_fields=["acknowledged_by", "acknowledged_at", "done"])
    ledger.record_row(kind="alarm", row=alarm)
    return alarm


def close_alarm(*, actor_id: uuid.UUID, alarm_id: uuid.UUID, words: str = "") -> Alarm:
    """Close an alarm, as a second person; its chart begins anew.

    Raises
    ------
    ValidityError
        `not-looked-at`; `closed` already; `own-alarm`: the first person does not close it.
    """
    alarm = Alarm.objects.select_for_update().get(pk=alarm_id)
    if alarm.acknowledged_at is None:
        raise ValidityError("not-looked-at", "Nobody has said yet what was done about this alarm.")
    if alarm.closed_at is not None:
        raise ValidityError("closed", "This alarm is closed already.")
    if alarm.acknowledged_by_id == actor_id:
        raise ValidityError("own-alarm", "Who looked at an alarm does not close it. A second person does.")
    alarm.closed_by_id, alarm.closed_at, alarm.closing_words = actor_id, timezone.now(), words.strip()
    alarm.save(update_fields=["closed_by", "closed_at", "closing_words"])
    ledger.record_row(kind="alarm", row=alarm)
    return alarm
