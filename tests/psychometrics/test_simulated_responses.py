"""Simulated answers: every model's shares are its probabilities; missing by design is by design."""

from collections.abc import Callable

import numpy as np
import pytest

from assess.psychometrics import irt, simulate
from assess.psychometrics.irt.families import log_probabilities
from assess.psychometrics.responses import ResponseError

ITEMS = {
    "Rasch": irt.KnownItem(difficulty=0.3),
    "1PL": irt.KnownItem(difficulty=0.3, discrimination=1.4),
    "2PL": irt.KnownItem(difficulty=0.3, discrimination=1.4),
    "3PL": irt.KnownItem(difficulty=0.3, discrimination=1.4, guessing=0.2),
    "PCM": irt.KnownItem(difficulty=(-0.5, 0.3, 0.2)),
    "RSM": irt.KnownItem(difficulty=(-0.5, 0.3, 0.2)),
    "GPCM": irt.KnownItem(difficulty=(-0.5, 0.3, 0.2), discrimination=1.4),
    "GRM": irt.KnownItem(difficulty=(-0.5, 0.2, 0.8), discrimination=1.4),
}


@pytest.mark.parametrize("model", list(ITEMS))
def test_shares_are_the_models_probabilities(model: str) -> None:
    """20,000 answers at θ = 0.4: within four binomial standard errors of the definition."""
    answers = simulate.responses(np.full(20_000, 0.4), [ITEMS[model]], model=model, seed=3)[:, 0]
    row = ITEMS[model].row(irt.MODELS[model])[None]
    count = len(ITEMS[model].thresholds) + 1
    logs = log_probabilities(irt.MODELS[model].family, row, np.array([count]), np.array([0.4]))
    expected = np.exp(logs[0, :, 0])
    shares = np.bincount(answers.astype(int), minlength=count) / 20_000
    assert (np.abs(shares - expected) < 4 * np.sqrt(expected * (1 - expected) / 20_000)).all()


def test_same_seed_same_answers_other_seed_other_answers() -> None:
    theta = np.linspace(-2, 2, 3000)
    first, again, other = (
        simulate.responses(theta, [ITEMS["GPCM"]] * 3, model="GPCM", seed=seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_calibration_draws_what_it_was_made_from() -> None:
    data = simulate.responses(np.random.default_rng(4).normal(size=800), [ITEMS["GRM"]] * 4, model="GRM", seed=5)
    data[:, 1] = np.where(data[:, 1] == 2, 3, data[:, 1])
    data[:, 2] = 1
    found = irt.calibrate(data, "GRM")
    drawn = simulate.responses(np.zeros(400), found, seed=6)
    assert set(np.unique(drawn[:, 1])) == {0, 1, 3}
    assert np.isnan(drawn[:, 2]).all()
    assert set(np.unique(drawn[:, 0])) == {0, 1, 2, 3}
    with pytest.raises(ResponseError, match="there is no calibration to draw from"):
        simulate.responses([0.0], irt.calibrate(data[:2], "GRM"), seed=1)


def test_forms_go_round_and_their_order_can_be_drawn() -> None:
    answers = np.ones((7, 4))
    found = np.isfinite(simulate.by_form(answers, [[0, 1], [1, 2], [2, 3]]))
    assert found.sum(axis=0).tolist() == [3, 5, 4, 2]
    drawn = np.isfinite(simulate.by_form(answers, [[0, 1], [1, 2], [2, 3]], seed=1))
    assert (drawn.sum(axis=1) == 2).all()
    assert not np.array_equal(found, drawn)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: simulate.by_form(np.ones((2, 2)), []), "not_a_form"),
        (lambda: simulate.by_form(np.ones((2, 2)), [[0, 2]]), "not_a_form"),
        (lambda: simulate.at_random(np.ones((2, 2)), 1.5, seed=1), "not_a_share"),
        (lambda: simulate.responses([np.nan], [ITEMS["2PL"]], seed=1), "not_finite"),
        (lambda: simulate.responses([0.0], [ITEMS["GRM"]], model="2PL", seed=1), "not_an_item"),
        (lambda: simulate.responses([0.0], [], seed=1), "no_items"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call: Callable[[], object], code: str) -> None:
    with pytest.raises(ResponseError) as refusal:
        call()
    assert refusal.value.code == code
