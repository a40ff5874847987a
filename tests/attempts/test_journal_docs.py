"""The reference names every role, kind and refusal there is; what the explanations compute is computed."""

import ast
import doctest
from pathlib import Path

import pytest

from assess.attempts.journal.kinds import KINDS, SHAPES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/reference/journal.md").read_text(encoding="utf-8")
WORDS = {str: "text", int: "whole number", bool: "true or false", dict: "object", list: "list"}


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def refusals() -> set[tuple[str, str, str]]:
    """Every `Refusal` that the journal's rooms make: code, status, kept."""
    files = [*(ROOT / "assess/attempts").rglob("*.py"), ROOT / "assess/api/intake.py"]
    found = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="Refusal"), args=[ast.Constant(code), _, ast.Constant(status)], keywords=more
                ):
                    found.add((f"`{code}`", str(status), "yes" if any(one.arg == "kept" for one in more) else ""))
                case ast.Call(func=ast.Name(id="Refusal")):
                    raise AssertionError(f"{file.name}, line {node.lineno}: write code and status as they are.")
    return found


def test_every_refusal_is_in_the_reference_and_no_other() -> None:
    assert sorted((code, status, kept) for code, status, kept, *_ in rows("Codes")) == sorted(refusals())


def test_every_role_is_in_the_reference_and_no_other() -> None:
    assert sorted(name for name, _ in rows("Roles")) == sorted(f"`{role}`" for role in KINDS)


def test_every_kind_is_in_the_reference_with_its_roles_and_fields() -> None:
    documented = {kind: (roles, fields) for kind, roles, fields, _ in rows("Kinds of entry")}
    expected = {
        f"`{kind}`": (
            ", ".join(role for role, kinds in KINDS.items() if kind in kinds),
            ", ".join(f"`{name}` ({WORDS[wanted]})" for name, wanted in shape.items()) or "–",
        )
        for kind, shape in SHAPES.items()
    }
    assert documented == expected
    assert set(SHAPES) == set().union(*KINDS.values())


@pytest.mark.parametrize("name", ["journal", "scoring"])
def test_examples_of_the_explanation_run(name: str) -> None:
    found = doctest.testfile(str(ROOT / f"docs/explanation/{name}.md"), module_relative=False, encoding="utf-8")
    assert (found.failed, found.attempted > 0) == (0, True)
