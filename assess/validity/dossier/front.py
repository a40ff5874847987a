"""The first page, for a director with ten minutes: can I decide, and defend it; what is weakest; what waits; what expires. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from assess.validity.dossier.argument.consequences import WRONG, wrong
from assess.validity.dossier.argument.structure import BLUNT
from assess.validity.dossier.argument.studied import check, estimate_at, section
from assess.validity.dossier.assembled import Dossier
from assess.validity.dossier.claims import Bearing, Claim, Verdict
from assess.validity.dossier.crosswalk import Presence
from assess.validity.dossier.facts import CutFact, Estimated, Facts
from assess.validity.dossier.shown import verdict_tag
from assess.validity.dossier.weighed import bearing_of, count, figure_of
from assess.validity.report.markup import Child, Markup, element, join
from assess.validity.report.page import row, table
from assess.validity.report.page import section as page_section
from assess.validity.report.spoken import percent
from assess.validity.report.statements import listed

SOON = timedelta(days=90)
SHOWN = 5


def front(dossier: Dossier) -> Markup:
    """The page; on paper it is one sheet."""
    return page_section(
        "Can I decide, and can I defend it?",
        element("p", element("strong", answer(dossier)), " ", before_a_body(dossier)),
        element("p", gate_today(dossier.facts)),
        table(
            "The argument: each claim, what it comes to, and where it is weakest",
            ["Claim", "Verdict", "Weakest point"],
            [_claim(number, claim) for number, claim in enumerate(dossier.claims, start=1)],
            shares="6 5 15",
        ),
        table(
            "Key figures; what is asked is met only where the whole interval meets it",
            ["Figure", "Value", "95 % interval", "n", "Asked", "Met?"],
            _figures(dossier.facts),
            shares="11 5 8 3 4 3",
        ),
        _cuts(dossier.facts),
        row(
            _listed("What waits", _waiting(dossier)),
            _listed("What expires or falls due", _expiring(dossier)),
            even=True,
        ),
        anchor="front",
        class_="director dense",
    )


def answer(dossier: Dossier) -> str:
    """Whether one can decide, and what one could defend, in sentences that follow from the verdicts."""
    against, lacking = dossier.with_verdict(Verdict.CONTRADICTED), dossier.with_verdict(Verdict.NOT_ENOUGH)
    limited = dossier.with_verdict(Verdict.WITH_LIMITS)
    numbers = {claim.key: number for number, claim in enumerate(dossier.claims, start=1)}
    of = f"of {len(dossier.claims)} claims"
    if against or lacking:
        counted = [
            f"evidence speaks against {len(against)} {of}" if against else "",
            f"it is lacking for {len(lacking)}" if against and lacking else "",
            f"evidence is lacking for {len(lacking)} {of}" if lacking and not against else "",
        ]
        opening = f"{'No' if against else 'No, not yet'}: {' and '.join(filter(None, counted))}."
        rest = len(dossier.claims) - len(against) - len(lacking)
        if not rest:
            return f"{opening} You could defend none of them."
        held = f", {len(limited)} of them only within the limits below" if limited else ""
        not_held = _glossed((*against, *lacking), numbers)
        return f"{opening} You could not defend {not_held}. The other {rest} you could{held}."
    if limited:
        return f"Yes, within limits: you can defend every claim if you say what limits {_glossed(limited, numbers)}."
    return "Yes. Every claim is supported, and you can defend each."


PLAINLY = {
    "scope": "that you may award it",
    "job": "that it tests what the job asks for",
    "content": "that the questions belong and are fair",
    "responding": "that the record shows what candidates did",
    "structure": "that the scores are precise enough",
    "assessors": "that it doesn't matter who assessed",
    "relations": "that the result agrees with what employers see",
    "consequences": "that few people pass or fail wrongly",
    "cut": "where the pass mark lies",
    "awarding": "that nothing is awarded past the gate",
    "security": "that the work is the candidates' own",
    "monitoring": "that drift would be noticed",
}
"""What each claim comes to, in the words of a director."""


def _glossed(claims: Sequence[Claim], numbers: Mapping[str, int]) -> str:
    """Claims in plain words, with the numbers under which the table holds them."""
    return listed([f"{PLAINLY[claim.key]} ({numbers[claim.key]})" for claim in claims], len(PLAINLY))


def before_a_body(dossier: Dossier) -> str:
    """How it stands beside the standard of the scheme's own kind, and that it is made up where it is."""
    made_up = (
        "People and data behind it are made up: it shows how the argument works, and nothing may be decided from it."
        if dossier.simulated
        else ""
    )
    leading = next((one for one in dossier.crosswalks if one.leads), None)
    if leading is None:
        return f"{made_up} Which standard it would have to meet is not said: the scheme names no kind.".strip()
    of = len(leading.answers)
    told = (
        f"Before {leading.frame.title}: of {of} requirements {leading.count(Presence.PRESENT)} are met,"
        f" {leading.count(Presence.LIMITED)} with limits, {leading.count(Presence.PARTLY)} in part,"
        f" {leading.count(Presence.ABSENT)} not{' (counted over made-up records)' if made_up else ''}."
    )
    return f"{made_up} {told}".strip()


def gate_today(facts: Facts) -> str:
    """Whether the gate is open, each check that is open only by an exception, and what was decided."""
    if not facts.checks:
        return "The gate has not been put to this scheme."
    shut = [one.name for one in facts.checks if one.status in ("fail", "not enough evidence")]
    excepted = [one.name for one in facts.checks if one.status in ("waived", "released")]
    named = listed(excepted, len(excepted))
    if shut:
        told = f"The gate is shut by {listed(shut, len(shut))}"
        told += f"; two people let stand for a time, without the evidence: {named}." if excepted else "."
    elif excepted:
        told = (
            f"The gate is open only because two people let {count(len(excepted), 'check')} stand for a time: {named}."
        )
    else:
        told = "The gate is open, by evidence alone."
    decisions = facts.decisions
    since = f" ({decisions.revoked} revoked, {decisions.suspended} suspended since)"
    return (
        f"{told} Until today {decisions.decided} results were decided, {decisions.passed} passed, and"
        f" {decisions.awards} credentials were awarded{since if decisions.revoked or decisions.suspended else ''}."
    )


def _claim(number: int, claim: Claim) -> list[Child]:
    weakest = claim.weak_points[0] if claim.weak_points else "–"
    name = element("a", f"{number}. {claim.title}", href=f"#claim-{claim.key}")
    return [name, verdict_tag(claim.verdict), weakest]


def _figures(facts: Facts) -> list[list[Child]]:
    parts = section(facts, "parts")
    part, lowest = _lowest(facts)
    agreement = estimate_at(section(facts, "task_scores"), "agreement", "whole")
    judged = estimate_at(section(facts, "ratings"), "agreement", "whole")
    overall, same = estimate_at(parts, "overall", "reliability"), estimate_at(parts, "decision", "consistency")
    return [
        _estimate("Reliability of the overall score", overall, least=_asked(facts, "reliability")),
        _estimate(f"Reliability of the weakest part{part}", lowest, least=BLUNT),
        _estimate("Same decision if assessed again", same, least=_asked(facts, "decision consistency"), share=True),
        _estimate("Of those who pass: should have failed", wrong(facts, "false_pass"), most=WRONG, share=True),
        _estimate("Of those who fail: should have passed", wrong(facts, "false_fail"), most=WRONG, share=True),
        _estimate("Agreement of full sets of marks, task scores", agreement, least=_asked(facts, "rater agreement")),
        _estimate("Agreement of full sets of marks, judged criteria", judged),
        _estimate("Pass rate", estimate_at(parts, "pass_rate"), share=True),
    ]


def _asked(facts: Facts, name: str) -> float | None:
    found = check(facts, name)
    return None if found is None else found.least


def _lowest(facts: Facts) -> tuple[str, Estimated | None]:
    """The part whose reliability is least, of those where it is known."""
    parts = (section(facts, "parts") or {}).get("parts", [])
    known = [one for one in parts if one["reliability"]["value"] is not None]
    if not known:
        return "", None
    weakest = min(known, key=lambda one: float(one["reliability"]["value"]))
    return f", {weakest['part']}", weakest["reliability"]


MET = {Bearing.SUPPORTS: "yes", Bearing.CONTRADICTS: "no", Bearing.LACKING: "can't tell"}


def _estimate(
    label: str,
    found: Estimated | None,
    *,
    least: float | None = None,
    most: float | None = None,
    share: bool = False,
) -> list[Child]:
    limit = least if least is not None else most
    asked = "–"
    if limit is not None:
        sign = "≥" if least is not None else "≤"
        asked = f"{sign} {percent(str(limit))}" if share else f"{sign} {limit:.2f}"
    if found is None:
        return [label, "–", "nothing recorded", "–", asked, "–" if limit is None else MET[Bearing.LACKING]]
    figure = figure_of(found, share=share)
    interval = figure.interval.replace("95\N{NO-BREAK SPACE}% interval ", "")
    if not found["sufficient"] and found["value"] is not None:
        interval = interval.partition(": ")[0]  # why it is no more than an indication stands with the claim
    value = figure.value if found["sufficient"] else element("span", "uncertain", class_="lacking")
    met = "–" if limit is None else MET[bearing_of(found, least=least, most=most)]
    return [label, value, interval, str(figure.n), asked, met]


def _cuts(facts: Facts) -> Markup | None:
    """Cut scores with the intervals of their meetings' records, in a sentence."""
    if not facts.cuts:
        return None
    return element("p", f"Cut scores, with 95 % intervals: {'; '.join(_cut(cut) for cut in facts.cuts)}.")


def _cut(cut: CutFact) -> str:
    value = f"{cut.part} {float(cut.value):.1f}\N{NO-BREAK SPACE}%"
    if cut.bounds is None:
        return f"{value} (error not known)"
    low, high = cut.bounds
    return f"{value} ({low:.1f} to {high:.1f})"


def _waiting(dossier: Dossier) -> list[str]:
    facts = dossier.facts
    overdue = [f"Overdue since {one.by}: {one.what} ({one.why})." for one in dossier.year.overdue(facts.on)]
    undated = [f"{one.what}: {one.why.rstrip('.')}." for one in dossier.year.due if one.undated]
    undecided = [f"{facts.decisions.undecided} results can't be decided yet."] if facts.decisions.undecided else []
    return [*overdue, *undated, *undecided]


def _expiring(dossier: Dossier) -> list[str]:
    on = dossier.facts.on
    soon = dossier.year.expiring(on, SOON)
    later = [one for one in dossier.year.due if not one.undated and one.by > on + SOON]
    return [f"{_day(one.by)}: {one.what}." for one in (*soon, *later)]


def _day(day: date) -> str:
    return f"{day:%Y-%m-%d}"


def _listed(heading: str, lines: Sequence[str]) -> Markup:
    shown = [element("li", one) for one in lines[:SHOWN]]
    more = len(lines) - SHOWN
    if more > 0:
        shown.append(element("li", f"and {more} more, in the year's monitoring below."))
    content = element("ul", *shown) if shown else element("p", "Nothing.")
    return element("div", element("h3", heading), join(content))
