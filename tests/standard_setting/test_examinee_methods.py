"""Borderline regression, borderline group and Hofstee against independent computations."""

import numpy as np
import pytest
from scipy import stats

from assess.psychometrics.responses import ResponseError
from assess.standard_setting import borderline
from assess.standard_setting.hofstee import hofstee

RNG = np.random.default_rng(91)
RATINGS = RNG.integers(1, 6, size=80).astype(float)
SCORES = 20 + 8 * RATINGS + RNG.normal(0, 4, size=80)


def test_cut_is_the_regression_line_at_the_borderline_rating() -> None:
    expected = stats.linregress(RATINGS, SCORES)
    found = borderline.regression(SCORES, RATINGS, borderline=3)
    assert found.cut.value == pytest.approx(expected.intercept + 3 * expected.slope, abs=1e-9)
    assert found.slope == pytest.approx(expected.slope)
    assert found.intercept == pytest.approx(expected.intercept)
    assert found.r_squared == pytest.approx(expected.rvalue**2, abs=1e-12)
    assert (found.cut.n, found.cut.sufficient) == (80, True)


def test_standard_error_is_that_of_the_intercept_moved_to_the_borderline() -> None:
    """With ratings counted from the borderline the cut is the intercept, whose standard error SciPy gives."""
    expected = stats.linregress(RATINGS - 3, SCORES).intercept_stderr
    found = borderline.regression(SCORES, RATINGS, borderline=3)
    assert found.cut.standard_error == pytest.approx(expected, abs=1e-12)
    low, high = found.cut.interval or (0, 0)
    assert high - low == pytest.approx(2 * stats.t.ppf(0.975, 78) * expected, abs=1e-9)
    assert found.bootstrap_se == pytest.approx(expected, rel=0.2)


def test_fewer_than_thirty_candidates_are_not_enough() -> None:
    found = borderline.regression(SCORES[:29], RATINGS[:29], borderline=3)
    assert not found.cut.sufficient
    assert found.cut.reason == "29 candidates with a score and a rating; at least 30 are needed"


def test_ratings_that_do_not_rise_with_scores_are_doubted() -> None:
    assert "do not rise with the global rating" in borderline.regression(-SCORES, RATINGS, borderline=3).cut.reason


def test_borderline_beyond_the_ratings_given_is_an_extrapolation() -> None:
    found = borderline.regression(SCORES[RATINGS > 3], RATINGS[RATINGS > 3], borderline=3, minimum=10)
    assert "extrapolation" in found.cut.reason


def test_one_rating_for_all_has_no_regression() -> None:
    found = borderline.regression(SCORES, np.full(80, 3.0), borderline=3)
    assert (found.cut.reason, found.ratings) == ("all candidates have the same rating", ((3.0, 80),))


def test_missing_scores_and_ratings_leave_the_candidate_out() -> None:
    scores, ratings = SCORES.copy(), RATINGS.copy()
    scores[0], ratings[1] = np.nan, np.nan
    found = borderline.regression(scores, ratings, borderline=3)
    assert found.cut.n == 78
    assert found.cut == borderline.regression(SCORES[2:], RATINGS[2:], borderline=3).cut


def test_scores_and_ratings_of_different_length_are_refused() -> None:
    with pytest.raises(ResponseError, match="80 scores and 79 global ratings"):
        borderline.regression(SCORES, RATINGS[1:], borderline=3)


def test_borderline_group_is_the_mean_and_the_median_of_that_group() -> None:
    group = SCORES[RATINGS == 3]
    found = borderline.group(SCORES, RATINGS, borderline=3)
    assert found.mean.value == pytest.approx(group.mean(), abs=1e-12)
    assert found.mean.standard_error == pytest.approx(stats.sem(group), abs=1e-12)
    assert found.median.value == np.median(group)
    assert found.mean.n == len(group)


def test_hofstee_meets_the_line() -> None:
    """Scores 1 to 1000: the share below c is (c − 1)/1000 at whole c. Line from (300, .6) to (600, .1):
    .6 − (c − 300)/600 = c/1000 at c = 412.5, up to a step of one score."""
    found = hofstee(np.arange(1, 1001), [[300, 600, 0.1, 0.6]] * 8, resamples=100)
    assert found.cut.value == pytest.approx(412.5, abs=1.0)
    assert found.fail_rate == pytest.approx(0.4125, abs=0.001)
    assert found.cut.sufficient


def test_hofstee_averages_the_judges() -> None:
    one = hofstee(SCORES, [[40, 50, 0.1, 0.5]] * 8, resamples=100)
    two = hofstee(SCORES, [[38, 48, 0.05, 0.4]] * 4 + [[42, 52, 0.15, 0.6]] * 4, resamples=100)
    assert one.cut.value == pytest.approx(two.cut.value, abs=1e-9)
    assert (two.cut.standard_error or 0) > 0


def test_hofstee_limits_that_miss_the_candidates_say_so() -> None:
    found = hofstee(np.arange(1, 101), [[80, 90, 0.05, 0.2]] * 8, resamples=50)
    assert found.cut.value is None
    assert found.cut.reason == ("the judges' limits miss the candidates: 79% already fail at the lowest acceptable cut")
    few = hofstee(np.arange(1, 101), [[5, 10, 0.5, 0.9]] * 8, resamples=50)
    assert "even the highest acceptable cut fails too few" in few.cut.reason


def test_hofstee_with_few_judges_is_not_enough() -> None:
    found = hofstee(SCORES, [[40, 50, 0.1, 0.5]] * 3, resamples=50)
    assert found.cut.reason == "3 judges; at least 8 are needed"


def test_hofstee_limits_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(ResponseError, match="lowest ≤ highest"):
        hofstee(SCORES, [[50, 40, 0.1, 0.5]])
