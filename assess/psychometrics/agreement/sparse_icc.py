"""ICC(1) when persons are marked by different and differently many raters."""

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.agreement.icc import MINIMUM_PERSONS
from assess.psychometrics.responses import FloatArray, as_matrix
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, not_enough

SPARSE_SOURCE = (
    "Donner (1986), International Statistical Review 54, 67–82 (analysis of variance estimator, unequal numbers); "
    "standard error: delete-one-person jackknife"
)


def icc_sparse(ratings: npt.ArrayLike, *, level: float = LEVEL, minimum: int = MINIMUM_PERSONS) -> Estimate:
    r"""ICC(1) of one mark when persons are marked by different and differently many raters.

    Parameters
    ----------
    ratings
        persons × raters, mostly NaN; persons with a single mark inform only the spread between persons.

    Notes
    -----
    One-way analysis of variance with k₀ = (N − Σm²/N)/(n − 1) marks per person: (MSB − MSW)/(MSB + (k₀ − 1)MSW).

    Examples
    --------
    >>> nan = float("nan")
    >>> table = [[3, 3, nan], [nan, 1, 1], [2, nan, 3], [0, 1, nan], [nan, 2, 2], [3, nan, 3]] * 6
    >>> icc_sparse(table).in_words()
    '0.84 (95 % interval 0.77 to 0.91, n = 36)'
    """
    matrix = as_matrix(ratings, name="ratings")
    seen = np.isfinite(matrix)
    counts = seen.sum(axis=1)
    matrix, seen, counts = matrix[counts > 0], seen[counts > 0], counts[counts > 0].astype(np.float64)
    shared = int((counts > 1).sum())
    method = "ICC(1,1), unequal numbers of raters (persons marked more than once)"
    if shared < 3:
        reason = f"{shared} persons were marked more than once; at least {minimum} are needed"
        return not_enough(n=shared, method=method, source=SPARSE_SOURCE, reason=reason, level=level)
    centre = matrix[seen].mean()
    sums = np.where(seen, matrix - centre, 0.0).sum(axis=1)
    squares = (np.where(seen, matrix - centre, 0.0) ** 2).sum(axis=1)
    value = float(
        _one_way(sums.sum(), squares.sum(), (sums**2 / counts).sum(), counts.sum(), (counts**2).sum(), len(counts))
    )
    left_out = _one_way(
        sums.sum() - sums,
        squares.sum() - squares,
        (sums**2 / counts).sum() - sums**2 / counts,
        counts.sum() - counts,
        (counts**2).sum() - counts**2,
        len(counts) - 1,
    )
    if not np.isfinite(left_out).all() or not np.isfinite(value):
        reason = "the ratings do not vary between persons, or not at all within them"
        return not_enough(n=shared, method=method, source=SPARSE_SOURCE, reason=reason, level=level)
    n = len(counts)
    se = float(np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum()))
    reach = float(stats.t.ppf(0.5 + level / 2, n - 1)) * se
    estimate = estimated(
        value=value,
        standard_error=se,
        interval=(max(value - reach, -1.0), min(value + reach, 1.0)),
        n=shared,
        method=method,
        source=SPARSE_SOURCE,
        minimum=minimum,
        level=level,
        cases="persons marked more than once",
    )
    return doubted(estimate, "persons differ less than chance would make them") if value < 0 else estimate


def _one_way(
    total: npt.ArrayLike,
    squares: npt.ArrayLike,
    between_raw: npt.ArrayLike,
    marks: npt.ArrayLike,
    marks_squared: npt.ArrayLike,
    persons: int,
) -> FloatArray:
    total, squares, between_raw = np.asarray(total), np.asarray(squares), np.asarray(between_raw)
    marks, marks_squared = np.asarray(marks), np.asarray(marks_squared)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (between_raw - total**2 / marks) / (persons - 1)
        within = (squares - between_raw) / (marks - persons)
        per_person = (marks - marks_squared / marks) / (persons - 1)
        value = (between - within) / (between + (per_person - 1) * within)
    return np.where((between > 1e-12) & (within > 1e-12), value, np.nan)
