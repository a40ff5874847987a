"""Coefficients for several raters against published figures, each other, and leave-one-out by hand."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from assess.psychometrics import agreement
from assess.psychometrics.agreement.krippendorff import METRICS
from assess.psychometrics.responses import ResponseError

RNG = np.random.default_rng(41)
MARKS = np.clip(np.round(RNG.normal(2, 1, size=(40, 1)) + RNG.normal(0, 0.7, size=(40, 4))), 0, 4)
GAPS = np.where(RNG.random(MARKS.shape) < 0.3, np.nan, MARKS)
NAN = float("nan")
# Krippendorff's example (2011): 12 units, 4 observers
NMM = np.array(
    [
        [1, 1, NAN, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
        [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [NAN, 5, 5, 5], [NAN, NAN, 1, 1], [NAN, NAN, 3, NAN],
    ]
)  # fmt: skip


def jackknife(statistic: Any, table: np.ndarray) -> float:
    values = np.array([statistic(np.delete(table, row, axis=0)) for row in range(len(table))])
    n = len(values)
    return float(np.sqrt((n - 1) / n * ((values - values.mean()) ** 2).sum()))


def test_gwets_ac1_and_its_standard_error_on_krippendorffs_units() -> None:
    """Gwet (2014), Handbook of inter-rater reliability: AC1 .77544 with standard error .14295, Brennan–Prediger .77273."""
    found = agreement.gwet_ac(NMM)
    assert (found.value, found.standard_error) == pytest.approx((0.77544, 0.14295), abs=5e-6)
    assert agreement.brennan_prediger(NMM).value == pytest.approx(0.77273, abs=5e-6)


def test_kappas_of_two_raters_are_cohens() -> None:
    two = MARKS[:, :2]
    cohen = agreement.kappa(two[:, 0], two[:, 1])
    assert agreement.fleiss_kappa(two, exact=True).value == pytest.approx(cohen.value, abs=1e-12)
    assert agreement.light_kappa(two).value == pytest.approx(cohen.value, abs=1e-12)


def test_fleiss_kappa_is_the_pooled_kappa_of_a_complete_table() -> None:
    ours, pooled = agreement.fleiss_kappa(MARKS), agreement.pooled_kappa(MARKS)
    assert (ours.value, ours.standard_error) == pytest.approx((pooled.value, pooled.standard_error), abs=1e-12)


@pytest.mark.parametrize("exact", [False, True])
def test_fleiss_standard_error_is_leave_one_out(exact: bool) -> None:
    def value(table: np.ndarray) -> float:
        return agreement.fleiss_kappa(table, exact=exact, categories=range(5)).value or 0.0

    found = agreement.fleiss_kappa(MARKS, exact=exact, categories=range(5))
    assert found.standard_error == pytest.approx(jackknife(value, MARKS), abs=1e-12)


def test_light_kappa_is_the_mean_over_pairs_and_leaves_one_out() -> None:
    def value(table: np.ndarray) -> float:
        pairs = combinations(table.T, 2)
        return float(np.mean([agreement.kappa(a, b, "quadratic", categories=range(5)).value for a, b in pairs]))

    found = agreement.light_kappa(MARKS, "quadratic", categories=range(5))
    assert found.value == pytest.approx(value(MARKS), abs=1e-12)
    assert found.standard_error == pytest.approx(jackknife(value, MARKS), abs=1e-12)


@pytest.mark.parametrize("form", agreement.FORMS)
def test_intraclass_standard_errors_are_leave_one_out(form: agreement.Form) -> None:
    def value(table: np.ndarray) -> float:
        return agreement.shrout_fleiss(table, form).value or 0.0

    assert agreement.shrout_fleiss(MARKS, form).standard_error == pytest.approx(jackknife(value, MARKS), abs=1e-10)


def test_icc_words_and_shrout_fleiss_names_are_the_same() -> None:
    words = [
        agreement.icc(MARKS, "oneway"),
        agreement.icc(MARKS, "twoway", "agreement"),
        agreement.icc(MARKS, "twoway", "consistency"),
        agreement.icc(MARKS, model="oneway", unit="average"),
        agreement.icc(MARKS, model="twoway", type="agreement", unit="average"),
        agreement.icc(MARKS, model="twoway", type="consistency", unit="average"),
    ]
    assert words == [agreement.shrout_fleiss(MARKS, form) for form in agreement.FORMS]
    with pytest.raises(ResponseError, match="'mixed' is not one of oneway, twoway"):
        agreement.icc(MARKS, "mixed")  # type: ignore[arg-type]


def test_interval_without_end_is_not_enough_evidence() -> None:
    """Five persons, two raters: the lower limit of one rater is below −1, so that of the mean is not a number."""
    found = agreement.icc([[1, 1], [0, 1], [1, 0], [1, 1], [0, 0]], "twoway", "agreement", "average")
    assert found.value is None
    assert "without end" in found.reason


def brute_alpha(table: np.ndarray, metric: str) -> float:
    """Over all pairs, by definition."""
    pairable = [row[np.isfinite(row)] for row in table if np.isfinite(row).sum() > 1]
    marks = np.concatenate(pairable)
    ordered = np.sort(marks)

    def squared(a: np.ndarray, b: np.ndarray) -> Any:
        if metric == "nominal":
            return (a != b).astype(float)
        if metric == "interval":
            return (a - b) ** 2
        if metric == "ratio":
            return ((a - b) / np.where(a + b == 0, 1, a + b)) ** 2

        def middle(x: np.ndarray) -> Any:
            return (np.searchsorted(ordered, x, "left") + np.searchsorted(ordered, x, "right")) / 2

        return (middle(a) - middle(b)) ** 2

    observed = sum(squared(row[:, None], row[None, :]).sum() / (len(row) - 1) for row in pairable) / len(marks)
    expected = squared(marks[:, None], marks[None, :]).sum() / (len(marks) * (len(marks) - 1))
    return float(1 - observed / expected)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("scale", [1.0, 0.37])
def test_krippendorff_alpha_equals_its_definition(metric: Any, scale: float) -> None:
    """Also on marks that are not whole numbers, which take another way through the code."""
    table = GAPS * scale
    assert agreement.krippendorff_alpha(table, metric).value == pytest.approx(brute_alpha(table, metric), abs=1e-12)


@pytest.mark.parametrize("metric", ["nominal", "interval", "ratio"])
def test_krippendorff_standard_error_is_leave_one_out(metric: Any) -> None:
    """The ordinal metric keeps the ranks of the whole table, so plain leave-one-out is not the same there."""
    kept = GAPS[np.isfinite(GAPS).sum(axis=1) > 1]
    by_hand = jackknife(lambda table: brute_alpha(table, metric), kept)
    assert agreement.krippendorff_alpha(kept, metric).standard_error == pytest.approx(by_hand, abs=1e-12)


def test_krippendorff_on_a_fine_scale_needs_no_table_of_pairs() -> None:
    """Many different marks: nominal counts by sorting, the ratio metric in blocks."""
    fine = RNG.gamma(5, size=(150, 1)) + RNG.random(size=(150, 3))
    assert agreement.krippendorff_alpha(fine, "nominal").value == pytest.approx(brute_alpha(fine, "nominal"), abs=1e-12)
    assert agreement.krippendorff_alpha(fine, "ratio").value == pytest.approx(brute_alpha(fine, "ratio"), abs=1e-12)


def test_krippendorff_bootstrap_holds_chance_and_repeats_exactly() -> None:
    one = agreement.krippendorff_alpha(GAPS, interval="bootstrap", resamples=300, seed=2)
    assert one == agreement.krippendorff_alpha(GAPS, interval="bootstrap", resamples=300, seed=2)
    assert one.value == agreement.krippendorff_alpha(GAPS).value
    assert "Hayes" in one.source


def test_krippendorff_refuses_what_it_cannot_measure() -> None:
    with pytest.raises(ResponseError, match="not negative"):
        agreement.krippendorff_alpha(GAPS - 1, "ratio")
    with pytest.raises(ResponseError, match="'metric' is not one of"):
        agreement.krippendorff_alpha(GAPS, "metric")  # type: ignore[arg-type]


def test_kendalls_w_and_the_mean_rank_correlation() -> None:
    """Kendall & Babington Smith (1939): r̄ = (kW − 1)/(k − 1) over all pairs of raters when there are no ties."""
    order = RNG.random((40, 3)) + np.arange(40)[:, None] / 20
    ranks = order.argsort(axis=0).argsort(axis=0)
    mean = np.mean([np.corrcoef(a, b)[0, 1] for a, b in combinations(ranks.T, 2)])
    found = agreement.kendall_w(order, resamples=50)
    assert found.w.value == pytest.approx((1 + 2 * mean) / 3, abs=1e-12)
    assert found.w.value == agreement.kendall_w(order, ties=False, resamples=50).w.value
    assert found.chi_square == pytest.approx(3 * 39 * (found.w.value or 0), abs=1e-10)


def test_finn_robinson_and_maxwell_by_hand() -> None:
    table = np.array([[4, 4], [3, 5], [2, 2], [5, 4]] * 8, dtype=float)
    within = ((table[:, 0] - table[:, 1]) ** 2 / 2).mean()
    assert agreement.finn(table, 6).value == pytest.approx(1 - within / (35 / 12), abs=1e-12)
    icc = agreement.icc(table, "twoway", "consistency").value or 0.0
    assert agreement.robinson_a(table).value == pytest.approx((1 + icc) / 2, abs=1e-12)
    assert agreement.maxwell_re([1, 1, 0, 0] * 10, [1, 0, 0, 0] * 10).value == 0.5
    with pytest.raises(ResponseError, match="these marks have 4"):
        agreement.maxwell_re(table[:, 0], table[:, 1])


def test_brennan_prediger_of_two_categories_is_maxwells_re() -> None:
    first, second = MARKS[:, 0] > 2, MARKS[:, 1] > 2
    re = agreement.maxwell_re(first, second).value
    assert agreement.brennan_prediger(np.column_stack([first, second])).value == pytest.approx(re, abs=1e-12)


def test_unanimity_counts_persons() -> None:
    assert agreement.unanimity([[1, 1, 1], [1, 2, 1], [0, 2, 1], [2, 2, 2]] * 10).value == 0.5
    assert agreement.unanimity([[1, 1, 1], [1, 2, 1], [0, 2, 1], [2, 2, 2]] * 10, within=1).value == 0.75


def test_unknown_weights_are_refused() -> None:
    with pytest.raises(ResponseError, match="'cubic'; it can be None"):
        agreement.kappa([0, 1], [0, 1], "cubic")  # type: ignore[arg-type]
