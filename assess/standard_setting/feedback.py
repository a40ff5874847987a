"""What a panel sees between two rounds: where judges differ, how hard items were for candidates, what the cut would do."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import ResponseError, as_matrix, as_vector, item_names
from assess.standard_setting.judges import judge_names


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFeedback:
    """One item.

    Attributes
    ----------
    mean, median, lowest, highest
        Of the judges' ratings; None where nobody rated.
    sd
        Spread between judges; None with fewer than two ratings.
    furthest
        The judges who gave the lowest and the highest rating; empty where all agree.
    empirical, gap
        What all candidates did, and the mean rating minus that; None when not known. A borderline candidate is usually
        weaker than the average one, so a gap above 0 asks for a reason.
    """

    item: str
    rated: int
    mean: float | None
    median: float | None
    lowest: float | None
    highest: float | None
    sd: float | None
    furthest: tuple[str, ...]
    empirical: float | None
    gap: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """All items in their order, and those to talk about first."""

    items: tuple[ItemFeedback, ...]

    def to_discuss(self, count: int = 10) -> tuple[ItemFeedback, ...]:
        """The items the judges differ on most, widest spread first."""
        spread = [found for found in self.items if found.sd]
        return tuple(sorted(spread, key=lambda found: -(found.sd or 0.0))[:count])


def feedback(
    ratings: npt.ArrayLike,
    *,
    judges: Sequence[str] | None = None,
    items: Sequence[str] | None = None,
    empirical: npt.ArrayLike | None = None,
) -> Feedback:
    """What to show the judges of a round before the next.

    Parameters
    ----------
    ratings
        judges × items; NaN = not rated.
    empirical
        Observed proportion correct (or mean points) of each item; NaN where not known.

    Raises
    ------
    ResponseError
        `names_do_not_fit`.

    Examples
    --------
    >>> found = feedback([[0.5, 0.9], [0.6, 0.3], [0.5, 0.6]], judges=["Ada", "Ben", "Cy"], empirical=[0.7, 0.5])
    >>> first = found.to_discuss()[0]
    >>> first.item, first.furthest, round(first.gap, 2)
    ('item 2', ('Ben', 'Ada'), 0.1)
    """
    matrix = as_matrix(ratings, name="ratings")
    names, labels = judge_names(len(matrix), judges), item_names(matrix.shape[1], items)
    observed = np.full(len(labels), np.nan) if empirical is None else as_vector(empirical, name="empirical")
    if len(observed) != len(labels):
        raise ResponseError("names_do_not_fit", f"{len(observed)} empirical values for {len(labels)} items")
    found = []
    for label, column, seen_value in zip(labels, matrix.T, observed, strict=True):
        given = column[np.isfinite(column)]
        n, known = len(given), bool(np.isfinite(seen_value))
        differ = n > 1 and given.min() < given.max()
        found.append(
            ItemFeedback(
                item=label,
                rated=n,
                mean=float(given.mean()) if n else None,
                median=float(np.median(given)) if n else None,
                lowest=float(given.min()) if n else None,
                highest=float(given.max()) if n else None,
                sd=float(given.std(ddof=1)) if n > 1 else None,
                furthest=(names[int(np.nanargmin(column))], names[int(np.nanargmax(column))]) if differ else (),
                empirical=float(seen_value) if known else None,
                gap=float(given.mean() - seen_value) if n and known else None,
            )
        )
    return Feedback(items=tuple(found))
