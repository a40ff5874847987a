"""Judges: severity, misfit, outliers, the standard errors of their cut, feedback and the fit to calibrated items."""

import numpy as np
import pytest
from scipy import optimize, special, stats

from assess.psychometrics import gtheory
from assess.psychometrics.responses import ResponseError
from assess.standard_setting.angoff import angoff
from assess.standard_setting.feedback import feedback
from assess.standard_setting.judges import VarianceComponents, panel
from assess.standard_setting.outliers import robust_z, severity_outliers
from assess.standard_setting.panel_cut import judges_needed
from assess.standard_setting.specification import specification

RNG = np.random.default_rng(82)
EASE = np.linspace(0.3, 0.9, 25)
RATINGS = np.clip(EASE + RNG.normal(0, 0.08, size=(9, 25)) + RNG.normal(0, 0.03, size=(9, 1)), 0, 1)


def test_severity_is_the_paired_difference_from_the_other_judges() -> None:
    found = panel(RATINGS).judges[3].severity
    others = np.delete(RATINGS, 3, axis=0).mean(axis=0)
    expected = stats.ttest_rel(RATINGS[3], others)
    assert found.value == pytest.approx((RATINGS[3] - others).mean(), abs=1e-12)
    assert found.interval == pytest.approx(tuple(expected.confidence_interval(0.95)), abs=1e-12)
    assert (found.n, found.sufficient) == (25, True)


def test_agreement_is_the_correlation_with_the_other_judges() -> None:
    found = panel(RATINGS).judges[3].agreement
    others = np.delete(RATINGS, 3, axis=0).mean(axis=0)
    assert found.value == pytest.approx(np.corrcoef(RATINGS[3], others)[0, 1], abs=1e-12)


def test_misfit_averages_one_and_finds_the_judge_who_scatters() -> None:
    noisy = RATINGS.copy()
    noisy[2] = np.clip(EASE + np.random.default_rng(1).normal(0, 0.45, size=25), 0, 1)
    found = panel(noisy, judges=[f"J{n}" for n in range(9)])
    assert np.mean([judge.misfit or 0 for judge in found.judges]) == pytest.approx(1, abs=1e-12)
    assert [(outlier.name, outlier.kind) for outlier in found.outliers] == [("J2", "misfit")]
    assert "times as much (mean square)" in found.outliers[0].sentence


def test_judge_who_turned_the_scale_round_is_named() -> None:
    turned = RATINGS.copy()
    turned[4] = 1 - turned[4]
    kinds = {outlier.kind for outlier in panel(turned).outliers if outlier.judge == 4}
    assert "order" in kinds


def test_outlier_is_named_kept_and_shown_both_ways() -> None:
    ratings = RATINGS.copy()
    ratings[0] = np.clip(ratings[0] + 0.35, 0, 1)
    only = angoff(ratings, judges=["Ada", *(f"J{n}" for n in range(1, 9))]).rounds[0]
    assert {outlier.name for outlier in only.outliers} == {"Ada"}
    assert only.cut.n == 9
    assert only.cut.value == pytest.approx(ratings.mean(axis=0).sum(), abs=1e-12)
    assert only.without_outliers is not None
    assert only.without_outliers.value == pytest.approx(ratings[1:].mean(axis=0).sum(), abs=1e-12)
    assert only.without_outliers.method.endswith("without Ada")
    assert only.leave_one_out[0] == pytest.approx(only.without_outliers.value, abs=1e-12)


def test_robust_z_is_the_modified_z_of_iglewicz_and_hoaglin() -> None:
    """Iglewicz & Hoaglin (1993), 3.3: 0.6745 (x − median)/MAD, and the mean absolute deviation where MAD is 0."""
    values = np.array([2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3])
    middle = np.median(values)
    assert robust_z(values) == pytest.approx(0.6745 * (values - middle) / np.median(np.abs(values - middle)), abs=1e-12)
    assert robust_z([1, 1, 1, 1, 5])[-1] == pytest.approx(4 / (1.2533 * 0.8), abs=1e-12)
    assert robust_z([2, 2, 2]).tolist() == [0, 0, 0]


def test_a_normal_panel_seldom_accuses_anybody() -> None:
    """5 % of panels by construction: of 400 panels of nine, 20 ± 3 standard errors."""
    panels = np.random.default_rng(83).normal(size=(400, 9))
    names = [f"J{n}" for n in range(9)]
    accused = sum(bool(severity_outliers(cuts, names)) for cuts in panels)
    assert accused == pytest.approx(20, abs=3 * np.sqrt(400 * 0.05 * 0.95))


def test_bootstrap_over_judges_agrees_with_the_panels_standard_error() -> None:
    only = angoff(RATINGS, resamples=4000).rounds[0]
    assert only.bootstrap_se == pytest.approx(only.cut.standard_error, rel=0.04)


def test_bootstrap_depends_on_the_seed_only() -> None:
    first, again, other = (angoff(RATINGS, seed=seed).rounds[0].bootstrap_se for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_standard_error_with_random_items_comes_from_the_g_study_of_judges_by_items() -> None:
    parts = gtheory.crossed(RATINGS, ["i"]).components
    only = angoff(RATINGS).rounds[0]
    expected = 25 * np.sqrt(max(parts["p"], 0) / 9 + parts["i"] / 25 + parts["p:i"] / (9 * 25))
    assert only.se_judges_and_items == pytest.approx(expected, abs=1e-12)


def test_missing_ratings_still_give_both_standard_errors() -> None:
    thinned = RATINGS.copy()
    thinned[np.random.default_rng(5).random(thinned.shape) < 0.1] = np.nan
    whole, thin = angoff(RATINGS).rounds[0], angoff(thinned).rounds[0]
    assert thin.se_judges_and_items == pytest.approx(whole.se_judges_and_items, rel=0.1)
    assert thin.cut.value == pytest.approx(np.nanmean(thinned, axis=0).sum(), abs=1e-12)


def test_judges_needed_brings_the_standard_error_down_to_the_target() -> None:
    parts = VarianceComponents(judges=0.0025, items=0.01, residual=0.01)
    number = judges_needed(parts, 60, target=1.0)
    errors = [60 * np.sqrt(parts.judges / j + parts.residual / (60 * j)) for j in (number - 1, number)]
    assert errors[1] <= 1.0 < errors[0]


@pytest.mark.parametrize("judges", [3, 8, 20])
def test_identical_judges_are_not_enough_evidence(judges: int) -> None:
    found = angoff([[0.5, 0.7, 0.8]] * judges)
    assert (found.value, found.standard_error, found.interval, found.sufficient) == (None, None, None, False)
    assert found.reason == (
        f"all {judges} judges came to the same cut, 2: that says nothing about what other judges would say; "
        "ask at least 8 who judge on their own"
    )
    assert found.cut_share.reason == found.reason


def test_yes_no_ratings_are_counted_and_anything_else_is_refused() -> None:
    ratings = (RATINGS > 0.6).astype(float)
    found = angoff(ratings, kind="yes/no")
    assert found.value == pytest.approx(ratings.sum(axis=1).mean(), abs=1e-12)
    assert found.cut.method == "yes/no Angoff cut in raw points"
    with pytest.raises(ResponseError, match=r"round 1, Ada, I2: 0\.5 is neither 0 \(no\) nor 1 \(yes\)"):
        angoff([[1, 0.5]], kind="yes/no", judges=["Ada"], items=["I1", "I2"])


def test_feedback_puts_the_items_in_front_that_judges_differ_on() -> None:
    ratings = RATINGS.copy()
    ratings[0, 7], ratings[1, 7] = 0.0, 1.0
    found = feedback(ratings, judges=[f"J{n}" for n in range(9)], empirical=EASE)
    first = found.to_discuss(3)[0]
    assert (first.item, first.furthest, first.lowest, first.highest) == ("item 8", ("J0", "J1"), 0.0, 1.0)
    assert first.gap == pytest.approx(ratings[:, 7].mean() - EASE[7], abs=1e-12)
    assert first.sd == pytest.approx(ratings[:, 7].std(ddof=1), abs=1e-12)


def test_specification_error_is_measured_from_the_judges_own_ability() -> None:
    """van der Linden (1982), here with Brent's method and a loop."""
    a, b, c = RNG.uniform(0.7, 1.6, 25), RNG.normal(size=25), RNG.uniform(0, 0.25, 25)
    found = specification(RATINGS, b, discrimination=a, guessing=c)

    def curve(theta: float) -> np.ndarray:
        return np.asarray(c + (1 - c) * special.expit(a * (theta - b)))

    for judge, row in zip(found, RATINGS, strict=True):
        theta = optimize.brentq(lambda t, row=row: curve(t).sum() - row.sum(), -10, 10)
        assert judge.theta == pytest.approx(theta, abs=1e-8)
        error = np.abs(row - curve(theta)).mean()
        assert judge.error == pytest.approx(error, abs=1e-8)
        largest = np.maximum(curve(theta), 1 - curve(theta)).mean()
        assert judge.consistency == pytest.approx(1 - error / largest, abs=1e-8)


def test_judge_who_expects_everything_has_no_ability() -> None:
    sure, low = specification([[1.0, 1, 1], [0.1, 0.1, 0.1]], [0, 1, 2], guessing=[0.2] * 3)
    assert (sure.theta, sure.reason) == (None, "the judge expects every item to be solved, so no ability has that sum")
    assert low.reason == "the judge's sum is at or below what guessing gives, so no ability has it"
