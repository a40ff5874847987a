"""Correlations of items against closed forms, integrals and simulation."""

import itertools

import numpy as np
import pytest
from scipy import integrate, special, stats

from assess.psychometrics.correlations import (
    bivariate_normal,
    pairwise_correlation,
    polychoric,
    positive_definite,
    tetrachoric,
)
from assess.psychometrics.responses import ResponseError

RNG = np.random.default_rng(501)


def table(counts: list[list[int]]) -> np.ndarray:
    """Rows of two columns with these counts of category pairs."""
    array = np.array(counts)
    return np.repeat(np.indices(array.shape).reshape(2, -1).T, array.ravel(), axis=0).astype(float)


def test_bivariate_normal_equals_the_integral_over_one_variable() -> None:
    places = [(0.3, -1.2), (0.0, 0.7), (0.0, 0.0), (-2.5, -2.0), (1.0, -1.0)]
    for (h, k), rho in itertools.product(places, [-0.99, -0.3, 0.0, 0.6, 0.95]):

        def inner(x: float, k: float = k, rho: float = rho) -> float:
            return float(np.exp(-x * x / 2) / np.sqrt(2 * np.pi) * special.ndtr((k - rho * x) / np.sqrt(1 - rho**2)))

        expected = integrate.quad(inner, -9, h, epsabs=1e-12, limit=200)[0]
        assert bivariate_normal.below(h, k, rho) == pytest.approx(expected, abs=1e-10)


def test_bivariate_normal_at_infinite_places_is_univariate() -> None:
    places = bivariate_normal.below([np.inf, -np.inf, np.inf], [0.4, 0.4, np.inf], 0.5)
    assert places == pytest.approx([stats.norm.cdf(0.4), 0.0, 1.0], abs=1e-15)
    assert bivariate_normal.density(np.inf, 0.0, 0.5) == 0.0


def test_bivariate_density_is_the_derivative_by_the_correlation() -> None:
    slope = (bivariate_normal.below(0.3, -0.8, 0.4 + 1e-6) - bivariate_normal.below(0.3, -0.8, 0.4 - 1e-6)) / 2e-6
    assert bivariate_normal.density(0.3, -0.8, 0.4) == pytest.approx(slope, abs=1e-9)


def test_pairwise_correlation_uses_the_persons_who_have_both() -> None:
    values = RNG.normal(size=(40, 3))
    values[:10, 1], values[5:20, 2] = np.nan, np.nan
    found = pairwise_correlation(values)
    for i, j in [(0, 1), (0, 2), (1, 2)]:
        both = np.isfinite(values[:, i]) & np.isfinite(values[:, j])
        assert found.matrix[i, j] == pytest.approx(np.corrcoef(values[both, i], values[both, j])[0, 1], abs=1e-12)
        assert found.together[i, j] == both.sum()


def test_pairwise_correlation_is_not_a_number_without_variation() -> None:
    found = pairwise_correlation(np.array([[1.0, 1.0, np.nan], [1.0, 0.0, np.nan], [1.0, 2.0, 3.0]]))
    assert np.isnan(found.matrix[0, 1])
    assert np.isnan(found.matrix[1, 2])
    assert np.diag(found.matrix).tolist() == [1.0, 1.0, 1.0]


def test_tetrachoric_of_medians_is_the_sine() -> None:
    """Both split at the median: P(both) = ¼ + arcsin(ρ)/2π (Sheppard 1899)."""
    found = tetrachoric(table([[35, 15], [15, 35]]))
    assert found.matrix[0, 1] == pytest.approx(np.sin(2 * np.pi * (0.35 - 0.25)), abs=1e-10)


def test_tetrachoric_reproduces_the_table() -> None:
    found = tetrachoric(table([[40, 10], [25, 125]]))
    h, k = found.thresholds[0][0], found.thresholds[1][0]
    assert bivariate_normal.below(h, k, found.matrix[0, 1]) == pytest.approx(40 / 200, abs=1e-12)


def test_standard_error_of_a_tetrachoric_is_that_of_the_delta_method() -> None:
    """ρ solves Φ₂(h, k; ρ) = p₀₀: its derivatives by the cell shares, and their multinomial covariance."""
    counts = np.array([40.0, 10.0, 25.0, 125.0])
    n = counts.sum()

    def solved(shares: np.ndarray) -> float:
        rows = np.array([[shares[0], shares[1]], [shares[2], shares[3]]])
        h, k = stats.norm.ppf(rows[0].sum()), stats.norm.ppf(rows[:, 0].sum())
        low, high = -0.999, 0.999
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if bivariate_normal.below(h, k, middle) < shares[0] else (low, middle)
        return low

    shares = counts / n
    gradient = np.array([(solved(shares + e) - solved(shares - e)) / 2e-5 for e in 1e-5 * np.eye(4)])
    variance = gradient @ (np.diag(shares) - np.outer(shares, shares)) @ gradient / n
    found = tetrachoric(table([[40, 10], [25, 125]]))
    assert found.standard_errors[0, 1] == pytest.approx(variance**0.5, rel=1e-4)


def test_polychoric_is_the_most_likely_correlation_given_the_thresholds() -> None:
    counts = [[30, 15, 5], [20, 40, 20], [10, 20, 40]]
    found = polychoric(table(counts))
    edges = [np.concatenate([[-np.inf], t, [np.inf]]) for t in found.thresholds]

    def log_likelihood(rho: float) -> float:
        corners = bivariate_normal.below(edges[0][:, None], edges[1][None, :], rho)
        return float((np.array(counts) * np.log(np.diff(np.diff(corners, axis=0), axis=1))).sum())

    best = found.matrix[0, 1]
    assert log_likelihood(best) > max(log_likelihood(best - 1e-4), log_likelihood(best + 1e-4))


def test_thresholds_of_items_and_of_pairs_are_the_same_without_missing_answers() -> None:
    answers = RNG.integers(0, 4, size=(60, 3)).astype(float)
    own, pairs = polychoric(answers), polychoric(answers, thresholds="pair")
    assert own.matrix == pytest.approx(pairs.matrix, abs=1e-10)
    answers[:20, 0] = np.nan
    assert polychoric(answers).matrix[0, 1] != pytest.approx(
        polychoric(answers, thresholds="pair").matrix[0, 1], abs=1e-6
    )


def test_an_unused_category_counts_as_joined() -> None:
    answers = RNG.integers(0, 3, size=(80, 2)).astype(float)
    gapped = np.where(answers == 2, 5.0, answers)
    assert polychoric(gapped).matrix == pytest.approx(polychoric(answers).matrix, abs=1e-12)
    assert np.isnan(polychoric(gapped).thresholds[0]).tolist() == [False, True, True, True, False]


def test_an_empty_cell_is_refused_with_its_remedy() -> None:
    rows = table([[50, 0], [20, 30]])
    found = tetrachoric(rows, names=["a", "b"])
    assert (
        found.reasons[0, 1]
        == "no correlation below 1 fits the table of a and b, which has empty cells: give correction=0.5"
    )
    assert found.estimate(1, 0).reason == found.reasons[0, 1]
    assert found.smallest_eigenvalue is None
    assert tetrachoric(rows, correction=0.5).matrix[0, 1] == pytest.approx(0.938, abs=5e-3)


def test_items_that_cannot_correlate_are_named() -> None:
    rows = np.array([[0, 1, 1, np.nan], [1, 1, 0, np.nan], [0, 1, np.nan, 1], [1, 1, np.nan, 0]] * 5, dtype=float)
    found = polychoric(rows, names=["a", "constant", "c", "d"])
    assert found.reasons[0, 1] == "constant: everybody is in one category"
    assert found.reasons[2, 3] == "nobody answered both c and d"
    assert polychoric(np.full((3, 2), np.nan)).reasons[0, 1].endswith("nobody answered it")


def test_estimate_of_a_pair_has_an_interval_within_one() -> None:
    found = tetrachoric(table([[45, 5], [5, 145]])).estimate(0, 1, minimum=150)
    assert found.value is not None
    assert found.interval is not None
    assert -1 < found.interval[0] < found.value < found.interval[1] < 1
    assert found.sufficient
    assert tetrachoric(table([[45, 5], [5, 145]])).estimate(0, 0).reason == "it is one item"


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: tetrachoric([[0, 2], [1, 1]]), "not_dichotomous"),
        (lambda: polychoric([[0, 1]], correction=-1), "not_a_correction"),
        (lambda: polychoric([[0, 1]], names=["a"]), "names_do_not_fit"),
    ],
)
def test_malformed_input_is_refused(call: object, code: str) -> None:
    with pytest.raises(ResponseError) as refused:
        call()  # type: ignore[operator]
    assert refused.value.code == code


def test_a_bent_matrix_keeps_its_diagonal() -> None:
    bent = positive_definite(np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]]), 1e-3)
    assert np.diag(bent) == pytest.approx(np.ones(3))
    assert np.linalg.eigvalsh(bent)[0] > 0


@pytest.mark.slow
def test_standard_errors_of_polychoric_correlations_hold_in_simulation() -> None:
    rng = np.random.default_rng(502)
    root = np.linalg.cholesky(np.array([[1, 0.6, 0.3], [0.6, 1, -0.4], [0.3, -0.4, 1]]))
    values, errors = [], []
    for _ in range(150):
        found = polychoric(np.digitize(rng.normal(size=(400, 3)) @ root.T, [-0.8, 0, 0.9]).astype(float))
        values.append(found.matrix[np.triu_indices(3, 1)])
        errors.append(found.standard_errors[np.triu_indices(3, 1)])
    assert np.mean(values, axis=0) == pytest.approx([0.6, 0.3, -0.4], abs=0.015)
    # the standard deviation of 150 draws is itself within 6 % (one standard error)
    assert np.mean(errors, axis=0) / np.std(values, axis=0) == pytest.approx(np.ones(3), abs=0.18)
