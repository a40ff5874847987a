"""Fit of items and pairs of items against enumeration and closed forms."""

from itertools import product
from typing import Literal

import numpy as np
import pytest

from assess.psychometrics import fit, irt, simulate
from assess.psychometrics.fit.collapsing import collapsed
from assess.psychometrics.fit.rest_scores import rest_score_distributions
from assess.psychometrics.fit.sum_score_fit import _expected
from assess.psychometrics.irt import KnownItem
from assess.psychometrics.responses import ResponseError

RNG = np.random.default_rng(511)
ABILITY = RNG.normal(size=300)
ANSWERS = simulate.rasch_responses(ABILITY, np.linspace(-1.2, 1.2, 7), seed=512)
GRADED = simulate.partial_credit_responses(ABILITY, [[-1.0, 0.2], [-0.5, 0.8], [0.0], [-0.7, 0.7]], seed=513)
RASCH = irt.calibrate(ANSWERS, "Rasch")
TWO = irt.calibrate(ANSWERS, "2PL")
PARTIAL = irt.calibrate(GRADED, "PCM")
SCALE = irt.known(
    {
        "a": KnownItem(difficulty=(-0.5, 0.9), discrimination=1.2),
        "b": KnownItem(difficulty=0.2, discrimination=0.8),
        "c": KnownItem(difficulty=(0.1, 0.4, 1.0), discrimination=1.5),
    },
    "GPCM",
)


def right(theta: np.ndarray, calibration: irt.Calibration) -> np.ndarray:
    """persons × items chances of a right answer."""
    return np.asarray(1 / (1 + np.exp(calibration.discrimination * (calibration.difficulty - theta[:, None]))))


@pytest.mark.parametrize("method", ["EAP", "WLE"])
def test_mean_squares_are_those_of_wright_and_masters(method: Literal["EAP", "WLE"]) -> None:
    found = fit.infit_outfit(ANSWERS, TWO, method)
    p = right(irt.estimate(ANSWERS, TWO, method).theta, TWO)
    square, w = (ANSWERS - p) ** 2, p * (1 - p)
    fourth = w * (1 - 3 * w)
    n, items = ANSWERS.shape
    assert found.items.outfit == pytest.approx((square / w).mean(axis=0), rel=1e-10)
    assert found.items.infit == pytest.approx(square.sum(axis=0) / w.sum(axis=0), rel=1e-10)
    assert found.persons.infit == pytest.approx(square.sum(axis=1) / w.sum(axis=1), rel=1e-10)
    q = np.sqrt((fourth / w**2).sum(axis=0) / n**2 - 1 / n)
    assert found.items.outfit_z == pytest.approx((np.cbrt((square / w).mean(axis=0)) - 1) * 3 / q + q / 3, rel=1e-8)
    assert found.items.n.tolist() == [n] * items
    assert found.sufficient


def test_mean_squares_over_the_posterior_average_over_the_nodes() -> None:
    rows = np.array([[2, 1, 0], [0, 0, 3], [1, np.nan, 2]])
    found = fit.infit_outfit(rows, SCALE, "posterior")
    assert SCALE.fitted is not None
    grid, theta = SCALE.fitted.grid()
    p = np.exp(SCALE.fitted.at(theta))
    k = np.arange(4.0)[:, None]
    mean = (p * k).sum(axis=1)
    variance = (p * (k - mean[:, None]) ** 2).sum(axis=1)
    top, bottom = np.zeros(3), np.zeros(3)
    for row in rows:
        seen = np.flatnonzero(np.isfinite(row))
        posterior = np.exp(grid.log_weight) * np.prod([p[j, int(row[j])] for j in seen], axis=0)
        posterior /= posterior.sum()
        for j in seen:
            top[j] += posterior @ (row[j] - mean[j]) ** 2
            bottom[j] += posterior @ variance[j]
    assert found.items.infit == pytest.approx(top / bottom, rel=1e-9)
    assert found.items.n.tolist() == [3, 2, 3]


def test_over_the_posterior_items_that_fit_have_mean_squares_of_one() -> None:
    """Answers in the shares the model gives, each pattern of 20,000 persons: only rounding is left."""
    scale = irt.known({str(j): KnownItem(difficulty=b) for j, b in enumerate((-1.0, 0.0, 0.8))}, "Rasch")
    patterns = np.array(list(product([0.0, 1.0], repeat=3)))
    assert scale.fitted is not None
    grid, theta = scale.fitted.grid()
    p = right(theta, scale)
    chance = [np.exp(grid.log_weight) @ np.prod(np.where(pattern, p, 1 - p), axis=1) for pattern in patterns]
    answers = np.repeat(patterns, np.rint(20_000 * np.array(chance)).astype(int), axis=0)
    found = fit.infit_outfit(answers, scale, "posterior")
    assert found.items.infit == pytest.approx(np.ones(3), abs=1e-3)
    assert found.items.outfit == pytest.approx(np.ones(3), abs=1e-3)


def test_extreme_persons_are_left_out_at_maximum_likelihood_abilities() -> None:
    found = fit.infit_outfit(ANSWERS, irt.conditional(ANSWERS), "ML")
    extreme = np.isin(ANSWERS.sum(axis=1), [0, ANSWERS.shape[1]])
    assert found.extreme == extreme.sum()
    assert np.isnan(found.persons.infit).tolist() == extreme.tolist()
    assert set(found.persons.reasons) == set(np.flatnonzero(extreme).tolist())
    assert found.n == len(ANSWERS) - extreme.sum()


def test_joint_calibrations_have_mean_squares_too() -> None:
    found = fit.infit_outfit(GRADED, irt.joint(GRADED), "WLE")
    assert found.items.infit == pytest.approx(fit.infit_outfit(GRADED, PARTIAL, "WLE").items.infit, abs=0.15)


def test_a_floor_of_the_variance_holds_unlikely_answers_down() -> None:
    rows = np.vstack([ANSWERS, [[0, 1, 1, 1, 1, 1, 1]]])
    free, held = (fit.infit_outfit(rows, TWO, least_variance=v).items.outfit for v in (0.0, 0.2))
    assert (held < free).all()


def test_items_left_out_are_named_and_have_no_mean_square() -> None:
    rows = np.column_stack([ANSWERS, np.ones(len(ANSWERS))])
    calibration = irt.calibrate(rows, "Rasch")
    found = fit.infit_outfit(rows, calibration)
    assert np.isnan(found.items.infit).tolist() == [False] * 7 + [True]
    assert found.items.reasons[7].startswith("item 8: everybody")
    assert np.isnan(fit.q3(rows, calibration)[7, :7]).all()
    assert np.isnan(fit.s_x2(rows, calibration).chi_square[7])


def test_q3_correlates_residuals() -> None:
    p = right(irt.estimate(ANSWERS, TWO).theta, TWO)
    assert fit.q3(ANSWERS, TWO) == pytest.approx(np.corrcoef(ANSWERS - p, rowvar=False), abs=1e-10)


def test_q3_of_a_pair_uses_who_answered_both() -> None:
    rows = ANSWERS.copy()
    rows[:200, 0], rows[150:, 1] = np.nan, np.nan
    calibration = irt.calibrate(rows, "Rasch")
    found = fit.q3(rows, calibration)
    assert np.isnan(found[0, 1])
    both = np.isfinite(rows[:, 0]) & np.isfinite(rows[:, 2])
    residual = rows - right(irt.estimate(rows, calibration).theta, calibration)
    assert found[0, 2] == pytest.approx(np.corrcoef(residual[both, 0], residual[both, 2])[0, 1], abs=1e-10)


def test_adjusted_q3_has_a_mean_of_zero() -> None:
    found = fit.adjusted(fit.q3(ANSWERS, RASCH))
    assert found[np.triu_indices(7, 1)].mean() == pytest.approx(0, abs=1e-12)


def test_a_repeated_item_shows_in_q3_and_local_dependence() -> None:
    rows = np.column_stack([ANSWERS, np.where(RNG.random(len(ANSWERS)) < 0.1, 1 - ANSWERS[:, 3], ANSWERS[:, 3])])
    calibration = irt.calibrate(rows, "Rasch")
    q3, pairs = fit.q3(rows, calibration), fit.local_dependence(rows, calibration)
    off = np.triu_indices(8, 1)
    assert q3[3, 7] == q3[off].max()
    assert pairs.cramers_v[3, 7] == pairs.cramers_v[off].max()
    assert pairs.holm is not None
    assert pairs.holm < 1e-6


@pytest.mark.parametrize("statistic", ["X2", "G2"])
def test_local_dependence_compares_two_way_tables(statistic: str) -> None:
    found = fit.local_dependence(GRADED, PARTIAL, statistic=statistic)  # type: ignore[arg-type]
    assert PARTIAL.fitted is not None
    grid, theta = PARTIAL.fitted.grid()
    p = np.exp(PARTIAL.fitted.at(theta))
    for i, j in [(0, 1), (2, 3)]:
        shape = (int(GRADED[:, i].max()) + 1, int(GRADED[:, j].max()) + 1)
        seen = np.zeros(shape)
        np.add.at(seen, (GRADED[:, i].astype(int), GRADED[:, j].astype(int)), 1)
        expected = len(GRADED) * np.einsum("aq,bq,q->ab", p[i, : shape[0]], p[j, : shape[1]], np.exp(grid.log_weight))
        value = ((seen - expected) ** 2 / expected).sum()
        if statistic == "G2":
            value = 2 * (seen * np.log(np.maximum(seen, 1e-9) / expected)).sum()
        assert found.chi_square[i, j] == pytest.approx(value, rel=1e-9)
        assert found.df[i, j] == (shape[0] - 1) * (shape[1] - 1)


def test_sparse_pairs_are_said() -> None:
    found = fit.local_dependence(ANSWERS[:10], RASCH, minimum=10)
    assert not found.sufficient
    assert "fewer than 1 times" in found.reason


def test_rest_scores_are_the_convolution_of_all_other_items() -> None:
    assert SCALE.fitted is not None
    p = np.exp(SCALE.fitted.at(np.array([-1.0, 0.7])))
    found = dict(rest_score_distributions(p, SCALE.fitted.categories))
    for j, k in [(0, 1), (1, 2), (2, 0)]:
        other = ({0, 1, 2} - {j, k}).pop()
        for q in range(2):
            expected = np.convolve(p[k, : SCALE.fitted.categories[k], q], p[other, : SCALE.fitted.categories[other], q])
            assert found[j][:, q] == pytest.approx(expected, abs=1e-15)


def test_expected_shares_by_sum_score_are_those_of_all_patterns() -> None:
    assert SCALE.fitted is not None
    grid, theta = SCALE.fitted.grid()
    p, weight = np.exp(SCALE.fitted.at(theta)), np.exp(grid.log_weight)
    found = dict(_expected(SCALE.fitted))
    joint = np.zeros((7, 3, 4))  # score × item × category
    for pattern in product(range(3), range(2), range(4)):
        chance = weight @ np.prod([p[j, k] for j, k in enumerate(pattern)], axis=0)
        for j, k in enumerate(pattern):
            joint[sum(pattern), j, k] += chance
    for j, count in enumerate([3, 2, 4]):
        share = joint[1:-1, j, :count] / joint[1:-1, j].sum(axis=1, keepdims=True)
        assert np.nan_to_num(found[j]) == pytest.approx(share, abs=1e-12)
        assert np.isnan(found[j]).tolist() == (share == 0).tolist()


def test_no_cell_expects_fewer_than_one_after_joining() -> None:
    found = fit.s_x2(GRADED, PARTIAL)
    for table in found.tables.values():
        assert ((table.expected == 0) | (table.expected >= 1)).all()
    totals = {int(table.observed.sum()) for table in found.tables.values()}
    score = GRADED.sum(axis=1)
    assert totals == {int(((score > 0) & (score < 7)).sum())}


def test_joining_goes_to_the_neighbour_with_fewer_persons() -> None:
    observed = np.array([[5.0, 5.0], [1.0, 1.0], [2.0, 3.0], [9.0, 9.0]])
    expected = np.array([[5.0, 5.0], [1.5, 0.5], [2.5, 2.5], [9.0, 9.0]])
    assert collapsed(observed, expected, 1.0).observed.tolist() == [[5.0, 5.0], [3.0, 4.0], [9.0, 9.0]]


def test_impossible_cells_are_joined_with_the_nearest_whole_row() -> None:
    expected = np.array([[3.0, 2.0, np.nan], [2.0, 2.0, 2.0], [3.0, 3.0, 3.0], [np.nan, 2.0, 2.0]])
    table = collapsed(np.full((4, 3), 2.0), expected, 1.0)
    assert table.expected.tolist() == [[5.0, 4.0, 2.0], [3.0, 5.0, 5.0]]
    assert table.observed.tolist() == [[4.0, 4.0, 4.0], [4.0, 4.0, 4.0]]


def test_given_parameters_use_up_no_degrees_of_freedom() -> None:
    calibrated = irt.calibrate(ANSWERS, "2PL")
    given = irt.known(irt.anchors_of(calibrated), "2PL")
    free, known = fit.s_x2(ANSWERS, calibrated), fit.s_x2(ANSWERS, given)
    assert known.chi_square == pytest.approx(free.chi_square, rel=1e-6)
    assert (known.df - free.df).tolist() == [2] * 7


def test_a_shared_parameter_counts_only_when_asked_for() -> None:
    own, shared = (fit.s_x2(ANSWERS, RASCH, count_shared=count).df for count in (False, True))
    assert (own - shared).tolist() == [1] * 7
    assert fit.s_x2(ANSWERS, TWO, count_shared=True).df.tolist() == fit.s_x2(ANSWERS, TWO).df.tolist()


def test_too_few_persons_leave_no_s_x2_and_say_so() -> None:
    rows = ANSWERS[:25, :4]
    found = fit.s_x2(rows, irt.calibrate(rows, "Rasch"))
    assert not found.sufficient
    assert all(
        "ask more persons or more items" in found.reasons[j]
        for j in np.flatnonzero(np.isnan(found.chi_square)).tolist()
    )


def test_persons_with_a_missing_answer_are_left_out_and_counted() -> None:
    rows = ANSWERS.copy()
    rows[:40, 2] = np.nan
    calibration = irt.calibrate(rows, "Rasch")
    found, scores, whole = fit.s_x2(rows, calibration), fit.score_fit(rows, calibration), fit.m2(rows, calibration)
    assert (found.n, found.left_out) == (scores.n, scores.left_out) == (whole.n, whole.left_out) == (260, 40)
    assert found.chi_square == pytest.approx(fit.s_x2(rows[40:], calibration).chi_square, abs=1e-12)


def test_sum_scores_seen_and_expected_add_to_the_persons() -> None:
    found = fit.score_fit(GRADED, PARTIAL)
    assert found.observed.sum() == len(GRADED)
    assert found.expected.sum() == pytest.approx(len(GRADED))
    assert found.residual[3] == pytest.approx((found.observed[3] - found.expected[3]) / found.expected[3] ** 0.5)


def test_zh_of_an_item_is_a_standardised_log_likelihood() -> None:
    p = right(irt.estimate(ANSWERS, TWO).theta, TWO)
    logs = np.where(ANSWERS == 1, np.log(p), np.log(1 - p))
    mean = p * np.log(p) + (1 - p) * np.log(1 - p)
    variance = p * (1 - p) * np.log(p / (1 - p)) ** 2
    expected = (logs - mean).sum(axis=0) / np.sqrt(variance.sum(axis=0))
    assert fit.item_zh(ANSWERS, TWO).value == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: fit.infit_outfit(ANSWERS, RASCH, "best"), "unknown_method"),  # type: ignore[arg-type]
        (lambda: fit.infit_outfit(ANSWERS, irt.conditional(ANSWERS), "EAP"), "needs_a_population"),
        (lambda: fit.infit_outfit(ANSWERS[:, :5], irt.conditional(ANSWERS), "ML"), "names_do_not_fit"),
        (lambda: fit.infit_outfit(ANSWERS[:5], irt.conditional(ANSWERS[:5]), "ML"), "not_calibrated"),
        (lambda: fit.q3(ANSWERS, irt.calibrate(ANSWERS[:5], "Rasch")), "not_calibrated"),
        (lambda: fit.q3(ANSWERS[:, :3], RASCH), "items_do_not_fit"),
        (lambda: fit.s_x2(ANSWERS * 2, RASCH), "not_a_category"),
    ],
)
def test_malformed_input_is_refused(call: object, code: str) -> None:
    with pytest.raises(ResponseError) as refused:
        call()  # type: ignore[operator]
    assert refused.value.code == code


def test_several_groups_are_refused_where_one_population_is_needed() -> None:
    groups = np.where(np.arange(300) < 150, "x", "y")
    calibration = irt.calibrate(ANSWERS, "Rasch", groups=groups)
    for call in (fit.q3, fit.s_x2, fit.m2, fit.local_dependence, fit.score_fit, fit.lz):
        with pytest.raises(ResponseError, match="2 \\(x, y\\)") as refused:
            call(ANSWERS, calibration)
        assert refused.value.code == "several_groups"
    assert fit.infit_outfit(ANSWERS, calibration, "WLE").sufficient


@pytest.mark.slow
def test_p_values_of_s_x2_are_uniform_where_the_model_holds() -> None:
    rng = np.random.default_rng(514)
    p_values = []
    for _ in range(60):
        rows = (rng.normal(size=(800, 1)) - np.linspace(-1.5, 1.5, 12) > rng.logistic(size=(800, 12))).astype(float)
        p_values.append(fit.s_x2(rows, irt.calibrate(rows, "Rasch")).p_value)
    share = (np.concatenate(p_values) < 0.05).mean()
    assert share == pytest.approx(0.05, abs=0.02)  # 720 p-values, standard error 0.008
