"""PV modules and strings by their solved current–voltage curves (single-diode model).

A module is a chain of substrings, each with a bypass diode across it. A reversed module costs a string twice its voltage
(its own and the one it stands against), a missing one costs it once, and a shaded substring costs power but hardly any
open-circuit voltage: that is how a measurement at the string's ends tells them apart.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BOLTZMANN = 1.380649e-23
CHARGE = 1.602176634e-19
STANDARD_KELVIN = 298.15

_MOST_ROUNDS = 100
_STEEPEST = 200.0
_SMALL = 1e-10  # of a Newton step: what is left after it is its square


def thermal_volts(kelvin: float = STANDARD_KELVIN) -> float:
    """Thermal voltage k·T/q in volts.

    Examples
    --------
    >>> round(thermal_volts(), 6)
    0.025693
    """
    return BOLTZMANN * kelvin / CHARGE


@dataclass(frozen=True, kw_only=True)
class SingleDiode:
    """Cells in series by the five parameters of the single-diode model.

    Attributes
    ----------
    photocurrent, saturation_current
        Amperes.
    resistance_series, resistance_shunt
        Ohms, of all cells together.
    slope
        Modified ideality n·N·k·T/q in volts.

    Notes
    -----
    I = I_L − I_0·(exp(U/a) − 1) − U/R_sh with the diode voltage U = V + I·R_s. Current and terminal voltage are explicit in
    U, so that only U is solved for: Newton's method on a concave, falling function, which after its first step comes down
    on the root from one side (De Soto et al. 2006 for the parameters).
    """

    photocurrent: float
    saturation_current: float
    resistance_series: float
    resistance_shunt: float
    slope: float

    def current(self, volts: NDArray[Any] | float) -> Floats:
        """Amperes out of the positive terminal at terminal voltages; at more than `slope` × 200 it is cut there."""
        wanted = np.minimum(np.asarray(volts, dtype=float), self.slope * _STEEPEST)
        open_circuit = self.slope * np.log1p(self.photocurrent / self.saturation_current)
        inner = np.maximum(np.minimum(wanted + self.resistance_series * self.photocurrent, open_circuit), wanted)
        for _ in range(_MOST_ROUNDS):
            step = (self._inside(inner) - (inner - wanted) / self.resistance_series) / (
                self._conductance(inner) + 1 / self.resistance_series
            )
            inner = inner + step
            if not (np.abs(step) > _SMALL * np.maximum(np.abs(inner), 1.0)).any():
                break
        return np.asarray(self._inside(inner))

    def conductance(self, volts: NDArray[Any] | float) -> Floats:
        """−dI/dV in siemens at terminal voltages."""
        wanted = np.minimum(np.asarray(volts, dtype=float), self.slope * _STEEPEST)
        inner = self._conductance(wanted + self.current(wanted) * self.resistance_series)
        return np.asarray(inner / (1 + inner * self.resistance_series))

    def open_circuit_volts(self) -> float:
        """Voltage without a load, in volts."""
        volts = self.slope * np.log1p(self.photocurrent / self.saturation_current)
        for _ in range(_MOST_ROUNDS):
            step = self._inside(volts) / self._conductance(volts)
            volts += step
            if abs(step) <= _SMALL * abs(volts):
                break
        return float(volts)

    def maximum_power(self) -> tuple[float, float]:
        """Volts and amperes at the point of greatest power."""
        best = _greatest(lambda inner: self._terminal(inner) * self._inside(inner), 0.0, self.open_circuit_volts())
        return float(self._terminal(best)), float(self._inside(best))

    def _inside(self, inner: Any) -> Any:
        exponent = np.minimum(inner / self.slope, 2 * _STEEPEST)
        return self.photocurrent - self.saturation_current * np.expm1(exponent) - inner / self.resistance_shunt

    def _terminal(self, inner: Any) -> Any:
        return inner - self._inside(inner) * self.resistance_series

    def _conductance(self, inner: Any) -> Any:
        exponent = np.minimum(inner / self.slope, 2 * _STEEPEST)
        return self.saturation_current / self.slope * np.exp(exponent) + 1 / self.resistance_shunt


@dataclass(frozen=True, kw_only=True)
class Module:
    """Substrings in series, each with a bypass diode; `light` is each one's share of full sun."""

    substring: SingleDiode
    light: tuple[float, ...] = (1.0, 1.0, 1.0)
    bypass_saturation: float = 1e-6
    bypass_slope: float = 0.03

    def lit(self, *light: float) -> "Module":
        """The same module with its substrings in other light."""
        return replace(self, light=light)

    def current(self, volts: NDArray[Any] | float) -> Floats:
        """Amperes out of the positive terminal, all substrings in the same light (that of the first)."""
        each = np.asarray(volts, dtype=float) / len(self.light)
        return np.asarray(self._shaded(self.light[0]).current(each) + self._bypass(each))

    def conductance(self, volts: NDArray[Any] | float) -> Floats:
        """−dI/dV in siemens, all substrings in the same light."""
        each = np.asarray(volts, dtype=float) / len(self.light)
        bypass = (self._bypass(each) + self.bypass_saturation) / self.bypass_slope
        return np.asarray((self._shaded(self.light[0]).conductance(each) + bypass) / len(self.light))

    def substring_volts(self, light: float, amps: Floats) -> Floats:
        """Voltage of one substring in some light at some currents, by bisection: slow, and it can't miss."""
        cells = self._shaded(light)
        low, high = np.full(amps.shape, -5.0), np.full(amps.shape, cells.open_circuit_volts() + 50 * cells.slope)
        for _ in range(46):
            middle = (low + high) / 2
            above = cells.current(middle) + self._bypass(middle) > amps
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        return np.asarray((low + high) / 2)

    def _shaded(self, light: float) -> SingleDiode:
        return replace(self.substring, photocurrent=self.substring.photocurrent * light)

    def _bypass(self, volts: Any) -> Any:
        return self.bypass_saturation * np.expm1(np.minimum(-volts / self.bypass_slope, _STEEPEST / 4))


USUAL_MODULE = Module(
    substring=SingleDiode(
        photocurrent=9.35,
        saturation_current=8.5e-10,
        resistance_series=0.25 / 3,
        resistance_shunt=100.0,
        slope=1.1 * 20 * thermal_volts(),
    )
)
"""Sixty cells in three substrings: about 39.2 V without a load and 280 W."""


@dataclass(frozen=True, kw_only=True)
class StringFigures:
    """What is measured at the ends of a string: volts without a load, amperes of a short, watts at the best point."""

    open_circuit_volts: float
    short_circuit_amps: float
    maximum_watts: float


def string_figures(modules: Sequence[Module], *, reversed_modules: int = 0) -> StringFigures:
    """Figures of modules in series, the last `reversed_modules` of which are connected the wrong way round.

    Examples
    --------
    >>> good = string_figures([USUAL_MODULE] * 10)
    >>> turned = string_figures([USUAL_MODULE] * 10, reversed_modules=1)
    >>> round(turned.open_circuit_volts / good.open_circuit_volts, 3)
    0.8
    """
    size = len(modules) - reversed_modules
    right, wrong = _counted(modules[:size]), _counted(modules[size:])

    def volts(amps: Floats) -> Floats:
        forward = [count * module.substring_volts(light, amps) for (module, light), count in right.items()]
        against = [count * module.substring_volts(light, -amps) for (module, light), count in wrong.items()]
        return np.sum(forward, axis=0) - np.sum(against, axis=0) if against else np.asarray(np.sum(forward, axis=0))

    most = 1.5 * max(module.substring.photocurrent for module in modules)
    short = _zero(volts, 0.0, most)
    best = _greatest(lambda amps: amps * volts(amps), 0.0, short)
    at_rest, at_best = volts(np.array([0.0, best]))
    return StringFigures(
        open_circuit_volts=float(at_rest), short_circuit_amps=short, maximum_watts=float(best * at_best)
    )


def _counted(modules: Sequence[Module]) -> Counter[tuple[Module, float]]:
    """How often each kind of substring occurs: a string's voltage is the sum over all of them."""
    return Counter((replace(module, light=()), light) for module in modules for light in module.light)


def _zero(falling: Callable[[Floats], Floats], low: float, high: float) -> float:
    """Where a falling function passes zero, each round on a grid ten times as fine."""
    for _ in range(12):
        grid = np.linspace(low, high, 11)
        place = int(np.count_nonzero(falling(grid) > 0))
        low, high = float(grid[max(place - 1, 0)]), float(grid[min(place, 10)])
    return (low + high) / 2


def _greatest(value: Callable[[Floats], Floats], low: float, high: float) -> float:
    """Where a function with one hump is greatest, each round on a finer grid around the best point."""
    for _ in range(8):
        grid = np.linspace(low, high, 41)
        place = int(np.argmax(value(grid)))
        low, high = float(grid[max(place - 1, 0)]), float(grid[min(place + 1, 40)])
    return (low + high) / 2
