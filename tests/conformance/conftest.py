"""Official vectors and reference cases lie beside the project, never in it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.stored_cases import comparisons
from tests.conformance.table_of_cases import PREFIX, out_of_date, page_with, stored_cases

DATA = Path(os.environ.get("ASSAYER_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "psychometric-cases.md"
TO_WRITE = os.environ.get("ASSAYER_CASES")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.conformance)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    if not DATA.is_dir():
        pytest.skip("CONFORMANCE NOT RUN: no reference data found. Set ASSAYER_DATA to the folder that holds it.")
    return DATA


@pytest.fixture(scope="module", autouse=True)
def table_names_what_is_compared(request: pytest.FixtureRequest) -> Iterator[None]:
    """The page names the comparisons of each test file, no more and no fewer. (Tests of a file run in one process.)"""
    module = request.path.stem
    if not module.startswith(PREFIX) or not DATA.is_dir():
        yield
        return
    failed = request.session.testsfailed
    comparisons.module = module.removeprefix(PREFIX)
    yield
    if TO_WRITE:
        return
    functions = {name for name in vars(request.module) if name.startswith("test_")}
    run = {getattr(item, "originalname", item.name) for item in request.session.items if item.path == request.path}
    whole = functions == run and request.session.testsfailed == failed and not DESELECTED.intersection({request.path})
    wrong = out_of_date(
        PAGE.read_text(encoding="utf-8"), comparisons.module, comparisons.of(comparisons.module), whole=whole
    )
    assert not wrong, f"Write {PAGE.name} anew (it says how): {wrong}"


DESELECTED: set[Path] = set()


def pytest_deselected(items: list[pytest.Item]) -> None:
    DESELECTED.update(item.path for item in items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if TO_WRITE:
        page = Path(TO_WRITE)
        text = page_with(page.read_text(encoding="utf-8"), comparisons.made, stored_cases(DATA / "psychometrics"))
        page.write_text(text, encoding="utf-8")
