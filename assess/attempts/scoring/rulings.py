"""What named people ruled where the journal alone could not settle something: must-pass steps, safety stops, readings in doubt,
simulations.

One person may rule for the candidate; against takes two. Whoever writes in two roles is one person, and nobody rules on what they
assessed: a ruling of somebody who wrote a sheet of that task does not count.
"""

from collections.abc import Collection, Iterable
from decimal import Decimal

from assess.attempts.folding.fold import AttemptRecord, Said
from rubrics.definition import TaskDefinition
from rubrics.marking import Adjudication, StopRuling
from simulator_adapters.quantities import NumberError, parse_number


def adjudications(
    task: TaskDefinition,
    record: AttemptRecord,
    unsettled: Collection[str],
    remarks: list[str],
    doubted: Collection[str] = (),
) -> dict[str, Adjudication]:
    """Rulings on the must-pass steps that the sheets leave open, and on the rows whose reading is `doubted`; what two assessors
    agree on is not ruled away."""
    open_to_rulings = {criterion.identifier for criterion in task.criteria if criterion.must_pass} | set(doubted)
    assessed = assessed_by(task.identifier, record)
    asked: list[str] = []
    for word in record.settlements:
        criterion = word.payload.get("criterion")
        if word.payload.get("task") != task.identifier or not isinstance(criterion, str):
            continue
        if not isinstance(word.payload.get("met"), bool):
            remarks.append(f"{task.identifier}: {word.role} ruled on {criterion} without saying met: true or false.")
        elif word.who in assessed:
            remarks.append(_own_task(task, word))
        elif criterion in open_to_rulings and criterion in unsettled:
            asked.append(criterion)
        else:
            remarks.append(
                f"{task.identifier}: {word.role} ruled on {criterion}, where nothing is open; it does not count."
            )
    remarks += [_own_task(task, word) for word in record.stop_rulings
                if word.payload["task"] == task.identifier and word.who in assessed]  # fmt: skip
    rulings = {}
    for criterion in dict.fromkeys(asked):
        words = words_on_row(task.identifier, criterion, record)
        met = _verdict(words, "met", against=False)
        if met is not None:
            rulings[criterion] = Adjudication(met=met, by=_names(words), reason=_reasons(words))
    return rulings


def stop_ruling(task: TaskDefinition, record: AttemptRecord) -> StopRuling | None:
    """Whether a safety stop is confirmed (two people) or lifted (one)."""
    words = words_on_stop(task.identifier, record)
    confirmed = _verdict(words, "confirmed", against=True)
    if confirmed is None:
        return None
    return StopRuling(confirmed=confirmed, by=_names(words), reason=_reasons(words))


def settled_share(simulation: str, record: AttemptRecord) -> Decimal | None:
    """The share (0 to 1) that two people agree a simulation earned, where scoring could not tell."""
    values = [share_of(word) for word in words_on_share(simulation, record).values()]
    agreed = len(values) >= 2 and len(set(values)) == 1 and 0 <= values[0] <= 1
    return values[0].quantize(Decimal("0.0001")) if agreed else None


def assessed_by(task: str, record: AttemptRecord) -> frozenset[str]:
    """Everybody who wrote a sheet of this task: they rule on nothing of it."""
    return frozenset(person for (name, _), sheet in record.sheets.items() if name == task for person in sheet.people)


def words_on_row(task: str, criterion: str, record: AttemptRecord) -> dict[str, Said]:
    """The last ruling of each person on a must-pass step, or a row in doubt, of a task that they did not assess."""
    found = [
        word
        for word in record.settlements
        if word.payload.get("task") == task
        and word.payload.get("criterion") == criterion
        and isinstance(word.payload.get("met"), bool)
    ]
    return _last(word for word in found if _may_rule(word, task, record))


def words_on_stop(task: str, record: AttemptRecord) -> dict[str, Said]:
    """The last ruling of each person on the safety stop of a task that they did not assess."""
    found = [word for word in record.stop_rulings if word.payload["task"] == task]
    return _last(word for word in found if _may_rule(word, task, record))


def words_on_share(simulation: str, record: AttemptRecord) -> dict[str, Said]:
    """The last share that each person said a simulation earned; a last word that is no number is none."""
    found = [
        word
        for word in record.settlements
        if word.payload.get("simulation") == simulation and isinstance(word.payload.get("share"), str)
    ]
    return {who: word for who, word in _last(found).items() if _is_number(word.payload["share"])}


def share_of(word: Said) -> Decimal:
    return parse_number(word.payload["share"])


def _may_rule(word: Said, task: str, record: AttemptRecord) -> bool:
    return word.who not in assessed_by(task, record)


def _own_task(task: TaskDefinition, word: Said) -> str:
    return f"{task.identifier}: {word.role} ruled on a task that they assessed themselves; it does not count."


def _last(words: Iterable[Said]) -> dict[str, Said]:
    return {word.who: word for word in words}


def _is_number(text: str) -> bool:
    try:
        parse_number(text)
    except NumberError:
        return False
    return True


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
