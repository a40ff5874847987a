"""Shewhart, EWMA and CUSUM charts of standardised points: where each stands, and which points are out of control."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.control_charts.run_lengths import (
    CUSUM_SOURCE,
    EWMA_SOURCE,
    SHEWHART_SOURCE,
    cusum_run_length,
    ewma_run_length,
    shewhart_run_length,
)
from assess.psychometrics.responses import FloatArray, as_vector

Rule = Literal["shewhart", "ewma", "cusum"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ControlChart:
    """One chart.

    Attributes
    ----------
    rule
        Which.
    statistic
        One per point, in standard errors, signed; of a CUSUM the sum that is further out. NaN where there is no point.
    limit
        A point signals when its statistic lies further from 0.
    signals
        Places of the points that do.
    run_length
        Average number of points to a false signal.
    method, source
        In words, and the publication.
    """

    rule: Rule
    statistic: FloatArray
    limit: float
    signals: tuple[int, ...]
    run_length: float
    method: str
    source: str


def shewhart(z: npt.ArrayLike, *, limit: float = 3.0) -> ControlChart:
    """Each point by itself: a sudden, large change is seen at once.

    Parameters
    ----------
    z
        Points in standard errors from the centre, in the order of time; NaN = no point.

    Examples
    --------
    >>> shewhart([0.2, float("nan"), -3.4]).signals
    (2,)
    """
    points = as_vector(z, name="points")
    return _chart("shewhart", points, limit, shewhart_run_length(limit), f"Shewhart chart, |z| > {limit:.2f}")


def ewma(z: npt.ArrayLike, *, weight: float = 0.2, limit: float = 2.962) -> ControlChart:
    """An exponentially weighted moving average: a small change that lasts is seen after some points.

    Parameters
    ----------
    z
        As in `shewhart`; a missing point leaves the average where it was.
    weight
        Of the newest point.
    limit
        In standard errors of the average once it has settled.

    Examples
    --------
    >>> ewma([1.5] * 6).signals
    (4, 5)
    """
    points = as_vector(z, name="points")
    average, found = 0.0, np.full(len(points), np.nan)
    settled = float(np.sqrt(weight / (2 - weight)))
    for place in np.flatnonzero(np.isfinite(points)):
        average = weight * float(points[place]) + (1 - weight) * average
        found[place] = average / settled
    run_length = ewma_run_length(weight, limit)
    return _chart("ewma", found, limit, run_length, f"EWMA chart, weight {weight:g}, limit {limit:.2f}")


def cusum(z: npt.ArrayLike, *, reference: float = 0.5, decision: float = 5.0) -> ControlChart:
    """Two cumulative sums: a change of about twice `reference` that lasts is found in the fewest points.

    Parameters
    ----------
    z
        As in `shewhart`; a missing point leaves the sums where they were.

    Examples
    --------
    >>> cusum([1.5] * 6).signals
    (5,)
    """
    points = as_vector(z, name="points")
    up = down = 0.0
    found = np.full(len(points), np.nan)
    for place in np.flatnonzero(np.isfinite(points)):
        up = max(0.0, up + float(points[place]) - reference)
        down = max(0.0, down - float(points[place]) - reference)
        found[place] = up if up >= down else -down
    method = f"CUSUM chart, reference {reference:g}, decision interval {decision:.2f}"
    return _chart("cusum", found, decision, cusum_run_length(reference, decision), method)


SOURCES: dict[Rule, str] = {"shewhart": SHEWHART_SOURCE, "ewma": EWMA_SOURCE, "cusum": CUSUM_SOURCE}


def _chart(rule: Rule, statistic: FloatArray, limit: float, run_length: float, method: str) -> ControlChart:
    with np.errstate(invalid="ignore"):
        signals = np.flatnonzero(np.abs(statistic) > limit)
    return ControlChart(
        rule=rule,
        statistic=statistic,
        limit=limit,
        signals=tuple(int(place) for place in signals),
        run_length=run_length,
        method=method,
        source=SOURCES[rule],
    )
