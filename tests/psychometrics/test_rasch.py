"""Calibration and person measures against independent arithmetic: brute-force integrals, derivatives, closed forms."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from assess.psychometrics import irt, simulate
from assess.psychometrics.irt.groups import score_groups
from assess.psychometrics.irt.likelihood import MarginalModel, quadrature
from assess.psychometrics.irt.steps import StepLayout
from assess.psychometrics.responses import FloatArray, ResponseError
from tests.effort import examples

DIFFICULTY = np.array([-1.5, -0.5, 0.0, 0.7, 1.3])
ABILITY = np.random.default_rng(3).normal(scale=1.2, size=400)
ANSWERS = simulate.rasch_responses(ABILITY, DIFFICULTY, seed=8)
GAPS = np.where(np.random.default_rng(4).random(ANSWERS.shape) < 0.2, np.nan, ANSWERS)
STEPS = [[-1.0, 0.5], [0.0], [-0.5, 0.2, 1.0], [0.4, -0.2]]
CREDITS = simulate.partial_credit_responses(ABILITY, STEPS, seed=9)


def values(calibration: irt.RaschCalibration) -> FloatArray:
    return np.array([item.difficulty.value for item in calibration.items], dtype=np.float64)


def pattern_probability(pattern: FloatArray, steps: list[FloatArray], sd: float) -> float:
    """The marginal probability of one answer pattern by adaptive integration, straight from the model's definition."""

    def at(theta: float) -> float:
        probability = float(stats.norm.pdf(theta, scale=sd))
        for answer, item in zip(pattern, steps, strict=True):
            if np.isnan(answer):
                continue
            logits = np.concatenate([[0.0], np.cumsum(theta - item)])
            weights = np.exp(logits - logits.max())
            probability *= weights[int(answer)] / weights.sum()
        return probability

    return float(integrate.quad(at, -12, 12, epsabs=1e-13, limit=200)[0])


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(ANSWERS[:60], id="complete", marks=pytest.mark.slow),
        pytest.param(GAPS[:60], id="gaps", marks=pytest.mark.slow),
        pytest.param(CREDITS[:60], id="credits", marks=pytest.mark.slow),
    ],
)
def test_log_likelihood_equals_adaptive_integration(data: FloatArray) -> None:
    found = irt.calibrate_rasch(data)
    steps = [item for item in found.step_difficulties if item is not None]
    sd = found.population_sd.value
    assert sd is not None
    expected = sum(np.log(pattern_probability(row, steps, sd)) for row in data if np.isfinite(row).any())
    assert found.log_likelihood == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("data", [ANSWERS, GAPS, CREDITS], ids=["complete", "gaps", "credits"])
def test_gradient_and_hessian_equal_numerical_derivatives(data: FloatArray) -> None:
    layout = StepLayout.of(np.nanmax(data, axis=0).astype(int))
    model = MarginalModel(
        layout=layout,
        groups=score_groups(data),
        reached=np.nansum(data[:, layout.item] >= layout.level, axis=0).astype(float),
        nodes=quadrature(61),
    )
    at = np.append(np.linspace(-0.8, 0.9, len(layout.item)), 0.2)
    found, h = model.evaluate(at), 1e-5
    for k, unit in enumerate(np.eye(len(at))):
        up, down = model.evaluate(at + h * unit), model.evaluate(at - h * unit)
        assert found.gradient[k] == pytest.approx((up.value - down.value) / (2 * h), abs=1e-4)
        assert found.hessian[k] == pytest.approx((up.gradient - down.gradient) / (2 * h), abs=1e-4)


def test_two_items_differ_by_the_log_odds_of_the_discordant_persons() -> None:
    """Rasch's own result: P(first only)/P(second only) = exp(b₂ − b₁) for any distribution of ability."""
    table = {(1, 1): 50, (1, 0): 45, (0, 1): 15, (0, 0): 40}
    data = np.array([pattern for pattern, count in table.items() for _ in range(count)], dtype=float)
    first, second = values(irt.calibrate_rasch(data))
    assert second - first == pytest.approx(np.log(45 / 15), abs=1e-6)


def test_estimates_recover_what_was_simulated() -> None:
    ability = np.random.default_rng(12).normal(scale=0.8, size=4000)
    found = irt.calibrate_rasch(simulate.partial_credit_responses(ability, STEPS, seed=13))
    for item, truth in zip(found.items, STEPS, strict=True):
        for step, true in zip(item.steps, truth, strict=True):
            assert step.value is not None
            assert step.standard_error is not None
            assert abs(step.value - true) < 4 * step.standard_error
    low, high = found.population_sd.interval or (1.0, 0.0)
    assert low < 0.8 < high


@pytest.mark.slow
def test_standard_errors_are_the_spread_of_repeated_samples() -> None:
    rng = np.random.default_rng(14)
    repeated = [
        values(irt.calibrate_rasch(simulate.rasch_responses(rng.normal(size=300), DIFFICULTY, seed=seed)))
        for seed in range(150)
    ]
    once = irt.calibrate_rasch(simulate.rasch_responses(rng.normal(size=300), DIFFICULTY, seed=999))
    errors = [item.difficulty.standard_error for item in once.items]
    assert errors == pytest.approx(np.std(repeated, axis=0, ddof=1), rel=0.25)


def test_centring_moves_the_scale_and_not_the_fit() -> None:
    plain, centred = irt.calibrate_rasch(GAPS), irt.calibrate_rasch(GAPS, centred=True)
    assert values(centred).mean() == pytest.approx(0, abs=1e-12)
    assert centred.log_likelihood == plain.log_likelihood
    assert values(centred) - values(plain) == pytest.approx(np.full(5, centred.population_mean), abs=1e-9)
    assert irt.wle(GAPS, centred).theta - irt.wle(GAPS, plain).theta == pytest.approx(
        np.full(400, centred.population_mean), abs=1e-9
    )
    # centring removes the common uncertainty, so the covariance has a null direction
    assert centred.covariance.sum() == pytest.approx(0, abs=1e-9)


def test_weighted_likelihood_of_equal_items_has_a_closed_form() -> None:
    """All b = 0: Warm's estimate maximises p^(s+½)(1−p)^(n−s+½), so θ = log((s + ½)/(n − s + ½))."""
    patterns = np.array(list(product([0.0, 1.0], repeat=4)))
    calibration = irt.calibrate_rasch(np.repeat(patterns, 3, axis=0))
    assert values(calibration) == pytest.approx(np.zeros(4), abs=1e-6)
    score = patterns.sum(axis=1)
    measures = irt.wle(patterns, calibration)
    assert measures.theta == pytest.approx(np.log((score + 0.5) / (4 - score + 0.5)), abs=1e-6)
    p = (score + 0.5) / 5
    assert measures.standard_error == pytest.approx(1 / np.sqrt(4 * p * (1 - p)), abs=1e-6)


@pytest.mark.slow
def test_eap_equals_adaptive_integration() -> None:
    """Tolerance 1e-6: the grid ends at ±6 standard deviations of the population."""
    calibration = irt.calibrate_rasch(GAPS)
    steps = [item for item in calibration.step_difficulties if item is not None]
    sd = calibration.population_sd.value
    assert sd is not None
    measures = irt.eap(GAPS[:5], calibration)
    for person in range(5):

        def joint(theta: float, power: int, row: FloatArray = GAPS[person]) -> float:
            seen = np.isfinite(row)
            p = 1 / (1 + np.exp(np.array([s[0] for s in steps]) - theta))
            return float(theta**power * np.prod(np.where(row == 1, p, 1 - p)[seen]) * stats.norm.pdf(theta, scale=sd))

        moments = [integrate.quad(joint, -10, 10, args=(k,), epsabs=1e-12)[0] for k in range(3)]
        mean = moments[1] / moments[0]
        assert measures.theta[person] == pytest.approx(mean, abs=1e-6)
        assert measures.standard_error[person] == pytest.approx(np.sqrt(moments[2] / moments[0] - mean**2), abs=1e-6)


def test_person_without_answers_is_not_measured() -> None:
    calibration = irt.calibrate_rasch(ANSWERS)
    measures = irt.wle(np.full((1, 5), np.nan), calibration)
    assert measures.estimate(0).in_words() == "not enough evidence: the person answered no calibrated item"


def test_items_without_a_finite_difficulty_are_named_and_left_out() -> None:
    data = np.column_stack([ANSWERS, np.ones(400), np.zeros(400), np.full(400, np.nan)])
    found = irt.calibrate_rasch(data, names=["a", "b", "c", "d", "e", "all", "none", "unseen"])
    assert values(irt.calibrate_rasch(ANSWERS)) == pytest.approx(values(found)[:5], abs=1e-9)
    assert found.reason == (
        "all: everybody who answered it is in category 1, which tells nobody apart; it is left out; "
        "none: everybody who answered it is in category 0, which tells nobody apart; it is left out; "
        "unseen: nobody answered it; it is left out"
    )


def test_persons_who_do_not_differ_leave_the_spread_unknown_but_not_the_difficulties() -> None:
    coins = (np.random.default_rng(15).random((300, 4)) < [0.3, 0.5, 0.6, 0.8]).astype(float)
    coins = np.vstack([coins, 1 - coins[:, ::-1]])  # negatively related halves: no room for a common ability
    found = irt.calibrate_rasch(coins)
    if found.population_sd.value is None:
        assert found.population_sd.reason == "persons do not differ more than chance makes them"
    p = coins.mean(axis=0)
    assert values(found) == pytest.approx(-np.log(p / (1 - p)), abs=0.05)
    assert all(item.difficulty.standard_error for item in found.items)


def test_long_tests_refine_the_quadrature() -> None:
    """80 items and a wide population: the posterior is narrower than the first grid's spacing."""
    ability = np.random.default_rng(16).normal(scale=3, size=300)
    found = irt.calibrate_rasch(simulate.rasch_responses(ability, np.linspace(-4, 4, 80), seed=17))
    assert found.converged
    assert found.points > 61


def test_few_persons_give_no_calibration() -> None:
    found = irt.calibrate_rasch(ANSWERS[:6])
    assert not found.converged
    assert all(item.difficulty.value is None for item in found.items)
    with pytest.raises(ResponseError, match="no calibration to measure with") as refusal:
        irt.wle(ANSWERS, found)
    assert refusal.value.code == "not_calibrated"


def test_scores_beyond_the_calibrated_categories_are_refused() -> None:
    with pytest.raises(ResponseError, match="item 1: category 2; it was calibrated to 1"):
        irt.wle(np.array([[2.0, 0, 0, 0, 0]]), irt.calibrate_rasch(ANSWERS))


@given(
    st.floats(-4, 4),
    st.lists(st.lists(st.floats(-3, 3), min_size=1, max_size=4), min_size=1, max_size=4),
)
@settings(max_examples=examples(50))
def test_information_is_the_slope_of_the_expected_score(theta: float, steps: list[list[float]]) -> None:
    def expected(at: float) -> float:
        total = 0.0
        for item in steps:
            logits = np.concatenate([[0.0], np.cumsum(at - np.array(item))])
            weights = np.exp(logits - logits.max())
            total += float(weights @ np.arange(len(weights)) / weights.sum())
        return total

    slope = (expected(theta + 1e-5) - expected(theta - 1e-5)) / 2e-5
    assert irt.test_information(theta, steps)[0] == pytest.approx(slope, abs=1e-7)


def test_twenty_items_at_the_cut_cannot_measure_to_four_tenths_of_a_logit() -> None:
    """1/√(20/4) = .447 at best; .40 takes 1/(.16·.25) = 25 items."""
    plan = irt.plan_precision(0.3, [[0.3]] * 30, length=20, target=0.40)
    assert (round(plan.best, 3), plan.length_needed, plan.reached) == (0.447, 25, False)
    assert irt.plan_precision(0.3, [[0.3]] * 30, length=25, target=0.40).reached
    with pytest.raises(ResponseError, match="a form of 20 items cannot be drawn from 3"):
        irt.plan_precision(0.0, [[0.0]] * 3, length=20, target=0.4)
