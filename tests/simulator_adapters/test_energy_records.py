"""Blower-door and combustion records: worked out, judged valid or not, and refused where they can't be."""

import doctest

import numpy as np
import pytest
from scipy import stats

from simulator_adapters.energy import blower_door, combustion
from simulator_adapters.energy.blower_door import BlowerDoorError, Point, Tightness, tightness
from simulator_adapters.energy.combustion import CombustionError, CombustionTest

PRESSURES = (62.0, 55.0, 47.0, 38.0, 29.0, 21.0, 14.0)


def leak(pressures: tuple[float, ...] = PRESSURES, *, wobble: float = 0.0, exponent: float = 0.65) -> list[Point]:
    signs = [1, -1, 1, 1, -1, -1, 1] * 2
    return [Point(pressure=p, flow=80 * p**exponent * (1 + wobble * s)) for p, s in zip(pressures, signs, strict=False)]


def test_figures_are_those_of_a_regression_of_logarithms() -> None:
    points = leak(wobble=0.02)
    found = still(points)
    line = stats.linregress(np.log(PRESSURES), np.log([point.flow for point in points]))
    assert found.exponent is not None
    assert found.flow_50 is not None
    assert found.changes_50 is not None
    assert found.cfm_50 is not None
    assert found.exponent.value == pytest.approx(line.slope, rel=1e-12)
    assert found.flow_50.value == pytest.approx(np.exp(line.intercept + line.slope * np.log(50)), rel=1e-12)
    assert found.flow_50.low < found.flow_50.value < found.flow_50.high
    assert found.changes_50.value == pytest.approx(found.flow_50.value / 250, rel=1e-12)
    assert found.cfm_50.value == pytest.approx(found.flow_50.value / 1.69901079552, rel=1e-12)
    assert found.valid


def still(points: list[Point], *, zero_flow: tuple[float, float] = (0.0, 0.0)) -> Tightness:
    """On a day as warm outside as inside."""
    return tightness(points, volume=250, zero_flow=zero_flow, inside=20, outside=20)


def test_wind_is_taken_off_and_cold_air_is_denser() -> None:
    blown = [Point(pressure=point.pressure + 2, flow=point.flow) for point in leak()]
    corrected = still(blown, zero_flow=(-2.0, -2.0))
    assert corrected.flow_50 is not None
    assert corrected.flow_50.value == pytest.approx(80 * 50**0.65, rel=1e-9)
    winter = tightness(leak(), volume=250, zero_flow=(0, 0), inside=20, outside=-10)
    assert winter.flow_50 is not None
    assert winter.flow_50.value == pytest.approx(80 * 50**0.65 * 263.15 / 293.15, rel=1e-9)


@pytest.mark.parametrize(
    ("points", "zero_flow", "said"),
    [
        (leak((45.0, 38.0, 30.0, 22.0, 14.0)), (0.0, 0.0), "The highest pressure is 45.0 Pa"),
        (leak((60.0, 50.0, 40.0, 30.0)), (0.0, 0.0), "4 points; at least 5 are needed"),
        (leak(), (4.0, 4.0), "The lowest pressure is 18.0 Pa; with this wind it must be at least 20 Pa"),
        (leak(exponent=0.4), (0.0, 0.0), "The exponent is 0.400"),
        (leak(wobble=0.3), (0.0, 0.0), "The points lie badly on a line"),
    ],
)
def test_what_makes_a_test_invalid_is_said(points: list[Point], zero_flow: tuple[float, float], said: str) -> None:
    found = still(points, zero_flow=zero_flow)
    assert not found.valid
    assert any(said in objection for objection in found.objections), found.objections


def test_three_points_give_no_figure() -> None:
    found = still(leak((60.0, 40.0, 20.0)))
    assert (found.flow_50, found.exponent, found.valid) == (None, None, False)


@pytest.mark.parametrize("flow", [0.0, -5.0, 1e9, float("nan")])
def test_a_flow_that_can_not_be_is_refused(flow: float) -> None:
    with pytest.raises(BlowerDoorError, match="point 2, flow"):
        still([Point(pressure=50, flow=900), Point(pressure=40, flow=flow)])


def test_a_record_that_is_no_test_is_refused() -> None:
    with pytest.raises(BlowerDoorError, match="All pressures are the same"):
        still([Point(pressure=50, flow=900), Point(pressure=50, flow=910)])
    with pytest.raises(BlowerDoorError, match="1 points are no test"):
        still([Point(pressure=50, flow=900)])


def burning(**changes: float) -> CombustionTest:
    read: dict[str, float] = {
        "carbon_monoxide": 80, "ambient_carbon_monoxide": 2, "oxygen": 7, "draft": -5, "spillage": 10, "flue": 180, "room": 18,
    }  # fmt: skip
    return CombustionTest(**{**read, **changes})


def test_carbon_monoxide_free_of_air() -> None:
    assert burning().air_free == pytest.approx(80 * 20.9 / 13.9)
    assert burning(oxygen=0).air_free == 80
    assert burning(oxygen=19).air_free is None
    assert burning().ratio is None
    assert burning(carbon_dioxide=8).ratio == pytest.approx(0.001)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"oxygen": 21.0}, "oxygen: 21 % is outside 0 to 20.9 %"),
        ({"carbon_monoxide": float("nan")}, "carbon_monoxide: nan ppm"),
        ({"draft": -900.0}, "draft: -900 Pa"),
        ({"flue": 10.0}, "colder than the room"),
    ],
)
def test_what_no_analyser_reads_is_refused(changes: dict[str, float], said: str) -> None:
    with pytest.raises(CombustionError, match=said):
        burning(**changes)


@pytest.mark.slow
def test_examples() -> None:
    assert doctest.testmod(blower_door).failed == 0
    assert doctest.testmod(combustion).failed == 0
