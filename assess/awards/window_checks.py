"""The gate's window level: what the scores of all sittings together say about themselves, and what stands open beside them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from .checks import Check, Finding, Threshold, compare, failed, lacking, named, passed
from .window_facts import WindowFacts

RELIABILITY = Threshold(least=Decimal("0.70"), least_n=30, source="scheme board: pilot threshold, overall score")
CONSISTENCY = Threshold(least=Decimal("0.80"), least_n=30, source="scheme board: pilot threshold, compound rule")
AGREEMENT = Threshold(least=Decimal("0.60"), least_n=30, source="scheme board: pilot threshold, double marks")
LEAST_PERSONS = 30
MOST_CHANGED = 0.10
LEFT_OUT = 0.10
ITEM_SOURCE = "Standards (2014), 4.10; an item fails where the whole interval of its item–rest correlation is below 0"
GROUP_SOURCE = "Standards (2014), 3.6; ETS class C (Zwick, 2012)"
SEVERITY_SOURCE = "scheme board: pilot threshold; PACES: 4 % of outcomes hang on the examiners"
NO_STUDY = "No study has been made yet."


def _study(facts: WindowFacts, today: date) -> Finding:
    study = facts.study
    if study is None:
        return lacking(NO_STUDY)
    sittings = "one sitting" if study.sittings == 1 else f"{study.sittings} sittings"
    told = f"Study {study.number} holds {study.candidates} of {study.scored} scored attempts of {sittings}"
    enough = study.candidates >= study.scored * (1 - LEFT_OUT)
    found = (passed if enough else lacking)(f"{told}." if enough else f"{told}: ask for a new study.", *study.evidence)
    return replace(
        found,
        value=f"{study.candidates} of {study.scored}",
        n=study.candidates,
        threshold=f"≥ {1 - LEFT_OUT:.0%} of the scored attempts",
        source="scheme board: pilot threshold",
    )


def _items(facts: WindowFacts, today: date) -> Finding:
    evidence = () if facts.study is None else facts.study.evidence
    found = _judged_items(facts)
    items = facts.items
    return replace(
        found,
        value="" if items is None else f"{len(items.against)} of {items.items} against the rest",
        n=None if items is None else items.n,
        threshold=f"no item against the rest, n ≥ {LEAST_PERSONS}",
        source=ITEM_SOURCE,
        evidence=evidence,
    )


def _judged_items(facts: WindowFacts) -> Finding:
    items = facts.items
    if items is None:
        return lacking(NO_STUDY if facts.study is None else "The study says nothing about items.")
    if items.against:
        return failed(f"Works against the other items, so look for a wrong key: {named(items.against)}.")
    if items.n < LEAST_PERSONS:
        return lacking(f"It rests on {items.n} persons; {LEAST_PERSONS} are needed.")
    if items.unsure and len(items.unsure) * 2 > items.items:
        return lacking(f"For {len(items.unsure)} of {items.items} items it can't be told yet{_because(items.reason)}.")
    told = f"No item of {items.items} works against the others"
    if items.unsure:
        told += f"; for {len(items.unsure)} it can't be told yet{_because(items.reason)}"
    return passed(f"{told}.")


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


def _groups(facts: WindowFacts, today: date) -> Finding:
    evidence = () if facts.study is None else facts.study.evidence
    found = _judged_groups(facts)
    groups = facts.groups
    return replace(
        found,
        value="" if groups is None else f"{len(groups.large)} of {groups.judged} judged items in class C",
        n=groups.n if groups is not None else None if facts.study is None else facts.study.candidates,
        threshold="no item of ETS class C",
        source=GROUP_SOURCE,
        evidence=evidence,
    )


def _judged_groups(facts: WindowFacts) -> Finding:
    groups = facts.groups
    if groups is None or not groups.comparisons:
        return lacking(NO_STUDY if facts.study is None else "The study compares no groups.")
    between = f"Compared by {named(groups.comparisons)}"
    if groups.large:
        return failed(f"{between}: works differently for persons of equal score: {named(groups.large)}.")
    if not groups.judged:
        return lacking(f"{between}: it can't be told for any item: {groups.reason or 'too few persons'}.")
    return passed(f"{between}: of {groups.judged} items none works much differently for persons of equal score.")


def _severity(facts: WindowFacts, today: date) -> Finding:
    threshold = f"≤ {MOST_CHANGED:.0%} of outcomes, n ≥ {LEAST_PERSONS}"
    severity = facts.severity
    if severity is None or not severity.of:
        said = "How severe each assessor is has not been estimated."
        return replace(lacking(said), threshold=threshold, source=SEVERITY_SOURCE)
    share = severity.would_change / severity.of
    value = f"{share:.0%} (95 % {severity.low:.0%} to {severity.high:.0%}, n = {severity.of})"
    told = f"{severity.would_change} of {severity.of} outcomes would change if {severity.assessors} assessors were equally severe"
    if severity.of < LEAST_PERSONS:
        found = lacking(f"{told}; {LEAST_PERSONS} candidates are needed to go by that.", *severity.evidence)
    elif severity.high <= MOST_CHANGED:
        found = passed(f"{told}.", *severity.evidence)
    elif severity.low > MOST_CHANGED:
        found = failed(f"{told}: too much hangs on who was the assessor.", *severity.evidence)
    else:
        found = lacking(f"{told}; the interval holds {MOST_CHANGED:.0%}, so either is possible.", *severity.evidence)
    return replace(found, value=value, n=severity.of, threshold=threshold, source=SEVERITY_SOURCE)


def _drift(facts: WindowFacts, today: date) -> Finding:
    found = _judged_drift(facts)
    watched = facts.watched
    if watched is None:
        return found
    held = f"{watched.measured} of {watched.charts} charts have a point with enough evidence"
    return replace(found, value=held, evidence=(*found.evidence, *watched.evidence))


def _judged_drift(facts: WindowFacts) -> Finding:
    if facts.alarms is None:
        return lacking("Nothing is monitored between studies yet.")
    open_ = [alarm for alarm in facts.alarms if not alarm.acknowledged]
    records = tuple(record for alarm in facts.alarms for record in alarm.evidence)
    if open_:
        return failed(" ".join(alarm.sentence for alarm in open_), *records)
    if facts.alarms:
        return passed(f"Alarms that people have looked at: {named([alarm.what for alarm in facts.alarms])}.", *records)
    if facts.watched is not None and not facts.watched.measured:
        return lacking("No control chart has a point with enough evidence yet, so none could stand in alarm.")
    return passed("No control chart stands in alarm.")


def _incidents(facts: WindowFacts, today: date) -> Finding:
    if facts.incidents:
        return failed(f"{len(facts.incidents)} incidents of the sittings are open: {' '.join(facts.incidents[:3])}")
    return passed("No incident of the sittings is open.")


def _reliability(facts: WindowFacts, today: date) -> Finding:
    return compare(facts.reliability)


def _consistency(facts: WindowFacts, today: date) -> Finding:
    return compare(facts.decision_consistency)


def _agreement(facts: WindowFacts, today: date) -> Finding:
    return compare(facts.rater_agreement)


WINDOW_CHECKS: Mapping[str, Check[WindowFacts]] = {
    "study current": Check(
        protects_against="evidence about others than those who are awarded",
        find=_study,
        waivable=True,
        released="always",
        cases="candidates",
        touches=False,
    ),
    "item evidence": Check(
        protects_against="answers scored by a wrong key",
        find=_items,
        waivable=True,
        released="always",
        cases="candidates",
    ),
    "reliability": Check(
        protects_against="scores that would differ on another day",
        find=_reliability,
        waivable=True,
        released="always",
        cases="candidates",
        statistic=True,
    ),
    "decision consistency": Check(
        protects_against="a pass that another form would have failed",
        find=_consistency,
        waivable=True,
        released="always",
        cases="candidates",
        statistic=True,
    ),
    "rater agreement": Check(
        protects_against="a result that hangs on who was the assessor",
        find=_agreement,
        waivable=True,
        released="always",
        cases="candidates",
        statistic=True,
    ),
    "assessor severity": Check(
        protects_against="outcomes that a milder or harder assessor would turn round",
        find=_severity,
        waivable=True,
        released="always",
        cases="candidates",
        statistic=True,
    ),
    "differential item functioning": Check(
        protects_against="items that are harder for a group of equal skill",
        find=_groups,
        waivable=True,
        released="always",
        cases="candidates",
    ),
    "drift": Check(
        protects_against="a rig, an item or an assessor that is no longer what it was",
        find=_drift,
        waivable=True,
        released="always",
    ),
    "incidents of the window": Check(
        protects_against="an award while something that was seen in the sittings waits for people",
        find=_incidents,
        waivable=True,
        touches=False,
    ),
}
"""Every check of the pooled window by name, in the order in which it is read."""
