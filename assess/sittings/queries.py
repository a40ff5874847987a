"""Shared reads of the plan of the day."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import QuerySet

from assess.people.queries import roles_of
from assess.sittings.models import Assignment, Booking, Instrument, Station, StationHealth

ROLE_FOR = {
    "assessor": "assessor",
    "marker": "assessor",
    "adjudicator": "assessor",
    "proctor": "proctor",
    "technician": "technician",
    "adapter": "station",
}
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


@dataclass(frozen=True)
class Booked:
    """An instrument as it is booked to a station. `provisional_because`: why it is used past its calibration."""

    serial: str
    kind: str
    maker: str
    firmware: str
    starts_at: datetime
    ends_at: datetime
    calibration_due: date | None
    certificate: str
    provisional_because: str

    @property
    def provisional(self) -> bool:
        """Whether what it reads waits for a named person."""
        return self.calibration_due is None or self.calibration_due < self.ends_at.astimezone(UTC).date()


def booked(station_id: int, at: datetime | None = None) -> list[Booked]:
    """The instruments that are booked to a station, by serial: at a moment, or in its whole sitting."""
    rows = Booking.objects.filter(station_id=station_id, returned_at=None).select_related("instrument")
    if at is not None:
        rows = rows.filter(starts_at__lte=at, ends_at__gt=at)
    return [
        Booked(
            serial=row.instrument_id,
            kind=row.instrument.kind,
            maker=row.instrument.maker,
            firmware=row.instrument.firmware,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            calibration_due=row.instrument.calibration_due,
            certificate=row.instrument.certificate,
            provisional_because=row.provisional_because,
        )
        for row in rows.order_by("instrument_id", "starts_at")
    ]


SILENT = timedelta(minutes=2)
"""A station that was not heard for so long is shown as silent, whatever it said last."""


def health_in(sitting_id: uuid.UUID) -> dict[int, StationHealth]:
    """What each station of a sitting said last."""
    rows = StationHealth.objects.filter(station__sitting_id=sitting_id)
    return {row.station_id: row for row in rows}
