"""Ebel, Nedelsky, bookmark and its booklet, against hand arithmetic and independent solutions."""

import numpy as np
import pytest
from scipy import optimize, special

from assess.psychometrics import irt, simulate
from assess.psychometrics.responses import ResponseError
from assess.standard_setting.booklet import booklet, booklet_of
from assess.standard_setting.bookmark import bookmark
from assess.standard_setting.ebel import ebel
from assess.standard_setting.nedelsky import nedelsky

GRIDS = np.clip(
    np.array([[0.9, 0.7], [0.8, 0.5], [0.6, 0.3]]) + np.random.default_rng(41).normal(0, 0.05, (9, 3, 2)), 0, 1
)
RELEVANCE, DIFFICULTY = [0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1]


def test_ebel_cut_is_the_sum_over_cells_of_items_times_expected_share() -> None:
    """Two items in each cell worth 1 and 3 points: the cut is 4 times the sum of the grid."""
    found = ebel(RELEVANCE * 2, DIFFICULTY * 2, GRIDS, points=[1] * 6 + [3] * 6)
    own = 4 * GRIDS.sum(axis=(1, 2))
    assert found.value == pytest.approx(own.mean(), abs=1e-12)
    assert found.standard_error == pytest.approx(own.std(ddof=1) / 3, abs=1e-12)
    assert found.implied.judge_cuts == pytest.approx(tuple(own), abs=1e-12)
    assert found.cut_share.value == pytest.approx(own.mean() / 24, abs=1e-12)
    assert (found.n, found.sufficient) == (9, True)
    assert [(cell.relevance, cell.difficulty, cell.items) for cell in found.cells[:2]] == [(0, 0, 2.0), (0, 1, 2.0)]
    assert found.cells[0].expected == pytest.approx(GRIDS[:, 0, 0].mean(), abs=1e-12)


def test_ebel_judges_may_sort_the_items_differently() -> None:
    relevance = np.tile(RELEVANCE, (9, 1))
    relevance[0] = relevance[0][::-1]
    found = ebel(relevance, DIFFICULTY, GRIDS)
    expected = [GRIDS[j][relevance[j], DIFFICULTY].sum() for j in range(9)]
    assert found.value == pytest.approx(np.mean(expected), abs=1e-12)


def test_one_ebel_grid_for_all_is_no_evidence_about_other_judges() -> None:
    found = ebel(np.tile(RELEVANCE, (9, 1)), DIFFICULTY, GRIDS[0])
    assert found.value is None
    assert found.reason.startswith("all 9 judges came to the same cut")


def test_ebel_item_outside_the_grid_is_refused_with_the_place() -> None:
    with pytest.raises(
        ResponseError, match="Ada, I2: difficulty 2 is not on the grid, whose difficulty goes from 0 to 1"
    ):
        ebel([[0, 0]], [[0, 2]], GRIDS[:1], judges=["Ada"], items=["I1", "I2"])
    with pytest.raises(ResponseError, match=r"expected, judge 1, relevance 0, difficulty 0: 90 .* write 0\.65"):
        ebel([0], [0], [[90.0]])
    with pytest.raises(ResponseError, match="relevance is of 2 judges, difficulty of 1, expected of 9"):
        ebel([[0], [0]], [0], GRIDS)


def test_nedelsky_cut_is_the_chance_among_what_is_left() -> None:
    ruled_out = np.array([[3, 1, 0], [2, 2, 1], [2, 1, 0]] * 3)
    found = nedelsky(ruled_out, [4, 4, 5])
    own = (1 / (np.array([4, 4, 5]) - ruled_out)).sum(axis=1)
    assert found.value == pytest.approx(own.mean(), abs=1e-12)
    assert found.standard_error == pytest.approx(own.std(ddof=1) / 3, abs=1e-12)
    with pytest.raises(ResponseError, match="judge 1, item 1: 4 options ruled out of 4"):
        nedelsky([[4]], [4])


def test_rasch_booklet_is_ordered_by_difficulty_plus_the_logit_of_the_probability() -> None:
    b = [0.4, -1.2, 1.5]
    for probability in (0.5, 0.67):
        made = booklet(b, response_probability=probability)
        assert made.locations == pytest.approx(np.sort(b) + special.logit(probability), abs=1e-12)
    assert [entry.item for entry in booklet(b).entries] == [1, 0, 2]


def test_discrimination_can_change_the_order_of_the_booklet() -> None:
    made = booklet([0.0, 0.2], discrimination=[0.5, 2.0], model="2PL")
    assert [entry.item for entry in made.entries] == [1, 0]
    assert made.locations == pytest.approx([0.2 + np.log(2) / 2, np.log(2) / 0.5], abs=1e-12)


def test_3pl_location_has_the_response_probability_with_or_without_guessing() -> None:
    a, b, c = 1.3, 0.4, 0.2
    within = booklet([b], discrimination=[a], guessing=[c], model="3PL").locations[0]
    assert c + (1 - c) * special.expit(a * (within - b)) == pytest.approx(2 / 3, abs=1e-12)
    beyond = booklet([b], discrimination=[a], guessing=[c], model="3PL", guessing_in_probability="removed").locations[0]
    assert special.expit(a * (beyond - b)) == pytest.approx(2 / 3, abs=1e-12)
    with pytest.raises(ResponseError, match=r"item 1: guessing 0\.6 alone reaches the response probability 0\.5"):
        booklet([b], guessing=[0.6], model="3PL", response_probability=0.5)


@pytest.mark.parametrize("model", ["GRM", "PCM", "GPCM"])
def test_step_location_is_where_that_score_or_more_has_the_response_probability(model: str) -> None:
    """Against Brent's method on the curve written out here."""
    slope, steps = (1.0 if model == "PCM" else 1.4), np.array([-0.8, 0.3, 0.1])
    steps = np.sort(steps) if model == "GRM" else steps

    def at_or_above(theta: float, k: int) -> float:
        if model == "GRM":
            return float(special.expit(slope * (theta - steps[k - 1])))
        logits = np.concatenate([[0.0], np.cumsum(slope * (theta - steps))])
        return float(special.softmax(logits)[k:].sum())

    made = booklet(np.vstack([steps, [0.5, np.nan, np.nan]]), discrimination=[slope, 1.0], model=model)
    mine = {entry.category: entry.location for entry in made.entries if entry.item == 0}
    for k in (1, 2, 3):
        expected = optimize.brentq(lambda theta, k=k: at_or_above(theta, k) - 2 / 3, -20, 20, xtol=1e-13)
        assert mine[k] == pytest.approx(expected, abs=1e-9)
    assert [entry.location for entry in made.entries if entry.item == 1] == pytest.approx([0.5 + np.log(2)], abs=1e-9)


def test_booklet_of_a_calibration_has_its_items_and_its_expected_score() -> None:
    answers = simulate.rasch_responses(np.random.default_rng(3).normal(size=120), np.linspace(-1, 1, 6), seed=4)
    answers[:, 2] = 1.0
    calibration = irt.calibrate(answers, "Rasch", names=list("ABCDEF"))
    made = booklet_of(calibration)
    assert [entry.name for entry in made.entries] == sorted(
        "ABDEF", key=lambda n: calibration.difficulty["ABCDEF".index(n)]
    )
    assert made.remarks == ("C has no parameters, so it has no page",)
    assert made.expected_score([-1, 0.5]) == pytest.approx(calibration.expected_score([-1, 0.5]), abs=1e-9)


PAGES = np.array([5, 6, 6, 7, 7, 7, 8, 8, 9, 10])
ORDERED = booklet(np.linspace(-2, 2, 12), response_probability=0.5)


def test_bookmark_reads_the_item_before_the_bookmark_the_item_on_it_or_their_middle() -> None:
    at = np.linspace(-2, 2, 12)
    before, on = at[PAGES - 2], at[PAGES - 1]
    for reading, cuts in (("last mastered", before), ("bookmarked", on), ("midpoint", (before + on) / 2)):
        found = bookmark(PAGES, ORDERED, reading=reading)  # type: ignore[arg-type]
        assert found.judge_cuts == pytest.approx(tuple(cuts), abs=1e-12)
        assert found.median.value == pytest.approx(np.median(cuts), abs=1e-12)
        assert found.mean.value == pytest.approx(cuts.mean(), abs=1e-12)
        assert found.mean.standard_error == pytest.approx(cuts.std(ddof=1) / np.sqrt(10), abs=1e-12)


def test_bookmark_in_points_is_the_expected_score_at_the_cut() -> None:
    found = bookmark(PAGES, ORDERED, centre="mean")
    expected = special.expit((found.value or 0) - np.linspace(-2, 2, 12))
    assert found.raw.value == pytest.approx(expected.sum(), abs=1e-9)
    slope = (expected * (1 - expected)).sum()
    assert found.raw.standard_error == pytest.approx(slope * (found.standard_error or 0), rel=1e-6)
    assert found.bootstrap_se == pytest.approx(found.standard_error, rel=0.15)


def test_bookmark_before_the_first_item_leaves_a_median_but_no_mean() -> None:
    found = bookmark(np.append(PAGES, 1), ORDERED, judges=[f"J{n}" for n in range(11)])
    assert found.mean.value is None
    assert found.median.value == pytest.approx(np.median(np.linspace(-2, 2, 12)[PAGES - 2]), abs=0.4)
    assert found.remarks == ("J10: the bookmark on page 1 leaves the cut anywhere below the items of the booklet",)
    assert (found.sufficient, found.reason) == (False, found.remarks[0])


def test_bookmark_names_the_judge_who_stands_apart_and_shows_both_cuts() -> None:
    found = bookmark(np.append(PAGES[:9], 13), booklet(np.concatenate([np.linspace(-1, 1, 11), [9.0]])), centre="mean")
    assert [outlier.name for outlier in found.outliers] == ["judge 10"]
    assert found.without_outliers is not None
    assert (found.without_outliers.value or 0) < (found.value or 0)
    assert found.n == 10


def test_page_that_does_not_exist_is_refused_with_the_judge() -> None:
    with pytest.raises(ResponseError, match="judge 2: page 14 is not in the booklet of 12 pages; write 13"):
        bookmark([3, 14], ORDERED)


def test_identical_bookmarks_are_no_evidence() -> None:
    found = bookmark([5, 5, 5], ORDERED)
    assert (found.value, found.raw.value) == (None, None)
    assert found.reason.startswith("all 3 judges came to the same cut, -0.9091")
