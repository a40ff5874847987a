"""Works out the key of a retrofit case again, by every way there is, and holds what comes out against the key.

Formulas and bills always; the case's building, where it gives one, by the hourly model with its bounds and by EnergyPlus where it
is installed. The result is a document of texts (numbers with their declared places), so that it may be hashed and kept. It says
where key and computation disagree. A key is never changed here: people do that, with a new version of the case.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from simulator_adapters.energy import energyplus
from simulator_adapters.energy.case_building import CaseBuilding, Linked, read_case_building
from simulator_adapters.energy.case_sheet import CaseSheet
from simulator_adapters.energy.hourly import need
from simulator_adapters.energy.recompute import recomputed_keys, simple_paybacks
from simulator_adapters.energy.regression import fit
from simulator_adapters.energy.retrofit import BOUND
from simulator_adapters.energy.weather import Weather, WeatherError, read_epw
from simulator_adapters.formulas import FormulaError

Tell = Callable[[str, int, int], None]
"""Hears what is computed, how many steps are done, and of how many."""
FORMAT = "assayer/key-check@1"
ALL = "All of them"
STAYS = (
    "The key stays as it is: people decide whether the case's simple method is what it should ask for, "
    "or publish a new version."
)
NO_BUILDING = "The case gives no building, so that there is nothing for a building model to compute."


@dataclass(frozen=True)
class _Year:
    """A variant's year in kWh."""

    heating: float
    cooling: float
    electricity: float


@dataclass(frozen=True)
class _Told:
    """Who hears of the steps, how many there are, and whether EnergyPlus is asked."""

    tell: Tell
    of: int
    engine: bool


def steps_of(case: Mapping[str, Any], *, engine: bool) -> int:
    """How many steps a check of this case has, with or without EnergyPlus."""
    building = read_case_building(case)
    return 1 if building is None else 2 + (len(building.variants()) if engine else 0)


def check_key(case: Mapping[str, Any], *, folders: Sequence[Path], tell: Tell, engine: bool = True) -> dict[str, Any]:
    """Work out everything that can be worked out.

    Parameters
    ----------
    case
        The case's document, numbers as a YAML file holds them.
    folders
        Where weather files lie, searched in this order.
    tell
        Called before each step; what it raises ends the work.
    engine
        Whether EnergyPlus is asked where it is installed.

    Raises
    ------
    BuildingError, CaseSheetError
        Where the document can't be read.
    WeatherError
        Where the weather file is missing or can't be used.
    EngineError
        Where EnergyPlus is there and gives no result.
    """
    sheet = CaseSheet.from_document(case)
    building = read_case_building(case)
    engine = engine and energyplus.available()
    of = steps_of(case, engine=engine)
    tell("formulas and bills", 0, of)
    found: dict[str, Any] = {
        "format": FORMAT,
        "case": sheet.id,
        "keys": _keys(sheet),
        "ranking": _ranking(sheet),
        "regression": _regression(sheet),
        "building": None,
    }
    if building is not None:
        found["building"] = _building(sheet, building, folders, _Told(tell, of, engine))
    found["not_computed"] = _not_computed(sheet, building, engine)
    return found


def disagreements(found: Mapping[str, Any]) -> list[str]:
    """Every sentence that says where key and computation disagree; empty where they agree as far as anything was computed."""
    told = [key["sentence"] for key in found["keys"] if not key["agrees"]]
    if found["ranking"] is not None and not found["ranking"]["agrees"]:
        told.append(found["ranking"]["sentence"])
    if found["building"] is not None:
        told += [one["sentence"] for one in found["building"]["against_key"] if not one["agrees"]]
    return told


def _keys(sheet: CaseSheet) -> list[dict[str, Any]]:
    keys = []
    for question, value, slip in recomputed_keys(sheet):
        agrees = value is not None and not slip
        got = "" if value is None else f"{value:.6f}"
        sentence = (
            f"{question.text}: the formula gives the key, {question.expected}."
            if agrees
            else f"{question.text}: {slip} The key stays as it is until people change the case."
        )
        keys.append(
            {
                "id": question.id,
                "text": question.text,
                "unit": question.unit,
                "expected": str(question.expected),
                "low": str(question.low),
                "high": str(question.high),
                "computed": got,
                "agrees": agrees,
                "sentence": sentence,
            }
        )
    return keys


def _ranking(sheet: CaseSheet) -> dict[str, Any] | None:
    if not sheet.ranking_key:
        return None
    try:
        paybacks = simple_paybacks(sheet)
    except FormulaError as error:
        return {"agrees": False, "paybacks": [], "sentence": str(error)}
    order = sorted(paybacks, key=lambda name: paybacks[name])
    agrees = tuple(order) == sheet.ranking_key
    named = ", ".join(sheet.labels.get(name, name) for name in order)
    return {
        "agrees": agrees,
        "paybacks": [[name, sheet.labels.get(name, name), f"{paybacks[name]:.2f}"] for name in order],
        "sentence": f"The paybacks rank {named}; the key {'says the same' if agrees else 'says otherwise'}.",
    }


def _regression(sheet: CaseSheet) -> dict[str, Any] | None:
    if not sheet.data:
        return None
    days, used = ([float(value) for value in sheet.data[name]] for name in ("hdd_kd", "gas_kwh"))
    line = fit(days, used)
    at = np.linspace(0.0, max(days), 21)
    return {
        "x": sheet.labels.get("hdd_kd", "hdd_kd"),
        "y": sheet.labels.get("gas_kwh", "gas_kwh"),
        "points": [[f"{x:g}", f"{y:g}"] for x, y in zip(days, used, strict=True)],
        "slope": [f"{value:.3f}" for value in (line.slope.value, line.slope.low, line.slope.high)],
        "intercept": [f"{value:.1f}" for value in (line.intercept.value, line.intercept.low, line.intercept.high)],
        "r_squared": f"{line.r_squared:.5f}",
        "cv_rmse": f"{line.cv_rmse:.5f}",
        "band": [[f"{x:.1f}", *(f"{value:.1f}" for value in _three(line.at(float(x))))] for x in at],
    }


def _three(figure: Any) -> tuple[float, float, float]:
    return figure.value, figure.low, figure.high


def _building(sheet: CaseSheet, case: CaseBuilding, folders: Sequence[Path], told: _Told) -> dict[str, Any]:
    told.tell("hourly model", 1, told.of)
    file = find_weather(case.weather, folders)
    weather = read_epw(file.read_text(encoding="utf-8", errors="replace"))
    variants = case.variants()
    names = ["As it is", *(sheet.labels.get(one.measure.name, one.measure.name) for one in case.measures), ALL]
    found = need(variants, weather)
    ours = [
        _Year(float(heat), float(cool), float(light))
        for heat, cool, light in zip(found.heating_year, found.cooling_year, found.lighting, strict=True)
    ]
    theirs: list[_Year] | None = None
    version = ""
    if told.engine:
        theirs = []
        for place, (name, variant) in enumerate(zip(names, variants, strict=True)):
            told.tell(f"EnergyPlus: {name}", 2 + place, told.of)
            one = energyplus.engine_need(variant, file)
            version = one.version
            theirs.append(_Year(float(one.heating.sum()), float(one.cooling.sum()), float(one.electricity.sum())))
    year = _degree_days(weather, case.base)
    return {
        "note": case.note,
        "weather": {
            "file": case.weather,
            "place": weather.place,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "base": f"{case.base:g}",
            "degree_days": f"{year:.0f}",
            "case_degree_days": f"{case.degree_days:g}",
        },
        "engine": None if theirs is None else {"name": "EnergyPlus", "version": version},
        "variants": [
            {
                "name": name,
                "model_sha256": hashlib.sha256(energyplus.idf(variant).encode("ascii")).hexdigest(),
                "hourly": _written(ours[place]),
                "engine": None if theirs is None else _written(theirs[place]),
            }
            for place, (name, variant) in enumerate(zip(names, variants, strict=True))
        ],
        "measures": [
            _saving(name, place, case.measures, ours, theirs)
            for place, name in enumerate(names[1:], start=1)
        ],
        "against_key": [
            _against_key(sheet, case, one, place, ours, theirs, case.degree_days / year)
            for place, one in enumerate(case.measures, start=1)
            if one.answer
        ],
    }  # fmt: skip


def find_weather(name: str, folders: Sequence[Path]) -> Path:
    """The weather file of that name in the first folder that has it.

    Raises
    ------
    WeatherError
        Where none has.
    """
    for folder in folders:
        file = folder / name
        if file.is_file():
            return file
    raise WeatherError(
        f"The weather file {name} is in none of the folders for weather. Install the extra [energyplus], which brings some, "
        "or put the file into the folder that ASSAYER_WEATHER_DIR names."
    )


def _degree_days(weather: Weather, base: float) -> float:
    return float(np.clip(base - weather.air.reshape(-1, 24).mean(axis=1), 0, None).sum())


def _written(year: _Year) -> dict[str, str]:
    return {
        "heating": f"{year.heating:.1f}",
        "cooling": f"{year.cooling:.1f}",
        "electricity": f"{year.electricity:.1f}",
    }


def _saving(
    name: str, place: int, measures: Sequence[Linked], ours: Sequence[_Year], theirs: Sequence[_Year] | None
) -> dict[str, Any]:
    """Heating saved as a share of the heating before, by both, in per cent; and how far apart they are, in points."""
    here = _share(ours, place)
    there = None if theirs is None else _share(theirs, place)
    window = any(one.of_windows for one in (measures if place > len(measures) else [measures[place - 1]]))
    points = None if there is None else abs(here - there)
    return {
        "name": name,
        "hourly": f"{here:.1f}",
        "low": f"{here - 100 * BOUND:.1f}",
        "high": f"{here + 100 * BOUND:.1f}",
        "engine": None if there is None else f"{there:.1f}",
        "points": None if points is None else f"{points:.1f}",
        "within": None if points is None else points <= 100 * BOUND,
        "window": window,
        "electricity": f"{ours[0].electricity - ours[place].electricity:.1f}",
    }


def _share(years: Sequence[_Year], place: int) -> float:
    before = years[0].heating
    return 100 * (before - years[place].heating) / before if before else 0.0


def _against_key(
    sheet: CaseSheet,
    case: CaseBuilding,
    linked: Linked,
    place: int,
    ours: Sequence[_Year],
    theirs: Sequence[_Year] | None,
    scale: float,
) -> dict[str, Any]:
    question = next(one for one in sheet.questions if one.id == linked.answer)
    years = ours if theirs is None else theirs
    by = "The hourly model" if theirs is None else "EnergyPlus"
    if linked.saves == "heating":
        value = (years[0].heating - years[place].heating) / case.efficiency * scale
        reach = BOUND * years[0].heating / case.efficiency * scale if theirs is None else 0.0
        how = f" (heat saved ÷ {case.efficiency:g}, scaled from the file's degree days to {case.degree_days:g} K·d)"
    else:
        value, reach, how = years[0].electricity - years[place].electricity, 0.0, ""
    low, high = float(question.low), float(question.high)
    agrees = value + reach >= low and value - reach <= high
    off = 100 * (value - float(question.expected)) / float(question.expected) if question.expected else 0.0
    bounds = f" (bounds {value - reach:,.0f} to {value + reach:,.0f})" if reach else ""
    takes = f"the key is {question.expected:,.0f} and takes {low:,.0f} to {high:,.0f}"
    told = f"{question.text}: {by} gives {value:,.0f}{bounds}{how}; {takes}. "
    off_by = f"It lies {abs(off):.0f} % {'above' if off > 0 else 'below'} the key."
    told += "They agree." if agrees else f"{off_by} {STAYS}"
    return {
        "answer": question.id,
        "text": question.text,
        "unit": question.unit,
        "by": by,
        "computed": f"{value:.1f}",
        "reach": f"{reach:.1f}",
        "expected": str(question.expected),
        "low": str(question.low),
        "high": str(question.high),
        "agrees": agrees,
        "sentence": told,
    }


def _not_computed(sheet: CaseSheet, case: CaseBuilding | None, engine: bool) -> list[list[str]]:
    """What no model was asked about, and why: (what, why)."""
    if case is None:
        return [[sheet.title, NO_BUILDING]]
    told = [[sheet.labels.get(name, name), why] for name, why in case.not_computed.items()]
    if not engine:
        left_out = "It was left out of this computation, as asked."
        missing = "It is not installed here. Install the extra: pip install 'assayer[energyplus]'."
        told.append(["EnergyPlus", left_out if energyplus.available() else missing])
    return told
