"""Tables of judgements as people write them: read without a guess, refused with the place."""

import numpy as np
import pytest

from assess.psychometrics.responses import ResponseError
from assess.standard_setting.angoff import angoff
from assess.standard_setting.judgements import Scale, judgements

ITEMS = ["I01", "I02", "I03"]


def test_proportions_percentages_and_commas_come_to_the_same_ratings() -> None:
    expected = [[0.65, 0.4, 0.9], [0.7, 0.5, 1.0]]
    for columns in (
        {"Ada": ["0.65", "0.4", ".9"], "Ben": ["0,70", "0,5", "1"]},
        {"Ada": ["65 %", "40%", "90 %"], "Ben": ["70 %", "50 %", "100 %"]},
        {"Ada": [0.65, 0.4, 0.9], "Ben": [0.7, 0.5, 1]},
    ):
        found = judgements(columns, items=ITEMS)
        assert found.ratings.tolist() == [pytest.approx(row) for row in expected]
        assert (found.judges, found.items, found.declared) == (("Ada", "Ben"), tuple(ITEMS), False)


def test_percent_without_signs_has_to_be_declared() -> None:
    columns = {"Ada": ["65", "40", "90"]}
    with pytest.raises(ResponseError, match=r"judge Ada, row 1 \(I01\): '65' could be per cent or points") as found:
        judgements(columns, items=ITEMS)
    assert found.value.code == "scale_not_declared"
    assert judgements(columns, items=ITEMS, scale="percent").ratings.tolist() == [[0.65, 0.4, 0.9]]


def test_yes_and_no_in_words_or_ones_and_zeros_make_a_yes_no_angoff() -> None:
    for cells in (["yes", "No", "y"], ["1", "0", "1"], [1, 0, 1]):
        found = judgements({"Ada": cells, "Ben": ["0", "0", "1"]}, items=ITEMS)
        assert (found.scale, found.kind) == ("yes/no", "yes/no")
        assert found.ratings.tolist() == [[1, 0, 1], [0, 0, 1]]


def test_points_are_read_against_each_items_maximum() -> None:
    found = judgements({"Ada": ["1.5", "2", "0.5"], "Ben": ["1", "2.5", "1"]}, items=ITEMS, points=[2, 3, 1])
    assert (found.scale, found.ratings.tolist()) == ("points", [[1.5, 2, 0.5], [1, 2.5, 1]])
    with pytest.raises(
        ResponseError, match=r"judge Ada, row 2 \(I02\): '4' is not 0 to 3 points; .*; 1 more cell\(s\)"
    ):
        judgements({"Ada": ["1", "4", "2"]}, items=ITEMS, points=[2, 3, 1])


def test_percentages_of_items_with_points_become_points() -> None:
    found = judgements({"Ada": ["50 %", "20 %", "100 %"]}, items=ITEMS, points=[2, 5, 1])
    assert found.ratings.tolist() == [[1, 1, 1]]


def test_empty_cells_are_not_rated() -> None:
    found = judgements({"Ada": ["", "NA", "0.5"], "Ben": ["0.5", "-", float("nan")]}, items=ITEMS)
    assert np.isnan(found.ratings).tolist() == [[True, True, False], [False, True, True]]


@pytest.mark.parametrize(
    ("columns", "scale", "sentence"),
    [
        (
            {"Ada": ["0.5", "x", "0.5"]},
            None,
            r"judge Ada, row 2 \(I02\): 'x' is no number; write 0.65, 65 %, yes or no",
        ),
        ({"Ada": ["0.5", "1_0", "0.5"]}, None, "'1_0' is no number"),
        ({"Ada": ["0.5", "inf", "0.5"]}, None, "'inf' is no number"),
        ({"Ada": ["0.5", float("inf"), 0.5]}, None, r"row 2 \(I02\): inf is infinite"),
        (
            {"Ada": ["0.5", "65", "0.5"]},
            None,
            r"'65' is above 1, but '0.5' \(judge Ada, row 1 \(I01\)\) is a proportion",
        ),
        ({"Ada": ["50 %", "65", "40 %"]}, None, "'65' has no % sign, but '50 %'"),
        (
            {"Ada": ["yes", "0.5", "no"]},
            None,
            r"row 2 \(I02\): '0.5' is not 0 \(no\) or 1 \(yes\); the scale is yes/no",
        ),
        ({"Ada": ["yes", "no", "no"]}, "proportion", "'yes' is a yes or no, but the scale is proportion"),
        ({"Ada": ["-0.1", "0.2", "0.4"]}, None, "'-0.1' is not 0 to 1"),
        ({"Ada": ["120 %", "20 %", "40 %"]}, None, "'120 %' is not 0 to 100 %"),
        ({"Ada": ["0.1", "0.2"]}, None, "judge Ada: 2 cells for 3 items"),
        ({}, None, "no column of a judge"),
        ({"Ada": ["1", "2", "3"]}, "points", "points need the maximum of each item"),
        ({"Ada": ["1", "2", "3"]}, "marks", "there is no scale 'marks'"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place_and_the_remedy(
    columns: dict[str, list[str]], scale: Scale | None, sentence: str
) -> None:
    with pytest.raises(ResponseError, match=sentence):
        judgements(columns, items=ITEMS, scale=scale)


def test_item_that_stands_twice_is_refused() -> None:
    with pytest.raises(ResponseError, match="item I01 stands in row 1 and in row 3"):
        judgements({"Ada": [0.1, 0.2, 0.3]}, items=["I01", "I02", "I01"])


def test_what_was_read_goes_into_angoff() -> None:
    columns = {f"J{n}": [f"{50 + n} %", f"{60 + 2 * n} %", f"{70 - n} %"] for n in range(8)}
    read = judgements(columns, items=ITEMS)
    found = angoff(read.ratings, kind=read.kind, points=read.points, judges=read.judges, items=read.items)
    assert found.value == pytest.approx(1.8 + 2 * 0.035, abs=1e-12)
    assert found.rounds[0].panel.judges[7].name == "J7"
