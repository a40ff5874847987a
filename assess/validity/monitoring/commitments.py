"""The ledger commits to base periods, to looks with every point of theirs, and to alarms with every change."""

from collections.abc import Mapping
from typing import Any

from assess.ledger.registry import keys_of, register, register_table
from assess.ledger.rows import row_document
from assess.validity.monitoring.models import Alarm, BasePeriod, MonitoringLook


def look_document(look: MonitoringLook) -> dict[str, Any]:
    """A look and its points as one document, so that no point can be changed unseen."""
    points = look.points.order_by("chart", "block")
    return row_document(look) | {
        "points": [row_document(point, without=frozenset({"id", "look_id"})) for point in points]
    }


def _build(record: str) -> Mapping[str, Any] | None:
    look = MonitoringLook.objects.filter(pk=record).first()
    return None if look is None else look_document(look)


register_table("base_period", BasePeriod)
register_table("alarm", Alarm)
register(
    "monitoring_look",
    row="the tables assess_monitoringlook and assess_chartpoint",
    build=_build,
    keys=keys_of(MonitoringLook),
)
