"""From the browser to the evidence: all ten simulations worked at, run, sealed and scored; then who may open what of it."""

import json
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assess import door
from assess.awards.models import Decision, Signature
from assess.people.queries import actor
from assess.schemes import queries as schemes
from tests.attempts.engine_runs.scene import Seat, worked
from tests.web.bench_scene import begin_bench
from tests.web.sample_centre import Centre
from tests.web.ten_simulations import with_all_simulations, work_at_all

HALF = [[802, "SoCRsvMin", [], "31.3"], [702, "WMaxRtg", [], "1"]]
UNSAFE = [["SRC.L", "Q1.1"], ["Q1.2", "H1.L"], ["SRC.N", "H1.N"]]


def sealed(centre: Centre) -> Centre:
    """The first candidate did everything right but one wiring and one device, handed in, and was sealed and scored."""
    begin_bench(centre)
    centre = with_all_simulations(centre)
    seat = Seat(centre)
    work_at_all(centre, seat.say)
    seat.set("SIM-SUN-1", HALF, answers={"limit_w": "3000"})
    seat.say("wiring", simulation="SIM-WIRE-1", wires=UNSAFE)
    seat.say("case_answer", simulation="SIM-RET-1", answer="payback", value="47,25")
    seat.say("finish")
    seat.say("close")
    worked()
    asked = {"sitting_id": centre.sitting.pk, "attempt_id": centre.attempt.pk}
    door.act(actor(centre.people.director), "proctoring.seal", **asked)
    worked()
    return centre


def released(centre: Centre) -> None:
    """Two people put their names to a decision."""
    score = centre.attempt.scores.get()
    lines = [
        {"rule": "part", "part": part["part"], "score": part["percent"] or "0", "cut": "60", "met": False, "near_cut": False}
        for part in score.document["parts"]
    ]  # fmt: skip
    made = Decision.objects.create(
        attempt=centre.attempt, score=score, number=1, outcome="not passed", document={"lines": lines, "near_cut": []},
        digest=bytes(32), decided_at=timezone.now(),
    )  # fmt: skip
    for person in centre.people.approvers[:2]:
        Signature.objects.create(decision=made, person=person, purpose="approval", at=timezone.now())


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode().partition("<main")[2]))


@pytest.mark.slow
def test_all_ten_end_to_end_and_who_may_open_the_evidence_when(centre: Centre) -> None:
    centre = sealed(centre)
    attempt = centre.attempt.pk
    address = f"/evidence/{attempt}/"
    life = centre.lives[0]
    strangers = (centre.people.candidates[1], centre.candidate, centre.people.author, life.posts["proctor:1"])
    for person in strangers:
        assert centre.browser(person).get(address).status_code == 404
    other = centre.people.reviewer
    role = {"account_id": other.pk, "organisation_id": centre.people.organisation.pk, "role": "assessor"}
    door.act(actor(centre.people.director), "people.give_role", **role)
    assert centre.browser(other).get(address).status_code == 404

    assessor = centre.browser(life.posts["assessor:1"])
    page = text_of(assessor, address)
    for simulation in schemes.simulations([pin["hash"] for pin in centre.attempt.pins["simulations"]]):
        assert str(simulation.document["title"]) in page
    assert "H1.PE has no conductor to PE of the supply: a fault would make its metal parts live." in page
    assert "802.SoCRsvMin = 31.3" in page
    assert "47,25 47.25" in page and "4.227 to 4.767" in page
    runs = re.findall(rf'href="({address}runs/\w+/)"', assessor.get(address).content.decode())
    assert len(runs) == 7

    told = [text_of(assessor, run) for run in runs]
    limit = next(one for one in told if "802.SoCRsvMin" in one)
    assert "802.SoCRsvMin 31.3 % 29.5 to 30.5 % Outside" in limit
    assert f"Serial SIM-{attempt.hex[:8].upper()}" in limit and "engine worker" in limit
    assert any("The curve as written and as read back" in one for one in told)
    assert any("s after the voltage came back" in one for one in told)
    files = re.findall(r'href="(/evidence/[^"]+/files/[^"]+)"', assessor.get(runs[told.index(limit)]).content.decode())
    raw = {(answer := assessor.get(file)).headers["Content-Disposition"]: answer for file in files}
    assert set(raw) == {'attachment; filename="registers.json"', 'attachment; filename="writes.json"'}
    written = json.loads(raw['attachment; filename="writes.json"'].content)
    assert (written["asked"], [one["accepted"] for one in written["answered"]]) == (HALF, [True, False])
    for file in files:
        assert centre.browser(other).get(file).status_code == 404

    own = f"/candidate/attempts/{attempt}/evidence/"
    client = centre.browser(centre.candidate)
    assert client.get(own).status_code == 404, "before the result is released"
    released(centre)
    mine = text_of(client, own)
    assert "802.SoCRsvMin Took it 802.SoCRsvMin now reads 31.3." in mine
    assert (
        "702.WMaxRtg Refused it 702.WMaxRtg: The device refuses: illegal address. This point can only be read." in mine
    )
    assert "H1.PE has no conductor to PE of the supply: a fault would make its metal parts live." in mine
    assert "You worked out: power limit in W 3000 W" in mine
    assert "simple payback of the package 47,25 47.25" in mine
    for key in ("4.227", "29.5", "Outside", "Within", "row_1", "expected", "light, pipe"):
        assert key not in mine.replace("Your order of the measures: light, pipe, attic.", "")
    assert "See your evidence" in text_of(client, f"/candidate/attempts/{attempt}/")
    for person in (centre.people.candidates[1], life.posts["assessor:1"], centre.people.director):
        assert centre.browser(person).get(own).status_code == 404
    nothing = client.get(f"/candidate/attempts/{uuid.uuid4()}/evidence/")
    assert nothing.status_code == 404


@pytest.mark.slow
def test_before_the_seal_only_those_who_answer_for_the_scheme_open_it(centre: Centre) -> None:
    begin_bench(centre)
    life = centre.lives[0]
    address = f"/evidence/{centre.attempt.pk}/"
    expected = {
        centre.people.director: 200,
        centre.people.approvers[0]: 200,
        centre.people.board: 200,
        life.posts["assessor:1"]: 404,
    }
    for person, status in expected.items():
        assert centre.browser(person).get(address).status_code == status
    page = text_of(centre.browser(centre.people.director), address)
    assert "Nothing was drawn. No machine ran yet." in page
    for run in ("nothing", "%00", "a" * 300):
        assert centre.browser(centre.people.director).get(f"{address}runs/{run}/").status_code == 404


@pytest.mark.slow
def test_pages_ask_for_no_row_at_a_time(centre: Centre, django_assert_max_num_queries: Any) -> None:
    begin_bench(centre)
    seat = Seat(with_all_simulations(centre))
    client = centre.browser(centre.people.director)
    client.get(f"/evidence/{centre.attempt.pk}/")
    for number in (1, 2):
        seat.set("SIM-SUN-1", [[802, "SoCRsvMin", [], f"3{number}"]])
        seat.run("SIM-SUN-1")
    with django_assert_max_num_queries(22):
        client.get(f"/evidence/{centre.attempt.pk}/")


@pytest.mark.parametrize("method", ["post", "delete"])
def test_evidence_is_only_looked_at(centre: Centre, method: str) -> None:
    client = centre.browser(centre.people.director)
    assert getattr(client, method)(f"/evidence/{centre.attempt.pk}/").status_code == 405
