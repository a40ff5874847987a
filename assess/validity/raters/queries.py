"""Shared reads of exemplars, sessions and trainings."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet
from django.utils import timezone

from assess.people.models import Account
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings.models import Assignment
from assess.validity.raters.agreement import EXACT, Agreement, agreement_from
from assess.validity.raters.evidence import AssessorTraining, RaterTraining, State
from assess.validity.raters.models import BlindMarks, Exemplar, Retraining, Training, TrainingSession
from rubrics import queries as rubrics
from rubrics.definition import TaskDefinition

DUE_SOON = timedelta(days=30)
PANEL = 2
"""So many named people agree on a reference before anybody is measured by it."""


def task_of(exemplar: Exemplar) -> TaskDefinition:
    """The very version of the task that an exemplar was marked on."""
    return rubrics.definitions([exemplar.task_hash])[exemplar.task_hash]


def exemplars_of(scheme_version_id: uuid.UUID) -> QuerySet[Exemplar]:
    """Every exemplar of a scheme version with its panel, by task."""
    found = Exemplar.objects.filter(scheme_version_id=scheme_version_id).select_related("proposed_by", "withdrawn_by")
    return found.prefetch_related("signatures__person").order_by("task", "proposed_at", "pk")


def usable_exemplars(scheme_version_id: uuid.UUID) -> QuerySet[Exemplar]:
    """Exemplars that enough panel members agreed on and nobody withdrew."""
    found = exemplars_of(scheme_version_id).filter(withdrawn_at=None)
    return found.annotate(names=Count("signatures")).filter(names__gte=PANEL)


def knows_reference(exemplar: Exemplar, person_id: uuid.UUID) -> bool:
    """Whether somebody proposed or signed an exemplar's reference, and so can't be measured by it."""
    return exemplar.proposed_by_id == person_id or any(one.person_id == person_id for one in exemplar.signatures.all())


def exemplars_marked_before(session: TrainingSession, assessor_id: uuid.UUID) -> set[uuid.UUID]:
    """Exemplars of a session that this assessor marked in another one, and whose reference they have seen since."""
    earlier = BlindMarks.objects.filter(assessor_id=assessor_id, exemplar__in=session.exemplars)
    return set(earlier.exclude(session=session).values_list("exemplar_id", flat=True))


def sessions_of(scheme_version_id: uuid.UUID) -> QuerySet[TrainingSession]:
    """Trainings and calibration hours of a scheme version, the latest first."""
    found = TrainingSession.objects.filter(scheme_version_id=scheme_version_id)
    return found.select_related("opened_by", "closed_by", "sitting").order_by("-opened_at", "pk")


def session_by_id(session_id: uuid.UUID) -> TrainingSession | None:
    found = TrainingSession.objects.filter(pk=session_id)
    return found.select_related("scheme_version__scheme", "sitting", "opened_by", "closed_by").first()


def trainings_of(session: TrainingSession) -> QuerySet[Training]:
    """What a session came to, assessor by assessor."""
    found = session.trainings.select_related("assessor", "trainer", "retraining__asked_by", "retraining__confirmed_by")
    return found.order_by("assessor__family_name", "assessor__given_name", "pk")


def verdicts_waiting(scheme_version_ids: Collection[uuid.UUID], person_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """Scheme version → how many trainings and calibrations in it wait for a trainer's word, of people other than this one."""
    rows = Training.objects.filter(session__scheme_version__in=scheme_version_ids, verdict="").exclude(
        assessor=person_id
    )
    return dict(rows.values_list("session__scheme_version").annotate(count=Count("pk")).order_by())


def training_by_id(training_id: uuid.UUID) -> Training | None:
    found = Training.objects.filter(pk=training_id)
    return found.select_related("session__scheme_version__scheme", "assessor", "trainer").first()


def retraining_of(training: Training) -> Retraining | None:
    """What somebody asked for about a training and nobody has confirmed yet."""
    return Retraining.objects.filter(training=training, confirmed_at=None).first()


def retrainings_waiting(scheme_version_id: uuid.UUID) -> QuerySet[Retraining]:
    """Trainings that one person says no longer count, until a second confirms."""
    found = Retraining.objects.filter(training__session__scheme_version_id=scheme_version_id, confirmed_at=None)
    return found.select_related("training__assessor", "asked_by").order_by("asked_at", "pk")


def exemplar_by_id(exemplar_id: uuid.UUID) -> Exemplar | None:
    found = Exemplar.objects.filter(pk=exemplar_id).select_related(
        "scheme_version__scheme", "proposed_by", "withdrawn_by"
    )
    return found.prefetch_related("signatures__person").first()


def agreement_of(training: Training) -> Agreement:
    """The coefficients and rows behind a training."""
    return agreement_from(training.document)


@dataclass(frozen=True)
class Invitation:
    """A session that somebody is invited to, the exemplars they have still to mark, and what it came to."""

    session: TrainingSession
    to_mark: tuple[uuid.UUID, ...]
    training: Training | None


def invitations_of(person_id: uuid.UUID) -> list[Invitation]:
    """The sessions a person is or was invited to, those that wait for them first."""
    marked: dict[uuid.UUID, set[str]] = {}
    for key, exemplar in BlindMarks.objects.filter(assessor_id=person_id).values_list("session_id", "exemplar_id"):
        marked.setdefault(key, set()).add(str(exemplar))
    trainings = {
        one.session_id: one for one in Training.objects.filter(assessor_id=person_id).select_related("trainer")
    }
    found = []
    # JSON lists can't be searched alike on every database; sessions are few.
    for session in TrainingSession.objects.select_related("scheme_version__scheme", "sitting").order_by("-opened_at"):
        if str(person_id) in session.invited:
            done = marked.get(session.pk, set())
            left = [] if session.closed_at else [key for key in session.exemplars if key not in done]
            found.append(Invitation(session, tuple(uuid.UUID(key) for key in left), trainings.get(session.pk)))
    return sorted(found, key=lambda one: not one.to_mark)


def assigned_assessors(scheme_version_id: uuid.UUID) -> list[Account]:
    """Everybody who is or was assigned as an assessor of a task in the scheme version's sittings, by name."""
    rows = Assignment.objects.filter(
        sitting__scheme_version_id=scheme_version_id, role__startswith="assessor:", person__isnull=False
    )
    people = Account.objects.filter(pk__in=rows.values("person"))
    return list(people.order_by("family_name", "given_name", "pk"))


def training_of(scheme_version_id: uuid.UUID) -> RaterTraining:
    """The training of everybody assigned as an assessor or invited to a training of the scheme version, as it stands today."""
    assigned = {one.pk for one in assigned_assessors(scheme_version_id)}
    trainings = TrainingSession.objects.filter(pk__in=_counting_sessions(scheme_version_id), purpose="training")
    invited = {uuid.UUID(key) for one in trainings for key in one.invited}
    people = Account.objects.filter(pk__in=assigned | invited).order_by("family_name", "given_name", "pk")
    return RaterTraining(assessors=tuple(_standing(scheme_version_id, list(people), assigned)))


def training_of_person(scheme_version_id: uuid.UUID, person: Account) -> AssessorTraining:
    """The same for one person."""
    assigned = {one.pk for one in assigned_assessors(scheme_version_id)}
    return _standing(scheme_version_id, [person], assigned)[0]


def _standing(
    scheme_version_id: uuid.UUID, people: Sequence[Account], assigned: Collection[uuid.UUID]
) -> list[AssessorTraining]:
    today = timezone.now().date()
    counting = _counting_sessions(scheme_version_id)
    rows = Training.objects.filter(session__in=counting, assessor__in=people)
    by_person: dict[uuid.UUID, list[Training]] = {}
    for row in rows.select_related("session", "trainer", "retraining").order_by("proposed_at", "pk"):
        by_person.setdefault(row.assessor_id, []).append(row)
    under_way = TrainingSession.objects.filter(
        scheme_version_id=scheme_version_id, purpose=TrainingSession.Purpose.TRAINING, closed_at=None
    )
    invited = {key for one in under_way for key in one.invited}
    return [
        _one(
            person,
            by_person.get(person.pk, []),
            invited=str(person.pk) in invited,
            assigned=person.pk in assigned,
            today=today,
        )
        for person in people
    ]


def _counting_sessions(scheme_version_id: uuid.UUID) -> list[uuid.UUID]:
    """Sessions of this version, and of other versions of the scheme as long as the sheets of all their exemplars are the same."""
    version = SchemeVersion.objects.get(pk=scheme_version_id)
    now = rubrics.published_versions(task for part in schemes.parts(version) for task in part.tasks)
    same = {one.content_hash for one in now.values()}
    sessions = list(TrainingSession.objects.filter(scheme_version__scheme=version.scheme_id))
    others = {key for one in sessions if one.scheme_version_id != version.pk for key in one.exemplars}
    hashes = {str(key): found for key, found in Exemplar.objects.filter(pk__in=others).values_list("pk", "task_hash")}
    return [
        one.pk
        for one in sessions
        if one.scheme_version_id == version.pk or all(hashes.get(key) in same for key in one.exemplars)
    ]


def _one(person: Account, rows: Sequence[Training], *, invited: bool, assigned: bool, today: date) -> AssessorTraining:
    trainings = [row for row in rows if row.session.purpose == TrainingSession.Purpose.TRAINING]
    hours = [row for row in rows if row.session.purpose == TrainingSession.Purpose.CALIBRATION]
    decided = [row for row in trainings if row.verdict]
    counts = next((row for row in reversed(decided) if row.verdict == Training.Verdict.TRAINED), None)
    last = decided[-1] if decided else None
    state, sentence = _state(trainings, counts, last, invited, today)
    shown = counts or last
    coefficients = {} if shown is None else agreement_of(shown).coefficients
    return AssessorTraining(
        assessor=person.pk,
        name=str(person),
        assigned=assigned,
        state=state,
        trained_on=None if counts is None or counts.in_force_at is None else counts.in_force_at.date(),
        until=None if counts is None else counts.valid_until,
        agreement=coefficients.get(EXACT),
        coefficients=coefficients,
        trainer="" if shown is None else str(shown.trainer),
        calibrated_on=max((row.proposed_at.date() for row in hours), default=None),
        record=None if shown is None else shown.pk,
        simulated=person.simulated,
        sentence=sentence,
    )


def _state(
    trainings: Sequence[Training], counts: Training | None, last: Training | None, invited: bool, today: date
) -> tuple[State, str]:
    waits = bool(trainings) and not trainings[-1].verdict
    if counts is not None and counts is last and counts.valid_until is not None:
        until = f"{counts.valid_until:%d %b %Y}".lstrip("0")
        again = getattr(counts, "retraining", None)
        ended = "" if again is None or again.confirmed_at is None else again.because
        if waits and (ended or counts.valid_until < today):
            return State.WAITS, f"All exemplars are marked. The software proposes: {trainings[-1].proposal}."
        if ended:
            return State.RETRAIN, f"The training no longer counts: {ended}"
        if counts.valid_until < today:
            return State.EXPIRED, f"The training ended on {until}; a new one is needed."
        if counts.valid_until - today <= DUE_SOON:
            return State.DUE_SOON, f"The training holds until {until}; plan the next one."
        return State.TRAINED, f"The training holds until {until}."
    if waits:
        return State.WAITS, f"All exemplars are marked. The software proposes: {trainings[-1].proposal}."
    if last is not None:
        return State.NOT_YET, f"A trainer decided: not yet.{' ' + last.reason if last.reason else ''}"
    if invited:
        return State.MARKING, "Invited to a training; exemplars are still to be marked."
    return State.NONE, "No training of this scheme is on record."
