"""Parallel analysis: how many eigenvalues are larger than those of answers that have nothing in common?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.correlations import pairwise_correlation, polychoric
from assess.psychometrics.fit.one_factor import reduced_eigenvalues
from assess.psychometrics.responses import FloatArray, ResponseError, answered_any, as_matrix, item_names

PARALLEL_SOURCE = (
    "Horn (1965), Psychometrika 30, 179–185; quantile: Glorfeld (1995), Educational and Psychological Measurement 55, "
    "377–393; permutation: Buja & Eyuboglu (1992), Multivariate Behavioral Research 27, 509–540"
)
REPLICATIONS = 200
FEWEST = 100
Reference = Literal["normal", "permuted"]
Correlation = Literal["pearson", "polychoric"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ParallelAnalysis:
    """Observed and random eigenvalues, largest first; empty arrays when `reason` says why there are none.

    Attributes
    ----------
    component_eigenvalues, component_reference
        Of the correlation matrix, and what random answers reach (their quantile, or mean).
    factor_eigenvalues, factor_reference
        Of the matrix with the communalities of one common factor (minres) on its diagonal, and the same for random answers.
    components, factors
        How many eigenvalues in front are larger than the reference.
    n
        Persons behind each correlation (the smallest number of any pair).
    replications, seed
        Of the random answers; the same seed gives the same reference.
    """

    component_eigenvalues: FloatArray
    component_reference: FloatArray
    factor_eigenvalues: FloatArray
    factor_reference: FloatArray
    components: int | None
    factors: int | None
    n: int
    replications: int
    seed: int
    method: str
    source: str
    sufficient: bool
    reason: str


def parallel_analysis(
    responses: npt.ArrayLike,
    *,
    quantile: float | None = 0.95,
    reference: Reference = "normal",
    correlation: Correlation = "pearson",
    replications: int = REPLICATIONS,
    seed: int = 0,
    names: Sequence[str] | None = None,
    minimum: int = FEWEST,
) -> ParallelAnalysis:
    r"""Horn's parallel analysis of components and of common factors.

    Parameters
    ----------
    responses
        persons × items; NaN = missing (each pair uses the persons who have both).
    quantile
        Of the random eigenvalues (Glorfeld); None takes their mean (Horn), which keeps more.
    reference
        "normal" draws correlation matrices of independent normal variables for n persons; "permuted" shuffles the
        answers of each item among the persons who gave one, which keeps categories and missing answers as they are.
    correlation
        "polychoric" (with empty cells set to ½) goes with "permuted" only.
    replications, seed
        Random matrices, and the seed they start from.
    minimum
        Persons for a positive verdict.

    Raises
    ------
    ResponseError
        `not_a_quantile`, `not_a_number_of_replications`, `needs_permutation`, `not_a_table`, `not_finite`.

    Notes
    -----
    Normal references are drawn as Wishart matrices (Bartlett's decomposition): exact, and free of n. With replications R
    the reference varies by about the eigenvalue's standard deviation over √R; counts on the edge may change with the
    seed. For factors psych 2.2.9 does the same (its `fa.values`).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> two = rng.normal(size=(500, 2)) @ np.repeat(np.eye(2), 4, axis=1) + rng.normal(size=(500, 8))
    >>> found = parallel_analysis(two)
    >>> found.components, found.factors
    (2, 2)
    """
    if quantile is not None and not 0 < quantile < 1:
        raise ResponseError(
            "not_a_quantile", f"quantile is {quantile}; it lies between 0 and 1, or is None for the mean"
        )
    if replications < 1:
        raise ResponseError("not_a_number_of_replications", f"{replications} random matrices; at least 1 is needed")
    if correlation == "polychoric" and reference != "permuted":
        raise ResponseError("needs_permutation", "polychoric correlations are compared with permuted answers")
    matrix = as_matrix(responses)
    labels = item_names(matrix.shape[1], names)
    answers = answered_any(matrix)
    how = "mean" if quantile is None else f"{quantile:g} quantile"
    method = f"parallel analysis of {correlation} correlations, {how} of {replications} {reference} references"
    observed, n = _correlations(answers, correlation)
    lacking = _lacking(observed, labels, n)
    if lacking:
        empty = np.empty(0)
        return ParallelAnalysis(
            component_eigenvalues=empty,
            component_reference=empty,
            factor_eigenvalues=empty,
            factor_reference=empty,
            components=None,
            factors=None,
            n=n,
            replications=replications,
            seed=seed,
            method=method,
            source=PARALLEL_SOURCE,
            sufficient=False,
            reason=lacking,
        )
    rng = np.random.default_rng(seed)
    if reference == "normal":
        random = _independent(len(labels), n, replications, rng)
    else:
        shuffled = (_correlations(_permuted(answers, rng), correlation)[0] for _ in range(replications))
        random = np.stack([table if np.isfinite(table).all() else np.eye(len(labels)) for table in shuffled])
    both = []
    for eigenvalues in (_eigenvalues, reduced_eigenvalues):
        seen, drawn = eigenvalues(observed[None])[0], eigenvalues(random)
        both.append((seen, drawn.mean(axis=0) if quantile is None else np.quantile(drawn, quantile, axis=0)))
    (components, component_reference), (factors, factor_reference) = both
    reason = "" if n >= minimum else f"{n} persons; at least {minimum} are needed"
    return ParallelAnalysis(
        component_eigenvalues=components,
        component_reference=component_reference,
        factor_eigenvalues=factors,
        factor_reference=factor_reference,
        components=_in_front(components > component_reference),
        factors=_in_front(factors > factor_reference),
        n=n,
        replications=replications,
        seed=seed,
        method=method,
        source=PARALLEL_SOURCE,
        sufficient=not reason,
        reason=reason,
    )


def _correlations(answers: FloatArray, correlation: Correlation) -> tuple[FloatArray, int]:
    if correlation == "polychoric":
        found = polychoric(answers, correction=0.5)
        return found.matrix, int(found.together.min(initial=len(answers)))
    pearson = pairwise_correlation(answers)
    return pearson.matrix, int(pearson.together.min(initial=len(answers)))


def _lacking(correlations: FloatArray, labels: Sequence[str], n: int) -> str:
    if len(labels) < 3:
        return f"{len(labels)} items; at least 3 are needed"
    if n <= len(labels):
        return f"{n} persons for {len(labels)} items; more persons than items are needed, and at least {FEWEST}"
    missing = np.argwhere(~np.isfinite(correlations))
    if len(missing):
        one, other = (labels[int(place)] for place in missing[0])
        return f"{one} and {other} have no correlation: one of them does not vary among those who answered both"
    return ""


def _independent(items: int, n: int, replications: int, rng: np.random.Generator) -> FloatArray:
    """Sample correlation matrices of independent normal variables for n persons."""
    root = np.tril(rng.normal(size=(replications, items, items)), -1)
    root[:, np.arange(items), np.arange(items)] = np.sqrt(
        rng.chisquare(n - 1 - np.arange(items), (replications, items))
    )
    covariance = root @ root.swapaxes(1, 2)
    sd = np.sqrt(np.einsum("mii->mi", covariance))
    return np.asarray(covariance / (sd[:, :, None] * sd[:, None, :]))


def _permuted(answers: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Each item's answers shuffled among those who gave one."""
    if np.isfinite(answers).all():
        return np.asarray(rng.permuted(answers, axis=0))
    shuffled = answers.copy()
    for column in shuffled.T:
        there = np.isfinite(column)
        column[there] = rng.permutation(column[there])
    return shuffled


def _eigenvalues(correlations: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.eigvalsh(correlations)[:, ::-1])


def _in_front(larger: npt.NDArray[np.bool_]) -> int:
    """How many are larger before the first that is not."""
    return int(len(larger) if larger.all() else (~larger).argmax())
