"""Official vectors and reference cases lie beside the project, never in it."""

import os
from pathlib import Path

import pytest

from tests.conformance.stored_cases import write_table

DATA = Path(os.environ.get("ASSAYER_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.conformance)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    if not DATA.is_dir():
        pytest.skip("CONFORMANCE NOT RUN: no reference data found. Set ASSAYER_DATA to the folder that holds it.")
    return DATA


def pytest_sessionfinish(session: pytest.Session) -> None:
    if page := os.environ.get("ASSAYER_CASES"):
        write_table(Path(page))
