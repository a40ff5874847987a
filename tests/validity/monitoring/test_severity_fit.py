"""Severity found again from ratings made by the model, and who would change worked by hand."""

import numpy as np
import pytest

from assess.validity.datasets.arrays import Ratings
from assess.validity.monitoring.severity_fit import Part, severity_document
from assess.validity.report.written import read_estimate

SEVERITY = {"A": -0.8, "B": 0.0, "C": 0.8}
CRITERIA = ("T.1", "T.2", "T.3", "T.4")


def made_up(persons: int, *, seed: int = 3) -> Ratings:
    """Two of three raters judge everybody on four criteria."""
    rng = np.random.default_rng(seed)
    rows = []
    for person in range(persons):
        ability = rng.normal(0.3, 1)
        for rater in rng.permutation(list(SEVERITY))[:2]:
            for criterion in CRITERIA:
                weight = np.exp(np.arange(4) * (ability - SEVERITY[str(rater)]) - np.array([0.0, -1.0, -1.0, 0.0]))
                rows.append((f"P{person:03d}", str(rater), criterion, "T", rng.choice(4, p=weight / weight.sum())))
    who, rater, criterion, task, level = zip(*rows, strict=True)
    return Ratings(
        persons=who, raters=rater, criteria=criterion, tasks=task, values=np.array(level, float),
        maxima=np.full(len(rows), 3.0),
    )  # fmt: skip


def found(ratings: Ratings, parts: tuple[Part, ...] = ()):
    return severity_document(ratings, parts=parts, points=dict.fromkeys(CRITERIA, 5.0), part_of={"T": "bays"})


def test_severity_is_found_again() -> None:
    document = found(made_up(120))
    measures = {row["rater"]: read_estimate(row["severity"]) for row in document["raters"]}
    for rater, true in SEVERITY.items():
        one = measures[rater]
        assert one.sufficient
        assert one.value == pytest.approx(true, abs=3 * (one.standard_error or 0))
    fair = {row["rater"]: float(row["fair_average"]) for row in document["raters"]}
    assert fair["A"] > fair["B"] > fair["C"]
    assert (document["connected"], document["moves"]) == (True, [])


def test_few_candidates_are_not_enough_evidence() -> None:
    document = found(made_up(12))
    assert {row["severity"]["sufficient"] for row in document["raters"]} == {False}
    assert document["raters"][0]["severity"]["reason"].endswith("12 candidates; at least 30 are needed")


def test_one_rater_or_no_mark_says_so() -> None:
    nothing = Ratings(persons=(), raters=(), criteria=(), tasks=(), values=np.zeros(0), maxima=None)
    assert found(nothing)["reason"] == "Fewer than two assessors judged anything yet."


def test_who_had_the_severe_rater_would_rise_and_by_no_more_than_the_judgements_are_worth() -> None:
    ratings = made_up(120)
    of: dict[str, set[str]] = {}
    for person, rater in zip(ratings.persons, ratings.raters, strict=True):
        of.setdefault(person, set()).add(rater)
    severe = next(person for person, own in of.items() if own == {"B", "C"})
    lenient = next(person for person, own in of.items() if own == {"A", "B"})
    document = found(
        ratings,
        (
            Part(attempt=severe, part="bays", percent=59.9, maximum=40.0, cut=60.0),
            Part(attempt=lenient, part="bays", percent=60.1, maximum=40.0, cut=60.0),
            Part(attempt=severe, part="bays", percent=5.0, maximum=40.0, cut=60.0),
            Part(attempt=severe, part="bays", percent=59.9, maximum=40.0, cut=None),
        ),
    )
    assert [(row["attempt"], row["would"]) for row in document["moves"]] == [(severe, "pass"), (lenient, "fail")]
    up = document["moves"][0]
    assert up["raters"] == ["B", "C"]
    # four judgements of 5 of 40 points, half of them by the severe rater, whose level lies at most 0.8 lower
    assert 0 < float(up["after"]) - float(up["before"]) < 100 * (4 * 5 / 3 * 0.5 * 0.8) / 40
