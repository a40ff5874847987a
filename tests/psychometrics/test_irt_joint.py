"""Joint maximum likelihood: its equations hold, and the ways it cannot answer are said."""

import numpy as np
import pytest

from assess.psychometrics import irt, simulate
from assess.psychometrics.irt.steps import curves, flat
from assess.psychometrics.responses import ResponseError

ABILITY = np.random.default_rng(91).normal(size=200)
STEPS = [[-1.0, 0.5], [0.0], [-0.5, 0.2, 1.0], [0.4, -0.2], [0.3], [-0.8]]
CREDITS = simulate.partial_credit_responses(ABILITY, STEPS, seed=92)
GAPS = simulate.at_random(CREDITS, 0.3, seed=93)


@pytest.mark.parametrize("data", [CREDITS, GAPS], ids=["complete", "gaps"])
def test_expected_scores_equal_the_observed_ones(data: np.ndarray) -> None:
    found = irt.joint(data, correct=False)
    assert found.converged
    layout, difficulties = flat([row[np.isfinite(row)] for row in found.difficulty])
    theta = np.where(np.isfinite(found.theta), found.theta, 0.0)
    at, seen = curves(theta, layout, difficulties), np.isfinite(data)
    reached = (np.where(seen, data, -1)[:, layout.item] >= layout.level).sum(axis=0)
    assert (at.at_least * seen[:, layout.item]).sum(axis=0) == pytest.approx(reached, abs=1e-6)
    most, score = (seen * layout.steps).sum(axis=1), np.nansum(data, axis=1)
    adjusted = np.clip(score, 0.3, most - 0.3)
    some = seen.any(axis=1)
    shift = (at.expected * seen).sum(axis=1)[some] - adjusted[some]
    # extreme scores were changed, so items and persons cannot both add up while the mean is held: one shift is left over
    information = (at.variance * seen).sum(axis=1)[some]
    assert np.ptp(shift / information) < 1e-3
    assert found.extreme == int(((score == 0) | (score == most))[some].sum())
    assert np.nanmean(found.theta) == pytest.approx(0, abs=1e-9)


def test_correction_takes_most_of_the_bias_out() -> None:
    data = simulate.rasch_responses(np.random.default_rng(94).normal(size=3000), np.linspace(-1.5, 1.5, 10), seed=95)
    truth = np.linspace(-1.5, 1.5, 10)
    plain, corrected = irt.joint(data, correct=False), irt.joint(data)
    assert corrected.difficulty == pytest.approx(0.9 * plain.difficulty)
    spread = np.polyfit(truth, plain.difficulty, 1)[0], np.polyfit(truth, corrected.difficulty, 1)[0]
    assert abs(spread[1] - 1) < 0.05 < abs(spread[0] - 1)


def test_what_cannot_be_said_is_said() -> None:
    assert irt.joint(np.ones((20, 4))).reason == "0 items can be calibrated; the PCM needs at least 2"
    found = irt.joint(np.column_stack([CREDITS, np.ones(200)]))
    assert np.isnan(found.difficulty[6]).all()
    assert found.items[6].thresholds[0].reason.startswith("everybody who answered it is in category 1")
    assert np.isnan(irt.joint(np.vstack([CREDITS, np.full((1, 6), np.nan)])).theta[-1])
    with pytest.raises(ResponseError, match="an adjustment of 0"):
        irt.joint(CREDITS, adjustment=0.0)
