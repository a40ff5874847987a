"""Injected faults and protective devices: what functional testing alone lets pass."""

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator_adapters.wiring import Verdict, WiringTask, check_task, evaluate
from tests.effort import examples
from tests.simulator_adapters.bundled_simulations import WIRING_TASKS
from tests.simulator_adapters.wiring_circuits import CIRCUITS, Wires, mutant, without

SOCKET = CIRCUITS["rcd-socket"]
LATCH = CIRCUITS["motor-latch"]


def judged(task: WiringTask, wires: object, **how: Any) -> Verdict:
    (verdict,) = evaluate(task, [wires], **how)
    return verdict


def failed(verdict: Verdict) -> set[str]:
    return {finding.name for finding in verdict.findings if not finding.passed}


def told(verdict: Verdict, name: str) -> str:
    return next(finding.sentence for finding in verdict.findings if finding.name == name)


@pytest.mark.slow
@pytest.mark.parametrize("name", CIRCUITS)
def test_the_reference_of_every_circuit_is_sound(name: str) -> None:
    assert check_task(CIRCUITS[name]) == []


# The six wirings of the reference's table and what each of its faults shows there; a load alone shows none but the RCD's.
SOCKETS: dict[str, tuple[Wires, set[str]]] = {
    "protective conductor open": (
        without(SOCKET.reference, "X1.PE"),
        {"protective_conductor_X1.PE", "fault_line_body_X1"},
    ),
    "protective conductor on the neutral behind the RCD": (
        [*without(SOCKET.reference, "X1.PE"), ("X1.PE", "RCD.N2")],
        {"protective_conductor_X1.PE", "fault_touch_X1", "fault_neutral_body_X1", "fault_broken_neutral_SRC"},
    ),
    "neutral and protective conductor joined behind the RCD": (
        [*SOCKET.reference, ("X1.N", "X1.PE")],
        {"neutral_apart_from_earth", "no_current_in_protective_conductor", "balanced_RCD"},
    ),
    "neutral past the RCD": (
        [*without(SOCKET.reference, "X1.N"), ("X1.N", "SRC.N")],
        {"same_rcd_X1", "balanced_RCD"},
    ),
    "line and neutral exchanged at the socket": (
        [*without(SOCKET.reference, "X1.N", "X1.L"), ("Q1.2", "X1.N"), ("RCD.N2", "X1.L")],
        {"neutral_when_on_X1.N"},
    ),
    "one pole of the RCD turned round": (
        [*without(SOCKET.reference, "RCD.1", "RCD.2"), ("SRC.L", "RCD.2"), ("RCD.1", "Q1.1")],
        {"balanced_RCD"},
    ),
}


@pytest.mark.parametrize("case", SOCKETS)
def test_a_socket_that_works_and_may_kill_is_caught(case: str) -> None:
    wires, findings = SOCKETS[case]
    verdict = judged(SOCKET, wires)
    assert (verdict.works, verdict.safe, verdict.score) == (True, False, Decimal(0))
    assert failed(verdict) == findings


def test_the_sentence_of_a_fault_says_what_broke_what_tripped_and_what_is_left() -> None:
    verdict = judged(SOCKET, [*without(SOCKET.reference, "X1.PE"), ("X1.PE", "RCD.N2")])
    # By hand: 229 V over 2 kΩ of insulation, 114 mA, all of it back through the RCD.
    assert told(verdict, "fault_touch_X1") == (
        "With RCD on, Q1 on: when a person holds the housing of socket X1 while its insulation leaks, "
        "114 mA leak away and nothing switches off."
    )


def test_without_faults_an_open_protective_conductor_shows_only_by_the_task_s_own_rule() -> None:
    verdict = judged(SOCKET, without(SOCKET.reference, "X1.PE"), faults=False)
    assert failed(verdict) == {"protective_conductor_X1.PE"}


def test_a_task_without_any_switch_is_judged() -> None:
    parts = [{"id": "SRC", "kind": "supply"}, {"id": "H1", "kind": "lamp"}]
    nets = [[f"SRC.{pole}", f"H1.{pole}"] for pole in ("L", "N", "PE")]
    table = [{"set": {}, "expect": {"H1": True}}]
    entry = {"id": "bare", "title": "A lamp", "components": parts, "reference_nets": nets, "truth_table": table}
    task = WiringTask.from_document(entry)
    assert [(judged(task, wires).works, judged(task, wires).safe) for wires in (nets, nets[1:], nets[:2])] == [
        *((True, True), (False, True), (True, False))
    ]


def test_a_danger_that_the_reference_has_too_is_not_held_against_a_candidate() -> None:
    """Without an RCD in the task nothing clears a leak: neither the reference nor an equal wiring is blamed for it."""
    task = WIRING_TASKS["SIM-WIRE-1"]
    assert "fault_touch_H1" not in failed(judged(task, task.reference))


def test_a_load_whose_ends_are_equal_may_be_connected_either_way_round() -> None:
    """Without an RCD nothing clears a neutral that touches the housing, whichever terminal the neutral lies on."""
    motor = {"id": "M1", "kind": "motor", "terminals": ["U1", "U2", "PE"], "load_between": ["U1", "U2"]}
    parts = [{"id": "SRC", "kind": "supply"}, {"id": "Q1", "kind": "breaker C16"}, motor]
    table = [{"set": {"Q1": state}, "expect": {"M1": state == "on"}} for state in ("on", "off")]
    nets = [["SRC.L", "Q1.1"], ["Q1.2", "M1.U1"], ["SRC.N", "M1.U2"], ["SRC.PE", "M1.PE"]]
    entry = {"id": "pump", "title": "A pump", "components": parts, "reference_nets": nets, "truth_table": table}
    task = WiringTask.from_document({**entry, "must_reach_pe": ["M1.PE"]})
    turned = judged(task, exchanged(list(task.reference), M1_U1="M1.U2", M1_U2="M1.U1"))
    assert (turned.works, turned.safe, failed(turned)) == (True, True, set())


def test_conductors_looped_through_a_terminal_stay_joined_under_a_fault_there() -> None:
    """The lamp's protective conductor goes on to the socket: as good as one for each."""
    task = WIRING_TASKS["SIM-WIRE-1"]
    looped = [*(wire for wire in task.reference if "X1.PE" not in wire), ("H1.PE", "X1.PE")]
    assert failed(judged(task, looped)) == set()


STARTERS: dict[str, tuple[Wires, bool, set[str]]] = {
    "overload relay bypassed": (
        [*without(LATCH.reference, "F2.1", "F2.2"), ("K1.2", "M1.L")],
        True,
        {"behind_overload_relay_M1", "fault_overloaded_M1"},
    ),
    "overload relay bridged": (
        [*LATCH.reference, ("F2.1", "F2.2")],
        True,
        {"behind_overload_relay_M1", "fault_overloaded_M1"},
    ),
    "its contact left out of the coil circuit": (
        [*without(LATCH.reference, "F2.95", "F2.96"), ("Q1.2", "S0.21")],
        False,
        {"step_4", "step_5", "fault_overloaded_M1"},
    ),
    "hold-in past the stop push": (
        [wire if wire != ("S1.13", "K1.13") else ("F2.96", "K1.13") for wire in LATCH.reference],
        False,
        {"step_8", "step_9"},
    ),
}


@pytest.mark.parametrize("case", STARTERS)
def test_a_motor_starter_that_lets_the_winding_burn_is_caught(case: str) -> None:
    wires, works, findings = STARTERS[case]
    verdict = judged(LATCH, wires)
    assert verdict.works is works
    assert {name for name in failed(verdict) if not name.startswith("workmanship")} == findings


def exchanged(wires: Wires, **names: str) -> Wires:
    moved = {name.replace("_", "."): to for name, to in names.items()}
    return [(moved.get(a, a), moved.get(b, b)) for a, b in wires]


def test_a_reversing_starter_without_exchanged_lines_turns_the_same_way() -> None:
    task = CIRCUITS["reversing-starter"]
    verdict = judged(task, exchanged(list(task.reference), K2_6="K2.2", K2_2="K2.6"), faults=False)
    assert failed(verdict) == {"step_8", "step_9", "step_10", "step_11"}
    assert told(verdict, "step_9").endswith("motor M1 should be reverse but is forward, with 397.4 V across it.")


def test_a_reversing_starter_whose_interlock_is_missing_is_caught() -> None:
    task = CIRCUITS["reversing-starter"]
    bare = [*without(task.reference, "K2.21", "K2.22"), ("K1.14", "K1.A1")]
    verdict = judged(task, bare, faults=False)
    assert failed(verdict) == {"step_10", "step_11", "no_short_circuit_changing_over"}
    assert verdict.hazards == ("short_circuit_changing_over",)
    assert told(verdict, "no_short_circuit_changing_over") == (
        "With Q1 on, F2 ready, S0 rest, S1 pressed, S2 rest: A contactor comes while another still holds: until that one has "
        "dropped out, both together are a short circuit."
    )


def test_contactors_that_lock_each_other_out_never_change_over_into_a_short_circuit() -> None:
    """Not even where both pushes are pressed at once: neither had held, and a race has one winner."""
    task = CIRCUITS["reversing-starter"]
    assert judged(task, task.reference, faults=False).hazards == ()


def test_contactors_that_lock_each_other_out_race_and_one_wins() -> None:
    """Both start pushes at once from rest is among the scenes of the reversing starter, and nothing chatters there."""
    task = CIRCUITS["reversing-starter"]
    assert "no_chatter" not in failed(judged(task, task.reference, faults=False))


def test_a_timer_acts_once_its_time_is_over() -> None:
    task = CIRCUITS["staircase"]
    assert [scene.loads["H1"] for scene in judged(task, task.reference).scenes] == [
        *("off", "off", "off", "on", "off", "on")
    ]
    at_once = judged(task, exchanged(list(task.reference), K1_18="K1.16"))
    assert [scene.loads["H1"] for scene in at_once.scenes] == ["on", "on", "on", "off", "on", "off"]


@pytest.mark.slow
@settings(max_examples=examples(30), deadline=None)
@given(draw=st.randoms(use_true_random=False), name=st.sampled_from(["rcd-socket", "motor-latch", "staircase"]))
def test_a_batch_under_faults_gives_each_candidate_what_it_would_get_alone(draw: random.Random, name: str) -> None:
    task = CIRCUITS[name]
    wirings = [mutant(task, draw) for _ in range(3)]
    assert evaluate(task, wirings) == [judged(task, wires) for wires in wirings]


@settings(max_examples=examples(60), deadline=None)
@given(draw=st.randoms(use_true_random=False))
def test_faults_only_ever_add_hazards(draw: random.Random) -> None:
    wires = mutant(SOCKET, draw)
    under, healthy = judged(SOCKET, wires), judged(SOCKET, wires, faults=False)
    assert under.works == healthy.works
    assert set(healthy.hazards) <= set(under.hazards)
