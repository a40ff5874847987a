"""Assessors mark exemplars blind; a panel agreed on the reference; a trainer decides. Nothing of it can be changed unseen."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from assess import door
from assess.ledger import actions as ledger
from assess.ledger.queries import compare
from assess.management.world.raters import train_assessors
from assess.people.queries import actor
from assess.schemes.models import SchemeVersion
from assess.validity.errors import ValidityError
from assess.validity.raters import queries
from assess.validity.raters.evidence import State
from assess.validity.raters.models import BlindMarks, Exemplar, Retraining, Training, TrainingSession
from assess.validity.raters.sheets import judged_rows
from rubrics.models import TaskVersion
from rubrics.queries import definition_of, published_version
from tests.attempts.centre import Centre, built, centre

__all__ = ["built", "centre"]
TASKS = ("PT-ECW-1", "PT-ECW-2", "PT-ECW-3")


def reference(task):
    return {
        row.identifier: {"level": 2} if row.kind == "judgement" else {"answer": "yes"}
        for row in judged_rows(definition_of(published_version(task)))
    }


def exemplar(centre: Centre, task="PT-ECW-1", *, agreed=True, **changes) -> Exemplar:
    asked = {
        "scheme_version_id": centre.version.pk,
        "task": task,
        "title": f"{task} on film",
        "kind": "clip",
        "material": "recording 12 on the centre's shelf",
        "reference": reference(task),
        "seen": {},
        "because": {},
    }
    made = door.act(actor(centre.people.director), "validity.raters.propose_exemplar", **{**asked, **changes})
    if agreed:
        for member in (centre.people.reviewer, centre.people.approvers[0]):
            door.act(actor(member), "validity.raters.agree_exemplar", exemplar_id=made.pk)
    return made


def session(centre: Centre, *exemplars: Exemplar, people=None, **more) -> TrainingSession:
    return door.act(
        actor(centre.people.director),
        "validity.raters.open_session",
        scheme_version_id=centre.version.pk,
        title="Training in spring",
        exemplar_ids=[one.pk for one in exemplars],
        assessor_ids=[one.pk for one in people or centre.people.assessors[:1]],
        **more,
    )


def mark(person, opened, one, **changes) -> BlindMarks:
    marks = {**one.reference, **changes}
    return door.act(
        actor(person), "validity.raters.mark_exemplar", session_id=opened.pk, exemplar_id=one.pk, marks=marks
    )


def decide(person, training, verdict="trained", reason=""):
    asked = {"training_id": training.pk, "verdict": verdict, "reason": reason}
    return door.act(actor(person), "validity.raters.put_in_force", **asked)


def trained(centre: Centre) -> Training:
    """Somebody who marked six exemplars as the panel did."""
    shown = [exemplar(centre, task) for task in TASKS for _ in range(2)]
    opened = session(centre, *shown)
    for one in shown:
        mark(centre.people.assessors[0], opened, one)
    return decide(centre.people.approvers[1], Training.objects.get())


@pytest.mark.slow
def test_an_assessor_who_marks_as_the_panel_did_is_trained_for_a_year(centre: Centre) -> None:
    training = trained(centre)
    assert training.proposal == "meets the threshold"
    (standing,) = queries.training_of(centre.version.pk).assessors
    assert (standing.state, standing.assessor) == (State.TRAINED, centre.people.assessors[0].pk)
    assert standing.agreement is not None
    assert standing.agreement.in_words() == "1.00 (95 % interval 0.93 to 1.00, n = 50)"
    assert standing.trained_on == timezone.now().date()
    assert standing.until == training.valid_until
    assert 365 <= (training.valid_until - standing.trained_on).days <= 366
    assert standing.trainer == str(centre.people.approvers[1])
    assert queries.training_of(centre.version.pk).complete
    # The judgements never vary, so their kappa says that it can't be computed.
    assert not standing.coefficients["kappa of the judgements, quadratic weights"].sufficient


@pytest.mark.slow
def test_few_rows_are_not_enough_evidence_and_a_trainer_says_why_it_is_enough_after_all(centre: Centre) -> None:
    one = exemplar(centre)
    mark(centre.people.assessors[0], session(centre, one), one)
    training = Training.objects.get()
    assert training.proposal == "not enough evidence"
    with pytest.raises(ValidityError, match="Say why you go by something else"):
        decide(centre.people.director, training)
    decide(centre.people.director, training, reason="Assessed here for nine years; marked beside me on two days.")
    assert queries.training_of(centre.version.pk).assessors[0].in_force


@pytest.mark.slow
def test_marks_far_from_the_panel_are_below_the_threshold(centre: Centre) -> None:
    shown = [exemplar(centre, task) for task in TASKS for _ in range(2)]
    opened = session(centre, *shown)
    for one in shown:
        wrong = {row: {"level": 0} if "level" in seen else {"answer": "no"} for row, seen in one.reference.items()}
        mark(centre.people.assessors[0], opened, one, **dict(list(wrong.items())[:4]))
    training = Training.objects.get()
    assert training.proposal == "below the threshold"
    assert len(queries.agreement_of(training).to_discuss) == 24
    decide(centre.people.director, training, "not yet")
    found = queries.training_of(centre.version.pk)
    assert [one.state for one in found.assessors] == [State.NOT_YET]
    assert not found.complete


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"task": "PT-PVS-1"}, "no-such-task"),
        ({"material": " "}, "material"),
        ({"kind": "rumour"}, "material"),
        ({"reference": {}}, "marks"),
        ({"reference": {"X": {"answer": "yes"}}}, "marks"),
    ],
)
def test_an_exemplar_names_its_task_its_material_and_every_row(centre: Centre, changes, code) -> None:
    with pytest.raises(ValidityError) as refused:
        exemplar(centre, **changes)
    assert refused.value.code == code


def test_a_reference_takes_two_names_and_its_panel_is_never_measured_by_it(centre: Centre) -> None:
    one = exemplar(centre, agreed=False)
    with pytest.raises(ValidityError, match="that 2 panel members agreed on"):
        session(centre, one)
    for member in (centre.people.assessors[1], centre.people.reviewer):
        door.act(actor(member), "validity.raters.agree_exemplar", exemplar_id=one.pk)
    with pytest.raises(ValidityError, match="stands under this reference already"):
        door.act(actor(centre.people.reviewer), "validity.raters.agree_exemplar", exemplar_id=one.pk)
    with pytest.raises(ValidityError, match="agreed on the reference of PT-ECW-1 on film"):
        session(centre, one, people=[centre.people.assessors[1]])
    opened = session(centre, one)
    mark(centre.people.assessors[0], opened, one)
    with pytest.raises(ValidityError, match="You marked this exemplar as an assessor"):
        door.act(actor(centre.people.assessors[0]), "validity.raters.agree_exemplar", exemplar_id=one.pk)


def test_a_sheet_is_handed_in_whole_once_and_by_the_invited_only(centre: Centre) -> None:
    one = exemplar(centre)
    opened = session(centre, one)
    anna, other = centre.people.assessors[:2]
    with pytest.raises(ValidityError, match="This exemplar is not before you"):
        mark(other, opened, one)
    with pytest.raises(ValidityError, match=r"Your sheet: PT-ECW-1.01 has no mark"):
        door.act(actor(anna), "validity.raters.mark_exemplar", session_id=opened.pk, exemplar_id=one.pk, marks={})
    mark(anna, opened, one)
    with pytest.raises(ValidityError, match="handed your marks of this exemplar in already"):
        mark(anna, opened, one)
    door.act(
        actor(centre.people.director), "validity.raters.withdraw_exemplar", exemplar_id=one.pk, because="Film lost."
    )
    with pytest.raises(ValidityError, match="nobody withdrew"):
        session(centre, one)


def test_what_was_marked_before_proves_nothing_the_second_time(centre: Centre) -> None:
    one = exemplar(centre)
    mark(centre.people.assessors[0], session(centre, one), one)
    mark(centre.people.assessors[0], session(centre, one), one)
    second = Training.objects.order_by("proposed_at").last()
    assert second is not None
    assert second.document["known_before"] == [str(one.pk)]
    assert second.proposal == "not enough evidence"
    assert queries.agreement_of(second).rows == ()


@pytest.mark.slow
def test_a_training_ends_and_is_announced_before(centre: Centre) -> None:
    training = trained(centre)
    today = timezone.now().date()
    for days, state in ((20, State.DUE_SOON), (-1, State.EXPIRED)):
        Training.objects.filter(pk=training.pk).update(valid_until=today + timedelta(days=days))
        assert queries.training_of(centre.version.pk).assessors[0].state == state


@pytest.mark.slow
def test_a_training_ceases_by_the_word_of_two(centre: Centre) -> None:
    training = trained(centre)
    because = "Two levels below the others on three days."
    director, approver = actor(centre.people.director), actor(centre.people.approvers[0])
    asked = door.act(director, "validity.raters.ask_for_retraining", training_id=training.pk, because=because)
    assert queries.training_of(centre.version.pk).assessors[0].in_force
    with pytest.raises(ValidityError, match="Who asked for it does not confirm it"):
        door.act(director, "validity.raters.confirm_retraining", retraining_id=asked.pk)
    door.act(approver, "validity.raters.confirm_retraining", retraining_id=asked.pk)
    (standing,) = queries.training_of(centre.version.pk).assessors
    assert (standing.state, standing.sentence) == (State.RETRAIN, f"The training no longer counts: {because}")
    with pytest.raises(IntegrityError), transaction.atomic():
        Retraining.objects.update(confirmed_by=centre.people.director)


def test_nobody_decides_on_their_own_training(centre: Centre) -> None:
    one = exemplar(centre)
    mark(centre.people.assessors[0], session(centre, one), one)
    with pytest.raises(IntegrityError), transaction.atomic():
        Training.objects.update(
            verdict="trained", trainer=centre.people.assessors[0], in_force_at=timezone.now(), valid_until="2030-01-01"
        )
    with pytest.raises(door.Forbidden):
        decide(centre.people.assessors[1], Training.objects.get())


def test_a_calibration_hour_is_the_same_record_and_no_training(centre: Centre) -> None:
    one = exemplar(centre)
    hour = session(centre, one, sitting_id=centre.sitting.pk)
    mark(centre.people.assessors[0], hour, one)
    with pytest.raises(ValidityError, match="Say what was discussed"):
        door.act(actor(centre.people.director), "validity.raters.close_session", session_id=hour.pk, note="")
    door.act(actor(centre.people.director), "validity.raters.close_session", session_id=hour.pk, note="No gap.")
    standing = queries.training_of_person(centre.version.pk, centre.people.assessors[0])
    assert (standing.state, standing.calibrated_on) == (State.NONE, timezone.now().date())
    director, assessor = centre.people.director, centre.people.assessors[0]
    assert queries.verdicts_waiting([centre.version.pk], director.pk) == {centre.version.pk: 1}
    assert queries.verdicts_waiting([centre.version.pk], assessor.pk) == {}
    browser = Client()
    browser.force_login(director)
    assert "training or calibration waits for a trainer" in browser.get("/director/").content.decode()
    assert standing.agreement is None
    with pytest.raises(ValidityError, match="This session is closed"):
        mark(centre.people.assessors[0], hour, one)


@pytest.mark.slow
def test_a_training_holds_for_the_next_version_of_the_scheme_while_its_sheets_are_the_same(centre: Centre) -> None:
    trained(centre)
    following = SchemeVersion.objects.get(pk=centre.version.pk)
    following.pk, following.version, following.number, following.content_hash = uuid.uuid4(), "99", 99, "f" * 64
    following._state.adding = True
    following.save()
    assert queries.training_of(following.pk).complete
    TaskVersion.objects.filter(task__identifier="PT-ECW-2").update(content_hash="e" * 64)
    assert not queries.training_of(following.pk).complete


@pytest.mark.slow
def test_an_assigned_assessor_without_training_is_named(centre: Centre) -> None:
    trained(centre)
    untrained = centre.people.assessors[1]
    centre.assign(centre.post("assessor:1", untrained))
    found = queries.training_of(centre.version.pk)
    assert found.sentence == f"1 of 1 assigned assessors have no training in force: {untrained}."
    assert (found.complete, [one.name for one in found.lacking]) == (False, [str(untrained)])


@pytest.mark.slow
def test_a_change_behind_our_back_is_found_by_the_ledger(centre: Centre) -> None:
    training = trained(centre)
    ledger.sequence()
    assert compare()[1] == []
    one = Exemplar.objects.order_by("pk").first()
    marks = BlindMarks.objects.order_by("pk").first()
    assert one is not None
    assert marks is not None
    for row, change in (
        (training, {"document": {**training.document, "known_before": ["x"]}}),
        (training, {"reason": "later"}),
        (one, {"reference": {}}),
        (marks, {"marks": {}}),
    ):
        before = {name: getattr(row, name) for name in change}
        type(row).objects.filter(pk=row.pk).update(**change)
        assert [str(row.pk) in str(difference) for difference in compare()[1]] == [True], change
        type(row).objects.filter(pk=row.pk).update(**before)


@pytest.mark.slow
def test_the_made_up_centre_trains_everybody_and_says_that_it_is_made_up(centre: Centre) -> None:
    train_assessors(centre.people, centre.version)
    found = queries.training_of(centre.version.pk)
    assert found.complete
    assert {one.assessor for one in found.assessors} == {one.pk for one in centre.people.assessors}
    assert all(one.simulated for one in found.assessors)
    assert Exemplar.objects.filter(simulated=True).count() == Exemplar.objects.count() > 0
