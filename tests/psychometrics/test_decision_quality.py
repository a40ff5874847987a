"""Consistency and accuracy where the answer is known in closed form."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, stats

from assess.psychometrics import classification, irt, reliability, simulate
from assess.psychometrics.classification.strong_true_score import (
    _Beta,
    _figures,
    _fit_beta,
    effective_length,
    lords_k,
)
from assess.psychometrics.responses import ResponseError
from assess.psychometrics.results import Estimate


def known(value: float, *, standard_error: float = 0.01, sufficient: bool = True) -> Estimate:
    return Estimate(
        value=value,
        standard_error=standard_error,
        interval=(value - 0.02, value + 0.02),
        n=300,
        method="given",
        source="",
        sufficient=sufficient,
        reason="" if sufficient else "9 persons",
    )


def test_beta_binomial_figures_equal_plain_integration() -> None:
    a, b, n, cut = 6.0, 4.0, 20, 12
    found = _figures(_Beta(a, b, 0.0, 1.0), n, cut, cut / n, k=0.0)
    density = stats.beta(a, b).pdf

    def passes(t: float) -> float:
        return float(stats.binom.sf(cut - 1, n, t))

    assert found.pass_rate == pytest.approx(stats.betabinom.sf(cut - 1, n, a, b), abs=1e-9)
    false_pass = integrate.quad(lambda t: density(t) * passes(t), 0, cut / n)[0]
    assert found.false_pass == pytest.approx(false_pass, abs=1e-9)
    consistency = integrate.quad(lambda t: density(t) * (passes(t) ** 2 + (1 - passes(t)) ** 2), 0, 1)[0]
    assert found.consistency == pytest.approx(consistency, abs=1e-9)


def test_effective_length_of_beta_binomial_scores_is_the_number_of_items() -> None:
    """For binomial errors of n items KR-21 is the reliability; Livingston & Lewis' formula then gives n back."""
    scores = np.random.default_rng(51).binomial(25, np.random.default_rng(52).beta(5, 3, size=500)).astype(float)
    mean, variance = scores.mean(), scores.var(ddof=1)
    kr21 = 25 / 24 * (1 - mean * (25 - mean) / (25 * variance))
    assert effective_length(scores / 25, kr21) == pytest.approx(25, abs=1e-9)
    assert lords_k(scores, 25, kr21) == pytest.approx(0, abs=1e-9)


def test_livingston_lewis_and_hanson_brennan_agree_where_they_must() -> None:
    """With the reliability that makes the effective length the length and k zero, both are the beta-binomial."""
    scores = np.random.default_rng(51).binomial(25, np.random.default_rng(52).beta(5, 3, size=500)).astype(float)
    mean, variance = scores.mean(), scores.var(ddof=1)
    r = known(25 / 24 * (1 - mean * (25 - mean) / (25 * variance)))
    ours = classification.livingston_lewis(scores, r, 15, 0, 25, resamples=20)
    other = classification.hanson_brennan(scores, r, 15, 25, resamples=20)
    assert ours.accuracy.value == pytest.approx(other.accuracy.value, abs=1e-9)
    assert ours.kappa.value == pytest.approx(other.kappa.value, abs=1e-9)


def test_livingston_lewis_does_not_depend_on_the_unit_of_the_scale() -> None:
    scores = np.random.default_rng(53).normal(60, 10, size=200).clip(5, 95)
    one = classification.livingston_lewis(scores, known(0.8), 55, 0, 100, resamples=20)
    other = classification.livingston_lewis(scores / 2 + 10, known(0.8), 37.5, 10, 60, resamples=20)
    assert one.consistency.value == pytest.approx(other.consistency.value, abs=1e-9)
    assert one.accuracy.interval == pytest.approx(other.accuracy.interval, abs=1e-9)


def test_single_part_rule_equals_the_normal_closed_form() -> None:
    """Cut at the mean: consistency ½ + asin(r)/π, accuracy ½ + asin(√r)/π (Sheppard's theorem). 200 000 draws: .004."""
    scores = stats.norm.ppf((np.arange(400) + 0.5) / 400)[:, None]
    part = classification.Part(name="all", cut=0.0, reliability=known(0.8))
    found = classification.conjunctive(scores, [part], draws=200_000, resamples=20)
    assert found.consistency.value == pytest.approx(0.5 + np.arcsin(0.8) / np.pi, abs=0.004)
    assert found.accuracy.value == pytest.approx(0.5 + np.arcsin(np.sqrt(0.8)) / np.pi, abs=0.004)
    assert found.pass_rate.value == pytest.approx(0.5, abs=0.004)


@pytest.mark.slow
def test_independent_parts_multiply() -> None:
    """Two uncorrelated parts, each passed by half: a quarter passes both."""
    grid = stats.norm.ppf((np.arange(20) + 0.5) / 20)
    scores = np.array([(x, y) for x in grid for y in grid])
    parts = [classification.Part(name=name, cut=0.0, reliability=known(0.8)) for name in ("online", "bench")]
    found = classification.conjunctive(scores, parts, draws=100_000, resamples=20)
    assert found.pass_rate.value == pytest.approx(0.25, abs=0.006)
    overall = classification.Overall(weights=(1.0, 1.0), cut=-100.0)
    same = classification.conjunctive(scores, parts, overall=overall, draws=100_000, resamples=20)
    assert same.pass_rate.value == found.pass_rate.value
    stricter = classification.Overall(weights=(1.0, 1.0), cut=2.0)
    fewer = classification.conjunctive(scores, parts, overall=stricter, draws=100_000, resamples=20)
    assert (fewer.pass_rate.value or 1) < (found.pass_rate.value or 0)


def test_parts_that_correlate_more_than_they_can_are_doubted() -> None:
    first = np.random.default_rng(54).normal(size=100)
    scores = np.column_stack([first, first + 0.01 * np.random.default_rng(55).normal(size=100)])
    parts = [classification.Part(name=name, cut=0.0, reliability=known(0.5)) for name in ("a", "b")]
    found = classification.conjunctive(scores, parts, draws=2000, resamples=20)
    assert not found.accuracy.sufficient
    both = "a (0.50; 0.48 to 0.52) and b (0.50; 0.48 to 0.52)"
    assert found.accuracy.reason == f"at the estimated reliability of {both} the parts correlate more than is possible"


def test_what_the_decision_would_be_where_only_the_point_estimates_clash() -> None:
    """r = .6 needs reliabilities of at least .36 beside a perfect one: .2 is too low, the upper end .45 is not."""
    scores = np.random.default_rng(57).multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=400)
    low = replace(known(0.2), interval=(-0.1, 0.45), standard_error=0.14)
    rule = [classification.Part(name=name, cut=0.0, reliability=r) for name, r in (("a", known(0.97)), ("b", low))]
    found = classification.conjunctive(scores, rule, draws=4000, resamples=20).consistency
    there = [rule[0], replace(rule[1], reliability=known(0.45))]
    raised = classification.conjunctive(scores, there, draws=4000, resamples=20).consistency
    assert found.reason == (
        "at the estimated reliability of b (0.20; −0.10 to 0.45) the parts correlate more than is possible; "
        f"at 0.45 decision consistency would be {raised.value:.2f}"
    )
    overall = reliability.composite(scores, [known(0.97), low], names=["a", "b"])
    better = reliability.composite(scores, [known(0.97), known(0.45)])
    assert not overall.sufficient and better.sufficient
    assert overall.reason.endswith(f"than is possible; at 0.45 it would be {better.value:.2f}")


def test_rudner_of_alike_persons_by_hand() -> None:
    """Everyone one standard error above the cut: accuracy Φ(1), consistency Φ(1)² + Φ(−1)², kappa 0."""
    found = classification.rudner([1.0] * 40, [1.0] * 40, cut=0.0)
    p = stats.norm.cdf(1)
    assert found.accuracy.value == pytest.approx(p, abs=1e-12)
    assert found.consistency.value == pytest.approx(p**2 + (1 - p) ** 2, abs=1e-12)
    assert found.kappa.value == pytest.approx(0, abs=1e-12)
    assert found.false_pass.value == 0.0
    assert found.accuracy.standard_error == pytest.approx(0, abs=1e-12)


@pytest.mark.slow
def test_bootstrap_repeats_exactly_and_grows_with_the_uncertainty_of_the_reliability() -> None:
    scores = np.random.default_rng(56).normal(60, 10, size=150).clip(5, 95)
    sure = classification.livingston_lewis(scores, known(0.8, standard_error=0.001), 55, 0, 100)
    again = classification.livingston_lewis(scores, known(0.8, standard_error=0.001), 55, 0, 100)
    unsure = classification.livingston_lewis(scores, known(0.8, standard_error=0.05), 55, 0, 100)
    assert sure == again
    assert (unsure.accuracy.standard_error or 0) > 1.5 * (sure.accuracy.standard_error or 1)


def test_doubts_about_the_reliability_are_passed_on() -> None:
    scores = np.random.default_rng(57).normal(60, 10, size=150).clip(5, 95)
    found = classification.livingston_lewis(scores, known(0.8, sufficient=False), 55, 0, 100, resamples=20)
    assert found.accuracy.reason == "the reliability is uncertain: 9 persons"


def test_livingston_lewis_takes_a_bare_reliability_as_certain() -> None:
    scores = np.random.default_rng(58).normal(60, 10, size=150).clip(5, 95)
    bare = classification.livingston_lewis(scores, 0.8, 55, 0, 100, resamples=20)
    certain = classification.livingston_lewis(scores, known(0.8, standard_error=0.0), 55, 0, 100, resamples=20)
    assert bare == certain
    nothing = classification.livingston_lewis(scores, 1.2, 55, 0, 100)
    assert nothing.accuracy.reason == "the reliability is 1.20; it must lie between 0 and 1"
    with pytest.raises(ResponseError, match="the reliability is nan"):
        classification.livingston_lewis(scores, float("nan"), 55, 0, 100)


def test_rounded_effective_length_is_binomial_with_whole_numbers() -> None:
    """ñ = 24.07, cut .6·24 = 14.4 → 14: the figures are those of 24 binomial items with a cut of 14 (Simpson, 2,001 points)."""
    scores = np.random.default_rng(51).binomial(25, np.random.default_rng(52).beta(5, 3, size=500)).astype(float)
    reliability = 0.77
    length = effective_length(scores / 25, reliability)
    found = classification.livingston_lewis(scores, reliability, 15, 0, 25, resamples=5)
    true = _fit_beta(scores / 25 * length, length, k=0.0)
    assert true is not None
    items = round(length)
    points = np.linspace(true.low, true.high, 2001)
    density = stats.beta(true.a, true.b, loc=true.low, scale=true.high - true.low).pdf(points)
    passes = stats.binom.sf(round(0.6 * items) - 1, items, points)
    consistency = integrate.simpson(density * (passes**2 + (1 - passes) ** 2), x=points)
    assert found.consistency.value == pytest.approx(consistency, abs=1e-6)
    exact = classification.livingston_lewis(scores, reliability, 15, 0, 25, effective="exact", resamples=5)
    assert exact.consistency.value != found.consistency.value


def test_lee_equals_the_share_of_simulated_tests() -> None:
    """Partial credit items at given abilities: 400 simulated tests a person, 60 persons, so within .01."""
    rng = np.random.default_rng(59)
    steps = [[-1.0, 0.5]] * 4 + [[0.0]] * 4
    answers = simulate.partial_credit_responses(rng.normal(size=400), steps, seed=60)
    calibration = irt.calibrate(answers, "PCM")
    theta = rng.normal(size=60)
    found = classification.lee(theta, calibration, 6, resamples=20)
    distribution = irt.score_distribution_at(theta, calibration)
    able = distribution @ np.arange(13) >= 6
    drawn = np.array([rng.choice(13, size=400, p=row / row.sum()) for row in distribution])
    assert found.accuracy.value == pytest.approx(((drawn >= 6) == able[:, None]).mean(), abs=0.01)
    again = np.array([rng.permutation(row) for row in drawn])
    assert found.consistency.value == pytest.approx(((drawn >= 6) == (again >= 6)).mean(), abs=0.01)
    with pytest.raises(ResponseError, match="outside the scale from 0 to 12"):
        classification.lee(theta, calibration, 13)


def test_cut_outside_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="cut 120 lies outside the scale from 0 to 100"):
        classification.livingston_lewis([50.0, 60.0], known(0.8), 120, 0, 100)


def test_scores_more_even_than_their_reliability_are_not_enough_evidence() -> None:
    flat = [50.0, 50.001] * 30
    found = classification.hanson_brennan(flat, known(0.99), 40, 100)
    assert found.accuracy.value is None
