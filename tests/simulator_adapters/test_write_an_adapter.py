"""The how-to's adapter is taken out of its page and run: what a newcomer reads there works as it stands there."""

import ast
import importlib
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from simulator_adapters.registry import adapter, installed

PAGE = Path(__file__).resolve().parents[2] / "docs/how-to/write-an-adapter.md"
MODULES = ("clamp_meter", "simulated_meter", "test_clamp_meter")


def files() -> dict[str, str]:
    """Name → content of the files that the page shows."""
    return dict(re.findall(r"^\*\*`clamp-meter/([\w.]+)`\*\*\n\n```\w+\n(.*?)^```$", PAGE.read_text(), re.M | re.S))


@pytest.fixture
def newcomer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The package as it lies on a disk after its installation; gives the module of its tests."""
    for name, text in files().items():
        (tmp_path / name).write_text(text)
    project = tomllib.loads(files()["pyproject.toml"])["project"]
    about = tmp_path / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = project["entry-points"]["simulator_adapters"]
    lines = "".join(f"{name} = {value}\n" for name, value in points.items())
    (about / "entry_points.txt").write_text(f"[simulator_adapters]\n{lines}")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("test_clamp_meter")
    for name in MODULES:
        sys.modules.pop(name, None)


def test_the_page_shows_a_whole_package() -> None:
    assert sorted(files()) == ["clamp_meter.py", "pyproject.toml", "simulated_meter.py", "test_clamp_meter.py"]
    names = {
        node.name for node in ast.walk(ast.parse(files()["test_clamp_meter.py"])) if isinstance(node, ast.FunctionDef)
    }
    assert names == {
        "test_the_contract_is_kept",
        "test_a_recorded_reading_replays_to_the_same_value",
        "test_what_was_recorded_at_the_real_meter_replays",
        "test_an_overload_is_the_equipments_and_no_number",
    }


@pytest.mark.slow
def test_the_adapter_of_the_page_is_found_and_keeps_the_contract(newcomer: ModuleType, tmp_path: Path) -> None:
    found = installed()[-1]
    assert (found.id, found.package, found.problem) == ("clamp", "clamp-meter 1", "")
    assert adapter("clamp").manifest.title == "Clamp meter CM-100"
    for check in newcomer.CHECKS:
        newcomer.test_the_contract_is_kept(check)
    newcomer.test_a_recorded_reading_replays_to_the_same_value(tmp_path)
    newcomer.test_an_overload_is_the_equipments_and_no_number(tmp_path)
    with newcomer.simulated_meter() as config:
        newcomer.record_trace(newcomer.CASE, config, tmp_path / "at-the-meter.jsonl")
    newcomer.test_what_was_recorded_at_the_real_meter_replays(tmp_path / "at-the-meter.jsonl")


def test_every_sentence_of_the_page_about_a_failure_is_one_that_a_check_says() -> None:
    said = " ".join(
        (PAGE.parents[2] / f"simulator_adapters/{name}.py").read_text()
        for name in ("conformity/checks", "config_schema")
    )
    for words in re.findall(r"^\| \*(.+?)\* \|", PAGE.read_text(), re.M):
        assert words.replace(" …", "") in said
