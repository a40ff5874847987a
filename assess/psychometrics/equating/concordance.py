"""What every equating answers with: the concordance of two forms, how sure it is, and whether it may be used."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import LEVEL, Estimate, normal_interval, not_enough, two_sided


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Equating:
    """Scores of form X on the scale of form Y.

    Attributes
    ----------
    x, yx
        The scores of X and what each is worth on Y; both empty when there is not enough evidence to compute them.
    standard_error
        Standard error of every `yx`; None for a method without one (identity, IRT equating without `draws`).
    slope, intercept
        For straight lines, y = slope·x + intercept; otherwise None.
    n_x, n_y
        Persons used, by form; 0 where a method reads item parameters only.
    method, source
        What was computed, in words, and the publication that defines it.
    sufficient, reason
        The verdict; `reason` is a sentence and never empty when the verdict is negative.
    """

    x: FloatArray
    yx: FloatArray
    standard_error: FloatArray | None
    slope: float | None = None
    intercept: float | None = None
    level: float = LEVEL
    n_x: int
    n_y: int
    method: str
    source: str
    sufficient: bool
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.sufficient and not self.reason:
            raise ValueError(f"{self.method}: an insufficient equating must say why")
        columns = [self.x, self.yx] if self.standard_error is None else [self.x, self.yx, self.standard_error]
        if len({len(column) for column in columns}) > 1:
            raise ValueError(f"{self.method}: the columns of a concordance are of one length")
        if not all(np.isfinite(column).all() for column in columns):
            raise ValueError(f"{self.method}: the concordance holds a number that is not finite")

    @property
    def n(self) -> int:
        """Persons used, both forms together."""
        return self.n_x + self.n_y

    @property
    def interval(self) -> tuple[FloatArray, FloatArray] | None:
        """Lower and upper limits of `yx` at `level`."""
        if self.standard_error is None:
            return None
        reach = two_sided(self.level) * self.standard_error
        return self.yx - reach, self.yx + reach

    def equated(self, scores: npt.ArrayLike) -> FloatArray:
        """Scores of X on the scale of Y; between two rows of the concordance on the line that joins them.

        Raises
        ------
        ResponseError
            `not_equated` when there is no concordance, `outside_the_scale` for a score that it does not cover. NaN
            stays NaN.
        """
        given = np.asarray(scores, dtype=np.float64)
        if not len(self.x):
            raise ResponseError("not_equated", f"{self.method}: {self.reason}")
        strange = given[(given < self.x[0]) | (given > self.x[-1])]
        if strange.size:
            sentence = f"score {strange.flat[0]:g} lies outside the concordance, {self.x[0]:g} to {self.x[-1]:g}"
            raise ResponseError("outside_the_scale", sentence)
        return np.asarray(np.interp(given, self.x, self.yx), dtype=np.float64)

    def at(self, score: float) -> Estimate:
        """One row of the concordance as an estimate.

        Raises
        ------
        ResponseError
            `outside_the_scale` when the score is not in it.
        """
        if not len(self.x):
            return not_enough(n=self.n, method=self.method, source=self.source, reason=self.reason, level=self.level)
        value = float(self.equated(score))
        if self.standard_error is None:
            reason = f"{self.reason or 'this method has no standard error'}; the concordance says {value:.2f}"
            return not_enough(n=self.n, method=self.method, source=self.source, reason=reason, level=self.level)
        se = float(np.interp(score, self.x, self.standard_error))
        return Estimate(
            value=value,
            standard_error=se,
            interval=normal_interval(value, se, self.level),
            level=self.level,
            n=self.n,
            method=self.method,
            source=self.source,
            sufficient=self.sufficient,
            reason=self.reason,
        )


def no_equating(*, n_x: int, n_y: int, method: str, source: str, reason: str, level: float = LEVEL) -> Equating:
    """An answer without a concordance: there is not enough evidence, and why."""
    nothing = np.zeros(0)
    return Equating(
        x=nothing,
        yx=nothing,
        standard_error=None,
        level=level,
        n_x=n_x,
        n_y=n_y,
        method=method,
        source=source,
        sufficient=False,
        reason=reason,
    )
