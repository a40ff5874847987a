"""Judges who stand apart, by name. Nobody is removed: the cut is shown with and without them, people decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray, as_vector

Kind = Literal["severity", "misfit", "order"]

SOURCE = "modified z: Iglewicz & Hoaglin (1993), How to detect and handle outliers, ASQC, 3.3; limit by panel size"
# The usual limit of 3.5 accuses somebody in 15 % of normal panels of nine. These keep it to 5 % of panels: 95th
# percentiles of the largest |z| among so many normal values, from 400,000 simulated panels each (100,000 from 50 on)
LIMITS = {
    5: 7.91, 6: 5.54, 7: 5.87, 8: 4.95, 9: 5.07, 10: 4.57, 11: 4.66, 12: 4.37, 13: 4.43, 14: 4.22, 15: 4.27, 16: 4.13,
    20: 3.99, 25: 3.94, 30: 3.84, 50: 3.75, 100: 3.76,
}  # fmt: skip
# the median deviation of fewer judges is itself an accident
MINIMUM_JUDGES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlier:
    """A judge who stands apart.

    Attributes
    ----------
    judge, name
        Row and name.
    kind
        "severity": expects far more or less than the others; "misfit": ratings scatter far more than the others' about
        what severity and items explain; "order": rates as easy what the others rate as hard.
    robust_z
        Distance from the panel's median in robust standard deviations; None for "order".
    sentence
        What was seen, for people.
    """

    judge: int
    name: str
    kind: Kind
    robust_z: float | None
    sentence: str


def robust_z(values: npt.ArrayLike) -> FloatArray:
    r"""Modified z-scores: how far each value lies from the median, in robust standard deviations.

    Notes
    -----
    0.6745 (x − median)/MAD; where more than half of the values are equal (MAD = 0), (x − median)/(1.2533 · mean absolute
    deviation). 0 where nothing differs; NaN stays NaN.

    Examples
    --------
    >>> robust_z([10, 11, 12, 13, 30]).round(2).tolist()
    [-1.35, -0.67, 0.0, 0.67, 12.14]
    """
    given = as_vector(values, name="values")
    seen = given[np.isfinite(given)]
    found = np.full(len(given), np.nan)
    if not len(seen):
        return found
    deviation = given - np.median(seen)
    absolute = np.abs(deviation[np.isfinite(given)])
    scale = float(np.median(absolute)) / 0.6745
    tiny = 1e-12 * max(1.0, float(np.abs(seen).max()))
    if scale <= tiny:
        scale = 1.2533 * float(absolute.mean())
    if scale <= tiny:
        return np.where(np.isfinite(given), 0.0, np.nan)
    return np.asarray(deviation / scale)


def limit(judges: int) -> float:
    """The largest |z| that a panel of this size shows by chance, with 5 % risk for the whole panel.

    Examples
    --------
    >>> limit(9), limit(18)
    (5.07, 4.06)
    """
    return round(float(np.interp(judges, list(LIMITS), list(LIMITS.values()))), 4)


def severity_outliers(cuts: npt.ArrayLike, names: Sequence[str]) -> tuple[Outlier, ...]:
    """Judges whose own cut lies far from the others'; nobody when there are fewer than five.

    Examples
    --------
    >>> severity_outliers([20, 21, 22, 21, 35], ["Ada", "Ben", "Cy", "Di", "Eve"])[0].sentence
    'Eve: own cut 35.00, 9.4 robust standard deviations above the median judge (21.00)'
    """
    given = as_vector(cuts, name="cuts")
    if np.isfinite(given).sum() < MINIMUM_JUDGES:
        return ()
    middle, z = float(np.nanmedian(given)), robust_z(given)
    edge = limit(int(np.isfinite(given).sum()))
    return tuple(
        Outlier(
            judge=j,
            name=names[j],
            kind="severity",
            robust_z=float(z[j]),
            sentence=(
                f"{names[j]}: own cut {given[j]:.2f}, {abs(z[j]):.1f} robust standard deviations "
                f"{'above' if z[j] > 0 else 'below'} the median judge ({middle:.2f})"
            ),
        )
        for j in np.flatnonzero(np.isfinite(z) & (np.abs(z) > edge)).tolist()
    )


def misfit_outliers(mean_squares: npt.ArrayLike, names: Sequence[str]) -> tuple[Outlier, ...]:
    """Judges whose residual mean square is far above the others' (compared on the log scale)."""
    given = as_vector(mean_squares, name="mean_squares")
    usable = np.isfinite(given) & (given > 0)
    if usable.sum() < MINIMUM_JUDGES:
        return ()
    logs = np.log(np.where(usable, given, 1.0))
    z, edge = robust_z(np.where(usable, logs, np.nan)), limit(int(usable.sum()))
    return tuple(
        Outlier(
            judge=j,
            name=names[j],
            kind="misfit",
            robust_z=float(z[j]),
            sentence=(
                f"{names[j]}: ratings scatter {given[j]:.1f} times as much (mean square) as the panel's about what "
                "items and severity explain"
            ),
        )
        for j in np.flatnonzero(np.isfinite(z) & (z > edge)).tolist()
    )
