"""From wirings to verdicts: `evaluate` for one, `evaluate_batch` for many at once."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

import numpy as np

from simulator_adapters.quantities import round_to
from simulator_adapters.wiring.case import Case
from simulator_adapters.wiring.circuit import Circuit
from simulator_adapters.wiring.findings import Finding, Scene, WiringResult
from simulator_adapters.wiring.playing import play
from simulator_adapters.wiring.rules import asked_safety, behaviour, general_safety
from simulator_adapters.wiring.task import Wire, WiringTask
from simulator_adapters.wiring.wires import read_wires

SCORE_PLACES = 4
_MATRIX_ENTRIES_AT_ONCE = 4_000_000


def evaluate(task: WiringTask, wires: object) -> WiringResult:
    """Judge one wiring given as terminal pairs ``[["SRC.L", "Q1.1"], …]``.

    The result depends on which terminals are joined and on nothing else: not on the order or direction of wires, nor
    on the tree that joins a net.

    Raises
    ------
    WiringInputError
        When the wiring names a strange terminal, joins one to itself, repeats a wire or has too many.
    """
    return evaluate_batch(task, [wires])[0]


def evaluate_batch(task: WiringTask, wirings: Sequence[object]) -> list[WiringResult]:
    """Judge many wirings of one task; each result equals that of `evaluate`."""
    circuit, exempt = prepared(task)
    checked = [read_wires(task, wires) for wires in wirings]
    results: list[WiringResult] = []
    batch = max(1, _MATRIX_ENTRIES_AT_ONCE // task.matrix_entries)
    for start in range(0, len(checked), batch):
        results += [_result(case, exempt) for case in _cases(circuit, checked[start : start + batch])]
    return results


def check_task(task: WiringTask) -> list[str]:
    """Say what is wrong with a task: a reference that isn't right, a wrong variant that passes. Empty when sound."""
    reference = evaluate(task, task.reference)
    problems = [
        f"{task.id}: the reference wiring fails {finding.name}. {finding.sentence}"
        for finding in reference.findings
        if not finding.passed
    ]
    for variant in task.variants:
        result = evaluate(task, variant.wires)
        if result.works and result.safe:
            problems.append(f"{task.id}: the wrong wiring {variant.id} ({variant.text}) passes every check.")
    return problems


@lru_cache(maxsize=64)
def prepared(task: WiringTask) -> tuple[Circuit, frozenset[str]]:
    """A task's circuit, and the general checks its own reference fails: those say nothing about a candidate."""
    circuit = Circuit(task)
    (reference,) = _cases(circuit, [task.reference])
    return circuit, frozenset(finding.name for finding in general_safety(reference) if not finding.passed)


def _cases(circuit: Circuit, wirings: Sequence[Sequence[Wire]]) -> list[Case]:
    played = play(circuit, np.stack([circuit.nets(wires) for wires in wirings]))
    return [Case(circuit, played, candidate) for candidate in range(len(wirings))]


def _result(case: Case, exempt: frozenset[str]) -> WiringResult:
    behaved, inverted = _behaved(case)
    safety = [*asked_safety(case), *(f for f in general_safety(case) if f.name not in exempt)]
    findings = (*behaved, *safety)
    hazards = tuple(dict.fromkeys(f.hazard for f in safety if not f.passed and f.hazard is not None))
    met = sum(f.points for f in findings if f.passed)
    total = sum(f.points for f in findings)
    share = Decimal(0) if hazards else Decimal(met) / Decimal(total)
    return WiringResult(
        task=case.task.id,
        works=all(f.passed for f in behaved),
        safe=not hazards,
        hazards=hazards,
        met=met,
        total=total,
        score=round_to(share, SCORE_PLACES),
        inverted=inverted,
        findings=findings,
        scenes=_scenes(case, inverted),
    )


def _behaved(case: Case) -> tuple[tuple[Finding, ...], bool]:
    """The behaviour read as drawn or, where the task allows and more rows then hold, with all results inverted."""
    drawn = tuple(behaviour(case, inverted=False))
    if not case.task.accept_inverted:
        return drawn, False
    turned = tuple(behaviour(case, inverted=True))
    better = sum(f.passed for f in turned) > sum(f.passed for f in drawn)
    return (turned, True) if better else (drawn, False)


def _scenes(case: Case, inverted: bool) -> tuple[Scene, ...]:
    names = [load.id for load in case.circuit.loads]
    return tuple(
        Scene(
            state=dict(row.set),
            loads={name: case.load_state(scene, name) for name in names},
            expected={name: on != inverted for name, on in row.expect.items()},
            across={name: case.volts_across(scene, name) for name in names},
            voltages=case.volts_at(scene),
        )
        for scene, row in enumerate(case.task.rows)
    )
