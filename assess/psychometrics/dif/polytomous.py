"""DIF of items with several categories: Mantel's test of mean scores and the generalised Mantel–Haenszel test."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.dif.matching import NEEDED, Groups, incomparable, too_few
from assess.psychometrics.responses import FloatArray, as_categories
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, normal_interval, not_enough

PolytomousClass = Literal["A", "B", "C"]

MANTEL_SOURCE = (
    "Mantel (1963), Journal of the American Statistical Association 58, 690–700; "
    "Zwick, Donoghue & Grima (1993), Journal of Educational Measurement 30, 233–251"
)
SMD_SOURCE = (
    "Dorans & Schmitt (1991), ETS RR-91-47; "
    "standard error: Zwick & Thayer (1996), Journal of Educational and Behavioral Statistics 21, 187–201"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCategories:
    """The tests of one item.

    Attributes
    ----------
    mantel, mantel_p_value
        χ² of equal mean scores of matched persons (1 degree of freedom); None when `reason` says why.
    generalised, df, generalised_p_value
        χ² of equal distributions over the categories, whatever their order; df is their number less 1.
    mean_difference
        SMD: focal minus reference mean score, weighted as the focal group; below 0 the item favours the reference group.
    effect
        SMD by the standard deviation of the item in both groups together.
    ets_class
        A when p ≥ .05 or |effect| ≤ .17, C when |effect| > .25, otherwise B.
    reason
        Why there is no statistic; empty when there is one.
    """

    name: str
    mantel: float | None
    mantel_p_value: float | None
    generalised: float | None
    df: int
    generalised_p_value: float | None
    mean_difference: Estimate
    effect: float | None
    ets_class: PolytomousClass | None
    reason: str
    source: str = MANTEL_SOURCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Polytomous:
    """All items, in order."""

    items: tuple[ItemCategories, ...]

    @property
    def chi_square(self) -> FloatArray:
        """Mantel's, one per item; NaN exactly where the item has a `reason`."""
        return np.array([np.nan if item.mantel is None else item.mantel for item in self.items])

    @property
    def p_value(self) -> FloatArray:
        """Mantel's, one per item; NaN exactly where the item has a `reason`."""
        return np.array([np.nan if item.mantel_p_value is None else item.mantel_p_value for item in self.items])


def mantel(
    responses: npt.ArrayLike,
    focal: npt.ArrayLike,
    *,
    matching: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    level: float = LEVEL,
    needed: tuple[int, int] = NEEDED,
) -> Polytomous:
    r"""Mantel's and the generalised Mantel–Haenszel test, matched on the total score.

    Parameters
    ----------
    responses
        persons × items, categories 0, 1, 2, …; NaN = missing.
    focal, matching, needed
        As in `mantel_haenszel`.

    Raises
    ------
    ResponseError
        As `Groups.of`; `not_a_category`.

    Notes
    -----
    At score k, with T persons, n_R and n_F of the groups, and counts m of the categories: the focal sum F has
    E F = n_F·Σmy/T and Var F = n_R n_F/(T²(T − 1))·(TΣmy² − (Σmy)²); Mantel χ² = (Σ(F − E F))²/Σ Var F. The focal
    counts have covariance n_R n_F/(T²(T − 1))·(T diag(m) − mm′); GMH χ² is their quadratic form. No continuity
    correction; with two categories both are the Mantel–Haenszel χ² without one. SMD = Σ(n_Fk/N_F)(ȳ_Fk − ȳ_Rk), its
    variance Σ(n_Fk/N_F)²(1/n_Fk + 1/n_Rk)²·Var F_k, that of no difference.

    Examples
    --------
    >>> focal = [False] * 40 + [True] * 40
    >>> item = [0] * 8 + [1] * 8 + [2] * 24 + [0] * 16 + [1] * 10 + [2] * 14
    >>> found = mantel([[x] for x in item], focal, matching=[1] * 80).items[0]
    >>> round(found.mantel, 2), round(found.generalised, 2), found.df, round(found.mean_difference.value, 2)
    (5.37, 5.45, 2, -0.45)
    """
    groups = Groups.of(as_categories(responses), focal, names, matching)
    nobody = incomparable(groups)
    if nobody:
        return Polytomous(items=tuple(_without(name, nobody, level) for name in groups.names))
    values = groups.values
    answered = np.ones_like(values) if groups.answered is None else groups.answered.astype(np.float64)
    largest = int(values.max(initial=0.0))
    # levels × items × categories, for each group
    counted = [groups.strata((values == category) * answered) for category in range(largest + 1)]
    reference = np.stack([part.reference_sum for part in counted], axis=-1)
    focals = np.stack([part.focal_sum for part in counted], axis=-1)
    return Polytomous(
        items=tuple(_tested(reference[:, j], focals[:, j], name, level, needed) for j, name in enumerate(groups.names))
    )


def _tested(
    reference: FloatArray, focal: FloatArray, name: str, level: float, needed: tuple[int, int]
) -> ItemCategories:
    both = (reference.sum(axis=1) > 0) & (focal.sum(axis=1) > 0)
    reference, focal = reference[both], focal[both]
    used = (reference + focal).sum(axis=0) > 0
    category = np.flatnonzero(used).astype(np.float64)
    reference, focal = reference[:, used], focal[:, used]
    n_r, n_f = reference.sum(axis=1), focal.sum(axis=1)
    counts, size = reference + focal, n_r + n_f
    n = int(size.sum())
    if not n:
        return _without(name, f"{name}: at no score did persons of both groups answer it; widen the levels", level)
    factor = n_r * n_f / (size**2 * np.maximum(size - 1, 1))
    expected = n_f[:, None] * counts / size[:, None]
    spread = np.einsum("k,kc,cd->cd", factor * size, counts, np.eye(len(category)))
    spread -= np.einsum("k,kc,kd->cd", factor, counts, counts)
    sums = counts @ category
    by_level = factor * (size * (counts @ category**2) - sums**2)
    variance = float(by_level.sum())
    if not variance > 1e-12:
        reason = f"{name}: wherever the groups meet, everybody answered alike; it cannot show a difference"
        return _without(name, reason, level, n)
    difference = (focal - expected).sum(axis=0)
    statistic = float((category @ difference) ** 2 / variance)
    # a category that occurs only at scores where nothing varies carries no information: the generalised inverse skips it
    general = float(difference @ np.linalg.pinv(spread, rcond=1e-10, hermitian=True) @ difference)
    df = int(np.linalg.matrix_rank(spread, tol=1e-10 * float(np.trace(spread)), hermitian=True))
    p_value = float(stats.chi2.sf(statistic, 1))
    share = n_f / n_f.sum()
    means = focal @ category / n_f - reference @ category / n_r
    smd, se = float(share @ means), float(np.sqrt((share**2 * (1 / n_f + 1 / n_r) ** 2 * by_level).sum()))
    estimate = estimated(
        value=smd,
        standard_error=se,
        interval=normal_interval(smd, se, level),
        n=n,
        method="standardised mean difference (focal weights)",
        source=SMD_SOURCE,
        minimum=0,
        level=level,
    )
    few = too_few(int(n_r.sum()), int(n_f.sum()), needed)
    total = counts.sum(axis=0)
    deviation = float(np.sqrt(total @ (category - total @ category / n) ** 2 / (n - 1)))
    effect = smd / deviation
    size_class: PolytomousClass = "C" if abs(effect) > 0.25 else "B"
    return ItemCategories(
        name=name,
        mantel=statistic,
        mantel_p_value=p_value,
        generalised=general,
        df=df,
        generalised_p_value=float(stats.chi2.sf(general, df)),
        mean_difference=doubted(estimate, few) if few else estimate,
        effect=effect,
        ets_class="A" if p_value >= 0.05 or abs(effect) <= 0.17 else size_class,
        reason="",
    )


def _without(name: str, reason: str, level: float, n: int = 0) -> ItemCategories:
    method = "standardised mean difference (focal weights)"
    return ItemCategories(
        name=name,
        mantel=None,
        mantel_p_value=None,
        generalised=None,
        df=0,
        generalised_p_value=None,
        mean_difference=not_enough(n=n, method=method, source=SMD_SOURCE, reason=reason, level=level),
        effect=None,
        ets_class=None,
        reason=reason,
    )
