"""Choosing among options: one right answer, or several with a penalty for wrong ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from item_bank.interactions.contract import (
    Interaction,
    ItemScore,
    identifier_of,
    identifiers_of,
    only_fields,
    points,
    scored,
    shuffled,
    token,
    unanswered,
)
from item_bank.qti.content import MultipleResponse, Rule, SingleChoice


@dataclass(frozen=True, kw_only=True)
class ChoiceResponse:
    """The authoring ids that were chosen; empty means that the answer was cleared."""

    chosen: frozenset[str]


def _offered(content: SingleChoice | MultipleResponse, seed: bytes) -> list[dict[str, str]]:
    text = {option.id: option.text for option in content.options}
    order = shuffled(seed, content, text) if content.shuffle else list(text)
    return [{"token": token(seed, content, identifier), "text": text[identifier]} for identifier in order]


def _ids(content: SingleChoice | MultipleResponse) -> tuple[str, ...]:
    return tuple(option.id for option in content.options)


def key_of(content: SingleChoice | MultipleResponse) -> frozenset[str]:
    return frozenset(option.id for option in content.options if option.correct)


def present_single(content: SingleChoice, seed: bytes) -> dict[str, Any]:
    return {"options": _offered(content, seed)}


def read_single(content: SingleChoice, seed: bytes, payload: Mapping[str, Any]) -> ChoiceResponse:
    only_fields(payload, "choice")
    if payload["choice"] is None:
        return ChoiceResponse(chosen=frozenset())
    return ChoiceResponse(chosen=frozenset({identifier_of(seed, content, _ids(content), payload["choice"], "choice")}))


def present_multiple(content: MultipleResponse, seed: bytes) -> dict[str, Any]:
    return {"options": _offered(content, seed)}


def read_multiple(content: MultipleResponse, seed: bytes, payload: Mapping[str, Any]) -> ChoiceResponse:
    only_fields(payload, "choices")
    return ChoiceResponse(chosen=frozenset(identifiers_of(seed, content, _ids(content), payload["choices"], "choices")))


def score(content: SingleChoice | MultipleResponse, response: ChoiceResponse) -> ItemScore:
    """Dichotomous: all or nothing. `plus_minus_floor0`: max × (right − wrong chosen) ÷ right available, not below 0."""
    if not response.chosen:
        return unanswered(content)
    maximum, key = content.scoring.maximum, key_of(content)
    detail = {"chosen": sorted(response.chosen)}
    if content.scoring.rule is Rule.DICHOTOMOUS:
        return scored(maximum if response.chosen == key else Decimal(0), maximum, **detail)
    net = len(response.chosen & key) - len(response.chosen - key)
    return scored(points(maximum, max(net, 0), len(key)), maximum, **detail)


SINGLE = Interaction(present=present_single, read_response=read_single, score=score)
MULTIPLE = Interaction(present=present_multiple, read_response=read_multiple, score=score)
