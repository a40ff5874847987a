"""Lord's chi-square: do an item's parameters, calibrated in each group alone, differ once both are on one scale?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics import irt
from assess.psychometrics.dif.matching import NEEDED, Groups, incomparable, too_few
from assess.psychometrics.dif.purification import Purification, purified
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, normal_interval, not_enough

LordModel = Literal["Rasch", "2PL", "3PL", "PCM", "GPCM", "GRM"]
MODELS = ("Rasch", "2PL", "3PL", "PCM", "GPCM", "GRM")
SOURCE = (
    "Lord (1980), Applications of item response theory to practical testing problems, ch. 14; several categories: Cohen, Kim "
    "& Baker (1993), Applied Psychological Measurement 17, 335–350"
)
DIFFERENCE = "difficulty for the focal group minus that for the reference group, on the reference group's scale"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDistance:
    """How far the two calibrations of one item are apart.

    Attributes
    ----------
    chi_square, df, p_value
        Of the hypothesis that all its parameters are equal; None when `reason` says why.
    difference
        Mean difficulty of its thresholds, focal minus reference: above 0 it is harder for the focal group.
    """

    name: str
    chi_square: float | None
    df: int
    p_value: float | None
    difference: Estimate
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lord:
    """All items, in order.

    Attributes
    ----------
    slope, intercept
        Ability on the reference group's scale = slope · ability on the focal group's + intercept. None without a scale.
    """

    items: tuple[ItemDistance, ...]
    model: str
    slope: float | None
    intercept: float | None
    purification: Purification | None

    @property
    def chi_square(self) -> FloatArray:
        """One per item; NaN exactly where the item has a `reason`."""
        return np.array([np.nan if item.chi_square is None else item.chi_square for item in self.items])

    @property
    def p_value(self) -> FloatArray:
        """One per item; NaN exactly where the item has a `reason`."""
        return np.array([np.nan if item.p_value is None else item.p_value for item in self.items])


def lord(
    responses: npt.ArrayLike,
    focal: npt.ArrayLike,
    model: LordModel = "Rasch",
    *,
    population_sd: float | None = None,
    purify: bool = False,
    rounds: int = 20,
    significance: float = 0.05,
    names: Sequence[str] | None = None,
    level: float = LEVEL,
    needed: tuple[int, int] = NEEDED,
) -> Lord:
    r"""Lord's χ² for every item.

    Parameters
    ----------
    model
        "Rasch", "2PL", "3PL", "PCM", "GPCM" or "GRM", calibrated in each group by marginal maximum likelihood.
    population_sd
        Of Rasch and PCM: the standard deviation of ability in either group when it is taken as known. difR's engine "ltm"
        takes 1; by default it is estimated in each group.
    purify, rounds, significance, needed
        As in `mantel_haenszel`; purification takes items out of the linking.

    Raises
    ------
    ResponseError
        `unknown_model`; as `Groups.of` and `irt.calibrate`.

    Notes
    -----
    With v the difference of an item's parameters, χ² = vᵀ(Σ_R + Σ_F)⁻¹v, as many degrees of freedom as parameters. The focal
    group's are brought to the reference group's scale by mean/sigma linking (Cook & Eignor 1991): slope
    SD(b_R)/SD(b_F) — 1 where slopes are fixed — and equal mean difficulty. The linking's own error is not in it.

    Examples
    --------
    >>> from assess.psychometrics import simulate
    >>> theta, focal = np.random.default_rng(5).normal(size=1200), np.arange(1200) % 2 == 1
    >>> answers = simulate.rasch_responses(theta, [-1.0, -0.5, 0.0, 0.5, 1.0], seed=6)
    >>> answers[focal, 0] = simulate.rasch_responses(theta[focal], [0.0], seed=7)[:, 0]
    >>> lord(answers, focal).p_value.argmin()
    np.int64(0)
    """
    if model not in MODELS:
        raise ResponseError("unknown_model", f"there is no {model!r} here; models: {', '.join(MODELS)}")
    groups = Groups.of(responses, focal, names)
    reason = incomparable(groups)
    if reason:
        return _nothing(groups.names, model, reason, level)
    found = []
    for who, members in (("reference", ~groups.focal), ("focal", groups.focal)):
        sd = population_sd if model in ("Rasch", "PCM") else None
        calibration = irt.calibrate(groups.responses[members], model, names=groups.names, population_sd=sd)
        if not calibration.converged or calibration.covariances is None:
            reason = calibration.reason or calibration.errors_reason
            return _nothing(groups.names, model, f"{who} group: {reason}", level)
        found.append(calibration)
    two = _Both(found[0], found[1], model not in ("Rasch", "PCM"))
    every = np.ones(len(groups.names), dtype=np.bool_)
    if purify:
        purification = purified(lambda anchor: two.p_values(anchor) < significance, groups.names, rounds)
        every = purification.anchor
    else:
        purification = None
    slope, intercept = two.line(every)
    chi_square, df, apart, error = two.distances(every)
    items = []
    for j, name in enumerate(groups.names):
        reference, other = int(found[0].answered[j]), int(found[1].answered[j])
        reason = two.lacking(j)
        difference = (
            not_enough(n=reference + other, method=DIFFERENCE, source=SOURCE, reason=reason, level=level)
            if reason
            else estimated(
                value=float(apart[j]),
                standard_error=float(error[j]),
                interval=normal_interval(float(apart[j]), float(error[j]), level),
                n=reference + other,
                method=DIFFERENCE,
                source=SOURCE,
                minimum=0,
                level=level,
            )
        )
        few = too_few(reference, other, needed)
        if few and not reason:
            difference = doubted(difference, few)
        items.append(
            ItemDistance(
                name=name,
                chi_square=None if reason else float(chi_square[j]),
                df=int(df[j]),
                p_value=None if reason else float(stats.chi2.sf(chi_square[j], df[j])),
                difference=difference,
                reason=reason,
            )
        )
    return Lord(items=tuple(items), model=model, slope=slope, intercept=intercept, purification=purification)


class _Both:
    """The two calibrations: slope, thresholds and guessing of each item, with their covariances."""

    def __init__(self, reference: irt.Calibration, focal: irt.Calibration, sloped: bool) -> None:
        self.parts = (reference, focal)
        self.sloped = sloped
        steps = max(np.atleast_2d(part.difficulty.T).shape[0] for part in self.parts)
        self.points = [self._padded(part, steps) for part in self.parts]
        self.spreads = [self._spread(part, steps) for part in self.parts]

    @staticmethod
    def _padded(part: irt.Calibration, steps: int) -> FloatArray:
        difficulty = part.difficulty.reshape(len(part.names), -1)
        found = np.full((len(part.names), steps + 2), np.nan)
        found[:, 0], found[:, -1] = part.discrimination, part.guessing
        found[:, 1 : 1 + difficulty.shape[1]] = difficulty
        return found

    @staticmethod
    def _spread(part: irt.Calibration, steps: int) -> FloatArray:
        own = part.covariances
        assert own is not None
        width = own.shape[1]
        place = np.append(np.arange(width - 1), steps + 1)
        found = np.full((len(own), steps + 2, steps + 2), np.nan)
        found[np.ix_(np.arange(len(own)), place, place)] = own
        return found

    def lacking(self, j: int) -> str:
        """Why an item cannot be compared; empty when it can."""
        for who, part in zip(("reference", "focal"), self.parts, strict=True):
            if j in part.left_out:
                return f"{part.names[j]}, {who} group: {part.left_out[j]}"
        if (np.isfinite(self.points[0][j]) != np.isfinite(self.points[1][j])).any():
            return f"{self.parts[0].names[j]}: the groups used different categories; join these with their neighbours"
        return ""

    def comparable(self) -> BoolArray:
        """Which items can be."""
        return np.array([not self.lacking(j) for j in range(len(self.points[0]))])

    def line(self, anchor: BoolArray) -> tuple[float, float]:
        """Slope and intercept from the focal group's scale to the reference group's."""
        use = anchor & self.comparable()
        reference, focal = (points[use, 1:-1] for points in self.points)
        if not use.any():
            return 1.0, 0.0
        slope = 1.0
        if self.sloped and np.nanstd(focal) > 0 and np.nanstd(reference) > 0:
            slope = float(np.nanstd(reference) / np.nanstd(focal))
        return slope, float(np.nanmean(reference) - slope * np.nanmean(focal))

    def distances(self, anchor: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """χ², degrees of freedom, mean difference of the thresholds and its standard error, by item."""
        slope, intercept = self.line(anchor)
        scale = np.full(self.points[0].shape[1], slope)
        scale[0], scale[-1] = 1 / slope, 1.0
        moved = self.points[1] * scale
        moved[:, 1:-1] += intercept
        apart = moved - self.points[0]
        together = self.spreads[0] + self.spreads[1] * np.outer(scale, scale)
        count = len(apart)
        chi_square, df, mean, error = (
            np.full(count, np.nan),
            np.zeros(count),
            np.full(count, np.nan),
            np.full(count, np.nan),
        )
        for j in np.flatnonzero(self.comparable()):
            own = together[j]
            real = np.isfinite(apart[j]) & (np.diag(own) > 0)
            v, spread = apart[j, real], own[np.ix_(real, real)]
            chi_square[j], df[j] = v @ np.linalg.pinv(spread, hermitian=True) @ v, real.sum()
            steps = real.copy()
            steps[[0, -1]] = False
            mean[j] = apart[j, steps].mean()
            error[j] = np.sqrt(max(own[np.ix_(steps, steps)].mean(), 0.0))
        return chi_square, df, mean, error

    def p_values(self, anchor: BoolArray) -> FloatArray:
        """1 where an item cannot be compared."""
        chi_square, df, _, _ = self.distances(anchor)
        return np.asarray(np.where(df > 0, stats.chi2.sf(np.nan_to_num(chi_square), np.maximum(df, 1)), 1.0))


def _nothing(names: Sequence[str], model: str, reason: str, level: float) -> Lord:
    nothing = not_enough(n=0, method=DIFFERENCE, source=SOURCE, reason=reason, level=level)
    items = tuple(
        ItemDistance(name=name, chi_square=None, df=0, p_value=None, difference=nothing, reason=reason)
        for name in names
    )
    return Lord(items=items, model=model, slope=None, intercept=None, purification=None)
