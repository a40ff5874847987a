"""A panel of judges who all rated the same things: who is severe, and how far they agree."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.proportions import correlation
from assess.psychometrics.reliability import alpha
from assess.psychometrics.responses import FloatArray, ResponseError, answered_any, as_matrix, as_vector
from assess.psychometrics.results import LEVEL, Estimate

# For coefficients over items; a form or a bank is short, so this is less than what is asked of persons
MINIMUM_ITEMS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """One judge.

    Attributes
    ----------
    mean
        Mean rating over the items the judge rated.
    deviation
        Mean difference from the panel on these items: positive = expects more than the panel.
    rated
        Number of items rated.
    fit
        Correlation of the judge's ratings with the items' empirical values; None when there are none.
    """

    name: str
    mean: float | None
    deviation: float | None
    rated: int
    fit: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceComponents:
    """Judges × items analysis of variance (complete ratings). A negative component means: none, within chance."""

    judges: float
    items: float
    residual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A panel's ratings.

    Attributes
    ----------
    judges
        In the order of the rows.
    item_means
        The panel's mean rating of each item; None where nobody rated.
    consistency
        Coefficient alpha over the judges who rated anything, with items as the cases.
    components
        None when a rating is missing or there is but one judge or item.
    fit
        Correlation of the panel's item means with the items' empirical values; None when there are none.
    """

    judges: tuple[Judge, ...]
    item_means: tuple[float | None, ...]
    consistency: Estimate
    components: VarianceComponents | None
    fit: Estimate | None


def panel(
    ratings: npt.ArrayLike,
    *,
    judges: Sequence[str] | None = None,
    empirical: npt.ArrayLike | None = None,
    level: float = LEVEL,
    minimum_items: int = MINIMUM_ITEMS,
) -> Panel:
    """Describe a panel.

    Parameters
    ----------
    ratings
        judges × items, NaN = not rated.
    empirical
        An observed value of each item (proportion correct, calibrated difficulty) to compare the ratings with.

    Examples
    --------
    >>> found = panel([[0.5, 0.7, 0.9], [0.4, 0.6, 0.8]], judges=["Ada", "Ben"])
    >>> [(judge.name, round(judge.deviation, 3)) for judge in found.judges]
    [('Ada', 0.05), ('Ben', -0.05)]
    """
    matrix = as_matrix(ratings, name="ratings")
    names = tuple(judges) if judges is not None else tuple(f"judge {n}" for n in range(1, len(matrix) + 1))
    if len(names) != len(matrix):
        raise ResponseError("names_do_not_fit", f"{len(names)} judges for {len(matrix)} rows of ratings")
    observed = None if empirical is None else as_vector(empirical, name="empirical")
    if observed is not None and len(observed) != matrix.shape[1]:
        raise ResponseError("names_do_not_fit", f"{len(observed)} empirical values for {matrix.shape[1]} items")
    means = item_means(matrix)
    return Panel(
        judges=tuple(
            _judge(name, row, means, observed, level, minimum_items) for name, row in zip(names, matrix, strict=True)
        ),
        item_means=tuple(float(value) if np.isfinite(value) else None for value in means),
        consistency=alpha(answered_any(matrix).T, missing="pairwise", level=level, minimum=minimum_items),
        components=variance_components(matrix),
        fit=None if observed is None else _correlation(means, observed, level, minimum_items),
    )


def item_means(matrix: FloatArray) -> FloatArray:
    """The mean of each column over the judges who rated it; NaN where nobody did."""
    seen = np.isfinite(matrix)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(seen, matrix, 0.0).sum(axis=0) / seen.sum(axis=0), dtype=np.float64)


def variance_components(matrix: FloatArray) -> VarianceComponents | None:
    """Two-way random effects from mean squares; None when they cannot be computed."""
    judges, items = matrix.shape
    if judges < 2 or items < 2 or not np.isfinite(matrix).all():
        return None
    by_judge, by_item, grand = matrix.mean(axis=1), matrix.mean(axis=0), matrix.mean()
    residual = float(((matrix - by_judge[:, None] - by_item[None, :] + grand) ** 2).sum()) / (
        (judges - 1) * (items - 1)
    )
    return VarianceComponents(
        judges=(items * float(by_judge.var(ddof=1)) - residual) / items,
        items=(judges * float(by_item.var(ddof=1)) - residual) / judges,
        residual=residual,
    )


def _judge(
    name: str, row: FloatArray, means: FloatArray, observed: FloatArray | None, level: float, minimum: int
) -> Judge:
    seen = np.isfinite(row)
    rated = int(seen.sum())
    return Judge(
        name=name,
        mean=float(row[seen].mean()) if rated else None,
        deviation=float((row[seen] - means[seen]).mean()) if rated else None,
        rated=rated,
        fit=None if observed is None else _correlation(row, observed, level, minimum),
    )


def _correlation(ratings: FloatArray, observed: FloatArray, level: float, minimum: int) -> Estimate:
    seen = np.isfinite(ratings) & np.isfinite(observed)
    a, b = ratings[seen], observed[seen]
    varies = len(a) > 1 and a.min() < a.max() and b.min() < b.max()
    value = float(np.corrcoef(a, b)[0, 1]) if varies else float("nan")
    method = "correlation of ratings with empirical item values (n = items)"
    return correlation(value, len(a), method=method, level=level, minimum=minimum)
