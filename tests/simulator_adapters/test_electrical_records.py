"""Electrical test records: read, refused with place and remedy, judged against limits that are data."""

import copy
import doctest
import math
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from simulator_adapters import records
from simulator_adapters.measurement import Verdict
from simulator_adapters.photovoltaic import standard_conditions
from simulator_adapters.records import (
    ElectricalRecord,
    Finding,
    LimitsError,
    read_limits,
    read_record,
    standard_limits,
    verdicts,
)
from simulator_adapters.records import electrical as reading

LIMITS = standard_limits()
TOML = Path(records.__file__).with_name("electrical_limits.toml")


def v(value: str, unit: str, **more: str) -> dict[str, str]:
    return {"value": value, "unit": unit, **more}


def sockets(**changes: Any) -> dict[str, Any]:
    row = {
        "name": "Sockets",
        "u0": v("230", "V"),
        "device": "B",
        "device_rating": v("16", "A"),
        "length": v("20", "m"),
        "line_area": v("2.5", "mm²"),
        "pe_area": v("2.5", "mm²"),
        "continuity_pe": v("0,16", "Ω"),
        "r1_r2": v("310", "mΩ"),
        "insulation": v(">299", "MΩ"),
        "test_voltage": v("500", "V"),
        "polarity": "correct",
        "zs": v("0.71", "Ω"),
        "rcd_rating": v("30", "mA"),
        "rcd_kind": "general",
        "rcd_time_1x": v("23", "ms"),
        "rcd_time_5x": v("9", "ms"),
    }
    return {name: value for name, value in {**row, **changes}.items() if value is not None}


def string(name: str = "A1", **changes: Any) -> dict[str, Any]:
    row = {
        "name": name,
        "modules": v("12", ""),
        "module_v_oc": v("41.2", "V"),
        "module_i_sc": v("10.4", "A"),
        "beta": v("-0.28", "%/K"),
        "alpha": v("0.05", "%/K"),
        "polarity": "correct",
        "v_oc": v("456.0", "V"),
        "i_sc": v("8.4", "A"),
        "irradiance": v("800", "W/m²"),
        "module_temperature": v("45", "°C"),
        "insulation": v("40", "MΩ"),
        "test_voltage": v("1000", "V"),
    }
    return {name: value for name, value in {**row, **changes}.items() if value is not None}


def document(*, circuits: list[Any] | None = None, strings: list[Any] | None = None) -> dict[str, Any]:
    return {"format": reading.FORMAT, "circuits": circuits or [], "strings": strings or []}


def judged(*, circuits: list[Any] | None = None, strings: list[Any] | None = None) -> dict[tuple[str, str], Finding]:
    record = read_record(document(circuits=circuits, strings=strings))
    assert isinstance(record, ElectricalRecord), record
    return {(one.place.partition(" ")[2], one.test): one for one in verdicts(record, LIMITS)}


def problems(**rows: Any) -> list[str]:
    found = read_record(document(**rows))
    assert isinstance(found, tuple)
    return [one.sentence for one in found]


def test_a_sound_circuit_and_two_sound_strings_pass_every_test() -> None:
    found = judged(circuits=[sockets()], strings=[string(), string("A2", v_oc=v("455", "V"))])
    assert {one.verdict for one in found.values()} == {Verdict.PASS}
    assert {test for place, test in found if place == "Sockets"} == {
        *("continuity_pe", "r1_r2", "insulation", "test_voltage", "polarity", "zs", "rcd_time_1x", "rcd_time_5x")
    }
    assert {test for place, test in found if place == "A1"} == {
        *("v_oc", "i_sc", "insulation", "test_voltage", "polarity", "v_oc_spread", "i_sc_spread")
    }


def test_limits_follow_from_device_run_and_voltage() -> None:
    found = judged(circuits=[sockets()])
    assert found["Sockets", "zs"].limits.high == Decimal("1.92")  # 0.667 · 230 V / (5 · 16 A)
    assert found["Sockets", "r1_r2"].limits.high == Decimal("0.38")  # 20 m · 2 · 7.41 Ω/km · 1.1 + 0.05 Ω
    assert found["Sockets", "insulation"].limits.low == Decimal("1.00")
    assert found["Sockets", "rcd_time_5x"].limits.high == Decimal(40)
    behind_rcd = judged(circuits=[sockets(device=None, zs=v("1.2", "kΩ"))])["Sockets", "zs"]
    assert (behind_rcd.limits.high, behind_rcd.verdict) == (Decimal("1666.67"), Verdict.PASS)
    extra_low = judged(circuits=[sockets(u0=v("48", "V"), test_voltage=v("250", "V"), insulation=v("0.6", "MΩ"))])
    assert (extra_low["Sockets", "insulation"].limits.low, extra_low["Sockets", "insulation"].verdict) == (
        Decimal("0.50"),
        Verdict.PASS,
    )


@pytest.mark.parametrize(
    ("test", "changes", "words"),
    [
        ("zs", {"zs": v("1.93", "Ω")}, "1.93 Ω; at most 1.92 Ω (B16 at 230 V trips at 80 A). Check joints and device"),
        ("zs", {"zs": v(">1999", "Ω")}, "more than 1999"),
        ("insulation", {"insulation": v("0.99", "MΩ")}, "Do not energise"),
        ("insulation", {"insulation": v("990", "kΩ")}, "0.99 MΩ; at least 1.00 MΩ"),
        ("test_voltage", {"test_voltage": v("250", "V")}, "250 V; at least 500 V (up to 500 V). Repeat the test"),
        ("rcd_time_1x", {"rcd_time_1x": v(">300", "ms")}, "more than 300 ms; at most 300 ms"),
        ("rcd_time_5x", {"rcd_time_5x": v("41", "ms")}, "41 ms; at most 40 ms"),
        ("rcd_time_1x", {"rcd_kind": "delayed"}, "23 ms; 130 to 500 ms (a delayed device)"),
        ("polarity", {"polarity": "reversed"}, "It is reversed. Do not energise"),
        ("continuity_pe", {"continuity_pe": v("3.1", "Ω")}, "20 m of this copper have 0.15 Ω"),
    ],
)
def test_what_fails_says_place_limit_and_remedy(test: str, changes: dict[str, Any], words: str) -> None:
    found = judged(circuits=[sockets(**changes)])
    assert {name for (_, name), one in found.items() if one.verdict is Verdict.FAIL} >= {test}
    assert found["Sockets", test].sentence.startswith("circuit Sockets, ")
    assert words in found["Sockets", test].sentence


def test_uncertainty_and_the_end_of_a_range_leave_the_verdict_to_a_person() -> None:
    near = judged(circuits=[sockets(zs=v("1.90", "Ω", uncertainty="0.05"), rcd_time_1x=v(">200", "ms"))])
    assert (near["Sockets", "zs"].verdict, near["Sockets", "rcd_time_1x"].verdict) == (Verdict.MARGINAL,) * 2
    assert "a person decides" in near["Sockets", "zs"].sentence


def test_what_can_not_be_judged_is_unset_and_says_what_is_missing() -> None:
    bare = judged(circuits=[sockets(length=None, device=None, rcd_rating=None, rcd_kind=None, polarity=None, u0=None)])
    unset = {name: one.sentence for (_, name), one in bare.items() if one.verdict is Verdict.UNSET}
    assert set(unset) == {
        *("continuity_pe", "r1_r2", "insulation", "test_voltage", "zs", "rcd_time_1x", "rcd_time_5x", "polarity")
    }
    assert unset["polarity"] == "circuit Sockets, polarity: It was not tested. Test it and enter what was read."
    assert "Enter general or delayed" in unset["rcd_time_1x"]
    odd = judged(circuits=[sockets(pe_area=v("3", "mm²"))])["Sockets", "continuity_pe"]
    assert "no resistance of 3 mm²" in odd.sentence


def test_a_string_is_translated_to_standard_conditions_and_held_against_its_data_sheet() -> None:
    found = judged(strings=[string()])
    volts = 456.0 / (1 - 0.0028 * 20 + 0.06 * math.log(0.8))
    assert found["A1", "v_oc"].value == round(Decimal(volts), 1)
    assert found["A1", "i_sc"].value == Decimal("10.40")  # 8.4 / 0.8 / 1.01
    assert (found["A1", "v_oc"].limits.low, found["A1", "v_oc"].limits.high) == (Decimal("469.7"), Decimal("519.1"))
    one_short = judged(strings=[string(v_oc=v("418", "V"))])["A1", "v_oc"]
    assert (one_short.verdict, "Count the modules" in one_short.sentence) == (Verdict.FAIL, True)


def test_strings_of_equal_modules_are_held_against_their_mean() -> None:
    rows = [
        string("A1"),
        string("A2"),
        string("A3", i_sc=v("6.9", "A")),
        string("B1", modules=v("10", ""), v_oc=v("380", "V")),
    ]
    found = judged(strings=rows)
    assert found["A3", "i_sc_spread"].verdict is Verdict.FAIL
    assert found["A1", "v_oc_spread"].verdict is Verdict.PASS
    assert ("B1", "v_oc_spread") not in found


def test_a_translation_from_dim_light_is_none() -> None:
    dim = judged(strings=[string(irradiance=v("250", "W/m²"))])
    assert (dim["A1", "v_oc"].verdict, dim["A1", "i_sc"].verdict) == (Verdict.UNSET, Verdict.UNSET)
    assert "Measure again from 400 W/m²" in dim["A1", "i_sc"].sentence
    blind = judged(strings=[string(module_temperature=None)])["A1", "v_oc"]
    assert "Enter irradiance, temperature" in blind.sentence


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"zs": v("0.48", "V")}, "V measures voltage and can't be given in Ω (resistance). Write it in Ω."),
        ({"zs": v("0.48", "")}, "can't be given in Ω"),
        ({"insulation": v("5", "mOhms")}, "not in the unit table"),
        ({"zs": v("nan", "Ω")}, "not a finite number"),
        ({"zs": v("1_000", "Ω")}, "groups its digits"),
        ({"zs": v("-1", "Ω")}, "-1 Ω is outside what can be read (0.001 to 20000 Ω)"),
        ({"u0": v("23", "kV")}, "23000 V is outside what can be read"),
        ({"u0": v(">230", "V")}, "A value is needed"),
        ({"zs": v("1", "Ω", uncertainty="-1")}, "The uncertainty is negative"),
        ({"zs": 0.48}, 'Write it as {"value": "1.5", "unit": "Ω"}'),
        ({"zs": {"value": 0.48, "unit": "Ω"}}, "It is no value with a unit"),
        ({"polarity": "fine"}, "Write correct or reversed"),
        ({"zz": "1"}, "The field 'zz' is unknown"),
    ],
)
def test_an_entry_that_can_not_be_read_is_refused_with_place_and_remedy(changes: dict[str, Any], words: str) -> None:
    (sentence,) = problems(circuits=[sockets(**changes)])
    assert sentence.startswith("circuit Sockets")
    assert words in sentence


def test_documents_that_are_no_record_are_refused() -> None:
    for wrong in (None, [], {}, {"format": "x"}, {"format": reading.FORMAT}):
        assert isinstance(read_record(wrong), tuple)
    assert problems(circuits=[{"zs": v("1", "Ω")}]) == ["circuit 1: It has no name. Name it as on the drawing."]
    assert problems(circuits=[sockets(), sockets()]) == [
        "circuit Sockets: This name is there twice. Give each row a name of its own."
    ]
    assert problems(strings=[{}] * 201) == ["record: strings is no list of at most 200 rows. Write one."]
    both = problems(circuits=[sockets(zs=v("1", "V"))], strings=[string(v_oc=v("9", "A"))])
    assert len(both) == 2


def test_limits_are_data_and_a_slip_in_them_is_named() -> None:
    stated = tomllib.loads(TOML.read_text(encoding="utf-8"))
    own = copy.deepcopy(stated)
    own["loop"]["share"] = "0.8"
    record = read_record(document(circuits=[sockets(zs=v("2.2", "Ω"))]))
    assert isinstance(record, ElectricalRecord)
    (loop,) = (one for one in verdicts(record, read_limits(own)) if one.test == "zs")
    assert (loop.limits.high, loop.verdict) == (Decimal("2.30"), Verdict.PASS)
    own["rcd"]["general"]["high_1x"] = 300.0
    with pytest.raises(LimitsError, match=r"mine.toml, rcd.general.high_1x: a string is expected"):
        read_limits(own, source="mine.toml")
    stated["string_insulation"]["classes"].reverse()
    with pytest.raises(LimitsError, match="rising values"):
        read_limits(stated)


def test_the_page_names_every_field_and_no_other() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "explanation" / "electrical-tests.md").read_text()
    for heading, fields in (("A circuit", reading.CIRCUIT_FIELDS), ("A string", reading.STRING_FIELDS)):
        table = page.split(f"## {heading}\n")[1].split("\n## ")[0]
        first = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
        assert {name for cell in first for name in re.findall(r"`(\w+)`", cell)} == {field.name for field in fields}


@pytest.mark.slow
def test_examples() -> None:
    assert doctest.testmod(reading).failed == 0
    assert doctest.testmod(standard_conditions).failed == 0
