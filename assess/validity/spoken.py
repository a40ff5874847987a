"""Estimates of a study's document as people read them: a figure, its interval, and what it means."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from assess.validity.markup import Child, Markup, element, join
from assess.validity.pictures import Bar, Cut, Interval

Estimated = Mapping[str, Any]
"""An estimate as `written.estimate` puts it into a document."""


def percent(text: str | None, places: int = 0) -> str:
    """A share as a percentage, its sign on the same line as its figure.

    >>> percent("0.8649").split(), percent("0.8649", 1).split()
    (['86', '%'], ['86.5', '%'])
    """
    if text is None:
        return "–"
    return f"{(100 * Decimal(text)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)}\N{NO-BREAK SPACE}%"


def share_in_words(found: Estimated) -> str:
    """A share as a sentence part, in per cent."""
    if found["interval"] is None:
        return str(found["words"])
    low, high = found["interval"]
    interval = f"95 % interval {percent(low)} to {percent(high)}, n = {found['n']}"
    if not found["sufficient"]:
        return f"not enough evidence: {found['reason']} (indication only: {interval})"
    return f"{percent(found['value'])} ({interval})"


def fact(label: str, found: Estimated, meaning: str, *, share: bool = False, unit: str = "") -> Markup:
    """One entry of a list of facts: the figure large, its interval below, then what it means."""
    words = share_in_words(found) if share else str(found["words"])
    value, _, rest = words.replace("n = ", "n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}").partition(" (")
    if found["sufficient"]:
        shown = join(
            element("span", value + unit, class_="figure"), element("span", rest.removesuffix(")"), class_="about")
        )
    else:
        shown = element("span", words, class_="lacking")
    return element("div", element("dt", label), element("dd", shown, element("span", meaning, class_="about")))


def facts(*entries: Child) -> Markup:
    """A list of facts."""
    return element("dl", *entries, class_="facts")


def cell(found: Estimated, *, places: int = 2, share: bool = False) -> Markup:
    """An estimate in a table: value, and the interval below; the reason where evidence is lacking."""
    if found["interval"] is None:
        return element("span", "not enough evidence", element("small", str(found["reason"])))
    figures = [found["value"], *found["interval"]]
    value, low, high = (percent(text) if share else _rounded(text, places) for text in figures)
    if not found["sufficient"]:
        return join("not enough evidence", element("small", f"indication {low} to {high}; {found['reason']}"))
    return join(value, element("small", f"{low} to {high}"))


def _rounded(text: str, places: int) -> str:
    rounded = Decimal(text).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return str(abs(rounded) if rounded == 0 else rounded).replace("-", "−")


def interval(label: str, found: Estimated, *, times: float = 1) -> Interval:
    """An estimate as a line of a picture."""
    bounds = [None, None] if found["interval"] is None else [times * float(bound) for bound in found["interval"]]
    value = None if found["value"] is None else times * float(found["value"])
    return Interval(label=label, value=value, low=bounds[0], high=bounds[1], sufficient=bool(found["sufficient"]))


def bars(found: list[Mapping[str, Any]]) -> list[Bar]:
    """Counts as the bars of a picture."""
    return [Bar(low=float(bar["from"]), high=float(bar["to"]), count=int(bar["count"])) for bar in found]


def cut_of(found: Mapping[str, Any] | None) -> Cut | None:
    """A cut as pictures take it."""
    if found is None:
        return None
    return Cut(value=float(found["value"]), standard_error=None if found["se"] is None else float(found["se"]))


def methods(*documents: object) -> Markup:
    """Every method used in these parts of a document, once, with its source."""
    found = dict.fromkeys(pair for document in documents for pair in _methods(document))
    sources: dict[str, list[str]] = {}
    for method, source in found:
        sources.setdefault(source, []).append(method)
    lines = [
        element("li", f"{'; '.join(used)}.", element("small", f"Source: {source}.") if source else None)
        for source, used in sources.items()
    ]
    return element("ul", *lines, class_="methods")


def _methods(document: object) -> Iterator[tuple[str, str]]:
    if isinstance(document, Mapping):
        if "method" in document and "source" in document:
            yield document["method"], document["source"]
        for value in document.values():
            yield from _methods(value)
    elif isinstance(document, list):
        for value in document:
            yield from _methods(value)
