"""Estimates in a list: a dot for the value, a bar for its interval."""

from collections.abc import Sequence
from dataclasses import dataclass

from assess.validity.report.drawing import LINE, WIDTH, Scale, below, line, picture, rect, shortened, spread, text
from assess.validity.report.markup import Markup, element, join
from assess.validity.report.pictures.parts import Interval


def intervals(
    name: str,
    rows: Sequence[Interval],
    *,
    title: str,
    axis: str,
    reference: tuple[float, str] | None = None,
    limits: tuple[float, float] | None = None,
    quiet: tuple[float, float] | None = None,
    dots: bool = False,
) -> Markup:
    """One line per estimate: its value as a dot, its interval as a bar; hollow and dashed without enough evidence.

    `quiet` is a range that counts as negligible; it is shaded. With `dots` the lines have no interval, only a value.
    """
    known = [end for row in rows for end in (row.low, row.high, row.value) if end is not None]
    known += [reference[0]] if reference else []
    known += [*quiet] if quiet else []
    low, high = limits or spread(min(known, default=0.0), max(known, default=1.0))
    longest = max((len(row.label) for row in rows), default=4)
    start = 14 + min(max(longest * 6.6, 30), 132)
    across = Scale(low=low, high=high, start=start, end=WIDTH - 10)
    top = 24.0 if reference else 8.0
    bottom = top + LINE * len(rows) + 4
    drawn = [_whisker(row, across, top + LINE * (number + 0.5) + 2, start) for number, row in enumerate(rows)]
    marked = []
    if reference:
        x = across(reference[0])
        anchor = "end" if x > WIDTH - 90 else "start" if x < start + 60 else "middle"
        marked = [line(x, top, x, bottom, "reference"), text(x, 14, reference[1], anchor=anchor, class_="tick")]
    shaded = rect(across(quiet[0]), top, across(quiet[1]) - across(quiet[0]), bottom - top, "quiet") if quiet else None
    known_rows = [row for row in rows if row.value is not None]
    described = f"{len(rows)} values" if dots else f"{len(rows)} estimates with 95 % intervals"
    if known_rows:
        least = min(known_rows, key=lambda row: row.value or 0.0)
        most = max(known_rows, key=lambda row: row.value or 0.0)
        described += f", from {least.label} ({least.value:g}) to {most.label} ({most.value:g})"
    return picture(
        name,
        title=title,
        description=f"{described}. The table beside it holds every figure.",
        height=bottom + 38,
        parts=join(shaded, below(across, top=top, bottom=bottom, label=axis), *marked, *drawn),
    )


def _whisker(row: Interval, across: Scale, y: float, start: float) -> Markup:
    label = element(
        "text",
        element("title", row.label),
        shortened(row.label, 20),
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


@dataclass(frozen=True, kw_only=True)
class MeanSquare:
    """Infit and outfit of one item or rater, with the range that chance gives."""

    label: str
    infit: float | None
    outfit: float | None


def mean_squares(name: str, rows: Sequence[MeanSquare], *, title: str, within: tuple[float, float]) -> Markup:
    """One line per item: infit as a dot, outfit as a ring; the band is what counts as productive."""
    known = [value for row in rows for value in (row.infit, row.outfit) if value is not None]
    low, high = spread(min([within[0], *known]), min(max([within[1], *known]), 3.0))
    start = 14 + min(max(max((len(row.label) for row in rows), default=4) * 6.6, 30), 112)
    across = Scale(low=low, high=high, start=start, end=WIDTH - 10)
    top = 24.0
    bottom = top + LINE * len(rows) + 4
    drawn = []
    for number, row in enumerate(rows):
        y = top + LINE * (number + 0.5) + 2
        label = element(
            "text",
            element("title", row.label),
            shortened(row.label, 17),
            x=start - 8,
            y=y + 4,
            text_anchor="end",
            class_="label",
        )
        drawn.append(label)
        if row.infit is None or row.outfit is None:
            drawn.append(text(start + 4, y + 4, "not enough evidence", class_="tick"))
            continue
        drawn += [
            line(across(row.infit), y, across(row.outfit), y, "thin"),
            element(
                "circle",
                element("title", f"outfit {row.outfit:.2f}"),
                cx=across(row.outfit),
                cy=y,
                r=4,
                class_="dot weak",
            ),
            element(
                "circle", element("title", f"infit {row.infit:.2f}"), cx=across(row.infit), cy=y, r=3.6, class_="dot"
            ),
        ]
    outside = [
        row.label
        for row in rows
        if any(v is not None and not within[0] <= v <= within[1] for v in (row.infit, row.outfit))
    ]
    return picture(
        name,
        title=title,
        description=(
            f"{len(rows)} lines; a filled dot is infit, a ring outfit. "
            + (
                f"Outside {within[0]:g} to {within[1]:g}: {', '.join(outside)}."
                if outside
                else f"All lie within {within[0]:g} to {within[1]:g}."
            )
        ),
        height=bottom + 38,
        parts=join(
            rect(across(within[0]), top, across(within[1]) - across(within[0]), bottom - top, "quiet"),
            below(across, top=top, bottom=bottom, label="mean square (1 expected)"),
            line(across(1), top, across(1), bottom, "reference"),
            element("circle", cx=start + 4, cy=10.0, r=3.6, class_="dot"),
            text(start + 12, 14, "infit", class_="tick"),
            element("circle", cx=start + 54, cy=10.0, r=4, class_="dot weak"),
            text(start + 62, 14, "outfit", class_="tick"),
            *drawn,
        ),
    )


def shares(name: str, rows: Sequence[tuple[str, float, str]], *, title: str, axis: str) -> Markup:
    """Bars of shares of a whole, each with its words at the end."""
    start = 14 + min(max(max(len(label) for label, _, _ in rows) * 7.0, 30), 190)
    most = max((share for _, share, _ in rows), default=1.0) or 1.0
    across = Scale(low=0, high=most * 1.02, start=start, end=WIDTH - 44)
    top = 8.0
    bottom = top + LINE * len(rows) + 4
    drawn = []
    for number, (label, share, words) in enumerate(rows):
        y = top + LINE * number + 2
        drawn += [
            element(
                "text",
                element("title", label),
                shortened(label, 27),
                x=start - 8,
                y=y + 13,
                text_anchor="end",
                class_="label",
            ),
            rect(across(0), y + 3, across(max(share, 0.0)) - across(0), LINE - 6, "bar", f"{label}: {words}"),
            text(across(max(share, 0.0)) + 5, y + 13, words, class_="tick"),
        ]
    return picture(
        name,
        title=title,
        description="; ".join(f"{label}: {words}" for label, _, words in rows) + ".",
        height=bottom + 38,
        parts=join(below(across, top=top, bottom=bottom, label=axis), *drawn),
    )
