"""Guttman's six lower bounds of reliability."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.covariance import ItemCovariance, Missing, item_covariance
from assess.psychometrics.reliability.coefficient_alpha import MINIMUM_PERSONS, lacking
from assess.psychometrics.reliability.halves import MOST_ITEMS_IN_FULL, all_halves, halves_coefficients
from assess.psychometrics.reliability.intervals import bootstrapped, resampled
from assess.psychometrics.responses import FloatArray, answered_any, as_matrix, complete_rows
from assess.psychometrics.results import LEVEL, Estimate, not_enough

SOURCE = "Guttman (1945), Psychometrika 10, 255–282; standard errors: bootstrap over persons"
RESAMPLES = 200
NAMES = ("lambda1", "lambda2", "lambda3", "lambda4", "lambda5", "lambda6")


@dataclass(frozen=True, slots=True, kw_only=True)
class GuttmanBounds:
    """λ1 to λ6; `lambda3` is alpha, `lambda4` the best split into halves."""

    lambda1: Estimate
    lambda2: Estimate
    lambda3: Estimate
    lambda4: Estimate
    lambda5: Estimate
    lambda6: Estimate


def guttman(
    responses: npt.ArrayLike,
    *,
    missing: Missing = "pairwise",
    standardised: bool = False,
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> GuttmanBounds:
    r"""Guttman's bounds λ1 … λ6: in the population reliability is at least as large as each.

    Parameters
    ----------
    responses
        persons × items; NaN = missing.
    standardised
        Work on correlations, as psych does; else on covariances, that is on the sum score as it stands.

    Notes
    -----
    With covariances C, V = ΣC, off-diagonal sums c_j² = Σ_{i≠j} C_ij² and k items: λ1 = 1 − tr C/V;
    λ2 = λ1 + √(k/(k−1)·Σc_j²)/V; λ3 = k/(k−1)·λ1; λ4 = the largest 4·C_AB/V over splits into halves;
    λ5 = λ1 + 2√(max c_j²)/V; λ6 = 1 − Σe_j²/V with e_j² = 1/(C⁻¹)_jj, the variance of item j that the other items do
    not predict. λ4 takes every split up to 16 items; above, it is not computed here (see `split_half` for a sample).

    Examples
    --------
    >>> answers = np.array([[1, 1, 1, 1], [1, 1, 0, 1], [0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 1, 0]] * 10)
    >>> found = guttman(answers)
    >>> [round(bound.value, 2) for bound in (found.lambda1, found.lambda2, found.lambda3, found.lambda4)]
    [0.52, 0.75, 0.69, 0.88]
    """
    matrix = as_matrix(responses)
    covariance = item_covariance(matrix, missing)
    n, suffix = covariance.n, f"({missing}{', standardised items' if standardised else ''})"
    reason = lacking(covariance).replace("alpha", "a lower bound of reliability")
    if not reason and standardised and not (np.diag(covariance.matrix) > 0).all():
        item = int(np.flatnonzero(~(np.diag(covariance.matrix) > 0))[0]) + 1
        reason = f"item {item} does not vary and cannot be standardised; leave it out"
    if reason:
        return GuttmanBounds(
            **{
                name: not_enough(n=n, method=f"Guttman {name} {suffix}", source=SOURCE, reason=reason, level=level)
                for name in NAMES
            }
        )
    halves = all_halves(matrix.shape[1]) if matrix.shape[1] <= MOST_ITEMS_IN_FULL else None
    values = _bounds(covariance, halves, standardised=standardised)
    rows = complete_rows(matrix) if missing == "listwise" else answered_any(matrix)

    def again(sample: FloatArray) -> npt.ArrayLike:
        return _bounds(item_covariance(sample, missing), halves, standardised=standardised)

    drawn = resampled(rows, again, resamples=resamples, seed=seed)
    estimates = {}
    for column, name in enumerate(NAMES):
        method = f"Guttman {name} {suffix}"
        if np.isfinite(values[column]):
            estimates[name] = bootstrapped(
                float(values[column]),
                drawn[:, column],
                n=n,
                method=method,
                source=SOURCE,
                level=level,
                minimum=minimum,
            )
        else:
            estimates[name] = not_enough(
                n=n, method=method, source=SOURCE, reason=_absent(name, values, matrix.shape[1]), level=level
            )
    return GuttmanBounds(**estimates)


def _absent(name: str, values: FloatArray, items: int) -> str:
    if not np.isfinite(values[0]):
        return "the sum of the standardised items does not vary"
    if name == "lambda4":
        return f"{items} items have too many splits to try them all; `split_half` samples them"
    return "an item repeats what the others say, so the covariances cannot be inverted"


def _bounds(covariance: ItemCovariance, halves: FloatArray | None, *, standardised: bool) -> FloatArray:
    """λ1 … λ6, NaN where one does not exist."""
    if lacking(covariance):
        return np.full(6, np.nan)
    matrix = covariance.matrix
    if standardised:
        scale = np.sqrt(np.diag(matrix))
        if not (scale > 0).all():
            return np.full(6, np.nan)
        matrix = matrix / np.outer(scale, scale)
    k, total, diagonal = len(matrix), float(matrix.sum()), np.diag(matrix)
    if not total > 1e-12 * k:
        return np.full(6, np.nan)
    columns = np.maximum((matrix**2).sum(axis=0) - diagonal**2, 0.0)
    first = 1 - float(diagonal.sum()) / total
    return np.array(
        [
            first,
            first + float(np.sqrt(k / (k - 1) * columns.sum())) / total,
            k / (k - 1) * first,
            float(halves_coefficients(matrix, halves).max()) if halves is not None else np.nan,
            first + 2 * float(np.sqrt(columns.max())) / total,
            1 - _unpredicted(matrix) / total,
        ]
    )


def _unpredicted(matrix: FloatArray) -> float:
    """The summed variance of each item about its regression on the others; NaN when the matrix is singular."""
    varying = np.diag(matrix) > 0
    kept = matrix[np.ix_(varying, varying)]
    scale = np.sqrt(np.diag(kept))
    correlation = kept / np.outer(scale, scale)
    if len(kept) == 0 or np.linalg.eigvalsh(correlation)[0] < 1e-10:
        return float("nan")
    return float((scale**2 / np.diag(np.linalg.inv(correlation))).sum())
