"""Claim: what follows from the results is what is meant, and falls on nobody by accident of place or person."""

from collections.abc import Iterator
from decimal import Decimal

from assess.psychometrics.proportions import proportion
from assess.validity.dossier.argument.studied import Section, estimate_at, section
from assess.validity.dossier.claims import Bearing, Claim, Evidence
from assess.validity.dossier.facts import Estimated, Facts
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
            "Wrong decisions are estimated by a model with errors of one size at every score, and must-pass criteria left aside.",
        ),
    )


def _evidence(facts: Facts) -> Iterator[Evidence]:
    yield from _wrong(facts)
    yield from _model(facts)
    yield from _rate(facts)
    yield _sites(facts)
    yield _objections(facts)
    yield _appeals()


def wrong(facts: Facts, key: str) -> Estimated | None:
    """The share of wrong decisions among those concerned, by the latest study."""
    return wrong_of(section(facts, "parts"), key)


def wrong_of(parts: Section | None, key: str) -> Estimated | None:
    """The share of wrong decisions among those concerned: `false_pass` of all who pass, `false_fail` of all who fail.

    The study estimates both over all candidates. The bounds here divide each bound by the far bound of the share who pass or fail,
    so the interval is no narrower than 95 %.
    """
    found, passing = estimate_at(parts, "decision", key), estimate_at(parts, "decision", "pass_rate")
    if found is None or passing is None or not (found["interval"] and passing["interval"]):
        return found if found is None or found["value"] is None else None
    share = [Decimal(text) for text in (passing["value"], *passing["interval"])]
    value, low, high = share if key == "false_pass" else (1 - share[0], 1 - share[2], 1 - share[1])
    if low <= 0:
        return None
    own_low, own_high = (Decimal(text) for text in found["interval"])
    whom = "those who pass" if key == "false_pass" else "those who fail"
    return {
        **found,
        "value": f"{Decimal(found['value']) / value:.4f}",
        "interval": [f"{own_low / high:.4f}", f"{min(own_high / low, Decimal(1)):.4f}"],
        "method": f"{found['method']}, as a share of {whom} (bounds of both intervals, so 95 % or wider)",
    }


def _wrong(facts: Facts) -> Iterator[Evidence]:
    for key, opening, whom, remark in (
        ("false_pass", "Of those who pass, should have failed", "pass and should not", ""),
        (
            "false_fail",
            "Of those who fail, should have passed",
            "fail and should not",
            "; who fails may sit again, so that more limit the claim and don't contradict it",
        ),
    ):
        found = wrong(facts, key)
        if found is None or facts.study is None:
            yield nothing_recorded(
                key.replace("_", "-"), f"how many candidates {whom}", remedy="Adopt the cut scores, and run a study."
            )
            continue
        yield against(
            key.replace("_", "-"),
            f"{opening}, as a model estimates:",
            found,
            most=WRONG,
            share=True,
            mild=key == "false_fail",
            source=f"house rule{remark}",
            records=[facts.study.record],
            weakness=f"{opening}, as a model estimates: {_of_100(found)} of 100.",
            remedy="Lengthen the assessment, or look at everybody near the cut once more.",
            simulated=facts.study.simulated,
        )


def _of_100(found: Estimated) -> str:
    low, high = found["interval"] or ("0", "1")
    told = [f"{100 * float(text):.0f}" for text in (found["value"] or "0", low, high)]
    return f"{told[0]} ({told[1]} to {told[2]})"


def _model(facts: Facts) -> Iterator[Evidence]:
    """Whether the model that counts wrong decisions passes as many as really reach every cut."""
    modelled, observed = estimate_at(section(facts, "parts"), "decision", "pass_rate"), facts.reach_every_cut
    if (
        facts.study is None
        or modelled is None
        or observed is None
        or not (modelled["interval"] and observed["interval"])
    ):
        return
    apart = float(modelled["interval"][1]) < float(observed["interval"][0]) or float(observed["interval"][1]) < float(
        modelled["interval"][0]
    )
    told = f"The model lets {percent(modelled['value'])} reach every cut; {percent(observed['value'])} of {observed['n']} did."
    yield Evidence(
        key="model",
        sentence=told + " It takes scores as normal, and cannot follow a crowd at the top of the scale.",
        bearing=Bearing.LIMITS if apart else Bearing.SUPPORTS,
        rule="the intervals of both shares meet",
        needed=False,
        records=(facts.study.record,),
        weakness=f"{told} What it says of wrong decisions is rough." if apart else "",
        remedy="Make parts hard enough that few candidates reach the top of the scale." if apart else "",
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
            f"{count(len(found.incidents), 'incident')} about attempts: candidates can read and reply to each before people"
            f" review it; {found.incidents_upheld} upheld."
        ),
        bearing=Bearing.LIMITS if waiting else Bearing.SUPPORTS,
        rule="what is held against a candidate was told to them and reviewed by people",
        needed=False,
        records=found.incidents,
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
