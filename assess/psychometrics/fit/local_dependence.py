"""LD-X²: does the model give the two-way table of each pair of items?"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from assess.psychometrics.fit.answers import Answers, of_one_population
from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.responses import FloatArray

LD_SOURCE = "Chen & Thissen (1997), Journal of Educational and Behavioral Statistics 22, 265–289"
PERSONS_AT_ONCE = 4096
# an expected count below this makes the chi-square of a pair an indication only
LEAST_EXPECTED = 1.0
FEWEST = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class LocalDependence:
    """All pairs of items; every array is items × items, symmetric, NaN on the diagonal and where there is no statistic.

    Attributes
    ----------
    chi_square, df, p_value
        X² (or G²) of the pair's table, its degrees of freedom (categories − 1)(categories − 1), and its tail probability
        without adjustment for the number of pairs.
    cramers_v
        √(X²/(n·(fewest categories − 1))), positive when the two go together more than the model says, else negative.
    together
        Persons who answered both.
    least_expected
        Smallest expected count in the pair's table.
    holm
        The smallest p-value after Holm's adjustment for all pairs; None when there is none.
    sufficient, reason
        The verdict.
    """

    names: tuple[str, ...]
    chi_square: FloatArray
    df: IntArray
    p_value: FloatArray
    cramers_v: FloatArray
    together: IntArray
    least_expected: FloatArray
    holm: float | None
    n: int
    method: str
    source: str
    sufficient: bool
    reason: str


def local_dependence(
    responses: npt.ArrayLike, calibration: Calibration, *, statistic: Literal["X2", "G2"] = "X2", minimum: int = FEWEST
) -> LocalDependence:
    r"""Chen and Thissen's statistics of local dependence for all pairs of items.

    Parameters
    ----------
    responses
        persons × items of the calibration; each pair uses the persons who answered both.
    statistic
        "X2" for Pearson's, "G2" for the likelihood ratio.
    minimum
        Persons behind every pair for a positive verdict.

    Raises
    ------
    ResponseError
        `not_calibrated`, `items_do_not_fit`, `not_a_category`, `several_groups`.

    Notes
    -----
    Expected counts are n·∫ P_ik(θ)P_jl(θ) φ(θ) dθ. The degrees of freedom are those of a table with given margins; the
    margins come from the model, so X² only roughly follows that chi-square. The sign is that of the observed
    less the expected covariance of the two scores.

    Examples
    --------
    >>> from assess.psychometrics import irt
    >>> answers = np.array([[1, 0, 0], [1, 1, 0], [1, 1, 1], [0, 0, 0], [0, 1, 1], [1, 0, 1]] * 20, dtype=float)
    >>> found = local_dependence(answers, irt.calibrate(answers, "Rasch"))
    >>> found.chi_square[0].round(2).tolist(), found.cramers_v[0].round(2).tolist()
    ([nan, 1.54, 1.54], [nan, -0.11, -0.11])
    """
    of_one_population(calibration, "expected tables are of")
    answers = Answers.of(responses, calibration)
    fitted = answers.fitted
    counts = fitted.categories
    item = np.repeat(np.arange(len(counts)), counts)
    start = np.cumsum(counts) - counts
    category = np.arange(len(item)) - start[item]

    observed = _observed(answers, item, category)
    seen = answers.seen.astype(np.float64)
    together = seen.T @ seen
    grid, theta = fitted.grid()
    probability = np.exp(fitted.at(theta))[item, category]
    expected = together[np.ix_(item, item)] * ((probability * np.exp(grid.log_weight)) @ probability.T)

    cells = np.maximum(expected, 1e-300)
    if statistic == "X2":
        parts = (observed - expected) ** 2 / cells
    else:
        parts = 2 * special.xlogy(observed, np.maximum(observed, 1e-300) / cells)
    chi_square = _by_item(parts, start)
    moved = (observed - expected) * np.outer(category, category)
    df = np.outer(counts - 1, counts - 1)
    fewest = np.minimum.outer(counts, counts) - 1
    there = (together >= 1) & ~np.eye(len(counts), dtype=bool)
    chi_square = np.where(there, chi_square, np.nan)
    effect = np.sqrt(np.maximum(chi_square, 0.0) / np.maximum(together * fewest, 1.0))
    p_value = special.chdtrc(df, np.maximum(chi_square, 0.0))
    least = np.minimum.reduceat(np.minimum.reduceat(expected, start, axis=0), start, axis=1)
    pairs = np.triu(there, 1)
    n = int(together[pairs].min()) if pairs.any() else 0
    return LocalDependence(
        names=calibration.names,
        chi_square=_spread(answers, chi_square),
        df=np.rint(_spread(answers, df.astype(np.float64), 0.0)).astype(np.int64),
        p_value=_spread(answers, np.where(there, p_value, np.nan)),
        cramers_v=_spread(answers, effect * np.where(_by_item(moved, start) < 0, -1.0, 1.0)),
        together=np.rint(_spread(answers, together, 0.0)).astype(np.int64),
        least_expected=_spread(answers, np.where(there, least, np.nan)),
        holm=_smallest_holm(p_value[pairs]),
        n=n,
        method=f"local dependence {'X²' if statistic == 'X2' else 'G²'} of item pairs",
        source=LD_SOURCE,
        sufficient=not (reason := _verdict(answers, there, least, n, minimum)),
        reason=reason,
    )


def _observed(answers: Answers, item: IntArray, category: IntArray) -> FloatArray:
    """Persons in each pair of categories, all items' categories one after the other."""
    total = np.zeros((len(item), len(item)))
    for start in range(0, len(answers.categories), PERSONS_AT_ONCE):
        chosen = (answers.categories[start : start + PERSONS_AT_ONCE, item] == category).astype(np.float32)
        total += chosen.T @ chosen  # counts within a block are exact in single precision
    return total


def _by_item(cells: FloatArray, start: IntArray) -> FloatArray:
    return np.asarray(np.add.reduceat(np.add.reduceat(cells, start, axis=0), start, axis=1))


def _spread(answers: Answers, values: FloatArray, otherwise: float = np.nan) -> FloatArray:
    items = len(answers.calibration.names)
    found = np.full((items, items), otherwise)
    found[np.ix_(answers.calibration.kept, answers.calibration.kept)] = values
    return found


def _smallest_holm(p_values: FloatArray) -> float | None:
    """Holm (1979): the smallest p-value times the number of tests is the first of the adjusted ones."""
    return float(min(1.0, len(p_values) * p_values.min())) if len(p_values) else None


def _verdict(answers: Answers, there: npt.NDArray[np.bool_], least: FloatArray, n: int, minimum: int) -> str:
    if answers.doubt:
        return answers.doubt
    names = answers.names
    if n < minimum:
        return f"{n} persons answered some pair of items; at least {minimum} are needed"
    rare = np.argwhere(np.triu(there & (least < LEAST_EXPECTED), 1))
    if len(rare):
        i, j = (int(place) for place in rare[0])
        more = f" and {len(rare) - 1} more pairs" if len(rare) > 1 else ""
        return (
            f"{names[i]} with {names[j]}{more}: some pair of categories is expected fewer than {LEAST_EXPECTED:g} times, "
            "so the chi-square is an indication only; join rare categories or ask more persons"
        )
    return ""
