"""The part of a report about groups: impact, and items that work differently for persons of equal score."""

from collections.abc import Mapping
from typing import Any

from assess.validity.report import pictures
from assess.validity.report.markup import Markup, element, join
from assess.validity.report.page import figure, row, table, unfolding
from assess.validity.report.spoken import Notes, fact, facts, interval, rounded

Section = Mapping[str, Any]


def group_section(found: Section | None, *, prefix: str) -> Markup | None:
    """Differential item functioning."""
    if found is None:
        return None
    persons = found["persons"]
    heading = element("h3", f"Do items favour a group? ({found['column']})")
    opening = (
        f"Focal group “{found['focal']}”: {persons['focal']} persons; reference “{found['reference']}”: "
        f"{persons['reference']} persons. "
        "Persons of equal total score are compared, so a difference between the groups as such is no bias."
    )
    if found["without_group"]:
        opening += f" {found['without_group']} persons without a group are left out."
    if not found["items"]:
        return join(
            heading,
            element("p", opening),
            element("p", "Not enough evidence: one of the groups is empty.", class_="lacking"),
        )
    flagged = [item for item in found["items"] if item["ets_class"] in ("B", "C")]
    sure = [item["name"] for item in flagged if (item["mean_difference"] or item["delta"])["sufficient"]]
    unsure = [item["name"] for item in flagged if item["name"] not in sure]
    told = [f"Class B or C: {', '.join(sure)}."] if sure else ["No item is known to favour a group."]
    if unsure:
        told.append(
            f"An indication only, with so few persons: {', '.join(unsure)}. The shrunken figures are the better guess."
        )
    return join(
        heading,
        element("p", opening),
        element("p", " ".join(told)),
        _pictures(found, prefix),
        facts(
            fact(
                "Mean score, focal less reference",
                found["score_difference"],
                "In per cent points. Impact, not bias: it may be a true difference in what persons can do.",
            )
        ),
        unfolding("Table of all items by group", _table(found)),
    )


def _pictures(found: Section, prefix: str) -> Markup | None:
    items = [item for item in found["items"] if item["delta"]["value"] is not None]
    if not items:
        return None
    items.sort(key=lambda item: float(item["delta"]["value"]))
    shown = items
    if len(items) > pictures.LONGEST_LIST:
        half = pictures.LONGEST_LIST // 2
        shown = [*items[:half], *items[-half:]]
    observed = figure(
        pictures.intervals(
            f"{prefix}delta",
            [interval(f"{item['name']} ({item['ets_class']})", item["delta"]) for item in shown],
            title="Mantel–Haenszel delta of each item",
            axis="← harder for the focal group      Δ      easier →",
            reference=(0.0, "no difference"),
            quiet=(-1.0, 1.0),
        ),
        "Delta of each item with its 95 % interval and ETS class; the shaded range is negligible (A). Dashed and "
        "hollow: too few persons for a verdict.",
    )
    shrunken = figure(
        pictures.intervals(
            f"{prefix}shrunken",
            [interval(item["name"], item["shrunken"]) for item in shown],
            title="Shrunken delta of each item",
            axis="← harder for the focal group      Δ      easier →",
            reference=(0.0, "no difference"),
            quiet=(-1.0, 1.0),
        ),
        f"The same drawn towards the mean of all items, as far as chance alone explains the spread: {found['shrinkage']}.",
    )
    return row(observed, shrunken, even=True)


def _table(found: Section) -> Markup:
    rows, notes = [], Notes()
    for item in found["items"]:
        chances = item["probabilities"]
        rows.append(
            [
                item["name"],
                str((item["mean_difference"] or item["delta"])["n"]),
                notes.cell(item["mean_difference"] or item["delta"], of=item["name"]),
                item["ets_class"] or "–",
                f"{rounded(item['chi_square'], 2)}, p {rounded(item['p_value'], 3)}"
                if item["chi_square"] is not None
                else "–",
                notes.cell(item["shrunken"], of=item["name"]),
                "–"
                if chances is None
                else f"{_chance(chances['A'])} / {_chance(chances['B'])} / {_chance(chances['C'])}",
            ]
        )
    header = ["Item", "n", "Delta (or mean difference)", "Class", "Chi-square", "Shrunken delta", "Chance of A / B / C"]
    note = (
        f"{found['method']}; {found['purification']}. Delta below 0: harder for the focal group. p-values are "
        "not adjusted for the number of items."
    )
    return join(
        table("Items by group, with standard errors and 95 % intervals", header, rows),
        notes.below(),
        element("p", note, class_="about"),
    )


def _chance(text: str) -> str:
    return f"{100 * float(text):.0f} %"
