"""Estimates of a study's document as people read them: a figure, its interval, and what it means."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from assess.validity.report.markup import Child, Markup, element, join
from assess.validity.report.pictures import Bar, Cut, Interval

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
    """An estimate in a table: value (standard error), the interval below; the reason where evidence is lacking."""
    if found["interval"] is None:
        return element("span", "not enough evidence", element("small", str(found["reason"])))
    figures = [found["value"], *found["interval"], found["se"]]
    value, low, high, error = (percent(text, places - 1) if share else rounded(text, places) for text in figures)
    if not found["sufficient"]:
        return join("not enough evidence", element("small", f"indication {low} to {high}; {found['reason']}"))
    return join(f"{value} ({error})", element("small", f"{low} to {high}"))


class Notes:
    """Reasons that many cells of a table share, told once below it.

    >>> notes = Notes()
    >>> for item in ("b2", "b3"):
    ...     lacking = {"interval": None, "sufficient": False, "reason": f"{item}: nobody answered it"}
    ...     str(notes.cell(lacking, of=item))
    '<span>not enough evidence<small>note 1</small></span>'
    '<span>not enough evidence<small>note 1</small></span>'
    >>> str(notes.below())
    '<p class="about">Note 1: nobody answered it.</p>'
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def cell(self, found: Estimated, *, of: str, places: int = 2, share: bool = False) -> Markup:
        """As `cell`, with the number of a note in place of the reason; `of` is whom the row is about."""
        if found["sufficient"]:
            return cell(found, places=places, share=share)
        reason = str(found["reason"]).removeprefix(f"{of}: ").removeprefix(f"{of} ")
        note = f"note {self._numbers.setdefault(reason, len(self._numbers) + 1)}"
        if found["interval"] is None:
            return element("span", "not enough evidence", element("small", note))
        low, high = (percent(end, places - 1) if share else rounded(end, places) for end in found["interval"])
        return join("not enough evidence", element("small", f"indication {low} to {high}; {note}"))

    def below(self) -> Markup | None:
        """The notes; None without any."""
        told = [f"Note {number}: {reason}." for reason, number in self._numbers.items()]
        return element("p", " ".join(told), class_="about") if told else None


def folded(remarks: Sequence[str]) -> list[str]:
    """Remarks that are alike but for whom they are about, as one.

    >>> folded(["rater A never used category 0", "item 3 is odd", "rater B never used category 0"])
    ['raters A, B never used category 0', 'item 3 is odd']
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for remark in remarks:
        found = re.fullmatch(r"(\w+) (.+) (never used .+)", remark)
        kind, name, rest = found.groups() if found else ("", remark, "")
        groups.setdefault((kind, rest) if found else ("", remark), []).append(name)
    return [
        names[0] if not kind else f"{kind}{'s' if len(names) > 1 else ''} {', '.join(names)} {rest}"
        for (kind, rest), names in groups.items()
    ]


def rounded(text: str | None, places: int = 2) -> str:
    """A number of the document with fewer places and a true minus sign; a dash where there is none.

    >>> rounded("-0.1250"), rounded(None)
    ('−0.12', '–')
    """
    if text is None:
        return "–"
    rounded = Decimal(text).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return str(abs(rounded) if rounded == 0 else rounded).replace("-", "−")


def plain(text: str | None) -> str:
    """A number of the document without zeros at its end; a dash where there is none.

    >>> plain("3.0000"), plain("-0.5000"), plain(None)
    ('3', '−0.5', '–')
    """
    return "–" if text is None else f"{float(text):g}".replace("-", "−")


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
        if isinstance(document.get("method"), str) and isinstance(document.get("source"), str):
            yield _in_general(document["method"]), document["source"]
        for value in document.values():
            yield from _methods(value)
    elif isinstance(document, list):
        for value in document:
            yield from _methods(value)


def _in_general(method: str) -> str:
    """A method without the one case it was used on, so that a list of methods names each once.

    >>> _in_general("index of dependability Φ (3 rater, 5 criterion)")
    'index of dependability Φ'
    >>> _in_general("variance component of rater in person × rater (REML)")
    'variance components in person × rater (REML)'
    """
    without_sizes = re.sub(r" \([0-9][^)]*\)", "", method)
    of_all = re.sub(r"^variance component of \S+ in", "variance components in", without_sizes)
    return re.sub(r"^(measure of \w+) [^,(]+", r"\1s", of_all)
