"""How precisely a test measures along its scale."""

from collections.abc import Sequence

from assess.validity.report.drawing import WIDTH, Scale, below, beside, line, picture, text
from assess.validity.report.markup import Markup, element, join
from assess.validity.report.pictures.parts import Cut, vertical_cut


def precision_curve(
    name: str, curve: Sequence[tuple[float, float]], *, cut: Cut | None = None, average: float | None = None
) -> Markup:
    """Standard error of measurement (per cent) along the score scale: where the form measures well, and where not."""
    across = Scale(low=0, high=100, start=34, end=WIDTH - 8)
    up = Scale(low=0, high=max(error for _, error in curve) * 1.15, start=170, end=30)
    path = " ".join(f"{across(share):.1f},{up(error):.1f}" for share, error in curve)
    marked = [] if cut is None else vertical_cut(cut, across, 22, 170)
    middle = []
    if average is not None:
        middle = [
            line(across(average), 26, across(average), 170, "reference"),
            text(across(average) + 5, 26, "average", class_="tick"),
        ]
    return picture(
        name,
        title="Standard error of measurement along the score scale",
        description=f"The standard error is at most {max(error for _, error in curve):g} per cent points.",
        height=208,
        parts=join(
            beside(up, left=34, right=WIDTH - 8, label="standard error (% points)", about=4),
            *middle,
            element("polyline", points=path, class_="fit"),
            below(across, top=30, bottom=170, label="score (%)", about=6, grid=False),
            *marked,
        ),
    )
