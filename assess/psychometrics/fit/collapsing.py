"""Joining sparse cells of a table of scores × categories until every expected count is large enough for a chi-square.

The order is that of mirt 1.47 (`itemfit`), whose figures serve as reference: published accounts (Orlando & Thissen 2000;
Kang & Chen 2008) ask for expected counts of at least 1 and leave the order open.
"""

from dataclasses import dataclass

import numpy as np

from assess.psychometrics.responses import BoolArray, FloatArray

# columns used by fewer than this share of the rows are joined with their left neighbour
RARE_COLUMN = 0.05
# the last column is joined when it expects less than the minimum in a tenth of the rows
ENOUGH_ROWS = 0.1


@dataclass(eq=False)
class CellTable:
    """Observed and expected counts, rows = scores, columns = categories; an expected count of 0 is no cell."""

    observed: FloatArray
    expected: FloatArray

    def join_row(self, row: int, into: int) -> None:
        """Add a row to another and take it away."""
        for counts in (self.observed, self.expected):
            counts[into] += counts[row]
        stay = np.arange(len(self.observed)) != row
        self.observed, self.expected = self.observed[stay], self.expected[stay]

    def join_column(self, column: int) -> None:
        """Add a column to its left neighbour and take it away."""
        for counts in (self.observed, self.expected):
            counts[:, column - 1] += counts[:, column]
        stay = np.arange(self.observed.shape[1]) != column
        self.observed, self.expected = self.observed[:, stay], self.expected[:, stay]


def collapsed(observed: FloatArray, expected: FloatArray, minimum: float) -> CellTable:
    """Join rows and cells until every expected count is 0 (no cell) or at least `minimum`, or one row is left.

    Parameters
    ----------
    observed
        scores × categories.
    expected
        The same; NaN where a score and a category exclude each other.

    Examples
    --------
    >>> table = collapsed(np.array([[3.0, 0.0], [9.0, 1.0], [5.0, 5.0]]), np.array([[2.5, 0.5], [8, 2.0], [4, 6.0]]), 1.0)
    >>> table.expected.tolist(), table.observed.tolist()
    ([[10.5, 2.5], [4.0, 6.0]], [[12.0, 1.0], [5.0, 5.0]])
    """
    table = _without_impossible(observed, expected)
    somebody = table.observed.sum(axis=1) > 0
    table = CellTable(table.observed[somebody], table.expected[somebody])
    if not len(table.observed):
        return table
    # mirt looks for sparse rows before it joins the rows of single persons, and so by place; kept for equal figures
    sparse: BoolArray = np.asarray((table.expected < minimum).any(axis=1))
    _join_single_persons(table)
    if table.expected.shape[1] > 2:
        for row in range(len(table.expected)):
            if sparse[row]:
                _join_cells(table.observed[row], table.expected[row], minimum)
        _join_columns(table, minimum)
    _join_rows(table, minimum)
    return table


def _without_impossible(observed: FloatArray, expected: FloatArray) -> CellTable:
    """Rows with an impossible cell are added to the nearest row without one: the low to the first, the high to the last."""
    possible = np.isfinite(expected).all(axis=1)
    table = CellTable(observed.astype(np.float64), np.nan_to_num(expected))
    whole = np.flatnonzero(possible)
    if not len(whole):
        return CellTable(table.observed[:0], table.expected[:0])
    for counts in (table.observed, table.expected):
        low, high = counts[: whole[0]].sum(axis=0), counts[whole[-1] + 1 :].sum(axis=0)
        counts[whole[0]] += low
        counts[whole[-1]] += high
    return CellTable(table.observed[possible], table.expected[possible])


def _join_single_persons(table: CellTable) -> None:
    """A row of one person goes to the next row, the last one to the row before."""
    row = 0
    while row < len(table.observed) - 1:
        if table.observed[row].sum() == 1:
            table.join_row(row, row + 1)  # which leaves two persons or more in this place
        row += 1
    last = len(table.observed) - 1
    if last > 0 and table.observed[last].sum() == 1:
        table.join_row(last, last - 1)


def _join_cells(observed: FloatArray, expected: FloatArray, minimum: float) -> None:
    """Join the smallest cell of a row with its smaller neighbour until all are large enough or two are left."""
    here, there = list(expected), list(observed)
    while len(here) > 2:
        smallest = len(here) - 1 - int(np.argmin(here[::-1]))
        if smallest == 0:
            into = 1
        elif smallest == len(here) - 1 or here[smallest - 1] <= here[smallest + 1]:
            into = smallest - 1
        else:
            into = smallest + 1
        for cells in (here, there):
            cells[into] += cells[smallest]
            del cells[smallest]
        if min(here) >= minimum:
            break
    expected[:], observed[:] = 0.0, 0.0
    expected[: len(here)], observed[: len(there)] = here, there


def _join_columns(table: CellTable, minimum: float) -> None:
    """Columns that hardly any row has left are joined with their left neighbours."""
    while table.expected.shape[1] > 2:
        last = table.expected.shape[1] - 1
        if table.expected[:, last].sum() >= minimum * np.ceil(len(table.expected) * ENOUGH_ROWS):
            break
        table.join_column(last)
    for column in range(table.expected.shape[1] - 1, 0, -1):
        if (table.expected[:, column] > 0).mean() < RARE_COLUMN:
            table.join_column(column)


def _join_rows(table: CellTable, minimum: float) -> None:
    """The first row with too small a cell is joined with the neighbour of fewer persons, until there is none."""
    while len(table.expected) > 1:
        short = ((table.expected < minimum) & (table.expected != 0)).any(axis=1)
        if not short.any():
            return
        row, last = int(short.argmax()), len(table.expected) - 1
        if row == 0:
            table.join_row(0, 1)
        elif row == last or table.observed[row - 1].sum() <= table.observed[row + 1].sum():
            table.join_row(row, row - 1)
        else:
            table.join_row(row, row + 1)
