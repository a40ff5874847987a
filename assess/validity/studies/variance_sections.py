"""The part of a report about where marks differ, how many raters are enough, and which marks raters use."""

from collections.abc import Mapping
from typing import Any

from assess.validity.report import pictures
from assess.validity.report.markup import Markup, element, join
from assess.validity.report.page import figure, row, table, unfolding
from assess.validity.report.spoken import cell, percent, rounded

Section = Mapping[str, Any]

PLURALS = {"rater": "raters", "task": "tasks", "criterion": "criteria"}


def variance_section(found: Section | None, *, prefix: str) -> Markup | None:
    """Variance components, the D-study curve."""
    if found is None:
        return None
    components = found["components"]
    if all(one["component"]["value"] is None for one in components):
        reason = components[0]["component"]["reason"]
        return join(
            element("h3", "Where do marks differ?"), element("p", f"Not enough evidence: {reason}.", class_="lacking")
        )
    bars = [(one["words"], float(one["share"]), percent(one["share"])) for one in components]
    whole = figure(
        pictures.shares(
            f"{prefix}variance",
            bars,
            title="Where the differences between marks come from",
            axis="share of the variance of a mark",
        ),
        "How much of the difference between single marks is due to the persons, to the raters, to the criteria, "
        "and to how they meet.",
    )
    return join(
        element("h3", "Where do marks differ, and how many raters are enough?"),
        row(whole, element("div", _dependability(found, prefix)), even=True),
        unfolding(
            "Tables of variance components and dependability",
            _component_table(found),
            _comparison(found),
            _d_table(found),
        ),
    )


def _dependability(found: Section, prefix: str) -> Markup | None:
    known = [one for one in found["dependability"] if one["phi"]["value"] is not None]
    if not known:
        return None
    tasks = "task" in known[0]["sizes"]
    by_line: dict[str, list[tuple[float, float, float, float]]] = {}
    for one in known:
        label = f"{one['sizes']['rater']} r. each" if tasks else "Φ"
        low, high = one["phi"]["interval"]
        x = float(one["sizes"]["task" if tasks else "rater"])
        by_line.setdefault(label, []).append((x, float(one["phi"]["value"]), float(low), float(high)))
    lines = [pictures.Line(label=label, points=tuple(points)) for label, points in by_line.items()]
    axis = "number of tasks" if tasks else "number of raters for each person"
    fixed = (
        f" The {', '.join(found['fixed'])} facet is fixed: these are all the criteria that matter."
        if found["fixed"]
        else ""
    )
    unsure = "" if known[0]["phi"]["sufficient"] else f" Indication only: {known[0]['phi']['reason']}."
    return figure(
        pictures.number_of_conditions(f"{prefix}dependability", lines, axis=axis, wished=float(found["wished"])),
        "Φ, the dependability of a person's mean mark as it stands, if so many "
        f"{axis.split()[-1] if tasks else 'raters'} took part; band: 95 % "
        f"interval. {found['plan'][:1].upper()}{found['plan'][1:]}.{fixed}{unsure}",
    )


def _component_table(found: Section) -> Markup:
    lines = [
        [one["effect"], one["words"], str(one["levels"]), cell(one["component"], places=3), percent(one["share"], 1)]
        for one in found["components"]
    ]
    caption = f"Variance components, {found['design']}, with standard errors and 95 % intervals"
    source = found["components"][0]["component"]
    note = f"{source['method']}; {found['scores']} marks. Source: {source['source']}."
    if found["log_likelihood"] is not None:
        note += f" Restricted log-likelihood {rounded(found['log_likelihood'], 3)}."
    findings = " ".join(f"{one}." for one in found["findings"])
    return join(
        table(caption, ["Effect", "In words", "Levels", "Component", "Share"], lines),
        element("p", f"{note} {findings}".strip(), class_="about"),
    )


def _comparison(found: Section) -> Markup | None:
    other = found["comparison"]
    if other is None:
        return None
    lines = [[one["effect"], cell(one["component"], places=3)] for one in other["components"]]
    told = (
        f"The usual model without {other['left_out']} takes a rater's marks of one person on several criteria as "
        "independent of each other. Its restricted "
        f"log-likelihood is {rounded(other['log_likelihood'], 3)}, that of the model above "
        f"{rounded(found['log_likelihood'], 3)}; the "
        "number of raters is planned with the one above, since a "
        "rater's own view of a person does not cancel out over criteria."
    )
    return join(
        table(f"Variance components without {other['left_out']}", ["Effect", "Component"], lines),
        element("p", told, class_="about"),
    )


def _d_table(found: Section) -> Markup:
    names = list(found["dependability"][0]["sizes"]) if found["dependability"] else []
    lines = [
        [
            *[str(one["sizes"][name]) for name in names],
            cell(one["phi"], places=3),
            cell(one["g"], places=3),
            str(one["phi"]["n"]),
        ]
        for one in found["dependability"]
    ]
    note = (
        "Φ: for a person's own level (Brennan & Kane 1977); G: for ranking persons (Cronbach, Gleser, Nanda & "
        "Rajaratnam 1972)."
    )
    return join(
        table(
            "Dependability",
            [*[PLURALS.get(name, name).capitalize() for name in names], "Φ", "G", "n"],
            lines,
        ),
        element("p", note, class_="about"),
    )


def category_section(found: Section | None, *, prefix: str) -> Markup | None:
    """Which marks each rater uses."""
    if found is None:
        return None
    raters = found["raters"]
    alike: dict[str, list[str]] = {}
    for one in raters:
        if one["remark"]:
            alike.setdefault(one["remark"], []).append(one["rater"])
    remarked = "; ".join(f"{remark}: {', '.join(names)}" for remark, names in alike.items())
    told = f"Look at who {remarked}." if remarked else "Every rater uses the whole range of marks."
    numbers = table(
        "Marks of each rater", ["Rater", *found["levels"]], [[one["rater"], *map(str, one["counts"])] for one in raters]
    )
    shown = sorted(raters, key=lambda one: (not one["remark"], one["rater"]))[: pictures.LONGEST_LIST]
    shown.sort(key=lambda one: one["rater"])
    drawn = figure(
        pictures.category_use(
            f"{prefix}categories", [one["rater"] for one in shown], found["levels"], [one["counts"] for one in shown]
        ),
        "How often each rater gave each mark, as a share of the rater's marks; the darker, the higher the mark.",
        numbers,
    )
    return join(element("h3", "Do raters use all marks?"), row(drawn, element("p", told)))
