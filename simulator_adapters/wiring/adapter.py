"""The wiring engine behind the adapter contract: a plan with one drawing gives a run record with its measurements."""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from threading import Event
from time import monotonic_ns
from typing import Any

from simulator_adapters import documents
from simulator_adapters.contract import (
    AdapterManifest,
    Attachment,
    Deadline,
    Engine,
    Health,
    HealthState,
    Instrument,
    Limits,
    Outcome,
    Plan,
    RunRecord,
    Step,
)
from simulator_adapters.quantities import round_to
from simulator_adapters.running import Readings, StepResult, parameters_of, run_plan
from simulator_adapters.wiring.findings import Sort
from simulator_adapters.wiring.library import OFF_UP_TO, WORKS_FROM
from simulator_adapters.wiring.reading import MOST_COMPONENTS
from simulator_adapters.wiring.task import WiringTask
from simulator_adapters.wiring.verdict import MOST_SECONDS, Verdict, evaluate
from simulator_adapters.wiring.wires import MOST_WIRES, read_wiring

VERSION = "2"
ENGINE = Instrument(id="wiring-engine", serial="software", firmware=VERSION)

_MET = Limits(low=Decimal(1))


def wiring_plan(task: WiringTask, wires: object) -> Plan:
    """Build the plan that judges one drawing.

    Raises
    ------
    WiringInputError
        When the drawing can't be judged; nothing has run then.
    """
    drawn = json.dumps(read_wiring(task, wires).document(), separators=(",", ":"))
    step = Step(name="evaluate", action="evaluate", parameters={"wires": drawn})
    return Plan(name=f"wiring/{task.id}", version=VERSION, subject=task.id, steps=(step,))


class WiringAdapter:
    """Connects to a task: ``connect({"task": entry of the wiring list})``."""

    manifest = AdapterManifest(
        id="wiring",
        version=VERSION,
        kind="engine",
        title="Wiring simulator",
        capabilities=("evaluate",),
        config_schema={
            "type": "object",
            "required": ["task"],
            "additionalProperties": False,
            "properties": {"task": {"type": "object", "description": "one entry of a simulations file's wiring list"}},
        },
        limits={"components": MOST_COMPONENTS, "wires": MOST_WIRES, "seconds": int(MOST_SECONDS)},
    )

    def discover(self, scope: Mapping[str, Any]) -> Sequence[Instrument]:
        """The engine itself; it is always there."""
        return (ENGINE,)

    def connect(self, config: Mapping[str, Any], *, deadline: Deadline) -> "WiringSession":
        """Open a session for one task; raises `TaskError` when the task can't be read."""
        return WiringSession(WiringTask.from_document(config["task"]))


class WiringSession:
    """Judges drawings of one task."""

    def __init__(self, task: WiringTask) -> None:
        self.task = task

    def health(self) -> Health:
        """Always well: the engine holds no state."""
        return Health(state=HealthState.OK, instrument=ENGINE, sentence="The wiring engine is ready.")

    def run(self, plan: Plan, *, deadline: Deadline, cancel: Event) -> RunRecord:
        """Judge the drawing of the plan's step."""
        started = monotonic_ns()
        readings = Readings(ENGINE)
        results: list[Verdict] = []

        def perform(step: Step, _: Deadline) -> StepResult:
            if step.action != "evaluate":
                said = f"The wiring engine has no action {step.action!r}; write evaluate."
                return StepResult(Outcome.ERROR, said)
            with parameters_of(step) as given:
                drawn = json.loads(given["wires"])
                read_wiring(self.task, drawn)
            (result,) = evaluate(self.task, [drawn])
            _take(readings, self.task, result)
            results.append(result)
            right = result.works and result.safe
            return StepResult(Outcome.PASS if right else Outcome.FAIL, _summary(result))

        done = run_plan(plan, perform, deadline=deadline, cancel=cancel)
        scored = results[-1] if done.outcome.may_score else None
        return RunRecord(
            run_id=uuid.uuid4().hex,
            adapter=WiringAdapter.manifest.id,
            adapter_version=VERSION,
            plan=plan.name,
            plan_sha256=documents.digest(documents.encode(plan)),
            subject=plan.subject,
            outcome=done.outcome,
            sentence=done.sentence,
            steps=done.steps,
            measurements=readings.taken,
            instrument=ENGINE,
            engine=Engine(name="assayer-wiring", version=VERSION, model_sha256=self.task.sha256),
            t_started=started,
            t_ended=monotonic_ns(),
            score=scored.score if scored else None,
            max_score=scored.max_score if scored else None,
            hazards=tuple(scored.hazards) if scored else (),
            attachments=_evidence(plan, scored) if scored else (),
        )

    def abort(self, reason: str) -> None:
        """Nothing is energised, so that every state is safe."""

    def close(self) -> None:
        """Nothing is held."""


def _take(readings: Readings, task: WiringTask, result: Verdict) -> None:
    for finding in result.findings:
        if finding.sort is Sort.WORKMANSHIP:
            continue  # told beside the verdict; no limit is met or missed
        readings.take(
            name=finding.name,
            value=Decimal(int(finding.passed)),
            unit="1",
            places=0,
            limits=_MET,
            sentence=finding.sentence,
            raw_ref="result.json",
        )
    word = "step" if task.in_sequence else "row"
    for number, scene in enumerate(result.scenes, start=1):
        for load, on in scene.expected.items():
            readings.take(
                name=f"{word}_{number}.{load}.voltage",
                value=scene.across[load],
                unit="V",
                places=1,
                limits=_limits(task, load, on=on),
                raw_ref="result.json",
            )


def _limits(task: WiringTask, load: str, *, on: bool | str) -> Limits:
    component = task.component[load]
    # A coil remembers: between drop-out and pick-up its voltage alone says nothing.
    if component.coil:
        return Limits()
    share, rated = (WORKS_FROM if on else OFF_UP_TO), Decimal(str(component.volts))
    limit = round_to(Decimal(str(share)) * rated, 1)
    return Limits(low=limit) if on else Limits(high=limit)


def _summary(result: Verdict) -> str:
    if result.works and result.safe:
        return "The wiring does what is asked and is safe."
    failed = next(finding for finding in result.findings if not finding.passed and (result.safe or finding.hazard))
    judged = "is dangerous" if not result.safe else "does not do all that is asked"
    return f"The wiring {judged}. {failed.sentence}"


def _evidence(plan: Plan, result: Verdict) -> tuple[Attachment, ...]:
    drawn = plan.steps[0].parameters["wires"].encode()
    judged = documents.canonical_bytes(result.document())
    return tuple(
        Attachment(name=name, media_type="application/json", sha256=hashlib.sha256(data).hexdigest(), data=data)
        for name, data in (("wires.json", drawn), ("result.json", judged))
    )
