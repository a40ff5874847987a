"""Small pictures of a desk: a level of the gate as a row of doors, candidates as a bar, an estimate on its scale, a span of time.

Each says in words what it shows, and tells states apart by form as well as by colour. Colours come from the stylesheet.
"""

from collections.abc import Sequence

from django.utils.safestring import SafeString, mark_safe

from assess.validity.report.drawing import Scale
from assess.validity.report.markup import Markup, element

CELL, GAP = 18.0, 4.0
SIGNS = {
    "pass": "M4.5 9.5 L7.8 12.8 L13.5 5.8",
    "waived": "M5 9 L13 9",
    "released": "M5 11.5 L13 11.5 M9 5 L9 11",
    "not enough evidence": "M6.4 7.2 a2.6 2.6 0 1 1 3.7 2.4 q-1.1 .5 -1.1 1.5 M9 13.4 v.2",
    "fail": "M5.5 5.5 L12.5 12.5 M12.5 5.5 L5.5 12.5",
}
"""What is drawn into a cell, by what came of the check."""
CLASSES = {"pass": "ok", "waived": "waived", "released": "released", "not enough evidence": "lacking", "fail": "failed"}


def _drawn(
    parts: Sequence[Markup], *, words: str, width: float, height: float, class_: str, stretched: bool = False
) -> SafeString:
    box, ratio = f"0 0 {width:g} {height:g}", "none" if stretched else None
    drawn = element("svg", *parts, viewBox=box, preserveAspectRatio=ratio, role="img", aria_label=words, class_=class_)
    return mark_safe(drawn)  # every text in it was escaped by `element`


def gate_cells(words: str, checks: Sequence[tuple[str, str]]) -> SafeString:
    """One cell a check, in order: a tick, a dash (waived), a pin (released), a question mark (not enough evidence) or a cross.

    Parameters
    ----------
    words
        What the picture comes to, for who does not see it.
    checks
        Name and what came of it: `pass`, `waived`, `released`, `not enough evidence` or `fail`.
    """
    cells = [
        element(
            "g",
            element("title", f"{name}: {status}"),
            element("rect", x=0.75, y=0.75, width=CELL - 1.5, height=CELL - 1.5, rx=4),
            element("path", d=SIGNS[status]),
            class_=f"gate-cell gate-{CLASSES[status]}",
            transform=f"translate({place * (CELL + GAP):g} 0)",
        )
        for place, (name, status) in enumerate(checks)
    ]
    width = max(len(checks), 1) * (CELL + GAP) - GAP
    return _drawn(cells, words=words, width=width, height=CELL, class_="gate-cells")


def stacked(words: str, shares: Sequence[tuple[str, int]]) -> SafeString:
    """One bar of all candidates, cut into kinds; `shares` are (class of the stylesheet, how many)."""
    total = sum(count for _, count in shares) or 1
    parts, x = [], 0.0
    for class_, count in shares:
        if count:
            wide = 220.0 * count / total
            parts.append(element("rect", x=x, y=0.0, width=max(wide - 1.5, 1.0), height=CELL, class_=f"share-{class_}"))
            x += wide
    if not parts:
        parts.append(element("rect", x=0.0, y=0.0, width=220.0, height=CELL, class_="share-none"))
    return _drawn(parts, words=words, width=220, height=CELL, class_="stacked", stretched=True)


def on_scale(
    words: str,
    *,
    value: float | None,
    low: float | None,
    high: float | None,
    ends: tuple[float, float],
    mark: float | None = None,
    sufficient: bool = True,
) -> SafeString:
    """An estimate with its interval on its scale; `mark` is a threshold. Hollow and dashed where evidence is not enough."""
    across = Scale(low=ends[0], high=ends[1], start=7, end=213)
    parts = [element("line", x1=7.0, x2=213.0, y1=10.0, y2=10.0, class_="scale-line")]
    if mark is not None:
        parts.append(element("line", x1=across(mark), x2=across(mark), y1=1.0, y2=19.0, class_="scale-mark"))
    weak = "" if sufficient else " scale-weak"
    if low is not None and high is not None:
        parts.append(element("line", x1=across(low), x2=across(high), y1=10.0, y2=10.0, class_=f"scale-interval{weak}"))
    if value is not None:
        parts.append(element("circle", cx=across(value), cy=10.0, r=5.0, class_=f"scale-value{weak}"))
    return _drawn(parts, words=words, width=220, height=20, class_="on-scale")


def span(words: str, *, share: float, state: str) -> SafeString:
    """How much of a time has passed: a track, what is used of it, and a hand where today is."""
    x = 4 + 212 * min(max(share, 0.0), 1.0)
    parts = [
        element("rect", x=4.0, y=5.0, width=212.0, height=8.0, rx=4, class_="span-all"),
        element("rect", x=4.0, y=5.0, width=max(x - 4, 4.0), height=8.0, rx=4, class_="span-used"),
        element("line", x1=x, x2=x, y1=1.0, y2=17.0, class_="span-now"),
    ]
    return _drawn(parts, words=words, width=220, height=18, class_=f"span span-{state}")
