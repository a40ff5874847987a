"""Reliability of tests made of unlike parts, and of tests of another length."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from assess.psychometrics.reliability.coefficient_alpha import MINIMUM_PERSONS
from assess.psychometrics.reliability.compatibility import clash
from assess.psychometrics.reliability.intervals import on_log_scale
from assess.psychometrics.responses import ResponseError, as_matrix, as_vector, complete_rows
from assess.psychometrics.results import LEVEL, Estimate, doubted, not_enough

STRATIFIED_SOURCE = (
    "Rajaratnam, Cronbach & Gleser (1965), Psychometrika 30, 39–56; "
    "standard error: Maydeu-Olivares, Coffman & Hartmann (2007), Psychological Methods 12, 157–176"
)
COMPOSITE_SOURCE = "Mosier (1943), Psychometrika 8, 161–168"
SPEARMAN_BROWN_SOURCE = "Spearman (1910) and Brown (1910), British Journal of Psychology 3, 271–322"


def stratified_alpha(
    responses: npt.ArrayLike, strata: Sequence[str], *, level: float = LEVEL, minimum: int = MINIMUM_PERSONS
) -> Estimate:
    r"""Alpha of a test made of unlike parts: each stratum's own alpha, one total (complete persons only).

    Parameters
    ----------
    responses
        persons × items.
    strata
        The stratum of each item; each needs at least two items.

    Notes
    -----
    α = 1 − Σ V_s(1−α_s) / V. The standard error is distribution-free (influence function of the covariances); the
    interval is symmetric in log(1−α).

    Examples
    --------
    >>> data = [[1, 1, 3, 3], [1, 0, 2, 3], [0, 0, 1, 0], [1, 1, 2, 2], [0, 1, 0, 1]] * 8
    >>> stratified_alpha(data, ["online", "online", "bench", "bench"]).in_words()
    '0.86 (95 % interval 0.81 to 0.90, n = 40)'
    """
    matrix = as_matrix(responses)
    labels = np.asarray(strata)
    if len(labels) != matrix.shape[1]:
        raise ResponseError("names_do_not_fit", f"{len(labels)} strata for {matrix.shape[1]} items")
    rows = complete_rows(matrix)
    n = len(rows)
    method = "stratified alpha (listwise)"
    thin = [str(name) for name in np.unique(labels) if (labels == name).sum() < 2]
    if thin:
        reason = f"stratum {thin[0]!r} has one item only; give it a reliability with `composite`"
        return not_enough(n=n, method=method, source=STRATIFIED_SOURCE, reason=reason, level=level)
    if n < 2:
        reason = "fewer than 2 persons answered every item"
        return not_enough(n=n, method=method, source=STRATIFIED_SOURCE, reason=reason, level=level)
    deviations = rows - rows.mean(axis=0)
    error = np.zeros(n)  # each person's share of the error variance
    for name in np.unique(labels):
        part = deviations[:, labels == name]
        k = part.shape[1]
        squares = part.sum(axis=1) ** 2
        error += squares - k / (k - 1) * (squares - (part**2).sum(axis=1))
    spread = deviations.sum(axis=1) ** 2
    if not spread.sum() > 0:
        reason = "the total scores do not vary"
        return not_enough(n=n, method=method, source=STRATIFIED_SOURCE, reason=reason, level=level)
    value = float(1 - error.sum() / spread.sum())
    influence = (error - (1 - value) * spread) / spread.mean()
    se = float(influence.std(ddof=1) / np.sqrt(n))
    return on_log_scale(value, se, n=n, method=method, source=STRATIFIED_SOURCE, level=level, minimum=minimum)


def composite(
    parts: npt.ArrayLike,
    reliabilities: Sequence[Estimate],
    *,
    weights: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> Estimate:
    r"""Reliability of a weighted sum of parts whose own reliabilities are known (complete persons only).

    Parameters
    ----------
    parts
        persons × parts, each column a part score.
    reliabilities
        One estimate per part.
    weights
        One per part; 1 when not given.
    names
        How the parts are called; "part 1" and so on when not given.

    Notes
    -----
    1 − Σ w²V(1−r) / V_c. The standard error carries the parts' standard errors by the delta method; errors of
    different parts are taken as uncorrelated. An interval in log(1−r). When the parts correlate more than their
    reliabilities allow, the answer is marked as not sufficient, and what it would be with the doubtful ones at the upper
    ends of their intervals is told.
    """
    matrix = complete_rows(as_matrix(parts, name="parts"))
    n, k = matrix.shape
    factors = np.ones(k) if weights is None else as_vector(weights, name="weights")
    if len(reliabilities) != k or len(factors) != k:
        sentence = f"{len(reliabilities)} reliabilities and {len(factors)} weights for {k} parts"
        raise ResponseError("names_do_not_fit", sentence)
    labels = [f"part {number}" for number in range(1, k + 1)] if names is None else list(names)
    method = "composite reliability (listwise)"
    unknown = [number for number, part in enumerate(reliabilities) if part.value is None]
    if unknown:
        reason = f"{labels[unknown[0]]} has no reliability: {reliabilities[unknown[0]].reason}"
        return not_enough(n=n, method=method, source=COMPOSITE_SOURCE, reason=reason, level=level)
    weighted = matrix * factors
    total = float(weighted.sum(axis=1).var(ddof=1)) if n > 1 else 0.0
    if not total > 0:
        reason = "the composite scores do not vary"
        return not_enough(n=n, method=method, source=COMPOSITE_SOURCE, reason=reason, level=level)
    share = weighted.var(axis=0, ddof=1) / total
    known = np.array([part.value for part in reliabilities], dtype=np.float64)
    errors = np.array([part.standard_error for part in reliabilities], dtype=np.float64)
    value = float(1 - share @ (1 - known))
    se = float(np.sqrt(np.sum((share * errors) ** 2)))
    estimate = on_log_scale(value, se, n=n, method=method, source=COMPOSITE_SOURCE, level=level, minimum=minimum)
    for label, part in zip(labels, reliabilities, strict=True):
        if not part.sufficient:
            estimate = doubted(estimate, f"{label}: {part.reason}")
    spread = bool((matrix.var(axis=0) > 0).all())
    against = clash(np.atleast_2d(np.cov(matrix, rowvar=False)), reliabilities, labels) if spread else None
    if against is not None:
        estimate = doubted(estimate, against.words)
        if against.resolved:
            there = float(1 - share @ (1 - np.array(against.raised)))
            estimate = doubted(estimate, f"at {against.at} it would be {there:.2f}")
    return estimate


def spearman_brown(reliability: Estimate, *, ratio: float) -> Estimate:
    """The reliability of a test `ratio` times as long, made of like items.

    Examples
    --------
    >>> half = Estimate(value=0.6, standard_error=0.05, interval=(0.5, 0.7), n=90, method="alpha", source="", sufficient=True)
    >>> round(spearman_brown(half, ratio=2).value, 4)
    0.75
    """
    if not ratio > 0:
        raise ResponseError("not_a_length", f"ratio is {ratio}; a test length ratio is greater than 0")
    method = f"{reliability.method}, projected to {ratio:g} times the length"
    if reliability.value is None or reliability.standard_error is None or reliability.interval is None:
        return not_enough(
            n=reliability.n,
            method=method,
            source=SPEARMAN_BROWN_SOURCE,
            reason=reliability.reason,
            level=reliability.level,
        )
    if min(1 + (ratio - 1) * bound for bound in (reliability.value, *reliability.interval)) <= 0:
        reason = "a reliability as low as its interval allows cannot be projected to another length"
        return not_enough(
            n=reliability.n, method=method, source=SPEARMAN_BROWN_SOURCE, reason=reason, level=reliability.level
        )
    slope = ratio / (1 + (ratio - 1) * reliability.value) ** 2
    low, high = (_longer(bound, ratio) for bound in reliability.interval)
    return Estimate(
        value=_longer(reliability.value, ratio),
        standard_error=slope * reliability.standard_error,
        interval=(low, high),
        level=reliability.level,
        n=reliability.n,
        method=method,
        source=SPEARMAN_BROWN_SOURCE,
        sufficient=reliability.sufficient,
        reason=reliability.reason,
    )


def _longer(value: float, ratio: float) -> float:
    return ratio * value / (1 + (ratio - 1) * value)
