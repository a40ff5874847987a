"""Anchors: measures of an earlier calibration that keep their values, so that a new one lies on the same scale."""

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from assess.psychometrics.facets.records import Ratings
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError

Anchors = Mapping[str, Mapping[str, float]]
COLUMNS = ("facet", "element", "measure")


@dataclass(frozen=True, eq=False)
class Anchored:
    """For each facet which elements are held and where; anchors of elements that do not occur."""

    held: tuple[BoolArray, ...]
    measure: tuple[FloatArray, ...]
    absent: tuple[str, ...]


def read_anchors(table: str | Iterable[str]) -> dict[str, dict[str, float]]:
    """Read a table with the columns facet, element, measure (comma, semicolon or tab between them).

    Parameters
    ----------
    table
        The text, or its lines (an open file).

    Raises
    ------
    ResponseError
        `not_anchors` for missing columns, a measure that is not a number, or an element that stands there twice.

    Examples
    --------
    >>> read_anchors("facet,element,measure\\nrater,R1,-0.31\\n")
    {'rater': {'R1': -0.31}}
    """
    lines = table.splitlines() if isinstance(table, str) else list(table)
    heading = lines[0] if lines else ""
    separator = max(",;\t", key=heading.count)
    rows = csv.DictReader(lines, delimiter=separator)
    missing = [name for name in COLUMNS if name not in [field.strip() for field in rows.fieldnames or ()]]
    if missing:
        raise ResponseError(
            "not_anchors", f"an anchor table has the columns facet, element, measure; {missing[0]} is missing"
        )
    found: dict[str, dict[str, float]] = {}
    for number, row in enumerate(rows, 2):
        facet, element, text = ((row.get(name) or "").strip() for name in COLUMNS)
        try:
            measure = float(text)
        except ValueError:
            measure = math.nan
        if not math.isfinite(measure):
            raise ResponseError("not_anchors", f"anchor table, line {number}: {text!r} is not a measure in logits")
        if element in found.setdefault(facet, {}):
            raise ResponseError("not_anchors", f"anchor table, line {number}: {facet} {element} stands there twice")
        found[facet][element] = measure
    return found


def write_anchors(measures: Mapping[str, Mapping[str, float]]) -> str:
    """Write measures as such a table, every digit kept.

    >>> write_anchors({"rater": {"R1": -0.31}})
    'facet,element,measure\\nrater,R1,-0.31\\n'
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for facet, elements in measures.items():
        writer.writerows([facet, element, repr(float(measure))] for element, measure in elements.items())
    return file.getvalue()


def anchored(ratings: Ratings, anchors: Anchors | None) -> Anchored:
    """Find the anchored elements.

    Raises
    ------
    ResponseError
        `unknown_facet` for a facet that is not there, `not_anchors` for a measure that is not finite.
    """
    given = anchors or {}
    for facet, elements in given.items():
        if facet not in ratings.facets:
            sentence = f"anchors: {facet!r} is not one of the facets {', '.join(ratings.facets)}"
            raise ResponseError("unknown_facet", sentence)
        for element, measure in elements.items():
            if not math.isfinite(measure):
                raise ResponseError("not_anchors", f"anchors: {facet} {element} has the measure {measure}")
    held, measures, absent = [], [], []
    for facet, labels in zip(ratings.facets, ratings.labels, strict=True):
        known = {str(element): float(measure) for element, measure in given.get(facet, {}).items()}
        held.append(np.array([label in known for label in labels], dtype=bool))
        measures.append(np.array([known.get(label, 0.0) for label in labels], dtype=np.float64))
        present = set(labels) if known else set()
        absent += [f"{facet} {element}" for element in known if element not in present]
    return Anchored(tuple(held), tuple(measures), tuple(absent))
