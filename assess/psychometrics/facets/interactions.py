"""Interactions ("bias"): is a rater severe with one task, or kind to one group, beyond what both are elsewhere?"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from assess.psychometrics.facets.calibration import FacetCalibration
from assess.psychometrics.responses import ResponseError
from assess.psychometrics.results import Estimate, doubted, estimated, normal_interval, not_enough

SOURCE = "Linacre (1989), Many-facet Rasch measurement, ch. 9; Myford & Wolfe (2004), Journal of Applied Measurement 5, 189–227"
MINIMUM_RATINGS = 10
MOST_PAIRS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PairBias:
    """One element of a facet with one of another.

    Attributes
    ----------
    elements
        The two names.
    size
        In logits: above 0 ratings are higher than the two measures say, below 0 lower.
    t, p_value
        size/standard error and its two-sided p (n − 1 degrees of freedom); None without a size.
    gap
        Mean of rating − expected rating.
    """

    elements: tuple[str, str]
    size: Estimate
    t: float | None
    p_value: float | None
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Interactions:
    """All pairs that met, in the order of the elements, and the test that there is no interaction at all.

    Attributes
    ----------
    chi_square, df, p_value
        Σ(size/standard error)² over the pairs with a size, and their number; None where there is none.
    """

    facets: tuple[str, str]
    pairs: tuple[PairBias, ...]
    chi_square: float | None
    df: int
    p_value: float | None


def interactions(
    calibration: FacetCalibration, one: str, other: str, *, minimum: int = MINIMUM_RATINGS
) -> Interactions:
    r"""Bias of every pair of elements of two facets ("person" may be one of them).

    Parameters
    ----------
    minimum
        Ratings of a pair for a positive verdict.

    Raises
    ------
    ResponseError
        `not_calibrated`; `unknown_facet`; `too_many_pairs` above 200,000.

    Notes
    -----
    All measures and thresholds are kept as they are; for each pair one term is added to the distance, at the maximum of
    its ratings' likelihood; its standard error is 1/√(information). Persons are at their reported measures. Of many pairs
    one in twenty has p < .05 by chance: read the chi-square first.

    Examples
    --------
    >>> from assess.psychometrics.facets import calibrate
    >>> person = [p for p in range(40) for _ in range(4)]
    >>> task, rater = ["a", "a", "b", "b"] * 40, ["R1", "R2"] * 80
    >>> marks = [(p * 3 + 5 * i) % 7 // 2 - (i == 0 and p % 7 // 2 > 0) for p in range(40) for i in range(4)]
    >>> found = interactions(calibrate(np.maximum(marks, 0), person=person, facets={"task": task, "rater": rater}), "rater", "task")
    >>> [(pair.elements, round(pair.size.value, 1)) for pair in found.pairs][:2]
    [(('R1', 'a'), -0.2), (('R1', 'b'), 0.1)]
    """
    data, fitted = calibration.data, calibration.fitted
    for name in (one, other):
        if name not in data.facets:
            raise ResponseError("unknown_facet", f"{name!r} is not one of {', '.join(data.facets)}")
    if one == other:
        raise ResponseError("unknown_facet", f"{one} does not interact with itself; name two facets")
    if fitted is None:
        return Interactions(facets=(one, other), pairs=(), chi_square=None, df=0, p_value=None)
    first, second = data.facets.index(one), data.facets.index(other)
    expected = fitted.moments[0]
    rows = np.flatnonzero(fitted.active & np.isfinite(expected))
    together = data.codes[first][rows].astype(np.int64) * data.sizes[second] + data.codes[second][rows]
    met, code = np.unique(together, return_inverse=True)
    code = code.reshape(-1)
    if len(met) > MOST_PAIRS:
        sentence = f"{len(met)} pairs of {one} and {other} met; name facets with fewer elements"
        raise ResponseError("too_many_pairs", sentence)
    size, error = fitted.solved(code, len(met), rows, fitted.distance(rows), 1.0, 0.0)
    n = np.bincount(code, minlength=len(met))
    gap = np.bincount(code, weights=fitted.value[rows] - expected[rows], minlength=len(met)) / np.maximum(n, 1)
    doubt = calibration.reason or calibration.doubt
    pairs = []
    for place, pair in enumerate(met.tolist()):
        names = (data.labels[first][pair // data.sizes[second]], data.labels[second][pair % data.sizes[second]])
        found = _estimate(calibration, names, float(size[place]), float(error[place]), int(n[place]), minimum)
        t = None if found.value is None or not found.standard_error else found.value / found.standard_error
        p_value = None if t is None or n[place] < 2 else float(2 * stats.t.sf(abs(t), int(n[place]) - 1))
        found = doubted(found, doubt) if doubt and found.value is not None else found
        pairs.append(PairBias(elements=names, size=found, t=t, p_value=p_value, gap=float(gap[place])))
    seen = np.isfinite(size)
    chi_square = float(((size[seen] / error[seen]) ** 2).sum())
    df = int(seen.sum())
    return Interactions(
        facets=(one, other),
        pairs=tuple(pairs),
        chi_square=chi_square if df else None,
        df=df,
        p_value=float(stats.chi2.sf(chi_square, df)) if df else None,
    )


def _estimate(
    calibration: FacetCalibration, names: tuple[str, str], size: float, error: float, n: int, minimum: int
) -> Estimate:
    method = f"bias of {names[0]} with {names[1]}, persons at {calibration.of_persons}"
    if not np.isfinite(size):
        reason = f"all {n} rating(s) of this pair are in the lowest or in the highest category"
        return not_enough(n=n, method=method, source=SOURCE, reason=reason, level=calibration.level)
    return estimated(
        value=size,
        standard_error=error,
        interval=normal_interval(size, error, calibration.level),
        n=n,
        method=method,
        source=SOURCE,
        minimum=minimum,
        level=calibration.level,
        cases="ratings",
    )
