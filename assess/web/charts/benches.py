"""What a device was told and what it did, as pictures: its volt-var curve, and its output over a dip of the grid.

Each says in words what it shows; lines differ by their stroke as well as by their colour.
"""

import itertools
from collections.abc import Sequence

from assess.validity.report.drawing import WIDTH, Scale, below, beside, line, picture, text
from assess.validity.report.markup import Markup, element, join

Curve = Sequence[tuple[float, float]]
LEFT, RIGHT, TOP = 46.0, WIDTH - 12, 46.0


def volt_var(name: str, *, asked: Curve, read: Curve) -> Markup:
    """The curve that was written (dashed) and the one that the device reports as active, as (% of nominal voltage, % var)."""
    xs = [x for x, _ in (*asked, *read)]
    ys = [y for _, y in (*asked, *read)]
    low, high = min(xs, default=90.0) - 4, max(xs, default=110.0) + 4
    most = max((abs(y) for y in ys), default=10.0) * 1.25 or 10.0
    across = Scale(low=low, high=high, start=LEFT, end=RIGHT)
    up = Scale(low=-most, high=most, start=TOP + 150, end=TOP)
    drawn = [
        element("polyline", points=_path(_held(curve, low, high), across, up), class_=class_)
        for curve, class_ in ((asked, "bench-asked"), (read, "bench-read"))
        if curve
    ]
    dots = [element("circle", cx=across(x), cy=up(y), r=3.0, class_="dot") for x, y in read]
    told = " ".join(
        f"{words}: {', '.join(f'{x:g} % → {y:g} %' for x, y in curve)}."
        for words, curve in (("Written", asked), ("Read back as active", read))
        if curve
    )
    return picture(
        name,
        title="Reactive power over voltage",
        description=told or "No curve was written or read.",
        height=TOP + 194,
        parts=join(
            beside(up, left=LEFT, right=RIGHT, label="reactive power, % (+ injecting)"),
            below(across, top=TOP, bottom=TOP + 150, label="voltage, % of nominal"),
            line(LEFT, up(0), RIGHT, up(0), "axis"),
            *drawn,
            *dots,
            _legend((("bench-asked", "as written", bool(asked)), ("bench-read", "as read back", bool(read)))),
        ),
    )


def output_in_a_dip(name: str, samples: Sequence[tuple[float, float, float]]) -> Markup:
    """A device's output over a dip of the grid, as (seconds, voltage in % of nominal, watts); the voltage is the dashed line."""
    last = max(max((seconds for seconds, _, _ in samples), default=1.0), 1.0)
    most = max(max((watts for _, _, watts in samples), default=0.0) * 1.15, 100.0)
    across = Scale(low=0, high=last, start=LEFT, end=RIGHT)
    up = Scale(low=0, high=most, start=TOP + 150, end=TOP)
    volts = Scale(low=0, high=115, start=TOP + 150, end=TOP)
    power = [(seconds, watts) for seconds, _, watts in samples]
    voltage = [(seconds, percent) for seconds, percent, _ in samples]
    back = next((s for (_, before, _), (s, after, _) in itertools.pairwise(samples) if before < after), None)
    again = (
        None if back is None else next((s for s, percent, w in samples if s >= back and percent >= 100 and w > 0), None)
    )
    told = "The device did not feed in again while it was watched." if again is None or back is None else (
        f"It fed in again {again - back:g} s after the voltage came back."
    )  # fmt: skip
    return picture(
        name,
        title="Output over a dip of the grid",
        description=f"From 0 to {last:g} s. {told}",
        height=TOP + 194,
        parts=join(
            beside(up, left=LEFT, right=RIGHT, label="output, W"),
            below(across, top=TOP, bottom=TOP + 150, label="seconds since the dip began"),
            element("polyline", points=_path(voltage, across, volts), class_="bench-asked"),
            element("polyline", points=_path(power, across, up), class_="bench-read"),
            _legend((("bench-asked", "voltage", True), ("bench-read", "output", True))),
        ),
    )


def _held(curve: Curve, low: float, high: float) -> list[tuple[float, float]]:
    """A curve as the device follows it: constant beyond its ends."""
    ordered = list(curve)
    return [(low, ordered[0][1]), *ordered, (high, ordered[-1][1])]


def _path(curve: Curve, across: Scale, up: Scale) -> str:
    return " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in curve)


def _legend(lines: Sequence[tuple[str, str, bool]]) -> Markup:
    drawn, x = [], LEFT
    for class_, words, there in lines:
        if there:
            drawn.append(join(line(x, 14, x + 26, 14, class_), text(x + 32, 18, words, class_="tick")))
            x += 44 + 7.0 * len(words)
    return join(*drawn)
