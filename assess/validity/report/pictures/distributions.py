"""How persons and items are spread over a scale."""

from collections.abc import Sequence

from assess.validity.report.drawing import (
    WIDTH,
    Scale,
    apart,
    below,
    beside,
    line,
    picture,
    rect,
    shortened,
    spread,
    text,
)
from assess.validity.report.markup import Markup, element, join
from assess.validity.report.pictures.parts import Bar, Cut, vertical_cut

LETTER = 9.0
"""How high a letter beside the ladder is."""


def score_distribution(name: str, bars: Sequence[Bar], *, unit: str, cut: Cut | None = None) -> Markup:
    """How many persons have each score; the cut as a line, one standard error to either side as a band."""
    half = 0.5 if bars[0].low == bars[0].high else 0.0
    across = Scale(low=bars[0].low - half, high=bars[-1].high + half, start=34, end=WIDTH - 6)
    highest = max(bar.count for bar in bars)
    up = Scale(low=0, high=max(highest, 1) * 1.08, start=190, end=30)
    drawn = []
    for bar in bars:
        left, right = across(bar.low - half), across(bar.high + half)
        gap = min(1.5, (right - left) * 0.15)
        hint = f"{bar.low:g}" if half else f"{bar.low:g} to {bar.high:g}"
        drawn.append(
            rect(left + gap, up(bar.count), right - left - 2 * gap, 190 - up(bar.count), "bar", f"{hint}: {bar.count}")
        )
    marked = [] if cut is None else vertical_cut(cut, across, 22, 190)
    persons = sum(bar.count for bar in bars)
    described = f"{persons} persons on a scale from {bars[0].low:g} to {bars[-1].high:g} {unit}"
    return picture(
        name,
        title="Distribution of scores",
        description=f"{described}; {cut.words}." if cut else f"{described}.",
        height=228,
        parts=join(
            beside(up, left=34, right=WIDTH - 6, label="persons", about=4),
            *drawn,
            below(across, top=30, bottom=190, label=f"score ({unit})", about=7, grid=False),
            *marked,
        ),
    )


def item_map(
    name: str,
    persons: Sequence[Bar],
    steps: Sequence[tuple[str, float]],
    *,
    cut: float | None = None,
    spreads: tuple[tuple[float, float], tuple[float, float]] | None = None,
) -> Markup:
    """A Wright map: persons to the left, items to the right of one ladder of logits, hard items and able persons on top.

    `spreads` are mean and standard deviation of the persons and of the items: M marks the mean, S and T one and two standard
    deviations.
    """
    values = [value for _, value in steps] + [bar.low for bar in persons] + [bar.high for bar in persons]
    low, high = spread(min(values), max(values), share=0.02)
    rows = max(14, min(36, max(round((high - low) / 0.3), len(steps))))
    top, height = 34.0, rows * 13.0
    up = Scale(low=low, high=high, start=top + height, end=top)
    middle = 158.0
    most = max((bar.count for bar in persons), default=1) or 1
    left = [
        rect(
            middle - 13 - bar.count / most * 104,
            up(bar.high) + 0.8,
            bar.count / most * 104,
            up(bar.low) - up(bar.high) - 1.6,
            "bar",
            f"{bar.low:g} to {bar.high:g} logits: {bar.count} persons",
        )
        for bar in persons
    ]
    lines: dict[int, list[str]] = {}
    for label, value in sorted(steps, key=lambda step: (-step[1], step[0])):
        lines.setdefault(round((up(value) - top) / 13), []).append(label)
    right = [_item_line(middle + 14, top + row * 13 + 4, labels) for row, labels in sorted(lines.items())]
    marked = []
    if cut is not None:
        # on the persons' side only: a line through the names could not be read
        marked = [line(32, up(cut), middle - 12, up(cut), "cut"), text(34, up(cut) - 4, "cut", class_="cut")]
    letters = []
    for (mean, deviation), x in zip(spreads or (), (middle - 6.5, middle + 6.5), strict=False):
        told = [
            (letter, up(mean + distance * deviation))
            for letter, distance in (("M", 0.0), ("S", 1.0), ("S", -1.0), ("T", 2.0), ("T", -2.0))
            if low <= mean + distance * deviation <= high and (deviation or not distance)
        ]
        places = apart([y for _, y in told], LETTER)
        letters += [
            text(x, y + 3, letter, anchor="middle", class_="letter")
            for (letter, _), y in zip(told, places, strict=True)
        ]
    hardest, easiest = max(steps, key=lambda step: step[1])[0], min(steps, key=lambda step: step[1])[0]
    return picture(
        name,
        title="Persons and items on one scale",
        description=(
            f"{sum(bar.count for bar in persons)} persons and {len(steps)} items on one scale of logits. "
            f"The hardest item is {hardest}, the easiest {easiest}."
        ),
        height=top + height + 12,
        parts=join(
            text(middle - 12, 14, "persons", anchor="end", class_="name"),
            text(middle + 14, 14, "items, hardest on top", class_="name"),
            beside(up, left=30, right=middle, label="logits", about=6),
            *left,
            line(middle, top, middle, top + height, "axis"),
            *right,
            *marked,
            *letters,
        ),
    )


def _item_line(x: float, y: float, labels: list[str], room: int = 32) -> Markup:
    """As many names as fit on one line, then how many more."""
    shown: list[str] = []
    for label in labels:
        short = shortened(label, 16)
        if shown and len(short) + 2 > room:
            break
        shown.append(short)
        room -= len(short) + 2
    more = f" +{len(labels) - len(shown)}" if len(labels) > len(shown) else ""
    return element("text", element("title", ", ".join(labels)), ", ".join(shown) + more, x=x, y=y, class_="label")


def facet_map(name: str, persons: Sequence[Bar], columns: Sequence[tuple[str, Sequence[tuple[str, float]]]]) -> Markup:
    """Persons, raters, criteria, … on one ladder of logits: able persons, severe raters and hard criteria on top."""
    values = [value for _, elements in columns for _, value in elements]
    values += [bar.low for bar in persons] + [bar.high for bar in persons]
    low, high = spread(min(values), max(values), share=0.02)
    most_names = max(len(elements) for _, elements in columns)
    rows = max(16, min(40, max(round((high - low) / 0.3), most_names)))
    top, height = 34.0, rows * 13.0
    up = Scale(low=low, high=high, start=top + height, end=top)
    middle = 118.0
    most = max((bar.count for bar in persons), default=1) or 1
    left = [
        rect(
            middle - 6 - bar.count / most * 74,
            up(bar.high) + 0.8,
            bar.count / most * 74,
            up(bar.low) - up(bar.high) - 1.6,
            "bar",
            f"{bar.low:g} to {bar.high:g} logits: {bar.count} persons",
        )
        for bar in persons
    ]
    width = (WIDTH - middle - 4) / len(columns)
    drawn: list[Markup] = []
    for number, (title, elements) in enumerate(columns):
        x = middle + 8 + number * width
        drawn += [text(x, 14, title, class_="name"), line(x - 8, top, x - 8, top + height, "axis")]
        lines: dict[int, list[str]] = {}
        for label, value in sorted(elements, key=lambda one: (-one[1], one[0])):
            lines.setdefault(round((up(value) - top) / 13), []).append(label)
        room = int((width - 10) / 6)
        drawn += [_item_line(x, top + row * 13 + 4, labels, room) for row, labels in sorted(lines.items())]
    told = "; ".join(
        f"{title}: from {min(elements, key=lambda one: one[1])[0]} to {max(elements, key=lambda one: one[1])[0]}"
        for title, elements in columns
    )
    return picture(
        name,
        title="Persons, raters and criteria on one scale",
        description=f"{sum(bar.count for bar in persons)} persons. From low to high on the scale: {told}.",
        height=top + height + 12,
        parts=join(
            text(middle - 10, 14, "persons", anchor="end", class_="name"),
            beside(up, left=30, right=middle, label="logits", about=6),
            *left,
            *drawn,
        ),
    )
