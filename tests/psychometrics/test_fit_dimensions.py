"""How many dimensions: parallel analysis, explained common variance, DETECT."""

import numpy as np
import pytest

from assess.psychometrics import fit, simulate
from assess.psychometrics.fit.one_factor import reduced_eigenvalues
from assess.psychometrics.responses import ResponseError

RNG = np.random.default_rng(541)
ONE = simulate.rasch_responses(1.3 * RNG.normal(size=600), np.linspace(-1, 1, 10), seed=542)
TWO = np.hstack(
    [simulate.rasch_responses(1.5 * RNG.normal(size=600), np.linspace(-1, 1, 5), seed=seed) for seed in (543, 544)]
)


def test_minres_loadings_make_the_off_diagonal_residual_least() -> None:
    table = np.asarray(np.corrcoef(ONE, rowvar=False))
    loadings = fit.minres_loadings(table[None])[0]
    off = 1 - np.eye(10)
    assert ((table - np.outer(loadings, loadings)) * off) @ loadings == pytest.approx(np.zeros(10), abs=1e-9)


def test_minres_holds_a_heywood_case_at_the_edge() -> None:
    table = np.array([[1.0, 0.9, 0.9], [0.9, 1.0, 0.5], [0.9, 0.5, 1.0]])  # λ₁² would be 0.81/0.5
    assert fit.minres_loadings(table[None])[0, 0] == pytest.approx(0.995**0.5)


def test_reduced_eigenvalues_of_one_factor_are_one() -> None:
    true = np.array([0.9, 0.6, 0.5, 0.4])
    table = np.outer(true, true)
    np.fill_diagonal(table, 1.0)
    assert reduced_eigenvalues(table[None])[0] == pytest.approx([float(true @ true), 0, 0, 0], abs=1e-8)


@pytest.mark.parametrize(("data", "expected"), [(ONE, 1), (TWO, 2)])
@pytest.mark.parametrize("reference", ["normal", "permuted"])
def test_parallel_analysis_finds_the_dimensions(
    data: np.ndarray, expected: int, reference: fit.parallel.Reference
) -> None:
    found = fit.parallel_analysis(data, reference=reference, replications=20)
    assert (found.components, found.factors) == (expected, expected)
    assert found.component_eigenvalues.sum() == pytest.approx(10)
    assert found.sufficient


def test_parallel_analysis_is_the_same_for_the_same_seed() -> None:
    one, other, third = (fit.parallel_analysis(ONE, replications=20, seed=seed) for seed in (5, 5, 6))
    assert one.component_reference.tolist() == other.component_reference.tolist()
    assert one.component_reference.tolist() != third.component_reference.tolist()


def test_normal_references_are_those_of_drawn_answers() -> None:
    """Wishart draws beside correlations of 200 × 10 normal numbers: the same mean eigenvalues but for chance."""
    drawn = [np.linalg.eigvalsh(np.corrcoef(RNG.normal(size=(200, 10)), rowvar=False))[::-1] for _ in range(100)]
    found = fit.parallel_analysis(ONE[:200], quantile=None, replications=100)
    assert found.component_reference == pytest.approx(np.mean(drawn, axis=0), abs=0.03)


def test_the_quantile_asks_for_more_than_the_mean() -> None:
    mean, quantile = (fit.parallel_analysis(ONE, quantile=q, replications=60) for q in (None, 0.95))
    assert (quantile.component_reference > mean.component_reference).all()


def test_polychoric_parallel_analysis_permutes() -> None:
    found = fit.parallel_analysis(TWO, correlation="polychoric", reference="permuted", replications=8)
    assert found.components == 2


def test_parallel_analysis_of_independent_answers_finds_no_factor_that_counts() -> None:
    found = fit.parallel_analysis((RNG.random((500, 8)) < 0.5).astype(float), quantile=0.99)
    assert found.components == 0


@pytest.mark.slow
def test_explained_common_variance_tells_one_dimension_from_two() -> None:
    one, two = (fit.essential_unidimensionality(data, correlation="pearson") for data in (ONE[:300], TWO[:300]))
    assert one.explained_common_variance.value is not None
    assert two.explained_common_variance.value is not None
    assert one.explained_common_variance.value > 0.8
    assert two.explained_common_variance.value < 0.65
    assert one.eigenvalue_ratio.value == pytest.approx(one.eigenvalues[0] / one.eigenvalues[1])
    assert (one.factors, two.factors) == (2, 2)


def test_an_item_without_variation_is_named() -> None:
    rows = np.column_stack([ONE[:, :3], np.ones(600)])
    found = fit.essential_unidimensionality(rows, names=["a", "b", "c", "same"])
    assert found.explained_common_variance.reason == "same: everybody is in one category"
    assert fit.parallel_analysis(rows, names=["a", "b", "c", "same"]).reason.startswith(
        "a and same have no correlation"
    )


def test_conditional_covariances_are_those_within_scores() -> None:
    rows = simulate.partial_credit_responses(RNG.normal(size=90), [[-1.0, 0.2], [-0.5, 0.8], [0.0], [0.3]], seed=545)
    found = fit.conditional_covariances(rows)
    total = rows.sum(axis=1)

    def within(i: int, j: int, score: np.ndarray) -> float:
        parts = [rows[score == s] for s in np.unique(score)]
        return sum(float(np.cov(p[:, i], p[:, j], bias=True)[0, 1]) * len(p) for p in parts) / len(rows)

    for i, j in [(0, 1), (1, 3), (2, 3)]:
        expected = (within(i, j, total) + within(i, j, total - rows[:, i] - rows[:, j])) / 2
        assert found[i, j] == pytest.approx(expected, abs=1e-12)


def test_detect_tells_two_clusters_from_none() -> None:
    two = fit.detect(TWO, minimum=200)
    assert two.clusters == (1,) * 5 + (2,) * 5
    assert two.detect is not None
    assert two.detect > 1
    assert two.in_words.endswith("strong multidimensionality")
    one = fit.detect(ONE, [1] * 5 + [2] * 5)
    assert one.detect is not None
    assert one.detect < 0.2
    assert "essentially one dimension" in one.in_words


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: fit.parallel_analysis(ONE, quantile=1.5), "not_a_quantile"),
        (lambda: fit.parallel_analysis(ONE, replications=0), "not_a_number_of_replications"),
        (lambda: fit.parallel_analysis(ONE, correlation="polychoric"), "needs_permutation"),
        (lambda: fit.essential_unidimensionality(ONE, factors=1), "not_a_number_of_factors"),
        (lambda: fit.detect(ONE, [1, 2]), "clusters_do_not_fit"),
    ],
)
def test_malformed_input_is_refused(call: object, code: str) -> None:
    with pytest.raises(ResponseError) as refused:
        call()  # type: ignore[operator]
    assert refused.value.code == code


def test_thin_data_are_not_enough_evidence() -> None:
    assert fit.detect(ONE[:10]).reason.endswith("at least 4 items and 400 persons are needed")
    assert fit.detect(ONE[:10]).in_words.startswith("not enough evidence")
    assert (
        fit.parallel_analysis(ONE[:8]).reason
        == "8 persons for 10 items; more persons than items are needed, and at least 100"
    )
    assert fit.parallel_analysis(ONE[:, :2]).reason == "2 items; at least 3 are needed"
