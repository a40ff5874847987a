"""A building as one heated zone, in typed and bounded data: what an energy model may be asked about.

The ranges are physical. An engine takes 10⁹ air changes an hour without a word and answers with 10¹² kWh, so nothing outside
them reaches one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, TypeVar


class BuildingError(ValueError):
    """A building, or a change of one, that can't be: which field, what is wrong, what is allowed."""

    code = "bad_building"


class Kind(StrEnum):
    """What a surface is."""

    WALL = "wall"
    ROOF = "roof"
    FLOOR = "floor"


TILT: Mapping[Kind, float] = {Kind.WALL: 90.0, Kind.ROOF: 0.0, Kind.FLOOR: 180.0}


def _check(owner: object, name: str, limits: Mapping[str, tuple[float, float, str]]) -> None:
    for key, (low, high, unit) in limits.items():
        value = getattr(owner, key)
        if not low <= value <= high:  # NaN too
            raise BuildingError(f"{name}, {key}: {value:g} {unit} is outside {low:g} to {high:g}.".replace("  ", " "))


@dataclass(frozen=True, kw_only=True)
class Surface:
    """An opaque surface of the zone.

    Attributes
    ----------
    area
        Without its windows, m².
    u_value
        From air to air, W/(m²·K). 0 for a surface to a neighbour as warm as we are, which then only stores heat.
    heat_capacity
        What of it takes part in a day's swing, as seen from inside, kJ/(m²·K).
    azimuth
        Where it looks, degrees clockwise from north.
    absorptance
        Of sunlight, outside.
    """

    name: str
    kind: Kind
    area: float
    u_value: float
    heat_capacity: float
    azimuth: float = 0.0
    absorptance: float = 0.7

    def __post_init__(self) -> None:
        _check(
            self,
            self.name,
            {
                "area": (0.1, 100_000, "m²"),
                "u_value": (0, 6, "W/(m²·K)"),
                "heat_capacity": (0, 1000, "kJ/(m²·K)"),
                "azimuth": (0, 360, "degrees"),
                "absorptance": (0, 1, ""),
            },
        )


@dataclass(frozen=True, kw_only=True)
class Window:
    """A window in an upright wall.

    Attributes
    ----------
    u_value
        Of glass and frame, W/(m²·K).
    g_value
        Share of the sun on it that comes in as heat, at right angles.
    """

    name: str
    area: float
    u_value: float
    g_value: float
    azimuth: float

    def __post_init__(self) -> None:
        _check(
            self,
            self.name,
            {
                "area": (0.1, 10_000, "m²"),
                "u_value": (0.3, 7, "W/(m²·K)"),
                "g_value": (0.05, 0.9, ""),
                "azimuth": (0, 360, "degrees"),
            },
        )


@dataclass(frozen=True, kw_only=True)
class Building:
    """One heated zone.

    Attributes
    ----------
    floor_area, volume
        m² and m³.
    air_changes
        Outdoor air by leaks and windows, an hour.
    people, lighting
        Mean heat of people (W) and mean power of lighting and appliances (W/m²).
    heating_to, cooling_to
        The thermostat, °C; `cooling_to` None where nothing cools.
    """

    name: str
    floor_area: float
    volume: float
    surfaces: tuple[Surface, ...]
    windows: tuple[Window, ...]
    air_changes: float
    people: float
    lighting: float
    heating_to: float = 20.0
    cooling_to: float | None = 26.0

    def __post_init__(self) -> None:
        _check(
            self,
            self.name,
            {
                "floor_area": (5, 100_000, "m²"),
                "volume": (10, 1_000_000, "m³"),
                "air_changes": (0.02, 20, "an hour"),
                "people": (0, 100_000, "W"),
                "lighting": (0, 100, "W/m²"),
                "heating_to": (5, 30, "°C"),
            },
        )
        if self.cooling_to is not None and not self.heating_to < self.cooling_to <= 40:
            said = f"must lie above heating_to ({self.heating_to:g} °C) and not above 40 °C."
            raise BuildingError(f"{self.name}, cooling_to: {self.cooling_to:g} °C {said}")
        if not self.surfaces:
            raise BuildingError(f"{self.name}, surfaces: a zone has at least one opaque surface.")
        if not any(surface.heat_capacity for surface in self.surfaces):
            raise BuildingError(f"{self.name}, surfaces: something must store heat; give a heat_capacity.")
        if not any(surface.u_value for surface in self.surfaces):
            raise BuildingError(
                f"{self.name}, surfaces: every surface has a u_value of 0; nothing touches the weather."
            )


Changed = TypeVar("Changed", Surface, Window, Building)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A change of a building. What is None stays; u-values by kind of surface.

    Examples
    --------
    >>> attic = Measure(name="attic", roof_u=0.2)
    >>> attic.roof_u
    0.2
    """

    name: str
    wall_u: float | None = None
    roof_u: float | None = None
    floor_u: float | None = None
    window_u: float | None = None
    window_g: float | None = None
    air_changes: float | None = None
    lighting: float | None = None
    heating_to: float | None = None

    def __post_init__(self) -> None:
        if all(getattr(self, field.name) is None for field in fields(self) if field.name != "name"):
            raise BuildingError(f"{self.name}: a measure changes something; it names no new value.")


def with_measures(building: Building, *measures: Measure) -> Building:
    """The building after these measures, in their order.

    Raises
    ------
    BuildingError
        Where a value can't be, or a measure changes what the building does not have.
    """
    for measure in measures:
        building = _changed(building, measure)
    return building


def _changed(building: Building, measure: Measure) -> Building:
    wanted = {Kind.WALL: measure.wall_u, Kind.ROOF: measure.roof_u, Kind.FLOOR: measure.floor_u}
    outside = {surface.kind for surface in building.surfaces if surface.u_value}
    for kind, value in wanted.items():
        if value is not None and kind not in outside:
            raise BuildingError(f"{measure.name}: {building.name} has no {kind.value} to the weather.")
    if (measure.window_u, measure.window_g) != (None, None) and not building.windows:
        raise BuildingError(f"{measure.name}: {building.name} has no window.")
    surfaces = tuple(
        _with(surface, u_value=wanted[surface.kind] if surface.u_value else None) for surface in building.surfaces
    )
    windows = tuple(_with(w, u_value=measure.window_u, g_value=measure.window_g) for w in building.windows)
    return _with(
        building,
        surfaces=surfaces,
        windows=windows,
        air_changes=measure.air_changes,
        lighting=measure.lighting,
        heating_to=measure.heating_to,
    )


def _with(owner: Changed, **changes: Any) -> Changed:
    return replace(owner, **{key: value for key, value in changes.items() if value is not None})
