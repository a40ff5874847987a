"""Intraclass correlations of a complete persons × raters table."""

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.responses import FloatArray, ResponseError, as_matrix, complete_rows
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, not_enough

Model = Literal["oneway", "twoway"]
Kind = Literal["consistency", "agreement"]
Unit = Literal["single", "average"]
Form = Literal["ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"]

SHROUT_FLEISS: dict[Form, tuple[Model, Kind, Unit]] = {
    "ICC(1,1)": ("oneway", "agreement", "single"),
    "ICC(2,1)": ("twoway", "agreement", "single"),
    "ICC(3,1)": ("twoway", "consistency", "single"),
    "ICC(1,k)": ("oneway", "agreement", "average"),
    "ICC(2,k)": ("twoway", "agreement", "average"),
    "ICC(3,k)": ("twoway", "consistency", "average"),
}
FORMS: tuple[Form, ...] = tuple(SHROUT_FLEISS)

# Koo & Li (2016), Journal of Chiropractic Medicine 15, 155–163, ask for 30 heterogeneous cases
MINIMUM_PERSONS = 30
SOURCE = (
    "Shrout & Fleiss (1979), Psychological Bulletin 86, 420–428; "
    "limits: McGraw & Wong (1996), Psychological Methods 1, 30–46"
)


def icc(
    ratings: npt.ArrayLike,
    model: Model = "oneway",
    type: Kind = "consistency",  # noqa: A002 - the field's word
    unit: Unit = "single",
    *,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> Estimate:
    r"""Intraclass correlation of a persons × raters table (complete persons only).

    Parameters
    ----------
    ratings
        persons × raters.
    model
        "oneway": each person has raters of their own, so raters cannot be told from error; "twoway": the same raters
        mark everybody.
    type
        Of the two-way model: "consistency" leaves differences between the raters' means out, "agreement" counts them
        as error. The one-way model knows agreement only; `type` changes nothing there.
    unit
        "single": one rater's mark; "average": the mean of all k raters.

    Notes
    -----
    From the mean squares between persons, raters and residual. Names elsewhere: one-way ICC(1,1), ICC(1,k); two-way
    agreement ICC(2,1), ICC(2,k) or ICC(A,1), ICC(A,k); two-way consistency ICC(3,1), ICC(3,k) or ICC(C,1), ICC(C,k).
    Whether the raters of the two-way model are a sample or all there are changes the reading, not the figure (McGraw &
    Wong 1996). The interval is the F interval, for agreement with Satterthwaite's degrees of freedom; for the average
    of k the limits of the single rater are carried over by Spearman–Brown, as in psych (irr takes other degrees of
    freedom for the average). The standard error is a delete-one-person jackknife.

    Raises
    ------
    ResponseError
        `no_such_model` for a word that is none of the above.

    Examples
    --------
    >>> table = [[3, 4], [1, 2], [2, 3], [4, 4], [0, 1]] * 6
    >>> round(icc(table, "twoway", "agreement").value, 2), round(icc(table, "twoway", "consistency").value, 2)
    (0.81, 0.95)
    """
    asked = (model, type, unit)
    allowed = (("oneway", "twoway"), ("consistency", "agreement"), ("single", "average"))
    for word, words in zip(asked, allowed, strict=True):
        if word not in words:
            raise ResponseError("no_such_model", f"{word!r} is not one of {', '.join(words)}")
    used: tuple[Model, Kind, Unit] = (model, "agreement" if model == "oneway" else type, unit)
    form = next(form for form, meaning in SHROUT_FLEISS.items() if meaning == used)
    return shrout_fleiss(ratings, form, level=level, minimum=minimum)


def shrout_fleiss(
    ratings: npt.ArrayLike, form: Form = "ICC(2,1)", *, level: float = LEVEL, minimum: int = MINIMUM_PERSONS
) -> Estimate:
    r"""The same by the names of Shrout and Fleiss.

    Parameters
    ----------
    ratings
        persons × raters.
    form
        First figure: 1 = each person has raters of their own, 2 = the same raters, a sample of all raters (absolute
        agreement), 3 = these raters only (consistency). Second: one rater's mark or the mean of all k.

    Raises
    ------
    ResponseError
        `no_such_model`.

    Examples
    --------
    >>> table = [[3, 4], [1, 2], [2, 3], [4, 4], [0, 1]] * 6
    >>> [round(shrout_fleiss(table, form).value, 2) for form in FORMS]
    [0.79, 0.81, 0.95, 0.88, 0.89, 0.98]
    """
    if form not in FORMS:
        raise ResponseError("no_such_model", f"{form!r} is not one of {', '.join(FORMS)}")
    rows = complete_rows(as_matrix(ratings, name="ratings"))
    n, k = rows.shape
    method = f"{form} of {k} raters (complete persons)"
    if k < 2 or n < 3:
        reason = f"{n} persons rated by all of {k} raters; at least 3 persons and 2 raters are needed"
        return not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
    persons, raters, residual, within = mean_squares(rows)
    if not persons > 0 or (form[4] == "1" and not within > 0) or (form[4] != "1" and not residual > 0):
        reason = "the ratings do not vary between persons, or not at all within them"
        return not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
    value = float(_value(form, n, k, persons, raters, residual, within))
    limits = _limits(form, n, k, persons, raters, residual, within, level)
    if not np.isfinite([value, *limits]).all():
        reason = "persons differ so little beside the raters that the interval is without end"
        return not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
    left_out = _value(form, n - 1, k, *_without_each(rows))
    se = float(np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum()))
    estimate = estimated(
        value=value,
        standard_error=se,
        interval=limits,
        n=n,
        method=method,
        source=SOURCE,
        minimum=minimum,
        level=level,
    )
    if value < 0 and estimate.value is not None:
        return doubted(estimate, "persons differ less than chance would make them")
    return estimate


def mean_squares(rows: FloatArray) -> tuple[float, float, float, float]:
    """Mean squares between persons, between raters, of the residual, and within persons."""
    n, k = rows.shape
    by_person, by_rater, grand = rows.mean(axis=1), rows.mean(axis=0), rows.mean()
    persons = k * float(((by_person - grand) ** 2).sum()) / (n - 1)
    raters = n * float(((by_rater - grand) ** 2).sum()) / (k - 1)
    within_sum = float(((rows - by_person[:, None]) ** 2).sum())
    residual = max(within_sum - raters * (k - 1), 0.0) / ((n - 1) * (k - 1))
    within = within_sum / (n * (k - 1))
    return persons, raters, residual if residual > 1e-12 * within else 0.0, within


def _without_each(rows: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """The four mean squares with each person left out in turn, from sums instead of n tables."""
    n, k = rows.shape
    rows = rows - rows.mean()  # nearly centred also without one person, so the sums below do not cancel
    by_person = rows.mean(axis=1)
    left = n - 1
    total = by_person.sum() - by_person
    persons = k * ((by_person**2).sum() - by_person**2 - total**2 / left) / (left - 1)
    by_rater = (rows.sum(axis=0) - rows) / left
    raters = left * ((by_rater - by_rater.mean(axis=1, keepdims=True)) ** 2).sum(axis=1) / (k - 1)
    spread = ((rows - by_person[:, None]) ** 2).sum(axis=1)
    within_sum = spread.sum() - spread
    residual = np.maximum(within_sum - raters * (k - 1), 0.0) / ((left - 1) * (k - 1))
    return persons, raters, residual, within_sum / (left * (k - 1))


def _value(
    form: Form,
    n: int,
    k: int,
    persons: npt.ArrayLike,
    raters: npt.ArrayLike,
    residual: npt.ArrayLike,
    within: npt.ArrayLike,
) -> FloatArray:
    between = np.asarray(persons, dtype=np.float64)
    error = np.asarray(within if form[4] == "1" else residual, dtype=np.float64)
    spread = np.asarray(raters) - np.asarray(residual)
    if form.endswith("k)"):
        denominator = between + (spread / n if form[4] == "2" else 0.0)
    else:
        denominator = between + (k - 1) * error + (k * spread / n if form[4] == "2" else 0.0)
    exists = denominator > 0
    return np.where(exists, (between - error) / np.where(exists, denominator, 1.0), np.nan)


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
        low, high = (_stepped_up(limit, k) for limit in (low, high))
    return float(low), float(high)


def _stepped_up(limit: float, k: int) -> float:
    below = 1 + (k - 1) * limit
    return k * limit / below if below > 0 else float("-inf")


def _limits_random_raters(
    n: int, k: int, persons: float, raters: float, residual: float, upper_tail: float
) -> tuple[float, float]:
    single = float(_value("ICC(2,1)", n, k, persons, raters, residual, 0.0))
    if not np.isfinite(single):
        return float("nan"), float("nan")
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
