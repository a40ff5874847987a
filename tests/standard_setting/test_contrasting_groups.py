"""Contrasting groups against SciPy's densities, t intervals and likelihoods written out here."""

import numpy as np
import pytest
from scipy import optimize, special, stats

from assess.psychometrics.responses import ResponseError
from assess.standard_setting import contrasting

RNG = np.random.default_rng(92)
LOW, HIGH = RNG.normal(50, 6, 40).round(), RNG.normal(62, 9, 60).round()
SCORES, COMPETENT = np.concatenate([LOW, HIGH]), np.repeat([0, 1], [40, 60])


def test_midpoint_has_welchs_interval() -> None:
    found = contrasting.midpoint(SCORES, COMPETENT)
    difference = stats.ttest_ind(-LOW, HIGH, equal_var=False).confidence_interval(0.95)
    assert found.value == pytest.approx((LOW.mean() + HIGH.mean()) / 2, abs=1e-12)
    low, high = found.interval or (0, 0)
    # −x̄₀ − x̄₁ and its interval, turned round and halved
    assert (low, high) == pytest.approx((-difference.high / 2, -difference.low / 2), abs=1e-9)
    assert found.bootstrap_se == pytest.approx(found.standard_error, rel=0.1)
    assert (found.numbers, found.sufficient) == ((40, 60), True)


@pytest.mark.parametrize(("weighting", "shares"), [("equal", (0.5, 0.5)), ("observed", (0.4, 0.6))])
def test_intersection_is_where_the_two_densities_are_the_same(weighting: str, shares: tuple[float, float]) -> None:
    found = contrasting.intersection(SCORES, COMPETENT, weighting=weighting)  # type: ignore[arg-type]
    laws = [stats.norm(group.mean(), group.std(ddof=1)) for group in (LOW, HIGH)]
    expected = optimize.brentq(
        lambda x: shares[0] * laws[0].pdf(x) - shares[1] * laws[1].pdf(x), LOW.mean(), HIGH.mean(), xtol=1e-12
    )
    assert found.value == pytest.approx(expected, abs=1e-9)
    assert (found.standard_error or 0) > 0


def test_logistic_cut_and_its_standard_error_are_the_maximum_likelihood_ones() -> None:
    """Against a general optimiser, and the delta method with the inverse of the information at the maximum."""
    design = np.column_stack([np.ones(100), SCORES - 55])

    def loss(beta: np.ndarray) -> float:
        return float(np.logaddexp(0, design @ beta).sum() - COMPETENT @ design @ beta)

    beta = optimize.minimize(loss, np.zeros(2), method="BFGS", options={"gtol": 1e-9}).x
    chance = special.expit(design @ beta)
    covariance = np.linalg.inv(design.T @ (design * (chance * (1 - chance))[:, None]))
    for probability in (0.5, 0.8):
        found = contrasting.logistic(SCORES, COMPETENT, probability=probability)
        cut = (special.logit(probability) - beta[0]) / beta[1]
        gradient = np.array([-1, -cut]) / beta[1]
        assert found.value == pytest.approx(55 + cut, abs=1e-5)
        assert found.standard_error == pytest.approx(np.sqrt(gradient @ covariance @ gradient), rel=1e-5)
        assert found.bootstrap_se == pytest.approx(found.standard_error, rel=0.25)


def test_wrong_decisions_are_counted_at_the_cut() -> None:
    found = contrasting.midpoint(SCORES, COMPETENT)
    assert found.value is not None
    assert found.false_pass == pytest.approx((found.value <= LOW).mean())
    assert found.false_fail == pytest.approx((found.value > HIGH).mean())


def test_groups_without_overlap_have_no_logistic_curve_but_a_gap() -> None:
    found = contrasting.logistic([1, 2, 3, 5, 6, 7] * 5, [0, 0, 0, 1, 1, 1] * 5)
    assert found.reason == "the scores separate the two without overlap: any cut between 3 and 5 does"
    touching = contrasting.logistic([1, 2, 3, 3, 6, 7] * 5, [0, 0, 0, 1, 1, 1] * 5)
    assert touching.reason == "all overlap is at the score 3, so the curve has no finite slope"


def test_one_group_around_the_other_has_no_intersection() -> None:
    inside, around = 50 + np.linspace(-1, 1, 30), 51 + np.linspace(-60, 60, 30)
    found = contrasting.intersection(np.concatenate([inside, around]), np.repeat([0, 1], 30), weighting="equal")
    assert "do not meet between the means" in found.reason


def test_competent_who_score_lower_are_doubted() -> None:
    assert "do not score higher" in contrasting.midpoint(SCORES, 1 - COMPETENT).reason


def test_small_or_constant_groups_are_not_enough() -> None:
    few = contrasting.midpoint(SCORES[30:50], COMPETENT[30:50])
    assert few.reason == (
        "10 candidates judged not competent; at least 15 are needed; 10 candidates judged competent; at least 15 are needed"
    )
    none = contrasting.logistic(SCORES[:40], COMPETENT[:40])
    assert none.reason == "0 candidate(s) judged competent; at least 15 are needed"
    flat = contrasting.midpoint([3.0] * 30 + [5.0] * 30, [0] * 30 + [1] * 30)
    assert flat.reason == "the scores do not vary within the groups (3 and 5)"


def test_candidates_not_sorted_or_without_a_score_are_left_out() -> None:
    scores, competent = np.append(SCORES, [99, np.nan]), np.append(COMPETENT, [np.nan, 1])
    assert contrasting.midpoint(scores, competent) == contrasting.midpoint(SCORES, COMPETENT)
    with pytest.raises(ResponseError, match="competent, entry 0: 2 is neither 1"):
        contrasting.midpoint([1.0], [2])
