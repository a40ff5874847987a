"""Every test runs on a data folder of its own, and on a broker in memory unless the environment names a server."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.contenttypes.management import create_contenttypes
from django.db.models.signals import post_migrate
from django.test import override_settings

import tests.effort  # noqa: F401  # property tests draw fewer cases where everybody runs them
from assess.attempts.journal.writer import writer

MEMORY_BROKER = {
    "CELERY_BROKER_URL": "memory://",
    "CELERY_BROKER_TRANSPORT": "memory",
    "CELERY_BROKER_TRANSPORT_OPTIONS": {},
}


@pytest.fixture(scope="session", autouse=True)
def own_installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    # Names of tables and permissions, written anew at every flush: nothing of ours asks for them.
    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    with override_settings(
        DATA_DIR=(data := tmp_path_factory.mktemp("data")),
        KEYS_DIR=data / "keys",
        MEDIA_DIR=data / "media",
        LIVE_PUBLISHER="",  # a thread with a connection of its own: the tests of sockets switch it on
        **(MEMORY_BROKER if settings.CELERY_BROKER_URL == "filesystem://" else {}),
        # Slow on purpose in production; the tests make many accounts.
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The database goes when the journal's writer, whose thread has a connection of its own, has ended."""
    yield
    writer.stop()
