"""The safety checks that hold for every wiring, without points: they only ever cap the score.

A check that the task's own reference fails says nothing about a candidate and is left out.
"""

from collections.abc import Callable, Iterator

import numpy as np

from simulator_adapters.wiring.batch import OFF, Batch, amperes, describe
from simulator_adapters.wiring.checks import Check, Told, in_scene, with_amps
from simulator_adapters.wiring.circuit import Bools, Circuit, Floats, Ints, Volts, join, tenths
from simulator_adapters.wiring.direct_current import direct_current
from simulator_adapters.wiring.findings import Hazard
from simulator_adapters.wiring.injecting import TOUCH_LIMIT, Danger, Injector
from simulator_adapters.wiring.library import EARTH_CURRENT_LIMIT, Role
from simulator_adapters.wiring.parts import Component, FaultKind
from simulator_adapters.wiring.protection import Protection

_AHEAD = (Role.SUPPLY, Role.BREAKER, Role.RCD, Role.RCBO)


def general_safety(protection: Protection, reference: Batch) -> Iterator[Check]:
    """Every general check of a task, in the order in which findings are told; `reference` is its own wiring as played."""
    circuit = protection.circuit
    if len(circuit.lines):
        yield from _short_circuits(circuit)
        yield from _changing_over(circuit)
        yield from _earth()
    yield from _overcurrent(circuit, reference)
    yield from _residual(protection)
    yield from _overload(circuit)
    yield from _loads(circuit)
    yield from direct_current(circuit)


def _short_circuits(circuit: Circuit) -> Iterator[Check]:
    yield Check(
        name="no_short_circuit_line_neutral",
        hazard=Hazard.SHORT_CIRCUIT_LINE_NEUTRAL,
        fails=lambda batch: batch.poles_joined("L", "N"),
        met="Line and neutral are never joined.",
        broken=with_amps("Line and neutral are joined: a short circuit of {amps}.", _line_current),
    )
    yield Check(
        name="no_short_circuit_line_earth",
        hazard=Hazard.SHORT_CIRCUIT_LINE_EARTH,
        fails=lambda batch: batch.poles_joined("L", "PE"),
        met="Line and protective conductor are never joined.",
        broken=with_amps("Line and protective conductor are joined: a fault current of {amps}.", _line_current),
    )
    if len(circuit.lines) > 1:
        yield Check(
            name="no_short_circuit_lines",
            hazard=Hazard.SHORT_CIRCUIT_LINES,
            fails=lambda batch: batch.poles_joined("L", "L"),
            met="Two lines are never joined.",
            broken=with_amps("Two lines are joined: a short circuit of {amps}.", _line_current),
        )


_OPPOSED = (("L", "N"), ("L", "PE"), ("L", "L"))


def _changing_over(circuit: Circuit) -> Iterator[Check]:
    """Of two contactors, the one that held is still in when the other comes: its arc and its springs take their time."""
    if not circuit.task.in_sequence or len(circuit.coils) < 2:
        return

    def fails(batch: Batch) -> Bools:
        passing = batch.scene.passing
        at = np.asarray(passing.any(axis=-1))
        if not at.any():
            return at
        labels = circuit.joined(batch.nets[:, None], passing)
        return np.asarray(np.any([at & batch.poles_joined(*poles, labels=labels) for poles in _OPPOSED], axis=0))

    yield Check(
        name="no_short_circuit_changing_over",
        hazard=Hazard.SHORT_CIRCUIT_CHANGING_OVER,
        fails=fails,
        met="No contactor comes while one that it would short still holds.",
        broken=in_scene(
            "A contactor comes while another still holds: until that one has dropped out, both together are a short circuit."
        ),
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
        broken=with_amps("The protective conductor carries {amps}.", _earth_current),
    )
    yield Check(
        name="exposed_parts_not_live",
        hazard=Hazard.LIVE_EXPOSED_PART,
        fails=_touch,
        met="No exposed metal part is live.",
        broken=_live_housing,
    )


def _touch(batch: Batch) -> Bools:
    parts = list(_housings(batch.circuit).values())
    live = tenths(batch.scene.voltages[..., parts]) > TOUCH_LIMIT
    if not live.any():
        return np.zeros(batch.shape, dtype=bool)
    return np.asarray((live & batch.driven[..., parts]).any(axis=-1))


def _housings(circuit: Circuit) -> dict[str, int]:
    """Protective terminals of everything but supplies, with their nodes."""
    return {
        f"{c.id}.PE": circuit.node[f"{c.id}.PE"]
        for c in circuit.task.components
        if "PE" in c.terminals and c.library.role is not Role.SUPPLY
    }


def _live_housing(batch: Batch, candidate: int, scene: int) -> str:
    at, fed = batch.scene.voltages[candidate, scene], batch.driven[candidate, scene]
    return in_scene(f"The {_worst_housing(batch.circuit, at, fed)}.")(batch, candidate, scene)


def _worst_housing(circuit: Circuit, voltages: Volts, fed: Bools, *, rather: str = "") -> str:
    """The housing with the highest voltage of those that have a path to the supply, as a part of a sentence; of equal
    ones `rather` that of a component."""
    housings = _housings(circuit)

    def worse(terminal: str) -> tuple[bool, int, bool]:
        node = housings[terminal]
        return bool(fed[node]), int(tenths(voltages[node])), terminal == f"{rather}.PE"

    name = max(housings, key=worse)
    return f"housing at {name} stands at {abs(voltages[housings[name]]):.1f} V"


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
        broken=_past(breakers, beyond, f"{{terminal}} is joined to a line without passing {names}."),
    )


def _reaching_line(batch: Batch, without: list[str], terminals: list[str]) -> Bools:
    labels = batch.joined_without(without)
    found = np.zeros(batch.shape, dtype=bool)
    for terminal in terminals:
        found |= batch.reaches(labels, terminal, "L")
    return found


def _past(without: list[str], terminals: list[str], sentence: str) -> Told:
    """A sentence that names the first terminal that is joined to a line past some devices."""

    def told(batch: Batch, candidate: int, scene: int) -> str:
        labels: Ints = batch.joined_without(without)
        terminal = next(t for t in terminals if batch.reaches_in(candidate, scene, labels, t, "L"))
        return in_scene(sentence.format(terminal=terminal))(batch, candidate, scene)

    return told


def _residual(protection: Protection) -> Iterator[Check]:
    for place, device in enumerate(protection.devices):
        if not np.isfinite(protection.residual[place]):
            continue

        def residual(batch: Batch, place: int = place) -> Floats:
            return protection.residual_currents(batch.scene.voltages, batch.scene.closed)[..., place]

        def fails(batch: Batch, place: int = place, residual: Callable[[Batch], Floats] = residual) -> Bools:
            return np.asarray(np.rint(residual(batch) * 1000) >= protection.residual[place])

        told = f"The currents through {device.name} differ by {{amps}}: it trips or a conductor is astray."
        yield Check(
            name=f"balanced_{device.id}",
            hazard=Hazard.RCD_UNBALANCED,
            fails=fails,
            met=f"The currents through {device.name} are balanced.",
            broken=with_amps(told, residual),
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
            broken=_past(
                relays, ends, f"{{terminal}} is joined to a line past {names}, which then can't protect {motor.name}."
            ),
        )


def _loads(circuit: Circuit) -> Iterator[Check]:
    """Loads that stay live while they are off, and loads with line and neutral exchanged, where no rule asks already."""
    asked = {terminal for rule in circuit.task.rules for terminal in rule.terminals if rule.rule.startswith("neutral")}
    direct = {t for rule in circuit.task.rules for t in rule.terminals if rule.rule == "neutral_direct"}
    for load in circuit.loads:
        yield Check(
            name=f"no_overvoltage_{load.id}",
            hazard=Hazard.OVERVOLTAGE,
            fails=lambda batch, load=load: batch.across[..., batch.load_index[load.id]] > _most(load),  # type: ignore[misc]
            met=f"{load.name} never gets more than its rated voltage.",
            broken=_with_volts(f"{{volts}} V are across {load.name}, which is rated for {load.volts:g} V.", load.id),
        )
        ends = [f"{load.id}.{end}" for end in load.load_between or ()]
        if load.coil or not len(circuit.lines):
            continue
        if not direct & set(ends):
            yield Check(
                name=f"dead_when_off_{load.id}",
                hazard=Hazard.LIVE_WHEN_OFF,
                fails=_live_when_off(load, ends),
                met=f"No terminal of {load.name} is live while it is off.",
                broken=_past([], ends, f"{load.name} is off, yet {{terminal}} is joined to a line."),
            )
        neutral = f"{load.id}.N"
        if {"L", "N"} <= set(load.load_between or ()) and neutral not in asked:
            yield Check(
                name=f"poles_{load.id}",
                hazard=Hazard.POLES_SWAPPED,
                fails=lambda batch, neutral=neutral: batch.reaches(batch.joined, neutral, "L"),  # type: ignore[misc]
                met=f"{neutral} is never joined to a line.",
                broken=_exchanged(load),
            )


_OVERVOLTAGE = 1.15
"""Share of its rated voltage above which a load comes to harm; a supply may give a tenth more (EN 50160)."""


def _most(load: Component) -> int:
    return round(_OVERVOLTAGE * load.volts * 10)


def _with_volts(sentence: str, load: str) -> Told:
    def told(batch: Batch, candidate: int, scene: int) -> str:
        volts = batch.volts_across(candidate, scene, load)
        return in_scene(sentence.format(volts=volts))(batch, candidate, scene)

    return told


def _exchanged(load: Component) -> Told:
    def told(batch: Batch, candidate: int, scene: int) -> str:
        both = batch.reaches_in(candidate, scene, batch.joined, f"{load.id}.L", "L")
        meaning = f", and so is {load.id}.L" if both else f": line and neutral of {load.name} are exchanged"
        return in_scene(f"{load.id}.N is joined to a line{meaning}.")(batch, candidate, scene)

    return told


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
    Danger.LIVE_PART: "the {housing}",
    Danger.NOT_CLEARED: "{amps} flow and nothing switches off",
    Danger.LEAK: "{amps} leak away and nothing switches off",
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
        tripped = [
            d.name for d, trips in zip(injector.protection.devices, injected.tripped[item], strict=True) if trips
        ]
        after = f" and {' and '.join(tripped)} has tripped" if tripped else ""
        if danger is Danger.LIVE_PART:
            labels = batch.joined[candidate, scene][None].copy()
            join(labels, labels[:, a], labels[:, b])
            housing = _worst_housing(batch.circuit, at, batch.circuit.driven(labels)[0], rather=fault.component)
        else:
            housing = ""
        left = _LEFT[danger].format(housing=housing, amps=amperes(amps))
        return f"With {describe(batch.script.settings[scene])}: when {fault.sentence}{after}, {left}."

    return told


def _line_current(batch: Batch) -> Floats:
    return batch.circuit.supply_current(batch.scene.voltages, "L")


def _earth_current(batch: Batch) -> Floats:
    return batch.circuit.supply_current(batch.scene.voltages, "PE")
