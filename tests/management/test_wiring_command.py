"""`manage.py wiring`: what scripts get from it, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command

from assess.schemes.sources import read_yaml
from simulator_adapters.wiring import wires_of_nets

ENTRY = read_yaml(Path(settings.ROOT) / "assess" / "content" / "simulations.yaml")["wiring"][0]
REFERENCE = [list(wire) for wire in wires_of_nets(ENTRY["reference_nets"])]


@pytest.fixture
def task(tmp_path: Path) -> Path:
    path = tmp_path / "task.yaml"
    path.write_text(yaml.safe_dump(ENTRY, sort_keys=False))
    return path


def judged(task: Path, wiring: Any, *options: str) -> int:
    """The exit status for a wiring, given as what JSON holds or as bytes."""
    path = task.with_name("wiring.json")
    path.write_bytes(wiring if isinstance(wiring, bytes) else json.dumps(wiring).encode())
    try:
        call_command("wiring", str(task), str(path), *options)
    except SystemExit as ended:
        assert isinstance(ended.code, int)
        return ended.code
    return 0


def test_a_right_wiring_is_told_as_one_object(task: Path, capsys: Any) -> None:
    assert judged(task, {"wires": REFERENCE}, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"works", "safe", "hazards", "score", "max_score", "findings"}
    assert (told["works"], told["safe"], told["hazards"], told["score"], told["max_score"]) == (
        True,
        True,
        [],
        1.0,
        1.0,
    )
    assert {frozenset(finding) for finding in told["findings"]} == {frozenset({"name", "passed", "state", "sentence"})}


def test_a_dangerous_wiring_is_judged_and_so_ends_with_0(task: Path, capsys: Any) -> None:
    without_earth = [wire for wire in REFERENCE if "X1.PE" not in wire]
    assert judged(task, {"wires": without_earth}, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["works"], told["safe"], told["score"]) == (True, False, 0.0)
    assert told["hazards"] == ["missing_protective_conductor", "earth_fault_not_cleared", "touch_not_protected"]
    touched = next(finding for finding in told["findings"] if finding["name"] == "fault_touch_X1")
    # 230 V over 2 kΩ of insulation and 1 kΩ of person: 76.7 V, less what the load draws the line down.
    assert touched["state"] == {"Q1": "on", "S1": "off"}
    assert "the housing at X1.PE stands at 76.3 V" in touched["sentence"]


def test_without_json_every_finding_is_a_line_and_the_last_line_sums_up(task: Path, capsys: Any) -> None:
    assert judged(task, {"wires": REFERENCE}) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "It does what is asked and is safe: 1.0000 of 1."
    assert all(line.startswith("ok  ") for line in lines[:-1])


UNREADABLE: dict[str, tuple[Any, str]] = {
    "no JSON": (b"{", "wiring.json: The text is not JSON"),
    "not UTF-8": (b"\xff", "is not UTF-8"),
    "nested without end": (b"[" * 200_000, "nested too deep"),
    "NaN": (b'{"wires": [["SRC.L", "Q1.1", {"mm2": NaN}]]}', "NaN"),
    "a doubled name": (b'{"wires": [], "wires": []}', "stands twice"),
    "no object": ([["SRC.L", "Q1.1"]], "is no object"),
    "no wires": ({}, "is not a list"),
    "a strange terminal": ({"wires": [["SRC.L", "; shell rm"]]}, "which is no terminal of this task"),
    "a loop": ({"wires": [["SRC.L", "SRC.L"]]}, "starts and ends at SRC.L"),
    "too many wires": ({"wires": [["SRC.L", "Q1.1"]] * 2001}, "at most 2000 are taken"),
    "a size below zero": ({"wires": [["SRC.L", "Q1.1", {"mm2": -1}]]}, "Give a number from 0.2 to 300"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_wiring_that_cannot_be_read_ends_with_2_and_a_sentence(task: Path, case: str, capsys: Any) -> None:
    wiring, sentence = UNREADABLE[case]
    assert judged(task, wiring, "--json") == 2
    told = capsys.readouterr()
    assert sentence in told.err
    assert json.loads(told.out)["judged"] is False


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("id: [", "line 2"),
        ("just words", "The entry is not a mapping"),
        ("? [a, b]\n: c", "not readable YAML"),
        ("id: X\nid: Y", "stands twice"),
        ("wiring:\n- id: X\n- id: Y", "2 entries stand here"),
        ("!!python/object/apply:os.system ['true']", "could not determine a constructor"),
    ],
)
def test_a_task_that_cannot_be_read_ends_with_2_and_a_sentence(
    task: Path, text: str, sentence: str, capsys: Any
) -> None:
    task.write_text(text)
    assert judged(task, {"wires": []}) == 2
    assert sentence in capsys.readouterr().err


def test_a_file_that_is_not_there_ends_with_2(task: Path, capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("wiring", str(task), str(task.with_name("nowhere.json")))
    assert ended.value.code == 2
    assert "nowhere.json can't be read" in capsys.readouterr().err
