"""The parts every picture is made of: scales with round ticks, a frame, marks and whiskers.

A picture is 360 units wide, so that its 12-unit text stays readable on a screen of 320 px and beside its numbers on a wide
one. Colours come from the page's style sheet, so that pictures follow light and dark; nothing depends on colour alone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assess.validity.report.markup import Child, Markup, element, join

WIDTH = 360.0
LINE = 18.0
LONGEST_LIST = 45
"""So many lines a list of estimates shows; the table holds all."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Values from `low` to `high` onto units from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where a value lies; values beyond the ends are drawn at the ends."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def ticks(self, about: int = 5) -> list[float]:
        """Round values within the scale.

        >>> Scale(low=-1.3, high=2.2, start=0, end=100).ticks(4)
        [-1.0, 0.0, 1.0, 2.0]
        """
        step = nice_step((self.high - self.low) / max(about, 1))
        first = math.ceil(self.low / step - 1e-9)
        return [round(n * step, 10) + 0.0 for n in range(first, math.floor(self.high / step + 1e-9) + 1)]


def nice_step(rough: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is not below.

    >>> nice_step(0.7), nice_step(3.1), nice_step(21)
    (1.0, 5.0, 25.0)
    """
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in (1.0, 2.0, 2.5, 5.0, 10.0) if step * power >= rough * (1 - 1e-9))


def spread(low: float, high: float, *, share: float = 0.04) -> tuple[float, float]:
    """A little room at both ends; at least one unit when the values do not differ."""
    reach = (high - low) * share or 0.5
    return low - reach, high + reach


def picture(name: str, *, title: str, description: str, height: float, parts: Child) -> Markup:
    """A whole picture with its text alternative; `name` is unique on the page."""
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-desc"),
        parts,
        viewBox=f"0 0 {WIDTH:g} {height:g}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        class_="picture",
    )


def text(x: float, y: float, content: str, *, anchor: str = "start", class_: str | None = None) -> Markup:
    """A line of text; y is its base line."""
    return element("text", content, x=x, y=y, text_anchor=anchor, class_=class_)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def rect(x: float, y: float, width: float, height: float, class_: str, hint: str = "") -> Markup:
    """A rectangle, with a hint for the pointer."""
    told = element("title", hint) if hint else None
    return element("rect", told, x=x, y=y, width=max(width, 0.0), height=max(height, 0.0), class_=class_)


def below(scale: Scale, *, top: float, bottom: float, label: str, about: int = 5, grid: bool = True) -> Markup:
    """A horizontal axis under the drawing with its ticks, grid lines and label."""
    ticks = [
        join(
            line(scale(tick), top, scale(tick), bottom, "grid") if grid else None,
            text(scale(tick), bottom + 15, f"{tick:g}".replace("-", "−"), anchor="middle", class_="tick"),
        )
        for tick in scale.ticks(about)
    ]
    middle = (scale.start + scale.end) / 2
    return join(
        *ticks,
        line(scale.start, bottom, scale.end, bottom, "axis"),
        text(middle, bottom + 32, label, anchor="middle", class_="name"),
    )


def beside(scale: Scale, *, left: float, right: float, label: str, about: int = 5) -> Markup:
    """A vertical axis at the left with its grid lines; the label stands above it."""
    top = min(scale.start, scale.end)
    ticks = [
        join(
            line(left, scale(tick), right, scale(tick), "grid"),
            text(left - 6, scale(tick) + 4, f"{tick:g}".replace("-", "−"), anchor="end", class_="tick"),
        )
        for tick in scale.ticks(about)
    ]
    return join(*ticks, text(2, top - 10, label, class_="name"))


def apart(places: Sequence[float], least: float) -> list[float]:
    """Heights of labels that stand beside lines, moved so that none covers another; their order and middle stay.

    >>> apart([10.0, 12.0, 40.0], 11)
    [5.5, 16.5, 40.0]
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    groups: list[list[int]] = []
    for i in order:
        groups.append([i])
        while (
            len(groups) > 1
            and _middle(places, groups[-1]) - _middle(places, groups[-2])
            < least * (len(groups[-1]) + len(groups[-2])) / 2
        ):
            groups[-2:] = [groups[-2] + groups[-1]]
    moved = [0.0] * len(places)
    for group in groups:
        for k, i in enumerate(group):
            moved[i] = _middle(places, group) + least * (k - (len(group) - 1) / 2)
    return moved


def _middle(places: Sequence[float], group: Sequence[int]) -> float:
    return sum(places[i] for i in group) / len(group)


def band(low: float, high: float, top: float, bottom: float, hint: str) -> Markup:
    """A shaded range of x."""
    return rect(min(low, high), top, abs(high - low), bottom - top, "band", hint)


def shortened(name: str, longest: int) -> str:
    """A name that fits, with an ellipsis where it does not.

    >>> shortened("insulation resistance", 10)
    'insulatio…'
    """
    return name if len(name) <= longest else f"{name[: longest - 1]}…"
