"""What measures save, each alone and in order of what they return: a ranking with bounds, from the hourly model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator_adapters.energy.building import Building, BuildingError, Measure, with_measures
from simulator_adapters.energy.hourly import need
from simulator_adapters.energy.weather import Weather

BOUND = 0.10
"""How far a saving may lie from EnergyPlus's, as a share of the heating before; the conformance tests hold it.

A window changes what the sun brings, which one zone with five resistances follows least well.
"""


@dataclass(frozen=True, kw_only=True)
class Saving:
    """What one measure saves of the heating in a year.

    Attributes
    ----------
    heating
        kWh; negative where more heating is needed (better lamps warm less).
    low, high
        Its bounds, kWh.
    share
        Of the heating before.
    lighting
        Electricity saved, kWh.
    payback
        Years by which the cost comes back at the prices given; None without a cost, or where nothing is saved.
    """

    name: str
    heating: float
    low: float
    high: float
    share: float
    lighting: float
    payback: float | None


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What a kWh of heat and of electricity costs."""

    heat: float
    electricity: float


def rank(
    building: Building,
    measures: Sequence[Measure],
    weather: Weather,
    *,
    costs: Mapping[str, float] | None = None,
    prices: Prices | None = None,
) -> tuple[Saving, ...]:
    """Measures by payback where costs and prices are given, else by heating saved; the best first.

    Raises
    ------
    BuildingError
        Two measures of one name, a cost for a measure that is not there, or a measure the building can't have.
    """
    names = [measure.name for measure in measures]
    if len(set(names)) < len(names):
        raise BuildingError(
            f"Two measures are called {next(n for n in names if names.count(n) > 1)}; name each its own."
        )
    if unknown := sorted(set(costs or {}) - set(names)):
        raise BuildingError(f"There is a cost for {unknown[0]}, but no such measure.")
    found = need([building, *(with_measures(building, measure) for measure in measures)], weather)
    before, lit = float(found.heating_year[0]), float(found.lighting[0])
    savings = []
    for place, name in enumerate(names, start=1):
        heating, lighting = before - float(found.heating_year[place]), lit - float(found.lighting[place])
        savings.append(
            Saving(
                name=name,
                heating=heating,
                low=heating - BOUND * before,
                high=heating + BOUND * before,
                share=heating / before if before else 0.0,
                lighting=lighting,
                payback=_payback((costs or {}).get(name), prices, heating, lighting),
            )
        )
    return tuple(sorted(savings, key=_order))


def _payback(cost: float | None, prices: Prices | None, heating: float, lighting: float) -> float | None:
    if cost is None or prices is None:
        return None
    yearly = heating * prices.heat + lighting * prices.electricity
    return cost / yearly if yearly > 0 else None


def _order(saving: Saving) -> tuple[bool, float, float]:
    return saving.payback is None, saving.payback or 0.0, -saving.heating
