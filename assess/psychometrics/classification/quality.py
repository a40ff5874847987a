"""The figures every classification method answers with, and their bootstrap."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import Estimate, doubted, estimated, not_enough

MINIMUM_PERSONS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionQuality:
    """What one cut does with measurement error.

    Attributes
    ----------
    accuracy
        Share of persons classified as their true score would classify them.
    consistency
        Share classified alike by two independent, equivalent administrations.
    kappa
        Consistency beyond chance.
    false_pass, false_fail
        Share of all persons who pass with a true score below the cut, and the reverse; accuracy is the rest.
    pass_rate
        Share who pass under the model.
    """

    accuracy: Estimate
    consistency: Estimate
    kappa: Estimate
    false_pass: Estimate
    false_fail: Estimate
    pass_rate: Estimate


@dataclass(frozen=True, slots=True)
class Figures:
    """The same as bare numbers, inside the methods."""

    false_pass: float
    false_fail: float
    consistency: float
    pass_rate: float

    def row(self) -> list[float]:
        """In the order of `DecisionQuality`."""
        chance = self.pass_rate**2 + (1 - self.pass_rate) ** 2
        kappa = (self.consistency - chance) / (1 - chance) if chance < 1 - 1e-12 else float("nan")
        accuracy = 1 - self.false_pass - self.false_fail
        return [accuracy, self.consistency, kappa, self.false_pass, self.false_fail, self.pass_rate]


NAMES = ("accuracy", "consistency", "kappa", "false_pass", "false_fail", "pass_rate")
LABELS = (
    "classification accuracy",
    "decision consistency",
    "kappa of the decision",
    "false passes",
    "false fails",
    "pass rate under the model",
)


def bootstrapped(
    figures: Figures,
    again: Callable[[np.random.Generator], Figures | None],
    *,
    n: int,
    method: str,
    source: str,
    level: float,
    needed: int,
    seed: int,
    resamples: int,
    doubt: str = "",
) -> DecisionQuality:
    """Standard errors and percentile intervals from `resamples` repetitions of the whole computation."""
    rng = np.random.default_rng(seed)
    rows = [drawn.row() for drawn in (again(rng) for _ in range(resamples)) if drawn is not None]
    table = np.array(rows, dtype=np.float64).reshape(-1, len(NAMES))
    estimates = {}
    for column, (name, label) in enumerate(zip(NAMES, LABELS, strict=True)):
        drawn = table[:, column][np.isfinite(table[:, column])]
        own = f"{label}, {method}"
        if len(drawn) < resamples / 2:
            reason = "the method has no solution in most resamples of these persons"
            estimates[name] = not_enough(n=n, method=own, source=source, reason=reason, level=level)
            continue
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
        estimate = estimated(
            value=figures.row()[column],
            standard_error=float(drawn.std(ddof=1)),
            interval=(float(low), float(high)),
            n=n,
            method=own,
            source=source,
            minimum=needed,
            level=level,
        )
        estimates[name] = doubted(estimate, doubt) if doubt and estimate.value is not None else estimate
    return DecisionQuality(**estimates)


def no_quality(*, n: int, method: str, source: str, reason: str, level: float) -> DecisionQuality:
    """Not enough evidence for any of the figures."""
    return DecisionQuality(
        **{
            name: not_enough(n=n, method=f"{label}, {method}", source=source, reason=reason, level=level)
            for name, label in zip(NAMES, LABELS, strict=True)
        }
    )


def known_reliability(reliability: Estimate | float) -> Estimate:
    """A bare number as an estimate without uncertainty: whoever gives a number vouches for it.

    Raises
    ------
    ResponseError
        `not_a_reliability` for a number that is not finite.

    Examples
    --------
    >>> known_reliability(0.8).standard_error
    0.0
    """
    if isinstance(reliability, Estimate):
        return reliability
    if not math.isfinite(reliability):
        raise ResponseError("not_a_reliability", f"the reliability is {reliability}; it must lie between 0 and 1")
    value = float(reliability)
    return Estimate(
        value=value,
        standard_error=0.0,
        interval=(value, value),
        n=0,
        method="reliability as given",
        source="given",
        sufficient=True,
    )


def drawn_reliability(reliability: Estimate, rng: np.random.Generator) -> float:
    """A reliability as uncertain as the estimate: log(1 − r) is close to normal (Bonett 2002, JEBS 27, 335–340)."""
    if reliability.value is None or reliability.standard_error is None:
        raise ValueError("a reliability without a value cannot be drawn from")
    rest = max(1 - reliability.value, 1e-12)
    return float(1 - rest * np.exp(rng.normal() * reliability.standard_error / rest))


def resampled(values: FloatArray, rng: np.random.Generator) -> FloatArray:
    """As many persons, drawn with replacement."""
    return values[rng.integers(len(values), size=len(values))]
