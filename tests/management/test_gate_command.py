"""`manage.py gate`: every check of an attempt as one JSON object; a decided one, one nobody decided, and none at all."""

import json
import uuid

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from assess.attempts.models import Attempt
from assess.awards.gate import CHECKS
from assess.ledger.models import Act
from assess.management.world import releases
from tests.awards.decided import Decided, decide_a_sitting
from tests.snapshots import as_built
from tests.web.sample_centre import Centre, today


def asked(attempt: object, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    call_command("gate", str(attempt), "--json")
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.slow
def test_it_says_whether_an_attempt_is_awardable_check_by_check(
    transactional_db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    decided: Decided = as_built("decided", decide_a_sitting)
    row = decided.passed[0]
    acts = Act.objects.count()

    found = asked(row.attempt_id, capsys)

    checks = found["checks"]
    assert isinstance(checks, list)
    assert found["awardable"] is False
    assert [check["name"] for check in checks] == list(CHECKS)
    assert all(set(check) == {"name", "level", "verdict", "value", "threshold", "sentence"} for check in checks)
    assert {check["level"] for check in checks} == {"scheme", "window", "candidate"}
    assert {check["verdict"] for check in checks} == {"pass", "not enough evidence"}
    assert Act.objects.count() == acts, "asking changes nothing"

    releases.release(decided.people, decided.version)
    decided.approve(row)
    found = asked(row.attempt_id, capsys)
    assert found["awardable"] is True
    assert decided.issue(row)


@pytest.mark.slow
def test_an_attempt_that_nobody_has_begun_lacks_everything_of_its_own(
    transactional_db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    centre: Centre = as_built("today", today)

    found = asked(centre.attempt.pk, capsys)

    checks = {check["name"]: check["verdict"] for check in found["checks"]}  # type: ignore[attr-defined]
    assert found["awardable"] is False
    assert checks["identity confirmed"] == "fail"
    assert checks["decision passed"] == checks["safety must-pass"] == "not enough evidence"


@pytest.mark.django_db
def test_an_attempt_that_is_not_there_ends_with_2_and_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    missing = uuid.uuid4()

    with pytest.raises(SystemExit) as ended:
        call_command("gate", str(missing), "--json")

    told = json.loads(capsys.readouterr().out)
    assert ended.value.code == 2
    assert told == {"awardable": False, "code": "no-such-attempt", "sentence": told["sentence"]}
    assert str(missing) in told["sentence"]
    with pytest.raises(CommandError, match="is no identifier of an attempt"):
        call_command("gate", "the first one")


@pytest.mark.slow
def test_people_read_it_by_level(transactional_db: None, capsys: pytest.CaptureFixture[str]) -> None:
    decided: Decided = as_built("decided", decide_a_sitting)
    attempt = Attempt.objects.get(pk=decided.passed[0].attempt_id)

    call_command("gate", str(attempt.pk))

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("The gate is shut by: ")
    headings = ["The scheme, before anybody sits down", "The window: all sittings together", "The candidate"]
    assert [line for line in lines if line in headings] == headings
