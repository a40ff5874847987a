"""Recomputes every key of a case sheet from its formula, its bills and its costs: what a content check runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from simulator_adapters.energy.case_sheet import CaseSheet, Question
from simulator_adapters.formulas import FormulaError, evaluate_formula


@dataclass(frozen=True)
class LeastSquares:
    """A straight line through points, with its sums of squares.

    Attributes
    ----------
    sse, sst
        Residual and total sum of squares.
    """

    slope: Decimal
    intercept: Decimal
    sse: Decimal
    sst: Decimal
    n: int
    mean: Decimal


def least_squares(x: Sequence[Decimal], y: Sequence[Decimal]) -> LeastSquares:
    """Fit ``y = intercept + slope · x`` by ordinary least squares.

    Raises
    ------
    ValueError
        With fewer than three points, lengths that differ, or one and the same x throughout.

    Examples
    --------
    >>> fit = least_squares([Decimal(0), Decimal(1), Decimal(2)], [Decimal(1), Decimal(3), Decimal(5)])
    >>> int(fit.slope), int(fit.intercept), int(fit.sse)
    (2, 1, 0)
    """
    n = len(x)
    if n != len(y) or n < 3 or len(set(x)) < 2:
        raise ValueError("A line needs three points or more, as many x as y, and x that differ.")
    mean_x, mean = sum(x) / Decimal(n), sum(y) / Decimal(n)
    sxx = sum(((a - mean_x) ** 2 for a in x), Decimal(0))
    slope = sum(((a - mean_x) * (b - mean) for a, b in zip(x, y, strict=True)), Decimal(0)) / sxx
    intercept = mean - slope * mean_x
    sse = sum(((b - intercept - slope * a) ** 2 for a, b in zip(x, y, strict=True)), Decimal(0))
    sst = sum(((b - mean) ** 2 for b in y), Decimal(0))
    return LeastSquares(slope, intercept, sse, sst, n, mean)


def check_case(sheet: CaseSheet) -> list[str]:
    """Compare each expected value with its formula and the ranking with the paybacks. Empty when sound."""
    slips = [f"{sheet.id}, {question.id}: {slip}" for question, _, slip in recomputed_keys(sheet) if slip]
    return slips + _ranking_problems(sheet)


def recomputed_keys(sheet: CaseSheet) -> list[tuple[Question, Decimal | None, str]]:
    """Each question with what its formula gives (None where it can't be worked out), and what is wrong, in a sentence."""
    fit = least_squares(sheet.data["hdd_kd"], sheet.data["gas_kwh"]) if sheet.data else None
    found: list[tuple[Question, Decimal | None, str]] = []
    for question in sheet.questions:
        try:
            result = _recomputed(question, fit)
        except FormulaError as problem:
            found.append((question, None, str(problem)))
            continue
        off = abs(result - question.expected) > _half_step(question.expected)
        slip = f"the formula gives {result:.6f}, expected is {question.expected}." if off else ""
        found.append((question, result, slip))
    return found


def _recomputed(question: Question, fit: LeastSquares | None) -> Decimal:
    if fit is not None and question.formula == "ols slope":
        return fit.slope
    if fit is not None and question.formula == "ols intercept":
        return fit.intercept
    sums = {} if fit is None else {"sse": fit.sse, "sst": fit.sst, "n": Decimal(fit.n), "mean": fit.mean}
    return evaluate_formula(question.formula, {**sums, **question.inputs})


def _half_step(value: Decimal) -> Decimal:
    """Half a unit of the last place written: what rounding the key may have moved it."""
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(5).scaleb(exponent - 1)


def _ranking_problems(sheet: CaseSheet) -> list[str]:
    if not sheet.ranking_key:
        return []
    paybacks = simple_paybacks(sheet)
    best_first = sorted(paybacks, key=lambda measure: paybacks[measure])
    if tuple(best_first) != sheet.ranking_key:
        return [f"{sheet.id}: the paybacks rank {', '.join(best_first)}, the key says {', '.join(sheet.ranking_key)}."]
    return []


def simple_paybacks(sheet: CaseSheet) -> Mapping[str, Decimal]:
    """Cost over yearly saving of each measure, from the formula of the whole package's saving.

    A measure's own saving is that formula with every other measure's energy at nought.

    Raises
    ------
    FormulaError
        When no answer gives the yearly money of all measures.
    """
    package = next((q for q in sheet.questions if q.unit == "{currency}/a" and set(sheet.costs) <= set(q.inputs)), None)
    if package is None:
        raise FormulaError(f"{sheet.id}: no answer in currency/a takes {', '.join(sheet.costs)} as inputs.")
    paybacks = {}
    for measure, cost in sheet.costs.items():
        others = {name: Decimal(0) for name in sheet.costs if name != measure}
        paybacks[measure] = cost / evaluate_formula(package.formula, {**package.inputs, **others})
    return paybacks
