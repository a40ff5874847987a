"""Several groups of persons, anchors and published items: against integrals, closed forms and equal models."""

from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from assess.psychometrics import irt, simulate
from assess.psychometrics.irt.expectation import Grid, Indicators, expect
from assess.psychometrics.irt.families import log_probabilities
from assess.psychometrics.irt.fitted import Fitted, nodes_of
from assess.psychometrics.irt.uncertainty import parameter_covariance
from assess.psychometrics.responses import FloatArray, ResponseError
from tests.effort import sampled

RNG = np.random.default_rng(81)
GROUP = np.repeat(["a", "b"], [350, 250])
THETA = np.where(GROUP == "a", RNG.normal(size=600), RNG.normal(0.6, 1.4, size=600))
SLOPES = np.array([0.8, 1.0, 1.3, 1.7, 1.1])
PLACES = np.array([-1.0, -0.3, 0.0, 0.5, 1.0])
STEPS = [(b - 0.6, b + 0.6) for b in PLACES]
TWO = [irt.KnownItem(difficulty=b, discrimination=a) for a, b in zip(SLOPES, PLACES, strict=True)]
ONE = [irt.KnownItem(difficulty=b) for b in PLACES]
GRADED = [irt.KnownItem(difficulty=b, discrimination=a) for a, b in zip(SLOPES, STEPS, strict=True)]
CREDIT = [irt.KnownItem(difficulty=b) for b in STEPS]
GUESSED = [irt.KnownItem(difficulty=b, discrimination=1.4, guessing=0.2) for b in PLACES]
DATA = {
    "Rasch": simulate.responses(THETA, ONE, model="Rasch", seed=82),
    "1PL": simulate.responses(THETA, ONE, model="Rasch", seed=82),
    "2PL": simulate.responses(THETA, TWO, model="2PL", seed=83),
    "3PL": simulate.responses(THETA, GUESSED, model="3PL", seed=84),
    "PCM": simulate.responses(THETA, CREDIT, model="PCM", seed=85),
    "RSM": simulate.responses(THETA, CREDIT, model="RSM", seed=85),
    "GPCM": simulate.responses(THETA, GRADED, model="GPCM", seed=86),
    "GRM": simulate.responses(THETA, GRADED, model="GRM", seed=87),
}


def fitted_of(calibration: irt.Calibration) -> Fitted:
    assert calibration.fitted is not None
    return calibration.fitted


@pytest.mark.parametrize("model", ["PCM", "2PL"])
def test_log_likelihood_of_groups_equals_the_integral(model: str) -> None:
    rows = np.r_[0:40, 350:390]
    found = irt.calibrate(DATA[model][rows], model, groups=GROUP[rows])
    fitted, theta = fitted_of(found), np.linspace(-14, 14, 6001)
    logs, expected = fitted.at(theta), 0.0
    for row, label in zip(DATA[model][rows], GROUP[rows], strict=True):
        g = found.groups.index(label)
        likelihood = np.exp(sum(logs[j, int(x)] for j, x in enumerate(row)))
        density = stats.norm.pdf(theta, found.means[g], found.sds[g])
        expected += np.log(integrate.simpson(likelihood * density, x=theta))
    assert found.log_likelihood == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("model", sampled(list(DATA)))
def test_means_and_spreads_of_groups_are_recovered(model: str) -> None:
    """Within four standard errors of what was simulated; the reference group's are fixed by the scale."""
    found = irt.calibrate(DATA[model], model, groups=GROUP)
    assert found.converged
    assert (found.groups, found.group_sizes.tolist()) == (("a", "b"), [350, 250])
    assert found.means[0] == 0
    assert found.populations[0].mean is None
    errors = found.standard_errors
    assert abs(found.means[1] - 0.6) < 4 * errors["means"][1]
    assert abs(found.sds[1] - 1.4) < 4 * errors["sds"][1]
    mean = found.populations[1].mean
    assert mean is not None
    assert mean.sufficient
    assert mean.n == 250
    spread = found.populations[0].sd
    assert (spread is not None) == (model in ("Rasch", "PCM", "RSM"))


def test_oakes_is_the_curvature_and_no_neighbour_is_better() -> None:
    fitted = fitted_of(irt.calibrate(DATA["GRM"][::3], "GRM", groups=GROUP[::3], errors="oakes"))
    indicators, grid, size = Indicators(fitted.table), Grid(2 * fitted.points - 1), fitted.parameters.size

    def objective(point: FloatArray) -> float:
        items = point[:size].reshape(fitted.parameters.shape)
        means, sds = np.array([0.0, point[size]]), np.array([1.0, np.exp(point[size + 1])])
        logs = log_probabilities(fitted.family, items, fitted.categories, nodes_of(grid, means, sds))
        return expect(indicators, logs, grid).log_likelihood

    at = np.concatenate([fitted.parameters.ravel(), [fitted.means[1], np.log(fitted.sds[1])]])
    covariance = parameter_covariance(fitted, "oakes")
    assert covariance is not None
    information, top, h = np.linalg.inv(covariance), objective(at), 1e-3
    for number in (0, 4, size, size + 1):
        nudge = np.eye(len(at))[number] * h
        up, down = objective(at + nudge), objective(at - nudge)
        assert up < top
        assert down < top
        assert (2 * top - up - down) / h**2 == pytest.approx(information[number, number], rel=2e-3)
    both = np.eye(len(at))[size] * h + np.eye(len(at))[4] * h
    apart = np.eye(len(at))[size] * h - np.eye(len(at))[4] * h
    mixed = (objective(at + both) + objective(at - both) - objective(at + apart) - objective(at - apart)) / (4 * h**2)
    assert -mixed == pytest.approx(information[size, 4], rel=0.01)


def test_newton_and_expectation_maximisation_agree_on_groups() -> None:
    """A GPCM with slopes held near 1 by a prior and a PCM with spread 1: the same likelihood at the same place."""
    partial = irt.calibrate(DATA["PCM"], "PCM", groups=GROUP, population_sd=1.0)
    general = irt.calibrate(DATA["PCM"], "GPCM", groups=GROUP, slope_prior=(1e-8, 1e-4))
    assert general.means == pytest.approx(partial.means, abs=1e-3)
    assert general.sds == pytest.approx(partial.sds, abs=1e-3)
    assert general.difficulty == pytest.approx(partial.difficulty, abs=1e-3)
    assert general.standard_errors["means"][1] == pytest.approx(partial.standard_errors["means"][1], rel=0.01)
    assert general.standard_errors["sds"][1] == pytest.approx(partial.standard_errors["sds"][1], rel=0.01)


def test_the_other_reference_group_is_the_same_fit_on_another_scale() -> None:
    one = irt.calibrate(DATA["2PL"], "2PL", groups=GROUP)
    other = irt.calibrate(DATA["2PL"], "2PL", groups=GROUP, reference="b")
    assert other.groups == ("b", "a")
    assert other.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-6)
    assert other.discrimination == pytest.approx(one.discrimination * one.sds[1], abs=1e-4)
    assert other.difficulty == pytest.approx((one.difficulty - one.means[1]) / one.sds[1], abs=1e-4)
    assert other.means[1] == pytest.approx(-one.means[1] / one.sds[1], abs=1e-4)


def test_two_groups_with_all_items_of_their_own_are_two_calibrations() -> None:
    parts = irt.split_items(DATA["2PL"], GROUP, ["item 1", "item 2", "item 3", "item 4"])
    assert parts.split.tolist() == [True] * 8 + [False]
    one = irt.calibrate(parts.responses, "Rasch", groups=GROUP, names=parts.names)
    free = irt.calibrate(DATA["2PL"][GROUP == "a"], "Rasch"), irt.calibrate(DATA["2PL"][GROUP == "b"], "Rasch")
    # the shared item only says where the second group's scale begins
    assert one.log_likelihood == pytest.approx(free[0].log_likelihood + free[1].log_likelihood, abs=1e-7)
    shift = free[0].difficulty[4] - free[1].difficulty[4]
    assert one.means[1] == pytest.approx(shift, abs=1e-6)


@pytest.mark.parametrize("model", sampled(list(DATA)))
def test_anchors_of_the_same_data_change_nothing(model: str) -> None:
    free = irt.calibrate(DATA[model], model)
    found = irt.calibrate(DATA[model], model, anchors=irt.anchors_of(free, free.names[:3]))
    assert found.converged
    # of the 3PL the anchors' prior is gone, and the other items lean on their own the more
    close = 0.05 if model == "3PL" else 1e-5
    assert found.difficulty == pytest.approx(free.difficulty, abs=close)
    assert found.discrimination == pytest.approx(free.discrimination, abs=close)
    assert found.means == pytest.approx(np.zeros(1), abs=close)
    assert found.sds == pytest.approx(free.sds, abs=close)
    assert (found.standard_errors["difficulty"][:3] == 0).all()
    assert (found.standard_errors["difficulty"][3:] > 0).all()
    assert found.standard_errors["means"][0] > 0
    assert found.items[0].thresholds[0].reason == "its parameters were given, not estimated"


@pytest.mark.parametrize("model", ["Rasch", "1PL", "2PL", "RSM", "GRM"])
def test_anchors_put_another_sitting_on_their_scale(model: str) -> None:
    """The second group calibrated with the first one's items: mean .6 and spread 1.4 within four standard errors."""
    first = irt.calibrate(DATA[model][GROUP == "a"], model)
    second = irt.calibrate(DATA[model][GROUP == "b"], model, anchors=irt.anchors_of(first))
    assert second.converged
    unit = first.population_sd if model in ("Rasch", "RSM") else 1.0
    assert abs(second.population_mean - 0.6) < 4 * second.standard_errors["means"][0] + 0.2
    assert second.population_sd / unit == pytest.approx(1.4, abs=0.4)
    assert second.n_parameters == 2


def test_a_category_that_only_the_anchor_knows_is_no_gap() -> None:
    free = irt.calibrate(DATA["GRM"], "GRM")
    low = DATA["GRM"][(DATA["GRM"][:, 0] < 2) & (DATA["GRM"][:, 1] > 0)]
    found = irt.calibrate(low, "GRM", anchors=irt.anchors_of(free, ["item 1", "item 3"]))
    assert found.difficulty[0] == pytest.approx(free.difficulty[0])
    assert np.isfinite(found.difficulty[0]).all()


@pytest.mark.parametrize(
    ("anchors", "model", "code"),
    [
        ({"item 9": ONE[0]}, "2PL", "no_such_item"),
        ({"item 1": GRADED[0]}, "2PL", "not_an_item"),
        ({"item 1": TWO[0]}, "Rasch", "not_an_item"),
        ({"item 1": GUESSED[0]}, "2PL", "not_an_item"),
        ({"item 1": irt.KnownItem(difficulty=float("nan"))}, "2PL", "not_an_item"),
        ({"item 1": irt.KnownItem(difficulty=(1.0, -1.0))}, "GRM", "not_an_item"),
        ({"item 1": TWO[0], "item 2": TWO[3]}, "1PL", "anchors_disagree"),
        (
            {"item 1": irt.KnownItem(difficulty=(-1.0, 1.0)), "item 2": irt.KnownItem(difficulty=(-0.5, 0.5))},
            "RSM",
            "anchors_disagree",
        ),
    ],
)
def test_anchors_that_are_none_are_refused(anchors: irt.Anchors, model: str, code: str) -> None:
    with pytest.raises(ResponseError) as refusal:
        irt.calibrate(DATA["Rasch"], model, anchors=anchors)
    assert refusal.value.code == code


def test_a_category_beyond_the_anchor_is_refused() -> None:
    with pytest.raises(ResponseError, match="item 1 has category 2; its anchor knows 0 to 1") as refusal:
        irt.calibrate(DATA["GRM"], "GRM", anchors={"item 1": irt.KnownItem(difficulty=(0.0,))})
    assert refusal.value.code == "not_a_category"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"groups": ["a"]}, "groups_do_not_fit"),
        ({"groups": GROUP, "reference": "c"}, "no_such_group"),
        ({"difficulty_prior": (0.0, 0.0)}, "not_a_prior"),
        ({"population_sd": -1.0}, "not_a_population"),
    ],
)
def test_groups_and_priors_that_are_none_are_refused(options: dict[str, Any], code: str) -> None:
    with pytest.raises(ResponseError) as refusal:
        irt.calibrate(DATA["Rasch"], "Rasch", **options)
    assert refusal.value.code == code


def test_a_group_that_answered_nothing_is_named_and_left_out() -> None:
    silent = np.where((GROUP == "b")[:, None], np.nan, DATA["Rasch"])
    found = irt.calibrate(silent, "Rasch", groups=GROUP)
    assert found.groups == ("a",)
    assert "nobody of the group b answered an item that can be calibrated" in found.remarks
    assert found.difficulty == pytest.approx(irt.calibrate(DATA["Rasch"][GROUP == "a"], "Rasch").difficulty)


def test_one_spread_for_all_groups_is_one_parameter_less() -> None:
    free = irt.calibrate(DATA["Rasch"], "Rasch", groups=GROUP)
    equal = irt.calibrate(DATA["Rasch"], "Rasch", groups=GROUP, equal_spread=True)
    assert equal.sds[0] == equal.sds[1]
    assert (free.n_parameters, equal.n_parameters) == (8, 7)
    assert equal.log_likelihood < free.log_likelihood


def test_priors_on_difficulties_hold_a_small_sample() -> None:
    few = DATA["Rasch"][:25]
    free, held = irt.calibrate(few, "Rasch"), irt.calibrate(few, "Rasch", difficulty_prior=(0.0, 0.5))
    assert np.abs(held.difficulty).max() < np.abs(free.difficulty).max()
    assert (held.standard_errors["difficulty"] < free.standard_errors["difficulty"]).all()
    assert held.log_likelihood < free.log_likelihood
    assert held.log_prior < 0
    tight = irt.calibrate(few, "Rasch", difficulty_prior=(0.7, 1e-3))
    assert tight.difficulty == pytest.approx(np.full(5, 0.7), abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["EAP", "MAP"])
def test_abilities_rest_on_the_population_of_the_persons_group(method: Any) -> None:
    found = irt.calibrate(DATA["GRM"], "GRM", groups=GROUP)
    same = np.vstack([DATA["GRM"][:1]] * 2)
    first, second = irt.estimate(same, found, method, groups=["a", "b"]).theta
    assert first == pytest.approx(irt.estimate(same[:1], found, method).theta[0])
    theta = np.linspace(-8, 8, 4001)
    likelihood = np.exp(sum(fitted_of(found).at(theta)[j, int(x)] for j, x in enumerate(same[0])))
    posterior = likelihood * stats.norm.pdf(theta, found.means[1], found.sds[1])
    expected = theta @ posterior / posterior.sum() if method == "EAP" else theta[posterior.argmax()]
    assert second == pytest.approx(expected, abs=0.005 if method == "MAP" else 1e-5)
    with pytest.raises(ResponseError, match="the calibration has no group 'c'"):
        irt.estimate(same, found, method, groups=["a", "c"])


def test_published_items_measure_as_the_calibration_they_came_from() -> None:
    found = irt.calibrate(DATA["GRM"], "GRM")
    scale = irt.known(irt.anchors_of(found), "GRM")
    assert irt.estimate(DATA["GRM"], scale).theta == pytest.approx(irt.estimate(DATA["GRM"], found).theta, abs=1e-9)
    assert scale.information(0.3) == pytest.approx(found.information(0.3))
    assert (scale.standard_errors["difficulty"] == 0).all()
    assert not scale.items[0].thresholds[0].sufficient
    for wrong, code in ((({}, "GRM", 1.0), "no_items"), (({"a": GRADED[0]}, "GRM", 0.0), "not_a_population")):
        with pytest.raises(ResponseError) as refusal:
            irt.known(wrong[0], wrong[1], sd=wrong[2])
        assert refusal.value.code == code


def test_likelihood_of_known_items_is_that_of_the_calibration_on_a_finer_grid() -> None:
    for model in ("Rasch", "3PL", "GRM"):
        found = irt.calibrate(DATA[model], model)
        scale = irt.known(irt.anchors_of(found), model, sd=found.population_sd)
        assert irt.log_likelihood(DATA[model], scale) == pytest.approx(found.log_likelihood, abs=1e-4)
    with pytest.raises(ResponseError, match="2 points are no grid"):
        irt.log_likelihood(DATA["Rasch"], irt.calibrate(DATA["Rasch"], "Rasch"), points=2)
