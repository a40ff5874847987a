"""Job task × outcome × element: what tests what, and every gap by name; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from assess.validity.job.definition import JobStatement
from assess.validity.job.evidence import Cell, Coverage, Gap, Row


@dataclass(frozen=True)
class Element:
    """What a candidate meets: an item, a criterion of a practical task, or a simulation.

    `group` is the item's domain, the criterion's task, or the simulation itself. `points` is what it counts within its
    group. `sha256` is of the version that stands in the bank now; `author` is the account that brought it in.
    """

    identifier: str
    kind: str
    words: str
    outcomes: tuple[str, ...]
    group: str
    points: Decimal
    sha256: str
    author: str


def tests(element: Element, statement: JobStatement) -> bool:
    """Whether an element tests a statement: by a common outcome, and by name where the statement names what tests it."""
    if not set(element.outcomes) & set(statement.outcomes):
        return False
    return not statement.tested_by or bool({element.identifier, element.group} & set(statement.tested_by))


def coverage(statements: Sequence[JobStatement], outcomes: Sequence[str], elements: Sequence[Element]) -> Coverage:
    """The matrix and its gaps.

    Parameters
    ----------
    statements
        Those that count.
    outcomes
        Of the scheme, in its order.
    """
    rows = tuple(_row(one, elements) for one in statements)
    return Coverage(tuple(outcomes), rows, (*_untested(rows), *_unlinked(statements, outcomes, elements, rows)))


def _row(statement: JobStatement, elements: Sequence[Element]) -> Row:
    cells = []
    for outcome in statement.outcomes:
        mine = [one for one in elements if outcome in one.outcomes and tests(one, statement)]
        by_kind = {kind: tuple(one.identifier for one in mine if one.kind == kind) for kind in KINDS}
        cells.append(Cell(outcome, by_kind["item"], by_kind["criterion"], by_kind["simulation"]))
    return Row(statement.identifier, statement.kind, statement.words, tuple(cells))


KINDS = ("item", "criterion", "simulation")


def _untested(rows: Sequence[Row]) -> list[Gap]:
    gaps = []
    for row in rows:
        if not row.cells:
            said = f"{row.statement} ({row.words}) belongs to no learning outcome, so nothing tests it."
            gaps.append(Gap("untested", row.statement, f"{said} Link it to an outcome, or let the board say why not."))
        elif not row.elements:
            named = ", ".join(cell.outcome for cell in row.cells)
            said = f"{row.statement} ({row.words}) is tested by nothing under {named}."
            gaps.append(Gap("untested", row.statement, f"{said} Write an item or a criterion for it."))
    return gaps


def _unlinked(
    statements: Sequence[JobStatement], outcomes: Sequence[str], elements: Sequence[Element], rows: Sequence[Row]
) -> list[Gap]:
    linked = {outcome for one in statements for outcome in one.outcomes}
    gaps = [
        Gap(
            "unlinked outcome",
            outcome,
            f"No statement of the job stands behind {outcome}. Ask practitioners about it, or take it out.",
        )
        for outcome in outcomes
        if outcome not in linked
    ]
    tested = {name for row in rows for name in row.elements}
    return gaps + [
        Gap(
            "unlinked element",
            one.identifier,
            f"The {one.kind} {one.identifier} tests no statement of the job that counts. Link it, or take it out.",
        )
        for one in elements
        if one.identifier not in tested
    ]
