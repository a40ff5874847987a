"""Claim: what follows from the results is what is meant, and falls on nobody by accident of place or person."""

from collections.abc import Iterator

from assess.psychometrics.proportions import proportion
from assess.validity.dossier.argument.studied import estimate_at, section
from assess.validity.dossier.claims import Bearing, Claim, Evidence
from assess.validity.dossier.facts import Facts
from assess.validity.dossier.weighed import against, count, nothing_recorded
from assess.validity.report.spoken import percent
from assess.validity.report.written import estimate

WRONG = 0.10
LEAST_AT_A_SITE = 30
WARRANT = (
    "A decision does good or harm: whoever passes wrongly may endanger people, whoever fails wrongly loses a living."
    " Both errors are estimated, pass rates are compared between places, and people can object."
)


def claim(facts: Facts) -> Claim:
    return Claim(
        key="consequences",
        title="Consequences",
        statement="Wrong decisions are few and known, and no group or place is worse off by how it is assessed.",
        warrant=WARRANT,
        evidence=tuple(_evidence(facts)),
        limits=(
            "What holders do with the credential, and what becomes of those who fail, is not followed up here.",
            "Pass rates that differ show a difference, not its cause.",
        ),
    )


def _evidence(facts: Facts) -> Iterator[Evidence]:
    yield from _wrong(facts)
    yield from _rate(facts)
    yield _sites(facts)
    yield _objections(facts)
    yield _appeals()


def _wrong(facts: Facts) -> Iterator[Evidence]:
    parts = section(facts, "parts")
    for key, opening in (
        ("false_pass", "Candidates who pass and should not"),
        ("false_fail", "Candidates who fail and should not"),
    ):
        found = estimate_at(parts, "decision", key)
        if found is None or facts.study is None:
            yield nothing_recorded(
                key.replace("_", "-"), opening.lower(), remedy="Adopt the cut scores, and run a study."
            )
            continue
        yield against(
            key.replace("_", "-"),
            f"{opening}, as the model estimates:",
            found,
            most=WRONG,
            share=True,
            mild=True,
            source="house rule",
            records=[facts.study.record],
            weakness=f"{opening}: more than {percent(str(WRONG))} are possible.",
            remedy="Lengthen the assessment, or look at everybody near the cut once more.",
            simulated=facts.study.simulated,
        )


def _rate(facts: Facts) -> Iterator[Evidence]:
    decisions = facts.decisions
    if not decisions.decided:
        yield nothing_recorded("pass-rate", "any decision", remedy="Apply the rule to the scored attempts.")
        return
    rate = estimate(proportion(decisions.passed, decisions.decided, method="pass rate of the decisions"))
    low, high = rate["interval"] or ("0", "1")
    told = f"{percent(rate['value'])} (95\N{NO-BREAK SPACE}% interval {percent(low)} to {percent(high)})"
    yield Evidence(
        key="pass-rate",
        sentence=(
            f"{decisions.passed} of {count(decisions.decided, 'decision')} are passes: {told}; {decisions.undecided}"
            " results wait."
        ),
        bearing=Bearing.SUPPORTS,
        rule="the pass rate is known; there is no right one",
        needed=False,
        records=decisions.records,
        simulated=bool(facts.study and facts.study.simulated),
    )


def _sites(facts: Facts) -> Evidence:
    large = [site for site in facts.decisions.sites if site.decided >= LEAST_AT_A_SITE]
    if len(large) < 2:
        found = count(len(facts.decisions.sites), "site")
        return nothing_recorded(
            "sites",
            f"pass rates of two sites with {LEAST_AT_A_SITE} decisions each ({found} so far)",
            needed=False,
            remedy="Compare pass rates once two sites are large enough.",
        )
    rates = [(site, estimate(proportion(site.passed, site.decided, method="pass rate"))) for site in large]
    lows, highs = [float(rate["interval"][0]) for _, rate in rates], [float(rate["interval"][1]) for _, rate in rates]
    apart = max(lows) > min(highs)
    told = "; ".join(f"{site.site} {percent(rate['value'])} of {site.decided}" for site, rate in rates)
    return Evidence(
        key="sites",
        sentence=f"Pass rates by site: {told}.",
        bearing=Bearing.LIMITS if apart else Bearing.SUPPORTS,
        rule="no two sites whose 95 % intervals lie apart",
        needed=False,
        records=facts.decisions.records,
        weakness="Pass rates of two sites differ by more than chance explains." if apart else "",
        remedy="Find out why the sites differ: candidates, rigs, assessors or briefing." if apart else "",
        simulated=bool(facts.study and facts.study.simulated),
    )


def _objections(facts: Facts) -> Evidence:
    found = facts.security
    waiting = found.incidents_open
    return Evidence(
        key="objections",
        sentence=(
            f"{count(found.incidents, 'incident')} about attempts: candidates can read and reply to each before people"
            f" review it; {found.incidents_upheld} upheld."
        ),
        bearing=Bearing.LIMITS if waiting else Bearing.SUPPORTS,
        rule="what is held against a candidate was told to them and reviewed by people",
        needed=False,
        weakness=f"{count(waiting, 'incident')} wait for a review." if waiting else "",
        remedy="Review the open incidents." if waiting else "",
    )


def _appeals() -> Evidence:
    return nothing_recorded(
        "appeals",
        "a register of appeals and complaints with their answers",
        needed=False,
        remedy="Keep a register of appeals and complaints, answered by people who had no part in the matter.",
    )
