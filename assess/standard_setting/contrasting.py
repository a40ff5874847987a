"""Contrasting groups: judges say who is competent, and the cut lies where the scores of the two groups part."""

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import LEVEL, normal_interval
from assess.standard_setting.densities import Weighting, log_odds, meeting_point
from assess.standard_setting.logistic_cuts import logistic_cut, resampled_cuts
from assess.standard_setting.resampling import RESAMPLES, resampled, spread, standard_error
from assess.standard_setting.two_groups import ContrastingGroups, TwoGroups

MINIMUM_GROUP = 15
SOURCE = "Livingston & Zieky (1982), Passing Scores, ch. 4"
MIDPOINT_SOURCE = f"{SOURCE}; standard error: two independent means, Welch (1947), Biometrika 34, 28–35"
INTERSECTION_SOURCE = f"{SOURCE}; standard error: bootstrap"
LOGISTIC_SOURCE = f"{SOURCE}; logistic regression, delta method"


def midpoint(
    scores: npt.ArrayLike,
    competent: npt.ArrayLike,
    *,
    level: float = LEVEL,
    minimum: int = MINIMUM_GROUP,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> ContrastingGroups:
    r"""The score half-way between the means of the two groups.

    Parameters
    ----------
    scores
        Of the candidates.
    competent
        True or 1 for the competent, False or 0 for the others; NaN (not sorted) leaves the candidate out.

    Raises
    ------
    ResponseError
        `not_two_groups` for a mark that is neither 0 nor 1, `names_do_not_fit`.

    Notes
    -----
    (x̄₀ + x̄₁)/2, SE = ½√(s₀²/n₀ + s₁²/n₁), Student's interval with Welch's degrees of freedom.

    Examples
    --------
    >>> found = midpoint([40, 44, 48, 60, 64, 68] * 6, [0, 0, 0, 1, 1, 1] * 6)
    >>> found.cut.in_words(1)
    '54.0 (95 % interval 52.9 to 55.1, n = 36)'
    """
    method = "contrasting groups: midpoint of the means"
    groups = TwoGroups.of(scores, competent, method=method, source=MIDPOINT_SOURCE, level=level, minimum=minimum)
    if groups.lacking:
        return groups.without(groups.lacking)
    m0, m1, s0, s1 = groups.moments()
    sizes = np.array([len(groups.low), len(groups.high)])
    parts = np.array([s0, s1]) ** 2 / sizes
    value, error = float(m0 + m1) / 2, float(np.sqrt(parts.sum())) / 2
    reach = float(stats.t.ppf(0.5 + level / 2, parts.sum() ** 2 / (parts**2 / (sizes - 1)).sum())) * error
    drawn = groups.resampled_moments(seed=seed, resamples=resamples)
    return groups.at(value, error, (value - reach, value + reach), standard_error(drawn[:, :2].mean(axis=1)))


def intersection(
    scores: npt.ArrayLike,
    competent: npt.ArrayLike,
    *,
    weighting: Weighting = "equal",
    level: float = LEVEL,
    minimum: int = MINIMUM_GROUP,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> ContrastingGroups:
    r"""The score at which the normal densities of the two groups meet.

    Parameters
    ----------
    scores, competent
        As in `midpoint`.
    weighting
        "equal": the curves have equal area, so both kinds of error weigh alike. "observed": areas as the group sizes,
        which makes the fewest wrong decisions among candidates like these.

    Raises
    ------
    ResponseError
        As `midpoint`; `unknown_weighting`.

    Notes
    -----
    π₀φ(x; x̄₀, s₀) = π₁φ(x; x̄₁, s₁), the solution between the two means; SD with n − 1. Standard error from the
    bootstrap within groups, Student's interval with n₀ + n₁ − 2 degrees of freedom.

    Examples
    --------
    >>> found = intersection([40, 44, 48, 60, 64, 68] * 6, [0, 0, 0, 1, 1, 1] * 6)
    >>> round(found.value, 6)
    54.0
    """
    method = f"contrasting groups: where the normal densities meet ({weighting} weights)"
    groups = TwoGroups.of(scores, competent, method=method, source=INTERSECTION_SOURCE, level=level, minimum=minimum)
    odds = log_odds(weighting, len(groups.low), len(groups.high))
    if groups.lacking:
        return groups.without(groups.lacking)
    value = float(meeting_point(groups.moments()[None], odds)[0])
    drawn = meeting_point(groups.resampled_moments(seed=seed, resamples=resamples), odds)
    found = spread(drawn[np.isfinite(drawn)], resamples=resamples, level=level)
    if not np.isfinite(value) or found is None:
        return groups.without("the two densities do not meet between the means; use the midpoint or the logistic curve")
    reach = float(stats.t.ppf(0.5 + level / 2, groups.n - 2)) * found[0]
    return groups.at(value, found[0], (value - reach, value + reach), found[0])


def logistic(
    scores: npt.ArrayLike,
    competent: npt.ArrayLike,
    *,
    probability: float = 0.5,
    level: float = LEVEL,
    minimum: int = MINIMUM_GROUP,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> ContrastingGroups:
    r"""The score at which a candidate is competent with the given probability, by logistic regression.

    Parameters
    ----------
    scores, competent
        As in `midpoint`.
    probability
        Above 0 and below 1.

    Raises
    ------
    ResponseError
        As `midpoint`; `not_a_probability`.

    Notes
    -----
    logit P(competent) = a + b·score, cut = (logit p − a)/b, standard error by the delta method, normal interval. The
    cut moves with the shares of the two groups, as the intersection with observed weights does. The bootstrap draws
    from all candidates.

    Examples
    --------
    >>> found = logistic([40, 50, 50, 60, 50, 60, 60, 70] * 5, [0, 0, 0, 0, 1, 1, 1, 1] * 5)
    >>> round(found.value, 6)
    55.0
    """
    if not 0 < probability < 1:
        raise ResponseError("not_a_probability", f"probability is {probability}; it lies between 0 and 1")
    method = f"contrasting groups: logistic regression at P = {probability:g}"
    groups = TwoGroups.of(scores, competent, method=method, source=LOGISTIC_SOURCE, level=level, minimum=minimum)
    if groups.lacking:
        return groups.without(groups.lacking)
    values, place = np.unique(np.concatenate([groups.low, groups.high]), return_inverse=True)
    others, able = (
        np.bincount(part, minlength=len(values)).astype(np.float64) for part in np.split(place, [len(groups.low)])
    )
    found = logistic_cut(values, able, able + others, probability)
    if found.value is None or found.standard_error is None:
        return groups.without(found.reason)

    def again(weights: FloatArray) -> FloatArray:
        below, above = np.split(weights, 2, axis=1)
        return resampled_cuts(values, above, below + above, probability)

    drawn = resampled(np.concatenate([others, able]), again, seed=seed, resamples=resamples)
    return groups.at(
        found.value,
        found.standard_error,
        normal_interval(found.value, found.standard_error, level),
        standard_error(drawn) if len(drawn) >= resamples / 2 else None,
    )
