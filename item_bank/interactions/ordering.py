"""Putting steps in order.

An order that is a safety matter is scored over a graph of prerequisites: any order that keeps every edge earns the
maximum, and an order that breaks a dangerous edge earns nothing, however much of the rest is right.
`docs/explanation/items-and-scoring.md` works an example.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, count
from typing import Any

from item_bank.interactions.contract import (
    Interaction,
    ItemScore,
    ResponseError,
    Verdict,
    identifiers_of,
    only_fields,
    points,
    scored,
    shuffled,
    token,
    unanswered,
)
from item_bank.qti.content import Ordering, Prerequisite, Rule


@dataclass(frozen=True, kw_only=True)
class OrderResponse:
    """The authoring ids from first to last; empty means that the answer was cleared."""

    order: tuple[str, ...]


def present(content: Ordering, seed: bytes) -> dict[str, Any]:
    """The steps in a seeded order that would not earn the maximum, so that an untouched list is never a right
    answer.
    """
    text = {element.id: element.text for element in content.elements}
    for turn in count():
        order = tuple(shuffled(seed, content, text, turn=turn))
        if score(content, OrderResponse(order=order)).verdict is not Verdict.RIGHT:
            return {"elements": [{"token": token(seed, content, one), "text": text[one]} for one in order]}
    raise AssertionError("count() does not end")


def read_response(content: Ordering, seed: bytes, payload: Mapping[str, Any]) -> OrderResponse:
    """Read `{"order": [token, …]}`, which has to name every step once or be empty.

    Raises
    ------
    ResponseError
        `order_incomplete` when steps are missing, or the codes of `identifiers_of`.
    """
    only_fields(payload, "order")
    order = identifiers_of(seed, content, tuple(one.id for one in content.elements), payload["order"], "order")
    if order and len(order) != len(content.elements):
        raise ResponseError(
            "order_incomplete", f"order has to name all {len(content.elements)} steps; it names {len(order)}."
        )
    return OrderResponse(order=order)


def broken(prerequisites: Sequence[Prerequisite], order: Sequence[str]) -> list[Prerequisite]:
    """The edges that `order` does not keep."""
    place = {one: i for i, one in enumerate(order)}
    return [edge for edge in prerequisites if place[edge.before] > place[edge.after]]


def score(content: Ordering, response: OrderResponse) -> ItemScore:
    """Score by the item's rule.

    Notes
    -----
    - `prerequisite_graph`: 0 when a dangerous edge is broken, else max × edges kept ÷ edges.
    - `kendall_pairs`: max × max(0, 2c/n − 1), where c of the n pairs of steps stand in key order; the bracket is
      Kendall's tau.
    - `dichotomous`: the key's order or nothing.
    """
    if not response.order:
        return unanswered(content)
    maximum, order = content.scoring.maximum, response.order
    if content.scoring.rule is Rule.DICHOTOMOUS:
        return scored(maximum if order == content.key else Decimal(0), maximum, order=list(order))
    if content.scoring.rule is Rule.KENDALL_PAIRS:
        place = {one: i for i, one in enumerate(order)}
        pairs = list(combinations(content.key, 2))
        concordant = sum(place[first] < place[second] for first, second in pairs)
        share = max(2 * concordant - len(pairs), 0)
        return scored(points(maximum, share, len(pairs)), maximum, order=list(order), concordant_pairs=concordant)
    missed = broken(content.prerequisites, order)
    detail: dict[str, object] = {
        "order": list(order),
        "broken": [
            {"before": edge.before, "after": edge.after, "danger": edge.danger, "why": edge.why} for edge in missed
        ],
    }
    if any(edge.danger for edge in missed):
        return ItemScore(points=points(maximum, 0, 1), maximum=maximum, verdict=Verdict.UNSAFE, detail=detail)
    kept = len(content.prerequisites) - len(missed)
    return scored(points(maximum, kept, len(content.prerequisites)), maximum, **detail)


ORDERING = Interaction(present=present, read_response=read_response, score=score)
