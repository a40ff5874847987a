"""A battery whose books balance: what goes in, what comes out, what is lost, and how much is stored.

The model holds energy, not chemistry. Powers are W at the battery's direct-current terminals, energies Wh, states of
charge shares of the capacity from 0 to 1.

- **Charging** at P stores η_c·P, **discharging** at P takes P/η_d out of the store; what is between is lost as heat.
- **Limits**: a largest power each way; the store stays between a lowest and a highest state of charge. A caller may
  stop earlier (a reserve, a ceiling), never later.
- **Taper**: from a state of charge `taper_from` on, the battery accepts less, down to the share `taper_to` of its
  largest power when full: the constant-voltage phase of CC/CV charging, as a straight line over the state of charge.
  The differential equation of that line is solved exactly, so a step of an hour gives the same as 3600 steps of a
  second.
- **Temperature** derates both largest powers along a line through points, where a specification has such points.

Left out, and said: ageing, self-discharge, efficiency that changes with power, voltage that changes with state of
charge. Constant one-way efficiencies, limits of state of charge and limits of power are those of the simple battery of
SAM (DiOrio et al. 2015, NREL/TP-6A20-64641).
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

_HOUR = 3600.0
_TINY = 1e-9
"""Share of the capacity below which a distance to a limit is none."""

#: Typical of lithium iron phosphate: °C, share of the largest charging power, of the largest discharging power. A data
#: sheet's own points replace them.
LITHIUM_DERATING = (
    (-20.0, 0.0, 0.0),
    (-10.0, 0.0, 0.5),
    (0.0, 0.0, 1.0),
    (10.0, 1.0, 1.0),
    (45.0, 1.0, 1.0),
    (60.0, 0.0, 0.0),
)


@dataclass(frozen=True, kw_only=True)
class BatterySpec:
    """What a battery is.

    Attributes
    ----------
    capacity
        Wh between empty (0) and full (1).
    charge, discharge
        Largest powers in W.
    charge_efficiency, discharge_efficiency
        One way each, in (0, 1]; 0.97 each is a round trip of 94 %.
    soc_min, soc_max
        States of charge the maker allows.
    taper_from, taper_to
        State of charge from which less is accepted, and the share of `charge` accepted when full.
    derating
        Rising temperatures in °C with the shares of `charge` and `discharge` that are left; empty for none.

    Examples
    --------
    >>> BatterySpec(capacity=0, charge=1, discharge=1)
    Traceback (most recent call last):
    ValueError: A battery needs a capacity above 0 Wh, not 0 Wh.
    """

    capacity: float
    charge: float
    discharge: float
    charge_efficiency: float = 0.97
    discharge_efficiency: float = 0.97
    soc_min: float = 0.05
    soc_max: float = 0.95
    taper_from: float = 0.9
    taper_to: float = 0.05
    derating: tuple[tuple[float, float, float], ...] = ()

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise ValueError(problem)

    def _problems(self) -> Iterator[str]:
        if not 0 < self.capacity < math.inf:
            yield f"A battery needs a capacity above 0 Wh, not {self.capacity:g} Wh."
        if not (0 <= self.charge < math.inf and 0 <= self.discharge < math.inf):
            yield f"Powers are finite and not negative, not {self.charge:g} W and {self.discharge:g} W."
        if not (0 < self.charge_efficiency <= 1 and 0 < self.discharge_efficiency <= 1):
            yield "An efficiency is above 0 and at most 1."
        if not 0 <= self.soc_min <= self.soc_max <= 1:
            yield "States of charge rise from soc_min to soc_max, between 0 and 1."
        if not (0 <= self.taper_from < 1 and 0 < self.taper_to <= 1):
            yield "The taper begins below 1 and ends above 0."
        warmth = [celsius for celsius, _, _ in self.derating]
        shares = [share for _, *both in self.derating for share in both]
        if warmth != sorted(set(warmth)) or any(not 0 <= share <= 1 for share in shares):
            yield "Derating needs rising temperatures with shares between 0 and 1."


@dataclass(frozen=True)
class Flow:
    """What one step moved: Wh at the terminals, and for how many of its seconds the asked power flowed in full."""

    energy: float
    seconds: float


class Battery:
    """A battery in a state.

    Attributes
    ---------- stored Wh. taken, given, lost Wh at the terminals in and out since it began, and lost as heat. ``taken -
    given - lost`` is what `stored` has changed by.

    Examples
    --------
    >>> battery = Battery(BatterySpec(capacity=10_000, charge=5000, discharge=5000), soc=0.5)
    >>> battery.charge(2000, 3600).energy, battery.soc
    (2000.0, 0.694)
    >>> flow = battery.discharge(5000, 7200, floor=0.3)
    >>> round(flow.energy, 1), round(battery.soc, 3)
    (3821.8, 0.3)
    """

    def __init__(self, spec: BatterySpec, *, soc: float, celsius: float = 25.0) -> None:
        if not 0 <= soc <= 1:
            raise ValueError(f"A state of charge lies between 0 and 1, not at {soc:g}.")
        self.spec = spec
        self.celsius = celsius
        self.stored = soc * spec.capacity
        self.taken = self.given = self.lost = 0.0

    @property
    def soc(self) -> float:
        """State of charge, share of the capacity."""
        return self.stored / self.spec.capacity

    def accepts(self, *, ceiling: float = 1.0) -> float:
        """W that it takes at this moment; 0 at the ceiling."""
        top = min(ceiling, self.spec.soc_max)
        return 0.0 if self._reached(top * self.spec.capacity - self.stored) else self._accepted(self.stored)

    def offers(self, *, floor: float = 0.0) -> float:
        """W that it gives at this moment; 0 at the floor."""
        bottom = max(floor, self.spec.soc_min)
        return 0.0 if self._reached(self.stored - bottom * self.spec.capacity) else self._most_discharge()

    def charge(self, watts: float, seconds: float, *, ceiling: float = 1.0) -> Flow:
        """Offer it a power for a time; it takes what taper, limits and ceiling let it."""
        _check(watts, seconds)
        top = min(ceiling, self.spec.soc_max) * self.spec.capacity
        if watts == 0 or self._reached(top - self.stored):
            return Flow(0.0, 0.0)
        most, hours = self._most_charge(), seconds / _HOUR
        asked = min(watts, most)
        if asked == 0:
            return Flow(0.0, 0.0)
        efficiency = self.spec.charge_efficiency
        even = max(0.0, min(top, self._tapers_below(asked, most)) - self.stored) / (efficiency * asked)
        first = min(hours, even)
        energy = asked * first
        if first < hours:
            energy += self._tapered(self.stored + efficiency * energy, top, hours - first)
        stored = efficiency * energy
        self.taken += energy
        self.stored += stored
        self.lost += energy - stored
        return Flow(energy, first * _HOUR if asked == watts else 0.0)

    def discharge(self, watts: float, seconds: float, *, floor: float = 0.0) -> Flow:
        """Ask a power of it for a time; it gives that until its floor, and no more than its largest power."""
        _check(watts, seconds)
        bottom = max(floor, self.spec.soc_min) * self.spec.capacity
        asked = min(watts, self._most_discharge())
        if asked == 0 or self._reached(self.stored - bottom):
            return Flow(0.0, 0.0)
        hours = min(seconds / _HOUR, (self.stored - bottom) * self.spec.discharge_efficiency / asked)
        energy = asked * hours
        drawn = energy / self.spec.discharge_efficiency
        self.given += energy
        self.stored -= drawn
        self.lost += drawn - energy
        return Flow(energy, hours * _HOUR if asked == watts else 0.0)

    def _reached(self, distance: float) -> bool:
        return distance <= _TINY * self.spec.capacity

    def _most_charge(self) -> float:
        return self.spec.charge * self._share(1)

    def _most_discharge(self) -> float:
        return self.spec.discharge * self._share(2)

    def _share(self, column: int) -> float:
        points = self.spec.derating
        if not points:
            return 1.0
        if self.celsius <= points[0][0]:
            return points[0][column]
        for low, high in itertools.pairwise(points):
            if self.celsius <= high[0]:
                return low[column] + (high[column] - low[column]) * (self.celsius - low[0]) / (high[0] - low[0])
        return points[-1][column]

    def _slope(self) -> float:
        """Share of the largest power that one Wh more costs in the taper."""
        return (1 - self.spec.taper_to) / ((1 - self.spec.taper_from) * self.spec.capacity)

    def _accepted(self, stored: float) -> float:
        into = max(0.0, stored - self.spec.taper_from * self.spec.capacity)
        return self._most_charge() * (1 - self._slope() * into)

    def _tapers_below(self, asked: float, most: float) -> float:
        """Wh stored up to which this power is still accepted."""
        begins = self.spec.taper_from * self.spec.capacity
        slope = self._slope()
        return begins + (1 - asked / most) / slope if slope else math.inf

    def _tapered(self, stored: float, top: float, hours: float) -> float:
        """Wh taken in the taper: the accepted power falls as exp(-rate·t), until the top is reached."""
        if self._reached(top - stored):
            return 0.0
        power, slope = self._accepted(stored), self._slope()
        rate = self.spec.charge_efficiency * self._most_charge() * slope
        gained = min(top - stored, -power * math.expm1(-rate * hours) / (self._most_charge() * slope))
        return gained / self.spec.charge_efficiency


def _check(watts: float, seconds: float) -> None:
    if not (0 <= watts < math.inf and 0 <= seconds < math.inf):
        raise ValueError(f"Power and time are finite and not negative, not {watts:g} W for {seconds:g} s.")
