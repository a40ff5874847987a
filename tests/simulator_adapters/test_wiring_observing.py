"""What a person at the bench sees: loads, voltages, what trips and what holds itself; and nothing of the key."""

from decimal import Decimal

import pytest

from simulator_adapters.wiring import Observation, WiringInputError, faults, observe
from tests.simulator_adapters.bundled_simulations import WIRING_TASKS, without_key

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
    found = observe(task, task.reference, [ON], fault="line_body_X1")
    assert (found.tripped, found.set["Q1"]) == (("Q1",), "off")
    bare = [wire for wire in task.reference if "X1.PE" not in wire]
    assert observe(task, bare, [ON], fault="line_body_X1").tripped == ()
    with pytest.raises(WiringInputError, match="'no such' can't be injected here"):
        observe(task, bare, [ON], fault="no such")


def test_the_faults_of_a_task_are_told_in_words() -> None:
    assert faults(WIRING_TASKS["SIM-WIRE-4"])["line_neutral_K1"] == "the coil of contactor K1 is shorted"


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


@pytest.mark.parametrize("name", WIRING_TASKS)
def test_what_is_seen_is_the_same_whatever_the_key_says(name: str) -> None:
    """Reference, truth table, rules and faults may say anything: loads, voltages and trips come from the drawing alone."""
    task = WIRING_TASKS[name]
    for wires in (task.reference, *(variant.wires for variant in task.variants)):
        for setting in task.settings:
            assert observe(without_key(task), wires, [setting]) == observe(task, wires, [setting])
