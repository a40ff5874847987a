"""The form that a judge fills under each method: which values an element takes, and when a judge has finished. Pure.

All methods share one shape, a list of elements with one value each: an item and its expected points (Angoff), an item and its
cell, a cell and its share (Ebel), a booklet and a page (bookmark), a limit and a percentage (Hofstee, Beuk), a work and its level
(body of work). Values are kept as texts of digits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any


class Method(StrEnum):
    """How the cut is found."""

    ANGOFF = "angoff"
    YES_NO = "yes/no angoff"
    EBEL = "ebel"
    BOOKMARK = "bookmark"
    HOFSTEE = "hofstee"
    BEUK = "beuk"
    BODY_OF_WORK = "body of work"
    CONTRASTING = "contrasting groups"
    BORDERLINE_GROUP = "borderline group"
    BORDERLINE_REGRESSION = "borderline regression"


WORDS: dict[Method, str] = {
    Method.ANGOFF: "Angoff: expected points of a borderline candidate on each item",
    Method.YES_NO: "Yes/no Angoff: would a borderline candidate have the item right?",
    Method.EBEL: "Ebel: items sorted by relevance and difficulty, a share for each cell",
    Method.BOOKMARK: "Bookmark: the first item that a borderline candidate does not master",
    Method.HOFSTEE: "Hofstee: limits of an acceptable cut and of acceptable failures",
    Method.BEUK: "Beuk: the lowest score that should pass, and the share expected to pass",
    Method.BODY_OF_WORK: "Body of work: whole works of candidates sorted into levels",
    Method.CONTRASTING: "Contrasting groups: the score between those whom assessors found competent and those they did not",
    Method.BORDERLINE_GROUP: "Borderline group: scores of those whom assessors rated borderline",
    Method.BORDERLINE_REGRESSION: "Borderline regression: scores on the assessors' overall impression",
}
FROM_SCORES = frozenset({Method.CONTRASTING, Method.BORDERLINE_GROUP, Method.BORDERLINE_REGRESSION})
"""The assessors judged while they assessed: the cut follows from scores and impressions, without rounds."""

RELEVANCE = ("essential", "important", "acceptable", "questionable")
DIFFICULTY = ("easy", "medium", "hard")
"""Rows and columns of Ebel's grid (Ebel 1972)."""
LEVELS = ("not yet competent", "competent", "clearly above")
"""Of a body of work, from 0; the cut lies between the first two."""

LIMITS: dict[Method, dict[str, str]] = {
    Method.HOFSTEE: {
        "lowest cut": "The lowest cut you would accept, in per cent of the points",
        "highest cut": "The highest cut you would accept, in per cent of the points",
        "lowest failing": "The lowest share of candidates who may fail, in per cent",
        "highest failing": "The highest share of candidates who may fail, in per cent",
    },
    Method.BEUK: {
        "lowest pass": "The lowest score that should pass, in per cent of the points",
        "passing": "The share of candidates whom you expect to pass, in per cent",
    },
}


SHOWN = "item"
"""The kind of an element that is only shown: a page of the ordered booklet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One thing a judge gives a value for.

    Attributes
    ----------
    kind
        "points" (0 to `maximum`, two decimals), "yes/no", "cell" (row and column as `1.2`), "share" and "percent" (0 to 100),
        "page" (1 to `maximum`), "level" (0 to `maximum`).
    """

    identifier: str
    kind: str
    maximum: Decimal

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Element":
        return cls(identifier=document["id"], kind=document["kind"], maximum=Decimal(document["maximum"]))


class Unreadable(ValueError):
    """A value is none of this element; the message says what would be."""


def elements_of(documents: Iterable[Mapping[str, Any]]) -> tuple[Element, ...]:
    return tuple(Element.of(one) for one in documents)


def read_value(element: Element, text: str) -> str:
    """The value as it is kept.

    Raises
    ------
    Unreadable
        Naming the element and what it takes.

    >>> read_value(Element(identifier="A", kind="points", maximum=Decimal(1)), "0.650")
    '0.65'
    """
    if element.kind == SHOWN:
        raise Unreadable(f"{element.identifier} is shown and takes no value.")
    if element.kind == "cell":
        return _cell(element, text)
    try:
        number = Decimal(text) if text.isascii() and "_" not in text else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    top = Decimal(100) if element.kind in ("share", "percent") else element.maximum
    low = 1 if element.kind == "page" else 0
    if not number.is_finite() or not low <= number <= top:
        raise Unreadable(f"{element.identifier}: {text[:20]!r} is not between {low} and {top.normalize():f}.")
    if element.kind == "yes/no" and number not in (0, element.maximum):
        raise Unreadable(f"{element.identifier}: it is all points (yes) or none (no).")
    if element.kind in ("page", "level") and number != int(number):
        raise Unreadable(f"{element.identifier}: {text[:20]!r} is no whole number.")
    kept = number.quantize(Decimal("0.01"))
    if kept != number:
        raise Unreadable(f"{element.identifier}: {text[:20]!r} has more than two decimals.")
    plain = f"{kept.normalize():f}"
    return "0" if plain in ("-0", "0") else plain


def _cell(element: Element, text: str) -> str:
    row, _, column = text.partition(".")
    known = row.isascii() and column.isascii() and row.isdigit() and column.isdigit()
    if known and int(row) < len(RELEVANCE) and int(column) < len(DIFFICULTY):
        return f"{int(row)}.{int(column)}"
    raise Unreadable(f"{element.identifier}: choose its relevance and its difficulty.")


def unrated(elements: Sequence[Element], given: Mapping[str, str]) -> tuple[str, ...]:
    """The elements that a judge has still to value. Of Ebel's cells only those in which the judge put an item.

    >>> grid = elements_of([{"id": "A", "kind": "cell", "maximum": "1"}, {"id": "cell 0.1", "kind": "share", "maximum": "100"}])
    >>> unrated(grid, {"A": "0.1"}), unrated(grid, {"A": "2.1"})
    (('cell 0.1',), ())
    """
    used = {f"cell {given[one.identifier]}" for one in elements if one.kind == "cell" and one.identifier in given}
    return tuple(
        one.identifier
        for one in elements
        if one.kind != SHOWN and one.identifier not in given and (one.kind != "share" or one.identifier in used)
    )


def inconsistent(method: Method, given: Mapping[str, str]) -> str | None:
    """What a judge's values say against each other, as a sentence; None where they fit.

    >>> inconsistent(Method.HOFSTEE, {"lowest cut": "70", "highest cut": "60"})
    'The lowest cut (70 %) is above the highest cut (60 %).'
    """
    if method is not Method.HOFSTEE:
        return None
    for low, high in (("lowest cut", "highest cut"), ("lowest failing", "highest failing")):
        if low in given and high in given and Decimal(given[low]) > Decimal(given[high]):
            return f"The {low} ({given[low]} %) is above the {high} ({given[high]} %)."
    return None


def grid_elements() -> list[dict[str, str]]:
    """Ebel's cells, each with the share that a borderline candidate solves of its items."""
    return [
        {"id": f"cell {row}.{column}", "kind": "share", "maximum": "100", "words": f"{relevant}, {hard}"}
        for row, relevant in enumerate(RELEVANCE)
        for column, hard in enumerate(DIFFICULTY)
    ]
