"""Joint maximum likelihood: Rasch and partial credit items and all abilities at once, as Winsteps, Facets and TAM offer it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.calibration import ItemEstimates, spread_out
from assess.psychometrics.irt.eligibility import eligible
from assess.psychometrics.irt.groups import ScoreGroups, score_groups
from assess.psychometrics.irt.models import MODELS
from assess.psychometrics.irt.steps import StepCurves, StepLayout, curves
from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import Estimate, estimated, normal_interval, not_enough

SOURCE = "Wright & Panchapakesan (1969), Educational and Psychological Measurement 29, 23–48"
CORRECTED = f"{SOURCE}; bias: Wright & Douglas (1977), Applied Psychological Measurement 1, 281–295"
MOST_ITERATIONS = 2000
CLOSE = 1e-9
LONGEST = 1.0
# logits, beyond which an estimate is on its way to infinity
FURTHEST = 25.0


@dataclass(frozen=True, kw_only=True, eq=False)
class JointCalibration:
    """Items on a scale whose origin is the persons' mean ability.

    Attributes
    ----------
    difficulty, standard_errors
        b of each item, or items × thresholds when some item has more than two categories; NaN for an item left out. The
        standard errors take the abilities as known, so they are too small; those of `calibrate` are not.
    theta, theta_error
        Ability of each person and 1/√information, NaN without an answer. Before the bias is reduced.
    weighted_likelihood
        Warm's ability of each person at the same (not yet corrected) difficulties.
    log_likelihood
        Of all answers given items and abilities, before the bias is reduced; it compares with no marginal one.
    persons, extreme
        Persons used, and how many of these have nothing or everything right.
    items
        Every step as an estimate with interval and verdict.
    """

    names: tuple[str, ...]
    difficulty: FloatArray
    standard_errors: FloatArray
    theta: FloatArray
    theta_error: FloatArray
    weighted_likelihood: FloatArray
    log_likelihood: float
    converged: bool
    iterations: int
    persons: int
    extreme: int
    reason: str
    remarks: tuple[str, ...]
    items: tuple[ItemEstimates, ...]


def joint(
    responses: npt.ArrayLike, *, names: Sequence[str] | None = None, correct: bool = True, adjustment: float = 0.3
) -> JointCalibration:
    r"""Calibrate Rasch or partial credit items together with the abilities of the persons.

    Parameters
    ----------
    correct
        Multiply the difficulties by (I − 1)/I, I the number of items, which takes most of the bias out.
    adjustment
        Added to a score of nothing and taken from a full score, since these have no finite ability.

    Raises
    ------
    ResponseError
        `not_an_adjustment` when it is not between 0 and 1; `not_a_table`, `not_finite`, `not_a_category`,
        `names_do_not_fit`.

    Notes
    -----
    Solves Σ_j E(x_nj) = score for every person and Σ_n P(x_nj ≥ k) = count for every step, in turns, with the mean ability
    held at 0. As `tam.jml` of TAM: extreme persons stay in with their adjusted score. Winsteps leaves them out of the items'
    equations. Consistent only when persons and items both grow; with few items the corrected estimates are still biased.

    Examples
    --------
    >>> answers = np.array([[1, 1, 0], [1, 0, 0], [0, 1, 1], [1, 1, 0], [0, 0, 1], [1, 0, 1]] * 10, dtype=float)
    >>> joint(answers).difficulty.round(2).tolist()
    [-0.5, 0.01, 0.01]
    """
    if not 0 < adjustment < 1:
        raise ResponseError("not_an_adjustment", f"an adjustment of {adjustment:g}; it lies between 0 and 1")
    data = eligible(responses, MODELS["PCM"], names)
    highest = max((int(categories[-1]) for categories in data.used if len(categories)), default=1)
    shape = (len(data.labels),) if highest <= 1 else (len(data.labels), highest)
    difficulty, errors = np.full(shape, np.nan), np.full(shape, np.nan)
    theta, theta_error, weighted = (np.full(len(np.asarray(responses)), np.nan) for _ in range(3))
    reason, iterations, value, extreme = data.too_thin, 0, float("nan"), 0
    if not reason:
        found = _Joint.of(data.categories, np.array([len(data.used[j]) for j in data.kept]) - 1, adjustment)
        iterations, reason = found.solve()
        extreme = int(found.groups.persons[found.extreme].sum())
        value = found.log_likelihood()
        member = found.groups.member
        theta[data.persons] = found.theta[member]
        theta_error[data.persons] = 1 / np.sqrt(np.maximum(found.information, 1e-12))[member]
        weighted[data.persons] = found.weighted_likelihood()[member]
        length = len(data.kept)
        used = tuple(data.used[j] for j in data.kept)
        shrink = (length - 1) / length if correct else 1.0
        difficulty[data.kept] = spread_out(found.table(shrink * found.steps), used, difficulty)
        errors[data.kept] = spread_out(found.table(found.errors()), used, errors)
    source = CORRECTED if correct else SOURCE
    return JointCalibration(
        names=data.labels,
        difficulty=difficulty,
        standard_errors=errors,
        theta=theta,
        theta_error=theta_error,
        weighted_likelihood=weighted,
        log_likelihood=value,
        converged=not reason,
        iterations=iterations,
        persons=len(data.categories),
        extreme=extreme,
        reason=reason,
        remarks=data.remarks,
        items=tuple(
            ItemEstimates(
                name=label,
                discrimination=None,
                thresholds=_estimates(
                    difficulty[j], errors[j], int(data.answered[j]), source, data.left_out.get(j) or reason
                ),
                guessing=None,
            )
            for j, label in enumerate(data.labels)
        ),
    )


def _estimates(values: FloatArray, errors: FloatArray, n: int, source: str, reason: str) -> tuple[Estimate, ...]:
    method = (
        "step difficulty in logits, joint maximum likelihood; standard error: information, abilities taken as known"
    )
    if reason:
        return (not_enough(n=n, method=method, source=source, reason=reason),)
    return tuple(
        estimated(
            value=float(b),
            standard_error=float(error),
            interval=normal_interval(float(b), float(error)),
            n=n,
            method=method,
            source=source,
            minimum=MODELS["PCM"].minimum,
        )
        for b, error in zip(np.atleast_1d(values), np.atleast_1d(errors), strict=True)
        if np.isfinite(b)
    )


class _Joint:
    """Score groups and steps on their way to the solution."""

    def __init__(self, layout: StepLayout, groups: ScoreGroups, reached: FloatArray, adjustment: float) -> None:
        self.layout, self.groups, self.reached = layout, groups, reached
        most = groups.answered @ layout.steps
        self.extreme = (groups.score == 0) | (groups.score == most)
        self.score = np.clip(groups.score, adjustment, most - adjustment)
        share = self.score / np.maximum(most, 1.0)
        self.theta: FloatArray = np.log(share / (1 - share))
        self.steps: FloatArray = np.zeros(len(layout.item))
        self.information: FloatArray = np.ones(len(share))

    @classmethod
    def of(cls, categories: npt.NDArray[np.int8], steps: npt.NDArray[np.int64], adjustment: float) -> "_Joint":
        layout = StepLayout.of(steps)
        matrix = np.where(categories >= 0, categories, np.nan)
        reached = np.stack([(categories[:, j] >= k).sum() for j, k in zip(layout.item, layout.level, strict=True)])
        return cls(layout, score_groups(matrix), reached.astype(np.float64), adjustment)

    def solve(self) -> tuple[int, str]:
        """Persons and items in turns until nothing moves; how often, and why not."""
        for iteration in range(1, MOST_ITERATIONS + 1):
            self._persons()
            moved = self._items()
            if np.abs(self.steps).max(initial=0.0) > FURTHEST:
                return (
                    iteration,
                    "some items are ahead of the others in every person, so they have no finite difficulty",
                )
            if moved < CLOSE:
                return iteration, ""
        return MOST_ITERATIONS, "persons and items still move each other; use calibrate"

    def log_likelihood(self) -> float:
        """Of all answers."""
        at = self._at(self.theta)
        normalisers = (self.groups.answered * at.log_normaliser).sum(axis=1)
        return float(self.groups.persons @ (self.groups.score * self.theta - normalisers) - self.reached @ self.steps)

    def errors(self) -> FloatArray:
        """Standard errors of the steps, the abilities taken as known."""
        information = self._item_information(self._at(self.theta))
        return np.asarray(np.sqrt(np.maximum(np.diag(np.linalg.pinv(information, hermitian=True)), 0.0)))

    def weighted_likelihood(self) -> FloatArray:
        """Warm's ability of each group, by halving the interval."""
        low, high = np.full(len(self.theta), -FURTHEST), np.full(len(self.theta), FURTHEST)
        answered = self.groups.answered
        for _ in range(60):
            middle = (low + high) / 2
            at = self._at(middle)
            information = (at.variance * answered).sum(axis=1)
            third = (at.third_moment * answered).sum(axis=1)
            bias = np.divide(third, 2 * information, out=np.zeros_like(third), where=information > 0)
            rising = self.groups.score - (at.expected * answered).sum(axis=1) + bias > 0
            low, high = np.where(rising, middle, low), np.where(rising, high, middle)
        return np.asarray((low + high) / 2)

    def table(self, steps: FloatArray) -> FloatArray:
        """Steps as items × steps."""
        found: FloatArray = np.full((len(self.layout.steps), int(self.layout.steps.max())), np.nan)
        found[self.layout.item, self.layout.level - 1] = steps
        return found

    def _at(self, theta: FloatArray) -> StepCurves:
        return curves(theta, self.layout, self.steps)

    def _persons(self) -> None:
        for _ in range(50):
            at = self._at(self.theta)
            self.information = (at.variance * self.groups.answered).sum(axis=1)
            missing = self.score - (at.expected * self.groups.answered).sum(axis=1)
            step = np.clip(missing / np.maximum(self.information, 1e-12), -LONGEST, LONGEST)
            self.theta = np.clip(self.theta + step, -2 * FURTHEST, 2 * FURTHEST)
            if np.abs(step).max(initial=0.0) < CLOSE:
                break
        self.theta = self.theta - self.groups.persons @ self.theta / self.groups.persons.sum()

    def _items(self) -> float:
        """One step of Newton's method for every item; how far it went."""
        at = self._at(self.theta)
        weight = self.groups.answered[:, self.layout.item] * self.groups.persons[:, None]
        gradient = (weight * at.at_least).sum(axis=0) - self.reached
        direction = np.linalg.pinv(self._item_information(at), hermitian=True) @ gradient
        longest = float(np.abs(direction).max(initial=0.0))
        self.steps = self.steps + direction / max(1.0, longest / LONGEST)
        return longest

    def _item_information(self, at: StepCurves) -> FloatArray:
        """Covariance of [X ≥ k] and [X ≥ l] summed over the persons, within items."""
        level, same = self.layout.level, self.layout.same_item
        weight = self.groups.answered[:, self.layout.item] * self.groups.persons[:, None]
        reached = weight.T @ at.at_least
        index = np.arange(len(level))
        higher = np.where(level[:, None] >= level[None, :], index[:, None], index)
        both = reached[index[:, None], higher]
        return np.asarray(np.where(same, both - (weight * at.at_least).T @ at.at_least, 0.0))
