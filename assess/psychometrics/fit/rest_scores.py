"""How the sum of all other items is distributed at each ability, for every item in turn."""

from collections.abc import Iterator

import numpy as np

from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.responses import FloatArray


def rest_score_distributions(probability: FloatArray, categories: IntArray) -> Iterator[tuple[int, FloatArray]]:
    """For each item the distribution of the other items' sum, scores × abilities.

    Parameters
    ----------
    probability
        items × categories × abilities.
    categories
        Number of categories of each item.

    Notes
    -----
    Lord and Wingersky's recursion adds one item at a time. The items are halved again and again, and each half is
    entered with the other half already added, so that every item is added about log₂(items) times and none is ever
    divided out, which would lose digits.

    Examples
    --------
    >>> chances = np.array([[[0.4], [0.6]], [[0.7], [0.3]], [[0.5], [0.5]]])
    >>> dict(rest_score_distributions(chances, np.array([2, 2, 2])))[0].ravel().round(2).tolist()
    [0.35, 0.5, 0.15]
    """
    yield from _within(np.arange(len(categories)), np.ones((1, probability.shape[2])), probability, categories)


def with_item(distribution: FloatArray, probability: FloatArray, categories: int) -> FloatArray:
    """The distribution of a sum (scores × abilities) after one more item (categories × abilities)."""
    longer = np.zeros((len(distribution) + categories - 1, distribution.shape[1]))
    for k in range(categories):
        longer[k : k + len(distribution)] += probability[k] * distribution
    return longer


def _within(
    items: IntArray, others: FloatArray, probability: FloatArray, categories: IntArray
) -> Iterator[tuple[int, FloatArray]]:
    if len(items) == 0:
        return
    if len(items) == 1:
        yield int(items[0]), others
        return
    halves = np.array_split(items, 2)
    for own, other in (halves, halves[::-1]):
        added = others
        for j in other:
            added = with_item(added, probability[j], int(categories[j]))
        yield from _within(own, added, probability, categories)
