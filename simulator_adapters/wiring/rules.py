"""The invariants of a wiring: behaviour row by row, and the rules that keep people alive.

Rules look at joined conductors where the question is one of topology (a neutral that no switch interrupts) and at
computed voltages and currents where it is one of magnitude. They look at every combination of switch states, not only
at the rows a task lists: a wiring that is dangerous in an unlisted state is dangerous.
"""

from collections.abc import Iterator

import numpy as np

from simulator_adapters.wiring.case import Case
from simulator_adapters.wiring.circuit import Bools, Floats
from simulator_adapters.wiring.findings import Finding, Hazard, Sort
from simulator_adapters.wiring.library import EARTH_CURRENT_LIMIT, RESIDUAL_TRIP, Role
from simulator_adapters.wiring.task import Rule

_TOUCH_LIMIT = 500  # tenths of a volt


def behaviour(case: Case, *, inverted: bool) -> Iterator[Finding]:
    """One finding per row or step, and one about chattering where there are coils."""
    word = "step" if case.task.in_sequence else "row"
    for scene, row in enumerate(case.task.rows):
        wrong = [
            (name, on != inverted)
            for name, on in row.expect.items()
            if case.load_state(scene, name) != ("on" if on != inverted else "off")
        ]
        place = f"{word.capitalize()} {scene + 1} ({case.describe(row.set)})"
        yield Finding(
            name=f"{word}_{scene + 1}",
            sort=Sort.BEHAVIOUR,
            passed=not wrong,
            points=1,
            sentence=f"{place}: {_told(case, scene, wrong)}",
            state=dict(row.set) if wrong else {},
            voltages=case.volts_at(scene) if wrong else {},
        )
    if len(case.circuit.coils):
        yield _scenes(
            case,
            "no_chatter",
            case.chatters.any(axis=-1),
            None,
            "No contactor chatters.",
            "A contactor pulls in and drops out without end, because its own contacts break its coil circuit.",
            sort=Sort.BEHAVIOUR,
        )


def _told(case: Case, scene: int, wrong: list[tuple[str, bool]]) -> str:
    if not wrong:
        return "everything behaves as asked."
    parts = []
    for name, on in wrong:
        component = case.task.component[name]
        state = case.load_state(scene, name)
        volts = case.volts_across(scene, name)
        seen = "chatters" if state == "chatters" else f"is {state}, with {volts} V across it"
        parts.append(f"{component.name} should be {'on' if on else 'off'} but {seen}")
    return "; ".join(parts) + "."


def asked_safety(case: Case) -> Iterator[Finding]:
    """The safety rules that the task itself states, one point each."""
    for terminal in case.task.must_reach_pe:
        yield _earthed(case, terminal)
    for rule in case.task.rules:
        yield from _RULES[rule.rule](case, rule)
    for load in case.task.same_rcd_loads:
        yield _behind_rcd(case, load)


def _earthed(case: Case, terminal: str) -> Finding:
    reached = bool(case.reaches(case.nets, terminal, "PE"))
    return Finding(
        name=f"protective_conductor_{terminal}",
        sort=Sort.SAFETY,
        passed=reached,
        points=1,
        hazard=Hazard.MISSING_PROTECTIVE_CONDUCTOR,
        sentence=f"{terminal} is joined to the protective conductor."
        if reached
        else f"{terminal} has no conductor to PE of the supply: a fault would make its metal parts live.",
    )


def _neutral_direct(case: Case, rule: Rule) -> Iterator[Finding]:
    for terminal in rule.terminals:
        yield _scenes(
            case,
            f"neutral_direct_{terminal}",
            ~case.reaches(case.joined, terminal, "N"),
            Hazard.NEUTRAL_NOT_DIRECT,
            f"{terminal} is joined to the neutral in every state.",
            f"{terminal} is not joined to the neutral, so that the load can stay live while it is off.",
            points=1,
        )


def _neutral_when_on(case: Case, rule: Rule) -> Iterator[Finding]:
    for terminal in rule.terminals:
        load = terminal.partition(".")[0]
        on = np.array([case.load_state(scene, load) == "on" for scene in range(len(case.settings))])
        yield _scenes(
            case,
            f"neutral_when_on_{terminal}",
            on & ~case.reaches(case.joined, terminal, "N"),
            Hazard.NEUTRAL_MISSING_WHEN_ON,
            f"{terminal} is joined to the neutral whenever {load} is on.",
            f"{load} is on while {terminal} is not joined to the neutral: line and neutral are reversed.",
            points=1,
        )


def _switch_in_line(case: Case, rule: Rule) -> Iterator[Finding]:
    component = case.task.component[rule.component]
    opened = {state for state, contacts in component.states.items() if not contacts}
    off = np.array([setting[rule.component] in opened for setting in case.settings])
    terminals = rule.terminals or tuple(
        f"{load}.{(case.task.component[load].load_between or ('', ''))[0]}" for load in _switched_by(case, component.id)
    )
    live = np.zeros(len(case.settings), dtype=bool)
    for terminal in terminals:
        live |= case.reaches(case.joined, terminal, "L")
    yield _scenes(
        case,
        f"switch_in_line_{rule.component}",
        off & live,
        Hazard.SWITCH_NOT_IN_LINE,
        f"{component.name} breaks the line conductor.",
        f"{' or '.join(terminals)} stays joined to the line although {component.name} is open.",
        points=1,
    )


def _switched_by(case: Case, component: str) -> list[str]:
    """Loads whose expected state differs between two rows that differ only in that component."""
    found: dict[str, None] = {}
    for one in case.task.rows:
        for two in case.task.rows:
            if {name for name in one.set if one.set[name] != two.set[name]} == {component}:
                found.update({load: None for load, on in one.expect.items() if two.expect.get(load, on) != on})
    return list(found)


_RULES = {"neutral_direct": _neutral_direct, "neutral_when_on": _neutral_when_on, "switch_in_line": _switch_in_line}


def _behind_rcd(case: Case, load: str) -> Finding:
    labels = case.joined_without([case.task.same_rcd])
    component = case.task.component[load]
    bypassed = np.zeros(len(case.settings), dtype=bool)
    for terminal in component.load_between or ():
        for pole in ("L", "N"):
            bypassed |= case.reaches(labels, f"{load}.{terminal}", pole)
    return _scenes(
        case,
        f"same_rcd_{load}",
        bypassed,
        Hazard.BYPASSES_RCD,
        f"Both live conductors of {component.name} pass {case.task.same_rcd}.",
        f"A live conductor of {component.name} bypasses {case.task.same_rcd}, which then can't protect it.",
        points=1,
    )


def general_safety(case: Case) -> Iterator[Finding]:
    """Checks that hold for every wiring, without points: they only ever cap the score."""
    line = case.circuit.supply_current(case.voltages, "L")
    earth = case.circuit.supply_current(case.voltages, "PE")
    yield _scenes(
        case,
        "no_short_circuit_line_neutral",
        case.poles_joined("L", "N"),
        Hazard.SHORT_CIRCUIT_LINE_NEUTRAL,
        "Line and neutral are never joined.",
        "Line and neutral are joined: a short circuit of {amps} A.",
        amps=line,
    )
    yield _scenes(
        case,
        "no_short_circuit_line_earth",
        case.poles_joined("L", "PE"),
        Hazard.SHORT_CIRCUIT_LINE_EARTH,
        "Line and protective conductor are never joined.",
        "Line and protective conductor are joined: a fault current of {amps} A.",
        amps=line,
    )
    yield _scenes(
        case,
        "neutral_apart_from_earth",
        case.poles_joined("N", "PE"),
        Hazard.NEUTRAL_JOINED_TO_EARTH,
        "Neutral and protective conductor are never joined.",
        "Neutral and protective conductor are joined after the supply: load current flows through metal parts.",
    )
    yield _scenes(
        case,
        "no_current_in_protective_conductor",
        _milliamps(earth) > EARTH_CURRENT_LIMIT,
        Hazard.CURRENT_IN_PROTECTIVE_CONDUCTOR,
        "The protective conductor carries no current.",
        "The protective conductor carries {amps} A.",
        amps=earth,
    )
    yield _scenes(
        case,
        "exposed_parts_not_live",
        _touch(case),
        Hazard.LIVE_EXPOSED_PART,
        "No exposed metal part is live.",
        "A protective terminal of a load stands at a dangerous voltage.",
    )
    yield from _protective_devices(case)


def _protective_devices(case: Case) -> Iterator[Finding]:
    breakers = [c.id for c in case.task.components if c.library.role is Role.BREAKER]
    if breakers:
        yield _scenes(
            case,
            "overcurrent_protection",
            _unprotected(case, breakers),
            Hazard.NO_OVERCURRENT_PROTECTION,
            f"Every line conductor passes {case.names(breakers)}.",
            f"A line conductor reaches the circuit without passing {case.names(breakers)}.",
        )
    for device in (c for c in case.task.components if c.library.role is Role.RCD):
        residual = case.circuit.residual_current(case.voltages, case.closed, device.id)
        yield _scenes(
            case,
            f"balanced_{device.id}",
            _milliamps(residual) >= RESIDUAL_TRIP,
            Hazard.RCD_UNBALANCED,
            f"The currents through {device.name} are balanced.",
            f"The currents through {device.name} differ by {{amps}} A: it trips or a conductor is astray.",
            amps=residual,
        )


def _unprotected(case: Case, breakers: list[str]) -> Bools:
    labels = case.joined_without(breakers)
    ahead = (Role.SUPPLY, Role.BREAKER, Role.RCD)
    unprotected = np.zeros(len(case.settings), dtype=bool)
    for component in case.task.components:
        if component.library.role not in ahead:
            for terminal in component.terminals:
                unprotected |= case.reaches(labels, f"{component.id}.{terminal}", "L")
    return unprotected


def _touch(case: Case) -> Bools:
    parts = [
        case.circuit.node[f"{c.id}.PE"]
        for c in case.task.components
        if "PE" in c.terminals and c.library.role is not Role.SUPPLY
    ]
    tenths = np.rint(np.abs(case.voltages[:, parts]) * 10)
    touchable: Bools = ((tenths > _TOUCH_LIMIT) & case.driven[:, parts]).any(axis=-1)
    return touchable


def _milliamps(amps: Floats) -> Floats:
    whole: Floats = np.rint(amps * 1000)
    return whole


def _scenes(
    case: Case,
    name: str,
    fails: Bools,
    hazard: Hazard | None,
    met: str,
    broken: str,
    *,
    points: int = 0,
    amps: Floats | None = None,
    sort: Sort = Sort.SAFETY,
) -> Finding:
    scene = case.first(fails)
    if scene is None:
        return Finding(name=name, sort=sort, passed=True, points=points, hazard=hazard, sentence=met)
    told = broken if amps is None else broken.format(amps=f"{amps[scene]:.1f}")
    return Finding(
        name=name,
        sort=sort,
        passed=False,
        points=points,
        hazard=hazard,
        sentence=f"With {case.describe(case.settings[scene])}: {told}",
        state=dict(case.settings[scene]),
        voltages=case.volts_at(scene),
    )
