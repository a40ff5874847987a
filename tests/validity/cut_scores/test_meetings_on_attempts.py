"""Meetings in a centre whose sitting was lived through: works and scores of candidates, by the methods that need them."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from assess import door
from assess.people.models import Account
from assess.people.queries import actor
from assess.standard_setting.hofstee import hofstee
from assess.validity.cut_scores.candidates import scored_attempts, seen_in
from assess.validity.cut_scores.material import shown_to_judges
from assess.validity.cut_scores.models import MeetingEvent
from assess.validity.errors import ValidityError
from tests.snapshots import as_built
from tests.validity.cut_scores.meeting_scene import Panel, all_rows
from tests.web.lived_centre import live_a_sitting

pytestmark = pytest.mark.slow


@pytest.fixture
def lived(transactional_db: None) -> Panel:
    centre = as_built("lived", live_a_sitting)
    return Panel(centre.people, centre.version)


def rated(panel: Panel, part: str, method: str, value: Any) -> Any:
    """A whole meeting of one round; `value` is called with judge, element and its place."""
    judges: tuple[Account, ...] = panel.people.judges
    meeting = panel.in_round_one(part, method, judges=judges)
    for place, judge in enumerate(judges):
        rows = all_rows(meeting, lambda one, at, p=place: value(p, one, at))
        panel.act("save_ratings", judge, meeting_id=meeting.pk, rows=rows)
    panel.act("close_round", meeting_id=meeting.pk)
    return meeting


def test_hofstee_is_computed_from_the_scores_there_are(lived: Panel) -> None:
    limits = [str(value) for value in (40, 75, 5, 60)]
    meeting = rated(lived, "ECW-K", "hofstee", lambda judge, one, at: str(int(limits[at]) + judge % 3))
    cut = lived.act("close_meeting", meeting_id=meeting.pk)
    scores = seen_in(scored_attempts(lived.version.pk), "ECW-K").scores
    table = [[40 + j % 3, 75 + j % 3, (5 + j % 3) / 100, (60 + j % 3) / 100] for j in range(len(lived.people.judges))]
    assert cut.value == Decimal(f"{hofstee(scores, table).value:.2f}")
    assert not cut.document["sufficient"]
    assert cut.document["impact"]["candidates"] == int(np.isfinite(scores).sum())


def test_works_are_shown_without_their_scores_and_sorted_into_levels(lived: Panel) -> None:
    meeting = lived.draft("ECW-P", "body of work")
    works = [one for one in meeting.plan["elements"] if one["kind"] == "level"]
    assert len(works) >= 2
    shown = shown_to_judges(meeting.plan["elements"])
    for one in works:
        assert one["percent"] not in str(shown[one["id"]])
        assert one["attempt"] not in str(shown[one["id"]])
        assert all(task["criteria"] for task in shown[one["id"]]["tasks"])
    middle = sorted(float(one["percent"]) for one in works)[len(works) // 2]
    held = rated(
        lived, "ECW-P", "body of work", lambda j, one, at: str(int(float(one["percent"]) + 3 * (j % 3 - 1) >= middle))
    )
    closing = MeetingEvent.objects.get(meeting=held, kind="round closed").payload["document"]
    assert closing["cut"] or closing["why_none"]


def test_a_cut_from_too_few_impressions_leaves_no_trace(lived: Panel) -> None:
    before = MeetingEvent.objects.count()
    director = actor(lived.people.director)
    said = {"scheme_version_id": lived.version.pk, "part": "ECW-P", "panel": "the assessors"}
    with pytest.raises(ValidityError, match="The meeting gives no cut score"):
        door.act(director, "validity.cut_scores.hold_borderline_meeting", **said)
    assert MeetingEvent.objects.count() == before
    meeting = lived.draft("ECW-P", "contrasting groups")
    lived.act("open_meeting", meeting_id=meeting.pk)
    with pytest.raises(ValidityError, match="The meeting gives no cut score"):
        lived.act("close_meeting", meeting_id=meeting.pk)
    lived.act("abandon_meeting", meeting_id=meeting.pk, reason="Too few candidates yet.")
