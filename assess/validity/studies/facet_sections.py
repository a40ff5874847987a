"""The part of a report about the many-facet model: severity, fit, fair averages, and whose outcome hangs on the assessor."""

from collections.abc import Mapping
from typing import Any

from assess.validity.report import pictures
from assess.validity.report.markup import Markup, element, join
from assess.validity.report.page import figure, row, table, unfolding
from assess.validity.report.spoken import bars, cell, folded, interval, rounded

Section = Mapping[str, Any]

PLURALS = {"rater": "raters", "criterion": "criteria"}
MOST_ON_THE_RULER = 80
MOST_ON_ONE_PAGE = 16

PRODUCTIVE = (0.5, 1.5)
"""Linacre (2002), Rasch Measurement Transactions 16(2), 878: mean squares that are productive for measurement."""


def facet_section(found: Section | None, *, prefix: str) -> Markup | None:
    """Severity, fit and outcomes."""
    if found is None:
        return None
    heading = element("h3", "How severe is each rater, with everything else held equal?")
    if not found["facets"]:
        return join(
            heading, element("p", f"Not enough evidence for a many-facet model: {found['reason']}.", class_="lacking")
        )
    told = [element("p", f"{found['reason']}.", class_="lacking")] if found["reason"] else []
    remarks = folded(found["remarks"])[:6]
    told += [element("p", f"{remark[:1].upper()}{remark[1:]}.", class_="about") for remark in remarks]
    return join(
        heading,
        element("p", _opening(found)),
        *told,
        _pictures(found, prefix),
        _outcomes(found["outcomes"], prefix),
        unfolding("Tables of the many-facet model", *[_table(found, facet) for facet in found["order"]], _model(found)),
    )


def _opening(found: Section) -> str:
    raters = found["separation"]["rater"]
    differ = ""
    if raters["chi_square"] is not None:
        p = "p < 0.001" if float(raters["p_value"]) < 0.001 else f"p = {rounded(raters['p_value'], 3)}"
        differ = (
            f" Differences in severity: chi-square {rounded(raters['chi_square'], 1)} with {raters['df']} "
            f"degrees of freedom, {p}; separation reliability {rounded(raters['reliability'])}."
        )
    return (
        f"Many-facet Rasch model ({found['model']}) of {found['ratings']} marks of {found['persons']} persons.{differ}"
    )


def _pictures(found: Section, prefix: str) -> Markup:
    raters = sorted(found["facets"]["rater"], key=lambda one: -float(one["measure"]["value"] or 0))
    shown = (
        raters
        if len(raters) <= pictures.LONGEST_LIST
        else [*raters[: pictures.LONGEST_LIST // 2], *raters[-(pictures.LONGEST_LIST // 2) :]]
    )
    severity = figure(
        pictures.intervals(
            f"{prefix}measures",
            [interval(one["name"], one["measure"]) for one in shown],
            title="Severity of each rater in logits",
            axis="severity (logits), severe to the right",
            reference=(0.0, "average rater"),
        ),
        "Severity of each rater in the many-facet model with its 95 % interval. The persons' ability and the "
        "criteria's difficulty are taken out.",
    )
    squares = figure(
        pictures.mean_squares(
            f"{prefix}rater-fit",
            [
                pictures.MeanSquare(
                    label=one["name"],
                    infit=None if one["infit"] is None else float(one["infit"]),
                    outfit=None if one["outfit"] is None else float(one["outfit"]),
                )
                for one in sorted(shown, key=lambda one: one["name"])
            ],
            title="Fit of each rater",
            within=PRODUCTIVE,
        ),
        "Above the range: marks that others cannot foresee. Below: hardly any difference between criteria or persons.",
    )
    ruler = _ruler(found, prefix)
    if ruler is None:
        return row(severity, squares, even=True)
    return join(row(severity, ruler, even=True), row(squares, element("p", _erratic(found)), even=True))


def _erratic(found: Section) -> str:
    """Raters whose marks scatter more or less than the model says, beyond chance."""
    known = [one for one in found["facets"]["rater"] if one["infit_z"] is not None and abs(float(one["infit_z"])) >= 2]
    wild = [one["name"] for one in known if float(one["infit"]) > PRODUCTIVE[1]]
    flat = [one["name"] for one in known if float(one["infit"]) < PRODUCTIVE[0]]
    told = [
        f"Marks that the others cannot foresee: {', '.join(wild)}."
        if wild
        else "No rater marks more erratically than 1.5 times chance."
    ]
    told += [f"Hardly any differences between persons and criteria: {', '.join(flat)}."] if flat else []
    return " ".join(told)


def _ruler(found: Section, prefix: str) -> Markup | None:
    columns = [
        (
            PLURALS.get(facet, facet),
            [
                (one["name"], float(one["measure"]["value"]))
                for one in found["facets"][facet]
                if one["measure"]["value"] is not None
            ],
        )
        for facet in found["order"]
    ]
    columns = [(name, elements) for name, elements in columns if elements]
    if not columns or not found["person_map"] or sum(len(elements) for _, elements in columns) > MOST_ON_THE_RULER:
        return None
    drawn = pictures.facet_map(f"{prefix}ruler", bars(found["person_map"]), columns)
    return figure(
        drawn,
        "Persons, raters and criteria on one ladder of logits: able persons, severe raters and hard criteria "
        "on top. How far raters spread beside the persons shows how much a "
        "mark depends on who gives it.",
    )


def _outcomes(found: Section | None, prefix: str) -> Markup | None:
    if found is None:
        return None
    changed = found["changed"]
    opening = (
        f"Cut: a mean mark of {rounded(found['cut'])} of {found['highest']} ({rounded(found['cut_percent'], 1)} "
        f"%). {found['pass_now']} of {found['persons']} persons reach it with the marks as "
        f"they are, {found['pass_adjusted']} if every rater were of average severity. The outcome of "
        f"{len(changed)} persons would change. {found['within_error']} persons lie so near the "
        "cut that their own 95 % interval contains it."
    )
    heading = element("h3", "Whose outcome hangs on the assessor?")
    if not changed:
        return join(heading, element("p", opening))
    shown = changed[: pictures.LONGEST_LIST]
    drawn = _moves(found, shown, prefix)
    lines = [
        [
            one["person"],
            ", ".join(one["raters"]),
            rounded(one["before"]),
            f"{rounded(one['after'])} (SE {rounded(one['se'])})",
            f"would {one['would']}",
        ]
        for one in shown
    ]
    listed = table(
        "Persons whose outcome would change",
        ["Person", "Raters", "As it stands", "Adjusted", "Outcome"],
        lines,
    )
    note = element("p", f"{found['method']}. Source: {found['source']}.", class_="about")
    return join(heading, element("p", opening), row(drawn, element("div", listed)), note)


def _moves(found: Section, shown: list[Section], prefix: str) -> Markup:
    lines = [
        pictures.Move(
            label=one["person"],
            before=float(one["before"]),
            after=float(one["after"]),
            low=float(one["interval"][0]),
            high=float(one["interval"][1]),
        )
        for one in shown
    ]
    drawn = pictures.moves(
        f"{prefix}outcomes", lines, cut=float(found["cut"]), axis="mean mark", limits=(0.0, float(found["highest"]))
    )
    return figure(
        drawn,
        "From the mean mark as it stands (ring) to the one an average rater would have given (dot), with its 95 % interval.",
    )


def outcomes_picture(ratings: Section, *, prefix: str) -> Markup | None:
    """The persons whose outcome hangs most on the assessor, when there are any."""
    found = ratings.get("facets")
    outcomes = None if found is None else found["outcomes"]
    return (
        None
        if outcomes is None or not outcomes["changed"]
        else _moves(outcomes, outcomes["changed"][:MOST_ON_ONE_PAGE], prefix)
    )


def _table(found: Section, facet: str) -> Markup:
    lines = [
        [
            one["name"],
            str(one["measure"]["n"]),
            cell(one["measure"]),
            rounded(one["observed_average"]),
            rounded(one["fair_average"]),
            f"{rounded(one['infit'])} ({rounded(one['infit_z'], 1)})",
            f"{rounded(one['outfit'])} ({rounded(one['outfit_z'], 1)})",
        ]
        for one in found["facets"][facet]
    ]
    what = "severity" if facet == "rater" else "difficulty"
    header = [
        facet.capitalize(),
        "Marks",
        f"{what.capitalize()} (logits)",
        "Observed average",
        "Fair average",
        "Infit (z)",
        "Outfit (z)",
    ]
    return table(f"{facet.capitalize()}: {what}, with standard errors and 95 % intervals", header, lines)


def _model(found: Section) -> Markup:
    spread = (
        ""
        if found["population_sd"] is None
        else f" Persons: standard deviation {found['population_sd']['words']} logits."
    )
    person = found["separation"]["person"]
    reliability = (
        "" if person["reliability"] is None else f" Separation reliability of persons {rounded(person['reliability'])}."
    )
    return element(
        "p",
        f"Log-likelihood {rounded(found['log_likelihood'], 3)} with {found['parameters']} parameters.{spread}{reliability} "
        f"Source: {found['source']}; fit: Wright & Masters (1982); "
        "range of fit: Linacre (2002).",
        class_="about",
    )
