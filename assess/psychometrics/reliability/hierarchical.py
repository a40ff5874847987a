"""Omega total and omega hierarchical: how much one general factor explains when there are group factors beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.covariance import ItemCovariance, Missing, item_covariance
from assess.psychometrics.reliability.coefficient_alpha import MINIMUM_PERSONS, lacking
from assess.psychometrics.reliability.intervals import bootstrapped, resampled
from assess.psychometrics.reliability.oblique import SchmidLeiman, schmid_leiman
from assess.psychometrics.responses import FloatArray, ResponseError, answered_any, as_matrix, complete_rows, item_names
from assess.psychometrics.results import LEVEL, Estimate, doubted, not_enough

SOURCE = (
    "Zinbarg, Revelle, Yovel & Li (2005), Psychometrika 70, 123–133; Schmid & Leiman (1957), Psychometrika 22, 53–61; "
    "standard errors: bootstrap over persons"
)
RESAMPLES = 200


@dataclass(frozen=True, eq=False, kw_only=True)
class HierarchicalOmega:
    """Omega total, omega hierarchical and the solution behind them.

    Attributes
    ----------
    total
        Share of the variance of the sum of standardised items that all common factors explain.
    hierarchical
        Share that the general factor alone explains.
    explained_common_variance
        The general factor's share of the common variance of the items.
    general, group, uniquenesses, factor_correlations
        The Schmid–Leiman solution (empty when there is none): loadings of the items and what is left of them.
    """

    total: Estimate
    hierarchical: Estimate
    explained_common_variance: Estimate
    general: FloatArray
    group: FloatArray
    uniquenesses: FloatArray
    factor_correlations: FloatArray


def hierarchical_omega(
    responses: npt.ArrayLike,
    *,
    factors: int = 3,
    missing: Missing = "pairwise",
    names: Sequence[str] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> HierarchicalOmega:
    r"""Omega total and hierarchical of standardised items, from an exploratory solution with `factors` group factors.

    Parameters
    ----------
    responses
        persons × items; NaN = missing.
    factors
        Group factors; three or more identify the general one. With two its loadings are set equal, which is said.
    names
        Item names for the sentences.
    resamples, seed
        Of the bootstrap over persons.

    Notes
    -----
    Minimum-residual factors of the correlations R, direct oblimin (gamma 0), one second-order factor, Schmid–Leiman:
    loadings g on the general factor, uniquenesses u. ω_h = (Σg)²/ΣR and ω_t = 1 − Σu/ΣR, both over the *observed*
    variance, as psych's omega has them. Items are not turned round: one that loads negatively is named.

    Raises
    ------
    ResponseError
        `not_a_number_of_factors` when `factors` is below 1, `names_do_not_fit`.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> group = np.repeat(rng.normal(size=(400, 3)), 3, axis=1)
    >>> answers = rng.normal(size=(400, 1)) + 0.6 * group + 0.8 * rng.normal(size=(400, 9))
    >>> found = hierarchical_omega(answers, resamples=20)
    >>> round(found.total.value, 2), round(found.hierarchical.value, 2)
    (0.94, 0.84)
    """
    if factors < 1:
        raise ResponseError("not_a_number_of_factors", f"factors is {factors}; at least 1 is needed")
    matrix = as_matrix(responses)
    labels = item_names(matrix.shape[1], names)
    covariance = item_covariance(matrix, missing)
    reason = _unusable(covariance, factors, labels)
    if reason:
        return _nothing(reason, factors, missing, covariance.n, level)
    correlation = _correlation(covariance)
    solution = schmid_leiman(correlation, factors)
    if not np.isfinite(_figures(correlation, solution)).all():
        reason = "the sum of the standardised items does not vary, or no factor explains any of it"
        return _nothing(reason, factors, missing, covariance.n, level)
    if not solution.converged:
        reason = f"{factors} factors could not be extracted and rotated to a stable solution; ask for fewer"
        return _nothing(reason, factors, missing, covariance.n, level)
    rows = complete_rows(matrix) if missing == "listwise" else answered_any(matrix)

    def again(sample: FloatArray) -> npt.ArrayLike:
        drawn = item_covariance(sample, missing)
        if _unusable(drawn, factors, labels):
            return np.full(3, np.nan)
        among = _correlation(drawn)
        return _figures(among, schmid_leiman(among, factors))

    drawn = resampled(rows, again, resamples=resamples, seed=seed)
    doubts = _doubts(solution, labels)
    estimates = []
    for column, (method, value) in enumerate(
        zip(_methods(factors, missing), _figures(correlation, solution), strict=True)
    ):
        estimate = bootstrapped(
            value, drawn[:, column], n=covariance.n, method=method, source=SOURCE, level=level, minimum=minimum
        )
        estimates.append(doubted(estimate, doubts) if doubts and estimate.value is not None else estimate)
    return HierarchicalOmega(
        total=estimates[0],
        hierarchical=estimates[1],
        explained_common_variance=estimates[2],
        general=solution.general,
        group=solution.group,
        uniquenesses=solution.uniquenesses,
        factor_correlations=solution.factor_correlations,
    )


def _figures(correlation: FloatArray, solution: SchmidLeiman) -> tuple[float, float, float]:
    total = float(correlation.sum())
    if not total > 1e-12 * len(correlation):
        return float("nan"), float("nan"), float("nan")
    general, group = float((solution.general**2).sum()), float((solution.group**2).sum())
    return (
        1 - float(solution.uniquenesses.sum()) / total,
        float(solution.general.sum()) ** 2 / total,
        general / (general + group) if general + group > 0 else float("nan"),
    )


def _correlation(covariance: ItemCovariance) -> FloatArray:
    scale = np.sqrt(np.diag(covariance.matrix))
    return np.asarray(covariance.matrix / np.outer(scale, scale))


def _methods(factors: int, missing: Missing) -> tuple[str, str, str]:
    how = f"{factors} group factor(s), Schmid–Leiman ({missing})"
    return f"omega total, {how}", f"omega hierarchical, {how}", f"explained common variance, {how}"


def _unusable(covariance: ItemCovariance, factors: int, labels: Sequence[str]) -> str:
    items = len(covariance.matrix)
    reason = lacking(covariance)
    if reason:
        return reason.replace("alpha", "omega")
    constant = np.flatnonzero(~(np.diag(covariance.matrix) > 0))
    if len(constant):
        return f"{labels[constant[0]]} does not vary; leave it out"
    # free correlations minus free parameters of an orthogonal solution
    if items * (items - 1) / 2 - items * factors + factors * (factors - 1) / 2 < 0:
        return f"{items} items cannot carry {factors} factors; ask for fewer, or use `omega`"
    return ""


def _doubts(solution: SchmidLeiman, labels: Sequence[str]) -> str:
    doubts = []
    if solution.heywood:
        named = ", ".join(labels[item] for item in solution.heywood)
        doubts.append(f"no unique variance is left (Heywood case) of {named}: ask for fewer factors")
    against = [label for label, loading in zip(labels, solution.general, strict=True) if loading < 0]
    if against:
        doubts.append(f"negative loading on the general factor of {', '.join(against)}: look for a reversed key")
    if solution.group.shape[1] == 2:
        doubts.append("two group factors do not identify the general one; its loadings were set equal")
    return "; ".join(doubts)


def _nothing(reason: str, factors: int, missing: Missing, n: int, level: float) -> HierarchicalOmega:
    total, hierarchical, common = (
        not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
        for method in _methods(factors, missing)
    )
    return HierarchicalOmega(
        total=total,
        hierarchical=hierarchical,
        explained_common_variance=common,
        general=np.zeros(0),
        group=np.zeros((0, 0)),
        uniquenesses=np.zeros(0),
        factor_correlations=np.zeros((0, 0)),
    )
