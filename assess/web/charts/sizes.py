"""How large a scheme is beside what a frame takes: a track of hours, the frame's range on it, and the scheme's size as a line."""

from fractions import Fraction

from django.utils.safestring import SafeString, mark_safe

from assess.schemes.framing import Sizing
from assess.validity.report.drawing import Scale
from assess.validity.report.markup import element

START, END = 6.0, 214.0


def size_line(name: str, size: Sizing, *, longest: Fraction, fits: bool) -> SafeString:
    """One frame's line; an open range runs to the end of the track.

    Parameters
    ----------
    longest
        Hours at the right end, the same for all lines that are to be compared.
    """
    across = Scale(low=0, high=float(longest), start=START, end=END)
    low, high = float(size.least or 0), float(size.most or longest)
    parts = [
        element("line", x1=START, x2=END, y1=12.0, y2=12.0, class_="frame-track"),
        element(
            "rect",
            x=across(low),
            y=6.0,
            width=max(across(high) - across(low), 2.0),
            height=12.0,
            rx=2,
            class_="frame-range",
        ),
    ]
    if size.hours is not None:
        x = across(float(size.hours))
        parts.append(
            element("line", x1=x, x2=x, y1=1.0, y2=23.0, class_=f"frame-size{'' if fits else ' frame-misfit'}")
        )
        parts.append(element("circle", cx=x, cy=12.0, r=3.5, class_=f"frame-dot{'' if fits else ' frame-misfit'}"))
    drawn = element(
        "svg", *parts, viewBox="0 0 220 24", role="img", aria_label=_words(name, size, fits=fits), class_="frame-line"
    )
    return mark_safe(drawn)  # every text in it was escaped by `element`


def _words(name: str, size: Sizing, *, fits: bool) -> str:
    if size.least is None and size.most is None:
        taken = "any size"
    elif size.most is None:
        taken = f"{size.least} hours and more"
    else:
        taken = f"{size.least or 0} to {size.most} hours"
    told = (
        "states no hours" if size.hours is None else f"has {size.hours} hours, which {'fit' if fits else 'do not fit'}"
    )
    return f"{name} takes {taken}; the scheme {told}."
