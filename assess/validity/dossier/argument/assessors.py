"""Claim: marks mean the same from every assessor."""

from assess.validity.dossier.argument.studied import check, estimate_at, section
from assess.validity.dossier.claims import Bearing, Claim, Evidence, Record
from assess.validity.dossier.facts import Facts
from assess.validity.dossier.weighed import count, figure_of, nothing_recorded, of_statistic

SPREAD = 1.0
WARRANT = (
    "A mark is about the candidate only if another assessor would have given it too. Assessors are trained on"
    " performances whose marks a panel agreed on, two of them mark the same work often enough to compare them, and"
    " nobody's outcome hangs on who assessed."
)


def claim(facts: Facts) -> Claim:
    return Claim(
        key="assessors",
        title="Assessors",
        statement="Assessors are trained, agree with each other, and no outcome hangs on who assessed.",
        warrant=WARRANT,
        evidence=(_training(facts), _agreement(facts), _linked(facts), _severity(facts)),
        limits=(
            (
                "Two assessors can agree and both be wrong; agreement with the reference marks of exemplars says more,"
                " on few performances."
            ),
            "Severity is never taken off a mark here; it is shown to people, who may have work marked again.",
        ),
    )


def _training(facts: Facts) -> Evidence:
    training = facts.training
    if not training.assessors:
        return nothing_recorded(
            "training",
            "the training of any assessor",
            remedy="Train the assessors on exemplars, and have it put in force.",
        )
    lacking = training.lacking
    records = tuple(
        Record(kind="training", id=str(one.record), on=one.trained_on) for one in training.assessors if one.record
    )
    agreement = [one.agreement.value for one in training.assessors if one.agreement and one.agreement.value is not None]
    exact = (
        f"; they gave {100 * min(agreement):.0f} to {100 * max(agreement):.0f} of 100 marks exactly as the reference"
        if agreement
        else ""
    )
    ready = sum(one.in_force for one in training.assessors)
    return Evidence(
        key="training",
        sentence=f"{count(ready, 'assessor')} with a training in force, {len(lacking)} assigned without one{exact}.",
        bearing=Bearing.LACKING if not ready else Bearing.LIMITS if lacking else Bearing.SUPPORTS,
        rule="nobody is assigned without a training in force, by a trainer's verdict on blind marks of exemplars",
        records=records,
        weakness=f"{count(len(lacking), 'assessor')} assigned without a training in force." if lacking else "",
        remedy="Train those who lack it before they assess again." if lacking else "",
        simulated=any(one.simulated for one in training.assessors),
    )


def _agreement(facts: Facts) -> Evidence:
    found = check(facts, "rater agreement")
    whole = estimate_at(section(facts, "task_scores"), "agreement", "whole")
    if found is None or facts.study is None:
        return nothing_recorded(
            "agreement",
            "how far two assessors of the same work agree",
            remedy="Have work marked twice, and run a study.",
        )
    return of_statistic(
        found,
        None if whole is None else figure_of(whole),
        key="agreement",
        name="Agreement of two assessors",
        opening="Two full sets of marks of the same work agree (intraclass correlation):",
        records=[facts.study.record],
        remedy="Have more work marked by two, blind to each other, and train together on the largest gaps.",
        simulated=facts.study.simulated,
    )


def _linked(facts: Facts) -> Evidence:
    ratings = section(facts, "ratings")
    if ratings is None or facts.study is None or not ratings["marks"]:
        return nothing_recorded(
            "linked", "whether all assessors can be compared", needed=False, remedy="Run a study with double marks."
        )
    connected = ratings["connectedness"]["connected"]
    return Evidence(
        key="linked",
        sentence=ratings["connectedness"]["words"],
        bearing=Bearing.SUPPORTS if connected else Bearing.LIMITS,
        rule="all assessors are linked by work that several of them marked",
        needed=False,
        records=(facts.study.record,),
        weakness="" if connected else "Not all assessors can be compared with each other.",
        remedy="" if connected else "Plan the further double markings that the study names.",
        simulated=facts.study.simulated,
    )


def _severity(facts: Facts) -> Evidence:
    looks = facts.looks
    if not facts.severity or looks is None:
        return nothing_recorded(
            "severity",
            "how severe each assessor is",
            remedy="Let monitoring look at the marks once enough work was marked twice.",
        )
    judged = [one for one in facts.severity if one.severity.sufficient]
    moves = {(move.attempt, move.part): move for one in facts.severity for move in one.would_change}
    clear = [move for move in moves.values() if not move.within_error]
    if not judged:
        bearing = Bearing.LACKING
    else:
        bearing = (
            Bearing.LIMITS
            if clear or len(judged) < len(facts.severity) or _spread(facts) > SPREAD
            else Bearing.SUPPORTS
        )
    told = f"{len(judged)} of {count(len(facts.severity), 'assessor')} can be measured" + (
        f", from {min(_values(facts)):+.2f} to {max(_values(facts)):+.2f} logits" if judged else ""
    )
    would = (
        f"With everybody of average severity {count(len(moves), 'part result')} would lie on the other side of the cut,"
        f" {len(clear)} of them beyond the error."
    )
    weak = [
        (
            f"For {len(facts.severity) - len(judged)} assessors too few double marks tell their severity."
            if len(judged) < len(facts.severity)
            else ""
        ),
        f"{count(len(clear), 'part result')} hang on who assessed." if clear else "",
        f"Severity spreads over {_spread(facts):.1f} logits." if judged and _spread(facts) > SPREAD else "",
    ]
    return Evidence(
        key="severity",
        sentence=f"Severity: {told.replace('-', '−')}. {would}",
        bearing=bearing,
        rule=(
            f"every assessor measured, within {SPREAD:g} logit of each other, and no result beyond the error hangs on"
            " one (house rule)"
        ),
        records=(looks.latest,),
        weakness=" ".join(filter(None, weak)),
        remedy=(
            "Have another assessor mark, blind, what hangs on one; train those who differ."
            if clear
            else "Plan more double marks."
            if len(judged) < len(facts.severity)
            else ""
        ),
        simulated=any(one.simulated for one in facts.severity),
    )


def _values(facts: Facts) -> list[float]:
    return [one.severity.value for one in facts.severity if one.severity.sufficient and one.severity.value is not None]


def _spread(facts: Facts) -> float:
    values = _values(facts)
    return max(values) - min(values) if values else 0.0
