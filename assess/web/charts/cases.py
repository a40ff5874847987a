"""Pictures of retrofit cases: savings by two models, a key beside what was computed, bills with their line, answers.

All take what `simulator_adapters.energy.key_check` wrote, or an answer as `score_answers` judged it. Colours are the
stylesheet's; forms tell them apart too (a circle, a diamond, a band).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from assess.validity.report.drawing import Scale, below, beside, line, picture, rect, spread, text
from assess.validity.report.markup import Markup, element, join
from simulator_adapters.energy import AnswerResult

LEFT, RIGHT = 22.0, 338.0
ROW = 46.0
ZONES = {"below": "below the limits", "inside": "inside the limits", "above": "above the limits"}


def savings(building: Mapping[str, Any]) -> SafeString:
    """What each measure saves of the heating: the hourly model as a circle with its bounds, EnergyPlus as a diamond."""
    measures = building["measures"]
    values = [float(one[name]) for one in measures for name in ("low", "high", "engine") if one[name] is not None]
    low, high = spread(min([0.0, *values]), max([0.0, *values]))
    across = Scale(low=low, high=high, start=LEFT, end=RIGHT)
    bottom = 16 + ROW * len(measures)
    parts: list[Markup] = []
    told = []
    for place, one in enumerate(measures):
        y = 16 + ROW * place
        middle = y + 26
        left, right = across(float(one["low"])), across(float(one["high"]))
        engine = "" if one["engine"] is None else f", EnergyPlus {one['engine']} %"
        told.append(f"{one['name']}: {one['hourly']} % ({one['low']} to {one['high']} %){engine}")
        parts += [
            text(2, y + 10, one["name"], class_="name"),
            rect(left, middle - 6, right - left, 12, "case-band", told[-1]),
            element("circle", cx=across(float(one["hourly"])), cy=middle, r=5.5, class_="case-hourly"),
        ]  # fmt: skip
        if one["engine"] is not None:
            parts.append(_diamond(across(float(one["engine"])), middle))
    axis = below(across, top=12, bottom=bottom, label="saved of the heating before, per cent")
    zero = line(across(0.0), 12, across(0.0), bottom, "case-zero")
    return _drawn("savings", "What each measure saves", "; ".join(told), bottom + 38, join(axis, zero, *parts))


def _diamond(x: float, y: float) -> Markup:
    return element("path", d=f"M{x:.1f} {y - 7:.1f} l7 7 l-7 7 l-7 -7 z", class_="case-engine")


def beside_key(one: Mapping[str, Any], number: int) -> SafeString:
    """A key with its limits as a band, and what was computed as a diamond (with its bounds where only the hourly model spoke)."""
    low, high, expected, value, reach = (float(one[name]) for name in ("low", "high", "expected", "computed", "reach"))
    across = Scale(
        **dict(zip(("low", "high"), spread(min(low, value - reach), max(high, value + reach), share=0.12), strict=True)),
        start=LEFT, end=RIGHT,
    )  # fmt: skip
    whisker = line(across(value - reach), 22, across(value + reach), 22, "case-whisker") if reach else None
    mark = (
        _diamond(across(value), 22)
        if not reach
        else element("circle", cx=across(value), cy=22.0, r=5.5, class_="case-hourly")
    )
    parts = join(
        below(across, top=8, bottom=38, label=one["unit_label"], about=4),
        rect(across(low), 12, across(high) - across(low), 20, "case-limits", f"the key takes {low:g} to {high:g}"),
        line(across(expected), 9, across(expected), 35, "case-key"),
        whisker,
        mark,
    )
    return _drawn(f"key-{number}", one["text"], one["sentence"], 76, parts)


def bills(found: Mapping[str, Any]) -> SafeString:
    """Twelve bills against degree days, with the fitted line and the 95 % interval of its height."""
    points = [(float(x), float(y)) for x, y in found["points"]]
    band = [tuple(float(value) for value in row) for row in found["band"]]
    across = Scale(low=0, high=max(x for x, _ in points) * 1.04, start=58, end=RIGHT)
    up = Scale(low=0, high=max(y for _, y in points) * 1.08, start=212, end=26)
    ring = [f"{across(x):.1f},{up(low):.1f}" for x, _, low, _ in band]
    ring += [f"{across(x):.1f},{up(high):.1f}" for x, _, _, high in reversed(band)]
    ends = band[0], band[-1]
    parts = join(
        beside(up, left=58, right=RIGHT, label=str(found["y"])),
        below(across, top=26, bottom=212, label=str(found["x"])),
        element("polygon", points=" ".join(ring), class_="case-band"),
        line(across(ends[0][0]), up(ends[0][1]), across(ends[1][0]), up(ends[1][1]), "case-line"),
        *(element("circle", cx=across(x), cy=up(y), r=4.0, class_="case-point") for x, y in points),
    )
    told = (
        f"A line through {len(points)} points: {found['slope'][0]} a degree day ({found['slope'][1]} to {found['slope'][2]}), "
        f"base load {found['intercept'][0]} ({found['intercept'][1]} to {found['intercept'][2]})."
    )
    return _drawn("bills", "Bills against degree days", told, 250, parts)


def zone_of(judged: AnswerResult) -> str:
    """Where an answer lies: ``below``, ``inside`` or ``above`` its limits; empty without a number."""
    if judged.value is None:
        return ""
    return "below" if judged.value < judged.low else "above" if judged.value > judged.high else "inside"


def asked_and_answered(judged: AnswerResult) -> SafeString:
    """An answer and its limits on one scale, for those who may know the key."""
    zone = zone_of(judged)
    return _exact(judged, f"The answer lies {ZONES[zone]}.") if zone else _small([], "No number was given.")


def counted(met: int, asked: int, words: str) -> SafeString:
    """How many of what was asked count, as cells from the left: which ones, it does not tell."""
    cells = [
        element("rect", x=4.0 + place * 24, y=4.0, width=20.0, height=18.0, rx=4,
                class_=f"case-cell{' case-cell-met' if place < met else ''}")
        for place in range(asked)
    ]  # fmt: skip
    return mark_safe(
        element("svg", *cells, viewBox=f"0 0 {asked * 24 + 8} 26", role="img", aria_label=words, class_="case-counted")
    )


def _exact(judged: AnswerResult, words: str) -> SafeString:
    assert judged.value is not None
    low, high, value = float(judged.low), float(judged.high), float(judged.value)
    reach = (high - low) or abs(high) or 1.0
    across = Scale(low=low - 2 * reach, high=high + 2 * reach, start=8, end=212)
    off = not across.low <= value <= across.high
    parts = [
        element("line", x1=6.0, x2=214.0, y1=13.0, y2=13.0, class_="case-axis"),
        element(
            "rect",
            x=across(low),
            y=4.0,
            width=max(across(high) - across(low), 2),
            height=18.0,
            rx=3,
            class_="case-limits",
        ),
        element(
            "circle", cx=across(value), cy=13.0, r=5.5, class_=f"case-answer{'' if judged.met else ' case-missed'}"
        ),
    ]
    told = f"{words} {judged.value:f}; the limits are {judged.low:f} to {judged.high:f}.{' Far off the scale.' if off else ''}"
    return _small(parts, told)


def _small(parts: Sequence[Markup], words: str) -> SafeString:
    return mark_safe(element("svg", *parts, viewBox="0 0 220 26", role="img", aria_label=words, class_="case-small"))


def _drawn(name: str, title: str, description: str, height: float, parts: Markup) -> SafeString:
    return mark_safe(picture(name, title=title, description=description, height=height, parts=parts))
