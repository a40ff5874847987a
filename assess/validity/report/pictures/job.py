"""The job and the assessment side by side: which statement is tested by what, and whose weight is whose."""

from collections.abc import Sequence
from dataclasses import dataclass

from assess.validity.report.drawing import LINE, WIDTH, Scale, below, line, picture, rect, text
from assess.validity.report.markup import Markup, element, join
from assess.validity.report.pictures.parts import Interval

SIGNS = ("item", "criterion", "simulation")


@dataclass(frozen=True, kw_only=True)
class CoverageRow:
    """A statement of the job: its name and words, and for each outcome it is linked to how many of each sort test it.

    `counts` holds items, criteria and simulations by the place of the outcome.
    """

    label: str
    words: str
    counts: dict[int, tuple[int, int, int]]


@dataclass(frozen=True, kw_only=True)
class WeightRow:
    """What the job gives something, and what the scheme gives it; shares from 0 to 1. A heading has neither."""

    job: Interval
    scheme: float | None
    verdict: str = ""


def coverage_matrix(
    name: str, rows: Sequence[CoverageRow], outcomes: Sequence[str], *, unlinked: Sequence[str]
) -> Markup:
    """One line for each statement, one column for each outcome; a square counts items, a disc criteria, a triangle simulations.

    A ring says that nothing tests a statement there. `unlinked` are outcomes that no statement stands behind.
    """
    start, top, tall = 66.0, 48.0, LINE + 4
    wide = (WIDTH - start - 2) / max(len(outcomes), 1)
    bottom = top + tall * len(rows)
    drawn = [_legend()]
    for place, outcome in enumerate(outcomes):
        x = start + wide * place
        missing = outcome in unlinked
        drawn += [
            text(x + wide / 2, 38, outcome.removeprefix("LO-"), anchor="middle", class_="cut" if missing else "tick"),
            line(x, top - 4, x, bottom, "grid"),
        ]
    for number, row in enumerate(rows):
        y = top + tall * number
        untested = not any(sum(counts) for counts in row.counts.values())
        drawn += [
            line(0, y, WIDTH, y, "grid"),
            element(
                "text",
                element("title", row.words),
                row.label,
                x=2.0,
                y=y + tall / 2 + 4,
                class_="cut" if untested else "label",
            ),
        ]
        for place, counts in row.counts.items():
            drawn.append(_cell(start + wide * place, y, wide, tall, counts, f"{row.label}, {outcomes[place]}"))
        if not row.counts:
            drawn.append(text(start + 6, y + tall / 2 + 4, "linked to no outcome: nothing tests it", class_="cut"))
    lacking = [row.label for row in rows if not any(sum(counts) for counts in row.counts.values())]
    told = f"Tested by nothing: {', '.join(lacking)}." if lacking else "Each statement is tested by something."
    return picture(
        name,
        title="Which statement of the job is tested by what",
        description=f"{len(rows)} statements by {len(outcomes)} outcomes. {told} The table below holds every element.",
        height=bottom + 6,
        parts=join(*drawn, line(0, bottom, WIDTH, bottom, "grid")),
    )


def _legend() -> Markup:
    places = (2.0, 62.0, 132.0, 222.0)
    words = ("items", "criteria", "simulations", "nothing")
    return join(
        *(
            join(_sign(sort, x + 5, 12.0), text(x + 14, 16, word, class_="tick"))
            for sort, x, word in zip(SIGNS, places, words, strict=False)
        ),
        element("circle", cx=places[3] + 5, cy=12.0, r=4.5, class_="ring"),
        text(places[3] + 14, 16, words[3], class_="tick"),
    )


def _sign(sort: str, x: float, y: float) -> Markup:
    """The sign of a sort of element: told apart by its shape."""
    if sort == "item":
        return rect(x - 4, y - 4, 8, 8, "dot")
    if sort == "criterion":
        return element("circle", cx=x, cy=y, r=4.4, class_="dot")
    return element("path", d=f"M{x - 5:g} {y + 4.4:g} L{x + 5:g} {y + 4.4:g} L{x:g} {y - 4.6:g} Z", class_="dot")


def _cell(x: float, y: float, wide: float, tall: float, counts: tuple[int, int, int], hint: str) -> Markup:
    middle = y + tall / 2
    back = rect(x + 1, y + 1, wide - 2, tall - 2, "quiet", hint)
    shown = [(sort, count) for sort, count in zip(SIGNS, counts, strict=True) if count]
    if not shown:
        return join(back, element("circle", cx=x + wide / 2, cy=middle, r=4.5, class_="ring"))
    step = wide / len(shown)
    signs = []
    for place, (sort, count) in enumerate(shown):
        centre = x + step * (place + 0.5)
        signs += [_small(sort, centre - 4.5, middle), text(centre - 0.5, middle + 3.6, str(count), class_="small")]
    return join(back, *signs)


def _small(sort: str, x: float, y: float) -> Markup:
    return element("g", _sign(sort, 0.0, 0.0), transform=f"translate({x:.1f} {y:.1f}) scale(0.66)")


def weight_comparison(name: str, rows: Sequence[WeightRow], *, title: str, tolerance: float) -> Markup:
    """The job's share as a dot with its interval, the scheme's as a lozenge with the tolerance around it."""
    known = [end for row in rows for end in (row.job.high, row.scheme) if end is not None]
    start = 84.0
    across = Scale(low=0.0, high=max(known, default=0.5) * 1.08 + tolerance, start=start, end=WIDTH - 10)
    top = 26.0
    bottom = top + (LINE + 2) * len(rows) + 4
    drawn: list[Markup] = []
    for number, row in enumerate(rows):
        y = top + (LINE + 2) * (number + 0.5) + 2
        drawn += _heading(row, y) if row.scheme is None else _weights(row, row.scheme, across, y, tolerance)
    apart = [row.job.label for row in rows if row.verdict == "differs"]
    told = f"They differ for {', '.join(apart)}." if apart else "They differ nowhere for certain."
    return picture(
        name,
        title=title,
        description=f"{sum(row.scheme is not None for row in rows)} shares. {told} The table beside holds every figure.",
        height=bottom + 38,
        parts=join(
            element("circle", cx=7.0, cy=10.0, r=4, class_="dot"),
            text(16, 14, "the job, 95 % interval", class_="tick"),
            _lozenge(187.0, 10.0),
            text(198, 14, "the scheme, tolerance", class_="tick"),
            below(across, top=top, bottom=bottom, label="share"),
            *drawn,
        ),
    )


def _heading(row: WeightRow, y: float) -> list[Markup]:
    return [text(2, y + 5, row.job.label, class_="name")]


def _weights(row: WeightRow, scheme: float, across: Scale, y: float, tolerance: float) -> list[Markup]:
    shaded = rect(
        across(scheme - tolerance), y - 6, across(scheme + tolerance) - across(scheme - tolerance), 12, "band"
    )
    label = text(2, y + 4, row.job.label, class_="cut" if row.verdict == "differs" else "label")
    if row.job.value is None or row.job.low is None or row.job.high is None:
        return [label, shaded, _lozenge(across(scheme), y)]
    weak = "" if row.job.sufficient else " weak"
    return [
        label,
        shaded,
        _lozenge(across(scheme), y),
        line(across(row.job.low), y, across(row.job.high), y, f"whisker{weak}"),
        element("circle", cx=across(row.job.value), cy=y, r=4, class_=f"dot{weak}"),
    ]


def _lozenge(x: float, y: float) -> Markup:
    return element("path", d=f"M{x:.1f} {y - 6:.1f} l6 6 l-6 6 l-6 -6 Z", class_="cut-dot")
