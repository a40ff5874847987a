"""What a person at the bench sees: loads, voltages, what trips and what holds itself; and nothing of the key."""

import copy
from decimal import Decimal

import pytest

from simulator_adapters.wiring import Observation, WiringInputError, WiringTask, faults, injectable, observe
from simulator_adapters.wiring.parts import Component
from simulator_adapters.wiring.tripping_times import how_fast
from tests.simulator_adapters.bundled_simulations import SIMULATIONS, WIRING_TASKS, without_key

ON = {"Q1": "on", "S1": "on"}
REST = {"RCD": "on", "Q1": "on", "S0": "rest", "S1": "rest"}


def seen(
    name: str, *operations: object, without: tuple[str, ...] = (), more: tuple[tuple[str, str], ...] = ()
) -> Observation:
    """The reference wiring, less the wires that touch some terminals and with some more, after these operations."""
    task = WIRING_TASKS[name]
    kept = [wire for wire in task.reference if not set(wire) & set(without)]
    return observe(task, [*kept, *more], operations)


def test_before_anything_is_operated_every_part_stands_in_its_first_state() -> None:
    found = seen("SIM-WIRE-1")
    assert (found.set, found.loads) == ({"Q1": "off", "S1": "off"}, {"H1": "off", "X1": "off"})


def test_a_part_that_no_operation_names_stays_as_it_is() -> None:
    found = seen("SIM-WIRE-1", ON, {"S1": "off"})
    assert (found.set, found.loads) == ({"Q1": "on", "S1": "off"}, {"H1": "off", "X1": "on"})


def test_voltages_are_against_earth_and_what_has_no_path_to_the_supply_has_none() -> None:
    found = seen("SIM-WIRE-1", ON, without=("X1.PE",))
    # 230 V behind 0.2 Ω; socket 52.9 Ω and lamp 529 Ω side by side draw 4.7 A, which lifts N by 4.7 A · 0.15 Ω.
    assert (found.voltages["SRC.L"], found.voltages["SRC.N"]) == (Decimal("229.1"), Decimal("0.7"))
    assert "X1.PE" not in found.voltages and found.voltages["H1.PE"] == 0


def test_nothing_drawn_is_dead_and_trips_nothing() -> None:
    found = observe(WIRING_TASKS["SIM-WIRE-1"], [], [ON])
    assert (found.loads, found.tripped) == ({"H1": "off", "X1": "off"}, ())


def test_a_contactor_holds_itself_until_the_stop_is_pressed() -> None:
    pressed, released = {**REST, "S1": "pressed"}, REST
    assert seen("SIM-WIRE-4", REST).loads["EV"] == "off"
    assert seen("SIM-WIRE-4", REST, pressed, released).loads == {"K1": "on", "EV": "on"}
    assert seen("SIM-WIRE-4", REST, pressed, released, {"S0": "pressed"}, REST).loads == {"K1": "off", "EV": "off"}


def test_a_short_behind_the_breaker_trips_it_and_it_stands_open() -> None:
    found = seen("SIM-WIRE-1", ON, more=(("Q1.2", "SRC.N"),))
    assert (found.tripped, found.set["Q1"], found.loads) == (("Q1",), "off", {"H1": "off", "X1": "off"})
    again = seen("SIM-WIRE-1", ON, {"S1": "off"}, more=(("Q1.2", "SRC.N"),))
    assert (again.tripped, again.set["Q1"]) == ((), "off")


def test_a_short_before_the_breaker_blows_the_fuse_and_nothing_is_live_any_more() -> None:
    found = seen("SIM-WIRE-1", {}, ON, more=(("SRC.L", "SRC.PE"),))
    assert (found.tripped, found.voltages, set(found.loads.values())) == (("SRC",), {}, {"off"})


def test_a_neutral_taken_past_the_residual_current_device_trips_it() -> None:
    past = (("EV.N", "SRC.N"), ("Q1.2", "EV.L"))
    found = seen("SIM-WIRE-4", REST, without=("EV.N", "EV.L"), more=past)
    assert (found.tripped, found.set["RCD"]) == (("RCD",), "off")


def test_an_injected_fault_trips_what_should_trip_and_leaves_live_what_nothing_clears() -> None:
    task = WIRING_TASKS["SIM-WIRE-1"]
    found = observe(task, task.reference, [ON, {}], injected=["", "line_body_X1"])
    assert (found.tripped, found.within, found.set["Q1"]) == (("Q1",), ("within 0.1 s",), "off")
    # 230 V over 0.2 + 0.2 Ω of the supply, 0.1 Ω of the fault and the joints.
    assert found.struck_amps is not None and 400 < found.struck_amps < 460 and found.fault_amps == 0
    bare = [wire for wire in task.reference if "X1.PE" not in wire]
    left = observe(task, bare, [ON, {}], injected=["", "line_body_X1"])
    assert (left.tripped, left.voltages["X1.PE"], left.set["Q1"]) == ((), Decimal("228.9"), "on")
    assert observe(task, bare, [ON, {}, {}], injected=["", "line_body_X1", ""]).voltages.get("X1.PE") is None
    with pytest.raises(WiringInputError, match="'no such' can't be injected here"):
        observe(task, bare, [ON], injected=["no such"])


def test_nothing_is_live_under_a_fault_while_the_breaker_is_off() -> None:
    task = WIRING_TASKS["SIM-WIRE-1"]
    for name in injectable(task):
        found = observe(task, task.reference, [{"S1": "on"}, {}], injected=["", name])
        assert (found.tripped, set(found.loads.values())) == ((), {"off"})
        assert {volts for terminal, volts in found.voltages.items() if terminal[:2] in ("H1", "X1")} <= {Decimal(0)}


def test_a_residual_current_device_is_faster_than_the_breaker_and_both_than_the_contactor() -> None:
    task = WIRING_TASKS["SIM-WIRE-4"]
    running = [REST, {**REST, "S1": "pressed"}, REST]
    touched = observe(task, task.reference, [*running, {}], injected=["", "", "", "touch_EV"])
    assert (touched.tripped, touched.within, touched.loads["EV"]) == (("RCD",), ("within 150 ms",), "off")
    shorted = observe(task, task.reference, [*running, {}], injected=["", "", "", "line_neutral_EV"])
    assert (shorted.tripped, shorted.within) == (("Q1",), ("within 0.1 s",))
    bolted = observe(task, task.reference, [*running, {}], injected=["", "", "", "line_body_EV"])
    assert (bolted.tripped, bolted.within) == (("RCD",), ("within 40 ms",))


def test_a_fault_that_is_there_when_the_device_is_set_again_trips_it_again() -> None:
    task = WIRING_TASKS["SIM-WIRE-1"]
    operations, there = [ON, {}, {"Q1": "on"}], ["", "line_neutral_H1", "line_neutral_H1"]
    assert observe(task, task.reference, operations, injected=there).tripped == ("Q1",)
    assert observe(task, task.reference, operations, injected=[*there[:2], ""]).loads == {"H1": "on", "X1": "on"}


def test_what_may_be_injected_is_what_the_task_names_and_nothing_without() -> None:
    entry = copy.deepcopy(SIMULATIONS["wiring"][0]) | {"injectable": ["broken_pe", "touch_X1"]}
    assert list(injectable(WiringTask.from_document(entry))) == ["broken_pe_SRC", "touch_X1"]
    del entry["injectable"]
    assert injectable(WiringTask.from_document(entry)) == {}


def test_the_wrong_wirings_of_a_task_are_nothing_that_is_injected() -> None:
    for task in WIRING_TASKS.values():
        assert injectable(task) and not {variant.id for variant in task.variants} & set(injectable(task))
        assert not {variant.text for variant in task.variants} & set(injectable(task).values())


def test_the_faults_of_a_task_are_told_in_words() -> None:
    assert faults(WIRING_TASKS["SIM-WIRE-4"])["line_neutral_K1"] == "the coil of contactor K1 is shorted"


@pytest.mark.parametrize(
    ("kind", "amps", "residual", "said"),
    [
        ("breaker B16", 80.0, 0.0, "within 0.1 s"),
        ("breaker C16", 80.0, 0.0, "at once or within a minute"),
        ("breaker D16", 80.0, 0.0, "within a minute"),
        ("breaker B40", 110.0, 0.0, "within 2 min"),
        ("breaker B16", 24.0, 0.0, "within an hour"),
        ("fuse 16 A", 300.0, 0.0, "within 0.1 s"),
        ("fuse 16 A", 100.0, 0.0, "within 5 s"),
        ("overload 6 A", 9.0, 0.0, "within 4 min"),
        ("overload 6 A", 7.3, 0.0, "within 2 h"),
        ("rcd 30 mA", 0.1, 0.03, "within 300 ms"),
        ("rcd 30 mA", 0.1, 0.06, "within 150 ms"),
        ("rcbo B16 30 mA", 300.0, 0.2, "within 40 ms"),
        ("rcbo B16 30 mA", 300.0, 0.0, "within 0.1 s"),
    ],
)
def test_how_fast_a_device_trips_is_the_longest_time_of_its_standard(
    kind: str, amps: float, residual: float, said: str
) -> None:
    assert how_fast(Component(id="Q1", kind=kind, terminals=("1", "2")), amps, residual) == said


@pytest.mark.parametrize(
    ("wires", "operations", "code"),
    [
        ([["SRC.L", "H9.L"]], [], "unknown_terminal"),
        ([], ["on"], "not_operations"),
        ([], [{"S9": "on"}], "unknown_state"),
        ([], [{"S1": "up"}], "unknown_state"),
        ([], [{"S1": ["on"]}], "unknown_state"),
        ([], [{"S1": "on"}] * 501, "too_many_operations"),
    ],
)
def test_what_cannot_be_carried_out_is_refused_with_code_and_sentence(
    wires: object, operations: list[object], code: str
) -> None:
    with pytest.raises(WiringInputError) as refusal:
        observe(WIRING_TASKS["SIM-WIRE-1"], wires, operations)
    assert [found for found, _ in refusal.value.problems] == [code]


@pytest.mark.slow
@pytest.mark.parametrize("name", WIRING_TASKS)
def test_what_is_seen_is_the_same_whatever_the_key_says(name: str) -> None:
    """Reference, truth table, rules and faults may say anything: loads, voltages and trips come from the drawing alone."""
    task = WIRING_TASKS[name]
    for wires in (task.reference, *(variant.wires for variant in task.variants)):
        for setting in task.settings:
            assert observe(without_key(task), wires, [setting]) == observe(task, wires, [setting])
    assert injectable(without_key(task)) == injectable(task)
    for fault in injectable(task):
        for wires in (task.reference, task.variants[0].wires):
            there = {"injected": ["", fault]}
            operations = [task.settings[-1], {}]
            assert observe(without_key(task), wires, operations, **there) == observe(task, wires, operations, **there)
