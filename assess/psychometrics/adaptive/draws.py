"""Chance that can be repeated: a number that follows from the session and its history alone, and from nothing else.

A stateless server must give the same item twice when it is asked twice, and a simulation must give what the server
would. So no generator keeps a state: the history of a session is condensed to 64 bits, and these, mixed once more with
what the number is for, are the number. The mixing function is that of SplitMix64 (Steele, Lea & Flood 2014, OOPSLA).
"""

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.responses import FloatArray

Digest = npt.NDArray[np.uint64]
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FOR_ELIGIBILITY = 1
FOR_SELECTION = 2
FOR_ANSWERS = 3


def digest_of(seed: int, sessions: npt.ArrayLike) -> Digest:
    """The digest of sessions that have not begun."""
    key = np.asarray(sessions, dtype=np.int64).astype(np.uint64)
    return _mixed(_mixed(np.full(key.shape, seed % 2**63, dtype=np.uint64)) ^ _mixed(key + GOLDEN))


def with_answer(digest: Digest, items: IntArray, answers: IntArray) -> Digest:
    """The digests after one more item each; −1 is an item without an answer."""
    event = (items.astype(np.uint64) << np.uint64(20)) + (answers + 1).astype(np.uint64)
    return _mixed(digest ^ _mixed(event + GOLDEN))


def uniform(digest: Digest, purpose: int, count: int) -> FloatArray:
    """`count` numbers between 0 and 1 for each digest, sessions × count.

    Examples
    --------
    >>> first = uniform(digest_of(1, [7]), FOR_SELECTION, 2)
    >>> bool((first == uniform(digest_of(1, [7]), FOR_SELECTION, 2)).all()), bool((first > 0).all() and (first < 1).all())
    (True, True)
    """
    place = np.arange(count, dtype=np.uint64) + np.uint64(1)
    with np.errstate(over="ignore"):  # arithmetic modulo 2⁶⁴ is what is wanted
        mixed = _mixed((digest + np.uint64(purpose) * GOLDEN)[:, None] + place * GOLDEN)
    return np.asarray(((mixed >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53)


def _mixed(value: Digest) -> Digest:
    with np.errstate(over="ignore"):
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(value ^ (value >> np.uint64(31)))
