"""Thin and odd data: no crash, no warning, no silent nonsense; second starts; one version's small sittings together."""

import numpy as np
import pytest

from assess.psychometrics import irt, simulate
from assess.psychometrics.responses import FloatArray, ResponseError
from tests.effort import sampled

RNG = np.random.default_rng(121)
ITEMS = 12
PLACES = np.linspace(-1.5, 1.5, ITEMS)
SLOPES = RNG.lognormal(0.1, 0.25, ITEMS)
STEPS = PLACES[:, None] + np.array([-1.0, 0.0, 1.0])
ONE = [irt.KnownItem(difficulty=b) for b in PLACES]
TWO = [irt.KnownItem(difficulty=b, discrimination=a) for a, b in zip(SLOPES, PLACES, strict=True)]
THREE = [irt.KnownItem(difficulty=b, discrimination=1.5, guessing=0.2) for b in PLACES]
MANY = [irt.KnownItem(difficulty=tuple(b), discrimination=a) for a, b in zip(SLOPES, STEPS, strict=True)]
CREDIT = [irt.KnownItem(difficulty=tuple(b)) for b in STEPS]
TRUTH = {"Rasch": ONE, "1PL": ONE, "2PL": TWO, "3PL": THREE, "PCM": CREDIT, "RSM": CREDIT, "GPCM": MANY, "GRM": MANY}


def drawn(model: str, persons: int, seed: int = 122) -> FloatArray:
    theta = np.random.default_rng(seed).normal(size=persons)
    return simulate.responses(theta, TRUTH[model], model="Rasch" if model == "1PL" else model, seed=seed + 1)


def said(found: irt.Calibration) -> bool:
    """Nothing is claimed that is not true: either it converged to finite numbers, or every estimate says why not."""
    estimates = [
        estimate
        for item in found.items
        for estimate in (*item.thresholds, *filter(None, [item.discrimination, item.guessing]))
    ]
    if not found.converged:
        return bool(found.reason) and not any(estimate.sufficient for estimate in estimates)
    return all(estimate.value is not None or estimate.reason for estimate in estimates)


@pytest.mark.parametrize("model", sampled(list(TRUTH)))
def test_ninety_per_cent_missing(model: str) -> None:
    data = simulate.at_random(drawn(model, 1500), 0.9, seed=123)
    found = irt.calibrate(data, model, errors="cross-product", most_iterations=60)
    assert said(found)
    assert found.persons + found.unanswered == 1500
    if found.converged:
        truth = np.array([item.thresholds for item in TRUTH[model]])
        ours = found.difficulty.reshape(ITEMS, -1)
        errors = found.standard_errors["difficulty"].reshape(ITEMS, -1)
        apart = np.abs(ours - truth)[np.isfinite(errors)]
        assert (apart < 5 * errors[np.isfinite(errors)] + 0.3).all()


@pytest.mark.parametrize("model", sampled(list(TRUTH)))
def test_twenty_persons(model: str) -> None:
    found = irt.calibrate(drawn(model, 20), model, most_iterations=60)
    assert said(found)
    assert not any(threshold.sufficient for item in found.items for threshold in item.thresholds)


@pytest.mark.parametrize("model", ["Rasch", "1PL", "PCM", "RSM"])
def test_two_items_have_one_slope(model: str) -> None:
    found = irt.calibrate(drawn(model, 300)[:, 4:6], model)
    assert found.converged
    assert said(found)


@pytest.mark.parametrize("model", ["2PL", "3PL", "GPCM", "GRM"])
def test_two_items_have_no_slope_each(model: str) -> None:
    found = irt.calibrate(drawn(model, 300)[:, 4:6], model)
    assert "two items show how far they go together, not a slope each" in found.reason
    assert said(found)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["PCM", "RSM", "GPCM", "GRM"])
def test_categories_that_hardly_anybody_used(model: str) -> None:
    """One person in category 2 of the first item, none in category 1 of the second, all but one in the lowest of the third."""
    data = drawn(model, 400)
    data[:, 0] = np.where(data[:, 0] == 2, 1, data[:, 0])
    data[0, 0] = 2
    data[:, 1] = np.where(data[:, 1] == 1, 0, data[:, 1])
    data[:, 2] = 0
    data[1, 2] = 3
    found = irt.calibrate(data, model, most_iterations=100)
    assert said(found)
    assert any(remark.startswith("item 2: nobody is in category 1") for remark in found.remarks)
    assert any(remark.startswith("item 3: nobody is in category 1, 2") for remark in found.remarks)
    assert np.isnan(found.difficulty[1, 0])


@pytest.mark.slow
def test_three_parameters_without_a_prior_on_few_persons_say_so() -> None:
    for persons in (60, 400):
        found = irt.calibrate(drawn("3PL", persons), "3PL", guessing_prior=None, most_iterations=150)
        assert said(found)
        assert found.starts


def test_the_second_start_is_reported() -> None:
    found = irt.calibrate(drawn("3PL", 600), "3PL")
    assert found.starts == "two starts ended at the same place"
    assert irt.calibrate(drawn("2PL", 600), "2PL").starts == ""


def test_a_wrong_key_is_named_whichever_start_finds_it() -> None:
    data = drawn("2PL", 600)
    data[:, 3] = 1 - data[:, 3]
    found = irt.calibrate(data, "2PL")
    assert found.converged
    assert found.starts == "two starts ended equally high"
    assert found.discrimination[3] < 0
    assert found.remarks == (f"item 4: the slope is negative ({found.discrimination[3]:.2f}); check its key",)


def test_everybody_alike_and_nobody_at_all() -> None:
    for table in (np.ones((50, 4)), np.full((50, 4), np.nan), np.empty((0, 4)), np.empty((50, 0))):
        for model in TRUTH:
            found = irt.calibrate(table, model)
            assert not found.converged
            assert said(found)


def test_a_coarse_lead_ends_where_a_fine_grid_ends() -> None:
    """A table large enough to begin on a coarse grid, with steep items that need a fine one."""
    rows = [irt.KnownItem(difficulty=b, discrimination=3.0) for b in np.linspace(-2, 2, 60)]
    data = simulate.responses(np.random.default_rng(124).normal(size=1200), rows, model="2PL", seed=125)
    found, fine = irt.calibrate(data), irt.calibrate(data, points=241)
    assert found.converged
    assert found.points > 61
    assert found.log_likelihood == pytest.approx(fine.log_likelihood, abs=1e-3)
    assert found.difficulty == pytest.approx(fine.difficulty, abs=1e-4)


def test_small_sittings_of_one_version_are_taken_together() -> None:
    able = np.random.default_rng(126).normal(size=75) + np.repeat([0.0, 1.5, -1.0], 25)
    data = simulate.responses(able, ONE, model="Rasch", seed=127)
    found = irt.small_sample({"May": data[:25], "June": data[25:50], "July": data[50:]})
    assert found.calibration.converged
    means = dict(zip(found.calibration.groups, found.calibration.means, strict=True))
    assert means["May"] == 0
    assert means["June"] > 0.7 > 0 > means["July"]
    errors = found.calibration.standard_errors["difficulty"]
    assert found.enough.tolist() == (errors <= 0.35).tolist()
    assert (found.needed[~found.enough] > 75).all()
    assert (found.needed[found.enough] <= 75).all()
    assert found.sentence.startswith("75 persons in 3 sittings; 12 of 12 items have an estimate")
    assert all(threshold.sufficient for item in found.calibration.items for threshold in item.thresholds)


def test_a_handful_of_persons_is_refused_with_the_number_it_would_take() -> None:
    data = drawn("Rasch", 7)
    found = irt.small_sample({"May": data})
    assert found.sentence == "7 persons in 1 sitting: not enough evidence: 7 persons answered; at least 30 are needed"
    assert not found.enough.any()
    for sittings, model, code in (
        ({}, "Rasch", "no_sittings"),
        ({"a": data, "b": data[:, :3]}, "Rasch", "items_do_not_fit"),
        ({"a": data}, "2PL", "not_a_model"),
    ):
        with pytest.raises(ResponseError) as refusal:
            irt.small_sample(sittings, model)
        assert refusal.value.code == code
