"""What a person at the bench sees and measures: loads that work or don't, what trips, and the voltages; no verdict.

The switches are operated one after another as they were, so a contactor that holds itself goes on holding. A protective
device that trips opens and stays open until somebody sets it on again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from simulator_adapters.wiring.case import Case
from simulator_adapters.wiring.circuit import Bools
from simulator_adapters.wiring.library import RESIDUAL_TRIP, Role
from simulator_adapters.wiring.playing import as_played, settle
from simulator_adapters.wiring.task import Component, WiringTask
from simulator_adapters.wiring.verdict import prepared
from simulator_adapters.wiring.wires import WiringInputError, read_wires

MOST_OPERATIONS = 500


@dataclass(frozen=True, kw_only=True)
class Observation:
    """A live circuit after its last operation.

    Attributes
    ----------
    set
        Where each hand-set part stands now; what tripped stands open.
    loads
        ``on``, ``off``, ``weak`` or ``chatters`` for each load and coil.
    voltages
        Volts against earth, to 0.1 V, of every terminal with a path to the supply.
    tripped
        Parts that the last operation tripped, in the order in which they did; ``supply`` is the fuse before the board.
    """

    set: Mapping[str, str]
    loads: Mapping[str, str]
    voltages: Mapping[str, Decimal] = field(default_factory=dict)
    tripped: tuple[str, ...] = ()


def observe(task: WiringTask, wires: object, operations: Sequence[object]) -> Observation:
    """Operate the switches of a live wiring in order and say how it stands after the last of them.

    An operation names the state of each part that the hand moves, such as ``{"S1": "on"}``; the others stay as they are.
    Before the first, every part stands in its state of rest.

    Raises
    ------
    WiringInputError
        For a wiring that can't be read, and for operations (codes ``not_operations``, ``unknown_state``,
        ``too_many_operations``) that name a strange part or state.
    """
    drawn = read_wires(task, wires)
    moves = read_operations(task, operations)
    circuit, _ = prepared(task)
    nets = circuit.nets(drawn)[None]
    wiring = circuit.net_conductances(nets)[:, None]
    now = {part.id: part.at_rest[0] for part in task.hand_set}
    pulled: Bools = np.zeros((1, 1, len(circuit.coils)), dtype=bool)
    tripped: list[str] = []
    for move in moves or ({},):
        now |= move
        tripped = []
        while True:
            scene = settle(circuit, wiring, circuit.closed_by_hand([now]), pulled)
            case = Case(circuit, as_played(circuit, nets, (dict(now),), scene), 0)
            device = _trips(case)
            if device is None:
                pulled = scene[2]
                break
            tripped.append(device.id)
            if device.library.role is Role.SUPPLY:
                dead = dict.fromkeys((load.id for load in circuit.loads), "off")
                return Observation(set=now, loads=dead, tripped=tuple(tripped))
            now[device.id] = _open_state(device)
    loads = {load.id: case.load_state(0, load.id) for load in circuit.loads}
    return Observation(set=now, loads=loads, voltages=case.volts_at(0), tripped=tuple(tripped))


def read_operations(task: WiringTask, operations: Sequence[object]) -> list[dict[str, str]]:
    """Check operations; raises `WiringInputError` naming the first that can't be carried out."""
    if len(operations) > MOST_OPERATIONS:
        told = f"The switches were operated {len(operations)} times; at most {MOST_OPERATIONS} are played."
        raise WiringInputError([("too_many_operations", told)])
    states = {part.id: part.states for part in task.hand_set}
    for number, move in enumerate(operations, start=1):
        if not isinstance(move, Mapping):
            raise WiringInputError([("not_operations", f'Operation {number} is no mapping. Write {{"S1": "on"}}.')])
        for name, state in move.items():
            if name not in states or not isinstance(state, str) or state not in states[name]:
                told = f"Operation {number} sets {str(name)[:40]!r} to {str(state)[:40]!r}, which it can't be set to."
                raise WiringInputError([("unknown_state", told)])
    return [dict(move) for move in operations if isinstance(move, Mapping)]


def _trips(case: Case) -> Component | None:
    """What trips next: a residual current device before a breaker, as it is the faster one; None where nothing does."""
    devices = [part for part in case.task.components if part.library.role in (Role.RCD, Role.BREAKER)]
    closed = [
        part for part in devices if part.id in case.settings[0] and case.settings[0][part.id] != _open_state(part)
    ]
    for part in closed:
        if part.library.role is Role.RCD:
            residual = case.circuit.residual_current(case.voltages, case.closed, part.id)
            if round(float(residual[0]) * 1000) >= RESIDUAL_TRIP:
                return part
    if not (case.poles_joined("L", "N")[0] or case.poles_joined("L", "PE")[0]):
        return None
    for part in closed:
        if part.library.role is Role.BREAKER and not _short_without(case, part.id):
            return part
    return next(part for part in case.task.components if part.library.role is Role.SUPPLY)


def _short_without(case: Case, device: str) -> bool:
    labels = case.joined_without([device])[0]
    line = set(labels[case.circuit.supply["L"]].tolist())
    return any(line & set(labels[case.circuit.supply[pole]].tolist()) for pole in ("N", "PE"))


def _open_state(part: Component) -> str:
    return part.at_rest[0]
