"""The score at which a borderline judgement becomes as likely as not, by logistic regression."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from assess.psychometrics.dif.binomial import fit
from assess.psychometrics.responses import FloatArray

NEWTON_STEPS = 30
LONGEST_STEP = 2.0
SETTLED = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class LogisticCut:
    """Where the curve crosses.

    Attributes
    ----------
    value, standard_error
        The score and its delta-method standard error; None when `reason` says why.
    slope
        Log-odds per score point; None likewise.
    gap
        With complete separation: the highest score below and the lowest above.
    """

    value: float | None
    standard_error: float | None
    slope: float | None
    gap: tuple[float, float] | None
    reason: str


def logistic_cut(scores: FloatArray, right: FloatArray, number: FloatArray, probability: float = 0.5) -> LogisticCut:
    r"""The score with that probability of being judged at or above the standard.

    Parameters
    ----------
    scores, right, number
        Distinct scores, judgements "at or above" at each, and judgements at each.

    Notes
    -----
    logit P = a + b·s; cut = (logit p − a)/b. Counted from the cut, the intercept is logit p whatever the data, so
    SE = SE(intercept at the cut)/|b|, which is the delta method.

    Examples
    --------
    >>> found = logistic_cut(np.array([10.0, 20, 30, 40]), np.array([1.0, 4, 6, 9]), np.full(4, 10.0))
    >>> round(found.value, 2), round(found.standard_error, 2)
    (25.0, 2.93)
    """
    seen = number > 0
    s, r, n = scores[seen], right[seen], number[seen]
    total, above = float(n.sum()), float(r.sum())
    if above in (0.0, total):
        side = "below" if above == 0 else "at or above"
        return _none(f"everything was judged {side} the standard" if total else "nothing was judged")
    if len(s) < 2:
        return _none("all scores are the same")
    gap = _separation(s, r, n)
    if gap is not None:
        if gap[0] < gap[1]:
            reason = f"the scores separate the two without overlap: any cut between {gap[0]:g} and {gap[1]:g} does"
        else:
            reason = f"all overlap is at the score {gap[0]:g}, so the curve has no finite slope"
        return LogisticCut(value=None, standard_error=None, slope=None, gap=gap, reason=reason)
    intercept, slope, centre, scale = _curve(s, r, n)
    if abs(slope) < 1e-9:
        return _none("the judgement does not depend on the score")
    b = slope / scale
    cut = centre + (float(special.logit(probability)) - intercept) / b
    chance = special.expit(intercept + b * (s - centre))
    weight, apart = n * chance * (1 - chance), s - cut
    w, wx, wxx = float(weight.sum()), float((weight * apart).sum()), float((weight * apart**2).sum())
    determinant = w * wxx - wx**2
    if not determinant > 1e-12 * w * wxx:
        return _none("the scores do not vary enough to place the curve")
    return LogisticCut(
        value=cut, standard_error=float(np.sqrt(wxx / determinant)) / abs(b), slope=b, gap=None, reason=""
    )


def resampled_cuts(scores: FloatArray, right: FloatArray, number: FloatArray, probability: float = 0.5) -> FloatArray:
    """The cut of many samples at once, samples × scores; NaN where a sample gives none.

    All samples start from the curve of their sum, a few Newton steps away; one that does not settle is separated.
    """
    intercept, slope, centre, scale = _curve(scores, right.sum(axis=0), number.sum(axis=0))
    x = (scores - centre) / scale
    a, b = np.full(len(right), intercept), np.full(len(right), slope)
    largest = np.full(len(right), np.inf)
    for _ in range(NEWTON_STEPS):
        chance = special.expit(a[:, None] + b[:, None] * x)
        rest, weight = right - number * chance, number * chance * (1 - chance)
        ga, gb = rest.sum(axis=1), rest @ x
        w, wx, wxx = weight.sum(axis=1), weight @ x, weight @ x**2
        determinant = w * wxx - wx**2
        solvable = determinant > 1e-10 * np.maximum(w * wxx, 1e-300)
        da = np.divide(ga * wxx - gb * wx, determinant, out=np.full(len(a), np.nan), where=solvable)
        db = np.divide(gb * w - ga * wx, determinant, out=np.full(len(a), np.nan), where=solvable)
        a, b = a + np.clip(da, -LONGEST_STEP, LONGEST_STEP), b + np.clip(db, -LONGEST_STEP, LONGEST_STEP)
        largest = np.maximum(np.abs(da), np.abs(db))
        if not (largest > SETTLED).any():
            break
    placed = (largest <= SETTLED) & (np.abs(b) > 1e-9)
    apart = np.divide(special.logit(probability) - a, b, out=np.full(len(a), np.nan), where=placed)
    return np.asarray(centre + scale * apart)


def _curve(scores: FloatArray, right: FloatArray, number: FloatArray) -> tuple[float, float, float, float]:
    """Intercept and slope on scores counted from `centre` in units of `scale`."""
    centre, scale = float(scores.mean()), float(scores.std()) or 1.0
    x = (scores - centre) / scale
    found = fit(np.stack([np.ones_like(x), x], axis=-1)[None], right[None], number[None])
    return float(found.coefficients[0, 0]), float(found.coefficients[0, 1]), centre, scale


def _separation(s: FloatArray, r: FloatArray, n: FloatArray) -> tuple[float, float] | None:
    """Highest score judged below and lowest judged above when they do not overlap (either way round)."""
    below, above = s[r < n], s[r > 0]
    if below.max() <= above.min():
        return float(below.max()), float(above.min())
    if above.max() <= below.min():
        return float(above.max()), float(below.min())
    return None


def _none(reason: str) -> LogisticCut:
    return LogisticCut(value=None, standard_error=None, slope=None, gap=None, reason=reason)
