"""Shared reads of the rubrics."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

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
    return {digest: _definition(digest) for digest in hashes}


@lru_cache(maxsize=256)
def _definition(digest: str) -> TaskDefinition:
    # The key is the hash of an immutable document, so a cached definition is never out of date.
    row = TaskVersion.objects.filter(content_hash=digest).first()
    if row is None:
        raise RubricError("not_found", f"No task has the content hash {digest}; it was never imported here.")
    return definition_of(row)


def definition_of(version: TaskVersion) -> TaskDefinition:
    """Read the frozen definition that a version stores."""
    return TaskDefinition.from_document(version.document)


def _published() -> QuerySet[TaskVersion]:
    return TaskVersion.objects.filter(state=TaskVersion.State.PUBLISHED).select_related("task")
