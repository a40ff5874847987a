"""Evidence of machines in the words of pages: what a run and a reading are worth, numbers with their units, limits, pictures."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString

from assess.attempts.engine_jobs import simulations_of
from assess.attempts.machines.runs import Run, Worth
from assess.attempts.models import Attempt
from assess.attempts.scoring.simulations import ScoredSimulation
from assess.schemes import queries as schemes
from assess.web.charts.benches import output_in_a_dip, volt_var
from assess.web.charts.drawn import drawn
from simulator_adapters.contract import Attachment, Limits, Measurement, Outcome, RunRecord, Verdict
from simulator_adapters.quantities import QuantityError, canonical_unit

OUTCOMES = {
    Outcome.PASS: ("ok", "Everything as asked"),
    Outcome.FAIL: ("bad", "Not everything as asked"),
    Outcome.MARGINAL: ("warn", "On a limit, people decide"),
    Outcome.ERROR: ("warn", "The equipment failed"),
    Outcome.TIMEOUT: ("warn", "The equipment took too long"),
    Outcome.ABORTED: ("warn", "Broken off"),
    Outcome.VOID: ("warn", "Void: the equipment"),
}
VERDICTS = {
    Verdict.PASS: ("ok", "Within"),
    Verdict.FAIL: ("bad", "Outside"),
    Verdict.MARGINAL: ("warn", "On the limit"),
    Verdict.UNSET: ("idle", "Not judged"),
}
WORTHS = {
    Worth.COUNTS: ("ok", "Counts"),
    Worth.SUPERSEDED: ("idle", "Superseded"),
    Worth.DUPLICATE: ("idle", "Came twice"),
    Worth.REFUSED: ("idle", "Refused by an assessor"),
    Worth.EQUIPMENT: ("warn", "Equipment: costs nothing"),
    Worth.LATE: ("warn", "Late: people decide"),
    Worth.CLOCK: ("warn", "Clock off: people decide"),
    Worth.PROVISIONAL: ("warn", "Provisional: people decide"),
    Worth.MARGINAL: ("warn", "On the limit: people decide"),
    Worth.CONTRADICTORY: ("bad", "Contradictory: people decide"),
    Worth.UNREADABLE: ("bad", "Can't be read: people decide"),
}


def unit_words(code: str) -> str:
    """A unit as people write it; a code that the table does not know stands as it is.

    >>> unit_words("Ohm"), unit_words("1")
    ('Ω', '')
    """
    try:
        label = canonical_unit(code).label
    except QuantityError:
        return code
    return "" if label in ("1", "enum") else label


def value_words(value: Decimal | None, unit: str) -> str:
    """A value with its unit; a dash where there is none.

    >>> value_words(Decimal("60.0"), "%"), value_words(None, "V")
    ('60.0 %', '–')
    """
    return "–" if value is None else f"{value:f} {unit_words(unit)}".strip()


def limit_words(limits: Limits, unit: str) -> str:
    """Limits as people read them.

    >>> limit_words(Limits(low=Decimal(1), high=Decimal(2)), "V"), limit_words(Limits(), "V")
    ('1 to 2 V', 'none')
    """
    low, high = limits.low, limits.high
    if low is None and high is None:
        return "none"
    if low is None:
        return f"at most {value_words(high, unit)}"
    if high is None:
        return f"at least {value_words(low, unit)}"
    return value_words(low, unit) if low == high else f"{low:f} to {value_words(high, unit)}"


def share_words(share: Decimal) -> str:
    """A share of what was asked, as people read it.

    >>> share_words(Decimal("0.8333")), share_words(Decimal("1.0000"))
    ('83.33 %', '100 %')
    """
    text = f"{share * 100:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def standing_words(scored: ScoredSimulation) -> tuple[str, str]:
    """How a simulation stands, as a sign and in words."""
    if scored.share is None:
        return ("warn", "People decide") if scored.by_people else ("busy", "Waits for a run")
    if scored.share == 1:
        return "ok", "All that was asked"
    return ("info", "In part") if scored.share else ("bad", "Nothing that counts")


def instant(us: int) -> datetime:
    return datetime.fromtimestamp(us / 1_000_000, UTC)


def run_words(run: Run, device: str) -> dict[str, Any]:
    """A run for a list of runs."""
    record = run.record
    outcome = None if record is None else OUTCOMES[record.outcome]
    return {
        "run": run,
        "device": device,
        "at": instant(run.moment_us),
        "outcome": outcome or ("warn", run.outcome),
        "worth": WORTHS[run.worth],
        "share": None if record is None or record.score is None else f"{record.score} of {record.max_score}",
        "of": 0 if record is None else len(record.measurements),
        "within": 0 if record is None else sum(one.verdict is Verdict.PASS for one in record.measurements),
    }


def measurement_words(measured: Measurement, started_ns: int) -> dict[str, Any]:
    """A measurement as a line of a table; its time is counted from the run's beginning, by the clock of the host that ran it."""
    return {
        "measured": measured,
        "value": value_words(measured.value, measured.unit),
        "limits": limit_words(measured.limits, measured.unit),
        "verdict": VERDICTS[measured.verdict],
        "uncertainty": "–" if measured.uncertainty is None else f"± {value_words(measured.uncertainty, measured.unit)}",
        "after_ms": round((measured.t_host_monotonic - started_ns) / 1_000_000, 1),
    }


@dataclass(frozen=True)
class Shown:
    """A picture of a run with what it says."""

    title: str
    picture: SafeString


def pictures_of(record: RunRecord, writes: Sequence[Any]) -> list[Shown]:
    """What people would rather look at than read: the curve that was set, and the output over a dip."""
    found = []
    read = _curve({(one.name): one.value for one in record.measurements})
    asked = _asked_curve(writes)
    if read:
        found.append(Shown("The curve as written and as read back", drawn(volt_var("curve", asked=asked, read=read))))
    samples = dip_samples(record.attachments)
    if samples:
        found.append(Shown("Output over the dip that was played", drawn(output_in_a_dip("dip", samples))))
    return found


def _curve(values: Mapping[str, Decimal | None]) -> list[tuple[float, float]]:
    """The active volt-var curve from its readings: set 1 of model 705, point by point."""
    curve = []
    for number in range(1, 21):
        volts, var = values.get(f"705.Crv.Pt.V[1,{number}]"), values.get(f"705.Crv.Pt.Var[1,{number}]")
        if volts is not None and var is not None:
            curve.append((float(volts), float(var)))
    return curve


def _asked_curve(writes: Sequence[Any]) -> list[tuple[float, float]]:
    """The last curve that was written into any set, in the order of its points."""
    points: dict[tuple[int, int], dict[str, float]] = {}
    for write in writes:
        try:
            model, point, index, value = write
            if model == 705 and point in ("Crv.Pt.V", "Crv.Pt.Var") and len(index) == 2:
                points.setdefault((index[0], index[1]), {})[point] = float(value)
        except (TypeError, ValueError):
            continue
    sets = {place[0] for place, held in points.items() if len(held) == 2}
    if not sets:
        return []
    chosen = max(sets)
    held = [(place[1], found) for place, found in points.items() if place[0] == chosen and len(found) == 2]
    return [(found["Crv.Pt.V"], found["Crv.Pt.Var"]) for _, found in sorted(held, key=lambda one: one[0])]


def dip_samples(attachments: Sequence[Attachment]) -> list[tuple[float, float, float]]:
    """The samples of a dip that a run kept; empty where none was played or they can't be read."""
    for one in attachments:
        if one.name == "dip.json":
            try:
                return [
                    (float(seconds), float(percent), float(watts)) for seconds, percent, watts in json.loads(one.data)
                ]
            except (ValueError, TypeError):
                return []
    return []


def case_sheets(attempt: Attempt) -> dict[str, dict[str, Any]]:
    """What the candidate was shown of each case sheet of an attempt, for its pictures."""
    return {one.identifier: schemes.presented(one) for one in simulations_of(attempt) if one.case_sheet is not None}
