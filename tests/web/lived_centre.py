"""A sitting that was lived through: sealed, scored, with cut scores held and adopted for all parts but one."""

from dataclasses import dataclass
from typing import Any

from assess import tasks
from assess.management.world import cast, day, meetings
from assess.management.world.cast import Cast
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from tests.published import Gather, published


@dataclass(frozen=True)
class Lived:
    people: Cast
    version: SchemeVersion
    attempts: tuple[Any, ...]


def live_a_sitting(candidates: int = 8, *, people_of: Gather = published) -> Lived:
    people = people_of(candidates=candidates, assessors=6, judges=8)
    version = schemes.current_version("MC-ECW")
    cast.show_certificates(people, "MC-ECW", people.candidates)
    lived = day.live(people, version, people.candidates, first_number=0)
    tasks.work_outbox()
    meetings.hold_meetings(people, version, left=1)
    return Lived(people, version, lived.attempts)
