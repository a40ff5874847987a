"""Grants of streams and what stands in them, for the people whose streams they are. Entries themselves go to `/journal/entries`.

Whatever is not the asker's answers like something that does not exist.
"""

import time
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from ninja.security import django_auth

from assess import door
from assess.attempts.actions import Grant
from assess.attempts.conditions import AttemptError
from assess.attempts.desks.own import receipt_for
from assess.attempts.journal import grants
from assess.attempts.queries import written
from assess.people.models import Account
from assess.people.queries import Actor, actor

router = Router(tags=["journal"], auth=django_auth)
MOST_AT_ONCE = 200
HIDDEN = {"code": "no-subject", "sentence": "There is nothing of yours to write about here."}
_AS_UNKNOWN = frozenset({"no-subject", "role"})


class Wanted(Schema):
    """A role of a subject that a device asks to write."""

    subject_kind: str
    subject_id: uuid.UUID
    role: str


class Asked(Wanted):
    device: str
    takeover: bool = False


class Many(Schema):
    device: str
    wanted: list[Wanted]


Answer = dict[str, Any]


def asker(request: HttpRequest) -> Actor:
    """The actor of a request that `django_auth` let in."""
    account = request.user
    assert isinstance(account, Account)
    return actor(account)


def granted(who: Actor, wanted: Wanted, *, device: str, takeover: bool) -> tuple[int, Answer]:
    try:
        grant: Grant = door.act(
            who,
            "attempts.open_stream",
            subject_kind=wanted.subject_kind,
            subject_id=wanted.subject_id,
            role=wanted.role,
            device=device,
            takeover=takeover,
        )
    except door.Forbidden:
        return 404, HIDDEN
    except AttemptError as refused:
        if refused.code in _AS_UNKNOWN:
            return 404, HIDDEN
        return 409, {"code": refused.code, "sentence": str(refused)}
    now = time.time()
    return 200, {
        "stream": grant.identity.stream,
        "subject": grant.identity.subject,
        "role": grant.identity.role,
        "device": grant.identity.device,
        "epoch": grant.identity.epoch,
        "sequence": grant.sequence,
        "head": grant.head.hex(),
        "token": grant.token,
        "expires_ms": int((now + grants.LIFETIME_S) * 1000),
        "server_ms": int(now * 1000),
    }


Outcomes = {200: Answer, 404: Answer, 409: Answer, 413: Answer}


@router.post("/streams", response=Outcomes, summary="Open a role's stream on a device, or get a new grant for it")
def open_stream(request: HttpRequest, asked: Asked) -> Status[Answer]:
    """409 `held-elsewhere`: another device writes as this role; ask again with `takeover` to end its turn."""
    status, answer = granted(asker(request), asked, device=asked.device, takeover=asked.takeover)
    return Status(status, answer)


@router.post("/streams/many", response=Outcomes, summary="Open many streams at once, so that a device can go offline")
def open_streams(request: HttpRequest, many: Many) -> Status[Answer]:
    """One answer for each that was asked for, in order: a grant, or `code` and `sentence`."""
    if len(many.wanted) > MOST_AT_ONCE:
        return Status(413, {"code": "too-many", "sentence": f"Ask for at most {MOST_AT_ONCE} streams at once."})
    who = asker(request)
    answers = [granted(who, wanted, device=many.device, takeover=False)[1] for wanted in many.wanted]
    return Status(200, {"answers": answers})


@router.get(
    "/streams/{subject_kind}/{subject_id}/{role}/entries", response=Outcomes, summary="What a role's streams hold"
)
def entries(request: HttpRequest, subject_kind: str, subject_id: uuid.UUID, role: str) -> Status[Answer]:
    """For whoever may write as the role now: after a change of person or device, the work goes on from what stands."""
    found = written(asker(request).id, subject_kind, subject_id, role)
    if found is None:
        return Status(404, HIDDEN)
    return Status(200, {"server_ms": int(time.time() * 1000), "streams": found})


@router.get(
    "/attempts/{attempt_id}/receipt", response={200: Answer, 204: None, 404: Answer}, summary="The seal's receipt"
)
def receipt(request: HttpRequest, attempt_id: uuid.UUID, response: HttpResponse) -> Status[Any]:
    """For the candidate and everybody who holds a role of the attempt. 204: it is not sealed yet."""
    mine, found = receipt_for(asker(request).id, attempt_id)
    if not mine:
        return Status(404, HIDDEN)
    return Status(204, None) if found is None else Status(200, found)
