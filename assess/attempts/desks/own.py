"""What a candidate may read of their own attempts: the form without keys, the task cards, what was recorded, the receipt.

Everything here is asked with the candidate's own identifier: somebody else's attempt is as if it did not exist.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, Max, Min

from assess.attempts.journal.kinds import order
from assess.attempts.models import Attempt, Registration, Stream
from assess.schemes.models import SchemeVersion
from assess.sittings.queries import assignments_of, posts_held
from item_bank import queries as bank
from rubrics import queries as rubrics


def attempt_of(candidate_id: uuid.UUID, attempt_id: uuid.UUID) -> Attempt | None:
    """A candidate's own attempt; None for any other, whether it exists or not."""
    own = Attempt.objects.filter(pk=attempt_id, registration__candidate_id=candidate_id)
    found = own.select_related("registration__scheme_version__scheme", "sitting")
    # The scheme's whole document is large and read by its hash elsewhere.
    return found.defer("registration__scheme_version__document").order_by().first()


def attempts_of(candidate_id: uuid.UUID) -> list[Attempt]:
    """A candidate's attempts, the latest sitting first."""
    own = Attempt.objects.filter(registration__candidate_id=candidate_id)
    found = own.select_related("registration__scheme_version__scheme", "sitting")
    return list(found.defer("registration__scheme_version__document").order_by("-sitting__starts_at"))


def registered_versions(candidate_id: uuid.UUID) -> list[SchemeVersion]:
    """The scheme versions that a candidate is registered for."""
    own = Registration.objects.filter(candidate_id=candidate_id).select_related("scheme_version__scheme")
    return [registration.scheme_version for registration in own.order_by("registered_at")]


@dataclass(frozen=True)
class TaskCard:
    """A practical task as its candidate may read it: what to do and with what, never what is looked for."""

    identifier: str
    title: str
    scenario: str
    instructions: str
    equipment: tuple[str, ...]
    minutes: int
    station: str
    hold_point: bool = False


def task_cards(attempt: Attempt) -> list[TaskCard]:
    """The task cards of an attempt, with the station where each is set."""
    candidate = attempt.registration.candidate_id
    posts = assignments_of(attempt.sitting_id, candidate).select_related("station")
    stations = {post.work: str(post.station) for post in posts if post.station is not None}
    tasks = rubrics.definitions([pin["hash"] for pin in attempt.pins["tasks"]])
    return [
        TaskCard(
            identifier=task.identifier,
            title=task.title,
            scenario=task.scenario,
            instructions=task.candidate_instructions,
            equipment=task.equipment,
            minutes=task.time_limit_min,
            station=stations.get(task.identifier, ""),
            hold_point=task.hold_point,
        )
        for task in (tasks[pin["hash"]] for pin in attempt.pins["tasks"])
    ]


@dataclass(frozen=True)
class RecordedStream:
    """How much one writer wrote about an attempt, and when; not what."""

    role: str
    device: str
    epoch: int
    entries: int
    first_at: datetime | None
    last_at: datetime | None


def recorded_about(attempt: Attempt) -> list[RecordedStream]:
    """What was recorded of an attempt, stream by stream: who wrote, on which device, how much, when."""
    streams = Stream.objects.filter(subject=attempt.pk).annotate(
        count=Count("entries"), first=Min("entries__server_us"), last=Max("entries__server_us")
    )
    return [
        RecordedStream(s.role, s.device, s.epoch, s.count, _instant(s.first), _instant(s.last))
        for s in sorted(streams, key=lambda stream: (order(stream.role), stream.epoch))
    ]


def _instant(us: int | None) -> datetime | None:
    return None if us is None else datetime.fromtimestamp(us / 1_000_000, UTC)


def form_of(attempt: Attempt) -> list[dict[str, Any]]:
    """The items of an attempt's form in their order, as the candidate may see them: no key, no outcome, no weight."""
    pins = attempt.pins["items"]
    shown = bank.presented([pin["hash"] for pin in pins], bytes(attempt.seed))
    return [{"item": pin["item"], **item} for pin, item in zip(pins, shown, strict=True)]


def receipt_for(account_id: uuid.UUID, attempt_id: uuid.UUID) -> tuple[bool, dict[str, Any] | None]:
    """Whether an account has to do with an attempt, and the receipt of its latest seal, if it was sealed."""
    attempt = Attempt.objects.filter(pk=attempt_id).select_related("registration").first()
    if attempt is None:
        return False, None
    candidate = attempt.registration.candidate_id
    if account_id != candidate and not posts_held(account_id, attempt.sitting_id, candidate):
        return False, None
    seal = attempt.seals.order_by("-number").first()
    return True, None if seal is None else seal.receipt
