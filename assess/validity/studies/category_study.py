"""Which marks each rater uses: a rater who leaves out a mark, or gives hardly any other, says little about persons."""

import numpy as np

from assess.psychometrics.responses import FloatArray
from assess.validity.datasets.arrays import Ratings
from assess.validity.report.written import Document, number

MOST_LEVELS = 11
FEWEST_MARKS = 20
"""With fewer marks a level that is missing proves nothing."""

ONE_SIDED = 0.8


def category_document(ratings: Ratings) -> Document | None:
    """Counts of every whole mark by rater; None when marks are measurements."""
    marked = np.isfinite(ratings.values)
    levels = np.unique(ratings.values[marked])
    if not 2 <= len(levels) <= MOST_LEVELS or (levels % 1).any():
        return None
    raters = sorted({rater for rater, seen in zip(ratings.raters, marked, strict=True) if seen})
    place = {rater: row for row, rater in enumerate(raters)}
    rows = np.array([place[rater] for rater, seen in zip(ratings.raters, marked, strict=True) if seen])
    counts = np.zeros((len(raters), len(levels)), dtype=np.int64)
    np.add.at(counts, (rows, np.searchsorted(levels, ratings.values[marked])), 1)
    named = [number(float(level), 0) for level in levels]
    return {
        "levels": named,
        "raters": [
            {"rater": rater, "counts": own.tolist(), "remark": _remark(own, levels)}
            for rater, own in zip(raters, counts, strict=True)
        ],
    }


def _remark(counts: "np.ndarray[tuple[int], np.dtype[np.int64]]", levels: FloatArray) -> str:
    total = int(counts.sum())
    if total < FEWEST_MARKS:
        return f"has only {total} marks (at least {FEWEST_MARKS} are needed to tell)"
    unused = [f"{level:g}" for level, count in zip(levels, counts, strict=True) if not count]
    most = int(counts.argmax())
    if counts[most] > ONE_SIDED * total:
        return f"gives {levels[most]:g} in {100 * counts[most] / total:.0f} % of all marks"
    return f"never gives {', '.join(unused)}" if unused else ""
