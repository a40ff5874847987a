"""From wirings to verdicts: `evaluate` judges many wirings of one task at once."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from simulator_adapters import documents
from simulator_adapters.quantities import round_to
from simulator_adapters.wiring.batch import Batch
from simulator_adapters.wiring.checks import Check, asked_safety, behaviour
from simulator_adapters.wiring.circuit import Bools, Circuit
from simulator_adapters.wiring.findings import Finding, Hazard, Scene, Sort
from simulator_adapters.wiring.hazards import general_safety, under_fault
from simulator_adapters.wiring.injecting import Injected, Injector
from simulator_adapters.wiring.playing import play, script
from simulator_adapters.wiring.pointing import Place, place_of
from simulator_adapters.wiring.protection import Protection
from simulator_adapters.wiring.sizes import conductor_sizes
from simulator_adapters.wiring.task import WiringTask
from simulator_adapters.wiring.wires import Drawing, WiringInputError, read_wiring
from simulator_adapters.wiring.workmanship import workmanship

SCORE_PLACES = 4
MOST_SECONDS = 10.0
_MATRIX_ENTRIES_AT_ONCE = 1_000_000


class EngineTimeout(WiringInputError):
    """Judging took longer than the engine may run."""

    def __init__(self, seconds: float) -> None:
        told = f"The circuit is too large: judging it took longer than {seconds:g} s. Split the task, or give fewer wirings."
        super().__init__([("engine_timeout", told)])


@dataclass(frozen=True, eq=False)
class Verdict:
    """The verdict on one wiring. Findings and scenes are told when somebody asks for them.

    Attributes
    ----------
    works
        The behaviour asked for in every row or step, and nothing chatters.
    safe
        No hazard in any state or under any injected fault.
    hazards
        Names of what is dangerous, in the order in which it was found.
    met, total
        Points met, and points there are.
    inverted
        The behaviour was read with all results inverted, as the task allows.
    """

    task: str
    works: bool
    safe: bool
    hazards: tuple[Hazard, ...]
    met: int
    total: int
    inverted: bool
    _judged: "_Judged" = field(repr=False)
    _place: int = field(repr=False)

    @property
    def score(self) -> Decimal:
        """Share of the points, 0 to 1; 0 where there is a hazard."""
        return Decimal(0) if self.hazards else _share(self.met, self.total)

    @property
    def max_score(self) -> Decimal:
        """The share of a wiring that meets everything."""
        return Decimal(1)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """One for each invariant: behaviour, safety as asked and in general, injected faults, workmanship."""
        return self._judged.findings(self._place, inverted=self.inverted)

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Where on the board each finding lies that is not met, by its name; what lies nowhere is left out."""
        return self._judged.places(self._place, inverted=self.inverted)

    @cached_property
    def scenes(self) -> tuple[Scene, ...]:
        """Every row or step as it played."""
        return self._judged.scenes(self._place, inverted=self.inverted)

    def document(self) -> dict[str, Any]:
        """Everything it says, as JSON can hold it."""
        names = (
            "task",
            "works",
            "safe",
            "hazards",
            "met",
            "total",
            "score",
            "max_score",
            "inverted",
            "findings",
            "scenes",
        )
        return {name: documents.encode(getattr(self, name)) for name in names}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Verdict) and self.document() == other.document()

    def __hash__(self) -> int:
        return hash((self.task, self.hazards, self.met))


def evaluate(
    task: WiringTask | Mapping[str, Any],
    wirings: Sequence[object],
    *,
    faults: bool = True,
    seconds: float = MOST_SECONDS,
) -> list[Verdict]:
    """Judge many wirings of one task, each a list of terminal pairs ``[["SRC.L", "Q1.1"], …]``.

    A verdict depends on which terminals are joined and, apart from the findings about workmanship, on nothing else: not
    on the order or direction of wires, nor on the tree that joins a net, unless sizes or lengths are given. It doesn't
    depend on the other wirings.

    Parameters
    ----------
    task
        A task, or an entry of the ``wiring`` list of a simulations file.
    wirings
        Each a list of conductors, or an object with that list under ``wires``.
    faults
        Inject faults. Without them `safe` says nothing about what happens under a fault.
    seconds
        How long the engine may run.

    Raises
    ------
    TaskError
        When the task can't be read.
    WiringInputError
        When a wiring names a strange terminal, joins one to itself or has too many wires; and when time runs out.
    """
    read = task if isinstance(task, WiringTask) else WiringTask.from_document(task)
    drawings = [_drawing(read, wiring, number if len(wirings) > 1 else 0) for number, wiring in enumerate(wirings, 1)]
    engine = prepared(read)
    ends = time.monotonic() + seconds
    verdicts: list[Verdict] = []
    batch = engine.at_once(faults=faults)
    for start in range(0, len(drawings), batch):
        if time.monotonic() > ends:
            raise EngineTimeout(seconds)
        verdicts += engine.judge(drawings[start : start + batch], faults=faults)
    return verdicts


def check_task(task: WiringTask) -> list[str]:
    """Say what is wrong with a task: a reference that isn't right, a wrong variant that passes. Empty when sound."""
    reference, *variants = evaluate(task, [task.reference, *(variant.wires for variant in task.variants)])
    problems = [
        f"{task.id}: the reference wiring fails {finding.name}. {finding.sentence}"
        for finding in reference.findings
        if not finding.passed and finding.sort is not Sort.WORKMANSHIP
    ]
    problems += [
        f"{task.id}: injectable names {name}, which can't break in this task."
        for name in task.injectable
        if not any(fault.is_called(name) for fault in prepared(task).injector.faults)
    ]
    for variant, verdict in zip(task.variants, variants, strict=True):
        if verdict.works and verdict.safe:
            problems.append(f"{task.id}: the wrong wiring {variant.id} ({variant.text}) passes every check.")
    return problems


def _drawing(task: WiringTask, wiring: object, number: int) -> Drawing:
    try:
        return read_wiring(task, wiring)
    except WiringInputError as error:
        if not number:
            raise
        raise WiringInputError([(code, f"Wiring {number}: {told}") for code, told in error.problems]) from None


class Engine:
    """Everything about a task that doesn't depend on a candidate."""

    def __init__(self, task: WiringTask) -> None:
        self.task = task
        self.circuit = Circuit(task)
        self.protection = Protection(self.circuit)
        self.injector = Injector(self.protection)
        self.script = script(self.circuit)
        self.by_hand = self.circuit.closed_by_hand(self.script.settings)
        self.drawn = tuple(behaviour(self.circuit, self.script, inverted=False))
        self.turned = tuple(behaviour(self.circuit, self.script, inverted=True)) if task.accept_inverted else ()
        self.asked = tuple(asked_safety(self.circuit, self.script))
        reference = self.play([read_wiring(task, task.reference)], faults=True)
        general = (*general_safety(self.protection, reference), *conductor_sizes(self.circuit))
        self.general = tuple(check for check in general if not check.fails(reference).any())
        self.faults: tuple[Check, ...] = ()
        if reference.injected is not None:
            self.faults = tuple(under_fault(self.injector, self.injector.excused(reference.injected)))

    def at_once(self, *, faults: bool) -> int:
        """How many candidates are solved together."""
        each = len(self.script.settings) * self.circuit.size**2 * (1 + len(self.injector.faults) * faults)
        return max(1, _MATRIX_ENTRIES_AT_ONCE // each)

    def play(self, drawings: Sequence[Drawing], *, faults: bool) -> Batch:
        """Play wirings through every scene and, where asked, under every fault."""
        nets = self.circuit.nets(drawings)
        wiring = self.circuit.wire_conductances(drawings, nets)
        scene = play(self.protection, wiring, self.script)
        injected: Injected | None = None
        if faults and self.injector.faults:
            injected = self.injector.inject(wiring, nets, scene, self.by_hand)
        return Batch(self.circuit, self.script, drawings, nets, scene, injected)

    def judge(self, drawings: Sequence[Drawing], *, faults: bool) -> list[Verdict]:
        """The verdicts on some wirings."""
        return judged(self, self.play(drawings, faults=faults))


@lru_cache(maxsize=64)
def prepared(task: WiringTask) -> Engine:
    """A task made ready once: its circuit, its checks, and what its own reference fails and candidates are excused from."""
    return Engine(task)


def judged(engine: Engine, batch: Batch) -> list[Verdict]:
    """The verdicts on a batch that has been played."""
    return _Judged(engine, batch).verdicts()


class _Judged:
    """Which checks each candidate of a batch fails, and where."""

    def __init__(self, engine: Engine, batch: Batch) -> None:
        self.engine, self.batch = engine, batch
        self.drawn = [check.fails(batch) for check in engine.drawn]
        self.turned = [check.fails(batch) for check in engine.turned]
        self.safety: tuple[Check, ...] = (*engine.asked, *engine.general, *engine.faults)
        self.unsafe = [check.fails(batch) for check in self.safety]

    def verdicts(self) -> list[Verdict]:
        count = self.batch.shape[0]
        drawn = _met(self.drawn, count)
        inverted = np.zeros(count, dtype=bool)
        if self.turned:
            turned = _met(self.turned, count)
            inverted = turned.sum(axis=-1) > drawn.sum(axis=-1)
            drawn = np.where(inverted[:, None], turned, drawn)
        safe = _met(self.unsafe, count)
        behaved = np.array([check.points for check in self.engine.drawn], dtype=np.int64)
        kept = np.array([check.points for check in self.safety], dtype=np.int64)
        points = (drawn @ behaved + safe @ kept).tolist()
        works = np.asarray(drawn.all(axis=-1)).tolist()
        total = int(behaved.sum() + kept.sum())
        return [
            Verdict(
                self.engine.task.id,
                works[place],
                not hazards,
                hazards,
                points[place],
                total,
                turned_round,
                self,
                place,
            )
            for place, (hazards, turned_round) in enumerate(zip(self._hazards(safe), inverted.tolist(), strict=True))
        ]

    def _hazards(self, safe: Bools) -> list[tuple[Hazard, ...]]:
        named: dict[bytes, tuple[Hazard, ...]] = {}
        packed = np.packbits(safe, axis=-1)
        found = []
        for row, key in zip(safe, (bits.tobytes() for bits in packed), strict=True):
            if key not in named:
                failed = (check.hazard for check, met in zip(self.safety, row.tolist(), strict=True) if not met)
                named[key] = tuple(dict.fromkeys(hazard for hazard in failed if hazard is not None))
            found.append(named[key])
        return found

    def findings(self, place: int, *, inverted: bool) -> tuple[Finding, ...]:
        behaved = (self.engine.turned, self.turned) if inverted else (self.engine.drawn, self.drawn)
        pairs = [*zip(*behaved, strict=True), *zip(self.safety, self.unsafe, strict=True)]
        told = [self._finding(check, fails[place], place) for check, fails in pairs]
        about = workmanship(self.engine.circuit, self.batch.drawings[place], self.batch.nets[place])
        return (*told, *about)

    def places(self, place: int, *, inverted: bool) -> dict[str, Place]:
        behaved = (self.engine.turned, self.turned) if inverted else (self.engine.drawn, self.drawn)
        found: dict[str, Place] = {}
        for check, fails in [*zip(*behaved, strict=True), *zip(self.safety, self.unsafe, strict=True)]:
            if not fails[place].any():
                continue
            scene = int(np.argmax(fails[place])) if check.scene is None else check.scene
            loads = self._misbehaving(place, scene, inverted=inverted) if check.sort is Sort.BEHAVIOUR else ()
            told = check.broken(self.batch, place, scene)
            at = place_of(self.batch, place, scene, name=check.name, hazard=check.hazard, sentence=told, loads=loads)
            if at.terminals:
                found[check.name] = at
        return found

    def _misbehaving(self, place: int, scene: int, *, inverted: bool) -> tuple[str, ...]:
        """Loads that don't do in a scene what its row asks of them."""
        rows = zip(self.batch.task.rows, self.batch.script.rows, strict=True)
        asked = next((row.expect for row, at in rows if at == scene), {})
        does = self.batch.does
        return tuple(n for n, wanted in asked.items() if not does(n, wanted, inverted=inverted)[place, scene])

    def _finding(self, check: Check, fails: Bools, place: int) -> Finding:
        finding: dict[str, Any] = {
            "name": check.name,
            "sort": check.sort,
            "points": check.points,
            "hazard": check.hazard,
        }
        if not fails.any():
            return Finding(**finding, passed=True, sentence=check.met)
        scene = int(np.argmax(fails)) if check.scene is None else check.scene
        if not check.anywhere:
            finding["state"] = dict(self.batch.script.settings[scene])
            finding["voltages"] = self.batch.volts_at(place, scene)
            finding["currents"] = self.batch.amps_at(place, scene)
        return Finding(**finding, passed=False, sentence=check.broken(self.batch, place, scene))

    def scenes(self, place: int, *, inverted: bool) -> tuple[Scene, ...]:
        batch = self.batch
        names = [load.id for load in batch.circuit.loads]
        return tuple(
            Scene(
                state=dict(row.set),
                loads={name: batch.load_state(place, scene, name) for name in names},
                expected={
                    name: wanted if isinstance(wanted, str) else wanted != inverted
                    for name, wanted in row.expect.items()
                },
                across={name: batch.volts_across(place, scene, name) for name in names},
                voltages=batch.volts_at(place, scene),
            )
            for row, scene in zip(batch.task.rows, batch.script.rows, strict=True)
        )


def _met(fails: Sequence[Bools], count: int) -> Bools:
    """Which checks each candidate meets, shape (candidates, checks)."""
    met = np.ones((count, len(fails)), dtype=bool)
    for place, where in enumerate(fails):
        met[:, place] = ~where.any(axis=-1)
    return met


@lru_cache(maxsize=4096)
def _share(met: int, total: int) -> Decimal:
    return round_to(Decimal(met) / Decimal(total), SCORE_PLACES)
