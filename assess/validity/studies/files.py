"""The files of a study: document, page, PDF, and tables that a spreadsheet opens."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from assess.ledger.canonical import canonical
from assess.validity.report.typeset import report_pdf
from assess.validity.report.written import Document
from assess.validity.studies.study_report import report_html

ESTIMATE = ("value", "se", "interval", "level", "n", "method", "source", "sufficient", "reason")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes text that begins so for a formula."""


def study_files(document: Document) -> dict[str, bytes]:
    """Every file by its name. The same document gives the same bytes."""
    page = report_html(document)
    return {
        "study.json": canonical(document) + b"\n",
        "report.html": page.encode(),
        "report.pdf": report_pdf(page),
        **csv_files(document),
    }


def csv_files(document: Document) -> dict[str, bytes]:
    """The tables: every estimate with its place in the document, and items and raters where there are any."""
    files = {"estimates.csv": _csv(("place", *ESTIMATE[:2], "low", "high", *ESTIMATE[3:]), _estimates("", document))}
    if document["responses"] is not None:
        files["items.csv"] = _csv(ITEM_COLUMNS, _items(document["responses"]))
    marks = [(name, document[name]) for name in ("ratings", "task_scores") if document[name] is not None]
    if marks:
        files["raters.csv"] = _csv(RATER_COLUMNS, (line for name, found in marks for line in _raters(name, found)))
    return files


Line = Sequence[Any]


def _csv(header: Sequence[str], lines: Iterable[Line]) -> bytes:
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in line] for line in lines)
    return held.getvalue().encode()


def _cell(value: Any) -> str:
    """A value as a spreadsheet may have it: numbers as they are, and text that would run as a formula made harmless.

    >>> _cell("-1.25"), _cell("=A1"), _cell(None)
    ('-1.25', "'=A1", '')
    """
    if value is None:
        return ""
    text = str(value)
    if text.startswith(DANGEROUS) and not text.lstrip("+-").replace(".", "", 1).isdigit():
        return f"'{text}"
    return text


def _estimates(place: str, held: Any) -> Iterator[Line]:
    """Every estimate of the document, wherever it stands."""
    if isinstance(held, Mapping):
        if set(ESTIMATE) <= held.keys():
            low, high = held["interval"] or (None, None)
            yield (place, held["value"], held["se"], low, high, *(held[name] for name in ESTIMATE[3:]))
            return
        for name in sorted(held):
            yield from _estimates(f"{place}.{name}" if place else name, held[name])
    elif isinstance(held, list):
        for row, one in enumerate(held):
            yield from _estimates(f"{place}[{_name(one, row)}]", one)


def _name(held: Any, row: int) -> str:
    """A row is found by what it is called, where it has a name."""
    if isinstance(held, Mapping):
        for key in ("name", "part", "task", "rater", "where", "effect", "judge", "form"):
            if isinstance(held.get(key), str):
                criterion = held.get("criterion")
                return f"{held[key]} / {criterion}" if criterion else held[key]
    return str(row)


ITEM_COLUMNS = (
    "item",
    "n",
    "share_of_points",
    "item_rest",
    "difficulty_logits",
    "difficulty_se",
    "infit",
    "infit_z",
    "outfit",
    "outfit_z",
    "s_x2_p_adjusted",
    "dif",
    "remarks",
)


def _items(found: Document) -> Iterator[Line]:
    rasch = {item["name"]: item["difficulty"] for item in found["rasch"]["items"]}
    fit = {item["name"]: item for item in (found["fit"] or {"items": []})["items"]}
    compared = [one for one in (found["groups"], *found["more_groups"]) if one is not None]
    for item in found["item_analysis"]:
        name = item["name"]
        own, measure = fit.get(name, {}), rasch.get(name, {})
        classes = [
            f"{one['column']} {one['focal']}: {dif['ets_class']}"
            for one in compared
            for dif in one["items"]
            if dif["name"] == name and dif["ets_class"]
        ]
        yield (
            name,
            item["difficulty"]["n"],
            item["difficulty"]["value"],
            item["item_rest"]["value"],
            measure.get("value"),
            measure.get("se"),
            *(own.get(column) for column in ("infit", "infit_z", "outfit", "outfit_z", "p_adjusted")),
            "; ".join(classes),
            " ".join([*item["remarks"], *own.get("remarks", [])]),
        )


RATER_COLUMNS = (
    "of",
    "rater",
    "marks",
    "persons",
    "shared_persons",
    "raw_mean",
    "severity",
    "severity_low",
    "severity_high",
    "severity_words",
    "measure_logits",
    "measure_se",
    "infit",
    "outfit",
)


def _raters(of: str, found: Document) -> Iterator[Line]:
    model = {one["name"]: one for one in ((found["facets"] or {}).get("facets") or {}).get("rater", [])}
    for one in found["severity"]:
        own = model.get(one["rater"], {})
        measure = own.get("measure") or {}
        low, high = one["severity"]["interval"] or (None, None)
        yield (
            of,
            one["rater"],
            one["marks"],
            one["persons"],
            one["shared_persons"],
            one["raw_mean"]["value"],
            one["severity"]["value"],
            low,
            high,
            one["words"],
            measure.get("value"),
            measure.get("se"),
            own.get("infit"),
            own.get("outfit"),
        )
