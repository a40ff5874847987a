"""Classical figures against algebra that can be done by hand, and intervals against their own promise."""

import numpy as np
import pytest
from scipy import stats

from assess.psychometrics import ctt, reliability
from assess.psychometrics.responses import ResponseError
from assess.psychometrics.results import Estimate

RNG = np.random.default_rng(20260101)
PARALLEL = RNG.normal(size=(200, 1)) + RNG.normal(size=(200, 6))


def known(value: float, standard_error: float = 0.02) -> Estimate:
    return Estimate(
        value=value,
        standard_error=standard_error,
        interval=(value - 0.05, value + 0.05),
        n=200,
        method="given",
        source="",
        sufficient=True,
    )


def test_alpha_of_two_items_is_guttmans_split_half() -> None:
    """Guttman (1945): 2·(1 − (V₁ + V₂)/V) is alpha for two parts."""
    first, second = PARALLEL[:, 0], 2 * PARALLEL[:, 1]
    total = (first + second).var(ddof=1)
    guttman = 2 * (1 - (first.var(ddof=1) + second.var(ddof=1)) / total)
    assert reliability.alpha(np.column_stack([first, second])).value == pytest.approx(guttman, abs=1e-12)


def test_alpha_is_the_intraclass_correlation_of_the_mean() -> None:
    """Hoyt (1941): alpha = 1 − MS(residual)/MS(persons)."""
    persons, items = PARALLEL.shape
    between = items * PARALLEL.mean(axis=1).var(ddof=1)
    rest = PARALLEL - PARALLEL.mean(axis=1)[:, None] - PARALLEL.mean(axis=0)[None, :] + PARALLEL.mean()
    residual = (rest**2).sum() / ((persons - 1) * (items - 1))
    assert reliability.alpha(PARALLEL).value == pytest.approx(1 - residual / between, abs=1e-12)
    sem = reliability.standard_error_of_measurement(PARALLEL)
    assert sem.value == pytest.approx(np.sqrt(items * residual), abs=1e-12)


def test_kr20_by_its_own_formula() -> None:
    """Kuder & Richardson: k/(k−1)·(1 − Σpq/V), with the population variance."""
    answers = (PARALLEL > 0.3).astype(float)
    p = answers.mean(axis=0)
    expected = 6 / 5 * (1 - (p * (1 - p)).sum() / answers.sum(axis=1).var())
    assert reliability.kr20(answers).value == pytest.approx(expected, abs=1e-12)


def test_feldt_interval_covers_as_often_as_it_promises() -> None:
    """4 parallel items of reliability .25 each: alpha is 4·.25/(1 + 3·.25) = .5714. 400 samples, binomial margin."""
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(400):
        sample = np.sqrt(0.25) * rng.normal(size=(40, 1)) + np.sqrt(0.75) * rng.normal(size=(40, 4))
        low, high = reliability.alpha(sample).interval or (1.0, 0.0)
        covered += low <= 4 / 7 <= high
    assert stats.binomtest(covered, 400, 0.95).pvalue > 0.01


def test_sem_interval_covers_as_often_as_it_promises() -> None:
    rng = np.random.default_rng(6)
    covered = 0
    for _ in range(400):
        sample = rng.normal(size=(30, 1)) + rng.normal(size=(30, 4))
        low, high = reliability.standard_error_of_measurement(sample).interval or (1.0, 0.0)
        covered += low <= 2.0 <= high  # four errors of variance 1
    assert stats.binomtest(covered, 400, 0.95).pvalue > 0.01


def test_negative_alpha_is_reported_and_explained() -> None:
    first = RNG.normal(size=50)
    found = reliability.alpha(np.column_stack([first, -first + 0.1 * RNG.normal(size=50)]))
    assert found.value is not None
    assert found.value < 0
    assert "reversed key" in found.reason


def test_alpha_with_forms_drawn_from_a_bank_names_items_that_never_met() -> None:
    apart = np.array([[1, 0, np.nan], [0, 1, np.nan], [np.nan, 1, 0], [np.nan, 0, 1]] * 10)
    assert reliability.alpha(apart).reason == "items 1 and 3 were answered together by fewer than 2 persons"


def test_stratified_alpha_with_one_stratum_is_alpha() -> None:
    found = reliability.stratified_alpha(PARALLEL, ["all"] * 6)
    assert found.value == pytest.approx(reliability.alpha(PARALLEL).value, abs=1e-12)


def test_stratified_alpha_equals_the_composite_of_its_strata() -> None:
    """Both are 1 − ΣV(1−α)/V, one from items, the other from part scores."""
    strata = ["a", "a", "a", "b", "b", "b"]
    parts = np.column_stack([PARALLEL[:, :3].sum(axis=1), PARALLEL[:, 3:].sum(axis=1)])
    alphas = [reliability.alpha(PARALLEL[:, :3]), reliability.alpha(PARALLEL[:, 3:])]
    composite = reliability.composite(parts, alphas)
    assert reliability.stratified_alpha(PARALLEL, strata).value == pytest.approx(composite.value, abs=1e-12)


def test_stratified_alpha_standard_error_agrees_with_the_bootstrap() -> None:
    rng = np.random.default_rng(11)
    strata = ["a", "a", "a", "b", "b", "b"]
    drawn = [reliability.stratified_alpha(PARALLEL[rng.integers(200, size=200)], strata).value for _ in range(400)]
    assert reliability.stratified_alpha(PARALLEL, strata).standard_error == pytest.approx(
        np.std(np.array(drawn, dtype=np.float64), ddof=1), rel=0.15
    )


def test_composite_weighs_parts_and_passes_doubts_on() -> None:
    """Mosier: two uncorrelated parts of variance 1, weights 2 and 1, reliabilities .9 and .5: 1 − (4·.1 + .5)/5."""
    first = np.tile([1.0, -1.0, 1.0, -1.0], 10) * np.sqrt(39 / 40)
    second = np.tile([1.0, 1.0, -1.0, -1.0], 10) * np.sqrt(39 / 40)
    thin = Estimate(
        value=0.5,
        standard_error=0.2,
        interval=(0.1, 0.9),
        n=9,
        method="",
        source="",
        sufficient=False,
        reason="9 persons",
    )
    found = reliability.composite(np.column_stack([first, second]), [known(0.9), thin], weights=[2, 1])
    assert found.value == pytest.approx(1 - 0.9 / 5, abs=1e-12)
    assert found.standard_error == pytest.approx(np.hypot(0.8 * 0.02, 0.2 * 0.2), abs=1e-12)
    assert (found.sufficient, found.reason) == (False, "part 2: 9 persons")


def test_spearman_brown_there_and_back() -> None:
    there = reliability.spearman_brown(known(0.6), ratio=3)
    back = reliability.spearman_brown(there, ratio=1 / 3)
    assert there.value == pytest.approx(1.8 / 2.2, abs=1e-12)
    assert back.value == pytest.approx(0.6, abs=1e-12)
    assert back.standard_error == pytest.approx(0.02, abs=1e-12)


def test_item_analysis_equals_plain_correlations() -> None:
    answers = (PARALLEL > 0).astype(float)
    total = answers.sum(axis=1)
    for j, item in enumerate(ctt.item_analysis(answers)):
        assert item.difficulty.value == pytest.approx(answers[:, j].mean(), abs=1e-12)
        assert item.item_total.value == pytest.approx(stats.pointbiserialr(answers[:, j], total).statistic, abs=1e-12)
        rest = stats.pearsonr(answers[:, j], total - answers[:, j]).statistic
        assert item.item_rest.value == pytest.approx(rest, abs=1e-12)
        without = reliability.alpha(np.delete(answers, j, axis=1)).value
        assert item.alpha_if_deleted.value == pytest.approx(without, abs=1e-12)
        assert item.omitted.value == 0


def test_where_forms_are_drawn_an_item_is_held_against_the_other_items_of_each_person() -> None:
    """Two anchors and four of ten drawn items: some pairs nobody took together, so there is no total of all items."""
    rng = np.random.default_rng(8)
    answers = (rng.normal(size=(120, 1)) + rng.normal(size=(120, 12)) > 0).astype(float)
    for person in range(120):
        answers[person, 2 + rng.permutation(10)[4:]] = np.nan
    answers[np.isfinite(answers[:, 2]), 3] = np.nan
    maxima = np.array([1.0, 2.0] * 6)
    answers *= maxima
    found = ctt.item_analysis(answers, maximum=maxima)
    for j, item in enumerate(found):
        took = np.isfinite(answers[:, j])
        others = np.delete(answers[took], j, axis=1)
        share = np.nansum(others, axis=1) / (np.isfinite(others) @ np.delete(maxima, j))
        assert item.item_rest.value == pytest.approx(stats.pearsonr(answers[took, j], share).statistic, abs=1e-12)
        assert (item.item_rest.n, item.item_rest.sufficient) == (took.sum(), took.sum() >= 30)
        assert item.item_rest.method.endswith("(corrected; share of the points on each person's own other items)")
        total = np.nansum(answers[took], axis=1) / (np.isfinite(answers[took]) @ maxima)
        assert item.item_total.value == pytest.approx(stats.pearsonr(answers[took, j], total).statistic, abs=1e-12)


def test_a_few_omits_leave_the_pairwise_total() -> None:
    answers = (PARALLEL > 0).astype(float)
    answers[:3, 0] = np.nan
    found = ctt.item_analysis(answers)
    assert {item.item_rest.method for item in found} == {"item–rest correlation (corrected)"}
    assert ctt.item_analysis(answers[:25])[1].item_rest.method == "item–rest correlation (corrected)"


def test_upper_and_lower_27_percent_by_hand() -> None:
    """100 persons with totals 0 to 99: 27 in each group; the item is right for the 40 best."""
    ranks = np.arange(100.0)
    items = np.column_stack([(ranks >= 60).astype(float), ranks])
    found = ctt.item_analysis(items)[0].discrimination
    assert (found.value, found.n) == (1.0, 100)
    assert found.method == "discrimination: upper minus lower 27 % (ties included)"


def test_omits_are_counted_among_those_who_answered_anything() -> None:
    answers = np.array([[1, np.nan], [0, 1], [1, 1], [np.nan, np.nan]])
    assert [item.omitted.value for item in ctt.item_analysis(answers)] == [0.0, pytest.approx(1 / 3)]


def test_score_distribution_counts_incomplete_persons() -> None:
    found = ctt.score_distribution(np.array([[1, 1], [0, 1], [np.nan, 1]]))
    assert (found.n, found.incomplete, found.scores, found.counts) == (2, 1, (1.0, 2.0), (1, 1))


def test_arguments_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ResponseError, match="1 item names for 2 columns"):
        ctt.item_analysis(np.eye(2), names=["only"])
    with pytest.raises(ResponseError, match="2 strata for 6 items"):
        reliability.stratified_alpha(PARALLEL, ["a", "b"])
    with pytest.raises(ResponseError, match="greater than 0"):
        reliability.spearman_brown(known(0.5), ratio=0)
