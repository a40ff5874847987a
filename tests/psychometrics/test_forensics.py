"""Similarity, ω, GBT, response times, rapid guessing, answer changes and cumulative sums on made-up persons.

Expectations are computed another way: by enumeration, by scipy's own likelihoods, or by what the persons were made to do.
"""

from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import optimize, stats

from assess.psychometrics import forensics, irt, simulate
from assess.psychometrics.forensics.counts import distribution, upper_tail
from assess.psychometrics.forensics.multiplicity import adjusted
from assess.psychometrics.forensics.options import read
from assess.psychometrics.forensics.screening import LIMITS, screen
from assess.psychometrics.forensics.time_aberrance import person_fit, residuals
from assess.psychometrics.responses import ResponseError

Matrix = npt.NDArray[np.float64]
RNG = np.random.default_rng(31)
THETA = RNG.normal(size=240)
ANSWERS = simulate.rasch_responses(THETA, np.linspace(-1.5, 1.5, 40), seed=32)
CALIBRATION = irt.calibrate(ANSWERS, "Rasch")
SPEED = RNG.normal(scale=0.3, size=(240, 1))
LOWEST = int(THETA.argmin())
TIMES = np.exp(np.linspace(3.5, 4.5, 20) - SPEED + RNG.normal(size=(240, 20)) / np.linspace(1.5, 2.5, 20))


def chances(theta: Matrix) -> Matrix:
    """P(right), persons × items, from the reported parameters."""
    return np.asarray(1 / (1 + np.exp(CALIBRATION.difficulty - theta[:, None])))


def with_gaps(answers: Matrix) -> Matrix:
    gaps = answers.copy()
    gaps[np.random.default_rng(5).random(gaps.shape) < 0.3] = np.nan
    gaps[7] = np.nan
    return gaps


def test_the_number_of_matches_has_the_distribution_of_all_patterns() -> None:
    p = np.array([0.1, 0.5, 0.9, 0.35])
    expected = np.zeros(5)
    for pattern in product([0, 1], repeat=4):
        expected[sum(pattern)] += np.prod(np.where(pattern, p, 1 - p))
    assert distribution(p[None])[0] == pytest.approx(expected, abs=1e-15)
    assert upper_tail(np.full((1, 40), 0.3), np.array([35.0]))[0] == pytest.approx(
        stats.binom.sf(34, 40, 0.3), rel=1e-10
    )


@pytest.mark.parametrize("control", ["bonferroni", "holm", "fdr"])
def test_adjusted_p_values_of_the_smallest_are_those_of_all(control: Any) -> None:
    p = np.sort(np.random.default_rng(2).random(50) ** 4)
    whole = adjusted(p, 50, control)
    assert whole == pytest.approx(
        {"fdr": stats.false_discovery_control(p), "bonferroni": np.minimum(50 * p, 1)}.get(control, whole)
    )
    flagged = whole <= 0.05
    assert flagged.any()
    assert (adjusted(p[:20], 50, control)[flagged[:20]] <= 0.05).all()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["complete", "gaps", "graded", "choices"])
def test_screening_all_pairs_equals_each_pair_by_itself(kind: str) -> None:
    answers, calibration, choices = ANSWERS, CALIBRATION, None
    if kind == "gaps":
        answers = with_gaps(ANSWERS)
    elif kind == "graded":
        answers = simulate.partial_credit_responses(THETA, [[-1, 0, 1], [0], [-0.5, 0.5]] * 4, seed=4)
        calibration = irt.calibrate(answers, "PCM")
    elif kind == "choices":
        choices = np.where(answers == 1, 3, np.random.default_rng(3).integers(0, 3, answers.shape)).astype(float)
    answers, choices = answers[:70], None if choices is None else choices[:70]
    options = read(answers, calibration, choices)
    found = screen(options, -99.0)
    first, second = np.triu_indices(70, 1)
    pairs = np.column_stack([first, second])
    alone = forensics.gbt(answers, calibration, pairs, choices=choices)
    known = np.isfinite(alone.z)
    assert found.total == known.sum() == (70 * 69 // 2 if kind != "gaps" else 69 * 68 // 2)
    order = np.lexsort((found.pairs[:, 1], found.pairs[:, 0]))
    assert found.pairs[order].tolist() == pairs[known].tolist()
    assert found.z[order] == pytest.approx(alone.z[known], abs=2e-5)
    assert found.sum == pytest.approx(alone.z[known].sum(), abs=0.2)
    assert found.counts[5:7].tolist() == pytest.approx([(alone.z[known] > limit).sum() for limit in LIMITS[5:7]], abs=2)


def test_omega_is_wollacks_formula() -> None:
    found = forensics.omega(ANSWERS, CALIBRATION, [[3, 90]])
    theta = irt.estimate(ANSWERS, CALIBRATION).theta[[3]]
    pi = np.where(ANSWERS[90] == 1, chances(theta)[0], 1 - chances(theta)[0])
    h = (ANSWERS[3] == ANSWERS[90]).sum()
    expected = (h - pi.sum()) / np.sqrt((pi * (1 - pi)).sum())
    assert found.z[0] == pytest.approx(expected, abs=1e-9)
    assert found.p_value[0] == pytest.approx(stats.norm.sf(expected), abs=1e-9)
    assert found.matches[0] == h


def test_the_generalized_binomial_test_is_the_tail_over_both_persons_chances() -> None:
    theta = irt.estimate(ANSWERS, CALIBRATION).theta[[3, 90]]
    p = chances(theta)
    match = p[0] * p[1] + (1 - p[0]) * (1 - p[1])
    both = forensics.gbt(ANSWERS, CALIBRATION, [[3, 90], [90, 3]])
    assert both.p_value[0] == pytest.approx(both.p_value[1], rel=1e-12)
    assert both.expected[0] == pytest.approx(match.sum(), abs=1e-9)
    simulated = (np.random.default_rng(1).random((40000, 40)) < match).sum(axis=1)
    assert both.p_value[0] == pytest.approx((simulated >= both.matches[0]).mean(), abs=0.01)


def test_copied_answers_are_flagged_with_what_was_identical() -> None:
    answers = ANSWERS.copy()
    answers[11] = answers[12]
    found = forensics.similarity(answers, irt.calibrate(answers, "Rasch"), simulated=50)
    assert found.pairs.tolist() == [[11, 12]]
    assert found.matches[0] == 40
    assert found.identical_right[0] == answers[11].sum()
    assert found.identical_wrong[0] == 40 - answers[11].sum()
    assert found.expected_wrong[0] < found.identical_wrong[0]
    assert found.adjusted[0] == pytest.approx(found.p_value[0] * 240 * 239 / 2)
    assert (found.clusters, found.sufficient) == (((11, 12),), True)
    assert found.distribution is not None
    assert found.distribution.pairs == 240 * 239 // 2
    assert "not a finding" in found.wording


def test_a_ring_of_copiers_is_one_cluster() -> None:
    answers = ANSWERS.copy()
    answers[[20, 30, 40]] = answers[50]
    found = forensics.similarity(answers, irt.calibrate(answers, "Rasch"), simulated=0, control="fdr")
    assert found.clusters == ((20, 30, 40, 50),)
    assert found.rates.power.reason == "no persons were simulated"


def test_identical_wrong_options_weigh_more_than_two_wrong_answers() -> None:
    rng = np.random.default_rng(9)
    choices = np.where(ANSWERS == 1, 3, rng.integers(0, 3, ANSWERS.shape)).astype(float)
    choices[60] = choices[61] = np.where(rng.random(40) < 0.5, 3, rng.integers(0, 3, 40))
    answers = ANSWERS.copy()
    answers[[60, 61]] = choices[[60, 61]] == 3
    calibration = irt.calibrate(answers, "Rasch")
    scored = forensics.gbt(answers, calibration, [[60, 61]])
    chosen = forensics.gbt(answers, calibration, [[60, 61]], choices=choices)
    assert chosen.p_value[0] < scored.p_value[0] * 1e-3
    found = forensics.similarity(answers, calibration, choices=choices, simulated=0)
    assert found.pairs.tolist() == [[60, 61]]


def test_rates_speak_of_false_flags_power_and_base_rate() -> None:
    found = forensics.similarity(ANSWERS, CALIBRATION, simulated=150, copied=0.9, seed=3)
    rates = found.rates
    assert rates.holds
    assert (rates.realised.value or 1) <= 0.01
    assert rates.false_flags_expected == pytest.approx(0.05 * (rates.realised.value or 0) / 0.01)
    power, rate = rates.power.value or 0, rates.rate or 0
    assert power > 0.3
    assert rates.share_of_flags_that_are_real(0.001) == pytest.approx(power * 0.001 / (power * 0.001 + rate * 0.999))
    assert "A flag is a reason to look, not a finding" in rates.in_words()
    again = forensics.similarity(ANSWERS, CALIBRATION, simulated=150, copied=0.9, seed=3)
    assert again.rates == rates


def test_too_short_a_test_cannot_flag_anybody_and_says_how_long_it_would_have_to_be() -> None:
    short = ANSWERS[:, 15:21]
    found = forensics.similarity(short, irt.calibrate(short, "Rasch"), simulated=20)
    assert not found.sufficient
    assert found.reason.startswith("even 6 of 6 identical answers are not unusual enough for 240 persons; about 2")
    assert len(found.pairs) == 0


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (ANSWERS[:1], "1 persons with answers; a pair needs 2"),
        (ANSWERS[:0], "0 persons with answers; a pair needs 2"),
        (np.full_like(ANSWERS[:5], np.nan), "0 persons with answers; a pair needs 2"),
    ],
)
def test_similarity_of_nobody_is_not_enough_evidence(answers: Matrix, reason: str) -> None:
    found = forensics.similarity(answers, CALIBRATION)
    assert (found.sufficient, found.reason, len(found.pairs)) == (False, reason, 0)


@pytest.mark.slow
def test_realised_rates_do_not_exceed_the_nominal_ones() -> None:
    """Honest persons throughout; every check's own simulation, and once more from the outside for pairs."""
    theta = np.random.default_rng(7).normal(size=600)
    honest = simulate.rasch_responses(theta, np.linspace(-1.5, 1.5, 40), seed=8)
    calibration = irt.calibrate(honest, "Rasch")
    pairs = np.column_stack([np.arange(300), 300 + np.arange(300)])
    for test in (forensics.omega, forensics.gbt):
        assert (test(honest, calibration, pairs).p_value <= 0.05).mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)
    sums = forensics.cumulative_sums(honest, calibration, simulated=20000)
    assert sums.rates.realised.value == pytest.approx(0.01, abs=0.003)
    assert len(sums.flagged) == 0


@pytest.mark.slow
def test_honest_sittings_have_a_flagged_pair_no_more_often_than_the_level() -> None:
    """Sixty sittings of 200 at 5 %: more than eight with a flag would happen once in a thousand times."""
    flagged = 0
    for seed in range(60):
        theta = np.random.default_rng(seed).normal(size=200)
        honest = simulate.rasch_responses(theta, np.linspace(-1.5, 1.5, 40), seed=100 + seed)
        flagged += len(forensics.similarity(honest, irt.calibrate(honest, "Rasch"), simulated=0).pairs) > 0
    assert flagged <= 8


def test_response_times_have_the_maximum_of_the_normal_likelihood() -> None:
    """Against scipy: log times are multivariate normal with covariance diag(1/α²) + σ²."""
    logs = np.log(TIMES[:, :3])

    def loss(x: Matrix) -> float:
        covariance = np.diag(np.exp(x[3:6])) + np.exp(x[6])
        return -float(stats.multivariate_normal.logpdf(logs, x[:3], covariance).sum())

    best = optimize.minimize(loss, np.concatenate([logs.mean(axis=0), np.full(4, -1.0)]), method="BFGS")
    found = forensics.fit_times(TIMES[:, :3])
    assert found.converged
    assert found.log_likelihood == pytest.approx(-best.fun, abs=1e-4)
    assert found.intensity == pytest.approx(best.x[:3], abs=1e-3)
    assert found.discrimination == pytest.approx(np.exp(-best.x[3:6] / 2), abs=5e-3)
    assert found.population_sd == pytest.approx(np.exp(best.x[6] / 2), abs=1e-3)


def test_response_times_recover_what_made_them_also_with_gaps() -> None:
    gaps = TIMES.copy()
    gaps[np.random.default_rng(3).random(gaps.shape) < 0.2] = np.nan
    gaps[4] = np.nan
    found = forensics.fit_times(gaps)
    assert (found.converged, found.n) == (True, 239)
    z = (found.discrimination - np.linspace(1.5, 2.5, 20)) / found.standard_errors["discrimination"]
    assert np.abs(z).max() < 3.5
    assert np.abs((found.intensity - np.linspace(3.5, 4.5, 20)) / found.standard_errors["intensity"]).max() < 3.5
    assert np.isnan(found.speed[4])
    others = np.arange(240) != 4
    assert np.corrcoef(found.speed[others], SPEED[others, 0])[0, 1] > 0.85
    intensity, _ = found.item(0)
    assert (intensity.sufficient, intensity.n) == (True, int(found.counted[0]))


def test_effective_times_are_those_of_right_answers() -> None:
    right = (np.random.default_rng(4).random(TIMES.shape) < 0.7).astype(float)
    found = forensics.fit_times(TIMES, right=right)
    only = forensics.fit_times(np.where(right == 1, TIMES, np.nan))
    assert found.intensity == pytest.approx(only.intensity)
    assert "effective" in found.method


def test_a_residual_is_the_time_against_the_regression_on_all_other_times() -> None:
    model = forensics.fit_times(TIMES)
    covariance = np.diag(model.discrimination**-2.0) + model.population_sd**2
    j, rest = 6, np.arange(20) != 6
    weight = np.linalg.solve(covariance[np.ix_(rest, rest)], covariance[rest, j])
    away = np.log(TIMES) - model.intensity
    spread = np.sqrt(covariance[j, j] - weight @ covariance[rest, j])
    expected = (away[:, j] - away[:, rest] @ weight) / spread
    assert residuals(model, np.log(TIMES))[:, j] == pytest.approx(expected, abs=1e-8)


def test_a_person_fits_by_the_squares_about_the_own_speed() -> None:
    model = forensics.fit_times(TIMES)
    fit, df, p = person_fit(model, np.log(TIMES))
    away, weight = np.log(TIMES[9]) - model.intensity, model.discrimination**2
    expected = float((weight * (away - (weight @ away) / weight.sum()) ** 2).sum())
    assert (fit[9], df[9]) == (pytest.approx(expected), 19)
    assert p[9] == pytest.approx(stats.chi2.sf(expected, 19))


def test_answers_and_persons_that_are_too_fast_are_flagged() -> None:
    times = TIMES.copy()
    times[17, 3] /= 40
    times[23, ::2] /= 8
    found = forensics.time_aberrance(forensics.fit_times(times), simulated=100)
    assert [17, 3] in found.flagged.tolist()
    assert 23 in found.flagged_persons
    assert set(found.flagged[:, 0]) <= {17, 23}
    assert found.answer_rates.realised.value == pytest.approx(0.01, abs=0.008)
    assert found.sufficient


def test_rapid_guesses_are_found_by_each_kind_of_threshold() -> None:
    rng = np.random.default_rng(6)
    times, right = TIMES.copy(), (rng.random(TIMES.shape) < 0.7).astype(float)
    guess = np.zeros(times.shape, dtype=bool)
    guess[:30] = rng.random((30, 20)) < 0.6
    times[guess], right[guess] = np.exp(rng.normal(0.0, 0.3, guess.sum())), rng.random(guess.sum()) < 0.2
    for method in ("normative", "mixture", "cumulative"):
        found = forensics.rapid_guessing(times, method=method, right=right, simulated=100)
        assert set(range(30)) <= set(found.flagged.tolist())
        known = np.isfinite(found.threshold)
        assert found.rapid[:, known][guess[:, known]].mean() > 0.9
        assert found.right_when_rapid is not None
        assert (found.right_when_rapid.value or 1) < 0.35
        assert found.rates.nominal is None
    assert found.effort_of(0).n == int(found.counted[0])


def test_normative_thresholds_are_a_tenth_of_the_mean_and_ten_seconds_at_most() -> None:
    found = forensics.rapid_guessing(np.column_stack([np.full(120, 40.0), np.full(120, 400.0)]), simulated=0)
    assert found.threshold.tolist() == [4.0, 10.0]
    assert found.effort.tolist() == [1.0] * 120


def test_changed_answers_are_compared_with_an_ability_that_they_do_not_raise() -> None:
    rng = np.random.default_rng(12)
    marked = rng.random(ANSWERS.shape) < 0.05
    final = ANSWERS.copy()
    marked[LOWEST] = False
    marked[LOWEST, np.flatnonzero(final[LOWEST] == 0)[:15]] = True
    final[LOWEST, marked[LOWEST]] = 1
    initial = np.where(marked, 1 - final, final)
    found = forensics.answer_changes(initial, final, CALIBRATION, changed=marked, simulated=200)
    assert found.flagged.tolist() == [LOWEST]
    assert found.wrong_to_right[LOWEST] == found.changed[LOWEST] == marked[LOWEST].sum()
    theta = irt.estimate(np.where(marked, np.nan, final)[[LOWEST]], CALIBRATION, "WLE").theta
    p = chances(theta)[0][marked[LOWEST]]
    assert found.expected[LOWEST] == pytest.approx(p.sum(), abs=1e-9)
    assert found.index[LOWEST] == pytest.approx((len(p) - p.sum() - 0.5) / np.sqrt((p * (1 - p)).sum()), abs=1e-9)
    assert found.p_value[LOWEST] == pytest.approx(np.prod(p), rel=1e-9)
    untouched = int(np.flatnonzero(~marked.any(axis=1))[0])
    assert (np.isnan(found.index[untouched]), found.reasons[untouched]) == (True, "no answer was changed")


def test_a_groups_index_adds_up_its_persons() -> None:
    rng = np.random.default_rng(13)
    marked = rng.random(ANSWERS.shape) < 0.05
    initial = np.where(marked, 1 - ANSWERS, ANSWERS)
    rooms = ["A" if row < 120 else "B" for row in range(240)]
    found = forensics.answer_changes(initial, ANSWERS, CALIBRATION, groups=rooms, simulated=0)
    assert [group.name for group in found.groups] == ["A", "B"]
    assert sum(group.changed for group in found.groups) == marked.sum()
    assert all(group.p_value is not None and group.p_value > 1e-4 for group in found.groups)


def test_cumulative_sums_find_a_test_in_two_parts() -> None:
    answers = ANSWERS.copy()
    answers[50] = np.repeat([0, 1], 20)
    found = forensics.cumulative_sums(answers, CALIBRATION, simulated=2000, control="bonferroni", level=0.5)
    assert 50 in found.flagged
    theta = irt.estimate(answers, CALIBRATION).theta[[50]]
    lowest, down = 0.0, 0.0
    for step in (answers[50] - chances(theta)[0]) / 40:
        down = min(0.0, down + step)
        lowest = min(lowest, down)
    assert found.lowest[50] == pytest.approx(lowest, abs=1e-9)
    few = forensics.cumulative_sums(answers, CALIBRATION, simulated=100)
    assert few.reason == "100 simulated persons cannot show so small a p-value; simulate 9600 or more"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: forensics.similarity(ANSWERS, CALIBRATION, level=0), "not_a_level"),
        (lambda: forensics.similarity(ANSWERS, CALIBRATION, control="none"), "not_a_level"),  # type: ignore[arg-type]
        (lambda: forensics.similarity(ANSWERS, CALIBRATION, copied=0), "not_a_share"),
        (lambda: forensics.similarity(ANSWERS[:, :5], CALIBRATION), "items_do_not_fit"),
        (lambda: forensics.similarity(ANSWERS, CALIBRATION, choices=ANSWERS[:5]), "not_choices"),
        (lambda: forensics.similarity(ANSWERS, CALIBRATION, choices=np.ones_like(ANSWERS)), "not_choices"),
        (lambda: forensics.similarity(ANSWERS, irt.calibrate(np.ones((9, 40)), "Rasch")), "not_calibrated"),
        (lambda: forensics.omega(ANSWERS, CALIBRATION, [[1, 1]]), "not_pairs"),
        (lambda: forensics.omega(ANSWERS, CALIBRATION, [[1, 240]]), "not_pairs"),
        (lambda: forensics.gbt(ANSWERS, CALIBRATION, [1, 2]), "not_pairs"),
        (lambda: forensics.fit_times(TIMES, right=TIMES[:2]), "not_answers"),
        (lambda: forensics.rapid_guessing(TIMES, method="cumulative"), "not_answers"),
        (lambda: forensics.rapid_guessing(TIMES, limit=0), "not_a_share"),
        (lambda: forensics.answer_changes(ANSWERS, ANSWERS[:5], CALIBRATION), "not_answers"),
        (lambda: forensics.answer_changes(ANSWERS, ANSWERS, CALIBRATION, groups=["A"]), "names_do_not_fit"),
        (lambda: forensics.cumulative_sums(ANSWERS, CALIBRATION, order=[0, 0]), "not_an_order"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_code(make: Any, code: str) -> None:
    with pytest.raises(ResponseError) as refused:
        make()
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("times", "reason"),
    [
        (np.zeros((0, 3)), "0 items with times that differ; at least 2 are needed"),
        (np.full((50, 3), np.nan), "0 items with times that differ; at least 2 are needed"),
        (np.full((50, 3), 7.0), "0 items with times that differ; at least 2 are needed"),
        (TIMES[:2], "2 persons with times; at least 100 are needed"),
    ],
)
def test_times_that_say_nothing_are_not_enough_evidence(times: Matrix, reason: str) -> None:
    model = forensics.fit_times(times)
    assert (model.converged, model.reason) == (False, reason)
    found = forensics.time_aberrance(model)
    assert (found.sufficient, len(found.flagged)) == (False, 0)
    assert not forensics.rapid_guessing(times).sufficient
    assert not model.item(0)[1].sufficient


def test_times_without_any_deviation_are_not_called_converged() -> None:
    model = forensics.fit_times(np.exp(np.linspace(3, 4, 6) + np.linspace(-1, 1, 120)[:, None]))
    assert not model.converged
    assert "follow the persons' speed without any deviation" in model.reason
    assert not forensics.time_aberrance(model, simulated=10).sufficient


def test_nobody_changed_or_answered_enough() -> None:
    unchanged = forensics.answer_changes(ANSWERS, ANSWERS, CALIBRATION)
    assert (unchanged.sufficient, unchanged.reason) == (False, "no answer was changed")
    empty = forensics.answer_changes(ANSWERS[:0], ANSWERS[:0], CALIBRATION)
    assert empty.reason == "there are no persons"
    few = np.where(np.arange(40) < 5, ANSWERS, np.nan)
    assert forensics.cumulative_sums(few, CALIBRATION).reason.startswith("nobody answered 10 calibrated items")
