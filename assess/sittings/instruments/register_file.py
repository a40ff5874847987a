"""A register of instruments as a CSV file: read whole, every bad line named with its remedy, nothing guessed. Pure.

The first line names the columns, in any order: serial, kind, maker, firmware, ranges, certificate, laboratory, calibrated_on,
due_on. `serial` and `kind` are needed; the four of the certificate stand together or are all empty.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from assess.sittings.instruments.ranges import RangeError, read_ranges

COLUMNS = ("serial", "kind", "maker", "firmware", "ranges", "certificate", "laboratory", "calibrated_on", "due_on")
NEEDED = ("serial", "kind")
OF_THE_CERTIFICATE = ("certificate", "laboratory", "calibrated_on", "due_on")
LENGTHS = {"serial": 80, "kind": 120, "maker": 120, "firmware": 80, "certificate": 120, "laboratory": 200}
MOST_LINES = 1_000
MOST_CHARACTERS = 400_000
SERIAL = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/ +-]*")


@dataclass(frozen=True)
class Certified:
    """The certificate of a line."""

    number: str
    laboratory: str
    calibrated_on: date
    due_on: date


@dataclass(frozen=True)
class Line:
    """An instrument of the file. `number` is the line of the file, from 1."""

    number: int
    serial: str
    kind: str
    maker: str
    firmware: str
    ranges: list[dict[str, str]]
    certificate: Certified | None


@dataclass(frozen=True)
class Register:
    """What was read; `problems` are (line, sentence), and while there is one nothing of the file is entered."""

    lines: tuple[Line, ...] = ()
    problems: tuple[tuple[int, str], ...] = field(default=())


def read_register(text: str) -> Register:
    """Read a whole file.

    Examples
    --------
    >>> read_register("serial,kind\\nMFT-1,multifunction tester\\n,caliper\\n").problems
    ((3, 'serial is empty. Write the serial that stands on the instrument.'),)
    """
    if len(text) > MOST_CHARACTERS:
        return Register(problems=((1, f"The file is longer than {MOST_CHARACTERS} characters. Split it."),))
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        return Register(problems=((1, "The file is no text. Save it as CSV in UTF-8."),))
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True)
    try:
        header = [name.strip().casefold() for name in next(rows, [])]
        wrong = _wrong_header(header)
        if wrong:
            return Register(problems=((1, wrong),))
        numbered = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as problem:
        return Register(problems=((rows.line_num, f"The line can't be read: {problem}. Check its quotation marks."),))
    if len(numbered) > MOST_LINES:
        return Register(
            problems=((1, f"The file has {len(numbered)} lines; {MOST_LINES} are taken at once. Split it."),)
        )
    return _register(header, numbered)


def _wrong_header(header: list[str]) -> str:
    unknown = [name for name in header if name not in COLUMNS]
    missing = [name for name in NEEDED if name not in header]
    if not header or missing:
        return f"The first line names the columns and lacks {', '.join(missing or NEEDED)}. Columns are {', '.join(COLUMNS)}."
    if unknown:
        return f"There is no column {', '.join(repr(name) for name in unknown)}. Columns are {', '.join(COLUMNS)}."
    twice = sorted({name for name in header if header.count(name) > 1})
    return f"The column {twice[0]} stands twice. Remove one." if twice else ""


def _register(header: list[str], numbered: list[tuple[int, list[str]]]) -> Register:
    lines: list[Line] = []
    problems: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for number, row in numbered:
        if len(row) != len(header):
            problems.append(
                (number, f"The line has {len(row)} fields, the first one {len(header)}. Check its separators.")
            )
            continue
        given = dict.fromkeys(COLUMNS, "") | {name: cell.strip() for name, cell in zip(header, row, strict=True)}
        wrong = _wrong_cells(given)
        if given["serial"] in seen:
            wrong.append(f"serial {given['serial']} stands in line {seen[given['serial']]} already. Remove one.")
        seen.setdefault(given["serial"], number)
        try:
            ranges = read_ranges(given["ranges"])
        except RangeError as bad:
            wrong.append(f"ranges: {bad}")
            ranges = []
        certificate = _certificate(given, wrong)
        problems += [(number, sentence) for sentence in wrong]
        if not wrong:
            named = (given["serial"], given["kind"], given["maker"], given["firmware"])
            lines.append(Line(number, *named, ranges, certificate))
    if not numbered:
        problems.append((1, "There is no instrument below the first line."))
    return Register(tuple(lines), tuple(problems))


def _wrong_cells(given: Mapping[str, str]) -> list[str]:
    wrong = []
    if not given["serial"]:
        wrong.append("serial is empty. Write the serial that stands on the instrument.")
    elif SERIAL.fullmatch(given["serial"]) is None:
        wrong.append(f"serial {given['serial'][:40]!r} holds other signs than letters, digits, space and . _ / + -")
    if not given["kind"]:
        wrong.append("kind is empty. Say what it is, such as: multifunction tester.")
    wrong += [f"{name} is longer than {most} characters." for name, most in LENGTHS.items() if len(given[name]) > most]
    return wrong


def _certificate(given: Mapping[str, str], wrong: list[str]) -> Certified | None:
    filled = [name for name in OF_THE_CERTIFICATE if given[name]]
    if not filled:
        return None
    lacking = [name for name in OF_THE_CERTIFICATE if not given[name]]
    if lacking:
        wrong.append(f"a certificate needs {', '.join(lacking)} as well, or none of the four.")
        return None
    on, due = (_day(name, given[name], wrong) for name in ("calibrated_on", "due_on"))
    if on is None or due is None:
        return None
    if due <= on:
        wrong.append("due_on is not after calibrated_on. Check the two days.")
    return Certified(given["certificate"], given["laboratory"], on, due)


def _day(name: str, text: str, wrong: list[str]) -> date | None:
    try:
        found = date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        found = None
    if found is None:
        wrong.append(f"{name} is {text[:20]!r}. Write a day as 2026-11-26.")
    return found
