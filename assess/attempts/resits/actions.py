"""Writing re-sits: offered when a work waits because equipment failed, answered by the candidate, opened by who watches over
the sitting.

Why a re-sit goes on in the same attempt: `docs/decisions/0010`.
"""

import uuid
from typing import Any

from django.utils import timezone

from assess.attempts.conditions import AttemptError
from assess.attempts.models import Attempt, Resit, Score
from assess.ledger import actions as ledger
from assess.schemes import queries as schemes
from rubrics import queries as rubrics

SHORTEST_S = 600
"""Nobody does a work again in less than this, whatever the part's limit says."""


def offer_resits(*, attempt_id: uuid.UUID) -> list[Resit]:
    """Bring the re-sits of an attempt up to its latest score: offer what waits because of equipment, end what was sat again,
    withdraw what is needed no longer. Doing it again changes nothing.

    Returns
    -------
    list of Resit
        Those that were changed or made.
    """
    attempt = Attempt.objects.select_for_update(of=("self",)).select_related("registration").get(pk=attempt_id)
    score = attempt.scores.order_by("-number").first()
    if score is None or attempt.state != Attempt.State.SEALED:
        return []
    wanted = {one["work"]: one["why"] for one in score.document.get("again", ())}
    changed = []
    under_way = Resit.objects.filter(attempt=attempt, state__in=Resit.UNDER_WAY)
    for resit in under_way.select_for_update(of=("self",)).order_by("offered_at", "pk"):
        if resit.state == Resit.State.OPENED and _sat(resit, score):
            changed.append(_end(resit, Resit.State.DONE))
        elif resit.state != Resit.State.OPENED and resit.work not in wanted:
            changed.append(_end(resit, Resit.State.WITHDRAWN))
        else:
            wanted.pop(resit.work, None)
    declined = set(Resit.objects.filter(attempt=attempt, state=Resit.State.DECLINED).values_list("work", "reason"))
    for work, why in wanted.items():
        if (work, why) not in declined:
            changed.append(_offer(attempt, work, why))
    return changed


def _sat(resit: Resit, score: Score) -> bool:
    """Whether a seal came after the re-sit was opened: what was sat again is under it."""
    return resit.opened_at is not None and score.seal.sealed_at > resit.opened_at


def _end(resit: Resit, state: Resit.State) -> Resit:
    resit.state, resit.ended_at = state, timezone.now()
    resit.save(update_fields=["state", "ended_at"])
    ledger.record_row(kind="resit", row=resit)
    return resit


def _offer(attempt: Attempt, work: str, why: str) -> Resit:
    part = next(one for one in attempt.pins["parts"] if work in (*one["simulations"], *one["tasks"]))
    resit = Resit.objects.create(
        attempt=attempt,
        part=part["part"],
        work=work,
        limit_s=_time_for(attempt, part, work),
        reason=why,
        offered_at=timezone.now(),
    )
    ledger.record_row(kind="resit", row=resit)
    return resit


def _time_for(attempt: Attempt, part: dict[str, Any], work: str) -> int:
    """The working time of a re-sit, in seconds: a work's equal share of its timed part (whose limit has the agreed extra time in
    it), at least what the work says it takes; or a task's own time with that extra time."""
    if part["limit_s"] is not None:
        works = len(part["simulations"]) + len(part["tasks"])
        return max(-(-int(part["limit_s"]) // works), SHORTEST_S, _stated(attempt, work))
    hashes = [pin["hash"] for pin in attempt.pins["tasks"] if pin["task"] == work]
    minutes = next((task.time_limit_min for task in rubrics.definitions(hashes).values()), SHORTEST_S // 60)
    return max(-(-minutes * 60 * (100 + int(attempt.pins["extra_time_percent"])) // 100), SHORTEST_S)


def _stated(attempt: Attempt, work: str) -> int:
    """The seconds that a simulation says it takes, with the agreed extra time; 0 where it says nothing."""
    hashes = [pin["hash"] for pin in attempt.pins["simulations"] if pin["simulation"] == work]
    minutes = next((int(one.document.get("time_limit_min", 0)) for one in schemes.simulations(hashes)), 0)
    return -(-minutes * 60 * (100 + int(attempt.pins["extra_time_percent"])) // 100)


def answer_resit(*, actor_id: uuid.UUID, resit_id: uuid.UUID, accept: bool) -> Resit:
    """The candidate's answer to an offer. It may be given anew until the re-sit is opened.

    Raises
    ------
    AttemptError
        `no-such-resit` where it is not this candidate's; `opened`, `over` where it can't be answered any more.
    """
    resit = _locked(resit_id)
    if resit is None or resit.attempt.registration.candidate_id != actor_id:
        raise AttemptError("no-such-resit", "There is no such offer for you.")
    _check_open(resit)
    resit.state = Resit.State.ACCEPTED if accept else Resit.State.DECLINED
    resit.answered_at = timezone.now()
    resit.ended_at = None if accept else resit.answered_at
    resit.save(update_fields=["state", "answered_at", "ended_at"])
    ledger.record_row(kind="resit", row=resit)
    return resit


def open_resit(*, actor_id: uuid.UUID, resit_id: uuid.UUID) -> Resit:
    """Open the attempt again for a work that its candidate accepted to do again; its time begins when a proctor begins it.

    Raises
    ------
    AttemptError
        `no-such-resit`; `not-accepted`; `opened`, `over`; `attempt-open` where the candidate has another attempt under way.
    """
    resit = _locked(resit_id)
    if resit is None:
        raise AttemptError("no-such-resit", "There is no such re-sit.")
    _check_open(resit)
    if resit.state != Resit.State.ACCEPTED:
        raise AttemptError(
            "not-accepted", "The candidate has not said yes to it. They do so on the page of their attempt."
        )
    attempt = resit.attempt
    others = attempt.registration.attempts.exclude(pk=attempt.pk).exclude(state=Attempt.State.SEALED)
    if others.exists():
        raise AttemptError("attempt-open", "The candidate has another attempt that is not sealed yet. Seal it first.")
    if attempt.state == Attempt.State.SEALED:
        attempt.state = Attempt.State.OPEN
        attempt.save(update_fields=["state"])
        ledger.record_row(kind="attempt", row=attempt)
    resit.state, resit.opened_by_id, resit.opened_at = Resit.State.OPENED, actor_id, timezone.now()
    resit.save(update_fields=["state", "opened_by", "opened_at"])
    ledger.record_row(kind="resit", row=resit)
    return resit


def _locked(resit_id: uuid.UUID) -> Resit | None:
    found = Resit.objects.filter(pk=resit_id).values_list("attempt_id", flat=True).first()
    if found is None:
        return None
    Attempt.objects.select_for_update().get(pk=found)
    held = Resit.objects.select_for_update(of=("self",)).select_related("attempt__registration")
    return held.get(pk=resit_id)


def _check_open(resit: Resit) -> None:
    if resit.state == Resit.State.OPENED:
        raise AttemptError("opened", "The re-sit is open already.")
    if resit.state in (Resit.State.DONE, Resit.State.WITHDRAWN):
        raise AttemptError("over", "This offer is over: the work was sat again, or a run made it unnecessary.")
