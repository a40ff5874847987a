"""Placing item parameters of one calibration on the scale of another through the items they share, by moments."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.equating.item_curves import ItemParameters
from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, normal_interval, not_enough

# Kolen & Brennan (2014), ch. 8: an anchor of at least a fifth of the test; below five items one item moves a line
MINIMUM_ANCHORS = 5
MOMENT_SOURCE = (
    "Loyd & Hoover (1980), Journal of Educational Measurement 17, 179–193 (mean/mean); Marco (1977), the same 14, "
    "139–160 (mean/sigma); Mislevy & Bock (1990), BILOG 3 (mean/geometric mean)"
)

Coefficients = tuple[float, float]
Rule = Callable[[ItemParameters, ItemParameters], Coefficients]
Covariances = tuple[npt.ArrayLike, npt.ArrayLike]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Linking:
    """θ of Y = slope·θ of X + intercept, from the items that X and Y share.

    Attributes
    ----------
    slope, intercept
        None when there is not enough evidence.
    covariance
        Sampling covariance of (slope, intercept), 2 × 2; None when it cannot be computed.
    n
        Shared items.
    sufficient, reason
        The verdict; `reason` is a sentence and never empty when the verdict is negative.
    """

    slope: float | None
    intercept: float | None
    covariance: FloatArray | None
    level: float = LEVEL
    n: int
    minimum: int = MINIMUM_ANCHORS
    method: str
    source: str
    sufficient: bool
    reason: str = ""

    def estimates(self) -> tuple[Estimate, Estimate]:
        """Slope and intercept with standard error and interval."""
        found = []
        for k, (value, name) in enumerate(((self.slope, "slope"), (self.intercept, "intercept"))):
            method = f"{self.method}, {name}"
            if value is None or self.covariance is None:
                reason = self.reason or "the standard error cannot be computed"
                found.append(not_enough(n=self.n, method=method, source=self.source, reason=reason, level=self.level))
                continue
            se = float(np.sqrt(self.covariance[k, k]))
            interval = normal_interval(value, se, self.level)
            estimate = estimated(
                value=value,
                standard_error=se,
                interval=interval,
                n=self.n,
                method=method,
                source=self.source,
                minimum=self.minimum,
                level=self.level,
                cases="shared items",
            )
            found.append(estimate if self.sufficient or not estimate.sufficient else doubted(estimate, self.reason))
        return found[0], found[1]

    def applied(self, items: ItemParameters) -> ItemParameters:
        """Items of X on the scale of Y.

        Raises
        ------
        ResponseError
            `not_linked` when there is no line.
        """
        if self.slope is None or self.intercept is None:
            raise ResponseError("not_linked", f"{self.method}: {self.reason}")
        return items.transformed(self.slope, self.intercept)


def mean_mean(
    x: ItemParameters,
    y: ItemParameters,
    *,
    geometric: bool = False,
    covariance: Covariances | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_ANCHORS,
) -> Linking:
    r"""Mean/mean linking: slope = mean(a_X)/mean(a_Y), intercept = mean(b_Y) − slope·mean(b_X).

    Parameters
    ----------
    x, y
        The shared items in both calibrations, in the same order.
    geometric
        With geometric means of the discriminations (mean/geometric mean).
    covariance
        Sampling covariances of the parameters in each calibration, in the order all discriminations, then all
        difficulties item by item: the standard error is then by the delta method. Without it a jackknife over the
        shared items is used, which takes them for a sample of those that might have been shared.
    minimum
        Shared items for a positive verdict.

    Examples
    --------
    >>> from assess.psychometrics.equating.item_curves import item_parameters
    >>> x = item_parameters([1, 1.5, 1, 2, 1], [-1, 0, 1, 2, 0.5])
    >>> found = mean_mean(x, x.transformed(1.2, -0.3))
    >>> round(found.slope, 6), round(found.intercept, 6), found.sufficient
    (1.2, -0.3, True)
    """

    def rule(one: ItemParameters, other: ItemParameters) -> Coefficients:
        if geometric:
            slope = float(np.exp(np.log(one.discrimination).mean() - np.log(other.discrimination).mean()))
        else:
            slope = float(one.discrimination.mean() / other.discrimination.mean())
        return slope, float(np.nanmean(other.difficulty) - slope * np.nanmean(one.difficulty))

    name = "mean/geometric mean" if geometric else "mean/mean"
    return linked(rule, x, y, name, MOMENT_SOURCE, covariance, level, minimum)


def mean_sigma(
    x: ItemParameters,
    y: ItemParameters,
    *,
    covariance: Covariances | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_ANCHORS,
) -> Linking:
    """Mean/sigma linking: slope = SD(b_Y)/SD(b_X), intercept = mean(b_Y) − slope·mean(b_X).

    Parameters as for `mean_mean`; items with several points count with every threshold.
    """

    def rule(one: ItemParameters, other: ItemParameters) -> Coefficients:
        spread = float(np.nanstd(one.difficulty))
        slope = float(np.nanstd(other.difficulty)) / spread if spread > 1e-12 else np.nan
        return slope, float(np.nanmean(other.difficulty) - slope * np.nanmean(one.difficulty))

    return linked(rule, x, y, "mean/sigma", MOMENT_SOURCE, covariance, level, minimum)


def linked(
    rule: Rule,
    x: ItemParameters,
    y: ItemParameters,
    method: str,
    source: str,
    covariance: Covariances | None,
    level: float,
    minimum: int,
) -> Linking:
    """The answer of a rule, with its error and verdict."""
    _comparable(x, y)
    n = len(x)
    slope, intercept = rule(x, y) if n else (np.nan, np.nan)
    if not (np.isfinite(slope) and np.isfinite(intercept) and slope > 0):
        reason = "no shared items" if not n else f"the {n} shared item(s) do not determine a line of positive slope"
        return Linking(
            slope=None,
            intercept=None,
            covariance=None,
            level=level,
            n=n,
            minimum=minimum,
            method=method,
            source=source,
            sufficient=False,
            reason=reason,
        )
    spread = _jackknife(rule, x, y) if covariance is None else _delta(rule, x, y, covariance)
    reason = "" if n >= minimum else f"{n} shared items; at least {minimum} are needed"
    if not reason and spread is None:
        reason = "without one of the shared items there is no line, so its error is unknown; share more items"
    return Linking(
        slope=slope,
        intercept=intercept,
        covariance=spread,
        level=level,
        n=n,
        minimum=minimum,
        method=method,
        source=source,
        sufficient=not reason,
        reason=reason,
    )


def _comparable(x: ItemParameters, y: ItemParameters) -> None:
    if len(x) != len(y):
        raise ResponseError("names_do_not_fit", f"X has {len(x)} shared items, Y {len(y)}; give them in pairs")
    if x.curve != y.curve:
        raise ResponseError("not_a_model", f"X holds {x.curve} items, Y {y.curve}; calibrate both by one model")
    for item, (one, other) in enumerate(zip(x.maxima, y.maxima, strict=True), 1):
        if one != other:
            raise ResponseError("not_items", f"shared item {item} has {one} points on X and {other} on Y")


def _jackknife(rule: Rule, x: ItemParameters, y: ItemParameters) -> FloatArray | None:
    """Covariance of the coefficients over samples of shared items."""
    n = len(x)
    if n < 3:
        return None
    left = np.array([rule(x.chosen(kept), y.chosen(kept)) for kept in (np.delete(np.arange(n), j) for j in range(n))])
    deviation = left - left.mean(axis=0)
    spread = (n - 1) / n * deviation.T @ deviation
    return np.asarray(spread) if np.isfinite(spread).all() else None


def _delta(rule: Rule, x: ItemParameters, y: ItemParameters, covariance: Covariances) -> FloatArray:
    """Covariance of the coefficients by the delta method, derivatives by central differences."""
    total = np.zeros((2, 2))
    for moved, given in ((0, covariance[0]), (1, covariance[1])):
        own = (x, y)[moved]
        real = np.isfinite(own.difficulty)
        point = np.concatenate([own.discrimination, own.difficulty[real]])
        spread = np.asarray(given, dtype=np.float64)
        if spread.shape != (len(point), len(point)):
            sentence = f"a covariance of {spread.shape} for {len(point)} parameters of form {'XY'[moved]}"
            raise ResponseError("names_do_not_fit", sentence)
        gradient = np.empty((2, len(point)))
        for j in range(len(point)):
            ends = []
            for sign in (1.0, -1.0):
                near = point.copy()
                near[j] += sign * 1e-4
                places = own.difficulty.copy()
                places[real] = near[len(own) :]
                forms = [x, y]
                forms[moved] = ItemParameters(near[: len(own)], places, own.guessing, own.curve, own.scaling)
                ends.append(rule(forms[0], forms[1]))
            gradient[:, j] = (np.array(ends[0]) - np.array(ends[1])) / 2e-4
        total += gradient @ spread @ gradient.T
    return total
