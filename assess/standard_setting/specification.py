"""Does a judge fit the items? Van der Linden's error of specification: ratings beside the probabilities they imply."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from assess.psychometrics.responses import FloatArray, ResponseError, as_matrix, as_vector, item_names
from assess.standard_setting.judges import MINIMUM_ITEMS, judge_names

SOURCE = "van der Linden (1982), Journal of Educational Measurement 19, 295–308"
HALVINGS = 60
# ability beyond which a probability is 0 or 1 for every purpose here
EDGE = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """One judge beside the calibrated items.

    Attributes
    ----------
    theta
        The ability whose expected score is the judge's own sum; None when no ability has it.
    error
        Mean absolute difference between rating and P(θ), over the items rated.
    consistency
        1 − error/(mean of the largest errors possible); 1 is a judge whose ratings all lie on the curves.
    rated
        Items rated that have parameters.
    reason
        Why there are no figures, or why not to rely on them; empty otherwise.
    """

    judge: str
    theta: float | None
    error: float | None
    consistency: float | None
    rated: int
    reason: str


def specification(
    ratings: npt.ArrayLike,
    difficulty: npt.ArrayLike,
    *,
    discrimination: npt.ArrayLike | None = None,
    guessing: npt.ArrayLike | None = None,
    judges: Sequence[str] | None = None,
    items: Sequence[str] | None = None,
) -> tuple[Specification, ...]:
    r"""Each judge's inconsistency with the calibrated difficulties.

    Parameters
    ----------
    ratings
        judges × items: Angoff probabilities; NaN = not rated.
    difficulty, discrimination, guessing
        Of right-or-wrong items, in the logistic metric; NaN leaves an item out.

    Raises
    ------
    ResponseError
        `names_do_not_fit`, `not_a_probability`, `not_a_slope`.

    Notes
    -----
    θ_j solves Σ_i P_i(θ) = Σ_i x_ji; E_j = mean|x_ji − P_i(θ_j)|; C_j = 1 − E_j / mean max(P_i, 1 − P_i).

    Examples
    --------
    >>> found = specification([[0.27, 0.5, 0.73], [0.73, 0.5, 0.27]], [1, 0, -1], judges=["Ada", "Ben"])
    >>> [(one.judge, round(one.error, 2)) for one in found]
    [('Ada', 0.0), ('Ben', 0.31)]
    """
    matrix, b = as_matrix(ratings, name="ratings"), as_vector(difficulty, name="difficulty")
    a = np.ones(len(b)) if discrimination is None else as_vector(discrimination, name="discrimination")
    c = np.zeros(len(b)) if guessing is None else as_vector(guessing, name="guessing")
    if not len(a) == len(b) == len(c) == matrix.shape[1]:
        sentence = f"{matrix.shape[1]} rated items, {len(b)} difficulties, {len(a)} discriminations, {len(c)} guessing"
        raise ResponseError("names_do_not_fit", sentence)
    names, labels = judge_names(len(matrix), judges), item_names(matrix.shape[1], items)
    wrong = np.isfinite(matrix) & ((matrix < 0) | (matrix > 1))
    if wrong.any():
        judge, item = np.argwhere(wrong)[0]
        sentence = (
            f"{names[judge]}, {labels[item]}: {matrix[judge, item]:g} is not between 0 and 1; write 0.65 for 65 %"
        )
        raise ResponseError("not_a_probability", sentence)
    usable = np.isfinite(a) & np.isfinite(b) & np.isfinite(c)
    if (usable & ~(a > 0)).any():
        item = int((usable & ~(a > 0)).argmax())
        raise ResponseError("not_a_slope", f"{labels[item]}: discrimination {a[item]:g} is not above 0")
    a, b, c, given = a[usable], b[usable], c[usable], matrix[:, usable]
    seen = np.isfinite(given)
    sums = np.where(seen, given, 0.0).sum(axis=1)
    theta = _abilities(a, b, c, seen, sums)
    probability = _probability(a, b, c, theta)
    number = np.maximum(seen.sum(axis=1), 1)
    error = (np.where(seen, np.abs(np.where(seen, given, 0.0) - probability), 0.0)).sum(axis=1) / number
    largest = np.where(seen, np.maximum(probability, 1 - probability), 0.0).sum(axis=1) / number
    return tuple(
        _one(names[j], int(seen[j].sum()), float(theta[j]), float(error[j]), float(largest[j]))
        for j in range(len(names))
    )


def _one(name: str, rated: int, theta: float, error: float, largest: float) -> Specification:
    if rated and np.isfinite(theta):
        reason = "" if rated >= MINIMUM_ITEMS else f"{rated} items; at least {MINIMUM_ITEMS} are needed"
        return Specification(
            judge=name, theta=theta, error=error, consistency=1 - error / largest, rated=rated, reason=reason
        )
    reason = (
        "no calibrated item was rated"
        if not rated
        else "the judge's sum is at or below what guessing gives, so no ability has it"
        if theta < 0
        else "the judge expects every item to be solved, so no ability has that sum"
    )
    return Specification(judge=name, theta=None, error=None, consistency=None, rated=rated, reason=reason)


def _probability(a: FloatArray, b: FloatArray, c: FloatArray, theta: FloatArray) -> FloatArray:
    """judges × items."""
    return np.asarray(c + (1 - c) * special.expit(a * (theta[:, None] - b)))


def _abilities(
    a: FloatArray, b: FloatArray, c: FloatArray, seen: npt.NDArray[np.bool_], sums: FloatArray
) -> FloatArray:
    """The ability with each judge's sum, by bisection; at the edge where there is none."""
    middle = float(np.median(b)) if len(b) else 0.0
    low, high = np.full(len(sums), middle - EDGE), np.full(len(sums), middle + EDGE)
    for _ in range(HALVINGS):
        theta = (low + high) / 2
        short = np.where(seen, _probability(a, b, c, theta), 0.0).sum(axis=1) < sums
        low, high = np.where(short, theta, low), np.where(short, high, theta)
    theta = (low + high) / 2
    return np.asarray(np.where(np.abs(theta - middle) < EDGE - 1e-6, theta, np.copysign(np.inf, theta - middle)))
