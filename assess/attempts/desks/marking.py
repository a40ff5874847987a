"""What a person has to mark, as JSON for their page: answers without anything that tells whose they are.

Nothing of the candidate, of their other answers or of another marker is here. Answers to one question stand together, and
questions and answers in an order of this marker's own, so that what comes early or late differs from marker to marker.
"""

import hashlib
import hmac
import uuid
from typing import Any

from django.conf import settings

from assess.attempts.desks.posts import Held, OwnStreams, held_by, own_streams
from assess.attempts.desks.standing import standings
from assess.attempts.folding.fold import fold
from assess.attempts.journal import clock
from assess.attempts.queries import live_records, pinned
from assess.attempts.scoring.marking import AnswerToMark, answers_to_mark
from item_bank import queries as bank

READ = ("candidate", "marker", "proctor", "adjudicator")
"""Which streams say what a marker is given: the answers, earlier points, the time, and late answers that were admitted."""


def marking_of(person_id: uuid.UUID) -> dict[str, Any]:
    """The answers before a marker, the questions they belong to, and how far the marker's own streams are."""
    held = _handed_in(held_by(person_id, "marker"))
    streams = own_streams(person_id, held)
    given = [(post, answer) for post in held for answer in _before(post, streams)]
    hashes = {post.attempt.pk: {pin["item"]: pin["hash"] for pin in post.attempt.pins["items"]} for post in held}
    # Items of one identifier may stand in several versions: a question is named by its content hash.
    questions = bank.for_markers({hashes[post.attempt.pk][answer.item] for post, answer in given})
    rows = [
        {
            "attempt": str(post.attempt.pk),
            "role": post.role,
            "item": answer.item,
            "question": hashes[post.attempt.pk][answer.item],
            "of": answer.of,
            "text": answer.text,
            "words": len(answer.text.split()),
            "points": answer.points,
            "again": answer.again,
        }
        for post, answer in given
    ]
    rows.sort(key=lambda row: (_shuffled(person_id, row["question"]), _shuffled(person_id, row["attempt"])))
    return {"server_ms": clock.now_us() // 1000, "questions": questions, "answers": rows, **streams.document()}


def _handed_in(held: list[Held]) -> list[Held]:
    """Posts of attempts whose exam was handed in, or whose time for it is over."""
    now_us = clock.now_us()
    stand = standings({post.attempt.pk: post.attempt for post in held}.values())
    exams = {key: standing.exam for key, standing in stand.items()}
    return [
        post
        for post in held
        if (exam := exams[post.attempt.pk]) is not None and exam.state(now_us) in ("finished", "over")
    ]


def _before(post: Held, streams: OwnStreams) -> list[AnswerToMark]:
    """What is before a marker in an attempt: what they have not marked, and what they may still mark again."""
    versions = pinned(post.attempt)
    record = fold(live_records(post.attempt.pk, READ), versions.frame)
    may_change = (post.attempt.pk, post.role) in streams.open
    answers = answers_to_mark(post.role, post.of_family("marker"), versions, record)
    return [answer for answer in answers if answer.points is None or may_change]


def _shuffled(person_id: uuid.UUID, name: str) -> str:
    """A place in an order that is this person's own and the same tomorrow."""
    return hmac.digest(
        settings.SECRET_KEY.encode(), b"assayer desk\n" + person_id.bytes + name.encode(), hashlib.sha256
    ).hex()
