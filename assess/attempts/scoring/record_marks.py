"""Marks that carry a test record: the reading is worked out from the raw rows each time, so that no arithmetic is taken on trust.

A row that asks for a figure of a record takes, in place of `readings`, a `record`: the document as it was written on site
(`simulator_adapters.records`). Scoring works the figure out from it; what the tablet showed plays no part.
"""

from collections.abc import Mapping
from typing import Any

from rubrics.definition import Criterion
from rubrics.errors import RubricError
from rubrics.marks import Mark, mark_from_document
from simulator_adapters.quantities import canonical_unit, convert
from simulator_adapters.records.worked import RecordError, Worked, WorkedRecord, work_out

PLACES = 9
"""Of a reading in a mark; a row's own places are applied after it."""


def has_record(document: object) -> bool:
    """Whether a mark carries a test record."""
    return isinstance(document, Mapping) and "record" in document


def mark_of(criterion: Criterion, document: object) -> Mark:
    """A mark as scoring reads it, its reading worked out where it carries a record.

    Raises
    ------
    RubricError
        Code `mark`, naming the criterion, what of the record can't be used, and the remedy.
    """
    if not isinstance(document, Mapping) or "record" not in document:
        return mark_from_document(criterion, document)
    spec = criterion.measurement
    name = criterion.identifier
    if spec is None or not spec.record:
        raise RubricError("mark", f"{name} asks for no test record; enter what it asks for.")
    if stray := sorted({"readings", "unit"} & set(document)):
        raise RubricError(
            "mark", f"{name}: {stray[0]} stands beside a record, from which it is worked out; leave it out."
        )
    worked = figure_of(criterion, recorded(criterion, document))
    value = (
        convert(worked.value, canonical_unit(worked.unit), canonical_unit(spec.unit))
        if worked.value is not None
        else None
    )
    if value is None:
        raise RubricError(
            "mark", f"{name}: the record carries no {worked.label}; take more readings, or mark it as not taken."
        )
    rest = {key: held for key, held in document.items() if key != "record"}
    reading = {"value": f"{round(value, PLACES):f}", "bound": ">" if worked.exceeded else "="}
    return mark_from_document(criterion, {**rest, "readings": [reading], "unit": spec.unit})


def recorded(criterion: Criterion, document: Mapping[str, Any]) -> WorkedRecord:
    """What the record of a mark comes to.

    Raises
    ------
    RubricError
        Where it can't be read, or is of another kind than the row asks for.
    """
    try:
        found = work_out(document["record"])
    except RecordError as error:
        raise RubricError("mark", f"{criterion.identifier}: {error}") from None
    asked = criterion.measurement.record.partition(".")[0] if criterion.measurement else ""
    if found.kind != asked:
        said = f"it asks for a record of the kind {asked}, and this one is of the kind {found.kind}; hand in the right one."
        raise RubricError("mark", f"{criterion.identifier}: {said}")
    return found


def figure_of(criterion: Criterion, found: WorkedRecord) -> Worked:
    """The figure that a row asks for."""
    assert criterion.measurement is not None
    return found.figures[criterion.measurement.record.partition(".")[2]]


def objections_of(criterion: Criterion, document: object) -> tuple[str, ...]:
    """What of the method's conditions a record does not meet; empty for a mark without a record, or one that can't be read."""
    if not isinstance(document, Mapping) or "record" not in document:
        return ()
    try:
        return recorded(criterion, document).objections
    except RubricError:
        return ()
