"""What every method here answers with: a value, how sure it is, and whether that is enough to act on.

`sufficient` says that the estimate exists and that its interval can be trusted at this number of persons. Whether the
interval is *narrow* enough for a purpose is for the purpose to say, since the interval is there to be read.
"""

import math
from dataclasses import dataclass, replace

from scipy import special

LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One estimated quantity.

    Attributes
    ----------
    value, standard_error
        The estimate and its standard error; both None when there is not enough evidence to compute them.
    interval
        Lower and upper limit at `level`.
    n
        How many cases the estimate uses (persons unless `method` says otherwise).
    method, source
        What was computed, in words, and the publication that defines it.
    sufficient, reason
        The verdict; `reason` is a sentence and never empty when the verdict is negative.

    Raises
    ------
    ValueError
        When the parts contradict each other: a value without its standard error and interval, a number that is not
        finite, a negative verdict without its reason.
    """

    value: float | None
    standard_error: float | None
    interval: tuple[float, float] | None
    level: float = LEVEL
    n: int
    method: str
    source: str
    sufficient: bool
    reason: str = ""

    def __post_init__(self) -> None:
        given = [part is not None for part in (self.value, self.standard_error, self.interval)]
        if any(given) and not all(given):
            raise ValueError(f"{self.method}: a value needs its standard error and its interval beside it")
        if self.value is None and self.sufficient:
            raise ValueError(f"{self.method}: an estimate without a value cannot be sufficient")
        if not self.sufficient and not self.reason:
            raise ValueError(f"{self.method}: an insufficient estimate must say why")
        numbers = [self.value, self.standard_error, *(self.interval or ())]
        if not all(number is None or math.isfinite(number) for number in numbers):
            raise ValueError(f"{self.method}: {numbers} are not all finite")

    def in_words(self, places: int = 2) -> str:
        """The estimate as a sentence part for reports.

        >>> in_thirty = Estimate(value=0.5, standard_error=0.1, interval=(0.3, 0.7), n=30, method="m", source="s", sufficient=True)
        >>> in_thirty.in_words()
        '0.50 (95 % interval 0.30 to 0.70, n = 30)'
        >>> not_enough(n=3, method="m", source="s", reason="3 persons; 30 are needed").in_words()
        'not enough evidence: 3 persons; 30 are needed'
        """
        if self.value is None or self.interval is None:
            return f"not enough evidence: {self.reason}"
        low, high = self.interval
        interval = f"{100 * self.level:g} % interval {low:.{places}f} to {high:.{places}f}, n = {self.n}"
        if not self.sufficient:
            return f"not enough evidence: {self.reason} (indication only: {interval})"
        return f"{self.value:.{places}f} ({interval})"


def not_enough(*, n: int, method: str, source: str, reason: str, level: float = LEVEL) -> Estimate:
    """An answer without a number: there is not enough evidence, and why."""
    return Estimate(
        value=None,
        standard_error=None,
        interval=None,
        level=level,
        n=n,
        method=method,
        source=source,
        sufficient=False,
        reason=reason,
    )


def estimated(
    *,
    value: float,
    standard_error: float,
    interval: tuple[float, float],
    n: int,
    method: str,
    source: str,
    minimum: int,
    level: float = LEVEL,
    cases: str = "persons",
) -> Estimate:
    """An answer with numbers, sufficient when at least `minimum` cases stand behind it.

    Numbers that are not finite (a zero variance got through) become "not enough evidence".
    """
    if not all(math.isfinite(number) for number in (value, standard_error, *interval)):
        reason = "the data do not vary enough for the estimate to exist"
        return not_enough(n=n, method=method, source=source, reason=reason, level=level)
    return Estimate(
        value=float(value),
        standard_error=float(standard_error),
        interval=(float(interval[0]), float(interval[1])),
        level=level,
        n=int(n),
        method=method,
        source=source,
        sufficient=n >= minimum,
        reason="" if n >= minimum else f"{n} {cases}; at least {minimum} are needed",
    )


def doubted(estimate: Estimate, reason: str) -> Estimate:
    """The same numbers with a negative verdict; an earlier reason is kept in front."""
    return replace(estimate, sufficient=False, reason="; ".join(filter(None, [estimate.reason, reason])))


def two_sided(level: float) -> float:
    """The standard normal quantile of a two-sided interval.

    >>> round(two_sided(0.95), 4)
    1.96
    """
    return float(special.ndtri(0.5 + level / 2))


def normal_interval(value: float, se: float, level: float = LEVEL) -> tuple[float, float]:
    """value ± z·se."""
    reach = two_sided(level) * se
    return value - reach, value + reach
