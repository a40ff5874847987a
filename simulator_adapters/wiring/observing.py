"""What a person at the bench sees and measures: loads that work or don't, what trips, and the voltages; no verdict.

The switches are operated one after another as they were, so a contactor that holds itself goes on holding. A protective
device that trips opens and stays open until somebody sets it on again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from simulator_adapters.wiring.batch import Batch
from simulator_adapters.wiring.circuit import Floats
from simulator_adapters.wiring.faults import conductances
from simulator_adapters.wiring.library import Role
from simulator_adapters.wiring.parts import Component
from simulator_adapters.wiring.playing import Script, nothing, settle, with_axis
from simulator_adapters.wiring.protection import Protection
from simulator_adapters.wiring.task import WiringTask
from simulator_adapters.wiring.verdict import Engine, prepared
from simulator_adapters.wiring.wires import WiringInputError, read_wiring

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


def faults(task: WiringTask) -> dict[str, str]:
    """The faults that can be injected into a task: names, and what is wrong in words.

    Examples
    --------
    >>> lamp = {"id": "H1", "kind": "lamp"}
    >>> table = [{"set": {}, "expect": {"H1": True}}]
    >>> parts = [{"id": "SRC", "kind": "supply"}, lamp]
    >>> task = WiringTask.from_document(
    ...     {"id": "T", "title": "T", "components": parts, "reference_nets": [], "truth_table": table}
    ... )
    >>> faults(task)["line_body_H1"]
    'the line touches the housing of lamp H1'
    """
    return {fault.name.removeprefix("fault_"): fault.sentence for fault in prepared(task).injector.faults}


def observe(task: WiringTask, wires: object, operations: Sequence[object], *, fault: str = "") -> Observation:
    """Operate the switches of a live wiring in order and say how it stands after the last of them.

    An operation names the state of each part that the hand moves, such as ``{"S1": "on"}``; the others stay as they are.
    Before the first, every part stands in its state of rest. `fault` names one of `faults` that is there from the start.

    Raises
    ------
    WiringInputError
        For a wiring that can't be read, and for operations (codes ``not_operations``, ``unknown_state``,
        ``too_many_operations``) that name a strange part or state, or a strange fault (code ``unknown_fault``).
    """
    drawing = read_wiring(task, wires)
    moves = read_operations(task, operations)
    engine = prepared(task)
    circuit = engine.circuit
    nets = circuit.nets([drawing])
    wiring = circuit.wire_conductances([drawing], nets)
    if fault:
        wiring = wiring + _fault(engine, fault)
    now = {part.id: part.at_rest[0] for part in task.hand_set}
    scene = nothing(engine.protection, 1)
    tripped: list[str] = []
    for move in moves or ({},):
        now |= move
        tripped = []
        # Between two operations timers run out.
        scene = replace(scene, elapsed=scene.pulled)
        while True:
            settled = settle(
                engine.protection,
                lambda items, closed: circuit.voltages(wiring[items], closed),
                circuit.closed_by_hand([now]),
                scene,
            )
            batch = Batch(circuit, Script(settings=(dict(now),), rows=()), [drawing], nets, with_axis(settled))
            device = _trips(engine.protection, batch, now)
            if device is None:
                scene = settled
                break
            tripped.append(device.id)
            if device.library.role is Role.SUPPLY:
                dead = dict.fromkeys((load.id for load in circuit.loads), "off")
                return Observation(set=now, loads=dead, tripped=tuple(tripped))
            now[device.id] = device.tripped
    loads = {load.id: batch.load_state(0, 0, load.id) for load in circuit.loads}
    return Observation(set=now, loads=loads, voltages=batch.volts_at(0, 0), tripped=tuple(tripped))


def _fault(engine: Engine, name: str) -> Floats:
    found = [fault for fault in engine.injector.faults if fault.name == f"fault_{name}"]
    if not found:
        told = f"The fault {name[:60]!r} can't be injected here. Known are {', '.join(faults(engine.task))}."
        raise WiringInputError([("unknown_fault", told)])
    return conductances(engine.circuit, found[0])


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


def _trips(protection: Protection, batch: Batch, now: Mapping[str, str]) -> Component | None:
    """What trips next: a residual current device before a breaker, as it is the faster one; None where nothing does. A short
    circuit that no device sees blows the fuse before the board."""
    trips = protection.trip(batch.scene.voltages, batch.scene.closed)[0, 0]
    found = [
        device
        for device, tripping in zip(protection.devices, trips.tolist(), strict=True)
        if tripping and now.get(device.id) != device.tripped
    ]
    if found:
        return min(found, key=lambda device: device.library.role not in (Role.RCD, Role.RCBO))
    if batch.poles_joined("L", "N")[0, 0] or batch.poles_joined("L", "PE")[0, 0] or batch.poles_joined("L", "L")[0, 0]:
        return next(part for part in batch.task.components if part.library.role is Role.SUPPLY)
    return None
