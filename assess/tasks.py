"""Thin Celery wrappers: ids in, one act out. An outbox row names a topic; the topic names the act that follows.

A task that is sent twice finds its row settled and does nothing; a task that is never sent is found by the sweep.
"""

import time
import uuid
from collections.abc import Callable
from datetime import timedelta

import structlog
from celery import shared_task
from django.db import DatabaseError, transaction
from django.utils import timezone

from assess import door
from assess.attempts.conditions import AttemptError
from assess.attempts.engine_jobs import due_of, job_of
from assess.attempts.engine_runs import process as engine_process
from assess.attempts.models import Attempt, EngineRun
from assess.awards.reviews import queries as reviews
from assess.ledger import actions as ledger
from assess.ledger.models import Outbox
from assess.people.actions import service_account
from assess.people.queries import Actor, actor
from assess.proctoring import queries as proctoring
from assess.psychometrics.responses import ResponseError
from assess.schemes.computations import queries as computations
from assess.schemes.computations.actions import Computed as Computation
from assess.schemes.computations.models import CaseRun
from assess.validity.cut_scores.queries import cuts_of
from assess.validity.datasets import queries as datasets
from assess.validity.errors import ValidityError
from assess.validity.monitoring import looking
from assess.validity.studies.actions import Computed
from assess.validity.studies.dataset_study import Settings, study_of_bytes
from assess.validity.studies.models import StudyRun
from assess.validity.studies.steps import FREEZING, KEEPING
from simulator_adapters.energy.building import BuildingError
from simulator_adapters.energy.case_sheet import CaseSheetError
from simulator_adapters.energy.energyplus import EngineError
from simulator_adapters.energy.key_check import check_key
from simulator_adapters.energy.weather import WeatherError

TOPICS: dict[str, str] = {
    "review_awards": "awards.reviews.open_reviews",
    "score_attempt": "attempts.score_attempt",
    "offer_resits": "attempts.resits.offer_resits",
    "end_streams": "attempts.end_streams_of",
}
"""Topic of an outbox row → the act that follows. The row's ids are the act's arguments."""


LONGEST_SECTION = timedelta(minutes=5)
"""A study of which nothing was heard for so long was lost with its worker, and begins again."""


class _Stopped(Exception):
    """Somebody stopped the study."""


def _study(run_id: str) -> bool:
    """Compute a study that was asked for, outside of any transaction, so that others write meanwhile.

    Returns
    -------
    bool
        Whether the work has ended. False: another worker is at it.
    """
    run = StudyRun.objects.get(pk=run_id)
    if run.state not in StudyRun.UNDER_WAY:
        return True
    if run.state == StudyRun.State.RUNNING and run.changed_at > timezone.now() - LONGEST_SECTION:
        return False
    who = actor(service_account(name="follow-up"))

    def tell(step: str) -> None:
        noted: StudyRun = door.act(who, "validity.studies.note_study_progress", run_id=run_id, step=step)
        if noted.state not in StudyRun.UNDER_WAY:
            raise _Stopped

    try:
        tell(FREEZING)
        prepared = datasets.prepare(run.scheme_version_id)
        dataset = door.act(who, "validity.studies.freeze_for_run", run_id=run_id, prepared=prepared)
        settings = Settings(cuts_of(run.scheme_version_id))
        found = Computed(settings, study_of_bytes(datasets.body_of(dataset), settings, tell))
        tell(KEEPING)
    except _Stopped:
        return True
    except (ResponseError, ValidityError) as error:
        door.act(who, "validity.studies.end_study_run", run_id=run_id, sentence=str(error))
        return True
    except DatabaseError:
        raise
    except Exception as error:
        _log.exception("a study broke off", run=run_id)
        sentence = (
            f"The computation broke off ({type(error).__name__}). Nothing was kept; tell who runs this installation."
        )
        door.act(who, "validity.studies.end_study_run", run_id=run_id, sentence=sentence)
        return True
    door.act(who, "validity.studies.end_study_run", run_id=run_id, found=found)
    return True


def _look(scheme_version_id: str) -> bool:
    """Compute the points and the severity that are new outside of any transaction, then note them in one act."""
    who = actor(service_account(name="follow-up"))
    found = looking.look_now(uuid.UUID(scheme_version_id))
    if found is not None:
        door.act(who, "validity.monitoring.look", scheme_version_id=uuid.UUID(scheme_version_id), found=found)
    return True


def _what_was_made(attempt_id: str) -> bool:
    """Ask for runs of what a candidate handed in. Nothing is asked where a machine carried out everything already."""
    attempt = Attempt.objects.get(pk=attempt_id)
    if due_of(attempt):
        who = actor(service_account(name="follow-up"))
        door.act(who, "attempts.engine_runs.ask_for_runs", attempt_id=attempt.pk)
    return True


def _engine(run_id: str) -> bool:
    """Carry out a run outside of any transaction, devices in a process of their own; what the equipment spoils is tried again.

    Returns
    -------
    bool
        Whether the work has ended. False: another worker is at it.
    """
    who = actor(service_account(name="engine-worker"))
    told = Told(who, run_id)
    while True:
        try:
            run = door.act(who, "attempts.engine_runs.begin_run", run_id=run_id)
        except AttemptError as error:
            if error.code == "at-work":
                return False
            raise
        if run.state != EngineRun.State.RUNNING:
            return True
        made = engine_process.carry_out(job_of(run), told.step)
        door.act(who, "attempts.engine_runs.keep_run", run_id=run_id, made=made)


class Told:
    """Passes on how far a run is, at most so often as a person reads."""

    EVERY_S = 0.5

    def __init__(self, who: Actor, run_id: str) -> None:
        self._who, self._run_id, self._last = who, run_id, time.monotonic()

    def step(self, step: str, done: int, of: int) -> None:
        if time.monotonic() - self._last < self.EVERY_S:
            return
        self._last = time.monotonic()
        door.act(self._who, "attempts.engine_runs.note_step", run_id=self._run_id, step=step, done=done, of=of)


def _compute_case(run_id: str) -> bool:
    """Compute the key of a case again outside of any transaction, variant by variant; a person may stop it between two.

    Returns
    -------
    bool
        Whether the work has ended. False: another worker is at it.
    """
    run = CaseRun.objects.select_related("simulation").get(pk=run_id)
    if run.state not in CaseRun.UNDER_WAY:
        return True
    if run.state == CaseRun.State.RUNNING and run.changed_at > timezone.now() - LONGEST_SECTION:
        return False
    who = actor(service_account(name="follow-up"))

    def tell(step: str, done: int, of: int) -> None:
        said = {"run_id": run_id, "step": step, "done": done, "of": of}
        noted: CaseRun = door.act(who, "schemes.computations.note_computation", **said)
        if noted.state not in CaseRun.UNDER_WAY:
            raise _Stopped

    try:
        document = check_key(
            computations.document_of(run.simulation), folders=computations.weather_folders(), tell=tell
        )
    except _Stopped:
        return True
    except (BuildingError, CaseSheetError, EngineError, WeatherError) as error:
        door.act(who, "schemes.computations.end_computation", run_id=run_id, sentence=str(error))
        return True
    except DatabaseError:
        raise
    except Exception as error:
        _log.exception("a computation of a case broke off", run=run_id)
        sentence = (
            f"The computation broke off ({type(error).__name__}). Nothing was kept; tell who runs this installation."
        )
        door.act(who, "schemes.computations.end_computation", run_id=run_id, sentence=sentence)
        return True
    door.act(who, "schemes.computations.end_computation", run_id=run_id, found=Computation(document))
    return True


LONG: dict[str, Callable[..., bool]] = {
    "run_study": _study,
    "look_at_drift": _look,
    "run_what_was_made": _what_was_made,
    "run_engine": _engine,
    "compute_case": _compute_case,
}
"""Topic of an outbox row → work that takes long, in several acts. Done again from the start where a worker was lost."""


PATIENCE = timedelta(seconds=10)
"""How old a waiting row is before the sweep takes it that its task was lost."""
MOST_TRIES = 20
ERASED_AT_ONCE = 200

_log = structlog.get_logger(__name__)


@shared_task(name="assess.tasks.follow")  # type: ignore[untyped-decorator]  # celery is untyped
def follow(outbox_id: int) -> None:
    """Do what must follow an act, once."""
    row = Outbox.objects.filter(pk=outbox_id, done_at=None).first()
    if row is None:
        return
    if row.topic in LONG:
        if LONG[row.topic](**row.payload):
            with transaction.atomic():
                ledger.settle(outbox_id=outbox_id)
        return
    try:
        with transaction.atomic():
            door.act(actor(service_account(name="follow-up")), TOPICS[row.topic], **row.payload)
            ledger.settle(outbox_id=outbox_id)
    except DatabaseError:
        raise
    except Exception as error:
        _log.exception("what must follow was not done", topic=row.topic, outbox=outbox_id)
        with transaction.atomic():
            ledger.settle(outbox_id=outbox_id, error=f"{type(error).__name__}: {error}")


def work_outbox() -> int:
    """Do here and now whatever waits. Returns how many rows were taken up."""
    waiting = Outbox.objects.filter(topic__in=[*TOPICS, *LONG], done_at=None, tries__lt=MOST_TRIES).order_by("pk")
    ids = list(waiting.values_list("pk", flat=True))
    for outbox_id in ids:
        follow(outbox_id)
    return len(ids)


@shared_task(name="assess.tasks.erase_what_is_over")  # type: ignore[untyped-decorator]  # celery is untyped
def erase_what_is_over() -> None:
    """Erase pictures whose announced time is over. That there was one, and why it is gone, stays."""
    who = actor(service_account(name="retention"))
    for days, over in proctoring.pictures_past_their_time(timezone.now()).items():
        for start in range(0, len(over), ERASED_AT_ONCE):
            because = f"It was kept for {days} days after the sitting, as announced."
            door.act(who, "attempts.erase_media", media_ids=over[start : start + ERASED_AT_ONCE], because=because)


@shared_task(name="assess.tasks.look_at_evidence_again")  # type: ignore[untyped-decorator]  # celery is untyped
def look_at_evidence_again() -> None:
    """Open reviews of awards whose evidence fails by now: a study, an alarm, a cut, or a day that has come."""
    for version in reviews.versions_with_awards():
        if reviews.reviews_due(version):
            who = actor(service_account(name="follow-up"))
            door.act(who, "awards.reviews.open_reviews", scheme_version_id=version.pk)


@shared_task(name="assess.tasks.sweep_outbox")  # type: ignore[untyped-decorator]  # celery is untyped
def sweep_outbox() -> None:
    """Bring waiting records into the ledger, sign a checkpoint, and send again what a lost broker forgot."""
    ledger.sequence()
    ledger.checkpoint()
    lost = Outbox.objects.filter(
        topic__in=[*TOPICS, *LONG], done_at=None, tries__lt=MOST_TRIES, created_at__lt=timezone.now() - PATIENCE
    ).order_by("pk")
    for outbox_id in lost.values_list("pk", flat=True)[:200]:
        follow.delay(outbox_id)
