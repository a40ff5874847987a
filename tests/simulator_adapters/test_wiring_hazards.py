"""Dangers beside the bundled tasks (batteries, three lines, strings side by side), and what is said of each danger."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from simulator_adapters.wiring import Hazard, Verdict, WiringTask, check_task, evaluate
from tests.simulator_adapters.bundled_simulations import WIRING_TASKS
from tests.simulator_adapters.wiring_circuits import BREAKER_3, MOTOR_LATCH, RCD_SOCKET, Wires, pv_string, without

SOCKET, STARTER = WiringTask.from_document(RCD_SOCKET), WiringTask.from_document(MOTOR_LATCH)
TWO_WAY, CHARGE_POINT, LIGHT = (WIRING_TASKS[f"SIM-WIRE-{n}"] for n in (2, 4, 1))


def judged(task: WiringTask, wires: object) -> Verdict:
    (verdict,) = evaluate(task, [wires])
    return verdict


def told(verdict: Verdict, name: str) -> str:
    return next(finding.sentence for finding in verdict.findings if finding.name == name)


def chain(text: str) -> Wires:
    """`"A.1 B.1 C.1; A.2 B.2"`: conductors from terminal to terminal."""
    lines = [line.split() for line in text.split(";")]
    return [pair for line in lines for pair in pairwise(line)]


def series() -> dict[str, Any]:
    """Two batteries in series behind a fuse, on an inverter for both."""
    parts = [{"id": name, "kind": "battery 24 V"} for name in ("B1", "B2")]
    return {
        "id": "batteries",
        "title": "Two batteries in series",
        "components": [*parts, {"id": "F1", "kind": "fuse"}, {"id": "A1", "kind": "inverter 48 V"}],
        "reference_nets": [["B1.+", "F1.1"], ["F1.2", "A1.+"], ["B1.-", "B2.+"], ["B2.-", "A1.-"]],
        "truth_table": [{"set": {"F1": state}, "expect": {"A1": state == "whole"}} for state in ("whole", "open")],
    }


BATTERIES = {
    "each other's short circuit": ("B1.+ B2.- F1.1; F1.2 A1.+; B1.- B2.+ A1.-", False),
    "side by side: half the voltage, and nothing flows": ("B1.+ B2.+ F1.1; F1.2 A1.+; B1.- B2.- A1.-", True),
    "in the other order": ("B2.+ F1.1; F1.2 A1.+; B2.- B1.+; B1.- A1.-", True),
}


@pytest.mark.parametrize("case", BATTERIES)
def test_batteries_that_drive_a_current_through_each_other_are_a_hazard(case: str) -> None:
    wires, safe = BATTERIES[case]
    task = WiringTask.from_document(series())
    assert check_task(task) == []
    verdict = judged(task, chain(wires))
    assert verdict.hazards == (() if safe else (Hazard.SHORT_CIRCUIT_BATTERY,))
    if not safe:  # 48 V over 0.1 Ω of batteries and 0.02 Ω of conductors
        assert told(verdict, "no_battery_against_B1") == (
            "With F1 whole: 400.0 A flow through battery B1: batteries of different voltage or turned round are joined."
        )


def three_lamps() -> WiringTask:
    lamps = [f"H{number}" for number in (1, 2, 3)]
    feeds = [[f"Q1.{2 * number}", f"H{number}.L"] for number in (1, 2, 3)]
    entry = {
        "id": "lamps",
        "title": "Three lamps on three lines",
        "components": [
            {"id": "SRC", "kind": "supply three-phase"},
            {"id": "Q1", **BREAKER_3},
            *({"id": lamp, "kind": "lamp"} for lamp in lamps),
        ],
        "reference_nets": [
            *[["SRC.L1", "Q1.1"], ["SRC.L2", "Q1.3"], ["SRC.L3", "Q1.5"], *feeds],
            *[["SRC.N", *(f"{lamp}.N" for lamp in lamps)], ["SRC.PE", *(f"{lamp}.PE" for lamp in lamps)]],
        ],
        "must_reach_pe": [f"{lamp}.PE" for lamp in lamps],
        "truth_table": [
            {"set": {"Q1": state}, "expect": dict.fromkeys(lamps, state == "on")} for state in ("on", "off")
        ],
    }
    return WiringTask.from_document(entry)


def test_without_a_residual_current_device_in_the_task_nobody_is_blamed_for_a_leak() -> None:
    """Three equal lamps leave no current in the neutral, so its fault leaks nothing in the reference; on one line it does."""
    verdict = judged(
        three_lamps(),
        chain("SRC.L1 Q1.1; Q1.2 H1.L H2.L H3.L; SRC.N H1.N H2.N H3.N; SRC.PE H1.PE H2.PE H3.PE"),
    )
    assert (verdict.works, verdict.safe) == (True, True)


def test_a_lamp_between_two_lines_gets_too_much_voltage() -> None:
    task = three_lamps()
    verdict = judged(task, [*without(task.reference, "H1.N"), ("H1.N", "H2.L"), ("SRC.N", "H2.N")])
    assert verdict.hazards == (Hazard.OVERVOLTAGE, Hazard.POLES_SWAPPED)
    # 230 V · √3 less what flows through the supply
    assert told(verdict, "no_overvoltage_H1") == "With Q1 on: 397.9 V are across lamp H1, which is rated for 230 V."
    assert told(verdict, "poles_H1") == "With Q1 on: H1.N is joined to a line, and so is H1.L."


def test_two_strings_side_by_side_are_wrong_and_no_danger() -> None:
    """Modules stand a short circuit for ever; at half the voltage the inverter doesn't start."""
    wires = "PV1.+ PV3.+ S1.1; PV1.- PV2.+; PV3.- PV4.+; PV2.- PV4.- S1.3; S1.2 A1.+; S1.4 A1.-"
    verdict = judged(WiringTask.from_document(pv_string(4)), chain(wires))
    assert (verdict.works, verdict.hazards) == (False, ())


def test_the_california_way_of_two_way_lighting_is_as_good_as_the_key() -> None:
    """Line and lamp on the outer terminals of both switches, commons joined: the lamp is never live while it is off."""
    wires = "SRC.L Q1.1; Q1.2 S1.1 S2.2; S1.C S2.C; S1.2 S2.1 H1.L; SRC.N H1.N; SRC.PE H1.PE"
    verdict = judged(TWO_WAY, chain(wires))
    assert (verdict.works, verdict.safe, verdict.score) == (True, True, Decimal(1))


def test_a_neutral_on_the_protective_conductor_is_past_the_residual_current_device() -> None:
    verdict = judged(CHARGE_POINT, [*without(CHARGE_POINT.reference, "K1.A2"), ("RCD.N2", "K1.3"), ("K1.A2", "SRC.PE")])
    assert Hazard.BYPASSES_RCD in verdict.hazards
    assert told(verdict, "same_rcd_K1") == (
        "With RCD on, Q1 on, S0 rest, S1 pressed: K1.A2 is joined to the protective conductor, so that the current comes "
        "back past RCD."
    )
    # The coil's 10 W at 230 V
    assert told(verdict, "balanced_RCD") == (
        "With RCD on, Q1 on, S0 rest, S1 pressed: The currents through residual current device RCD differ by 43 mA: "
        "it trips or a conductor is astray."
    )
    assert "bypasses_rcd" not in judged(CHARGE_POINT, [*CHARGE_POINT.reference, ("EV.L", "EV.PE")]).hazards


SENTENCES: dict[str, tuple[WiringTask, Wires, str, str]] = {
    "neutral on the protective conductor": (
        SOCKET,
        [*without(SOCKET.reference, "X1.N"), ("X1.N", "X1.PE")],
        "neutral_when_on_X1.N",
        "With RCD on, Q1 on: socket X1 is on while X1.N is joined to the protective conductor instead of the neutral, "
        "which then carries the current.",
    ),
    "line and neutral exchanged": (
        SOCKET,
        chain("SRC.L RCD.1; RCD.2 Q1.1; Q1.2 X1.N; SRC.N RCD.N1; RCD.N2 X1.L; SRC.PE X1.PE"),
        "neutral_when_on_X1.N",
        "With RCD on, Q1 on: socket X1 is on while X1.N is joined to a line instead of the neutral: line and neutral "
        "are reversed.",
    ),
    "no neutral at all": (
        LIGHT,
        without(LIGHT.reference, "X1.N"),
        "neutral_direct_X1.N",
        "With Q1 on, S1 off: X1.N is not joined to the neutral, so that the load can stay live while it is off.",
    ),
    "past the breaker": (
        TWO_WAY,
        chain("SRC.L S1.C; S1.1 S2.1; S1.2 S2.2; S2.C Q1.1; Q1.2 H1.L; SRC.N H1.N; SRC.PE H1.PE"),
        "overcurrent_protection",
        "With Q1 on, S1 a, S2 a: S1.C is joined to a line without passing breaker Q1.",
    ),
    "past the residual current device": (
        SOCKET,
        [*without(SOCKET.reference, "X1.N"), ("SRC.N", "X1.N")],
        "same_rcd_X1",
        "With RCD on, Q1 on: X1.N is joined to the neutral past RCD, which then can't protect socket X1.",
    ),
    "past the overload relay": (
        STARTER,
        [*without(STARTER.reference, "F2.1", "F2.2"), ("K1.2", "M1.L")],
        "behind_overload_relay_M1",
        "With Q1 on, F2 ready, S0 rest, S1 pressed: M1.L is joined to a line past overload relay F2, which then can't "
        "protect motor M1.",
    ),
    "only the neutral is switched": (
        CHARGE_POINT,
        [*CHARGE_POINT.reference, ("K1.1", "K1.2")],
        "dead_when_off_EV",
        "With RCD on, Q1 on, S0 rest, S1 rest: charge point EV is off, yet EV.L is joined to a line.",
    ),
    "the line on a housing": (
        LIGHT,
        [*without(LIGHT.reference, "H1.PE"), ("SRC.PE", "X1.PE"), ("H1.PE", "S1.2")],
        "exposed_parts_not_live",
        "With Q1 on, S1 on: The housing at H1.PE stands at 228.9 V.",
    ),
    "two housings on each other only": (
        LIGHT,
        [*without(LIGHT.reference, "SRC.PE"), ("H1.PE", "X1.PE")],
        "fault_touch_X1",
        "With Q1 on, S1 off: when a person holds the housing of socket X1 while its insulation leaks, the housing at X1.PE "
        "stands at 76.3 V.",
    ),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_a_danger_is_told_with_its_place(case: str) -> None:
    task, wires, name, sentence = SENTENCES[case]
    assert told(judged(task, wires), name) == sentence
