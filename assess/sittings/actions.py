"""Writing sittings, stations, instruments and who holds which role."""

import uuid
from datetime import date, datetime

from django.utils import timezone

from assess.people.queries import has_conflict, has_role
from assess.sittings.models import Assignment, Instrument, Sitting, Station


class SittingError(Exception):
    """What can't be planned, with a stable code."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def plan_sitting(
    *,
    organisation_id: uuid.UUID,
    scheme_version_id: uuid.UUID,
    title: str,
    site: str,
    starts_at: datetime,
    ends_at: datetime,
) -> Sitting:
    if ends_at <= starts_at:
        raise SittingError("times", f"{title}: a sitting ends after it starts. Check the two times.")
    return Sitting.objects.create(
        organisation_id=organisation_id,
        scheme_version_id=scheme_version_id,
        title=title,
        site=site,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def add_station(*, sitting_id: uuid.UUID, name: str, task: str, room: str, minutes: int) -> Station:
    return Station.objects.create(sitting_id=sitting_id, name=name, task=task, room=room, minutes=minutes)


def register_instrument(
    *, organisation_id: uuid.UUID, serial: str, kind: str, calibration_due: date | None, certificate: str = ""
) -> Instrument:
    """Enter an instrument, or the result of its latest calibration."""
    instrument, _ = Instrument.objects.update_or_create(
        serial=serial,
        defaults={
            "organisation_id": organisation_id,
            "kind": kind,
            "calibration_due": calibration_due,
            "certificate": certificate,
        },
    )
    return instrument


def assign(
    *,
    sitting_id: uuid.UUID,
    candidate_id: uuid.UUID,
    role: str,
    person_id: uuid.UUID | None,
    work: str,
    station_id: int | None = None,
) -> Assignment:
    """Give a role of a candidate's attempt to a person; assigning it again moves it to another person.

    Raises
    ------
    SittingError
        `conflict` where the person declared a relation to the candidate, `own-attempt`, `not-qualified`.
    """
    family = role.partition(":")[0]
    if person_id is not None:
        if person_id == candidate_id:
            raise SittingError("own-attempt", "Nobody holds a role in their own attempt. Choose another person.")
        if has_conflict(person_id, candidate_id):
            raise SittingError("conflict", "This person declared a relation to the candidate. Choose another person.")
        wanted = {"marker": "assessor", "adjudicator": "assessor"}.get(family, family)
        if wanted in ("assessor", "proctor") and not has_role(person_id, wanted):
            raise SittingError("not-qualified", f"This person is not {wanted} here. Give them the role first.")
        _keep_markers_apart(sitting_id, candidate_id, role, person_id, work)
    assignment, _ = Assignment.objects.update_or_create(
        sitting_id=sitting_id,
        candidate_id=candidate_id,
        role=role,
        defaults={"person_id": person_id, "work": work, "station_id": station_id, "made_at": timezone.now()},
    )
    return assignment


def take_station_out(*, station_id: int) -> None:
    Station.objects.filter(pk=station_id, out_of_use_since=None).update(out_of_use_since=timezone.now())


def _keep_markers_apart(
    sitting_id: uuid.UUID, candidate_id: uuid.UUID, role: str, person_id: uuid.UUID, work: str
) -> None:
    family = role.partition(":")[0]
    if family not in ("assessor", "marker"):
        return
    same = Assignment.objects.filter(
        sitting_id=sitting_id, candidate_id=candidate_id, person_id=person_id, work=work, role__startswith=f"{family}:"
    ).exclude(role=role)
    if same.exists():
        raise SittingError(
            "marks-twice", f"This person already marks {work} of this candidate. Two markings need two people."
        )
