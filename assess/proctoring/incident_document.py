"""An incident and what people found, as the one document that the ledger commits to."""

from hashlib import sha256
from typing import Any

from assess.ledger.rows import row_document
from assess.proctoring.models import Incident, Review


def incident_document(incident: Incident) -> dict[str, Any]:
    """An incident with its reviews, so that none can be changed, taken out or slipped in unseen.

    Words about a person stand as their digest, under the incident's own random identifier: an export shows that nobody changed
    them, and not what they say.
    """
    return _of(incident, "words", "reply") | {
        "scheme_version_id": str(incident.attempt.registration.scheme_version_id),
        "reviews": [
            {name: held for name, held in _of(review, "words").items() if name not in _WITHIN}
            for review in incident.reviews.order_by("pk")
        ],
    }


_WITHIN = frozenset({"id", "incident_id"})


def _of(row: Incident | Review, *words: str) -> dict[str, Any]:
    about = row.pk if isinstance(row, Incident) else row.incident_id
    told = {f"{name}_sha256": sha256(f"{about}\n{getattr(row, name)}".encode()).hexdigest() for name in words}
    return row_document(row, without=frozenset(words)) | told
