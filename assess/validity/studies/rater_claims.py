"""What a director needs to know of assessors and of standard setters."""

from collections.abc import Iterator, Mapping
from typing import Any

from assess.validity.report.spoken import rounded
from assess.validity.report.statements import Statement, about, holds, is_open, listed, next_step, studied

Section = Mapping[str, Any]

ERRATIC = 1.5
"""Linacre (2002), Rasch Measurement Transactions 16(2), 878: infit above this is more noise than measurement can use."""

GOOD_AGREEMENT = 0.75
"""Koo & Li (2016), Journal of Chiropractic Medicine 15, 155–163: from here on good."""


def rating_statements(found: Section) -> Iterator[Statement]:
    """Raters and their marks."""
    yield studied(f"{found['marks']} marks that {found['raters']} assessors gave to {found['persons']} persons")
    if found["connectedness"]["connected"]:
        yield holds("Everybody can be compared: the assessors are linked by persons whom several of them marked.")
    elif found["marks"]:
        yield is_open(f"Not everybody can be compared. {found['connectedness']['words']}")
        extra = [f"{one['rater']} also marks {one['person']}" for one in found["connectedness"]["extra_markings"]]
        if extra:
            yield next_step(
                f"Join the groups with {len(extra)} further marking{'s' if len(extra) > 1 else ''}: {listed(extra, 4)}."
            )
    yield from _agreement(found)
    yield from _severity(found)
    yield from _outcomes(found.get("facets"))
    yield from _erratic(found.get("facets"))
    yield from _dependability(found.get("variance"), _usual(found))
    yield from _categories(found.get("categories"))


def _agreement(found: Section) -> Iterator[Statement]:
    whole = found["agreement"]["whole"]
    if not whole["sufficient"]:
        yield is_open(f"How far marks by different assessors agree is not known: {whole['reason']}.")
        yield next_step("Have at least 30 persons marked by two assessors who do not know each other's marks.")
        return
    value = float(whole["value"])
    words = (
        f"{100 * value:.0f} % of the differences between persons' marks come from the persons, the rest from "
        f"who marked them (agreement {about(whole)})."
    )
    if value >= GOOD_AGREEMENT:
        yield holds(f"Full sets of marks by different assessors agree well: {words}")
    else:
        yield is_open(f"Full sets of marks by different assessors agree only in part: {words}")


def _severity(found: Section) -> Iterator[Statement]:
    low = [one["rater"] for one in found["severity"] if one["words"].startswith("marks lower")]
    high = [one["rater"] for one in found["severity"] if one["words"].startswith("marks higher")]
    unsure = [one["rater"] for one in found["severity"] if not one["severity"]["sufficient"]]
    if low or high:
        parts = [f"{listed(low)} mark lower" if low else "", f"{listed(high)} mark higher" if high else ""]
        yield is_open(
            f"On the same work {' and '.join(filter(None, parts))} than the others by more than chance, so a mark "
            "depends on who gives it."
        )
        yield next_step(
            f"Train {listed([*low, *high], 10)} together on worked examples, and adjust or double their marks until then."
        )
    elif len(found["severity"]) > len(unsure) and found["severity"]:
        yield holds("No assessor is seen to mark lower or higher than the others on the same work.")
    if unsure and len(found["severity"]) > 1:
        yield is_open(f"Too few shared persons to judge {listed(unsure)}.")


def _outcomes(found: Section | None) -> Iterator[Statement]:
    outcomes = None if found is None else found["outcomes"]
    if outcomes is None:
        return
    changed = [one["person"] for one in outcomes["changed"]]
    if changed:
        yield is_open(
            f"The outcome of {len(changed)} of {outcomes['persons']} persons hangs on the assessor: with assessors "
            f"of average severity {outcomes['pass_adjusted']} would pass "
            f"instead of {outcomes['pass_now']}. {_certainty(outcomes)}"
        )
        yield next_step(f"Let another assessor mark, without knowing the first mark: {listed(changed, 8)}.")
    else:
        yield holds(
            "Nobody's outcome would change if all assessors were of average severity (cut at "
            f"{rounded(outcomes['cut_percent'], 0)} %)."
        )


def _erratic(found: Section | None) -> Iterator[Statement]:
    raters = [] if found is None else found["facets"].get("rater", [])
    wild = [
        one["name"]
        for one in raters
        if one["infit"] is not None and float(one["infit"]) > ERRATIC and float(one["infit_z"] or 0) > 2
    ]
    if wild:
        yield next_step(
            f"Look at sheets of {listed(wild)}: these marks cannot be foreseen from how persons did with others."
        )


def _certainty(outcomes: Section) -> str:
    limit = float(outcomes["cut"])
    clear = [one for one in outcomes["changed"] if not float(one["interval"][0]) <= limit <= float(one["interval"][1])]
    if not clear:
        return "Each of them lies so near the cut that chance could decide as well."
    rest = (
        ""
        if len(clear) == len(outcomes["changed"])
        else "; the others lie so near the cut that chance could decide as well"
    )
    return f"For {len(clear)} of them the adjusted mark is clear of the cut{rest}."


def _usual(found: Section) -> int:
    """How many assessors marked the middle person."""
    counted = [one["raters"] for one in found["persons_by_number_of_raters"] for _ in range(one["persons"])]
    return counted[len(counted) // 2] if counted else 0


def _dependability(found: Section | None, usual: int) -> Iterator[Statement]:
    if found is None:
        return
    sizes = {one["sizes"]["rater"]: one["phi"] for one in found["dependability"] if "task" not in one["sizes"]}
    sizes = {number: phi for number, phi in sizes.items() if phi["value"] is not None}
    if not sizes:
        return
    wished = float(found["wished"])
    enough = next((number for number, phi in sizes.items() if float(phi["value"]) >= wished), None)
    now = usual if usual in sizes else min(sizes)
    unsure = "" if sizes[now]["sufficient"] else " (an indication only)"
    words = (
        f"With {now} assessor{'' if now == 1 else 's'} for each person, as most have here, a person's mark is dependable to "
        f"{rounded(sizes[now]['value'])}{unsure}; 1 would be perfect"
    )
    if float(sizes[now]["value"]) >= wished:
        yield holds(f"{words}, and {wished:g} is the least that is asked.")
        return
    yield is_open(f"{words}, and {wished:g} is the least for decisions about persons.")
    if enough is None:
        yield next_step(
            f"Better tasks or clearer criteria are needed: even {max(sizes)} assessors for each person would not "
            f"reach {wished:g}."
        )
    else:
        yield next_step(f"Let {enough} assessors mark each person: that reaches {rounded(sizes[enough]['value'])}.")


def _categories(found: Section | None) -> Iterator[Statement]:
    if found is None:
        return
    remarked = [
        f"{one['rater']} {one['remark']}"
        for one in found["raters"]
        if one["remark"] and "needed to tell" not in one["remark"]
    ]
    if remarked:
        yield next_step(f"Ask why {listed(remarked, 4)}.")


def judgement_statements(found: Section) -> Iterator[Statement]:
    """Standard setters."""
    yield studied(f"what {found['judges']} standard setters said of {found['items']} items")
    cut = found["cut"]
    if found["scale"] == "levels":
        if cut["sufficient"]:
            yield holds(f"The panel's mean level is known: {about(cut)} over judges.")
        yield is_open(
            "These judgements are levels and give no cut score in points: nobody can be passed or failed by them."
        )
        yield next_step("For a cut score, ask the judges for each item what a borderline candidate would earn.")
    elif not cut["sufficient"]:
        yield is_open(f"The cut is not safe: {cut['reason']}.")
    else:
        share = found["cut_percent"]
        yield holds(
            f"The panel sets the cut at {rounded(cut['value'], 1)} of {rounded(found['maximum'], 0)} points "
            f"({rounded(share['value'], 1)} %). Another panel of as many judges like these would "
            f"land within about {rounded(found['cut']['se'], 1)} points of it in two of three cases."
        )
    consistency = found["consistency"]
    if consistency["sufficient"] and float(consistency["value"]) >= 0.8:
        yield holds("Taken together, the judges see the same items as hard and easy.")
    elif consistency["sufficient"]:
        yield is_open(
            f"The judges do not see the same items as hard ({about(consistency)}), so the cut rests on little common ground."
        )
        yield next_step("Discuss what a borderline candidate can do, then judge once more.")
    if found["outliers"]:
        names = list(dict.fromkeys(apart["judge"] for apart in found["outliers"]))
        without = found["without_outliers"]
        moved = (
            f" Without them the figure would be {rounded(without['value'])}."
            if without is not None and without["value"] is not None
            else ""
        )
        yield is_open(f"{listed(names)} {'stands' if len(names) == 1 else 'stand'} apart from the panel.{moved}")
        yield next_step(f"Hear {listed(names)} before the board adopts a cut: a judge who stands apart may be right.")
    severe = [judge for judge in found["panel"] if judge["severity"]["sufficient"] and _differs(judge["severity"])]
    if severe:
        yield is_open(
            f"{len(severe)} of {found['judges']} judges expect more or less than the others by more than chance, "
            "so the result depends on who sits on the panel."
        )
    if found["fit"] is None:
        yield is_open(
            "Whether items the judges see as hard are hard in fact is not known: no answers or difficulties were given."
        )
    elif found["fit"]["sufficient"]:
        value = float(found["fit"]["value"])
        words = f"what the judges say of items goes with {found['empirical']} (correlation {about(found['fit'])})"
        yield holds(f"By and large {words}.") if abs(value) >= 0.5 else is_open(f"Only weakly {words}.")


def _differs(found: Section) -> bool:
    low, high = found["interval"]
    return float(low) > 0 or float(high) < 0
