"""Real CSV files as data of a study: read strictly, with line, column and remedy in every refusal.

A header row names the columns. Comma or semicolon, whichever the header uses; a decimal comma is read where the semicolon
separates. An empty cell or NA is missing. What could be read two ways is refused, never guessed.
"""

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assess.psychometrics.responses import FloatArray, ResponseError
from assess.validity.datasets.arrays import Groups, Ratings, Responses

LARGEST_BYTES = 200_000_000
WHOLE_TASK = "all criteria"
"""The one task of rating files, which name none."""

FEWEST_NUMBERED = 12
"""From so many rows on, whole numbers that are all different can't be points of an item by chance."""

MISSING = frozenset({"", "NA"})
NUMBER = re.compile(r"[+-]?[0-9]+(?:[.][0-9]+)?", re.ASCII)
NUMBER_WITH_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+", re.ASCII)
NUMBER_LIKE = re.compile(r"[+-]?(?:nan|inf|infinity|[\d_.,]+(?:e[+-]?\d+)?)", re.IGNORECASE)
"""What somebody may have meant as a number, readable or not."""


class TableError(ValueError):
    """A file that cannot be read as it is. `code` is stable, for machines; the text names the place and the remedy."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Table:
    """Cells as text: the header, and each row with its line number in the file."""

    name: str
    delimiter: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def column(self, wanted: str, option: str) -> int:
        """The position of a column.

        Raises
        ------
        TableError
            `missing_column`.
        """
        if wanted not in self.header:
            sentence = (
                f"{self.name}: there is no column {wanted!r} ({option}); the header has {', '.join(self.header)}."
            )
            raise TableError("missing_column", sentence)
        return self.header.index(wanted)

    def number(self, line: int, row: tuple[str, ...], column: int) -> float:
        """One cell as a number, NaN when missing."""
        text = row[column].strip()
        if text in MISSING:
            return math.nan
        readable = NUMBER.fullmatch(text)
        if not readable and self.delimiter == ";" and NUMBER_WITH_COMMA.fullmatch(text):
            text, readable = text.replace(",", "."), NUMBER.fullmatch(text.replace(",", "."))
        value = float(text) if readable else math.nan
        if not math.isfinite(value):
            raise TableError(
                "not_a_number", f"{self._place(line, column)}: {_shown(text)} {_remedy(text, self.delimiter)}"
            )
        return value

    def name_in(self, line: int, row: tuple[str, ...], column: int) -> str:
        """One cell as a name.

        Raises
        ------
        TableError
            `missing_name`.
        """
        text = row[column].strip()
        if text in MISSING:
            raise TableError("missing_name", f"{self._place(line, column)}: a name is needed here; fill it in.")
        return text

    def _place(self, line: int, column: int) -> str:
        return f"{self.name}, line {line}, column {self.header[column]!r}"


def read_responses(
    path: Path,
    *,
    identifier: str | None = None,
    maximum: float | Mapping[str, float] | None = None,
    leave_out: Sequence[str] = (),
) -> Responses:
    """A file with one row per person and one column per item.

    Parameters
    ----------
    identifier
        The column that names the persons; it is checked for doubles and otherwise left out.
    maximum
        Highest score of every item, or of the items named; else the highest score that occurs (at least 1).
    leave_out
        Columns that are no items, such as the persons' group.

    Raises
    ------
    TableError
        `unreadable`, `too_large`, `not_utf8`, `empty`, `delimiter`, `duplicate_column`, `nameless_column`, `ragged`,
        `missing_column`, `duplicate_person`, `not_a_number`, `names_not_numbers`, `looks_like_identifier`, `negative`,
        `beyond_the_maximum`.
    """
    table = read_table(path)
    others = {table.column(name, "--group") for name in leave_out}
    columns = [k for k, name in enumerate(table.header) if name != identifier and k not in others]
    if identifier is not None:
        _refuse_doubles(table, table.column(identifier, "--id"))
    if not columns:
        raise TableError("empty", f"{table.name}: there is no item column beside {identifier!r}.")
    _refuse_names(table, columns)
    matrix = np.array([[table.number(line, row, column) for column in columns] for line, row in table.rows])
    items = tuple(table.header[column] for column in columns)
    named = maximum if isinstance(maximum, Mapping) else {}
    _refuse_numbering(table, [item for item in items if item not in named], items, matrix)
    maxima = _maxima(table, items, matrix, maximum)
    for row, column in np.argwhere((matrix < 0) | (matrix > maxima)):
        value = matrix[row, column]
        code = "negative" if value < 0 else "beyond_the_maximum"
        why = (
            "points start at 0; recode the item"
            if value < 0
            else f"the maximum is {maxima[column]:g}; correct one of them"
        )
        place = f"{table.name}, line {table.rows[row][0]}, column {items[column]!r}"
        raise TableError(code, f"{place}: {value:g} points, but {why}.")
    return Responses(matrix=matrix, items=items, maxima=maxima)


def read_groups(path: Path, *, column: str, focal: str | None = None) -> Groups:
    """The group of each person of a file of responses.

    Raises
    ------
    TableError
        As `read_responses`; `not_a_group` when nobody is in the focal group, or it must be named.
    """
    table = read_table(path)
    place = table.column(column, "--group")
    labels = tuple("" if row[place].strip() in MISSING else row[place].strip() for _, row in table.rows)
    try:
        return Groups(labels=labels, column=column, focal=focal)
    except ResponseError as error:
        raise TableError(error.code, f"{table.name}, column {error} (--focal)") from None


def read_ratings(path: Path, *, person: str, rater: str, criteria: Sequence[str]) -> Ratings:
    """A file with one row per person and rater, and one column per criterion; other columns are not read.

    Raises
    ------
    TableError
        As `read_responses`, and `duplicate_mark`, `missing_name`.
    """
    table = read_table(path)
    if not criteria:
        raise TableError("missing_column", f"{table.name}: no criterion is named; say --criteria COLUMN,COLUMN.")
    wanted = [person, rater, *criteria]
    twice = sorted({name for name in wanted if wanted.count(name) > 1})
    if twice:
        raise TableError("duplicate_column", f"{table.name}: column {twice[0]!r} is asked for twice; name it once.")
    who, by = table.column(person, "--person"), table.column(rater, "--rater")
    marked = [table.column(name, "--criteria") for name in criteria]
    seen: dict[tuple[str, str], int] = {}
    persons, raters, names, values = [], [], [], []
    for line, row in table.rows:
        pair = (table.name_in(line, row, who), table.name_in(line, row, by))
        if pair in seen:
            sentence = (
                f"{table.name}, line {line}: rater {pair[1]!r} has already marked person {pair[0]!r} in line "
                f"{seen[pair]}; keep one of the two."
            )
            raise TableError("duplicate_mark", sentence)
        seen[pair] = line
        for name, column in zip(criteria, marked, strict=True):
            persons.append(pair[0])
            raters.append(pair[1])
            names.append(name)
            values.append(table.number(line, row, column))
    return Ratings(
        persons=tuple(persons),
        raters=tuple(raters),
        criteria=tuple(names),
        tasks=(WHOLE_TASK,) * len(values),
        values=np.array(values),
    )


def read_table(path: Path) -> Table:
    """The cells of a CSV file, with a header of different names and rows of one length."""
    name = path.name
    text = _text(path)
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        raise TableError("empty", f"{name}: the file is empty; a header row and data rows are needed.")
    delimiter = _delimiter(name, first)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: tuple[str, ...] | None = None
    rows: list[tuple[int, tuple[str, ...]]] = []
    try:
        line = 1
        for cells in reader:
            start, line = line, reader.line_num + 1
            if header is None:
                if cells:
                    header = _header(name, cells)
            elif len(cells) != len(header):
                if not any(cell.strip() for cell in cells):
                    continue  # an empty line
                sentence = (
                    f"{name}, line {start}: {len(cells)} cells, but the header has {len(header)}; make them equal."
                )
                raise TableError("ragged", sentence)
            else:
                rows.append((start, tuple(cells)))
    except csv.Error as error:
        sentence = f"{name}, line {reader.line_num}: {error}; check the quotation marks."
        raise TableError("quotation", sentence) from None
    if header is None or not rows:
        raise TableError("empty", f"{name}: there is a header but no data row.")
    return Table(name=name, delimiter=delimiter, header=header, rows=tuple(rows))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            limit = f"{LARGEST_BYTES // 1_000_000} MB"
            raise TableError("too_large", f"{path.name}: the file is larger than {limit}; split the study.")
        content = path.read_bytes()
    except OSError as error:
        raise TableError(
            "unreadable", f"{path}: {error.strerror}; check the path and the file's permissions."
        ) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise TableError(
            "not_utf8", f"{path.name}, line {line}: this is not UTF-8 text; save it as CSV UTF-8."
        ) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise TableError("not_utf8", f"{path.name}, line {line}: a zero byte; this is not a CSV text file.")
    return text


def _delimiter(name: str, first: str) -> str:
    outside = re.sub(r'"[^"]*"', "", first)
    if "\t" in outside and "," not in outside and ";" not in outside:
        raise TableError("delimiter", f"{name}: the columns are separated by tabs; save with commas or semicolons.")
    if ";" in outside and "," in outside:
        sentence = f"{name}: the header holds commas and semicolons, so the separator is not certain; quote the names."
        raise TableError("delimiter", sentence)
    return ";" if ";" in outside else ","


def _header(name: str, cells: list[str]) -> tuple[str, ...]:
    header = tuple(cell.strip() for cell in cells)
    for number, cell in enumerate(header, 1):
        if not cell:
            raise TableError("nameless_column", f"{name}: column {number} of the header has no name; give it one.")
    twice = sorted({cell for cell in header if header.count(cell) > 1})
    if twice:
        raise TableError("duplicate_column", f"{name}: two columns are called {twice[0]!r}; rename or remove one.")
    return header


def _refuse_doubles(table: Table, column: int) -> None:
    seen: dict[str, int] = {}
    for line, row in table.rows:
        person = table.name_in(line, row, column)
        if person in seen:
            sentence = f"{table.name}, line {line}: person {person!r} is already in line {seen[person]}; keep one row."
            raise TableError("duplicate_person", sentence)
        seen[person] = line


def _refuse_names(table: Table, columns: list[int]) -> None:
    """A column in which no cell so much as looks like a number holds names; the remedy is another than for one bad cell."""
    for column in columns:
        cells = [row[column].strip() for _, row in table.rows]
        given = [cell for cell in cells if cell not in MISSING]
        if given and not any(NUMBER_LIKE.fullmatch(cell) for cell in given):
            place = f"{table.name}, line {table.rows[0][0]}, column {table.header[column]!r}"
            sentence = (
                f"{place}: no cell holds a number, so this is not an item. If it names the persons, say "
                f"--id {table.header[column]}; otherwise remove the column."
            )
            raise TableError("names_not_numbers", sentence)


def _refuse_numbering(table: Table, doubtful: list[str], items: tuple[str, ...], matrix: FloatArray) -> None:
    """A column of whole numbers that are all different numbers the persons; as an item it would drown all others."""
    for item in doubtful:
        values = matrix[:, items.index(item)]
        if len(values) >= FEWEST_NUMBERED and (values % 1 == 0).all() and len(np.unique(values)) == len(values):
            sentence = (
                f"{table.name}, column {item!r}: every row has another whole number, which looks like a number of the "
                f"person. If it is, say --id {item}; if it is an item, say --maximum {item}=POINTS."
            )
            raise TableError("looks_like_identifier", sentence)


def _maxima(
    table: Table, items: tuple[str, ...], matrix: FloatArray, maximum: float | Mapping[str, float] | None
) -> FloatArray:
    found: FloatArray = np.maximum(np.where(np.isfinite(matrix), matrix, 0.0).max(axis=0), 1.0)
    if maximum is None:
        return found
    if not isinstance(maximum, Mapping):
        return np.full(len(items), float(maximum), dtype=np.float64)
    for item, value in maximum.items():
        if item not in items:
            sentence = f"{table.name}: there is no item {item!r} (--maximum); the items are {', '.join(items)}."
            raise TableError("missing_column", sentence)
        found[items.index(item)] = value
    return found


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")


def _remedy(text: str, delimiter: str) -> str:
    if NUMBER.fullmatch(text):
        return "is larger than a number here may be; correct it."
    if text.casefold().lstrip("+-") in {"nan", "inf", "infinity"}:
        return "is not a score; leave the cell empty or write NA when it is missing."
    if any(sign.isdigit() and not sign.isascii() for sign in text):
        return "holds digits that are not 0 to 9; write it with these."
    if "," in text and "." in text:
        return "can be read in two ways; write one decimal point and no separator of thousands."
    if "," in text and delimiter == ",":
        return "has a decimal comma while commas separate the columns; write a point, or separate with semicolons."
    return "is not a number; write digits with at most one decimal point, or NA when it is missing."
