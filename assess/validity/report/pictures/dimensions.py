"""Is there one thing that the items measure: what is left between pairs of items, and how many factors there are."""

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from assess.validity.report.drawing import WIDTH, Scale, below, beside, line, picture, rect, shortened, text
from assess.validity.report.markup import Markup, element, join

LABEL = 12.0
"""How high a line of text is."""


def residual_correlations(
    name: str, items: Sequence[str], values: Sequence[Sequence[float | None]], *, sure: AbstractSet[frozenset[str]]
) -> Markup:
    """A triangle of squares: correlation of the residuals of each pair; the darker the larger, crossed when it is sure.

    Pairs without a value stay empty, items without any are left out. Where lines lie closer than a label is high, only some of
    them are named.
    """
    shown = [i for i in range(len(items)) if any(_value(values, i, j) is not None for j in range(len(items)))]
    count = len(shown)
    start = 10 + min(max(max(len(item) for item in items) * 6.2, 24), 92)
    side = min((WIDTH - start - 8) / max(count, 1), 22.0)
    top = 8.0
    named = max(math.ceil(LABEL / side), 1)
    largest = max([abs(v) for row in values for v in row if v is not None], default=0.0) or 1.0
    drawn: list[Markup] = []
    marked = 0
    for row, i in enumerate(shown):
        y = top + row * side
        if row % named == 0:
            drawn.append(
                element(
                    "text",
                    element("title", items[i]),
                    shortened(items[i], 14),
                    x=start - 6,
                    y=y + side / 2 + 4,
                    text_anchor="end",
                    class_="small",
                )
            )
        for column, j in enumerate(shown[:row]):
            value = values[i][j]
            if value is None:
                continue
            x = start + column * side
            drawn.append(
                element(
                    "rect",
                    element("title", f"{items[i]} and {items[j]}: {value:.2f}"),
                    x=x,
                    y=y,
                    width=side - 0.8,
                    height=side - 0.8,
                    class_="positive" if value >= 0 else "negative",
                    fill_opacity=0.06 + 0.94 * abs(value) / largest,
                )
            )
            if frozenset((items[i], items[j])) in sure:
                marked += 1
                drawn += [
                    line(x + 2, y + 2, x + side - 3, y + side - 3, "sign"),
                    line(x + side - 3, y + 2, x + 2, y + side - 3, "sign"),
                ]
    bottom = top + count * side
    return picture(
        name,
        title="What is left between pairs of items",
        description=f"{sum(v is not None for row in values for v in row)} pairs of items; {marked} of them surely share "
        "more than the ability explains.",
        height=bottom + 26,
        parts=join(
            *drawn,
            rect(start, bottom + 8, 10, 10, "positive"),
            text(start + 15, bottom + 17, "more alike", class_="small"),
            rect(start + 84, bottom + 8, 10, 10, "negative"),
            text(start + 99, bottom + 17, "less alike", class_="small"),
            text(start + 164, bottom + 17, "× look at it", class_="small") if marked else None,
        ),
    )


def _value(values: Sequence[Sequence[float | None]], i: int, j: int) -> float | None:
    """Of a pair, whichever of the two is named first."""
    return None if i == j else values[max(i, j)][min(i, j)]


def eigenvalues(name: str, observed: Sequence[float], chance: Sequence[float]) -> Markup:
    """Eigenvalues of the items' correlations beside those that chance alone gives."""
    shown = min(len(observed), 12)
    across = Scale(low=0.6, high=shown + 0.4, start=38, end=WIDTH - 70)
    high = max([*observed[:shown], *chance[:shown]])
    up = Scale(low=min(0.0, *observed[:shown]), high=high * 1.08, start=190, end=30)

    def path(values: Sequence[float]) -> str:
        return " ".join(f"{across(k):.1f},{up(value):.1f}" for k, value in enumerate(values[:shown], 1))

    above = next((k for k, (a, b) in enumerate(zip(observed, chance, strict=False)) if a <= b), shown)
    return picture(
        name,
        title="Parallel analysis",
        description=f"The first eigenvalue is {observed[0]:.2f}; chance gives {chance[0]:.2f}. {above} lie above chance.",
        height=228,
        parts=join(
            beside(up, left=38, right=WIDTH - 70, label="eigenvalue", about=5),
            element("polyline", points=path(chance), class_="fit line1"),
            element("polyline", points=path(observed), class_="fit"),
            *[
                element(
                    "circle", element("title", f"{k}: {value:.2f}"), cx=across(k), cy=up(value), r=3.2, class_="dot"
                )
                for k, value in enumerate(observed[:shown], 1)
            ],
            text(across(shown) + 6, up(observed[shown - 1]) + 12, "data", class_="small"),
            text(across(shown) + 6, up(chance[shown - 1]) - 2, "chance", class_="small"),
            below(across, top=30, bottom=190, label="factor", about=min(shown, 12), grid=False),
        ),
    )
