"""Shared reads of the plan of the day."""

import uuid

from django.db.models import QuerySet

from assess.people.queries import roles_of
from assess.sittings.models import Assignment, Instrument, Station

ROLE_FOR = {"assessor": "assessor", "marker": "assessor", "adjudicator": "assessor", "proctor": "proctor"}
"""Which role a person needs to hold a post of a family."""


def assignments_of(sitting_id: uuid.UUID, candidate_id: uuid.UUID) -> QuerySet[Assignment]:
    return Assignment.objects.filter(sitting_id=sitting_id, candidate_id=candidate_id).order_by("role")


def holders(sitting_id: uuid.UUID, candidate_id: uuid.UUID) -> set[uuid.UUID]:
    """Everybody who assesses or marks this candidate in this sitting."""
    return {
        person
        for person in assignments_of(sitting_id, candidate_id).values_list("person_id", flat=True)
        if person is not None
    }


def posts_held(person_id: uuid.UUID, sitting_id: uuid.UUID, candidate_id: uuid.UUID) -> frozenset[str]:
    """The posts of a candidate that a person may act in now: given to them, and with the role that each needs still theirs."""
    given = assignments_of(sitting_id, candidate_id).filter(person_id=person_id).values_list("role", flat=True)
    roles = roles_of([person_id]).get(person_id, set())
    return frozenset(post for post in given if ROLE_FOR.get(post.partition(":")[0]) in {*roles, None})


def calibration(serial: str) -> Instrument | None:
    return Instrument.objects.filter(pk=serial).first()


def stations_of(sitting_id: uuid.UUID) -> QuerySet[Station]:
    return Station.objects.filter(sitting_id=sitting_id).order_by("name")


def candidates_held(person_id: uuid.UUID) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """(sitting, candidate) of every post that a person holds or held: whoever judged a candidate does not decide about them."""
    return set(Assignment.objects.filter(person_id=person_id).values_list("sitting_id", "candidate_id"))


def posts_in(sitting_id: uuid.UUID) -> QuerySet[Assignment]:
    """Every post of a sitting, with who holds it and where."""
    held = Assignment.objects.filter(sitting_id=sitting_id).select_related("person", "station", "candidate")
    return held.order_by("candidate__family_name", "candidate__given_name", "role")
