"""Tetrachoric and polychoric correlations: how the normal variables behind ordered answers go together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.correlations.two_step import HIGHEST, PairTables, most_likely, places, standard_error
from assess.psychometrics.responses import FloatArray, ResponseError, as_categories, item_names
from assess.psychometrics.results import LEVEL, Estimate, estimated, not_enough, two_sided

IntArray = npt.NDArray[np.int64]
Thresholds = Literal["item", "pair"]
Pair = tuple[int, int]

SOURCE = (
    "Olsson (1979), Psychometrika 44, 443–460 (two steps); standard error: Jöreskog (1994), Psychometrika 59, 381–389; "
    "interval: Fisher's z"
)
METHOD = "polychoric correlation, two-step"
MINIMUM_PERSONS = 200
PERSONS_AT_ONCE = 4096


@dataclass(frozen=True, kw_only=True, eq=False)
class LatentCorrelations:
    """Correlations of all pairs.

    Attributes
    ----------
    matrix, standard_errors
        items × items; 1 and 0 on the diagonal, NaN for the pairs in `reasons`.
    thresholds
        For each item, where its categories begin on the normal scale (NaN where a category is never used).
    together
        Persons who answered both items.
    reasons
        Why a pair has no correlation, by its columns (lower, higher).
    smallest_eigenvalue
        Of `matrix`: below 0 it is no correlation matrix (pairs are estimated apart from each other); None when pairs
        are missing.
    """

    names: tuple[str, ...]
    matrix: FloatArray
    standard_errors: FloatArray
    thresholds: tuple[FloatArray, ...]
    together: IntArray
    reasons: Mapping[Pair, str]
    smallest_eigenvalue: float | None
    method: str
    source: str

    def estimate(self, one: int, other: int, *, level: float = LEVEL, minimum: int = MINIMUM_PERSONS) -> Estimate:
        """One correlation with interval and verdict, by the columns of the pair."""
        low, high = sorted((one, other))
        n = int(self.together[low, high])
        method = f"{self.method} of {self.names[low]} and {self.names[high]}"
        if low == high:
            return not_enough(n=n, method=method, source=self.source, reason="it is one item", level=level)
        if (low, high) in self.reasons:
            reason = self.reasons[low, high]
            return not_enough(n=n, method=method, source=self.source, reason=reason, level=level)
        value, error = float(self.matrix[low, high]), float(self.standard_errors[low, high])
        reach = two_sided(level) * error / (1 - value**2)
        z = float(np.arctanh(value))
        return estimated(
            value=value,
            standard_error=error,
            interval=(float(np.tanh(z - reach)), float(np.tanh(z + reach))),
            n=n,
            method=method,
            source=self.source,
            minimum=minimum,
            level=level,
        )


def tetrachoric(
    responses: npt.ArrayLike,
    *,
    thresholds: Thresholds = "item",
    correction: float = 0.0,
    names: Sequence[str] | None = None,
) -> LatentCorrelations:
    """Tetrachoric correlations of right-or-wrong items; as `polychoric`.

    Raises
    ------
    ResponseError
        `not_dichotomous`, and as `polychoric`.

    Examples
    --------
    Half of each right; a third of all both right is a correlation of sin(2π(1/3 − 1/4)) = ½.

    >>> found = tetrachoric([[1, 1]] * 100 + [[0, 0]] * 100 + [[1, 0]] * 50 + [[0, 1]] * 50)
    >>> found.estimate(0, 1).in_words()
    '0.50 (95 % interval 0.34 to 0.63, n = 300)'
    """
    answers = as_categories(responses)
    graded = answers > 1
    if graded.any():
        row, column = np.argwhere(graded)[0]
        sentence = f"row {row}, column {column} is {answers[row, column]:g}; tetrachoric is for 0 and 1: use polychoric"
        raise ResponseError("not_dichotomous", sentence)
    return polychoric(answers, thresholds=thresholds, correction=correction, names=names)


def polychoric(
    responses: npt.ArrayLike,
    *,
    thresholds: Thresholds = "item",
    correction: float = 0.0,
    names: Sequence[str] | None = None,
) -> LatentCorrelations:
    r"""Polychoric correlations of ordered categories, for all pairs of items.

    Parameters
    ----------
    responses
        persons × items, categories from 0; NaN = missing. A category that nobody used counts as joined with a neighbour.
    thresholds
        "item" takes an item's thresholds from everybody who answered it (psych's `global = TRUE`), "pair" from those
        who answered both (psych's `global = FALSE`, polycor). Without missing answers they are the same.
    correction
        Put in every empty cell of a table that has one; psych takes 0.5. 0 leaves tables as they are: then a pair of
        right-or-wrong items with an empty cell has no correlation below 1, and is refused with that reason.

    Raises
    ------
    ResponseError
        `not_a_correction` (negative), `not_a_table`, `not_finite`, `not_a_category`, `names_do_not_fit`.

    Notes
    -----
    Step one: τ_k = Φ⁻¹(share at or below category k). Step two: ρ maximises Σ n_ab log P_ab(τ, ρ), by Fisher scoring
    within a bracket, all pairs at once. The standard error carries both steps: each cell's influence on ρ̂, less what it
    does through the thresholds, squared and averaged. polycor's two-step standard error leaves the thresholds' part out.

    Examples
    --------
    >>> table = np.array([[30, 15, 5], [20, 40, 20], [10, 20, 40]])
    >>> rows = np.repeat(np.indices(table.shape).reshape(2, -1).T, table.ravel(), axis=0)
    >>> polychoric(rows).estimate(0, 1).in_words()
    '0.55 (95 % interval 0.40 to 0.67, n = 200)'
    """
    if not correction >= 0:
        raise ResponseError("not_a_correction", f"correction is {correction}; it is added to empty cells, so 0 or more")
    answers = as_categories(responses)
    labels = item_names(answers.shape[1], names)
    items = len(labels)
    used = [np.unique(column[np.isfinite(column)]).astype(np.int64) for column in answers.T]
    kept = [j for j in range(items) if len(used[j]) > 1]
    matrix, errors = np.full((items, items), np.nan), np.full((items, items), np.nan)
    matrix[np.diag_indices(items)], errors[np.diag_indices(items)] = 1.0, 0.0
    seen = np.isfinite(answers).astype(np.float64)
    together = np.rint(seen.T @ seen).astype(np.int64)
    reasons: dict[Pair, str] = {}
    for j in set(range(items)) - set(kept):
        why = f"{labels[j]}: everybody is in one category" if len(used[j]) else f"{labels[j]}: nobody answered it"
        reasons |= {(min(i, j), max(i, j)): why for i in range(items) if i != j}
    if len(kept) > 1:
        one, other = np.triu_indices(len(kept), 1)
        tables = _tables(_recoded(answers[:, kept], [used[j] for j in kept]), one, other, thresholds, correction)
        found = most_likely(tables)
        error = standard_error(tables, found)
        for place in range(len(one)):
            low, high = kept[one[place]], kept[other[place]]
            why = _lacking(tables.counts[place], float(found[place]), labels[low], labels[high])
            if why:
                reasons[low, high] = why
                continue
            matrix[low, high] = matrix[high, low] = found[place]
            errors[low, high] = errors[high, low] = error[place]
    whole = items > 0 and bool(np.isfinite(matrix).all())
    return LatentCorrelations(
        names=labels,
        matrix=matrix,
        standard_errors=errors,
        thresholds=tuple(_item_thresholds(answers[:, j], used[j]) for j in range(items)),
        together=together,
        reasons=MappingProxyType(reasons),
        smallest_eigenvalue=float(np.linalg.eigvalsh(matrix)[0]) if whole else None,
        method=METHOD,
        source=SOURCE,
    )


def _recoded(answers: FloatArray, used: Sequence[IntArray]) -> IntArray:
    """Every category as its place among those in use; −1 = missing."""
    columns = [
        np.where(np.isfinite(column), np.searchsorted(categories, np.nan_to_num(column)), -1)
        for column, categories in zip(answers.T, used, strict=True)
    ]
    return np.column_stack(columns).astype(np.int64)


def _tables(
    categories: IntArray, one: IntArray, other: IntArray, thresholds: Thresholds, correction: float
) -> PairTables:
    """The two-way table of each pair, and the thresholds to read it with."""
    highest = int(categories.max()) + 1
    items = categories.shape[1]
    item, category = np.repeat(np.arange(items), highest), np.tile(np.arange(highest), items)
    total = np.zeros((len(item), len(item)))
    for start in range(0, len(categories), PERSONS_AT_ONCE):
        chosen = (categories[start : start + PERSONS_AT_ONCE, item] == category).astype(np.float32)
        total += chosen.T @ chosen  # counts within a block are exact in single precision
    by_pair = total.reshape(items, highest, items, highest)
    counts = by_pair[one, :, other, :].copy()
    sizes = categories.max(axis=0) + 1
    real = (np.arange(highest)[:, None] < sizes[one][:, None, None]) & (
        np.arange(highest) < sizes[other][:, None, None]
    )
    empty = real & (counts == 0)
    if correction:
        counts[empty] = correction
    if thresholds == "item":
        own = total[np.arange(len(item)), np.arange(len(item))].reshape(items, highest)
        return PairTables(counts, _edges(own)[one], _edges(own)[other])
    return PairTables(counts, _edges(counts.sum(axis=2)), _edges(counts.sum(axis=1)))


def _edges(counts: FloatArray) -> FloatArray:
    """Where categories begin and end on the normal scale, rows × (categories + 1), from counts per category."""
    n = np.maximum(counts.sum(axis=1, keepdims=True), 1e-300)
    inner = places(counts.cumsum(axis=1)[:, :-1] / n)
    end = np.full((len(counts), 1), np.inf)
    return np.hstack([-end, inner, end])


def _item_thresholds(answers: FloatArray, used: IntArray) -> FloatArray:
    """Threshold of each category above 0, NaN for one never used."""
    there = answers[np.isfinite(answers)]
    found = np.full(int(used[-1]) if len(used) else 0, np.nan)
    if len(used) > 1:
        found[used[1:] - 1] = places([(there < category).mean() for category in used[1:]])
    return found


def _lacking(counts: FloatArray, found: float, one: str, other: str) -> str:
    """Why a table has no correlation; empty when it has."""
    if counts.sum() == 0:
        return f"nobody answered both {one} and {other}"
    for name, margin in ((one, counts.sum(axis=1)), (other, counts.sum(axis=0))):
        if (margin > 0).sum() < 2:
            return f"those who answered both {one} and {other} are all in one category of {name}"
    if abs(found) > HIGHEST - 1e-4:
        return f"no correlation below 1 fits the table of {one} and {other}, which has empty cells: give correction=0.5"
    return ""
