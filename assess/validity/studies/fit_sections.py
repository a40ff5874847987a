"""The parts of a report about the model: curves, information, fit, what is left between items, dimensions."""

from collections.abc import Mapping
from typing import Any

from assess.validity.report import pictures
from assess.validity.report.markup import Markup, element, join
from assess.validity.report.page import figure, row, table, unfolding
from assess.validity.report.spoken import fact, facts, rounded

Section = Mapping[str, Any]

MOST_LISTED = 10
"""Pairs of items that share most; the picture marks all."""


def fit_section(found: Section | None, *, cut: float | None, prefix: str) -> Markup | None:
    """Curves, information, item fit and local dependence."""
    if found is None:
        return None
    return join(
        element("h3", "Do the items follow the model?"),
        _verdict(found),
        _fit_pictures(found, prefix),
        unfolding("Table of item fit", _fit_table(found)),
        element("h3", "What the items tell where"),
        _information(found["information"], cut, prefix),
        element("h3", "Does one item hang on another?"),
        _dependence(found, prefix),
    )


def _verdict(found: Section) -> Markup:
    remarked = [item["name"] for item in found["items"] if item["remarks"]]
    if not found["sufficient"]:
        return element("p", f"Not enough evidence on fit: {found['reason']}.", class_="lacking")
    listed = (
        f"{len(remarked)} of {len(found['items'])} items leave it: {', '.join(remarked)}."
        if remarked
        else "No item leaves it."
    )
    persons = found["misfitting_persons"]
    model = found["model"]
    whole = (
        f" The whole: {model['statistic']} = {rounded(model['chi_square'], 1)} with {model['df']} degrees of freedom, "
        f"p {_p(model['p_value'])}; RMSEA {model['rmsea']['words']}; SRMSR {rounded(model['srmsr'], 3)}."
        if model["chi_square"] is not None
        else f" The whole cannot be tested: {model['reason']}."
    )
    told = (
        f" {persons['irregular']} of {persons['persons']} persons answer more irregularly than the model says "
        "(infit z above 2); chance "
        f"alone gives about {rounded(persons['expected'], 0)}."
    )
    return element("p", f"{listed}{whole}{told}{_conditional(found.get('conditional'))}")


def _conditional(found: Section | None) -> str:
    if found is None or found["log_likelihood"] is None:
        return ""
    halves = found["andersen"]
    if halves["chi_square"] is None:
        return f" Conditional log-likelihood {rounded(found['log_likelihood'], 3)}."
    same = "the same items" if float(halves["p_value"]) >= 0.01 else "not quite the same items"
    low, high = halves["groups"][0], halves["groups"][-1]
    return (
        f" Low ({low} persons) and high scorers ({high}) find {same} hard: Andersen's likelihood ratio "
        f"{rounded(halves['chi_square'], 1)} "
        f"with {halves['df']} degrees of freedom, p {_p(halves['p_value'])} (conditional log-likelihood "
        f"{found['log_likelihood']})."
    )


def _p(text: str | None) -> str:
    return "–" if text is None else "< 0.001" if float(text) < 0.001 else f"= {rounded(text, 3)}"


def _fit_pictures(found: Section, prefix: str) -> Markup:
    low, high = (float(limit) for limit in found["productive"])
    lines = [
        pictures.MeanSquare(label=item["name"], infit=_number(item["infit"]), outfit=_number(item["outfit"]))
        for item in found["items"]
    ]
    if len(lines) > pictures.LONGEST_LIST:
        worst = sorted(range(len(lines)), key=lambda k: (-_distance(lines[k]), k))[: pictures.LONGEST_LIST]
        lines = [lines[k] for k in sorted(worst)]
    squares = figure(
        pictures.mean_squares(f"{prefix}fit", lines, title="Infit and outfit of the items", within=(low, high)),
        f"Mean squares of {len(lines)} of {len(found['items'])} items: infit (dot) weighs answers near the item's "
        "difficulty, outfit (ring) every "
        f"answer alike. 1 is what the model expects; the shaded range, {low:g} to {high:g}, is productive for measurement.",
    )
    curves = [
        pictures.ItemCurve(
            label=one["name"],
            expected=tuple((float(at["ability"]), float(at["share"])) for at in one["expected"]),
            observed=tuple(
                pictures.Level(
                    ability=float(at["ability"]),
                    share=float(at["share"]),
                    low=float(at["interval"][0]),
                    high=float(at["interval"][1]),
                    persons=at["persons"],
                )
                for at in one["observed"]
            ),
            note="look" if one["remarked"] else "",
        )
        for one in found["curves"]
    ]
    if not curves:
        return row(squares)
    which = "every item" if len(curves) == len(found["items"]) else f"the {len(curves)} items that fit worst"
    return row(
        squares,
        figure(
            pictures.item_curves(f"{prefix}curves", curves),
            f"The share of its points that persons of each ability earn on {which}: the line is the model, the "
            "dots are groups of "
            "persons of like ability with 95 % intervals.",
        ),
        even=True,
    )


def _distance(line: pictures.MeanSquare) -> float:
    return max(abs((value if value is not None else 1.0) - 1) for value in (line.infit, line.outfit))


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def _fit_table(found: Section) -> Markup:
    rows = [
        [
            item["name"],
            str(item["n"]),
            rounded(item["infit"]),
            rounded(item["infit_z"], 1),
            rounded(item["outfit"]),
            rounded(item["outfit_z"], 1),
            f"{rounded(item['s_x2'], 1)} ({item['df']})" if item["s_x2"] is not None else "–",
            _p(item["p_value"]).removeprefix("= "),
            _p(item["p_adjusted"]).removeprefix("= "),
            rounded(item["rmsea"], 3),
            " ".join(item["remarks"]) or item["reason"] or "–",
        ]
        for item in found["items"]
    ]
    header = ["Item", "n", "Infit", "z", "Outfit", "z", "S-X² (df)", "p", "p, all items", "RMSEA", "Look at"]
    sources = f"{found['method']}. Sources: {'; '.join(found['sources'])}; adjustment for all items: Holm (1979)."
    score = f" S-X² uses the {found['score_persons']} persons who answered everything."
    if found["score_reason"]:
        score += f" Indication only: {found['score_reason']}."
    return join(table("Fit of every item", header, rows), element("p", sources + score, class_="about"))


def _information(found: Section, cut: float | None, prefix: str) -> Markup | None:
    curve = [(float(at["ability"]), float(at["information"]), float(at["standard_error"])) for at in found["curve"]]
    if not curve:
        return None
    numbers = table(
        "Information and standard error",
        ["Ability (logits)", "Information", "Standard error (logits)"],
        [[rounded(at["ability"]), rounded(at["information"]), rounded(at["standard_error"])] for at in found["curve"]],
    )
    whole = figure(
        pictures.test_information(f"{prefix}information", curve, cut=cut),
        "How much all items together tell about a person of each ability, and the standard error of the ability "
        "that follows from it.",
        numbers,
    )
    if not found["items"]:
        return row(whole)
    abilities = [x for x, _, _ in curve]
    items = [
        (item["name"], list(zip(abilities, map(float, item["information"]), strict=False))) for item in found["items"]
    ]
    each = figure(
        pictures.item_information(f"{prefix}item-information", items, cut=cut),
        "The same for each item. Under the Rasch model right-or-wrong items differ only in where they tell most: "
        "at their own difficulty.",
    )
    return row(whole, each, even=True)


def _dependence(found: Section, prefix: str) -> Markup:
    dependence, names = found["dependence"], [item["name"] for item in found["items"]]
    few = dependence["too_few"]
    left_out = f"{few} pairs that fewer than {dependence['fewest']} persons answered are left out" if few else ""
    if dependence["mean"] is None:
        reason = f"Not enough evidence: no pair of items was answered by {dependence['fewest']} persons."
        return element("p", reason, class_="lacking")
    count, limit = dependence["above_limit"], float(dependence["limit"])
    told = (
        f"{count} of {dependence['pairs']} pairs of items surely share more than the ability explains: the interval of Q3 "
        f"lies more than {limit:g} above the mean of all pairs, {rounded(dependence['mean'])}. {dependence['indicated']} "
        f"lie above by value alone; chance alone gives about {rounded(dependence['by_chance'], 0)}."
        + (f" {left_out}." if left_out else "")
    )
    lines = [
        [
            " and ".join(pair["items"]),
            str(pair["n"]),
            rounded(pair["q3"]),
            join(rounded(pair["above_mean"]), element("small", " to ".join(rounded(end) for end in pair["interval"]))),
        ]
        for pair in dependence["largest"][:MOST_LISTED]
    ]
    largest = table("The pairs that share most", ["Items", "Persons", "Q3", "Above the mean"], lines)
    source = element("p", f"{dependence['method']}. Source: {dependence['source']}.", class_="about")
    if not dependence["matrix"]:
        return join(element("p", told), largest, source)
    values = [[None if v is None else float(v) for v in own] for own in dependence["matrix"]]
    sure = {frozenset(pair["items"]) for pair in dependence["largest"] if float(pair["interval"][0]) > limit}
    drawn = figure(
        pictures.residual_correlations(f"{prefix}q3", names, values, sure=sure),
        "Correlation of what the ability leaves unexplained, less the mean of all pairs: the darker, the more two "
        "items go together (or avoid each other) beyond what both measure. Empty: too few persons answered both.",
    )
    return join(element("p", told), row(drawn, element("div", largest, source)))


def dimension_section(found: Section | None, *, prefix: str) -> Markup | None:
    """Parallel analysis and explained common variance."""
    if found is None:
        return None
    share, ratio = found["explained_common_variance"], found["eigenvalue_ratio"]
    told = facts(
        fact(
            "Explained common variance",
            share,
            f"How much of what the items share is the first dimension; from {found['one_dimension']} on, one score "
            "serves for most uses.",
        ),
        fact("First over second eigenvalue", ratio, "3 to 4 is often asked for one dimension."),
    )
    if not found["eigenvalues"]:
        reason = f"Not enough evidence: {found['reason']}."
        return join(element("h3", "Do the items measure one thing?"), element("p", reason, class_="lacking"), told)
    observed, chance = [float(v) for v in found["eigenvalues"]], [float(v) for v in found["chance"]]
    numbers = table(
        "Eigenvalues",
        ["Factor", "Data", "Chance"],
        [[str(k), f"{a:.2f}", f"{b:.2f}"] for k, (a, b) in enumerate(zip(observed, chance, strict=True), 1)],
    )
    drawn = figure(
        pictures.eigenvalues(f"{prefix}eigenvalues", observed, chance),
        f"Eigenvalues of the items' correlations beside what chance gives: {found['components']} lie above. Items "
        "of unequal difficulty raise "
        "the second a little even when there is one dimension.",
        numbers,
    )
    source = element("p", f"{found['method']}, n = {found['n']}. Source: {found['source']}.", class_="about")
    return join(element("h3", "Do the items measure one thing?"), row(drawn, element("div", told, source)))
