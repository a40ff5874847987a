"""Three verdicts on a measurement: is the limit met, does the reading agree, was the instrument in calibration.

They are recorded apart, because they answer for different things: the work, the candidate's reading, and the
centre's equipment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Literal

from rubrics.marks import MeasurementMark, Reading
from rubrics.measurement import Limit, MeasurementSpec

Finding = Literal["yes", "no", "undecided", "not_applicable"]

# 12 + 9 digits come in; a percentage of them needs more, so nothing is rounded before the declared places.
EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True)
class MeasurementVerdicts:
    """The three verdicts (yes | no | undecided | not_applicable) and the rounded values they were drawn from."""

    limit_met: Finding
    reading_agrees: Finding
    in_calibration: Finding
    rounded: tuple[Decimal, ...]


def round_to(value: Decimal, places: int) -> Decimal:
    """Round half to even at so many decimal places.

    Examples
    --------
    >>> round_to(Decimal("0.125"), 2), round_to(Decimal("300.5"), 0)
    (Decimal('0.12'), Decimal('300'))
    """
    with localcontext(EXACT):
        rounded = value.quantize(Decimal(1).scaleb(-places))
    return rounded if rounded else rounded.copy_abs()


def judge_measurement(spec: MeasurementSpec, mark: MeasurementMark) -> MeasurementVerdicts:
    """Give the three verdicts; of several places, all must be inside.

    Examples
    --------
    >>> from datetime import date
    >>> spec = MeasurementSpec("time", "ms", "RCD tester", Limit("<=", Decimal(300)), "assessor_entry", 0)
    >>> mark = MeasurementMark((Reading(Decimal("300.5")),), "ms", date(2026, 11, 23))
    >>> verdicts = judge_measurement(spec, mark)  # 300.5 rounds to 300; nobody recorded the instrument
    >>> verdicts.limit_met, verdicts.reading_agrees, verdicts.in_calibration
    ('yes', 'not_applicable', 'undecided')
    """
    rounded = tuple(_judged_value(spec, reading) for reading in mark.readings)
    if spec.deviation is not None:
        near = _all(
            "undecided" if reading.bound != "=" else _found(spec.limit.holds(value))
            for reading, value in _pairs(mark, rounded)
        )
        return MeasurementVerdicts(near, near, in_calibration(spec, mark), rounded)
    met = _all(_limit_met(spec.limit, value, reading.bound) for reading, value in _pairs(mark, rounded))
    agrees = _all(_agrees(spec, reading, value) for reading, value in _pairs(mark, rounded))
    return MeasurementVerdicts(met, agrees, in_calibration(spec, mark), rounded)


def in_calibration(spec: MeasurementSpec, mark: MeasurementMark) -> Finding:
    """Say whether the calibration covers the day; `undecided` when instrument or date was not recorded."""
    if not spec.calibrated:
        return "not_applicable"
    if mark.instrument is None or mark.instrument.calibration_due is None:
        return "undecided"
    return _found(mark.measured_on <= mark.instrument.calibration_due)


def _pairs(mark: MeasurementMark, rounded: tuple[Decimal, ...]) -> list[tuple[Reading, Decimal]]:
    return list(zip(mark.readings, rounded, strict=True))


def _judged_value(spec: MeasurementSpec, reading: Reading) -> Decimal:
    if spec.deviation is None or reading.true_value is None:
        return round_to(reading.value, spec.decimal_places)
    with localcontext(EXACT):
        distance = abs(reading.value - reading.true_value)
        if spec.deviation.percent:
            distance = distance * 100 / abs(reading.true_value)
    return round_to(distance, spec.decimal_places)


def _limit_met(limit: Limit, value: Decimal, bound: str) -> Finding:
    """Judge an over- or under-range reading only where every value it may stand for gives the same answer."""
    if bound == "=":
        return _found(limit.holds(value))
    low, high = limit.value, limit.upper if limit.op == "between" else limit.value
    if bound == ">":
        if limit.op == ">=" and value >= low:
            return "yes"
        return "no" if limit.op != ">=" and high is not None and value >= high else "undecided"
    if limit.op == "<=" and value <= low:
        return "yes"
    return "no" if limit.op != "<=" and value <= low else "undecided"


def _agrees(spec: MeasurementSpec, reading: Reading, value: Decimal) -> Finding:
    """Compare with the true reading where one was taken, else with the expected value, if a tolerance is stated."""
    reference = spec.expected if reading.true_value is None else round_to(reading.true_value, spec.decimal_places)
    if reference is None or spec.tolerance is None:
        return "not_applicable"
    if reading.bound != "=":
        return "undecided"
    with localcontext(EXACT):
        allowed = spec.tolerance.amount * abs(reference) / 100 if spec.tolerance.percent else spec.tolerance.amount
        return _found(abs(value - reference) <= allowed)


def _found(holds: bool) -> Finding:
    return "yes" if holds else "no"


def _all(findings: Iterable[Finding]) -> Finding:
    """All places must be inside: one 'no' settles it, then one 'undecided'."""
    found = set(findings)
    order: tuple[Finding, ...] = ("no", "undecided", "yes")
    return next((finding for finding in order if finding in found), "not_applicable")
