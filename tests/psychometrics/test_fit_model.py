"""M2 and its relatives: margins against enumeration of all patterns and finite differences."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from assess.psychometrics import fit, irt, simulate
from assess.psychometrics.fit.margins import Kind, Margins
from assess.psychometrics.irt import KnownItem
from assess.psychometrics.irt.fitted import Fitted
from assess.psychometrics.responses import ResponseError

RNG = np.random.default_rng(521)
ABILITY = RNG.normal(size=400)
ANSWERS = simulate.rasch_responses(ABILITY, np.linspace(-1.2, 1.2, 6), seed=522)
GRADED = simulate.partial_credit_responses(ABILITY, [[-1.0, 0.2], [-0.5, 0.8], [0.0], [-0.7, 0.7]], seed=523)
KINDS: tuple[Kind, ...] = ("M2", "C2", "M2*")
MODELS = ["2PL", "3PL", "Rasch", "1PL"]


def fitted(calibration: irt.Calibration) -> Fitted:
    assert calibration.fitted is not None
    return calibration.fitted


def functions(margins: Margins, pattern: tuple[int, ...]) -> np.ndarray:
    """The margins' functions of one pattern of answers."""
    row = np.array([pattern], dtype=np.int8)
    return np.asarray(margins.observed(row))


@pytest.mark.parametrize("kind", KINDS)
def test_margins_and_their_covariance_are_those_of_all_patterns(kind: Kind) -> None:
    scale = irt.known(
        {
            "a": KnownItem(difficulty=(-0.5, 0.9), discrimination=1.2),
            "b": KnownItem(difficulty=0.2, discrimination=0.8),
            "c": KnownItem(difficulty=(0.1, 0.4, 1.0), discrimination=1.5),
        },
        "GPCM",
    )
    margins = Margins(fitted(scale), kind)
    p = np.exp(fitted(scale).at(margins.theta))
    patterns = list(product(range(3), range(2), range(4)))
    chance = np.array([margins.weight @ np.prod([p[j, k] for j, k in enumerate(x)], axis=0) for x in patterns])
    values = np.array([functions(margins, x) for x in patterns])
    mean = chance @ values
    assert margins.expected == pytest.approx(mean, abs=1e-14)
    covariance = (values * chance[:, None]).T @ values - np.outer(mean, mean)
    assert margins.covariance == pytest.approx(covariance, abs=1e-14)


@pytest.mark.parametrize("model", ["2PL", "3PL", "GPCM", "GRM"])
def test_derivatives_by_item_parameters_are_those_of_differences(model: str) -> None:
    calibration = irt.calibrate(GRADED if model in ("GPCM", "GRM") else ANSWERS, model)
    kind: Kind = "C2"
    found = Margins(fitted(calibration), kind).derivative(calibration.specification, calibration.n_parameters)
    column = 0
    for place in np.argwhere(fitted(calibration).estimated):
        sides = []
        for nudge in (1e-5, -1e-5):
            parameters = fitted(calibration).parameters.copy()
            parameters[tuple(place)] += nudge
            sides.append(Margins(replace(fitted(calibration), parameters=parameters), kind).expected)
        assert found[:, column] == pytest.approx((sides[0] - sides[1]) / 2e-5, abs=1e-8)
        column += 1
    assert column == found.shape[1]


def test_a_common_slope_spans_what_the_populations_spread_does() -> None:
    calibration = irt.calibrate(ANSWERS, "Rasch")
    found = Margins(fitted(calibration), "M2").derivative(calibration.specification, calibration.n_parameters)
    sides = [
        Margins(replace(fitted(calibration), sds=fitted(calibration).sds + nudge), "M2").expected
        for nudge in (1e-5, -1e-5)
    ]
    by_sd = (sides[0] - sides[1]) / 2e-5
    assert np.linalg.lstsq(found, by_sd)[0] @ found.T == pytest.approx(by_sd, abs=1e-8)
    assert np.linalg.matrix_rank(found) == found.shape[1] == calibration.n_parameters


def test_steps_of_the_rating_scale_are_one_set_of_parameters() -> None:
    rows = simulate.partial_credit_responses(ABILITY, [[-1.0, 0.0, 1.0]] * 4, seed=524)
    calibration = irt.calibrate(rows, "RSM")
    found = fit.m2(rows, calibration)
    assert found.df == 4 * 3 + 6 - calibration.n_parameters
    assert found.p_value is not None
    assert found.p_value > 0.001


@pytest.mark.parametrize("model", MODELS)
def test_degrees_of_freedom_are_margins_less_parameters(model: str) -> None:
    calibration = irt.calibrate(ANSWERS, model)
    found = fit.m2(ANSWERS, calibration)
    assert found.df == 6 + 15 - calibration.n_parameters
    assert found.chi_square is not None


def test_rasch_and_one_parameter_models_fit_alike() -> None:
    rasch, one = (fit.m2(ANSWERS, irt.calibrate(ANSWERS, model)).chi_square for model in ("Rasch", "1PL"))
    assert rasch == pytest.approx(one, rel=1e-6)


def test_all_three_statistics_are_the_same_for_right_or_wrong() -> None:
    calibration = irt.calibrate(ANSWERS, "2PL")
    assert [fit.m2(ANSWERS, calibration, kind).chi_square for kind in KINDS[1:]] == pytest.approx(
        [fit.m2(ANSWERS, calibration).chi_square] * 2, rel=1e-9
    )


def test_given_items_cost_nothing_but_the_population() -> None:
    given = irt.anchors_of(irt.calibrate(ANSWERS, "Rasch"))
    assert fit.m2(ANSWERS, irt.known(given, "Rasch")).df == 21
    anchored = irt.calibrate(ANSWERS, "Rasch", anchors=given)
    assert anchored.n_parameters == 2
    assert fit.m2(ANSWERS, anchored).df == 19


def test_independent_items_are_the_baseline() -> None:
    """n·Σ r² of right-or-wrong items: the sum of the pairs' chi-squares of independence."""
    found = fit.m2(ANSWERS, irt.calibrate(ANSWERS, "2PL"))
    r = np.asarray(np.corrcoef(ANSWERS, rowvar=False))[np.triu_indices(6, 1)]
    assert found.baseline_chi_square == pytest.approx(400 * (r**2).sum(), rel=1e-9)
    assert found.baseline_df == 15


def test_two_dimensions_do_not_fit_one() -> None:
    other = simulate.rasch_responses(RNG.normal(size=400), np.linspace(-1, 1, 6), seed=525)
    rows = np.hstack([ANSWERS, other])
    found = fit.m2(rows, irt.calibrate(rows, "Rasch"))
    assert found.p_value is not None
    assert found.p_value < 1e-6
    assert found.rmsea.interval is not None
    assert found.rmsea.interval[0] > 0.04
    assert found.rmsea.value == pytest.approx(
        ((found.chi_square - found.df) / found.df / 399) ** 0.5  # type: ignore[operator]
    )


def test_a_model_as_large_as_its_margins_cannot_be_tested() -> None:
    rows = ANSWERS[:, :3]
    found = fit.m2(rows, irt.calibrate(rows, "2PL"))
    assert found.chi_square is None
    assert not found.rmsea.sufficient
    assert found.reason.startswith("6 margins are not more than")


def test_without_complete_persons_there_is_no_statistic() -> None:
    rows = ANSWERS.copy()
    rows[np.arange(400), np.arange(400) % 6] = np.nan
    found = fit.m2(rows, irt.calibrate(rows, "Rasch"))
    assert found.reason == "0 persons answered everything; at least 100 are needed"
    assert found.left_out == 400


def test_too_many_margins_are_refused_with_a_way_out() -> None:
    scale = irt.known({str(j): KnownItem(difficulty=(-1.0, 0.0, 1.0)) for j in range(40)}, "PCM")
    found = fit.m2(np.zeros((5, 40)), scale, "M2")
    assert found.reason == "7140 margins are more than the 6000 that fit in memory: use C2"


def test_an_unknown_statistic_is_refused() -> None:
    with pytest.raises(ResponseError) as refused:
        fit.m2(ANSWERS, irt.calibrate(ANSWERS, "Rasch"), "M3")  # type: ignore[arg-type]
    assert refused.value.code == "unknown_statistic"


@pytest.mark.slow
@pytest.mark.parametrize(("model", "kind"), [("2PL", "M2"), ("Rasch", "M2"), ("GRM", "C2")])
def test_p_values_are_uniform_where_the_model_holds(model: str, kind: Kind) -> None:
    """Share below 0.05 and mean of 40 p-values; their standard errors are 0.034 and 0.046."""
    rng = np.random.default_rng(526)
    p_values = []
    for _ in range(40):
        theta = rng.normal(size=(600, 1))
        rows = (theta - np.linspace(-1.2, 1.2, 8) > rng.logistic(size=(600, 8))).astype(float)
        if model == "GRM":
            noise = rng.logistic(size=(600, 6))
            rows = sum((theta - b > noise).astype(float) for b in (-1.0, 0.0, 1.0))  # type: ignore[assignment]
        p_values.append(fit.m2(rows, irt.calibrate(rows, model), kind).p_value)
    values = np.array(p_values, dtype=float)
    assert (values < 0.05).mean() == pytest.approx(0.05, abs=0.105)
    assert values.mean() == pytest.approx(0.5, abs=0.14)
