"""Persons matched on their score: what reference and focal group did on each item at each level of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError, as_matrix, as_vector, item_names

# Zwick (2012), A review of ETS differential item functioning assessment procedures, ETS RR-12-08: persons in the
# smaller group, and in both together
NEEDED = (200, 500)
BLOCK = 1024


@dataclass(frozen=True, eq=False)
class Groups:
    """Responses with everybody's group and the items that make the matching score.

    `answered` is None when nobody left anything out; `matching` is None for the total score (unanswered items add
    nothing to it).
    """

    responses: FloatArray
    answered: BoolArray | None
    focal: BoolArray
    names: tuple[str, ...]
    matching: FloatArray | None

    @classmethod
    def of(
        cls,
        responses: npt.ArrayLike,
        focal: npt.ArrayLike,
        names: Sequence[str] | None = None,
        matching: npt.ArrayLike | None = None,
    ) -> "Groups":
        """Check the input.

        Raises
        ------
        ResponseError
            `not_a_table`, `not_finite`; `not_a_group` when `focal` is not one boolean per person; `names_do_not_fit`
            when names or matching values are not one per item or person.
        """
        matrix = as_matrix(responses)
        group = np.asarray(focal)
        if group.shape != (len(matrix),):
            sentence = f"focal has shape {group.shape}; one value per person is needed, {len(matrix)} in all"
            raise ResponseError("not_a_group", sentence)
        if group.dtype != np.bool_:
            strange = [value for value in group.tolist() if value not in (0, 1)]
            if strange:
                sentence = (
                    f"focal holds {strange[0]!r}; it is True for the focal group and False for the reference group"
                )
                raise ResponseError("not_a_group", sentence)
            group = group.astype(np.float64) == 1
        score = None if matching is None else as_vector(matching, name="matching")
        if score is not None and len(score) != len(matrix):
            raise ResponseError("names_do_not_fit", f"{len(score)} matching values for {len(matrix)} persons")
        # with infinities already refused, one NaN anywhere makes the sum NaN
        answered = np.isfinite(matrix) if np.isnan(matrix.sum()) else None
        return cls(matrix, answered, group, item_names(matrix.shape[1], names), score)

    @property
    def values(self) -> FloatArray:
        """The responses, 0 where there is none."""
        return self.responses if self.answered is None else np.where(self.answered, self.responses, 0.0)

    @property
    def graded(self) -> BoolArray:
        """Which items have anything but 0 and 1."""
        found = np.zeros(len(self.names), dtype=np.bool_)
        values = self.values
        for start in range(0, len(values), BLOCK):  # blocks stay in the processor's cache
            block = values[start : start + BLOCK]
            found |= (block * block != block).any(axis=0)
        return found

    def score(self, anchor: BoolArray, item: int | None = None) -> FloatArray:
        """The matching score: the sum over the anchor items, the studied item always among them."""
        if self.matching is not None:
            return self.matching
        chosen = anchor.copy()
        if item is not None:
            chosen[item] = True
        total: FloatArray = self.values @ chosen.astype(np.float64)
        return total

    def strata(self, values: FloatArray, anchor: BoolArray | None = None) -> "Strata":
        """Sums of `values` (persons × items, 0 where not answered) by matching level, item and group.

        With `anchor`, an item outside of it is matched on the anchor's sum plus its own score.
        """
        every = np.ones(len(self.names), dtype=np.bool_)
        chosen = every if anchor is None else anchor
        whole = self._summed(values, slice(None), self.score(chosen))
        if self.matching is not None or chosen.all():
            return whole
        own = {
            item: self._summed(values, [item], self.score(chosen, item)) for item in np.flatnonzero(~chosen).tolist()
        }
        depth = max(len(part.level) for part in (whole, *own.values()))
        joined = whole.padded(depth)
        for item, part in own.items():
            joined.replace(item, part.padded(depth))
        return joined

    def _summed(self, values: FloatArray, items: list[int] | slice, score: FloatArray) -> "Strata":
        """One sparse product: (level, group) × persons times persons × items."""
        known = np.isfinite(score)
        levels, place = _levels(np.where(known, score, 0.0))
        key = place * 2 + self.focal
        count, weight = 2 * len(levels), known.astype(np.float64)
        chosen = sparse.csr_matrix((weight, (key, np.arange(len(score)))), shape=(count, len(score)))
        sums = chosen @ values[:, items]
        if self.answered is None:
            every = np.bincount(key, weights=weight, minlength=count).astype(np.float64)
            number = np.repeat(every[:, None], sums.shape[1], axis=1)
        else:
            number = chosen @ self.answered[:, items].astype(np.float64)
        level = np.repeat(levels[:, None], sums.shape[1], axis=1)
        return Strata(level, number[::2], number[1::2], sums[::2], sums[1::2])


@dataclass(frozen=True, eq=False)
class Strata:
    """Levels × items: the level itself, how many persons of each group answered, and the sum of their values."""

    level: FloatArray
    reference: FloatArray
    focal: FloatArray
    reference_sum: FloatArray
    focal_sum: FloatArray

    def padded(self, depth: int) -> "Strata":
        """The same with empty levels up to `depth`."""
        empty = ((0, depth - len(self.level)), (0, 0))
        return Strata(*(np.pad(part, empty) for part in self._parts()))

    def replace(self, item: int, other: "Strata") -> None:
        """Put the only item of `other` in the place of an item."""
        for mine, theirs in zip(self._parts(), other._parts(), strict=True):
            mine[:, item] = theirs[:, 0]

    def _parts(self) -> tuple[FloatArray, ...]:
        return self.level, self.reference, self.focal, self.reference_sum, self.focal_sum

    @property
    def both(self) -> BoolArray:
        """Where both groups are present, so that they can be compared."""
        return (self.reference > 0) & (self.focal > 0)

    @property
    def compared(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Per item the reference and focal persons who have somebody of the other group beside them."""
        both = self.both
        reference, focal = (self.reference * both).sum(axis=0), (self.focal * both).sum(axis=0)
        return reference.astype(np.int64), focal.astype(np.int64)


def _levels(score: FloatArray) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """The values that occur, in order, and which of them each person has."""
    if len(score) and score.min() >= 0 and score.max() <= 4 * len(score) + 1000 and (np.rint(score) == score).all():
        whole = score.astype(np.int64)
        used = np.bincount(whole) > 0
        return np.flatnonzero(used).astype(np.float64), (np.cumsum(used) - 1)[whole]
    levels, place = np.unique(score, return_inverse=True)
    return levels, place.reshape(-1).astype(np.int64)


def too_few(reference: int, focal: int, needed: tuple[int, int] = NEEDED) -> str:
    """Why so many persons are not enough for a decision about an item; empty when they are.

    >>> too_few(900, 80)
    '80 persons in the smaller group; at least 200 are needed'
    """
    smaller, together = min(reference, focal), reference + focal
    if smaller < needed[0]:
        return f"{smaller} persons in the smaller group; at least {needed[0]} are needed"
    if together < needed[1]:
        return f"{together} persons in both groups; at least {needed[1]} are needed"
    return ""


def incomparable(groups: Groups) -> str:
    """Why nobody can be compared; empty when the two groups meet."""
    if not len(groups.responses):
        return "there are no persons"
    seen = np.ones(len(groups.focal), dtype=np.bool_) if groups.answered is None else groups.answered.any(axis=1)
    for name, members in (("focal", groups.focal), ("reference", ~groups.focal)):
        if not (members & seen).any():
            return f"nobody of the {name} group answered"
    return ""
