"""Standard setting beside reference answers and independent computations on the same data.

The stored reference is the Angoff panel; known values of the 13 judges × 61 items are from reference/domain.md 3. The
practical exam (score and global rating of 120 candidates) has no stored answers: there SciPy computes the other side.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import optimize, stats

from assess.standard_setting import borderline, contrasting
from assess.standard_setting.angoff import angoff
from assess.standard_setting.beuk import beuk
from assess.standard_setting.body_of_work import body_of_work
from assess.standard_setting.booklet import booklet
from assess.standard_setting.bookmark import bookmark
from assess.standard_setting.ebel import ebel
from assess.standard_setting.hofstee import hofstee
from assess.standard_setting.impact import impact
from assess.standard_setting.item_descriptors import item_descriptor_matching
from assess.standard_setting.judgements import judgements
from assess.standard_setting.judges import panel
from tests.conformance.stored_cases import agrees

EXACT = 1e-9

Matrix = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def folder(data_dir: Path) -> Path:
    return data_dir / "psychometrics"


def table(folder: Path, name: str) -> Matrix:
    return np.genfromtxt(folder / name, delimiter=",", skip_header=1)


def reference(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["output"]


@pytest.fixture(scope="module")
def osce(folder: Path) -> tuple[Matrix, Matrix]:
    scores, ratings = table(folder, "osce_simulated.csv").T
    return scores, ratings


def test_angoff_equals_the_reference(folder: Path) -> None:
    expected = reference(folder, "angoff")
    found = angoff(table(folder, "angoff_simulated.csv").T)
    only = found.rounds[0]
    components, case = only.panel.components, "angoff"
    assert components is not None
    judges, items = len(only.judge_cuts), len(table(folder, "angoff_simulated.csv"))
    ours = np.array([components.judges, components.items, components.residual])
    mean_squares = [ours[2] + items * ours[0], ours[2] + judges * ours[1], ours[2]]
    for words, value, stored in (
        ("cut", found.value, expected["cut"]),
        ("its standard error from judges", found.standard_error, expected["se_judges"]),
        ("cuts of the judges", only.judge_cuts, list(expected["judge_cuts"].values())),
        ("alpha of the judges", only.panel.consistency.value, expected["alpha"]),
        ("components of judges, items, residual", ours, list(expected["var"].values())),
        ("mean squares of judges, items, residual", mean_squares, list(expected["ms"].values())),
    ):
        agrees(case, words, value, stored, within=EXACT)


def test_standard_error_with_random_items_follows_from_the_reference_components(folder: Path) -> None:
    """Brennan (2001): I·√(σ²(j)/J + σ²(i)/I + σ²(ji)/JI); the judges' component is negative there and counts as 0."""
    expected = reference(folder, "angoff")["var"]
    ratings = table(folder, "angoff_simulated.csv").T
    judges, items = ratings.shape
    variance = max(expected["j"], 0) / judges + expected["i"] / items + expected["ji"] / (judges * items)
    only = angoff(ratings).rounds[0]
    assert only.se_judges_and_items == pytest.approx(items * np.sqrt(variance), abs=EXACT)
    assert only.bootstrap_se == pytest.approx(only.cut.standard_error, rel=0.1)


def test_table_of_judgements_in_columns_gives_the_same_cut(folder: Path) -> None:
    lines = (folder / "angoff_simulated.csv").read_text(encoding="utf-8").splitlines()
    header, *cells = [[cell.strip('"') for cell in line.split(",")] for line in lines]
    columns = {judge: [row[place] for row in cells] for place, judge in enumerate(header)}
    read = judgements(columns, items=[f"I{number}" for number in range(1, len(cells) + 1)])
    assert (read.scale, read.judges) == ("proportion", tuple(header))
    assert angoff(read.ratings).value == pytest.approx(24.6, abs=EXACT)


def test_immer10_judges_have_the_known_means(folder: Path) -> None:
    """Known values of reference/domain.md 3, rounded there to 3 or 4 decimals."""
    data = table(folder, "immer10_standard_setting.csv")
    found = panel(data[:, 2:].T, empirical=data[:, 1])
    known = [
        2.4426, 2.0656, 2.4098, 2.5246, 2.3279, 2.4590, 2.3934, 2.2131, 2.1148, 2.6066, 2.3934, 2.2951, 2.1475,
    ]  # fmt: skip
    case, means = "immer10_standard_setting", [judge.mean for judge in found.judges]
    of_items = np.mean([value for value in found.item_means if value is not None])
    agrees(case, "means of the judges (known to four decimals)", means, known, within=5e-5)
    agrees(case, "mean of the items (known to three decimals)", of_items, 2.338, within=5e-4)
    assert found.fit is not None
    agrees(case, "correlation with difficulty (known to three decimals)", found.fit.value, 0.715, within=5e-4)
    assert found.fit.sufficient


def test_immer10_judge_severity_is_the_paired_difference_from_the_others(folder: Path) -> None:
    ratings = table(folder, "immer10_standard_setting.csv")[:, 2:].T
    for judge, row in zip(panel(ratings).judges, ratings, strict=True):
        others = (ratings.sum(axis=0) - row) / 12
        interval = stats.ttest_rel(row, others).confidence_interval(0.95)
        assert judge.severity.interval == pytest.approx((interval.low, interval.high), abs=EXACT)
    assert panel(ratings).outliers == ()


def test_immer10_levels_give_two_cuts_on_the_scale_of_difficulty(folder: Path) -> None:
    """Pooled logistic curves by a general optimiser."""
    data = table(folder, "immer10_standard_setting.csv")
    difficulty, levels = data[:, 1], data[:, 2:].T - 1
    found = item_descriptor_matching(difficulty, levels)
    assert [made.level for made in found.cuts] == [1, 2]
    x = np.tile((difficulty - 500) / 100, 13)
    for made in found.cuts:
        above = (levels >= made.level).ravel()

        def loss(beta: Matrix, above: npt.NDArray[np.bool_] = above) -> float:
            logit = beta[0] + beta[1] * x
            return float(np.logaddexp(0, logit).sum() - logit[above].sum())

        beta = optimize.minimize(loss, np.array([0.0, 1.0]), method="BFGS", options={"gtol": 1e-7}).x
        assert made.value == pytest.approx(500 - 100 * beta[0] / beta[1], abs=1e-3)
        assert made.sufficient
        # whole judges are resampled: judges differ more than independent judgements would
        assert (made.standard_error or 0) > (made.model_se or 0)


def test_borderline_regression_has_the_standard_error_of_the_fitted_mean(osce: tuple[Matrix, Matrix]) -> None:
    """With ratings counted from the borderline, the cut is the intercept and its standard error SciPy's."""
    scores, ratings = osce
    for borderline_rating in (2, 2.5, 3):
        expected = stats.linregress(ratings - borderline_rating, scores)
        found = borderline.regression(scores, ratings, borderline_rating)
        assert found.value == pytest.approx(expected.intercept, abs=EXACT)
        assert found.standard_error == pytest.approx(expected.intercept_stderr, abs=EXACT)
        assert found.bootstrap_se == pytest.approx(expected.intercept_stderr, rel=0.15)
        assert (found.n, found.sufficient) == (120, True)


def test_borderline_group_is_the_mean_or_median_of_that_group(osce: tuple[Matrix, Matrix]) -> None:
    scores, ratings = osce
    chosen = scores[ratings == 3]
    found = borderline.group(scores, ratings, 3)
    assert (found.value, found.standard_error) == pytest.approx((chosen.mean(), stats.sem(chosen)), abs=EXACT)
    assert found.median.value == np.median(chosen)
    assert borderline.group(scores, ratings, 3, centre="median").cut == found.median


def test_contrasting_groups_meet_between_the_means(osce: tuple[Matrix, Matrix]) -> None:
    scores, ratings = osce
    competent = np.select([ratings <= 2, ratings >= 4], [0.0, 1.0], np.nan)
    low, high = scores[competent == 0], scores[competent == 1]
    assert contrasting.midpoint(scores, competent).value == pytest.approx((low.mean() + high.mean()) / 2, abs=EXACT)
    laws = [stats.norm(group.mean(), group.std(ddof=1)) for group in (low, high)]
    meeting = optimize.brentq(lambda x: laws[0].pdf(x) - laws[1].pdf(x), low.mean(), high.mean(), xtol=1e-12)
    found = contrasting.intersection(scores, competent)
    assert found.value == pytest.approx(meeting, abs=1e-8)
    curve = contrasting.logistic(scores, competent)
    assert [one.sufficient for one in (found, curve)] == [True, True]
    assert abs((curve.value or 0) - meeting) < 2 * (curve.standard_error or 0)


def test_compromises_lie_where_the_scores_meet_the_judges_line(osce: tuple[Matrix, Matrix]) -> None:
    scores, _ = osce
    made = hofstee(scores, [[55, 70, 0.05, 0.40]] * 8)
    at = made.value or 0
    line = 0.40 + (at - 55) * (0.05 - 0.40) / 15
    assert (scores < at).mean() <= line + 1e-9 <= (scores <= at).mean() + 1e-9 + 1 / 120
    wishes = np.column_stack([np.linspace(58, 68, 8), np.linspace(0.9, 0.7, 8)])
    wanted = beuk(scores, wishes)
    slope = wishes[:, 1].std() / wishes[:, 0].std()
    cut = wanted.value or 0
    rising = wishes[:, 1].mean() + slope * (cut - wishes[:, 0].mean())
    assert (scores > cut).mean() - 1e-9 <= rising <= (scores >= cut).mean() + 1e-9


def test_sorted_works_of_the_osce_give_rising_cuts(osce: tuple[Matrix, Matrix]) -> None:
    """The one real rating and nine judges who sometimes give the level next to it."""
    scores, ratings = osce
    moves = np.random.default_rng(7).choice([-1, 0, 0, 0, 1], size=(9, len(ratings)))
    found = body_of_work(scores, np.clip(ratings - 1 + moves, 0, 4))
    values = [made.value for made in found.cuts if made.value is not None]
    assert len(values) == 4
    assert values == sorted(values)
    assert found.remarks == ()


def test_angoff_judges_as_ebel_panel_and_as_bookmarks_give_the_cut_they_imply(folder: Path) -> None:
    """One item per cell makes Ebel an Angoff; a bookmark in the item booklet lies at the location of its item."""
    ratings = table(folder, "angoff_simulated.csv").T
    judges, items = ratings.shape
    found = ebel(np.arange(items), np.zeros(items), ratings[:, :, None])
    assert (found.value, found.standard_error) == pytest.approx((24.6, angoff(ratings).standard_error), abs=EXACT)
    difficulty = table(folder, "immer10_standard_setting.csv")[:, 1]
    made = booklet((difficulty - 500) / 100, response_probability=0.5)
    pages = np.array([20, 22, 23, 25, 25, 28, 30, 31])
    marked = bookmark(pages, made, centre="mean")
    assert marked.value == pytest.approx(((np.sort(difficulty) - 500) / 100)[pages - 2].mean(), abs=EXACT)
    assert len(pages) == judges == marked.n


def test_impact_on_real_scores_is_the_share_at_or_above(folder: Path, osce: tuple[Matrix, Matrix]) -> None:
    scores, ratings = osce
    cut = borderline.regression(scores, ratings, 3).cut
    found = impact(scores, cut, previous=60)
    for one in found.rates:
        assert one.rate.value == pytest.approx((scores >= one.cut).mean(), abs=EXACT)
