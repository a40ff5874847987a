"""What is erased of the incidents of a person's attempts, and what stands against it."""

import uuid

from assess.people.erasing import register_eraser
from assess.proctoring.actions import forget_incidents
from assess.proctoring.models import Incident


def objections(account_id: uuid.UUID) -> list[str]:
    """An incident that nobody has decided about yet."""
    waiting = Incident.objects.filter(attempt__registration__candidate_id=account_id, state=Incident.State.OPEN)
    return ["An incident of this person is open: review it first."] if waiting.exists() else []


register_eraser("proctoring", forget_incidents, objections=objections)
