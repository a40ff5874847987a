"""The parts of a report about items, scores, cuts and the decision: pictures first, numbers beside, words always."""

from collections.abc import Mapping, Sequence
from typing import Any

from assess.validity.report import pictures
from assess.validity.report.markup import Markup, element, join
from assess.validity.report.page import figure, row, section, table, unfolding
from assess.validity.report.spoken import (
    Notes,
    bars,
    cut_of,
    fact,
    facts,
    interval,
    methods,
    percent,
    plain,
    rounded,
    share_in_words,
)
from assess.validity.studies.cut_sections import cut_section
from assess.validity.studies.data_sections import form_section
from assess.validity.studies.fit_sections import dimension_section, fit_section
from assess.validity.studies.group_sections import group_section

Section = Mapping[str, Any]


def response_section(found: Section, *, prefix: str) -> Markup:
    """Items, scores, reliability, Rasch scale."""
    about = f" of the part “{found['part']}”" if found["part"] else ""
    left_out = found["without_any_answer"]
    opening = f"{found['persons']} persons answered {found['items']} items{about}."
    if not found["complete"]:
        opening += f" A person was given {plain(found['items_per_person'])} of these items on average."
    if left_out:
        opening += f" {left_out} rows without any answer are left out."
    return section(
        "Items and scores",
        element("p", opening),
        _scores(found, prefix),
        element("h3", "How hard the items are"),
        _difficulties(found["rasch"], prefix),
        _precision(found["rasch"], cut_of(found["cut"]), prefix),
        _item_table(found),
        cut_section(found.get("decision"), prefix=prefix),
        fit_section(found.get("fit"), cut=_cut_ability(found["rasch"]), prefix=prefix),
        dimension_section(found.get("dimensions"), prefix=prefix),
        form_section(found.get("forms"), prefix=prefix),
        group_section(found.get("groups"), prefix=prefix),
        *[
            group_section(one, prefix=f"{prefix}group{place}-")
            for place, one in enumerate(found.get("more_groups", ()), start=2)
        ],
        unfolding("How this was computed", _notes(found["rasch"]), methods(found)),
        anchor=f"{prefix}items",
    )


def scores_picture(found: Section, *, prefix: str) -> Markup:
    """How many persons reached each score, and where the cut lies."""
    distribution = found["distribution"]
    in_per_cent = distribution["unit"] == "per cent"
    cut = cut_of(found["cut"])
    if cut is not None and not in_per_cent:
        scale = float(distribution["maximum"]) / 100
        cut = pictures.Cut(
            value=round(cut.value * scale, 2),
            standard_error=None if cut.standard_error is None else round(cut.standard_error * scale, 2),
        )
    drawn = pictures.score_distribution(
        f"{prefix}scores", bars(distribution["bars"]), unit=distribution["unit"], cut=cut
    )
    caption = (
        f"How many persons reached each score. Scores run from {plain(distribution['lowest'])} to "
        f"{plain(distribution['highest'])} {distribution['unit']}; half of the persons have at most "
        f"{plain(distribution['median'])}."
    )
    if cut is not None:
        caption += " The line is the cut score."
    if cut is not None and cut.standard_error:
        caption += " The band is one standard error of the cut to either side."
    return figure(drawn, caption, _counts(distribution["bars"], distribution["unit"]))


def _scores(found: Section, prefix: str) -> Markup:
    distribution = found["distribution"]
    in_per_cent = distribution["unit"] == "per cent"
    reliability = found["reliability_of_form"] or found["alpha"]
    omega = found.get("omega")
    label = "Reliability (coefficient alpha)" if found["complete"] else "Reliability of a form of average length"
    return row(
        scores_picture(found, prefix=prefix),
        facts(
            fact(
                label,
                reliability,
                f"{_sentence(reliability['method'])} 1 would mean that the same persons get the same order again; 0 that the "
                "order is chance.",
            ),
            fact("Omega (one factor)", omega, "The same without taking all items as equally good.")
            if omega is not None
            else None,
            fact(
                "Standard error of measurement",
                found["sem_percent"],
                "In per cent points. Two of three persons score within one standard error of their true score.",
            ),
            fact(
                "Mean score",
                distribution["mean"],
                "In per cent." if in_per_cent else f"Of {distribution['maximum']} points.",
            ),
        ),
    )


def _difficulties(rasch: Section, prefix: str) -> Markup:
    steps = _steps(rasch)
    if not steps:
        reason = f"There is no common scale of persons and items. Not enough evidence: {rasch['reason']}."
        return element("p", reason, class_="lacking")
    rows = [interval(item["name"], item["difficulty"]) for item in rasch["items"]]
    rows.sort(key=lambda one: -(one.value if one.value is not None else float("-inf")))
    hardest_first = pictures.intervals(
        f"{prefix}difficulty",
        rows,
        title="Difficulty of the items",
        axis="difficulty in logits",
        reference=(0.0, "average item"),
    )
    ladder = pictures.item_map(
        f"{prefix}map", bars(rasch["person_map"]), steps, cut=_cut_ability(rasch), spreads=_spreads(rasch)
    )
    return row(
        figure(
            ladder,
            "Persons (left) and items (right) on one ladder. A person has an even chance with an item at the same height. "
            "Where persons stand without items beside them, the test says little about them. M is the mean, S and "
            "T are one and two "
            "standard deviations (of persons: of the calibrated population).",
            _counts(rasch["person_map"], "logits"),
        ),
        figure(
            hardest_first,
            "Difficulty of each item with its 95 % interval, hardest first. A dashed interval with a hollow dot: not "
            "enough evidence for a verdict.",
        ),
        even=True,
    )


def _spreads(rasch: Section) -> tuple[tuple[float, float], tuple[float, float]] | None:
    known = [float(item["difficulty"]["value"]) for item in rasch["items"] if item["difficulty"]["value"] is not None]
    if rasch["population_mean"] is None or rasch["population_sd"]["value"] is None or len(known) < 2:
        return None
    mean = sum(known) / len(known)
    deviation = (sum((value - mean) ** 2 for value in known) / (len(known) - 1)) ** 0.5
    return (float(rasch["population_mean"]), float(rasch["population_sd"]["value"])), (mean, deviation)


def _cut_ability(rasch: Section) -> float | None:
    abilities = [at["theta"]["value"] for at in rasch["precision"]["at"] if at["where"] == "cut score"]
    return None if not abilities or abilities[0] is None else float(abilities[0])


def _steps(rasch: Section) -> list[tuple[str, float]]:
    known = [item for item in rasch["items"] if item["difficulty"]["value"] is not None]
    return [
        (f"{item['name']}.{number}" if item["steps"] else item["name"], float(step["value"]))
        for item in known
        for number, step in enumerate(item["steps"] or [item["difficulty"]], 1)
    ]


def _precision(rasch: Section, cut: pictures.Cut | None, prefix: str) -> Markup | None:
    curve = [(float(at["percent"]), float(at["sem_percent"])) for at in rasch["precision"]["curve"]]
    if not curve:
        return None
    places = rasch["precision"]["at"]
    average = next((float(at["percent"]) for at in places if at["where"] == "average score"), None)
    told = [
        fact(
            f"Standard error at the {at['where']} ({plain(at['percent'])} %)",
            at["sem_percent"],
            f"In per cent points; in logits {at['sem_logits']['words']}.",
        )
        for at in places
    ]
    drawn = pictures.precision_curve(f"{prefix}precision", curve, cut=cut, average=None if cut else average)
    caption = "How large the error of one person's score is, along the scale. It should be small where the cut lies."
    lines = [
        [plain(at["theta"]), plain(at["percent"]), plain(at["sem_percent"]), plain(at["sem_logits"])]
        for at in rasch["precision"]["curve"]
    ]
    header = ["Ability (logits)", "Expected score (%)", "Standard error (% points)", "Standard error (logits)"]
    numbers = table("Standard error along the scale", header, lines)
    return row(figure(drawn, caption, numbers), facts(*told))


def _item_table(found: Section) -> Markup:
    logits = {item["name"]: item["difficulty"] for item in found["rasch"]["items"]}
    notes = Notes()
    rows = [
        [
            item["name"],
            notes.cell(item["difficulty"], of=item["name"], share=True),
            notes.cell(logits[item["name"]], of=item["name"]),
            notes.cell(item["item_rest"], of=item["name"]),
            notes.cell(item["discrimination"], of=item["name"]),
            notes.cell(item["alpha_if_deleted"], of=item["name"], places=3),
            notes.cell(item["omitted"], of=item["name"], share=True),
            " ".join(item["remarks"]) or "–",
        ]
        for item in found["item_analysis"]
    ]
    header = [
        "Item",
        "Mean share of points",
        "Difficulty (logits)",
        "Correlation with the rest",
        "Upper minus lower group",
        "Alpha without it",
        "Not presented or missing",
        "Look at",
    ]
    caption = "Every item, with standard errors and 95 % intervals"
    flagged = [row_ for row_ in rows if row_[-1] != "–"]
    count = f"{len(flagged)} of {len(rows)} items need a look." if flagged else "By these figures no item stands out."
    method = next((item["item_rest"]["method"] for item in found["item_analysis"]), "")
    rest = element("p", f"Correlation with the rest: {method}.", class_="about") if method else None
    return join(element("p", count), unfolding("Table of all items", table(caption, header, rows), rest, notes.below()))


def _notes(rasch: Section) -> Markup:
    told = [f"{rasch['method']}. Source: {rasch['source']}."] if rasch["source"] else []
    told += rasch["notes"]
    told += [f"Not calibrated: {rasch['reason']}."] if rasch["reason"] else []
    if rasch["log_likelihood"] is not None:
        told.append(f"Log-likelihood {rounded(rasch['log_likelihood'], 3)} with {rasch['parameters']} parameters.")
    return element("ul", *[element("li", one) for one in told], class_="methods")


def borderline_section(found: Sequence[Section], *, prefix: str) -> Markup:
    """One borderline regression per task."""
    drawn = [_borderline(task, f"{prefix}borderline{number}") for number, task in enumerate(found, 1)]
    return section(
        "Cut scores of the tasks from global ratings",
        element(
            "p",
            "For each performance the assessor gave a score and, apart from it, a global rating. The line says which score "
            "goes with which rating; the cut is the score that goes with the borderline rating.",
        ),
        row(*drawn, even=True),
        unfolding("How this was computed", methods(list(found))),
        anchor=f"{prefix}borderline",
    )


def _borderline(task: Section, name: str) -> Markup:
    estimate = task["cut"]
    cut = None
    if estimate["value"] is not None:
        cut = pictures.Cut(value=round(float(estimate["value"]), 1), standard_error=round(float(estimate["se"]), 2))
    points = [(float(p["rating"]), float(p["percent"]), int(p["count"])) for p in task["points"]]
    drawn = pictures.borderline_scatter(
        name,
        points,
        slope=None if task["slope"] is None else float(task["slope"]),
        intercept=None if task["intercept"] is None else float(task["intercept"]),
        borderline=float(task["borderline_rating"]),
        cut=cut,
    )
    counts = ", ".join(f"{plain(one['rating'])}: {one['performances']}" for one in task["ratings"])
    resampled = task["bootstrap_se"]
    error = (
        ""
        if resampled is None
        else (
            f" Standard error {rounded(estimate['se'])} by the regression, {rounded(resampled)} over resampled candidates; the "
            "adopted cut takes the larger."
        )
    )
    explained = "" if task["r_squared"] is None else f" The rating explains {percent(task['r_squared'])} of the scores."
    return figure(
        drawn,
        f"{task['task']}. Cut in per cent: {estimate['words']}.{error}{explained} Performances by rating: {counts}.",
        _points(task),
    )


def _points(task: Section) -> Markup:
    lines = [[plain(p["rating"]), plain(p["percent"]), str(p["count"])] for p in task["points"]]
    return table("Performances", ["Global rating", "Task score (%)", "Performances"], lines)


def part_section(found: Section, *, prefix: str) -> Markup:
    """Part scores, pass rates, and how safe the decision is."""
    return section(
        "Parts, cut scores and the decision",
        element("p", f"{found['persons']} persons. Every part has to reach its own cut; no part makes up for another."),
        *[_part(part, f"{prefix}part{number}") for number, part in enumerate(found["parts"], 1)],
        _overall(found, prefix),
        _decision(found, prefix),
        unfolding("How this was computed", methods(found)),
        anchor=f"{prefix}decision",
    )


def _part(part: Section, name: str) -> Markup:
    cut = cut_of(part["cut"])
    error = "" if cut is None or cut.standard_error is None else f" (standard error {cut.standard_error:g})"
    caption = f"Scores of {part['persons']} persons. " + (
        "No cut score is known yet." if cut is None else f"Cut score {cut.value:g} %{error}."
    )
    drawn = pictures.score_distribution(name, bars(part["bars"]), unit="per cent", cut=cut)
    told = facts(
        fact("Reliability", part["reliability"], "Of this part's score."),
        fact("Standard error of measurement", part["sem_percent"], "In per cent points."),
        *[
            fact(
                f"Pass rate at {at['where']} ({plain(at['cut'])} %)",
                at["pass_rate"],
                "Of this part alone.",
                share=True,
            )
            for at in part["impact"]
        ],
    )
    shown = row(figure(drawn, caption, _counts(part["bars"], "per cent")), told)
    return join(element("h3", f"Part “{part['part']}”"), shown)


def _overall(found: Section, prefix: str) -> Markup | None:
    overall = found["overall"]
    if overall is None:
        return None
    cut = cut_of(overall["cut"])
    weights = ", ".join(f"{part} {percent(weight)}" for part, weight in overall["weights"].items())
    drawn = pictures.score_distribution(f"{prefix}overall", bars(overall["bars"]), unit="per cent", cut=cut)
    told = facts(
        fact("Mean overall score", overall["mean"], "In per cent."),
        *[
            fact(f"Pass rate at {at['where']}", at["pass_rate"], "Of the overall score alone.", share=True)
            for at in overall["impact"]
        ],
    )
    return join(
        element("h3", "Overall score"),
        row(figure(drawn, f"The weighted sum of the parts: {weights}.", _counts(overall["bars"], "per cent")), told),
    )


def _decision(found: Section, prefix: str) -> Markup:
    decision = found["decision"]
    must_pass = found["must_pass"]
    critical = None
    if must_pass is not None:
        waiting = f" {must_pass['not_judged']} persons have not been judged." if must_pass["not_judged"] else ""
        critical = fact("Met every must-pass criterion", must_pass["met"], f"Observed.{waiting}", share=True)
    names = {
        "accuracy": "right decisions",
        "consistency": "same decision",
        "false_pass": "false passes",
        "false_fail": "false fails",
    }
    lines = [interval(label, decision[name], times=100) for name, label in names.items()]
    drawn = pictures.intervals(
        f"{prefix}quality", lines, title="How safe the decision is", axis="per cent of all persons", limits=(0, 100)
    )
    told = facts(
        fact("Observed pass rate under the whole rule", found["pass_rate"], "All conditions together.", share=True),
        critical,
        fact("Decision consistency", decision["consistency"], "Same decision on another day.", share=True),
        fact("Decision accuracy", decision["accuracy"], "Decision that the true score would give.", share=True),
        fact("False passes", decision["false_pass"], "Pass though the true score lies below a cut.", share=True),
        fact("False fails", decision["false_fail"], "Fail though the true scores reach every cut.", share=True),
    )
    caption = f"What measurement error does to the decision, with 95 % intervals. {decision['note']}"
    return join(element("h3", "The decision"), row(figure(drawn, caption), told))


def score_summary(found: Section) -> list[tuple[str, bool]]:
    """Sentences for the top of the report, and whether each rests on enough evidence."""
    lines: list[tuple[str, bool]] = []
    responses, parts = found["responses"], found["parts"]
    if responses is not None:
        reliability = responses["reliability_of_form"] or responses["alpha"]
        lines.append((f"{responses['persons']} persons, {responses['items']} items.", True))
        kind = "alpha" if responses["complete"] else "of a form of average length"
        lines.append((f"Reliability ({kind}): {reliability['words']}.", reliability["sufficient"]))
        sem = responses["sem_percent"]
        lines.append((f"Standard error of a person's score, in per cent points: {sem['words']}.", sem["sufficient"]))
        known = [item for item in responses["rasch"]["items"] if item["difficulty"]["value"] is not None]
        if known:
            hardest = max(known, key=lambda item: float(item["difficulty"]["value"]))["name"]
            easiest = min(known, key=lambda item: float(item["difficulty"]["value"]))["name"]
            lines.append((f"The hardest item is {hardest}, the easiest {easiest}.", True))
    if parts is not None:
        rate, again = parts["pass_rate"], parts["decision"]["consistency"]
        lines.append((f"Pass rate under the whole rule: {share_in_words(rate)}.", rate["sufficient"]))
        lines.append((f"Same decision on another day: {share_in_words(again)}.", again["sufficient"]))
    return lines


def _counts(found: Sequence[Section], unit: str) -> Markup:
    """The bars of a picture as a table."""
    lines = [
        [
            plain(bar["from"]) if bar["from"] == bar["to"] else f"{plain(bar['from'])} to {plain(bar['to'])}",
            str(bar["count"]),
        ]
        for bar in found
    ]
    return table("Persons with each score", [f"Score ({unit})", "Persons"], lines)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
