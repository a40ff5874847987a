"""A plan as people read it: what each step reads, which row of the task it answers for, its limits, and what follows. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assess.sittings.agents.plan_rows import Row
from simulator_adapters import documents
from simulator_adapters.asking import Way
from simulator_adapters.contract import OnFail, OnTimeout, Plan, Step
from simulator_adapters.quantities import QuantityError, canonical_unit

_LATE = {
    OnTimeout.VOID: "no answer makes it void",
    OnTimeout.STOP: "no answer ends it",
    OnTimeout.CONTINUE: "without an answer as well",
}


@dataclass(frozen=True)
class Shown:
    """A step in words. `criterion` is empty where the step answers for no row."""

    name: str
    reads: str
    asked: str
    criterion: str
    text: str
    limits: str
    follows: str


def shown_steps(document: Mapping[str, Any], rows: Sequence[Row], ways: Sequence[Way]) -> tuple[Shown, ...]:
    """The steps of a plan document in their order; none where the work itself says what is read."""
    if document.get("plan") is None:
        return ()
    texts = {row.criterion: row.text for row in rows}
    answers_for: Mapping[str, str] = document.get("rows", {})
    return tuple(
        _shown(step, ways, answers_for.get(step.name, ""), texts)
        for step in documents.decode(Plan, document["plan"]).steps
    )


def _shown(step: Step, ways: Sequence[Way], criterion: str, texts: Mapping[str, str]) -> Shown:
    reads, asked = _reads(step, ways)
    return Shown(
        name=step.name,
        reads=reads,
        asked=asked,
        criterion=criterion,
        text=texts.get(criterion, ""),
        limits=limits_words(step.parameters),
        follows=_follows(step),
    )


def _reads(step: Step, ways: Sequence[Way]) -> tuple[str, str]:
    """In words, and as the adapter is asked."""
    if step.action == "identify":
        return "who answers", ""
    for way in ways:
        if way.action == step.action:
            try:
                asked = way.read(step.parameters)
            except (LookupError, ValueError, TypeError):
                continue
            words = next((one.words for one in way.offers if one.what == asked), way.words)
            told = step.parameters.get("answers_in")
            return (words if told is None else f"{words}, answered in {_label(told)}"), asked
    return step.action, "; ".join(f"{name}={held}" for name, held in sorted(step.parameters.items()))


def limits_words(given: Mapping[str, str]) -> str:
    """The limits of a step.

    Examples
    --------
    >>> limits_words({"high": "0.20", "unit": "Ohm"}), limits_words({"low": "1.08", "high": "1.32", "unit": "N.m"})
    ('at most 0.20 Ω', '1.08 to 1.32 Nm')
    """
    low, high, unit = given.get("low", ""), given.get("high", ""), _label(given.get("unit", ""))
    if low and high:
        return f"{low} to {high} {unit}".strip()
    return f"at least {low} {unit}".strip() if low else f"at most {high} {unit}".strip() if high else ""


def _label(code: str) -> str:
    try:
        return canonical_unit(code).label
    except QuantityError:
        return code


def _follows(step: Step) -> str:
    """What follows a failure and silence, and how often it is tried."""
    if step.action == "identify":
        return "Another serial makes the run void."
    said = ["Outside its limits the run ends" if step.on_fail is OnFail.STOP else "Outside its limits the run goes on"]
    said.append(_LATE[step.on_timeout])
    if step.repeat.max_attempts > 1:
        pause = step.repeat.interval_ms / 1000
        said.append(f"up to {step.repeat.max_attempts} tries" + (f", {pause:g} s apart" if pause else ""))
    if step.timeout_ms is not None:
        said.append(f"within {step.timeout_ms / 1000:g} s")
    return f"{'; '.join(said)}."
