"""The part of a report about standard setters: the cut, the judges, the items that divide them."""

from collections.abc import Mapping
from typing import Any

from assess.validity.report import pictures
from assess.validity.report.markup import Markup, element, join
from assess.validity.report.page import figure, row, section, table, unfolding
from assess.validity.report.spoken import cell, fact, facts, interval, methods, plain, rounded

Section = Mapping[str, Any]

MOST_NAMED = 10


def judgement_section(found: Section, *, prefix: str) -> Markup:
    """The panel."""
    missing = f" {found['missing']} are missing." if found["missing"] else ""
    ignored = f" Columns left out because it was asked for: {', '.join(found['ignored'])}." if found["ignored"] else ""
    opening = (
        f"{found['judges']} judges gave {found['judgements']} judgements on {found['items']} items, from "
        f"{plain(found['lowest'])} to "
        f"{plain(found['highest'])}: {found['scale_words']}.{missing}{ignored}"
    )
    return section(
        "Standard setters and the cut",
        element("p", opening),
        _no_cut(found),
        _cut(found, prefix),
        element("h3", "Do the judges agree?"),
        _outliers(found),
        _judges(found, prefix),
        element("h3", "Which items divide them?"),
        _items(found, prefix),
        unfolding("Table of all judges", _judge_table(found)),
        unfolding("Table of all judged items", _item_table(found)),
        unfolding("How this was computed", _components(found), methods(found)),
        anchor=f"{prefix}judgements",
    )


def _no_cut(found: Section) -> Markup | None:
    if found["scale"] != "levels":
        return None
    return element(
        "p",
        "These judgements are levels, neither chances nor points, so they do not add up to a cut score in points. "
        "What the panel gives is a level for "
        "each item. A cut in points needs judgements of what a borderline candidate would earn; say --scale "
        "points with --maximum if these are such.",
        class_="lacking",
    )


def _cut(found: Section, prefix: str) -> Markup:
    levels = found["scale"] == "levels"
    unit = "level" if levels else f"of {rounded(found['maximum'], 0)} points"
    entries = [
        fact(
            "Mean judgement of the panel" if levels else "Cut score",
            found["cut"],
            "On the judges' own scale." if levels else f"{unit[:1].upper()}{unit[1:]}.",
        )
    ]
    if found["cut_percent"] is not None:
        entries.append(fact("Cut score in per cent", found["cut_percent"], "Of the maximum."))
    entries.append(
        element(
            "div",
            element("dt", "How far other judges, and other items, would move it"),
            element(
                "dd",
                element(
                    "span",
                    f"Standard error {rounded(found['cut']['se'])} over judges, {rounded(found['bootstrap_se'])} "
                    "by resampling judges, "
                    f"{rounded(found['se_judges_and_items'])} when the items, too, could have been others (G theory).",
                    class_="about",
                ),
            ),
        )
    )
    if found["without_outliers"] is not None:
        entries.append(
            fact("Without judges who stand apart", found["without_outliers"], "Nobody is left out of the cut itself.")
        )
    drawn = judges_picture(found, prefix=prefix)
    return facts(*entries) if drawn is None else row(drawn, facts(*entries))


def judges_picture(found: Section, *, prefix: str) -> Markup | None:
    """Each judge's own cut (or mean) beside the panel's; None when there is none."""
    levels = found["scale"] == "levels"
    axis = "mean judgement" if levels else "cut of each judge (points)"
    rows = [_judge_interval(judge, levels) for judge in found["panel"]]
    rows = [one for one in rows if one.value is not None]
    if not rows:
        return None
    rows.sort(key=lambda one: -(one.value or 0.0))
    whole = interval("panel", found["cut"])
    reference = None if whole.value is None else (whole.value, "panel")
    quiet = None if whole.low is None or whole.high is None else (whole.low, whole.high)
    drawn = pictures.intervals(
        f"{prefix}judge-cuts",
        rows,
        title="Each judge beside the panel",
        axis=axis,
        reference=reference,
        quiet=quiet,
        dots=True,
    )
    return figure(drawn, "Each judge's own figure; the line is the panel's, the band its 95 % interval over judges.")


def _judge_interval(judge: Section, levels: bool) -> pictures.Interval:
    value = judge["mean"] if levels else judge["cut"]
    number = None if value is None else float(value)
    return pictures.Interval(label=judge["judge"], value=number, low=number, high=number, sufficient=True)


def _outliers(found: Section) -> Markup:
    if not found["outliers"]:
        return element("p", "No judge lies outside the spread of this panel by severity, scatter or order.")
    lines = [element("li", f"{apart['sentence']}.") for apart in found["outliers"]]
    return element("ul", *lines)


def _judges(found: Section, prefix: str) -> Markup:
    severe = sorted(found["panel"], key=lambda judge: -float(judge["severity"]["value"] or 0))
    severity = figure(
        pictures.intervals(
            f"{prefix}judge-severity",
            [interval(judge["judge"], judge["severity"]) for judge in severe],
            title="Severity of each judge",
            axis="own judgements minus the other judges'",
            reference=(0.0, "like the others"),
        ),
        "How much more (right) or less (left) each judge expects than the others on the same items, with 95 % "
        "intervals over items.",
    )
    agreeing = sorted(found["panel"], key=lambda judge: -float(judge["agreement"]["value"] or -1))
    agreement = figure(
        pictures.intervals(
            f"{prefix}judge-agreement",
            [interval(judge["judge"], judge["agreement"]) for judge in agreeing],
            title="Does each judge see the same items as hard?",
            axis="correlation with the other judges' item means",
            reference=(0.0, "no agreement"),
        ),
        "Correlation of each judge's judgements with the means of the others, with 95 % intervals over items.",
    )
    told = facts(
        fact(
            "Consistency of the panel",
            found["consistency"],
            "Coefficient alpha over judges, items as cases: would another panel like this rank the items alike?",
        ),
        fact(
            "One judge against another",
            found["one_judge"],
            "Intraclass correlation of a single judge, absolute agreement.",
        ),
        fact(
            "Panel and observed difficulty",
            found["fit"],
            f"Correlation of the panel's item means with {found['empirical']}.",
        )
        if found["fit"] is not None
        else None,
    )
    return join(row(severity, agreement, even=True), told)


def _items(found: Section, prefix: str) -> Markup:
    divided = sorted(
        (item for item in found["per_item"] if item["sd"] is not None),
        key=lambda item: (-float(item["sd"]), item["item"]),
    )[:MOST_NAMED]
    listed = table(
        "Items that divide the judges most",
        ["Item", "Mean", "SD", "Lowest to highest"],
        [
            [
                item["item"],
                rounded(item["mean"]),
                rounded(item["sd"]),
                f"{plain(item['lowest'])} to {plain(item['highest'])}",
            ]
            for item in divided
        ],
    )
    points = [
        (item["item"], float(item["empirical"]), float(item["mean"]), float(item["lowest"]), float(item["highest"]))
        for item in found["per_item"]
        if item["empirical"] is not None and item["mean"] is not None
    ]
    levels = _level_cuts(found)
    if len(points) < 2:
        told = element(
            "p",
            "No observed difficulty of the items is known: give --responses with the same items, or --difficulty COLUMN.",
            class_="about",
        )
        return join(told, listed, levels)
    drawn = figure(
        pictures.judged_items(
            f"{prefix}judged",
            points,
            across_label=found["empirical"],
            up_label="judgement: panel mean, lowest to highest",
        ),
        "Each item: what was observed (across) and what the panel expects (up), with the range from the lowest to "
        "the highest judge. Items far from the "
        "trend are worth a discussion.",
    )
    return join(row(drawn, element("div", listed)), levels)


def _level_cuts(found: Section) -> Markup | None:
    cuts = found["level_cuts"]
    if cuts is None:
        return None
    lines = [[f"level {one['level']}", cell(one["cut"], places=1), str(one["cut"]["n"])] for one in cuts["cuts"]]
    remarks = " ".join(f"{remark[:1].upper()}{remark[1:]}." for remark in cuts["remarks"])
    method = cuts["cuts"][0]["cut"]["source"] if cuts["cuts"] else ""
    note = (
        f"Item-descriptor matching: where on {found['empirical']} the next level becomes likelier than not. "
        f"{remarks} Source: {method}."
    )
    return join(
        table(
            "Where the levels begin on the items' difficulty, with standard errors and 95 % intervals",
            ["From", "Cut", "Judges"],
            lines,
        ),
        element("p", note, class_="about"),
    )


def _judge_table(found: Section) -> Markup:
    lines = [
        [
            judge["judge"],
            str(judge["rated"]),
            rounded(judge["mean"], 4 if found["scale"] == "levels" else 3),
            "–" if found["scale"] == "levels" else rounded(judge["cut"]),
            cell(judge["severity"], places=3),
            cell(judge["agreement"]),
            rounded(judge["misfit"]),
            "–" if judge["fit"] is None else cell(judge["fit"]),
            rounded(judge["without"]),
        ]
        for judge in found["panel"]
    ]
    header = ["Judge", "Items", "Mean", "Own cut", "Severity", "Agreement", "Scatter", "With observed", "Panel without"]
    note = (
        "Scatter: mean square of what items and severity do not explain, over the panel's; 1 on average. Panel "
        "without: the panel's figure if this judge were not there."
    )
    return join(
        table("Judges, with standard errors and 95 % intervals", header, lines),
        element("p", note, class_="about"),
    )


def _item_table(found: Section) -> Markup:
    lines = [
        [
            item["item"],
            str(item["judges"]),
            rounded(item["mean"]),
            rounded(item["sd"]),
            plain(item["lowest"]),
            plain(item["highest"]),
            plain(item["empirical"]),
        ]
        for item in found["per_item"]
    ]
    return table(
        "Judgements of each item",
        ["Item", "Judges", "Mean", "SD", "Lowest", "Highest", "Observed"],
        lines,
    )


def _components(found: Section) -> Markup | None:
    parts = found["components"]
    if parts is None:
        return None
    told = (
        f"Variance components: judges {rounded(parts['judges'], 4)}, items {rounded(parts['items'], 4)}, what "
        f"is left {rounded(parts['residual'], 4)}; {parts['source']}."
    )
    needed = found["judges_needed"]
    more = (
        f" {needed} judges like these would bring the standard error of the cut to 1 % of the points." if needed else ""
    )
    return element("p", told + more, class_="about")


def judgement_summary(found: Section) -> list[tuple[str, bool]]:
    """Sentences for the top of the report, and whether each rests on enough evidence."""
    what = "Mean judgement" if found["scale"] == "levels" else "Cut score (points)"
    lines = [
        (f"{found['judges']} judges, {found['items']} items.", True),
        (f"{what}: {found['cut']['words']}.", bool(found["cut"]["sufficient"])),
        (f"Consistency of the panel: {found['consistency']['words']}.", bool(found["consistency"]["sufficient"])),
    ]
    if found["fit"] is not None:
        told = f"Correlation of the panel's item means with {found['empirical']}: {found['fit']['words']}."
        lines.append((told, bool(found["fit"]["sufficient"])))
    return lines
