"""Heating and cooling need of many variants of a building, hour by hour, in one pass: the simple hourly method.

One zone, five resistances and one capacity (5R1C): EN ISO 13790:2008, annex C, with the sun and the sky on opaque surfaces as
in its clause 11.3. The thermostat is ideal and acts within the hour. Everything but the temperature of the mass is known before,
so the year is a recurrence of one number a variant, and all variants take each hour together.

It ranks measures and bounds them; it is no key. `energyplus` computes the key.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator_adapters.energy.building import TILT, Building, Kind
from simulator_adapters.energy.weather import HOURS, FloatArray, Weather, lost_to_the_sky, on_plane

INSIDE = 3.45
"""Between the air and the surfaces, W/(m²·K); EN ISO 13790, 7.2.2.2."""
MASS = 9.1
"""Between the mass and the surfaces, W/(m²·K); EN ISO 13790, 12.2.2."""
SURFACES_OF_FLOOR = 4.5
"""All surfaces facing the zone, as a multiple of its floor; EN ISO 13790, 7.2.2.2."""
OUTSIDE = 0.04
"""Resistance of the outer surface, m²·K/W; EN ISO 6946."""
EMISSIVITY = 0.9
OBLIQUE = 0.9
"""What slanting sun takes off a window's g-value; EN ISO 13790, 11.4.2."""
HEAT_OF_AIR, GAS_CONSTANT = 1006.0, 287.05
"""J/(kg·K) both."""
WARM_UP = 14 * 24
VARIANTS_AT_ONCE = 256


@dataclass(frozen=True, eq=False, kw_only=True)
class Need:
    """What each variant needs in a year.

    Attributes
    ----------
    heating, cooling
        variants × 12 months, kWh.
    lighting
        Electricity of lighting and appliances, variants, kWh.
    """

    names: tuple[str, ...]
    heating: FloatArray
    cooling: FloatArray
    lighting: FloatArray

    @property
    def heating_year(self) -> FloatArray:
        """Variants, kWh."""
        return np.asarray(self.heating.sum(axis=1))

    @property
    def cooling_year(self) -> FloatArray:
        """Variants, kWh."""
        return np.asarray(self.cooling.sum(axis=1))


def need(buildings: Sequence[Building], weather: Weather) -> Need:
    """Simulate a year of every variant.

    Parameters
    ----------
    buildings
        Variants, such as a building before and after each measure.
    weather
        From `read_epw`.
    """
    parts = [
        _year(buildings[start : start + VARIANTS_AT_ONCE], weather)
        for start in range(0, len(buildings), VARIANTS_AT_ONCE)
    ]
    return Need(
        names=tuple(building.name for building in buildings),
        heating=np.concatenate([heating for heating, _ in parts]) if parts else np.zeros((0, 12)),
        cooling=np.concatenate([cooling for _, cooling in parts]) if parts else np.zeros((0, 12)),
        lighting=np.array([building.lighting * building.floor_area * HOURS / 1000 for building in buildings]),
    )


@dataclass(frozen=True, eq=False)
class _Network:
    """The recurrence of each variant: the mass keeps `keep` of its temperature, and the air follows it by `follow`.

    `mass` and `air` (hours × variants) are what else they get; a watt of heating adds `mass_by` and `air_by`.
    """

    keep: FloatArray
    follow: FloatArray
    mass: FloatArray
    air: FloatArray
    mass_by: FloatArray
    air_by: FloatArray


def _year(buildings: Sequence[Building], weather: Weather) -> tuple[FloatArray, FloatArray]:
    net = _network(buildings, weather)
    low = np.array([building.heating_to for building in buildings])
    high = np.array([np.inf if building.cooling_to is None else building.cooling_to for building in buildings])
    watts = np.empty((HOURS, len(buildings)))
    mass = np.full(len(buildings), 20.0)
    for hour in (*range(HOURS - WARM_UP, HOURS), *range(HOURS)):
        free = net.follow * mass + net.air[hour]
        given = (np.clip(free, low, high) - free) / net.air_by
        mass = net.keep * mass + net.mass[hour] + net.mass_by * given
        watts[hour] = given
    ends = np.cumsum([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) * 24
    starts = np.concatenate(([0], ends[:-1]))
    heating = np.add.reduceat(np.maximum(watts, 0), starts, axis=0).T / 1000
    cooling = np.add.reduceat(np.maximum(-watts, 0), starts, axis=0).T / 1000
    return heating, cooling


def _network(buildings: Sequence[Building], weather: Weather) -> _Network:
    opaque = np.array([sum(s.area * s.u_value for s in b.surfaces) for b in buildings])
    glass = np.array([sum(w.area * w.u_value for w in b.windows) for b in buildings])
    capacity = np.array([sum(s.area * s.heat_capacity for s in b.surfaces) for b in buildings]) * 1000
    squares = np.array([sum(s.area * s.heat_capacity**2 for s in b.surfaces) for b in buildings]) * 1e6
    density = weather.pressure.mean() / (GAS_CONSTANT * 293.15)
    air = np.array([b.air_changes * b.volume for b in buildings]) / 3600 * density * HEAT_OF_AIR
    floor = np.array([b.floor_area for b in buildings])
    lighting = np.array([b.people + b.lighting * b.floor_area for b in buildings])

    area_of_mass = capacity**2 / squares
    facing = SURFACES_OF_FLOOR * floor
    to_air, to_mass = INSIDE * facing, MASS * area_of_mass
    # The conductance of the opaque parts lies in series with the one from mass to surface.
    outside = 1 / (1 / opaque - np.minimum(1 / to_mass, 0.999 / opaque))
    first = 1 / (1 / air + 1 / to_air)
    second = first + glass
    third = 1 / (1 / second + 1 / to_mass)

    sun = _sun(buildings, weather)
    to_the_mass = area_of_mass / facing * (0.5 * lighting + sun)
    to_the_surface = (1 - area_of_mass / facing - glass / (MASS * facing)) * (0.5 * lighting + sun)
    out = weather.air[:, None]
    fixed = to_the_surface + glass * out + first * (out + 0.5 * lighting / air)
    total = to_the_mass + outside * out + third * fixed / second
    divisor = capacity / 3600 + 0.5 * (third + outside)
    keep = (capacity / 3600 - 0.5 * (third + outside)) / divisor
    mass, mass_by = total / divisor, third * first / (air * second) / divisor
    # Surfaces at the mean of the mass over the hour, then the air.
    joint = to_mass + glass + first
    surface = (to_mass * 0.5 * mass + fixed) / joint
    surface_by = (to_mass * 0.5 * mass_by + first / air) / joint
    whole = to_air + air
    return _Network(
        keep=keep,
        follow=to_air * to_mass * 0.5 * (1 + keep) / joint / whole,
        mass=mass,
        air=(to_air * surface + air * out + 0.5 * lighting) / whole,
        mass_by=mass_by,
        air_by=(to_air * surface_by + 1) / whole,
    )


def _sun(buildings: Sequence[Building], weather: Weather) -> FloatArray:
    """What the sun brings through windows and through opaque surfaces, less what they lose to the sky; hours × variants, W."""
    sky = lost_to_the_sky(weather)
    planes: dict[tuple[float, float], FloatArray] = {}

    def plane(azimuth: float, tilt: float) -> FloatArray:
        key = (azimuth if tilt not in (0.0, 180.0) else 0.0, tilt)
        if key not in planes:
            planes[key] = on_plane(weather, azimuth=azimuth, tilt=tilt)
        return planes[key]

    found = np.zeros((HOURS, len(buildings)))
    for place, building in enumerate(buildings):
        gains: dict[tuple[float, float], list[float]] = {}
        for window in building.windows:
            held = gains.setdefault((window.azimuth, 90.0), [0.0, 0.0])
            held[0] += window.area * window.g_value * OBLIQUE
            held[1] += window.area * window.u_value * OUTSIDE * EMISSIVITY
        for surface in building.surfaces:
            if surface.u_value and surface.kind is not Kind.FLOOR:
                held = gains.setdefault((surface.azimuth, TILT[surface.kind]), [0.0, 0.0])
                held[0] += surface.area * surface.u_value * OUTSIDE * surface.absorptance
                held[1] += surface.area * surface.u_value * OUTSIDE * EMISSIVITY
        for (azimuth, tilt), (taken, sent) in gains.items():
            seen = (1 + np.cos(np.radians(tilt))) / 2
            found[:, place] += taken * plane(azimuth, tilt) - sent * seen * sky
    return found
