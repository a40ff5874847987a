"""Every test runs on a data folder of its own, and on a broker in memory unless the environment names a server."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings

MEMORY_BROKER = {
    "CELERY_BROKER_URL": "memory://",
    "CELERY_BROKER_TRANSPORT": "memory",
    "CELERY_BROKER_TRANSPORT_OPTIONS": {},
}


@pytest.fixture(scope="session", autouse=True)
def own_installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with override_settings(
        DATA_DIR=(data := tmp_path_factory.mktemp("data")),
        KEYS_DIR=data / "keys",
        **(MEMORY_BROKER if settings.CELERY_BROKER_URL == "filesystem://" else {}),
        # Slow on purpose in production; the tests make many accounts.
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield
