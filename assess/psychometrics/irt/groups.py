"""Persons who answered the same items with the same sum score are one case to a Rasch model."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.steps import IntArray
from assess.psychometrics.responses import FloatArray


@dataclass(frozen=True, eq=False)
class ScoreGroups:
    """Groups of persons with equal sufficient statistics.

    Attributes
    ----------
    answered
        groups × items, 1.0 where the group answered.
    score
        Sum score of each group.
    persons
        Number of persons in each group.
    member
        The group of each person.
    complete
        Whether everyone answered everything.
    """

    answered: FloatArray
    score: FloatArray
    persons: FloatArray
    member: IntArray
    complete: bool


def score_groups(responses: npt.ArrayLike) -> ScoreGroups:
    """Group persons by the set of items answered and the sum score: at most items·steps + 1 groups without gaps.

    Examples
    --------
    >>> groups = score_groups([[1, 0], [0, 1], [1, 1], [np.nan, 1]])
    >>> sorted(zip(groups.score.tolist(), groups.persons.tolist()))
    [(1.0, 1.0), (1.0, 2.0), (2.0, 1.0)]
    """
    matrix = np.asarray(responses, dtype=np.float64)
    seen = np.isfinite(matrix)
    score = np.where(seen, matrix, 0.0).sum(axis=1)
    if seen.all():
        values, member, counts = np.unique(score, return_inverse=True, return_counts=True)
        answered = np.ones((len(values), matrix.shape[1]))
        return ScoreGroups(answered, values, counts.astype(np.float64), member.astype(np.int64), complete=True)
    keys = np.column_stack([np.packbits(seen, axis=1), score.astype(np.int64)])
    _, first, member, counts = np.unique(keys, axis=0, return_index=True, return_inverse=True, return_counts=True)
    return ScoreGroups(
        answered=seen[first].astype(np.float64),
        score=score[first],
        persons=counts.astype(np.float64),
        member=member.reshape(-1).astype(np.int64),
        complete=False,
    )
