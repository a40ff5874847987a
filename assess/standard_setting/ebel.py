"""The Ebel method: items are sorted by relevance and difficulty; judges say what a borderline candidate solves of a cell."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray, ResponseError, as_matrix, as_vector, item_names
from assess.psychometrics.results import LEVEL, Estimate
from assess.standard_setting.cut import SingleCut
from assess.standard_setting.judges import judge_names
from assess.standard_setting.panel_cut import MINIMUM_JUDGES, PanelCut, panel_cut, share_of
from assess.standard_setting.panel_cut import SOURCE as ERRORS
from assess.standard_setting.resampling import RESAMPLES

SOURCE = f"Ebel (1972), Essentials of Educational Measurement, 492–494; standard errors: {ERRORS}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of the grid.

    Attributes
    ----------
    relevance, difficulty
        Its row and column, from 0.
    items
        Mean number of items that a judge put there.
    expected
        Mean share of them that a borderline candidate solves; None when nobody said.
    """

    relevance: int
    difficulty: int
    items: float
    expected: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ebel(SingleCut):
    """The cut, what it rests on, and the grid.

    Attributes
    ----------
    cut, cut_share
        In raw points and as a share of the maximum; n = judges.
    implied
        Errors, judges and outliers, from the points that each judge's grid implies for each item.
    cells
        The grid, row by row.
    """

    cut: Estimate
    cut_share: Estimate
    implied: PanelCut
    cells: tuple[Cell, ...]


def ebel(
    relevance: npt.ArrayLike,
    difficulty: npt.ArrayLike,
    expected: npt.ArrayLike,
    *,
    points: npt.ArrayLike | None = None,
    judges: Sequence[str] | None = None,
    items: Sequence[str] | None = None,
    empirical: npt.ArrayLike | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_JUDGES,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Ebel:
    r"""The cut score of an Ebel panel.

    Parameters
    ----------
    relevance, difficulty
        The row and the column of the grid for each item, from 0: judges × items where every judge sorts, one list of
        items where the panel sorted together. NaN = not sorted.
    expected
        judges × relevance × difficulty: share (0–1) of the items of a cell that a borderline candidate solves. One grid
        for all is accepted, and then shows no spread between judges that comes from it.
    points
        The maximum of each item; 1 when not given.

    Raises
    ------
    ResponseError
        `not_a_cell` names judge and item outside the grid, `not_a_probability`, `names_do_not_fit`.

    Notes
    -----
    Judge j expects p_i · e_j[r_ji, d_ji] points on item i; the cut is the sum over items of the judges' mean, errors as
    in `panel_cut`.

    Examples
    --------
    >>> grids = [[[0.9, 0.6], [0.7, 0.3]], [[0.8, 0.5], [0.6, 0.4]], [[0.9, 0.5], [0.7, 0.2]]]
    >>> found = ebel([0, 0, 1, 1], [0, 1, 0, 1], grids)
    >>> round(found.value, 3), found.reason
    (2.367, '3 judges; at least 8 are needed')
    """
    grids = _grids(expected)
    rows, columns = _sorted(relevance, "relevance"), _sorted(difficulty, "difficulty")
    if rows.shape[1] != columns.shape[1]:
        sentence = f"relevance sorts {rows.shape[1]} items, difficulty {columns.shape[1]}"
        raise ResponseError("names_do_not_fit", sentence)
    sizes = sorted({len(part) for part in (rows, columns, grids)} - {1})
    if len(sizes) > 1:
        sentence = f"relevance is of {len(rows)} judges, difficulty of {len(columns)}, expected of {len(grids)}"
        raise ResponseError("names_do_not_fit", sentence)
    number = sizes[0] if sizes else 1
    names, labels = judge_names(number, judges), item_names(rows.shape[1], items)
    rows, columns = (np.broadcast_to(part, (number, part.shape[1])) for part in (rows, columns))
    grids = np.broadcast_to(grids, (number, *grids.shape[1:]))
    for what, part, size in (("relevance", rows, grids.shape[1]), ("difficulty", columns, grids.shape[2])):
        _refuse_outside(part, what, size, names, labels)
    maxima = np.ones(rows.shape[1]) if points is None else as_vector(points, name="points")
    if len(maxima) != rows.shape[1]:
        raise ResponseError("names_do_not_fit", f"{len(maxima)} points for {rows.shape[1]} items")
    seen = np.isfinite(rows) & np.isfinite(columns)
    r, d = (np.where(seen, part, 0).astype(np.int64) for part in (rows, columns))
    implied = np.where(seen, grids[np.arange(number)[:, None], r, d], np.nan) * maxima
    found = panel_cut(
        implied,
        method="Ebel cut in raw points",
        source=SOURCE,
        judges=names,
        empirical=empirical,
        level=level,
        minimum=minimum,
        seed=seed,
        resamples=resamples,
    )
    return Ebel(
        cut=found.cut,
        cut_share=share_of(found.cut, float(maxima.sum()), method="Ebel cut as a share of the maximum"),
        implied=found,
        cells=_cells(grids, r, d, seen),
    )


def _grids(expected: npt.ArrayLike) -> FloatArray:
    grids = np.asarray(expected, dtype=np.float64)
    if grids.ndim == 2:
        grids = grids[None]
    if grids.ndim != 3:
        sentence = f"expected must be judges × relevance × difficulty; this has {grids.ndim} dimension(s)"
        raise ResponseError("not_a_table", sentence)
    wrong = ~np.isnan(grids) & ~((grids >= 0) & (grids <= 1))
    if wrong.any():
        judge, row, column = np.argwhere(wrong)[0]
        sentence = (
            f"expected, judge {judge + 1}, relevance {row}, difficulty {column}: {grids[judge, row, column]:g} is not "
            "between 0 and 1; write 0.65 for 65 %"
        )
        raise ResponseError("not_a_probability", sentence)
    return grids


def _sorted(values: npt.ArrayLike, name: str) -> FloatArray:
    given = np.asarray(values, dtype=np.float64)
    return as_matrix(given[None] if given.ndim == 1 else given, name=name)


def _refuse_outside(part: FloatArray, what: str, size: int, judges: Sequence[str], items: Sequence[str]) -> None:
    wrong = np.isfinite(part) & ((part < 0) | (part >= size) | (part != np.round(part)))
    if wrong.any():
        judge, item = np.argwhere(wrong)[0]
        sentence = (
            f"{judges[judge]}, {items[item]}: {what} {part[judge, item]:g} is not on the grid, whose {what} goes from 0 to "
            f"{size - 1}"
        )
        raise ResponseError("not_a_cell", sentence)


def _cells(
    grids: FloatArray, r: npt.NDArray[np.int64], d: npt.NDArray[np.int64], seen: npt.NDArray[np.bool_]
) -> tuple[Cell, ...]:
    found = []
    for row in range(grids.shape[1]):
        for column in range(grids.shape[2]):
            here = grids[:, row, column]
            said = here[np.isfinite(here)]
            number = (seen & (r == row) & (d == column)).sum()
            found.append(
                Cell(
                    relevance=row,
                    difficulty=column,
                    items=float(number / len(grids)) if len(grids) else 0.0,
                    expected=float(said.mean()) if len(said) else None,
                )
            )
    return tuple(found)
