"""Where the share of failing candidates meets a line that judges draw: the common part of Hofstee and Beuk."""

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray


def failing_shares(weights: npt.ArrayLike) -> FloatArray:
    """Share of candidates at or below each distinct score, samples × scores.

    Examples
    --------
    >>> failing_shares([[1, 2, 1]]).tolist()
    [[0.25, 0.75, 1.0]]
    """
    upto = np.cumsum(np.atleast_2d(np.asarray(weights, dtype=np.float64)), axis=1)
    return upto / upto[:, -1:]


def below(scores: FloatArray, failing: FloatArray, cut: FloatArray) -> FloatArray:
    """Share of candidates below a cut, one per sample."""
    place = np.searchsorted(scores, cut, side="left")
    padded = np.column_stack([np.zeros(len(failing)), failing])
    return np.asarray(padded[np.arange(len(failing)), place])


def crossing(
    scores: FloatArray, failing: FloatArray, anchor: FloatArray, share: FloatArray, slope: FloatArray
) -> FloatArray:
    r"""The first cut at which the share of candidates below it, or at it, reaches a falling line.

    Parameters
    ----------
    scores
        Distinct scores in order.
    failing
        samples × scores, from `failing_shares`.
    anchor, share, slope
        Of each sample: the line goes through (anchor, share) and changes by slope ≤ 0 per score point; −inf stands for an
        upright line, which is met at the anchor.

    Notes
    -----
    The share is a stair. Either the line is met on a tread, between two scores, or it passes through a riser, and then
    the cut is the score of that riser.

    Examples
    --------
    >>> scores, failing = np.arange(1.0, 101), failing_shares([1] * 100)
    >>> crossing(scores, failing, np.array([30.0]), np.array([0.6]), np.array([-1 / 60])).round(2).tolist()
    [41.4]
    """
    upright = np.isinf(slope)
    fall = np.where(upright, 0.0, slope)
    line = share[:, None] + fall[:, None] * (scores - anchor[:, None])
    reached = failing >= line
    first = np.where(reached.any(axis=1), reached.argmax(axis=1), len(scores))
    samples = np.arange(len(failing))
    tread = np.column_stack([np.zeros(len(failing)), failing])[samples, first]
    ahead = np.column_stack([line, np.full(len(line), -np.inf)])[samples, first]
    on_tread = (tread >= ahead) & (fall < 0)
    met = anchor + np.divide(tread - share, fall, out=np.zeros(len(fall)), where=fall < 0)
    riser = np.append(scores, np.nan)[first]
    return np.where(upright, anchor, np.where(on_tread, met, riser))
