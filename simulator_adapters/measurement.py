"""One measured value with all that makes it evidence, and the verdict its limits give.

The verdict follows one rule everywhere. The value is rounded to its declared places first. With an expanded uncertainty
*U* the limits get a guard band: PASS only if the value clears them by *U*, FAIL only if it misses them by more than
*U*, MARGINAL between (a person decides). A value that is not OK has no verdict.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from simulator_adapters.quantities import canonical_unit, round_to

_ZERO = Decimal(0)


class Status(StrEnum):
    """What the instrument said about its own value."""

    OK = "OK"
    OVERRANGE = "OVERRANGE"
    NOT_IMPL = "NOT_IMPL"
    TIMEOUT = "TIMEOUT"
    STALE = "STALE"
    BAD_QUALITY = "BAD_QUALITY"
    OPERATOR = "OPERATOR"


class Verdict(StrEnum):
    """What the limits say about the value."""

    PASS = "PASS"
    MARGINAL = "MARGINAL"
    FAIL = "FAIL"
    UNSET = "UNSET"


class Method(StrEnum):
    """How the value came into the record."""

    AUTO = "auto"
    MANUAL = "manual"
    PHOTO = "photo"


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """The device that measured; an engine counts as one and names its version as firmware."""

    id: str
    serial: str
    firmware: str = ""
    calibration_due: date | None = None
    calibration_certificate: str = ""

    def in_calibration_on(self, day: date) -> bool | None:
        """Whether calibration held on that day; None when the instrument needs or states none."""
        return None if self.calibration_due is None else day <= self.calibration_due


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Closed limits in the measurement's unit; marginal limits lie inside them and send a pass to a person.

    Examples
    --------
    >>> zs = Limits(high=Decimal("1.37"))
    >>> [zs.judge(Decimal(v), uncertainty=Decimal("0.02")).value for v in ("1.35", "1.36", "1.39", "1.40")]
    ['PASS', 'MARGINAL', 'MARGINAL', 'FAIL']
    """

    low: Decimal | None = None
    high: Decimal | None = None
    marginal_low: Decimal | None = None
    marginal_high: Decimal | None = None

    def __post_init__(self) -> None:
        stated = [x for x in (self.low, self.marginal_low, self.marginal_high, self.high) if x is not None]
        if stated != sorted(stated):
            raise ValueError(f"Limits are out of order: {', '.join(map(str, stated))} should rise from low to high.")

    def judge(self, value: Decimal, uncertainty: Decimal = _ZERO) -> Verdict:
        """Compare a value, already rounded, with the limits and their guard band."""
        if self.low is None and self.high is None:
            return Verdict.UNSET
        above = self.low is None or value + uncertainty >= self.low
        below = self.high is None or value - uncertainty <= self.high
        if not (above and below):
            return Verdict.FAIL
        clear_low = self.low is None or value - uncertainty >= self.low
        clear_high = self.high is None or value + uncertainty <= self.high
        inner_low = self.marginal_low is None or value >= self.marginal_low
        inner_high = self.marginal_high is None or value <= self.marginal_high
        return Verdict.PASS if clear_low and clear_high and inner_low and inner_high else Verdict.MARGINAL


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A named value with unit, limits, instrument and clocks. Build one with `measure`, which rounds and judges.

    Attributes
    ----------
    value
        Rounded to `places`, None unless `status` is OK or OPERATOR.
    unit
        UCUM code out of the unit table.
    uncertainty
        Expanded uncertainty *U* in the same unit, None when unknown.
    raw_ref
        Where the raw evidence lies: a trace line, a register block, a file digest.
    t_device, t_host_monotonic, t_server
        The instrument's own clock, the host's monotonic clock in nanoseconds, the server's clock on arrival.
    """

    name: str
    value: Decimal | None
    unit: str
    places: int
    status: Status
    verdict: Verdict
    sequence: int
    t_host_monotonic: int
    t_device: datetime | None = None
    t_server: datetime | None = None
    uncertainty: Decimal | None = None
    limits: Limits = Limits()
    instrument: Instrument
    method: Method = Method.AUTO
    raw_ref: str = ""
    sentence: str = ""

    def __post_init__(self) -> None:
        if canonical_unit(self.unit).code != self.unit:
            raise ValueError(f"{self.name}: write the unit {self.unit!r} as {canonical_unit(self.unit).code!r}.")
        if (self.value is None) == (self.status in (Status.OK, Status.OPERATOR)):
            raise ValueError(f"{self.name}: a value is given if and only if the status is OK or OPERATOR.")
        if self.value is not None and self.value != round_to(self.value, self.places):
            raise ValueError(f"{self.name}: {self.value} has more than {self.places} decimal places.")
        if self.uncertainty is not None and self.uncertainty < 0:
            raise ValueError(f"{self.name}: the uncertainty {self.uncertainty} is negative.")
        if self.verdict is not _verdict(self.value, self.limits, self.uncertainty):
            raise ValueError(f"{self.name}: the verdict {self.verdict} doesn't follow from value and limits.")


def measure(
    *,
    name: str,
    value: Decimal | None,
    unit: str,
    places: int,
    sequence: int,
    t_host_monotonic: int,
    instrument: Instrument,
    status: Status = Status.OK,
    limits: Limits = Limits(),
    uncertainty: Decimal | None = None,
    t_device: datetime | None = None,
    method: Method = Method.AUTO,
    raw_ref: str = "",
    sentence: str = "",
) -> Measurement:
    """Round a value to its places, judge it, and hold it with its evidence.

    Raises
    ------
    UnknownUnit
        When the unit is not in the table.
    ValueError
        When value and status contradict each other.
    """
    rounded = None if value is None else round_to(value, places)
    return Measurement(
        name=name,
        value=rounded,
        unit=canonical_unit(unit).code,
        places=places,
        status=status,
        verdict=_verdict(rounded, limits, uncertainty),
        sequence=sequence,
        t_host_monotonic=t_host_monotonic,
        t_device=t_device,
        uncertainty=uncertainty,
        limits=limits,
        instrument=instrument,
        method=method,
        raw_ref=raw_ref,
        sentence=sentence,
    )


def _verdict(value: Decimal | None, limits: Limits, uncertainty: Decimal | None) -> Verdict:
    return Verdict.UNSET if value is None else limits.judge(value, uncertainty or _ZERO)
