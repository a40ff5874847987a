"""What a person has to rule on as an adjudicator, as JSON for their page: what is asked, all the evidence, and how it stands.

Another adjudicator's ruling is here only once this one has ruled. Nobody is given a task that they assess themselves.
"""

import json
import uuid
from typing import Any

from assess.attempts.desks.duties import badge_code
from assess.attempts.desks.posts import Held, OwnStreams, held_by, own_streams
from assess.attempts.desks.standing import Standing, standings
from assess.attempts.folding.fold import AttemptRecord, Said, fold
from assess.attempts.folding.pinned import Pinned
from assess.attempts.journal import clock
from assess.attempts.models import Entry
from assess.attempts.queries import live_records, pinned, work_of
from assess.attempts.scoring.evidence_words import sheets_in_words, simulation_in_words
from assess.attempts.scoring.matters import Matter, matters_of
from assess.attempts.scoring.rulings import assessed_by
from assess.schemes import queries as schemes

WAITS_FOR_ME = frozenset({"open", "differs"})


def rulings_of(person_id: uuid.UUID) -> dict[str, Any]:
    """The matters before an adjudicator, the sheets they are about, and how far the adjudicator's own streams are."""
    now_us = clock.now_us()
    held = held_by(person_id, "adjudicator")
    streams = own_streams(person_id, held)
    stand = standings({post.attempt.pk: post.attempt for post in held}.values())
    rows: list[dict[str, Any]] = []
    sheets: dict[str, Any] = {}
    for post in held:
        versions = pinned(post.attempt)
        record = fold(live_records(post.attempt.pk, work=work_of(post.attempt)), versions.frame)
        for matter in _before(post, versions, record, stand[post.attempt.pk], now_us, person_id, streams):
            rows.append(_row(post, matter, versions, record, person_id))
            if matter.kind != "share":
                key = f"{post.attempt.pk}/{matter.about}"
                sheets[key] = sheets_in_words(versions.tasks[matter.about], record)
                sheets[key]["pictures"] = _pictures(post, matter.about)
    return {"server_ms": now_us // 1000, "matters": rows, "sheets": sheets, **streams.document()}


def _before(
    post: Held,
    versions: Pinned,
    record: AttemptRecord,
    standing: Standing,
    now_us: int,
    person_id: uuid.UUID,
    streams: OwnStreams,
) -> list[Matter]:
    """What this adjudicator is shown: what is not settled, and what they may still rule on again."""
    ended = [part.part for part in standing.parts if part.state(now_us) in ("finished", "over")]
    may_change = (post.attempt.pk, post.role) in streams.open
    me = str(person_id)
    return [
        matter
        for matter in matters_of(versions, record, ended=ended)
        if not _is_theirs(post, matter, record, person_id)
        and (not matter.settled or (may_change and me in matter.words))
    ]


def _is_theirs(post: Held, matter: Matter, record: AttemptRecord, person_id: uuid.UUID) -> bool:
    """Whether this person assesses the task that a matter is about, by a post or by a sheet they wrote."""
    if matter.kind == "share":
        return False
    posts = {(role.partition(":")[0], work, person) for role, (work, person) in post.posts.items()}
    return ("assessor", matter.about, person_id) in posts or str(person_id) in assessed_by(matter.about, record)


def _row(post: Held, matter: Matter, versions: Pinned, record: AttemptRecord, person_id: uuid.UUID) -> dict[str, Any]:
    me = str(person_id)
    mine = matter.words.get(me)
    candidate = post.attempt.registration.candidate
    row: dict[str, Any] = {
        "attempt": str(post.attempt.pk),
        "role": post.role,
        "kind": matter.kind,
        "about": matter.about,
        "criterion": matter.criterion,
        "candidate": {"name": str(candidate), "code": badge_code(post.attempt.pk)},
        "sealed": post.attempt.state == post.attempt.State.SEALED,
        "state": matter.state(me),
        "mine": None if mine is None else _said(matter, mine),
        "others": [_said(matter, word) for who, word in matter.words.items() if who != me] if mine is not None else [],
    }
    if matter.kind == "share":
        row["title"] = _title(post, matter.about)
        row["why"] = matter.why
        row["evidence"] = simulation_in_words(matter.about, versions, record)
        row["drawn"] = matter.about in versions.wiring
    return row


def _said(matter: Matter, word: Said) -> dict[str, Any]:
    return {"role": word.role, "answer": matter.answer(word), "reason": str(word.payload["reason"])}


def _title(post: Held, simulation: str) -> str:
    hashes = [pin["hash"] for pin in post.attempt.pins["simulations"] if pin["simulation"] == simulation]
    return next((str(one.document["title"]) for one in schemes.simulations(hashes)), simulation)


def _pictures(post: Held, task: str) -> list[dict[str, str]]:
    """The photos of a task as its assessors' journals name them."""
    rows = Entry.objects.filter(
        stream__subject=post.attempt.pk, stream__role__startswith="assessor:", kind="picture"
    ).order_by("stream__role", "stream__epoch", "sequence")
    named = [(role, json.loads(payload)) for role, payload in rows.values_list("stream__role", "payload")]
    return [
        {"role": role, "sha256": said["sha256"], "criterion": str(said.get("criterion", ""))}
        for role, said in named
        if said.get("task") == task
    ]
