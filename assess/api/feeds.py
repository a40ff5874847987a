"""What feeds send: messages signed as Standard Webhooks has it, and the logger files that they announce.

The body stays bytes until a signature holds; nothing is parsed before. A message that came before gets its first answer again.
A file needs no signature of its own: it is taken if it is, byte for byte, the one that a signed message declared.
"""

import hashlib
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from assess import door
from assess.attempts.conditions import AttemptError
from assess.attempts.feeds import queries as feeds
from assess.attempts.feeds.models import Feed, FeedMessage
from assess.ledger import strict_json
from assess.people.queries import actor
from simulator_adapters.feeds.logger_file import LoggerFileError, read_logger_file
from simulator_adapters.feeds.messages import MessageRefused, read_message
from simulator_adapters.feeds.recording import readings_of_rows
from simulator_adapters.feeds.webhooks import MOST_BYTES, WebhookRefused, verify

router = Router(tags=["feeds"], auth=None)
Answer = dict[str, Any]
Outcomes = {
    200: Answer,
    400: Answer,
    401: Answer,
    404: Answer,
    409: Answer,
    411: Answer,
    413: Answer,
    422: Answer,
    507: Answer,
}
NOT_SIGNED = frozenset({"missing", "bad_signature", "too_old", "too_new"})
UNREADABLE = frozenset(
    {
        "bad_message",
        "no_readings",
        "too_many_readings",
        "named_twice",
        "no_rows",
        "not-a-task",
        "too-large",
        "bad_declaration",
        "too_large",
    }
)
HIDDEN = {"code": "no-subject", "sentence": "There is no such attempt and role for which this feed is posted."}
NOT_ANNOUNCED = {
    "code": "not-announced",
    "sentence": "No message of this identifier announced a file. Announce it first.",
}


@router.post("/feeds/{feed_id}", response=Outcomes, summary="Take a signed message of a feed")
def message(request: HttpRequest, feed_id: uuid.UUID) -> Status[Answer]:
    """Headers `webhook-id`, `webhook-timestamp`, `webhook-signature`. 200: readings are in the journal, or the file is awaited;
    the same message again gives the same answer. 401: no signature holds, or the time is off by more than five minutes. 409
    `contradicts`: the identifier came before with another content; both are kept, and people decide."""
    body, refused = _body(request, MOST_BYTES)
    if refused is not None:
        return refused
    feed = feeds.feed_in_use(feed_id)
    keys = [] if feed is None else feeds.keys_in_force(feed.pk)
    try:
        proved = verify(request.headers, body, keys=keys, now=int(time.time()))
    except WebhookRefused as problem:
        return _refused(_status(problem.code), problem.code, str(problem))
    assert feed is not None  # without a feed there are no keys, and without a key no signature holds
    earlier = feeds.taken(feed.pk, proved.id)
    if earlier is not None and earlier.sha256 == proved.sha256:
        return Status(200, _answer(earlier))
    try:
        document = strict_json.read(body, largest=MOST_BYTES)
        row: FeedMessage = door.act(
            actor(feed.account),
            "attempts.feeds.take_message",
            feed_id=feed.pk,
            message_id=proved.id,
            sent_at=datetime.fromtimestamp(proved.timestamp, UTC),
            document=document,
            body=body,
        )
    except strict_json.StrictJSONError as problem:
        return _refused(422, "bad_message", str(problem))
    except (AttemptError, door.Forbidden) as problem:
        return _not_taken(problem)
    if row.state == FeedMessage.State.CONTRADICTS:
        said = f"{proved.id} came before with another content. Both are kept; people decide which one counts."
        return Status(409, _answer(row) | {"code": "contradicts", "sentence": said})
    return Status(200, _answer(row))


@router.put(
    "/feeds/{feed_id}/files/{message_id}", response=Outcomes, summary="Take the logger file that a message announced"
)
def file(request: HttpRequest, feed_id: uuid.UUID, message_id: str) -> Status[Answer]:
    """The bytes are the body, at most 64 MiB, and exactly those that the message declared by length and SHA-256. 422 names
    line, column and remedy; where the declaration is what was wrong, announce the file anew."""
    feed = feeds.feed_in_use(feed_id)
    row = None if feed is None else feeds.taken(feed.pk, message_id)
    if feed is None or row is None or row.announced is None:
        return Status(404, NOT_ANNOUNCED)
    announced = read_message(row.announced)
    assert announced.declared is not None
    body, refused = _body(request, announced.declared.length)
    if refused is not None:
        return refused
    if row.state == FeedMessage.State.TAKEN and hashlib.sha256(body).hexdigest() == announced.declared.sha256.lower():
        return Status(200, _answer(row))
    try:
        readings = readings_of_rows(read_logger_file(body, announced.declared), announced.declared.columns)
        return Status(200, _answer(_file_taken(feed, message_id, body, readings)))
    except (LoggerFileError, MessageRefused) as problem:
        return _refused(422, problem.code, str(problem))
    except (AttemptError, door.Forbidden) as problem:
        return _not_taken(problem)


def _file_taken(feed: Feed, message_id: str, body: bytes, readings: Any) -> FeedMessage:
    row: FeedMessage = door.act(
        actor(feed.account),
        "attempts.feeds.take_file",
        feed_id=feed.pk,
        message_id=message_id,
        data=body,
        readings=readings,
    )
    return row


def _body(request: HttpRequest, most: int) -> tuple[bytes, Status[Answer] | None]:
    """The whole body, read no further than it may be long."""
    stated = request.headers.get("Content-Length", "")
    if not (stated.isascii() and stated.isdigit()):
        return b"", _refused(411, "length-required", "Say how long the body is (Content-Length).")
    if len(stated) > 12 or int(stated) > most:
        return b"", _refused(413, "too_large", f"The body may have {most} bytes here, not {stated[:20]}.")
    body = request.read(most + 1)
    if len(body) < int(stated):
        return b"", _refused(400, "length", "The connection ended before the whole body had come. Send it again.")
    return body, None


def _answer(row: FeedMessage) -> Answer:
    return {"message": row.message_id, **row.answer}


def _status(code: str) -> int:
    if code in NOT_SIGNED:
        return 401
    return 413 if code == "too_large" else 400


def _not_taken(problem: AttemptError | door.Forbidden) -> Status[Answer]:
    if problem.code in ("no-subject", "forbidden"):
        return Status(404, HIDDEN)
    if problem.code in UNREADABLE:
        return _refused(422, problem.code, str(problem))
    return _refused(507 if problem.code == "disk-full" else 409, problem.code, str(problem))


def _refused(status: int, code: str, sentence: str) -> Status[Answer]:
    return Status(status, {"code": code, "sentence": sentence})
