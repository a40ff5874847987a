"""What the ledger commits to for an act, and how the document is built again from its row."""

from collections.abc import Mapping
from typing import Any

from assess.ledger.models import Act
from assess.ledger.registry import register


def act_document(made: Act) -> dict[str, Any]:
    """What the ledger commits to for an act."""
    return {
        "action": made.action,
        "actor": str(made.actor),
        "arguments_sha256": bytes(made.arguments_sha256).hex(),
        "at": made.at.isoformat(),
        "records": made.records,
    }


def _build_act(record: str) -> Mapping[str, Any] | None:
    made = Act.objects.filter(pk=record).first()
    return None if made is None else act_document(made)


register("act", row="the table assess_act", build=_build_act)
