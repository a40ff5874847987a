"""Is every conductor thick enough for the device that protects it? Only where a wiring gives sizes."""

from collections.abc import Iterator

import numpy as np

from simulator_adapters.wiring.batch import Batch
from simulator_adapters.wiring.checks import Check
from simulator_adapters.wiring.circuit import Bools, Circuit, Ints, merge
from simulator_adapters.wiring.findings import Hazard
from simulator_adapters.wiring.library import Role

AMPACITY = {
    0.5: 7.0,
    0.75: 10.0,
    1.0: 14.0,
    1.5: 19.5,
    2.5: 27.0,
    4.0: 36.0,
    6.0: 46.0,
    10.0: 63.0,
    16.0: 85.0,
    25.0: 112.0,
    35.0: 138.0,
    50.0: 168.0,
    70.0: 213.0,
    95.0: 258.0,
    120.0: 299.0,
}
"""Amperes that copper of each size in mm² may carry for long: two loaded conductors, PVC, clipped to a wall at 30 °C (IEC
60364-5-52, reference method C from 1.5 mm²; thinner ones serve inside a board)."""


def ampacity(mm2: float) -> float:
    """Amperes a conductor may carry: those of the next size in the table that isn't larger.

    Examples
    --------
    >>> ampacity(2.5), ampacity(3.0), ampacity(0.4)
    (27.0, 27.0, 0.0)
    """
    return max((amps for size, amps in AMPACITY.items() if size <= mm2), default=0.0)


def conductor_sizes(circuit: Circuit) -> Iterator[Check]:
    """The one check about sizes: each conductor a line can reach carries at least the rating of a device before it."""
    if any(c.library.role in (Role.BREAKER, Role.RCBO) for c in circuit.task.components):
        yield Check(
            name="conductor_sizes",
            hazard=Hazard.CONDUCTOR_TOO_THIN,
            fails=_too_thin,
            met="No conductor is too thin for the device that protects it.",
            broken=_told,
            anywhere=True,
        )


def _too_thin(batch: Batch) -> Bools:
    found = np.zeros((batch.shape[0], 1), dtype=bool)
    for row in range(batch.shape[0]):
        found[row] = next(thin_conductors(batch, row), None) is not None
    return found


def _told(batch: Batch, candidate: int, scene: int) -> str:
    wire, mm2, device, amps = next(thin_conductors(batch, candidate))
    return f"{wire} has {mm2:g} mm², which carries {ampacity(mm2):g} A; {device} lets {amps:g} A pass."


def thin_conductors(batch: Batch, candidate: int) -> Iterator[tuple[str, float, str, float]]:
    """Each conductor that is too thin: its ends, its size, the device that protects it, and that device's rating.

    With every contact closed that any state closes, a device protects what no line reaches without it; the smallest of
    several counts. Before the first device a conductor has to carry what the smallest device of all lets pass, since
    somebody else's fuse protects it.
    """
    drawing = batch.drawings[candidate]
    if not any(conductor.mm2 for conductor in drawing.conductors):
        return
    circuit, nets = batch.circuit, batch.nets[candidate]
    devices = batch.of_role(Role.BREAKER, Role.RCBO)
    every = np.ones(len(circuit.contacts), dtype=bool)
    reached = _lines(batch, merge(nets, circuit.contacts, every))
    without = {d.id: _lines(batch, merge(nets, circuit.contacts, ~circuit.contacts_of([d.id]))) for d in devices}
    smallest = min(devices, key=lambda device: device.amps)
    for wire, (a, _), conductor in zip(drawing.wires, drawing.ends, drawing.conductors, strict=True):
        if conductor.mm2 is None or not reached[a]:
            continue
        device = min((d for d in devices if not without[d.id][a]), key=lambda d: d.amps, default=smallest)
        if ampacity(conductor.mm2) < device.amps:
            yield " – ".join(wire), conductor.mm2, device.name, device.amps


def _lines(batch: Batch, labels: Ints) -> Bools:
    return np.asarray(np.isin(labels, labels[batch.circuit.lines]))
