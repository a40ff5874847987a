"""The Angoff cut and its errors, by hand arithmetic."""

import numpy as np
import pytest

from assess.psychometrics.responses import ResponseError
from assess.standard_setting.angoff import angoff
from assess.standard_setting.judges import panel

RNG = np.random.default_rng(81)
FIRST = np.clip(np.linspace(0.3, 0.9, 25) + RNG.normal(0, 0.15, size=(9, 25)) + RNG.normal(0, 0.08, size=(9, 1)), 0, 1)
SECOND = 0.5 * FIRST + 0.5 * FIRST.mean(axis=0)


def test_cut_is_the_mean_of_the_judges_sums() -> None:
    found = angoff(FIRST)
    sums = FIRST.sum(axis=1)
    assert found.cut.value == pytest.approx(sums.mean(), abs=1e-12)
    assert found.cut.standard_error == pytest.approx(sums.std(ddof=1) / 3, abs=1e-12)
    assert found.rounds[0].judge_cuts == pytest.approx(tuple(sums), abs=1e-12)
    assert (found.cut.n, found.cut.sufficient, found.change) == (9, True, None)
    assert found.cut_share.value == pytest.approx(sums.mean() / 25, abs=1e-12)


def test_items_as_a_sample_widen_the_standard_error() -> None:
    """Brennan (2001): √(V_j/J + V_i/I + V_ji/(J·I)) on the mean, times I."""
    found = angoff(FIRST).rounds[0]
    parts = found.panel.components
    assert parts is not None
    expected = 25 * np.sqrt(max(parts.judges, 0) / 9 + parts.items / 25 + parts.residual / (9 * 25))
    assert found.se_judges_and_items == pytest.approx(expected, abs=1e-12)
    assert expected > (found.cut.standard_error or 0)


def test_variance_components_give_the_mean_squares_back() -> None:
    parts = panel(FIRST).components
    assert parts is not None
    judges = 25 * FIRST.mean(axis=1).var(ddof=1)
    items = 9 * FIRST.mean(axis=0).var(ddof=1)
    assert 25 * parts.judges + parts.residual == pytest.approx(judges, abs=1e-12)
    assert 9 * parts.items + parts.residual == pytest.approx(items, abs=1e-12)
    total = ((FIRST - FIRST.mean()) ** 2).sum()
    assert 8 * judges + 24 * items + 8 * 24 * parts.residual == pytest.approx(total, abs=1e-9)


def test_second_round_decides_and_shows_how_the_panel_moved() -> None:
    found = angoff(FIRST, SECOND)
    assert found.cut == found.rounds[1].cut
    assert found.change is not None
    assert found.change.value == pytest.approx(0, abs=1e-9)
    assert found.spread_ratio == pytest.approx(0.5, abs=1e-9)


def test_missing_ratings_do_not_shift_the_cut_by_who_was_absent() -> None:
    """A severe judge leaves out half of the items: the cut is the sum of the items' means."""
    ratings = np.tile(np.linspace(0.4, 0.8, 10), (8, 1))
    ratings[0] += 0.15
    ratings[0, 5:] = np.nan
    found = angoff(ratings)
    assert found.cut.value == pytest.approx(np.nanmean(ratings, axis=0).sum(), abs=1e-12)
    assert found.rounds[0].se_judges_and_items is not None
    assert found.rounds[0].panel.judges[0].deviation == pytest.approx(0.15 * 7 / 8, abs=1e-12)


def test_expected_points_may_exceed_one() -> None:
    found = angoff([[0.5, 2.0]] * 4 + [[0.7, 2.4]] * 4, points=[1, 3])
    assert found.cut.value == pytest.approx(2.8)
    assert found.cut_share.value == pytest.approx(0.7)


def test_few_judges_are_not_enough() -> None:
    found = angoff(FIRST[:5])
    assert (found.cut.sufficient, found.cut.reason) == (False, "5 judges; at least 8 are needed")
    assert found.cut.interval is not None


def test_percentages_and_other_mistakes_are_refused_with_the_place() -> None:
    with pytest.raises(
        ResponseError, match=r"round 1, judge 1, item 2: 65 is not between 0 and 1; write 0\.65"
    ) as found:
        angoff([[0.5, 65]])
    assert found.value.code == "not_a_probability"
    with pytest.raises(ResponseError, match="same judges in the same rows"):
        angoff(FIRST, SECOND[:, :20])
    with pytest.raises(ResponseError, match="at least one round"):
        angoff()


def test_item_that_nobody_rated_leaves_no_cut() -> None:
    ratings = FIRST.copy()
    ratings[:, 3] = np.nan
    assert angoff(ratings).cut.reason == "1 item(s) were rated by nobody"


def test_judges_are_compared_with_what_candidates_did() -> None:
    found = panel(FIRST, empirical=np.linspace(0.3, 0.9, 25), judges=[f"J{n}" for n in range(9)])
    assert found.fit is not None
    assert (found.fit.value or 0) > 0.9
    assert found.judges[4].fit is not None
    expected = np.corrcoef(FIRST[4], np.linspace(0.3, 0.9, 25))[0, 1]
    assert found.judges[4].fit.value == pytest.approx(expected, abs=1e-12)
