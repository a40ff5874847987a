"""Who marked with whom, and how each rater used the marks."""

import math
from collections.abc import Sequence

from assess.validity.report.drawing import LINE, WIDTH, Scale, below, beside, line, picture, shortened, spread, text
from assess.validity.report.markup import Markup, element, join


def rater_network(name: str, raters: Sequence[str], links: Sequence[tuple[str, str, int]]) -> Markup:
    """Raters on a ring; a line joins two who marked the same persons, the wider the more they share."""
    across, down, reach = WIDTH / 2, 138.0, 104.0
    place = {
        rater: (
            across + reach * math.sin(2 * math.pi * k / len(raters)),
            down - reach * math.cos(2 * math.pi * k / len(raters)),
        )
        for k, rater in enumerate(raters)
    }
    counts = [shared for _, _, shared in links]
    least, most = min(counts, default=0), max(counts, default=1)
    joined = [
        element(
            "line",
            element("title", f"{first} and {second}: {shared} persons"),
            x1=place[first][0],
            y1=place[first][1],
            x2=place[second][0],
            y2=place[second][1],
            stroke_width=0.7 + 2.8 * (shared - least) / max(most - least, 1),
            stroke_opacity=0.3 + 0.6 * (shared - least) / max(most - least, 1),
            class_="link",
        )
        for first, second, shared in links
    ]
    nodes = []
    for rater, (x, y) in place.items():
        side = "middle" if abs(x - across) < 20 else "start" if x > across else "end"
        shift = 0 if side == "middle" else 10 if side == "start" else -10
        drop = (-10 if y < down else 20) if side == "middle" else 4
        nodes += [
            element("circle", cx=x, cy=y, r=5.0, class_="node"),
            text(x + shift, y + drop, shortened(rater, 11), anchor=side, class_="label"),
        ]
    return picture(
        name,
        title="Which raters marked the same persons",
        description=f"{len(raters)} raters, {len(links)} pairs of them with persons in common.",
        height=276,
        parts=join(*joined, *nodes),
    )


def category_use(name: str, raters: Sequence[str], levels: Sequence[str], counts: Sequence[Sequence[int]]) -> Markup:
    """One bar per rater, cut into the share of each mark; darker = higher, the count inside where there is room."""
    start, top = 14 + min(max(max(len(rater) for rater in raters) * 6.6, 30), 92), 26.0
    across = Scale(low=0, high=100, start=start, end=WIDTH - 10)
    step = 0.85 / max(len(levels) - 1, 1)
    drawn: list[Markup] = []
    for row, (rater, own) in enumerate(zip(raters, counts, strict=True)):
        y, total, reached = top + row * LINE, sum(own) or 1, 0
        drawn.append(
            element(
                "text",
                element("title", rater),
                shortened(rater, 14),
                x=start - 8,
                y=y + 13,
                text_anchor="end",
                class_="label",
            )
        )
        for k, count in enumerate(own):
            if not count:
                continue
            left, right = across(100 * reached / total), across(100 * (reached + count) / total)
            reached += count
            drawn.append(
                element(
                    "rect",
                    element("title", f"{rater}: mark {levels[k]} {count} times ({100 * count / total:.0f} %)"),
                    x=left,
                    y=y + 2,
                    width=max(right - left - 0.8, 0.4),
                    height=LINE - 4,
                    class_="level",
                    fill_opacity=0.12 + step * k,
                )
            )
            if right - left >= 20:
                drawn.append(
                    text(
                        (left + right) / 2,
                        y + 13,
                        str(count),
                        anchor="middle",
                        class_="inside" if 0.12 + step * k > 0.5 else "small",
                    )
                )
    key: list[Markup] = []
    x = start
    for k, level in enumerate(levels):
        key += [
            element("rect", x=x, y=6, width=11, height=11, class_="level", fill_opacity=0.12 + step * k),
            text(x + 15, 16, level, class_="small"),
        ]
        x += 24 + 6.0 * len(level)
    bottom = top + LINE * len(raters) + 2
    return picture(
        name,
        title="Which marks each rater gave",
        description=f"{len(raters)} raters, {len(levels)} different marks; the bar of each rater is cut into the "
        "shares of the marks.",
        height=bottom + 38,
        parts=join(
            *key, *drawn, below(across, top=top, bottom=bottom, label="per cent of the rater's marks", grid=False)
        ),
    )


def judged_items(
    name: str, points: Sequence[tuple[str, float, float, float, float]], *, across_label: str, up_label: str
) -> Markup:
    """Each item: what was observed (across) and the panel's mean (up) with the range from the lowest to the highest judge."""
    left, right = spread(min(p[1] for p in points), max(p[1] for p in points))
    low, high = spread(min(p[3] for p in points), max(p[4] for p in points))
    across = Scale(low=left, high=right, start=38, end=WIDTH - 8)
    up = Scale(low=low, high=high, start=200, end=28)
    drawn = [
        join(
            line(across(x), up(least), across(x), up(most), "range"),
            element(
                "circle",
                element("title", f"{label}: observed {x:g}, panel {mean:.2f} ({least:g} to {most:g})"),
                cx=across(x),
                cy=up(mean),
                r=3.4,
                class_="dot",
            ),
        )
        for label, x, mean, least, most in points
    ]
    return picture(
        name,
        title="Items as judged and as they turned out",
        description=f"{len(points)} items: the panel's mean of each beside what was observed.",
        height=238,
        parts=join(
            beside(up, left=38, right=WIDTH - 8, label=up_label, about=5),
            *drawn,
            below(across, top=28, bottom=200, label=across_label, about=6, grid=False),
        ),
    )
