"""Conductors with size, length and colour, the library's own terminals, workmanship, and the caps."""

import math
from decimal import Decimal
from typing import Any

import pytest

from simulator_adapters.wiring import Sort, TaskError, Verdict, WiringInputError, WiringTask, evaluate
from simulator_adapters.wiring.library import KINDS, kind_of, rating_of
from simulator_adapters.wiring.wires import read_wiring
from tests.simulator_adapters.bundled_simulations import WIRING_TASKS
from tests.simulator_adapters.wiring_circuits import CIRCUITS, RCD_SOCKET

LIGHT = WIRING_TASKS["SIM-WIRE-1"]


def judged(task: WiringTask, wires: object) -> Verdict:
    (verdict,) = evaluate(task, [wires])
    return verdict


def failed(verdict: Verdict, sort: Sort) -> dict[str, str]:
    return {
        finding.name: finding.sentence for finding in verdict.findings if finding.sort is sort and not finding.passed
    }


def with_known(task: WiringTask, **known: Any) -> list[list[Any]]:
    return [[a, b, known] for a, b in task.reference]


def test_length_and_size_give_the_resistance_of_each_conductor() -> None:
    verdict = judged(LIGHT, with_known(LIGHT, mm2=1.5, metres=20))
    # By hand: 20 m of 1.5 mm² copper have 0.0178·20/1.5 = 0.2373 Ω. In row 1 the socket's 52.9 Ω lie behind 0.35 Ω of the
    # supply, two contacts… the line runs SRC–Q1, one contact, Q1–S1, S1–X1; the neutral SRC–H1, H1–X1: five conductors.
    assert float(verdict.scenes[0].across["X1"]) == pytest.approx(
        230 * 52.9 / (52.9 + 0.35 + 0.01 + 5 * 0.23733), abs=0.06
    )
    assert verdict.works


def test_a_conductor_so_long_that_the_load_is_weak_does_not_work() -> None:
    assert not judged(LIGHT, with_known(LIGHT, mm2=0.5, metres=100)).works


def test_a_conductor_too_thin_for_its_breaker_is_a_hazard() -> None:
    verdict = judged(LIGHT, with_known(LIGHT, mm2=0.75))
    assert verdict.hazards == ("conductor_too_thin",)
    assert failed(verdict, Sort.SAFETY)["conductor_sizes"] == (
        "SRC.L – Q1.1 has 0.75 mm², which carries 10 A; breaker Q1 lets 16 A pass."
    )
    assert judged(LIGHT, with_known(LIGHT, mm2=1.5)).safe


def test_behind_a_larger_breaker_the_conductor_has_to_be_larger() -> None:
    charge = WIRING_TASKS["SIM-WIRE-4"]  # B32
    assert judged(charge, with_known(charge, mm2=2.5)).hazards == ("conductor_too_thin",)
    assert judged(charge, with_known(charge, mm2=4)).hazards == ()


def test_colours_that_say_something_else_are_workmanship_and_no_hazard() -> None:
    verdict = judged(LIGHT, {"wires": LIGHT.reference, "colours": ["brown"] * len(LIGHT.reference)})
    assert (verdict.works, verdict.safe, verdict.score) == (True, True, Decimal(1))
    assert set(failed(verdict, Sort.WORKMANSHIP)) == {"workmanship_colours"}
    right = ["brown", "brown", "brown", "brown", "blue", "blue", "green-yellow", "green"]
    assert failed(judged(LIGHT, {"wires": LIGHT.reference, "colours": right}), Sort.WORKMANSHIP) == {}


def test_a_redundant_bridge_and_a_crowded_terminal_are_workmanship_and_no_hazard() -> None:
    bridged = [*LIGHT.reference, ("Q1.2", "X1.L"), ("X1.L", "Q1.2")]
    verdict = judged(LIGHT, bridged)
    assert (verdict.works, verdict.safe, verdict.score) == (True, True, Decimal(1))
    assert failed(verdict, Sort.WORKMANSHIP) == {
        "workmanship_wires_per_terminal": "More than 2 wires end at Q1.2, X1.L.",
        "workmanship_no_redundant_bridge": "Joined already without it: Q1.2 – X1.L, X1.L – Q1.2.",
    }


@pytest.mark.parametrize(
    "known",
    [
        {"mm2": 0}, {"mm2": -1}, {"mm2": math.nan}, {"mm2": math.inf}, {"mm2": "1_5"}, {"mm2": "١"}, {"mm2": True},
        {"mm2": "2.5 mm2"}, {"mm2": 10**400}, {"metres": 1e9}, {"metres": []}, {"colour": "octarine"}, {"colour": 7}, {"ohms": 1},
    ],
    ids=str,
)  # fmt: skip
def test_what_no_conductor_has_is_refused(known: dict[str, Any]) -> None:
    with pytest.raises(WiringInputError) as refusal:
        read_wiring(LIGHT, [["SRC.L", "Q1.1", known]])
    assert [code for code, _ in refusal.value.problems] == ["bad_conductor"]
    assert refusal.value.problems[0][1].startswith("Wire 1")


def test_a_drawing_reads_again_from_its_own_document() -> None:
    drawing = read_wiring(LIGHT, [["SRC.L", "Q1.1", {"mm2": 1.5, "metres": 4, "colour": "brown"}], ["SRC.N", "H1.N"]])
    assert read_wiring(LIGHT, drawing.document()) == drawing


def test_a_mistake_in_one_of_several_wirings_names_which() -> None:
    with pytest.raises(WiringInputError, match=r"Wiring 2: Wire 1 ends at 'H9\.L'"):
        evaluate(LIGHT, [[], [["H9.L", "Q1.1"]]])


def test_a_kind_is_found_by_the_longest_name_that_fits() -> None:
    found = {
        text: kind.noun
        for text in ("RCBO C20 30 mA", "rcd", "switch two-way", "motor three-phase 4 kW", "fuse")
        if (kind := kind_of(text))
    }
    assert found == {
        "RCBO C20 30 mA": "residual current breaker",
        "rcd": "residual current device",
        "switch two-way": "switch",
        "motor three-phase 4 kW": "motor",
        "fuse": "fuse",
    }
    assert kind_of("breakers") is None


def test_every_kind_s_own_terminals_states_and_load_fit_together() -> None:
    for kind in KINDS:
        assert {end for pairs in kind.states.values() for pair in pairs for end in pair} <= set(kind.terminals)
        assert set(kind.load) <= set(kind.terminals)
        assert bool(kind.load) == (kind.watts is not None)


def test_ratings_are_read_from_the_kind_and_nothing_else() -> None:
    assert (rating_of("breaker C6").amps, rating_of("motor 1.5 kW").watts, rating_of("timer 90 s").seconds) == (
        6,
        1500,
        90,
    )
    assert rating_of("lamp LED2000 type B") == rating_of("lamp")


def entry(**changes: Any) -> dict[str, Any]:
    return {**RCD_SOCKET, **changes}


def components(*changed: dict[str, Any]) -> list[dict[str, Any]]:
    names = {component["id"] for component in changed}
    return [component for component in RCD_SOCKET["components"] if component["id"] not in names] + list(changed)


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "an id with a line break": (entry(components=components({"id": "X\n1", "kind": "lamp"})), "an id holds no dot"),
    "ids that differ in capitals only": (
        entry(components=components({"id": "rcd", "kind": "lamp"})),
        "capitals make none",
    ),
    "a netlist as a kind": (
        entry(components=components({"id": "X9", "kind": ".include /etc/hostname"})),
        "is not in the library",
    ),
    "a load of no size": (entry(components=components({"id": "X9", "kind": "lamp 2000000 W"})), "out of range"),
    "a list where a terminal is asked for": (entry(must_reach_pe=[["X1.PE"]]), "a list is not a terminal"),
    "a mapping where a component is asked for": (entry(same_rcd={"component": {}, "loads": []}), "is not a component"),
    "a list as a state": (
        entry(truth_table=[{"set": {"RCD": ["on"], "Q1": "on"}, "expect": {"X1": True}}]),
        "sets RCD to",
    ),
    "a truth table that waits": (
        entry(truth_table=[{"set": {"RCD": "on", "Q1": "on"}, "wait_s": 3, "expect": {"X1": True}}]),
        "write a sequence",
    ),
    "a direction of what does not turn": (
        entry(truth_table=[{"set": {"RCD": "on", "Q1": "on"}, "expect": {"X1": "forward"}}]),
        "write true or false",
    ),
    "501 parts": (entry(components=[{"id": f"H{n}", "kind": "lamp"} for n in range(501)]), "Give 1 to 500"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_task_that_is_an_attack_or_a_slip_is_refused(case: str) -> None:
    broken, message = BROKEN[case]
    with pytest.raises(TaskError, match=message):
        WiringTask.from_document(broken)


def test_the_engine_stops_when_its_time_is_over() -> None:
    with pytest.raises(WiringInputError, match="took longer than 0 s") as refusal:
        evaluate(CIRCUITS["rcd-socket"], [CIRCUITS["rcd-socket"].reference], seconds=0)
    assert refusal.value.problems[0][0] == "engine_timeout"


def test_a_task_may_be_given_as_its_document() -> None:
    assert evaluate(RCD_SOCKET, [{"wires": [["SRC.L", "RCD.1"]]}])[0].works is False
