"""What every interaction does: present without the key, read a response, score it.

The words shared by the interactions live here; each interaction has a module of its own.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

from item_bank.qti.content import ItemContent

POINTS_QUANTUM = Decimal("0.0001")
TOKEN_HEX_DIGITS = 16

C = TypeVar("C", bound=ItemContent)
R = TypeVar("R")


class ResponseError(ValueError):
    """A candidate's payload that can't be read: a stable code for machines, a sentence for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class Verdict(StrEnum):
    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    UNSAFE = "unsafe"
    UNANSWERED = "unanswered"
    WAITING = "waiting"
    THIRD_MARKER = "third_marker"


@dataclass(frozen=True, kw_only=True)
class ItemScore:
    """Points earned. `points` is None while markers are awaited; `detail` is JSON and names authoring ids, so it
    stays on the server.
    """

    points: Decimal | None
    maximum: Decimal
    verdict: Verdict
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Interaction(Generic[C, R]):
    """The three functions of one interaction; `score` takes None for no answer."""

    present: Callable[[C, bytes], dict[str, Any]]
    read_response: Callable[[C, bytes, Mapping[str, Any]], R]
    score: Callable[[C, R], ItemScore]


def points(share_of: Decimal, numerator: int | Decimal, denominator: int | Decimal) -> Decimal:
    """`share_of` × numerator ÷ denominator, rounded half to even to four places.

    Examples
    --------
    >>> points(Decimal(2), 2, 3)
    Decimal('1.3333')
    """
    return (share_of * Decimal(numerator) / Decimal(denominator)).quantize(POINTS_QUANTUM, ROUND_HALF_EVEN)


def scored(earned: Decimal, maximum: Decimal, **detail: object) -> ItemScore:
    """Give points the verdict they deserve: right at the maximum, wrong at zero, partly between."""
    verdict = Verdict.RIGHT if earned == maximum else Verdict.WRONG if earned == 0 else Verdict.PARTLY
    return ItemScore(points=earned.quantize(POINTS_QUANTUM), maximum=maximum, verdict=verdict, detail=detail)


def unanswered(content: ItemContent) -> ItemScore:
    return ItemScore(
        points=Decimal(0).quantize(POINTS_QUANTUM), maximum=content.scoring.maximum, verdict=Verdict.UNANSWERED
    )


def _mac(seed: bytes, purpose: str, content: ItemContent, identifier: str) -> str:
    # Parts are joined by a byte that no identifier can hold, so that no two of them can be mistaken for each other.
    message = "\0".join((purpose, content.identifier, identifier)).encode()
    return hmac.new(seed, message, hashlib.sha256).hexdigest()


def token(seed: bytes, content: ItemContent, identifier: str) -> str:
    """The opaque name under which a candidate sees `identifier`; another seed gives another name."""
    return _mac(seed, "token", content, identifier)[:TOKEN_HEX_DIGITS]


def shuffled(seed: bytes, content: ItemContent, identifiers: Iterable[str], *, turn: int = 0) -> list[str]:
    """A permutation that depends on the seed alone; `turn` asks for another one under the same seed."""
    return sorted(identifiers, key=lambda identifier: _mac(seed, f"order {turn}", content, identifier))


def identifier_of(seed: bytes, content: ItemContent, identifiers: Iterable[str], given: object, place: str) -> str:
    """Turn a candidate's token back into the author's identifier.

    Raises
    ------
    ResponseError
        `token_type` when it is not a string, `token_unknown` when it was not offered under this seed.
    """
    if not isinstance(given, str):
        raise ResponseError("token_type", f"{place} has to be a token (a string) from the presented item.")
    for identifier in identifiers:
        if hmac.compare_digest(token(seed, content, identifier).encode(), given.encode()):
            return identifier
    raise ResponseError(
        "token_unknown", f"{place} is not one of the tokens of this item in this attempt; reload the item."
    )


def identifiers_of(
    seed: bytes, content: ItemContent, identifiers: tuple[str, ...], given: object, place: str
) -> tuple[str, ...]:
    """Turn a list of distinct tokens into identifiers, in the order given.

    Raises
    ------
    ResponseError
        `list_expected`, `token_twice`, or the codes of `identifier_of`.
    """
    if not isinstance(given, list):
        raise ResponseError("list_expected", f"{place} has to be a list of tokens.")
    if len(given) > len(identifiers):
        raise ResponseError(
            "list_too_long", f"{place} holds {len(given)} tokens, but only {len(identifiers)} were offered."
        )
    found = tuple(identifier_of(seed, content, identifiers, one, f"{place}[{i}]") for i, one in enumerate(given))
    if len(set(found)) != len(found):
        raise ResponseError("token_twice", f"{place} names the same token twice; send each one once.")
    return found


def only_fields(payload: Mapping[str, Any], *names: str) -> None:
    """Refuse a payload whose fields are not exactly `names`, so that a misspelt field is never taken for no answer."""
    missing = [name for name in names if name not in payload]
    if missing:
        raise ResponseError("field_missing", f"The response lacks the field '{missing[0]}'.")
    unknown = sorted(set(payload) - set(names))
    if unknown:
        raise ResponseError(
            "field_unknown", f"The response has a field '{unknown[0]}' that this interaction does not know."
        )
