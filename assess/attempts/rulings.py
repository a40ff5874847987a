"""What named people ruled where the journal alone could not settle something: must-pass steps, safety stops, simulations.

One person may rule for the candidate; against takes two. Whoever writes in two roles is one person.
"""

from collections.abc import Collection
from decimal import Decimal

from assess.attempts.fold import AttemptRecord, Said
from rubrics.definition import TaskDefinition
from rubrics.marking import Adjudication, StopRuling
from simulator_adapters.contract import Outcome
from simulator_adapters.quantities import NumberError, parse_number

EQUIPMENT = frozenset(outcome.value for outcome in Outcome if not outcome.is_candidate)


def adjudications(
    task: TaskDefinition, record: AttemptRecord, unsettled: Collection[str], remarks: list[str]
) -> dict[str, Adjudication]:
    """Rulings on the must-pass steps that the sheets leave open; what two assessors agree on is not ruled away."""
    must_pass = {criterion.identifier for criterion in task.criteria if criterion.must_pass}
    said: dict[str, dict[str, Said]] = {}
    for word in record.settlements:
        criterion = word.payload.get("criterion")
        if word.payload.get("task") != task.identifier or not isinstance(criterion, str):
            continue
        if not isinstance(word.payload.get("met"), bool):
            remarks.append(f"{task.identifier}: {word.role} ruled on {criterion} without saying met: true or false.")
        elif criterion in must_pass and criterion in unsettled:
            said.setdefault(criterion, {})[word.who] = word
        else:
            remarks.append(
                f"{task.identifier}: {word.role} ruled on {criterion}, where nothing is open; it does not count."
            )
    rulings = {}
    for criterion, words in said.items():
        met = _verdict(words, "met", against=False)
        if met is not None:
            rulings[criterion] = Adjudication(met=met, by=_names(words), reason=_reasons(words))
    return rulings


def stop_ruling(task: TaskDefinition, record: AttemptRecord) -> StopRuling | None:
    """Whether a safety stop is confirmed (two people) or lifted (one)."""
    words = {word.who: word for word in record.stop_rulings if word.payload["task"] == task.identifier}
    confirmed = _verdict(words, "confirmed", against=True)
    if confirmed is None:
        return None
    return StopRuling(confirmed=confirmed, by=_names(words), reason=_reasons(words))


def settled_share(simulation: str, record: AttemptRecord) -> Decimal | None:
    """The share (0 to 1) that two people agree a simulation earned, where scoring could not tell."""
    said: dict[str, Decimal] = {}
    for word in record.settlements:
        share = word.payload.get("share")
        if word.payload.get("simulation") == simulation and isinstance(share, str):
            try:
                said[word.who] = parse_number(share)
            except NumberError:
                said.pop(word.who, None)
    values = list(said.values())
    agreed = len(values) >= 2 and len(set(values)) == 1 and 0 <= values[0] <= 1
    return values[0].quantize(Decimal("0.0001")) if agreed else None


def equipment_failed(record: AttemptRecord, role: str) -> str:
    """The outcome about the equipment that an adapter's last run ended with; empty where it did not."""
    runs = record.runs.get(role, ())
    outcome = runs[-1].payload["outcome"] if runs else ""
    return outcome if outcome in EQUIPMENT else ""


def _verdict(words: dict[str, Said], name: str, *, against: bool) -> bool | None:
    """What all say alike; `against` is the answer that takes two people."""
    said = {bool(word.payload[name]) for word in words.values()}
    if len(said) != 1 or (said == {against} and len(words) < 2):
        return None
    return said.pop()


def _names(words: dict[str, Said]) -> str:
    return " and ".join(sorted(word.role for word in words.values()))


def _reasons(words: dict[str, Said]) -> str:
    return "; ".join(str(word.payload["reason"]) for word in words.values())
