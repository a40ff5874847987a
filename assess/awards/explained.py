"""A decision as people read it: each part beside its cut, each must-pass step in the words of the sheet, and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assess.attempts.models import Attempt
from assess.awards.decision import OVERALL
from assess.schemes import queries as schemes
from rubrics import queries as rubrics


@dataclass(frozen=True)
class PartLine:
    """A part's score beside its cut, both in per cent. `kind` is the part's (`online_exam`, …), or `overall`."""

    part: str
    kind: str
    score: Decimal
    cut: Decimal
    met: bool
    near_cut: bool


@dataclass(frozen=True)
class Step:
    """A step that has to be right whatever the score, in the words of its sheet."""

    criterion: str
    words: str
    met: bool


@dataclass(frozen=True)
class TaskSteps:
    """The must-pass steps of one practical task."""

    title: str
    steps: tuple[Step, ...]

    @property
    def missed(self) -> int:
        return sum(not step.met for step in self.steps)


@dataclass(frozen=True)
class Explained:
    """`again` names the kinds of part to be taken again; `resit` is the scheme's own sentence about it."""

    parts: tuple[PartLine, ...]
    tasks: tuple[TaskSteps, ...]
    again: tuple[str, ...]
    resit: str

    @property
    def steps(self) -> int:
        return sum(len(task.steps) for task in self.tasks)

    @property
    def missed(self) -> int:
        return sum(task.missed for task in self.tasks)


def explained(attempt: Attempt, lines: Sequence[Mapping[str, Any]]) -> Explained:
    """Put a decision's stored lines into words, with the versions that the attempt pins."""
    scheme = schemes.definition_of(attempt.registration.scheme_version)
    kinds = {part.identifier: part.kind for part in scheme.parts} | {OVERALL: OVERALL}
    parts = tuple(
        PartLine(
            line["part"],
            kinds[line["part"]],
            Decimal(line["score"]),
            Decimal(line["cut"]),
            line["met"],
            bool(line["near_cut"]),
        )
        for line in lines
        if line["rule"] != "must_pass"
    )
    met = {line["criterion"]: line["met"] for line in lines if line["rule"] == "must_pass"}
    tasks = rubrics.definitions([pin["hash"] for pin in attempt.pins["tasks"]]).values()
    steps = tuple(
        TaskSteps(
            task.title,
            tuple(
                Step(one.identifier, one.text, met[one.identifier]) for one in task.criteria if one.identifier in met
            ),
        )
        for task in tasks
    )
    missed = {line["part"] for line in lines if not line["met"] and line["part"] != OVERALL}
    return Explained(
        parts=parts,
        tasks=tuple(task for task in steps if task.steps),
        again=tuple(part.kind for part in scheme.parts if part.identifier in missed),
        resit=scheme.pass_rule.resit,
    )
