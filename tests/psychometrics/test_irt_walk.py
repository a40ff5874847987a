"""What accelerated EM sees on its way: windows cut off nothing that counts, a change of scale changes no likelihood."""

from typing import Any

import numpy as np
import pytest

from assess.psychometrics import irt, simulate
from assess.psychometrics.irt.expectation import Grid, Indicators, expect
from assess.psychometrics.irt.families import log_probabilities
from assess.psychometrics.irt.gathering import BLOCK, ENOUGH, SAMPLE, Gathering
from assess.psychometrics.irt.landscape import Fixed, Landscape
from assess.psychometrics.irt.maximisation import Priors
from assess.psychometrics.irt.table import ResponseTable, frequencies, response_table
from assess.psychometrics.responses import FloatArray

RNG = np.random.default_rng(7)
PERSONS, ITEMS = 2 * BLOCK + 300, 30
SLOPES, PLACES = RNG.lognormal(0.1, 0.3, ITEMS), np.linspace(-2, 2, ITEMS)
THETA = RNG.normal(size=PERSONS)
TWO = [irt.KnownItem(difficulty=b, discrimination=a) for a, b in zip(SLOPES, PLACES, strict=True)]
CREDIT = [irt.KnownItem(difficulty=(b - 0.5, b + 0.5), discrimination=a) for a, b in zip(SLOPES, PLACES, strict=True)]
RIGHT = simulate.responses(THETA, TWO, model="2PL", seed=8)
GAPS = np.where(RNG.random(RIGHT.shape) < 0.3, np.nan, RIGHT)
CREDITS = simulate.responses(THETA, CREDIT, model="GPCM", seed=9)
GROUPS = np.arange(PERSONS) % 2


def table(answers: FloatArray, group: Any = None) -> ResponseTable:
    small = np.where(np.isnan(answers), -1, answers).astype(np.int8)
    return response_table(small, small.max(axis=0).astype(np.int64) + 1, frequencies(small), group)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answers", "group"),
    [(RIGHT, None), (GAPS, None), (CREDITS, None), (RIGHT, GROUPS)],
    ids=["right", "gaps", "credits", "groups"],
)
def test_windows_cut_off_nothing_that_counts(answers: FloatArray, group: Any) -> None:
    """Also when parameters move between two visits by far more than the windows are wide."""
    found, grid = table(answers, group), Grid(61)
    indicators = Indicators(found)
    gathering = Gathering(indicators)
    width = 2 if np.nanmax(answers) == 1 else 3
    for shift in (0.0, 0.02, 2.0, -2.0):
        parameters = np.column_stack(
            [SLOPES, *(SLOPES * (shift - PLACES + 0.3 * k) * (k + 1) for k in range(width - 1))]
        )
        logs = log_probabilities("partial credit", parameters, found.counts, grid.nodes)
        exact, ours = expect(indicators, logs, grid), gathering.expect(logs, grid, np.float64)
        assert ours.log_likelihood == pytest.approx(exact.log_likelihood, rel=1e-12)
        assert np.abs(ours.counts - exact.counts).max() < 1e-8
        assert np.abs(ours.persons - exact.persons).max() < 1e-8
        roughly = gathering.expect(logs, grid, np.float32)
        assert roughly.log_likelihood == pytest.approx(exact.log_likelihood, rel=1e-6)
        assert np.abs(roughly.counts - exact.counts).max() < 0.05


def test_rows_of_like_standing_look_at_a_part_of_the_nodes() -> None:
    gathering, grid = Gathering(Indicators(table(RIGHT))), Grid(61)
    parameters = np.column_stack([SLOPES, -SLOPES * PLACES])
    gathering.expect(log_probabilities("partial credit", parameters, np.full(ITEMS, 2), grid.nodes), grid, np.float64)
    low, middle, high = gathering.blocks
    assert low.highest < high.highest
    assert low.lowest < high.lowest
    assert middle.highest - middle.lowest < 9  # of the 12 that the grid spans


def test_the_narrowest_posterior_is_that_of_one_person() -> None:
    fitted = irt.calibrate(RIGHT[:400], "2PL").fitted
    assert fitted is not None
    grid = Grid(61)
    found = Gathering(Indicators(fitted.table)).expect(fitted.at(grid.nodes), grid, np.float64)
    assert found.narrowest == pytest.approx(
        irt.estimate(RIGHT[:400], irt.calibrate(RIGHT[:400], "2PL")).standard_error.min(), abs=1e-6
    )


def test_a_sample_stands_for_a_large_table_that_shows_every_category() -> None:
    often = np.tile(RIGHT, (10, 1))
    few, many = Gathering(Indicators(table(RIGHT))), Gathering(Indicators(table(often)))
    assert few.sample is few
    assert many.size == len(often)
    assert SAMPLE / 2 < many.sample.size < 2 * SAMPLE
    assert sum(block.weight.sum() for block in many.sample.blocks) == pytest.approx(len(often))
    often[:, 0] = np.arange(len(often)) < ENOUGH
    rare = Gathering(Indicators(table(often)))
    assert rare.sample is rare
    lonely = Gathering(Indicators(table(np.tile(RIGHT, (10, 1)), (np.arange(len(often)) < 3).astype(int))))
    assert lonely.sample is lonely


@pytest.mark.parametrize(("family", "width"), [("partial credit", 3), ("graded", 3), ("guessing", 3)])
def test_a_change_of_scale_changes_no_likelihood(family: Any, width: int) -> None:
    """Items and an ability of mean 0.3 and standard deviation 1.2, and the items of the rescaled ability."""
    answers = RIGHT[:300] if family == "guessing" else CREDITS[:300]
    found, grid = table(answers), Grid(161)
    mean, sd = 0.3, 1.2
    last = -1.5 if family == "guessing" else -SLOPES * PLACES - 0.7
    items = np.column_stack([SLOPES, -SLOPES * PLACES + 0.4, np.broadcast_to(last, ITEMS)])
    landscape = Landscape(
        gathering=Gathering(Indicators(found)),
        family=family,
        priors=Priors(guessing=(-1.7, 0.5) if family == "guessing" else None),
        fixed=Fixed(
            anchored=np.zeros(ITEMS, dtype=bool), parameters=np.zeros((ITEMS, width)), moving=np.array([False])
        ),
        as_needed=True,
    )
    assert landscape.rescalable
    changed = landscape.unpacked(landscape.rescaled(landscape.packed(items), mean, sd**2 + mean**2))[0]
    before = log_probabilities(family, items, found.counts, mean + sd * grid.nodes)
    after = log_probabilities(family, changed, found.counts, grid.nodes)
    assert np.abs(np.exp(before) - np.exp(after)).max() < 1e-12


@pytest.mark.slow
def test_a_rough_beginning_ends_where_double_precision_does() -> None:
    """The sample, the coarse grid and single precision are only the way."""
    at_once = irt.calibrate(np.tile(RIGHT, (9, 1)), "2PL", points=61)
    finely = irt.calibrate(np.tile(RIGHT, (9, 1)), "2PL", points=121, tolerance=1e-9)
    assert at_once.converged
    assert at_once.log_likelihood == pytest.approx(finely.log_likelihood, rel=1e-9)
    assert at_once.discrimination == pytest.approx(finely.discrimination, abs=2e-5)
    assert at_once.difficulty == pytest.approx(finely.difficulty, abs=2e-5)
