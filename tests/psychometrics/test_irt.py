"""All models of item response against independent arithmetic: derivatives, integrals, equal models, recovered truth."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.special import expit, logit

from assess.psychometrics import irt
from assess.psychometrics.irt.ascent import mixed
from assess.psychometrics.irt.expectation import Indicators, expect
from assess.psychometrics.irt.families import Family, by_ability, curves, log_probabilities
from assess.psychometrics.irt.fitted import Fitted
from assess.psychometrics.irt.likely_abilities import by_pattern, by_weighted_sum
from assess.psychometrics.irt.uncertainty import parameter_covariance
from assess.psychometrics.responses import FloatArray, ResponseError
from tests.effort import examples

RNG = np.random.default_rng(41)
THETA = RNG.normal(size=1500)
SLOPE = np.array([0.8, 1.0, 1.3, 1.7, 0.6, 1.1])
DIFFICULTY = np.array([-1.2, -0.4, 0.0, 0.5, 1.0, 0.2])
STEPS = DIFFICULTY[:, None] + np.array([-0.8, 0.0, 0.8])
GUESSING = np.array([0.1, 0.2, 0.15, 0.2, 0.1, 0.15])


def drawn(family: Family, parameters: FloatArray, theta: FloatArray = THETA, seed: int = 42) -> FloatArray:
    """Answers by the model's probabilities."""
    categories = np.full(len(parameters), 2 if family == "guessing" else parameters.shape[1])
    probability = np.exp(log_probabilities(family, parameters, categories, theta))
    chance = np.random.default_rng(seed).random((len(theta), len(parameters)))
    return np.asarray((chance.T[:, None] > np.cumsum(probability, axis=1)[:, :-1]).sum(axis=1).T, dtype=np.float64)


RIGHT = drawn("partial credit", np.column_stack([SLOPE, -SLOPE * DIFFICULTY]))
GUESSED = drawn("guessing", np.column_stack([SLOPE, -SLOPE * DIFFICULTY, logit(GUESSING)]))
GRADED = drawn("graded", np.column_stack([SLOPE, -SLOPE[:, None] * STEPS]))
CREDIT = drawn("partial credit", np.column_stack([SLOPE, -SLOPE[:, None] * np.cumsum(STEPS, axis=1)]))
ONE_SLOPE = drawn("partial credit", np.column_stack([np.ones(6), -np.cumsum(STEPS, axis=1)]))
GAPS = np.where(np.random.default_rng(43).random(RIGHT.shape) < 0.2, np.nan, RIGHT)
CASES = [
    ("Rasch", RIGHT),
    ("1PL", RIGHT),
    ("2PL", RIGHT),
    ("3PL", GUESSED),
    ("PCM", ONE_SLOPE),
    ("RSM", ONE_SLOPE),
    ("GPCM", CREDIT),
    ("GRM", GRADED),
]
MODELS = [case[0] for case in CASES]


def kept(calibration: irt.Calibration) -> Fitted:
    assert calibration.fitted is not None
    return calibration.fitted


items = st.tuples(
    st.floats(0.3, 2.5), st.lists(st.floats(-2, 2), min_size=3, max_size=3, unique_by=lambda b: round(b, 1))
)


@given(st.sampled_from(["partial credit", "graded", "guessing"]), items, st.floats(-3, 3))
@settings(max_examples=examples(60))
def test_derivatives_equal_differences(family: Family, item: tuple[float, list[float]], theta: float) -> None:
    intercepts = sorted(item[1], reverse=True)
    row = np.array([[item[0], intercepts[0], -1.5]] if family == "guessing" else [[item[0], *intercepts]])
    categories, at, h = np.array([2 if family == "guessing" else 4]), np.array([theta]), 1e-6
    found = curves(family, row, categories, at)
    assert np.exp(found.log_probability).sum() == pytest.approx(1, abs=1e-12)
    for p in range(row.shape[1]):
        nudge = np.eye(row.shape[1])[p] * h
        up, down = (log_probabilities(family, row + sign * nudge, categories, at) for sign in (1, -1))
        assert found.score[0, p, :, 0] == pytest.approx(((up - down) / (2 * h))[0, :, 0], abs=1e-6)
    ability = by_ability(family, row, categories, at)
    above, below = (by_ability(family, row, categories, at + sign * h) for sign in (1, -1))
    assert ability.first == pytest.approx((above.probability - below.probability) / (2 * h), abs=1e-7)
    assert ability.second == pytest.approx((above.first - below.first) / (2 * h), abs=1e-7)


def test_items_with_fewer_categories_are_padded_with_nothing() -> None:
    """A right-or-wrong item beside a four-category one has the probabilities it has alone."""
    rows, alone = np.array([[1.2, 0.5, 0.0, -1.0], [0.7, 0.3, 0.0, 0.0]]), np.array([[0.7, 0.3]])
    for family in ("partial credit", "graded"):
        both = curves(family, rows, np.array([4, 2]), np.linspace(-2, 2, 5))
        one = curves(family, alone, np.array([2]), np.linspace(-2, 2, 5))
        assert np.exp(both.log_probability[1, :2]) == pytest.approx(np.exp(one.log_probability[0]))
        assert np.exp(both.log_probability[1, 2:]) == pytest.approx(np.zeros((2, 5)))
        assert both.score[1, :2, :2] == pytest.approx(one.score[0])
        assert both.score[1, 2:] == pytest.approx(np.zeros((2, 4, 5)))


@pytest.mark.slow
@pytest.mark.parametrize(("model", "data"), [("2PL", RIGHT), ("3PL", GUESSED), ("GRM", GRADED), ("RSM", ONE_SLOPE)])
def test_log_likelihood_equals_the_integral(model: str, data: FloatArray) -> None:
    persons = data[:120].copy()
    persons[0, 1] = persons[3, 4] = np.nan
    found = irt.calibrate(persons, model)
    fitted = kept(found)
    theta = np.linspace(-9, 9, 4001)
    logs, density = fitted.at(theta), stats.norm.pdf(theta, scale=fitted.sd)
    expected = 0.0
    for row in persons:
        likelihood = np.exp(sum(logs[j, int(x)] for j, x in enumerate(row) if np.isfinite(x)))
        expected += np.log(integrate.simpson(likelihood * density, x=theta))
    assert found.log_likelihood == pytest.approx(expected, abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("model", "data"), CASES, ids=MODELS)
def test_estimates_recover_what_was_simulated(model: str, data: FloatArray) -> None:
    found = irt.calibrate(data, model)
    assert found.converged
    assert found.steepness < 1e-2
    truth = {"PCM": STEPS, "RSM": STEPS, "GPCM": STEPS, "GRM": STEPS}.get(model, DIFFICULTY)
    errors = found.standard_errors
    assert errors["difficulty"].shape == found.difficulty.shape
    if model in ("Rasch", "PCM", "RSM"):
        assert found.discrimination.tolist() == [1.0] * 6
        assert errors["discrimination"].tolist() == [0.0] * 6
    if model in ("Rasch", "1PL"):  # the data have six slopes
        return
    assert (np.abs(found.difficulty - truth) < 4 * errors["difficulty"]).all()
    if model in ("2PL", "3PL", "GPCM", "GRM"):
        assert (np.abs(found.discrimination - SLOPE) < 4 * errors["discrimination"]).all()
        assert found.population_sd == 1.0
    if model == "3PL":
        assert (np.abs(found.guessing - GUESSING) < 4 * errors["guessing"]).all()
    else:
        assert found.guessing.tolist() == [0.0] * 6


@pytest.mark.slow
@pytest.mark.parametrize(("model", "data"), [("2PL", GAPS), ("3PL", GUESSED), ("GPCM", CREDIT), ("GRM", GRADED)])
def test_no_neighbour_is_better_and_oakes_is_the_curvature(model: str, data: FloatArray) -> None:
    fitted = kept(irt.calibrate(data[:300], model, errors="oakes"))
    indicators, (grid, theta) = Indicators(fitted.table), fitted.grid()
    exists = fitted.estimated.astype(float)

    def objective(parameters: FloatArray) -> float:
        logs = log_probabilities(fitted.family, parameters, fitted.categories, theta)
        prior = fitted.priors.log_density(fitted.family, parameters, exists).sum()
        return expect(indicators, logs, grid).log_likelihood + float(prior)

    at, h = fitted.parameters, 1e-3
    top = objective(at)
    covariance = parameter_covariance(fitted, "oakes")
    assert covariance is not None
    information = np.linalg.inv(covariance)
    for number in range(0, at.size, 3):
        nudge = np.zeros(at.size)
        nudge[number] = h
        up, down = (objective(at + sign * nudge.reshape(at.shape)) for sign in (1, -1))
        assert up < top
        assert down < top
        assert (2 * top - up - down) / h**2 == pytest.approx(information[number, number], rel=1e-3)


def test_cross_product_and_oakes_agree_on_many_persons() -> None:
    many = drawn("graded", np.column_stack([SLOPE, -SLOPE[:, None] * STEPS]), np.tile(THETA, 2), seed=44)
    both = [irt.calibrate(many, "GRM", errors=how).standard_errors for how in ("oakes", "cross-product")]
    assert both[0]["difficulty"] == pytest.approx(both[1]["difficulty"], rel=0.1)
    assert both[0]["discrimination"] == pytest.approx(both[1]["discrimination"], rel=0.1)


@pytest.mark.slow
@pytest.mark.parametrize(("model", "data"), CASES, ids=MODELS)
def test_order_of_rows_and_columns_does_not_matter(model: str, data: FloatArray) -> None:
    data = data[:400]
    found = irt.calibrate(data, model)
    rows, columns = RNG.permutation(len(data)), RNG.permutation(6)
    again = irt.calibrate(np.vstack([data[rows][:, columns], np.full((3, 6), np.nan)]), model)
    assert again.log_likelihood == pytest.approx(found.log_likelihood, abs=1e-6)
    assert again.difficulty == pytest.approx(found.difficulty[columns], abs=1e-4)
    assert again.discrimination == pytest.approx(found.discrimination[columns], abs=1e-4)
    assert (again.persons, again.unanswered) == (400, 3)


def test_turning_every_answer_round_turns_the_difficulties_round() -> None:
    for model, data, highest in (("2PL", RIGHT, 1), ("GRM", GRADED, 3), ("GPCM", CREDIT, 3), ("PCM", ONE_SLOPE, 3)):
        found, turned = irt.calibrate(data[:500], model), irt.calibrate(highest - data[:500], model)
        expected = -found.difficulty if found.difficulty.ndim == 1 else -found.difficulty[:, ::-1]
        assert turned.difficulty == pytest.approx(expected, abs=1e-4)
        assert turned.log_likelihood == pytest.approx(found.log_likelihood, abs=1e-6)


def test_models_that_are_the_same_on_right_or_wrong_answers_agree() -> None:
    two, graded, credit = (irt.calibrate(GAPS, model) for model in ("2PL", "GRM", "GPCM"))
    for other in (graded, credit):
        assert other.discrimination == pytest.approx(two.discrimination, abs=1e-5)
        assert other.difficulty[:, 0] == pytest.approx(two.difficulty, abs=1e-5)
    rasch, one, partial, study = (*(irt.calibrate(GAPS, m) for m in ("Rasch", "1PL", "PCM")), irt.calibrate_rasch(GAPS))
    assert one.log_likelihood == pytest.approx(rasch.log_likelihood, abs=1e-9)
    assert one.discrimination * one.difficulty == pytest.approx(rasch.difficulty, abs=1e-9)
    assert one.discrimination[0] == pytest.approx(rasch.population_sd)
    assert partial.difficulty[:, 0] == pytest.approx(rasch.difficulty, abs=1e-9)
    assert rasch.difficulty == pytest.approx([item.difficulty.value for item in study.items], abs=1e-9)
    assert rasch.standard_errors["difficulty"] == pytest.approx(
        [item.difficulty.standard_error for item in study.items], abs=1e-7
    )
    assert rasch.standard_errors["population_sd"] == pytest.approx(study.population_sd.standard_error, abs=1e-7)


def test_rating_scale_is_a_partial_credit_model_with_one_set_of_distances() -> None:
    rating, partial = irt.calibrate(ONE_SLOPE, "RSM"), irt.calibrate(ONE_SLOPE, "PCM")
    distances = np.diff(rating.difficulty, axis=1)
    assert distances == pytest.approx(np.tile(distances[0], (6, 1)))
    assert rating.log_likelihood < partial.log_likelihood
    assert (rating.n_parameters, partial.n_parameters) == (6 + 2 + 1, 18 + 1)


def test_one_slope_standard_errors_equal_those_of_the_difference_quotient() -> None:
    """The 1PL's b = step/sd: delta method against refitting with one more right answer would be crude; against Rasch's."""
    rasch, one = irt.calibrate(RIGHT, "Rasch"), irt.calibrate(RIGHT, "1PL")
    assert one.standard_errors["discrimination"] == pytest.approx([float(rasch.standard_errors["population_sd"])] * 6)
    middle = int(np.abs(one.difficulty).argmin())  # near b = 0 the uncertainty of the slope does not matter
    scaled = rasch.standard_errors["difficulty"][middle] / rasch.population_sd
    assert one.standard_errors["difficulty"][middle] == pytest.approx(scaled, rel=0.02)


def test_priors_pull_towards_their_mean() -> None:
    free, held = irt.calibrate(RIGHT[:60]), irt.calibrate(RIGHT[:60], slope_prior=(0.0, 0.05))
    assert np.abs(held.discrimination - 1).max() < 0.1 < np.abs(free.discrimination - 1).max()
    assert held.log_likelihood < free.log_likelihood
    tight = irt.calibrate(GUESSED[:200], "3PL", guessing_prior=(float(logit(0.25)), 0.01))
    assert tight.guessing == pytest.approx(np.full(6, 0.25), abs=0.01)
    flat = irt.calibrate(RIGHT[:60], intercept_prior=(0.0, 0.01))
    assert np.abs(flat.difficulty * flat.discrimination).max() < 0.05


@pytest.mark.slow
def test_three_parameters_without_a_prior_reach_the_top() -> None:
    bounded, free = irt.calibrate(GUESSED, "3PL"), irt.calibrate(GUESSED, "3PL", guessing_prior=None)
    assert free.converged
    assert free.log_likelihood > bounded.log_likelihood


def test_long_informative_tests_get_a_finer_grid() -> None:
    theta = np.random.default_rng(45).normal(size=300)
    rows = np.column_stack([np.full(60, 3.0), np.linspace(-6, 6, 60)])
    found = irt.calibrate(drawn("partial credit", rows, theta))
    assert found.points > 61
    coarse = irt.calibrate(drawn("partial credit", rows, theta), points=2 * found.points)
    assert found.log_likelihood == pytest.approx(coarse.log_likelihood, abs=1e-3)


@pytest.mark.slow
def test_single_precision_only_leads_the_way() -> None:
    """A table large enough to begin in single precision ends where double precision ends."""
    many = drawn("partial credit", np.column_stack([SLOPE, -SLOPE * DIFFICULTY]), np.tile(THETA, 3), seed=46)
    many = np.hstack([many, many[::-1], many[1::2].repeat(2, axis=0)])
    loose, tight = irt.calibrate(many), irt.calibrate(many, tolerance=1e-9)
    assert loose.log_likelihood == pytest.approx(tight.log_likelihood, abs=1e-5)
    assert loose.discrimination == pytest.approx(tight.discrimination, abs=1e-4)


def test_items_that_tell_nobody_apart_are_named_and_left_out() -> None:
    data = np.column_stack([RIGHT[:300], np.ones(300), np.full(300, np.nan)])
    found = irt.calibrate(data, names=["a", "b", "c", "d", "e", "f", "all", "unseen"])
    assert found.difficulty[:6] == pytest.approx(irt.calibrate(RIGHT[:300]).difficulty, abs=1e-6)
    assert np.isnan(found.difficulty[6:]).all()
    assert found.remarks == (
        "all: everybody who answered it is in category 1, which tells nobody apart; it is left out",
        "unseen: nobody answered it; it is left out",
    )
    assert found.items[6].thresholds[0].reason == found.remarks[0].removeprefix("all: ")
    assert irt.estimate(data, found).theta == pytest.approx(
        irt.estimate(RIGHT[:300], found_without(found)).theta, abs=1e-5
    )


def found_without(found: irt.Calibration) -> irt.Calibration:
    return irt.calibrate(RIGHT[:300], found.model)


@pytest.mark.parametrize("model", ["PCM", "RSM", "GPCM", "GRM"])
def test_a_category_nobody_used_is_said_and_has_no_threshold(model: str) -> None:
    data = GRADED[:600].copy()
    data[:, 0] = np.where(data[:, 0] == 2, 3, data[:, 0])
    found = irt.calibrate(data, model)
    assert found.converged
    assert found.remarks[0] == (
        "item 1: nobody is in category 2: joined with the next one in use, and its threshold has no estimate"
    )
    assert np.isnan(found.difficulty[0]).tolist() == [False, True, False]
    assert np.isnan(found.standard_errors["difficulty"][0]).tolist() == [False, True, False]
    assert np.isfinite(found.difficulty[1:]).all()
    unused = data[:1].copy()
    unused[0, 0] = 2  # as good as the category below it
    below = unused.copy()
    below[0, 0] = 1
    assert irt.estimate(unused, found).theta == pytest.approx(irt.estimate(below, found).theta)


def test_two_items_do_not_have_a_slope_each() -> None:
    found = irt.calibrate(RIGHT[:, :2])
    assert not found.converged
    assert found.reason == (
        "2 items can be calibrated; two items show how far they go together, not a slope each: use Rasch or PCM, or the "
        "2PL needs at least 3"
    )
    assert irt.calibrate(RIGHT[:, :2], "Rasch").converged


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("persons", [0, 1, 6])
def test_hardly_anybody_gives_no_calibration(model: str, persons: int) -> None:
    found = irt.calibrate(RIGHT[:persons], model)
    assert not found.converged
    assert found.reason
    assert np.isnan(found.difficulty).all()
    assert not any(threshold.sufficient for item in found.items for threshold in item.thresholds)
    with pytest.raises(ResponseError, match="there is no calibration to measure with"):
        irt.estimate(RIGHT, found)


def test_slopes_that_the_data_do_not_bound_are_named() -> None:
    """Item 1 splits by the sum of the others: as steep as one likes."""
    total = RIGHT[:300, 1:].sum(axis=1)
    found = irt.calibrate(np.column_stack([total >= 3, RIGHT[:300, 1:]]).astype(float), most_iterations=60)
    assert not found.converged
    assert found.reason.startswith("the data do not bound the slope of item 1")
    assert all(not threshold.sufficient for threshold in found.items[1].thresholds)
    assert "not to be relied on" in irt.estimate(RIGHT[:1], found).estimate(0).reason


def test_a_run_cut_short_says_so() -> None:
    found = irt.calibrate(RIGHT, most_iterations=2)
    assert not found.converged
    assert "the gradient has not vanished (steepest: item" in found.reason


def test_small_samples_are_an_indication_only() -> None:
    item = irt.calibrate(RIGHT[:100]).items[0]
    assert item.discrimination is not None
    assert item.discrimination.reason == "100 persons; at least 200 are needed"
    assert irt.calibrate(RIGHT[:100], "Rasch").items[0].thresholds[0].sufficient
    assert irt.calibrate(RIGHT[:100], "Rasch").items[0].discrimination is None


@pytest.mark.parametrize(
    ("responses", "model", "code"),
    [
        (RIGHT, "4PL", "unknown_model"),
        (GRADED, "2PL", "not_dichotomous"),
        (GRADED, "Rasch", "not_dichotomous"),
        (RIGHT - 0.5, "2PL", "not_a_category"),
        (RIGHT * 200, "GRM", "not_a_category"),
        (RIGHT[0], "2PL", "not_a_table"),
    ],
)
def test_what_no_model_can_read_is_refused(responses: FloatArray, model: str, code: str) -> None:
    with pytest.raises(ResponseError) as refusal:
        irt.calibrate(responses, model)
    assert refusal.value.code == code


@pytest.mark.slow
@pytest.mark.parametrize("method", ["MAP", "ML", "WLE"])
def test_the_curve_of_the_weighted_sum_and_each_pattern_give_the_same(method: Any) -> None:
    for data, model in ((RIGHT[:200], "2PL"), (CREDIT[:200], "GPCM"), (ONE_SLOPE[:200], "PCM")):
        fitted = kept(irt.calibrate(data, model))
        one, other = (way(fitted.table, fitted, method, False) for way in (by_weighted_sum, by_pattern))
        finite = np.isfinite(one[0])
        assert np.array_equal(finite, np.isfinite(other[0]))
        assert one[0][finite] == pytest.approx(other[0][finite], abs=1e-8)
        assert one[1][finite] == pytest.approx(other[1][finite], abs=1e-7)


@pytest.mark.parametrize(("model", "data"), [("2PL", GAPS), ("3PL", GUESSED), ("GRM", GRADED)])
def test_abilities_are_where_the_objective_is_highest(model: str, data: FloatArray) -> None:
    calibration = irt.calibrate(data, model)
    fitted, theta = kept(calibration), np.linspace(-4, 4, 1601)
    logs = fitted.at(theta)
    found = irt.estimate(data[:8], calibration, "MAP")
    likely = irt.estimate(data[:8], calibration, "ML")
    mean = irt.estimate(data[:8], calibration, "EAP")
    for person, row in enumerate(data[:8]):
        likelihood = sum(logs[j, int(x)] for j, x in enumerate(row) if np.isfinite(x))
        posterior = np.exp(likelihood - theta**2 / 2)
        assert found.theta[person] == pytest.approx(theta[posterior.argmax()], abs=0.0051)
        assert mean.theta[person] == pytest.approx((theta * posterior).sum() / posterior.sum(), abs=1e-3)
        if 0 < likelihood.argmax() < 1600:
            assert likely.theta[person] == pytest.approx(theta[likelihood.argmax()], abs=0.0051)


def test_everything_right_has_no_finite_maximum_and_says_so() -> None:
    calibration = irt.calibrate(RIGHT)
    patterns = np.array([np.ones(6), np.zeros(6), np.full(6, np.nan)])
    likely, weighted = irt.estimate(patterns, calibration, "ML"), irt.estimate(patterns, calibration, "WLE")
    assert likely.theta[:2].tolist() == [np.inf, -np.inf]
    assert likely.estimate(0).reason == (
        "the answers are as likely as they can be at the highest ability there is; use WLE or EAP"
    )
    assert np.isfinite(weighted.theta[:2]).all()
    assert weighted.estimate(0).sufficient
    assert (weighted.unanswered, weighted.estimate(2).reason) == (1, "the person answered no calibrated item")


def test_weighted_likelihood_of_equal_items_has_a_closed_form() -> None:
    """All b = 0, a = 1: θ = log((s + ½)/(n − s + ½)) (Warm 1989)."""
    patterns = np.array(list(product([0.0, 1.0], repeat=4)))
    calibration = irt.calibrate(np.repeat(patterns, 3, axis=0), "Rasch")
    score = patterns.sum(axis=1)
    found = irt.estimate(patterns, calibration, "WLE")
    assert found.theta == pytest.approx(np.log((score + 0.5) / (4 - score + 0.5)), abs=1e-6)


def test_sum_scores_add_up_over_all_patterns() -> None:
    calibration = irt.calibrate(GRADED[:, :3], "GRM")
    theta = np.array([-0.7, 1.1])
    probability = np.exp(kept(calibration).at(theta))
    expected = np.zeros((2, 10))
    for pattern in product(range(4), repeat=3):
        expected[:, sum(pattern)] += np.prod([probability[j, x] for j, x in enumerate(pattern)], axis=0)
    assert irt.score_distribution_at(theta, calibration) == pytest.approx(expected, abs=1e-12)
    assert calibration.expected_score(theta) == pytest.approx(expected @ np.arange(10))
    scores = irt.sum_scores(calibration)
    assert scores.probability.sum() == pytest.approx(1)
    assert (np.diff(scores.theta) > 0).all()
    assert scores.probability @ scores.theta == pytest.approx(0, abs=1e-9)
    assert scores.probability @ (scores.standard_error**2 + scores.theta**2) == pytest.approx(1, abs=1e-6)


def test_sum_scores_of_gaps_are_refused() -> None:
    with pytest.raises(ResponseError, match="use EAP") as refusal:
        irt.estimate(GAPS, irt.calibrate(GAPS), "EAPsum")
    assert refusal.value.code == "incomplete"


@pytest.mark.parametrize(
    ("responses", "code"),
    [(RIGHT[:, :5], "items_do_not_fit"), (RIGHT * 2, "not_a_category"), (RIGHT - 1, "not_a_category")],
)
def test_responses_of_another_test_are_refused(responses: FloatArray, code: str) -> None:
    with pytest.raises(ResponseError) as refusal:
        irt.estimate(responses, irt.calibrate(RIGHT[:200]))
    assert refusal.value.code == code


def test_information_of_two_parameters_has_a_closed_form() -> None:
    calibration = irt.calibrate(RIGHT)
    a, b = calibration.discrimination, calibration.difficulty
    p = expit(a * (0.4 - b))
    assert calibration.information(0.4)[0] == pytest.approx(a**2 * p * (1 - p))
    assert calibration.test_information([0.4])[0] == pytest.approx((a**2 * p * (1 - p)).sum())


def test_mixing_solves_a_linear_map() -> None:
    matrix, shift = np.array([[0.9, 0.05], [0.0, 0.7]]), np.array([1.0, -2.0])
    parameters = [np.zeros(2)]
    residuals: list[FloatArray] = []
    for _ in range(3):
        residuals.append(matrix @ parameters[-1] + shift - parameters[-1])
        parameters.append(mixed(parameters, residuals))
    assert parameters[-1] == pytest.approx(np.linalg.solve(np.eye(2) - matrix, shift))


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """40 samples × 6 slopes: 228 of 240 expected; 4.5 standard errors of the count either way, the samples independent."""
    rows = np.column_stack([SLOPE, -SLOPE * DIFFICULTY])
    held = 0
    for seed in range(40):
        theta = np.random.default_rng(1000 + seed).normal(size=500)
        found = irt.calibrate(drawn("partial credit", rows, theta, seed=2000 + seed))
        reach = stats.norm.ppf(0.975) * found.standard_errors["discrimination"]
        held += int((np.abs(found.discrimination - SLOPE) < reach).sum())
    assert 213 <= held <= 239


@pytest.mark.slow
@pytest.mark.parametrize(("model", "data"), CASES, ids=MODELS)
@pytest.mark.parametrize("missing", [0.0, 0.9])
def test_fifteen_persons_and_hardly_an_answer_are_never_silent_nonsense(
    model: str, data: FloatArray, missing: float
) -> None:
    few = np.where(np.random.default_rng(47).random((15, 6)) < missing, np.nan, data[:15])
    found = irt.calibrate(few, model, most_iterations=40)
    assert found.converged or found.reason
    for item in found.items:
        estimates = [*item.thresholds, *filter(None, [item.discrimination, item.guessing])]
        assert all(estimate.reason and not estimate.sufficient for estimate in estimates)
    if found.fitted is not None:
        for method in ("EAP", "MAP", "ML", "WLE"):
            abilities = irt.estimate(few, found, method)
            said = [abilities.estimate(person) for person in range(15)]
            assert all(one.value is not None or one.reason for one in said)
