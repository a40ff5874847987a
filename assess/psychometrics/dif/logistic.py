"""Logistic regression DIF: does the group add anything to the score when an answer is predicted?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.dif.binomial import Fit, fit
from assess.psychometrics.dif.matching import NEEDED, Groups, Strata, incomparable, too_few
from assess.psychometrics.dif.purification import Purification, purified
from assess.psychometrics.responses import BoolArray, FloatArray
from assess.psychometrics.results import LEVEL, Estimate, not_enough, two_sided

Kind = Literal["both", "uniform", "nonuniform"]
JodoinGierl = Literal["A", "B", "C"]

SOURCE = (
    "Swaminathan & Rogers (1990), Journal of Educational Measurement 27, 361–370; "
    "effect: Nagelkerke (1991), Biometrika 78, 691–692; Jodoin & Gierl (2001), Applied Measurement in Education 14, 329–349"
)
GROUP_METHOD = "log-odds of the focal group at equal scores (logistic regression)"
STEP_METHOD = "change of the group's log-odds per point of the score (logistic regression)"
# columns of the full model that each nested model keeps: 1, score, group, score × group
ONLY, SCORE, GROUP, FULL = (0,), (0, 1), (0, 1, 2), (0, 1, 2, 3)
COMPARED: dict[Kind, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "both": (SCORE, FULL),
    "uniform": (SCORE, GROUP),
    "nonuniform": (GROUP, FULL),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRegression:
    """The logistic regressions of one item.

    Attributes
    ----------
    chi_square, df, p_value
        Likelihood ratio of the two models compared; None when `reason` says why.
    group
        Log-odds of the focal group against the reference group at equal scores (model without interaction); below 0 the
        item favours the reference group.
    interaction
        Change of that log-odds per point of the score (full model).
    effect, effect_class
        Nagelkerke ΔR² of the two models, and A below .035, C above .070, B between (A also when p ≥ .05).
    reason
        Why there is no statistic; empty when there is one.
    """

    name: str
    chi_square: float | None
    df: int
    p_value: float | None
    group: Estimate
    interaction: Estimate
    effect: float | None
    effect_class: JodoinGierl | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic:
    """All items, in order, the models compared, and how the matching score was purified (None when it was not)."""

    items: tuple[ItemRegression, ...]
    kind: Kind
    purification: Purification | None

    @property
    def chi_square(self) -> FloatArray:
        """One per item; NaN exactly where the item has a `reason`."""
        return np.array([np.nan if item.chi_square is None else item.chi_square for item in self.items])

    @property
    def p_value(self) -> FloatArray:
        """One per item; NaN exactly where the item has a `reason`."""
        return np.array([np.nan if item.p_value is None else item.p_value for item in self.items])


def logistic(
    responses: npt.ArrayLike,
    focal: npt.ArrayLike,
    kind: Kind = "both",
    *,
    purify: bool = False,
    rounds: int = 20,
    significance: float = 0.05,
    matching: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    level: float = LEVEL,
    needed: tuple[int, int] = NEEDED,
) -> Logistic:
    r"""DIF of right-or-wrong items by likelihood ratio of logistic regressions on the total score.

    Parameters
    ----------
    responses, focal, purify, rounds, significance, matching, needed
        As in `mantel_haenszel`.
    kind
        "uniform": the group is added to the score (df 1). "nonuniform": the interaction is added to both (df 1).
        "both": group and interaction are added to the score (df 2).

    Raises
    ------
    ResponseError
        As `Groups.of`.
    ValueError
        When `kind` is none of the three.

    Notes
    -----
    logit P = β₀ + β₁s + β₂g + β₃sg with g = 1 for the focal group; χ² = 2(ln L₁ − ln L₀). Persons with the same score
    and group are one binomial case, which changes no likelihood ratio. All items at once by iteratively reweighted
    least squares with halved steps. R² = (1 − (L₀/L)^{2/n})/(1 − L₀^{2/n}) against the model with an intercept only.

    Examples
    --------
    >>> focal = [False] * 40 + [True] * 40
    >>> item = [1] * 8 + [0] * 12 + [1] * 16 + [0] * 4 + [1] * 12 + [0] * 8 + [1] * 12 + [0] * 8
    >>> kinds = ("both", "uniform", "nonuniform")
    >>> found = [logistic([[x] for x in item], focal, kind, matching=([1] * 20 + [2] * 20) * 2) for kind in kinds]
    >>> [round(one.items[0].chi_square, 2) for one in found]
    [3.54, 0.0, 3.54]
    """
    if kind not in COMPARED:
        raise ValueError(f'kind {kind!r} is none of "both", "uniform" and "nonuniform"')
    groups = Groups.of(responses, focal, names, matching)
    nobody = incomparable(groups)
    if nobody:
        items = tuple(_without(name, nobody, kind, level) for name in groups.names)
        return Logistic(items=items, kind=kind, purification=None)
    values, graded = groups.values, groups.graded

    def flagged(anchor: BoolArray) -> BoolArray:
        models = _models(groups.strata(values, anchor), COMPARED[kind])
        _, p_value = _ratio(models, kind)
        return np.asarray(
            (p_value < significance) & ~graded & (models[COMPARED[kind][1]].rank == len(COMPARED[kind][1]))
        )

    purification = purified(flagged, groups.names, rounds) if purify else None
    strata = groups.strata(values, None if purification is None else purification.anchor)
    return Logistic(
        items=_items(groups.names, strata, graded, kind, level, needed), kind=kind, purification=purification
    )


def _models(strata: Strata, wanted: Sequence[tuple[int, ...]]) -> dict[tuple[int, ...], Fit]:
    """Fit the models to (score, group) cells; the score is standardised per item."""
    number = np.concatenate([strata.reference, strata.focal]).T
    right = np.concatenate([strata.reference_sum, strata.focal_sum]).T
    score = np.concatenate([strata.level, strata.level]).T
    score, _ = _standardised(score, number)
    group = np.repeat([0.0, 1.0], len(strata.level))[None, :] + 0 * score
    design = np.stack([np.ones_like(score), score, group, score * group], axis=-1)
    return {columns: fit(design[..., list(columns)], right, number) for columns in wanted}


def _standardised(score: FloatArray, number: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The score with mean 0 and standard deviation 1 per item, and that deviation."""
    size = np.maximum(number.sum(axis=1), 1.0)
    mean = (score * number).sum(axis=1) / size
    spread = np.sqrt(((score - mean[:, None]) ** 2 * number).sum(axis=1) / size)
    spread = np.where(spread > 0, spread, 1.0)
    return (score - mean[:, None]) / spread[:, None], spread


def _ratio(models: dict[tuple[int, ...], Fit], kind: Kind) -> tuple[FloatArray, FloatArray]:
    smaller, larger = COMPARED[kind]
    chi_square = np.maximum(2 * (models[larger].log_likelihood - models[smaller].log_likelihood), 0.0)
    return chi_square, stats.chi2.sf(chi_square, len(larger) - len(smaller))


def _items(
    names: tuple[str, ...], strata: Strata, graded: BoolArray, kind: Kind, level: float, needed: tuple[int, int]
) -> tuple[ItemRegression, ...]:
    strata = Strata(
        strata.level, strata.reference, strata.focal, strata.reference_sum * ~graded, strata.focal_sum * ~graded
    )
    models = _models(strata, (ONLY, SCORE, GROUP, FULL))
    chi_square, p_value = _ratio(models, kind)
    smaller, larger = COMPARED[kind]
    reference, focal = strata.reference.sum(axis=0), strata.focal.sum(axis=0)
    right = (strata.reference_sum + strata.focal_sum).sum(axis=0)
    number = np.concatenate([strata.reference, strata.focal]).T
    unit = _standardised(np.concatenate([strata.level, strata.level]).T, number)[1]
    total = np.maximum(reference + focal, 1.0)
    squares = [_nagelkerke(models[ONLY].log_likelihood, models[m].log_likelihood, total) for m in (smaller, larger)]
    reach = two_sided(level)
    found = []
    for j, name in enumerate(names):
        n = int(reference[j] + focal[j])
        reason = _lacking(name, bool(graded[j]), reference[j], focal[j], right[j], n, models[larger], j, larger)
        if reason:
            found.append(_without(name, reason, kind, level, n))
            continue
        few = too_few(int(reference[j]), int(focal[j]), needed)
        effect, p = float(squares[1][j] - squares[0][j]), float(p_value[j])
        size: JodoinGierl = "C" if effect > 0.070 else "B" if effect >= 0.035 else "A"
        found.append(
            ItemRegression(
                name=name,
                chi_square=float(chi_square[j]),
                df=len(larger) - len(smaller),
                p_value=p,
                group=_coefficient(GROUP_METHOD, models[GROUP], j, 2, 1.0, n, level, reach, few, name),
                interaction=_coefficient(STEP_METHOD, models[FULL], j, 3, float(unit[j]), n, level, reach, few, name),
                effect=effect,
                effect_class=size if p < 0.05 else "A",
                reason="",
            )
        )
    return tuple(found)


def _coefficient(
    method: str,
    model: Fit,
    item: int,
    column: int,
    unit: float,
    n: int,
    level: float,
    reach: float,
    few: str,
    name: str,
) -> Estimate:
    if model.rank[item] <= column:
        reason = f"{name}: one of the groups has too few different scores for it"
        return not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
    if not model.finite[item]:
        reason = f"{name}: scores and group tell right from wrong without error somewhere, so it has no finite value"
        return not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
    value, se = float(model.coefficients[item, column]) / unit, float(model.standard_errors[item, column]) / unit
    return Estimate(
        value=value,
        standard_error=se,
        interval=(value - reach * se, value + reach * se),
        level=level,
        n=n,
        method=method,
        source=SOURCE,
        sufficient=not few,
        reason=few,
    )


def _nagelkerke(null: FloatArray, model: FloatArray, n: FloatArray) -> FloatArray:
    highest = -np.expm1(2 * null / n)
    explained = -np.expm1(2 * (null - model) / n)
    return np.asarray(np.divide(explained, highest, out=np.zeros_like(explained), where=highest > 0))


def _lacking(
    name: str,
    graded: bool,
    reference: float,
    focal: float,
    right: float,
    n: int,
    larger: Fit,
    item: int,
    columns: tuple[int, ...],
) -> str:
    if graded:
        return f"{name} has part points; Mantel's test of mean scores is for such items"
    if not reference or not focal:
        return f"{name}: nobody of the {'focal' if not focal else 'reference'} group answered it"
    if right in (0, n):
        return f"{name}: everybody answered alike; it cannot show a difference"
    if larger.rank[item] < len(columns):
        return f"{name}: the scores do not vary enough within the groups to tell score and group apart"
    return ""


def _without(name: str, reason: str, kind: Kind, level: float, n: int = 0) -> ItemRegression:
    group, step = (
        not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
        for method in (GROUP_METHOD, STEP_METHOD)
    )
    smaller, larger = COMPARED[kind]
    return ItemRegression(
        name=name,
        chi_square=None,
        df=len(larger) - len(smaller),
        p_value=None,
        group=group,
        interaction=step,
        effect=None,
        effect_class=None,
        reason=reason,
    )
