"""Omega, halves, lower bounds and conditional errors against algebra and against plain optimisation."""

from itertools import combinations

import numpy as np
import pytest
from scipy import optimize

from assess.psychometrics import reliability
from assess.psychometrics.covariance import item_covariance
from assess.psychometrics.reliability.halves import all_halves
from assess.psychometrics.reliability.oblique import minimum_residual, oblimin, schmid_leiman
from assess.psychometrics.reliability.one_factor import fit_one_factor
from assess.psychometrics.responses import ResponseError

RNG = np.random.default_rng(20260301)
LOADINGS = np.array([0.5, 0.8, 0.6, 0.9, 0.7])
CONGENERIC = RNG.normal(size=(150, 1)) * LOADINGS + RNG.normal(size=(150, 5)) * np.array([0.7, 0.5, 0.9, 0.6, 0.8])
ANSWERS = (RNG.normal(size=(120, 1)) + RNG.normal(size=(120, 6)) > np.linspace(-1, 1, 6)).astype(float)


def test_one_factor_fit_reaches_the_minimum_a_general_optimiser_finds() -> None:
    """log|Σ| + tr(SΣ⁻¹) − log|S| − k, minimised by BFGS from the same data, no use of our derivatives."""
    sample = np.cov(CONGENERIC, rowvar=False)

    def discrepancy(parameters: np.ndarray) -> float:
        implied = np.outer(parameters[:5], parameters[:5]) + np.diag(np.exp(parameters[5:]))
        return float(
            np.linalg.slogdet(implied)[1] + np.trace(sample @ np.linalg.inv(implied)) - np.linalg.slogdet(sample)[1] - 5
        )

    found = optimize.minimize(discrepancy, np.concatenate([LOADINGS, np.zeros(5)]), method="BFGS")
    ours = fit_one_factor(sample)
    assert ours.converged
    assert ours.discrepancy <= found.fun + 1e-12
    assert ours.loadings == pytest.approx(found.x[:5], abs=1e-4)


def test_omega_of_tau_equivalent_covariances_is_alpha() -> None:
    """Equal covariances (Lord & Novick 1968, ch. 4): one factor with equal loadings fits exactly, and omega is alpha."""
    sample = np.full((4, 4), 0.5) + np.diag([0.5, 0.7, 0.9, 1.1])
    fitted = fit_one_factor(sample)
    alpha = 4 / 3 * (1 - np.trace(sample) / sample.sum())
    assert fitted.omega == pytest.approx(alpha, abs=1e-10)
    assert fitted.discrepancy == pytest.approx(0, abs=1e-12)


@pytest.mark.slow
def test_omega_standard_error_and_interval_keep_their_promise() -> None:
    """200 persons, 300 samples: the standard error is the spread, and 95 % intervals cover 92 to 98 % of the time."""
    rng = np.random.default_rng(8)
    errors = np.array([0.7, 0.5, 0.9, 0.6, 0.8])
    true = LOADINGS.sum() ** 2 / (LOADINGS.sum() ** 2 + (errors**2).sum())
    values, ses, covered = [], [], 0
    for _ in range(300):
        found = reliability.omega(rng.normal(size=(200, 1)) * LOADINGS + rng.normal(size=(200, 5)) * errors)
        assert found.interval is not None
        values.append(found.value)
        ses.append(found.standard_error)
        covered += found.interval[0] <= true <= found.interval[1]
    assert np.mean(np.array(ses, dtype=float)) == pytest.approx(np.std(np.array(values, dtype=float)), rel=0.1)
    assert 0.92 <= covered / 300 <= 0.98


@pytest.mark.slow
def test_omega_bootstrap_agrees_with_the_delta_method_on_normal_scores() -> None:
    drawn = reliability.omega(CONGENERIC, interval="bootstrap", resamples=200)
    delta = reliability.omega(CONGENERIC)
    assert drawn.value == delta.value
    assert drawn.standard_error == pytest.approx(delta.standard_error, rel=0.2)


def test_heywood_case_names_the_item() -> None:
    """Correlations .8, .8 and .5 with one item ask for a loading of 1.13: λ₁² = .8·.8/.5 = 1.28."""
    correlation = np.array([[1.0, 0.8, 0.8], [0.8, 1.0, 0.5], [0.8, 0.5, 1.0]])
    scores = np.random.default_rng(3).normal(size=(60, 3))
    scores -= scores.mean(axis=0)
    white = scores @ np.linalg.inv(np.linalg.cholesky(np.cov(scores, rowvar=False))).T
    found = reliability.omega(white @ np.linalg.cholesky(correlation).T, names=["wiring", "safety", "report"])
    assert found.value is not None
    assert not found.sufficient
    assert found.reason == (
        "negative unique variance (Heywood case) of wiring: the one-factor model does not fit there"
    )


def test_omega_says_what_it_lacks() -> None:
    assert "at least 3 are needed" in reliability.omega(CONGENERIC[:, :2]).reason
    constant = np.column_stack([CONGENERIC, np.ones(150)])
    assert reliability.omega(constant).reason == "item 6 does not vary; leave it out"
    twice = np.column_stack([CONGENERIC, CONGENERIC[:, 0]])
    assert "deficient rank" in reliability.omega(twice).reason
    turned = CONGENERIC * np.array([1, 1, -1, 1, 1])
    assert "negative loading of item 3" in reliability.omega(turned).reason


def test_items_without_a_common_factor_are_refused_soon() -> None:
    found = reliability.omega(np.random.default_rng(6).normal(size=(200, 20)))
    assert found.value is None
    assert "the items do not share one factor" in found.reason


def test_a_pair_of_items_that_goes_together_is_fitted_in_few_steps() -> None:
    """One pair among twenty: far from one factor, where scoring with expected derivatives crawls."""
    rng = np.random.default_rng(2)
    scores = rng.normal(size=(60, 20))
    scores[:, :2] += 2 * rng.normal(size=(60, 1))
    fitted = fit_one_factor(np.cov(scores, rowvar=False))
    assert fitted.converged
    assert fitted.iterations < 30


def test_every_split_is_tried_once() -> None:
    """10 ways to halve 6 items; 10 ways to take 2 of 5."""
    assert len(all_halves(6)) == 10
    assert len(all_halves(5)) == 10
    halves = {frozenset(np.flatnonzero(half).tolist()) for half in all_halves(6)}
    assert all(frozenset(range(6)) - half not in halves for half in halves)


def test_mean_of_all_split_halves_is_alpha() -> None:
    """Cronbach (1951): for an even number of items the mean of Rulon's coefficient over all splits is alpha."""
    found = reliability.split_half(ANSWERS, resamples=5)
    assert found.mean.value == pytest.approx(reliability.alpha(ANSWERS).value, abs=1e-12)
    assert found.exact


def test_best_and_worst_split_by_hand() -> None:
    covariance = np.cov(ANSWERS, rowvar=False)
    by_hand = [
        4 * covariance[np.ix_(half, [j for j in range(6) if j not in half])].sum() / covariance.sum()
        for half in combinations(range(6), 3)
    ]
    found = reliability.split_half(ANSWERS, resamples=5)
    assert (found.best.value, found.worst.value) == pytest.approx((max(by_hand), min(by_hand)), abs=1e-12)
    half = list(found.best_half)
    rest = [j for j in range(6) if j not in half]
    assert 4 * covariance[np.ix_(half, rest)].sum() / covariance.sum() == pytest.approx(max(by_hand), abs=1e-12)


def test_odd_even_halves_by_hand() -> None:
    odd, even = ANSWERS[:, ::2].sum(axis=1), ANSWERS[:, 1::2].sum(axis=1)
    found = reliability.split_half(ANSWERS, resamples=5)
    r = float(np.corrcoef(odd, even)[0, 1])
    assert found.spearman_brown.value == pytest.approx(2 * r / (1 + r), abs=1e-12)
    rulon = 1 - (odd - even).var() / (odd + even).var()
    assert found.flanagan_rulon.value == pytest.approx(rulon, abs=1e-12)


def test_splits_of_a_long_test_are_sampled() -> None:
    long = (np.random.default_rng(5).normal(size=(80, 1)) + np.random.default_rng(6).normal(size=(80, 20)) > 0) * 1.0
    found = reliability.split_half(long, splits=400, resamples=5)
    assert (found.exact, len(found.coefficients)) == (False, 400)
    assert found.mean.value == pytest.approx(reliability.alpha(long).value, abs=0.01)


def test_guttmans_bounds_stand_in_their_order() -> None:
    """Guttman (1945): λ1 ≤ λ3 ≤ λ2, and λ1 ≤ λ5; λ6 from the regressions of each item on the others."""
    found = reliability.guttman(ANSWERS, resamples=5)
    one, two, three, five = (bound.value or 0 for bound in (found.lambda1, found.lambda2, found.lambda3, found.lambda5))
    assert one <= three <= two
    assert one <= five
    unpredicted = 0.0
    for j in range(6):
        others = np.column_stack([np.ones(120), np.delete(ANSWERS, j, axis=1)])
        residual = ANSWERS[:, j] - others @ np.linalg.lstsq(others, ANSWERS[:, j], rcond=None)[0]
        unpredicted += float((residual**2).sum() / 119)
    variance = ANSWERS.sum(axis=1).var(ddof=1)
    assert found.lambda6.value == pytest.approx(1 - unpredicted / variance, abs=1e-10)
    assert found.lambda4.value == reliability.split_half(ANSWERS, resamples=5).best.value


def test_kr21_is_kr20_of_items_alike_and_less_otherwise() -> None:
    alike = np.vstack([np.roll([1.0, 1.0, 0.0, 0.0], turn) for turn in range(4)] + [np.ones(4), np.zeros(4)] * 4)
    assert reliability.kr21(alike).value == pytest.approx(reliability.kr20(alike).value, abs=1e-12)
    assert (reliability.kr21(ANSWERS).value or 1) < (reliability.kr20(ANSWERS).value or 0)


def test_kr21_standard_error_agrees_with_the_bootstrap() -> None:
    rng = np.random.default_rng(12)
    drawn = [reliability.kr21(ANSWERS[rng.integers(120, size=120)]).value for _ in range(200)]
    found = reliability.kr21(ANSWERS)
    assert found.standard_error == pytest.approx(np.std(np.array(drawn, dtype=float)), rel=0.15)


def test_alpha_bootstrap_is_seeded_and_near_feldt() -> None:
    one = reliability.alpha(CONGENERIC, interval="bootstrap", resamples=200, seed=4)
    assert one == reliability.alpha(CONGENERIC, interval="bootstrap", resamples=200, seed=4)
    assert one.standard_error == pytest.approx(reliability.alpha(CONGENERIC).standard_error, rel=0.3)


def test_pairwise_covariances_that_contradict_each_other_are_refused() -> None:
    """Each pair of three items agrees perfectly for its own persons, whose spread differs: alpha would be above 1."""
    nan = np.nan
    apart = np.array([[0, 0, nan], [4, 4, nan], [nan, 1, 1], [nan, 2, 2], [0, nan, 0], [4, nan, 4]] * 10, dtype=float)
    found = reliability.alpha(apart)
    assert found.value is None
    assert "contradict each other" in found.reason
    assert "contradict each other" in reliability.split_half(apart, resamples=3).best.reason


def test_schmid_leiman_gives_a_hierarchical_structure_back() -> None:
    """A general and three group factors with proportional loadings inside each group are recovered exactly."""
    second, first = np.array([0.8, 0.7, 0.6]), np.kron(np.eye(3), np.array([[0.9], [0.8], [0.7]]))
    pattern = first * 1.0
    among = np.outer(second, second)
    np.fill_diagonal(among, 1.0)
    correlation = pattern @ among @ pattern.T
    np.fill_diagonal(correlation, 1.0)
    found = schmid_leiman(correlation, 3)
    assert found.converged
    assert found.general == pytest.approx(pattern @ second, abs=1e-4)
    assert found.uniquenesses == pytest.approx(1 - pattern.sum(axis=1) ** 2, abs=1e-4)


def test_minimum_residual_leaves_what_a_plain_search_leaves() -> None:
    correlation = np.corrcoef(CONGENERIC, rowvar=False)
    loadings, heywood, converged = minimum_residual(correlation, 1)

    def residual(free: np.ndarray) -> float:
        gap = correlation - np.outer(free, free)
        return float((gap[np.triu_indices(5, 1)] ** 2).sum())

    found = optimize.minimize(residual, LOADINGS, method="BFGS", options={"gtol": 1e-10})
    assert (heywood, converged) == ((), True)
    assert residual(loadings[:, 0]) == pytest.approx(found.fun, abs=1e-10)


def test_oblimin_of_a_perfect_cluster_structure_finds_it() -> None:
    simple = np.kron(np.eye(2), np.array([[0.8], [0.7], [0.6]]))
    turned = simple @ np.array([[0.8, -0.6], [0.6, 0.8]])
    pattern, among, converged = oblimin(turned)
    assert converged
    assert np.sort(np.abs(pattern), axis=None) == pytest.approx(np.sort(simple, axis=None), abs=1e-5)
    assert abs(among[0, 1]) == pytest.approx(0, abs=1e-5)


def test_hierarchical_omega_says_what_two_factors_cannot() -> None:
    found = reliability.hierarchical_omega(ANSWERS, factors=2, resamples=3)
    assert "two group factors do not identify the general one" in found.hierarchical.reason
    assert "cannot carry 4 factors" in reliability.hierarchical_omega(ANSWERS, factors=4, resamples=3).total.reason
    with pytest.raises(ResponseError, match="at least 1 is needed"):
        reliability.hierarchical_omega(ANSWERS, factors=0)


def test_feldt_and_qualls_average_is_the_standard_error_of_measurement() -> None:
    """The mean error variance over persons is V(1 − α) with divisor n."""
    found = reliability.conditional_sem(ANSWERS)
    overall = reliability.standard_error_of_measurement(ANSWERS).value or 0.0
    assert found.average == pytest.approx(overall * np.sqrt(119 / 120), abs=1e-12)
    assert found.persons.sum() == found.n == 120


def test_keats_errors_average_to_kr20() -> None:
    found = reliability.conditional_sem(ANSWERS, method="keats")
    overall = reliability.standard_error_of_measurement(ANSWERS).value or 0.0
    assert found.average == pytest.approx(overall * np.sqrt(119 / 120), abs=1e-10)


def test_thorndikes_errors_are_the_spread_of_half_differences() -> None:
    difference = ANSWERS[:, ::2].sum(axis=1) - ANSWERS[:, 1::2].sum(axis=1)
    squares = (difference - difference.mean()) ** 2
    totals = ANSWERS.sum(axis=1)
    found = reliability.conditional_sem(ANSWERS, method="thorndike")
    by_hand = [np.sqrt(squares[totals == score].mean()) for score in found.scores]
    assert found.standard_error == pytest.approx(by_hand, abs=1e-12)


def test_conditional_errors_say_what_they_lack() -> None:
    assert "right-or-wrong" in reliability.conditional_sem(CONGENERIC, method="lord").reason
    assert "3 parts" in reliability.conditional_sem(ANSWERS, method="thorndike", parts="aabbcc").reason
    smooth = reliability.conditional_sem(ANSWERS, smooth=2)
    assert smooth.sufficient
    with pytest.raises(ResponseError, match="2 parts for 6 items"):
        reliability.conditional_sem(ANSWERS, parts=["a", "b"])


def test_small_whole_numbers_and_fractions_give_the_same_covariances() -> None:
    """Single precision is used only where it is exact: adding a third to every answer changes the way, not the result."""
    gaps = ANSWERS.copy()
    gaps[::7, 2] = np.nan
    for data in (ANSWERS, gaps):
        fast, plain = item_covariance(data), item_covariance(data + 1 / 3)
        assert fast.matrix == pytest.approx(plain.matrix, abs=1e-12)
        assert fast.together.tolist() == plain.together.tolist()
