"""How many candidates passed each check of the gate."""

from collections.abc import Sequence

from assess.validity.report.drawing import LINE, WIDTH, Scale, below, picture, rect, shortened, text
from assess.validity.report.markup import Markup, element, join


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
