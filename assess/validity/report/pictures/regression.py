"""Borderline regression: where the line of task scores over global ratings meets the borderline."""

from collections.abc import Sequence

from assess.validity.report.drawing import WIDTH, Scale, below, beside, line, picture, rect, text
from assess.validity.report.markup import Markup, element, join
from assess.validity.report.pictures.parts import Cut


def borderline_scatter(
    name: str,
    points: Sequence[tuple[float, float, int]],
    *,
    slope: float | None,
    intercept: float | None,
    borderline: float,
    cut: Cut | None,
) -> Markup:
    """Task score over global rating: counted points, the regression line, and where it meets the borderline rating."""
    ratings = [rating for rating, _, _ in points] + [borderline]
    across = Scale(low=min(ratings) - 0.5, high=max(ratings) + 0.5, start=38, end=WIDTH - 8)
    up = Scale(low=0, high=100, start=200, end=28)
    most = max((count for _, _, count in points), default=1)
    dots = [
        element(
            "circle",
            element("title", f"rating {rating:g}, score {percent:g} %: {count}"),
            cx=across(rating),
            cy=up(percent),
            r=2.2 + 4 * ((count / most) ** 0.5 if most > 1 else 0.35),
            class_="point",
        )
        for rating, percent, count in points
    ]
    fitted = []
    if slope is not None and intercept is not None:
        ends = _clipped(min(ratings) - 0.5, max(ratings) + 0.5, slope, intercept)
        fitted = [
            line(
                across(ends[0]),
                up(intercept + slope * ends[0]),
                across(ends[1]),
                up(intercept + slope * ends[1]),
                "fit",
            )
        ]
    marked = []
    if cut is not None:
        x, y = across(borderline), up(cut.value)
        if cut.standard_error:
            marked.append(
                rect(
                    38,
                    up(cut.value + cut.standard_error),
                    x - 38,
                    up(cut.value - cut.standard_error) - up(cut.value + cut.standard_error),
                    "band",
                )
            )
        marked += [
            line(x, y, x, 200, "cut dashed"),
            line(38, y, x, y, "cut"),
            element("circle", cx=x, cy=y, r=4.5, class_="cut-dot"),
            text(44, y - 6, f"cut {cut.value:g} %", class_="cut"),
        ]
    performances = sum(count for _, _, count in points)
    described = f"{performances} performances: task score over global rating"
    return picture(
        name,
        title="Borderline regression",
        description=f"{described}; at rating {borderline:g} the line gives the {cut.words}."
        if cut
        else f"{described}.",
        height=240,
        parts=join(
            beside(up, left=38, right=WIDTH - 8, label="task score (%)"),
            *dots,
            *fitted,
            *marked,
            below(across, top=28, bottom=200, label="global rating", about=6, grid=False),
        ),
    )


def _clipped(low: float, high: float, slope: float, intercept: float) -> tuple[float, float]:
    """The part of a line that stays within 0 and 100 %."""
    if slope == 0:
        return low, high
    ends = sorted(((0 - intercept) / slope, (100 - intercept) / slope))
    return max(low, ends[0]), min(high, ends[1])
