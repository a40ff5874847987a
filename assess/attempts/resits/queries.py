"""Shared reads of re-sits: what a candidate is offered, and what waits for those who watch over a sitting."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from assess.attempts.folding.windows import resit_part
from assess.attempts.models import Attempt, Resit
from assess.schemes import queries as schemes
from assess.sittings.models import Sitting
from rubrics import queries as rubrics

State = Resit.State


@dataclass(frozen=True)
class Offered:
    """A re-sit with the title of its work."""

    resit: Resit
    title: str

    @property
    def minutes(self) -> int:
        return -(-self.resit.limit_s // 60)

    @property
    def may_answer(self) -> bool:
        return self.resit.state in (State.OFFERED, State.ACCEPTED, State.DECLINED)


def resits_of(attempt: Attempt) -> list[Offered]:
    """The re-sits of an attempt, the latest first, but those that were withdrawn."""
    rows = Resit.objects.filter(attempt=attempt).exclude(state=State.WITHDRAWN).order_by("-offered_at", "work")
    return [Offered(row, title_of(attempt, row.work)) for row in rows]


def resits_in(sitting_id: uuid.UUID) -> list[Offered]:
    """What is under way in a sitting, the longest waiting first."""
    rows = Resit.objects.filter(attempt__sitting_id=sitting_id, state__in=Resit.UNDER_WAY)
    found = rows.select_related("attempt__registration__candidate").order_by("offered_at", "work")
    return [Offered(row, title_of(row.attempt, row.work)) for row in found]


@dataclass(frozen=True)
class Waiting:
    """How many re-sits of a sitting wait: accepted ones to be opened, others for their candidates' answers."""

    sitting: Sitting
    accepted: int
    offered: int
    since: datetime


def resits_waiting(sittings: QuerySet[Sitting]) -> list[Waiting]:
    """What waits in these sittings, in one query more than theirs; those where nothing waits are left out."""
    rows = Resit.objects.filter(state__in=(State.OFFERED, State.ACCEPTED)).order_by("offered_at")
    by_sitting: dict[uuid.UUID, list[tuple[str, datetime]]] = {}
    for sitting, state, at in rows.values_list("attempt__sitting_id", "state", "offered_at"):
        by_sitting.setdefault(sitting, []).append((state, at))
    if not by_sitting:
        return []
    return [
        Waiting(
            sitting=sitting,
            accepted=sum(state == State.ACCEPTED for state, _ in by_sitting[sitting.pk]),
            offered=sum(state == State.OFFERED for state, _ in by_sitting[sitting.pk]),
            since=by_sitting[sitting.pk][0][1],
        )
        for sitting in sittings.filter(pk__in=by_sitting)
    ]


def at_resit(attempts: Collection[uuid.UUID], part: str) -> list[uuid.UUID]:
    """Those of these attempts in which the re-sit of this name (`S~WORK`) is open."""
    rows = Resit.objects.filter(attempt__in=attempts, state=State.OPENED).values_list("attempt_id", "part", "work")
    wanted = {attempt for attempt, of, work in rows if resit_part(of, work) == part}
    return [attempt for attempt in attempts if attempt in wanted]


def title_of(attempt: Attempt, work: str) -> str:
    """What a work is called, for people."""
    for pin in attempt.pins["simulations"]:
        if pin["simulation"] == work:
            return str(schemes.simulations([pin["hash"]])[0].document["title"])
    hashes = [pin["hash"] for pin in attempt.pins["tasks"] if pin["task"] == work]
    return next((task.title for task in rubrics.definitions(hashes).values()), work)


def sitting_of(resit_id: uuid.UUID) -> uuid.UUID | None:
    """The sitting in which a re-sit is; None where there is no such re-sit."""
    return Resit.objects.filter(pk=resit_id).values_list("attempt__sitting_id", flat=True).first()
