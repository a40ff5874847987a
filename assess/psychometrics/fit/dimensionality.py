"""Essential unidimensionality: how much of what items have in common is the first dimension?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.correlations import pairwise_correlation, polychoric, positive_definite
from assess.psychometrics.fit.parallel import parallel_analysis
from assess.psychometrics.responses import FloatArray, ResponseError, as_categories, item_names
from assess.psychometrics.results import LEVEL, Estimate, estimated, not_enough, two_sided

ECV_SOURCE = (
    "Reise (2012), Multivariate Behavioral Research 47, 667–696 (share of the common variance); factors by principal axes; "
    "interval: jackknife over groups of persons"
)
RATIO_SOURCE = (
    "Lord (1980), Applications of item response theory to practical testing problems, 21; "
    "Hattie (1985), Applied Psychological Measurement 9, 139–164"
)
FEWEST = 200
GROUPS = 20
MOST_STEPS = 500
ENOUGH = 1e-6
HIGHEST_COMMUNALITY = 0.995


@dataclass(frozen=True, kw_only=True, eq=False)
class Dimensionality:
    """How far one dimension goes.

    Attributes
    ----------
    factors
        Common factors that count: those parallel analysis keeps, and 2 at least; 0 when there is no matrix.
    explained_common_variance
        Variance of the first of these factors over that of all: from 0.7 on one dimension serves for most uses
        (Rodriguez, Reise & Haviland 2016, Psychological Methods 21, 137–150).
    eigenvalue_ratio
        First over second eigenvalue of the correlation matrix: 3 to 4 is often asked for one dimension.
    eigenvalues
        Of the correlation matrix, largest first; empty when there is none.
    """

    factors: int
    explained_common_variance: Estimate
    eigenvalue_ratio: Estimate
    eigenvalues: FloatArray


def essential_unidimensionality(
    responses: npt.ArrayLike,
    *,
    correlation: Literal["polychoric", "pearson"] = "polychoric",
    factors: int | None = None,
    names: Sequence[str] | None = None,
    level: float = LEVEL,
    minimum: int = FEWEST,
) -> Dimensionality:
    r"""Explained common variance and ratio of the first two eigenvalues, with intervals.

    Parameters
    ----------
    responses
        persons × items, categories from 0; NaN = missing (each pair uses the persons who have both).
    correlation
        "polychoric" (empty cells set to ½) or "pearson". Pearson's makes items of different difficulty look like different
        dimensions. A matrix that is not positive definite is bent to the nearest that is.
    factors
        How many common factors count, 2 or more; by default as many as `parallel_analysis` keeps, and at least 2.
    minimum
        Persons for a positive verdict.

    Raises
    ------
    ResponseError
        `not_a_number_of_factors`, `not_a_table`, `not_finite`, `not_a_category`, `names_do_not_fit`.

    Notes
    -----
    Principal axes, iterated: λ₁/Σ_{k ≤ factors} λ_k, with λ the eigenvalues of the correlation matrix with the factors'
    communalities on its diagonal. All eigenvalues together would not do: those of chance alone add up to more than the
    first when items are many and persons few. Standard errors are those of the delete-a-group jackknife, the number of
    factors held: persons sorted by their answers are dealt to 20 groups, so the order of rows does not matter.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = (rng.normal(size=(600, 1)) > rng.logistic(size=(600, 10)) * 0.5 + np.linspace(-1, 1, 10)).astype(float)
    >>> found = essential_unidimensionality(answers)
    >>> print(found.explained_common_variance.in_words())
    0.92 (95 % interval 0.79 to 1.00, n = 600)
    """
    if factors is not None and factors < 2:
        raise ResponseError(
            "not_a_number_of_factors", f"{factors} factors; one alone explains all that one explains: 2 or more"
        )
    answers = as_categories(responses)
    labels = item_names(answers.shape[1], names)
    methods = (f"explained common variance ({correlation})", f"ratio of the first two eigenvalues ({correlation})")
    answers = answers[np.isfinite(answers).any(axis=1)]
    n = len(answers)
    table, lacking = _correlations(answers, correlation, labels)
    if lacking:
        ecv, ratio = (
            not_enough(n=n, method=method, source=source, reason=lacking, level=level)
            for method, source in zip(methods, (ECV_SOURCE, RATIO_SOURCE), strict=True)
        )
        return Dimensionality(factors=0, explained_common_variance=ecv, eigenvalue_ratio=ratio, eigenvalues=np.empty(0))
    if factors is None:
        factors = max(parallel_analysis(answers, names=labels).factors or 0, 2)
    factors = min(factors, len(labels) - 1)
    group = _dealt(answers)
    partial = [_correlations(answers[group != number], correlation, labels) for number in range(int(group.max()) + 1)]
    found = _shares(table, factors)
    repeated = np.array([_shares(part, factors) for part, why in partial if not why])
    errors = np.full(2, np.nan)
    if len(repeated) > 1:
        errors = np.sqrt((len(repeated) - 1) / len(repeated) * ((repeated - repeated.mean(axis=0)) ** 2).sum(axis=0))
    reach = two_sided(level) * errors
    ecv = estimated(
        value=found[0],
        standard_error=errors[0],
        interval=(max(found[0] - reach[0], 0.0), min(found[0] + reach[0], 1.0)),
        n=n,
        method=methods[0],
        source=ECV_SOURCE,
        minimum=minimum,
        level=level,
    )
    ratio = estimated(
        value=found[1],
        standard_error=errors[1],
        interval=(max(found[1] - reach[1], 1.0), found[1] + reach[1]),
        n=n,
        method=methods[1],
        source=RATIO_SOURCE,
        minimum=minimum,
        level=level,
    )
    return Dimensionality(
        factors=factors,
        explained_common_variance=ecv,
        eigenvalue_ratio=ratio,
        eigenvalues=np.asarray(np.linalg.eigvalsh(table)[::-1], dtype=np.float64),
    )


def _correlations(
    answers: FloatArray, correlation: Literal["polychoric", "pearson"], labels: Sequence[str]
) -> tuple[FloatArray, str]:
    """The matrix, or why there is none."""
    if answers.shape[1] < 3:
        return np.empty((0, 0)), f"{answers.shape[1]} items; at least 3 are needed"
    if len(answers) < 3:
        return np.empty((0, 0)), f"{len(answers)} persons; at least {FEWEST} are needed"
    if correlation == "polychoric":
        found = polychoric(answers, correction=0.5, names=labels)
        matrix, reasons = found.matrix, found.reasons
        if reasons:
            return matrix, reasons[min(reasons)]
    else:
        matrix = pairwise_correlation(answers).matrix
    missing = np.argwhere(~np.isfinite(matrix))
    if len(missing):
        one, other = (labels[int(place)] for place in missing[0])
        return matrix, f"{one} and {other} have no correlation: one of them does not vary among those who answered both"
    return positive_definite(matrix, 1e-6), ""


def _shares(matrix: FloatArray, factors: int) -> FloatArray:
    """Explained common variance, and the ratio of the first two eigenvalues."""
    whole = np.linalg.eigvalsh(matrix)
    reduced = matrix.copy()
    diagonal = np.diag_indices(len(matrix))
    reduced[diagonal] = np.abs(matrix - np.eye(len(matrix))).max(axis=1)
    for _ in range(MOST_STEPS):
        values, vectors = np.linalg.eigh(reduced)
        common = np.maximum(values[-factors:], 0.0)
        communality = np.minimum((vectors[:, -factors:] ** 2) @ common, HIGHEST_COMMUNALITY)
        moved = float(np.abs(communality - reduced[diagonal]).max())
        reduced[diagonal] = communality
        if moved < ENOUGH:
            break
    share = common[-1] / common.sum() if common.sum() > 1e-12 else np.nan
    return np.array([share, whole[-1] / whole[-2]])


def _dealt(answers: FloatArray) -> npt.NDArray[np.int64]:
    """A jackknife group for each person: sorted by their answers and dealt out, whatever the order of the rows."""
    filled = np.nan_to_num(answers, nan=-1.0)
    order = np.lexsort(filled.T)
    group = np.empty(len(answers), dtype=np.int64)
    group[order] = np.arange(len(answers)) % min(GROUPS, len(answers))
    return group
