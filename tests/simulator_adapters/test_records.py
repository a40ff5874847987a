"""Test records as they are written on site: read whole or refused with place and remedy, worked out to figures, read from files."""

import copy
import doctest
from decimal import Decimal
from typing import Any

import pytest

from simulator_adapters.records import record_file, worked
from simulator_adapters.records.electrical import FORMAT
from simulator_adapters.records.record_file import RecordFileError, read_record_file
from simulator_adapters.records.worked import FIGURES, RecordError, is_figure, work_out

FLOWS = ((60, "1631.5"), (50, "1450.1"), (40, "1254.4"), (30, "1040.7"), (20, "800.0"), (15, "663.6"))
CFM = Decimal("1.69901079552")
"""Cubic metres an hour."""


def door(**changes: Any) -> dict[str, Any]:
    """A test on the training flat of 210 m³, with a leak of about 1450 m³/h at 50 Pa."""
    given: dict[str, Any] = {
        "format": "assayer/blower-door@1",
        "volume": {"value": "210", "unit": "m³"},
        "inside": {"value": "20", "unit": "°C"},
        "outside": {"value": "20", "unit": "°C"},
        "zero_before": {"value": "-0,4", "unit": "Pa"},
        "zero_after": {"value": "0,4", "unit": "Pa"},
        "direction": "depressurised",
        "points": [
            {"pressure": {"value": str(p), "unit": "Pa"}, "flow": {"value": q, "unit": "m³/h"}} for p, q in FLOWS
        ],
    }
    return copy.deepcopy(given) | changes


def flue(**changes: str) -> dict[str, Any]:
    values = {
        "carbon_monoxide": "80", "ambient_carbon_monoxide": "2", "oxygen": "7", "carbon_dioxide": "8", "draft": "-5",
        "spillage": "10", "flue": "180", "room": "18",
    } | changes  # fmt: skip
    units = {"oxygen": "%", "carbon_dioxide": "%", "draft": "Pa", "spillage": "s", "flue": "°C", "room": "°C"}
    return {"format": "assayer/combustion@1"} | {
        name: {"value": value, "unit": units.get(name, "ppm")} for name, value in values.items()
    }


def circuit(**values: tuple[str, str]) -> dict[str, Any]:
    fields = {name: {"value": value, "unit": unit} for name, (value, unit) in values.items()}
    return {"format": FORMAT, "circuits": [{"name": "Charge point", **fields}]}


def test_a_blower_door_record_gives_its_figures() -> None:
    found = work_out(door())
    assert found.kind == "blower_door" and found.objections == ()
    figures = found.figures
    flow = figures["flow_50"].value
    assert flow is not None and flow == pytest.approx(Decimal("1450"), abs=2)
    assert figures["changes_50"].value == pytest.approx(flow / 210, rel=Decimal("1e-6"))
    assert figures["cfm_50"].value == pytest.approx(flow / Decimal("1.69901079552"), rel=Decimal("1e-6"))
    assert figures["exponent"].value == pytest.approx(Decimal("0.65"), abs=Decimal("0.003"))
    low, high = figures["flow_50"].low, figures["flow_50"].high
    assert low is not None and high is not None and low < flow < high


def test_units_are_those_of_the_table_and_give_the_same_figure() -> None:
    """CFM is a unit of the table; `cfm`, which free parsing takes for a tiny length, is refused by name."""
    points = [
        {"pressure": {"value": str(p), "unit": "Pa"}, "flow": {"value": f"{Decimal(q) / CFM:.6f}", "unit": "CFM"}}
        for p, q in FLOWS
    ]  # fmt: skip
    there, here = work_out(door(points=points)).figures["flow_50"], work_out(door()).figures["flow_50"]
    assert there.value == pytest.approx(here.value, rel=Decimal("1e-6"))
    points[0]["flow"]["unit"] = "cfm"
    with pytest.raises(RecordError, match=r"point 1, flow: The unit 'cfm' is not in the unit table. Did you mean CFM"):
        work_out(door(points=points))
    with pytest.raises(RecordError, match="insulation resistance: The unit 'mohm' is not in the unit table"):
        work_out(circuit(insulation=("200", "mohm")))
    assert work_out(circuit(insulation=(">200", "MOhm"))).figures["insulation"].exceeded


def test_what_makes_a_test_invalid_is_said_and_its_figure_still_given() -> None:
    found = work_out(door(zero_after={"value": "8", "unit": "Pa"}))
    assert any("Without the fan the pressure reaches 8 Pa; 5 Pa is the most." in one for one in found.objections)
    assert found.figures["flow_50"].value is not None
    few = work_out(door(points=door()["points"][:3]))
    assert few.figures["flow_50"].value is None and any("3 points; at least 5" in one for one in few.objections)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"volume": {"value": "1_000", "unit": "m³"}}, "blower-door record, volume of the building: '1_000'"),
        ({"volume": {"value": "٢١٠", "unit": "m³"}}, "volume of the building: .*digit"),
        ({"volume": {"value": "nan", "unit": "m³"}}, "volume of the building: "),
        ({"volume": {"value": "1.234,5", "unit": "m³"}}, "mixes point and comma"),
        ({"volume": {"value": "210", "unit": "Pa"}}, "volume of the building: Pa measures pressure"),
        ({"volume": {"value": "2", "unit": "m³"}}, r"2 m³ is outside what can be read \(10"),
        ({"volume": 210}, 'It is no value with a unit. Write it as {"value": "1.5", "unit": "m³"}'),
        ({"volume": None}, "volume of the building: There is none. Enter it in m³."),
        ({"points": []}, "list of 1 to 60 points"),
        ({"points": "many"}, "list of 1 to 60 points"),
        ({"points": [7]}, "point 1: It is no point"),
        ({"points": [{"pressure": {"value": "OVRLD", "unit": "Pa"}}]}, "point 1, pressure: 'OVRLD'"),
        ({"direction": "sideways"}, "'sideways' is not one of its words"),
        ({"colour": "red"}, "The field 'colour' is unknown"),
    ],
)
def test_a_slip_of_the_pen_is_refused_with_place_and_remedy(change: dict[str, Any], said: str) -> None:
    with pytest.raises(RecordError, match=said):
        work_out(door(**change))


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(RecordError) as refused:
        work_out(door(volume=None, inside=None, points=[{}]))
    assert len(refused.value.problems) == 4


def test_a_combustion_record_gives_carbon_monoxide_free_of_air() -> None:
    figures = work_out(flue()).figures
    assert figures["air_free"].value == Decimal("120.287770"), "80 ppm x 20.9 / (20.9 - 7)"
    assert (figures["ratio"].value, figures["draft"].value) == (Decimal("0.001"), Decimal("-5"))
    thin = work_out(flue(oxygen="19"))
    assert thin.figures["air_free"].value is None and "nearly all air" in thin.objections[0]
    without = flue()
    del without["carbon_dioxide"]
    assert work_out(without).figures["ratio"].value is None
    for change, said in (
        ({"oxygen": "21"}, r"oxygen in the flue gas: 21 % is outside what can be read \(0.0 to 20.9 %\)"),
        ({"flue": "10"}, "colder than the room"),
        ({"carbon_monoxide": "-1"}, "carbon monoxide in the flue gas: -1 ppm is outside"),
        ({"draft": ""}, "draft: There is none. Enter it in Pa"),
    ):
        with pytest.raises(RecordError, match=said):
            work_out(flue(**change))


def test_a_record_of_one_circuit_gives_its_readings() -> None:
    found = work_out(circuit(r1_r2=("0,154", "Ω"), zs=("504", "mOhm"), insulation=(">299", "MΩ")))
    assert (found.figures["r1_r2"].value, found.figures["zs"].value) == (Decimal("0.154"), Decimal("0.504"))
    assert found.figures["insulation"].exceeded and found.figures["rcd_time_1x"].value is None
    two = circuit(zs=("0.5", "Ω"))
    two["circuits"].append({"name": "Second", "zs": {"value": "1", "unit": "Ω"}})
    with pytest.raises(RecordError, match="2 circuits and 0 strings; a task's record is of one circuit"):
        work_out(two)


def test_a_record_of_no_known_kind_is_refused() -> None:
    for document in ({}, [], "text", {"format": "assayer/flight@1"}):
        with pytest.raises(RecordError, match="no record known here"):
            work_out(document)


def test_every_figure_can_be_asked_for_by_name() -> None:
    assert all(is_figure(f"{kind}.{name}") for kind, names in FIGURES.items() for name in names)
    assert not is_figure("electrical") and not is_figure("")


DOOR_CSV = """volume;210;m³
inside;20;°C
outside;20;°C
zero_before;-0,4;Pa
zero_after;0,4;Pa
direction;depressurised
pressure [Pa];flow [m³/h]
""" + "\n".join(f"{p};{q.replace('.', ',')}" for p, q in FLOWS)


def test_a_file_with_decimal_commas_gives_the_same_record() -> None:
    found = work_out(read_record_file(DOOR_CSV.encode(), "blower_door"))
    assert found.figures == work_out(door()).figures
    byte_order_mark = work_out(read_record_file(b"\xef\xbb\xbf" + DOOR_CSV.encode(), "blower_door"))
    assert byte_order_mark.figures == found.figures


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("60;1631,5", "60;1631,5\n60;1631,5", "A point stands twice"),
        ("volume;210;m³", "volume;210;m³\nvolume;200;m³", "Line 2: volume stands twice"),
        ("volume;210;m³", "height;210;m", "Line 1: 'height' is no value of this test"),
        ("60;1631,5", "60", "Line 8: 1 cells; a point has 2"),
        ("flow [m³/h]", "flow", "Line 7: write pressure and flow, each once, with its unit"),
    ],
)
def test_a_file_with_a_slip_is_refused_by_its_line(old: str, new: str, said: str) -> None:
    with pytest.raises(RecordFileError, match=said):
        read_record_file(DOOR_CSV.replace(old, new).encode(), "blower_door")


def test_a_decimal_comma_between_commas_is_refused() -> None:
    with pytest.raises(RecordFileError, match=r"4 cells|no value of this test"):
        read_record_file(b"oxygen,7,2,%\n", "combustion")
    text = DOOR_CSV.replace(";", ",")
    with pytest.raises(RecordFileError, match=r"Line 4: 4 cells; write name,value,unit"):
        read_record_file(text.encode(), "blower_door")


def test_files_that_are_no_record_are_refused() -> None:
    for body, kind, said in (
        (b"", "combustion", "1 to 500 are read"),
        (b"\xff\xfe\x00", "combustion", "not UTF-8"),
        (b"x" * 300_000, "combustion", "262144 are the most"),
        (b"<HPXML/>", "combustion", "blower-door test only"),
        (b"<HPXML>", "blower_door", "no XML that can be read"),
        (b"<HPXML/>", "blower_door", "holds no AirInfiltrationMeasurement"),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>', "blower_door", "document type"),
    ):
        with pytest.raises(RecordFileError, match=said):
            read_record_file(body, kind)


HPXML = """<HPXML xmlns="http://hpxmlonline.com/2023/09"><Building><BuildingDetails><Enclosure><AirInfiltration>
{points}</AirInfiltration></Enclosure></BuildingDetails></Building></HPXML>"""
MEASURED = """<AirInfiltrationMeasurement><HousePressure>{p}</HousePressure><BuildingAirLeakage><UnitofMeasure>{unit}
</UnitofMeasure><AirLeakage>{q}</AirLeakage></BuildingAirLeakage><InfiltrationVolume>7416</InfiltrationVolume></AirInfiltrationMeasurement>"""


def test_an_hpxml_file_gives_its_points() -> None:
    points = "".join(MEASURED.format(p=p, q=f"{float(q) / 1.699:.1f}", unit="CFM") for p, q in FLOWS)
    found = read_record_file(HPXML.format(points=points).encode(), "blower_door")
    assert len(found["points"]) == 6 and found["volume"] == {"value": "7416", "unit": "ft³"}
    rest = {name: value for name, value in door().items() if name not in ("points", "volume")}
    flow = work_out(rest | found).figures["flow_50"].value
    assert flow == pytest.approx(Decimal(1450), abs=5)
    with pytest.raises(
        RecordFileError, match="AirInfiltrationMeasurement 1: it needs HousePressure and AirLeakage in CFM; ACH"
    ):
        read_record_file(HPXML.format(points=MEASURED.format(p=50, q=7, unit="ACH")).encode(), "blower_door")


@pytest.mark.slow
def test_examples() -> None:
    for module in (record_file, worked):
        assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0
