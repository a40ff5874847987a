"""A year's weather by the hour, read from an EnergyPlus weather file (EPW), and the sun on a tilted plane.

Sources: Crawley, Hand & Lawrie (1999), Improving the weather information available to simulation programs (the file's form);
Spencer (1971), Fourier series representation of the position of the sun; Duffie & Beckman (2013), Solar engineering of thermal
processes, ch. 1–2 (angles, isotropic sky).
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

HOURS = 8760
GROUND_REFLECTANCE = 0.2
STEFAN_BOLTZMANN = 5.670374e-8


class WeatherError(ValueError):
    """A weather file that can't be used: where, what is wrong, what to do."""

    code = "bad_weather"


@dataclass(frozen=True, eq=False, kw_only=True)
class Weather:
    """Hourly values of one year; each stands for the hour that ends at its time.

    Attributes
    ----------
    air
        Dry-bulb temperature, 8760 values, °C.
    direct, diffuse
        Direct normal and diffuse horizontal irradiance, W/m².
    sky
        Infrared radiation of the sky on a horizontal plane, W/m².
    pressure
        Air pressure, Pa.
    latitude, longitude
        Degrees, north and east positive.
    zone
        Hours ahead of universal time.
    """

    place: str
    latitude: float
    longitude: float
    zone: float
    air: FloatArray
    direct: FloatArray
    diffuse: FloatArray
    sky: FloatArray
    pressure: FloatArray


@dataclass(frozen=True)
class _Column:
    name: str
    place: int
    low: float
    high: float


COLUMNS = (
    _Column("air", 6, -70, 70),
    _Column("pressure", 9, 31_000, 120_000),
    _Column("sky", 12, 0, 700),
    _Column("direct", 14, 0, 1500),
    _Column("diffuse", 15, 0, 1000),
)
"""Where the values stand, and the range the file's definition allows; its "missing" codes lie outside."""


def read_epw(text: str) -> Weather:
    """Read an EPW file of one year of 8,760 hours.

    Raises
    ------
    WeatherError
        Names line and column. A value that the file marks as missing is refused, never guessed.
    """
    rows = list(csv.reader(text.splitlines()))
    if len(rows) < 8 or rows[0][:1] != ["LOCATION"] or len(rows[0]) < 10:
        raise WeatherError("Line 1 does not begin with LOCATION. Give an EnergyPlus weather file (.epw).")
    hours = rows[8:]
    if len(hours) != HOURS:
        said = f"The file holds {len(hours)} hours after its 8 lines of heading; a year of {HOURS} is needed."
        raise WeatherError(said)
    found: dict[str, FloatArray] = {}
    for column in COLUMNS:
        found[column.name] = np.array([_value(row, line, column) for line, row in enumerate(hours, start=9)])
    latitude, longitude, zone = (_location(rows[0], place) for place in (6, 7, 8))
    return Weather(place=rows[0][1], latitude=latitude, longitude=longitude, zone=zone, **found)


def _location(row: Sequence[str], place: int) -> float:
    try:
        value = float(row[place])
    except ValueError:
        value = float("nan")
    if not np.isfinite(value) or abs(value) > 180:
        raise WeatherError(f"Line 1, column {place + 1}: {row[place]!r} is no latitude, longitude or time zone.")
    return value


def _value(row: Sequence[str], line: int, column: _Column) -> float:
    text = row[column.place] if len(row) > column.place else ""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not column.low <= value <= column.high:
        said = f"Line {line}, column {column.place + 1} ({column.name}): {text!r} is missing or outside"
        raise WeatherError(f"{said} {column.low:g} to {column.high:g}. Use a file without gaps.")
    return value


def sun_position(weather: Weather) -> tuple[FloatArray, FloatArray]:
    """Where the sun stands in the middle of each hour.

    Returns
    -------
    zenith, azimuth
        8760 values each, radians; azimuth clockwise from north.
    """
    hour = np.arange(HOURS)
    day = 2 * np.pi * (hour // 24) / 365
    declination = (
        0.006918 - 0.399912 * np.cos(day) + 0.070257 * np.sin(day) - 0.006758 * np.cos(2 * day)
        + 0.000907 * np.sin(2 * day) - 0.002697 * np.cos(3 * day) + 0.00148 * np.sin(3 * day)
    )  # fmt: skip
    equation = 229.18 * (
        0.000075
        + 0.001868 * np.cos(day)
        - 0.032077 * np.sin(day)
        - 0.014615 * np.cos(2 * day)
        - 0.040849 * np.sin(2 * day)
    )
    solar_time = hour % 24 + 0.5 + (4 * (weather.longitude - 15 * weather.zone) + equation) / 60
    turned = np.radians(15 * (solar_time - 12))
    latitude = np.radians(weather.latitude)
    cosine = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(turned)
    azimuth = np.arctan2(
        -np.sin(turned) * np.cos(declination),
        np.sin(declination) * np.cos(latitude) - np.cos(declination) * np.sin(latitude) * np.cos(turned),
    )
    return np.arccos(np.clip(cosine, -1, 1)), azimuth % (2 * np.pi)


def on_plane(weather: Weather, *, azimuth: float, tilt: float) -> FloatArray:
    """Irradiance on a plane: direct, isotropic sky, and what the ground throws back.

    Parameters
    ----------
    azimuth
        Where the plane looks, degrees clockwise from north.
    tilt
        0 lies flat and looks up, 90 stands, 180 looks down; degrees.

    Returns
    -------
    array
        8760 values, W/m².
    """
    zenith, sun = sun_position(weather)
    slope, facing = np.radians(tilt), np.radians(azimuth)
    height = np.maximum(np.cos(zenith), 0)
    incidence = np.cos(zenith) * np.cos(slope) + np.sin(zenith) * np.sin(slope) * np.cos(sun - facing)
    direct = np.where(height > 0, weather.direct * np.maximum(incidence, 0), 0)
    sky, ground = (1 + np.cos(slope)) / 2, (1 - np.cos(slope)) / 2
    whole = weather.diffuse + weather.direct * height
    return np.asarray(direct + sky * weather.diffuse + ground * GROUND_REFLECTANCE * whole)


def lost_to_the_sky(weather: Weather) -> FloatArray:
    """How much more a black horizontal plane at air temperature sends up than it gets, 8760 values, W/m²."""
    return np.asarray(STEFAN_BOLTZMANN * (weather.air + 273.15) ** 4 - weather.sky)
