"""The reference names everything there is, and every link leads somewhere."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import load_command_class

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
COMMANDS = sorted(path.stem for path in (ROOT / "assess/management/commands").glob("[!_]*.py"))
OF_DJANGO = {
    "--help", "--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color", "--force-color",
    "--skip-checks",
}  # fmt: skip
NOT_SETTINGS = {"DJANGO_SETTINGS_MODULE", "PATH"}


def names_read(source: str) -> Iterator[str]:
    """Yield every environment variable that a Python file reads or sets by a literal name."""
    if not re.search(r"environ|getenv|\b(?:env|flag|number)\(\s*[\"']", source):  # most files, and parsing takes long
        return
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="env" | "flag" | "number"), args=[ast.Constant(value=str(name)), *_]):
                yield name
            case ast.Call(
                func=ast.Attribute(value=ast.Attribute(attr="environ")), args=[ast.Constant(value=str(name)), *_]
            ):
                yield name
            case ast.Call(func=ast.Attribute(attr="getenv"), args=[ast.Constant(value=str(name)), *_]):
                yield name
            case ast.Subscript(value=ast.Attribute(attr="environ"), slice=ast.Constant(value=str(name))):
                yield name


def variables() -> set[str]:
    rooms = ("assess", "item_bank", "rubrics", "simulator_adapters", "tests")
    files = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    return {name for path in files for name in names_read(path.read_text())} - NOT_SETTINGS


def test_every_setting_is_in_the_reference_and_no_other() -> None:
    documented = re.findall(r"^\| `([A-Z_]+)` \|", (DOCS / "reference/settings.md").read_text(), re.MULTILINE)
    assert sorted(documented) == sorted(variables() | {"CI"})  # CI is read by .ci/run, a shell script


def sections() -> dict[str, str]:
    parts = re.split(r"^### `(\w+)`$", (DOCS / "reference/commands.md").read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_is_in_the_reference_and_no_other() -> None:
    assert sorted(sections()) == COMMANDS


def options(application: str, name: str) -> set[str]:
    parser = load_command_class(application, name).create_parser("manage.py", name)
    return {option for action in parser._actions for option in action.option_strings if option.startswith("--")}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_in_the_reference(name: str) -> None:
    documented = set(re.findall(r"`(--[\w-]+)", sections()[name]))
    extended = options("django.core", name) if name == "makemigrations" else set()
    assert documented == options("assess", name) - OF_DJANGO - extended


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text())
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert missing == []


def test_every_page_is_linked_from_the_index() -> None:
    linked = set(re.findall(r"\]\(([\w/.-]+\.md)\)", (DOCS / "index.md").read_text()))
    assert linked == {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} - {"index.md"}
