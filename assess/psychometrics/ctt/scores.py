"""How sum scores spread, and the mean of anything."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray, as_matrix
from assess.psychometrics.results import LEVEL, Estimate, estimated, normal_interval, not_enough

MINIMUM_PERSONS = 30
DIFFICULTY_SOURCE = "Crocker & Algina (1986), Introduction to classical and modern test theory, ch. 14"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDistribution:
    """The sum scores of the persons who answered every item."""

    mean: Estimate
    sd: float | None
    lowest: float | None
    median: float | None
    highest: float | None
    skewness: float | None
    scores: tuple[float, ...]
    counts: tuple[int, ...]
    n: int
    incomplete: int


def score_distribution(
    responses: npt.ArrayLike, *, level: float = LEVEL, minimum: int = MINIMUM_PERSONS
) -> ScoreDistribution:
    """How the sum scores spread.

    Examples
    --------
    >>> distribution = score_distribution([[1, 1], [1, 0], [0, 0], [1, 1]])
    >>> dict(zip(distribution.scores, distribution.counts))
    {0.0: 1, 1.0: 1, 2.0: 2}
    """
    matrix = as_matrix(responses)
    complete = np.isfinite(matrix).all(axis=1) if matrix.shape[1] else np.zeros(len(matrix), dtype=np.bool_)
    totals = matrix[complete].sum(axis=1)
    n = len(totals)
    values, counts = np.unique(totals, return_counts=True)
    sd = float(totals.std(ddof=1)) if n > 1 else None
    deviations = totals - totals.mean() if n else totals
    varies = sd is not None and sd > 0
    return ScoreDistribution(
        mean=mean(totals, method="mean sum score (complete persons)", level=level, minimum=minimum),
        sd=sd,
        lowest=float(totals.min()) if n else None,
        median=float(np.median(totals)) if n else None,
        highest=float(totals.max()) if n else None,
        skewness=float((deviations**3).mean() / totals.std() ** 3) if varies else None,
        scores=tuple(float(value) for value in values),
        counts=tuple(int(count) for count in counts),
        n=n,
        incomplete=len(matrix) - n,
    )


def mean(
    values: FloatArray,
    *,
    method: str,
    source: str = DIFFICULTY_SOURCE,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> Estimate:
    """A mean with its standard error; needs two values."""
    seen = values[np.isfinite(values)]
    n = len(seen)
    if n < 2:
        reason = f"{n} answer(s); at least 2 are needed for a standard error"
        return not_enough(n=n, method=method, source=source, reason=reason, level=level)
    value, se = float(seen.mean()), float(seen.std(ddof=1) / np.sqrt(n))
    interval = normal_interval(value, se, level)
    return estimated(
        value=value,
        standard_error=se,
        interval=interval,
        n=n,
        method=method,
        source=source,
        minimum=minimum,
        level=level,
    )
