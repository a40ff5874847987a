"""Intraclass correlations: the six forms of Shrout and Fleiss for complete tables, and ICC(1) for sparse ones."""

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.responses import FloatArray, as_matrix, complete_rows
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, not_enough

Form = Literal["ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"]
FORMS: tuple[Form, ...] = ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)")

# Koo & Li (2016), Journal of Chiropractic Medicine 15, 155–163, ask for 30 heterogeneous cases
MINIMUM_PERSONS = 30
SOURCE = (
    "Shrout & Fleiss (1979), Psychological Bulletin 86, 420–428; "
    "limits: McGraw & Wong (1996), Psychological Methods 1, 30–46"
)
SPARSE_SOURCE = (
    "Donner (1986), International Statistical Review 54, 67–82 (analysis of variance estimator, unequal numbers); "
    "standard error: delete-one-person jackknife"
)


def icc(
    ratings: npt.ArrayLike, form: Form = "ICC(2,1)", *, level: float = LEVEL, minimum: int = MINIMUM_PERSONS
) -> Estimate:
    r"""One of the six intraclass correlations of a persons × raters table (complete persons only).

    Parameters
    ----------
    ratings
        persons × raters.
    form
        First figure: 1 = each person has raters of their own, 2 = the same raters, a sample of all raters (absolute
        agreement), 3 = these raters only (consistency). Second: one rater's mark or the mean of all k.

    Notes
    -----
    From the mean squares between persons, raters and residual. The interval is the F interval (for form 2 with
    Satterthwaite's degrees of freedom); the standard error is a delete-one-person jackknife.

    Examples
    --------
    >>> table = [[3, 4], [1, 2], [2, 3], [4, 4], [0, 1]] * 6
    >>> [round(icc(table, form).value, 2) for form in FORMS]
    [0.79, 0.81, 0.95, 0.88, 0.89, 0.98]
    """
    if form not in FORMS:
        raise ValueError(f"{form!r} is not one of {', '.join(FORMS)}")
    matrix = as_matrix(ratings, name="ratings")
    rows = complete_rows(matrix)
    n, k = rows.shape
    method = f"{form} of {k} raters (complete persons)"
    if k < 2 or n < 3:
        reason = f"{n} persons rated by all of {k} raters; at least 3 persons and 2 raters are needed"
        return not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
    persons, raters, residual, within = _mean_squares(rows)
    if not persons > 0 or (form[4] == "1" and not within > 0) or (form[4] != "1" and not residual > 0):
        reason = "the ratings do not vary between persons, or not at all within them"
        return not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
    value = _value(form, n, k, persons, raters, residual, within)
    left_out = np.array(
        [_value(form, n - 1, k, *_mean_squares(np.delete(rows, person, axis=0))) for person in range(n)]
    )
    se = float(np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum()))
    estimate = estimated(
        value=value,
        standard_error=se,
        interval=_limits(form, n, k, persons, raters, residual, within, level),
        n=n,
        method=method,
        source=SOURCE,
        minimum=minimum,
        level=level,
    )
    return doubted(estimate, "persons differ less than chance would make them") if value < 0 else estimate


def _mean_squares(rows: FloatArray) -> tuple[float, float, float, float]:
    n, k = rows.shape
    by_person, by_rater, grand = rows.mean(axis=1), rows.mean(axis=0), rows.mean()
    persons = k * float(((by_person - grand) ** 2).sum()) / (n - 1)
    raters = n * float(((by_rater - grand) ** 2).sum()) / (k - 1)
    within_sum = float(((rows - by_person[:, None]) ** 2).sum())
    residual = max(within_sum - raters * (k - 1), 0.0) / ((n - 1) * (k - 1))
    within = within_sum / (n * (k - 1))
    return persons, raters, residual if residual > 1e-12 * within else 0.0, within


def _value(form: Form, n: int, k: int, persons: float, raters: float, residual: float, within: float) -> float:
    error = within if form[4] == "1" else residual
    if form.endswith("k)"):
        denominator = persons + ((raters - residual) / n if form[4] == "2" else 0.0)
    else:
        denominator = persons + (k - 1) * error + (k * (raters - residual) / n if form[4] == "2" else 0.0)
    return (persons - error) / denominator if denominator > 0 else float("nan")


def _limits(
    form: Form, n: int, k: int, persons: float, raters: float, residual: float, within: float, level: float
) -> tuple[float, float]:
    upper_tail = 0.5 + level / 2
    if form[4] == "2":
        low, high = _limits_random_raters(n, k, persons, raters, residual, upper_tail)
    else:
        df = n * (k - 1) if form[4] == "1" else (n - 1) * (k - 1)
        ratio = persons / (within if form[4] == "1" else residual)
        f_low = ratio / stats.f.ppf(upper_tail, n - 1, df)
        f_high = ratio * stats.f.ppf(upper_tail, df, n - 1)
        low, high = ((f - 1) / (f + k - 1) for f in (f_low, f_high))
    if form.endswith("k)"):
        # Spearman–Brown carries the limits of one rater over to the mean of k
        low, high = (k * limit / (1 + (k - 1) * limit) for limit in (low, high))
    return float(low), float(high)


def _limits_random_raters(
    n: int, k: int, persons: float, raters: float, residual: float, upper_tail: float
) -> tuple[float, float]:
    single = _value("ICC(2,1)", n, k, persons, raters, residual, 0.0)
    f_raters = raters / residual
    spread = n * (1 + (k - 1) * single) - k * single
    df = (
        (k - 1)
        * (n - 1)
        * (k * single * f_raters + spread) ** 2
        / ((n - 1) * k**2 * single**2 * f_raters**2 + spread**2)
    )
    f_low = stats.f.ppf(upper_tail, n - 1, df)
    f_high = stats.f.ppf(upper_tail, df, n - 1)
    noise = k * raters + (k * n - k - n) * residual
    low = n * (persons - f_low * residual) / (f_low * noise + n * persons)
    high = n * (f_high * persons - residual) / (noise + n * f_high * persons)
    return float(low), float(high)


def icc_sparse(ratings: npt.ArrayLike, *, level: float = LEVEL, minimum: int = MINIMUM_PERSONS) -> Estimate:
    r"""ICC(1) of one mark when persons are marked by different and differently many raters.

    Parameters
    ----------
    ratings
        persons × raters, mostly NaN; persons with a single mark inform only the spread between persons.

    Notes
    -----
    One-way analysis of variance with k₀ = (N − Σm²/N)/(n − 1) marks per person: (MSB − MSW)/(MSB + (k₀ − 1)MSW).

    Examples
    --------
    >>> nan = float("nan")
    >>> table = [[3, 3, nan], [nan, 1, 1], [2, nan, 3], [0, 1, nan], [nan, 2, 2], [3, nan, 3]] * 6
    >>> icc_sparse(table).in_words()
    '0.84 (95 % interval 0.77 to 0.91, n = 36)'
    """
    matrix = as_matrix(ratings, name="ratings")
    seen = np.isfinite(matrix)
    counts = seen.sum(axis=1)
    matrix, seen, counts = matrix[counts > 0], seen[counts > 0], counts[counts > 0].astype(np.float64)
    shared = int((counts > 1).sum())
    method = "ICC(1,1), unequal numbers of raters (persons marked more than once)"
    if shared < 3:
        reason = f"{shared} persons were marked more than once; at least {minimum} are needed"
        return not_enough(n=shared, method=method, source=SPARSE_SOURCE, reason=reason, level=level)
    centre = matrix[seen].mean()
    sums = np.where(seen, matrix - centre, 0.0).sum(axis=1)
    squares = (np.where(seen, matrix - centre, 0.0) ** 2).sum(axis=1)
    value = float(
        _one_way(sums.sum(), squares.sum(), (sums**2 / counts).sum(), counts.sum(), (counts**2).sum(), len(counts))
    )
    left_out = _one_way(
        sums.sum() - sums,
        squares.sum() - squares,
        (sums**2 / counts).sum() - sums**2 / counts,
        counts.sum() - counts,
        (counts**2).sum() - counts**2,
        len(counts) - 1,
    )
    if not np.isfinite(left_out).all() or not np.isfinite(value):
        reason = "the ratings do not vary between persons, or not at all within them"
        return not_enough(n=shared, method=method, source=SPARSE_SOURCE, reason=reason, level=level)
    n = len(counts)
    se = float(np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum()))
    reach = float(stats.t.ppf(0.5 + level / 2, n - 1)) * se
    estimate = estimated(
        value=value,
        standard_error=se,
        interval=(max(value - reach, -1.0), min(value + reach, 1.0)),
        n=shared,
        method=method,
        source=SPARSE_SOURCE,
        minimum=minimum,
        level=level,
        cases="persons marked more than once",
    )
    return doubted(estimate, "persons differ less than chance would make them") if value < 0 else estimate


def _one_way(
    total: npt.ArrayLike,
    squares: npt.ArrayLike,
    between_raw: npt.ArrayLike,
    marks: npt.ArrayLike,
    marks_squared: npt.ArrayLike,
    persons: int,
) -> FloatArray:
    total, squares, between_raw = np.asarray(total), np.asarray(squares), np.asarray(between_raw)
    marks, marks_squared = np.asarray(marks), np.asarray(marks_squared)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (between_raw - total**2 / marks) / (persons - 1)
        within = (squares - between_raw) / (marks - persons)
        per_person = (marks - marks_squared / marks) / (persons - 1)
        value = (between - within) / (between + (per_person - 1) * within)
    return np.where((between > 1e-12) & (within > 1e-12), value, np.nan)
