"""A centre whose candidates are registered and whose sitting nobody has planned yet."""

from dataclasses import dataclass

from django.db import transaction

from assess.attempts import actions as attempts
from assess.management.world import cast
from assess.management.world.cast import Cast
from assess.schemes import actions as scheme_actions
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from tests.attempts.scenes import content


@dataclass(frozen=True)
class Unplanned:
    people: Cast
    version: SchemeVersion


def open_unplanned(*, candidates: int = 3, assessors: int = 6) -> Unplanned:
    with transaction.atomic():
        people = cast.assemble(candidates=candidates, assessors=assessors, judges=1)
        scheme_actions.load_content_plan(
            plan=content(), loaded_by=people.author.pk, reviewed_by=people.reviewer.pk, reason="second reader"
        )
        version = schemes.current_version("MC-ECW")
        cast.show_certificates(people, "MC-ECW", people.candidates)
        for candidate in people.candidates:
            attempts.register(candidate_id=candidate.pk, scheme_version_id=version.pk)
    return Unplanned(people, version)
