"""The first page, for a director with ten minutes: can I decide, and defend it; what is weakest; what waits; what expires. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta

from assess.validity.dossier.argument.studied import check, estimate_at, section
from assess.validity.dossier.assembled import Dossier
from assess.validity.dossier.claims import Claim, Verdict
from assess.validity.dossier.crosswalk import Presence
from assess.validity.dossier.facts import Estimated, Facts
from assess.validity.dossier.shown import verdict_tag
from assess.validity.dossier.weighed import figure_of
from assess.validity.report.markup import Child, Markup, element, join
from assess.validity.report.page import row, table
from assess.validity.report.page import section as page_section
from assess.validity.report.statements import listed

SOON = timedelta(days=90)
SHOWN = 5
NAMED = 4


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
            shares="4 6 10",
        ),
        table(
            "Key figures",
            ["Figure", "Value", "95 % interval", "n", "Asked"],
            _figures(dossier.facts),
            shares="5 4 8 1 3",
        ),
        row(
            _listed("What waits", _waiting(dossier)),
            _listed("What expires or falls due", _expiring(dossier)),
            even=True,
        ),
        anchor="front",
        class_="director dense",
    )


def answer(dossier: Dossier) -> str:
    """Whether one can decide, in a sentence that follows from the verdicts."""
    against, lacking = dossier.with_verdict(Verdict.CONTRADICTED), dossier.with_verdict(Verdict.NOT_ENOUGH)
    limited = dossier.with_verdict(Verdict.WITH_LIMITS)
    if against:
        return f"No. Evidence speaks against {_titles(against)}."
    if lacking:
        which = f"{len(lacking)} of {len(dossier.claims)} claims" if len(lacking) > NAMED else _titles(lacking)
        return f"Not without reserve: evidence is lacking for {which}."
    if limited:
        return f"Yes, within the limits of {_titles(limited)}."
    return "Yes. Every claim is supported."


def _titles(claims: Sequence[Claim]) -> str:
    return listed([f"“{claim.title}”" for claim in claims], 12)


def before_a_body(dossier: Dossier) -> str:
    """How it stands beside the standard of the scheme's own kind."""
    if dossier.simulated:
        return (
            "People and data behind it are made up: it shows how the argument works, and nothing may be decided"
            " from it."
        )
    leading = next((one for one in dossier.crosswalks if one.leads), None)
    if leading is None:
        return "Which standard it would have to meet is not said: the scheme names no kind."
    of = len(leading.answers)
    return (
        f"Before {leading.frame.title}: of {of} requirements {leading.count(Presence.PRESENT)} are met,"
        f" {leading.count(Presence.LIMITED)} with limits, {leading.count(Presence.PARTLY)} in part,"
        f" {leading.count(Presence.ABSENT)} not."
    )


def gate_today(facts: Facts) -> str:
    shut = [one.name for one in facts.checks if one.status in ("fail", "not enough evidence")]
    if not facts.checks:
        return "The gate has not been put to this scheme."
    excepted = [one.name for one in facts.checks if one.status in ("waived", "released")]
    told = f"shut by {listed(shut, 4)}" if shut else "open"
    if excepted:
        told += f"; two people let stand, for a time, {listed(excepted, 4)}"
    decisions = facts.decisions
    return (
        f"The gate of scheme and window is {told}. Until today {decisions.decided} results were decided,"
        f" {decisions.passed} passed, and {decisions.awards} credentials were awarded ({decisions.revoked} revoked,"
        f" {decisions.suspended} suspended since)."
    )


def _claim(number: int, claim: Claim) -> list[Child]:
    weakest = claim.weak_points[0] if claim.weak_points else "–"
    name = element("a", f"{number}. {claim.title}", href=f"#claim-{claim.key}")
    return [name, verdict_tag(claim.verdict, simulated=claim.simulated), weakest]


def _figures(facts: Facts) -> list[list[Child]]:
    parts, task_scores = section(facts, "parts"), section(facts, "task_scores")
    asked = {
        name: found.threshold
        for name in ("reliability", "decision consistency", "rater agreement")
        if (found := check(facts, name))
    }
    lines = [
        _estimate(
            "Reliability of the overall score",
            estimate_at(parts, "overall", "reliability"),
            asked.get("reliability", ""),
        ),
        _estimate(
            "Same decision again",
            estimate_at(parts, "decision", "consistency"),
            asked.get("decision consistency", ""),
            share=True,
        ),
        _estimate("Pass who should not", estimate_at(parts, "decision", "false_pass"), "", share=True),
        _estimate("Fail who should not", estimate_at(parts, "decision", "false_fail"), "", share=True),
        _estimate(
            "Two assessors agree (ICC)",
            estimate_at(task_scores, "agreement", "whole"),
            asked.get("rater agreement", ""),
        ),
        _estimate("Pass rate", estimate_at(parts, "pass_rate"), "", share=True),
    ]
    return lines + [_cut(cut.part, cut.value, cut.standard_error) for cut in facts.cuts]


def _estimate(label: str, found: Estimated | None, asked: str, *, share: bool = False) -> list[Child]:
    if found is None:
        return [label, "–", "nothing recorded", "–", asked or "–"]
    figure = figure_of(found, share=share)
    interval = figure.interval.replace("95\N{NO-BREAK SPACE}% interval ", "")
    if not found["sufficient"] and found["value"] is not None:
        interval = interval.partition(": ")[0]  # why it is no more than an indication stands with the claim
    value = figure.value if found["sufficient"] else element("span", "not enough evidence", class_="lacking")
    return [label, value, interval, str(figure.n), asked or "–"]


def _cut(part: str, value: str, error: str | None) -> list[Child]:
    if error is None:
        return [f"Cut score of {part}", f"{value} %", "error not known", "–", "–"]
    low, high = float(value) - 1.96 * float(error), float(value) + 1.96 * float(error)
    return [f"Cut score of {part}", f"{value} %", f"{max(low, 0):.1f} to {min(high, 100):.1f} %", "–", "–"]


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
