"""Likelihood-ratio DIF: does an item fit better with parameters of its own in each group?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics import irt
from assess.psychometrics.dif.matching import NEEDED, Groups, incomparable, too_few
from assess.psychometrics.dif.purification import Purification, purified
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError

SOURCE = "Thissen, Steinberg & Wainer (1993), in Holland & Wainer (eds), Differential item functioning, 67–113"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemGain:
    """What parameters of its own in each group gain for one item.

    Attributes
    ----------
    chi_square, df, p_value
        Twice the gain in log-likelihood; None when `reason` says why.
    reference, focal
        The item's parameters in each group, on the scale of the reference group; None with a `reason`.
    doubt
        Why the figures are an indication only; empty otherwise.
    """

    name: str
    chi_square: float | None
    df: int
    p_value: float | None
    reference: irt.ItemEstimates | None
    focal: irt.ItemEstimates | None
    doubt: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelihoodRatio:
    """All items, in order, and the calibration in which they are equal in both groups."""

    items: tuple[ItemGain, ...]
    equal: irt.Calibration | None
    purification: Purification | None

    @property
    def chi_square(self) -> FloatArray:
        """One per item; NaN exactly where the item has a `reason`."""
        return np.array([np.nan if item.chi_square is None else item.chi_square for item in self.items])

    @property
    def p_value(self) -> FloatArray:
        """One per item; NaN exactly where the item has a `reason`."""
        return np.array([np.nan if item.p_value is None else item.p_value for item in self.items])


def likelihood_ratio(
    responses: npt.ArrayLike,
    focal: npt.ArrayLike,
    model: str = "2PL",
    *,
    anchor: Sequence[str] | None = None,
    purify: bool = False,
    rounds: int = 20,
    significance: float = 0.05,
    names: Sequence[str] | None = None,
    needed: tuple[int, int] = NEEDED,
) -> LikelihoodRatio:
    r"""Likelihood-ratio DIF of every item by a model of two groups.

    Parameters
    ----------
    model
        Any model of `irt.calibrate`.
    anchor
        Items that are equal in both groups; all others have parameters of their own from the start. By default every item but
        the studied one is equal in both (mirt: scheme "drop").
    purify, rounds, significance, needed
        As in `mantel_haenszel`; purification takes items out of the anchor.

    Raises
    ------
    ResponseError
        `no_such_item` for an anchor that is none; as `Groups.of` and `irt.calibrate`.

    Notes
    -----
    χ² = 2(ln L₁ − ln L₀): in L₀ the studied item has the same parameters in both groups, in L₁ each group its own; mean and
    standard deviation of the focal group are estimated in both. Degrees of freedom: the item's number of parameters.

    Examples
    --------
    >>> from assess.psychometrics import simulate
    >>> theta, focal = np.random.default_rng(5).normal(size=1200), np.arange(1200) % 2 == 1
    >>> answers = simulate.rasch_responses(theta, [-1.0, -0.5, 0.0, 0.5, 1.0], seed=6)
    >>> answers[focal, 0] = simulate.rasch_responses(theta[focal], [0.0], seed=7)[:, 0]
    >>> likelihood_ratio(answers, focal, "Rasch").p_value.argmin()
    np.int64(0)
    """
    groups = Groups.of(responses, focal, names)
    chosen = set(groups.names if anchor is None else anchor)
    strange = sorted(chosen - set(groups.names))
    if strange:
        raise ResponseError("no_such_item", f"there is no item {strange[0]!r} to be an anchor")
    reason = incomparable(groups)
    if reason or not chosen:
        return _nothing(groups.names, reason or "no item is left to hold the two groups together")
    test = _Test(groups, model)
    start = np.array([name in chosen for name in groups.names])
    purification = None
    if purify:
        purification = purified(lambda kept: test.p_values(kept & start) < significance, groups.names, rounds)
        start = start & purification.anchor
    equal = test.fit(~start)
    if not equal.converged:
        return _nothing(groups.names, equal.reason)
    reference, other = (
        (members[:, None] & np.isfinite(groups.responses)).sum(axis=0) for members in (~groups.focal, groups.focal)
    )
    items = tuple(
        test.item(j, start, too_few(int(reference[j]), int(other[j]), needed)) for j in range(len(groups.names))
    )
    return LikelihoodRatio(items=items, equal=equal, purification=purification)


class _Test:
    """Calibrations of two groups with some items split; each is made once."""

    def __init__(self, groups: Groups, model: str) -> None:
        self.groups, self.model = groups, model
        self.labels = np.where(groups.focal, "focal", "reference")
        self.made: dict[bytes, irt.Calibration] = {}

    def fit(self, split: BoolArray) -> irt.Calibration:
        """The calibration in which these items have parameters of their own in each group."""
        key = split.tobytes()
        if key not in self.made:
            own = [name for name, apart in zip(self.groups.names, split, strict=True) if apart]
            parts = irt.split_items(self.groups.responses, self.labels, own, names=self.groups.names)
            self.made[key] = irt.calibrate(
                parts.responses, self.model, names=parts.names, groups=self.labels, reference="reference"
            )
        return self.made[key]

    def item(self, j: int, anchor: BoolArray, doubt: str) -> ItemGain:
        """The test of one item; the other items are split unless they are in the anchor."""
        name = self.groups.names[j]
        others = ~anchor
        together, apart = others.copy(), others.copy()
        together[j], apart[j] = False, True
        if together.all() or not (~apart).any():
            return _without(name, f"{name}: no other item holds the two groups together")
        smaller, larger = self.fit(together), self.fit(apart)
        of_group = {who: f"{name} ({who})" for who in ("reference", "focal")}
        places = {who: larger.names.index(label) for who, label in of_group.items()}
        for who, place in places.items():
            if place in larger.left_out:
                return _without(name, f"{name}, {who} group: {larger.left_out[place]}")
        used = [larger.used[place].tolist() for place in places.values()]
        if used[0] != used[1]:
            return _without(name, f"{name}: the groups used different categories; join these with their neighbours")
        for fit in (smaller, larger):
            if not fit.converged:
                return _without(name, f"{name}: {fit.reason}")
        # a gain below 0 is the last digits of two maxima
        gain = max(2 * (larger.log_likelihood - smaller.log_likelihood), 0.0)
        df = larger.n_parameters - smaller.n_parameters
        return ItemGain(
            name=name,
            chi_square=gain,
            df=df,
            p_value=float(stats.chi2.sf(gain, df)),
            reference=larger.items[places["reference"]],
            focal=larger.items[places["focal"]],
            doubt=doubt,
            reason="",
        )

    def p_values(self, anchor: BoolArray) -> FloatArray:
        """1 where an item cannot be tested."""
        found = [self.item(j, anchor, "").p_value for j in range(len(anchor))]
        return np.array([1.0 if p is None else p for p in found])


def _without(name: str, reason: str) -> ItemGain:
    return ItemGain(name=name, chi_square=None, df=0, p_value=None, reference=None, focal=None, doubt="", reason=reason)


def _nothing(names: Sequence[str], reason: str) -> LikelihoodRatio:
    return LikelihoodRatio(items=tuple(_without(name, reason) for name in names), equal=None, purification=None)
