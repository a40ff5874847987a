"""What a frozen survey comes to: a document that says of each statement what was found and what the rules make of it; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from assess.validity.job import reduction
from assess.validity.job.coverage import Element
from assess.validity.job.definition import JobDefinition, JobStatement
from assess.validity.job.evidence import Statement, Weight
from assess.validity.job.frozen import Dataset, Table
from assess.validity.job.indices import Index, criticality, reliability, statement_indices
from assess.validity.job.weighting import Planned, compare
from assess.validity.report.written import estimate


def analysis_result(dataset: Dataset, job: JobDefinition) -> dict[str, Any]:
    """Indices, verdicts and the reliability of the ratings, over a frozen data set."""
    table = Table(dataset)
    indices = statement_indices(table, job.rules)
    return {
        "practitioners": len(table.people),
        "reliability": estimate(reliability(table)),
        "indices": [_written(one) for one in indices],
        "verdicts": [
            {"statement": one.statement, "verdict": one.verdict, "sentence": one.sentence}
            for one in reduction.reduce(indices, job.rules)
        ],
        "people": {by: _counted([getattr(one, by) for one in table.people]) for by in ("region", "years", "setting")},
    }


def statements_of(
    job: JobDefinition, result: Mapping[str, Any], rulings: Mapping[str, Mapping[str, Any]]
) -> tuple[Statement, ...]:
    """The statements of a closed analysis with the board's rulings in their place."""
    verdicts = [reduction.Verdict(one["statement"], one["verdict"], one["sentence"]) for one in result["verdicts"]]
    given = {name: reduction.Ruling(one["keep"], one["reason"]) for name, one in rulings.items()}
    figures = {one["statement"]: one["figures"] for one in result["indices"]}
    settled = {one.statement: one for one in reduction.ruled(verdicts, given)}
    return tuple(
        Statement(
            identifier=one.identifier,
            kind=one.kind,
            words=one.words,
            outcomes=one.outcomes,
            kept=settled[one.identifier].kept,
            verdict=settled[one.identifier].verdict,
            sentence=settled[one.identifier].sentence,
            figures=figures[one.identifier],
        )
        for one in job.statements
    )


def weights_of(
    job: JobDefinition,
    dataset: Dataset,
    kept: Sequence[JobStatement],
    elements: Sequence[Element],
    planned: Sequence[Planned],
) -> tuple[Weight, ...]:
    """The job's weights by the statements that count, beside the scheme's."""
    table = Table(dataset)
    places = [table.statements.index(one.identifier) for one in kept]
    return compare(
        kept,
        criticality(table, job.rules)[:, places],
        elements,
        planned,
        tolerance=job.rules.tolerance,
        least=job.rules.least_practitioners,
    )


def _written(index: Index) -> dict[str, Any]:
    figures = {
        "done": estimate(index.done),
        "importance": estimate(index.importance, words=1),
        "frequency": estimate(index.frequency, words=1),
        "harm": estimate(index.harm, words=1),
        "weight": estimate(index.weight),
    }
    if index.learned_later is not None:
        figures["learned"] = estimate(index.learned_later)
    groups = [
        {"by": one.by, "name": one.name, "n": one.n, "importance": f"{one.importance:.2f}"} for one in index.groups
    ]
    return {"statement": index.statement, "figures": figures, "groups": groups}


def _counted(names: Sequence[str]) -> dict[str, int]:
    return {name: names.count(name) for name in sorted(set(names))}
