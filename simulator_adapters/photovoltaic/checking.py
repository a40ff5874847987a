"""Checks a candidate's settings against a task, and carries a candidate's writes to the device."""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from threading import Event
from time import monotonic

from simulator_adapters.contract import Deadline, OnFail, Plan, RunRecord, Step
from simulator_adapters.photovoltaic.adapter import VERSION, SunSpecSession
from simulator_adapters.photovoltaic.bench import GridBench
from simulator_adapters.photovoltaic.client import WriteResult
from simulator_adapters.photovoltaic.device import SimulatedInverter
from simulator_adapters.photovoltaic.settings import Computed, SettingsSpec, Target

_SECONDS = 10.0

#: Model, point, one-based index of its groups, value in the point's own unit.
Write = tuple[int, str, Sequence[int], Decimal | str]


def inverter_for(spec: SettingsSpec, *, serial: str, port: int = 0) -> SimulatedInverter:
    """Build the training inverter in the state in which a task starts; serve it with ``with``."""
    return SimulatedInverter(serial=serial, overrides=spec.overrides(), port=port)


def apply_writes(
    session: SunSpecSession, writes: Iterable[Write], *, deadline: Deadline | None = None
) -> tuple[WriteResult, ...]:
    """Write a candidate's settings one after another, each read back; a refused one is told and the rest go on."""
    until = monotonic() + _SECONDS if deadline is None else deadline
    return tuple(session.write(model, point, index, value, deadline=until) for model, point, index, value in writes)


def settings_plan(
    spec: SettingsSpec,
    *,
    profile: str | None = None,
    answers: Mapping[str, str] | None = None,
    play_dip: bool = False,
) -> Plan:
    """Build the plan that reads every target back, then what must not have changed, responses, answers and the wait."""
    targets = spec.targets(profile)
    steps = [_setting(target) for target in (*targets, *_unchanged(spec, targets))]
    steps += [_response(computed) for computed in spec.responses]
    steps += [
        _answer(computed, (answers or {}).get(computed.id, "")) for computed in spec.derived if answers is not None
    ]
    name = profile or next(iter(spec.profiles))
    if play_dip and name in spec.waits:
        wait = {"low": f"{spec.waits[name]:f}", "unit": "s"}
        steps.append(Step(name="enter_service_wait", action="enter_service", parameters=wait))
    identify = Step(name="identity", action="identify", on_fail=OnFail.STOP)
    return Plan(name=f"sunspec/{spec.id}", version=VERSION, subject=spec.id, steps=(identify, *steps))


def check_settings(
    spec: SettingsSpec,
    session: SunSpecSession,
    *,
    profile: str | None = None,
    answers: Mapping[str, str] | None = None,
    bench: GridBench | None = None,
    deadline: Deadline | None = None,
    cancel: Event | None = None,
) -> RunRecord:
    """Read every target of a task back and score the share that is met.

    Parameters
    ----------
    profile
        Which profile the order sheet names; not needed where the task has one.
    answers
        The candidate's numbers for the task's derived values, by id; None leaves them out of the score.
    bench
        Plays the dip of a task that asks for a waiting time; None leaves that target out.
    """
    plan = settings_plan(spec, profile=profile, answers=answers, play_dip=bench is not None)
    until = monotonic() + _SECONDS if deadline is None else deadline
    return session.run(plan, deadline=until, cancel=cancel or Event(), bench=bench)


def _unchanged(spec: SettingsSpec, targets: Sequence[Target]) -> list[Target]:
    named = {(target.model, target.point, target.index) for target in targets}
    start = {(target.model, target.point, target.index): target for target in spec.initial}
    wanted = [(model, path, index) for model, (path, index) in spec.must_not_change]
    return [start[key] for key in wanted if key not in named and key in start]


def _setting(target: Target) -> Step:
    return Step(
        name=target.name,
        action="setting",
        parameters={
            "model": str(target.model),
            "point": target.point,
            "index": json.dumps(target.index),
            "low": f"{target.low:f}",
            "high": f"{target.high:f}",
            "unit": target.unit,
        },
    )


def _limits(computed: Computed) -> dict[str, str]:
    low, high = computed.key - computed.tolerance, computed.key + computed.tolerance
    return {"low": f"{low:f}", "high": f"{high:f}", "unit": computed.unit}


def _response(computed: Computed) -> Step:
    ((name, at),) = computed.inputs.items()
    return Step(name=computed.id, action="response", parameters={**_limits(computed), "input": name, "at": f"{at:f}"})


def _answer(computed: Computed, answer: str) -> Step:
    return Step(name=f"answer_{computed.id}", action="answer", parameters={**_limits(computed), "answer": answer})
