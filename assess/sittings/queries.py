"""Shared reads of the plan of the day."""

import uuid

from django.db.models import QuerySet

from assess.sittings.models import Assignment, Instrument


def assignments_of(sitting_id: uuid.UUID, candidate_id: uuid.UUID) -> QuerySet[Assignment]:
    return Assignment.objects.filter(sitting_id=sitting_id, candidate_id=candidate_id).order_by("role")


def holders(sitting_id: uuid.UUID, candidate_id: uuid.UUID) -> set[uuid.UUID]:
    """Everybody who assesses or marks this candidate in this sitting."""
    return {
        person
        for person in assignments_of(sitting_id, candidate_id).values_list("person_id", flat=True)
        if person is not None
    }


def calibration(serial: str) -> Instrument | None:
    return Instrument.objects.filter(pk=serial).first()
