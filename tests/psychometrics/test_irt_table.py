"""How responses become small whole numbers, and what is counted in them."""

import numpy as np
import pytest

from assess.psychometrics.irt.table import BLOCK, frequencies, row_sums, small_categories
from assess.psychometrics.responses import ResponseError

LONG = np.random.default_rng(5).integers(0, 4, (2 * BLOCK + 7, 5))


def test_whole_numbers_and_gaps_are_read_in_every_block() -> None:
    table = LONG.astype(float)
    table[[0, BLOCK, -1], [1, 2, 3]] = np.nan
    expected = np.where(np.isnan(table), -1, LONG)
    assert small_categories(table).tolist() == expected.tolist()
    assert frequencies(small_categories(table)).tolist() == [
        [int((column == k).sum()) for k in range(4)] for column in expected.T
    ]


def test_sums_of_rows_are_the_sums_of_rows() -> None:
    assert row_sums(small_categories(LONG)).tolist() == LONG.sum(axis=1).tolist()


@pytest.mark.parametrize("value", [-1.0, 0.5, 127.0, 256.0, -256.0, 1e300], ids=str)
@pytest.mark.parametrize("beside", [1.0, np.nan], ids=["complete", "gaps"])
@pytest.mark.parametrize("row", [0, BLOCK + 1])
def test_a_number_that_is_no_category_is_refused(value: float, beside: float, row: int) -> None:
    table = LONG.astype(float)
    table[row] = [1.0, value, 0.0, beside, 2.0]
    with pytest.raises(ResponseError) as refusal:
        small_categories(table)
    assert refusal.value.code == "not_a_category"


@pytest.mark.parametrize("value", [np.inf, -np.inf], ids=str)
def test_an_infinity_is_refused(value: float) -> None:
    with pytest.raises(ResponseError) as refusal:
        small_categories([[1.0, value], [0.0, np.nan]])
    assert refusal.value.code == "not_finite"
