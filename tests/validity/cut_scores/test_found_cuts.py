"""What each method makes of what judges rated or candidates scored: the figures of standard setting, in per cent."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from assess.standard_setting import borderline, contrasting
from assess.standard_setting.angoff import angoff
from assess.standard_setting.beuk import beuk
from assess.standard_setting.body_of_work import body_of_work
from assess.standard_setting.booklet import booklet
from assess.standard_setting.bookmark import bookmark
from assess.standard_setting.ebel import ebel
from assess.standard_setting.hofstee import hofstee
from assess.validity.cut_scores.between import Seen, closing
from assess.validity.cut_scores.forms import LIMITS, Element, Method, grid_elements
from assess.validity.cut_scores.found import found_cut
from assess.validity.cut_scores.rules import Given, Impressions, NoCut

JUDGES = tuple(f"J{number}" for number in range(1, 11))
RANDOM = np.random.default_rng(5)
SCORES = RANDOM.normal(65, 12, 80).clip(5, 98).round(1)


def two(value: float | None) -> Decimal:
    return Decimal(f"{value:.2f}")


def element(name: str, kind: str = "points", maximum: float = 1) -> Element:
    return Element(identifier=name, kind=kind, maximum=Decimal(str(maximum)))


def test_yes_no_angoff_keeps_to_all_points_or_none() -> None:
    table = RANDOM.integers(0, 2, (10, 12)).astype(float)
    items = tuple(element(f"I{place}", "yes/no") for place in range(12))
    values = {
        judge: {one.identifier: f"{x:g}" for one, x in zip(items, row, strict=True)}
        for judge, row in zip(JUDGES, table, strict=True)
    }
    found = found_cut(Given(method=Method.YES_NO, elements=items, judges=JUDGES, rounds=(values,)))
    expected = angoff(table, kind="yes/no")
    assert (found.value, found.standard_error) == (
        two(100 * expected.cut_share.value),
        two(100 * expected.cut_share.standard_error),
    )
    assert found.method == "yes/no Angoff, 1 round, 10 judges"


def test_ebel_reads_cells_and_shares_of_each_judge() -> None:
    items = tuple(element(f"I{place}", "cell", 1 + place % 2) for place in range(8))
    grid = tuple(Element.of(one) for one in grid_elements())
    rows, columns = RANDOM.integers(0, 4, (10, 8)), RANDOM.integers(0, 3, (10, 8))
    shares = RANDOM.integers(20, 96, (10, 4, 3)).astype(float)
    values = {
        judge: {
            **{one.identifier: f"{rows[j, i]}.{columns[j, i]}" for i, one in enumerate(items)},
            **{f"cell {r}.{c}": f"{shares[j, r, c]:g}" for r in range(4) for c in range(3)},
        }
        for j, judge in enumerate(JUDGES)
    }
    found = found_cut(Given(method=Method.EBEL, elements=items + grid, judges=JUDGES, rounds=(values,)))
    expected = ebel(rows, columns, shares / 100, points=[float(one.maximum) for one in items])
    assert (found.value, found.standard_error) == (
        two(100 * expected.cut_share.value),
        two(100 * expected.cut_share.standard_error),
    )
    assert len(found.document["cells"]) == 12


def test_bookmark_is_read_as_expected_points_of_the_booklet() -> None:
    hard = {f"I{place}": round(-2 + 0.4 * place, 2) for place in range(11)}
    items = tuple(element(name, "item") for name in hard)
    mark = element("bookmark", "page", 12)
    pages = [5, 6, 6, 7, 5, 8, 6, 7, 7, 6]
    values = {judge: {"bookmark": str(page)} for judge, page in zip(JUDGES, pages, strict=True)}
    given = Given(method=Method.BOOKMARK, elements=(*items, mark), judges=JUDGES, rounds=(values,), difficulties=hard)
    found = found_cut(given)
    expected = bookmark(pages, booklet(list(hard.values()), response_probability=2 / 3))
    assert found.value == two(100 * (expected.raw.value or 0) / 11)
    assert found.standard_error == two(100 * (expected.raw.standard_error or 0) / 11)
    assert len(found.document["judges"]) == 10


@pytest.mark.parametrize("method", [Method.HOFSTEE, Method.BEUK])
def test_compromises_weigh_judges_against_candidates(method: Method) -> None:
    names = list(LIMITS[method])
    if method is Method.HOFSTEE:
        table = np.column_stack(
            [
                RANDOM.integers(45, 55, 10),
                RANDOM.integers(65, 75, 10),
                RANDOM.integers(5, 12, 10),
                RANDOM.integers(40, 55, 10),
            ]
        )
        expected = hofstee(SCORES, table * [1, 1, 0.01, 0.01])
    else:
        table = np.column_stack([RANDOM.integers(50, 65, 10), RANDOM.integers(60, 85, 10)])
        expected = beuk(SCORES, table * [1, 0.01])  # type: ignore[assignment]
    values = {judge: dict(zip(names, map(str, row), strict=True)) for judge, row in zip(JUDGES, table, strict=True)}
    limits = tuple(element(name, "percent", 100) for name in names)
    found = found_cut(Given(method=method, elements=limits, judges=JUDGES, rounds=(values,), scores=SCORES))
    assert (found.value, found.standard_error) == (two(expected.value), two(expected.standard_error))
    assert found.document["candidates"] == 80


def test_body_of_work_uses_scores_that_judges_did_not_see() -> None:
    works = {f"work {place}": float(40 + place) for place in range(24)}
    table = np.array([[int(score + RANDOM.normal(0, 4) > 52) for score in works.values()] for _ in JUDGES])
    elements = tuple(element(name, "level", 2) for name in works)
    values = {judge: dict(zip(works, map(str, row), strict=True)) for judge, row in zip(JUDGES, table, strict=True)}
    given = Given(method=Method.BODY_OF_WORK, elements=elements, judges=JUDGES, rounds=(values,), works=works)
    found = found_cut(given)
    expected = body_of_work(list(works.values()), table).cuts[0]
    assert (found.value, found.standard_error) == (two(expected.value), two(expected.standard_error))


def impressions() -> Impressions:
    ratings = np.tile([1.0, 2, 2, 3, 3, 3, 4, 4, 5, 5], 12)
    percent = (35 + 9 * ratings + RANDOM.normal(0, 5, 120)).clip(0, 100)
    tasks = tuple("T1" if place < 60 else "T2" for place in range(120))
    maxima = {"T1": Decimal(20), "T2": Decimal(30)}
    return Impressions(tasks=tasks, percent=percent, ratings=ratings, borderline=3.0, maxima=maxima)


def test_cuts_from_impressions_are_weighted_by_the_points_of_the_tasks() -> None:
    seen = impressions()
    mine = np.array(seen.tasks) == "T1"
    for method in (Method.BORDERLINE_REGRESSION, Method.BORDERLINE_GROUP, Method.CONTRASTING):
        cuts = []
        for part in (mine, ~mine):
            if method is Method.BORDERLINE_REGRESSION:
                whole = borderline.regression(seen.percent[part], seen.ratings[part], 3.0)
                one = replace(whole.cut, standard_error=max(whole.cut.standard_error or 0, whole.bootstrap_se or 0))
            elif method is Method.BORDERLINE_GROUP:
                one = borderline.group(seen.percent[part], seen.ratings[part], 3.0).cut
            else:
                marks = np.where(seen.ratings[part] > 3, 1.0, np.where(seen.ratings[part] < 3, 0.0, np.nan))
                one = contrasting.midpoint(seen.percent[part], marks).cut
            cuts.append(one)
        found = found_cut(Given(method=method, impressions=seen))
        assert found.value == two(0.4 * (cuts[0].value or 0) + 0.6 * (cuts[1].value or 0))
        error = np.hypot(0.4 * (cuts[0].standard_error or 0), 0.6 * (cuts[1].standard_error or 0))
        assert found.standard_error == two(float(error))


def test_the_error_of_a_regression_covers_a_spread_that_differs_along_the_ratings() -> None:
    ratings = np.repeat([1.0, 2, 3, 4, 5], 24)
    percent = 20 + 12 * ratings + np.random.default_rng(7).normal(0, 1, 120) * np.where(ratings < 3, 14, 2)
    seen = Impressions(tasks=("T",) * 120, percent=percent, ratings=ratings, borderline=2.0, maxima={"T": Decimal(5)})
    found = found_cut(Given(method=Method.BORDERLINE_REGRESSION, impressions=seen))
    (task,) = found.document["tasks"]
    assert Decimal(task["regression_se"]) < Decimal(task["resampled_se"]) == found.standard_error
    assert Decimal(task["standard_error"]) == found.standard_error
    assert "larger of formula's and resampled error (1000 draws, seed 0)" in found.method
    assert any("assessors" in limit for limit in found.document["limits"])


def test_a_task_that_too_few_did_gives_no_cut_and_is_named() -> None:
    few = Impressions(
        tasks=("T1", "T1"),
        percent=np.array([40.0, 60]),
        ratings=np.array([2.0, 3]),
        borderline=3,
        maxima={"T1": Decimal(5)},
    )
    with pytest.raises(NoCut, match="T1: 2 candidates with a score and a rating; at least 30 are needed"):
        found_cut(Given(method=Method.BORDERLINE_REGRESSION, impressions=few))


def test_judges_who_all_say_the_same_give_no_cut_but_a_reason() -> None:
    items = (element("A"), element("B"))
    values = {judge: {"A": "0.5", "B": "0.6"} for judge in JUDGES}
    given = Given(method=Method.ANGOFF, elements=items, judges=JUDGES, rounds=(values,))
    with pytest.raises(NoCut, match="all 10 judges came to the same cut"):
        found_cut(given)
    document = closing(given, Seen(scores=SCORES, groups={}), previous=None)
    assert document["cut"] is None and "all 10 judges" in document["why_none"]


def test_impact_says_who_would_pass_by_group_and_when_there_are_too_few() -> None:
    table = RANDOM.uniform(0.4, 0.8, (10, 6)).round(2)
    items = tuple(element(f"I{place}") for place in range(6))
    values = {
        judge: {one.identifier: f"{x:.2f}" for one, x in zip(items, row, strict=True)}
        for judge, row in zip(JUDGES, table, strict=True)
    }
    sites = tuple("North" if place < 70 else "South" for place in range(80))
    given = Given(method=Method.ANGOFF, elements=items, judges=JUDGES, rounds=(values,))
    told = closing(given, Seen(scores=SCORES, groups={"site": sites}), previous=50.0)
    cut, impact = float(told["cut"]["value"]), told["impact"]
    assert [one["where"] for one in impact["rates"]] == [
        "the cut", "one standard error lower", "one standard error higher", "the previous cut",
    ]  # fmt: skip
    assert impact["rates"][0]["percent"] == round(100 * float((cut <= SCORES).mean()), 1)
    north, south = impact["groups"][0]["rows"]
    assert (north["group"], north["n"], north["sufficient"]) == ("North", 70, True)
    assert (south["group"], south["n"], south["sufficient"]) == ("South", 10, False)
