"""The settings as another process would read them, under an environment of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from assess.site.celery import app

SHOW = """
import json
from django.conf import settings
names = ["DEBUG", "ALLOWED_HOSTS", "SECRET_KEY", "SESSION_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "CSRF_TRUSTED_ORIGINS",
         "CELERY_BROKER_URL", "CHANNEL_LAYERS", "WEB_PROCESSES", "WHITENOISE_USE_FINDERS", "SECURE_PROXY_SSL_HEADER"]
print(json.dumps({name: getattr(settings, name) for name in names}))
"""


def read(tmp_path: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "assess.site.settings",
        "ASSAYER_DATA_DIR": str(tmp_path),
        **variables,
    }
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", SHOW], env=environment, cwd=settings.ROOT, capture_output=True, text=True
    )


def shown(tmp_path: Path, **variables: str) -> dict[str, Any]:
    found = read(tmp_path, **variables)
    assert found.returncode == 0, found.stderr
    values: dict[str, Any] = json.loads(found.stdout)
    return values


@pytest.mark.slow
def test_settings_are_safe_when_the_environment_says_nothing(tmp_path: Path) -> None:
    found = shown(tmp_path)
    assert found["DEBUG"] is False
    assert set(found["ALLOWED_HOSTS"]) == {"localhost", "127.0.0.1", "[::1]"}
    assert found["CELERY_BROKER_URL"] == "filesystem://"
    assert found["CHANNEL_LAYERS"] == {"default": {"BACKEND": "assess.live.layer.LocalLayer"}}
    assert found["WHITENOISE_USE_FINDERS"] is True
    assert found["SECRET_KEY"] == (tmp_path / "secret-key").read_text()
    assert shown(tmp_path)["SECRET_KEY"] == found["SECRET_KEY"]


@pytest.mark.slow
def test_public_address_over_tls_makes_cookies_and_transport_strict(tmp_path: Path) -> None:
    found = shown(tmp_path, ASSAYER_PUBLIC_URL="https://exam.example/", ASSAYER_TRUST_PROXY="1")
    assert found["SESSION_COOKIE_SECURE"] is True
    assert found["SECURE_HSTS_SECONDS"] == 31_536_000
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://exam.example"]
    assert "exam.example" in found["ALLOWED_HOSTS"]
    assert found["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASSAYER_DEBUG", "yes"),
        ("ASSAYER_WEB_PROCESSES", "two"),
        ("ASSAYER_WEB_PROCESSES", "٢"),
        ("ASSAYER_PUBLIC_URL", "exam.example"),
        ("ASSAYER_LOG_FORMAT", "xml"),
        ("ASSAYER_ISSUER_COUNTRY", "Spain"),
        ("DATABASE_URL", "mysql://h/exam"),
        ("CHANNEL_LAYER_URL", "amqp://h"),
        ("CELERY_BROKER_URL", "sqs://"),
    ],
)
def test_value_that_cannot_be_used_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    found = read(tmp_path, **{name: value})
    assert found.returncode == 1
    assert name in found.stderr.splitlines()[-1]


@pytest.mark.slow
def test_data_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = read(tmp_path / "file")
    assert found.returncode == 1
    assert "set ASSAYER_DATA_DIR to a folder you may write" in found.stderr.splitlines()[-1]


def test_tests_use_neither_the_developers_broker_nor_the_developers_data_folder() -> None:
    assert app.conf.broker_url == os.environ.get("CELERY_BROKER_URL", "memory://")
    assert settings.DATA_DIR != settings.ROOT / "var"
