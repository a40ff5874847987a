"""The judges' cuts on the scale from 0 to 100 %: a dot each, one's own with its name, the panel's cut as a line."""

from collections.abc import Sequence

from assess.validity.report.drawing import WIDTH, Scale, below, line, picture, text
from assess.validity.report.markup import Markup, element, join

STEP = 9.0
RADIUS = 4.0


def dots(name: str, cuts: Sequence[float], *, own: float | None, cut: float | None) -> Markup:
    """A strip of dots; equal values are stacked.

    Parameters
    ----------
    cuts
        The other judges', in per cent.
    own
        The reader's, drawn as a diamond; None where there is none, or where the reader is no judge.
    cut
        The panel's; None where there is none.
    """
    across = Scale(low=0, high=100, start=14, end=WIDTH - 14)
    stacked: dict[int, int] = {}
    marks: list[tuple[str, float, int, float]] = []
    for value in sorted([*cuts, *([own] if own is not None else [])]):
        place = round(across(value) / STEP)
        stacked[place] = stacked.get(place, 0) + 1
        mine = own is not None and value == own and not any(kind == "own" for kind, *_ in marks)
        marks.append(("own" if mine else "other", across(value), stacked[place], value))
    top = 24.0
    bottom = top + STEP * max(stacked.values(), default=1) + 8
    drawn = [_mark(kind, x, bottom - 4 - STEP * (level - 0.5), value) for kind, x, level, value in marks]
    reference = None
    if cut is not None:
        x = across(cut)
        anchor = "end" if x > WIDTH - 90 else "start" if x < 60 else "middle"
        reference = join(
            line(x, top - 4, x, bottom, "reference"), text(x, 14, f"panel {cut:.1f}", anchor=anchor, class_="tick")
        )
    described = f"{len(marks)} cuts" + (f", yours {own:.1f} %" if own is not None else "")
    described += f", the panel's {cut:.1f} %" if cut is not None else ""
    return picture(
        name,
        title="The judges' cuts",
        description=f"{described}.",
        height=bottom + 38,
        parts=join(below(across, top=top, bottom=bottom, label="cut, % of the points"), reference, *drawn),
    )


def _mark(kind: str, x: float, y: float, value: float) -> Markup:
    hint = element("title", f"{'you, ' if kind == 'own' else ''}{value:.1f} %")
    if kind == "own":
        r = RADIUS + 2
        corners = f"{x:.1f},{y - r:.1f} {x + r:.1f},{y:.1f} {x:.1f},{y + r:.1f} {x - r:.1f},{y:.1f}"
        return element("polygon", hint, points=corners, class_="panel-own")
    return element("circle", hint, cx=round(x, 1), cy=round(y, 1), r=RADIUS, class_="panel-dot")
