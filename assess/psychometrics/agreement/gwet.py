"""Agreement corrected for chance without the paradoxes of kappa: Gwet's AC1 and AC2, Brennan and Prediger's kappa."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import special

from assess.psychometrics.agreement.kappa import Weights, agreement_weights, coded
from assess.psychometrics.responses import FloatArray, as_matrix
from assess.psychometrics.results import LEVEL, Estimate, estimated, not_enough

MINIMUM_PERSONS = 30
GWET_SOURCE = (
    "Gwet (2008), British Journal of Mathematical and Statistical Psychology 61, 29–48; weights and missing marks: "
    "Gwet (2014), Handbook of inter-rater reliability, ch. 4–5"
)
BRENNAN_PREDIGER_SOURCE = (
    "Brennan & Prediger (1981), Educational and Psychological Measurement 41, 687–699; weights, missing marks and "
    "standard error: Gwet (2014), Handbook of inter-rater reliability, ch. 4–5"
)


def gwet_ac(
    ratings: npt.ArrayLike,
    weights: Weights = None,
    *,
    categories: Sequence[float] | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> Estimate:
    r"""Gwet's AC1 (no weights) or AC2 (weights) of any number of raters, with missing marks.

    Parameters
    ----------
    ratings
        persons × raters, NaN = not marked.
    weights, categories
        As in `kappa`; give the whole scale as `categories`, since chance agreement depends on its length.

    Notes
    -----
    With agreement weights w, q categories and the mean share π_c of category c: p_e = Σw/(q(q−1))·Σ_c π_c(1−π_c), the
    observed agreement p_o averages over persons with at least two marks, AC = (p_o − p_e)/(1 − p_e). The standard error
    is Gwet's linearised one, the interval t with n − 1 degrees of freedom.

    Raises
    ------
    ResponseError
        `not_a_category`, `no_such_weights`.

    Examples
    --------
    >>> nan = float("nan")
    >>> gwet_ac([[1, 1, nan], [nan, 2, 1], [0, nan, 0], [2, 2, nan]] * 10).in_words()
    '0.63 (95 % interval 0.42 to 0.83, n = 40)'
    """
    name = "Gwet's AC1" if weights is None else f"Gwet's AC2 with {weights} weights"
    return _corrected(
        ratings, weights, categories, f"{name} (missing marks allowed)", GWET_SOURCE, level, minimum, uniform=False
    )


def brennan_prediger(
    ratings: npt.ArrayLike,
    weights: Weights = None,
    *,
    categories: Sequence[float] | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> Estimate:
    r"""Brennan and Prediger's kappa: chance agreement as if every category were as likely (Bennett's S for two).

    Parameters
    ----------
    ratings, weights, categories
        As in `gwet_ac`; here the number of categories is all that chance agreement depends on.

    Notes
    -----
    p_e = Σw/q², without weights 1/q.

    Raises
    ------
    ResponseError
        `not_a_category`, `no_such_weights`.

    Examples
    --------
    >>> round(brennan_prediger([[0, 0], [1, 1], [0, 1], [1, 1]] * 10, categories=[0, 1]).value, 4)
    0.5
    """
    name = f"Brennan and Prediger's kappa ({weights or 'no'} weights; missing marks allowed)"
    return _corrected(ratings, weights, categories, name, BRENNAN_PREDIGER_SOURCE, level, minimum, uniform=True)


def _corrected(
    ratings: npt.ArrayLike,
    weights: Weights,
    categories: Sequence[float] | None,
    method: str,
    source: str,
    level: float,
    minimum: int,
    *,
    uniform: bool,
) -> Estimate:
    matrix = as_matrix(ratings, name="ratings")
    matrix = matrix[np.isfinite(matrix).any(axis=1)]
    seen = np.isfinite(matrix)
    marks = seen.sum(axis=1).astype(np.float64)
    shared = marks > 1
    n, pairs = len(matrix), int(shared.sum())
    if pairs < 2:
        reason = f"{pairs} person(s) were marked more than once"
        return not_enough(n=pairs, method=method, source=source, reason=reason, level=level)
    scale, codes = coded(matrix, categories)
    if len(scale) < 2:
        reason = "only one category was used; give the whole scale as `categories`"
        return not_enough(n=pairs, method=method, source=source, reason=reason, level=level)
    agreement = agreement_weights(scale, weights)
    q = len(scale)
    cells = np.bincount(np.nonzero(seen)[0] * q + codes[seen], minlength=n * q)
    counts = cells.reshape(n, q).astype(np.float64)
    agreed = (counts * (counts @ agreement - 1)).sum(axis=1) / np.where(shared, marks * (marks - 1), 1.0)
    observed = float(agreed.sum()) / pairs
    expected, by_person = _chance(counts / marks[:, None], agreement, uniform=uniform)
    value = (observed - expected) / (1 - expected)
    spread = n / pairs * (agreed - expected * shared) / (1 - expected)
    spread = spread - 2 * (1 - value) * (by_person - expected) / (1 - expected)
    se = float(np.sqrt(((spread - value) ** 2).sum() / (n * (n - 1))))
    reach = float(special.stdtrit(n - 1, 0.5 + level / 2)) * se
    return estimated(
        value=value,
        standard_error=se,
        interval=(max(value - reach, -1.0), min(value + reach, 1.0)),
        n=pairs,
        method=method,
        source=source,
        minimum=minimum,
        level=level,
        cases="persons marked more than once",
    )


def _chance(shares: FloatArray, agreement: FloatArray, *, uniform: bool) -> tuple[float, FloatArray]:
    """Chance agreement, and what each person's marks make of it (for the variance)."""
    q = len(agreement)
    if uniform:
        expected = float(agreement.sum()) / q**2
        return expected, np.full(len(shares), expected)
    factor = float(agreement.sum()) / (q * (q - 1))
    mean = shares.mean(axis=0)
    return factor * float((mean * (1 - mean)).sum()), factor * (shares @ (1 - mean))
