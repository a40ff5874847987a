"""What a director needs to know of items, scores, the decision and groups."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from assess.validity.report.spoken import percent, rounded
from assess.validity.report.statements import Statement, about, holds, is_open, listed, next_step, of_hundred, studied
from assess.validity.studies.fit_study import holm
from assess.validity.studies.group_study import too_thin

Section = Mapping[str, Any]

ENOUGH, GOOD = 0.8, 0.9
"""Nunnally & Bernstein (1994), Psychometric theory, ch. 7: .80 is too low for decisions about single persons, .90 the least where
much hangs on them."""

LARGE_SHARE_WRONG = 0.1
CHANCE = 0.05
"""Of p-values adjusted by Holm over every item of every comparison."""

SHARE_MOVED = 0.02
"""With more verdicts than this hanging on the form drawn, forms deserve a look. The limit is ours: two in a hundred."""


def response_statements(found: Section) -> Iterator[Statement]:
    """Items, scores, reliability, fit, groups, the decision."""
    yield studied(f"the answers of {found['persons']} persons to {found['items']} items")
    yield from _reliability(found)
    yield from _decision(found)
    yield from _items(found)
    yield from _groups([one for one in (found.get("groups"), *found.get("more_groups", ())) if one is not None])
    yield from _forms(found.get("forms"))


def _reliability(found: Section) -> Iterator[Statement]:
    reliability = found["reliability_of_form"] or found["alpha"]
    if not reliability["sufficient"]:
        yield is_open(f"How far the score can be trusted is not known: {reliability['reason']}.")
        yield next_step("Gather more answers before anyone is told a score from these items.")
        return
    value, sem = float(reliability["value"]), found["sem_percent"]
    error = (
        f" A person's score is known to about ± {rounded(sem['value'], 0)} per cent points."
        if sem["sufficient"]
        else ""
    )
    figure = f"(reliability {about(reliability)})"
    if value >= GOOD:
        yield holds(f"The score puts persons in an order that would come out much the same again {figure}.{error}")
        return
    if value >= ENOUGH:
        yield holds(f"The score separates persons fairly well {figure}.{error}")
        yield is_open("Persons near the cut, or near each other, are not safely told apart by this score alone.")
    else:
        yield is_open(f"The score is too uncertain to decide about single persons by it alone {figure}.{error}")
    if value > 0:
        length = float(found["items_per_person"])
        needed = {aim: length * aim * (1 - value) / (value * (1 - aim)) for aim in (ENOUGH, GOOD) if aim > value}
        told = " and ".join(f"about {-(-needed[aim] // 1):.0f} for {aim:.2f}" for aim in needed)
        yield next_step(
            f"For a safer score, ask more items of this kind: {told}, instead of {length:g} (Spearman–Brown)."
        )


def _decision(found: Section) -> Iterator[Statement]:
    decision, cut = found.get("decision"), found["cut"]
    if cut is None or decision is None:
        yield is_open("No cut score was given, so nothing is said about passing and failing.")
        return
    unit = "points" if decision["unit"] == "points" else "per cent"
    rate = next(at["pass_rate"] for at in decision["pass_rates"] if at["where"] == "the cut score")
    needed = (
        f"{rounded(decision['lowest_pass'], 0 if unit == 'points' else 1)} of {rounded(decision['maximum'], 0)} {unit}"
        if unit == "points"
        else f"{rounded(decision['lowest_pass'], 1)} %"
    )
    error = f" with a standard error of {rounded(cut['se'], 1)} per cent points" if cut["se"] is not None else ""
    if rate["value"] is not None:
        yield studied(
            f"a cut at {rounded(cut['value'], 1)} %{error} (passing takes {needed}), which {of_hundred(rate)} reach"
        )
    if rate["sufficient"]:
        yield holds(
            f"At this cut about {of_hundred(rate)} candidates like these pass (95 % interval "
            f"{percent(rate['interval'][0])} to {percent(rate['interval'][1])})."
        )
    quality = decision["livingston_lewis"] or decision["rudner"]
    if quality is None or not quality["consistency"]["sufficient"]:
        reason = "" if quality is None else f": {quality['consistency']['reason']}"
        yield is_open(f"How often the decision would be the same again is not known{reason}.")
    else:
        wrong = float(quality["false_pass"]["value"]) + float(quality["false_fail"]["value"])
        words = (
            f"About {of_hundred(quality['consistency'])} candidates would get the same decision on another day, "
            f"and {of_hundred(quality['accuracy'])} get the "
            f"right one: {100 * float(quality['false_pass']['value']):.0f} pass who should not, "
            f"{100 * float(quality['false_fail']['value']):.0f} fail who should not."
        )
        yield (is_open if wrong > LARGE_SHARE_WRONG else holds)(words)
    near = decision["near"]
    if near is not None and near["of"]:
        yield next_step(
            f"Look again at the {near['persons']} of {near['of']} persons within one standard error "
            f"({rounded(near['reach'], 1)} {unit}) of the cut: a further task, or a "
            "second opinion, before they are told."
        )
    yield from _where_the_cut_moves(decision, error=cut["se"] is not None)


def _where_the_cut_moves(decision: Section, *, error: bool) -> Iterator[Statement]:
    rates = [at["pass_rate"] for at in decision["pass_rates"]]
    if len(rates) < 3 or any(rate["value"] is None for rate in rates):
        return
    how = "one standard error of the cut" if error else "one point"
    yield is_open(
        f"The cut carries the result: {how} lower, {of_hundred(rates[0])} pass; {how} higher, {of_hundred(rates[2])}."
        + ("" if error else " How the cut came about, and its own error, are not part of these data.")
    )


def _items(found: Section) -> Iterator[Statement]:
    remarked = [item["name"] for item in found["item_analysis"] if item["remarks"]]
    fit = found.get("fit")
    misfit = [] if fit is None else [item["name"] for item in fit["items"] if item["remarks"]]
    looked = list(dict.fromkeys([*remarked, *misfit]))
    enough = fit is not None and fit["sufficient"]
    if looked:
        yield next_step(
            f"Have the authors look at {listed(looked)}: {'its' if len(looked) == 1 else 'their'} answers do not "
            "go with the rest as they should."
        )
    if enough and len(looked) < len(found["item_analysis"]):
        good = len(found["item_analysis"]) - len(looked)
        which = "Every item goes" if not looked else f"{good} of {len(found['item_analysis'])} items go"
        yield holds(f"{which} together with the rest as {'it' if not looked else 'they'} should.")
    if not enough:
        yield is_open(
            "Whether each item works as it should cannot be told from so few persons."
            if fit is None
            else f"Whether each item works as it should is not certain: {fit['reason']}."
        )
    if fit is not None and fit["dependence"]["above_limit"]:
        pairs = [
            " with ".join(pair["items"])
            for pair in fit["dependence"]["largest"]
            if float(pair["interval"][0]) > float(fit["dependence"]["limit"])
        ]
        yield is_open(
            f"Some items hang together beyond what they measure, so they count for less than they seem: {listed(pairs, 3)}."
        )
    dimensions = found.get("dimensions")
    if dimensions is None:
        return
    share = dimensions["explained_common_variance"]
    if not share["sufficient"]:
        return
    one = float(share["value"]) >= float(dimensions["one_dimension"])
    words = f"{of_hundred(share).removesuffix(' of 100')} % of what the items have in common is one thing"
    if one:
        yield holds(f"The items measure one thing for the most part ({words}), so one score sums them up.")
    else:
        yield is_open(
            f"The items measure more than one thing ({words}; {100 * float(dimensions['one_dimension']):.0f} % is "
            "usually asked), so one score hides differences between topics."
        )


def _groups(comparisons: list[Section]) -> Iterator[Statement]:
    """Items are named when they are flagged and chance does not explain it, however many items and groups were looked at."""
    if not comparisons:
        yield is_open(
            "Whether items favour a group of people is not known: the data name no groups that could be compared."
        )
        return
    judged = [
        (found["column"], found["focal"], item)
        for found in comparisons
        for item in found["items"]
        if (item["mean_difference"] or item["delta"])["sufficient"]
    ]
    adjusted = holm(np.array([np.nan if item["p_value"] is None else float(item["p_value"]) for *_, item in judged]))
    by_chance, named = 0, False
    for found in comparisons:
        flagged = [
            (item["name"], p < CHANCE)
            for (column, focal, item), p in zip(judged, adjusted, strict=True)
            if (column, focal) == (found["column"], found["focal"]) and item["ets_class"] in ("B", "C")
        ]
        sure = [name for name, surely in flagged if surely]
        by_chance += len(flagged) - len(sure)
        if sure:
            names, named = listed(sure), True
            yield is_open(
                f"Items that work differently for “{found['focal']}” and others of equal score ({found['column']}): {names}."
            )
            yield next_step(f"Have {names} read for what could favour one group; a difference alone proves no bias.")
    known = list(dict.fromkeys(column for column, *_ in judged))
    if known and not named:
        flags = f" ({by_chance} of {len(judged)} comparisons are flagged, as chance alone may do)" if by_chance else ""
        yield holds(f"No item was found to favour a group ({listed(known)}) among persons of equal score{flags}.")
    unknown = {found["column"]: found for found in comparisons if found["items"] and found["column"] not in known}
    if unknown:
        reason = too_thin(list(unknown.values()))
        yield is_open(f"Whether items favour a group ({listed(list(unknown))}) is not known: {reason}.")


def _forms(found: Section | None) -> Iterator[Statement]:
    """Whether scores on different forms mean the same."""
    if found is None:
        return
    drawn = found["drawn"]
    if drawn["cut"] is not None:
        told = f"{drawn['would_change']} of {drawn['persons']} verdicts on these items hang on which form a person took"
        if drawn["would_change"] > SHARE_MOVED * drawn["persons"]:
            yield is_open(f"Forms differ in difficulty: {told}.")
            yield next_step("Draw forms within a narrower band of difficulty, or let the board decide on equated cuts.")
        else:
            yield holds(f"Persons took different forms; {told}.")
    refused = [one for one in found["links"] if not one["sufficient"]]
    if refused:
        names = listed([one["form"] for one in refused])
        yield is_open(f"Scores on different forms are not safely equated ({names}): {refused[0]['reason']}.")


def part_statements(found: Section) -> Iterator[Statement]:
    """The decision over several parts."""
    yield studied(f"the scores of {found['persons']} persons on {len(found['parts'])} parts")
    rate, decision = found["pass_rate"], found["decision"]
    if rate["sufficient"]:
        yield holds(f"{of_hundred(rate)} candidates meet the whole rule.")
    if decision["consistency"]["sufficient"]:
        wrong = float(decision["false_pass"]["value"]) + float(decision["false_fail"]["value"])
        words = (
            f"About {of_hundred(decision['consistency'])} candidates would get the same decision over all parts on another day; "
            f"{100 * float(decision['false_pass']['value']):.0f} of 100 pass who should not, "
            f"{100 * float(decision['false_fail']['value']):.0f} fail who should not."
        )
        yield (is_open if wrong > LARGE_SHARE_WRONG else holds)(words)
    else:
        yield is_open(
            f"How often the decision over all parts would be the same again is not known: {decision['consistency']['reason']}."
        )


def sitting_statements(found: Section) -> Iterator[Statement]:
    """Whether what is pooled is alike."""
    difference, count = found["difference"], len(found["sittings"])
    if count < 2 or difference["p_value"] is None:
        return
    share = f"{100 * float(difference['eta_squared']):.0f} % of the variance of scores"
    if float(difference["p_value"]) < 0.05:
        yield is_open(
            f"The {count} sittings that are pooled differ ({share} lies between them): one figure describes none."
        )
        yield next_step("Look at the sittings one by one: who came, which stations and assessors, what was different.")
    else:
        yield holds(f"The {count} sittings that are pooled are alike in their scores as far as chance explains.")


def data_statements(found: Section) -> Iterator[Statement]:
    """Who is not in the data because somebody said so."""
    by_name = sum(line["attempts"] for line in found["left_out"] if line["by"] == "named people")
    if by_name:
        yield is_open(
            f"{by_name} attempts are left out by named people; whether rightly, their records say, not these figures."
        )
