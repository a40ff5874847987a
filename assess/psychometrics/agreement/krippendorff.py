"""Krippendorff's alpha for any number of raters, any metric and any pattern of missing marks.

Nothing here is as large as categories × categories, so marks on a fine scale cost no more than marks in five levels.
The differences within a unit and to all other marks follow from counts (nominal) and from sums and sums of squares of
the marks (interval) or of their ranks (ordinal). Only the ratio metric looks at pairs, in blocks.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.agreement.jackknife import NO_VARIATION, jackknifed
from assess.psychometrics.responses import FloatArray, ResponseError, as_matrix
from assess.psychometrics.results import LEVEL, Estimate, estimated, not_enough

Metric = Literal["nominal", "ordinal", "interval", "ratio"]
METRICS: tuple[Metric, ...] = ("nominal", "ordinal", "interval", "ratio")

MINIMUM_PERSONS = 30
RESAMPLES = 1_000
BLOCK = 1_000_000
SOURCE = "Krippendorff (2011), Computing Krippendorff's alpha-reliability; standard error: jackknife over persons"
BOOTSTRAP_SOURCE = (
    "Krippendorff (2011), Computing Krippendorff's alpha-reliability; interval: Hayes & Krippendorff (2007), "
    "Communication Methods and Measures 1, 77–89 (bootstrap, chance disagreement held)"
)


def krippendorff_alpha(
    ratings: npt.ArrayLike,
    metric: Metric = "interval",
    *,
    interval: Literal["jackknife", "bootstrap"] = "jackknife",
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> Estimate:
    r"""Krippendorff's alpha of a persons × raters table with any pattern of missing marks.

    Parameters
    ----------
    ratings
        persons × raters, NaN = not marked (other programs lay the table the other way round). Persons with one mark are
        not used.
    metric
        How a difference counts: "nominal" (different or not), "ordinal" (marks in between), "interval" (squared),
        "ratio" (squared difference over sum; no negative marks).
    interval
        "jackknife" leaves out persons; "bootstrap" draws persons and holds the chance disagreement, as published.

    Notes
    -----
    α = 1 − D_o/D_e over coincidences: with N marks in units of m marks each, D_o = Σ_u w_u/(m_u − 1)/N for the summed
    differences w_u of ordered pairs within unit u, and D_e = Σ_ij δ²/(N(N − 1)) over all pairs of marks. The ordinal
    metric is taken from the whole table's distribution of marks, also inside the jackknife.

    Raises
    ------
    ResponseError
        `no_such_metric`, `not_a_ratio` for negative marks with the ratio metric.

    Examples
    --------
    >>> nan = float("nan")
    >>> round(krippendorff_alpha([[1, 1, nan], [nan, 2, 1], [0, nan, 0], [2, 2, nan]]).value, 3)
    0.821
    """
    if metric not in METRICS:
        raise ResponseError("no_such_metric", f"{metric!r} is not one of {', '.join(METRICS)}")
    units = _Units.of(as_matrix(ratings, name="ratings"))
    method = f"Krippendorff's alpha ({metric}; persons marked more than once)"
    n = len(units.sizes)
    if n < 2:
        reason = f"{n} person(s) were marked more than once"
        return not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
    if len(units.scale) < 2:
        return not_enough(n=n, method=method, source=SOURCE, reason=NO_VARIATION, level=level)
    differences = _DIFFERENCES[metric](units)
    marks = float(units.sizes.sum())
    disagreed = differences.within / (units.sizes - 1)
    value = 1 - (marks - 1) * float(disagreed.sum()) / differences.total
    if interval == "bootstrap":
        chance = differences.total / (marks * (marks - 1))
        return _bootstrapped(
            value, disagreed / chance, units.sizes, method, level=level, minimum=minimum, resamples=resamples, seed=seed
        )
    rest = differences.total - 2 * differences.to_all + differences.within
    exists = rest > 1e-12 * differences.total
    left_out = 1 - (marks - units.sizes - 1) * (disagreed.sum() - disagreed) / np.where(exists, rest, 1.0)
    left_out = np.where(exists, left_out, np.nan)
    return jackknifed(value, left_out, method=method, source=SOURCE, level=level, minimum=minimum)


@dataclass(frozen=True, eq=False)
class _Units:
    """The marks of persons marked more than once, one after the other.

    `scale` holds the different marks, `counts` how often each occurs; `code` and `unit` say for every mark which of them
    it is and whose; `sizes` is the number of marks of each person.
    """

    scale: FloatArray
    counts: FloatArray
    code: npt.NDArray[np.intp]
    unit: npt.NDArray[np.intp]
    sizes: FloatArray

    @classmethod
    def of(cls, matrix: FloatArray) -> "_Units":
        seen = np.isfinite(matrix)
        sizes = seen.sum(axis=1)
        kept = sizes > 1
        if not kept.all():
            matrix, seen, sizes = matrix[kept], seen[kept], sizes[kept]
        values = matrix[seen]
        scale, code = _places(values)
        return cls(
            scale=scale,
            counts=np.bincount(code, minlength=len(scale)).astype(np.float64),
            code=code,
            unit=np.repeat(np.arange(len(sizes)), sizes),
            sizes=sizes.astype(np.float64),
        )

    def per_unit(self, of_marks: FloatArray) -> FloatArray:
        """The sum over each person's marks."""
        return np.bincount(self.unit, weights=of_marks, minlength=len(self.sizes)).astype(np.float64)


def _places(values: FloatArray) -> tuple[FloatArray, npt.NDArray[np.intp]]:
    """The different values in order and each one's place; whole numbers in a small range are not sorted for it."""
    if not len(values):
        return values, np.zeros(0, dtype=np.intp)
    lowest, highest = float(values.min()), float(values.max())
    if highest - lowest < min(len(values), 1_000):
        steps = (values - lowest).astype(np.intp)
        if bool((steps == values - lowest).all()):
            used = np.bincount(steps) > 0
            return (np.flatnonzero(used) + lowest).astype(np.float64), (np.cumsum(used) - 1)[steps].astype(np.intp)
    scale, code = np.unique(values, return_inverse=True)
    return scale, code


@dataclass(frozen=True, eq=False)
class _Differences:
    """Summed squared differences of ordered pairs: inside each unit, from each unit to all marks, and over all marks."""

    within: FloatArray
    to_all: FloatArray
    total: float


def _nominal(units: _Units) -> _Differences:
    marks, categories = len(units.code), len(units.scale)
    cell = units.unit * categories + units.code
    if len(units.sizes) * categories <= 16 * marks:
        alike = (np.bincount(cell, minlength=len(units.sizes) * categories).astype(np.float64) ** 2).reshape(
            -1, categories
        )
        same = alike.sum(axis=1)
    else:
        cells, times = np.unique(cell, return_counts=True)
        same = np.bincount(cells // categories, weights=times.astype(np.float64) ** 2, minlength=len(units.sizes))
    return _Differences(
        within=units.sizes**2 - same,
        to_all=units.per_unit((marks - units.counts)[units.code]),
        total=float(marks) ** 2 - float((units.counts**2).sum()),
    )


def _squared(units: _Units, places: FloatArray) -> _Differences:
    """Of squared differences of one number per category: Σ(a − b)² = 2(n·Σa² − (Σa)²)."""
    marks = len(units.code)
    places = places - float(places @ units.counts) / marks
    sums, squares = units.per_unit(places[units.code]), units.per_unit((places**2)[units.code])
    all_squares = float(places**2 @ units.counts)
    return _Differences(
        # a person whose marks are all alike must come out as exactly that
        within=np.maximum(2 * (units.sizes * squares - sums**2), 0.0),
        to_all=marks * squares + units.sizes * all_squares,
        total=2 * marks * all_squares,
    )


def _interval(units: _Units) -> _Differences:
    return _squared(units, units.scale)


def _ordinal(units: _Units) -> _Differences:
    # midpoint ranks: their difference counts the marks in between
    return _squared(units, np.cumsum(units.counts) - units.counts / 2)


def _ratio(units: _Units) -> _Differences:
    if units.scale[0] < 0:
        raise ResponseError("not_a_ratio", "the ratio metric needs marks that are not negative")
    against = np.empty(len(units.scale))
    step = max(BLOCK // len(units.scale), 1)
    for start in range(0, len(units.scale), step):
        block = units.scale[start : start + step, None]
        against[start : start + step] = _relative(block, units.scale[None, :]) @ units.counts
    width = int(units.sizes.max())
    first = np.concatenate([[0], np.cumsum(units.sizes[:-1]).astype(np.intp)])
    table = np.full((len(units.sizes), width), np.nan)
    table[units.unit, np.arange(len(units.unit)) - first[units.unit]] = units.scale[units.code]
    within = np.zeros(len(units.sizes))
    for apart in range(1, width):
        pairs = _relative(table[:, :-apart], table[:, apart:])
        within += 2 * np.where(np.isfinite(pairs), pairs, 0.0).sum(axis=1)
    return _Differences(within=within, to_all=units.per_unit(against[units.code]), total=float(against @ units.counts))


def _relative(a: FloatArray, b: FloatArray) -> FloatArray:
    together = a + b
    return np.asarray(((a - b) / np.where(together == 0, 1.0, together)) ** 2)


_DIFFERENCES = {"nominal": _nominal, "ordinal": _ordinal, "interval": _interval, "ratio": _ratio}


def _bootstrapped(
    value: float,
    shares: FloatArray,
    sizes: FloatArray,
    method: str,
    *,
    level: float,
    minimum: int,
    resamples: int,
    seed: int,
) -> Estimate:
    rng = np.random.default_rng(seed)
    n = len(sizes)
    drawn = np.empty(resamples)
    for time in range(resamples):
        chosen = rng.integers(n, size=n)
        drawn[time] = 1 - shares[chosen].sum() / sizes[chosen].sum()
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return estimated(
        value=value,
        standard_error=float(drawn.std(ddof=1)),
        interval=(float(low), float(high)),
        n=n,
        method=method,
        source=BOOTSTRAP_SOURCE,
        minimum=minimum,
        level=level,
        cases="persons marked more than once",
    )
