"""Person fit against closed forms, and against what chance makes of it."""

import numpy as np
import pytest

from assess.psychometrics import fit, irt, simulate
from assess.psychometrics.responses import ResponseError

RNG = np.random.default_rng(531)
ABILITY = RNG.normal(size=250)
ANSWERS = simulate.rasch_responses(ABILITY, np.linspace(-1.5, 1.5, 12), seed=532)
GRADED = simulate.partial_credit_responses(ABILITY, [[-1.0, 0.2], [-0.5, 0.8]] * 5, seed=533)
RASCH = irt.calibrate(ANSWERS, "Rasch")
TWO = irt.calibrate(ANSWERS, "2PL")


def right(theta: np.ndarray, calibration: irt.Calibration) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(calibration.discrimination * (calibration.difficulty - theta[:, None]))))


def test_lz_is_a_standardised_log_likelihood() -> None:
    p = right(irt.estimate(ANSWERS, TWO).theta, TWO)
    logs = np.where(ANSWERS == 1, np.log(p), np.log(1 - p)).sum(axis=1)
    mean = (p * np.log(p) + (1 - p) * np.log(1 - p)).sum(axis=1)
    variance = (p * (1 - p) * np.log(p / (1 - p)) ** 2).sum(axis=1)
    assert fit.lz(ANSWERS, TWO).value == pytest.approx((logs - mean) / variance**0.5, rel=1e-8)


def test_lz_star_of_the_rasch_model_is_snijders_formula() -> None:
    """r = 1 for Rasch, so c is the mean log-odds weighted by information (Snijders 2001, eq. 13 and 16)."""
    theta = irt.estimate(ANSWERS, RASCH, "ML").theta
    finite = np.isfinite(theta)
    p = right(theta[finite], RASCH)
    w, information = np.log(p / (1 - p)), p * (1 - p)
    rest = w - ((information * w).sum(axis=1) / information.sum(axis=1))[:, None]
    expected = ((ANSWERS[finite] - p) * w).sum(axis=1) / np.sqrt((information * rest**2).sum(axis=1))
    found = fit.lz_star(ANSWERS, RASCH, "ML")
    assert found.value[finite] == pytest.approx(expected, rel=1e-7)
    assert np.isnan(found.value[~finite]).all()
    assert found.without == (~finite).sum()


def test_lz_star_at_warms_abilities_takes_warms_weight_along() -> None:
    theta = irt.estimate(ANSWERS, TWO, "WLE").theta
    p = right(theta, TWO)
    a = TWO.discrimination
    w, variance = np.log(p / (1 - p)), p * (1 - p)
    information = (a**2 * variance).sum(axis=1)
    c = (a * variance * w).sum(axis=1) / information
    prior = (a**3 * variance * (1 - 2 * p)).sum(axis=1) / (2 * information)
    rest = w - c[:, None] * a
    expected = (((ANSWERS - p) * w).sum(axis=1) + c * prior) / np.sqrt((variance * rest**2).sum(axis=1))
    assert fit.lz_star(ANSWERS, TWO).value == pytest.approx(expected, rel=1e-6)


def test_a_guesser_stands_out() -> None:
    rows = np.vstack([ANSWERS, [[0] * 6 + [1] * 6]])
    found = fit.lz_star(rows, RASCH)
    assert found.value[-1] < -3
    assert found.sufficient
    assert fit.ht(rows).value[-1] == np.nanmin(fit.ht(rows).value)
    assert fit.u3(rows).value[-1] == np.nanmax(fit.u3(rows).value)


def test_lz_is_said_not_to_be_normal() -> None:
    found = fit.lz(ANSWERS, RASCH)
    assert not found.normal
    assert found.reason == "lz varies less than a normal deviate when the ability is estimated; flag persons by lz*"


def test_missing_answers_are_left_out_of_the_sums() -> None:
    rows = GRADED.copy()
    rows[0, 3], rows[1] = np.nan, np.nan
    calibration = irt.calibrate(GRADED, "PCM")
    names = [j for j in range(10) if j != 3]
    part = irt.known({f"item {j + 1}": irt.anchors_of(calibration)[f"item {j + 1}"] for j in names}, "PCM")
    whole = fit.lz_star(rows, calibration)
    assert whole.value[0] == pytest.approx(fit.lz_star(rows[:1, names], part).value[0], rel=1e-6)
    assert np.isnan(whole.value[1])
    assert (whole.n, whole.without, whole.answered[0]) == (249, 1, 9)


def test_ht_is_the_ratio_of_covariances() -> None:
    rows = ANSWERS[:40]
    share = rows.mean(axis=1)
    covariance = np.cov(rows, bias=True)
    most = np.minimum(np.outer(share, 1 - share), np.outer(1 - share, share))
    for table in (covariance, most):
        np.fill_diagonal(table, 0)
    expected = np.divide(
        covariance.sum(axis=1), most.sum(axis=1), where=(share > 0) & (share < 1), out=np.full(40, np.nan)
    )
    assert fit.ht(rows).value == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_u3_runs_from_the_easiest_items_to_the_hardest() -> None:
    order = np.argsort(-ANSWERS.mean(axis=0))
    patterns = np.zeros((2, 12))
    patterns[0, order[:5]], patterns[1, order[-5:]] = 1, 1
    found = fit.u3(np.vstack([ANSWERS, patterns])).value
    assert found[-2:] == pytest.approx([0.0, 1.0], abs=1e-9)
    extreme = np.isin(ANSWERS.sum(axis=1), [0, 12])
    assert np.isnan(found[:-2]).tolist() == extreme.tolist()


def test_persons_with_a_missing_answer_have_no_nonparametric_fit() -> None:
    rows = ANSWERS.copy()
    rows[3, 0] = np.nan
    for found in (fit.ht(rows), fit.u3(rows)):
        assert np.isnan(found.value[3])
    assert (
        fit.ht(ANSWERS[:50]).reason == "48 persons have a value; at least 100 are needed to know the order of the items"
    )


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: fit.ht(GRADED), "not_dichotomous"),
        (lambda: fit.u3(GRADED), "not_dichotomous"),
        (lambda: fit.lz_star(ANSWERS, RASCH, "EAP"), "unknown_method"),  # type: ignore[arg-type]
    ],
)
def test_malformed_input_is_refused(call: object, code: str) -> None:
    with pytest.raises(ResponseError) as refused:
        call()  # type: ignore[operator]
    assert refused.value.code == code


@pytest.mark.slow
@pytest.mark.parametrize("method", ["ML", "WLE", "MAP"])
def test_lz_star_is_standard_normal_where_the_model_holds(method: fit.likelihood_fit.Corrected) -> None:
    """40 items, 10,000 persons, given parameters: what is left is Snijders' approximation."""
    difficulty = np.linspace(-2, 2, 40)
    scale = irt.known({str(j): irt.KnownItem(difficulty=b) for j, b in enumerate(difficulty)}, "Rasch")
    rows = simulate.rasch_responses(np.random.default_rng(534).normal(size=10_000), difficulty, seed=535)
    value = fit.lz_star(rows, scale, method).value
    value = value[np.isfinite(value)]
    assert value.std() == pytest.approx(1, abs=0.03)
    assert (value < -1.6449).mean() == pytest.approx(0.05, abs=0.01)
