"""What a check is, and the checks a task asks for itself: behaviour row by row, and its own safety rules.

Checks look at joined conductors where the question is one of topology (a neutral that no switch interrupts) and at
computed voltages and currents where it is one of magnitude. They look at every combination of switch states, not only
at the rows a task lists: a wiring that is dangerous in an unlisted state is dangerous. Each answers for all candidates
at once; the sentence is made only for the finding that somebody reads.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from simulator_adapters.wiring.batch import Batch, amperes, describe
from simulator_adapters.wiring.circuit import Bools, Circuit, Floats
from simulator_adapters.wiring.findings import Hazard, Sort
from simulator_adapters.wiring.parts import Expectation, Rule
from simulator_adapters.wiring.playing import Script

Told = Callable[[Batch, int, int], str]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One invariant over a whole batch.

    Attributes
    ----------
    fails
        Where it fails, shape (candidates, scenes); one column where scenes don't matter.
    met, broken
        The sentence of each outcome; `broken` is made for a candidate and its first failing scene.
    scene
        The only scene it looks at; None for one that looks at all of them.
    anywhere
        It fails in every scene or in none.
    """

    name: str
    fails: Callable[[Batch], Bools]
    met: str
    broken: Told
    sort: Sort = Sort.SAFETY
    points: int = 0
    hazard: Hazard | None = None
    scene: int | None = None
    anywhere: bool = False


def always(sentence: str) -> Told:
    """A sentence that is the same for every candidate and scene."""
    return lambda batch, candidate, scene: sentence


def in_scene(sentence: str) -> Told:
    """The same with the scene named before it."""
    return lambda batch, candidate, scene: f"With {describe(batch.script.settings[scene])}: {sentence}"


def with_amps(sentence: str, current: Callable[[Batch], Floats]) -> Told:
    """The same with a current of that scene in place of ``{amps}``."""

    def told(batch: Batch, candidate: int, scene: int) -> str:
        amps = amperes(current(batch)[candidate, scene])
        return f"With {describe(batch.script.settings[scene])}: {sentence.format(amps=amps)}"

    return told


def behaviour(circuit: Circuit, script: Script, *, inverted: bool) -> Iterator[Check]:
    """One check per row or step, and one about chattering where there are coils."""
    word = "step" if circuit.task.in_sequence else "row"
    for number, (row, scene) in enumerate(zip(circuit.task.rows, script.rows, strict=True), start=1):
        waited = f", after {row.wait_s} s" if row.wait_s else ""
        place = f"{word.capitalize()} {number} ({describe(row.set)}{waited})"
        yield Check(
            name=f"{word}_{number}",
            sort=Sort.BEHAVIOUR,
            points=1,
            fails=_misbehaves(row, scene, inverted=inverted),
            met=f"{place}: everything behaves as asked.",
            broken=_misbehaviour(place, row, inverted=inverted),
            scene=scene,
        )
    if len(circuit.coils):
        yield Check(
            name="no_chatter",
            sort=Sort.BEHAVIOUR,
            fails=lambda batch: np.asarray(batch.scene.chatters.any(axis=-1)),
            met="No contactor chatters.",
            broken=_chattering,
        )


def _chattering(batch: Batch, candidate: int, scene: int) -> str:
    chatters = batch.scene.chatters[candidate, scene].tolist()
    coils = [
        batch.circuit.loads[i].name for i, does in zip(batch.circuit.coils.tolist(), chatters, strict=True) if does
    ]
    sentence = f"{' and '.join(coils)} pulls in and drops out without end: what its contacts switch breaks its own coil circuit."
    return in_scene(sentence)(batch, candidate, scene)


def _misbehaves(row: Expectation, scene: int, *, inverted: bool) -> Callable[[Batch], Bools]:
    def fails(batch: Batch) -> Bools:
        wrong = np.zeros(batch.shape[0], dtype=bool)
        for name, wanted in row.expect.items():
            wrong |= ~batch.does(name, wanted, inverted=inverted)[:, scene]
        return wrong[:, None]

    return fails


def _misbehaviour(place: str, row: Expectation, *, inverted: bool) -> Told:
    def told(batch: Batch, candidate: int, scene: int) -> str:
        parts = []
        for name, wanted in row.expect.items():
            if batch.does(name, wanted, inverted=inverted)[candidate, scene]:
                continue
            state = batch.load_state(candidate, scene, name)
            volts = batch.volts_across(candidate, scene, name)
            if isinstance(wanted, str) and state == "on":
                state = "forward"
            seen = "chatters" if state == "chatters" else f"is {state}, with {volts} V across it"
            asked = wanted if isinstance(wanted, str) else "on" if wanted != inverted else "off"
            parts.append(f"{batch.task.component[name].name} should be {asked} but {seen}")
        return f"{place}: {'; '.join(parts)}."

    return told


def asked_safety(circuit: Circuit, script: Script) -> Iterator[Check]:
    """The safety rules that the task itself states, one point each."""
    task = circuit.task
    for terminal in task.must_reach_pe:
        yield _earthed(terminal)
    for rule in task.rules:
        yield from _RULES[rule.rule](circuit, script, rule)
    for load in task.same_rcd_loads:
        yield _behind_rcd(circuit, load)


def _earthed(terminal: str) -> Check:
    return Check(
        name=f"protective_conductor_{terminal}",
        points=1,
        hazard=Hazard.MISSING_PROTECTIVE_CONDUCTOR,
        fails=lambda batch: ~batch.reaches(batch.nets, terminal, "PE")[:, None],
        met=f"{terminal} is joined to the protective conductor.",
        broken=always(f"{terminal} has no conductor to PE of the supply: a fault would make its metal parts live."),
        anywhere=True,
    )


def _neutral_direct(circuit: Circuit, script: Script, rule: Rule) -> Iterator[Check]:
    for terminal in rule.terminals:
        yield Check(
            name=f"neutral_direct_{terminal}",
            points=1,
            hazard=Hazard.NEUTRAL_NOT_DIRECT,
            fails=lambda batch, terminal=terminal: ~batch.reaches(batch.joined, terminal, "N"),  # type: ignore[misc]
            met=f"{terminal} is joined to the neutral in every state.",
            broken=_without_neutral(terminal),
        )


def _neutral_when_on(circuit: Circuit, script: Script, rule: Rule) -> Iterator[Check]:
    for terminal in rule.terminals:
        load = terminal.partition(".")[0]

        def fails(batch: Batch, terminal: str = terminal, load: str = load) -> Bools:
            return batch.does(load, True) & ~batch.reaches(batch.joined, terminal, "N")

        yield Check(
            name=f"neutral_when_on_{terminal}",
            points=1,
            hazard=Hazard.NEUTRAL_MISSING_WHEN_ON,
            fails=fails,
            met=f"{terminal} is joined to the neutral whenever {load} is on.",
            broken=_without_neutral(terminal, f"{circuit.task.component[load].name} is on while "),
        )


def _without_neutral(terminal: str, begins: str = "") -> Told:
    """What a terminal is joined to where it should be joined to the neutral, and what that means."""

    def told(batch: Batch, candidate: int, scene: int) -> str:
        if batch.reaches_in(candidate, scene, batch.joined, terminal, "L"):
            sentence = f"{terminal} is joined to a line instead of the neutral: line and neutral are reversed."
        elif batch.reaches_in(candidate, scene, batch.joined, terminal, "PE"):
            sentence = f"{terminal} is joined to the protective conductor instead of the neutral, which then carries the current."
        elif begins:
            sentence = f"{terminal} is not joined to the neutral."
        else:
            sentence = f"{terminal} is not joined to the neutral, so that the load can stay live while it is off."
        return in_scene(begins + sentence)(batch, candidate, scene)

    return told


def _switch_in_line(circuit: Circuit, script: Script, rule: Rule) -> Iterator[Check]:
    task = circuit.task
    component = task.component[rule.component]
    opened = {state for state, contacts in component.states.items() if not contacts}
    off = np.array([setting.get(rule.component) in opened for setting in script.settings])
    terminals = rule.terminals or tuple(
        f"{load}.{(task.component[load].load_between or ('', ''))[0]}" for load in _switched_by(circuit, component.id)
    )

    def fails(batch: Batch) -> Bools:
        live = np.zeros(batch.shape, dtype=bool)
        for terminal in terminals:
            live |= batch.reaches(batch.joined, terminal, "L")
        return np.asarray(live & off)

    yield Check(
        name=f"switch_in_line_{rule.component}",
        points=1,
        hazard=Hazard.SWITCH_NOT_IN_LINE,
        fails=fails,
        met=f"{component.name} breaks the line conductor.",
        broken=in_scene(f"{' or '.join(terminals)} stays joined to the line although {component.name} is open."),
    )


def _switched_by(circuit: Circuit, component: str) -> list[str]:
    """Loads whose expected state differs between two rows that differ only in that component."""
    found: dict[str, None] = {}
    for one in circuit.task.rows:
        for two in circuit.task.rows:
            if {name for name in one.set if one.set[name] != two.set[name]} == {component}:
                found.update({load: None for load, on in one.expect.items() if two.expect.get(load, on) != on})
    return list(found)


_RULES = {"neutral_direct": _neutral_direct, "neutral_when_on": _neutral_when_on, "switch_in_line": _switch_in_line}


def _behind_rcd(circuit: Circuit, load: str) -> Check:
    component, device = circuit.task.component[load], circuit.task.component[circuit.task.same_rcd]
    ends = [f"{load}.{end}" for end in component.load_between or ()]

    def past(batch: Batch) -> Iterator[tuple[str, Bools]]:
        """The sentence of each way past the device, and where there is one."""
        labels = batch.joined_without([device.id])
        for terminal in ends:
            for pole, words in (("L", "a line"), ("N", "the neutral")):
                told = f"{terminal} is joined to {words} past {device.id}, which then can't protect {component.name}."
                yield told, batch.reaches(labels, terminal, pole)
        on = batch.does(load, True)
        for terminal in ends:
            live = batch.reaches(batch.joined, terminal, "L") | batch.reaches(batch.joined, terminal, "N")
            told = f"{terminal} is joined to the protective conductor, so that the current comes back past {device.id}."
            yield told, on & ~live & batch.reaches(labels, terminal, "PE")

    def fails(batch: Batch) -> Bools:
        bypassed = np.zeros(batch.shape, dtype=bool)
        for _, where in past(batch):
            bypassed |= where
        return bypassed

    def told(batch: Batch, candidate: int, scene: int) -> str:
        sentence = next(sentence for sentence, where in past(batch) if where[candidate, scene])
        return in_scene(sentence)(batch, candidate, scene)

    return Check(
        name=f"same_rcd_{load}",
        points=1,
        hazard=Hazard.BYPASSES_RCD,
        fails=fails,
        met=f"Both live conductors of {component.name} pass {device.id}.",
        broken=told,
    )
