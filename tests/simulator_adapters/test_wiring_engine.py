"""Verdicts on wirings: references, wrong variants, dangerous and alternative circuits."""

import random
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator_adapters.wiring import Hazard, Sort, Verdict, WiringInputError, WiringTask, check_task, evaluate
from tests.effort import examples
from tests.simulator_adapters.bundled_simulations import SIMULATIONS, WIRING_TASKS

TASKS = ["SIM-WIRE-1", "SIM-WIRE-2", "SIM-WIRE-3", "SIM-WIRE-4"]
Wires = list[tuple[str, str]]

# Published in the domain reference, section 4.1, with the findings of an independent union-find checker.
DETECTED = {
    ("SIM-WIRE-1", "F1"): {"switch_in_line_S1", "neutral_direct_H1.N"},
    ("SIM-WIRE-1", "F2"): {"row_1"},
    ("SIM-WIRE-1", "F3"): {"protective_conductor_X1.PE", "fault_line_body_X1", "fault_touch_X1"},
    ("SIM-WIRE-2", "F1"): {"row_4"},
    ("SIM-WIRE-2", "F2"): {"row_4"},
    ("SIM-WIRE-2", "counter_example_neutral_direct"): {"neutral_direct_H1.N"},
    ("SIM-WIRE-3", "F1"): {"row_3", "row_8"},
    ("SIM-WIRE-3", "counter_example_neutral_direct"): {"neutral_direct_H1.N"},
    ("SIM-WIRE-4", "F1"): {"step_3", "step_7"},
    ("SIM-WIRE-4", "F2"): {"step_4", "step_5"},
    ("SIM-WIRE-4", "F3"): {"same_rcd_EV", "balanced_RCD"},
}


def judged(task: WiringTask, wires: object) -> Verdict:
    (verdict,) = evaluate(task, [wires])
    return verdict


def failed(result: Any) -> set[str]:
    return {finding.name for finding in result.findings if not finding.passed}


def swapped(wires: Iterable[tuple[str, str]], **names: str) -> Wires:
    """Rename terminals: `Q1_1="Q1.2"` moves what was on Q1.1 to Q1.2."""
    moved = {name.replace("_", "."): to for name, to in names.items()}
    return [(moved.get(a, a), moved.get(b, b)) for a, b in wires]


@pytest.mark.parametrize("name", TASKS)
def test_the_reference_wiring_works_is_safe_and_scores_one(name: str) -> None:
    result = judged(WIRING_TASKS[name], WIRING_TASKS[name].reference)
    assert (result.works, result.safe, result.score, failed(result)) == (True, True, Decimal(1), set())
    assert check_task(WIRING_TASKS[name]) == []


@pytest.mark.parametrize(("name", "variant"), DETECTED, ids="-".join)
def test_every_wrong_variant_is_detected_by_the_rule_it_breaks(name: str, variant: str) -> None:
    task = WIRING_TASKS[name]
    (wires,) = (v.wires for v in task.variants if v.id == variant)
    result = judged(task, wires)
    assert failed(result) == DETECTED[name, variant]
    assert all(not f.passed and f.sentence for f in result.findings if f.name in failed(result))
    assert result.score == (0 if result.hazards else (Decimal(result.met) / result.total).quantize(Decimal("0.0001")))


def test_the_list_of_variants_above_is_complete() -> None:
    assert {(task.id, v.id) for task in WIRING_TASKS.values() for v in task.variants} == set(DETECTED)


def test_a_hazard_caps_the_score_to_zero_even_where_every_load_behaves() -> None:
    task = WIRING_TASKS["SIM-WIRE-1"]
    result = judged(task, task.variants[2].wires)
    assert (result.works, result.safe, result.score) == (True, False, Decimal(0))
    assert result.hazards == (
        Hazard.MISSING_PROTECTIVE_CONDUCTOR,
        Hazard.EARTH_FAULT_NOT_CLEARED,
        Hazard.TOUCH_NOT_PROTECTED,
    )


def test_a_failing_row_reports_its_state_and_voltages() -> None:
    task = WIRING_TASKS["SIM-WIRE-1"]
    (finding,) = (f for f in judged(task, task.variants[1].wires).findings if not f.passed)
    assert finding.state == {"Q1": "on", "S1": "off"}
    assert finding.voltages["S1.1"] == Decimal("230.0")
    assert finding.voltages["SRC.PE"] == Decimal("0.0")
    assert finding.sentence == "Row 1 (Q1 on, S1 off): socket X1 should be on but is off, with 0.0 V across it."


DANGEROUS: dict[str, tuple[str, Wires, set[Hazard]]] = {
    "Carter system": (
        "SIM-WIRE-2",
        [
            *[("SRC.L", "Q1.1"), ("Q1.2", "S1.1"), ("Q1.2", "S2.1"), ("SRC.N", "S1.2"), ("SRC.N", "S2.2")],
            *[("S1.C", "H1.L"), ("S2.C", "H1.N"), ("SRC.PE", "H1.PE")],
        ],
        {Hazard.NEUTRAL_NOT_DIRECT},
    ),
    "both switches in the neutral": (
        "SIM-WIRE-2",
        [
            *[("SRC.L", "Q1.1"), ("Q1.2", "H1.L"), ("SRC.N", "S1.C"), ("S1.1", "S2.1"), ("S1.2", "S2.2")],
            *[("S2.C", "H1.N"), ("SRC.PE", "H1.PE")],
        ],
        {Hazard.NEUTRAL_NOT_DIRECT},
    ),
    "breaker in the neutral": (
        "SIM-WIRE-2",
        [
            *[("SRC.N", "Q1.1"), ("Q1.2", "H1.N"), ("SRC.L", "S1.C"), ("S1.1", "S2.1"), ("S1.2", "S2.2")],
            *[("S2.C", "H1.L"), ("SRC.PE", "H1.PE")],
        ],
        {Hazard.NEUTRAL_NOT_DIRECT, Hazard.NO_OVERCURRENT_PROTECTION},
    ),
    "breaker bypassed": (
        "SIM-WIRE-2",
        [
            *[("SRC.L", "S1.C"), ("S1.1", "S2.1"), ("S1.2", "S2.2"), ("S2.C", "H1.L")],
            *[("SRC.N", "H1.N"), ("SRC.PE", "H1.PE")],
        ],
        {Hazard.NO_OVERCURRENT_PROTECTION},
    ),
    "breaker at the lamp instead of at the origin": (
        "SIM-WIRE-2",
        [
            *[("SRC.L", "S1.C"), ("S1.1", "S2.1"), ("S1.2", "S2.2"), ("S2.C", "Q1.1"), ("Q1.2", "H1.L")],
            *[("SRC.N", "H1.N"), ("SRC.PE", "H1.PE")],
        ],
        {Hazard.NO_OVERCURRENT_PROTECTION},
    ),
    "protective conductor taken from the neutral": (
        "SIM-WIRE-1",
        [
            *[("SRC.L", "Q1.1"), ("Q1.2", "S1.1"), ("S1.1", "X1.L"), ("S1.2", "H1.L"), ("SRC.N", "H1.N")],
            *[("H1.N", "X1.N"), ("H1.N", "H1.PE"), ("X1.PE", "SRC.PE")],
        ],
        {Hazard.MISSING_PROTECTIVE_CONDUCTOR},
    ),
    "neutral joined to earth at the lamp": (
        "SIM-WIRE-1",
        [
            *[("SRC.L", "Q1.1"), ("Q1.2", "S1.1"), ("S1.1", "X1.L"), ("S1.2", "H1.L"), ("SRC.N", "H1.N")],
            *[("H1.N", "X1.N"), ("H1.N", "H1.PE"), ("H1.PE", "SRC.PE"), ("X1.PE", "SRC.PE")],
        ],
        {Hazard.NEUTRAL_JOINED_TO_EARTH, Hazard.CURRENT_IN_PROTECTIVE_CONDUCTOR},
    ),
    "neutral and protective conductor swapped at the lamp": (
        "SIM-WIRE-1",
        [
            *[("SRC.L", "Q1.1"), ("Q1.2", "S1.1"), ("S1.1", "X1.L"), ("S1.2", "H1.L"), ("SRC.N", "H1.PE")],
            *[("SRC.N", "X1.N"), ("H1.N", "SRC.PE"), ("X1.PE", "SRC.PE")],
        ],
        {
            Hazard.MISSING_PROTECTIVE_CONDUCTOR,
            Hazard.NEUTRAL_NOT_DIRECT,
            Hazard.CURRENT_IN_PROTECTIVE_CONDUCTOR,
        },
    ),
    "line on the casing": (
        "SIM-WIRE-1",
        [
            *[("SRC.L", "Q1.1"), ("Q1.2", "S1.1"), ("S1.1", "X1.L"), ("S1.2", "H1.L"), ("SRC.N", "H1.N")],
            *[("H1.N", "X1.N"), ("H1.PE", "SRC.PE"), ("X1.PE", "SRC.PE"), ("S1.2", "H1.PE")],
        ],
        {
            Hazard.SHORT_CIRCUIT_LINE_EARTH,
            Hazard.CURRENT_IN_PROTECTIVE_CONDUCTOR,
            Hazard.LIVE_EXPOSED_PART,
        },
    ),
    "line and neutral short in one state": (
        "SIM-WIRE-1",
        [
            *[("SRC.L", "Q1.1"), ("Q1.2", "S1.1"), ("S1.1", "X1.L"), ("S1.2", "H1.L"), ("SRC.N", "H1.N")],
            *[("H1.N", "X1.N"), ("H1.PE", "SRC.PE"), ("X1.PE", "SRC.PE"), ("S1.2", "H1.N")],
        ],
        {Hazard.SHORT_CIRCUIT_LINE_NEUTRAL},
    ),
}


@pytest.mark.parametrize("case", DANGEROUS)
def test_a_dangerous_wiring_is_caught_by_its_hazard(case: str) -> None:
    name, wires, hazards = DANGEROUS[case]
    result = judged(WIRING_TASKS[name], wires)
    assert not result.safe
    assert result.score == 0
    assert hazards <= set(result.hazards)


def test_a_reversed_charge_point_is_caught() -> None:
    task = WIRING_TASKS["SIM-WIRE-4"]
    result = judged(task, swapped(task.reference, EV_L="EV.N", EV_N="EV.L"))
    assert (result.works, result.hazards) == (True, (Hazard.NEUTRAL_MISSING_WHEN_ON,))


def test_an_rcd_with_one_pole_turned_round_trips() -> None:
    task = WIRING_TASKS["SIM-WIRE-4"]
    result = judged(task, swapped(task.reference, RCD_1="RCD.2", RCD_2="RCD.1"))
    assert Hazard.RCD_UNBALANCED in result.hazards


def test_a_coil_that_breaks_its_own_circuit_chatters() -> None:
    entry = dict(SIMULATIONS["wiring"][3])
    entry["components"] = [
        {**c, "states": {"released": [["13", "14"]], "pulled": [["1", "2"], ["3", "4"]]}} if c["id"] == "K1" else c
        for c in entry["components"]
    ]
    task = WiringTask.from_document({**entry, "fault_variants": []})
    result = judged(task, [*_feed(), ("S0.22", "K1.13"), ("K1.14", "K1.A1")])
    assert not result.works
    (chatter,) = (f for f in result.findings if f.name == "no_chatter")
    assert not chatter.passed
    assert result.scenes[0].loads["K1"] == "chatters"


def _feed() -> Wires:
    return [
        *[("SRC.L", "RCD.1"), ("SRC.N", "RCD.N1"), ("RCD.2", "Q1.1"), ("Q1.2", "S0.21"), ("RCD.N2", "K1.A2")],
        *[("SRC.PE", "EV.PE"), ("Q1.2", "K1.1"), ("K1.2", "EV.L"), ("RCD.N2", "K1.3"), ("K1.4", "EV.N")],
    ]


ALTERNATIVES: dict[str, tuple[str, dict[str, str]]] = {
    "breaker fed from below": ("SIM-WIRE-1", {"Q1_1": "Q1.2", "Q1_2": "Q1.1"}),
    "switch turned": ("SIM-WIRE-1", {"S1_1": "S1.2", "S1_2": "S1.1"}),
    "strappers crossed": ("SIM-WIRE-2", {"S2_1": "S2.2", "S2_2": "S2.1"}),
    "two-way switches exchanged": (
        "SIM-WIRE-2",
        {"S1_C": "S2.C", "S1_1": "S2.1", "S1_2": "S2.2", "S2_C": "S1.C", "S2_1": "S1.1", "S2_2": "S1.2"},
    ),
    "intermediate switch turned end for end": (
        "SIM-WIRE-3",
        {"S2_A1": "S2.B1", "S2_A2": "S2.B2", "S2_B1": "S2.A1", "S2_B2": "S2.A2"},
    ),
    "intermediate switch upside down on one side": ("SIM-WIRE-3", {"S2_B1": "S2.B2", "S2_B2": "S2.B1"}),
    "contactor poles exchanged": (
        "SIM-WIRE-4",
        {"K1_1": "K1.3", "K1_2": "K1.4", "K1_3": "K1.1", "K1_4": "K1.2"},
    ),
    "coil turned": ("SIM-WIRE-4", {"K1_A1": "K1.A2", "K1_A2": "K1.A1"}),
    "RCD fed from below": (
        "SIM-WIRE-4",
        {"RCD_1": "RCD.2", "RCD_2": "RCD.1", "RCD_N1": "RCD.N2", "RCD_N2": "RCD.N1"},
    ),
    "hold-in contact turned": ("SIM-WIRE-4", {"K1_13": "K1.14", "K1_14": "K1.13"}),
}


@pytest.mark.parametrize("case", ALTERNATIVES)
def test_an_electrically_equal_alternative_is_accepted(case: str) -> None:
    name, moves = ALTERNATIVES[case]
    result = judged(WIRING_TASKS[name], swapped(WIRING_TASKS[name].reference, **moves))
    assert (result.works, result.safe, result.score) == (True, True, Decimal(1))


def test_a_breaker_ahead_of_the_rcd_is_accepted() -> None:
    task = WIRING_TASKS["SIM-WIRE-4"]
    kept = [w for w in task.reference if w not in {("SRC.L", "RCD.1"), ("RCD.2", "Q1.1"), ("Q1.2", "S0.21")}]
    wires = [*kept, ("SRC.L", "Q1.1"), ("Q1.2", "RCD.1"), ("RCD.2", "S0.21")]
    assert judged(task, wires).score == 1


def test_a_main_switch_before_the_breaker_may_stand_there_and_nothing_else_may() -> None:
    parts = [*SIMULATIONS["wiring"][1]["components"], {"id": "Q0", "kind": "isolator"}]
    entry = {**SIMULATIONS["wiring"][1], "components": parts, "extra_rules": [], "fault_variants": []}
    entry["truth_table"] = [{**row, "set": {**row["set"], "Q0": "on"}} for row in entry["truth_table"]]
    entry["reference_nets"] = [["SRC.L", "Q0.1"], ["Q0.2", "Q1.1"], *entry["reference_nets"][1:]]
    task = WiringTask.from_document(entry)
    assert check_task(task) == []
    bypassed = [wire if wire != ("Q1.2", "S1.C") else ("Q1.1", "S1.C") for wire in task.reference]
    assert Hazard.NO_OVERCURRENT_PROTECTION in judged(task, bypassed).hazards


def test_crossed_strappers_are_read_as_the_inverted_table() -> None:
    task = WIRING_TASKS["SIM-WIRE-2"]
    result = judged(task, swapped(task.reference, S2_1="S2.2", S2_2="S2.1"))
    assert result.inverted
    assert [scene.loads["H1"] for scene in result.scenes] == ["off", "on", "on", "off"]


def nets_of(wires: Iterable[tuple[str, str]]) -> list[list[str]]:
    nets: list[set[str]] = []
    for a, b in wires:
        touching = [net for net in nets if net & {a, b}]
        nets = [net for net in nets if net not in touching] + [{a, b}.union(*touching)]
    return [sorted(net) for net in nets]


def retraced(wires: Iterable[tuple[str, str]], draw: random.Random) -> Wires:
    """The same nets by other trees, in another order, with ends exchanged."""
    again: Wires = []
    for net in nets_of(wires):
        draw.shuffle(net)
        again += [(net[i], net[draw.randrange(i)]) for i in range(1, len(net))]
    draw.shuffle(again)
    return [(b, a) if draw.random() < 0.5 else (a, b) for a, b in again]


def but_workmanship(verdict: Verdict) -> dict[str, Any]:
    findings = [finding for finding in verdict.document()["findings"] if finding["sort"] != Sort.WORKMANSHIP]
    return verdict.document() | {"findings": findings}


@pytest.mark.slow
@pytest.mark.parametrize("name", TASKS)
@settings(max_examples=examples(25), deadline=None)
@given(draw=st.randoms(use_true_random=False))
def test_order_direction_and_tree_of_the_wires_do_not_matter(name: str, draw: random.Random) -> None:
    task = WIRING_TASKS[name]
    wires = draw.choice([task.reference, *(v.wires for v in task.variants)])
    assert but_workmanship(judged(task, retraced(wires, draw))) == but_workmanship(judged(task, wires))


def mutant(task: WiringTask, draw: random.Random) -> Wires:
    wires = {tuple(sorted(w)) for w in task.reference}
    for _ in range(draw.randint(1, 4)):
        if wires and draw.random() < 0.5:
            wires.remove(draw.choice(sorted(wires)))
        else:
            wires.add(tuple(sorted(draw.sample(task.terminals, 2))))
    return sorted((a, b) for a, b in wires)


def reached(task: WiringTask, wires: Wires, state: dict[str, str], start: str) -> set[str]:
    """Terminals joined to one by wires and closed contacts: a plain graph search, no solver."""
    links = set(wires)
    for name, position in state.items():
        links |= {(f"{name}.{a}", f"{name}.{b}") for a, b in task.component[name].states[position]}
    found, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        fresh = {b if a == here else a for a, b in links if here in (a, b)} - found
        found |= fresh
        waiting += fresh
    return found


@pytest.mark.slow
@settings(max_examples=examples(150), deadline=None)
@given(draw=st.randoms(use_true_random=False), name=st.sampled_from(["SIM-WIRE-2", "SIM-WIRE-3"]))
def test_the_solver_agrees_with_a_graph_search_on_any_mutant_with_one_lamp(draw: random.Random, name: str) -> None:
    task = WIRING_TASKS[name]
    wires = mutant(task, draw)
    result = judged(task, wires)
    for scene in result.scenes:
        line, neutral, earth = (reached(task, wires, dict(scene.state), f"SRC.{p}") for p in ("L", "N", "PE"))
        shorted = bool(line & (neutral | earth))
        back = neutral | earth
        lit = ("H1.L" in line and "H1.N" in back) or ("H1.N" in line and "H1.L" in back)
        if not shorted:
            assert scene.loads["H1"] == ("on" if lit else "off")
        assert not (shorted and result.safe)
        assert not (bool(neutral & earth) and result.safe)


@pytest.mark.slow
@settings(max_examples=examples(20), deadline=None)
@given(draw=st.randoms(use_true_random=False), name=st.sampled_from(TASKS))
def test_a_batch_gives_each_candidate_what_it_would_get_alone(draw: random.Random, name: str) -> None:
    task = WIRING_TASKS[name]
    wirings = [mutant(task, draw) for _ in range(5)]
    assert evaluate(task, wirings) == [judged(task, wires) for wires in wirings]


@settings(max_examples=examples(40), deadline=None)
@given(draw=st.randoms(use_true_random=False), name=st.sampled_from(TASKS))
def test_a_score_is_the_share_of_invariants_met_and_zero_where_unsafe(draw: random.Random, name: str) -> None:
    result = judged(WIRING_TASKS[name], mutant(WIRING_TASKS[name], draw))
    met = sum(f.points for f in result.findings if f.passed)
    share = (Decimal(met) / sum(f.points for f in result.findings)).quantize(Decimal("0.0001"))
    assert result.score == (share if result.safe else 0)
    assert (result.score == 1) == (result.works and result.safe)


@pytest.mark.parametrize(
    ("wires", "code"),
    [
        ("SRC.L", "not_a_list"),
        ({"lines": []}, "not_a_list"),
        ({"wires": "SRC.L"}, "not_a_list"),
        ([["SRC.L"]], "not_a_pair"),
        ([["SRC.L", 1]], "not_a_pair"),
        ([["SRC.L", "Q9.1"]], "unknown_terminal"),
        ([["SRC.L", "SRC.L"]], "self_loop"),
        ([["SRC.L", "Q1.1"]] * 2001, "too_many_wires"),
    ],
)
def test_a_wiring_that_cannot_be_judged_is_refused_with_code_and_sentence(wires: object, code: str) -> None:
    with pytest.raises(WiringInputError) as refusal:
        judged(WIRING_TASKS["SIM-WIRE-1"], wires)
    assert [found for found, _ in refusal.value.problems] == [code]
    assert refusal.value.problems[0][1].endswith((".", "…]."))


def test_an_empty_wiring_is_judged_and_is_unsafe() -> None:
    result = judged(WIRING_TASKS["SIM-WIRE-1"], [])
    assert (result.works, result.safe, result.score) == (False, False, Decimal(0))
    assert result.findings[0].voltages == {
        "SRC.L": Decimal("230.0"),
        "SRC.N": Decimal("0.0"),
        "SRC.PE": Decimal("0.0"),
    }
