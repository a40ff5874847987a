"""Where a finding lies on the board: the path that makes it so, or what a terminal reaches where a path is missing."""

from simulator_adapters.wiring import Verdict, evaluate
from tests.simulator_adapters.bundled_simulations import WIRING_TASKS

LIGHT = WIRING_TASKS["SIM-WIRE-1"]


def judged(wires: list[tuple[str, str]]) -> Verdict:
    (verdict,) = evaluate(LIGHT, [wires])
    return verdict


def drawn(verdict: Verdict, wires: list[tuple[str, str]], name: str) -> tuple[set[str], list[tuple[str, str]]]:
    place = verdict.places[name]
    return set(place.terminals), [wires[number] for number in place.wires]


def without(*terminals: str) -> list[tuple[str, str]]:
    return [wire for wire in LIGHT.reference if not set(wire) & set(terminals)]


def test_what_is_met_points_to_nothing() -> None:
    assert judged(list(LIGHT.reference)).places == {}


def test_a_short_circuit_is_the_way_from_one_pole_to_the_other() -> None:
    wires = [*without("H1.L"), ("S1.2", "SRC.N")]
    terminals, path = drawn(judged(wires), wires, "no_short_circuit_line_neutral")
    assert path == [("SRC.L", "Q1.1"), ("Q1.2", "S1.1"), ("S1.2", "SRC.N")]
    assert terminals == {"SRC.L", "Q1.1", "Q1.2", "S1.1", "S1.2", "SRC.N"}


def test_a_housing_without_protective_conductor_points_to_itself_and_what_it_reaches() -> None:
    wires = without("X1.PE")
    assert drawn(judged(wires), wires, "protective_conductor_X1.PE") == ({"X1.PE"}, [])
    stray = [*wires, ("X1.PE", "S1.2")]
    terminals, path = drawn(judged(stray), stray, "protective_conductor_X1.PE")
    assert ("X1.PE", "S1.2") in path and "X1.PE" in terminals


def test_a_switch_in_the_neutral_points_to_the_way_from_the_line_to_the_lamp() -> None:
    (wrong,) = (variant for variant in LIGHT.variants if variant.id == "F1")
    wires = list(wrong.wires)
    terminals, path = drawn(judged(wires), wires, "switch_in_line_S1")
    assert path == [("SRC.L", "Q1.1"), ("Q1.2", "H1.L")]
    assert {"H1.L", "SRC.L"} <= terminals


def test_a_load_that_does_not_work_points_to_how_far_its_ends_reach() -> None:
    wires = [wire for wire in LIGHT.reference if wire != ("Q1.2", "S1.1")]
    wires = [("Q1.2", "X1.L") if wire == ("S1.1", "X1.L") else wire for wire in wires]
    terminals, path = drawn(judged(wires), wires, "row_2")
    assert {"H1.L", "H1.N"} <= terminals and ("SRC.N", "H1.N") in path and ("Q1.2", "X1.L") not in path


def test_a_conductor_that_is_too_thin_is_pointed_out_by_itself() -> None:
    thin = [[*wire, {"mm2": "0.75" if wire == ("Q1.2", "S1.1") else "2.5"}] for wire in LIGHT.reference]
    (verdict,) = evaluate(LIGHT, [thin])
    assert verdict.places["conductor_sizes"].wires == (LIGHT.reference.index(("Q1.2", "S1.1")),)


def test_every_wrong_wiring_of_the_content_has_a_place_for_what_is_wrong() -> None:
    for task in WIRING_TASKS.values():
        for variant in task.variants:
            (verdict,) = evaluate(task, [variant.wires])
            assert verdict.places, f"{task.id} {variant.id}"
