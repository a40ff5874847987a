"""Answers beside what a calibration expects of them at given abilities: the common ground of the fit statistics."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.abilities import calibrated_answers, estimate
from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.conditional import ConditionalCalibration
from assess.psychometrics.irt.eligibility import eligible
from assess.psychometrics.irt.fitted import Fitted
from assess.psychometrics.irt.joint import JointCalibration
from assess.psychometrics.irt.known import known
from assess.psychometrics.irt.known_item import KnownItem
from assess.psychometrics.irt.likely_abilities import Method
from assess.psychometrics.irt.models import MODELS
from assess.psychometrics.irt.table import SmallIntegers
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError

POPULATION_FREE = ("ML", "WLE")
PERSONS_AT_ONCE = 2048


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """Answers to the calibrated items.

    Attributes
    ----------
    calibration
        On whose scale they are read.
    fitted
        Its item parameters; only the items that were calibrated.
    categories
        persons × calibrated items, consecutive from 0; −1 = missing.
    """

    calibration: Calibration
    fitted: Fitted
    categories: SmallIntegers

    @classmethod
    def of(cls, responses: npt.ArrayLike, calibration: Calibration) -> "Answers":
        """Read responses on the scale of a calibration.

        Raises
        ------
        ResponseError
            `not_calibrated`, `items_do_not_fit`, `not_a_category`, `not_a_table`, `not_finite`.
        """
        categories = calibrated_answers(responses, calibration)
        assert calibration.fitted is not None
        return cls(calibration=calibration, fitted=calibration.fitted, categories=categories)

    @property
    def names(self) -> tuple[str, ...]:
        """The calibrated items."""
        return tuple(self.calibration.names[j] for j in self.calibration.kept)

    @property
    def seen(self) -> BoolArray:
        """Who answered what, persons × calibrated items."""
        return np.asarray(self.categories >= 0)

    @property
    def complete(self) -> SmallIntegers:
        """Only the persons who answered every calibrated item."""
        return self.categories[self.seen.all(axis=1)]

    @property
    def doubt(self) -> str:
        """Why the calibration is not to be relied on; empty when it is."""
        calibration = self.calibration
        return "" if calibration.converged else f"the calibration is not to be relied on: {calibration.reason}"

    def spread(self, values: FloatArray, otherwise: float = np.nan) -> FloatArray:
        """One value per calibrated item as one per column of the responses."""
        found = np.full(len(self.calibration.names), otherwise)
        found[self.calibration.kept] = values
        return found


@dataclass(frozen=True, eq=False)
class Expected:
    """Item scores expected of some persons, each array persons × items.

    Attributes
    ----------
    rows
        Which persons.
    score, variance, fourth
        Mean, variance and fourth central moment of the item score at the person's ability.
    """

    rows: slice
    score: FloatArray
    variance: FloatArray
    fourth: FloatArray


def expected_scores(fitted: Fitted, theta: FloatArray) -> Iterator[Expected]:
    """What the calibration expects at each ability, a block of persons at a time."""
    category = np.arange(int(fitted.categories.max()), dtype=np.float64)[:, None]
    for start in range(0, len(theta), PERSONS_AT_ONCE):
        rows = slice(start, min(start + PERSONS_AT_ONCE, len(theta)))
        probability = np.exp(fitted.at(theta[rows]))
        score = (probability * category).sum(axis=1, keepdims=True)
        square = (category - score) ** 2
        variance = (probability * square).sum(axis=1)
        fourth = (probability * square**2).sum(axis=1)
        yield Expected(rows, score[:, 0].T, variance.T, fourth.T)


def without_population(responses: npt.ArrayLike, calibration: ConditionalCalibration | JointCalibration) -> Calibration:
    """A conditional or joint calibration as one that abilities can be estimated with by a method that needs no population.

    Raises
    ------
    ResponseError
        `not_calibrated`, or `items_do_not_fit` when these are not the responses that were calibrated.
    """
    if not calibration.converged:
        raise ResponseError("not_calibrated", f"there is no calibration to measure with: {calibration.reason}")
    data = eligible(responses, MODELS["PCM"], calibration.names)
    steps = calibration.difficulty.reshape(len(data.labels), -1)
    found = {}
    for j in data.kept:
        finite = steps[j][np.isfinite(steps[j])]
        if len(finite) != len(data.used[j]) - 1:
            sentence = f"{data.labels[j]}: these are not the answers that were calibrated, other categories are in use"
            raise ResponseError("items_do_not_fit", sentence)
        found[data.labels[j]] = KnownItem(difficulty=tuple(finite.tolist()))
    return replace(
        known(found, "PCM"),
        names=data.labels,
        left_out=data.left_out,
        used=data.used,
        answered=data.answered,
        unanswered=data.unanswered,
        remarks=calibration.remarks,
    )


def abilities(responses: npt.ArrayLike, calibration: Calibration, method: Method) -> FloatArray:
    """Ability of every person; NaN without an answer, ±infinity where the maximum likelihood has no finite place.

    Raises
    ------
    ResponseError
        `several_groups` when the method rests on a population and there are several, and as `irt.estimate`.
    """
    if method not in POPULATION_FREE:
        of_one_population(calibration, f"{method} abilities rest on")
    return estimate(responses, calibration, method).theta


def of_one_population(calibration: Calibration, what: str) -> None:
    """Refuse a calibration of several groups.

    Raises
    ------
    ResponseError
        `several_groups`.
    """
    if len(calibration.groups) > 1:
        sentence = (
            f"{what} one population, and this calibration has {len(calibration.groups)} ({', '.join(calibration.groups)}): "
            "calibrate each group with the common items as anchors, or judge items and persons at WLE abilities"
        )
        raise ResponseError("several_groups", sentence)
