"""A control chart: points in standard errors from what is usual, the limits, and the rule that looks for slow change."""

from collections.abc import Sequence
from dataclasses import dataclass

from assess.validity.report.drawing import WIDTH, Scale, beside, line, picture, rect, shortened, text
from assess.validity.report.markup import Markup, element, join

TOP, BOTTOM, LEFT, RIGHT = 26.0, 128.0, 30.0, WIDTH - 8
LEAST_REACH = 4.0
MOST_DOTS = 60
"""With more points than this, only the latest are drawn; the table beside the picture holds all."""


@dataclass(frozen=True, kw_only=True)
class ControlPoint:
    """One point: when, its distance, where the slow rule stands, and whether it raised an alarm.

    `z` None means that there was not enough evidence; `slow` is in parts of the slow rule's own limit.
    """

    label: str
    z: float | None
    slow: float | None
    out: bool
    alarm: bool


def control_chart(name: str, points: Sequence[ControlPoint], *, title: str, limit: float) -> Markup:
    """Points as dots, both limits as dashed lines, the slow rule as a line drawn so that its limit is the same height.

    A point beyond its limits has a ring, one that raised an alarm a cross in it; where there was not enough evidence a small
    mark stands at the foot.
    """
    shown = list(points[-MOST_DOTS:])
    furthest = max((abs(one.z) for one in shown if one.z is not None), default=0.0)
    slowest = max((abs(one.slow) * limit for one in shown if one.slow is not None), default=0.0)
    reach = max(LEAST_REACH, 1.1 * furthest, 1.1 * slowest)
    up = Scale(low=-reach, high=reach, start=BOTTOM, end=TOP)
    across = Scale(low=-0.5, high=max(len(shown) - 0.5, 0.5), start=LEFT, end=RIGHT)
    inside = rect(LEFT, up(limit), RIGHT - LEFT, up(-limit) - up(limit), "quiet", "within the limits")
    frame = [
        beside(up, left=LEFT, right=RIGHT, label="standard errors from the usual", about=4),
        line(LEFT, up(0), RIGHT, up(0), "axis"),
        line(LEFT, up(limit), RIGHT, up(limit), "cut dashed"),
        line(LEFT, up(-limit), RIGHT, up(-limit), "cut dashed"),
    ]
    slow = [(across(place), up(one.slow * limit)) for place, one in enumerate(shown) if one.slow is not None]
    drift = (
        element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in slow), class_="fit line1")
        if len(slow) > 1
        else None
    )
    dots = [_dot(one, across(place), up) for place, one in enumerate(shown)]
    ends = [] if not shown else [text(LEFT, BOTTOM + 16, shortened(shown[0].label, 22), class_="tick")]
    if len(shown) > 1:
        ends.append(text(RIGHT, BOTTOM + 16, shortened(shown[-1].label, 22), anchor="end", class_="tick"))
    measured = sum(one.z is not None for one in points)
    out = sum(one.out for one in points)
    described = (
        f"{len(points)} points, {measured} of them with enough evidence; {out} beyond the limits of {limit:.2f} standard "
        "errors. The table under it holds every figure."
    )
    return picture(
        name, title=title, description=described, height=BOTTOM + 22, parts=join(inside, *frame, drift, *dots, *ends)
    )


def _dot(one: ControlPoint, x: float, up: Scale) -> Markup:
    if one.z is None:
        hint = element("title", f"{one.label}: not enough evidence")
        return element("rect", hint, x=x - 1.5, y=BOTTOM - 7, width=3.0, height=7.0, class_="level", fill_opacity=0.35)
    y = up(one.z)
    hint = element("title", f"{one.label}: {one.z:+.2f} standard errors{', beyond the limits' if one.out else ''}")
    dot = element("circle", hint, cx=x, cy=y, r=3.4, class_="dot")
    if not one.out and not one.alarm:
        return dot
    ring = element("circle", cx=x, cy=y, r=7.5, class_="ring")
    cross = (
        join(line(x - 5, y - 5, x + 5, y + 5, "sign"), line(x - 5, y + 5, x + 5, y - 5, "sign")) if one.alarm else None
    )
    return join(dot, ring, cross)
