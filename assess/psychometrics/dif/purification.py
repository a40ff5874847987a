"""Taking items that differ out of the matching score, for a bounded number of rounds."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from assess.psychometrics.responses import BoolArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Purification:
    """How the matching score became what it is.

    Attributes
    ----------
    anchor
        One per item: whether it counts in the matching score of the others.
    rounds
        How often the items were tested anew.
    settled
        Whether the last round found the same items as the one before.
    sentence
        The outcome in words; names the items that come and go when it did not settle.
    """

    anchor: BoolArray
    rounds: int
    settled: bool
    sentence: str


def purified(test: Callable[[BoolArray], BoolArray], names: tuple[str, ...], rounds: int) -> Purification:
    """Repeat `test` (anchor → items that differ) until it repeats itself.

    A set that was found before means a cycle: the rounds end, and every item of the cycle is left out of the matching
    score, which is the cautious choice.

    Examples
    --------
    >>> purified(lambda anchor: np.array([True, False]), ("a", "b"), 10).sentence
    'settled after 1 round; a does not count in the matching score'
    >>> purified(lambda anchor: np.array([bool(anchor[0]), False]), ("a", "b"), 10).sentence
    'did not settle: a comes and goes; a does not count in the matching score'
    """
    found = [test(np.ones(len(names), dtype=np.bool_))]
    for number in range(1, rounds + 1):
        if found[-1].all():
            break
        new = test(~found[-1])
        if (new == found[-1]).all():
            return _outcome(new, names, number, "")
        before = next((i for i, old in enumerate(found) if (old == new).all()), None)
        if before is not None:
            ever: BoolArray = np.logical_or.reduce(found[before:])
            moving: BoolArray = ever & ~np.logical_and.reduce(found[before:])
            return _outcome(ever, names, number, _listed(moving, names, "comes and goes", "come and go"))
        found.append(new)
    if len(found) and found[-1].all() and len(names):
        nothing = np.zeros(len(names), dtype=np.bool_)
        return _outcome(nothing, names, len(found) - 1, "every item differs, so none is left to match on")
    changing = found[-1] ^ found[-2] if len(found) > 1 else found[-1]
    why = _listed(changing, names, "still changes", "still change") if changing.any() else "no rounds were allowed"
    return _outcome(found[-1], names, rounds, why)


def _outcome(left_out: BoolArray, names: tuple[str, ...], rounds: int, why: str) -> Purification:
    start = f"did not settle: {why}" if why else f"settled after {rounds} round{'s' * (rounds != 1)}"
    rest = (
        _listed(left_out, names, "does not count in the matching score", "do not count in the matching score")
        if left_out.any()
        else "every item counts in the matching score"
    )
    return Purification(anchor=~left_out, rounds=rounds, settled=not why, sentence=f"{start}; {rest}")


def _listed(chosen: BoolArray, names: tuple[str, ...], one: str, more: str) -> str:
    listed = [name for name, use in zip(names, chosen.tolist(), strict=True) if use]
    return f"{', '.join(listed)} {one if len(listed) == 1 else more}"
