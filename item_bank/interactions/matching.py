"""Matching each element on the left with one on the right."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from item_bank.interactions.contract import (
    Interaction,
    ItemScore,
    ResponseError,
    identifier_of,
    only_fields,
    points,
    scored,
    shuffled,
    token,
    unanswered,
)
from item_bank.qti.content import Matching, Rule


@dataclass(frozen=True, kw_only=True)
class MatchResponse:
    """(left, right) authoring ids; a left element without a partner is absent."""

    pairs: frozenset[tuple[str, str]]


def present(content: Matching, seed: bytes) -> dict[str, Any]:
    """Left in the author's order, right shuffled."""
    right = {element.id: element.text for element in content.right}
    return {
        "left": [{"token": token(seed, content, one.id), "text": one.text} for one in content.left],
        "right": [{"token": token(seed, content, one), "text": right[one]} for one in shuffled(seed, content, right)],
    }


def read_response(content: Matching, seed: bytes, payload: Mapping[str, Any]) -> MatchResponse:
    """Read `{"pairs": {left token: right token, …}}`; the same right element may serve twice and earns only where it
    is right.

    Raises
    ------
    ResponseError
        `pairs_expected` when it is not an object, or the codes of `identifier_of`.
    """
    only_fields(payload, "pairs")
    given = payload["pairs"]
    if not isinstance(given, dict):
        raise ResponseError("pairs_expected", "pairs has to be an object from left tokens to right tokens.")
    left, right = tuple(one.id for one in content.left), tuple(one.id for one in content.right)
    if len(given) > len(left):
        raise ResponseError("list_too_long", f"pairs holds {len(given)} entries, but only {len(left)} were offered.")
    return MatchResponse(
        pairs=frozenset(
            (
                identifier_of(seed, content, left, one, "a key of pairs"),
                identifier_of(seed, content, right, partner, "a value of pairs"),
            )
            for one, partner in given.items()
        )
    )


def score(content: Matching, response: MatchResponse) -> ItemScore:
    """`per_pair`: max × right pairs ÷ pairs of the key. Dichotomous: all pairs or nothing."""
    if not response.pairs:
        return unanswered(content)
    maximum, key = content.scoring.maximum, frozenset(content.key)
    detail = {"pairs": [list(pair) for pair in sorted(response.pairs)]}
    if content.scoring.rule is Rule.DICHOTOMOUS:
        return scored(maximum if response.pairs == key else Decimal(0), maximum, **detail)
    return scored(points(maximum, len(response.pairs & key), len(key)), maximum, **detail)


MATCHING = Interaction(present=present, read_response=read_response, score=score)
