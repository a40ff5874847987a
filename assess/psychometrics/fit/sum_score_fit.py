"""S-X²: does each item's share of right answers rise with the sum score as the model says?"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from scipy import special

from assess.psychometrics.fit.answers import Answers, of_one_population
from assess.psychometrics.fit.collapsing import CellTable, collapsed
from assess.psychometrics.fit.rest_scores import rest_score_distributions, with_item
from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.families import IntArray, free
from assess.psychometrics.irt.fitted import Fitted
from assess.psychometrics.irt.table import SmallIntegers
from assess.psychometrics.responses import FloatArray

S_X2_SOURCE = (
    "Orlando & Thissen (2000), Applied Psychological Measurement 24, 50–64; several categories: Kang & Chen (2008), "
    "Journal of Educational Measurement 45, 391–406"
)
LEAST_EXPECTED = 1.0
FEWEST = 200


@dataclass(frozen=True, kw_only=True, eq=False)
class ItemScoreFit:
    """S-X² of every item, in the order of the columns; NaN exactly where `reasons` says why.

    Attributes
    ----------
    chi_square, df, p_value
        The statistic; p-values are not adjusted for the number of items.
    rmsea
        √(max(X²/df − 1, 0)/(n − 1)): misfit freed of the number of persons.
    n
        Persons who answered everything; only they have a sum score that compares.
    left_out
        Persons with a missing answer.
    reasons
        Why an item has no statistic, by its column.
    tables
        Observed and expected counts after cells were joined, by column: what a plot of the fit shows.
    """

    names: tuple[str, ...]
    chi_square: FloatArray
    df: IntArray
    p_value: FloatArray
    rmsea: FloatArray
    n: int
    left_out: int
    reasons: Mapping[int, str]
    tables: Mapping[int, CellTable]
    method: str
    source: str
    sufficient: bool
    reason: str


def s_x2(
    responses: npt.ArrayLike,
    calibration: Calibration,
    *,
    least_expected: float = LEAST_EXPECTED,
    count_shared: bool = False,
    minimum: int = FEWEST,
) -> ItemScoreFit:
    r"""Orlando and Thissen's S-X² of every item; for items with several categories as Kang and Chen have it.

    Parameters
    ----------
    responses
        persons × items of the calibration. Persons with a missing answer are left out, and counted.
    least_expected
        Cells are joined until each expects this many persons.
    count_shared
        Take one more degree of freedom from every item for the slope or the population's standard deviation that all
        items share, as mirt 1.47 does for Rasch, PCM and RSM. With 12 Rasch items that rejects 9 % at a level of 5 %.
    minimum
        Persons for a positive verdict.

    Raises
    ------
    ResponseError
        `not_calibrated`, `items_do_not_fit`, `not_a_category`, `several_groups`.

    Notes
    -----
    Among the N_s persons with sum score s (the lowest and highest left out) N_s·∫ P_k(θ)·f_{−i}(s − k | θ) φ /
    ∫ f(s | θ) φ are expected in category k, with f the distribution of the sum score and f_{−i} of the sum without the
    item. X² = Σ (O − E)²/E; degrees of freedom: cells − rows − the item's own parameters; what all items share (a common
    slope, the population's standard deviation) and given parameters do not count. Cells are joined as mirt does
    (`collapsing`), after looking at the data; items with few scores left have little power.

    Examples
    --------
    >>> from assess.psychometrics import irt, simulate
    >>> answers = simulate.rasch_responses(np.random.default_rng(1).normal(size=500), np.linspace(-1, 1, 8), seed=2)
    >>> found = s_x2(answers, irt.calibrate(answers, "Rasch"))
    >>> found.df.tolist(), bool((found.p_value > 0.001).all())
    ([6, 6, 6, 6, 6, 6, 6, 6], True)
    """
    of_one_population(calibration, "S-X² compares with")
    answers = Answers.of(responses, calibration)
    fitted = answers.fitted
    complete = answers.complete
    score = complete.sum(axis=1, dtype=np.int64)
    exists = free(fitted.family, fitted.categories, fitted.parameters.shape[1])
    parameters = (exists & ~fitted.anchored[:, None]).sum(axis=1)
    if calibration.specification.common_slope and not count_shared:
        parameters = np.maximum(parameters - 1, 0)
    items = len(calibration.names)
    chi_square, rmsea, df = np.full(items, np.nan), np.full(items, np.nan), np.zeros(items, dtype=np.int64)
    reasons = {j: f"{calibration.names[j]}: {why}" for j, why in calibration.left_out.items()}
    tables = {}
    for place, expected in _expected(fitted):
        j = int(calibration.kept[place])
        observed = _observed(complete, score, place, len(expected) + 2, int(fitted.categories[place]))[1:-1]
        table = collapsed(observed, expected * observed.sum(axis=1, keepdims=True), least_expected)
        cells = table.expected > 0
        df[j] = max(int(cells.sum()) - len(cells) - int(parameters[place]), 0)
        if len(cells) < 2 or df[j] == 0:
            reasons[j] = f"{calibration.names[j]}: {_too_sparse(len(complete), int(cells.sum()), len(cells))}"
            continue
        gap = np.where(cells, table.observed - table.expected, 0.0)
        chi_square[j] = (gap**2 / np.where(cells, table.expected, 1.0)).sum()
        rmsea[j] = np.sqrt(max(chi_square[j] / df[j] - 1, 0.0) / max(len(complete) - 1, 1))
        tables[j] = table
    n = len(complete)
    reason = answers.doubt or (
        "" if n >= minimum else f"{n} persons answered everything; at least {minimum} are needed"
    )
    return ItemScoreFit(
        names=calibration.names,
        chi_square=chi_square,
        df=df,
        p_value=np.where(np.isfinite(chi_square), special.chdtrc(np.maximum(df, 1), np.nan_to_num(chi_square)), np.nan),
        rmsea=rmsea,
        n=n,
        left_out=int(answers.seen.any(axis=1).sum()) - n,
        reasons=MappingProxyType(reasons),
        tables=MappingProxyType(tables),
        method="S-X² item fit by sum score",
        source=S_X2_SOURCE,
        sufficient=not reason,
        reason=reason,
    )


def _expected(fitted: Fitted) -> list[tuple[int, FloatArray]]:
    """For each item, sum scores (without the lowest and highest) × categories: the share expected in each category among
    persons with that sum; NaN where the two exclude each other."""
    grid, theta = fitted.grid()
    probability, weight = np.exp(fitted.at(theta)), np.exp(grid.log_weight)
    found = []
    for j, rest in rest_score_distributions(probability, fitted.categories):
        count = int(fitted.categories[j])
        total = with_item(rest, probability[j], count) @ weight
        share = np.full((len(total), count), np.nan)
        for k in range(count):
            scores = slice(k, k + len(rest))
            share[scores, k] = rest @ (probability[j, k] * weight) / np.maximum(total[scores], 1e-300)
        found.append((j, share[1:-1]))
    return found


def _observed(complete: SmallIntegers, score: IntArray, item: int, scores: int, categories: int) -> FloatArray:
    cell = score * categories + complete[:, item]
    return np.bincount(cell, minlength=scores * categories).reshape(scores, categories).astype(np.float64)


def _too_sparse(n: int, cells: int, rows: int) -> str:
    return (
        f"the answers of {n} persons leave {cells} cells in {rows} rows of scores, which the item's own parameters use up; "
        "ask more persons or more items"
    )
