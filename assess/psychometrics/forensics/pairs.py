"""Named pairs: did one copy from the other? Wollack's ω and the generalized binomial test."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.forensics.counts import upper_tail
from assess.psychometrics.forensics.options import Options, read
from assess.psychometrics.forensics.words import NOT_A_FINDING
from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.responses import FloatArray, ResponseError

Given = Literal["source", "nobody"]
OMEGA_SOURCE = "Wollack (1997), Applied Psychological Measurement 21, 307–320"
GBT_SOURCE = "van der Linden & Sotaridona (2006), Journal of Educational and Behavioral Statistics 31, 283–304"


@dataclass(frozen=True, kw_only=True, eq=False)
class PairTests:
    """One row per pair.

    Attributes
    ----------
    pairs
        Rows of the responses: first the suspected copier, then the source.
    common
        Items that both answered.
    matches, expected, variance
        Identical answers, and their mean and variance under the model.
    z, p_value
        (matches − expected)/√variance, and the probability of at least so many matches; NaN where `reason` says why.
    reasons
        A sentence for each pair that has no test; empty for the others.
    n
        Persons in the data.
    """

    pairs: IntArray
    common: IntArray
    matches: IntArray
    expected: FloatArray
    variance: FloatArray
    z: FloatArray
    p_value: FloatArray
    reasons: tuple[str, ...]
    n: int
    method: str
    source: str
    wording: str = NOT_A_FINDING


def omega(
    responses: npt.ArrayLike,
    calibration: Calibration,
    pairs: npt.ArrayLike,
    *,
    choices: npt.ArrayLike | None = None,
) -> PairTests:
    r"""Wollack's ω of (copier, source) pairs.

    Parameters
    ----------
    responses
        persons × items, categories from 0; NaN = missing.
    pairs
        Rows of (copier, source).
    choices
        Option chosen by each person, when known: then a match is the same option, else the same category (the
        right-or-wrong form of the index).

    Raises
    ------
    ResponseError
        Those of `options.read`; `not_pairs`.

    Notes
    -----
    ω = (h − Σ_j π_j)/√(Σ_j π_j(1 − π_j)), π_j = P(the copier, at her own EAP ability, gives the source's answer to item j);
    the source's answers are taken as given. p by the standard normal. With choices: the nominal response model that
    Wollack uses is replaced by P(right) and the shares of the wrong options among all wrong answers.

    Examples
    --------
    >>> from assess.psychometrics import irt, simulate
    >>> answers = simulate.rasch_responses(np.linspace(-2, 2, 300), np.linspace(-2, 2, 40), seed=1)
    >>> answers[150] = answers[120]
    >>> found = omega(answers, irt.calibrate(answers, "Rasch"), [[150, 120], [100, 101]])
    >>> found.matches.tolist(), found.p_value.round(4).tolist()
    ([40, 28], [0.0, 0.5208])
    """
    options, pair = read(responses, calibration, choices), _pairs(pairs, len(np.asarray(responses)))
    chance = _match_given_source(options, pair)
    return _tests(options, pair, chance, exact=False, method="ω, answers of the source given", source=OMEGA_SOURCE)


def gbt(
    responses: npt.ArrayLike,
    calibration: Calibration,
    pairs: npt.ArrayLike,
    *,
    choices: npt.ArrayLike | None = None,
    given: Given = "nobody",
) -> PairTests:
    """The generalized binomial test of pairs.

    Parameters
    ----------
    given
        "nobody": both persons' answers are random, a match has Σ_k P_k(a)·P_k(b); the order within a pair does not matter.
        "source": the second person's answers are taken as given.

    Raises
    ------
    ResponseError
        As `omega`.

    Notes
    -----
    p = P(at least the observed number of matches), from the exact distribution of a sum of unequal chances. Abilities are
    EAP from the same answers, which makes the test conservative: `similarity` measures by how much.

    Examples
    --------
    >>> from assess.psychometrics import irt, simulate
    >>> answers = simulate.rasch_responses(np.linspace(-2, 2, 300), np.linspace(-2, 2, 40), seed=1)
    >>> answers[150] = answers[120]
    >>> gbt(answers, irt.calibrate(answers, "Rasch"), [[150, 120]]).p_value.round(6).tolist()
    [0.0]
    """
    options, pair = read(responses, calibration, choices), _pairs(pairs, len(np.asarray(responses)))
    chance = match_chance(options, pair) if given == "nobody" else _match_given_source(options, pair)
    what = "both random" if given == "nobody" else "answers of the source given"
    method = f"generalized binomial test, {what}"
    return _tests(options, pair, chance, exact=True, method=method, source=GBT_SOURCE)


def match_chance(options: Options, pairs: IntArray) -> FloatArray:
    """P(identical answers) to each item for each pair, both random; 0 where one of the two did not answer."""
    first, second = (options.probability(_finite(options.theta[pairs[:, side]])) for side in (0, 1))
    return np.asarray(np.where(_common(options, pairs), (first * second).sum(axis=2), 0.0))


def _match_given_source(options: Options, pairs: IntArray) -> FloatArray:
    chance = options.probability(_finite(options.theta[pairs[:, 0]]))
    said = np.maximum(options.chosen[pairs[:, 1]], 0)
    found = np.take_along_axis(chance, said[:, :, None], axis=2)[:, :, 0]
    return np.asarray(np.where(_common(options, pairs), found, 0.0))


def _tests(
    options: Options, pairs: IntArray, chance: FloatArray, *, exact: bool, method: str, source: str
) -> PairTests:
    together = _common(options, pairs)
    common = together.sum(axis=1)
    matches = (together & (options.chosen[pairs[:, 0]] == options.chosen[pairs[:, 1]])).sum(axis=1)
    expected, variance = chance.sum(axis=1), (chance * (1 - chance)).sum(axis=1)
    tested = variance > 1e-12
    z = np.divide(matches - expected, np.sqrt(variance), out=np.full(len(pairs), np.nan), where=tested)
    p = upper_tail(chance, matches.astype(np.float64)) if exact else np.asarray(stats.norm.sf(z))
    reasons = tuple(
        "" if good else "the two answered no calibrated item in common" if not count else "the model leaves no chance"
        for good, count in zip(tested, common, strict=True)
    )
    return PairTests(
        pairs=pairs,
        common=common.astype(np.int64),
        matches=matches.astype(np.int64),
        expected=expected,
        variance=variance,
        z=z,
        p_value=np.where(tested, p, np.nan),
        reasons=reasons,
        n=len(options.chosen),
        method=method,
        source=source,
    )


def _common(options: Options, pairs: IntArray) -> npt.NDArray[np.bool_]:
    return np.asarray((options.chosen[pairs[:, 0]] >= 0) & (options.chosen[pairs[:, 1]] >= 0))


def _finite(theta: FloatArray) -> FloatArray:
    return np.where(np.isfinite(theta), theta, 0.0)  # of persons without an answer, whose items never count


def _pairs(pairs: npt.ArrayLike, persons: int) -> IntArray:
    found = (
        np.asarray(pairs, dtype=np.int64).reshape(-1, 2) if np.size(pairs) == 0 else np.asarray(pairs, dtype=np.int64)
    )
    if found.ndim != 2 or found.shape[1] != 2:
        raise ResponseError("not_pairs", "pairs are rows of two places: (copier, source)")
    wrong = (found < 0).any(axis=1) | (found >= persons).any(axis=1) | (found[:, 0] == found[:, 1])
    if wrong.any():
        pair = found[int(wrong.argmax())].tolist()
        raise ResponseError("not_pairs", f"pair {pair}: two different rows of the {persons} persons are needed")
    return found
