"""Claim: marks mean the same from every assessor."""

from assess.validity.dossier.argument.studied import check, estimate_at, section
from assess.validity.dossier.claims import Bearing, Claim, Evidence, Record
from assess.validity.dossier.facts import Facts
from assess.validity.dossier.weighed import count, figure_of, in_words, nothing_recorded, of_statistic

SPREAD = 5.0
"""Points of a task score (per cent) between the most severe and the most lenient assessor."""
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
        whole,
        key="agreement",
        name="Agreement of two assessors",
        opening=f"Two full sets of marks of the same work agree (intraclass correlation): {_judged(facts)}in task scores",
        records=[facts.study.record],
        remedy="Have more work marked by two, blind to each other, and train together on the largest gaps.",
        simulated=facts.study.simulated,
    )


def _judged(facts: Facts) -> str:
    """Task scores are mostly steps that were done or not; what is judged agrees less, and is told beside them."""
    found = estimate_at(section(facts, "ratings"), "agreement", "whole")
    return "" if found is None else f"over judged criteria alone {in_words(figure_of(found))}, "


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
    spread, apart = _points(facts)
    moves = {(move.attempt, move.part): move for one in facts.severity for move in one.would_change}
    clear = [move for move in moves.values() if not move.within_error]
    if not judged:
        bearing = Bearing.LACKING
    else:
        bearing = (
            Bearing.LIMITS
            if clear or len(judged) < len(facts.severity) or spread is None or spread > SPREAD
            else Bearing.SUPPORTS
        )
    told = f"{len(judged)} of {count(len(facts.severity), 'assessor')} can be measured" + (
        f", from {min(_values(facts)):+.2f} to {max(_values(facts)):+.2f} logits" if judged else ""
    )
    turned = len({attempt for attempt, _ in moves})
    outcomes = f"{turned} of {facts.security.scored} outcomes"
    would = f"With everybody of average severity {outcomes} would turn; {count(len(clear), 'part result')} by more than the error."
    if spread is not None:
        would += f" In task scores the most severe and the most lenient differ by {spread:.1f} of 100 points;"
        would += f" {apart} of {len(facts.severity)} differ from the others by more than chance."
    weak = [
        (
            f"For {len(facts.severity) - len(judged)} assessors too few double marks tell their severity."
            if len(judged) < len(facts.severity)
            else ""
        ),
        f"{count(len(clear), 'part result')} hang on who assessed." if clear else "",
        (
            f"The most severe and the most lenient assessor are {spread:.1f} of 100 points apart in task scores; without that"
            f" {outcomes} would turn."
            if spread is not None and spread > SPREAD
            else ""
        ),
        "How far assessors differ in points of a task score is not known." if judged and spread is None else "",
    ]
    return Evidence(
        key="severity",
        sentence=f"Severity: {told.replace('-', '−')}. {would}",
        bearing=bearing,
        rule=(
            f"every assessor measured, within {SPREAD:g} points of a task score of each other, and no result beyond the error"
            " hangs on one (house rule)"
        ),
        records=(looks.latest,),
        weakness=" ".join(filter(None, weak)),
        remedy=(
            "Have another assessor mark, blind, what hangs on one; train those who differ."
            if clear
            else "Plan more double marks."
            if len(judged) < len(facts.severity)
            else "Train together, on the same exemplars, those who differ most."
            if spread is not None and spread > SPREAD
            else "Have task scores marked twice, and run a study."
            if spread is None
            else ""
        ),
        simulated=any(one.simulated for one in facts.severity),
    )


def _values(facts: Facts) -> list[float]:
    return [one.severity.value for one in facts.severity if one.severity.sufficient and one.severity.value is not None]


def _points(facts: Facts) -> tuple[float | None, int]:
    """How far the most severe and the most lenient differ in points of a task score, and how many differ beyond chance."""
    rows = (section(facts, "task_scores") or {}).get("severity", [])
    found = [row["severity"] for row in rows if row["severity"]["sufficient"] and row["severity"]["interval"]]
    if len(found) < 2:
        return None, 0
    values = [float(one["value"]) for one in found]
    apart = sum(float(one["interval"][0]) > 0 or float(one["interval"][1]) < 0 for one in found)
    return max(values) - min(values), apart
