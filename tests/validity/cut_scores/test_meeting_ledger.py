"""A meeting in the ledger, and judges' saves over a bad network: nothing can be changed unseen, nothing is saved twice."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from assess.ledger.actions import sequence
from assess.ledger.queries import compare
from assess.validity.cut_scores.models import CutScore, JudgeRating, Meeting, MeetingEvent
from tests.effort import examples
from tests.validity.cut_scores.meeting_scene import Panel, all_rows, record, row

PART = "ECW-S"


@pytest.fixture
def closed(panel: Panel) -> Meeting:
    """A meeting that is over, with one rating that came too late, all of it in the ledger."""
    meeting = panel.in_round_one(PART, judges=panel.people.judges)
    for place, judge in enumerate(panel.people.judges):
        rows = all_rows(meeting, lambda one, at, p=place: f"{0.4 + 0.05 * ((p + at) % 3):.2f}")
        panel.act("save_ratings", judge, meeting_id=meeting.pk, rows=rows)
    panel.act("close_round", meeting_id=meeting.pk)
    late = row(99, meeting.plan["elements"][0]["id"], "0.9")
    panel.act("save_ratings", panel.people.judges[0], meeting_id=meeting.pk, rows=[late])
    panel.act("close_meeting", meeting_id=meeting.pk)
    sequence()
    assert compare()[1] == []
    return meeting


def kinds_that_differ() -> set[str]:
    return {one.kind for one in compare()[1]}


@pytest.mark.slow
def test_a_rating_that_is_changed_added_or_removed_later_is_found(closed: Meeting) -> None:
    rows = JudgeRating.objects.filter(meeting=closed)
    first = rows.filter(sequence=1)[0]
    rows.filter(pk=first.pk).update(value="0.99")
    assert kinds_that_differ() == {"meeting ratings"}
    rows.filter(pk=first.pk).update(value=first.value)
    added = JudgeRating(
        meeting=closed, judge=first.judge, sequence=77, turn=1, element=first.element, value="0.1", after=first.after,
        said_at=first.said_at, saved_by=first.judge, saved_at=first.saved_at,
    )  # fmt: skip
    added.save()
    assert kinds_that_differ() == {"meeting ratings"}
    added.delete()
    assert kinds_that_differ() == set()
    rows.filter(pk=first.pk).delete()
    assert kinds_that_differ() == {"meeting ratings"}


@pytest.mark.slow
def test_a_late_rating_a_line_of_the_record_and_the_cut_are_held_too(closed: Meeting) -> None:
    JudgeRating.objects.filter(meeting=closed, sequence=99).update(value="0.1")
    assert "late rating" in kinds_that_differ()
    JudgeRating.objects.filter(meeting=closed, sequence=99).update(value="0.9")
    line = MeetingEvent.objects.filter(meeting=closed).order_by("number").last()
    assert line is not None
    MeetingEvent.objects.filter(pk=line.pk).update(at=line.at + timedelta(days=1))
    assert kinds_that_differ() == {"meeting event"}
    MeetingEvent.objects.filter(pk=line.pk).update(at=line.at)
    Meeting.objects.filter(pk=closed.pk).update(panel="Others")
    CutScore.objects.filter(meeting=closed).update(method="another")
    assert kinds_that_differ() == {"meeting", "cut"}


@some.composite
def deliveries(draw: some.DrawFn, *, judges: int, elements: int) -> tuple[list[list[Any]], list[tuple[int, list[int]]]]:
    """What each judge said, and the batches in which it reached the server: any order, repeated, some of it several times."""
    said = [
        [
            (sequence, draw(some.integers(0, elements - 1)), draw(some.integers(0, 100)))
            for sequence in range(1, draw(some.integers(1, 6)) + 1)
        ]
        for _ in range(judges)
    ]
    batches: list[tuple[int, list[int]]] = []
    for judge, rows in enumerate(said):
        numbers = list(range(len(rows)))
        for _ in range(draw(some.integers(0, 3))):  # batches whose answer was lost
            batches.append((judge, draw(some.lists(some.sampled_from(numbers), min_size=1, max_size=6))))
        cut = draw(some.integers(0, len(rows)))
        batches += [(judge, part) for part in (numbers[:cut], numbers[cut:]) if part]
    return said, draw(some.permutations(batches))


@pytest.mark.slow
def test_any_delivery_of_the_same_ratings_gives_the_same_record(panel: Panel) -> None:
    meeting = panel.in_round_one(PART, judges=panel.people.judges)
    names = [one["id"] for one in meeting.plan["elements"]]
    judges = panel.people.judges

    @settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(deliveries(judges=len(judges), elements=len(names)))
    def whatever_the_network_does(world: tuple[list[list[Any]], list[tuple[int, list[int]]]]) -> None:
        JudgeRating.objects.filter(meeting=meeting).delete()
        said, batches = world
        for judge, numbers in batches:
            rows = [row(said[judge][n][0], names[said[judge][n][1]], f"{said[judge][n][2] / 100:.2f}") for n in numbers]
            told = panel.act("save_ratings", judges[judge], meeting_id=meeting.pk, rows=rows)
            assert told.saved == tuple(sorted({one["sequence"] for one in rows}))
        found = record(meeting).rounds[1]
        for judge, account in enumerate(judges):
            last = {names[element]: f"{value / 100:.2f}" for _, element, value in said[judge]}
            rated = found.ratings[str(account.pk)]
            assert {name: f"{float(one.value):.2f}" for name, one in rated.items()} == last
        assert found.rows == sum(len(rows) for rows in said)

    whatever_the_network_does()
