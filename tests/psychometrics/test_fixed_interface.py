"""The names, arguments and attributes that scripts outside rely on. What they compute is tested in each family's own file."""

import numpy as np
import pytest

from assess.psychometrics import (
    agreement,
    classification,
    ctt,
    dif,
    equating,
    facets,
    fit,
    forensics,
    gtheory,
    irt,
    reliability,
    simulate,
)
from assess.psychometrics.results import Estimate
from assess.standard_setting import borderline

PERSONS = np.random.default_rng(5).normal(size=240)
ANSWERS = simulate.rasch_responses(PERSONS, np.linspace(-1.5, 1.5, 8), seed=6)
MARKS = simulate.partial_credit_responses(PERSONS, [[-1.0, 0.0, 1.0]] * 5, seed=7)
FOCAL = np.arange(240) % 2 == 0


def is_single(found: object) -> bool:
    """Whether it has a value, its standard error, its interval and its n."""
    value, error, interval, n = (getattr(found, name) for name in ("value", "standard_error", "interval", "n"))
    return isinstance(value, float) and isinstance(error, float) and len(interval) == 2 and isinstance(n, int)


@pytest.mark.parametrize("model", ["Rasch", "1PL", "2PL", "3PL", "PCM", "RSM", "GPCM", "GRM"])
def test_a_calibration_has_its_parameters_and_errors_of_the_same_shapes(model: str) -> None:
    data = MARKS if model in ("PCM", "RSM", "GPCM", "GRM") else ANSWERS
    found = irt.calibrate(data, model=model)
    shape = (5, 3) if data is MARKS else (8,)
    assert found.difficulty.shape == shape
    assert found.discrimination.shape == found.guessing.shape == shape[:1]
    assert found.standard_errors["difficulty"].shape == shape
    assert found.standard_errors["discrimination"].shape == found.standard_errors["guessing"].shape == shape[:1]
    assert (type(found.log_likelihood), found.converged, type(found.iterations)) == (float, True, int)
    abilities = irt.estimate(data, found, method="EAP")
    assert abilities.theta.shape == abilities.standard_error.shape == (240,)


@pytest.mark.slow
def test_single_estimates_have_value_error_interval_and_n() -> None:
    scores, ratings = MARKS.sum(axis=1), MARKS[:, 0]
    assert is_single(reliability.alpha(ANSWERS))
    assert is_single(reliability.omega(ANSWERS))
    for weights in (None, "linear", "quadratic"):
        assert is_single(agreement.kappa(MARKS[:, 0], MARKS[:, 1], weights=weights))
    for model, of, unit in (("oneway", "consistency", "single"), ("twoway", "agreement", "average")):
        assert is_single(agreement.icc(MARKS, model=model, type=of, unit=unit))
    quality = classification.livingston_lewis(scores, 0.8, 7, 0, 15)
    assert is_single(quality.accuracy)
    assert is_single(quality.consistency)
    assert is_single(borderline.regression(scores, ratings, 1.5))


def test_items_of_an_analysis_and_of_differential_functioning() -> None:
    assert len(ctt.item_analysis(ANSWERS)) == 8
    for result in (
        dif.mantel_haenszel(ANSWERS, FOCAL, continuity=False),
        dif.logistic(ANSWERS, FOCAL, kind="nonuniform"),
    ):
        assert np.shape(result.chi_square) == np.shape(result.p_value) == (8,)


def test_components_of_a_crossed_design_are_named_by_the_caller_and_never_clipped() -> None:
    found = gtheory.crossed(np.random.default_rng(8).normal(size=(40, 3, 2)), ["j", "t"])
    assert {"p", "j", "t", "p:j", "p:t", "j:t"} < set(found.components)
    assert all(type(value) is float for value in found.components.values())
    assert min(found.components.values()) < 0


def test_equating_lines_have_slope_and_intercept() -> None:
    x, y = ANSWERS[:120].sum(axis=1), ANSWERS[120:].sum(axis=1)
    anchors = ANSWERS[:120, :4].sum(axis=1), ANSWERS[120:, :4].sum(axis=1)
    for method in (equating.tucker, equating.levine):
        found = method(x, anchors[0], y, anchors[1])
        assert (type(found.slope), type(found.intercept)) == (float, float)


def test_fit_and_forensics_take_a_calibration() -> None:
    calibration = irt.calibrate(ANSWERS)
    q3 = fit.q3(ANSWERS, calibration)
    assert type(q3) is np.ndarray
    assert q3.shape == (8, 8)
    assert forensics.similarity(ANSWERS, calibration) is not None


def test_facets_take_the_person_and_named_facets() -> None:
    found = facets.calibrate(
        MARKS.ravel(), person=np.arange(240).repeat(5), facets={"rater": np.tile(np.arange(5), 240)}
    )
    assert found.converged


def test_an_estimate_calls_its_standard_error_so() -> None:
    assert "standard_error" in Estimate.__slots__
