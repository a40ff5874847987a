"""Scores as the equating methods read them: lists of persons, and frequency tables over a whole scale."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray, ResponseError, as_vector

Scale = tuple[int, int]


def seen_scores(scores: npt.ArrayLike, *, name: str) -> FloatArray:
    """The scores that are there, as one column (persons × 1)."""
    vector = as_vector(scores, name=name)
    return vector[np.isfinite(vector), None]


def seen_pairs(scores: npt.ArrayLike, anchor: npt.ArrayLike, *, name: str) -> FloatArray:
    """Form score and anchor score of everybody who has both (persons × 2).

    Raises
    ------
    ResponseError
        `names_do_not_fit` when the two lists differ in length.
    """
    total, part = as_vector(scores, name=name), as_vector(anchor, name=f"{name}_anchor")
    if len(total) != len(part):
        raise ResponseError("names_do_not_fit", f"{name} has {len(total)} scores, {name}_anchor {len(part)}")
    pairs = np.column_stack([total, part])
    return pairs[np.isfinite(pairs).all(axis=1)]


def whole_scale(scores: FloatArray, scale: Scale | None, *, name: str, whole: bool = True) -> Scale:
    """The scale's lowest and highest score: as given, otherwise from 0 (or the lowest score below it) to the highest.

    Raises
    ------
    ResponseError
        `not_a_category` for a fraction where `whole` numbers are needed, `outside_the_scale` for a score beyond
        `scale`, `not_a_scale` when it is upside down.
    """
    if whole and (scores != np.round(scores)).any():
        strange = float(scores[scores != np.round(scores)][0])
        sentence = f"{name}: {strange:g} is not a whole number; round the scores, or equate linearly"
        raise ResponseError("not_a_category", sentence)
    if scale is None:
        if not len(scores):
            return 0, 0
        return min(0, int(np.floor(scores.min()))), int(np.ceil(scores.max()))
    low, high = scale
    if low > high:
        raise ResponseError("not_a_scale", f"{name}: the scale {low} to {high} is upside down")
    outside = scores[(scores < low) | (scores > high)]
    if len(outside):
        raise ResponseError("outside_the_scale", f"{name}: score {outside[0]:g} lies outside {low} to {high}")
    return int(low), int(high)


def points(scale: Scale) -> FloatArray:
    """Every score of a scale."""
    return np.arange(scale[0], scale[1] + 1, dtype=np.float64)


def counts(scores: FloatArray, scale: Scale) -> FloatArray:
    """How many persons have each score of the scale."""
    return np.bincount((scores - scale[0]).astype(np.int64), minlength=scale[1] - scale[0] + 1).astype(np.float64)


def joint_counts(pairs: FloatArray, scale: Scale, anchor_scale: Scale) -> FloatArray:
    """How many persons have each pair of form score (rows) and anchor score (columns)."""
    width = anchor_scale[1] - anchor_scale[0] + 1
    height = scale[1] - scale[0] + 1
    cells = (pairs[:, 0] - scale[0]).astype(np.int64) * width + (pairs[:, 1] - anchor_scale[0]).astype(np.int64)
    return np.bincount(cells, minlength=width * height).reshape(height, width).astype(np.float64)


def thin_groups(groups: dict[str, FloatArray]) -> str:
    """Why nothing can be equated: fewer than two persons, or scores that do not vary; otherwise nothing."""
    for name, scores in groups.items():
        if len(scores) < 2:
            return f"{len(scores)} person(s) with a score on form {name}; at least 2 are needed"
        for column, what in enumerate(["form", "the anchor of form"][: scores.shape[1]]):
            if np.ptp(scores[:, column]) == 0:
                return f"everybody has the same score on {what} {name}: {scores[0, column]:g}"
    return ""


def bootstrap_error(
    equate: Callable[[FloatArray, FloatArray], FloatArray],
    x: FloatArray,
    y: FloatArray,
    *,
    resamples: int,
    seed: int,
) -> FloatArray | None:
    """Standard deviation of `equate` over samples of persons drawn with replacement within each form.

    Samples in which nothing can be equated (everybody alike, too few scores) are drawn again; after as many failures as `resamples`
    there is no standard error.
    """
    rng = np.random.default_rng(seed)
    drawn: list[FloatArray] = []
    for _ in range(2 * resamples):
        if len(drawn) == resamples:
            break
        one, other = x[rng.integers(len(x), size=len(x))], y[rng.integers(len(y), size=len(y))]
        if thin_groups({"X": one, "Y": other}):
            continue
        try:
            found = equate(one, other)
        except ResponseError:  # a sample with fewer different scores than the presmoothing keeps moments
            continue
        if np.isfinite(found).all():
            drawn.append(found)
    if resamples < 2 or len(drawn) < resamples:
        return None
    return np.asarray(np.std(drawn, axis=0, ddof=1))
