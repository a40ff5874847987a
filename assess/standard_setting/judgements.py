"""From a table of judgements as people write it, items in rows and judges in columns, to what `angoff` needs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray, ResponseError, as_vector
from assess.standard_setting.angoff import Kind

Scale = Literal["proportion", "percent", "yes/no", "points"]

MISSING = frozenset({"", "na", "n/a", "nan", "-", "–", "—", "."})
WORDS = {"yes": 1.0, "y": 1.0, "true": 1.0, "no": 0.0, "n": 0.0, "false": 0.0}


@dataclass(frozen=True, eq=False, kw_only=True)
class Judgements:
    """Ratings ready for `angoff(found.ratings, kind=found.kind, points=found.points, judges=…, items=…)`.

    Attributes
    ----------
    ratings
        judges × items: proportions, 0/1, or expected points; NaN = not rated.
    scale
        How the cells were read.
    declared
        Whether the scale was given or followed from the cells.
    points
        Maximum of each item.
    """

    ratings: FloatArray
    judges: tuple[str, ...]
    items: tuple[str, ...]
    points: FloatArray
    scale: Scale
    declared: bool

    @property
    def kind(self) -> Kind:
        """The kind of Angoff these judgements make."""
        return "yes/no" if self.scale == "yes/no" else "probability"


def judgements(
    columns: Mapping[str, Sequence[str | float]],
    *,
    items: Sequence[str],
    scale: Scale | None = None,
    points: npt.ArrayLike | None = None,
) -> Judgements:
    """Read a table of judgements.

    Parameters
    ----------
    columns
        Judge → the cells of the judge's column, from the first item to the last: texts or numbers. Empty, "NA" and "-"
        are not rated; "0,65" is 0.65; "65 %" is a percentage.
    items
        The label of each row.
    scale
        How the cells are meant. When None it must follow from the cells: yes/no words or nothing but 0 and 1 are yes/no,
        "%" everywhere is percent, numbers from 0 to 1 are proportions, and with `points` numbers are points. Numbers
        above 1 without either could be percentages or points, so they are refused until the scale is given.
    points
        Maximum of each item, for "points".

    Raises
    ------
    ResponseError
        `no_judges`, `no_items`, `same_label_twice`, `column_too_long`, `not_a_number`, `scale_not_declared`,
        `scales_mixed`, `not_a_probability`, `not_a_maximum`; each names judge, row and item, and the remedy.

    Examples
    --------
    >>> found = judgements({"Ada": ["65 %", "40 %"], "Ben": ["70%", ""]}, items=["I01", "I02"])
    >>> found.scale, found.ratings.tolist()
    ('percent', [[0.65, 0.4], [0.7, nan]])
    """
    if scale is not None and scale not in get_args(Scale):
        raise ResponseError("unknown_kind", f"there is no scale {scale!r}; scales: {', '.join(get_args(Scale))}")
    _check_shape(columns, items)
    cells = [
        [_cell(value, f"judge {judge}, row {row} ({item})") for row, (item, value) in enumerate(zip(items, given, strict=True), 1)]
        for judge, given in columns.items()
    ]  # fmt: skip
    maxima = None if points is None else as_vector(points, name="points")
    if maxima is not None and len(maxima) != len(items):
        raise ResponseError("names_do_not_fit", f"{len(maxima)} points for {len(items)} items")
    if maxima is not None and not (maxima > 0).all():
        item = items[int((~(maxima > 0)).argmax())]
        raise ResponseError("not_a_maximum", f"{item}: its maximum is not above 0; give the points of each item")
    rated = [cell for row in cells for cell in row if cell is not None]
    read = scale or _scale_of(rated, maxima is not None)
    table = np.array(
        [[np.nan if cell is None else cell.on(read) for cell in row] for row in cells], dtype=np.float64
    ).reshape(len(cells), len(items))
    if read == "points" and maxima is None:
        raise ResponseError("not_a_maximum", "points need the maximum of each item; give points=…")
    if maxima is not None and read != "points":
        table = table * maxima
    top = np.ones(len(items)) if maxima is None else maxima
    _refuse_outside(table, top, cells, read)
    return Judgements(
        ratings=table,
        judges=tuple(columns),
        items=tuple(items),
        points=top,
        scale=read,
        declared=scale is not None,
    )


@dataclass(frozen=True, slots=True)
class _Cell:
    """A value that was read, how it was written, and where."""

    value: float
    written: Literal["number", "percent", "word"]
    text: str
    place: str

    def on(self, scale: Scale) -> float:
        """The value as proportion, 0/1 or points."""
        if self.written == "word" and scale != "yes/no":
            raise ResponseError("scales_mixed", f"{self.place}: {self.text!r} is a yes or no, but the scale is {scale}")
        if self.written == "percent" and scale in ("yes/no", "points"):
            raise ResponseError(
                "scales_mixed", f"{self.place}: {self.text!r} is a percentage, but the scale is {scale}"
            )
        if scale == "percent" or self.written == "percent":
            return self.value / 100
        return self.value


def _check_shape(columns: Mapping[str, Sequence[str | float]], items: Sequence[str]) -> None:
    if not columns:
        raise ResponseError("no_judges", "the table has no column of a judge")
    if not items:
        raise ResponseError("no_items", "the table has no row of an item")
    first: dict[str, int] = {}
    for row, item in enumerate(items, 1):
        if item in first:
            sentence = f"item {item} stands in row {first[item]} and in row {row}; leave one out"
            raise ResponseError("same_label_twice", sentence)
        first[item] = row
    for judge, given in columns.items():
        if len(given) != len(items):
            sentence = (
                f"judge {judge}: {len(given)} cells for {len(items)} items; leave a cell empty where nothing was rated"
            )
            raise ResponseError("column_too_long", sentence)


def _cell(given: str | float, place: str) -> _Cell | None:
    if not isinstance(given, str):
        number = float(given)
        if math.isnan(number):
            return None
        if math.isinf(number):
            raise ResponseError(
                "not_a_number", f"{place}: {given} is infinite; leave the cell empty where nothing was rated"
            )
        return _Cell(number, "number", f"{given}", place)
    text = given.strip()
    if text.lower() in MISSING:
        return None
    if text.lower() in WORDS:
        return _Cell(WORDS[text.lower()], "word", text, place)
    percent = text.endswith("%")
    digits = text.removesuffix("%").strip()
    plain = digits.replace(",", ".", 1) if "." not in digits else digits
    try:
        number = float(plain) if plain.isascii() and "_" not in plain else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        sentence = f"{place}: {text!r} is no number; write 0.65, 65 %, yes or no, and leave the cell empty where nothing was rated"
        raise ResponseError("not_a_number", sentence)
    return _Cell(number, "percent" if percent else "number", text, place)


def _scale_of(rated: Sequence[_Cell], with_points: bool) -> Scale:
    written = {cell.written for cell in rated}
    if "word" in written or (not with_points and written == {"number"} and all(cell.value in (0, 1) for cell in rated)):
        return "yes/no"
    if "percent" in written:
        odd = next((cell for cell in rated if cell.written != "percent"), None)
        if odd is not None:
            sign = next(cell for cell in rated if cell.written == "percent")
            sentence = (
                f"{odd.place}: {odd.text!r} has no % sign, but {sign.text!r} ({sign.place}) has; write all cells alike"
            )
            raise ResponseError("scales_mixed", sentence)
        return "percent"
    if with_points:
        return "points"
    above = next((cell for cell in rated if cell.value > 1), None)
    if above is None:
        return "proportion"
    between = next((cell for cell in rated if 0 < cell.value < 1), None)
    if between is not None:
        sentence = (
            f"{above.place}: {above.text!r} is above 1, but {between.text!r} ({between.place}) is a proportion; write all "
            "cells alike, or say what they are (scale)"
        )
        raise ResponseError("scales_mixed", sentence)
    sentence = f"{above.place}: {above.text!r} could be per cent or points; say which (scale), with each item's points for points"
    raise ResponseError("scale_not_declared", sentence)


def _refuse_outside(table: FloatArray, top: FloatArray, cells: Sequence[Sequence[_Cell | None]], scale: Scale) -> None:
    rated = np.isfinite(table)
    wrong = rated & ((table < 0) | (table > top * (1 + 1e-12)))
    if scale == "yes/no":
        wrong |= rated & (table != 0) & (table != top)
    if not wrong.any():
        return
    judge, item = np.argwhere(wrong)[0]
    cell = cells[judge][item]
    assert cell is not None
    allowed = {
        "proportion": "0 to 1",
        "percent": "0 to 100 %",
        "yes/no": "0 (no) or 1 (yes)",
        "points": f"0 to {top[item]:g} points",
    }[scale]
    more = int(wrong.sum()) - 1
    rest = f"; {more} more cell(s) are wrong too" if more else ""
    raise ResponseError(
        "not_a_probability", f"{cell.place}: {cell.text!r} is not {allowed}; the scale is {scale}{rest}"
    )
