"""The hourly model against what can be worked out by hand, the ranges of a building, and weather files that are damaged."""

import doctest
from dataclasses import replace

import numpy as np
import pytest

from simulator_adapters.energy import building as buildings
from simulator_adapters.energy.building import BuildingError, Kind, Measure, Surface, with_measures
from simulator_adapters.energy.energyplus import EngineError, idf, read_meters
from simulator_adapters.energy.hourly import need
from simulator_adapters.energy.retrofit import Prices, rank
from simulator_adapters.energy.weather import HOURS, Weather, WeatherError, on_plane, read_epw, sun_position
from tests.simulator_adapters.apartment import MEASURES, apartment

STANDARD_PRESSURE = 101_325.0


def steady(air: float, *, direct: float = 0.0, diffuse: float = 0.0) -> Weather:
    """A year in which nothing changes; the sky is as warm as the air."""
    return Weather(
        place="steady", latitude=50, longitude=15, zone=1,
        air=np.full(HOURS, air), direct=np.full(HOURS, direct), diffuse=np.full(HOURS, diffuse),
        sky=5.670374e-8 * np.full(HOURS, air + 273.15) ** 4, pressure=np.full(HOURS, STANDARD_PRESSURE),
    )  # fmt: skip


@pytest.mark.slow
def test_in_a_steady_winter_the_need_is_the_loss_less_the_gains() -> None:
    """Every resistance lies between the two air temperatures, so the loss is at most ΣUA·ΔT and near it."""
    bare = replace(apartment(), people=0, lighting=0)
    found = need([bare], steady(0.0)).heating_year[0]
    loss = sum(s.area * s.u_value for s in bare.surfaces) + sum(w.area * w.u_value for w in bare.windows)
    air = bare.air_changes * bare.volume / 3600 * STANDARD_PRESSURE / (287.05 * 293.15) * 1006
    whole = (loss + air) * 20 * HOURS / 1000
    assert 0.9 * whole < found <= whole
    warmed = need([apartment()], steady(0.0)).heating_year[0]
    assert found - warmed == pytest.approx((240 + 2.5 * 80) * HOURS / 1000, rel=0.1)


def test_nothing_is_needed_where_it_is_as_warm_as_wished() -> None:
    found = need([replace(apartment(), people=0, lighting=0)], steady(20.0))
    assert found.heating_year[0] == pytest.approx(0, abs=1e-6)
    assert found.cooling_year[0] == 0


@pytest.mark.slow
def test_variants_beside_each_other_are_the_variants_alone() -> None:
    weather = steady(4.0, direct=100, diffuse=60)
    variants = [apartment(), *(with_measures(apartment(), measure) for measure in MEASURES)]
    together = need(variants, weather)
    for place, variant in enumerate(variants):
        alone = need([variant], weather)
        assert alone.heating_year[0] == pytest.approx(together.heating_year[place], rel=1e-12)
        assert alone.cooling_year[0] == pytest.approx(together.cooling_year[place], rel=1e-12)


def test_the_sun_stands_highest_at_noon_in_june_and_shines_on_the_south() -> None:
    zenith, azimuth = sun_position(steady(10.0))
    noon = (np.arange(365) * 24) + 11
    assert abs(int(np.argmin(zenith[noon])) - 172) <= 2
    assert np.degrees(zenith[noon].min()) == pytest.approx(
        50 - 23.45, abs=0.9
    )  # the middle of the hour, 23 minutes from true noon
    assert np.degrees(azimuth[noon[172]]) == pytest.approx(180, abs=20)
    weather = steady(10.0, direct=500)
    south, north = (on_plane(weather, azimuth=way, tilt=90).sum() for way in (180, 0))
    assert south > 3 * north


@pytest.mark.slow
def test_measures_are_ranked_by_what_they_return() -> None:
    weather = steady(2.0)
    by_heat = rank(apartment(), MEASURES[:4], weather)
    assert [saving.name for saving in by_heat][-1] == "lamps"
    assert by_heat[-1].heating < 0 < by_heat[-1].lighting
    assert all(saving.low < saving.heating < saving.high for saving in by_heat)
    prices = Prices(heat=0.1, electricity=0.3)
    paid = rank(apartment(), MEASURES[:3], weather, costs={"walls": 90_000, "roof": 10, "air": 500}, prices=prices)
    assert [saving.name for saving in paid] == ["roof", "air", "walls"]
    with pytest.raises(BuildingError, match="a cost for attic, but no such measure"):
        rank(apartment(), MEASURES[:1], weather, costs={"attic": 1.0})
    with pytest.raises(BuildingError, match="Two measures are called roof"):
        rank(apartment(), [MEASURES[1], MEASURES[1]], weather)


@pytest.mark.parametrize("value", [1e9, -1.0, float("nan"), float("inf")])
def test_what_can_not_be_reaches_no_engine(value: float) -> None:
    with pytest.raises(BuildingError, match=r"apartment, air_changes: .* is outside 0.02 to 20"):
        replace(apartment(), air_changes=value)
    with pytest.raises(BuildingError, match="wall, u_value: "):
        Surface(name="wall", kind=Kind.WALL, area=1, u_value=value, heat_capacity=1)


def test_a_measure_changes_what_is_there() -> None:
    with pytest.raises(BuildingError, match="names no new value"):
        Measure(name="nothing")
    with pytest.raises(BuildingError, match="apartment has no floor to the weather"):
        with_measures(apartment(), Measure(name="cellar", floor_u=0.3))
    with pytest.raises(BuildingError, match="cooling_to: 19 °C must lie above"):
        replace(apartment(), cooling_to=19)


def test_the_input_file_holds_numbers_and_names_of_ours_only() -> None:
    text = idf(replace(apartment(), name="x;\nRunPeriod,evil;"))
    assert "evil" not in text
    assert text.count("BuildingSurface:Detailed") == 6
    with pytest.raises(EngineError, match="leaves no room for a layer"):
        idf(with_measures(apartment(), Measure(name="bare", wall_u=5.9)))


def test_meters_have_twelve_months() -> None:
    heading = "Program Version\n8,1,Heating:EnergyTransfer [J] !Monthly\nEnd of Data Dictionary\n"
    months = "".join(f"2,{day}\n8,{3.6e6 * day},0,0\n" for day in range(1, 13))
    assert read_meters(heading + months)["Heating:EnergyTransfer"].tolist() == list(range(1, 13))
    with pytest.raises(EngineError, match="reported 1 months"):
        read_meters(heading + "8,3.6E6,0,0\n")


def epw(hours: int = HOURS, bad: str = "") -> str:
    heading = "LOCATION,Nowhere,-,-,made,0,50.0,15.0,1.0,100\n" + "X\n" * 7
    row = ["1995", "1", "1", "1", "0", "?", "5.0", "0", "50", "101325", "0", "0", "300", "0", "100", "50"]
    lines = [",".join(row)] * hours
    if bad:
        row[6] = bad
        lines[2] = ",".join(row)
    return heading + "\n".join(lines)


@pytest.mark.slow
def test_a_weather_file_is_whole_or_refused() -> None:
    assert read_epw(epw()).air.tolist() == [5.0] * HOURS
    with pytest.raises(WeatherError, match="holds 100 hours"):
        read_epw(epw(100))
    with pytest.raises(WeatherError, match=r"Line 11, column 7 \(air\): '99.9' is missing or outside -70 to 70"):
        read_epw(epw(bad="99.9"))
    with pytest.raises(WeatherError, match="Line 11"):
        read_epw(epw(bad="nan"))
    with pytest.raises(WeatherError, match="LOCATION"):
        read_epw("something else")


@pytest.mark.slow
def test_examples() -> None:
    assert doctest.testmod(buildings).failed == 0
