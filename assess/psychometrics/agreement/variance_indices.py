"""Agreement measured by variances: Finn's coefficient, Robinson's A; and Maxwell's RE of two-way marks."""

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from assess.psychometrics.agreement.icc import mean_squares
from assess.psychometrics.agreement.kappa import share_of_agreement
from assess.psychometrics.responses import ResponseError, as_matrix, as_vector, complete_rows
from assess.psychometrics.results import LEVEL, Estimate, estimated, not_enough

MINIMUM_PERSONS = 30
FINN_SOURCE = "Finn (1970), Educational and Psychological Measurement 30, 71–76; interval: chi-square of a variance"
ROBINSON_SOURCE = "Robinson (1957), American Sociological Review 22, 17–25; interval: F, as for a consistency ICC"
MAXWELL_SOURCE = "Maxwell (1977), British Journal of Psychiatry 130, 79–83; interval: Wilson (1927)"


def finn(
    ratings: npt.ArrayLike,
    categories: int,
    model: Literal["oneway", "twoway"] = "oneway",
    *,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> Estimate:
    r"""Finn's coefficient: how much less raters differ than marks drawn at random (complete persons only).

    Parameters
    ----------
    ratings
        persons × raters.
    categories
        How many categories the scale has.
    model
        "oneway": all differences between raters are error; "twoway": differences of the raters' means are not.

    Notes
    -----
    1 − MS/((s² − 1)/12), the variance of s equally likely categories one step apart; MS within persons (one-way) or of
    the residual (two-way). It helps where persons hardly differ and an ICC is low for that reason; it says nothing about
    telling persons apart.

    Raises
    ------
    ResponseError
        `not_a_scale` for fewer than two categories, `no_such_model`.

    Examples
    --------
    >>> finn([[4, 4, 3], [4, 5, 4], [5, 5, 5], [4, 4, 4]] * 10, categories=6).in_words()
    '0.94 (95 % interval 0.92 to 0.96, n = 40)'
    """
    if categories < 2:
        raise ResponseError(
            "not_a_scale", f"a scale of {categories} categories has no differences; at least 2 are needed"
        )
    if model not in ("oneway", "twoway"):
        raise ResponseError("no_such_model", f"{model!r} is not one of oneway, twoway")
    rows = complete_rows(as_matrix(ratings, name="ratings"))
    n, k = rows.shape
    method = f"Finn's coefficient, {model}, {categories} categories (complete persons)"
    if n < 2 or k < 2:
        reason = f"{n} persons rated by all of {k} raters; at least 2 persons and 2 raters are needed"
        return not_enough(n=n, method=method, source=FINN_SOURCE, reason=reason, level=level)
    _, _, residual, within = mean_squares(rows)
    square, df = (within, n * (k - 1)) if model == "oneway" else (residual, (n - 1) * (k - 1))
    if not square > 0:
        reason = "all raters agree throughout, so the coefficient is 1 without a standard error"
        return not_enough(n=n, method=method, source=FINN_SOURCE, reason=reason, level=level)
    share = square / ((categories**2 - 1) / 12)
    tail = (1 - level) / 2
    low, high = (1 - share * df / float(special.chdtri(df, 1 - p)) for p in (tail, 1 - tail))
    return estimated(
        value=1 - share,
        standard_error=share * float(np.sqrt(2 / df)),
        interval=(low, high),
        n=n,
        method=method,
        source=FINN_SOURCE,
        minimum=minimum,
        level=level,
    )


def robinson_a(ratings: npt.ArrayLike, *, level: float = LEVEL, minimum: int = MINIMUM_PERSONS) -> Estimate:
    r"""Robinson's A: the share of the variation, raters' means apart, that lies between persons (complete persons only).

    Notes
    -----
    A = SS_persons/(SS_persons + SS_residual) = F/(F + k − 1), from 0; the consistency ICC of one rater is
    (kA − 1)/(k − 1).

    Examples
    --------
    >>> robinson_a([[3, 4], [1, 2], [2, 3], [4, 4], [0, 1]] * 6).in_words()
    '0.98 (95 % interval 0.95 to 0.99, n = 30)'
    """
    rows = complete_rows(as_matrix(ratings, name="ratings"))
    n, k = rows.shape
    method = f"Robinson's A of {k} raters (complete persons)"
    if n < 2 or k < 2:
        reason = f"{n} persons rated by all of {k} raters; at least 2 persons and 2 raters are needed"
        return not_enough(n=n, method=method, source=ROBINSON_SOURCE, reason=reason, level=level)
    persons, _, residual, _ = mean_squares(rows)
    if not (persons > 0 and residual > 0):
        reason = "the ratings do not vary between persons, or not at all within them"
        return not_enough(n=n, method=method, source=ROBINSON_SOURCE, reason=reason, level=level)
    ratio, df = persons / residual, (n - 1.0, (n - 1.0) * (k - 1))
    tail = (1 - level) / 2
    f_low = ratio / float(special.fdtri(*df, 1 - tail))
    f_high = ratio * float(special.fdtri(df[1], df[0], 1 - tail))
    value = ratio / (ratio + k - 1)
    return estimated(
        value=value,
        standard_error=value * (1 - value) * float(np.sqrt(2 / df[0] + 2 / df[1])),
        interval=(f_low / (f_low + k - 1), f_high / (f_high + k - 1)),
        n=n,
        method=method,
        source=ROBINSON_SOURCE,
        minimum=minimum,
        level=level,
    )


def maxwell_re(a: npt.ArrayLike, b: npt.ArrayLike, *, level: float = LEVEL, minimum: int = MINIMUM_PERSONS) -> Estimate:
    """Maxwell's random error coefficient of two markers' yes-or-no marks: 2·(share of agreement) − 1.

    Raises
    ------
    ResponseError
        `not_binary` when there are more than two different marks.

    Examples
    --------
    >>> maxwell_re([0, 1, 1, 0] * 10, [0, 1, 0, 0] * 10).in_words()
    '0.50 (95 % interval 0.20 to 0.72, n = 40)'
    """
    marks = np.concatenate([as_vector(a, name="a"), as_vector(b, name="b")])
    used = np.unique(marks[np.isfinite(marks)])
    if len(used) > 2:
        raise ResponseError("not_binary", f"Maxwell's RE is for two categories; these marks have {len(used)}")
    share = share_of_agreement(a, b, level=level, minimum=minimum)
    method = "Maxwell's RE"
    if share.value is None or share.standard_error is None or share.interval is None:
        return not_enough(n=share.n, method=method, source=MAXWELL_SOURCE, reason=share.reason, level=level)
    return estimated(
        value=2 * share.value - 1,
        standard_error=2 * share.standard_error,
        interval=(2 * share.interval[0] - 1, 2 * share.interval[1] - 1),
        n=share.n,
        method=method,
        source=MAXWELL_SOURCE,
        minimum=minimum,
        level=level,
    )
