"""Selecting a place in a figure, by pointer or from the list of its regions."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from item_bank.interactions.choice import ChoiceResponse
from item_bank.interactions.contract import (
    Interaction,
    ItemScore,
    ResponseError,
    identifiers_of,
    only_fields,
    scored,
    token,
    unanswered,
)
from item_bank.qti.content import Hotspot


def key_of(content: Hotspot) -> frozenset[str]:
    return frozenset(region.id for region in content.regions if region.correct)


def present(content: Hotspot, seed: bytes) -> dict[str, Any]:
    """The figure and its regions in the author's order, which is the reading order for a keyboard or a screen
    reader.
    """
    return {
        "figure": {
            "svg": content.figure.svg,
            "alt": content.figure.alt,
            "width": content.figure.width,
            "height": content.figure.height,
        },
        "regions": [
            {
                "token": token(seed, content, region.id),
                "label": region.label,
                "x": region.x,
                "y": region.y,
                "w": region.w,
                "h": region.h,
            }
            for region in content.regions
        ],
        "choose": len(key_of(content)),
        "keyboard_alternative": content.keyboard_alternative,
    }


def read_response(content: Hotspot, seed: bytes, payload: Mapping[str, Any]) -> ChoiceResponse:
    """Read `{"regions": [token, …]}`.

    Raises
    ------
    ResponseError
        `too_many_regions` when more are selected than asked for, or the codes of `identifiers_of`.
    """
    only_fields(payload, "regions")
    ids = tuple(region.id for region in content.regions)
    chosen = identifiers_of(seed, content, ids, payload["regions"], "regions")
    allowed = len(key_of(content))
    if len(chosen) > allowed:
        raise ResponseError("too_many_regions", f"regions holds {len(chosen)} places; this item asks for {allowed}.")
    return ChoiceResponse(chosen=frozenset(chosen))


def score(content: Hotspot, response: ChoiceResponse) -> ItemScore:
    if not response.chosen:
        return unanswered(content)
    maximum = content.scoring.maximum
    right = response.chosen == key_of(content)
    return scored(maximum if right else Decimal(0), maximum, chosen=sorted(response.chosen))


HOTSPOT = Interaction(present=present, read_response=read_response, score=score)
