"""What of a task's sheet an exemplar asks for, and whether a set of marks fills it."""

from collections.abc import Mapping
from typing import Any

from assess.validity.raters.agreement import KINDS, Row, value_of
from rubrics.definition import Criterion, TaskDefinition
from rubrics.errors import RubricError
from rubrics.marks import mark_from_document

Marks = Mapping[str, Mapping[str, Any]]


class SheetProblem(ValueError):
    """What is wrong with a set of marks, naming the row."""


def judged_rows(task: TaskDefinition) -> tuple[Criterion, ...]:
    """The rows that an assessor judges: steps and judgements, not readings."""
    return tuple(row for row in task.criteria if row.kind in KINDS)


def checked(task: TaskDefinition, marks: Marks, *, whose: str) -> dict[str, dict[str, Any]]:
    """The marks of every judged row, in the sheet's order.

    Raises
    ------
    SheetProblem
        Naming the row that is missing, unknown or marked in a way its kind does not know.
    """
    rows = judged_rows(task)
    unknown = sorted(set(marks) - {row.identifier for row in rows})
    if unknown:
        raise SheetProblem(f"{whose}: {unknown[0]} is no row that is judged on {task.identifier}; leave it out.")
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.identifier not in marks:
            raise SheetProblem(f"{whose}: {row.identifier} has no mark; mark every row, or say that it was not seen.")
        try:
            mark_from_document(row, marks[row.identifier])
        except RubricError as error:
            raise SheetProblem(f"{whose}: {error}") from None
        found[row.identifier] = dict(marks[row.identifier])
    return found


def side_by_side(exemplar: str, task: TaskDefinition, *, own: Marks, panel: Marks) -> list[Row]:
    """An assessor's marks beside the panel's, row by row."""
    return [
        Row(
            exemplar=exemplar,
            task=task.identifier,
            criterion=row.identifier,
            kind=row.kind,
            own=value_of(row.kind, own[row.identifier]),
            panel=value_of(row.kind, panel[row.identifier]),
        )
        for row in judged_rows(task)
    ]
