"""Infit and outfit: do the answers to an item, or of a person, scatter about the model as much as it says they do?"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from assess.psychometrics.fit.answers import (
    POPULATION_FREE,
    Answers,
    abilities,
    expected_scores,
    of_one_population,
    without_population,
)
from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.conditional import ConditionalCalibration
from assess.psychometrics.irt.expectation import Indicators, expect
from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.irt.joint import JointCalibration
from assess.psychometrics.irt.table import response_table
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError

AbilityMethod = Literal["EAP", "MAP", "ML", "WLE", "posterior"]
METHODS = ("EAP", "MAP", "ML", "WLE", "posterior")

SOURCE = "Wright & Masters (1982), Rating scale analysis, ch. 5"
POSTERIOR_SOURCE = "Adams & Wu (2007), in von Davier & Carstensen (eds), Multivariate and mixture Rasch models, 57–75"
# the cube-root transformation is not defined for a larger standard deviation (mirt and Winsteps cap it, too)
WIDEST = float(np.sqrt(2))
FEWEST = 30
# an answer with less variance is certain; the floor only keeps the division finite
CERTAIN = 1e-30


@dataclass(frozen=True, kw_only=True, eq=False)
class MeanSquares:
    """Fit of every item, or of every person.

    Attributes
    ----------
    infit, outfit
        Mean squares, 1 expected: above 1 more scatter than the model says, below 1 less. NaN exactly where `reasons`
        says why.
    infit_z, outfit_z
        The same as standard normal deviates. NaN also where the mean square rests on one answer.
    n
        Answers behind each.
    reasons
        Why one has no mean square, by its number.
    """

    infit: FloatArray
    outfit: FloatArray
    infit_z: FloatArray
    outfit_z: FloatArray
    n: IntArray
    reasons: Mapping[int, str]


@dataclass(frozen=True, kw_only=True, eq=False)
class InfitOutfit:
    """Mean squares of items (in the order of the columns) and of persons (in the order of the rows).

    Attributes
    ----------
    names
        The items.
    method
        How abilities were estimated, in words.
    n
        Persons used.
    extreme
        Persons left out because their maximum likelihood ability is infinite.
    sufficient, reason
        The verdict on the items' figures.
    """

    names: tuple[str, ...]
    items: MeanSquares
    persons: MeanSquares
    n: int
    extreme: int
    method: str
    source: str
    sufficient: bool
    reason: str


def infit_outfit(
    responses: npt.ArrayLike,
    calibration: Calibration | ConditionalCalibration | JointCalibration,
    method: AbilityMethod = "EAP",
    *,
    least_variance: float = 0.0,
) -> InfitOutfit:
    r"""Infit and outfit mean squares of items and persons.

    Parameters
    ----------
    responses
        persons × items of the calibration; NaN = missing and left out of the sums.
    calibration
        From `irt.calibrate` or `irt.known`, or from `irt.conditional` or `irt.joint` (then the method is "ML" or "WLE").
    method
        The ability the residuals are taken at: "EAP" (as mirt does unless told otherwise), "MAP", "WLE", "ML" (as eRm
        does; persons with an infinite ability are left out), or "posterior": the squares are averaged over the
        person's posterior, as ConQuest and TAM do by drawing from it; here without drawing. It alone expects exactly 1
        for items.
    least_variance
        Variances of an answer below this are raised to it (mirt: 0.00316); one unlikely answer counts the less.

    Raises
    ------
    ResponseError
        `unknown_method`, `needs_a_population` (a conditional or joint calibration with another method), `several_groups` (EAP,
        MAP or posterior with a calibration of several groups), and as `irt.estimate`.

    Notes
    -----
    With residual r = x − E and variance W of an answer, fourth moment C: outfit = Σ r²/W / n, infit = Σ r²/Σ W. Their
    variances are Σ(C/W² − 1)/n² and Σ(C − W²)/(Σ W)²; with q the root, z = (ms^⅓ − 1)·3/q + q/3, q at most √2.
    Abilities are estimated from the same answers, so mean squares tend to be below 1 in short tests.

    Examples
    --------
    >>> from assess.psychometrics import irt
    >>> answers = np.array([[1, 0, 0], [1, 1, 0], [1, 1, 1], [0, 0, 0], [0, 1, 1], [1, 0, 1]] * 20, dtype=float)
    >>> found = infit_outfit(answers, irt.calibrate(answers, "Rasch"), "WLE")
    >>> found.items.infit.round(2).tolist(), found.n
    ([0.94, 0.71, 0.71], 120)
    """
    if method not in METHODS:
        raise ResponseError("unknown_method", f"there is no method {method!r}; methods: {', '.join(METHODS)}")
    if isinstance(calibration, ConditionalCalibration | JointCalibration):
        if method not in POPULATION_FREE:
            sentence = f"a conditional or joint calibration knows no population, which {method} needs: use ML or WLE"
            raise ResponseError("needs_a_population", sentence)
        calibration = without_population(responses, calibration)
    answers = Answers.of(responses, calibration)
    if method == "posterior":
        of_one_population(calibration, "posteriors rest on")
        theta = np.where(answers.seen.any(axis=1), 0.0, np.nan)
        items, persons = _over_posterior(answers, least_variance)
    else:
        theta = abilities(responses, calibration, method)
        items, persons = _at(answers, theta, least_variance)
    n = int(np.isfinite(theta).sum())
    reason = answers.doubt or ("" if n >= FEWEST else f"{n} persons; at least {FEWEST} are needed")
    return InfitOutfit(
        names=calibration.names,
        items=_mean_squares(Sums(*(answers.spread(part, 0.0) for part in items)), _item_reasons(answers)),
        persons=_mean_squares(persons, _person_reasons(theta)),
        n=n,
        extreme=int(np.isinf(theta).sum()),
        method=f"infit and outfit at {'the posterior' if method == 'posterior' else method + ' abilities'}",
        source=POSTERIOR_SOURCE if method == "posterior" else SOURCE,
        sufficient=not reason,
        reason=reason,
    )


class Sums(NamedTuple):
    """What mean squares are made of, summed over the answers to an item or of a person.

    `standardised` is Σ r²/W, `squared` Σ r², `variance` Σ W, `outfit_variance` Σ(C/W² − 1), `infit_variance` Σ(C − W²).
    """

    n: FloatArray
    standardised: FloatArray
    squared: FloatArray
    variance: FloatArray
    outfit_variance: FloatArray
    infit_variance: FloatArray


def _at(answers: Answers, theta: FloatArray, least_variance: float) -> tuple[Sums, Sums]:
    """Sums over persons and over items, at one ability a person."""
    persons, items = answers.categories.shape
    used = np.isfinite(theta)
    by_item, by_person = np.zeros((6, items)), np.zeros((6, persons))
    rows = np.flatnonzero(used)
    for expected in expected_scores(answers.fitted, theta[rows]):
        here = rows[expected.rows]
        given = answers.categories[here]
        seen = (given >= 0).astype(np.float64)
        variance = np.maximum(expected.variance, max(least_variance, CERTAIN))
        squared = (given - expected.score) ** 2
        parts = [1.0, squared / variance, squared, variance, expected.fourth / variance**2 - 1]
        parts.append(expected.fourth - variance**2)
        for number, part in enumerate(parts):
            counted = part * seen
            by_item[number] += counted.sum(axis=0)
            by_person[number, here] = counted.sum(axis=1)
    return Sums(*by_item), Sums(*by_person)


def _over_posterior(answers: Answers, least_variance: float) -> tuple[Sums, Sums]:
    """The same averaged over each person's posterior: one sum per node serves everybody."""
    fitted = answers.fitted
    grid, theta = fitted.grid()
    log_probability = fitted.at(theta)
    probability = np.exp(log_probability)
    category = np.arange(probability.shape[1], dtype=np.float64)[:, None]
    score = (probability * category).sum(axis=1, keepdims=True)
    square = (category - score) ** 2  # items × categories × nodes
    variance = np.maximum((probability * square).sum(axis=1), max(least_variance, CERTAIN))
    fourth = (probability * square**2).sum(axis=1)
    by_answer = [square / variance[:, None], square]
    by_node = [variance, fourth / variance**2 - 1, fourth - variance**2]  # items × nodes

    table = response_table(answers.categories, fitted.categories, fitted.table.frequencies)
    indicators = Indicators(table)
    counts = expect(indicators, log_probability, grid).counts
    at_node = counts.sum(axis=1)
    items = Sums(
        np.rint(at_node.sum(axis=1)),
        *((counts * part).sum(axis=(1, 2)) for part in by_answer),
        *((at_node * part).sum(axis=1) for part in by_node),
    )
    found = np.zeros((6, len(table.categories)))
    for posterior, _ in indicators.posteriors(log_probability, grid):
        given = table.categories[posterior.rows]
        seen = (given >= 0).astype(np.float64)
        weight = posterior.weight
        found[0, posterior.rows] = seen.sum(axis=1)
        for number, part in enumerate(by_answer, 1):
            total = sum((given == k).astype(np.float64) @ part[:, k] for k in range(part.shape[1]))
            found[number, posterior.rows] = (total * weight).sum(axis=1)
        for number, part in enumerate(by_node, 3):
            found[number, posterior.rows] = ((seen @ part) * weight).sum(axis=1)
    return items, Sums(*found[:, table.member])


def _mean_squares(sums: Sums, reasons: Mapping[int, str]) -> MeanSquares:
    there = (sums.n > 0) & (sums.variance > 0)
    n, variance = np.where(there, sums.n, 1.0), np.where(there, sums.variance, 1.0)
    outfit = np.where(there, sums.standardised / n, np.nan)
    infit = np.where(there, sums.squared / variance, np.nan)
    return MeanSquares(
        infit=infit,
        outfit=outfit,
        infit_z=_deviate(infit, sums.infit_variance / variance**2, there),
        outfit_z=_deviate(outfit, sums.outfit_variance / n**2, there),
        n=np.rint(sums.n).astype(np.int64),
        reasons=MappingProxyType(dict(reasons)),
    )


def _deviate(mean_square: FloatArray, variance: FloatArray, there: BoolArray) -> FloatArray:
    """Wilson and Hilferty's cube root of a mean square, standardised; NaN where the mean square cannot vary."""
    varies = there & (variance > 1e-12)
    sd = np.minimum(np.sqrt(np.where(varies, variance, 1.0)), WIDEST)
    return np.where(varies, (np.cbrt(mean_square) - 1) * 3 / sd + sd / 3, np.nan)


def _item_reasons(answers: Answers) -> dict[int, str]:
    calibration = answers.calibration
    reasons = {j: f"{calibration.names[j]}: {why}" for j, why in calibration.left_out.items()}
    unseen = answers.calibration.kept[~answers.seen.any(axis=0)]
    return reasons | {int(j): f"{calibration.names[j]}: nobody answered it" for j in unseen}


def _person_reasons(theta: FloatArray) -> dict[int, str]:
    none = {int(p): f"person {p} answered no calibrated item" for p in np.flatnonzero(np.isnan(theta))}
    extreme = "person {} has nothing or everything right, so no finite ability: use WLE or EAP"
    return none | {int(p): extreme.format(p) for p in np.flatnonzero(np.isinf(theta))}
