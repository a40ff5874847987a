"""The ledger commits to how closely a sitting is watched, to consents and looks, and to incidents with every reply and review."""

from collections.abc import Mapping
from typing import Any

from assess.ledger.registry import keys_of, register, register_erasure, register_table
from assess.people.queries import covered_by_erasures
from assess.proctoring.incident_document import incident_document
from assess.proctoring.models import Arrangement, Consent, Incident, Look


def _build(record: str) -> Mapping[str, Any] | None:
    incident = Incident.objects.select_related("attempt__registration").filter(pk=record).first()
    return None if incident is None else incident_document(incident)


register_table("arrangement", Arrangement)
register_table("consent", Consent)
register_table("look", Look)
register(
    "incident",
    row="the tables assess_incident and assess_review",
    build=_build,
    keys=keys_of(Incident),
)
register_erasure("incident", covered_by_erasures(Incident, "attempt__registration__candidate_id"), recorded_again=True)
