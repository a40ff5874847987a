"""What a person at the bench sees and measures: loads that work or don't, what trips, and the voltages; no verdict.

The switches are operated one after another as they were, so a contactor that holds itself goes on holding. A protective
device that trips opens and stays open until somebody sets it on again. A fault that is injected strikes the circuit as it
stands, and devices answer it before any contactor moves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np

from simulator_adapters.wiring.batch import Batch
from simulator_adapters.wiring.circuit import Floats, Ints
from simulator_adapters.wiring.faults import Fault, conductances
from simulator_adapters.wiring.library import Role
from simulator_adapters.wiring.parts import Component
from simulator_adapters.wiring.playing import Scene, Script, nothing, settle, with_axis
from simulator_adapters.wiring.protection import Protection
from simulator_adapters.wiring.task import WiringTask
from simulator_adapters.wiring.tripping_times import how_fast
from simulator_adapters.wiring.verdict import Engine, prepared
from simulator_adapters.wiring.wires import Drawing, WiringInputError, read_wiring

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
        Parts that the last operation or fault tripped, in the order in which they did; ``supply`` is the fuse before the
        board.
    within
        How fast each of them did, in words.
    struck_amps, fault_amps
        What flowed through the injected fault when it struck and what flows now, in amperes to 10 mA; None without a fault
        between two points.
    """

    set: Mapping[str, str]
    loads: Mapping[str, str]
    voltages: Mapping[str, Decimal] = field(default_factory=dict)
    tripped: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    struck_amps: Decimal | None = None
    fault_amps: Decimal | None = None


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


def injectable(task: WiringTask) -> dict[str, str]:
    """Those of them that the task lets its candidate inject, in the order in which it names them."""
    found: dict[str, str] = {}
    for name in task.injectable:
        for fault in prepared(task).injector.faults:
            if fault.is_called(name):
                found[fault.name.removeprefix("fault_")] = fault.sentence
    return found


def observe(
    task: WiringTask, wires: object, operations: Sequence[object], *, injected: Sequence[str] = ()
) -> Observation:
    """Operate the switches of a live wiring in order and say how it stands after the last of them.

    An operation names the state of each part that the hand moves, such as ``{"S1": "on"}``; the others stay as they are.
    Before the first, every part stands in its state of rest. `injected` names for each operation the fault of `faults` that
    is there from then on, or nothing (an empty text); left out, nothing is ever broken.

    Raises
    ------
    WiringInputError
        For a wiring that can't be read, and for operations (codes ``not_operations``, ``unknown_state``,
        ``too_many_operations``) that name a strange part or state, or a strange fault (code ``unknown_fault``).
    """
    drawing = read_wiring(task, wires)
    moves = read_operations(task, operations) or [{}]
    bench = _Bench(prepared(task), drawing)
    named = [*injected, *[""] * (len(moves) - len(injected))]
    there = {name: _fault(bench.engine, name) for name in dict.fromkeys(named)}
    for move, name in zip(moves, named, strict=True):
        bench.operate(move, there[name])
        if bench.dead:
            break
    return bench.seen()


class _Bench:
    """One live wiring: where its parts stand, which coils hold, and what is broken in it."""

    def __init__(self, engine: Engine, drawing: Drawing) -> None:
        self.engine, self.drawing = engine, drawing
        self.circuit, self.protection = engine.circuit, engine.protection
        self.nets: Ints = self.circuit.nets([drawing])
        self.wiring: Floats = self.circuit.wire_conductances([drawing], self.nets)
        self.now = {part.id: part.at_rest[0] for part in engine.task.hand_set}
        self.scene = nothing(self.protection, 1)
        self.fault: Fault | None = None
        self.tripped: list[tuple[str, str]] = []
        self.struck: Decimal | None = None
        self.dead = False

    def operate(self, move: Mapping[str, str], fault: Fault | None) -> None:
        """Move switches, with a fault there or not, and let everything come to rest."""
        self.now |= move
        self.tripped, self.struck = [], None
        # Between two operations timers run out.
        self.scene = replace(self.scene, elapsed=self.scene.pulled)
        strikes, self.fault = fault is not None and fault is not self.fault, fault
        live = self.wiring if fault is None else self.wiring + conductances(self.circuit, fault)
        if strikes:
            at_strike = self._as_it_stands(live)
            self.struck = self._amps(at_strike)
            while not self.dead and self._something_trips(at_strike):
                at_strike = self._as_it_stands(live)
        while not self.dead:
            settled = settle(
                self.protection,
                lambda items, closed: self.circuit.voltages(live[items], closed),
                self.circuit.closed_by_hand([self.now]),
                self.scene,
            )
            if not self._something_trips(settled):
                self.scene = settled
                return

    def _as_it_stands(self, live: Floats) -> Scene:
        """The circuit with no coil moving yet."""
        circuit, acting = self.circuit, self.scene.pulled & (self.scene.elapsed | (self.circuit.delays == 0))
        closed = circuit.closed_by_hand([self.now]) | circuit.closed_by_coils(acting)
        return replace(self.scene, closed=closed, voltages=circuit.voltages(live, closed))

    def _batch(self, scene: Scene) -> Batch:
        script = Script(settings=(dict(self.now),), rows=())
        return Batch(self.circuit, script, [self.drawing], self.nets, with_axis(scene))

    def _something_trips(self, scene: Scene) -> bool:
        batch = self._batch(scene)
        device = _trips(self.protection, batch, self.now)
        if device is None:
            return False
        self.tripped.append((device.id, _within(self.protection, batch, device)))
        if device.library.role is Role.SUPPLY:
            self.dead = True
        else:
            self.now[device.id] = device.tripped
        return True

    def _amps(self, scene: Scene) -> Decimal | None:
        if self.fault is None or not self.fault.branches:
            return None
        a, b, siemens = self.fault.branches[0]
        across = np.abs(scene.voltages[0, a] - scene.voltages[0, b])
        return Decimal(round(float(across) * siemens * 100)).scaleb(-2)

    def seen(self) -> Observation:
        """How it stands now."""
        tripped, within = tuple(name for name, _ in self.tripped), tuple(fast for _, fast in self.tripped)
        if self.dead:
            off = dict.fromkeys((load.id for load in self.circuit.loads), "off")
            return Observation(set=self.now, loads=off, tripped=tripped, within=within, struck_amps=self.struck)
        batch = self._batch(self.scene)
        return Observation(
            set=self.now,
            loads={load.id: batch.load_state(0, 0, load.id) for load in self.circuit.loads},
            voltages=batch.volts_at(
                0, 0, also=[] if self.fault is None else [(a, b) for a, b, _ in self.fault.branches]
            ),
            struck_amps=self.struck,
            fault_amps=self._amps(self.scene),
            tripped=tripped,
            within=within,
        )


def _fault(engine: Engine, name: str) -> Fault | None:
    if not name:
        return None
    found = [fault for fault in engine.injector.faults if fault.name == f"fault_{name}"]
    if not found:
        told = f"The fault {name[:60]!r} can't be injected here. Known are {', '.join(faults(engine.task))}."
        raise WiringInputError([("unknown_fault", told)])
    return found[0]


def _within(protection: Protection, batch: Batch, device: Component) -> str:
    if device not in protection.devices:
        return "at once"
    place = protection.devices.index(device)
    amps = protection.highest_currents(batch.scene.voltages, batch.scene.closed)[0, 0, place]
    residual = protection.residual_currents(batch.scene.voltages, batch.scene.closed)[0, 0, place]
    return how_fast(device, float(amps), float(residual))


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
