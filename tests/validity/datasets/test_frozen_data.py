"""Frozen data and the studies of them, in the database: random names, the same bytes, exclusions, and a person's erasure."""

import json
import uuid
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from assess import door, tasks
from assess.attempts.journal.inspection import inspect_journal
from assess.attempts.journal.writer import writer
from assess.attempts.models import Attempt, Entry, Registration, Score
from assess.ledger import actions as ledger
from assess.ledger.canonical import canonical
from assess.ledger.queries import compare
from assess.people.actions import PeopleError
from assess.people.models import Account, Erasure
from assess.proctoring.models import Incident
from assess.validity.cut_scores.models import CutScore
from assess.validity.datasets import queries as datasets
from assess.validity.datasets.models import Dataset, Exclusion, LocalName
from assess.validity.errors import ValidityError
from assess.validity.studies import queries as studies
from assess.validity.studies.models import Study, StudyRun
from tests.snapshots import as_built
from tests.web.lived_centre import Lived, live_a_sitting


@pytest.fixture
def centre(transactional_db: None) -> Iterator[Lived]:
    found = as_built("lived", live_a_sitting)
    for cut in CutScore.objects.all():  # the scene put one back without an act
        ledger.record_row(kind="cut", row=cut)
    yield found
    writer.stop()


def run_study(centre: Lived) -> Study:
    study: Study = door.act(
        centre.people.acts_as(centre.people.director), "validity.studies.run_study", scheme_version_id=centre.version.pk
    )
    return study


def sound() -> list[str]:
    """What `verify_ledger` would name."""
    ledger.sequence()
    return [one.sentence for one in (*compare()[1], *inspect_journal()[1])]


def everything() -> str:
    """Every column of every row as text, bytes decompressed where they are frozen data."""
    told = []
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            told += [str(value) for row in cursor.fetchall() for value in row if isinstance(value, str)]
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            told += [bytes(v).decode("latin-1") for row in cursor.fetchall() for v in row if isinstance(v, bytes)]
    told += [datasets.body_of(one).decode() for one in Dataset.objects.all()]
    return "\n".join(told)


@pytest.mark.slow
def test_a_study_is_kept_with_the_bytes_it_was_made_from_and_comes_out_the_same_again(centre: Lived) -> None:
    study = run_study(centre)
    body = datasets.body_of(study.dataset)
    assert json.loads(body)["format"] == study.dataset.format == "assayer-dataset/1"
    assert study.document["sources"] == [{"name": "dataset", "sha256": study.dataset.sha256}]
    assert study.settings["seed"] == study.document["seed"] and "assayer" in study.settings["software"]
    assert {"ECW-K", "overall"} <= set(study.settings["cuts"])
    assert studies.again(study).same
    # nothing changed: the same study stands, and no second dataset is kept
    assert run_study(centre).pk == study.pk
    assert Dataset.objects.count() == 1
    assert sound() == []


@pytest.mark.slow
def test_names_in_a_dataset_are_random_and_tell_no_order(centre: Lived) -> None:
    study = run_study(centre)
    contents = datasets.contents_of(study.dataset)
    names = [one.name for one in contents.attempts]
    assert names == sorted(names) and len(set(names)) == len(centre.attempts)
    body = datasets.body_of(study.dataset).decode()
    for attempt in Attempt.objects.select_related("registration__candidate"):
        person = attempt.registration.candidate
        for told in (str(attempt.pk), str(person.pk), person.email, person.family_name):
            assert told not in body
    of_attempts = LocalName.objects.filter(attempt__isnull=False).order_by("pk").values_list("name", flat=True)
    assert list(of_attempts) == sorted(of_attempts)
    assert LocalName.objects.filter(assessor__isnull=False).exists()
    points = {one.name: dict(one.items) for one in contents.attempts}
    score = Score.objects.order_by("-number").first()
    assert score is not None
    name = LocalName.objects.get(attempt=score.attempt_id).name
    scored = {item["item"]: item["points"] for item in score.document["items"] if item["scored"]}
    assert {contents.items[column].identifier: value for column, value in points[name].items()} == scored


@pytest.mark.slow
def test_who_is_left_out_and_why_stands_in_the_data_and_in_the_study(centre: Lived) -> None:
    director = centre.people.acts_as(centre.people.director)
    left_out, unscored, unsealed = centre.attempts[:3]
    with pytest.raises(ValidityError, match="Say in a sentence why"):
        door.act(director, "validity.datasets.exclude_attempt", attempt_id=left_out.pk, reason="technical", words=" ")
    exclusion = door.act(
        director,
        "validity.datasets.exclude_attempt",
        attempt_id=left_out.pk,
        reason="technical",
        words="The bench lost its power for twenty minutes.",
    )
    with transaction.atomic():
        Score.objects.filter(attempt=unscored.pk).delete()
        Attempt.objects.filter(pk=unsealed.pk).update(state="open")
    frozen = datasets.contents_of(
        door.act(director, "validity.datasets.freeze_scores", scheme_version_id=centre.version.pk)
    )
    assert {(one.reason, one.attempts) for one in frozen.left_out} == {
        ("technical", 1),
        ("no-score", 1),
        ("not-sealed", 1),
    }
    assert next(one for one in frozen.left_out if one.reason == "technical").records == (str(exclusion.pk),)
    assert len(frozen.attempts) == len(centre.attempts) - 3
    study = run_study(centre)
    assert study.dataset.excluded == 3
    assert {one["reason"]: one["by"] for one in study.document["data"]["left_out"]} == {
        "technical": "named people",
        "no-score": "rule",
        "not-sealed": "rule",
    }
    door.act(director, "validity.datasets.lift_exclusion", exclusion_id=exclusion.pk)
    again = door.act(director, "validity.datasets.freeze_scores", scheme_version_id=centre.version.pk)
    assert (again.number, again.excluded) == (2, 2)
    assert Exclusion.objects.get().lifted_by_id == director.id


@pytest.mark.slow
@pytest.mark.parametrize("column", ["sha256", "packed", "attempts"])
def test_a_change_of_frozen_data_is_found_by_the_ledger(centre: Lived, column: str) -> None:
    study = run_study(centre)
    assert sound() == []
    other = {"sha256": "0" * 64, "packed": b"nothing", "attempts": 5}
    Dataset.objects.filter(pk=study.dataset_id).update(**{column: other[column]})
    assert len(sound()) == 1 and "assess_dataset" in sound()[0]


@pytest.mark.slow
def test_erasing_a_person_leaves_bytes_study_and_ledger_as_they_were(centre: Lived) -> None:
    director, approver = centre.people.director, centre.people.approvers[0]
    person = Attempt.objects.get(pk=centre.attempts[0].pk).registration.candidate
    Account.objects.filter(pk=person.pk).update(family_name="Unverwechselbar", given_name="Quirina")
    person.refresh_from_db()
    study = run_study(centre)
    body, document = datasets.body_of(study.dataset), canonical(study.document)
    met = [one for one in Registration.objects.get(candidate=person).requirements if one["by"]]
    number = met[0]["by"][0].split(" ", 1)[1]
    told = "Unverwechselbar"
    incident = noticed(centre, centre.attempts[0].pk, f"{told} had a telephone.")
    entry = Entry.objects.filter(stream__subject=centre.attempts[0].pk, kind="comment").first()
    assert told in everything() and sound() == []

    act = door.act
    with pytest.raises(PeopleError, match="without the person's name"):
        act(
            centre.people.acts_as(director),
            "people.propose_erasure",
            account_id=person.pk,
            ground=f"{told} asked for it.",
        )
    erasure = act(
        centre.people.acts_as(director),
        "people.propose_erasure",
        account_id=person.pk,
        ground="The person asked for it in writing on 3 November 2026.",
    )
    with pytest.raises(PeopleError, match="Erasing takes two"):
        act(centre.people.acts_as(director), "people.erase_person", erasure_id=erasure.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.filter(pk=erasure.pk).update(done_by=director, done_at="2026-11-26T00:00:00Z")
    done = act(centre.people.acts_as(approver), "people.erase_person", erasure_id=erasure.pk)

    assert done.counts["names in datasets"] == 1 and done.counts["words in journals"] > 0
    left = everything()
    for words in (told, person.email, "Quirina", number):
        assert words not in left
    assert entry is None or json.loads(Entry.objects.get(pk=entry.pk).payload)["text"] == ""
    assert not LocalName.objects.filter(attempt__registration__candidate=person).exists()
    study.refresh_from_db()
    assert datasets.body_of(Dataset.objects.get(pk=study.dataset_id)) == body
    assert canonical(study.document) == document
    assert studies.again(study).same
    assert sound() == []
    incident.refresh_from_db()
    assert incident.words == "Erased with the person." and incident.state == "closed"
    call_command("verify_ledger", stdout=StringIO())
    # from now on the person is in no new data
    frozen = datasets.gather(centre.version.pk)
    assert len(frozen.rows) == len(centre.attempts) - 1
    assert [(one.reason, one.attempts) for one in frozen.left_out] == [("erased", 1)]


def noticed(centre: Lived, attempt_id: uuid.UUID, words: str) -> Incident:
    """Something that a proctor noticed and a director found to be nothing."""
    proctor, director = centre.people.proctors[0], centre.people.director
    raised = {"attempt_id": attempt_id, "kind": "integrity", "words": words}
    incident: Incident = door.act(centre.people.acts_as(proctor), "proctoring.raise_incident", **raised)
    found = {"incident_id": incident.pk, "finding": "nothing", "words": words}
    door.act(centre.people.acts_as(director), "proctoring.review_incident", **found)
    return incident


@pytest.mark.slow
def test_words_of_an_entry_that_only_claims_to_be_erased_are_missed(centre: Lived) -> None:
    entry = Entry.objects.filter(kind="mark").first()
    assert entry is not None and inspect_journal()[1] == []
    payload = canonical({**json.loads(entry.payload), "erased": True}).decode()
    Entry.objects.filter(pk=entry.pk).update(payload=payload)
    assert "was changed" in inspect_journal()[1][0].sentence


def asked(centre: Lived) -> StudyRun:
    run: StudyRun = door.act(
        centre.people.acts_as(centre.people.director),
        "validity.studies.ask_for_study",
        scheme_version_id=centre.version.pk,
    )
    return run


@pytest.mark.slow
def test_a_run_tells_every_step_and_keeps_its_study_in_the_name_of_who_asked(
    centre: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, steps, original = asked(centre), [], door.act

    def listen(who: Any, name: str, **arguments: Any) -> Any:
        if name == "validity.studies.note_study_progress":
            steps.append(arguments["step"])
        return original(who, name, **arguments)

    monkeypatch.setattr(door, "act", listen)
    tasks.work_outbox()
    run.refresh_from_db()
    assert (run.state, run.study is not None) == ("done", True)
    assert run.study is not None and run.study.run_by_id == centre.people.director.pk
    assert run.dataset is not None and run.dataset.frozen_by_id == centre.people.director.pk
    assert steps[0] == "freezing the scores" and steps[-1] == "keeping the study"
    assert {"responses: fit", "responses: groups", "ratings: many-facet model", "sittings"} <= set(steps)


@pytest.mark.slow
def test_a_study_that_is_stopped_ends_before_its_next_step(centre: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    run, original = asked(centre), door.act
    director = centre.people.acts_as(centre.people.director)

    def stop_at_fit(who: Any, name: str, **arguments: Any) -> Any:
        if arguments.get("step") == "responses: fit":
            original(director, "validity.studies.stop_study", run_id=run.pk)
        return original(who, name, **arguments)

    monkeypatch.setattr(door, "act", stop_at_fit)
    tasks.work_outbox()
    run.refresh_from_db()
    assert (run.state, run.study, run.stopped_by_id) == ("stopped", None, director.id)
    assert run.step == "responses: Rasch scale"
    assert not Study.objects.exists()
    with pytest.raises(ValidityError, match="not under way"):
        original(director, "validity.studies.stop_study", run_id=run.pk)


@pytest.mark.slow
def test_a_study_that_breaks_off_says_so_and_another_can_be_asked_for(
    centre: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = asked(centre)
    monkeypatch.setattr(tasks, "study_of_bytes", lambda *_: 1 / 0)
    tasks.work_outbox()
    run.refresh_from_db()
    assert run.state == "failed"
    assert run.sentence.startswith("The computation broke off (ZeroDivisionError).")
    assert asked(centre).state == "waiting"


@pytest.mark.slow
def test_the_command_freezes_a_scheme_writes_its_files_and_computes_it_again(centre: Lived, tmp_path: Path) -> None:
    out = StringIO()
    call_command("study", "MC-ECW", "--output", str(tmp_path), stdout=out, stderr=StringIO())
    study = Study.objects.get()
    assert {path.name for path in tmp_path.iterdir()} == {
        "study.json",
        "report.html",
        "report.pdf",
        "dataset.json",
        "estimates.csv",
        "items.csv",
        "raters.csv",
    }
    assert (tmp_path / "study.json").read_bytes() == canonical(study.document) + b"\n"
    assert (tmp_path / "dataset.json").read_bytes() == datasets.body_of(study.dataset)
    assert "SIMULATED DATA" in (tmp_path / "report.html").read_text()
    told = StringIO()
    call_command("study", "--again", str(study.pk), stdout=StringIO(), stderr=told)
    assert "The same, byte for byte" in told.getvalue()
    Study.objects.filter(pk=study.pk).update(document={**study.document, "title": "Another"})
    with pytest.raises(SystemExit) as differs:
        call_command("study", "--again", str(study.pk), stdout=StringIO(), stderr=told)
    assert differs.value.code == 1 and "$.title: stored Another, now" in told.getvalue()


@pytest.mark.slow
def test_what_the_gate_takes_of_a_study_has_dif_and_fit(centre: Lived) -> None:
    assert set(studies.evidence(centre.version.pk).values()) == {None}
    run_study(centre)
    found = studies.evidence(centre.version.pk)
    for name in ("dif", "fit"):
        estimate = found[name]
        assert estimate is None or estimate["sufficient"] or estimate["words"].startswith("not enough evidence")
    assert found["reliability"] is not None
