"""The distribution of a number of matches when every item has a chance of its own (the generalized binomial)."""

import numpy as np

from assess.psychometrics.responses import FloatArray


def distribution(chance: FloatArray) -> FloatArray:
    """P(0), P(1), …, P(items) of the number of successes, cases × (items + 1).

    Parameters
    ----------
    chance
        Of each case and item; 0 for an item that does not count.

    Notes
    -----
    One item after the other: P(m) becomes (1 − p)·P(m) + p·P(m − 1), sums of positive numbers only, so that the smallest
    tail keeps its digits (Lord & Wingersky 1984; the generalized binomial of van der Linden & Sotaridona 2006).

    Examples
    --------
    >>> distribution(np.array([[0.5, 0.5, 0.0]])).tolist()
    [[0.25, 0.5, 0.25, 0.0]]
    """
    cases, items = chance.shape
    found = np.zeros((items + 1, cases))
    found[0] = 1.0
    for j in range(items):
        p = chance[:, j]
        found[1 : j + 2] = found[1 : j + 2] * (1 - p) + found[: j + 1] * p
        found[0] *= 1 - p
    return found.T


def upper_tail(chance: FloatArray, matches: FloatArray) -> FloatArray:
    """P(at least so many successes) of each case.

    Examples
    --------
    >>> upper_tail(np.array([[0.5, 0.5, 0.5]]), np.array([2.0])).tolist()
    [0.5]
    """
    place = np.arange(chance.shape[1] + 1)
    counted = place >= matches[:, None]
    return np.asarray(np.minimum(np.where(counted, distribution(chance), 0.0).sum(axis=1), 1.0))
