"""The first page claims what the figures' own verdicts allow, and says what to do."""

import numpy as np
import pytest

from assess.validity.report.statements import Statement
from assess.validity.studies.analysis import Ratings, Responses, analyse
from assess.validity.studies.one_page import one_page, statements


def exam(persons: int, *, spread: float = 1.5, items: int = 12) -> Responses:
    rng = np.random.default_rng(8)
    ability = spread * rng.normal(size=(persons, 1))
    matrix = (ability + rng.logistic(size=(persons, items)) > np.linspace(-1, 1, items)).astype(np.float64)
    return Responses(matrix=matrix, items=tuple(f"i{k:02}" for k in range(items)), maxima=np.ones(items))


def double_marked(severities: dict[str, float], *, persons: int = 60) -> Ratings:
    rng = np.random.default_rng(9)
    rows = []
    for person in range(persons):
        ability = rng.normal()
        for rater, severity in severities.items():
            for criterion in "abc":
                mark = float(np.clip(np.round(1.5 + ability - severity + rng.normal(0, 0.5)), 0, 3))
                rows.append((f"P{person:02}", rater, criterion, mark))
    return Ratings(
        persons=tuple(row[0] for row in rows),
        raters=tuple(row[1] for row in rows),
        criteria=tuple(row[2] for row in rows),
        tasks=("task",) * len(rows),
        values=np.array([row[3] for row in rows]),
    )


def said(found: list[Statement], kind: str) -> str:
    return " ".join(one.words for one in found if one.kind == kind)


@pytest.mark.slow
def test_eight_persons_carry_no_claim() -> None:
    found = list(statements(analyse(title="", responses=exam(8), cuts={"": (50, 2)})))
    assert said(found, "holds") == ""
    assert "How far the score can be trusted is not known" in said(found, "open")
    assert "Gather more answers" in said(found, "next")
    page = one_page(analyse(title="", responses=exam(8)))
    assert "Nothing that these data show with certainty." in page


@pytest.mark.slow
def test_a_reliable_score_is_relied_on_and_an_unreliable_one_asks_for_more_items() -> None:
    good = list(statements(analyse(title="", responses=exam(90, spread=4.0, items=20))))
    assert "in an order that would come out much the same again" in said(good, "holds")
    poor = list(statements(analyse(title="", responses=exam(90, spread=0.5))))
    assert "too uncertain to decide about single persons" in said(poor, "open")
    assert "instead of 12 (Spearman–Brown)" in said(poor, "next")


@pytest.mark.slow
def test_the_decision_is_told_by_how_many_of_a_hundred() -> None:
    found = list(statements(analyse(title="", responses=exam(90), cuts={"": (50, None)})))
    assert "a cut at 50.0 % (passing takes 6 of 12 points)" in said(found, "studied")
    assert "candidates would get the same decision on another day" in said(found, "open") + said(found, "holds")
    assert "persons within one standard error" in said(found, "next")
    assert "How the cut came about, and its own error, are not part of these data." in said(found, "open")


@pytest.mark.slow
def test_a_severe_rater_is_named_with_what_to_do() -> None:
    found = list(statements(analyse(title="", ratings=double_marked({"R1": 0.0, "R2": 0.0, "R3": 0.8}))))
    assert "R3 mark lower" in said(found, "open")
    assert "Train" in said(found, "next") and "R3" in said(found, "next")
    assert "With 3 assessors for each person" in said(found, "holds") + said(found, "open")


@pytest.mark.slow
def test_raters_alike_give_no_cause_for_training() -> None:
    found = list(statements(analyse(title="", ratings=double_marked({"R1": 0.0, "R2": 0.0}), rating_cut=1.0)))
    assert "No assessor is seen to mark lower or higher" in said(found, "holds")
    assert "Nobody's outcome would change" in said(found, "holds")
    assert "Train" not in said(found, "next")


@pytest.mark.slow
@pytest.mark.parametrize("persons", [8, 90])
def test_every_sentence_ends_and_is_said_once(persons: int) -> None:
    found = list(statements(analyse(title="", responses=exam(persons), cuts={"": (50, 2)})))
    lists = [one.words for one in found if one.kind != "studied"]
    assert all(words.endswith(".") for words in lists)
    assert len(set(lists)) == len(lists)


@pytest.mark.slow
def test_where_a_study_holds_two_kinds_of_marks_each_sentence_says_which_it_is_about() -> None:
    marks = double_marked({"r1": -1.5, "r2": 0.0, "r3": 1.5})
    both = list(statements(analyse(title="", ratings=marks, task_scores=marks)))
    apart = list(statements(analyse(title="", ratings=double_marked({"r1": 0.0, "r2": 0.0}), task_scores=marks)))

    assert [
        one for one in both if one.words.startswith(("Judged criteria:", "Task scores:")) and one.kind == "holds"
    ] == []
    assert "Task scores: On the same work r3 mark lower and r1 mark higher" in said(apart, "open")
    assert "Judged criteria: No assessor is seen to mark lower or higher" in said(apart, "holds")
    assert ": Everybody can be compared" not in said(apart, "holds")
