"""Scoring the online part: one answer at a time, two blind markers where a machine can't judge."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from assess.attempts.folding.fold import AttemptRecord, Payload, Said
from assess.attempts.folding.pinned import PinnedItem
from assess.ledger.canonical import CanonicalError, digest
from item_bank import interactions
from item_bank.interactions import ItemScore, ResponseError, Verdict
from item_bank.qti.content import Numeric, ShortText
from simulator_adapters.quantities import NumberError, QuantityError, canonical_unit, convert, parse_number

FINEST = Decimal("1e-12")
"""A converted number is rounded to this before it is held against the key: no key is that fine."""


@dataclass(frozen=True)
class ScoredItem:
    """One item of the form: its points, or in a sentence what they wait for."""

    item: str
    outcome: str
    scored: bool
    points: Decimal | None
    maximum: Decimal
    verdict: str
    waits_for: str = ""
    late: bool = False
    remarks: tuple[str, ...] = ()


def answer_digest(response: Any) -> str:
    """Which answer a marker marked: SHA-256 of the canonical JSON of its `response`, in hexadecimal; empty where it has none.

    >>> answer_digest({"text": "lock off"})[:16]
    '924f8d2ae703c0cd'
    """
    try:
        return digest(response).hex()
    except CanonicalError:
        return ""


def score_item(item: PinnedItem, record: AttemptRecord, seed: bytes) -> ScoredItem:
    """Score what stands for an item. An answer that can't be read waits for two people; it is never guessed."""
    answer = record.answers.get(item.identifier)
    stands = answer.stands if answer is not None else None
    late = bool(answer and answer.late)
    if stands is None:
        return _scored(item, interactions.score(item.content, None), late=late)
    try:
        response = interactions.read_response(item.content, seed, _normalised(item, stands.payload["response"]))
    except (ResponseError, QuantityError) as error:
        return _by_markers(
            item, record, f"{item.identifier}: the answer can't be read ({error}) Two markers read it.", late
        )
    score = interactions.score(item.content, response)
    if score.verdict is not Verdict.WAITING:
        return _scored(item, score, late=late)
    return _by_markers(item, record, f"{item.identifier}: two markers score this text.", late)


def _normalised(item: PinnedItem, response: Payload) -> Any:
    """A typed number becomes a plain decimal in the item's unit; everything else passes as it is, to be read or refused."""
    if not isinstance(item.content, Numeric) or not isinstance(response.get("value"), str):
        return response
    plain: dict[str, Any] = {"unit": None} | dict(response)
    if not plain["value"].strip():
        return plain | {"value": None, "unit": None}
    value = parse_number(plain["value"])
    if isinstance(plain["unit"], str):
        if plain["unit"].strip():
            value = convert(value, canonical_unit(plain["unit"]), canonical_unit(item.content.unit or ""))
        plain["unit"] = None
    if abs(value) >= Decimal(10) ** 15:
        raise NumberError("too_large", "The number is larger than any answer can be.")
    return plain | {"value": f"{value.quantize(FINEST).normalize():f}"}


def _by_markers(item: PinnedItem, record: AttemptRecord, why: str, late: bool) -> ScoredItem:
    """Points of the markers, in the order of their numbers; what one person wrote in two roles counts once."""
    maximum = item.content.scoring.maximum
    marks: dict[str, Decimal] = {}
    remarks: list[str] = []
    for (_, name), word in record.points.items():
        if name != item.identifier or word.who in marks:
            continue
        if not is_about(word, record.answers[name].stands):
            remarks.append(f"{name}: {word.role} marked another answer than the one that stands; it does not count.")
            continue
        mark = _mark(word, maximum)
        if mark is None:
            return _waiting(item, f"{item.identifier}: {word.role} wrote {word.payload['points']!r}, not points.", late)
        marks[word.who] = mark
    found = _waiting(item, why, late) if len(marks) < 2 else _join(item, list(marks.values()), late)
    return replace(found, remarks=tuple(remarks))


def is_about(word: Said, answer: Said | None) -> bool:
    """Whether points are for this answer: they name its digest, or (older devices) none."""
    of = word.payload.get("of")
    return of is None or (answer is not None and of == answer_digest(answer.payload["response"]))


def _join(item: PinnedItem, marks: Sequence[Decimal], late: bool) -> ScoredItem:
    """A text earns what two markers make of it. An answer that could not be read was either right or it was not: it earns what
    two people find alike, never the middle of two readings."""
    first, second, *others = marks
    if isinstance(item.content, ShortText):
        score = interactions.score_marks(item.content, first, second, others[0] if others else None)
        if score.points is not None:
            return _scored(item, score, late=late)
        return _waiting(
            item, f"{item.identifier}: the two markers are more than a point apart; a third marks it.", late
        )
    alike = next((mark for place, mark in enumerate(marks) if mark in marks[:place]), None)
    if alike is None:
        return _waiting(item, f"{item.identifier}: the markers read the answer differently; a third reads it.", late)
    return _scored(item, interactions.score_marks(item.content, alike, alike), late=late)  # type: ignore[arg-type]


def _mark(word: Said, maximum: Decimal) -> Decimal | None:
    try:
        value = parse_number(str(word.payload["points"]))
    except NumberError:
        return None
    return value if 0 <= value <= maximum else None


def _scored(item: PinnedItem, score: ItemScore, *, late: bool) -> ScoredItem:
    return ScoredItem(
        item.identifier, item.outcome, item.scored, score.points, score.maximum, str(score.verdict), late=late
    )


def _waiting(item: PinnedItem, why: str, late: bool) -> ScoredItem:
    maximum = item.content.scoring.maximum
    return ScoredItem(item.identifier, item.outcome, item.scored, None, maximum, str(Verdict.WAITING), why, late)
