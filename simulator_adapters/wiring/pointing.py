"""Where a finding lies on the board: the terminals it is about, and the conductors of the path that makes it so.

For people who look at a wiring beside its verdict. Nothing is judged here; a finding whose place can't be told points to
nothing.
"""

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from simulator_adapters.wiring.batch import Batch
from simulator_adapters.wiring.findings import Hazard
from simulator_adapters.wiring.library import Role
from simulator_adapters.wiring.sizes import thin_conductors

_POLES = {
    Hazard.SHORT_CIRCUIT_LINE_NEUTRAL: ("L", "N"),
    Hazard.SHORT_CIRCUIT_LINE_EARTH: ("L", "PE"),
    Hazard.SHORT_CIRCUIT_LINES: ("L", "L"),
    Hazard.NEUTRAL_JOINED_TO_EARTH: ("N", "PE"),
}
"""Hazards that are a path from one pole of the supply to another."""
_TO = {
    Hazard.MISSING_PROTECTIVE_CONDUCTOR: ("PE",),
    Hazard.EARTH_FAULT_NOT_CLEARED: ("PE",),
    Hazard.NEUTRAL_FAULT_NOT_CLEARED: ("PE",),
    Hazard.TOUCH_NOT_PROTECTED: ("PE",),
    Hazard.LIVE_EXPOSED_PART: ("L",),
    Hazard.CURRENT_IN_PROTECTIVE_CONDUCTOR: ("L",),
    Hazard.NEUTRAL_NOT_DIRECT: ("N",),
    Hazard.NEUTRAL_MISSING_WHEN_ON: ("N",),
    Hazard.SWITCH_NOT_IN_LINE: ("L",),
    Hazard.LIVE_WHEN_OFF: ("L",),
    Hazard.POLES_SWAPPED: ("L",),
    Hazard.NO_OVERCURRENT_PROTECTION: ("L",),
    Hazard.BYPASSES_RCD: ("L", "N"),
    Hazard.BYPASSES_OVERLOAD_RELAY: ("L",),
}
"""To which pole the path of a terminal matters; both live poles for everything else."""
_HOUSING = frozenset(
    {
        Hazard.MISSING_PROTECTIVE_CONDUCTOR,
        Hazard.EARTH_FAULT_NOT_CLEARED,
        Hazard.NEUTRAL_FAULT_NOT_CLEARED,
        Hazard.TOUCH_NOT_PROTECTED,
        Hazard.LIVE_EXPOSED_PART,
        Hazard.CURRENT_IN_PROTECTIVE_CONDUCTOR,
        Hazard.BREAK_LEAVES_PART_LIVE,
    }
)
_PRESENT = frozenset(
    {
        Hazard.LIVE_EXPOSED_PART,
        Hazard.CURRENT_IN_PROTECTIVE_CONDUCTOR,
        Hazard.SWITCH_NOT_IN_LINE,
        Hazard.LIVE_WHEN_OFF,
        Hazard.POLES_SWAPPED,
        Hazard.NO_OVERCURRENT_PROTECTION,
        Hazard.BYPASSES_RCD,
        Hazard.BYPASSES_OVERLOAD_RELAY,
        *_POLES,
    }
)
"""What is wrong is a path that is there. Elsewhere it may be one that is missing: then what a terminal does reach tells."""
_PAST = {
    Hazard.NO_OVERCURRENT_PROTECTION: (Role.BREAKER, Role.RCBO),
    Hazard.BYPASSES_RCD: (Role.RCD,),
    Hazard.BYPASSES_OVERLOAD_RELAY: (Role.OVERLOAD,),
}
"""Devices that a path of these hazards goes past."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a finding lies: terminals by name, conductors by their number in the drawing, from 0."""

    terminals: tuple[str, ...] = ()
    wires: tuple[int, ...] = ()


def place_of(
    batch: Batch,
    candidate: int,
    scene: int,
    *,
    name: str,
    hazard: Hazard | None,
    sentence: str = "",
    loads: Sequence[str] = (),
) -> Place:
    """Say where a finding lies.

    Parameters
    ----------
    batch, candidate, scene
        The wiring as it played, and the scene in which the finding fails.
    name, hazard, sentence
        Of the finding. Terminals that the sentence names are what it is about.
    loads
        Loads that misbehave, for a finding about behaviour.
    """
    drawing = batch.drawings[candidate]
    if hazard is Hazard.CONDUCTOR_TOO_THIN:
        thin = {told for told, *_ in thin_conductors(batch, candidate)}
        wires = tuple(number for number, wire in enumerate(drawing.wires) if " – ".join(wire) in thin)
        return Place(terminals=_ends(batch, candidate, wires), wires=wires)
    network = _Network(batch, candidate, scene, hazard)
    if hazard in _POLES:
        one, other = _POLES[hazard]
        starts = batch.circuit.supply[one].tolist()
        return network.place([(start, set(batch.circuit.supply[other].tolist()) - {start}) for start in starts])
    subjects = _subjects(batch, name, hazard, sentence, loads)
    wanted = ("L", "N") if hazard is None else _TO.get(hazard, ("L", "N"))
    poles = [set(batch.circuit.supply[pole].tolist()) for pole in wanted]
    return network.place([(subject, pole) for subject in subjects for pole in poles])


def _subjects(batch: Batch, name: str, hazard: Hazard | None, sentence: str, loads: Sequence[str]) -> list[int]:
    """Nodes that a finding is about, by what its name and sentence say; every housing or load where they name none."""
    node, task = batch.circuit.node, batch.task
    said = {word.strip(".,:;()") for word in sentence.split()}
    if named := [node[terminal] for terminal in task.terminals if name.endswith(f"_{terminal}") or terminal in said]:
        return named
    about = [c for c in task.components if name.endswith(f"_{c.id}") or c.id in loads]
    about = about or list(batch.circuit.loads)
    if hazard in _HOUSING:
        housings = [node[f"{c.id}.PE"] for c in about if "PE" in c.terminals and c.library.role is not Role.SUPPLY]
        if housings:
            return housings
    return [node[f"{c.id}.{end}"] for c in about for end in c.load_between or c.terminals]


def _ends(batch: Batch, candidate: int, wires: Iterable[int]) -> tuple[str, ...]:
    drawn = batch.drawings[candidate].wires
    return tuple(dict.fromkeys(end for number in wires for end in drawn[number]))


class _Network:
    """The wires of a drawing and the contacts that are closed in one scene, as a graph."""

    def __init__(self, batch: Batch, candidate: int, scene: int, hazard: Hazard | None) -> None:
        self.batch, self.present = batch, hazard in _PRESENT
        self.steps: dict[int, list[tuple[int, int | None]]] = {}
        for number, (a, b) in enumerate(batch.drawings[candidate].ends):
            self._join(a, b, number)
        past = [device.id for device in batch.of_role(*_PAST[hazard])] if hazard in _PAST else []
        closed = batch.scene.closed[candidate, scene] & ~batch.circuit.contacts_of(past)
        for (a, b), made in zip(batch.circuit.contacts.tolist(), closed.tolist(), strict=True):
            if made:
                self._join(a, b, None)

    def _join(self, a: int, b: int, wire: int | None) -> None:
        self.steps.setdefault(a, []).append((b, wire))
        self.steps.setdefault(b, []).append((a, wire))

    def place(self, wanted: Iterable[tuple[int, Collection[int]]]) -> Place:
        """The shortest path of each start to one of its goals. A start that has none counts for nothing where a path is what
        is wrong; elsewhere for all that it reaches by wires."""
        nodes: dict[int, None] = {}
        wires: dict[int, None] = {}
        by_start: dict[int, list[list[tuple[int, int | None]]]] = {}
        for start, goals in wanted:
            path = self._path(start, goals)
            by_start.setdefault(start, []).extend([] if path is None else [path])
        lost = [] if self.present else [self._reached(start) for start, paths in by_start.items() if not paths]
        for path in [*(path for paths in by_start.values() for path in paths), *lost]:
            nodes.update(dict.fromkeys(node for node, _ in path))
            wires.update(dict.fromkeys(wire for _, wire in path if wire is not None))
        terminals = self.batch.task.terminals
        return Place(terminals=tuple(terminals[node] for node in nodes), wires=tuple(sorted(wires)))

    def _path(self, start: int, goals: Collection[int]) -> list[tuple[int, int | None]] | None:
        came: dict[int, tuple[int, int | None] | None] = {start: None}
        waiting = deque([start])
        while waiting:
            here = waiting.popleft()
            if here in goals:
                return self._back(came, here)
            for there, wire in self.steps.get(here, ()):
                if there not in came:
                    came[there] = (here, wire)
                    waiting.append(there)
        return None

    def _back(self, came: dict[int, tuple[int, int | None] | None], end: int) -> list[tuple[int, int | None]]:
        path: list[tuple[int, int | None]] = []
        here: int = end
        while (step := came[here]) is not None:
            path.append((here, step[1]))
            here = step[0]
        return [*path, (here, None)]

    def _reached(self, start: int) -> list[tuple[int, int | None]]:
        found: list[tuple[int, int | None]] = [(start, None)]
        seen, waiting = {start}, deque([start])
        while waiting:
            for there, wire in self.steps.get(waiting.popleft(), ()):
                if wire is None:
                    continue
                found.append((there, wire))
                if there not in seen:
                    seen.add(there)
                    waiting.append(there)
        return found
