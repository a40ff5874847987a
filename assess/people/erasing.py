"""What is erased with a person, area by area.

`people` stands below the areas that hold what people did, so each of them says here what it forgets: `assess.people.actions` asks
everyone first whether something stands against it, and then has everyone forget. What stays is what no longer says whose it was:
scores, decisions and frozen data under random identifiers, and the ledger's leaves without their salts.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

Objections = Callable[[uuid.UUID], list[str]]
Forget = Callable[..., dict[str, int]]


@dataclass(frozen=True)
class Eraser:
    """`objections(account_id)` are sentences that say what has to happen before; `forget(account_id=…)` counts what it erased."""

    area: str
    forget: Forget
    objections: Objections


ERASERS: dict[str, Eraser] = {}


def _nothing(account_id: uuid.UUID) -> list[str]:
    return []


def register_eraser(area: str, forget: Forget, *, objections: Objections = _nothing) -> None:
    """Register what an area forgets. Once for each area."""
    if area in ERASERS:
        raise ValueError(f"What {area} erases is registered twice.")
    ERASERS[area] = Eraser(area, forget, objections)
