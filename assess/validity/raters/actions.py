"""Writing exemplars, sessions and trainings."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from assess.ledger import actions as ledger
from assess.people.models import Account
from assess.people.queries import has_role
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.schemes.requirements import add_months
from assess.sittings.models import Sitting
from assess.validity.errors import ValidityError
from assess.validity.raters import queries
from assess.validity.raters.agreement import COEFFICIENTS, DEFAULT, Row, Threshold, compare, document_of, proposed
from assess.validity.raters.models import (
    BlindMarks,
    Exemplar,
    PanelSignature,
    Retraining,
    Training,
    TrainingSession,
)
from assess.validity.raters.sheets import Marks, SheetProblem, checked, side_by_side
from rubrics import queries as rubrics
from rubrics.definition import TaskDefinition

MONTHS = 12
"""A training holds for so long, unless whoever opens the session says otherwise."""


def propose_exemplar(
    *,
    actor_id: uuid.UUID,
    scheme_version_id: uuid.UUID,
    task: str,
    title: str,
    kind: str,
    material: str,
    reference: Marks,
    seen: Mapping[str, str],
    because: Mapping[str, str],
) -> Exemplar:
    """Put an exemplar of a task before its panel: the performance, and how it is to be marked.

    Raises
    ------
    ValidityError
        `no-such-task`; `marks` names the row of the reference that is missing or wrong; `material` where there is none.
    """
    version = SchemeVersion.objects.get(pk=scheme_version_id)
    if task not in {name for part in schemes.parts(version) for name in part.tasks}:
        raise ValidityError("no-such-task", f"The scheme has no task {task[:40]!r}.")
    if not title.strip() or not material.strip():
        raise ValidityError("material", "Give the exemplar a title, and say what is to be seen or where it lies.")
    if kind not in Exemplar.Kind.values:
        raise ValidityError("material", f"An exemplar is {', '.join(Exemplar.Kind.values)}; not {kind[:20]!r}.")
    published = rubrics.published_version(task)
    found = _filled(rubrics.definition_of(published), reference, whose="The reference")
    exemplar = Exemplar.objects.create(
        scheme_version=version,
        task=task,
        task_hash=published.content_hash,
        title=title.strip()[:200],
        kind=kind,
        material=material.strip(),
        seen={row: words for row, words in seen.items() if row in found and words.strip()},
        reference=found,
        because={row: words for row, words in because.items() if row in found and words.strip()},
        proposed_by_id=actor_id,
        proposed_at=timezone.now(),
        simulated=_made_up(actor_id),
    )
    ledger.record_row(kind="exemplar", row=exemplar)
    return exemplar


def agree_exemplar(*, actor_id: uuid.UUID, exemplar_id: uuid.UUID) -> PanelSignature:
    """Put a panel member's name under the reference of an exemplar.

    Raises
    ------
    ValidityError
        `withdrawn`; `signed` already; `marked-it` when this person was measured by it before.
    """
    exemplar = Exemplar.objects.select_for_update().get(pk=exemplar_id)
    if exemplar.withdrawn_at is not None:
        raise ValidityError("withdrawn", f"{exemplar.title} was withdrawn: {exemplar.withdrawn_because}")
    if exemplar.signatures.filter(person_id=actor_id).exists():
        raise ValidityError("signed", "Your name stands under this reference already.")
    if exemplar.blind_marks.filter(assessor_id=actor_id).exists():
        raise ValidityError("marked-it", "You marked this exemplar as an assessor; its panel is made of others.")
    signature = PanelSignature.objects.create(exemplar=exemplar, person_id=actor_id, signed_at=timezone.now())
    ledger.record_row(kind="panel_signature", row=signature)
    return signature


def withdraw_exemplar(*, actor_id: uuid.UUID, exemplar_id: uuid.UUID, because: str) -> Exemplar:
    """Take an exemplar out of use. Trainings that used it keep it.

    Raises
    ------
    ValidityError
        `withdrawn` already; `reason` where none is given.
    """
    exemplar = Exemplar.objects.select_for_update().get(pk=exemplar_id)
    if exemplar.withdrawn_at is not None:
        raise ValidityError("withdrawn", f"{exemplar.title} was withdrawn already.")
    if not because.strip():
        raise ValidityError("reason", "Say why the exemplar is withdrawn.")
    exemplar.withdrawn_by_id, exemplar.withdrawn_at = actor_id, timezone.now()
    exemplar.withdrawn_because = because.strip()
    exemplar.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
    ledger.record_row(kind="exemplar", row=exemplar)
    return exemplar


def open_session(
    *,
    actor_id: uuid.UUID,
    scheme_version_id: uuid.UUID,
    title: str,
    exemplar_ids: Sequence[uuid.UUID],
    assessor_ids: Sequence[uuid.UUID],
    sitting_id: uuid.UUID | None = None,
    thresholds: Sequence[Mapping[str, str]] = (),
    months: int = MONTHS,
) -> TrainingSession:
    """Open a training; with a sitting, the calibration hour before it.

    Raises
    ------
    ValidityError
        `no-exemplar`: none, or one that is withdrawn, of another scheme or not agreed by two; `not-an-assessor`;
        `on-the-panel`: somebody invited agreed on a reference; `threshold`; `months`; `no-such-sitting`.
    """
    exemplars = {one.pk: one for one in queries.usable_exemplars(scheme_version_id)}
    missing = [key for key in exemplar_ids if key not in exemplars]
    if missing or not exemplar_ids:
        raise ValidityError(
            "no-exemplar",
            f"Choose exemplars of this scheme that {queries.PANEL} panel members agreed on and nobody withdrew.",
        )
    if not assessor_ids:
        raise ValidityError("not-an-assessor", "Invite at least one assessor.")
    for person in assessor_ids:
        if not has_role(person, "assessor"):
            raise ValidityError(
                "not-an-assessor", f"{_name(person)} is not an assessor here. Give them the role first."
            )
        knows = next((exemplars[key] for key in exemplar_ids if queries.knows_reference(exemplars[key], person)), None)
        if knows is not None:
            sentence = f"{_name(person)} agreed on the reference of {knows.title}; choose other exemplars for them."
            raise ValidityError("on-the-panel", sentence)
    if sitting_id is not None and not Sitting.objects.filter(pk=sitting_id, scheme_version=scheme_version_id).exists():
        raise ValidityError("no-such-sitting", "This sitting is of another scheme.")
    if not 1 <= months <= 60:
        raise ValidityError("months", "A training holds for 1 to 60 months.")
    session = TrainingSession.objects.create(
        scheme_version_id=scheme_version_id,
        purpose="training" if sitting_id is None else "calibration",
        title=title.strip()[:200] or "Training",
        sitting_id=sitting_id,
        exemplars=[str(key) for key in dict.fromkeys(exemplar_ids)],
        invited=[str(key) for key in dict.fromkeys(assessor_ids)],
        threshold=[one.document() for one in _thresholds(thresholds)],
        months=months,
        opened_by_id=actor_id,
        opened_at=timezone.now(),
    )
    ledger.record_row(kind="training_session", row=session)
    return session


def mark_exemplar(*, actor_id: uuid.UUID, session_id: uuid.UUID, exemplar_id: uuid.UUID, marks: Marks) -> BlindMarks:
    """Hand in an assessor's marks of one exemplar. With the last one the software proposes what the session came to.

    Raises
    ------
    ValidityError
        `not-invited`, `closed`, `marked` already, `marks` names the row that is missing or wrong.
    """
    session = TrainingSession.objects.select_for_update().get(pk=session_id)
    if str(actor_id) not in session.invited or str(exemplar_id) not in session.exemplars:
        raise ValidityError("not-invited", "This exemplar is not before you. Ask who opened the session.")
    if session.closed_at is not None:
        raise ValidityError("closed", "This session is closed. Ask for another one.")
    if session.blind_marks.filter(assessor_id=actor_id, exemplar_id=exemplar_id).exists():
        raise ValidityError("marked", "You handed your marks of this exemplar in already.")
    exemplar = Exemplar.objects.get(pk=exemplar_id)
    handed_in = BlindMarks.objects.create(
        session=session,
        exemplar=exemplar,
        assessor_id=actor_id,
        marks=_filled(queries.task_of(exemplar), marks, whose="Your sheet"),
        handed_in_at=timezone.now(),
    )
    ledger.record_row(kind="blind_marks", row=handed_in)
    if session.blind_marks.filter(assessor_id=actor_id).count() == len(session.exemplars):
        _propose(session, actor_id)
    return handed_in


def _propose(session: TrainingSession, assessor_id: uuid.UUID) -> Training:
    """Compare what was marked for the first time with the reference; a reference that was seen before proves nothing."""
    given = list(
        session.blind_marks.filter(assessor_id=assessor_id).select_related("exemplar").order_by("handed_in_at")
    )
    earlier = queries.exemplars_marked_before(session, assessor_id)
    rows: list[Row] = []
    for one in given:
        if one.exemplar_id not in earlier:
            task = queries.task_of(one.exemplar)
            rows += side_by_side(str(one.exemplar_id), task, own=one.marks, panel=one.exemplar.reference)
    found = compare(rows)
    thresholds = [Threshold.from_document(one) for one in session.threshold]
    training = Training.objects.create(
        session=session,
        assessor_id=assessor_id,
        document=document_of(found) | {"known_before": sorted(str(key) for key in earlier)},
        proposal=proposed(found, thresholds),
        proposed_at=timezone.now(),
    )
    ledger.record_row(kind="training", row=training)
    return training


def put_in_force(*, actor_id: uuid.UUID, training_id: uuid.UUID, verdict: str, reason: str = "") -> Training:
    """Decide, as a named trainer, whether this assessor may rate; with a reason where the proposal says otherwise.

    Raises
    ------
    ValidityError
        `in-force` already; `own-training`; `verdict`; `reason`: the proposal says otherwise and no reason is given.
    """
    training = Training.objects.select_for_update(of=("self",)).select_related("session__sitting").get(pk=training_id)
    if training.verdict:
        raise ValidityError("in-force", "A trainer put a verdict in force already.")
    if training.assessor_id == actor_id:
        raise ValidityError("own-training", "Nobody decides on their own training. Another trainer does.")
    if verdict not in Training.Verdict.values:
        raise ValidityError("verdict", f"A verdict is {' or '.join(Training.Verdict.values)}.")
    agrees = {"meets the threshold": "trained", "below the threshold": "not yet"}.get(training.proposal)
    if verdict != agrees and not reason.strip():
        sentence = f"The software proposes: {training.proposal}. Say why you go by something else."
        raise ValidityError("reason", sentence)
    now = timezone.now()
    training.verdict, training.trainer_id, training.in_force_at, training.reason = (
        verdict,
        actor_id,
        now,
        reason.strip(),
    )
    if verdict == Training.Verdict.TRAINED:
        sitting = training.session.sitting
        training.valid_until = (
            add_months(now.date(), training.session.months) if sitting is None else sitting.ends_at.date()
        )
    training.save(update_fields=["verdict", "trainer", "in_force_at", "reason", "valid_until"])
    ledger.record_row(kind="training", row=training)
    return training


def close_session(*, actor_id: uuid.UUID, session_id: uuid.UUID, note: str) -> TrainingSession:
    """Close a session with a note on what was discussed.

    Raises
    ------
    ValidityError
        `closed` already; `note`: none is given.
    """
    session = TrainingSession.objects.select_for_update().get(pk=session_id)
    if session.closed_at is not None:
        raise ValidityError("closed", "This session is closed already.")
    if not note.strip():
        raise ValidityError("note", "Say what was discussed, gap by gap, or that there was none.")
    session.closed_by_id, session.closed_at, session.note = actor_id, timezone.now(), note.strip()
    session.save(update_fields=["closed_by", "closed_at", "note"])
    ledger.record_row(kind="training_session", row=session)
    return session


def ask_for_retraining(*, actor_id: uuid.UUID, training_id: uuid.UUID, because: str) -> Retraining:
    """Ask that a training no longer counts. It does until a second person confirms.

    Raises
    ------
    ValidityError
        `not-in-force`; `asked` already; `reason`.
    """
    training = Training.objects.select_for_update().get(pk=training_id)
    if training.verdict != Training.Verdict.TRAINED:
        raise ValidityError("not-in-force", "This training is not in force.")
    if Retraining.objects.filter(training=training).exists():
        raise ValidityError("asked", "Somebody asked for this already.")
    if not because.strip():
        raise ValidityError("reason", "Say what was seen that asks for a new training.")
    asked = Retraining.objects.create(
        training=training, asked_by_id=actor_id, asked_at=timezone.now(), because=because.strip()
    )
    ledger.record_row(kind="retraining", row=asked)
    return asked


def confirm_retraining(*, actor_id: uuid.UUID, retraining_id: uuid.UUID) -> Retraining:
    """Confirm, as a second person, that a training no longer counts.

    Raises
    ------
    ValidityError
        `confirmed` already; `own-request`; `own-training`.
    """
    asked = Retraining.objects.select_for_update(of=("self",)).select_related("training").get(pk=retraining_id)
    if asked.confirmed_at is not None:
        raise ValidityError("confirmed", "This is confirmed already.")
    if asked.asked_by_id == actor_id:
        raise ValidityError("own-request", "Who asked for it does not confirm it. Another trainer does.")
    if asked.training.assessor_id == actor_id:
        raise ValidityError("own-training", "Nobody decides on their own training. Another trainer does.")
    asked.confirmed_by_id, asked.confirmed_at = actor_id, timezone.now()
    asked.save(update_fields=["confirmed_by", "confirmed_at"])
    ledger.record_row(kind="retraining", row=asked)
    return asked


def _filled(task: TaskDefinition, marks: Marks, *, whose: str) -> dict[str, dict[str, Any]]:
    try:
        return checked(task, marks, whose=whose)
    except SheetProblem as problem:
        raise ValidityError("marks", str(problem)) from None


def _thresholds(given: Sequence[Mapping[str, str]]) -> Sequence[Threshold]:
    if not given:
        return DEFAULT
    try:
        found = [Threshold.from_document(one) for one in given]
    except (KeyError, ArithmeticError):
        raise ValidityError("threshold", "A threshold names a coefficient, the least value and its source.") from None
    for one in found:
        if one.coefficient not in COEFFICIENTS or not 0 < one.least <= 1 or not one.source.strip():
            raise ValidityError(
                "threshold",
                f"A threshold is one of {', '.join(COEFFICIENTS)}, above 0 and up to 1, with the source it is from.",
            )
    return found


def _made_up(person: uuid.UUID) -> bool:
    return Account.objects.filter(pk=person, simulated=True).exists()


def _name(person: uuid.UUID) -> str:
    return str(Account.objects.filter(pk=person).first() or person)
