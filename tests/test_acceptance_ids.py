"""Every case of the acceptance list is a test that carries its id, and the reference names these tests and no others.

The files are read, not imported: a test that is never collected here would still be found missing there.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
PAGE = TESTS.parent / "docs/reference/acceptance.md"
IDS = [
    *(f"F{number:02}" for number in (*range(1, 15), 16, 22, 23, 26, 27, 28, 29)),
    *(f"S{number:02}" for number in (*range(1, 6), 12, 16, 18, 20, 21)),
    *(f"W{number:02}" for number in range(1, 6)),
]
NOT_EVERYWHERE = ("journeys", "faults")
"""Folders whose tests need a browser or a server of their own: no case rests on them alone."""


@cache
def carried() -> dict[str, list[str]]:
    """Id → the tests whose names hold it, as `file::test`."""
    found: dict[str, list[str]] = {name: [] for name in IDS}
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for name in re.findall(r"(?<=_)[fsw]\d\d(?=_)", node.name):
                    found.setdefault(name.upper(), []).append(f"{path.relative_to(TESTS).as_posix()}::{node.name}")
    return {name: sorted(tests) for name, tests in found.items()}


def documented() -> dict[str, tuple[str, list[str]]]:
    """Id → the case in words and the tests, as the reference has them."""
    rows = re.findall(r"^\| ([FSW]\d\d) \| (.+?) \| (.+?) \|$", PAGE.read_text(), re.MULTILINE)
    return {name: (words, sorted(re.findall(r"`([^`]+)`", tests))) for name, words, tests in rows}


@pytest.mark.slow
def test_every_case_is_carried_by_a_test_that_runs_everywhere() -> None:
    everywhere = {
        name: [one for one in tests if not one.startswith(NOT_EVERYWHERE)] for name, tests in carried().items()
    }
    assert [name for name in IDS if not everywhere[name]] == []


def test_the_reference_has_every_case_with_its_tests_and_no_other() -> None:
    tests = carried()
    assert list(documented()) == IDS
    assert {name: found for name, (_, found) in documented().items()} == {name: tests[name] for name in IDS}
