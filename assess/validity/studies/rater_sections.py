"""The parts of a report about raters: who can be compared, how far marks agree, who marks low or high."""

from collections.abc import Mapping
from typing import Any

from assess.validity.datasets.arrays import criterion_names
from assess.validity.report import pictures
from assess.validity.report.markup import Markup, element, join
from assess.validity.report.page import figure, row, section, table, unfolding
from assess.validity.report.spoken import cell, fact, facts, interval, methods
from assess.validity.studies.facet_sections import facet_section
from assess.validity.studies.variance_sections import category_section, variance_section

Section = Mapping[str, Any]

LARGEST_RING = 30
"""More raters than this make a ring that nobody can read; the table says the same."""


def rating_section(found: Section, *, prefix: str, heading: str = "Raters and their marks") -> Markup:
    """Design, agreement and severity."""
    spread = ", ".join(
        f"{one['persons']} by {one['raters']} {'rater' if one['raters'] == 1 else 'raters'}"
        for one in found["persons_by_number_of_raters"]
    )
    tasks = f" on {len(found['tasks'])} tasks" if len(found["tasks"]) > 1 else ""
    missing = f" {found['missing']} marks are missing." if found["missing"] else ""
    opening = (
        f"{found['raters']} raters gave {found['marks']} marks to {found['persons']} persons on {found['criteria']} "
        f"criteria{tasks}.{missing} Persons were marked: {spread}."
    )
    return section(
        heading,
        element("p", opening),
        element("h3", "Can everyone be compared?"),
        _connectedness(found["connectedness"], f"{prefix}network"),
        element("h3", "Do the raters agree?"),
        _agreement(found["agreement"], prefix),
        element("h3", "Who marks low, who marks high?"),
        _severity(found, f"{prefix}severity"),
        facet_section(found.get("facets"), prefix=prefix),
        category_section(found.get("categories"), prefix=prefix),
        variance_section(found.get("variance"), prefix=prefix),
        unfolding(
            "How this was computed",
            methods(found),
            element("ul", element("li", f"Connectedness: {found['connectedness']['source']}."), class_="methods"),
        ),
        anchor=f"{prefix}raters",
    )


def _connectedness(found: Section, name: str) -> Markup:
    raters = [one["rater"] for one in found["shared_persons"]]
    told: list[Markup] = [element("p", found["words"])]
    if not found["connected"]:
        told += [
            element(
                "p",
                f"{subset['name'].capitalize()}: {subset['persons']} persons, marked by {', '.join(subset['raters'])}.",
            )
            for subset in found["subsets"]
        ]
    if found["extra_markings"]:
        wanted = [
            element("li", f"{extra['rater']} also marks {extra['person']}{_criteria(extra['criteria'])}")
            for extra in found["extra_markings"]
        ]
        told += [element("p", "These further markings would connect them:"), element("ul", *wanted)]
    shared = [[one["rater"], str(one["persons"])] for one in found["shared_persons"]]
    told.append(
        unfolding(
            "Persons each rater shares",
            table("Shared persons", ["Rater", "Persons also marked by somebody else"], shared),
        )
    )
    if not 2 <= len(raters) <= LARGEST_RING:
        return join(*told)
    links = [(link["raters"][0], link["raters"][1], int(link["persons"])) for link in found["links"]]
    ring = figure(
        pictures.rater_network(name, raters, links),
        "Each circle is a rater. A line joins two raters who marked the same persons; the thicker, the more they share.",
        table(
            "Pairs of raters", ["Raters", "Persons in common"], [[f"{a} and {b}", str(count)] for a, b, count in links]
        ),
    )
    return row(ring, element("div", *told))


def _criteria(names: list[str]) -> str:
    return f" (on any of {', '.join(names)})" if names else ""


def _agreement(found: Section, prefix: str) -> Markup:
    names = criterion_names([one["task"] for one in found["criteria"]], [one["criterion"] for one in found["criteria"]])
    rows = [interval(name, one["agreement"]) for name, one in zip(names, found["criteria"], strict=True)]
    limits = (min([-0.05, *[one.low for one in rows if one.low is not None]]), 1.0)
    drawn = pictures.intervals(
        f"{prefix}agreement",
        rows,
        title="Agreement on each criterion",
        axis="agreement (1 = perfect)",
        reference=(0.0, "chance"),
        limits=limits,
    )
    lines = [
        [
            name,
            one["statistic"],
            cell(one["agreement"]),
            cell(one["exact"], share=True),
            cell(one["within_one"], share=True),
            str(one["agreement"]["n"]),
        ]
        for name, one in zip(names, found["criteria"], strict=True)
    ]
    header = ["Criterion", "Statistic", "Agreement", "Same mark", "At most one apart", "Persons marked twice"]
    tasks = [
        fact(
            f"Task “{one['task']}”: one rater's score", one["icc"], "Intraclass correlation of a single rater's score."
        )
        for one in found["tasks"]
        if len(found["tasks"]) > 1
    ]
    return join(
        row(
            figure(
                drawn,
                "Agreement on each criterion with its 95 % interval: weighted kappa for levels, intraclass correlation for "
                "scores. 0 is what chance would give.",
            ),
            facts(
                fact(
                    "One full set of marks against another",
                    found["whole"],
                    "Intraclass correlation over all of a person's tasks: how much of the differences between scores is due "
                    "to the persons, not to who marked them.",
                ),
                *tasks[:6],
            ),
        ),
        unfolding("Table of all criteria", table("Agreement, with 95 % intervals", header, lines)),
    )


def severity_picture(found: Section, *, prefix: str) -> Markup | None:
    """Who marks low and who marks high, when anything is known of it."""
    if not any(one["severity"]["value"] is not None for one in found["severity"]):
        return None
    return _severities(found, f"{prefix}severity", most=16)


def _severities(found: Section, name: str, *, most: int) -> Markup:
    raters = sorted(found["severity"], key=lambda one: -float(one["severity"]["value"] or 0))
    shown = raters if len(raters) <= most else [*raters[: most // 2], *raters[-(most // 2) :]]
    unit = "marks" if found["unit"] == "marks" else "per cent points"
    drawn = pictures.intervals(
        name,
        [interval(one["rater"], one["severity"]) for one in shown],
        title="Severity of each rater",
        axis=f"others' marks minus own ({unit})",
        reference=(0.0, "like the others"),
    )
    left_out = f" {len(raters) - len(shown)} raters between them are left out." if len(shown) < len(raters) else ""
    return figure(
        drawn,
        "How much lower (right) or higher (left) each rater marks than the others on the same persons. Hollow and "
        "dashed: not enough evidence for a "
        f"verdict.{left_out}",
    )


def _severity(found: Section, name: str) -> Markup:
    raters = sorted(found["severity"], key=lambda one: -float(one["severity"]["value"] or 0))
    unit = "marks" if found["unit"] == "marks" else "per cent points"
    lines = [
        [
            one["rater"],
            str(one["persons"]),
            str(one["shared_persons"]),
            cell(one["severity"]),
            one["words"],
            cell(one["raw_mean"]),
        ]
        for one in raters
    ]
    header = ["Rater", "Persons", "Shared", f"Severity ({unit})", "In words", "Raw mean"]
    low = [one["rater"] for one in raters if one["words"].startswith("marks lower")]
    high = [one["rater"] for one in raters if one["words"].startswith("marks higher")]
    told = [
        element("p", f"Mark lower than others on the same work: {', '.join(low) or 'none that the data show'}."),
        element("p", f"Mark higher: {', '.join(high) or 'none that the data show'}."),
        element("p", found["raw_means_warning"], class_="about"),
    ]
    return join(
        row(_severities(found, name, most=pictures.LONGEST_LIST), element("div", *told)),
        unfolding("Table of all raters", table("Raters, with 95 % intervals", header, lines)),
    )


def rater_summary(found: Section) -> list[tuple[str, bool]]:
    """Sentences for the top of the report, and whether each rests on enough evidence."""
    whole = found["agreement"]["whole"]
    severe = [one for one in found["severity"] if one["words"].startswith(("marks lower", "marks higher"))]
    return [
        (f"{found['raters']} raters, {found['persons']} persons. {found['connectedness']['words']}", True),
        (f"Agreement of one full set of marks with another: {whole['words']}.", whole["sufficient"]),
        (f"{len(severe)} of {len(found['severity'])} raters mark lower or higher than others on the same work.", True),
    ]
