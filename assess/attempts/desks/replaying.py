"""A wiring task as its candidate worked at it, step by step: every drawing and every operation, and what a person at the
bench saw at each. Pure; the same journal gives the same steps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assess.attempts.folding.fold import AttemptRecord
from assess.attempts.folding.records import Said
from simulator_adapters.wiring import Observation, WiringInputError, WiringTask, injectable, observe


@dataclass(frozen=True)
class Step:
    """One entry about a wiring task.

    Attributes
    ----------
    kind
        ``wiring`` (the whole drawing) or ``operate``.
    late
        It was possibly drawn after the end and stands beside what was in time.
    judged
        It is the drawing that scoring takes.
    """

    kind: str
    epoch: int
    sequence: int
    moment_us: int
    payload: Mapping[str, Any]
    late: bool = False
    judged: bool = False


def steps_of(record: AttemptRecord, task: str) -> tuple[Step, ...]:
    """Every drawing and operation of a task, in the order of the candidate's journal."""
    drawn = record.wirings.get(task)
    steps = [_step("operate", word) for word in record.operations if word.payload["simulation"] == task]
    if drawn is not None:
        steps += [_step("wiring", word) for word in drawn.history]
        steps += [_step("wiring", word, late=True) for word in drawn.late]
        if drawn.stands is not None:
            steps.append(_step("wiring", drawn.stands, judged=True))
    return tuple(sorted(steps, key=lambda step: (step.epoch, step.sequence)))


def _step(kind: str, word: Said, *, late: bool = False, judged: bool = False) -> Step:
    return Step(kind, word.epoch, word.sequence, word.moment_us, word.payload, late, judged)


def played(task: WiringTask, steps: Sequence[Step]) -> Observation:
    """The last drawing of some steps, live, after every operation since it was drawn or last switched on from dead.

    Raises
    ------
    WiringInputError
        Where the drawing or an operation can't be read, or a fault is injected that the task does not allow.
    """
    place = max((at for at, step in enumerate(steps) if step.kind == "wiring"), default=-1)
    moves = [step.payload for step in steps[place + 1 :]]
    # Switched on from dead: whatever held itself has let go.
    begins = max((at for at, payload in enumerate(moves) if payload.get("off") is True), default=0)
    injected = [_allowed(task, payload.get("inject")) for payload in moves[begins:]]
    wires = steps[place].payload["wires"] if place >= 0 else []
    return observe(task, wires, [payload["set"] for payload in moves[begins:]], injected=injected)


def injected_last(steps: Sequence[Step]) -> str:
    """The fault that is there after some steps; empty without one."""
    last = steps[-1] if steps else None
    return "" if last is None or last.kind == "wiring" else str(last.payload.get("inject") or "")


def _allowed(task: WiringTask, name: object) -> str:
    if name is None or name == "":
        return ""
    if not isinstance(name, str) or name not in injectable(task):
        told = (
            f"The fault {str(name)[:60]!r} can't be injected in this task. Take it away, or choose one that is offered."
        )
        raise WiringInputError([("fault_not_offered", told)])
    return name
