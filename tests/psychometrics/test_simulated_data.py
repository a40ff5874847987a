"""Simulated data are seeded, and follow the model that they state."""

import numpy as np
import pytest

from assess.psychometrics import agreement, facets, simulate
from assess.psychometrics.responses import ResponseError


def model(*, severity: list[float], persons: int = 2000, criterion_sd: float = 0.0) -> simulate.RatingModel:
    return simulate.RatingModel(
        ability=np.random.default_rng(61).normal(size=persons),
        task_difficulty=np.array([0.0, 0.5]),
        criteria=(((-1.0, 0.0, 1.0),), ((0.0,), (-0.5, 0.5))),
        severity=np.array(severity),
        task_sd=0.3,
        criterion_sd=criterion_sd,
    )


def test_same_seed_same_data_other_seed_other_data() -> None:
    theta, steps = np.linspace(-2, 2, 50), [[0.0], [-1.0, 1.0]]
    first = simulate.partial_credit_responses(theta, steps, seed=1)
    assert np.array_equal(first, simulate.partial_credit_responses(theta, steps, seed=1))
    assert not np.array_equal(first, simulate.partial_credit_responses(theta, steps, seed=2))


def test_category_shares_are_the_models_probabilities() -> None:
    """20 000 answers at θ = 0.4: shares within four binomial standard errors of the definition's probabilities."""
    steps = np.array([-0.5, 0.3, 1.0])
    weights = np.exp(np.concatenate([[0.0], np.cumsum(0.4 - steps)]))
    expected = weights / weights.sum()
    answers = simulate.partial_credit_responses(np.full(20_000, 0.4), [steps], seed=3)[:, 0]
    shares = np.array([(answers == category).mean() for category in range(4)])
    assert (np.abs(shares - expected) < 4 * np.sqrt(expected * (1 - expected) / 20_000)).all()


def test_ratings_hold_every_assigned_mark_once_and_within_the_scale() -> None:
    assignments = simulate.rotating_assignments(persons=30, tasks=2, assessors=5)
    records = simulate.rating_records(model(severity=[0.0] * 5, persons=30), assignments, seed=4)
    keys = set(zip(records.person, records.task, records.criterion, records.assessor, strict=True))
    assert len(keys) == len(records.score) == 30 * (1 + 2) * 2
    highest = {(0, 0): 3, (1, 0): 1, (1, 1): 2}
    for task, criterion, score in zip(records.task, records.criterion, records.score, strict=True):
        assert 0 <= score <= highest[task, criterion]


@pytest.mark.slow
def test_severe_assessors_give_less() -> None:
    assignments = simulate.rotating_assignments(persons=2000, tasks=2, assessors=2)
    records = simulate.rating_records(model(severity=[1.0, -1.0]), assignments, seed=5)
    means = [records.score[records.assessor == assessor].mean() for assessor in (0, 1)]
    assert means[0] < means[1] - 0.3


@pytest.mark.slow
def test_a_shared_performance_makes_assessors_agree() -> None:
    assignments = simulate.rotating_assignments(persons=2000, tasks=1, assessors=2)

    def icc(criterion_sd: float) -> float:
        records = simulate.rating_records(model(severity=[0, 0], criterion_sd=criterion_sd), assignments, seed=6)
        table = np.zeros((2000, 2))
        table[records.person, records.assessor] = records.score
        return agreement.icc(table, "twoway", "agreement").value or 0.0

    assert icc(0.0) + 0.2 < icc(2.0)


@pytest.mark.parametrize(("assessors", "markers"), [(2, 2), (3, 2), (7, 2), (12, 2), (5, 3)])
def test_rotating_assignments_give_each_person_different_markers_and_connect_everyone(
    assessors: int, markers: int
) -> None:
    rows = simulate.rotating_assignments(persons=60, tasks=2, assessors=assessors, markers=markers)
    per_sheet: dict[tuple[int, int], set[int]] = {}
    for person, task, assessor in rows:
        per_sheet.setdefault((person, task), set()).add(assessor)
    assert {len(chosen) for chosen in per_sheet.values()} == {markers}
    assert facets.connectivity([(str(p), str(a)) for p, _, a in rows]).connected
    load = np.bincount(rows[:, 2], minlength=assessors)
    assert load.max() <= 2 * load.min()


def test_assignments_that_cannot_be_are_refused() -> None:
    with pytest.raises(ResponseError, match="3 markers cannot be chosen from 2 assessors"):
        simulate.rotating_assignments(persons=1, tasks=1, assessors=2, markers=3)
    with pytest.raises(ResponseError, match="outside"):
        simulate.rating_records(model(severity=[0.0]), [[0, 0, 1]], seed=1)
