"""Conditional maximum likelihood against enumeration of all answer patterns."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.psychometrics import irt, simulate
from assess.psychometrics.irt.elementary import product_of, reached_given_score
from assess.psychometrics.responses import ResponseError
from tests.effort import examples

ABILITY = np.random.default_rng(51).normal(size=250)
ANSWERS = simulate.rasch_responses(ABILITY, [-1.5, -0.5, 0.0, 0.7, 1.3], seed=52)
CREDITS = simulate.partial_credit_responses(ABILITY, [[-1.0, 0.5], [0.0], [-0.5, 0.2, 1.0], [0.4, -0.2]], seed=53)
GAPS = np.where(np.random.default_rng(54).random(CREDITS.shape) < 0.2, np.nan, CREDITS)


@given(st.lists(st.lists(st.floats(0.05, 20), min_size=1, max_size=3), min_size=2, max_size=4))
@settings(max_examples=examples(30))
def test_elementary_functions_equal_the_sum_over_all_patterns(weights: list[list[float]]) -> None:
    polynomials = [np.array([1.0, *item]) for item in weights]
    places = [(j, x) for j, item in enumerate(weights) for x in range(1, len(item) + 1)]
    scores = sum(len(item) for item in weights) + 1
    gamma, single = np.zeros(scores), np.zeros((scores, len(places)))
    pair = np.zeros((scores, len(places), len(places)))
    for pattern in product(*(range(len(item) + 1) for item in weights)):
        weight = float(np.prod([polynomials[j][x] for j, x in enumerate(pattern)]))
        there = np.array([pattern[j] == x for j, x in places], dtype=float)
        gamma[sum(pattern)] += weight
        single[sum(pattern)] += weight * there
        pair[sum(pattern)] += weight * np.outer(there, there)
    assert product_of(polynomials) == pytest.approx(gamma, rel=1e-12)
    found = reached_given_score(polynomials)
    assert found[0] == pytest.approx(np.log(gamma), abs=1e-10)
    assert found[1] == pytest.approx(single / gamma[:, None], rel=1e-9)
    assert found[2] == pytest.approx(pair / gamma[:, None, None], rel=1e-9)


def log_likelihood(data: np.ndarray, difficulty: np.ndarray) -> float:
    """Σ log P(pattern)/P(all patterns of that score), by enumeration."""
    total = 0.0
    steps = [row[np.isfinite(row)] for row in difficulty]
    for row in data:
        seen = [j for j in range(len(row)) if np.isfinite(row[j])]
        if not seen:
            continue

        def weight(pattern: tuple[int, ...], items: list[int] = seen) -> float:
            return float(np.exp(-sum(steps[j][:x].sum() for j, x in zip(items, pattern, strict=True))))

        mine = tuple(int(row[j]) for j in seen)
        others = [p for p in product(*(range(len(steps[j]) + 1) for j in seen)) if sum(p) == sum(mine)]
        total += float(np.log(weight(mine) / sum(weight(p) for p in others)))
    return total


def test_log_likelihood_equals_enumeration_and_no_neighbour_is_better() -> None:
    data = GAPS[:60]
    found = irt.conditional(data)
    assert found.converged
    top = log_likelihood(data, found.difficulty)
    assert found.log_likelihood == pytest.approx(top, abs=1e-8)
    for place in np.argwhere(np.isfinite(found.difficulty))[::2]:
        for nudge in (0.02, -0.02):
            moved = found.difficulty.copy()
            moved[tuple(place)] += nudge
            assert log_likelihood(data, moved) < top


def test_origin_is_the_mean_and_the_estimates_are_near_the_marginal_ones() -> None:
    found, marginal = irt.conditional(ANSWERS), irt.calibrate(ANSWERS, "Rasch")
    assert found.difficulty.sum() == pytest.approx(0, abs=1e-9)
    assert found.covariance.sum(axis=0) == pytest.approx(np.zeros(5), abs=1e-9)
    assert found.difficulty == pytest.approx(marginal.difficulty - marginal.difficulty.mean(), abs=0.05)
    score = ANSWERS.sum(axis=1)
    assert (found.persons, found.extreme) == (
        int(((score > 0) & (score < 5)).sum()),
        int(((score == 0) | (score == 5)).sum()),
    )


def test_adding_persons_with_everything_right_changes_nothing() -> None:
    found = irt.conditional(CREDITS)
    more = irt.conditional(np.vstack([CREDITS, np.tile([2.0, 1, 3, 2], (40, 1))]))
    assert more.difficulty == pytest.approx(found.difficulty, abs=1e-9, nan_ok=True)
    assert more.log_likelihood == pytest.approx(found.log_likelihood)
    assert more.extreme == found.extreme + 40


def test_items_that_are_never_answered_together_have_no_common_scale() -> None:
    apart = np.full((80, 4), np.nan)
    apart[:40, :2], apart[40:, 2:] = ANSWERS[:40, :2], ANSWERS[40:80, 2:4]
    found = irt.conditional(apart)
    assert (found.converged, found.reason) == (False, "the persons do not connect all items: no common scale")
    assert not any(item.thresholds[0].sufficient for item in found.items)


def test_an_item_ahead_of_the_others_in_every_person_has_no_estimate() -> None:
    chain = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]] * 10, dtype=float)
    found = irt.conditional(chain)
    assert not found.converged
    assert found.reason.startswith("the conditional estimate does not exist")


def test_too_many_sets_of_answered_items_are_refused_with_the_remedy() -> None:
    rng = np.random.default_rng(55)
    many = simulate.rasch_responses(rng.normal(size=400), np.linspace(-1, 1, 60), seed=56)
    found = irt.conditional(np.where(rng.random(many.shape) < 0.3, np.nan, many))
    assert not found.converged
    assert found.reason.endswith("too many to condition on; use calibrate")


def test_groups_with_the_same_difficulties_pass_and_with_others_fail() -> None:
    ability = np.random.default_rng(57).normal(size=400)
    same = simulate.rasch_responses(ability, [-1.0, -0.5, 0.0, 0.5, 1.0], seed=58)
    other = np.vstack([same[:200], simulate.rasch_responses(ability[200:], [1.0, -0.5, 0.0, 0.5, -1.0], seed=59)])
    group = np.repeat(["a", "b"], 200)
    assert (irt.andersen(same, group).p_value or 0) > 0.05
    found = irt.andersen(other, group)
    assert (found.p_value or 1) < 1e-6
    assert (found.df, found.groups) == (4, (200, 200))


def test_andersens_test_says_what_it_cannot_compare() -> None:
    ahead = ANSWERS.copy()
    ahead[:100, 0] = 1
    group = np.arange(250) < 100
    found = irt.andersen(ahead, group)
    assert found.reason == "1 items do not have the same categories in every group and are not compared"
    assert found.df == 3
    alone = irt.andersen(ANSWERS, np.zeros(250))
    assert (alone.chi_square, alone.reason) == (None, "all persons are in one group")
    with pytest.raises(ResponseError, match="3 group labels for 250 persons"):
        irt.andersen(ANSWERS, [1, 2, 3])
