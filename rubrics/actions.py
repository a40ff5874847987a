"""The only writers of the rubrics' tables."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from rubrics.definition import TaskDefinition, content_hash
from rubrics.errors import RubricError
from rubrics.lifecycle import next_state
from rubrics.models import Task, TaskReview, TaskVersion


@transaction.atomic
def import_task(*, definition: TaskDefinition, actor_id: UUID) -> tuple[TaskVersion, bool]:
    """Store a task as a draft version; the same content again gives the version that is there.

    Returns
    -------
    tuple
        The version, and whether it is new.
    """
    document = definition.to_document()
    digest = content_hash(document)
    known = TaskVersion.objects.filter(content_hash=digest).select_related("task").first()
    if known is not None:
        return known, False
    task, _ = Task.objects.get_or_create(identifier=definition.identifier)
    last = task.versions.aggregate(last=Max("number"))["last"] or 0
    version = TaskVersion.objects.create(
        task=task,
        number=last + 1,
        document=document,
        content_hash=digest,
        sample=definition.status != "operational",
        imported_by=actor_id,
        imported_at=timezone.now(),
    )
    return version, True


@transaction.atomic
def review_task(*, version_id: int, actor_id: UUID, accepted: bool, comment: str) -> TaskReview:
    """Record a verdict on a draft version; whoever imported it cannot be its reviewer.

    Raises
    ------
    RubricError
        `two_people`, `comment`, `state` or `not_found`.
    """
    version = _version(version_id)
    if version.imported_by == actor_id:
        raise RubricError("two_people", f"{version} was imported by the same person; let another person review it.")
    if not comment.strip():
        raise RubricError("comment", f"The review of {version} says nothing; write what was checked.")
    if version.state != TaskVersion.State.DRAFT:
        raise RubricError("state", f"{version} is {version.state}; only a draft is reviewed.")
    verdict = TaskReview.Verdict.ACCEPTED if accepted else TaskReview.Verdict.CHANGES_WANTED
    return TaskReview.objects.create(
        version=version, reviewer=actor_id, verdict=verdict, comment=comment.strip(), at=timezone.now()
    )


@transaction.atomic
def publish_task(*, version_id: int) -> TaskVersion:
    """Publish a draft whose latest review accepted it.

    Raises
    ------
    RubricError
        `not_reviewed`, `state` or `not_found`.
    """
    version = _version(version_id)
    state = next_state(version.state, "publish")
    latest = version.reviews.last()
    if latest is None or latest.verdict != TaskReview.Verdict.ACCEPTED:
        raise RubricError("not_reviewed", f"{version} has no accepting review as its latest; have it reviewed first.")
    version.state = state
    version.save(update_fields=["state"])
    return version


def _version(version_id: int) -> TaskVersion:
    version = TaskVersion.objects.select_for_update().select_related("task").filter(pk=version_id).first()
    if version is None:
        raise RubricError("not_found", f"There is no task version {version_id}; list the versions and choose one.")
    return version
