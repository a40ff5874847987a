"""A meeting through the door: what each act needs, what it refuses, and the cut it ends with."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from assess import door
from assess.people.queries import actor
from assess.standard_setting.angoff import angoff
from assess.validity.cut_scores.between import for_judge
from assess.validity.cut_scores.models import CutScore, JudgeRating, MeetingEvent
from assess.validity.cut_scores.queries import cut_scores_in_force, meetings_of
from assess.validity.errors import ValidityError
from tests.validity.cut_scores.meeting_scene import Panel, all_rows, record, row

PART = "ECW-S"


def refused(code: str, call: Any, *args: Any, **said: Any) -> str:
    with pytest.raises(ValidityError) as found:
        call(*args, **said)
    assert found.value.code == code
    return str(found.value)


@pytest.mark.slow
def test_two_rounds_end_with_the_cut_that_standard_setting_computes(panel: Panel) -> None:
    judges = panel.people.judges
    meeting = panel.in_round_one(PART, judges=judges)
    tables = np.zeros((2, len(judges), len(meeting.plan["elements"])))
    for turn in (1, 2):
        for place, judge in enumerate(judges):
            rows = all_rows(
                meeting, lambda one, at, p=place, t=turn: f"{0.3 + 0.05 * ((p * 3 + at * 2 + t) % 9):.2f}", turn=turn,
                first=1 + (turn - 1) * 100,
            )  # fmt: skip
            tables[turn - 1, place] = [float(one["value"]) for one in rows]
            panel.act("save_ratings", judge, meeting_id=meeting.pk, rows=rows)
        panel.act("close_round", meeting_id=meeting.pk)
        if turn == 1:
            panel.act("open_round", meeting_id=meeting.pk)
    cut = panel.act("close_meeting", meeting_id=meeting.pk)
    points = [float(one["maximum"]) for one in meeting.plan["elements"]]
    expected = angoff(*tables, points=points)
    assert float(cut.value) == round(100 * expected.cut_share.value, 2)
    assert float(cut.standard_error) == round(100 * expected.cut_share.standard_error, 2)
    assert cut.method == f"modified Angoff, 2 rounds, {len(judges)} judges"
    assert not cut.document["sufficient"]
    assert "at least 8 are needed" in cut.document["reason"]
    own = [one["cut"] for one in cut.document["judges"]]
    assert own == [round(100 * value / sum(points), 4) for value in expected.rounds[-1].judge_cuts]
    assert cut.document["ratings"]["rounds"][1][0] == [f"{value:.2f}".rstrip("0").rstrip(".") for value in tables[1, 0]]


@pytest.mark.slow
def test_a_row_that_is_sent_twice_is_one_row_and_another_under_its_number_is_told(panel: Panel) -> None:
    judge = panel.people.judges[0]
    meeting = panel.in_round_one(PART, judges=panel.people.judges)
    name = meeting.plan["elements"][0]["id"]
    first = panel.act("save_ratings", judge, meeting_id=meeting.pk, rows=[row(1, name, "0.5"), row(2, name, "0.6")])
    again = panel.act("save_ratings", judge, meeting_id=meeting.pk, rows=[row(2, name, "0.60"), row(1, name, "0.5")])
    assert first == again
    other = panel.act("save_ratings", judge, meeting_id=meeting.pk, rows=[row(2, name, "0.9"), row(3, name, "0.7")])
    assert (other.saved, other.taken) == ((3,), (2,))
    assert JudgeRating.objects.filter(meeting=meeting).count() == 3
    assert record(meeting).rounds[1].ratings[str(judge.pk)][name].value == "0.7"


@pytest.mark.slow
def test_what_arrives_after_a_round_is_closed_is_kept_and_counts_when_it_is_opened_again(panel: Panel) -> None:
    judges = panel.people.judges
    meeting = panel.in_round_one(PART, judges=judges)
    name = meeting.plan["elements"][0]["id"]
    for judge in judges:
        panel.act("save_ratings", judge, meeting_id=meeting.pk, rows=all_rows(meeting, lambda one, at: "0.5"))
    panel.act("close_round", meeting_id=meeting.pk)
    late = panel.act("save_ratings", judges[0], meeting_id=meeting.pk, rows=[row(50, name, "0.9")])
    assert (late.saved, late.late) == ((50,), (50,))
    closed = record(meeting).rounds[1]
    assert (closed.ratings[str(judges[0].pk)][name].value, len(closed.late)) == ("0.5", 1)
    panel.act("reopen_round", meeting_id=meeting.pk, reason="The network of judge 1 was gone.")
    assert record(meeting).rounds[1].ratings[str(judges[0].pk)][name].value == "0.9"
    assert record(meeting).rounds[1].late == ()


@pytest.mark.slow
def test_a_round_with_somebody_unfinished_is_closed_with_a_reason_only(panel: Panel) -> None:
    judges = panel.people.judges
    meeting = panel.in_round_one(PART, judges=judges)
    for judge in judges[1:]:
        panel.act("save_ratings", judge, meeting_id=meeting.pk, rows=all_rows(meeting, lambda one, at: "0.5"))
    sentence = refused("unfinished", panel.act, "close_round", meeting_id=meeting.pk)
    assert str(judges[0]) in sentence
    panel.act("record_leaving", meeting_id=meeting.pk, judge_id=judges[0].pk, reason="Called away.")
    panel.act("close_round", meeting_id=meeting.pk)
    assert record(meeting).state.value == "feedback"


@pytest.mark.slow
def test_nobody_begins_to_rate_before_everybody_is_ready(panel: Panel) -> None:
    first, second, third, fourth = panel.people.judges
    meeting = panel.opened(PART, judges=panel.people.judges, years=5)
    panel.declares(meeting, first)
    panel.declares(meeting, second, years=2)
    panel.declares(meeting, third, conflict="Trains half of the candidates.")
    panel.act("start_training", meeting_id=meeting.pk, words="Two items together.")
    panel.act("start_practice", meeting_id=meeting.pk)
    told = refused("not-ready", panel.act, "open_round", meeting_id=meeting.pk)
    assert f"{second} declared 2 years in the occupation; the panel asks for 5." in told
    assert f"{third} declared a conflict of interest: Trains half of the candidates." in told
    assert f"{fourth} has not declared" in told
    panel.act("admit_judge", meeting_id=meeting.pk, judge_id=second.pk, reason="Inspects the work daily.")
    panel.act("record_leaving", meeting_id=meeting.pk, judge_id=third.pk, reason="Conflict of interest.")
    panel.act("record_leaving", meeting_id=meeting.pk, judge_id=fourth.pk, reason="Did not come.")
    panel.act("open_round", meeting_id=meeting.pk)
    assert [one.judge for one in record(meeting).present] == [str(first.pk), str(second.pk)]


def test_acts_out_of_their_moment_are_refused_in_a_sentence(panel: Panel) -> None:
    meeting = panel.draft(PART)
    for name, said in (
        ("open_round", {}), ("close_round", {}), ("close_meeting", {}), ("start_practice", {}),
        ("reopen_round", {"reason": "x"}),
    ):  # fmt: skip
        assert "the meeting is drafted" in refused("not-now", panel.act, name, meeting_id=meeting.pk, **said)
    refused("no-judges", panel.act, "open_meeting", meeting_id=meeting.pk)
    refused("no-such-method", panel.draft, PART, "by feeling")
    refused("no-such-part", panel.draft, "ECW-X")
    refused("not-for-this-part", panel.draft, PART, "borderline group")
    refused("not-for-this-part", panel.draft, PART, "bookmark")
    refused("not-a-judge", panel.act, "invite_judges", meeting_id=meeting.pk, judge_ids=[panel.people.board.pk])


@pytest.mark.slow
def test_senseless_ratings_save_nothing(panel: Panel) -> None:
    judge = panel.people.judges[0]
    meeting = panel.in_round_one(PART, judges=panel.people.judges)
    name = meeting.plan["elements"][0]["id"]
    good = row(1, name, "0.5")
    for code, bad in (
        ("not-a-value", row(2, name, "1.01")), ("not-a-value", row(2, name, "NaN")), ("not-a-value", row(2, name, "0.555")),
        ("no-such-element", row(2, "ECW-X", "0.5")), ("no-such-round", row(2, name, "0.5", turn=2)),
        ("not-a-rating", {"sequence": 1}), ("not-a-rating", row(0, name, "0.5")),
    ):  # fmt: skip
        refused(code, panel.act, "save_ratings", judge, meeting_id=meeting.pk, rows=[good, bad])
    assert not JudgeRating.objects.filter(meeting=meeting).exists()


def test_a_judge_acts_on_their_own_panel_only(panel: Panel) -> None:
    inside, outside = panel.people.judges[:2]
    meeting = panel.opened(PART, judges=[inside, panel.people.judges[2]])
    with pytest.raises(door.Forbidden, match="You do not sit on the panel"):
        panel.declares(meeting, outside)
    with pytest.raises(door.Forbidden, match="A judge speaks for themself"):
        panel.act("record_leaving", inside, meeting_id=meeting.pk, judge_id=outside.pk, reason="x")
    with pytest.raises(door.Forbidden):
        panel.act("open_round", inside, meeting_id=meeting.pk)


@pytest.mark.slow
def test_an_excluded_judge_is_left_out_by_name_and_both_cuts_are_kept(panel: Panel) -> None:
    judges = panel.people.judges
    meeting = panel.in_round_one(PART, judges=judges)
    for place, judge in enumerate(judges):
        rows = all_rows(meeting, lambda one, at, p=place: f"{0.9 if p == 3 else 0.4 + 0.02 * ((p + at) % 3):.2f}")
        panel.act("save_ratings", judge, meeting_id=meeting.pk, rows=rows)
    panel.act("close_round", meeting_id=meeting.pk)
    refused("no-words", panel.act, "exclude_judge", meeting_id=meeting.pk, judge_id=judges[3].pk, reason=" ")
    panel.act("exclude_judge", meeting_id=meeting.pk, judge_id=judges[3].pk, reason="Read the scale the other way.")
    cut = panel.act("close_meeting", meeting_id=meeting.pk)
    assert float(cut.value) < 45 < float(cut.document["everybody"]["value"])
    said = {"cut_score_id": cut.pk, "board": "Board", "choice": "everybody"}
    refused("no-words", panel.act, "adopt_cut_score", panel.people.board, **said)
    adopted = panel.act("adopt_cut_score", panel.people.board, **said, reason="The reading was not shown to be wrong.")
    assert str(adopted.value) == cut.document["everybody"]["value"]
    assert adopted.recommended == cut.value


def closed_meeting(panel: Panel) -> CutScore:
    judges = panel.people.judges
    meeting = panel.in_round_one(PART, judges=judges)
    for place, judge in enumerate(judges):
        rows = all_rows(meeting, lambda one, at, p=place: f"{0.4 + 0.05 * ((p + at) % 3):.2f}")
        panel.act("save_ratings", judge, meeting_id=meeting.pk, rows=rows)
    panel.act("close_round", meeting_id=meeting.pk)
    panel.act("write_dissent", judges[1], meeting_id=meeting.pk, words="Too low for work on live parts.")
    cut: CutScore = panel.act("close_meeting", meeting_id=meeting.pk)
    return cut


@pytest.mark.slow
def test_a_board_chooses_within_the_error_of_the_method_and_says_why(panel: Panel) -> None:
    cut = closed_meeting(panel)
    board = panel.people.board
    said = {"cut_score_id": cut.pk, "board": "Board of the centre"}
    refused("no-such-choice", panel.act, "adopt_cut_score", board, **said, choice="55")
    refused("no-words", panel.act, "adopt_cut_score", board, **said, choice="+1")
    today = timezone.now().date()
    refused("not-in-order", panel.act, "adopt_cut_score", board, **said, in_force_to=today - timedelta(days=1))
    end = today + timedelta(days=365)
    adopted = panel.act("adopt_cut_score", board, **said, choice="+1", reason="Work on live parts.", in_force_to=end)
    assert adopted.value == (cut.recommended + cut.standard_error).quantize(Decimal("0.01"))
    refused("adopted", panel.act, "adopt_cut_score", board, **said)
    assert [one.value for one in cut_scores_in_force(panel.version.pk)] == [adopted.value]
    assert cut_scores_in_force(panel.version.pk, on=end + timedelta(days=1)) == []
    found = meetings_of(panel.version.pk)[0]
    assert (found.state, found.value, found.board) == ("adopted", adopted.value, "Board of the centre")
    assert found.dissents == ((str(panel.people.judges[1]), "Too low for work on live parts."),)
    assert found.minutes[-1].words.startswith("Board of the centre adopted")


@pytest.mark.slow
def test_who_made_a_cut_does_not_adopt_it_and_no_row_can_say_so(panel: Panel) -> None:
    cut = closed_meeting(panel)
    people = panel.people
    for account, code in ((people.director, "own-meeting"), (people.judges[0], "own-panel")):
        door.act(
            actor(people.director), "people.give_role",
            account_id=account.pk, organisation_id=people.organisation.pk, role="board",
        )  # fmt: skip
        refused(code, panel.act, "adopt_cut_score", account, cut_score_id=cut.pk, board="Board")
    with pytest.raises(IntegrityError), transaction.atomic():
        CutScore.objects.filter(pk=cut.pk).update(value=Decimal("12.00"))


@pytest.mark.slow
def test_a_cut_is_not_adopted_for_a_day_gone_by_nor_by_who_is_close_to_a_candidate(panel: Panel) -> None:
    cut, board = closed_meeting(panel), panel.people.board
    said = {"cut_score_id": cut.pk, "board": "Board of the centre"}
    yesterday = timezone.now().date() - timedelta(days=1)
    assert "never from a day gone by" in refused(
        "past", panel.act, "adopt_cut_score", board, **said, in_force_from=yesterday
    )
    candidate = panel.people.candidates[0]
    door.act(actor(candidate), "attempts.register", candidate_id=candidate.pk, scheme_version_id=panel.version.pk)
    door.act(
        actor(board), "people.declare_conflict",
        person_id=board.pk, candidate_id=candidate.pk, relation="employer",
    )  # fmt: skip
    refused("conflict", panel.act, "adopt_cut_score", board, **said)
    refused("conflict", panel.act, "decline_cut_score", board, **said, reason="Too high for them.")
    cut.refresh_from_db()
    assert (cut.adopted_at, cut.declined_at) == (None, None)


@pytest.mark.slow
def test_a_cut_that_a_board_declines_is_never_in_force(panel: Panel) -> None:
    cut = closed_meeting(panel)
    refused("no-words", panel.act, "decline_cut_score", panel.people.board, cut_score_id=cut.pk, board="B", reason="")
    panel.act("decline_cut_score", panel.people.board, cut_score_id=cut.pk, board="B", reason="Too few judges.")
    assert cut_scores_in_force(panel.version.pk) == []
    refused("declined", panel.act, "adopt_cut_score", panel.people.board, cut_score_id=cut.pk, board="B")
    assert meetings_of(panel.version.pk)[0].state == "not adopted"


@pytest.mark.slow
def test_feedback_for_a_judge_names_nobody_else(panel: Panel) -> None:
    cut = closed_meeting(panel)
    judges = [str(one.pk) for one in panel.people.judges]
    closing = MeetingEvent.objects.get(meeting=cut.meeting, kind="round closed").payload["document"]
    shown = for_judge(closing, judges[0], {})
    assert not any(judge in str(shown) for judge in judges)
    assert shown["own_cut"] == closing["cut"]["judges"][0]["cut"]
    assert len(shown["other_cuts"]) == 3


@pytest.mark.slow
def test_limits_that_contradict_each_other_are_told_before_a_round_is_closed(panel: Panel) -> None:
    judges = panel.people.judges
    meeting = panel.in_round_one(PART, "hofstee", judges=judges)
    for judge in judges:
        rows = [row(at, name, value) for at, (name, value) in enumerate(
            {"lowest cut": "70", "highest cut": "60", "lowest failing": "5", "highest failing": "50"}.items(), start=1
        )]  # fmt: skip
        panel.act("save_ratings", judge, meeting_id=meeting.pk, rows=rows)
    told = refused("at-odds", panel.act, "close_round", meeting_id=meeting.pk)
    assert f"{judges[0]}: The lowest cut (70 %) is above the highest cut (60 %)." in told
    for judge in judges:
        panel.act("save_ratings", judge, meeting_id=meeting.pk, rows=[row(9, "highest cut", "80")])
    panel.act("close_round", meeting_id=meeting.pk)
    assert "there are no scores" in record(meeting).rounds[1].closing["document"]["why_none"]  # type: ignore[index]
