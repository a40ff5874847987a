"""What proctors do at the board, for tests of other people's pages."""

import uuid
from typing import Any

from assess import door
from assess.people.queries import actor
from assess.proctoring.levels import NOTICE
from tests.web.sample_centre import Centre


def at_the_board(centre: Centre, act: str, **more: Any) -> None:
    """The proctor of the first candidate does something for that candidate's exam."""
    proctor = centre.lives[0].posts["proctor:1"]
    asked = {"sitting_id": centre.sitting.pk, "attempt_ids": [centre.attempt.pk], "request_id": uuid.uuid4().hex}
    if act != "message":
        asked["part"] = exam_part(centre)
    door.act(actor(proctor), f"proctoring.{act}", **(asked | more))


def exam_part(centre: Centre) -> str:
    return next(part["part"] for part in centre.attempt.pins["parts"] if part["kind"] == "online_exam")


def agree(centre: Centre, number: int = 0) -> None:
    """The candidate agrees to what is recorded."""
    account = centre.people.candidates[number]
    door.act(actor(account), "proctoring.accept_notice", sitting_id=centre.sitting.pk, level=0, notice=NOTICE)
