"""Anchor items that became harder or easier between two administrations: robust z, and whether to equate at all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray, ResponseError, as_vector, item_names

SOURCE = "Huynh & Meyer (2010), Practical Assessment, Research & Evaluation 15(2), Use of robust z in detecting unstable items"

# Huynh & Meyer: 1.645, and no more than a fifth of the anchor discarded
CRITICAL = 1.645
MOST_DRIFTED = 0.2
MINIMUM_ANCHORS = 5
# the interquartile range of a normal distribution times this is its standard deviation
NORMAL = 0.74
# logits that calibrations may differ by without meaning anything
ALIKE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorItem:
    """One anchor item.

    Attributes
    ----------
    name
    difference
        Its difficulty on Y less that on X.
    z
        Robust z; None when most differences are exactly alike, so that there is no spread to measure by.
    drifted
        Whether it should not tie the forms.
    """

    name: str
    difference: float
    z: float | None
    drifted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorDrift:
    """The state of an anchor.

    Attributes
    ----------
    items
        All that have a difficulty on both forms.
    shift
        Median difference: what the two scales differ by.
    correlation, spread_ratio
        Of the difficulties on both forms; Huynh & Meyer look for at least .95 and for .9 to 1.1. None without spread.
    equate
        False means: do not equate.
    reason
        Why, naming the items; never empty.
    """

    items: tuple[AnchorItem, ...]
    shift: float | None
    correlation: float | None
    spread_ratio: float | None
    n: int
    method: str = "robust z of anchor difficulties"
    source: str = SOURCE
    equate: bool
    reason: str

    @property
    def kept(self) -> tuple[str, ...]:
        """Names of the items that may tie the forms."""
        return tuple(item.name for item in self.items if not item.drifted)


def anchor_drift(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    names: Sequence[str] | None = None,
    critical: float = CRITICAL,
    most: float = MOST_DRIFTED,
    minimum: int = MINIMUM_ANCHORS,
) -> AnchorDrift:
    r"""Which anchor items drifted, and whether enough are left.

    Parameters
    ----------
    x, y
        Difficulties of the anchor items in both calibrations; NaN = not calibrated. For discriminations give logarithms.
    names
        Of the items; "item 1", … when not given.
    critical
        |z| above which an item has drifted.
    most
        Share of the anchor that may have drifted; above it the verdict is "do not equate".
    minimum
        Stable items needed.

    Notes
    -----
    z = (d − median d)/(0.74·interquartile range of d), d = y − x. A common shift of the scale drops out. The median and
    the quartiles hold as long as most items are stable; when many drifted in one direction nothing in the anchor itself
    tells which ones did, hence the verdict.

    Raises
    ------
    ResponseError
        `names_do_not_fit`.

    Examples
    --------
    >>> found = anchor_drift([0, 1, -1, 0.5, 2, -2], [0.1, 1.0, -0.94, 0.62, 1.98, -1.0])
    >>> found.equate, found.reason
    (True, 'item 6 drifted by +1.00 against a shift of 0.08; equate without it (5 items are left)')
    """
    first, second = as_vector(x, name="x"), as_vector(y, name="y")
    if len(first) != len(second):
        raise ResponseError("names_do_not_fit", f"{len(first)} anchor difficulties on X, {len(second)} on Y")
    called = item_names(len(first), names)
    seen = np.flatnonzero(np.isfinite(first) & np.isfinite(second))
    n = len(seen)
    if n < minimum:
        reason = f"do not equate: {n} anchor items calibrated on both forms; at least {minimum} are needed"
        return AnchorDrift(items=(), shift=None, correlation=None, spread_ratio=None, n=n, equate=False, reason=reason)
    one, other = first[seen], second[seen]
    difference = other - one
    shift = float(np.median(difference))
    low, high = np.percentile(difference, [25, 75])
    spread = NORMAL * float(high - low)
    away = difference - shift
    measured = spread > ALIKE
    drifted = np.abs(away) > (critical * spread if measured else ALIKE)
    items = tuple(
        AnchorItem(
            name=called[place], difference=float(d), z=float(a / spread) if measured else None, drifted=bool(bad)
        )
        for place, d, a, bad in zip(seen, difference, away, drifted, strict=True)
    )
    correlation, ratio = _alike(one[~drifted], other[~drifted])
    equate, reason = _verdict(items, shift, most, minimum)
    return AnchorDrift(
        items=items, shift=shift, correlation=correlation, spread_ratio=ratio, n=n, equate=equate, reason=reason
    )


def _alike(x: FloatArray, y: FloatArray) -> tuple[float | None, float | None]:
    """Correlation and ratio of standard deviations of the stable items."""
    if len(x) < 2 or not (np.ptp(x) > ALIKE and np.ptp(y) > ALIKE):
        return None, None
    return float(np.corrcoef(x, y)[0, 1]), float(y.std() / x.std())


def _verdict(items: tuple[AnchorItem, ...], shift: float, most: float, minimum: int) -> tuple[bool, str]:
    bad = [item for item in items if item.drifted]
    left = len(items) - len(bad)
    if not bad:
        return True, f"none of {left} anchor items drifted"
    listed = ", ".join(f"{item.name} drifted by {item.difference:+.2f}" for item in bad)
    if len(bad) > most * len(items) + 1e-9:
        return False, (
            f"do not equate: {len(bad)} of {len(items)} anchor items drifted, more than {most:.0%} ({listed}); "
            "report the forms separately or re-administer an anchor"
        )
    if left < minimum:
        return False, f"do not equate: {left} stable anchor items are left, at least {minimum} are needed ({listed})"
    pronoun = "it" if len(bad) == 1 else "them"
    return (
        True,
        f"{listed} against a shift of {round(shift, 2) + 0.0:.2f}; equate without {pronoun} ({left} items are left)",
    )
