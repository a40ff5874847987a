"""Writing studies and cut scores."""

import uuid
from dataclasses import dataclass

from django.utils import timezone

from assess.ledger import actions as ledger
from assess.validity.datasets.queries import FrozenScores, frozen_scores
from assess.validity.errors import ValidityError
from assess.validity.report.written import Document
from assess.validity.studies.models import Study, StudyRun
from assess.validity.studies.queries import study_of


@dataclass(frozen=True)
class Computed:
    """What a study was computed from: the digest of the frozen scores, how many candidates, whether any is made up."""

    dataset_sha256: str
    candidates: int
    simulated: bool

    @classmethod
    def of(cls, frozen: FrozenScores) -> "Computed":
        return cls(frozen.sha256, len(frozen.attempts), frozen.simulated)


NO_SCORES = "There is nothing to study: no attempt of this scheme version is scored."
SECTIONS = ("responses", "ratings", "task_scores", "borderline", "parts")
"""The sections of a study, in the order in which they are computed."""


def ask_for_study(*, actor_id: uuid.UUID, scheme_version_id: uuid.UUID) -> StudyRun:
    """Have a study computed in the background. One runs at a time for a scheme version.

    Raises
    ------
    ValidityError
        `running`: one is under way already.
    """
    under_way = StudyRun.objects.filter(scheme_version_id=scheme_version_id, state__in=StudyRun.UNDER_WAY).first()
    if under_way is not None:
        raise ValidityError("running", f"A study of this scheme is under way since {under_way.asked_at:%H:%M} UTC.")
    now = timezone.now()
    run = StudyRun.objects.create(
        scheme_version_id=scheme_version_id, asked_by_id=actor_id, asked_at=now, changed_at=now
    )
    ledger.follow(topic="run_study", run_id=str(run.pk))
    return run


def note_study_progress(*, run_id: uuid.UUID, step: str) -> StudyRun:
    """Say which section is computed now."""
    run = StudyRun.objects.select_for_update().get(pk=run_id)
    if run.state in StudyRun.UNDER_WAY:
        run.done = SECTIONS.index(step) if step in SECTIONS else run.done
        run.state, run.step, run.changed_at = StudyRun.State.RUNNING, step, timezone.now()
        run.save(update_fields=["state", "step", "done", "changed_at"])
    return run


def end_study_run(
    *, run_id: uuid.UUID, found: Computed | None = None, document: Document | None = None, sentence: str = ""
) -> StudyRun:
    """Keep what a study came to, or why it failed."""
    run = StudyRun.objects.select_for_update().get(pk=run_id)
    if run.state not in StudyRun.UNDER_WAY:
        return run
    if found is not None and document is not None:
        run.study = _keep(run.asked_by_id, run.scheme_version_id, found, document)
        run.done = len(SECTIONS)
    run.state = StudyRun.State.DONE if run.study is not None else StudyRun.State.FAILED
    run.sentence, run.changed_at = sentence, timezone.now()
    run.save(update_fields=["study", "state", "done", "sentence", "changed_at"])
    return run


def run_study(*, actor_id: uuid.UUID, scheme_version_id: uuid.UUID) -> Study:
    """Freeze the latest scores of a scheme version and analyse them. The same scores give the study that is there."""
    frozen = frozen_scores(scheme_version_id)
    if not frozen.attempts:
        raise ValidityError("no-scores", NO_SCORES)
    return _keep(actor_id, scheme_version_id, Computed.of(frozen), study_of(scheme_version_id, frozen))


def _keep(actor_id: uuid.UUID, scheme_version_id: uuid.UUID, found: Computed, document: Document) -> Study:
    last = Study.objects.filter(scheme_version_id=scheme_version_id).order_by("-number").first()
    if last is not None and last.dataset_sha256 == found.dataset_sha256 and last.document == document:
        return last
    study = Study.objects.create(
        scheme_version_id=scheme_version_id,
        number=1 if last is None else last.number + 1,
        dataset_sha256=found.dataset_sha256,
        candidates=found.candidates,
        simulated=found.simulated,
        document=document,
        run_by_id=actor_id,
        run_at=timezone.now(),
    )
    ledger.record_row(kind="study", row=study)
    return study
