"""Options of multiple-choice items, and biserial correlations, by hand."""

import numpy as np
import pytest
from scipy import stats

from assess.psychometrics import ctt
from assess.psychometrics.responses import ResponseError

ABILITY = np.random.default_rng(61).normal(size=400)
RIGHT = ABILITY[:, None] + np.random.default_rng(62).normal(size=(400, 5)) > np.linspace(-0.5, 0.5, 5)
WRONG = np.random.default_rng(63).choice(["B", "C", "D"], size=RIGHT.shape)
CHOICES = np.where(RIGHT, "A", WRONG)


def test_counts_shares_and_point_biserials_by_hand() -> None:
    item = ctt.distractor_analysis(CHOICES, key=["A"] * 5)[2]
    assert [option.label for option in item.options] == ["A", "B", "C", "D"]
    for option in item.options:
        chosen = CHOICES[:, 2] == option.label
        rest = np.delete(RIGHT, 2, axis=1).sum(axis=1)
        assert option.count == chosen.sum()
        assert option.share.value == chosen.mean()
        assert option.point_biserial.value == pytest.approx(stats.pointbiserialr(chosen, rest).statistic, abs=1e-12)
        assert option.mean_rest == pytest.approx(rest[chosen].mean(), abs=1e-12)
    assert item.remarks == ()


def test_score_groups_hold_every_person_and_the_key_rises() -> None:
    item = ctt.distractor_analysis(CHOICES, key=["A"] * 5, groups=4)[0]
    for group in range(4):
        assert sum(option.by_group[group] or 0 for option in item.options) == pytest.approx(1, abs=1e-12)
    key = [share or 0 for share in item.options[0].by_group]
    assert key == sorted(key)


def test_wrong_key_is_noticed() -> None:
    item = ctt.distractor_analysis(CHOICES, key=["A", "A", "B", "A", "A"])[2]
    assert "A goes better with the other items than the key does: check the key" in item.remarks
    assert "the key B is chosen by the weaker persons: is it the right one?" in item.remarks


def test_option_that_nobody_chose_is_noticed() -> None:
    item = ctt.distractor_analysis(CHOICES, key=["A"] * 5, options=["A", "B", "C", "D", "E"])[0]
    assert item.options[4].count == 0
    assert item.remarks == ("nobody chose E; it distracts no one",)


def test_numbers_and_gaps_are_read_as_options() -> None:
    choices = np.array([[1.0, 10.0], [2.0, np.nan], [10.0, 1.0], [np.nan, np.nan]])
    first, second = ctt.distractor_analysis(choices, key=[1, (1, 10)])
    assert [option.label for option in first.options] == ["1", "2", "10"]
    assert [option.is_key for option in second.options] == [True, True]
    assert second.omitted.value == pytest.approx(1 / 3)
    choices_with_gaps: list[list[object]] = [["A", None], ["B", 2], ["", "2"]]
    mixed = ctt.distractor_analysis(choices_with_gaps, key=["A", "2"])
    assert [option.count for option in mixed[1].options] == [2]


def test_malformed_choices_are_refused() -> None:
    with pytest.raises(ResponseError, match="2 keys for 5 items"):
        ctt.distractor_analysis(CHOICES, key=["A", "A"])
    with pytest.raises(ResponseError, match="1 dimension"):
        ctt.distractor_analysis(["A", "B"], key=["A"])
    with pytest.raises(ResponseError, match="at least 2 are needed"):
        ctt.distractor_analysis(CHOICES, key=["A"] * 5, groups=1)


def test_biserial_by_hand() -> None:
    """r_bis = r·√(pq)/φ(z_p); Lord & Novick (1968), ch. 15."""
    answers = RIGHT.astype(float)
    for j, item in enumerate(ctt.item_analysis(answers)):
        p = answers[:, j].mean()
        factor = np.sqrt(p * (1 - p)) / stats.norm.pdf(stats.norm.ppf(p))
        assert item.biserial_total.value == pytest.approx((item.item_total.value or 0) * factor, abs=1e-12)
        assert item.biserial_rest.value == pytest.approx((item.item_rest.value or 0) * factor, abs=1e-12)


def test_polyserial_recovers_the_correlation_with_the_variable_behind_the_categories() -> None:
    """Bivariate normal, correlation .6, cut into five categories: .6 within three standard errors; plain r is lower."""
    rng = np.random.default_rng(64)
    score = rng.normal(size=4000)
    behind = 0.6 * score + 0.8 * rng.normal(size=4000)
    categories = np.digitize(behind, [-1.5, -0.8, 0.4, 1.2]).astype(float)
    # the score weighs so much that it makes up the rest of the test
    item = ctt.item_analysis(np.column_stack([categories, 100 * score]))[0]
    assert item.biserial_rest.value == pytest.approx(0.6, abs=3 * (item.biserial_rest.standard_error or 0))
    assert (item.item_rest.value or 1) < (item.biserial_rest.value or 0)


def test_item_analysis_of_partial_scores_equals_plain_numpy() -> None:
    rng = np.random.default_rng(65)
    scores = np.clip(np.round(2 + ABILITY[:, None] + rng.normal(size=(400, 4))), 0, 4)
    scores[:, 3] = scores[:, 3] > 2
    share = scores.sum(axis=1)
    size = round(0.27 * 400)
    high, low = share >= np.sort(share)[-size], share <= np.sort(share)[size - 1]
    for j, item in enumerate(ctt.item_analysis(scores, maximum=[4, 4, 4, 1])):
        column = scores[:, j] / (1 if j == 3 else 4)
        assert item.difficulty.value == pytest.approx(column.mean(), abs=1e-12)
    for j, item in enumerate(ctt.item_analysis(scores, maximum=[4, 4, 4, 4])):
        column = scores[:, j] / 4
        assert item.discrimination.value == pytest.approx(column[high].mean() - column[low].mean(), abs=1e-12)
        variance = column[high].var(ddof=1) / high.sum() + column[low].var(ddof=1) / low.sum()
        assert item.discrimination.standard_error == pytest.approx(np.sqrt(variance), abs=1e-12)
        assert item.difficulty.standard_error == pytest.approx(column.std(ddof=1) / 20, abs=1e-12)
