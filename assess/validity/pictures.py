"""The pictures of a study, as SVG text. Each takes plain figures and a name that is unique on its page."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assess.validity.drawing import (
    LINE,
    WIDTH,
    Scale,
    band,
    below,
    beside,
    line,
    picture,
    rect,
    shortened,
    spread,
    text,
)
from assess.validity.markup import Markup, element, join


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A cut score and its standard error, on the scale of the picture."""

    value: float
    standard_error: float | None = None

    @property
    def words(self) -> str:
        """For text alternatives."""
        error = "" if self.standard_error is None else f", standard error {self.standard_error:g}"
        return f"cut score {self.value:g}{error}"


@dataclass(frozen=True, kw_only=True)
class Bar:
    """How many cases have a score in [low, high]; a single score when both are equal."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, kw_only=True)
class Interval:
    """One estimate of a list; `value` None when there is not enough evidence for any number."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    sufficient: bool


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
    marked = [] if cut is None else _vertical_cut(cut, across, 22, 190)
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


def _vertical_cut(cut: Cut, across: Scale, top: float, bottom: float) -> list[Markup]:
    x = across(cut.value)
    near_end = x > WIDTH - 80
    error = (
        []
        if not cut.standard_error
        else [
            band(across(cut.value - cut.standard_error), across(cut.value + cut.standard_error), top, bottom, cut.words)
        ]
    )
    label = text(
        x + (-5 if near_end else 5), top + 9, f"cut {cut.value:g}", anchor="end" if near_end else "start", class_="cut"
    )
    return [*error, line(x, top, x, bottom, "cut"), label]


def item_map(
    name: str, persons: Sequence[Bar], steps: Sequence[tuple[str, float]], *, cut: float | None = None
) -> Markup:
    """A Wright map: persons to the left, items to the right of one ladder of logits, hard items and able persons on top."""
    values = [value for _, value in steps] + [bar.low for bar in persons] + [bar.high for bar in persons]
    low, high = spread(min(values), max(values), share=0.02)
    rows = max(14, min(36, max(round((high - low) / 0.3), len(steps))))
    top, height = 34.0, rows * 13.0
    up = Scale(low=low, high=high, start=top + height, end=top)
    middle = 158.0
    most = max((bar.count for bar in persons), default=1) or 1
    left = [
        rect(
            middle - 8 - bar.count / most * 108,
            up(bar.high) + 0.8,
            bar.count / most * 108,
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
        marked = [line(32, up(cut), middle + 8, up(cut), "cut"), text(34, up(cut) - 4, "cut", class_="cut")]
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
        ),
    )


def _item_line(x: float, y: float, labels: list[str]) -> Markup:
    """As many names as fit on one line, then how many more."""
    shown: list[str] = []
    room = 32
    for label in labels:
        short = shortened(label, 16)
        if shown and len(short) + 2 > room:
            break
        shown.append(short)
        room -= len(short) + 2
    more = f" +{len(labels) - len(shown)}" if len(labels) > len(shown) else ""
    return element("text", element("title", ", ".join(labels)), ", ".join(shown) + more, x=x, y=y, class_="label")


def intervals(
    name: str,
    rows: Sequence[Interval],
    *,
    title: str,
    axis: str,
    reference: tuple[float, str] | None = None,
    limits: tuple[float, float] | None = None,
) -> Markup:
    """One line per estimate: its value as a dot, its interval as a bar; hollow and dashed without enough evidence."""
    known = [end for row in rows for end in (row.low, row.high, row.value) if end is not None]
    known += [reference[0]] if reference else []
    low, high = limits or spread(min(known, default=0.0), max(known, default=1.0))
    longest = max((len(row.label) for row in rows), default=4)
    start = 14 + min(max(longest * 6.6, 30), 112)
    across = Scale(low=low, high=high, start=start, end=WIDTH - 10)
    top = 24.0 if reference else 8.0
    bottom = top + LINE * len(rows) + 4
    drawn = [_whisker(row, across, top + LINE * (number + 0.5) + 2, start) for number, row in enumerate(rows)]
    marked = []
    if reference:
        x = across(reference[0])
        anchor = "end" if x > WIDTH - 90 else "start" if x < start + 60 else "middle"
        marked = [line(x, top, x, bottom, "reference"), text(x, 14, reference[1], anchor=anchor, class_="tick")]
    known_rows = [row for row in rows if row.value is not None]
    described = f"{len(rows)} estimates with 95 % intervals"
    if known_rows:
        least = min(known_rows, key=lambda row: row.value or 0.0)
        most = max(known_rows, key=lambda row: row.value or 0.0)
        described += f", from {least.label} ({least.value:g}) to {most.label} ({most.value:g})"
    return picture(
        name,
        title=title,
        description=f"{described}. The table beside it holds every figure.",
        height=bottom + 38,
        parts=join(below(across, top=top, bottom=bottom, label=axis), *marked, *drawn),
    )


def _whisker(row: Interval, across: Scale, y: float, start: float) -> Markup:
    label = element(
        "text",
        element("title", row.label),
        shortened(row.label, 17),
        x=start - 8,
        y=y + 4,
        text_anchor="end",
        class_="label",
    )
    if row.low is None or row.high is None or row.value is None:
        return join(label, text(start + 4, y + 4, "not enough evidence", class_="tick"))
    weak = "" if row.sufficient else " weak"
    dot = element("circle", cx=across(row.value), cy=y, r=4, class_=f"dot{weak}")
    return join(label, line(across(row.low), y, across(row.high), y, f"whisker{weak}"), dot)


def borderline_scatter(
    name: str,
    points: Sequence[tuple[float, float, int]],
    *,
    slope: float | None,
    intercept: float | None,
    borderline: float,
    cut: Cut | None,
) -> Markup:
    """Task score over global rating: counted points, the regression line, and where it meets the borderline rating."""
    ratings = [rating for rating, _, _ in points] + [borderline]
    across = Scale(low=min(ratings) - 0.5, high=max(ratings) + 0.5, start=38, end=WIDTH - 8)
    up = Scale(low=0, high=100, start=200, end=28)
    most = max((count for _, _, count in points), default=1)
    dots = [
        element(
            "circle",
            element("title", f"rating {rating:g}, score {percent:g} %: {count}"),
            cx=across(rating),
            cy=up(percent),
            r=2.2 + 4 * ((count / most) ** 0.5 if most > 1 else 0.35),
            class_="point",
        )
        for rating, percent, count in points
    ]
    fitted = []
    if slope is not None and intercept is not None:
        ends = _clipped(min(ratings) - 0.5, max(ratings) + 0.5, slope, intercept)
        fitted = [
            line(
                across(ends[0]),
                up(intercept + slope * ends[0]),
                across(ends[1]),
                up(intercept + slope * ends[1]),
                "fit",
            )
        ]
    marked = []
    if cut is not None:
        x, y = across(borderline), up(cut.value)
        if cut.standard_error:
            marked.append(
                rect(
                    38,
                    up(cut.value + cut.standard_error),
                    x - 38,
                    up(cut.value - cut.standard_error) - up(cut.value + cut.standard_error),
                    "band",
                )
            )
        marked += [
            line(x, y, x, 200, "cut dashed"),
            line(38, y, x, y, "cut"),
            element("circle", cx=x, cy=y, r=4.5, class_="cut-dot"),
            text(44, y - 6, f"cut {cut.value:g} %", class_="cut"),
        ]
    performances = sum(count for _, _, count in points)
    described = f"{performances} performances: task score over global rating"
    return picture(
        name,
        title="Borderline regression",
        description=f"{described}; at rating {borderline:g} the line gives the {cut.words}."
        if cut
        else f"{described}.",
        height=240,
        parts=join(
            beside(up, left=38, right=WIDTH - 8, label="task score (%)"),
            *dots,
            *fitted,
            *marked,
            below(across, top=28, bottom=200, label="global rating", about=6, grid=False),
        ),
    )


def _clipped(low: float, high: float, slope: float, intercept: float) -> tuple[float, float]:
    """The part of a line that stays within 0 and 100 %."""
    if slope == 0:
        return low, high
    ends = sorted(((0 - intercept) / slope, (100 - intercept) / slope))
    return max(low, ends[0]), min(high, ends[1])


def precision_curve(
    name: str, curve: Sequence[tuple[float, float]], *, cut: Cut | None = None, average: float | None = None
) -> Markup:
    """Standard error of measurement (per cent) along the score scale: where the form measures well, and where not."""
    across = Scale(low=0, high=100, start=34, end=WIDTH - 8)
    up = Scale(low=0, high=max(error for _, error in curve) * 1.15, start=170, end=30)
    path = " ".join(f"{across(share):.1f},{up(error):.1f}" for share, error in curve)
    marked = [] if cut is None else _vertical_cut(cut, across, 22, 170)
    middle = []
    if average is not None:
        middle = [
            line(across(average), 26, across(average), 170, "reference"),
            text(across(average) + 5, 26, "average", class_="tick"),
        ]
    return picture(
        name,
        title="Standard error of measurement along the score scale",
        description=f"The standard error is at most {max(error for _, error in curve):g} per cent points.",
        height=208,
        parts=join(
            beside(up, left=34, right=WIDTH - 8, label="standard error (% points)", about=4),
            *middle,
            element("polyline", points=path, class_="fit"),
            below(across, top=30, bottom=170, label="score (%)", about=6, grid=False),
            *marked,
        ),
    )


def rater_network(name: str, raters: Sequence[str], links: Sequence[tuple[str, str, int]]) -> Markup:
    """Raters on a ring; a line joins two who marked the same persons, the wider the more they share."""
    across, down, reach = WIDTH / 2, 138.0, 104.0
    place = {
        rater: (
            across + reach * math.sin(2 * math.pi * k / len(raters)),
            down - reach * math.cos(2 * math.pi * k / len(raters)),
        )
        for k, rater in enumerate(raters)
    }
    counts = [shared for _, _, shared in links]
    least, most = min(counts, default=0), max(counts, default=1)
    joined = [
        element(
            "line",
            element("title", f"{first} and {second}: {shared} persons"),
            x1=place[first][0],
            y1=place[first][1],
            x2=place[second][0],
            y2=place[second][1],
            stroke_width=0.7 + 2.8 * (shared - least) / max(most - least, 1),
            stroke_opacity=0.3 + 0.6 * (shared - least) / max(most - least, 1),
            class_="link",
        )
        for first, second, shared in links
    ]
    nodes = []
    for rater, (x, y) in place.items():
        side = "middle" if abs(x - across) < 20 else "start" if x > across else "end"
        shift = 0 if side == "middle" else 10 if side == "start" else -10
        drop = (-10 if y < down else 20) if side == "middle" else 4
        nodes += [
            element("circle", cx=x, cy=y, r=5.0, class_="node"),
            text(x + shift, y + drop, shortened(rater, 11), anchor=side, class_="label"),
        ]
    return picture(
        name,
        title="Which raters marked the same persons",
        description=f"{len(raters)} raters, {len(links)} pairs of them with persons in common.",
        height=276,
        parts=join(*joined, *nodes),
    )


def check_counts(name: str, rows: Sequence[tuple[str, int, int, int, int]]) -> Markup:
    """One stacked bar per check: passed, waived, not enough evidence, failed; told apart by pattern as well as by colour."""
    start, top = 150.0, 8.0
    most = max((sum(counts) for _, *counts in rows), default=1) or 1
    across = Scale(low=0, high=most, start=start, end=WIDTH - 8)
    drawn = []
    for number, (label, *counts) in enumerate(rows):
        y = top + LINE * number
        drawn.append(text(start - 8, y + 13, shortened(label, 24), anchor="end", class_="label"))
        reached = 0
        for count, status in zip(counts, ("passed", "waived", "lacking", "failed"), strict=True):
            if count:
                left, right = across(reached), across(reached + count)
                drawn.append(rect(left, y + 3, right - left, LINE - 6, f"check-{status}", f"{label}: {count} {status}"))
            reached += count
    bottom = top + LINE * len(rows) + 2
    fills = join(
        element(
            "pattern",
            element("path", d="M-2 2 L2 -2 M0 8 L8 0 M6 10 L10 6", class_="stripe"),
            id="stripes",
            width=8,
            height=8,
            patternUnits="userSpaceOnUse",
        ),
        element(
            "pattern",
            element("circle", cx=3, cy=3, r=1.4, class_="spot"),
            id="spots",
            width=6,
            height=6,
            patternUnits="userSpaceOnUse",
        ),
    )
    return picture(
        name,
        title="The gate's checks",
        description=f"{len(rows)} checks over up to {most} candidates; the table below holds every count.",
        height=bottom + 36,
        parts=join(
            element("defs", fills), *drawn, below(across, top=top, bottom=bottom, label="candidates", grid=False)
        ),
    )
