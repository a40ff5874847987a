"""Writing studies and the runs that lead to them."""

import uuid
from dataclasses import dataclass

from django.db.models import Max
from django.utils import timezone

from assess.ledger import actions as ledger
from assess.validity.cut_scores.queries import cuts_of
from assess.validity.datasets import actions as datasets
from assess.validity.datasets.models import Dataset
from assess.validity.datasets.queries import Prepared, body_of
from assess.validity.errors import ValidityError
from assess.validity.report.written import Document
from assess.validity.studies.dataset_study import Settings, document_sha256, study_of_bytes
from assess.validity.studies.models import Study, StudyRun
from assess.validity.studies.steps import STEPS, place_of


@dataclass(frozen=True, eq=False)
class Computed:
    """A document that was computed from a dataset under these settings."""

    settings: Settings
    document: Document

    def __repr__(self) -> str:
        return f"<computed {document_sha256(self.document)}>"


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


def stop_study(*, actor_id: uuid.UUID, run_id: uuid.UUID) -> StudyRun:
    """Stop a study that is under way. It ends before its next step; nothing of it is kept but the frozen data.

    Raises
    ------
    ValidityError
        `over`: it is not under way any more.
    """
    run = StudyRun.objects.select_for_update().get(pk=run_id)
    if run.state not in StudyRun.UNDER_WAY:
        raise ValidityError("over", "This study is not under way any more.")
    run.state, run.stopped_by_id, run.changed_at = StudyRun.State.STOPPED, actor_id, timezone.now()
    run.save(update_fields=["state", "stopped_by", "changed_at"])
    return run


def note_study_progress(*, run_id: uuid.UUID, step: str) -> StudyRun:
    """Say what is computed now. A run that somebody stopped stays stopped."""
    run = StudyRun.objects.select_for_update().get(pk=run_id)
    if run.state in StudyRun.UNDER_WAY:
        place = place_of(step)
        run.done = run.done if place is None else place
        run.state, run.step, run.changed_at = StudyRun.State.RUNNING, step, timezone.now()
        run.save(update_fields=["state", "step", "done", "changed_at"])
    return run


def freeze_for_run(*, run_id: uuid.UUID, prepared: Prepared) -> Dataset:
    """Keep the data of a run in the name of the person who asked for it."""
    run = StudyRun.objects.select_for_update().get(pk=run_id)
    run.dataset = datasets.keep_dataset(actor_id=run.asked_by_id, prepared=prepared)
    run.save(update_fields=["dataset"])
    return run.dataset


def end_study_run(*, run_id: uuid.UUID, found: Computed | None = None, sentence: str = "") -> StudyRun:
    """Keep what a study came to, or why it failed."""
    run = StudyRun.objects.select_for_update().get(pk=run_id)
    if run.state not in StudyRun.UNDER_WAY:
        return run
    if found is not None and run.dataset is not None:
        run.study = _keep(run.asked_by_id, run.dataset, found)
        run.done = len(STEPS)
    run.state = StudyRun.State.DONE if run.study is not None else StudyRun.State.FAILED
    run.sentence, run.changed_at = sentence, timezone.now()
    run.save(update_fields=["study", "state", "done", "sentence", "changed_at"])
    return run


def run_study(*, actor_id: uuid.UUID, scheme_version_id: uuid.UUID) -> Study:
    """Freeze the latest scores of a scheme version and analyse them. The same scores give the study that is there."""
    dataset = datasets.freeze_scores(actor_id=actor_id, scheme_version_id=scheme_version_id)
    settings = Settings(cuts_of(scheme_version_id))
    return _keep(actor_id, dataset, Computed(settings, study_of_bytes(body_of(dataset), settings)))


def keep_study(*, actor_id: uuid.UUID, dataset_id: uuid.UUID, found: Computed) -> Study:
    """Keep a study of a dataset that was computed outside of any transaction."""
    return _keep(actor_id, Dataset.objects.get(pk=dataset_id), found)


def _keep(actor_id: uuid.UUID, dataset: Dataset, found: Computed) -> Study:
    made_of = document_sha256(found.document)
    earlier = Study.objects.filter(scheme_version_id=dataset.scheme_version_id)
    last = earlier.order_by("-number").first()
    if last is not None and last.dataset_id == dataset.pk and last.document_sha256 == made_of:
        return last
    study = Study.objects.create(
        scheme_version_id=dataset.scheme_version_id,
        number=(earlier.aggregate(last=Max("number"))["last"] or 0) + 1,
        dataset=dataset,
        dataset_sha256=dataset.sha256,
        candidates=dataset.attempts,
        simulated=dataset.simulated,
        settings=found.settings.document(),
        document=found.document,
        document_sha256=made_of,
        run_by_id=actor_id,
        run_at=timezone.now(),
    )
    ledger.record_row(kind="study", row=study)
    return study
