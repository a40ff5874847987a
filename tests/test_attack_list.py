"""Every attack and failure of the reference's list is held by tests that are there, one of them on any machine."""

import ast
import re
from functools import cache
from pathlib import Path

TESTS = Path(__file__).resolve().parent
PAGE = TESTS.parent / "docs/reference/attack-list.md"
ELSEWHERE = ("conformance", "journeys", "faults", "benchmarks")
"""Folders whose tests need data, a browser or a server: no case rests on them alone."""
ROW = re.compile(r"^\| (M\d\d) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)


def listed() -> dict[str, list[str]]:
    """Id → its tests, as `file::test`."""
    return {name: re.findall(r"`([\w/.]+::test_\w+)`", tests) for name, _, _, tests in ROW.findall(PAGE.read_text())}


@cache
def defined_in(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds) and node.name.startswith("test_"))


def test_every_test_that_the_page_names_is_there() -> None:
    gone = []
    for one in re.findall(r"`([\w/.]+::test_\w+)`", PAGE.read_text()):
        file, _, test = one.partition("::")
        if not (TESTS / file).is_file() or test not in defined_in(file):
            gone.append(one)
    assert gone == []


def test_every_case_is_held_on_any_machine() -> None:
    everywhere = {name: [one for one in tests if not one.startswith(ELSEWHERE)] for name, tests in listed().items()}
    assert [name for name, tests in everywhere.items() if not tests] == []


def test_the_cases_are_numbered_and_each_stands_once() -> None:
    names = [name for name, *_ in ROW.findall(PAGE.read_text())]
    assert names == [f"M{number:02}" for number in range(1, len(names) + 1)]
    assert len(re.findall(r"^\| M", PAGE.read_text(), re.MULTILINE)) == len(names)
