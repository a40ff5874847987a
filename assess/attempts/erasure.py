"""What is erased of a person's attempts, and what stands against it."""

import uuid

from assess.attempts.actions import forget_person
from assess.attempts.models import Attempt, Quarantine
from assess.people.erasing import register_eraser


def objections(account_id: uuid.UUID) -> list[str]:
    """An attempt that is under way, and entries that wait for a decision."""
    attempts = Attempt.objects.filter(registration__candidate_id=account_id)
    found = []
    if attempts.filter(state=Attempt.State.OPEN).exists():
        found.append("An attempt of this person is open: seal it first.")
    waiting = Quarantine.objects.filter(stream__subject__in=attempts.values("pk"), state=Quarantine.State.WAITING)
    if waiting.exists():
        found.append("Entries of this person wait in quarantine: decide about them first.")
    return found


register_eraser("attempts", forget_person, objections=objections)
