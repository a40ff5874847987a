"""Agreement against published figures and against algebra."""

import numpy as np
import pytest

from assess.psychometrics import agreement
from assess.psychometrics.agreement.icc import _value
from assess.psychometrics.responses import ResponseError

RNG = np.random.default_rng(31)
TRUE = RNG.normal(2.0, 1.0, size=(120, 1))
MARKS = np.clip(np.round(TRUE + RNG.normal(0, 0.6, size=(120, 4))), 0, 4)


def sparse(marks: np.ndarray, per_person: int = 2) -> np.ndarray:
    """Keep `per_person` marks of each person, the raters rotating."""
    kept = np.full(marks.shape, np.nan)
    for person in range(len(marks)):
        for turn in range(per_person):
            rater = (person + turn * (1 + person // 4 % 3)) % marks.shape[1]
            kept[person, rater] = marks[person, rater]
    return kept


def test_kappa_and_its_variance_of_fleiss_cohen_and_everitt() -> None:
    """Their 1969 example, 200 cases in three categories: kappa .429, variance .002885."""
    table = [[106, 10, 4], [22, 28, 10], [2, 12, 6]]
    pairs = [(i, j) for i in range(3) for j in range(3) for _ in range(table[i][j])]
    first, second = np.array(pairs, dtype=float).T
    found = agreement.kappa(first, second)
    assert found.value == pytest.approx(0.429, abs=5e-4)
    assert (found.standard_error or 0) ** 2 == pytest.approx(0.002885, abs=5e-6)
    assert (found.n, found.sufficient) == (200, True)


@pytest.mark.parametrize(
    ("form", "published"),
    [("ICC(1,1)", 0.17), ("ICC(2,1)", 0.29), ("ICC(3,1)", 0.71), ("ICC(1,k)", 0.44), ("ICC(2,k)", 0.62), ("ICC(3,k)", 0.91)],
)  # fmt: skip
def test_intraclass_correlations_from_the_mean_squares_of_shrout_and_fleiss(
    form: agreement.Form, published: float
) -> None:
    """Shrout & Fleiss (1979), Tables 3 and 4: 6 persons, 4 judges; mean squares 11.24, 32.49, 1.02 and 6.26."""
    assert _value(form, 6, 4, 11.24, 32.49, 1.02, 6.26) == pytest.approx(published, abs=0.005)


def test_quadratic_kappa_is_the_intraclass_correlation_in_large_samples() -> None:
    """Fleiss & Cohen (1973), Educational and Psychological Measurement 33, 613–619: equal but for terms of 1/n."""
    kappa = agreement.kappa(MARKS[:, 0], MARKS[:, 1], weights="quadratic").value
    assert kappa == pytest.approx(agreement.icc(MARKS[:, :2], "twoway", "agreement").value, abs=1 / len(MARKS))


@pytest.mark.slow
@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
def test_kappa_standard_error_agrees_with_the_bootstrap(weights: agreement.Weights) -> None:
    rng = np.random.default_rng(32)
    first, second = MARKS[:, 0], MARKS[:, 1]
    drawn = []
    for _ in range(300):
        chosen = rng.integers(len(first), size=len(first))
        drawn.append(agreement.kappa(first[chosen], second[chosen], weights=weights, categories=range(5)).value)
    found = agreement.kappa(first, second, weights=weights, categories=range(5))
    assert found.standard_error == pytest.approx(np.std(np.array(drawn, dtype=np.float64), ddof=1), rel=0.2)


def test_kappa_needs_more_cases_for_longer_scales() -> None:
    """Cicchetti (1981): at least 2·k² cases; 50 for five categories."""
    found = agreement.kappa(MARKS[:40, 0], MARKS[:40, 1], weights="quadratic", categories=range(5))
    assert (found.sufficient, found.reason) == (False, "40 cases marked by both; at least 50 are needed")


def test_kappa_with_one_category_throughout_is_not_enough_evidence() -> None:
    found = agreement.kappa([1] * 50, [1] * 50)
    assert found.value is None
    assert "one and the same category" in found.reason


def test_kappa_refuses_marks_off_the_scale() -> None:
    with pytest.raises(ResponseError, match="7 is not one of the categories") as refusal:
        agreement.kappa([0, 7], [1, 1], categories=range(5))
    assert refusal.value.code == "not_a_category"


def test_adjacent_agreement_counts_differences_of_one() -> None:
    assert agreement.share_of_agreement([0, 1, 2, 3] * 10, [1, 1, 0, 3] * 10, within=1).value == 0.75


def test_pooled_kappa_of_two_raters_is_scotts_pi() -> None:
    """Scott (1955), Public Opinion Quarterly 19, 321–325: chance agreement from the common distribution of marks."""
    first, second = MARKS[:, 0], MARKS[:, 1]
    shares = np.array([(np.concatenate([first, second]) == category).mean() for category in range(5)])
    chance = (shares**2).sum()
    expected = ((first == second).mean() - chance) / (1 - chance)
    assert agreement.pooled_kappa(MARKS[:, :2]).value == pytest.approx(expected, abs=1e-12)


def test_pooled_figures_ignore_who_is_called_first() -> None:
    design = sparse(MARKS)
    turned = design[:, ::-1]
    assert agreement.pooled_kappa(turned).value == pytest.approx(agreement.pooled_kappa(design).value, abs=1e-12)


@pytest.mark.parametrize("weights", [None, "quadratic"])
def test_pooled_kappa_of_a_sparse_design_is_close_to_the_full_one(weights: agreement.Weights) -> None:
    """A quarter of the pairs is seen, at random: within two standard errors of the thin estimate."""
    thin = agreement.pooled_kappa(sparse(MARKS), weights=weights, categories=range(5))
    full = agreement.pooled_kappa(MARKS, weights=weights, categories=range(5))
    assert thin.value is not None
    assert thin.standard_error is not None
    assert full.value == pytest.approx(thin.value, abs=2 * thin.standard_error)


def test_sparse_icc_of_a_complete_table_is_icc_one() -> None:
    assert agreement.icc_sparse(MARKS).value == pytest.approx(agreement.icc(MARKS, "oneway").value, abs=1e-12)


def test_sparse_icc_counts_only_persons_marked_twice_as_evidence() -> None:
    single = np.full((20, 4), np.nan)
    single[:, 0] = 2.0
    assert agreement.icc_sparse(np.vstack([sparse(MARKS), single])).n == len(MARKS)


def test_rater_pairs_list_who_shares_persons() -> None:
    nan = np.nan
    pairs = agreement.rater_pairs([[1, 2, nan], [2, 2, nan], [nan, 1, 3]], raters=["Ann", "Bo", "Cy"])
    assert [(pair.first, pair.second, pair.shared) for pair in pairs] == [("Ann", "Bo", 2), ("Bo", "Cy", 1)]
    assert pairs[0].exact.value == 0.5
    assert pairs[0].difference.value == -0.5


def test_krippendorff_alpha_of_two_raters_is_scotts_pi_but_for_small_samples() -> None:
    """α = 1 − (1 − π)(1 − 1/N) with N marks in all (Krippendorff 2011)."""
    pi = agreement.pooled_kappa(MARKS[:, :2]).value
    assert pi is not None
    alpha = agreement.krippendorff_alpha(MARKS[:, :2], metric="nominal").value
    assert alpha == pytest.approx(1 - (1 - pi) * (1 - 1 / 240), abs=1e-12)


def test_kappa_of_few_cases_that_all_agree_says_how_few_they_were() -> None:
    """Clopper & Pearson (1934): of n agreements out of n the lower limit is 0.025^(1/n); chance agreement here is one half."""
    for n in (8, 60):
        found = agreement.kappa([0, 1] * (n // 2), [0, 1] * (n // 2))

        assert found.value == 1
        assert found.interval == pytest.approx(((0.025 ** (1 / n) - 0.5) / 0.5, 1.0))
