"""Person fit by the likelihood: lz, and lz* which knows that the ability was estimated; and the same sum for items."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.fit.answers import PERSONS_AT_ONCE, Answers, abilities
from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.families import AbilityCurves, IntArray, by_ability
from assess.psychometrics.irt.likely_abilities import Method
from assess.psychometrics.responses import FloatArray, ResponseError

LZ_SOURCE = "Drasgow, Levine & Williams (1985), British Journal of Mathematical and Statistical Psychology 38, 67–86"
LZ_STAR_SOURCE = (
    "Snijders (2001), Psychometrika 66, 331–342; several categories: Sinharay (2016), Psychometrika 81, 992–1013"
)
Corrected = Literal["ML", "MAP", "WLE"]
# below this many answers the normal law of lz is far off, whatever the correction (Snijders 2001 studies 15 and more)
FEWEST_ANSWERS = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonFit:
    """A person-fit statistic of every row; low values are unusual patterns.

    Attributes
    ----------
    value
        NaN where there is none: nothing answered, an infinite ability, or a pattern that cannot vary.
    answered
        Calibrated items each person answered.
    n, without
        Persons with and without a value.
    method, source
        What was computed, and the publication.
    normal
        Whether the value is a standard normal deviate where the model holds.
    sufficient, reason
        The verdict; `reason` says what the values without it are worth.
    """

    value: FloatArray
    answered: IntArray
    n: int
    without: int
    method: str
    source: str
    normal: bool
    sufficient: bool
    reason: str


@dataclass(frozen=True, kw_only=True, eq=False)
class ItemLikelihoodFit:
    """Zh of every item, in the order of the columns; NaN for an item left out."""

    names: tuple[str, ...]
    value: FloatArray
    n: IntArray
    method: str
    source: str


def lz(responses: npt.ArrayLike, calibration: Calibration, method: Method = "EAP") -> PersonFit:
    r"""Standardised log-likelihood of each person's answers, lz (Zh in mirt, where EAP is usual).

    Parameters
    ----------
    responses
        persons × items of the calibration; NaN = missing and left out of the sums.
    method
        Which ability.

    Raises
    ------
    ResponseError
        `not_calibrated`, `items_do_not_fit`, `not_a_category`, `unknown_method`.

    Notes
    -----
    (Σ log P(x) − Σ Σ_k P_k log P_k)/√(Σ Var(log P)) at the estimated ability. Since the ability rests on the same answers,
    the values vary less than 1 and are not normal: to flag persons at a stated rate use `lz_star`.

    Examples
    --------
    >>> from assess.psychometrics import irt
    >>> answers = np.array([[1, 0, 0], [1, 1, 0], [1, 1, 1], [0, 0, 0], [0, 1, 1], [1, 0, 1]] * 20, dtype=float)
    >>> lz(answers[:5], irt.calibrate(answers, "Rasch")).value.round(2).tolist()
    [1.39, 0.59, 1.03, 0.92, -1.24]
    """
    answers = Answers.of(responses, calibration)
    theta = abilities(responses, calibration, method)
    gap, variance, _ = _sums(answers, theta, by_item=False)
    method_words = f"lz at {method} abilities"
    return _reported(answers, gap, variance, method_words, LZ_SOURCE, normal=False)


def item_zh(responses: npt.ArrayLike, calibration: Calibration, method: Method = "EAP") -> ItemLikelihoodFit:
    """Drasgow, Levine and Williams' Zh of each item: the standardised log-likelihood of the answers to it.

    Raises
    ------
    ResponseError
        As `lz`.
    """
    answers = Answers.of(responses, calibration)
    theta = abilities(responses, calibration, method)
    gap, variance, n = _sums(answers, theta, by_item=True)
    value = np.divide(gap, np.sqrt(np.maximum(variance, 0.0)), out=np.full_like(gap, np.nan), where=variance > 1e-12)
    return ItemLikelihoodFit(
        names=calibration.names,
        value=answers.spread(value),
        n=np.rint(answers.spread(n, 0.0)).astype(np.int64),
        method=f"Zh of items at {method} abilities",
        source=LZ_SOURCE,
    )


def lz_star(responses: npt.ArrayLike, calibration: Calibration, method: Corrected = "WLE") -> PersonFit:
    r"""lz corrected for the estimation of the ability, asymptotically standard normal where the model holds.

    Parameters
    ----------
    responses
        persons × items of the calibration; NaN = missing and left out of the sums.
    method
        "WLE", "ML" or "MAP": the correction differs by the estimator's equation. EAP has none.

    Raises
    ------
    ResponseError
        `not_calibrated`, `items_do_not_fit`, `not_a_category`, `unknown_method`.

    Notes
    -----
    The estimators solve r₀(θ) + Σ_i Σ_k (x_ik − P_ik)·r_ik(θ) = 0 with r_ik = P'_ik/P_ik and r₀ = 0 for ML, (μ − θ)/σ² for
    MAP, J/(2I) for WLE. With w_ik = log P_ik, c = Σ P'_ik w_ik/Σ P'_ik r_ik and w̃ = w − c·r:
    lz* = (Σ(x_ik − P_ik)·w_ik + c·r₀)/√(Σ_i Var(w̃_i)).

    Examples
    --------
    >>> from assess.psychometrics import irt
    >>> answers = np.array([[1, 0, 0], [1, 1, 0], [1, 1, 1], [0, 0, 0], [0, 1, 1], [1, 0, 1]] * 20, dtype=float)
    >>> found = lz_star(answers[:5], irt.calibrate(answers, "Rasch"))
    >>> found.value.round(2).tolist()
    [1.38, 0.6, -0.02, -0.03, -2.09]
    >>> found.reason
    'persons with 3 answers; lz* follows the normal law from about 10 on'
    """
    if method not in ("ML", "MAP", "WLE"):
        raise ResponseError("unknown_method", f"lz* has a correction for ML, MAP and WLE, not for {method!r}")
    answers = Answers.of(responses, calibration)
    theta = abilities(responses, calibration, method)
    gap, variance = np.full(len(theta), np.nan), np.zeros(len(theta))
    fitted = answers.fitted
    rows = np.flatnonzero(np.isfinite(theta))
    for start in range(0, len(rows), PERSONS_AT_ONCE):
        here = rows[start : start + PERSONS_AT_ONCE]
        at = by_ability(fitted.family, fitted.parameters, fitted.categories, theta[here])
        gap[here], variance[here] = _corrected(at, answers, here, theta[here], method)
    return _reported(answers, gap, variance, f"lz* at {method} abilities", LZ_STAR_SOURCE, normal=True)


def _corrected(
    at: AbilityCurves, answers: Answers, rows: IntArray, theta: FloatArray, method: Corrected
) -> tuple[FloatArray, FloatArray]:
    """Numerator and variance of lz* for some persons."""
    probability = at.probability  # items × categories × persons
    there = probability > 1e-300
    weight = np.log(np.where(there, probability, 1.0))
    pull = np.divide(at.first, probability, out=np.zeros_like(probability), where=there)
    given = answers.categories[rows].T
    seen = (given >= 0)[:, None]
    chosen = given[:, None] == np.arange(probability.shape[1])[:, None]
    shared = (at.first * weight * seen).sum(axis=(0, 1))
    information = (at.first * pull * seen).sum(axis=(0, 1))
    share = shared / np.maximum(information, 1e-300)
    residual = (chosen - probability) * seen
    gap = (residual * weight).sum(axis=(0, 1))
    if method == "MAP":
        prior = (answers.fitted.mean - theta) / answers.fitted.sd**2
    elif method == "WLE":
        prior = (at.bias_term * seen[:, 0]).sum(axis=0) / (2 * np.maximum(information, 1e-300))
    else:
        prior = np.zeros_like(theta)
    left = weight - share * pull
    mean = (probability * left).sum(axis=1)
    variance = (((probability * left**2).sum(axis=1) - mean**2) * seen[:, 0]).sum(axis=0)
    return gap + share * prior, variance


def _sums(answers: Answers, theta: FloatArray, *, by_item: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Σ(log P(x) − E log P) and Σ Var(log P), over the items of each person or the persons of each item; and answers."""
    persons, items = answers.categories.shape
    size = items if by_item else persons
    gap, variance, n = np.zeros(size), np.zeros(size), np.zeros(size)
    rows = np.flatnonzero(np.isfinite(theta))
    item = np.arange(items)[:, None]
    for start in range(0, len(rows), PERSONS_AT_ONCE):
        here = rows[start : start + PERSONS_AT_ONCE]
        logs = answers.fitted.at(theta[here])  # items × categories × persons
        probability = np.exp(logs)
        logs = np.maximum(logs, -700.0)  # a padded category: probability 0 and no log
        mean = (probability * logs).sum(axis=1)
        spread = (probability * logs**2).sum(axis=1) - mean**2
        given = answers.categories[here].T
        seen = given >= 0
        apart = (logs[item, np.maximum(given, 0), np.arange(len(here))] - mean) * seen
        if by_item:
            gap += apart.sum(axis=1)
            variance += (spread * seen).sum(axis=1)
            n += seen.sum(axis=1)
        else:
            gap[here], variance[here], n[here] = apart.sum(axis=0), (spread * seen).sum(axis=0), seen.sum(axis=0)
    return gap, variance, n


def _reported(
    answers: Answers, gap: FloatArray, variance: FloatArray, method: str, source: str, *, normal: bool
) -> PersonFit:
    answered = answers.seen.sum(axis=1).astype(np.int64)
    there = np.isfinite(gap) & (variance > 1e-12)
    value = np.divide(gap, np.sqrt(np.maximum(variance, 1e-300)), out=np.full(len(gap), np.nan), where=there)
    few = int(answered[there].min()) if there.any() else 0
    reason = answers.doubt
    if not reason and not there.any():
        reason = "nobody's answers can be told from what the model expects"
    elif not reason and few < FEWEST_ANSWERS:
        name = "lz*" if normal else "lz"
        reason = f"persons with {few} answers; {name} follows the normal law from about {FEWEST_ANSWERS} on"
    if not reason and not normal:
        reason = "lz varies less than a normal deviate when the ability is estimated; flag persons by lz*"
    return PersonFit(
        value=value,
        answered=answered,
        n=int(there.sum()),
        without=int((~there).sum()),
        method=method,
        source=source,
        normal=normal,
        sufficient=not reason,
        reason=reason,
    )
