"""Every test runs on a data folder and a broker of its own; nothing of a developer's installation is touched."""

from collections.abc import Iterator

import pytest
from django.test import override_settings


@pytest.fixture(scope="session", autouse=True)
def own_installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with override_settings(
        DATA_DIR=tmp_path_factory.mktemp("data"),
        CELERY_BROKER_URL="memory://",
        CELERY_BROKER_TRANSPORT="memory",
        CELERY_BROKER_TRANSPORT_OPTIONS={},
        # Slow on purpose in production; the tests make many accounts.
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield
