"""Curves over ability or over the number of conditions: items, information, dependability."""

from collections.abc import Sequence
from dataclasses import dataclass

from assess.validity.report.drawing import WIDTH, Scale, apart, below, beside, line, picture, shortened, spread, text
from assess.validity.report.markup import Markup, element, join

COLUMNS = 3


@dataclass(frozen=True, kw_only=True)
class Level:
    """Persons of about the same ability: their observed mean share of an item's points, and its interval."""

    ability: float
    share: float
    low: float
    high: float
    persons: int


@dataclass(frozen=True, kw_only=True)
class ItemCurve:
    """What the model expects of an item, as (ability, share of the points), and what persons did."""

    label: str
    expected: tuple[tuple[float, float], ...]
    observed: tuple[Level, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A named curve with its interval, as (x, value, low, high)."""

    label: str
    points: tuple[tuple[float, float, float, float], ...]


def item_curves(name: str, items: Sequence[ItemCurve]) -> Markup:
    """Small pictures side by side: the model's curve of each item, and the share that groups of like ability reached."""
    ends = [x for item in items for x, _ in item.expected]
    low, high = min(ends), max(ends)
    width, height, gap = 108.0, 84.0, 34.0
    drawn = []
    for place, item in enumerate(items):
        left = 24 + (place % COLUMNS) * (width + 6)
        top = 20 + (place // COLUMNS) * (height + gap)
        drawn.append(_item_curve(item, left, top, width, height, low, high, numbered=place % COLUMNS == 0))
    rows = -(-len(items) // COLUMNS)
    return picture(
        name,
        title="Item characteristic curves",
        description=(
            f"{len(items)} items. In each, the curve the model expects over ability from {low:g} to {high:g} logits, and the "
            "observed share of the points in groups of persons of like ability, with 95 % intervals."
        ),
        height=20 + rows * (height + gap) + 12,
        parts=join(
            *drawn, text(WIDTH / 2, 20 + rows * (height + gap) + 6, "ability (logits)", anchor="middle", class_="name")
        ),
    )


def _item_curve(
    item: ItemCurve, left: float, top: float, width: float, height: float, low: float, high: float, *, numbered: bool
) -> Markup:
    across = Scale(low=low, high=high, start=left, end=left + width - 8)
    up = Scale(low=0, high=1, start=top + height, end=top)
    path = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in item.expected)
    dots = [
        join(
            line(across(level.ability), up(level.low), across(level.ability), up(level.high), "thin"),
            element(
                "circle",
                element("title", f"{level.persons} persons near {level.ability:g} logits: {100 * level.share:.0f} %"),
                cx=across(level.ability),
                cy=up(level.share),
                r=2.6,
                class_="dot",
            ),
        )
        for level in item.observed
    ]
    numbers = [
        text(left - 4, up(share) + 4, label, anchor="end", class_="small") for share, label in ((0.0, "0"), (1.0, "1"))
    ]
    return join(
        *[line(left, up(share), left + width - 8, up(share), "grid") for share in (0.0, 0.5, 1.0)],
        *(numbers if numbered else []),
        *[
            text(across(tick), top + height + 12, f"{tick:g}".replace("-", "−"), anchor="middle", class_="small")
            for tick in across.ticks(3)
        ],
        element("polyline", points=path, class_="fit"),
        *dots,
        element(
            "text",
            element("title", f"{item.label} {item.note}".strip()),
            shortened(item.label, 14),
            x=left,
            y=top - 6,
            class_="label",
        ),
        text(left + width - 8, top - 6, item.note, anchor="end", class_="small") if item.note else None,
    )


def test_information(name: str, curve: Sequence[tuple[float, float, float]], *, cut: float | None = None) -> Markup:
    """Test information (above) and the standard error it gives (below), on one scale of ability."""
    abilities = [x for x, _, _ in curve]
    across = Scale(low=min(abilities), high=max(abilities), start=38, end=WIDTH - 8)
    most, widest = max(y for _, y, _ in curve), min(max(e for _, _, e in curve), 2.0)
    upper = Scale(low=0, high=most * 1.1, start=122, end=30)
    lower = Scale(low=0, high=widest * 1.1, start=258, end=166)
    inside = [(x, e) for x, _, e in curve if e <= widest * 1.1]
    marked = []
    if cut is not None:
        x = across(cut)
        near_end = x > WIDTH - 60
        marked = [
            line(x, 24, x, 258, "cut"),
            text(x + (-5 if near_end else 5), 34, "cut", anchor="end" if near_end else "start", class_="cut"),
        ]
    peak = max(curve, key=lambda at: at[1])
    return picture(
        name,
        title="Test information and standard error",
        description=(
            f"Information is highest, {peak[1]:.2f}, at {peak[0]:g} logits, where the standard error of an ability "
            f"is {peak[2]:.2f} "
            f"logits; at {abilities[0]:g} logits it is {curve[0][2]:.2f}, at {abilities[-1]:g} logits {curve[-1][2]:.2f}."
        ),
        height=296,
        parts=join(
            beside(upper, left=38, right=WIDTH - 8, label="test information", about=3),
            element("polyline", points=" ".join(f"{across(x):.1f},{upper(y):.1f}" for x, y, _ in curve), class_="fit"),
            beside(lower, left=38, right=WIDTH - 8, label="standard error (logits)", about=3),
            element("polyline", points=" ".join(f"{across(x):.1f},{lower(e):.1f}" for x, e in inside), class_="fit"),
            below(across, top=166, bottom=258, label="ability (logits)", about=7, grid=False),
            *marked,
        ),
    )


def item_information(
    name: str, items: Sequence[tuple[str, Sequence[tuple[float, float]]]], *, cut: float | None = None
) -> Markup:
    """The information of each item over ability; the three items with most of it at the cut (or at the middle) are named."""
    abilities = [x for _, points in items for x, _ in points]
    across = Scale(low=min(abilities), high=max(abilities), start=38, end=WIDTH - 8)
    most = max(y for _, points in items for _, y in points)
    up = Scale(low=0, high=most * 1.12, start=190, end=30)
    where = cut if cut is not None else (min(abilities) + max(abilities)) / 2
    at = {label: min(points, key=lambda p: abs(p[0] - where))[1] for label, points in items}
    named = sorted(at, key=lambda label: (-at[label], label))[:3]
    drawn = [
        element(
            "polyline",
            element("title", label),
            points=" ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in points),
            class_="curve",
        )
        for label, points in items
    ]
    marked = (
        []
        if cut is None
        else [line(across(cut), 24, across(cut), 190, "cut"), text(across(cut) + 5, 34, "cut", class_="cut")]
    )
    return picture(
        name,
        title="Item information",
        description=f"{len(items)} items. At {where:.2f} logits {', '.join(named)} tell most about a person.",
        height=228,
        parts=join(
            beside(up, left=38, right=WIDTH - 8, label="item information", about=4),
            *drawn,
            *marked,
            below(across, top=30, bottom=190, label="ability (logits)", about=7, grid=False),
        ),
    )


def number_of_conditions(name: str, lines: Sequence[Line], *, axis: str, wished: float, symbol: str = "Φ") -> Markup:
    """A coefficient over the number of raters or tasks, one line each, with the value that is wished."""
    xs = [x for one in lines for x, *_ in one.points]
    across = Scale(low=min(xs), high=max(xs) + (0.001 if min(xs) == max(xs) else 0), start=38, end=WIDTH - 62)
    low, _ = spread(min([wished, *[low for one in lines for *_, low, _ in one.points]]), 1.0, share=0.02)
    up = Scale(low=max(low, 0.0), high=1.0, start=200, end=30)
    drawn = []
    ends = [up(one.points[-1][1]) for one in lines]
    *names, wish = apart([*ends, up(wished)], 11)
    for number, one in enumerate(lines):
        forward = [f"{across(x):.1f},{up(high):.1f}" for x, _, _, high in one.points]
        back = [f"{across(x):.1f},{up(low_):.1f}" for x, _, low_, _ in reversed(one.points)]
        last = one.points[-1]
        drawn += [
            element("polygon", points=" ".join(forward + back), class_="area") if number == 0 else None,
            element(
                "polyline",
                points=" ".join(f"{across(x):.1f},{up(y):.1f}" for x, y, _, _ in one.points),
                class_=f"fit line{number % 4}",
            ),
            *[
                element(
                    "circle",
                    element("title", f"{one.label}, {x:g}: {y:.2f}"),
                    cx=across(x),
                    cy=up(y),
                    r=2.6,
                    class_="dot",
                )
                for x, y, _, _ in one.points
            ],
            text(across(last[0]) + 6, names[number] + 4, one.label, class_="small"),
        ]
    first = lines[0]
    told = ", ".join(f"{y:.2f} with {x:g}" for x, y, _, _ in first.points[:6])
    return picture(
        name,
        title=f"{symbol} by {axis}",
        description=f"{first.label}: {symbol} is {told}. Wished: {wished:g}.",
        height=238,
        parts=join(
            beside(up, left=38, right=WIDTH - 62, label=symbol, about=5),
            *drawn,
            line(38, up(wished), WIDTH - 62, up(wished), "reference"),
            text(WIDTH - 56, wish + 4, "wished", class_="small"),
            below(across, top=30, bottom=200, label=axis, about=min(10, len(set(xs))), grid=False),
        ),
    )
