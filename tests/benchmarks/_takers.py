"""A sitting of many takers, made in an installation's own database; prints what each needs to take part, as JSON."""

import json
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402  # known once Django is set up
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from assess import door  # noqa: E402
from assess.attempts.actions import open_stream  # noqa: E402
from assess.attempts.journal.writer import writer  # noqa: E402
from assess.people.queries import actor  # noqa: E402
from assess.proctoring.levels import NOTICE  # noqa: E402
from tests.web.sample_centre import open_centre  # noqa: E402


def takers(count: int) -> list[dict[str, object]]:
    """What each of `count` takers needs to take part: attempt, session, stream and token."""
    centre = open_centre(candidates=count, assessors=6)
    part = next(one["part"] for one in centre.attempt.pins["parts"] if one["kind"] == "online_exam")
    sitting = centre.sitting.pk
    for proctor in {life.posts["proctor:1"] for life in centre.lives}:
        theirs = [life.attempt.pk for life in centre.lives if life.posts["proctor:1"] == proctor]
        asked = {"sitting_id": sitting, "attempt_ids": theirs, "part": part, "request_id": "begin"}
        door.act(actor(proctor), "proctoring.begin", **asked)
    made: list[dict[str, object]] = []
    for life in centre.lives:
        door.act(actor(life.account), "proctoring.accept_notice", sitting_id=sitting, level=0, notice=NOTICE)
        session = SessionStore()
        session[SESSION_KEY] = str(life.account.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = life.account.get_session_auth_hash()
        session.save()
        grant = open_stream(
            actor_id=life.account.pk,
            subject_kind="attempt",
            subject_id=life.attempt.pk,
            role="candidate",
            device=f"seat {life.place}",
        )
        made.append(
            {
                "attempt": str(life.attempt.pk),
                "session": session.session_key,
                "identity": grant.identity.__dict__,
                "token": grant.token,
            }
        )
    writer.stop()
    return made


if __name__ == "__main__":
    print(json.dumps(takers(int(sys.argv[1]))))
