"""Shared reads of the rubrics."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from rubrics.definition import TaskDefinition
from rubrics.errors import RubricError
from rubrics.models import TaskVersion


def published_version(identifier: str) -> TaskVersion:
    """Give the latest published version of a task, or raise `RubricError` (code `not_found`)."""
    version = _published().filter(task__identifier=identifier).order_by("-number").first()
    if version is None:
        raise RubricError("not_found", f"Task {identifier} has no published version; review and publish one.")
    return version


def published_versions(identifiers: Iterable[str]) -> dict[str, TaskVersion]:
    """Give the latest published version per identifier; one without any is absent from the answer."""
    found = _published().filter(task__identifier__in=list(identifiers)).order_by("number")
    return {version.task.identifier: version for version in found}


def definitions(hashes: Iterable[str]) -> dict[str, TaskDefinition]:
    """Give the definitions of these content hashes by hash, or raise `RubricError` (code `not_found`)."""
    wanted = list(hashes)
    found = {row.content_hash: definition_of(row) for row in TaskVersion.objects.filter(content_hash__in=wanted)}
    if missing := [digest for digest in wanted if digest not in found]:
        raise RubricError("not_found", f"No task has the content hash {missing[0]}; it was never imported here.")
    return found


def definition_of(version: TaskVersion) -> TaskDefinition:
    """Read the frozen definition that a version stores."""
    return TaskDefinition.from_document(version.document)


def _published() -> QuerySet[TaskVersion]:
    return TaskVersion.objects.filter(state=TaskVersion.State.PUBLISHED).select_related("task")
