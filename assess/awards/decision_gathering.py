"""Gathering from the records what the decision is made from: the rule, the scores, the cut scores in force. Nothing here judges."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from assess.awards.decision import OVERALL, CutScore, Decision, DecisionRule, MustPass, PartScore, Undecidable, decide
from assess.awards.models import Decision as DecisionRow
from assess.schemes import queries as schemes
from assess.schemes.definition import SchemeDefinition
from assess.validity.cut_scores import queries as cut_scores
from assess.validity.studies import queries as studies


def rule_of(scheme: SchemeDefinition) -> DecisionRule:
    """Every part at its cut, and the weighted overall score at its own."""
    return DecisionRule(
        parts=tuple(part.identifier for part in scheme.parts),
        overall_weights={part.identifier: part.weight for part in scheme.parts},
    )


def part_scores(document: Mapping[str, Any], errors: Mapping[str, Decimal]) -> list[PartScore]:
    """Part scores of a stored score, with the standard errors of measurement that the study in force found."""
    return [
        PartScore(
            part=part["part"],
            percent=None if part["percent"] is None else Decimal(part["percent"]),
            standard_error=errors.get(part["part"]),
            pending=" ".join(part["waits_for"]),
        )
        for part in document["parts"]
    ]


def must_pass_of(scheme: SchemeDefinition, document: Mapping[str, Any]) -> tuple[MustPass, ...]:
    part_of = {task: part.identifier for part in scheme.parts for task in part.tasks}
    return tuple(
        MustPass(criterion=criterion, part=part_of[task["task"]], met=met)
        for task in document["tasks"]
        for criterion, met in task["must_pass"].items()
    )


def adopted_cuts(scheme_version_id: Any) -> list[CutScore]:
    """The latest cut score of each part, adopted or not (the decision says which it lacks), and the overall cut."""
    rows = cut_scores.cut_scores_in_force(scheme_version_id)
    cuts = [
        CutScore(
            part=row.part,
            value=row.value,
            standard_error=row.standard_error,
            method=row.method,
            panel=row.panel,
            adopted_by=row.board,
            adopted_on=None if row.adopted_at is None else row.adopted_at.date(),
            version=str(row.number),
        )
        for row in rows
    ]
    overall = cut_scores.overall_cut(scheme_version_id)
    if overall is None:
        return cuts
    days = [cut.adopted_on for cut in cuts]
    return [
        *cuts,
        CutScore(
            part=OVERALL,
            value=overall.value,
            standard_error=overall.standard_error,
            method="weighted sum of the parts' cut scores",
            panel="as for the parts",
            adopted_by=" and ".join(sorted({cut.adopted_by for cut in cuts}))
            if all(cut.adopted_by for cut in cuts)
            else "",
            adopted_on=None if None in days else max(day for day in days if day is not None),
            version="/".join(cut.version for cut in cuts),
        ),
    ]


def decision_of(row: DecisionRow, cuts: list[CutScore] | None = None) -> Decision | Undecidable:
    """The decision behind a row, made again from the score, the cut scores and the study as they are now."""
    version = row.attempt.registration.scheme_version
    scheme = schemes.definition_of(version)
    return decide(
        rule=rule_of(scheme),
        scores=part_scores(row.score.document, studies.errors_of_measurement(version.pk)),
        cuts=adopted_cuts(version.pk) if cuts is None else cuts,
        must_pass=must_pass_of(scheme, row.score.document),
    )
