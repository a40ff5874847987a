"""Scores of those whom judges called competent and of the others: what every contrasting-groups method stands on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.responses import FloatArray, ResponseError, as_vector
from assess.psychometrics.results import Estimate, doubted, estimated, not_enough
from assess.standard_setting.cut import SingleCut, alike
from assess.standard_setting.resampling import averages, blocks, draws

NAMES = ("not competent", "competent")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastingGroups(SingleCut):
    """Two groups and the score between them.

    Attributes
    ----------
    cut
        n = candidates in both groups.
    bootstrap_se
        Standard error over resampled candidates; None when there is no cut.
    numbers, means, sds
        (not competent, competent); None where a group is too small.
    false_pass, false_fail
        Share of the not competent who reach the cut, and of the competent who do not; None without a cut.
    """

    cut: Estimate
    bootstrap_se: float | None
    numbers: tuple[int, int]
    means: tuple[float | None, float | None]
    sds: tuple[float | None, float | None]
    false_pass: float | None
    false_fail: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoGroups:
    """Sorted scores of the two groups, and how an answer about them is called and judged."""

    low: FloatArray
    high: FloatArray
    method: str
    source: str
    level: float
    minimum: int

    @classmethod
    def of(
        cls,
        scores: npt.ArrayLike,
        competent: npt.ArrayLike,
        *,
        method: str,
        source: str,
        level: float,
        minimum: int,
    ) -> "TwoGroups":
        """Check and sort.

        Raises
        ------
        ResponseError
            `not_two_groups` for a mark that is neither 0 nor 1, `names_do_not_fit`.
        """
        y, mark = as_vector(scores, name="scores"), as_vector(competent, name="competent")
        if len(y) != len(mark):
            raise ResponseError("names_do_not_fit", f"{len(y)} scores and {len(mark)} marks of competence")
        wrong = np.isfinite(mark) & (mark != 0) & (mark != 1)
        if wrong.any():
            place = int(wrong.argmax())
            sentence = (
                f"competent, entry {place}: {mark[place]:g} is neither 1 (competent) nor 0; use NaN for not sorted"
            )
            raise ResponseError("not_two_groups", sentence)
        low, high = (np.sort(y[np.isfinite(y) & (mark == group)]) for group in (0, 1))
        return cls(low=low, high=high, method=method, source=source, level=level, minimum=minimum)

    @property
    def n(self) -> int:
        """Candidates in both groups."""
        return len(self.low) + len(self.high)

    @property
    def lacking(self) -> str:
        """Why no method can place a cut; empty when one can."""
        for group, name in zip((self.low, self.high), NAMES, strict=True):
            if len(group) < 2:
                return f"{len(group)} candidate(s) judged {name}; at least {self.minimum} are needed"
        if alike(self.low) and alike(self.high):
            return f"the scores do not vary within the groups ({self.low[0]:g} and {self.high[0]:g})"
        return ""

    def moments(self) -> FloatArray:
        """Means and SDs (n − 1): m₀, m₁, s₀, s₁."""
        groups = (self.low, self.high)
        return np.array([*(group.mean() for group in groups), *(group.std(ddof=1) for group in groups)])

    def resampled_moments(self, *, seed: int, resamples: int) -> FloatArray:
        """The same in each resample within the groups, resamples × 4."""
        generator = np.random.default_rng(seed)
        parts = []
        for size in blocks(resamples, self.n):
            (m0, s0), (m1, s1) = (_resampled_moments(group, generator, size) for group in (self.low, self.high))
            parts.append(np.column_stack([m0, m1, s0, s1]))
        return np.concatenate(parts) if parts else np.empty((0, 4))

    def without(self, reason: str) -> ContrastingGroups:
        """No cut, and why."""
        return self._answer(
            not_enough(n=self.n, method=self.method, source=self.source, reason=reason, level=self.level), None
        )

    def at(
        self, value: float, error: float, interval: tuple[float, float], bootstrap_se: float | None
    ) -> ContrastingGroups:
        """The cut with its verdict."""
        cut = estimated(
            value=value,
            standard_error=error,
            interval=interval,
            n=self.n,
            method=self.method,
            source=self.source,
            minimum=0,
            level=self.level,
        )
        for group, name in zip((self.low, self.high), NAMES, strict=True):
            if len(group) < self.minimum:
                cut = doubted(cut, f"{len(group)} candidates judged {name}; at least {self.minimum} are needed")
        if self.low.mean() >= self.high.mean():
            cut = doubted(cut, "the competent do not score higher than the others, so scores and judgement disagree")
        return self._answer(cut, bootstrap_se)

    def _answer(self, cut: Estimate, bootstrap_se: float | None) -> ContrastingGroups:
        groups = (self.low, self.high)
        means = [float(group.mean()) if len(group) else None for group in groups]
        sds = [float(group.std(ddof=1)) if len(group) > 1 else None for group in groups]
        value = cut.value
        return ContrastingGroups(
            cut=cut,
            bootstrap_se=None if value is None else bootstrap_se,
            numbers=(len(self.low), len(self.high)),
            means=(means[0], means[1]),
            sds=(sds[0], sds[1]),
            false_pass=None if value is None else float((self.low >= value).mean()),
            false_fail=None if value is None else float((self.high < value).mean()),
        )


def _resampled_moments(group: FloatArray, generator: np.random.Generator, size: int) -> tuple[FloatArray, FloatArray]:
    values, counts = np.unique(group, return_counts=True)
    apart = values - group.mean()
    weights = draws(counts, generator, size)
    drawn = weights.sum(axis=1)
    shift, square = averages(weights, np.column_stack([apart, apart**2])).T
    variance = np.maximum(square - shift**2, 0.0) * drawn / np.maximum(drawn - 1, 1)
    return group.mean() + shift, np.sqrt(variance)
