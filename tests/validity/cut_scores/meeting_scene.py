"""A meeting in a centre of its own: director, board, judges, content; and the acts that bring it from draft to round 1."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from assess import door
from assess.management.world import cast
from assess.management.world.cast import Cast
from assess.people.models import Account
from assess.people.queries import actor
from assess.schemes import actions as scheme_actions
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.validity.cut_scores.meeting import Record
from assess.validity.cut_scores.models import Meeting
from assess.validity.cut_scores.queries import record_of
from tests.validity.job.job_scene import one_scheme


@dataclass(frozen=True)
class Panel:
    """Who is there, and the scheme whose cuts they set."""

    people: Cast
    version: SchemeVersion

    def act(self, name: str, who: Account | None = None, **said: Any) -> Any:
        """An act of cut scores, by the director where nobody is named."""
        return door.act(actor(who or self.people.director), f"validity.cut_scores.{name}", **said)

    def draft(self, part: str, method: str = "angoff", **more: Any) -> Meeting:
        said = {"scheme_version_id": self.version.pk, "part": part, "method": method, "panel": "Practitioners"}
        meeting: Meeting = self.act("draft_meeting", **{**said, **more})
        return meeting

    def opened(self, part: str, method: str = "angoff", *, judges: Sequence[Account], **more: Any) -> Meeting:
        """Drafted, described, with these judges invited, and open."""
        meeting = self.draft(part, method, **more)
        self.act("invite_judges", meeting_id=meeting.pk, judge_ids=[one.pk for one in judges])
        texts = {one["id"]: f"Just manages {one['id']}." for one in meeting.plan["outcomes"]}
        if texts:
            self.act("describe_borderline", meeting_id=meeting.pk, texts=texts)
        self.act("open_meeting", meeting_id=meeting.pk)
        return meeting

    def declares(self, meeting: Meeting, judge: Account, **more: Any) -> None:
        said = {"years": 8, "background": "practitioner", "organisation": "a firm", "conflict": ""}
        self.act("declare_experience", judge, meeting_id=meeting.pk, **{**said, **more})
        described = record(meeting).of_kind("described")  # type: ignore[arg-type]
        if described:
            self.act("agree_to_description", judge, meeting_id=meeting.pk, read=described[-1].number)

    def in_round_one(self, part: str, method: str = "angoff", *, judges: Sequence[Account], **more: Any) -> Meeting:
        """All judges declared, trained and practised; round 1 is open."""
        meeting = self.opened(part, method, judges=judges, **more)
        for judge in judges:
            self.declares(meeting, judge)
        self.act("start_training", meeting_id=meeting.pk, words="Two example items together.")
        self.act("start_practice", meeting_id=meeting.pk)
        self.act("open_round", meeting_id=meeting.pk)
        return meeting


def open_panel(judges: int = 4) -> Panel:
    with transaction.atomic():
        people = cast.assemble(candidates=1, assessors=1, judges=judges)
        scheme_actions.load_content_plan(
            plan=one_scheme(), loaded_by=people.author.pk, reviewed_by=people.reviewer.pk, reason="second reader"
        )
        return Panel(people, schemes.current_version("MC-ECW"))


def record(meeting: Meeting) -> Record:
    return record_of(meeting)


def row(sequence: int, element: str, value: str, *, turn: int = 1, said_ms: int = 1_770_000_000_000) -> dict[str, Any]:
    """A rating as a judge's page sends it."""
    return {"sequence": sequence, "round": turn, "element": element, "value": value, "said_ms": said_ms + sequence}


def all_rows(meeting: Meeting, value: Any, *, turn: int = 1, first: int = 1) -> list[dict[str, Any]]:
    """A rating of every element; `value` is called with the element's document and its place."""
    rated = [one for one in meeting.plan["elements"] if one["kind"] != "item"]
    return [row(first + place, one["id"], value(one, place), turn=turn) for place, one in enumerate(rated)]


NOBODY = uuid.UUID(int=7)
