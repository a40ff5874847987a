"""How severe each rater looks, without a model: over the cases that another rater also marked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.responses import FloatArray, ResponseError, as_matrix, item_names
from assess.psychometrics.results import LEVEL, Estimate, estimated, not_enough

MINIMUM_PERSONS = 30
MEAN_SOURCE = "Engelhard (1994), Journal of Educational Measurement 31, 93–112"
SEVERITY_SOURCE = "Engelhard (1994), Journal of Educational Measurement 31, 93–112; standard error: clustered by person"
RAW_MEANS_WARNING = (
    "Raw means mix the rater's severity with the ability of the persons the rater happened to mark; "
    "compare raters by their severity against others on shared persons, or by a many-facet model."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterSummary:
    """One rater's marks.

    Attributes
    ----------
    marks, persons, shared_persons
        Marks given, persons marked, and persons marked whom another rater marked too.
    mean
        The raw mean mark, with `warning`.
    severity
        Mean of the others' marks minus this rater's on the same person and criterion: positive = severe.
    """

    rater: str
    marks: int
    persons: int
    shared_persons: int
    mean: Estimate
    severity: Estimate
    warning: str = RAW_MEANS_WARNING


def rater_severity(
    ratings: npt.ArrayLike,
    *,
    persons: Sequence[str] | None = None,
    raters: Sequence[str] | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> tuple[RaterSummary, ...]:
    """Raw mean and severity against others of every rater.

    Parameters
    ----------
    ratings
        cases × raters, NaN = not marked; a case is a person, or a person on one criterion.
    persons
        The person of each case; every case its own person when not given. Standard errors are clustered by person,
        since one person's criteria are not independent.

    Examples
    --------
    >>> nan = float("nan")
    >>> summary = rater_severity([[2, 3], [1, 2], [2, 2], [nan, 3], [0, 1]] * 10)[0]
    >>> summary.severity.in_words(), summary.shared_persons
    ('0.75 (95 % interval 0.61 to 0.89, n = 40)', 40)
    """
    matrix = as_matrix(ratings, name="ratings")
    names = item_names(matrix.shape[1], raters)
    if persons is not None and len(persons) != len(matrix):
        raise ResponseError("names_do_not_fit", f"{len(persons)} persons for {len(matrix)} cases")
    owner = np.unique(persons, return_inverse=True)[1] if persons is not None else np.arange(len(matrix))
    seen = np.isfinite(matrix)
    values = np.where(seen, matrix, 0.0)
    others = seen.sum(axis=1)[:, None] - seen
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.where(seen & (others > 0), (values.sum(axis=1)[:, None] - values) / others - matrix, np.nan)
    return tuple(
        RaterSummary(
            rater=names[r],
            marks=int(seen[:, r].sum()),
            persons=len(np.unique(owner[seen[:, r]])),
            shared_persons=len(np.unique(owner[np.isfinite(gap[:, r])])),
            mean=_clustered(matrix[:, r], owner, "raw mean mark", MEAN_SOURCE, level=level, minimum=minimum),
            severity=_clustered(
                gap[:, r], owner, "severity: others' marks minus own", SEVERITY_SOURCE, level=level, minimum=minimum
            ),
        )
        for r in range(matrix.shape[1])
    )


def _clustered(
    values: FloatArray, owner: npt.NDArray[np.int64], method: str, source: str, *, level: float, minimum: int
) -> Estimate:
    seen = np.isfinite(values)
    values, owner = values[seen], owner[seen]
    clusters, member = np.unique(owner, return_inverse=True)
    n = len(clusters)
    if n < 2:
        reason = f"{n} person(s); at least {minimum} are needed"
        return not_enough(n=n, method=method, source=source, reason=reason, level=level)
    value = float(values.mean())
    sums = np.bincount(member, weights=values - value)
    se = float(np.sqrt(n / (n - 1) * (sums**2).sum()) / len(values))
    reach = float(stats.t.ppf(0.5 + level / 2, n - 1)) * se
    return estimated(
        value=value,
        standard_error=se,
        interval=(value - reach, value + reach),
        n=n,
        method=method,
        source=source,
        minimum=minimum,
        level=level,
    )
