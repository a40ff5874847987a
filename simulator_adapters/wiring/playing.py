"""Plays a wiring through every state: hands set switches, coils answer, contacts follow until nothing moves.

A coil pulls in from 0.85 Un and lets go below 0.35 Un. Rounds are bounded; a contactor that still moves after the last
one chatters, which is a verdict about the wiring and not a failure of the engine.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator_adapters.wiring.circuit import Bools, Circuit, Floats, Ints
from simulator_adapters.wiring.library import DROPS_BELOW, MOST_RELAY_ROUNDS, ON_FROM
from simulator_adapters.wiring.task import Setting


@dataclass(frozen=True)
class Played:
    """Everything the rules look at, over candidates × scenes.

    Attributes
    ----------
    settings
        Hand-set states of each scene, first the task's rows or steps, then every combination from rest.
    rows
        How many scenes are rows or steps.
    voltages
        Node voltages in volts, shape (candidates, scenes, n).
    across
        Voltage across each load in tenths of a volt, shape (candidates, scenes, D).
    closed, pulled, chatters
        Contacts (candidates, scenes, K), coils (candidates, scenes, Q), and which coils chatter.
    nets, joined
        Labels by wires alone (candidates, n), and with closed contacts (candidates, scenes, n).
    """

    settings: tuple[Setting, ...]
    rows: int
    voltages: Floats
    across: Ints
    closed: Bools
    pulled: Bools
    chatters: Bools
    nets: Ints
    joined: Ints


def play(circuit: Circuit, nets: Ints) -> Played:
    """Play every scene of the task for each candidate's nets, shape (candidates, n)."""
    task = circuit.task
    row_settings = [row.set for row in task.rows]
    settings = (*row_settings, *task.settings)
    wiring = circuit.net_conductances(nets)[:, None]
    rows = _sequence(circuit, wiring, row_settings) if task.in_sequence else _at_rest(circuit, wiring, row_settings)
    rest = _at_rest(circuit, wiring, task.settings)
    voltages, closed, pulled, chatters = (np.concatenate(pair, axis=1) for pair in zip(rows, rest, strict=True))
    return as_played(circuit, nets, settings, (voltages, closed, pulled, chatters), rows=len(row_settings))


def as_played(circuit: Circuit, nets: Ints, settings: tuple[Setting, ...], scenes: "Scene", *, rows: int = 0) -> Played:
    """Scenes that were settled, with all that the rules ask of them. `nets` has the shape (candidates, n)."""
    voltages, closed, pulled, chatters = scenes
    return Played(
        settings=settings,
        rows=rows,
        voltages=voltages,
        across=circuit.decivolts_across_loads(voltages),
        closed=closed,
        pulled=pulled,
        chatters=chatters,
        nets=nets,
        joined=circuit.joined(nets[:, None], closed),
    )


Scene = tuple[Floats, Bools, Bools, Bools]


def _at_rest(circuit: Circuit, wiring: Floats, settings: Sequence[Setting]) -> Scene:
    by_hand = circuit.closed_by_hand(settings)
    released = np.zeros((len(wiring), len(settings), len(circuit.coils)), dtype=bool)
    return settle(circuit, wiring, by_hand, released)


def _sequence(circuit: Circuit, wiring: Floats, settings: Sequence[Setting]) -> Scene:
    by_hand = circuit.closed_by_hand(settings)
    pulled = np.zeros((len(wiring), 1, len(circuit.coils)), dtype=bool)
    scenes: list[Scene] = []
    for step in range(len(settings)):
        scenes.append(settle(circuit, wiring, by_hand[step : step + 1], pulled))
        pulled = scenes[-1][2]
    voltages, closed, pulls, chatters = zip(*scenes, strict=True)
    return (
        np.concatenate(voltages, axis=1),
        np.concatenate(closed, axis=1),
        np.concatenate(pulls, axis=1),
        np.concatenate(chatters, axis=1),
    )


def settle(circuit: Circuit, wiring: Floats, by_hand: Bools, pulled: Bools) -> Scene:
    """Let coils and contacts follow each other until nothing moves: voltages, contacts, coils, and which coils chatter."""
    for _ in range(MOST_RELAY_ROUNDS):
        closed = by_hand | circuit.closed_by_coils(pulled)
        voltages = circuit.voltages(wiring, closed)
        at_coils = circuit.decivolts_across_loads(voltages)[..., circuit.coils]
        now = (at_coils >= ON_FROM) | (pulled & (at_coils >= DROPS_BELOW))
        moving = now != pulled
        if not moving.any():
            break
        pulled = now
    # Voltages, contacts and coils of the last solved round belong together; a coil still moving is marked.
    return voltages, closed, np.where(moving, ~now, now), moving
