"""What a decision does to people: right and wrong among a hundred, and whose outcome would change."""

from collections.abc import Sequence
from dataclasses import dataclass

from assess.validity.report.drawing import LINE, WIDTH, Scale, below, line, picture, rect, shortened, spread, text
from assess.validity.report.markup import Markup, element, join

KINDS = (
    ("right pass", "right-pass"),
    ("right fail", "right-fail"),
    ("pass, should fail", "false-pass"),
    ("fail, should pass", "false-fail"),
)


@dataclass(frozen=True, kw_only=True)
class Move:
    """One person: the score as it stands, and what it would be with its interval."""

    label: str
    before: float
    after: float
    low: float
    high: float


def hundred(name: str, *, right_pass: float, right_fail: float, false_pass: float, false_fail: float) -> Markup:
    """A hundred candidates, one square each; wrong decisions are told apart by a cross and a ring as well as by colour."""
    counts = whole_parts([right_pass, right_fail, false_pass, false_fail], 100)
    side, left, top = 17.0, 8.0, 8.0
    squares: list[Markup] = []
    kinds = [kind for kind, count in zip(KINDS, counts, strict=True) for _ in range(count)]
    for place, (label, class_) in enumerate(kinds):
        x, y = left + place % 10 * side, top + place // 10 * side
        squares.append(rect(x, y, side - 3, side - 3, class_, label))
        squares.append(_sign(class_, x, y, side - 3))
    told = []
    for row, ((label, class_), count) in enumerate(zip(KINDS, counts, strict=True)):
        y = 26 + row * 40.0
        told += [
            rect(200, y - 12, 14, 14, class_),
            _sign(class_, 200, y - 12, 14),
            text(222, y, f"{count} {label}", class_="label"),
        ]
    wrong = counts[2] + counts[3]
    return picture(
        name,
        title="A hundred candidates like these",
        description=(
            f"{counts[0]} pass rightly, {counts[1]} fail rightly, {counts[2]} pass though they should fail, "
            f"{counts[3]} fail though they "
            f"should pass: {wrong} wrong decisions."
        ),
        height=top + 10 * side + 4,
        parts=join(*squares, *told),
    )


def _sign(kind: str, x: float, y: float, side: float) -> Markup:
    if kind == "false-pass":
        return join(
            line(x + 3, y + 3, x + side - 3, y + side - 3, "sign"),
            line(x + side - 3, y + 3, x + 3, y + side - 3, "sign"),
        )
    if kind == "false-fail":
        return element("circle", cx=x + side / 2, cy=y + side / 2, r=side / 2 - 3.5, class_="ring")
    return Markup()


def whole_parts(shares: Sequence[float], total: int) -> list[int]:
    """Whole numbers that add up to `total`, by largest remainder; something that is there shows as 1 at least.

    >>> whole_parts([0.604, 0.303, 0.05, 0.043], 100)
    [61, 30, 5, 4]
    >>> whole_parts([0.999, 0.0, 0.001, 0.0], 100)
    [99, 0, 1, 0]
    """
    exact = [max(share, 0.0) * total / (sum(max(s, 0.0) for s in shares) or 1.0) for share in shares]
    found = [max(int(part), 1 if part > 0 else 0) for part in exact]
    while sum(found) < total:
        largest = max(range(len(found)), key=lambda i: (exact[i] - found[i], -i))
        found[largest] += 1
    while sum(found) > total:
        found[max(range(len(found)), key=lambda i: (found[i] - exact[i], found[i], -i))] -= 1
    return found


def moves(name: str, rows: Sequence[Move], *, cut: float, axis: str, limits: tuple[float, float]) -> Markup:
    """One line per person: from the score as it stands (hollow) to the adjusted one (filled), its interval, and the cut."""
    known = [cut, *[end for row in rows for end in (row.before, row.low, row.high)]]
    low, high = spread(max(min(known), limits[0]), min(max(known), limits[1]))
    start = 14 + min(max(max(len(row.label) for row in rows) * 6.6, 30), 100)
    across = Scale(low=low, high=high, start=start, end=WIDTH - 10)
    top = 24.0
    bottom = top + LINE * len(rows) + 4
    drawn = []
    for number, row in enumerate(rows):
        y = top + LINE * (number + 0.5) + 2
        drawn += [
            element(
                "text",
                element("title", row.label),
                shortened(row.label, 15),
                x=start - 8,
                y=y + 4,
                text_anchor="end",
                class_="label",
            ),
            line(across(row.low), y, across(row.high), y, "thin"),
            line(across(row.before), y, across(row.after), y, "whisker"),
            element(
                "circle",
                element("title", f"as it stands: {row.before:.2f}"),
                cx=across(row.before),
                cy=y,
                r=4,
                class_="dot weak",
            ),
            element(
                "circle", element("title", f"adjusted: {row.after:.2f}"), cx=across(row.after), cy=y, r=4, class_="dot"
            ),
        ]
    x = across(cut)
    return picture(
        name,
        title="Whose outcome would change",
        description=f"{len(rows)} persons whose score lies on one side of the cut of {cut:g} as it stands and on "
        "the other when adjusted.",
        height=bottom + 38,
        parts=join(
            below(across, top=top, bottom=bottom, label=axis),
            line(x, top - 4, x, bottom, "cut"),
            text(x, 14, f"cut {cut:g}", anchor="middle", class_="cut"),
            *drawn,
        ),
    )
