"""The how-to's adapter is taken out of its page and run: what a newcomer reads there works as it stands there."""

import ast
import importlib
import re
import sys
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from simulator_adapters.conformity import CHECKS, Case, ContractBroken
from simulator_adapters.registry import adapter, installed
from tests.simulator_adapters.scpi_bench import bench

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
        "read_once",
        "test_an_overload_is_the_equipments_and_no_number",
        "test_a_reading_without_limits_is_judged_by_nothing",
        "test_a_step_without_its_unit_is_the_plans_fault",
    }


@pytest.mark.slow
def test_the_adapter_of_the_page_is_found_and_keeps_the_contract(
    newcomer: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = installed()[-1]
    assert (found.id, found.package, found.problem) == ("clamp", "clamp-meter 1", "")
    assert adapter("clamp").manifest.title == "Clamp meter CM-100"
    for check in newcomer.CHECKS:
        newcomer.test_the_contract_is_kept(check)
    newcomer.test_a_recorded_reading_replays_to_the_same_value(tmp_path)
    for number, test in enumerate(
        (
            newcomer.test_an_overload_is_the_equipments_and_no_number,
            newcomer.test_a_reading_without_limits_is_judged_by_nothing,
            newcomer.test_a_step_without_its_unit_is_the_plans_fault,
        )
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        test(folder)
    monkeypatch.setattr(newcomer, "TRACES", tmp_path / "traces")
    with pytest.raises(AssertionError, match="holds no trace yet"):
        newcomer.test_what_was_recorded_at_the_real_meter_replays()
    newcomer.TRACES.mkdir()
    trace = newcomer.TRACES / "at-the-meter.jsonl"
    with newcomer.simulated_meter() as config:
        newcomer.record_trace(newcomer.CASE, config, trace)
    newcomer.test_what_was_recorded_at_the_real_meter_replays()
    trace.write_bytes(b"".join(trace.read_bytes().splitlines(keepends=True)[:-1]))
    with pytest.raises(AssertionError, match="has no seal"):
        newcomer.test_what_was_recorded_at_the_real_meter_replays()


NUMBERED_ASK = re.compile(r"^    def _ask\(.*?(?=^    def )", re.M | re.S)
CLOSES = re.compile(r"^ +self\.close\(\).*\n(?=(?: +raise| +return LinkLost))", re.M)


def without_numbers() -> str:
    """The page's adapter, made into one for a device that does not number its answers, as the page says."""
    (found,) = re.findall(r"^\*\*`in the place of _ask`\*\*\n\n```\w+\n(.*?)^```$", PAGE.read_text(), re.M | re.S)
    text, count = NUMBERED_ASK.subn(lambda _: textwrap.indent(textwrap.dedent(found), "    ") + "\n", clamp())
    assert count == 1
    return text.replace('self._ask(f"READ?', 'self._read(f"READ?').replace("        self._number = 0\n", "")


def clamp() -> str:
    return files()["clamp_meter.py"]


def checked(newcomer: ModuleType, text: str, *, numbered: bool) -> Case:
    """A case of the adapter with that text; its meter numbers its answers or does not."""
    module = ModuleType("a_clamp_meter")
    exec(text, module.__dict__)
    case: Case = replace(newcomer.CASE, make=module.ClampAdapter)
    return case if numbered else replace(case, device=unnumbered_meter)


@contextmanager
def unnumbered_meter() -> Iterator[Mapping[str, Any]]:
    with bench() as made:
        made.answers = {"ID?": "CM-100 4711 1.2", "READ? A": "3.21", "READ? V": "230.1"}
        yield {"host": made.host, "port": made.port, "serial": "4711"}


@pytest.mark.slow
def test_the_pages_advice_for_a_device_without_numbers_keeps_the_contract(newcomer: ModuleType) -> None:
    case = checked(newcomer, without_numbers(), numbered=False)
    for keep in CHECKS.values():
        keep(case)


def test_what_the_page_warns_of_is_found(newcomer: ModuleType) -> None:
    """Without its precautions the page's adapter takes a late answer for another's, in this run or the next; the check says so."""
    trusting, closed = CLOSES.subn("", clamp())
    assert closed == 2
    trusting = trusting.replace("if number != str(self._number):", "if False:")
    unfenced, closed = CLOSES.subn("", without_numbers())
    assert closed == 2
    unfenced = unfenced.replace("self._read(f", "self._ask(f")
    for text, numbered in ((trusting, True), (unfenced, False)):
        with pytest.raises(ContractBroken, match="a late answer was taken for another's"):
            CHECKS["a_late_answer_is_nobody_elses"](checked(newcomer, text, numbered=numbered))


def test_every_sentence_of_the_page_about_a_failure_is_one_that_a_check_says() -> None:
    said = " ".join(
        (PAGE.parents[2] / f"simulator_adapters/{name}.py").read_text()
        for name in ("conformity/checks", "config_schema")
    )
    for words in re.findall(r"^\| \*(.+?)\* \|", PAGE.read_text(), re.M):
        assert words.replace(" …", "") in said
