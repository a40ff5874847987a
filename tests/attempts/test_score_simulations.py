"""The simulator part: what a candidate handed in, what machines read back, and the ways out of waiting."""

import json
import threading
import time
from decimal import Decimal
from typing import Any

import pytest

from assess.schemes.simulations import for_adapters
from simulator_adapters.contract import to_document
from simulator_adapters.wiring.adapter import WiringAdapter, wiring_plan
from tests.attempts.scenes import CASE, SETTINGS, WIRING, content, pins, said, scored, simulation, stream

REFERENCE = [list(wire) for wire in pins().wiring[WIRING].reference]


def wired(wires: Any) -> Any:
    return stream("candidate", [said("wiring", part="S", simulation=WIRING, wires=wires)])


def run_of(role: str, wires: Any, **changed: Any) -> Any:
    task = pins().wiring[WIRING]
    session = WiringAdapter().connect({"task": _document()}, deadline=time.monotonic() + 30)
    record = session.run(wiring_plan(task, wires), deadline=time.monotonic() + 30, cancel=threading.Event())
    document = to_document(record) | changed
    return stream(role, [said("run", simulation=WIRING, outcome=str(record.outcome), record=document)])


def _document() -> Any:
    return for_adapters(next(one.document for one in content().simulations if one.identifier == WIRING))


def test_wiring_is_scored_from_the_candidate_s_own_pairs() -> None:
    assert simulation(scored(wired(REFERENCE)), WIRING).share == Decimal(1)
    assert simulation(scored(), WIRING).sentences == (f"{WIRING}: nothing was wired.",)


def test_run_of_the_same_wiring_must_say_the_same() -> None:
    good = run_of("adapter:1", REFERENCE)
    assert simulation(scored(wired(REFERENCE), good), WIRING).share == Decimal(1)
    lying = run_of("adapter:2", REFERENCE, score="0.5")
    found = simulation(scored(wired(REFERENCE), good, lying), WIRING)
    assert (found.share, found.waits_for) == (
        None,
        f"{WIRING}: the run at the bench and the score differ; two people look.",
    )


def to_document_of(stream_record: Any) -> Any:
    return json.loads(stream_record.entries[0].payload)["record"]


def test_run_of_an_earlier_drawing_contradicts_nothing() -> None:
    earlier = run_of("adapter:1", REFERENCE[:-1])
    assert simulation(scored(wired(REFERENCE), earlier), WIRING).share == Decimal(1)


def settled(role: str, name: str, share: Any, person: str = "") -> Any:
    return stream(role, [said("settle", reason="both looked", simulation=name, share=share)], person=person)


@pytest.mark.parametrize(
    ("name", "candidate"),
    [
        (WIRING, wired([["SRC.L"]])),
        (CASE, stream("candidate", [said("case_answer", part="S", simulation=CASE, answer="no such", value="1")])),
        (SETTINGS, stream("candidate", [said("setting", part="S", simulation=SETTINGS, writes=[])])),
    ],
)
def test_what_waits_is_settled_by_two_people_who_agree(name: str, candidate: Any) -> None:
    def share(*rulings: Any) -> Any:
        return simulation(scored(candidate, *rulings), name).share

    assert share() is None
    assert share(settled("adjudicator:1", name, "0.5")) is None
    assert share(settled("adjudicator:1", name, "0.5", "p"), settled("adjudicator:2", name, "0.5", "p")) is None
    assert share(settled("adjudicator:1", name, "0.5"), settled("adjudicator:2", name, "0.75")) is None
    assert share(settled("adjudicator:1", name, "1.5"), settled("adjudicator:2", name, "1.5")) is None
    assert share(settled("adjudicator:1", name, "0,5"), settled("adjudicator:2", name, "0.50")) == Decimal("0.5000")


def test_nobody_settles_what_is_scored() -> None:
    rulings = settled("adjudicator:1", WIRING, "0"), settled("adjudicator:2", WIRING, "0")
    assert simulation(scored(wired(REFERENCE), *rulings), WIRING).share == Decimal(1)


def test_case_sheet_takes_a_comma_and_never_guesses_a_separator() -> None:
    sheet = pins().cases[CASE]

    def share(first: str) -> Any:
        values = {question.id: f"{question.expected}" for question in sheet.questions} | {sheet.questions[0].id: first}
        words = [
            said("case_answer", part="S", simulation=CASE, answer=name, value=said_) for name, said_ in values.items()
        ]
        if sheet.ranking_key:
            words.append(
                said("case_answer", part="S", simulation=CASE, answer="ranking", value=",".join(sheet.ranking_key))
            )
        return simulation(scored(stream("candidate", words)), CASE).share

    expected = f"{sheet.questions[0].expected}"
    assert share(expected.replace(".", ",")) == Decimal(1)
    assert share("") is not None
    assert share("") < 1
    assert share("1.234,5") is None


@pytest.mark.parametrize("record", [{}, {"measurements": "x"}, {"measurements": [{"name": "score", "value": None}]}])
def test_record_that_cannot_be_read_waits(record: Any) -> None:
    broken = stream("adapter:1", [said("run", simulation=SETTINGS, outcome="PASS", record=record)])
    assert simulation(scored(broken), SETTINGS).share is None
    torn = stream("adapter:1", [said("run", simulation=WIRING, outcome="PASS", record=record)])
    assert simulation(scored(wired(REFERENCE), torn), WIRING).share is None


def test_equipment_outcome_never_costs_the_candidate_anything() -> None:
    run = run_of("adapter:1", REFERENCE, outcome="ERROR", score=None, max_score=None)
    record = to_document_of(run)
    other = stream("adapter:1", [said("run", simulation=SETTINGS, outcome="ERROR", record=record)])
    assert (
        simulation(scored(other), SETTINGS).waits_for == f"{SETTINGS}: the equipment reported ERROR; it is run again."
    )
    assert simulation(scored(wired(REFERENCE), run), WIRING).share == Decimal(1)
