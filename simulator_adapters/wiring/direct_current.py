"""The safety checks of direct current: batteries, PV modules, and loads with a plus and a minus."""

from collections.abc import Callable, Iterator

import numpy as np

from simulator_adapters.wiring.batch import Batch
from simulator_adapters.wiring.checks import Check, in_scene, with_amps
from simulator_adapters.wiring.circuit import Bools, Circuit, Floats
from simulator_adapters.wiring.findings import Hazard
from simulator_adapters.wiring.library import BATTERY_RESISTANCE, Role
from simulator_adapters.wiring.nonlinear import module_currents
from simulator_adapters.wiring.parts import Component

_ABSORBS = 1e-5
"""Amperes into a module from which it stands against the others; leaks stay far below."""


def direct_current(circuit: Circuit) -> Iterator[Check]:
    """The checks of a task with batteries, modules or polarised loads."""
    batteries = [c for c in circuit.task.components if c.library.role is Role.BATTERY]
    for battery in batteries:
        plus, minus = circuit.node[f"{battery.id}.+"], circuit.node[f"{battery.id}.-"]
        yield Check(
            name=f"no_short_circuit_{battery.id}",
            hazard=Hazard.SHORT_CIRCUIT_BATTERY,
            fails=lambda batch, a=plus, b=minus: batch.joined[..., a] == batch.joined[..., b],  # type: ignore[misc]
            met=f"The poles of {battery.name} are never joined.",
            broken=in_scene(f"The poles of {battery.name} are joined: a short circuit that nothing limits."),
        )
        if len(batteries) > 1:
            yield Check(
                name=f"no_battery_against_{battery.id}",
                hazard=Hazard.SHORT_CIRCUIT_BATTERY,
                fails=_driven_off(battery, plus, minus),
                met=f"No battery drives a current through {battery.name}.",
                broken=with_amps(
                    f"{{amps}} flow through {battery.name}: batteries of different voltage or turned round are joined.",
                    _battery_current(battery, plus, minus),
                ),
            )
    for load in (load for load in circuit.loads if load.library.polarised):
        yield Check(
            name=f"polarity_{load.id}",
            hazard=Hazard.POLES_SWAPPED,
            fails=_turned_round(load.id),
            met=f"Plus and minus of {load.name} are never exchanged.",
            broken=in_scene(f"Plus and minus of {load.name} are exchanged."),
        )
    for place, module in enumerate(c for c in circuit.task.components if c.library.role is Role.MODULE):
        yield Check(
            name=f"module_direction_{module.id}",
            hazard=Hazard.MODULE_REVERSED,
            fails=_absorbs(place),
            met=f"{module.name} gives power and takes none.",
            broken=in_scene(f"Current flows into {module.name}: it stands against the other modules."),
        )


_KEEPS = 0.15
"""Share of its voltage by which a battery may be off before its current is that of a short circuit."""


def _battery_current(battery: Component, plus: int, minus: int) -> Callable[[Batch], Floats]:
    def amps(batch: Batch) -> Floats:
        at = batch.scene.voltages
        return np.asarray(np.abs(at[..., plus] - at[..., minus] - battery.volts) / BATTERY_RESISTANCE)

    return amps


def _driven_off(battery: Component, plus: int, minus: int) -> Callable[[Batch], Bools]:
    """Whether a battery is far from its own voltage although its poles are not joined."""
    amps, most = _battery_current(battery, plus, minus), _KEEPS * battery.volts / BATTERY_RESISTANCE

    def fails(batch: Batch) -> Bools:
        apart = batch.joined[..., plus] != batch.joined[..., minus]
        return np.asarray(apart & (amps(batch) > most))

    return fails


def _turned_round(load: str) -> Callable[[Batch], Bools]:
    return lambda batch: np.asarray(batch.volts_of(load).real < -batch.circuit.off_up_to[batch.load_index[load]] / 10)


def _absorbs(module: int) -> Callable[[Batch], Bools]:
    def fails(batch: Batch) -> Bools:
        amps = module_currents(batch.scene.voltages, batch.circuit.modules)
        return np.asarray(amps[..., module] < -_ABSORBS)

    return fails
