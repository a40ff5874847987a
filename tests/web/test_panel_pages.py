"""Pages of a cut-score meeting in each of its states: judges see their own, the facilitator and the board see all of it."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assess.people.actions import give_role
from assess.people.models import Account
from assess.validity.cut_scores.models import CutScore, JudgeRating, Meeting
from tests.validity.cut_scores.conftest import built_panel, panel
from tests.validity.cut_scores.meeting_scene import Panel, all_rows, record, row

__all__ = ["built_panel", "panel"]
PART = "ECW-S"


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def shown(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    text: str = response.content.decode()
    return text


def everybody_rates(panel: Panel, meeting: Meeting, turn: int = 1, *, only: int | None = None) -> None:
    for place, judge in enumerate(panel.people.judges[:only]):
        rows = all_rows(
            meeting, lambda one, at, p=place: f"{0.3 + 0.07 * ((p + 2 * at) % 5):.2f}", turn=turn, first=turn * 100
        )
        panel.act("save_ratings", judge, meeting_id=meeting.pk, rows=rows)


@pytest.mark.slow
def test_a_meeting_through_its_pages(panel: Panel) -> None:
    director, board = browser(panel.people.director), browser(panel.people.board)
    judge = browser(panel.people.judges[0])
    cuts = f"/director/schemes/{panel.version.pk}/cuts/"
    assert "No meeting yet" in shown(director, cuts)
    said = {"part": PART, "method": "angoff", "panel": "Practitioners", "years": "3"}
    made = director.post(f"/director/schemes/{panel.version.pk}/meetings/", said)
    meeting = Meeting.objects.get()
    assert made.headers["Location"] == f"/director/meetings/{meeting.pk}/"
    here, act = f"/director/meetings/{meeting.pk}/", f"/director/meetings/{meeting.pk}/act/"
    assert "Describe the borderline candidate" in shown(director, here)
    texts = {f"text-{one['id']}": "Just manages." for one in meeting.plan["outcomes"]}
    director.post(act, {"act": "describe", **texts})
    director.post(act, {"act": "invite", "judge": [str(one.pk) for one in panel.people.judges]})
    assert "No meeting yet" in shown(judge, "/panel/"), "a draft is nobody's business yet"
    assert judge.get(f"/panel/{meeting.pk}/").status_code == 404
    director.post(act, {"act": "open"})
    assert "Go to the meeting" in shown(judge, "/panel/")
    assert "Two things first" in shown(judge, f"/panel/{meeting.pk}/")
    for one in panel.people.judges:
        client = browser(one)
        told = {"act": "declare", "years": "7", "background": "employer", "has_conflict": "no", "conflict": "unused"}
        client.post(f"/panel/{meeting.pk}/say/", told)
        read = record(meeting).of_kind("described")[-1].number  # type: ignore[arg-type]
        client.post(f"/panel/{meeting.pk}/say/", {"act": "agree", "read": str(read)})
    assert "You are ready." in shown(judge, f"/panel/{meeting.pk}/phase")
    director.post(act, {"act": "train", "words": "Two together."})
    director.post(act, {"act": "practise"})
    director.post(act, {"act": "round"})
    everybody_rates(panel, meeting, only=3)
    page = shown(director, here)
    assert f"Not finished</span> {panel.people.judges[3]}" in page
    director.post(act, {"act": "leave", "judge": str(panel.people.judges[3].pk), "reason": "Called away."})
    director.post(act, {"act": "close-round", "reason": ""})
    assert "Round 1" in shown(director, here)
    assert "What round 1 came to" in shown(judge, f"/panel/{meeting.pk}/phase")
    director.post(act, {"act": "note", "words": "Talked about the second."})
    judge.post(f"/panel/{meeting.pk}/say/", {"act": "dissent", "words": "Too low."})
    director.post(act, {"act": "close"})
    cut = CutScore.objects.get()
    assert "Read it and decide" in shown(board, cuts)
    page = shown(board, f"/director/cuts/{cut.pk}/")
    assert "Too low." in page and "1 standard error above" in page
    refused = board.post(f"/director/cuts/{cut.pk}/", {"act": "adopt", "board": "B", "from": "tomorrow"}, follow=True)
    assert "A day is written as year, month and day" in refused.content.decode()
    adopt = {"act": "adopt", "board": "B", "choice": "recommended"}
    told = {**adopt, "from": "2026-01-01", "reason": "Work on live parts."}
    refused = board.post(f"/director/cuts/{cut.pk}/", told, follow=True)
    assert "never from a day gone by" in refused.content.decode()
    assert "Work on live parts.</textarea>" in refused.content.decode()
    board.post(f"/director/cuts/{cut.pk}/", {**adopt, "from": timezone.now().date().isoformat()})
    assert "B adopted" in shown(director, here)
    assert "Adopted, in force" in shown(director, cuts)


@pytest.mark.slow
def test_a_judge_reads_nothing_of_the_others_while_a_round_is_open(panel: Panel) -> None:
    meeting = panel.in_round_one(PART, judges=panel.people.judges)
    mine, before = browser(panel.people.judges[0]), None
    everybody_rates(panel, meeting, only=1)
    for other in panel.people.judges[1:]:
        rows = [row(1, meeting.plan["elements"][0]["id"], "0.77")]
        panel.act("save_ratings", other, meeting_id=meeting.pk, rows=rows)
        drawn = re.sub(r'value="\w{64}"', "", shown(mine, f"/panel/{meeting.pk}/phase"))  # the page's token
        now = (mine.get(f"/panel/{meeting.pk}/state").json(), drawn)
        assert before in (None, now), "what a judge is sent does not change with what others rate"
        before = now
    others = [str(one.pk) for one in panel.people.judges[1:]]
    assert not any(one in mine.get(f"/panel/{meeting.pk}/").content.decode() for one in others)


@pytest.mark.slow
def test_a_judge_sees_no_page_of_those_who_hold_the_meeting_whatever_else_they_are(panel: Panel) -> None:
    meeting = panel.in_round_one(PART, judges=panel.people.judges)
    both = panel.people.judges[0]
    panel_of = {"organisation_id": panel.people.organisation.pk, "role": "board"}

    give_role(account_id=both.pk, **panel_of)
    for path in (f"/director/meetings/{meeting.pk}/", f"/director/meetings/{meeting.pk}/live"):
        assert browser(both).get(path).status_code == 404
        assert browser(panel.people.board).get(path).status_code == 200


def sent(client: Client, meeting: Meeting, body: Any) -> tuple[int, Any]:
    answer = client.post(f"/panel/{meeting.pk}/ratings", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


@pytest.mark.slow
def test_ratings_are_acknowledged_by_number_and_nonsense_is_refused_in_a_sentence(panel: Panel) -> None:
    meeting = panel.in_round_one(PART, judges=panel.people.judges)
    client, name = browser(panel.people.judges[0]), meeting.plan["elements"][0]["id"]
    good = {"rows": [row(1, name, "0.5"), row(2, name, "0.6")]}
    assert sent(client, meeting, good) == (200, {"saved": [1, 2], "late": [], "taken": []})
    assert sent(client, meeting, good) == (200, {"saved": [1, 2], "late": [], "taken": []})
    assert sent(client, meeting, {"rows": "many"})[0] == 400
    assert sent(client, meeting, [1])[0] == 400
    status, told = sent(client, meeting, {"rows": [row(3, name, "7")]})
    assert (status, told["code"]) == (409, "not-a-value")
    assert JudgeRating.objects.count() == 2
    outsider = browser(panel.people.board)
    assert outsider.post(f"/panel/{meeting.pk}/ratings", "{}", content_type="application/json").status_code == 404
