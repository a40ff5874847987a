"""The key of a case worked out again: by formula, by bills, by a building; and what is said where that differs."""

import copy
import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from simulator_adapters.energy.building import BuildingError
from simulator_adapters.energy.case_building import read_case_building
from simulator_adapters.energy.energyplus import available, weather_folder
from simulator_adapters.energy.key_check import check_key, disagreements, steps_of
from simulator_adapters.energy.recompute import least_squares
from simulator_adapters.energy.regression import fit
from simulator_adapters.energy.weather import WeatherError
from tests.simulator_adapters.bundled_simulations import SIMULATIONS
from tests.simulator_adapters.test_energy_models import epw

CASES: dict[str, dict[str, Any]] = {case["id"]: case for case in SIMULATIONS["retrofit"]}
T_975_OF_10 = 2.228139
"""Of the t distribution with ten degrees of freedom, as tables print it."""


def silent(step: str, done: int, of: int) -> None:
    """Nobody listens."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A weather file of the case's name in which it is 5 °C all year."""
    (tmp_path / CASES["SIM-RET-1"]["building"]["weather"]).write_text(epw())
    return tmp_path


def changed(name: str, *path: Any, value: Any) -> dict[str, Any]:
    """A copy of a bundled case with one field changed."""
    case = copy.deepcopy(CASES[name])
    place: Any = case
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return case


@pytest.mark.parametrize("name", ["SIM-RET-2", "SIM-RET-3"])
def test_a_case_without_a_building_is_worked_out_from_what_it_gives(name: str) -> None:
    found = check_key(CASES[name], folders=(), tell=silent)
    assert disagreements(found) == []
    assert found["building"] is None and found["not_computed"][0][1].startswith("The case gives no building")
    assert all(key["computed"] for key in found["keys"])


def test_bills_have_a_line_with_an_interval() -> None:
    found = check_key(CASES["SIM-RET-3"], folders=(), tell=silent)["regression"]
    data = CASES["SIM-RET-3"]["data"]
    least = least_squares([Decimal(x) for x in data["hdd_kd"]], [Decimal(y) for y in data["gas_kwh"]])
    spread = sum((x - sum(data["hdd_kd"]) / 12) ** 2 for x in data["hdd_kd"])
    reach = T_975_OF_10 * math.sqrt(float(least.sse) / 10 / spread)
    assert [float(one) for one in found["slope"]] == pytest.approx(
        [70.0435, 70.0435 - reach, 70.0435 + reach], abs=6e-4
    )
    assert found["intercept"][0] == "5989.5"
    line = fit(data["hdd_kd"], data["gas_kwh"])
    assert float(found["intercept"][1]) == pytest.approx(line.at(0).low, abs=0.06), "the band at no degree days"


def test_a_line_needs_four_points_that_differ() -> None:
    for x, y in (([1, 2, 3], [1, 2, 3]), ([5, 5, 5, 5], [1, 2, 3, 4]), ([1, 2, 3, float("nan")], [1, 2, 3, 4])):
        with pytest.raises(ValueError, match=r"four points|not finite"):
            fit(x, y)


@pytest.mark.slow
def test_a_building_is_computed_variant_by_variant_with_bounds(folder: Path) -> None:
    told: list[tuple[str, int, int]] = []
    case = CASES["SIM-RET-1"]
    found = check_key(case, folders=(folder,), tell=lambda *step: told.append(step), engine=False)["building"]
    assert told == [("formulas and bills", 0, 2), ("hourly model", 1, 2)] and steps_of(case, engine=False) == 2
    assert steps_of(case, engine=True) == 6
    assert [one["name"] for one in found["measures"]] == [
        "Insulation of the top ceiling", "New lights in the stairwells", "All of them",
    ]  # fmt: skip
    for one in found["measures"]:
        assert float(one["high"]) - float(one["low"]) == pytest.approx(20)
        assert one["engine"] is None and one["within"] is None
    assert float(found["measures"][0]["hourly"]) > 10 > 0 > float(found["measures"][1]["hourly"])
    light = next(one for one in found["against_key"] if one["answer"] == "light_kwh")
    assert (light["computed"], light["agrees"]) == ("17155.6", True)
    assert len({one["model_sha256"] for one in found["variants"]}) == 4
    assert json.loads(json.dumps(found)) == found, "texts only, so that it may be hashed"


@pytest.mark.slow
def test_what_is_not_computed_is_named(folder: Path) -> None:
    found = check_key(CASES["SIM-RET-1"], folders=(folder,), tell=silent, engine=False)
    assert [what for what, _ in found["not_computed"]] == ["Insulation of the pipes", "EnergyPlus"]


@pytest.mark.slow
def test_a_key_that_differs_is_said_and_left_alone(folder: Path) -> None:
    case = changed("SIM-RET-1", "answers", 1, "expected", value=17000.0)
    found = check_key(case, folders=(folder,), tell=silent, engine=False)
    (sentence,) = disagreements(found)
    assert "the formula gives 17155.584000, expected is 17000.0" in sentence and "The key stays as it is" in sentence
    assert case["answers"][1]["expected"] == 17000.0
    wrong = changed("SIM-RET-1", "building", "measures", 1, "lighting", value=1.0)
    sentences = disagreements(check_key(wrong, folders=(folder,), tell=silent, engine=False))
    assert any("The hourly model gives 75," in one and "It lies 339 % above the key" in one for one in sentences)


def test_a_ranking_that_differs_is_said() -> None:
    case = changed("SIM-RET-1", "ranking_key", value=["attic", "pipe", "light"])
    del case["building"]
    (sentence,) = disagreements(check_key(case, folders=(), tell=silent))
    assert sentence.endswith("the key says otherwise.")


def test_weather_that_is_nowhere_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(WeatherError, match="ASSAYER_WEATHER_DIR"):
        check_key(CASES["SIM-RET-1"], folders=(tmp_path,), tell=silent, engine=False)


def test_whoever_listens_may_end_it(folder: Path) -> None:
    class Stopped(Exception):
        pass

    def stop(step: str, done: int, of: int) -> None:
        if done:
            raise Stopped

    with pytest.raises(Stopped):
        check_key(CASES["SIM-RET-1"], folders=(folder,), tell=stop, engine=False)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("zone", "air_changes"), 1e9, r"air_changes: 1e\+09 an hour is outside 0.02 to 20"),
        (("zone", "air_changes"), "much", r"building.zone.air_changes: 'much' is no number"),
        (("zone", "air_changes"), float("nan"), "air_changes: nan an hour is outside"),
        (("zone", "heating"), 20, "building.zone: the field 'heating' is unknown"),
        (("surfaces", 0, "u_value"), -1, r"south, u_value: -1 W/\(m²·K\) is outside 0 to 6"),
        (("surfaces", 0, "kind"), "door", "building.surfaces 1, kind: 'door' is none of"),
        (("surfaces", 0, "colour"), 3, "building.surfaces 1: .*colour"),
        (("measures", 0, "answer"), "nothing", "the case asks no 'nothing'"),
        (("measures", 0, "saves"), "water", "neither heating nor electricity"),
        (("measures", 0, "name"), "door", "door is no measure of the case's costs"),
        (("weather",), "../../secret.epw", "is no name of an EPW file"),
        (("efficiency",), 0, "building.efficiency: 0 is outside 0.3 to 6"),
        (("degree_days", "year"), True, "True is no number"),
        (("windows",), "none", "building.windows: this is no list"),
    ],
)
def test_a_building_that_can_not_be_reaches_no_engine(path: tuple[Any, ...], value: Any, said: str) -> None:
    """Absurd inputs, text and a negative resistance are refused with place and remedy before anything runs."""
    with pytest.raises(BuildingError, match=said):
        read_case_building(changed("SIM-RET-1", "building", *path, value=value))


@pytest.mark.slow
@pytest.mark.skipif(not available(), reason="EnergyPlus is not installed (the extra [energyplus])")
def test_energyplus_agrees_within_ten_points_on_the_bundled_case() -> None:
    bundled = weather_folder()
    assert bundled is not None
    found = check_key(CASES["SIM-RET-1"], folders=(bundled,), tell=silent)
    assert found["building"]["engine"] == {"name": "EnergyPlus", "version": "25.2.0"}
    assert all(one["within"] for one in found["building"]["measures"])
    attic, light = found["building"]["against_key"]
    assert float(attic["computed"]) == pytest.approx(40_404, rel=0.01) and not attic["agrees"]
    assert light["agrees"]
    (sentence,) = disagreements(found)
    assert "EnergyPlus gives 40," in sentence and "It lies 11 % below the key" in sentence
