"""A blower-door test: how leaky a building is, from pressures and flows of a fan, with what makes such a test valid.

The leak follows Q = C·ΔPⁿ; C and n come from a straight line through the logarithms. Method, corrections and validity:
ISO 9972:2015 (clauses 5.3, 6 and annex C, the interval). What is not met is said, and a figure from fewer points than a line with
an interval needs is not given at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from simulator_adapters.energy.figures import Figure

M3H_OF_CFM = 1.69901079552
"""Cubic metres an hour of a cubic foot a minute."""
FEWEST_POINTS = 5
HIGHEST_AT_LEAST = 50.0
LOWEST_AT_LEAST = 10.0
LARGEST_ZERO = 5.0
EXPONENT = (0.5, 1.0)
LEAST_FIT = 0.98
RANGES = {
    "pressure": (1.0, 200.0, "Pa"),
    "flow": (1.0, 200_000.0, "m³/h"),
    "zero-flow pressure": (-50.0, 50.0, "Pa"),
    "temperature inside": (-20.0, 50.0, "°C"),
    "temperature outside": (-50.0, 55.0, "°C"),
    "volume": (10.0, 1_000_000.0, "m³"),
}
STANDARD_KELVIN = 293.15


class BlowerDoorError(ValueError):
    """A record that can't be a blower-door test: which entry, what is wrong, what is allowed."""

    code = "bad_blower_door"


@dataclass(frozen=True, kw_only=True)
class Point:
    """One setting of the fan: pressure between inside and outside as read (Pa) and flow through the fan (m³/h), both as amounts."""

    pressure: float
    flow: float


@dataclass(frozen=True, kw_only=True)
class Tightness:
    """What a test says.

    Attributes
    ----------
    exponent, coefficient
        n, and C in m³/(h·Paⁿ) at standard conditions.
    flow_50
        Leak at 50 Pa, m³/h; None when the points carry no line.
    changes_50
        The same as air changes an hour (n50, ACH50).
    cfm_50
        The same in cubic feet a minute.
    r_squared
        Of the line through the logarithms.
    objections
        What of the standard's conditions is not met, in sentences; empty for a valid test.
    """

    exponent: Figure | None
    coefficient: Figure | None
    flow_50: Figure | None
    changes_50: Figure | None
    cfm_50: Figure | None
    r_squared: float | None
    objections: tuple[str, ...]

    @property
    def valid(self) -> bool:
        """Whether every condition is met."""
        return not self.objections


def tightness(
    points: Sequence[Point],
    *,
    volume: float,
    zero_flow: tuple[float, float],
    inside: float,
    outside: float,
    depressurised: bool = True,
) -> Tightness:
    """Work out a test.

    Parameters
    ----------
    points
        At least two different pressures; a valid test has five and more.
    volume
        Of the building, m³.
    zero_flow
        Pressure without the fan before and after, Pa with sign.
    inside, outside
        Mean temperatures, °C.
    depressurised
        Whether the fan blew outwards.

    Raises
    ------
    BlowerDoorError
        A value outside its physical range, naming the point; fewer than two different pressures.

    Examples
    --------
    >>> points = [Point(pressure=p, flow=80 * p**0.65) for p in (60, 50, 40, 30, 20, 15)]
    >>> found = tightness(points, volume=250, zero_flow=(0, 0), inside=20, outside=20)
    >>> round(found.exponent.value, 3), round(found.changes_50.value, 2), found.valid
    (0.65, 4.07, True)
    """
    _check(points, volume, zero_flow, inside, outside)
    offset = (zero_flow[0] + zero_flow[1]) / 2 * (1 if not depressurised else -1)
    pressure = np.array([point.pressure for point in points]) - offset
    if (pressure <= 0).any():
        raise BlowerDoorError(
            "The pressure without the fan is as large as one with it. Wait for less wind and test again."
        )
    # The fan's reading holds for the air that goes through it; the leak is the same mass at the other side's temperature.
    through, leaking = (inside, outside) if depressurised else (outside, inside)
    ratio = (leaking + 273.15) / (through + 273.15)
    flow = np.array([point.flow for point in points]) * ratio
    if len(set(pressure.tolist())) < 2:
        raise BlowerDoorError("All pressures are the same; a test needs several, from about 60 Pa downwards.")
    line = stats.linregress(np.log(pressure), np.log(flow))
    objections = _objections(pressure, zero_flow, float(line.slope), float(line.rvalue) ** 2)
    if len(points) < FEWEST_POINTS - 1:
        return Tightness(
            exponent=None, coefficient=None, flow_50=None, changes_50=None, cfm_50=None, r_squared=None,
            objections=objections,
        )  # fmt: skip
    normal = (STANDARD_KELVIN / (leaking + 273.15)) ** (1 - float(line.slope))
    flow_50 = _predicted(pressure, flow, 50.0)
    at_one = _predicted(pressure, flow, 1.0)
    reach = float(stats.t.ppf(0.975, len(points) - 2)) * float(line.stderr)
    return Tightness(
        exponent=Figure(value=float(line.slope), low=float(line.slope) - reach, high=float(line.slope) + reach),
        coefficient=_times(at_one, normal),
        flow_50=flow_50,
        changes_50=_times(flow_50, 1 / volume),
        cfm_50=_times(flow_50, 1 / M3H_OF_CFM),
        r_squared=float(line.rvalue) ** 2,
        objections=objections,
    )


def _predicted(pressure: np.ndarray, flow: np.ndarray, at: float) -> Figure:
    """The line at a pressure, with the interval of its height there."""
    x, y = np.log(pressure), np.log(flow)
    line = stats.linregress(x, y)
    spread = ((x - x.mean()) ** 2).sum()
    residual = y - (line.intercept + line.slope * x)
    error = np.sqrt((residual**2).sum() / (len(x) - 2) * (1 / len(x) + (np.log(at) - x.mean()) ** 2 / spread))
    middle, reach = line.intercept + line.slope * np.log(at), stats.t.ppf(0.975, len(x) - 2) * error
    return Figure(value=float(np.exp(middle)), low=float(np.exp(middle - reach)), high=float(np.exp(middle + reach)))


def _times(figure: Figure, factor: float) -> Figure:
    return Figure(value=figure.value * factor, low=figure.low * factor, high=figure.high * factor)


def _check(
    points: Sequence[Point], volume: float, zero_flow: tuple[float, float], inside: float, outside: float
) -> None:
    if len(points) < 2:
        raise BlowerDoorError(f"{len(points)} points are no test; take at least {FEWEST_POINTS}.")
    given = [("volume", "volume", volume), ("temperature inside", "inside", inside)]
    given += [("temperature outside", "outside", outside)]
    given += [("zero-flow pressure", f"zero flow {n}", value) for n, value in enumerate(zero_flow, start=1)]
    for number, point in enumerate(points, start=1):
        given += [
            ("pressure", f"point {number}, pressure", point.pressure),
            ("flow", f"point {number}, flow", point.flow),
        ]
    for kind, name, value in given:
        low, high, unit = RANGES[kind]
        if not low <= value <= high:  # NaN too
            raise BlowerDoorError(f"{name}: {value:g} {unit} is outside {low:g} to {high:g} {unit}.")


def _objections(
    pressure: np.ndarray, zero_flow: tuple[float, float], exponent: float, r_squared: float
) -> tuple[str, ...]:
    found = []
    if len(pressure) < FEWEST_POINTS:
        found.append(f"{len(pressure)} points; at least {FEWEST_POINTS} are needed.")
    if pressure.max() < HIGHEST_AT_LEAST:
        found.append(f"The highest pressure is {pressure.max():.1f} Pa; it must reach {HIGHEST_AT_LEAST:g} Pa.")
    least = max(LOWEST_AT_LEAST, 5 * max(abs(zero) for zero in zero_flow))
    if pressure.min() < least:
        found.append(
            f"The lowest pressure is {pressure.min():.1f} Pa; with this wind it must be at least {least:g} Pa."
        )
    if max(abs(zero) for zero in zero_flow) > LARGEST_ZERO:
        largest = max(abs(zero) for zero in zero_flow)
        found.append(f"Without the fan the pressure reaches {largest:g} Pa; {LARGEST_ZERO:g} Pa is the most.")
    if not EXPONENT[0] <= exponent <= EXPONENT[1]:
        found.append(f"The exponent is {exponent:.3f}; leaks give 0.5 to 1. Look for a reading that was mistaken.")
    if r_squared < LEAST_FIT:
        found.append(f"The points lie badly on a line (r² = {r_squared:.3f}); at least {LEAST_FIT:g} is needed.")
    return tuple(found)
