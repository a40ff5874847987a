"""Retrofit case sheets: scoring answers and recomputing keys."""

import copy
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator_adapters.energy import (
    CaseSheet,
    CaseSheetError,
    check_case,
    least_squares,
    score_answers,
    simple_paybacks,
)
from tests.simulator_adapters.bundled_simulations import SIMULATIONS

SHEETS = {entry["id"]: CaseSheet.from_document(entry) for entry in SIMULATIONS["retrofit"]}


def right(sheet: CaseSheet) -> dict[str, str]:
    return {question.id: str(question.expected) for question in sheet.questions}


@pytest.mark.parametrize("name", SHEETS)
def test_every_bundled_key_equals_its_formula(name: str) -> None:
    assert check_case(SHEETS[name]) == []


@pytest.mark.parametrize("name", SHEETS)
def test_the_expected_answers_score_one(name: str) -> None:
    result = score_answers(SHEETS[name], right(SHEETS[name]), ranking=SHEETS[name].ranking_key)
    assert (result.met, result.score) == (result.total, Decimal(1))


@pytest.mark.parametrize("name", SHEETS)
def test_limits_are_closed_and_exact(name: str) -> None:
    sheet, step = SHEETS[name], Decimal("0.000000001")
    for question in sheet.questions:
        for text, met in (
            (question.low, True),
            (question.high, True),
            (question.low - step, False),
            (question.high + step, False),
        ):
            (judged,) = (a for a in score_answers(sheet, {question.id: f"{text:f}"}).answers if a.id == question.id)
            assert judged.met is met


def test_missing_wrong_and_unreadable_answers_are_not_met_and_say_why() -> None:
    sheet = SHEETS["SIM-RET-2"]
    result = score_answers(sheet, {"gas_kwh": "282352,9", "el_kwh": "1", "save": "6.661,8"})
    assert {answer.id: (answer.met, answer.sentence) for answer in result.answers} == {
        "gas_kwh": (True, "282352.9 lies inside the limits."),
        "el_kwh": (False, "1 lies outside the limits."),
        "save": (False, "'6.661,8' mixes point and comma. Write 6661.8 or 6661,8."),
        "break_even": (False, "No answer was given."),
        "co2": (False, "No answer was given."),
    }
    assert (result.score, result.ranking_met) == (Decimal("0.2000"), None)


def test_a_ranking_counts_as_one_answer_and_only_when_exact() -> None:
    sheet = SHEETS["SIM-RET-1"]
    assert score_answers(sheet, right(sheet)).score == Decimal("0.8571")
    assert score_answers(sheet, right(sheet), ranking=["pipe", "light", "attic"]).ranking_met is False


def test_an_answer_to_no_question_is_refused() -> None:
    with pytest.raises(KeyError, match="asks no question 'colour'"):
        score_answers(SHEETS["SIM-RET-1"], {"colour": "3"})


def test_paybacks_of_the_three_measures() -> None:
    # By hand from the facts: 7200/(17155.58·0.25), 4800/(25411.76·0.09), 36000/(45537.88·0.09).
    paybacks = {name: round(value, 2) for name, value in simple_paybacks(SHEETS["SIM-RET-1"]).items()}
    assert paybacks == {"light": Decimal("1.68"), "pipe": Decimal("2.10"), "attic": Decimal("8.78")}


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 50_000)), min_size=4, max_size=24))
def test_least_squares_equals_numpy(points: list[tuple[int, int]]) -> None:
    x, y = ([Decimal(p[axis]) for p in points] for axis in (0, 1))
    if len(set(x)) < 2:
        with pytest.raises(ValueError, match="x that differ"):
            least_squares(x, y)
        return
    slope, intercept = np.polyfit([float(v) for v in x], [float(v) for v in y], 1)
    fit = least_squares(x, y)
    scale = 1 + max(float(v) for v in y)
    assert float(fit.slope) == pytest.approx(slope, rel=1e-6, abs=1e-6 * scale)
    assert float(fit.intercept) == pytest.approx(intercept, rel=1e-6, abs=1e-6 * scale * (1 + float(max(x))))


def test_a_changed_key_and_a_wrong_ranking_are_found() -> None:
    entry: Any = copy.deepcopy(SIMULATIONS["retrofit"][0])
    entry["answers"][0]["expected"] = 45000.0
    entry["ranking_key"] = ["pipe", "light", "attic"]
    assert check_case(CaseSheet.from_document(entry)) == [
        "SIM-RET-1, attic_kwh: the formula gives 45537.882353, expected is 45000.0.",
        "SIM-RET-1: the paybacks rank light, pipe, attic, the key says pipe, light, attic.",
    ]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("answer", [], "'answer' is unknown"),
        ("answers", [], "has no answers"),
        ("ranking_key", ["light"], "different measures"),
        ("costs", {"light": "much"}, "not a number"),
        ("sketch", {"light": "moon"}, "no place 'moon'. Use one of roof, walls"),
        ("sketch", {"moon": "roof"}, "no mapping of the measures"),
    ],
)
def test_a_broken_sheet_is_refused_with_file_case_and_remedy(field: str, value: Any, words: str) -> None:
    with pytest.raises(CaseSheetError, match=words) as refusal:
        CaseSheet.from_document({**SIMULATIONS["retrofit"][0], field: value}, source="mine.yaml")
    assert str(refusal.value).startswith("mine.yaml, SIM-RET-1: ")


def test_limits_that_leave_the_key_out_are_refused() -> None:
    entry: Any = copy.deepcopy(SIMULATIONS["retrofit"][0])
    entry["answers"][0]["low"] = 50000
    with pytest.raises(CaseSheetError, match="does not lie in"):
        CaseSheet.from_document(entry)


def test_the_public_document_holds_no_key() -> None:
    assert "45537" not in str(SHEETS["SIM-RET-1"].public_document())
    assert SHEETS["SIM-RET-1"].public_document()["sketch"] == {"attic": "roof", "light": "stairs", "pipe": "cellar"}
    assert "building" not in SHEETS["SIM-RET-1"].public_document()
    assert SHEETS["SIM-RET-1"].public_document()["ranking"] == {
        "by": "simple payback",
        "measures": ["attic", "light", "pipe"],
    }
