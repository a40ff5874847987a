"""The hourly model beside EnergyPlus, and EnergyPlus beside its own published BESTEST result."""

import re
from pathlib import Path

import pytest

from simulator_adapters.energy.building import with_measures
from simulator_adapters.energy.energyplus import METERS, available, engine_need, run_idf
from simulator_adapters.energy.hourly import need
from simulator_adapters.energy.weather import read_epw
from tests.simulator_adapters.apartment import MEASURES, apartment

needs_engine = pytest.mark.skipif(
    not available(), reason="CONFORMANCE NOT RUN: EnergyPlus is not installed (the extra [energyplus])."
)
POINTS = 0.10
HEATING_600, COOLING_600 = 4325.0, 6041.67
"""NREL's own EnergyPlus 25.1 row for BESTEST case 600, kWh."""


def test_the_reference_weather_reads(data_dir: Path) -> None:
    weather = read_epw((data_dir / "simulators/ep/725650TYCST.epw").read_text())
    assert (weather.place, weather.latitude, weather.zone) == ("DENVER INTL AP", 39.83, -7.0)
    assert weather.air[:4].tolist() == [-18.0, -16.6, -15.3, -14.4]


@needs_engine
def test_savings_lie_within_ten_points_of_energyplus(data_dir: Path) -> None:
    file = data_dir / "simulators/ep/725650TYCST.epw"
    variants = [
        apartment(),
        *(with_measures(apartment(), one) for one in MEASURES),
        with_measures(apartment(), *MEASURES),
    ]
    ours = need(variants, read_epw(file.read_text())).heating_year
    theirs = [float(engine_need(variant, file).heating.sum()) for variant in variants]
    names = [*(measure.name for measure in MEASURES), "all"]
    for place, name in enumerate(names, start=1):
        here, there = 1 - ours[place] / ours[0], 1 - theirs[place] / theirs[0]
        assert abs(here - there) < POINTS, (name, here, there)


@needs_engine
def test_bestest_case_600(data_dir: Path) -> None:
    folder = data_dir / "simulators/ep"
    found = run_idf(_for_25_2((folder / "case_en_600.idf").read_text()), folder / "725650TYCST.epw")
    assert found.heating.sum() == pytest.approx(HEATING_600, rel=0.05)
    assert found.cooling.sum() == pytest.approx(COOLING_600, rel=0.05)


def _for_25_2(text: str) -> str:
    """The reference input was written for 9.3: since then a surface names its space after its zone; and we read monthly meters."""
    text = text.replace("9.3;", "25.2;", 1)
    text = re.sub(r"(BuildingSurface:Detailed,(?:[^\n]*\n){4}[^\n]*!- Zone Name\n)", r"\1  ,\n", text)
    return text + "".join(f"\nOutput:Meter,{name},Monthly;" for name in METERS)
