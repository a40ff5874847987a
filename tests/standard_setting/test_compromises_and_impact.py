"""Beuk against a fine search, body of work against a pooled likelihood, pass rates against SciPy."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, stats

from assess.psychometrics.responses import ResponseError
from assess.psychometrics.results import Estimate
from assess.standard_setting.beuk import beuk
from assess.standard_setting.body_of_work import body_of_work
from assess.standard_setting.hofstee import hofstee
from assess.standard_setting.impact import compared, impact
from assess.standard_setting.item_descriptors import item_descriptor_matching

RNG = np.random.default_rng(93)
SCORES = np.clip(RNG.normal(62, 11, 400), 0, 100)
WISHES = np.column_stack([RNG.normal(60, 5, 10), np.clip(RNG.normal(0.7, 0.08, 10), 0, 1)])
CUT = Estimate(value=60, standard_error=2, interval=(56, 64), n=10, method="m", source="s", sufficient=True)


def test_beuk_line_through_the_means_meets_the_pass_rates() -> None:
    """Beuk (1984): slope SD(pass rate)/SD(cut); the stair of 400 candidates is within 1/400 of a smooth curve."""
    found = beuk(SCORES, WISHES)
    mean, sd = WISHES.mean(axis=0), WISHES.std(axis=0, ddof=1)
    assert found.slope == pytest.approx(sd[1] / sd[0], abs=1e-12)
    at = found.value or 0
    assert mean[1] + (found.slope or 0) * (at - mean[0]) == pytest.approx((at <= SCORES).mean(), abs=1 / 400)
    assert found.pass_rate == pytest.approx((at <= SCORES).mean(), abs=1e-12)
    assert (found.n, found.judges, found.sufficient) == (400, 10, True)


def test_beuk_gives_way_to_what_the_judges_agree_on() -> None:
    same_cut, same_rate = WISHES.copy(), WISHES.copy()
    same_cut[:, 0], same_rate[:, 1] = 60.0, 0.75
    assert beuk(SCORES, same_cut).value == pytest.approx(60.0, abs=1e-9)
    found = beuk(SCORES, same_rate)
    assert found.pass_rate == pytest.approx(0.75, abs=1 / 400)


def test_beuk_without_any_difference_between_judges_is_not_enough() -> None:
    found = beuk(SCORES, [[60, 0.7]] * 9)
    assert found.reason.startswith("all 9 judges gave the same cut and pass rate, so nothing says which of the two")
    assert beuk(SCORES, WISHES[:5]).reason == "5 judges; at least 8 are needed"
    with pytest.raises(ResponseError, match=r"judge 1: pass rate 70 is not between 0 and 1; write 0\.7"):
        beuk(SCORES, [[60, 70]])


def test_one_score_for_all_gives_no_compromise() -> None:
    assert hofstee([5.0] * 40, [[4, 6, 0.1, 0.5]] * 8).reason == "all candidates have the same score"
    assert beuk([5.0] * 40, WISHES).reason == "all candidates have the same score"


WORKS = np.linspace(20, 80, 40)
LEAN = np.random.default_rng(94).normal(0, 3, 10)
NOISE = np.random.default_rng(95).normal(0, 6, (10, 40))
LEVELS = np.digitize(WORKS + LEAN[:, None] + NOISE, [40, 60]).astype(float)


def test_body_of_work_cut_is_where_the_pooled_curve_crosses_a_half() -> None:
    found = body_of_work(WORKS, LEVELS)
    for made in found.cuts:
        above, s = (made.level <= LEVELS).ravel(), np.tile(WORKS, 10) - 50

        def loss(beta: np.ndarray, above: np.ndarray = above, s: np.ndarray = s) -> float:
            logit = beta[0] + beta[1] * s
            return float(np.logaddexp(0, logit).sum() - logit[above].sum())

        beta = optimize.minimize(loss, np.array([0.0, 0.1]), method="BFGS", options={"gtol": 1e-8}).x
        assert made.value == pytest.approx(50 - beta[0] / beta[1], abs=1e-5)
        assert (made.n, made.sufficient) == (10, True)
    assert [made.level for made in found.cuts] == [1, 2]
    assert found.remarks == ()


def test_judges_resampled_whole_widen_the_error_that_the_curve_alone_shows() -> None:
    """Judges who lean by −9 to 9 (400 judgements taken as independent would hide that)."""
    leaning = np.digitize(WORKS + np.linspace(-9, 9, 10)[:, None] + NOISE, [40, 60])
    for made in body_of_work(WORKS, leaning).cuts:
        assert (made.standard_error or 0) > 1.5 * (made.model_se or 0)
        own = np.array([cut for cut in made.judge_cuts if cut is not None])
        assert made.standard_error == pytest.approx(own.std(ddof=1) / np.sqrt(len(own)), rel=0.25)


@pytest.mark.slow
def test_levels_that_nobody_gave_are_named() -> None:
    found = body_of_work(WORKS, LEVELS * 2)
    assert found.remarks == (
        "nobody gave level 1: the cuts from level 1 and 2 are the same",
        "nobody gave level 3: the cuts from level 3 and 4 are the same",
    )
    assert found.cuts[0].value == pytest.approx(found.cuts[1].value, abs=1e-12)


@pytest.mark.slow
def test_levels_against_the_scores_are_doubted_and_identical_judges_say_nothing() -> None:
    assert "one of the two is turned round" in body_of_work(WORKS, 2 - LEVELS).cuts[0].reason
    same = body_of_work(WORKS, np.tile(LEVELS[9], (9, 1))).cuts[0]
    assert same.value is None
    assert same.reason.startswith("all 9 judges came to the same cut")
    sharp = body_of_work(WORKS, np.tile(np.digitize(WORKS, [50]), (9, 1))).cuts[0]
    assert sharp.reason.startswith("the scores separate the two without overlap")
    assert sharp.judge_cuts == pytest.approx([WORKS[19:21].mean()] * 9, abs=1e-12)


@pytest.mark.slow
def test_item_descriptors_place_cuts_on_the_scale_of_difficulty() -> None:
    found = item_descriptor_matching(WORKS, LEVELS)
    assert [made.value for made in found.cuts] == [made.value for made in body_of_work(WORKS, LEVELS).cuts]
    assert "items" in item_descriptor_matching(WORKS[:10], LEVELS[:, :10]).cuts[0].reason


def test_impact_shows_pass_rates_at_the_cut_and_around_it() -> None:
    found = impact(SCORES, CUT, previous=55)
    assert [(one.where, one.cut) for one in found.rates] == [
        ("the cut", 60),
        ("one standard error lower", 58),
        ("one standard error higher", 62),
        ("the previous cut", 55),
    ]
    for one in found.rates:
        passing = int((one.cut <= SCORES).sum())
        interval = stats.binomtest(passing, 400).proportion_ci(method="wilson")
        assert one.rate.value == passing / 400
        assert one.rate.interval == pytest.approx((interval.low, interval.high), abs=1e-12)


def test_impact_by_group_has_newcombes_interval_of_the_difference() -> None:
    """Newcombe (1998), table II, example a: 56/70 − 48/80 = .20, method 10 interval .0524 to .3339."""
    scores = np.repeat([1.0, 0.0, 1.0, 0.0], [56, 14, 48, 32])
    groups = ["a"] * 70 + ["b"] * 80
    found = impact(scores, replace(CUT, value=0.5, standard_error=0.1, interval=(0.3, 0.7)), groups=groups)
    assert [group.group for group in found.groups] == ["a", "b"]
    assert found.groups[0].difference.value == pytest.approx(0.2, abs=1e-12)
    assert found.groups[0].difference.interval == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_scores_and_groups_that_are_missing_are_counted() -> None:
    found = impact([1, np.nan, 0, 1], replace(CUT, value=1.0), groups=["a", "a", None, float("nan")])
    assert (found.unscored, found.ungrouped) == (1, 2)
    assert found.groups[0].difference.reason == "only a has scores"
    with pytest.raises(ResponseError, match="2 groups for 3 scores"):
        impact([1, 2, 3], CUT, groups=["a", "b"])


def test_score_at_the_cut_passes_despite_binary_dust() -> None:
    assert impact([0.1 + 0.2], replace(CUT, value=0.3, standard_error=0.0)).rates[0].rate.value == 1.0
    assert impact([0.3], replace(CUT, value=0.1 + 0.2, standard_error=0.0)).rates[0].rate.value == 1.0


def test_cut_is_compared_with_the_previous_one() -> None:
    found = compared(CUT, replace(CUT, value=57, standard_error=1.5))
    assert (found.value, found.standard_error) == (3, 2.5)
    thin = compared(CUT, replace(CUT, sufficient=False, reason="3 judges; at least 8 are needed"))
    assert thin.reason == "the previous cut: 3 judges; at least 8 are needed"
