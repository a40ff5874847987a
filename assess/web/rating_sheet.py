"""A task's judged rows as a plain form: what a page shows of them, and the marks that come back."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from assess.validity.raters.agreement import JUDGEMENT
from assess.validity.raters.sheets import judged_rows
from rubrics.definition import TaskDefinition

NOT_SEEN = "not_seen"


def sheet_rows(
    task: TaskDefinition, *, marks: Mapping[str, Mapping[str, Any]] | None = None, seen: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Every judged row with its possible marks; `marks` are those already chosen, `seen` what the exemplar shows there."""
    return [
        {
            "id": row.identifier,
            "text": row.text,
            "observe": row.observe,
            "must_pass": row.must_pass,
            "seen": (seen or {}).get(row.identifier, ""),
            "options": [
                (value, words, value == _chosen((marks or {}).get(row.identifier)))
                for value, words in (_levels(row.anchors) if row.kind == JUDGEMENT else STEPS)
            ],
        }
        for row in judged_rows(task)
    ]


STEPS = (("yes", "Done"), ("no", "Not done"), (NOT_SEEN, "Not seen"))


def _levels(anchors: tuple[str, ...]) -> list[tuple[str, str]]:
    return [*((str(level), f"{level}: {words}") for level, words in enumerate(anchors)), (NOT_SEEN, "Not seen")]


def _chosen(mark: Mapping[str, Any] | None) -> str:
    if mark is None:
        return ""
    if "answer" in mark:
        return str(mark["answer"])
    return NOT_SEEN if mark["level"] is None else str(mark["level"])


def marks_from(sent: QueryDict, task: TaskDefinition) -> dict[str, dict[str, Any]]:
    """The marks of a form, in the form of the journal; a row without a choice is left out, and the door names it."""
    marks: dict[str, dict[str, Any]] = {}
    for row in judged_rows(task):
        value = sent.get(f"mark-{row.identifier}", "")
        if not value:
            continue
        if row.kind == JUDGEMENT:
            level = int(value) if value.isascii() and value.isdigit() and len(value) == 1 else None
            marks[row.identifier] = {"level": level}
        else:
            marks[row.identifier] = {"answer": value}
    return marks
