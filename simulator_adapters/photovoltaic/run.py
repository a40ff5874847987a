"""One run of a plan at a SunSpec device: the actions of its steps, the readings they take, the raw registers as evidence.

====================  ==================================================================================================
`identify`            the connected serial still answers
`setting`             a point reads within limits (with `afresh`, in a new sample)
`write`               a point is read, set to a value unless it reads it, and read back within limits
`response`            what the settings read make of a voltage or frequency
`answer`              a number the candidate worked out
`enter_service`       a dip is played, and the wait until the device feeds in again
`what_if`             sun, house and grid are played for a time, and points are held against limits meanwhile
====================  ==================================================================================================
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from time import monotonic
from typing import Any

from simulator_adapters import documents
from simulator_adapters.contract import (
    Attachment,
    Deadline,
    DeadlineExceeded,
    IdentityMismatch,
    Instrument,
    Limits,
    Measurement,
    Outcome,
    Status,
    Step,
)
from simulator_adapters.photovoltaic.bench import GridBench, StorageBench
from simulator_adapters.photovoltaic.client import SunSpecClient
from simulator_adapters.photovoltaic.models import ModelBlock, ModelError
from simulator_adapters.photovoltaic.response import frequency_droop, volt_var
from simulator_adapters.quantities import NumberError, canonical_unit, parse_number, round_to
from simulator_adapters.running import Readings, StepResult, judged, outcome_of, parameters_of

ACTIONS = ("identify", "setting", "write", "response", "answer", "enter_service", "what_if")

_RESPONSE_PLACES = 3
_LONGEST_WAIT = 3600
_RESPONSES = {"v_pct": (705, volt_var), "f": (711, frequency_droop)}


@dataclass(frozen=True)
class _Expected:
    """A point held against limits while surroundings are played; `always` at every look, else at the end only."""

    name: str
    model: int
    point: str
    index: tuple[int, ...]
    limits: Limits
    unit: str
    places: int
    always: bool

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> "_Expected":
        low, high = (None if entry.get(end) is None else parse_number(entry[end]) for end in ("low", "high"))
        return cls(
            name=f"{entry['name']} {'always' if entry['when'] == 'always' else 'at the end'}",
            model=int(entry["model"]),
            point=entry["point"],
            index=tuple(entry["index"]),
            limits=Limits(low=low, high=high),
            unit=entry["unit"],
            places=max(places_of(limit) for limit in (low, high) if limit is not None),
            always=entry["when"] == "always",
        )

    def slack(self, value: Decimal) -> Decimal:
        """Distance to the nearer limit, negative beyond it."""
        low, high = self.limits.low, self.limits.high
        return min(
            end for end in (low is not None and value - low, high is not None and high - value) if end is not False
        )


class Run:
    """Performs the steps of one run."""

    def __init__(self, client: SunSpecClient, instrument: Instrument, bench: GridBench | None) -> None:
        self.readings = Readings(instrument)
        self._client = client
        self._instrument = instrument
        self._bench = bench
        self._sample: dict[int, ModelBlock] = {}
        self._blocks: list[ModelBlock] = []
        self._actions: dict[str, Callable[[Step, Deadline], StepResult]] = {
            "identify": self._identify,
            "setting": self._setting,
            "write": self._write,
            "response": self._response,
            "answer": self._answer,
            "enter_service": self._enter_service,
            "what_if": self._what_if,
        }

    def perform(self, step: Step, deadline: Deadline) -> StepResult:
        """One attempt at a step; what the device doesn't implement is an error of the equipment."""
        act = self._actions.get(step.action)
        if act is None:
            return StepResult(Outcome.ERROR, f"{step.name}: no action is called {step.action!r}.")
        try:
            return act(step, deadline)
        except ModelError as problem:
            return StepResult(Outcome.ERROR, str(problem))

    def evidence(self) -> tuple[Attachment, ...]:
        """Raw registers of every block read for a reading, in the order read, as JSON."""
        blocks = [{"model": b.model, "address": b.address, "words": list(b.words)} for b in self._blocks]
        if not blocks:
            return ()
        data = documents.canonical_bytes(blocks)
        digest = hashlib.sha256(data).hexdigest()
        return (Attachment(name="registers.json", media_type="application/json", sha256=digest, data=data),)

    def _block(self, model: int, deadline: Deadline) -> ModelBlock:
        """The sample of a model, taken once."""
        return self._sample[model] if model in self._sample else self._afresh(model, deadline)

    def _afresh(self, model: int, deadline: Deadline) -> ModelBlock:
        """A new sample of a model, kept as evidence."""
        self._sample[model] = block = self._client.block(model, deadline=deadline)
        self._blocks.append(block)
        return block

    def _identify(self, step: Step, deadline: Deadline) -> StepResult:
        seen = self._client.identity(deadline=deadline)
        if seen.serial != self._instrument.serial:
            raise IdentityMismatch(f"Serial {seen.serial!r} answers, {self._instrument.serial!r} was connected.")
        return StepResult(Outcome.PASS, f"Serial {seen.serial} answers.")

    def _setting(self, step: Step, deadline: Deadline) -> StepResult:
        with parameters_of(step) as given:
            low, high = parse_number(given["low"]), parse_number(given["high"])
            limits = Limits(low=low, high=high)
            model, point, index = _point(given)
            unit = canonical_unit(given["unit"]).code
            sample = self._afresh if given.get("afresh") == "true" else self._block
        taken = self._read(
            sample(model, deadline),
            name=step.name,
            point=point,
            index=index,
            unit=unit,
            limits=limits,
            places=max(places_of(low), places_of(high)),
        )
        return judged(taken)

    def _write(self, step: Step, deadline: Deadline) -> StepResult:
        """Read, write where it differs, read back; what the device refuses is the equipment's matter."""
        with parameters_of(step) as given:
            model, path, index = _point(given)
            value = parse_number(given["value"])
        before, _ = _reading(self._afresh(model, deadline), path, index)
        if before != value:
            written = self._client.write(model, path, index, value, deadline=deadline)
            if not written.accepted:
                return StepResult(Outcome.ERROR, written.sentence)
            self._afresh(model, deadline)
        result = self._setting(step, deadline)
        was = f" It read {plain(before)} before." if before != value else " Nothing had to be written."
        return StepResult(result.outcome, result.sentence + was)

    def _response(self, step: Step, deadline: Deadline) -> StepResult:
        with parameters_of(step) as given:
            at = parse_number(given["at"])
            if given["input"] not in _RESPONSES:
                raise ValueError(f"The input is {given['input'][:40]!r}; write one of {', '.join(_RESPONSES)}.")
            model, respond = _RESPONSES[given["input"]]
        value = respond(self._block(model, deadline), at)
        return self._computed(step, value, Status.OK, f"At {given['at']} the settings give")

    def _answer(self, step: Step, deadline: Deadline) -> StepResult:
        with parameters_of(step) as given:
            answer = given["answer"]
        try:
            value = parse_number(answer)
        except NumberError as problem:
            return StepResult(Outcome.FAIL, f"{step.name}: {problem}")
        return self._computed(step, value, Status.OPERATOR, "The candidate's answer is")

    def _enter_service(self, step: Step, deadline: Deadline) -> StepResult:
        """Play a dip, then count the seconds until the device feeds in again."""
        if self._bench is None:
            return StepResult(Outcome.ERROR, "There is no bench that can play a voltage dip.")
        self._bench.set_grid_voltage(40)
        self._bench.advance(5)
        self._bench.set_grid_voltage(100)
        seconds = 0
        while seconds < _LONGEST_WAIT and self._client.block(701, deadline=deadline).raw("W") == 0:
            self._bench.advance(1)
            seconds += 1
        return self._computed(step, Decimal(seconds), Status.OK, "After the dip the device waits")

    def _what_if(self, step: Step, deadline: Deadline) -> StepResult:
        bench = self._bench
        if not isinstance(bench, StorageBench):
            return StepResult(Outcome.ERROR, "There is no bench that can play sun, house and grid.")
        with parameters_of(step) as given:
            expected = [_Expected.of(entry) for entry in json.loads(given["expect"])]
            phases = json.loads(given["phases"])
        watched = [one for one in expected if one.always]
        worst: dict[str, ModelBlock] = {}
        try:
            bench.advance(self._left_to_wait(deadline))
            for phase in phases:
                self._play(bench, phase, watched, worst, deadline)
            taken = [self._held(step, one, worst.get(one.name), deadline) for one in expected]
        finally:
            bench.rest()
        failed = [one.sentence for one in taken if one.verdict.value != "PASS"]
        return StepResult(outcome_of([one.verdict for one in taken]), " ".join(failed) or taken[-1].sentence)

    def _left_to_wait(self, deadline: Deadline) -> int:
        """Seconds until the device may feed in, where it tells them."""
        if 703 not in self._client.models:
            return 0
        left = self._client.block(703, deadline=deadline).raw("ESDlyRemTms")
        return left if isinstance(left, int) else 0

    def _play(
        self,
        bench: StorageBench,
        phase: Mapping[str, Any],
        watched: list[_Expected],
        worst: dict[str, ModelBlock],
        deadline: Deadline,
    ) -> None:
        """Let one phase pass in equal parts, and look after each; the worst look at each point is kept."""
        bench.set_sun(float(phase["sun_w"]))
        bench.set_load(float(phase["load_w"]))
        bench.set_grid_voltage(float(phase["grid_percent"]))
        for _ in range(int(phase["looks"])):
            if monotonic() >= deadline:
                raise DeadlineExceeded("Time ran out while the surroundings were played.")
            bench.advance(float(phase["seconds"]) / int(phase["looks"]))
            seen = {model: self._client.block(model, deadline=deadline) for model in {one.model for one in watched}}
            for one in watched:
                value, _ = _reading(seen[one.model], one.point, one.index)
                was = worst.get(one.name)
                before = None if was is None else _reading(was, one.point, one.index)[0]
                if value is None or before is None or one.slack(value) < one.slack(before):
                    worst[one.name] = seen[one.model] if was is None or before is not None else was

    def _held(self, step: Step, one: _Expected, block: ModelBlock | None, deadline: Deadline) -> Measurement:
        if block is None:
            block = self._afresh(one.model, deadline)
        elif block not in self._blocks:
            self._blocks.append(block)
        return self._read(
            block,
            name=f"{step.name}.{one.name}",
            point=one.point,
            index=one.index,
            unit=one.unit,
            limits=one.limits,
            places=one.places,
        )

    def _read(
        self,
        block: ModelBlock,
        *,
        name: str,
        point: str,
        index: tuple[int, ...],
        unit: str,
        limits: Limits,
        places: int,
    ) -> Measurement:
        value, scale = _reading(block, point, index)
        known = value is not None
        return self.readings.take(
            name=name,
            value=value,
            unit=unit,
            places=max(places, -(scale or 0), 0),
            limits=limits,
            status=Status.OK if known else Status.NOT_IMPL,
            raw_ref=self._reference(block, block.address + block.point(point, index).offset),
            sentence=f"{name} reads {plain(value)}." if known else f"{name} is not implemented.",
        )

    def _reference(self, block: ModelBlock, address: int) -> str:
        """Where a register lies in the evidence; the number of the block is told where its model was read more than once."""
        place = next(n for n, one in enumerate(self._blocks) if one is block)
        first = next(n for n, one in enumerate(self._blocks) if one.model == block.model)
        return f"registers.json#{address}" if place == first else f"registers.json#{address}@{place}"

    def _computed(self, step: Step, value: Decimal, status: Status, words: str) -> StepResult:
        with parameters_of(step) as given:
            low = parse_number(given["low"]) if "low" in given else None
            high = parse_number(given["high"]) if "high" in given else None
            limits = Limits(low=low, high=high)
            unit = canonical_unit(given["unit"]).code
        places = max(_RESPONSE_PLACES, *(places_of(limit) for limit in (low, high) if limit is not None))
        taken = self.readings.take(
            name=step.name,
            value=value,
            unit=unit,
            places=places,
            limits=limits,
            status=status,
            raw_ref="registers.json",
            sentence=f"{words} {plain(round_to(value, places))}.",
        )
        return judged(taken)


def _reading(block: ModelBlock, path: str, index: tuple[int, ...]) -> tuple[Decimal | None, int | None]:
    """A point's value in its own unit with the exponent that goes with it; None where it is not implemented."""
    point = block.point(path, index)
    raw, scale = block.raw(path, index), block.scale(point)
    value = Decimal(raw).scaleb(scale) if isinstance(raw, int) and scale is not None else None
    return value, scale


def _point(given: Mapping[str, str]) -> tuple[int, str, tuple[int, ...]]:
    """Model, path and index of the point that a step names."""
    return int(given["model"]), given["point"], tuple(map(int, json.loads(given["index"])))


def places_of(value: Decimal) -> int:
    """Digits after the point."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def plain(value: Decimal | None) -> str:
    """A value as people write it."""
    if value is None:
        return "nothing"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
