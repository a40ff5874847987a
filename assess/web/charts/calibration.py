"""Calibration as a picture: a track of months around today, the span that a certificate holds on it, and today as a hand."""

from collections.abc import Sequence
from datetime import date

from django.utils.safestring import SafeString, mark_safe

from assess.sittings.instruments.calibration import SOON_DAYS, State
from assess.validity.report.drawing import Scale
from assess.validity.report.markup import element

START, END = 4.0, 356.0
BACK_DAYS, AHEAD_DAYS = 365, 540
CLASSES = {State.NONE: "none", State.OVERDUE: "over", State.SOON: "soon", State.VALID: "lasting"}


def calibration_line(words: str, *, today: date, spans: Sequence[tuple[date, date]], state: State) -> SafeString:
    """The certificates of an instrument as spans, the one that stands last; what is due soon ends in a hatched piece.

    Parameters
    ----------
    spans
        First and last day of each certificate, the earlier ones first.
    """
    across = Scale(low=-float(BACK_DAYS), high=float(AHEAD_DAYS), start=START, end=END)
    parts = [element("rect", x=START, y=7.0, width=END - START, height=10.0, rx=3, class_="due-track")]
    for place, (first, last) in enumerate(spans):
        left, right = (_clamped((day - today).days) for day in (first, last))
        if right <= -BACK_DAYS:
            continue
        stands = place == len(spans) - 1
        width = max(across(right) - across(left), 2.0)
        parts.append(
            element(
                "rect",
                x=across(left),
                y=7.0 if stands else 9.0,
                width=width,
                height=10.0 if stands else 6.0,
                rx=2,
                class_="due-span" if stands else "due-before",
            )
        )
        if stands and state is State.OVERDUE:
            parts.append(
                element("rect", x=across(right), y=10.5, width=across(0) - across(right), height=3.0, class_="due-gap")
            )
        if stands:
            parts.append(element("line", x1=across(right), x2=across(right), y1=4.0, y2=20.0, class_="due-end"))
    parts.append(element("line", x1=across(0), x2=across(0), y1=1.0, y2=23.0, class_="due-now"))
    drawn = element(
        "svg", *parts, viewBox="0 0 360 24", role="img", aria_label=words, class_=f"due-line due-{CLASSES[state]}"
    )
    return mark_safe(drawn)  # every text in it was escaped by `element`


def _clamped(days: int) -> float:
    return float(min(max(days, -BACK_DAYS), AHEAD_DAYS))


LEGEND = (
    f"Track: a year back to {AHEAD_DAYS // 30} months ahead. Wide bar: the certificate that stands. Upright line: today. "
    f"Due soon: within {SOON_DAYS} days."
)
