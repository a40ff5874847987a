"""Standardisation: by how many percentage points does an item differ for persons with the same score?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.dif.mantel_haenszel import ETS_SCALE
from assess.psychometrics.dif.matching import NEEDED, Groups, Strata, incomparable, too_few
from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, normal_interval, not_enough

Weight = Literal["focal", "reference", "total"]
Size = Literal["negligible", "moderate", "large"]

SOURCE = (
    "Dorans & Kulick (1986), Journal of Educational Measurement 23, 355–368; Dorans & Holland (1993), in Holland & "
    "Wainer (eds), Differential item functioning, 35–66"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDifference:
    """The standardised differences of one item.

    Attributes
    ----------
    p_difference
        STD P-DIF: focal minus reference proportion right; below 0 the item favours the reference group.
    rmwsd
        Root of the weighted mean squared difference; well above |STD P-DIF| when differences change sign over scores
        (and above 0 by chance alone in small samples). None without a difference.
    odds_ratio, delta
        Standardised α, the odds of the reference proportion to those of the focal one, and −2.35 ln α; None when a
        proportion is 0 or 1.
    size
        negligible below .05, moderate up to .10, large above.
    """

    name: str
    p_difference: Estimate
    rmwsd: float | None
    odds_ratio: float | None
    delta: float | None
    size: Size | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standardisation:
    """All items, in order."""

    items: tuple[ItemDifference, ...]

    @property
    def p_difference(self) -> FloatArray:
        """One per item; NaN exactly where there is none, with the reason in the item's estimate."""
        return np.array([np.nan if i.p_difference.value is None else i.p_difference.value for i in self.items])


def standardisation(
    responses: npt.ArrayLike,
    focal: npt.ArrayLike,
    *,
    weight: Weight = "focal",
    matching: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    level: float = LEVEL,
    needed: tuple[int, int] = NEEDED,
) -> Standardisation:
    r"""Standardised differences in the proportion right, matched on the total score.

    Parameters
    ----------
    responses, focal, matching, needed
        As in `mantel_haenszel`.
    weight
        The group whose scores weight the levels.

    Raises
    ------
    ResponseError
        As `Groups.of`.
    ValueError
        When `weight` is none of the three.

    Notes
    -----
    STD P-DIF = Σ w_k(P_Fk − P_Rk)/Σ w_k, RMWSD = √(Σ w_k(P_Fk − P_Rk)²/Σ w_k), over levels with both groups. Standard
    error with focal weights: √(P_F(1 − P_F)/N_F + Σ (n_Fk/N_F)² P_Rk(1 − P_Rk)/n_Rk) (Dorans & Holland 1993), which
    takes the focal scores as drawn; with other weights the levels are taken as given.

    Examples
    --------
    >>> focal = [False] * 40 + [True] * 40
    >>> item = [1] * 8 + [0] * 12 + [1] * 16 + [0] * 4 + [1] * 6 + [0] * 14 + [1] * 14 + [0] * 6
    >>> found = standardisation([[x] for x in item], focal, matching=([1] * 20 + [2] * 20) * 2)
    >>> round(found.items[0].p_difference.value, 3), round(found.items[0].rmwsd, 3)
    (-0.1, 0.1)
    """
    if weight not in ("focal", "reference", "total"):
        raise ValueError(f'weight {weight!r} is none of "focal", "reference" and "total"')
    groups = Groups.of(responses, focal, names, matching)
    method = f"STD P-DIF ({weight} weights)"
    nobody = incomparable(groups)
    if nobody:
        return Standardisation(items=tuple(_without(name, nobody, 0, method, level) for name in groups.names))
    strata = groups.strata(groups.values)
    graded = groups.graded
    return Standardisation(
        items=tuple(
            _without(name, f"{name} has part points; Mantel's test of mean scores is for such items", 0, method, level)
            if graded[j]
            else _difference(strata, j, name, weight, method, level, needed)
            for j, name in enumerate(groups.names)
        )
    )


def _difference(
    strata: Strata, item: int, name: str, weight: Weight, method: str, level: float, needed: tuple[int, int]
) -> ItemDifference:
    both = strata.both[:, item]
    n_r, n_f = strata.reference[both, item], strata.focal[both, item]
    persons = int((n_r + n_f).sum())
    if not persons:
        reason = f"{name}: at no score did persons of both groups answer it; widen the levels or the sample"
        return _without(name, reason, 0, method, level)
    p_r, p_f = strata.reference_sum[both, item] / n_r, strata.focal_sum[both, item] / n_f
    share = {"focal": n_f, "reference": n_r, "total": n_r + n_f}[weight]
    share = share / share.sum()
    mean_r, mean_f = float(share @ p_r), float(share @ p_f)
    of_reference = float((share**2 * p_r * (1 - p_r) / n_r).sum())
    drawn, given = mean_f * (1 - mean_f) / float(n_f.sum()), float((share**2 * p_f * (1 - p_f) / n_f).sum())
    of_focal = drawn if weight == "focal" else given
    value, se = mean_f - mean_r, float(np.sqrt(of_focal + of_reference))
    if not se > 0:
        reason = f"{name}: wherever the groups meet, each answered alike; it cannot show a difference"
        return _without(name, reason, persons, method, level)
    estimate = estimated(
        value=value,
        standard_error=se,
        interval=normal_interval(value, se, level),
        n=persons,
        method=method,
        source=SOURCE,
        minimum=0,
        level=level,
    )
    few = too_few(int(n_r.sum()), int(n_f.sum()), needed)
    inside = 0 < mean_r < 1 and 0 < mean_f < 1
    ratio = mean_r / (1 - mean_r) * (1 - mean_f) / mean_f if inside else None
    return ItemDifference(
        name=name,
        p_difference=doubted(estimate, few) if few else estimate,
        rmwsd=float(np.sqrt(share @ (p_f - p_r) ** 2)),
        odds_ratio=ratio,
        delta=None if ratio is None else ETS_SCALE * float(np.log(ratio)),
        size="negligible" if abs(value) < 0.05 else "moderate" if abs(value) <= 0.10 else "large",
    )


def _without(name: str, reason: str, n: int, method: str, level: float) -> ItemDifference:
    nothing = not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
    return ItemDifference(name=name, p_difference=nothing, rmwsd=None, odds_ratio=None, delta=None, size=None)
