"""The safety checks that hold for every wiring, without points: they only ever cap the score.

A check that the task's own reference fails says nothing about a candidate and is left out.
"""

from collections.abc import Callable, Iterator

import numpy as np

from simulator_adapters.wiring.batch import OFF, Batch, describe
from simulator_adapters.wiring.checks import Check, Told, in_scene
from simulator_adapters.wiring.circuit import Bools, Circuit, Floats, tenths
from simulator_adapters.wiring.findings import Hazard
from simulator_adapters.wiring.injecting import TOUCH_LIMIT, Danger, Injector
from simulator_adapters.wiring.library import EARTH_CURRENT_LIMIT, Role
from simulator_adapters.wiring.nonlinear import module_currents
from simulator_adapters.wiring.parts import Component, FaultKind
from simulator_adapters.wiring.protection import Protection

_AHEAD = (Role.SUPPLY, Role.BREAKER, Role.RCD, Role.RCBO)


def general_safety(protection: Protection, reference: Batch) -> Iterator[Check]:
    """Every general check of a task, in the order in which findings are told; `reference` is its own wiring as played."""
    circuit = protection.circuit
    if len(circuit.lines):
        yield from _short_circuits(circuit)
        yield from _earth()
    yield from _overcurrent(circuit, reference)
    yield from _residual(protection)
    yield from _overload(circuit)
    yield from _loads(circuit)
    yield from _direct_current(circuit)


def _short_circuits(circuit: Circuit) -> Iterator[Check]:
    yield Check(
        name="no_short_circuit_line_neutral",
        hazard=Hazard.SHORT_CIRCUIT_LINE_NEUTRAL,
        fails=lambda batch: batch.poles_joined("L", "N"),
        met="Line and neutral are never joined.",
        broken=_with_amps("Line and neutral are joined: a short circuit of {amps} A.", _line_current),
    )
    yield Check(
        name="no_short_circuit_line_earth",
        hazard=Hazard.SHORT_CIRCUIT_LINE_EARTH,
        fails=lambda batch: batch.poles_joined("L", "PE"),
        met="Line and protective conductor are never joined.",
        broken=_with_amps("Line and protective conductor are joined: a fault current of {amps} A.", _line_current),
    )
    if len(circuit.lines) > 1:
        yield Check(
            name="no_short_circuit_lines",
            hazard=Hazard.SHORT_CIRCUIT_LINES,
            fails=lambda batch: batch.poles_joined("L", "L"),
            met="Two lines are never joined.",
            broken=_with_amps("Two lines are joined: a short circuit of {amps} A.", _line_current),
        )


def _earth() -> Iterator[Check]:
    yield Check(
        name="neutral_apart_from_earth",
        hazard=Hazard.NEUTRAL_JOINED_TO_EARTH,
        fails=lambda batch: batch.poles_joined("N", "PE"),
        met="Neutral and protective conductor are never joined.",
        broken=in_scene(
            "Neutral and protective conductor are joined after the supply: load current flows through metal parts."
        ),
    )
    yield Check(
        name="no_current_in_protective_conductor",
        hazard=Hazard.CURRENT_IN_PROTECTIVE_CONDUCTOR,
        fails=lambda batch: np.rint(_earth_current(batch) * 1000) > EARTH_CURRENT_LIMIT,
        met="The protective conductor carries no current.",
        broken=_with_amps("The protective conductor carries {amps} A.", _earth_current),
    )
    yield Check(
        name="exposed_parts_not_live",
        hazard=Hazard.LIVE_EXPOSED_PART,
        fails=_touch,
        met="No exposed metal part is live.",
        broken=in_scene("A protective terminal of a load stands at a dangerous voltage."),
    )


def _touch(batch: Batch) -> Bools:
    parts = [
        batch.circuit.node[f"{c.id}.PE"]
        for c in batch.task.components
        if "PE" in c.terminals and c.library.role is not Role.SUPPLY
    ]
    live = tenths(batch.scene.voltages[..., parts]) > TOUCH_LIMIT
    if not live.any():
        return np.zeros(batch.shape, dtype=bool)
    return np.asarray((live & batch.driven[..., parts]).any(axis=-1))


def _overcurrent(circuit: Circuit, reference: Batch) -> Iterator[Check]:
    breakers = [c.id for c in circuit.task.components if c.library.role in (Role.BREAKER, Role.RCBO)]
    if not breakers or not len(circuit.lines):
        return
    # What stands before the breakers in the reference (a main switch, say) may stand there.
    beyond = [
        terminal
        for component in circuit.task.components
        if component.library.role not in _AHEAD
        for terminal in (f"{component.id}.{end}" for end in component.terminals)
        if not _reaching_line(reference, breakers, [terminal]).any()
    ]
    names = ", ".join(circuit.task.component[name].name for name in breakers)
    yield Check(
        name="overcurrent_protection",
        hazard=Hazard.NO_OVERCURRENT_PROTECTION,
        fails=lambda batch: _reaching_line(batch, breakers, beyond),
        met=f"Every line conductor passes {names}.",
        broken=in_scene(f"A line conductor reaches the circuit without passing {names}."),
    )


def _reaching_line(batch: Batch, without: list[str], terminals: list[str]) -> Bools:
    labels = batch.joined_without(without)
    found = np.zeros(batch.shape, dtype=bool)
    for terminal in terminals:
        found |= batch.reaches(labels, terminal, "L")
    return found


def _residual(protection: Protection) -> Iterator[Check]:
    for place, device in enumerate(protection.devices):
        if not np.isfinite(protection.residual[place]):
            continue

        def residual(batch: Batch, place: int = place) -> Floats:
            return protection.residual_currents(batch.scene.voltages, batch.scene.closed)[..., place]

        def fails(batch: Batch, place: int = place, residual: Callable[[Batch], Floats] = residual) -> Bools:
            return np.asarray(np.rint(residual(batch) * 1000) >= protection.residual[place])

        told = f"The currents through {device.name} differ by {{amps}} A: it trips or a conductor is astray."
        yield Check(
            name=f"balanced_{device.id}",
            hazard=Hazard.RCD_UNBALANCED,
            fails=fails,
            met=f"The currents through {device.name} are balanced.",
            broken=_with_amps(told, residual),
        )


def _overload(circuit: Circuit) -> Iterator[Check]:
    relays = [c.id for c in circuit.task.components if c.library.role is Role.OVERLOAD]
    if not relays:
        return
    names = ", ".join(circuit.task.component[name].name for name in relays)
    for motor in (c for c in circuit.task.components if c.library.role is Role.MOTOR):
        ends = [f"{motor.id}.{end}" for end in motor.load_between or ()]
        yield Check(
            name=f"behind_overload_relay_{motor.id}",
            hazard=Hazard.BYPASSES_OVERLOAD_RELAY,
            fails=lambda batch, ends=ends: _reaching_line(batch, relays, ends),  # type: ignore[misc]
            met=f"Every line conductor of {motor.name} passes {names}.",
            broken=in_scene(f"A line conductor of {motor.name} bypasses {names}, which then can't protect it."),
        )


def _loads(circuit: Circuit) -> Iterator[Check]:
    """Loads that stay live while they are off, and loads with line and neutral exchanged, where no rule asks already."""
    asked = {terminal for rule in circuit.task.rules for terminal in rule.terminals if rule.rule.startswith("neutral")}
    direct = {t for rule in circuit.task.rules for t in rule.terminals if rule.rule == "neutral_direct"}
    for load in circuit.loads:
        ends = [f"{load.id}.{end}" for end in load.load_between or ()]
        if load.coil or not len(circuit.lines):
            continue
        if not direct & set(ends):
            yield Check(
                name=f"dead_when_off_{load.id}",
                hazard=Hazard.LIVE_WHEN_OFF,
                fails=_live_when_off(load, ends),
                met=f"No terminal of {load.name} is live while it is off.",
                broken=in_scene(f"{load.name} is off, yet one of its terminals is joined to a line."),
            )
        neutral = f"{load.id}.N"
        if {"L", "N"} <= set(load.load_between or ()) and neutral not in asked:
            yield Check(
                name=f"poles_{load.id}",
                hazard=Hazard.POLES_SWAPPED,
                fails=lambda batch, neutral=neutral: batch.reaches(batch.joined, neutral, "L"),  # type: ignore[misc]
                met=f"{neutral} is never joined to a line.",
                broken=in_scene(f"{neutral} is joined to a line: line and neutral of {load.name} are exchanged."),
            )


_ABSORBS = 1e-5
"""Amperes into a module from which it stands against the others; leaks stay far below."""


def _direct_current(circuit: Circuit) -> Iterator[Check]:
    for battery in (c for c in circuit.task.components if c.library.role is Role.BATTERY):
        plus, minus = circuit.node[f"{battery.id}.+"], circuit.node[f"{battery.id}.-"]
        yield Check(
            name=f"no_short_circuit_{battery.id}",
            hazard=Hazard.SHORT_CIRCUIT_BATTERY,
            fails=lambda batch, a=plus, b=minus: batch.joined[..., a] == batch.joined[..., b],  # type: ignore[misc]
            met=f"The poles of {battery.name} are never joined.",
            broken=in_scene(f"The poles of {battery.name} are joined: a short circuit that nothing limits."),
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


def _turned_round(load: str) -> Callable[[Batch], Bools]:
    return lambda batch: np.asarray(batch.volts_of(load).real < -batch.circuit.off_up_to[batch.load_index[load]] / 10)


def _absorbs(module: int) -> Callable[[Batch], Bools]:
    def fails(batch: Batch) -> Bools:
        amps = module_currents(batch.scene.voltages, batch.circuit.modules)
        return np.asarray(amps[..., module] < -_ABSORBS)

    return fails


def _live_when_off(load: Component, ends: list[str]) -> Callable[[Batch], Bools]:
    def fails(batch: Batch) -> Bools:
        live = np.zeros(batch.shape, dtype=bool)
        for terminal in ends:
            live |= batch.reaches(batch.joined, terminal, "L")
        return np.asarray(live & (batch.codes[..., batch.load_index[load.id]] == OFF))

    return fails


_UNDER_FAULT = {
    FaultKind.LINE_BODY: Hazard.EARTH_FAULT_NOT_CLEARED,
    FaultKind.NEUTRAL_BODY: Hazard.NEUTRAL_FAULT_NOT_CLEARED,
    FaultKind.LINE_NEUTRAL: Hazard.SHORT_CIRCUIT_NOT_CLEARED,
    FaultKind.TOUCH: Hazard.TOUCH_NOT_PROTECTED,
    FaultKind.OVERLOADED: Hazard.OVERLOAD_NOT_CLEARED,
    FaultKind.BROKEN_NEUTRAL: Hazard.BREAK_LEAVES_PART_LIVE,
    FaultKind.BROKEN_PE: Hazard.BREAK_LEAVES_PART_LIVE,
}
_LEFT = {
    Danger.LIVE_PART: "a housing stands at {volts} V",
    Danger.NOT_CLEARED: "{amps} A flow and nothing switches off",
    Danger.LEAK: "{amps} A leak away and nothing switches off",
    Danger.OVERLOAD: "nothing stops it before its winding burns",
}


def under_fault(injector: Injector, excused: Bools) -> Iterator[Check]:
    """One check per fault. A danger counts only where the reference wiring is free of it under the same fault in every
    scene: `excused`, shape (faults, dangers), says where it is not."""
    for place, fault in enumerate(injector.faults):
        if excused[place].all():
            continue
        yield Check(
            name=fault.name,
            hazard=_UNDER_FAULT[fault.kind],
            fails=_dangerous(place, ~excused[place]),
            met=f"When {fault.sentence}, the circuit stays safe.",
            broken=_danger_left(injector, place, ~excused[place]),
        )


def _dangerous(fault: int, counts: Bools) -> Callable[[Batch], Bools]:
    def fails(batch: Batch) -> Bools:
        if batch.injected is None:
            return np.zeros((batch.shape[0], 1), dtype=bool)
        return np.asarray(batch.injected.left[:, fault][:, counts].any(axis=1))

    return fails


def _danger_left(injector: Injector, place: int, counts: Bools) -> Told:
    fault = injector.faults[place]

    def told(batch: Batch, candidate: int, scene: int) -> str:
        injected = batch.injected
        assert injected is not None
        danger = next(d for d in Danger if counts[d] and injected.left[candidate, place, d, scene])
        item = injected.item[candidate, scene, place]
        at = injected.voltages[item]
        a, b = injector.branches[place]
        amps = abs(at[a] - at[b]) * (fault.branches[0][2] if fault.branches else 0.0)
        volts = float(np.abs(at[injector.housings]).max(initial=0.0))
        tripped = [
            d.name for d, trips in zip(injector.protection.devices, injected.tripped[item], strict=True) if trips
        ]
        after = f" and {' and '.join(tripped)} has tripped" if tripped else ""
        left = _LEFT[danger].format(volts=f"{volts:.1f}", amps=f"{amps:.2f}")
        return f"With {describe(batch.script.settings[scene])}: when {fault.sentence}{after}, {left}."

    return told


def _line_current(batch: Batch) -> Floats:
    return batch.circuit.supply_current(batch.scene.voltages, "L")


def _earth_current(batch: Batch) -> Floats:
    return batch.circuit.supply_current(batch.scene.voltages, "PE")


def _with_amps(sentence: str, current: Callable[[Batch], Floats]) -> Told:
    def told(batch: Batch, candidate: int, scene: int) -> str:
        amps = f"{current(batch)[candidate, scene]:.1f}"
        return f"With {describe(batch.script.settings[scene])}: {sentence.format(amps=amps)}"

    return told
