"""The main job on a small made-up cohort: content, journal, scores, cuts, decisions, credentials, ledger; then
everything is tampered with."""

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from assess import door, tasks
from assess.attempts.actions import AttemptError
from assess.attempts.journal.inspection import inspect_journal
from assess.attempts.journal.writer import writer
from assess.attempts.models import Attempt, Entry, Quarantine, Score, Seal
from assess.attempts.queries import pinned, score_document, stream_records
from assess.attempts.scoring.attempt import score
from assess.awards import gathering
from assess.awards.actions import AwardError
from assess.awards.models import Credential, Decision
from assess.awards.queries import attempts_to_decide, status_lists
from assess.awards.scheme_checks import SCHEME_CHECKS
from assess.awards.verification import verify
from assess.awards.waiting import scored_and_undecided, standings
from assess.ledger import actions as ledger
from assess.ledger.canonical import digest
from assess.ledger.export_check import verify_export
from assess.ledger.queries import compare, export_lines
from assess.management.world import cast, day, evidence, meetings, output, visitors
from assess.management.world.cast import Cast
from assess.people.actions import service_account
from assess.people.queries import actor
from assess.schemes import queries as schemes
from assess.sittings import queries as sittings
from assess.validity.cut_scores.models import CutScore
from assess.validity.cut_scores.queries import meetings_of
from assess.validity.studies import queries as studies
from tests.effort import FULL
from tests.published import published
from tests.snapshots import as_built

CONTENT = Path(settings.ROOT) / "assess" / "content"
SIZE = 33 if FULL else 8
"""Enough for a borderline regression (30 candidates) where everything is proven; a panel rates the criteria elsewhere."""


@pytest.fixture
def world(transactional_db: None) -> Any:
    """A sitting of the wiring scheme, sealed and scored."""
    yield as_built("demo world", lambda: made(SIZE))
    writer.stop()


@pytest.fixture
def small_world(transactional_db: None) -> Any:
    """The same with three candidates."""
    yield as_built("small demo world", lambda: made(3))
    writer.stop()


def made(size: int) -> Any:
    people = published(candidates=size, assessors=6, judges=8)
    version = schemes.current_version("MC-ECW")
    cast.show_certificates(people, "MC-ECW", people.candidates)
    lived = day.live(people, version, people.candidates, first_number=0)
    tasks.work_outbox()
    return people, version, lived


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def named() -> list[str]:
    return [difference.sentence for difference in (*compare()[1], *inspect_journal()[1])]


@pytest.mark.slow
def test_from_content_to_a_credential_that_a_stranger_verifies(world: Any, tmp_path: Path) -> None:
    people, version, lived = world
    assert len(lived.attempts) == SIZE
    assert Attempt.objects.filter(state="sealed").count() == SIZE
    assert Entry.objects.count() == lived.entries
    assert Score.objects.count() == SIZE
    assert Quarantine.objects.count() == 0

    meetings.hold_meetings(people, version)
    awarded = evidence.award(people, version, lived.attempts)
    assert sum(awarded.decisions.values()) == SIZE
    assert awarded.decisions["passed"] == len(awarded.credentials) > 0
    assert awarded.decisions["not passed"] > 0

    credential = awarded.credentials[0]
    now = timezone.now()
    data = json.dumps(credential.document).encode()
    verdict = verify(data, now=now, status_lists=status_lists(now), trusted_issuers=None)
    assert verdict.valid, [check.sentence for check in verdict.checks if not check.passed]
    announced = " ".join(verdict.announcements).lower()
    assert "sample" in announced
    assert "demonstration" in announced
    name = credential.holder.family_name
    assert name not in data.decode()

    written = output.write(tmp_path, versions=[version], refusals={}, seconds=1.0)
    assert written["awards"] == len(awarded.credentials)
    assert (tmp_path / "dossier" / "MC-ECW" / "dossier.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert all(check.passed for check in verify_export(tmp_path / "ledger" / "ledger.jsonl"))

    _approval(people)
    _revocation(people, credential)


def _approval(people: Cast) -> None:
    """Who assessed a candidate does not approve, whatever other roles they have."""
    holder = people.assessors[0]
    for decision in Decision.objects.filter(outcome="passed"):
        attempt = decision.attempt
        if holder.pk in sittings.holders(attempt.sitting_id, attempt.registration.candidate_id):
            installer = actor(service_account(name="installation"))
            arguments = {"account_id": holder.pk, "organisation_id": people.organisation.pk, "role": "approver"}
            door.act(installer, "people.give_role", **arguments)
            with pytest.raises(AwardError, match="does not approve"):
                door.act(actor(holder), "awards.approve", decision_id=decision.pk)
            return
    raise AssertionError("the first assessor assessed nobody who passed")


def _revocation(people: Cast, credential: Credential) -> None:
    director = people.acts_as(people.director)
    data = json.dumps(credential.document).encode()

    def valid() -> bool:
        now = timezone.now()
        return verify(data, now=now, status_lists=status_lists(now), trusted_issuers=None).valid

    door.act(director, "awards.suspend", credential_id=credential.pk, reason="identity in doubt")
    assert valid(), "one person alone suspends nothing"
    door.act(director, "awards.suspend", credential_id=credential.pk, reason="the same person asks again")
    assert valid(), "the same person twice is still one"
    with pytest.raises(door.Forbidden):
        door.act(
            people.acts_as(people.approvers[0]), "awards.suspend", credential_id=credential.pk, reason="not a director"
        )
    installer = actor(service_account(name="installation"))
    arguments = {"account_id": people.board.pk, "organisation_id": people.organisation.pk, "role": "director"}
    door.act(installer, "people.give_role", **arguments)
    second = actor(people.board)
    door.act(second, "awards.suspend", credential_id=credential.pk, reason="identity in doubt")
    assert not valid()
    for person in (director, second):
        door.act(person, "awards.reinstate", credential_id=credential.pk, reason="cleared up")
    assert valid()
    for person in (director, second):
        door.act(person, "awards.revoke", credential_id=credential.pk, reason="obtained by deceit")
    assert not valid()
    with pytest.raises(AwardError, match="revoked for good"):
        door.act(director, "awards.reinstate", credential_id=credential.pk, reason="too late")


@pytest.mark.slow
def test_a_scheme_shows_its_evidence_before_and_after_the_day(world: Any, tmp_path: Path) -> None:
    """A job-task study, a content panel, trained assessors, a two-round Angoff of every judge, a board, the gate, a dossier."""
    people, version, lived = world
    evidence.prepare(people, version)
    meetings.hold_meetings(people, version)
    awarded = evidence.award(people, version, lived.attempts)

    records = gathering.shared_by(version).records
    job = records.job
    assert job.analysis is not None and job.analysis.adopted_on is not None and job.analysis.simulated
    assert job.analysis.practitioners >= 30 and job.analysis.enough
    assert job.content is not None and job.content.experts >= 6 and job.content.simulated
    assert all(duty.met for duty in records.duties)
    assert records.training.complete
    held = {one.part: one for one in meetings_of(version.pk)}
    exam = next(part.identifier for part in schemes.parts(version) if part.kind == "online_exam")
    assert (held[exam].rounds, held[exam].present, held[exam].simulated) == (2, 8, True)
    assert held[exam].board == meetings.BOARD

    written = output.write(tmp_path, versions=[version], refusals={}, seconds=1.0)
    gates = written["gates"]["MC-ECW"]
    assert gates["scheme"] == {"pass": len(SCHEME_CHECKS)}
    assert gates["candidates"] == {"open": len(awarded.credentials), "shut": SIZE - len(awarded.credentials)}
    assert gates["candidates"]["shut"] > 0, "somebody did not pass"
    assert "fail" not in gates["window"] and gates["window"]["released"] > 0, "too little evidence, and a rule says so"
    assert (tmp_path / "dossier" / "MC-ECW" / "dossier.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.slow
def test_each_visitor_finds_something_that_waits_for_them(small_world: Any) -> None:
    people, version, _ = small_world
    evidence.prepare(people, version)
    meetings.hold_meetings(people, version)
    today = day.open_sitting(people, version, people.candidates[:1], first_number=50, title="Today")
    visitors.leave_for_visitors(people, version, today)

    def desk(account: Any) -> str:
        client = Client()
        client.force_login(account)
        return client.get("/director/").content.decode()

    director = desk(people.director)
    assert "duty waits for a second name" in director
    assert "incident that one person upheld needs a second person" in director
    assert "cut score waits for the board: ECW-S" in desk(people.board)
    assert "upheld" not in desk(people.second_director), "who upheld it first is not asked again"


EVIDENCE = [
    ("assess_dutyrecord", "SET statement = 'another'", "assess_dutyrecord"),
    ("assess_jobanalysis", "SET board = 'another'", "assess_jobanalysis"),
    ("assess_contentpanel", "SET simulated = NOT simulated", "assess_contentpanel"),
    ("assess_training", "SET verdict = 'not yet' WHERE verdict = 'trained'", "assess_training"),
    ("assess_meetingevent", "SET kind = 'noted' WHERE kind = 'closed'", "assess_meetingevent"),
    ("assess_judgerating", "SET value = '0.99' WHERE sequence = 1", "rating"),
    ("assess_cutscore", "SET in_force_to = '2099-01-01'", "assess_cutscore"),
]


@pytest.mark.slow
def test_every_changed_row_of_a_schemes_evidence_is_named(small_world: Any) -> None:
    people, version, _ = small_world
    evidence.prepare(people, version)
    meetings.hold_meetings(people, version)
    _tampering(EVIDENCE)


JOURNAL_AND_CONTENT = [
    ("assess_entry", "SET payload = '{}' WHERE id = (SELECT MIN(id) FROM assess_entry)", "Entry 1 of"),
    ("assess_entry", "SET server_us = server_us + 1 WHERE id = (SELECT MAX(id) FROM assess_entry)", "server time"),
    ("assess_stream", "SET head_sequence = head_sequence - 1 WHERE role = 'candidate'", "not where its entries end"),
    ("assess_score", "SET document = '{}'", "assess_score"),
    ("assess_attempt", "SET pins = '{}'", "assess_attempt"),
    ("item_bank_itemversion", "SET qti = 'x'", "item_bank_itemversion"),
    ("rubrics_taskversion", "SET document = '{}'", "rubrics_taskversion"),
    ("assess_schemeversion", "SET sample = NOT sample", "assess_schemeversion"),
    ("assess_act", "SET action = 'nothing'", "assess_act"),
    ("assess_leaf", "SET kind = 'x' WHERE \"index\" = 3", "Leaf 3"),
]
AWARDS = [
    ("assess_cutscore", "SET value = value + 1, recommended = recommended + 1", "assess_cutscore"),
    ("assess_study", "SET candidates = candidates + 1", "assess_study"),
    ("assess_decision", "SET document = '{}'", "assess_decision"),
    ("assess_decision", "SET outcome = 'passed' WHERE outcome = 'not passed'", "assess_decision"),
    ("assess_signature", "SET comment = 'changed'", "assess_signature"),
    ("assess_releaserule", "SET expires_on = '2099-01-01'", "assess_releaserule"),
    ("assess_releaserule", "SET least_n = least_n + 1", "assess_releaserule"),
    ("assess_credential", "SET status_index = status_index + 1", "assess_credential"),
    ("assess_credential", "SET gate = '{}'", "assess_credential"),
]


def _tampering(changes: list[tuple[str, str, str]]) -> None:
    ledger.sequence()
    ledger.checkpoint()
    assert named() == []
    for table, change, expected in changes:
        kept = _rows(table)
        sql(f"UPDATE {table} {change}")
        assert any(expected in sentence for sentence in named()), f"{table} {change}"
        _restore(table, kept)
    assert named() == []


@pytest.mark.slow
def test_every_changed_row_of_journal_and_content_is_named(small_world: Any) -> None:
    _tampering(JOURNAL_AND_CONTENT)


@pytest.mark.slow
def test_every_changed_row_of_cuts_decisions_and_awards_is_named(world: Any) -> None:
    people, version, lived = world
    meetings.hold_meetings(people, version)
    evidence.award(people, version, lived.attempts)
    _tampering(AWARDS)


def _rows(table: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in cursor.description]
        return [tuple(names), *cursor.fetchall()]


def _restore(table: str, kept: list[tuple[Any, ...]]) -> None:
    names, *rows = kept
    key = "index" if table == "assess_leaf" else "id"
    place = names.index(key)
    columns = ", ".join(f'"{name}" = %s' for name in names if name != key)
    with connection.cursor() as cursor:
        for row in rows:
            values = [_given(value) for name, value in zip(names, row, strict=True) if name != key]
            cursor.execute(f'UPDATE {table} SET {columns} WHERE "{key}" = %s', [*values, row[place]])


def _given(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


@pytest.mark.slow
def test_score_is_the_same_from_the_same_journal(small_world: Any) -> None:
    _, _, lived = small_world
    for attempt in lived.attempts:
        seal = Seal.objects.get(attempt=attempt)
        again = score_document(seal, score(pinned(attempt), tuple(reversed(stream_records(seal)))))
        assert digest(again) == bytes(Score.objects.get(attempt=attempt).digest)


@pytest.mark.slow
def test_sealing_again_without_anything_new_is_refused(small_world: Any) -> None:
    people, _, lived = small_world
    with pytest.raises(AttemptError, match="Nothing was written since"):
        door.act(people.acts_as(people.director), "attempts.seal_attempt", attempt_id=lived.attempts[0].pk)


@pytest.mark.slow
def test_decision_without_cut_scores_is_undecidable_and_nobody_approves_it(small_world: Any) -> None:
    people, _, lived = small_world
    row: Decision = door.act(people.acts_as(people.director), "awards.decide", attempt_id=lived.attempts[0].pk)
    assert row.outcome == "undecidable"
    with pytest.raises(AwardError, match="has no cut score"):
        door.act(people.acts_as(people.approvers[0]), "awards.approve", decision_id=row.pk)


@pytest.mark.slow
def test_verify_ledger_command_ends_with_1_when_a_row_differs(
    small_world: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_ledger", "--json")
    assert json.loads(capsys.readouterr().out)["valid"] is True
    sql("UPDATE assess_score SET document = '{}' WHERE number = 1")
    with pytest.raises(SystemExit) as ended:
        call_command("verify_ledger", "--json")
    report = json.loads(capsys.readouterr().out)
    assert (ended.value.code, report["valid"]) == (1, False)
    assert any("assess_score" in check["sentence"] for check in report["checks"])


@pytest.mark.slow
def test_export_without_documents_still_verifies(small_world: Any, tmp_path: Path) -> None:
    ledger.sequence()
    ledger.checkpoint()
    path = tmp_path / "ledger.jsonl"
    path.write_text("".join(export_lines(documents=False)), encoding="utf-8")
    assert all(check.passed for check in verify_export(path))


@pytest.mark.slow
def test_three_candidates_are_not_enough_evidence_and_the_gate_says_so(small_world: Any) -> None:
    people, version, lived = small_world
    meetings.hold_meetings(people, version)
    practical = CutScore.objects.get(part="ECW-P")
    assert practical.method == "modified Angoff, 2 rounds, 8 judges", "borderline regression needs 30 candidates"
    door.act(people.acts_as(people.director), "validity.studies.run_study", scheme_version_id=version.pk)
    figures = studies.evidence(version.pk)
    assert {name: found is not None and found["sufficient"] for name, found in figures.items()} == dict.fromkeys(
        ("reliability", "decision_consistency", "rater_agreement", "dif", "fit"), False
    )
    for attempt in lived.attempts:
        row = door.act(people.acts_as(people.director), "awards.decide", attempt_id=attempt.pk)
        checks = {check.name: check.status for check in gathering.gate_of(row).checks}
        assert checks["reliability"] == checks["decision consistency"] == "not enough evidence"


@pytest.mark.slow
def test_what_waits_in_awards_costs_two_queries(small_world: Any, django_assert_num_queries: Any) -> None:
    people, version, lived = small_world
    meetings.hold_meetings(people, version)
    door.act(people.acts_as(people.director), "validity.studies.run_study", scheme_version_id=version.pk)
    assert scored_and_undecided([version.pk]) == {version.pk: len(attempts_to_decide(version.pk))} == {version.pk: 3}
    decided = ({"attempt_id": attempt.pk} for attempt in lived.attempts)
    rows = door.act_on_all(people.acts_as(people.director), "awards.decide", decided)
    assert scored_and_undecided([version.pk]) == {}
    signed = next(row for row in rows if row.outcome != "undecidable")
    for part in signed.document["near_cut"]:
        said = {"decision_id": signed.pk, "part": part, "comment": "gone through once more"}
        door.act(people.acts_as(people.director), "awards.review_near_cut", **said)
    door.act(people.acts_as(people.approvers[0]), "awards.approve", decision_id=signed.pk)
    with django_assert_num_queries(2):
        found = {one.decision_id: one for one in standings([version.pk])}
    assert {key: (one.outcome, one.near) for key, one in found.items()} == {
        row.pk: (row.outcome, () if row == signed else tuple(row.document.get("near_cut", ()))) for row in rows
    }
    assert found[signed.pk].names == {people.approvers[0].pk}
    assert found[signed.pk].waits_for_names and not found[signed.pk].waits_for_issue


@pytest.mark.slow
def test_waiver_needs_two_people_and_never_covers_safety(small_world: Any) -> None:
    people, _, lived = small_world
    director, approver = people.acts_as(people.director), people.acts_as(people.approvers[0])
    until = timezone.now().date() + datetime.timedelta(days=30)
    asked = {"attempt_id": lived.attempts[0].pk, "reason": "pilot", "expires_on": until}
    for person in (director, director):
        one = door.act(person, "awards.waive", check="near-cut reviewed", **asked)
    assert one.second_id is None, "the same person twice is still one"
    both = door.act(approver, "awards.waive", check="near-cut reviewed", **asked)
    assert (both.pk, both.second_id) == (one.pk, approver.id)
    for check in (
        "safety must-pass",
        "identity confirmed",
        "prerequisites met",
        "no conflict of interest",
        "seals complete",
        "decision approved",
        "duties signed",
    ):
        with pytest.raises(AwardError, match="can't be waived"):
            door.act(director, "awards.waive", check=check, **asked)
