"""Reading a wiring task: strict, and every refusal names file, task and remedy."""

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest

from simulator_adapters.wiring import TaskError, WiringTask, check_task
from tests.simulator_adapters.bundled_simulations import SIMULATIONS, WIRING_TASKS, without_key


def change(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def apply(entry: dict[str, Any]) -> None:
        node: Any = entry
        *way, last = path.split("/")
        for key in way:
            node = node[int(key) if key.isdigit() else key]
        node[int(last) if isinstance(node, list) else last] = value

    return apply


BROKEN = {
    "a misspelt safety rule": (change("must_reach_Pe", ["H1.PE"]), "'must_reach_Pe' is unknown"),
    "no supply": (change("components/0/kind", "lamp"), "no load_between|needs load_between"),
    "an unknown kind": (change("components/3/kind", "toaster"), "'toaster' is not in the library. Known kinds are"),
    "an unquoted state": (change("components/1/states", {True: []}), "Quote it"),
    "a contact to nowhere": (change("components/1/states/on", [["1", "9"]]), "two different terminals"),
    "a terminal in two nets": (change("reference_nets/1/0", "SRC.L"), "SRC.L lies in two nets"),
    "a strange terminal": (change("must_reach_pe", ["H9.PE"]), "'H9.PE' is not a terminal"),
    "a row that leaves a switch out": (change("truth_table/0/set", {"Q1": "on"}), "leaves S1 unset"),
    "a row with a strange state": (change("truth_table/0/set/S1", "up"), "sets S1 to 'up'"),
    "an expectation that is no truth value": (change("truth_table/0/expect/H1", "yes"), "true or false"),
    "an expectation about no load": (change("truth_table/0/expect/S1", True), "Name a load or coil"),
    "an unknown rule": (change("extra_rules/0/rule", "be_nice"), "Known rules are"),
    "both table and sequence": (change("sequence", []), "exactly one of them"),
    "two components of one name": (change("components/4/id", "H1"), "Two components are called H1"),
    "a flag that is no truth value": (change("accept_inverted", "maybe"), "true or false"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_task_is_refused_with_file_task_and_remedy(case: str) -> None:
    entry = copy.deepcopy(SIMULATIONS["wiring"][0])
    breaking, message = BROKEN[case]
    breaking(entry)
    with pytest.raises(TaskError, match=message) as refusal:
        WiringTask.from_document(entry, source="mine.yaml")
    assert str(refusal.value).startswith("mine.yaml, SIM-WIRE-1: ")
    assert refusal.value.remedy


def test_too_many_switch_states_are_refused() -> None:
    entry = copy.deepcopy(SIMULATIONS["wiring"][0])
    switch = entry["components"][2]
    entry["components"] += [{**copy.deepcopy(switch), "id": f"S{n}"} for n in range(2, 12)]
    for row in entry["truth_table"]:
        row["set"] |= {f"S{n}": "off" for n in range(2, 12)}
    with pytest.raises(TaskError, match="4096 combinations"):
        WiringTask.from_document(entry)


def test_a_reference_that_fails_and_a_variant_that_passes_are_reported() -> None:
    entry = copy.deepcopy(SIMULATIONS["wiring"][0])
    entry["fault_variants"] = [{"id": "F9", "text": "not wrong at all", "nets": entry["reference_nets"]}]
    entry["truth_table"][0]["expect"]["H1"] = True
    entry["fault_variants"][0]["nets"] = copy.deepcopy(entry["reference_nets"])
    problems = check_task(WiringTask.from_document(entry))
    assert [problem.split(".")[0] for problem in problems] == ["SIM-WIRE-1: the reference wiring fails row_1"]
    entry["truth_table"][0]["expect"]["H1"] = False
    assert check_task(WiringTask.from_document(entry)) == [
        "SIM-WIRE-1: the wrong wiring F9 (not wrong at all) passes every check."
    ]


def test_the_public_document_holds_no_key() -> None:
    """What is on a part's housing is no key; that is all there is besides the names."""
    document = WIRING_TASKS["SIM-WIRE-4"].public_document()
    assert set(document) == {"id", "title", "components", "conductors"}
    housing = {"id", "kind", "role", "terminals", "states", "contacts", "load"}
    assert all(set(component) == housing for component in document["components"])


@pytest.mark.parametrize("name", WIRING_TASKS)
def test_the_public_document_is_the_same_whatever_the_key_says(name: str) -> None:
    task = WIRING_TASKS[name]
    assert without_key(task).public_document() == task.public_document()


def test_tasks_read_from_equal_entries_are_equal_and_share_a_digest() -> None:
    one, two = (WiringTask.from_document(copy.deepcopy(SIMULATIONS["wiring"][1])) for _ in range(2))
    assert (one, hash(one), one.sha256) == (two, hash(two), two.sha256)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"injectable": "touch"}, "injectable is not a list"),
        ({"injectable": ["F1"]}, "'F1' is no fault"),
        ({"injectable": ["touch_X9"]}, "'touch_X9' is no fault"),
        ({"injectable": [7]}, "7 is no fault"),
        ({"conductors": {"size": [1.5]}}, "the field 'size' is unknown"),
        ({"conductors": {"sizes": []}}, "empty, too long or out of order"),
        ({"conductors": {"sizes": [2.5, 1.5]}}, "empty, too long or out of order"),
        ({"conductors": {"sizes": ["thick"]}}, "holds 'thick'"),
        ({"conductors": {"sizes": [0]}}, "holds 0"),
        ({"conductors": {"lengths": "yes"}}, "conductors.lengths is 'yes'"),
    ],
)
def test_what_the_bench_offers_is_read_strictly(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(TaskError, match=re.escape(said)):
        WiringTask.from_document(copy.deepcopy(SIMULATIONS["wiring"][0]) | fields)


def test_a_fault_that_cannot_break_in_the_task_is_reported() -> None:
    entry = copy.deepcopy(SIMULATIONS["wiring"][0]) | {"injectable": ["touch", "overloaded", "line_body_S1"]}
    assert check_task(WiringTask.from_document(entry)) == [
        "SIM-WIRE-1: injectable names overloaded, which can't break in this task.",
        "SIM-WIRE-1: injectable names line_body_S1, which can't break in this task.",
    ]


def test_what_the_bench_offers_decides_no_verdict() -> None:
    entry = copy.deepcopy(SIMULATIONS["wiring"][0])
    one = WiringTask.from_document(entry)
    other = WiringTask.from_document(entry | {"injectable": [], "conductors": {"sizes": [1.5, 2.5], "lengths": True}})
    assert one.sha256 == other.sha256
    assert other.public_document()["conductors"] == {
        "sizes": ["1.5", "2.5"],
        "size_asked": True,
        "length_asked": True,
    }
