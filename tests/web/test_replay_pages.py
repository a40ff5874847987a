"""A drawing looked back at, step by step: only by who may, never while it is drawn, and as the journal holds it."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from assess import door
from assess.attempts.conditions import MissingStream
from assess.attempts.models import Stream
from assess.people.models import Account
from assess.people.queries import actor
from tests.web.bench_scene import begin_bench, wiring_of
from tests.web.sample_centre import Centre
from tests.web.test_bench_pages import LIGHT, ON, Bench


def address(centre: Centre, simulation: str = LIGHT, more: str = "") -> str:
    return f"/evidence/{centre.attempt.pk}/bench/{simulation}/{more}"


def seal(centre: Centre) -> None:
    open_yet = [
        MissingStream(stream.pk, stream.head_sequence + 1, "left open")
        for stream in Stream.objects.filter(subject=centre.attempt.pk)
    ]
    asked = {"attempt_id": centre.attempt.pk, "missing": open_yet}
    door.act(actor(centre.people.director), "attempts.seal_attempt", **asked)


def document_of(client: Client, centre: Centre, simulation: str = LIGHT) -> Any:
    page = client.get(address(centre, simulation)).content.decode()
    return json.loads(page.partition('<script id="replay" type="application/json">')[2].partition("</script>")[0])


@pytest.fixture
def bench(centre: Centre) -> Bench:
    begin_bench(centre)
    return Bench(centre)


def worked(bench: Bench) -> None:
    """Half a drawing, switched on; then all of it but the socket's protective conductor, with a fault."""
    reference = wiring_of(bench.centre, LIGHT).reference
    bench.draw([[*reference[0], {"colour": "brown", "mm2": "2.5"}]])
    bench.operate(off=True, **ON)
    bench.draw([wire for wire in reference if "X1.PE" not in wire])
    bench.operate(off=True, **ON)
    bench.operate(inject="line_body_X1", **ON)


def statuses(centre: Centre) -> dict[str, int]:
    people = centre.people
    asked: dict[str, Account] = {
        "owner": centre.candidate,
        "other": people.candidates[1],
        "assessor": centre.lives[0].posts["assessor:1"],
        "proctor": centre.lives[0].posts["proctor:1"],
        "author": people.author,
        "director": people.director,
        "board": people.board,
    }
    return {name: centre.browser(account).get(address(centre)).status_code for name, account in asked.items()}


NOBODY = dict.fromkeys(("owner", "other", "assessor", "proctor", "author", "director", "board"), 404)


@pytest.mark.slow
def test_s01_nobody_looks_on_while_it_is_drawn_the_centre_afterwards_and_assessors_once_it_is_sealed(
    bench: Bench,
) -> None:
    worked(bench)
    assert statuses(bench.centre) == NOBODY
    bench.say("finish")
    assert statuses(bench.centre) == NOBODY | {"director": 200, "board": 200}
    seal(bench.centre)
    assert statuses(bench.centre) == NOBODY | {"director": 200, "board": 200, "assessor": 200}


def test_an_adjudicator_looks_at_it_as_soon_as_the_part_is_over_to_rule_on_it(bench: Bench) -> None:
    centre = bench.centre
    worked(bench)
    ruler = centre.lives[0].posts["adjudicator:1"]
    client = centre.browser(ruler)
    assert client.get(address(centre)).status_code == 404
    bench.say("finish")
    assert client.get(address(centre)).status_code == 200
    assert client.get(address(centre, "SIM-WIRE-1", "seen/1")).status_code == 200


@pytest.mark.parametrize("simulation", ["SIM-WIRE-9", "SIM-RET-1"])
def test_what_is_no_wiring_task_of_the_attempt_does_not_exist(bench: Bench, simulation: str) -> None:
    bench.say("finish")
    client = bench.centre.browser(bench.centre.people.director)
    assert client.get(address(bench.centre, simulation)).status_code == 404
    assert client.get(address(bench.centre, LIGHT, "seen/0")).status_code == 404
    assert client.get(f"/evidence/{uuid.uuid4()}/bench/{LIGHT}/").status_code == 404


def test_every_drawing_and_operation_is_a_step_and_the_one_that_counts_is_judged_with_its_places(bench: Bench) -> None:
    worked(bench)
    bench.say("finish")
    centre = bench.centre
    client = centre.browser(centre.people.director)
    found = document_of(client, centre)
    steps = found["steps"]
    assert [step["kind"] for step in steps] == ["wiring", "operate", "wiring", "operate", "operate"]
    assert [step["judged"] for step in steps] == [False, False, True, False, False]
    assert all(0 <= step["ms"] < 3_600_000 for step in steps) and steps == sorted(steps, key=lambda step: step["ms"])
    reference = wiring_of(centre, LIGHT).reference
    assert [found["wires"][place] for place in steps[0]["wires"]] == [
        [*reference[0], {"colour": "brown", "mm2": "2.5"}]
    ]
    assert len(steps[2]["wires"]) == len(reference) - 1
    assert steps[4]["inject"] == "line_body_X1"
    verdict = found["verdict"]
    assert (verdict["works"], verdict["safe"], verdict["score"]) == (True, False, "0")
    failed = {finding["name"]: finding for finding in verdict["findings"] if not finding["passed"]}
    assert failed["protective_conductor_X1.PE"]["place"] == {"terminals": ["X1.PE"], "wires": []}
    live = failed["fault_line_body_X1"]
    assert live["state"] and live["voltages"]["SRC.L"] and live["place"]["terminals"] == ["X1.PE"]


@pytest.mark.slow
def test_what_was_seen_at_an_operation_is_computed_from_the_journal_as_it_was_then(bench: Bench) -> None:
    worked(bench)
    at_the_end = bench.live()
    bench.say("finish")
    client = bench.centre.browser(bench.centre.people.director)

    def ask(step: int) -> Any:
        return client.get(address(bench.centre, LIGHT, f"seen/{step}"))

    assert ask(1).json()["loads"] == {"H1": "off", "X1": "off"}
    assert ask(3).json()["loads"] == {"H1": "on", "X1": "on"}
    assert ask(4).json() == at_the_end
    assert [ask(step).status_code for step in (0, 2, 5, 99)] == [404] * 4


@pytest.mark.slow
def test_drawings_from_before_sizes_show_their_colours_and_what_cannot_be_read_says_so(bench: Bench) -> None:
    centre = bench.centre
    reference = [list(wire) for wire in wiring_of(centre, LIGHT).reference]
    bench.say("wiring", simulation=LIGHT, wires=reference, colours=["brown"] * len(reference))
    bench.say("wiring", simulation="SIM-WIRE-2", wires=[["SRC.L", "H9.L"], 7])
    bench.operate("SIM-WIRE-2", off=True)
    bench.say("finish")
    client = centre.browser(centre.people.director)
    assert document_of(client, centre)["wires"][0] == [*reference[0], {"colour": "brown"}]
    assert document_of(client, centre)["verdict"]["safe"] is True
    strange = document_of(client, centre, "SIM-WIRE-2")
    assert "Wire 1 ends at 'H9.L'" in strange["verdict"]["unreadable"]
    answer = client.get(address(centre, "SIM-WIRE-2", "seen/1"))
    assert (answer.status_code, answer.json()["code"]) == (409, "unreadable")
    assert document_of(client, centre, "SIM-WIRE-3") | {"task": 0} == {
        "task": 0, "wires": [], "steps": [], "verdict": None,
    }  # fmt: skip


def test_the_page_leads_to_the_other_wirings_and_back_to_the_evidence_and_holds_no_script(bench: Bench) -> None:
    worked(bench)
    bench.say("finish")
    centre = bench.centre
    client = centre.browser(centre.people.director)
    page = client.get(address(centre)).content.decode()
    assert page.count('href="/evidence/') == 5 and f"/evidence/{centre.attempt.pk}/" in page
    assert " onclick" not in page and " style=" not in page and "<style" not in page
    assert address(centre) in client.get(f"/evidence/{centre.attempt.pk}/").content.decode()
    assert client.post(address(centre)).status_code == 405
