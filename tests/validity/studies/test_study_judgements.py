"""Standard setters in a study: what follows from their judgements, and what does not."""

from pathlib import Path

import numpy as np
import pytest

from assess.psychometrics.responses import ResponseError
from assess.standard_setting.angoff import angoff
from assess.validity.datasets.arrays import Judgements
from assess.validity.studies.analysis import analyse
from assess.validity.studies.judgement_tables import read_judgements
from assess.validity.studies.study_report import report_html
from assess.validity.studies.tables import TableError


def panel(judges: int = 10, items: int = 20, *, seed: int = 1) -> Judgements:
    rng = np.random.default_rng(seed)
    easy = rng.uniform(0.3, 0.9, items)
    matrix = np.clip(easy + rng.normal(0, 0.05, (judges, 1)) + rng.normal(0, 0.08, (judges, items)), 0, 1)
    return Judgements(
        matrix=matrix,
        judges=tuple(f"J{number:02}" for number in range(judges)),
        items=tuple(f"I{number:02}" for number in range(items)),
        scale="proportion",
        points=np.ones(items),
    )


def written(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "panel.csv"
    path.write_text(content)
    return path


def test_the_cut_is_angoffs_with_every_way_to_be_unsure_of_it() -> None:
    given = panel()
    found = analyse(title="", judgements=given)["judgements"]
    expected = angoff(given.matrix, judges=given.judges).rounds[-1]
    assert expected.cut.value is not None and expected.bootstrap_se is not None
    assert float(found["cut"]["value"]) == pytest.approx(expected.cut.value, abs=1e-4)
    assert float(found["cut_percent"]["value"]) == pytest.approx(5 * expected.cut.value, abs=0.01)
    assert float(found["bootstrap_se"]) == pytest.approx(expected.bootstrap_se, abs=1e-4)
    assert float(found["se_judges_and_items"]) > float(found["cut"]["se"])
    assert found["judges_needed"] > 1


def test_levels_give_means_and_where_levels_begin_but_no_cut_in_points() -> None:
    rng = np.random.default_rng(4)
    difficulty = np.linspace(-2, 2, 40)
    chance = 1 / (1 + np.exp(-3 * difficulty))
    matrix = 1.0 + (rng.random((10, 40)) < chance).astype(np.float64)
    given = Judgements(
        matrix=matrix,
        judges=tuple("abcdefghij"),
        items=tuple(map(str, range(40))),
        scale="levels",
        points=np.ones(40),
        empirical=difficulty,
        empirical_name="logits",
    )
    found = analyse(title="", judgements=given)["judgements"]
    assert float(found["cut"]["value"]) == pytest.approx(float(matrix.mean()), abs=1e-4)
    assert float(found["panel"][3]["mean"]) == pytest.approx(float(matrix[3].mean()), abs=1e-4)
    assert found["cut_percent"] is None
    (level,) = found["level_cuts"]["cuts"]
    assert level["level"] == "2"
    assert float(level["cut"]["value"]) == pytest.approx(0, abs=0.3)  # the curve the levels were drawn from is ½ at 0
    page = report_html(analyse(title="", judgements=given))
    assert "give no cut score in points" in page


def test_three_judges_who_say_the_same_are_no_evidence() -> None:
    given = panel(judges=3)
    same = Judgements(
        matrix=np.repeat(given.matrix[:1], 3, axis=0),
        judges=given.judges,
        items=given.items,
        scale="proportion",
        points=given.points,
    )
    found = analyse(title="", judgements=same)["judgements"]
    assert not found["cut"]["sufficient"]
    assert "all 3 judges came to the same cut" in found["cut"]["reason"]
    assert "The cut is not safe" in report_html(analyse(title="", judgements=same))


@pytest.mark.parametrize("shape", [(1, 1), (1, 8), (3, 1), (2, 2)])
@pytest.mark.parametrize("fill", [np.nan, 0.0, 0.5])
def test_hardly_any_judgement_is_words_and_never_an_error(shape: tuple[int, int], fill: float) -> None:
    given = Judgements(
        matrix=np.full(shape, fill),
        judges=tuple(f"J{k}" for k in range(shape[0])),
        items=tuple(f"I{k}" for k in range(shape[1])),
        scale="proportion",
        points=np.ones(shape[1]),
    )
    document = analyse(title="", judgements=given)
    assert document["judgements"]["cut"]["words"].startswith("not enough evidence")
    assert "not enough evidence" in report_html(document)


@pytest.mark.parametrize(
    ("content", "scale"),
    [
        ("item,A,B\nx,0.5,0.6\ny,0.7,0.9\n", "proportion"),
        ("item,A,B\nx,50 %,60 %\ny,70 %,90 %\n", "percent"),
        ("item,A,B\nx,yes,no\ny,yes,yes\n", "yes/no"),
        ("item,A,B\nx,1,2\ny,3,2\n", "levels"),
    ],
)
def test_what_judgements_mean_follows_from_how_they_are_written(tmp_path: Path, content: str, scale: str) -> None:
    assert read_judgements(written(tmp_path, content), item="item").scale == scale


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        ("item,A\nx,65\ny,70\n", "scale_not_declared", "could be per cent or points"),
        ("item,A\nx,0.5\nx,0.6\n", "duplicate_item", "line 3: item 'x' is already in line 2"),
        ("item\nx\n", "no_judges", "no column is left that could be a judge"),
        ("item,A\nx,high\n", "not_a_number", "panel.csv: judge A, row 1 (x): 'high' is no number"),
        ("item,A\nx,1.2\ny,0.5\n", "scales_mixed", "is above 1"),
    ],
)
def test_judgements_that_cannot_be_read_in_one_way_are_refused(
    tmp_path: Path, content: str, code: str, told: str
) -> None:
    with pytest.raises(TableError) as refused:
        read_judgements(written(tmp_path, content), item="item")
    assert refused.value.code == code
    assert told in str(refused.value)


def test_points_need_the_points_of_each_item(tmp_path: Path) -> None:
    path = written(tmp_path, "item,A,B\nx,1.5,2\ny,3,2.5\n")
    assert read_judgements(path, item="item", scale="points", maximum={"x": 2, "y": 4}).points.tolist() == [2, 4]
    with pytest.raises(TableError, match="does not say how many points 'y' is worth"):
        read_judgements(path, item="item", scale="points", maximum={"x": 2})
    with pytest.raises(TableError, match="say --maximum"):
        read_judgements(path, item="item", scale="points")


def test_judgements_of_another_shape_than_their_names_are_refused() -> None:
    with pytest.raises(ResponseError, match="2 judges, 1 items"):
        Judgements(matrix=np.ones((1, 1)), judges=("a", "b"), items=("x",), scale="levels", points=np.ones(1))
