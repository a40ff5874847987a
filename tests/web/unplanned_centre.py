"""A centre whose candidates are registered and whose sitting nobody has planned yet."""

from dataclasses import dataclass

from django.db import transaction

from assess.attempts import actions as attempts
from assess.management.world.cast import Cast, show_certificates
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from tests.published import Gather, gather


@dataclass(frozen=True)
class Unplanned:
    people: Cast
    version: SchemeVersion


def open_unplanned(*, candidates: int = 3, assessors: int = 6, people_of: Gather = gather) -> Unplanned:
    people = people_of(candidates=candidates, assessors=assessors, judges=1)
    with transaction.atomic():
        version = schemes.current_version("MC-ECW")
        show_certificates(people, "MC-ECW", people.candidates)
        for candidate in people.candidates:
            attempts.register(candidate_id=candidate.pk, scheme_version_id=version.pk)
    return Unplanned(people, version)
