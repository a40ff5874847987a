"""The base period as numbers, points against it, and which of them raise an alarm.

The limits are chosen by how often they would be wrong: with m charts of a quantity, all of them together raise a false alarm
in about one look of twenty, and a single chart not more often than the classical three-sigma chart does.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assess.psychometrics.control_charts import (
    Base,
    ControlChart,
    Standardised,
    adjusted_point,
    base_of_means,
    correlation_point,
    cusum,
    cusum_limit,
    ewma,
    ewma_limit,
    mean_point,
    robust_points,
    share_point,
    shewhart,
    shewhart_limit,
    shewhart_run_length,
)
from assess.validity.monitoring.measures import Tally, added, correlation, mean_and_variance
from assess.validity.monitoring.quantities import Chart, Quantity, chart_of

FALSE_ALARMS = 0.05
"""So many looks in which all charts of a quantity together raise a false alarm."""
CLASSICAL = shewhart_run_length(3.0)
RULES = 2
"""Each chart is read by two rules; their runs are doubled so that both together run as long as one."""
WEIGHT = 0.2
REFERENCE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of all charts of one quantity: how many there are, and the limits of both rules."""

    charts: int
    shewhart: float
    second: float

    @classmethod
    def of(cls, quantity: Quantity, charts: int) -> "Limits":
        """The limits that give the wanted run.

        >>> from assess.validity.monitoring.quantities import QUANTITIES
        >>> Limits.of(QUANTITIES[3], 3).shewhart, Limits.of(QUANTITIES[3], 3).second
        (3.205, 3.092)
        """
        run = RULES * max(CLASSICAL, charts / FALSE_ALARMS)
        slow = ewma_limit(WEIGHT, run) if quantity.second == "ewma" else cusum_limit(REFERENCE, run)
        return cls(charts=charts, shewhart=round(shewhart_limit(run), 3), second=round(slow, 3))


@dataclass(frozen=True, kw_only=True)
class Usual:
    """A base period: every chart's tallies block by block, the limits of every quantity (kind/name), assessors' severity."""

    tallies: Mapping[str, tuple[Tally, ...]]
    limits: Mapping[str, Limits]
    severities: Mapping[str, float]

    @classmethod
    def of(cls, blocks: Sequence[Mapping[str, Tally]], severities: Mapping[str, float]) -> "Usual":
        """From the tallies of each block (and of the pool of all, of what is watched in pools)."""
        found: dict[str, tuple[Tally, ...]] = {}
        for block in blocks:
            for key, tally in block.items():
                found[key] = (*found.get(key, ()), tally)
        charts: dict[str, int] = {}
        for key in found:
            charts[_family(key)] = charts.get(_family(key), 0) + 1
        limits = {name: Limits.of(chart_of(f"{name}/").quantity, count) for name, count in sorted(charts.items())}
        return cls(tallies=dict(sorted(found.items())), limits=limits, severities=dict(severities))

    def document(self) -> dict[str, Any]:
        """As a base period keeps it."""
        return {
            "tallies": {key: [list(tally) for tally in own] for key, own in self.tallies.items()},
            "limits": {
                name: {"charts": one.charts, "shewhart": one.shewhart, "second": one.second}
                for name, one in self.limits.items()
            },
            "severities": dict(self.severities),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Usual":
        """Read what `document` wrote."""
        return cls(
            tallies={key: tuple(tuple(tally) for tally in own) for key, own in document["tallies"].items()},
            limits={name: Limits(**one) for name, one in document["limits"].items()},
            severities=document["severities"],
        )

    def limits_of(self, chart: Chart) -> Limits:
        """The limits of a chart; of a quantity that the base period never saw, those of a single chart."""
        return self.limits.get(_family(chart.key)) or Limits.of(chart.quantity, 1)

    def centre_of(self, chart: Chart) -> float | None:
        """What is usual on a chart; None where the base period never saw it."""
        own = self.tallies.get(chart.key)
        if own is None:
            return None
        whole = _whole(own)
        if chart.quantity.how == "correlation":
            value = correlation(whole)
            return value if math.isfinite(value) else None
        if chart.quantity.how == "adjusted":
            return 0.0
        return logit(whole) if chart.quantity.how == "robust" else mean_and_variance(whole)[0]

    def spread_of(self, chart: Chart) -> Base | None:
        """Centre and spread of a chart whose points are means."""
        own = self.tallies.get(chart.key, ())
        figures = [(*mean_and_variance(tally), tally[0]) for tally in own]
        return base_of_means(*zip(*figures, strict=True)) if figures else None


def points(usual: Usual, block: Mapping[str, Tally]) -> dict[str, Standardised]:
    """Every chart's point of one block, against the base period."""
    found: dict[str, Standardised] = {}
    items = [key for key in block if chart_of(key).quantity.how == "robust"]
    for key, tally in block.items():
        chart = chart_of(key)
        if chart.quantity.how != "robust":
            found[key] = _point(usual, chart, tally)
    if items:
        own = [_whole(usual.tallies.get(key, ((0.0, 0.0, 0.0),))) for key in items]
        difficulty = robust_points(
            [logit(block[key]) for key in items],
            [logit(tally) for tally in own],
            [math.hypot(logit_error(block[key]), logit_error(tally)) for key, tally in zip(items, own, strict=True)],
            [int(block[key][0]) for key in items],
            [int(tally[0]) for tally in own],
        )
        found |= dict(zip(items, difficulty, strict=True))
    return found


def _point(usual: Usual, chart: Chart, tally: Tally) -> Standardised:
    n, fewest = int(tally[0]), chart.quantity.fewest
    base = usual.tallies.get(chart.key, ())
    if chart.quantity.how == "share":
        whole = _whole(base) if base else (0.0, 0.0, 0.0)
        return share_point(tally[1], n, whole[1], int(whole[0]), fewest=fewest)
    if chart.quantity.how == "correlation":
        whole = _whole(base) if base else (0.0,) * 6
        known = correlation(whole) if base else float("nan")
        return correlation_point(correlation(tally), n, known, int(whole[0]), fewest=fewest)
    if chart.quantity.how == "adjusted":
        whole = _whole(base) if base else (0.0,) * 6
        return adjusted_point(tally, whole, fewest=fewest, fewest_base=2 * fewest)
    mean, spread = mean_and_variance(tally)[0], usual.spread_of(chart)
    return mean_point(mean, n, spread, fewest=fewest, fewest_base=2 * fewest)


def logit(tally: Tally) -> float:
    """Difficulty in logits of the share of points earned; half a case is added to both sides, so that it always exists.

    >>> round(logit((10.0, 10.0, 10.0)), 3)
    -3.045
    """
    n, earned = tally[:2]
    return math.log((n - earned + 0.5) / (earned + 0.5)) if n else float("nan")


def logit_error(tally: Tally) -> float:
    """Standard error of `logit`, by the delta method; NaN where nothing varies.

    >>> round(logit_error((100.0, 50.0, 50.0)), 3)
    0.201
    """
    n = tally[0]
    if n < 2:
        return float("nan")
    mean, variance = mean_and_variance(tally)
    return math.sqrt(variance / n) / (mean * (1 - mean)) if 0 < mean < 1 and variance > 0 else float("nan")


def charts_over(usual: Usual, chart: Chart, z: Sequence[float | None]) -> tuple[ControlChart, ControlChart]:
    """Both rules over the points of a chart, in the order of time; None = not enough evidence for a point."""
    limits = usual.limits_of(chart)
    series = [float("nan") if one is None else one for one in z]
    if chart.quantity.second == "ewma":
        slow = ewma(series, weight=WEIGHT, limit=limits.second)
    else:
        slow = cusum(series, reference=REFERENCE, decision=limits.second)
    return shewhart(series, limit=limits.shewhart), slow


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A point out of control, by which rule, and where the rule's statistic stands."""

    place: int
    rule: str
    statistic: float
    limit: float


def first_signal(usual: Usual, chart: Chart, z: Sequence[float | None]) -> Signal | None:
    """The first point out of control; where both rules see the same one, the plainer rule."""
    found = [
        Signal(place=one.signals[0], rule=one.rule, statistic=float(one.statistic[one.signals[0]]), limit=one.limit)
        for one in charts_over(usual, chart, z)
        if one.signals
    ]
    return min(found, key=lambda one: one.place, default=None)


RULE_WORDS = {
    "shewhart": "this point alone lies beyond its limits",
    "ewma": "the points drift slowly: their weighted average lies beyond its limits",
    "cusum": "the points keep to one side: their sum lies beyond its limits",
}


def sentence(chart: Chart, centre: float | None, point: Standardised, signal: Signal) -> str:
    """The alarm in words: value, what is usual, cases, rule, and what to look at."""
    unit = f" {chart.quantity.unit}" if chart.quantity.unit else ""
    value = "–" if point.value is None else written(point.value)
    usual = "" if centre is None else f", usually {written(centre)}"
    if chart.quantity.how == "adjusted":
        usual = ""
    return (
        f"{chart.quantity.words[0].upper()}{chart.quantity.words[1:]}: {value}{unit}{usual} (n = {point.n}); "
        f"{RULE_WORDS[signal.rule]} ({abs(signal.statistic):.2f} against {signal.limit:.2f} standard errors). "
        f"{chart.quantity.remedy}"
    )


def written(value: float) -> str:
    """A value with as many places as help.

    >>> written(61.234), written(-0.0523)
    ('61.2', '−0.052')
    """
    places = 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:.{places}f}".replace("-", "−")


def _whole(own: Sequence[Tally]) -> Tally:
    whole = own[0]
    for tally in own[1:]:
        whole = added(whole, tally)
    return whole


def _family(key: str) -> str:
    kind, name, _ = key.split("/", 2)
    return f"{kind}/{name}"
