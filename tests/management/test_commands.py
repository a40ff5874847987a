"""The commands that scripts rely on: what they print, and how they end."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from assess.awards import builders, proofs
from item_bank.models import ItemVersion
from tests.awards.award_example import CREDENTIAL_KEY, FACTS

CONTENT = Path(settings.ROOT) / "assess" / "content"


def ends_with(name: str, *arguments: str) -> int:
    """The exit status of a command."""
    try:
        call_command(name, *arguments)
    except SystemExit as ended:
        assert isinstance(ended.code, int)
        return ended.code
    return 0


@pytest.fixture
def credential(tmp_path: Path) -> Path:
    path = tmp_path / "credential.json"
    path.write_bytes(proofs.jcs(builders.issue(FACTS, key=CREDENTIAL_KEY, created=FACTS.awarded_on)))
    return path


@pytest.mark.django_db
def test_valid_credential_ends_with_0(credential: Path, capsys: Any) -> None:
    assert ends_with("verify_credential", str(credential), "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["valid"] is True
    assert {frozenset(check) for check in report["checks"]} == {frozenset({"name", "passed", "sentence"})}


@pytest.mark.django_db
def test_changed_credential_ends_with_1_and_says_why(credential: Path, capsys: Any) -> None:
    credential.write_bytes(credential.read_bytes().replace(b"Electric", b"Elektric", 1))
    assert ends_with("verify_credential", str(credential), "--json") == 1
    failed = [check for check in json.loads(capsys.readouterr().out)["checks"] if not check["passed"]]
    assert [check["name"] for check in failed] == ["proof"]


@pytest.mark.django_db
@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"no json", b'{"a": 1, "a": 2}'])
def test_what_is_no_json_ends_with_2(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(data)
    assert ends_with("verify_credential", str(path)) == 2


def test_file_that_is_not_there_ends_with_2(tmp_path: Path, capsys: Any) -> None:
    assert ends_with("verify_credential", str(tmp_path / "nothing.json")) == 2
    assert "can't be read" in capsys.readouterr().err


@pytest.mark.django_db
@pytest.mark.slow
def test_content_is_loaded_once_however_often_it_is_asked_for(capsys: Any) -> None:
    assert ends_with("load_content", str(CONTENT), "--json") == 0
    assert json.loads(capsys.readouterr().out)["created"]["items"] == 90
    assert ends_with("load_content", str(CONTENT), "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["created"], report["unchanged"]["items"], ItemVersion.objects.count()) == ({}, 90, 90)


@pytest.mark.slow
@pytest.mark.django_db
def test_mistake_in_the_content_is_named_and_nothing_is_loaded(tmp_path: Path, capsys: Any) -> None:
    folder = tmp_path / "content"
    shutil.copytree(CONTENT, folder)
    path = folder / "credentials.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("hours_total: 100", "hours_total: 101"), encoding="utf-8")
    assert ends_with("load_content", str(folder)) == 2
    told = capsys.readouterr().err
    assert "credentials.yaml, MC-ECW, workload.ects: is 4.0, but 101 h ÷ 25 h per credit gives 4.04" in told
    assert not ItemVersion.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db
def test_content_can_be_checked_without_being_loaded() -> None:
    assert ends_with("load_content", str(CONTENT), "--check") == 0
    assert not ItemVersion.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db
def test_author_who_has_no_account_is_named(capsys: Any) -> None:
    assert ends_with("load_content", str(CONTENT), "--author", "nobody@example.org") == 2
    assert "no account for nobody@example.org" in capsys.readouterr().err


def test_export_that_is_no_export_ends_with_2(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\xff\xfe")
    assert ends_with("verify_ledger", str(tmp_path / "nothing")) == 2
    assert ends_with("verify_ledger", str(path)) in (1, 2)
