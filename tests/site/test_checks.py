import json
import shutil
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from assess.site import checks

SAFE = checks.Mixture(
    database="sqlite",
    broker="filesystem",
    local_layer=True,
    web_processes=1,
    machines=1,
    debug=False,
    hosts=("localhost", "127.0.0.1", "[::1]"),
    secret="k3" * 10 + "Qz9-_mVb4Lr8Ts",
)
GROWN = replace(SAFE, database="postgresql", broker="redis", local_layer=False, web_processes=4, machines=3)


def failing(mix: checks.Mixture) -> list[str]:
    return [answer.name for ask in checks.OF_THE_MIXTURE if not (answer := ask(mix)).passed]


@pytest.mark.parametrize("mix", [SAFE, GROWN, replace(GROWN, broker="amqp"), replace(SAFE, database="postgresql")])
def test_safe_mixture_passes(mix: checks.Mixture) -> None:
    assert failing(mix) == []


@pytest.mark.parametrize(
    ("mix", "refused"),
    [
        (replace(SAFE, web_processes=2), ["channel layer"]),
        (replace(GROWN, local_layer=True, web_processes=1), ["channel layer"]),
        (replace(SAFE, broker="memory"), ["broker"]),
        (replace(GROWN, broker="filesystem"), ["broker"]),
        (replace(GROWN, broker="filesystem", machines=1), ["broker"]),
        (replace(SAFE, broker="redis", local_layer=False, machines=2), ["database of several machines"]),
        (replace(SAFE, debug=True, hosts=("localhost", "exam.example")), ["debug"]),
        (replace(SAFE, debug=True, hosts=("*",)), ["debug"]),
        (replace(SAFE, secret="development-only"), ["secret key"]),
        (replace(SAFE, secret="django-insecure-" + "Qz9-_mVb4Lr8Ts" * 4), ["secret key"]),
        (replace(SAFE, secret="a" * 64), ["secret key"]),
    ],
)
def test_unsafe_mixture_is_refused_by_name(mix: checks.Mixture, refused: list[str]) -> None:
    assert failing(mix) == refused


def test_debug_on_a_machine_only_its_user_can_reach_is_no_danger() -> None:
    assert failing(replace(SAFE, debug=True)) == []


@pytest.mark.django_db
def test_database_of_this_run_is_durable_and_migrated() -> None:
    assert checks.database().passed
    assert checks.migrations().passed


@pytest.mark.django_db(transaction=True)
def test_database_that_does_not_wait_for_the_disk_is_refused() -> None:
    statement, restore, name = (
        ("PRAGMA synchronous=NORMAL", "PRAGMA synchronous=FULL", "synchronous is NORMAL")
        if connection.vendor == "sqlite"
        else ("SET synchronous_commit = off", "SET synchronous_commit = on", "synchronous_commit is off")
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        refused = checks.database()
        cursor.execute(restore)
    assert not refused.passed
    assert refused.sentence.startswith(name)
    assert checks.database().passed


def test_disk_that_is_nearly_full_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "NEEDED_FREE", shutil.disk_usage("/").total + 1)
    assert not checks.disk().passed
    monkeypatch.setattr(checks, "NEEDED_FREE", 0)
    assert checks.disk().passed


def test_time_zone_other_than_utc_is_refused(settings: Any) -> None:
    assert checks.clock().passed
    settings.TIME_ZONE = "Africa/Dakar"
    assert not checks.clock().passed


def test_broker_folder_that_is_gone_is_refused(settings: Any, tmp_path: Any) -> None:
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": str(tmp_path)}
    assert checks.broker_folder().passed
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": str(tmp_path / "gone")}
    assert not checks.broker_folder().passed


@pytest.mark.django_db
def test_selfcheck_prints_one_object_and_ends_with_1_when_something_is_unsafe(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "memory://"
    output = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("selfcheck", "--json", stdout=output)
    assert ended.value.code == 1
    document = json.loads(output.getvalue())
    assert document["passed"] is False
    assert [check["name"] for check in document["checks"] if not check["passed"]] == ["broker"]
    settings.CELERY_BROKER_URL = "redis://127.0.0.1/0"
    output = StringIO()
    call_command("selfcheck", "--json", stdout=output)
    document = json.loads(output.getvalue())
    assert document["passed"] is True
    assert {frozenset(check) for check in document["checks"]} == {frozenset({"name", "passed", "sentence"})}
