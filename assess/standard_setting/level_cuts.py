"""Cuts between ordered levels from judges who sort what lies on a scale: works of candidates, or items."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.responses import FloatArray, ResponseError, as_categories, as_vector
from assess.psychometrics.results import Estimate, doubted, estimated, not_enough
from assess.standard_setting.cut import SingleCut, identical
from assess.standard_setting.judges import judge_names
from assess.standard_setting.logistic_cuts import logistic_cut, resampled_cuts
from assess.standard_setting.outliers import Outlier, severity_outliers
from assess.standard_setting.resampling import RESAMPLES, resampled, spread


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCut(SingleCut):
    """The cut from which a level begins.

    Attributes
    ----------
    level
        At or above which level the cut divides.
    cut
        Where the pooled logistic curve crosses ½; standard error from resampled judges, who bring all their judgements
        along, and Student's interval with judges − 1 degrees of freedom. n = judges.
    model_se
        The delta-method standard error of the curve, as if every judgement were independent; None without a cut.
    judge_cuts
        From each judge's own curve, or the middle of the gap when a judge sorts without overlap; None where a judge put
        everything on one side.
    outliers, without_outliers
        Judges whose own cut stands apart, named and kept, and the cut without them.
    """

    level: int
    cut: Estimate
    model_se: float | None
    judge_cuts: tuple[float | None, ...]
    outliers: tuple[Outlier, ...]
    without_outliers: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCuts:
    """One cut per level but the lowest, and sentences on cuts that do not rise and levels nobody gave."""

    cuts: tuple[LevelCut, ...]
    remarks: tuple[str, ...]


def level_cuts(
    positions: npt.ArrayLike,
    levels: npt.ArrayLike,
    *,
    what: str,
    source: str,
    judges: Sequence[str] | None = None,
    level: float,
    minimum: int,
    minimum_sorted: int,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> LevelCuts:
    r"""A logistic curve for each boundary between levels.

    Parameters
    ----------
    positions
        Where each thing lies on the scale: score of a work, difficulty of an item; NaN leaves it out.
    levels
        judges × things: level from 0; NaN = not sorted.
    what
        The things in the plural, for sentences.
    minimum_sorted
        How many of them a cut needs.

    Raises
    ------
    ResponseError
        `names_do_not_fit`, `not_a_category`.

    Notes
    -----
    For boundary k: logit P(level ≥ k) = a + b·position, cut = −a/b, over all judgements. Judges are resampled whole,
    since the judgements of one judge hang together.
    """
    place, given = as_vector(positions, name="positions"), as_categories(levels, name="levels")
    if given.shape[1] != len(place):
        raise ResponseError("names_do_not_fit", f"levels of {given.shape[1]} {what}, positions of {len(place)}")
    names = judge_names(len(given), judges)
    known = np.isfinite(place)
    place, given = place[known], given[:, known]
    scale, cell = np.unique(place, return_inverse=True)
    sorted_ = np.isfinite(given)
    cells = np.eye(len(scale))[cell] if len(scale) else np.empty((0, 0))
    number = sorted_ @ cells
    used = np.unique(given[sorted_]).astype(np.int64)
    highest = int(used.max(initial=0))
    found = []
    for boundary in range(1, highest + 1):
        right = (sorted_ & (np.where(sorted_, given, -1) >= boundary)) @ cells
        made = _Boundary(
            scale=scale,
            right=right,
            number=number,
            names=names,
            method=f"cut from level {boundary}: pooled logistic curve at ½",
            source=source,
            what=what,
            things=int(sorted_.any(axis=0).sum()),
            level=level,
            minimum=minimum,
            minimum_sorted=minimum_sorted,
            seed=seed,
            resamples=resamples,
        )
        found.append(made.answer(boundary))
    absent = [k for k in range(highest + 1) if k not in used]
    remarks = [f"nobody gave level {k}: the cuts from level {k} and {k + 1} are the same" for k in absent if k]
    remarks += ["nobody gave level 0, so nothing lies below the lowest cut"] if 0 in absent else []
    values = [(made.level, made.value) for made in found if made.value is not None]
    for (lower, a), (upper, b) in pairwise(values):
        if a > b:
            remarks.append(
                f"the cut from level {upper} lies below that from level {lower}: the levels are not in order"
            )
    return LevelCuts(cuts=tuple(found), remarks=tuple(remarks))


@dataclass(frozen=True, eq=False, kw_only=True)
class _Boundary:
    """Judgements at or above one level: judges × distinct positions."""

    scale: FloatArray
    right: FloatArray
    number: FloatArray
    names: tuple[str, ...]
    method: str
    source: str
    what: str
    things: int
    level: float
    minimum: int
    minimum_sorted: int
    seed: int
    resamples: int

    def answer(self, boundary: int) -> LevelCut:
        curves = [logistic_cut(self.scale, r, n) for r, n in zip(self.right, self.number, strict=True)]
        own = [sum(one.gap) / 2 if one.gap is not None else one.value for one in curves]
        outliers = severity_outliers([np.nan if value is None else value for value in own], self.names)
        everyone = np.ones(len(self.names), dtype=bool)
        cut, model_se = self._cut(everyone, self.method)
        without = None
        if outliers:
            kept = everyone.copy()
            kept[[found.judge for found in outliers]] = False
            label = f"{self.method}, without {', '.join(found.name for found in outliers)}"
            without, _ = self._cut(kept, label)
        return LevelCut(
            level=boundary,
            cut=cut,
            model_se=model_se,
            judge_cuts=tuple(own),
            outliers=outliers,
            without_outliers=without,
        )

    def _cut(self, kept: npt.NDArray[np.bool_], method: str) -> tuple[Estimate, float | None]:
        active = kept & (self.number.sum(axis=1) > 0)
        right, number = self.right[active], self.number[active]
        order = np.lexsort(np.column_stack([number, right]).T) if len(right) else np.empty(0, dtype=np.int64)
        right, number = right[order], number[order]
        judges = int(active.sum())

        def nothing(reason: str) -> tuple[Estimate, None]:
            return not_enough(n=judges, method=method, source=self.source, reason=reason, level=self.level), None

        if judges < 2:
            return nothing(f"{judges} judge(s); at least {self.minimum} are needed")
        pooled = logistic_cut(self.scale, right.sum(axis=0), number.sum(axis=0))
        if pooled.value is None or pooled.slope is None:
            return nothing(pooled.reason)
        drawn = resampled(
            np.ones(judges),
            lambda weights: resampled_cuts(self.scale, weights @ right, weights @ number),
            seed=self.seed,
            resamples=self.resamples,
        )
        found = spread(drawn, resamples=self.resamples, level=self.level)
        if found is None:
            return nothing("most resamples of judges sort without overlap, so the curve has no finite slope")
        if found[0] <= 1e-9 * max(1.0, float(np.ptp(self.scale))):
            return nothing(identical(np.full(judges, pooled.value), minimum=self.minimum))
        reach = float(stats.t.ppf(0.5 + self.level / 2, judges - 1)) * found[0]
        cut = estimated(
            value=pooled.value,
            standard_error=found[0],
            interval=(pooled.value - reach, pooled.value + reach),
            n=judges,
            method=method,
            source=self.source,
            minimum=self.minimum,
            level=self.level,
            cases="judges",
        )
        if self.things < self.minimum_sorted:
            cut = doubted(cut, f"{self.things} {self.what}; at least {self.minimum_sorted} are needed")
        if pooled.slope < 0:
            cut = doubted(
                cut, f"the levels fall as the positions of the {self.what} rise; one of the two is turned round"
            )
        if not self.scale[0] <= pooled.value <= self.scale[-1]:
            cut = doubted(cut, f"the cut lies beyond the {self.what} that were sorted")
        return cut, pooled.standard_error
