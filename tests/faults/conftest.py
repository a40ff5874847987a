"""Installations of their own for what breaks things: no test here touches the database of the test run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.installation import Installation, postgresql_installation, postgresql_server, sqlite_installation


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    if request.param == "sqlite":
        yield sqlite_installation(tmp_path / "data")
        return
    server = postgresql_server()
    if server is None:
        pytest.skip("NOT TRIED ON POSTGRESQL: no server at 127.0.0.1:5432; name one in DATABASE_URL_FAULTS.")
    with postgresql_installation(tmp_path / "data", server) as made:
        yield made
