"""Reads a file that an instrument's program wrote into a record's document: CSV of names, values and units, or HPXML.

A CSV file has one line for each value (``name;value;unit``); a blower-door file then has a line ``pressure;flow`` with its units in
brackets (``pressure [Pa];flow [m³/h]``) and one line for each point. Where the separator is a semicolon or a tab a comma is a
decimal comma; where it is a comma, decimals have points. Nothing is converted or rounded here: the texts go into the document as
they stand, and a doubled line is refused, since nobody can tell which of the two holds.

HPXML (Building/BuildingDetails/Enclosure/AirInfiltration) gives pressure and flow of each `AirInfiltrationMeasurement`.
"""

import re
from typing import Any

from lxml import etree

from simulator_adapters.records.electrical import CIRCUIT_FIELDS, FORMAT, Quantity
from simulator_adapters.records.energy import BLOWER_DOOR, COMBUSTION, DOOR_FIELDS, FLUE_FIELDS, MOST_POINTS

MOST_BYTES = 262_144
MOST_LINES = 500
HEADING = re.compile(r"\s*(pressure|flow)\s*[\[(](.{1,16}?)[\])]\s*", re.IGNORECASE)
FLOWS_OF_HPXML = frozenset({"CFM"})
"""Of the units HPXML allows, those of a flow at the pressure measured; ACH and the natural rates are results already."""


class RecordFileError(ValueError):
    """A file that can't be read into a record: which line, what is wrong, what to write instead."""

    code = "bad_record_file"


def read_record_file(body: bytes, kind: str) -> dict[str, Any]:
    """The document of a record of this kind (``blower_door``, ``combustion``, ``electrical``), not yet judged.

    Raises
    ------
    RecordFileError
        With the line and the remedy.

    Examples
    --------
    >>> found = read_record_file("oxygen;7,2;%\\n".encode(), "combustion")
    >>> found["oxygen"]
    {'value': '7,2', 'unit': '%'}
    """
    if len(body) > MOST_BYTES:
        raise RecordFileError(
            f"The file has {len(body)} bytes; {MOST_BYTES} are the most. Hand in this test's values alone."
        )
    if body.lstrip()[:1] == b"<":
        if kind != "blower_door":
            raise RecordFileError("An XML file is read for a blower-door test only. Hand in CSV: name;value;unit.")
        return _hpxml(body)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RecordFileError("The file is not UTF-8. Save it as CSV in UTF-8.") from None
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines or len(lines) > MOST_LINES:
        raise RecordFileError(f"The file has {len(lines)} lines; 1 to {MOST_LINES} are read.")
    return _csv(lines, kind)


def _separator(line: str) -> str:
    return next((one for one in (";", "\t") if one in line), ",")


def _csv(lines: list[tuple[int, str]], kind: str) -> dict[str, Any]:
    separator = _separator(lines[0][1])
    fields = {"blower_door": DOOR_FIELDS, "combustion": FLUE_FIELDS, "electrical": CIRCUIT_FIELDS}[kind]
    words = {one.name for one in fields if not isinstance(one, Quantity)}
    known = {one.name for one in fields} | ({"name"} if kind == "electrical" else set())
    held: dict[str, Any] = {}
    points: list[dict[str, Any]] = []
    columns: list[tuple[str, str]] | None = None
    for number, line in lines:
        cells = [cell.strip() for cell in line.split(separator)]
        if columns is not None:
            points.append(_point(number, cells, columns))
            continue
        if kind == "blower_door" and HEADING.fullmatch(cells[0]):
            columns = _columns(number, cells)
            continue
        if len(cells) not in (2, 3):
            raise RecordFileError(f"Line {number}: {len(cells)} cells; write name{separator}value{separator}unit.")
        name, value = cells[0], cells[1]
        if name not in known:
            raise RecordFileError(
                f"Line {number}: {name[:40]!r} is no value of this test. Known are {', '.join(sorted(known))}."
            )
        if name in held:
            raise RecordFileError(f"Line {number}: {name} stands twice. Keep the line that holds.")
        bare = name in words or name == "name"
        unit = cells[2] if len(cells) == 3 else ""
        held[name] = value if bare else {"value": _plain(value, separator, number), "unit": unit}
    if kind == "electrical":
        return {"format": FORMAT, "circuits": [{"name": "circuit", **held}]}
    if kind == "combustion":
        return {"format": COMBUSTION, **held}
    if len({(one["pressure"]["value"], one["flow"]["value"]) for one in points}) < len(points):
        raise RecordFileError("A point stands twice, pressure and flow alike. Keep one of the lines.")
    return {"format": BLOWER_DOOR, **held, "points": points}


def _plain(value: str, separator: str, number: int) -> str:
    if separator == "," and "," in value:
        raise RecordFileError(f"Line {number}: {value!r}. With commas between cells decimals have points.")
    return value


def _columns(number: int, cells: list[str]) -> list[tuple[str, str]]:
    found = [HEADING.fullmatch(cell) for cell in cells]
    named = [(one[1].lower(), one[2]) for one in found if one is not None]
    if len(named) != len(cells) or sorted(name for name, _ in named) != ["flow", "pressure"]:
        raise RecordFileError(
            f"Line {number}: write pressure and flow, each once, with its unit: pressure [Pa];flow [m³/h]."
        )
    return named


def _point(number: int, cells: list[str], columns: list[tuple[str, str]]) -> dict[str, Any]:
    if len(cells) != len(columns):
        raise RecordFileError(f"Line {number}: {len(cells)} cells; a point has {len(columns)}.")
    return {name: {"value": cell, "unit": unit} for (name, unit), cell in zip(columns, cells, strict=True)}


def _hpxml(body: bytes) -> dict[str, Any]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise RecordFileError(f"The file is no XML that can be read: {error.msg}.") from None
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # lxml-stubs leave it out
        raise RecordFileError("The file declares a document type. Remove it; HPXML has none.")
    points = []
    for number, one in enumerate(root.iterfind(".//{*}AirInfiltrationMeasurement"), start=1):
        place = f"AirInfiltrationMeasurement {number}"
        pressure, leakage = one.findtext("{*}HousePressure"), one.findtext(".//{*}BuildingAirLeakage/{*}AirLeakage")
        unit = one.findtext(".//{*}BuildingAirLeakage/{*}UnitofMeasure", "").strip()
        if pressure is None or leakage is None or unit not in FLOWS_OF_HPXML:
            raise RecordFileError(
                f"{place}: it needs HousePressure and AirLeakage in CFM; {unit or 'no unit'} is no flow at that pressure."
            )
        points.append(
            {"pressure": {"value": pressure.strip(), "unit": "Pa"}, "flow": {"value": leakage.strip(), "unit": "CFM"}}
        )
        if len(points) > MOST_POINTS:
            raise RecordFileError(f"{place}: {MOST_POINTS} points are the most.")
    if not points:
        raise RecordFileError("The file holds no AirInfiltrationMeasurement. Export the test with its single readings.")
    document: dict[str, Any] = {"format": BLOWER_DOOR, "points": points}
    volume = root.findtext(".//{*}AirInfiltrationMeasurement/{*}InfiltrationVolume")
    if volume is not None:
        document["volume"] = {"value": volume.strip(), "unit": "ft³"}
    return document
