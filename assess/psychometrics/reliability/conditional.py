"""How large the error of measurement is at each score, from the scores themselves (item response theory has its own)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.covariance import item_covariance
from assess.psychometrics.reliability.coefficient_alpha import kr21, lacking
from assess.psychometrics.responses import FloatArray, ResponseError, as_matrix, complete_rows

ConditionalMethod = Literal["lord", "keats", "thorndike", "feldt_qualls"]
SOURCES: dict[ConditionalMethod, str] = {
    "lord": "Lord (1955), Educational and Psychological Measurement 15, 325–336",
    "keats": "Keats (1957), Psychometrika 22, 29–41",
    "thorndike": "Thorndike (1951), in Lindquist, Educational measurement, 560–620",
    "feldt_qualls": "Feldt & Qualls (1996), Journal of Educational Measurement 33, 141–156",
}
MINIMUM_PERSONS = 30


@dataclass(frozen=True, eq=False, kw_only=True)
class ConditionalSem:
    """Standard errors of measurement by score, in score points.

    Attributes
    ----------
    scores, standard_error, persons
        Every score, the standard error there (NaN where nobody scored and nothing was smoothed), and how many persons
        have it.
    average
        Root mean square over the persons: comparable with the one standard error of measurement of a test.
    n, method, source, sufficient, reason
        As in an `Estimate`; with a negative verdict the arrays are empty or an indication only.
    """

    scores: FloatArray
    standard_error: FloatArray
    persons: npt.NDArray[np.int64]
    average: float | None
    n: int
    method: str
    source: str
    sufficient: bool
    reason: str = ""


def conditional_sem(
    responses: npt.ArrayLike,
    *,
    method: ConditionalMethod = "feldt_qualls",
    parts: Sequence[object] | None = None,
    smooth: int | None = None,
    minimum: int = MINIMUM_PERSONS,
) -> ConditionalSem:
    r"""The standard error of measurement at each sum score (complete persons only).

    Parameters
    ----------
    responses
        persons × items; NaN = missing.
    method
        "lord": binomial errors, √(x(k−x)/(k−1)), right-or-wrong items; "keats": the same, scaled so that the average
        agrees with KR-20 (alpha) instead of KR-21; "thorndike": differences of two halves (odd and even items unless
        `parts` says otherwise); "feldt_qualls": the same for any number of parts (each item a part unless `parts` says
        otherwise).
    parts
        The part of each item.
    smooth
        Degree of a polynomial through the persons' error variances (2 or 3 is usual); each score by itself when None.

    Notes
    -----
    Feldt and Qualls: with d essentially tau-equivalent part scores a person's error variance is
    d/(d−1)·Σ_h [(x_h − x̄_h) − mean over h]², x̄_h the part's mean over persons; persons of one score are averaged. For
    two parts this is Thorndike's squared difference. The average over all persons is V(1−α) of the parts (divisor n).

    Raises
    ------
    ResponseError
        `names_do_not_fit` when `parts` does not name a part for each item.

    Examples
    --------
    >>> answers = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 1, 1]] * 10)
    >>> found = conditional_sem(answers, method="lord")
    >>> found.scores.tolist(), found.standard_error.round(2).tolist()
    ([0.0, 1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 1.15, 1.0, 0.0])
    """
    matrix = as_matrix(responses)
    if method not in SOURCES:
        raise ResponseError("no_such_method", f"{method!r} is not one of {', '.join(SOURCES)}")
    labels = _parts(matrix.shape[1], parts, halves=method == "thorndike")
    rows = complete_rows(matrix)
    binomial = method in ("lord", "keats")
    reason = _unusable(rows, labels, binomial=binomial, two=method == "thorndike")
    totals = rows.sum(axis=1)
    if reason:
        return _result(np.zeros(0), np.zeros(0), totals, method, minimum, reason)
    k = matrix.shape[1]
    if binomial:
        scores = np.arange(k + 1.0)
        errors = np.sqrt(scores * (k - scores) / (k - 1))
        if method == "keats":
            errors = errors * _keats_factor(rows)
        return _result(scores, errors, totals, method, minimum, "")
    variances = _person_variances(rows, labels)
    scores, where = np.unique(np.round(totals, 9), return_inverse=True)
    if smooth is None:
        found = np.bincount(where, weights=variances) / np.bincount(where)
    elif len(scores) <= smooth:
        reason = f"{len(scores)} different scores do not carry a polynomial of degree {smooth}"
        return _result(np.zeros(0), np.zeros(0), totals, method, minimum, reason)
    else:
        fitted = np.polynomial.Polynomial.fit(totals, variances, smooth)
        found = np.asarray(fitted(scores), dtype=np.float64)
    return _result(scores, np.sqrt(np.maximum(found, 0.0)), totals, method, minimum, "")


def _parts(items: int, parts: Sequence[object] | None, *, halves: bool) -> npt.NDArray[np.intp]:
    if parts is None:
        return np.arange(items) % 2 if halves else np.arange(items)
    if len(parts) != items:
        raise ResponseError("names_do_not_fit", f"{len(parts)} parts for {items} items; name the part of each item")
    return np.unique(np.asarray([str(part) for part in parts]), return_inverse=True)[1]


def _unusable(rows: FloatArray, labels: npt.NDArray[np.intp], *, binomial: bool, two: bool) -> str:
    n, k = rows.shape
    count = len(np.unique(labels))
    if n < 2 or k < 2:
        return f"{n} persons answered all of {k} items; at least 2 persons and 2 items are needed"
    if binomial and not np.isin(rows, (0.0, 1.0)).all():
        return "binomial errors are for right-or-wrong items (0 and 1); use method 'feldt_qualls'"
    if not binomial and count < 2:
        return "all items are in one part; at least 2 parts are needed"
    if two and count != 2:
        return f"{count} parts; Thorndike's method takes two halves, 'feldt_qualls' takes more"
    totals = rows.sum(axis=1)
    return "the total scores do not vary" if totals.min() == totals.max() else ""


def _keats_factor(rows: FloatArray) -> float:
    """√((1 − KR-20) / (1 − KR-21))."""
    covariance = item_covariance(rows, "listwise")
    if lacking(covariance):
        return float("nan")
    k = rows.shape[1]
    twenty = k / (k - 1) * (1 - float(np.trace(covariance.matrix) / covariance.matrix.sum()))
    simple = kr21(rows).value
    return float("nan") if simple is None or simple >= 1 else float(np.sqrt(max(1 - twenty, 0.0) / (1 - simple)))


def _person_variances(rows: FloatArray, labels: npt.NDArray[np.intp]) -> FloatArray:
    count = int(labels.max()) + 1
    member = (labels[:, None] == np.arange(count)).astype(np.float64)
    scores = rows @ member
    deviations = scores - scores.mean(axis=0)
    deviations -= deviations.mean(axis=1, keepdims=True)
    return np.asarray(count / (count - 1) * (deviations**2).sum(axis=1))


def _result(
    scores: FloatArray, errors: FloatArray, totals: FloatArray, method: ConditionalMethod, minimum: int, reason: str
) -> ConditionalSem:
    n = len(totals)
    if not reason and not np.isfinite(errors).all():
        scores, errors, reason = np.zeros(0), np.zeros(0), "KR-21 is 1 or does not exist, so there is no scale factor"
    persons = np.array([int((np.abs(totals - score) < 1e-9).sum()) for score in scores], dtype=np.int64)
    average = float(np.sqrt((errors**2 * persons).sum() / persons.sum())) if persons.sum() else None
    if not reason and n < minimum:
        reason = f"{n} persons; at least {minimum} are needed"
    return ConditionalSem(
        scores=scores,
        standard_error=errors,
        persons=persons,
        average=average,
        n=n,
        method=f"conditional standard error of measurement ({method.replace('_', '–')}, complete persons)",
        source=SOURCES[method],
        sufficient=not reason,
        reason=reason,
    )
