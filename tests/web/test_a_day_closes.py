"""A day closes: a candidate, six assessors, two markers, an adjudicator and a proctor each do their part, and the score waits for
nothing.

Everything is written to journals as the pages write it, and what a person is given comes from the pages.
"""

from typing import Any

import pytest
from django.test import Client

from assess import tasks
from assess.attempts.journal import clock
from assess.attempts.models import Attempt
from item_bank.qti.content import Numeric
from tests.attempts.engine_runs.scene import worked
from tests.web.bench_scene import simulator_part
from tests.web.board import exam_part
from tests.web.desk_scene import (
    TEXT,
    Word,
    answer,
    gives,
    marking,
    must_pass_row,
    number_item,
    rulings,
    says,
    settle,
    sheet,
    text_item,
)
from tests.web.sample_centre import Centre


def watch(centre: Centre) -> Client:
    """The proctor begins both timed parts at the board."""
    proctor = centre.browser(centre.lives[0].posts["proctor:1"])
    for part in (exam_part(centre), simulator_part(centre)):
        said = {"act": "begin", "part": part, "attempt": str(centre.attempt.pk)}
        proctor.post(f"/proctor/sittings/{centre.sitting.pk}/say/", said)
    return proctor


def sit(centre: Centre) -> None:
    """The candidate answers a number and a text, wires every bench task, and hands both parts in; a worker runs the wirings."""
    exam, bench = exam_part(centre), simulator_part(centre)
    pinned = centre.lives[0].pinned
    number = next(item.content for item in pinned.items if isinstance(item.content, Numeric))
    words: list[Word] = [
        answer(number.identifier, exam, value=str(number.key), unit=None),
        answer(text_item(centre), exam, text=TEXT),
        ("finish", {"part": exam}),
    ]
    for name, task in pinned.wiring.items():
        wires = [list(pair) for pair in task.reference]
        words.append(("wiring", {"part": bench, "simulation": name, "wires": wires}))
    says(centre, "candidate", *words, ("finish", {"part": bench}), close=True, server_us=clock.now_us())
    worked()


def assess(centre: Centre) -> None:
    """Two assessors on each task; on the first they see a must-pass step differently."""
    for index, task in enumerate(centre.lives[0].tasks):
        missed: dict[str, Any] = {must_pass_row(task): {"answer": "no"}} if index == 0 else {}
        says(centre, f"assessor:{2 * index + 1}", *sheet(task), close=True)
        says(centre, f"assessor:{2 * index + 2}", *sheet(task, but=missed), close=True)


@pytest.mark.slow
def test_a_candidate_of_today_gets_a_score_that_waits_for_nothing(centre: Centre) -> None:
    proctor = watch(centre)
    sit(centre)
    assess(centre)
    for role, points in (("marker:1", "2"), ("marker:2", "3")):
        (row,) = marking(centre, role)["answers"]
        gives(centre, role, row, points, close=True)
    (matter,) = rulings(centre)["matters"]
    says(centre, "adjudicator:1", settle(matter, True), close=True)
    seals = f"/proctor/sittings/{centre.sitting.pk}/seals/"
    assert "Ready to seal" in proctor.get(seals).content.decode()
    proctor.post(f"{seals}{centre.attempt.pk}/")
    tasks.work_outbox()
    attempt = Attempt.objects.get(pk=centre.attempt.pk)
    document = attempt.scores.get().document
    assert attempt.state == Attempt.State.SEALED
    assert {part["part"]: part["waits_for"] for part in document["parts"]} == {
        part["part"]: [] for part in attempt.pins["parts"]
    }
    percents = {part["kind"]: part["percent"] for part in document["parts"]}
    assert (percents["practical"], percents["simulator"]) == ("100.00", "100.00")
    points = {item["item"]: item["points"] for item in document["items"]}
    assert (points[text_item(centre)], points[number_item(centre)]) == ("2.5000", "1.0000")
    assert {task["task"]: task["failed"] for task in document["tasks"]} == {
        task.identifier: False for task in centre.lives[0].tasks
    }
    assert marking(centre)["answers"] == rulings(centre)["matters"] == []
