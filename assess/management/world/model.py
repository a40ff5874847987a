"""How the made-up people answer, work and mark: the stated model of the demonstration.

Ability is one number per person and kind of work, in logits: a general ability g ~ N(1.0, 0.9²), and for items,
bench and simulator θ = 0.8·g + N(0.2, 0.45²). An item of difficulty b is right with probability 1/(1 + exp(b − θ));
an answer worth several points earns each of them with that probability. At the bench a performance has a day's form
of N(0, 0.35²); a step is done with probability 1/(1 + exp(−(θ + form + ease))); both assessors see the same
performance, each with a severity of N(0, 0.3²) on judgements and a slip of 1 in 60 on steps. Everything follows from
one seed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from item_bank.interactions.contract import token
from item_bank.qti.content import (
    Hotspot,
    ItemContent,
    Matching,
    MultipleResponse,
    Numeric,
    Ordering,
    ShortText,
    SingleChoice,
)
from rubrics.definition import Criterion
from rubrics.measurement import MeasurementSpec

SEED = 20261123
SLIP = 1 / 60
STEP_EASE = 0.7
MUST_PASS_EASE = 4.0
READING_EASE = 1.5
OMITTED = 0.015
STOPPED = 0.3
"""So often a weak performance that misses a must-pass step has to be stopped by the assessor."""
RATING_STEPS = (-0.8, 0.1, 0.9, 1.9)
LEVEL_STEPS = (-1.6, -0.3, 1.3)

Random = np.random.Generator


@dataclass(frozen=True)
class Person:
    """A made-up candidate: abilities in logits, and habits."""

    number: int
    items: float
    bench: float
    simulator: float
    writes_comma: bool


def random_for(*key: int) -> Random:
    """A generator of its own for each purpose, so that one more draw here changes nothing there."""
    return np.random.default_rng(np.random.SeedSequence([SEED, *key]))


def person(number: int) -> Person:
    random = random_for(1, number)
    general = random.normal(1.0, 0.9)
    items, bench, simulator = 0.8 * general + random.normal(0.2, 0.45, size=3)
    return Person(number, float(items), float(bench), float(simulator), bool(random.random() < 0.4))


def severity(assessor: int) -> float:
    return float(random_for(2, assessor).normal(0, 0.3))


def chance(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def response(
    content: ItemContent, *, seed: bytes, difficulty: float, who: Person, random: Random
) -> dict[str, Any] | None:
    """What this person answers, in the tokens of this attempt; None leaves the item out."""
    if random.random() < OMITTED:
        return None
    right = chance(who.items - difficulty)

    def seen(identifier: str) -> str:
        return token(seed, content, identifier)

    match content:
        case SingleChoice():
            chosen = _one(content.options, right, random)
            return {"choice": seen(chosen.id)}
        case Hotspot():
            return {"regions": [seen(_one(content.regions, right, random).id)]}
        case MultipleResponse():
            return {"choices": [seen(identifier) for identifier in _several(content, right, random)]}
        case Ordering():
            return {"order": [seen(identifier) for identifier in _order(content.key, right, random)]}
        case Matching():
            others = [element.id for element in content.right]
            pairs = {
                left: target if random.random() < right else str(random.choice([o for o in others if o != target]))
                for left, target in dict(content.key).items()
            }
            return {"pairs": {seen(left): seen(found) for left, found in pairs.items()}}
        case Numeric():
            return {"value": _number(content, right, who, random), "unit": content.unit or None}
        case ShortText():
            return {"text": _text(content, right, random)}


def _one(options: Sequence[Any], right: float, random: Random) -> Any:
    correct = [option for option in options if option.correct]
    wrong = [option for option in options if not option.correct]
    pool = correct if random.random() < right else wrong
    return pool[int(random.integers(len(pool)))]


def _several(content: MultipleResponse, right: float, random: Random) -> list[str]:
    correct = [option.id for option in content.options if option.correct]
    wrong = [option.id for option in content.options if not option.correct]
    hits = [identifier for identifier in correct if random.random() < 0.35 + 0.65 * right]
    misses = [str(identifier) for identifier in random.permutation(wrong)[: len(correct) - len(hits)]]
    return hits + misses


def _order(key: Sequence[str], right: float, random: Random) -> list[str]:
    order = list(key)
    if random.random() >= right:
        for _ in range(int(random.integers(1, 3))):
            place = int(random.integers(len(order) - 1))
            order[place], order[place + 1] = order[place + 1], order[place]
    return order


def _number(content: Numeric, right: float, who: Person, random: Random) -> str:
    if random.random() < right:
        value = content.key
    elif content.common_errors and random.random() < 0.6:
        value = content.common_errors[int(random.integers(len(content.common_errors)))].value
    else:
        value = content.key * Decimal(str(round(float(random.choice([0.1, 0.5, 1.3, 2.0, 10.0])), 2)))
    text = f"{value:.{content.decimals_shown}f}"
    return text.replace(".", ",") if who.writes_comma else text


def _text(content: ShortText, right: float, random: Random) -> str:
    points = [point.point for point in content.marking_points if random.random() < right]
    return ". ".join(points) if points else "I would ask the foreman."


def text_points(content: ShortText, text: str, *, marker: int, random: Random) -> str:
    """What a marker gives a text: the points that are there, now and then one more or less."""
    found = sum(point.point in text for point in content.marking_points)
    given = found + (int(random.choice([-1, 1])) if random.random() < 0.15 else 0)
    return str(min(max(given, 0), int(content.scoring.maximum)))


@dataclass(frozen=True)
class Performance:
    """One person's work on one task, as it really was: what every assessor of it sees."""

    form: float
    logits: dict[str, float]
    done: dict[str, bool]
    readings: dict[str, list[dict[str, str]]]
    stopped: bool


def perform(criteria: Sequence[Criterion], *, who: Person, task: int) -> Performance:
    random = random_for(3, who.number, task)
    form = who.bench + float(random.normal(0, 0.35))
    logits = {criterion.identifier: form + float(random.normal(0, 0.4)) for criterion in criteria}
    done, readings = {}, {}
    for criterion in criteria:
        ease = MUST_PASS_EASE if criterion.must_pass else STEP_EASE if criterion.kind == "checklist" else READING_EASE
        done[criterion.identifier] = bool(random.random() < chance(logits[criterion.identifier] + ease))
        if criterion.measurement is not None:
            readings[criterion.identifier] = [
                _reading(criterion.measurement, good=done[criterion.identifier], random=random)
                for _ in range(criterion.measurement.places)
            ]
    missed = any(criterion.must_pass and not done[criterion.identifier] for criterion in criteria)
    stopped = missed and form < 0 and bool(random.random() < STOPPED)
    return Performance(form, logits, done, readings, stopped)


def _reading(spec: MeasurementSpec, *, good: bool, random: Random) -> dict[str, str]:
    """A reading inside or outside its limit; where it is compared with a true value, that one is given too."""
    digits = spec.decimal_places + 1
    if spec.deviation is not None:
        true = 20.0 if spec.deviation.percent else 100.0
        reach = float(spec.limit.value) * (true / 100 if spec.deviation.percent else 1)
        off = reach * (random.uniform(0.0, 0.7) if good else random.uniform(1.4, 2.5))
        return {"value": f"{true + off:.{digits}f}", "true_value": f"{true:.{digits}f}"}
    low, high = _inside(spec)
    if not good and spec.limit.op == ">=":
        low, high = low * 0.3, low * 0.8
    elif not good:
        beyond = float(spec.limit.upper if spec.limit.upper is not None else spec.limit.value)
        reach = max(high - low, 0.1 * abs(beyond))
        low, high = beyond + 0.3 * reach, beyond + 1.2 * reach
    return {"value": f"{random.uniform(low, high):.{digits}f}"}


def _inside(spec: MeasurementSpec) -> tuple[float, float]:
    """A band of values that meet the limit and agree with what is expected, a little inside of both."""
    value, upper = float(spec.limit.value), None if spec.limit.upper is None else float(spec.limit.upper)
    low, high = {"<=": (0.2 * value, 0.9 * value), ">=": (1.2 * value, 3 * value)}.get(
        spec.limit.op, (value, upper or value)
    )
    if spec.expected is not None and spec.tolerance is not None:
        expected = float(spec.expected)
        reach = float(spec.tolerance.amount) * (expected / 100 if spec.tolerance.percent else 1)
        low, high = max(low, expected - reach), min(high, expected + reach)
    margin = (high - low) * 0.12
    return low + margin, high - margin


def mark(criterion: Criterion, work: Performance, *, assessor: int, random: Random) -> bool | int | None:
    """What an assessor sees: a step done or not, or the level of a judgement."""
    if criterion.kind == "judgement":
        felt = work.logits[criterion.identifier] - severity(assessor) + float(random.normal(0, 0.35))
        return sum(felt > step for step in LEVEL_STEPS)
    slips = random.random() < (SLIP / 8 if criterion.must_pass else SLIP)
    return work.done[criterion.identifier] != slips


def global_rating(work: Performance, *, assessor: int, random: Random) -> int:
    felt = work.form - severity(assessor) + float(random.normal(0, 0.35))
    return 1 + sum(felt > step for step in RATING_STEPS)


def judge_rating(*, judge: int, round_number: int, item: int, difficulty: float, maximum: float) -> str:
    """Expected points of a borderline candidate (ability 0.2) in a judge's eyes; the second round moves towards the
    panel."""
    lean = float(random_for(5, judge).normal(0, 0.35)) / round_number
    noise = float(random_for(6, judge, item, round_number).normal(0, 0.5)) / round_number
    return f"{maximum * min(max(chance(0.2 - difficulty + lean + noise), 0.05), 0.98):.2f}"
