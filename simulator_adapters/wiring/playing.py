"""Plays a wiring through every state: hands set switches, coils answer, contacts follow until nothing moves.

A coil pulls in from 0.85 Un and lets go below 0.35 Un. Rounds are bounded; when coils still move after eight, the first
that moves is let win, since contactors that lock each other out race for it. One that moves to the end chatters, which is
a verdict about the wiring and not a failure of the engine.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from simulator_adapters.wiring.circuit import Bools, Circuit, Floats, Ints, Volts
from simulator_adapters.wiring.library import MOST_RELAY_ROUNDS
from simulator_adapters.wiring.parts import Expectation, Setting
from simulator_adapters.wiring.protection import Protection


@dataclass(frozen=True)
class Scene:
    """Circuits at rest: voltages (…, n), which contacts are closed (…, K), which coils pull, have run their time and
    chatter (…, Q), which protective devices have tripped (…, T), and which contacts were closed for a moment on the way there
    while a contactor that had held was still in and another one came (…, K)."""

    voltages: Volts
    closed: Bools
    pulled: Bools
    elapsed: Bools
    chatters: Bools
    tripped: Bools
    passing: Bools

    @property
    def parts(self) -> tuple[Volts, Bools, Bools, Bools, Bools, Bools, Bools]:
        return self.voltages, self.closed, self.pulled, self.elapsed, self.chatters, self.tripped, self.passing


@dataclass(frozen=True, kw_only=True)
class Script:
    """What is played for a task.

    Attributes
    ----------
    settings
        Hand-set states of each scene: the steps of a sequence or the rows of a truth table, then every other combination
        of the switches from rest.
    rows
        Scene of each row or step.
    steps
        How many of the first scenes follow on each other.
    """

    settings: tuple[Setting, ...]
    rows: tuple[int, ...]
    steps: tuple[Expectation, ...] = ()


def script(circuit: Circuit) -> Script:
    """Find out what has to be played; no combination twice where nothing is remembered from scene to scene."""
    task = circuit.task
    if task.in_sequence and len(circuit.coils):
        settings = (*(row.set for row in task.rows), *task.settings)
        return Script(settings=settings, rows=tuple(range(len(task.rows))), steps=task.rows)
    places: dict[tuple[str, ...], int] = {}
    names = [part.id for part in task.hand_set]
    settings = ()
    for setting in (*(row.set for row in task.rows), *task.settings):
        if places.setdefault(tuple(setting[name] for name in names), len(settings)) == len(settings):
            settings = (*settings, setting)
    rows = tuple(places[tuple(row.set[name] for name in names)] for row in task.rows)
    return Script(settings=settings, rows=rows)


def play(protection: Protection, wiring: Floats, played: Script) -> Scene:
    """Play every scene for each candidate's wires: conductances of shape (candidates, n, n) to (candidates, scenes, …).

    Nothing trips: one sees what the wiring does while it is held on.
    """
    circuit = protection.circuit
    by_hand = circuit.closed_by_hand(played.settings)
    if not len(circuit.coils):
        return _without_coils(protection, wiring, by_hand)
    count, steps = len(wiring), len(played.steps)
    size = len(by_hand) - steps
    at_rest = settle(
        protection,
        lambda items, closed: circuit.voltages(wiring[items // size], closed),
        np.tile(by_hand[steps:], (count, 1)),
        nothing(protection, count * size),
    )
    scenes = [Scene(*(part.reshape(count, size, part.shape[-1]) for part in at_rest.parts))]
    now, since = nothing(protection, count), np.zeros((count, len(circuit.coils)))
    for place, step in enumerate(played.steps):
        now, since = _step(protection, wiring, np.tile(by_hand[place], (count, 1)), now, since, float(step.wait_s))
        scenes.insert(place, with_axis(now))
    return Scene(*(np.concatenate(parts, axis=1) for parts in zip(*(scene.parts for scene in scenes), strict=True)))


def _without_coils(protection: Protection, wiring: Floats, by_hand: Bools) -> Scene:
    voltages = protection.circuit.voltages(wiring[:, None], by_hand)
    idle = nothing(protection, *voltages.shape[:-1])
    closed = np.broadcast_to(by_hand, (*voltages.shape[:-1], by_hand.shape[-1]))
    return Scene(voltages, closed, *idle.parts[2:-1], np.zeros_like(closed))


def with_axis(scene: Scene) -> Scene:
    """One scene of each candidate, with the axis of scenes."""
    return Scene(*(part[:, None] for part in scene.parts))


def nothing(protection: Protection, *shape: int) -> Scene:
    """Circuits that have not been switched on: no coil pulls, nothing has tripped."""
    coils = np.zeros((*shape, len(protection.circuit.coils)), dtype=bool)
    devices = np.zeros((*shape, len(protection.devices)), dtype=bool)
    none = np.zeros((*shape, 0), dtype=bool)
    return Scene(np.zeros((*shape, 0)), none, coils, coils, coils, devices, none)


def _step(
    protection: Protection, wiring: Floats, by_hand: Bools, now: Scene, since: Floats, wait_s: float
) -> tuple[Scene, Floats]:
    """One step of a sequence for each candidate, and then its wait, in which timers run out one after another."""
    circuit, delays = protection.circuit, protection.circuit.delays
    left, passing_by = np.full(len(by_hand), wait_s), np.zeros_like(by_hand)
    for _ in range(len(delays) + 2):
        now = settle(protection, lambda items, closed: circuit.voltages(wiring[items], closed), by_hand, now)
        passing_by = np.where(passing_by.any(axis=-1, keepdims=True), passing_by, now.passing)
        since = np.where(now.pulled, since, 0.0)
        if not left.any():
            break
        running = np.where(now.pulled & (since < delays), delays - since, np.inf)
        passing = np.minimum(left, running.min(axis=-1, initial=np.inf))
        left = left - passing
        since = since + np.where(now.pulled, passing[:, None], 0.0)
        now = replace(now, elapsed=now.pulled & (since >= delays))
    return replace(now, passing=passing_by), since


def settle(
    protection: Protection,
    solve: Callable[[Ints, Bools], Volts],
    by_hand: Bools,
    before: Scene,
    *,
    protected: bool = False,
) -> Scene:
    """Let coils and contacts follow each other until nothing moves.

    Parameters
    ----------
    solve
        Voltages of some of the items with some contacts closed: (m,) and (m, K) to (m, n).
    by_hand
        Contacts that hands close, shape (items, K).
    before
        Which coils pull, which timers have run out and which devices have tripped so far.
    protected
        Devices trip as well, and stay tripped. They are faster than contactors: while one trips no coil moves.
    """
    circuit = protection.circuit
    pulled, elapsed, tripped = before.pulled.copy(), before.elapsed.copy(), before.tripped.copy()
    closed, chatters, moved = by_hand.copy(), np.zeros_like(pulled), np.zeros_like(pulled)
    passing, held = np.zeros_like(by_hand), before.pulled.any()
    voltages = np.zeros((len(by_hand), circuit.size), dtype=complex if circuit.phases == 3 else float)
    restless = np.arange(len(by_hand))
    if not len(restless):
        return Scene(voltages, closed, pulled, elapsed, chatters, tripped, passing)
    together = MOST_RELAY_ROUNDS + (len(protection.devices) if protected else 0)
    for number in range(together + MOST_RELAY_ROUNDS):
        acting = pulled[restless] & (elapsed[restless] | (circuit.delays == 0))
        made = by_hand[restless] | circuit.closed_by_coils(acting)
        if protected:
            made = protection.opened(made, tripped[restless])
        solved = solve(restless, made)
        closed[restless], voltages[restless] = made, solved
        if held:
            came, stayed = pulled[restless] & ~before.pulled[restless], pulled[restless] & before.pulled[restless]
            both = came.any(axis=-1) & stayed.any(axis=-1)
            passing[restless[both]] = made[both]
        now = circuit.pulls(solved, pulled[restless])
        moving = now != pulled[restless]
        chatters[restless] = moving
        if number >= together:  # no two contactors are equally fast: let one win a race between them
            moving &= np.cumsum(moving, axis=-1) == 1
        if protected:
            trips = protection.trip(solved, made) & ~tripped[restless]
            tripped[restless] |= trips
            moving &= ~trips.any(axis=-1, keepdims=True)
            still = ~(moving.any(axis=-1) | trips.any(axis=-1))
        else:
            still = ~moving.any(axis=-1)
        moved[restless] = moving
        pulled[restless] ^= moving
        elapsed[restless] &= pulled[restless]
        restless = restless[~still]
        if not len(restless):
            break
    # Voltages, contacts and coils of the last solved round belong together; a coil still moving is marked.
    return Scene(voltages, closed, pulled ^ moved, elapsed & ~moved, chatters, tripped, passing)
