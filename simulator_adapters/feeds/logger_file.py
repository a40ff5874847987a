"""Files of data loggers: rows of a time and readings, in a form declared beforehand and checked line by line.

Nothing is guessed. The declaration names delimiter, decimal mark, time zone, the columns with their units, and the file's length
and SHA-256, so a file that was cut off on its way is refused and not read to its end. Every row is kept: one that repeats an
earlier one, or says something else for the same moment, is marked and counts by a person's decision only. An hour that the clock
went through twice is refused where the file does not say which of the two it means.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simulator_adapters.measurement import Status
from simulator_adapters.quantities import NumberError, QuantityError, canonical_unit, parse_number

MOST_BYTES = 64 * 1024 * 1024
MOST_ROWS = 500_000
"""Almost six days at a row a second; a file with more is split."""
_PLAIN = "%Y-%m-%d %H:%M:%S"
_PLAIN_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
OVERLOAD_WORDS = frozenset({"OVRLD", "OVLD", "OL", "OVER", "+OL", "-OL"})
BAD_WORDS = frozenset({"BAD", "ERR", "ERROR", "NAN", "---", "N/A"})


class LoggerFileError(ValueError):
    """A file or declaration that is refused; the sentence names line, column and remedy."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Mark(StrEnum):
    """What a row is beside the rows before it."""

    NEW = "new"
    DUPLICATE = "duplicate"
    CONTRADICTS = "contradicts"
    LATE = "late"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of readings: its heading in the file, what it measures, and its unit."""

    heading: str
    name: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """How a file is written, and which file it is.

    Attributes
    ----------
    time_heading, time_format
        The column of times and how they are written (`datetime.strptime`).
    zone
        Name of the time zone of local times, ``UTC`` for universal time; unused where the format has an offset (%z).
    length, sha256
        Of the file, in bytes and hexadecimal.
    """

    delimiter: str
    decimal_mark: str
    time_heading: str
    time_format: str
    zone: str
    columns: tuple[Column, ...]
    length: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row: the line in the file, its moment in universal time, and each reading with its status (value None unless OK)."""

    line: int
    at: datetime
    readings: tuple[tuple[str, Decimal | None, Status], ...]
    mark: Mark


def read_logger_file(data: bytes, declared: Declaration) -> tuple[Row, ...]:
    """Read a file.

    Raises
    ------
    LoggerFileError
        `bad_declaration`, `too_large`, `cut_off`, `not_the_file`, `not_text`, `bad_heading`, `bad_row`, `bad_time`,
        `ambiguous_time`, `bad_number`, `too_many_rows`.
    """
    check_declaration(declared)
    if len(data) > MOST_BYTES:
        raise LoggerFileError("too_large", f"The file has {len(data)} bytes; {MOST_BYTES} is the most. Split it.")
    if len(data) != declared.length:
        said = f"The file has {len(data)} bytes, {declared.length} were declared. Send it again, whole."
        raise LoggerFileError("cut_off", said)
    if hashlib.sha256(data).hexdigest() != declared.sha256.lower():
        raise LoggerFileError(
            "not_the_file", "The file's SHA-256 is not the declared one. Send the file that was declared."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LoggerFileError("not_text", f"Byte {error.start} is no UTF-8. Save the file as UTF-8.") from None
    return tuple(_marked(_rows(text, declared)))


def check_declaration(declared: Declaration) -> None:
    """Refuse a declaration by which nothing could be read, before any file comes.

    Raises
    ------
    LoggerFileError
        `bad_declaration`, `too_large`.
    """
    if declared.length > MOST_BYTES:
        said = f"The file has {declared.length} bytes; {MOST_BYTES} is the most. Split it."
        raise LoggerFileError("too_large", said)
    if declared.delimiter not in (",", ";", "\t") or declared.decimal_mark not in (".", ","):
        raise LoggerFileError("bad_declaration", "The delimiter is , ; or a tab, the decimal mark . or a comma.")
    if declared.delimiter == declared.decimal_mark:
        raise LoggerFileError(
            "bad_declaration", "Delimiter and decimal mark are the same; nobody can read such a file."
        )
    if not declared.columns:
        raise LoggerFileError("bad_declaration", "No column of readings is declared.")
    try:
        ZoneInfo(declared.zone)
        for column in declared.columns:
            canonical_unit(column.unit)
    except (ZoneInfoNotFoundError, ValueError, QuantityError) as error:
        raise LoggerFileError(
            "bad_declaration", f"{error} Use a zone such as Europe/Madrid and a unit of the table."
        ) from None


def _rows(text: str, declared: Declaration) -> Iterator[Row]:
    zone = ZoneInfo(declared.zone)
    known: list[dict[str, tuple[Decimal | None, Status]]] = [{} for _ in declared.columns]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=declared.delimiter, strict=True)
    try:
        heading = [cell.strip() for cell in next(lines, [])]
        places = _places(heading, declared)
        for count, cells in enumerate(lines, start=1):
            if not any(cell.strip() for cell in cells):
                continue
            if count > MOST_ROWS:
                raise LoggerFileError("too_many_rows", f"The file has more than {MOST_ROWS} rows. Split it.")
            if len(cells) != len(heading):
                said = f"Line {lines.line_num} has {len(cells)} columns, the heading has {len(heading)}."
                raise LoggerFileError("bad_row", said)
            yield Row(
                line=lines.line_num,
                at=_moment(cells[places[declared.time_heading]].strip(), lines.line_num, declared, zone),
                readings=tuple(
                    (
                        column.name,
                        *_known(seen, cells[places[column.heading]].strip(), lines.line_num, column, declared),
                    )
                    for column, seen in zip(declared.columns, known, strict=True)
                ),
                mark=Mark.NEW,
            )
    except csv.Error as error:
        raise LoggerFileError("bad_row", f"Line {lines.line_num}: {error}.") from None


def _places(heading: Sequence[str], declared: Declaration) -> Mapping[str, int]:
    wanted = [declared.time_heading, *(column.heading for column in declared.columns)]
    for name in wanted:
        if heading.count(name) != 1:
            times = "is not there" if name not in heading else "is there twice"
            raise LoggerFileError("bad_heading", f"Line 1: the column {name!r} {times}.")
    return {name: heading.index(name) for name in wanted}


def _moment(text: str, line: int, declared: Declaration, zone: ZoneInfo) -> datetime:
    try:
        read = _written_plainly(text, declared.time_format) or _written(text, declared.time_format)
    except ValueError:
        raise LoggerFileError(
            "bad_time", f"Line {line}: {text[:40]!r} is no time as declared ({declared.time_format})."
        ) from None
    if read.tzinfo is not None:
        return read.astimezone(UTC)
    first, second = (read.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    assert first is not None  # a zone of the database knows its offset at any time
    moment = (read - first).replace(tzinfo=UTC)
    if first != second:
        there = moment.astimezone(zone).replace(tzinfo=None) == read
        why = "the clock went through this hour twice" if there else "the clock left this hour out"
        said = f"Line {line}: {text} in {declared.zone} is no single moment: {why}. Log in UTC or with an offset."
        raise LoggerFileError("ambiguous_time", said)
    return moment


def _written(text: str, form: str) -> datetime:
    if any(sign.isnumeric() and not sign.isascii() for sign in text):  # `strptime` would take them
        raise ValueError("a digit other than 0 to 9")
    return datetime.strptime(text, form)


def _written_plainly(text: str, form: str) -> datetime | None:
    """The commonest form, read without `strptime`, which takes ten times as long; None where it is written in another way."""
    if form != _PLAIN or _PLAIN_TIME.fullmatch(text) is None:
        return None
    return datetime.fromisoformat(text)


def _known(
    seen: dict[str, tuple[Decimal | None, Status]], text: str, line: int, column: Column, declared: Declaration
) -> tuple[Decimal | None, Status]:
    """A value; loggers write the same few texts again and again, and each is read once."""
    found = seen.get(text)
    if found is None:
        found = seen[text] = _value(text, line, column, declared)
    return found


def _value(text: str, line: int, column: Column, declared: Declaration) -> tuple[Decimal | None, Status]:
    if text.upper() in OVERLOAD_WORDS:
        return None, Status.OVERRANGE
    if not text or text.upper() in BAD_WORDS:
        return None, Status.BAD_QUALITY
    other = "," if declared.decimal_mark == "." else "."
    try:
        if other in text:
            raise NumberError("foreign_mark", f"{text!r} holds {other!r}, but {declared.decimal_mark!r} is declared.")
        return parse_number(text), Status.OK
    except NumberError as problem:
        said = f"Line {line}, column {column.heading!r}: {problem.sentence}"
        raise LoggerFileError("bad_number", said) from None


def _marked(rows: Iterator[Row]) -> Iterator[Row]:
    known: dict[datetime, tuple[tuple[str, Decimal | None, Status], ...]] = {}
    latest = datetime.min.replace(tzinfo=UTC)
    for row in rows:
        mark = Mark.NEW
        if row.at in known:
            mark = Mark.DUPLICATE if known[row.at] == row.readings else Mark.CONTRADICTS
        elif row.at < latest:
            mark = Mark.LATE
        known.setdefault(row.at, row.readings)
        latest = max(latest, row.at)
        yield Row(line=row.line, at=row.at, readings=row.readings, mark=mark)


def gaps(rows: Sequence[Row], *, expected: timedelta) -> tuple[tuple[datetime, datetime], ...]:
    """Where rows are missing: pairs of moments further apart than half again the expected distance."""
    moments = sorted({row.at for row in rows})
    return tuple((a, b) for a, b in pairwise(moments) if b - a > 1.5 * expected)
