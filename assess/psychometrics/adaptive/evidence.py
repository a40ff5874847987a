"""What the answers of many sessions say so far, on a grid of abilities, and the ability that follows from it."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, Self

import numpy as np
from scipy.optimize import elementwise

from assess.psychometrics.adaptive.bank import Bank
from assess.psychometrics.irt.expectation import MOST_POINTS, WIDEST_SPACING
from assess.psychometrics.irt.families import AbilityCurves, IntArray
from assess.psychometrics.responses import BoolArray, FloatArray

Method = Literal["EAP", "MAP", "ML", "WLE"]
SOURCES: dict[Method, str] = {
    "EAP": "Bock & Mislevy (1982), Applied Psychological Measurement 6, 431–444",
    "MAP": "Samejima (1969), Psychometrika Monograph 17",
    "ML": "Lord (1980), Applications of item response theory to practical testing problems, ch. 4",
    "WLE": "Warm (1989), Psychometrika 54, 427–450",
}
TINY = 1e-300
LEAST_INFORMATION = 1e-12


@dataclass(frozen=True, slots=True)
class Scale:
    """Where ability is looked for, on how many points, and what was known of it before.

    Attributes
    ----------
    bounds
        No estimate lies outside; with everything right or wrong the maximum likelihood lies on one of them.
    points
        Even points over the bounds for integrals (by the trapezoidal rule).
    mean, sd
        Of the normal prior of EAP and MAP.
    """

    bounds: tuple[float, float] = (-4.0, 4.0)
    points: int = 65
    mean: float = 0.0
    sd: float = 1.0

    @property
    def theta(self) -> FloatArray:
        """The points."""
        return np.linspace(*self.bounds, self.points)

    @property
    def weights(self) -> FloatArray:
        """Of the trapezoidal rule."""
        weights = np.full(self.points, (self.bounds[1] - self.bounds[0]) / (self.points - 1))
        weights[[0, -1]] /= 2
        return weights

    @property
    def log_prior(self) -> FloatArray:
        """Log of the prior's density at the points."""
        z = (self.theta - self.mean) / self.sd
        return np.asarray(-(z**2) / 2 - np.log(self.sd * np.sqrt(2 * np.pi)))


@dataclass(frozen=True, eq=False)
class Tables:
    """A bank on the points of a scale: items (× categories) × points."""

    log_probability: FloatArray
    probability: FloatArray
    slope: FloatArray
    information: FloatArray
    bias_term: FloatArray


@lru_cache(maxsize=8)
def tables(bank: Bank, scale: Scale) -> Tables:
    """Computed once for a bank and a scale."""
    at = bank.curves(scale.theta)
    return Tables(
        log_probability=np.log(np.maximum(at.probability, TINY)),
        probability=at.probability,
        slope=_over(at.first, at.probability),
        information=at.information,
        bias_term=at.bias_term,
    )


@dataclass(eq=False)
class Evidence:
    """Sessions in lock step, one row each; `add` takes in one more answer of every session.

    `items` and `answers` are sessions × answers so far, an answer of −1 being an item that was left unanswered.
    `log_likelihood` and, when the method needs them, its derivative, the information and Warm's J are sessions × points.
    """

    bank: Bank
    scale: Scale
    method: Method
    items: IntArray
    answers: IntArray
    log_likelihood: FloatArray
    slope: FloatArray | None
    information: FloatArray | None
    bias_term: FloatArray | None

    @classmethod
    def none(cls, bank: Bank, scale: Scale, method: Method, sessions: int) -> Self:
        """Before the first answer."""

        def nothing() -> FloatArray:
            return np.zeros((sessions, scale.points))

        empty = np.zeros((sessions, 0), dtype=np.int64)
        searching, weighted = method != "EAP", method == "WLE"
        return cls(
            bank,
            scale,
            method,
            empty,
            empty,
            nothing(),
            nothing() if searching else None,
            nothing() if weighted else None,
            nothing() if weighted else None,
        )

    @property
    def answered(self) -> IntArray:
        """How many answers each session holds."""
        return np.asarray((self.answers >= 0).sum(axis=1), dtype=np.int64)

    def add(self, items: IntArray, answers: IntArray) -> None:
        """One more item of every session, and its answer."""
        self.items = np.column_stack([self.items, items])
        self.answers = np.column_stack([self.answers, answers])
        table = tables(self.bank, self.scale)
        given = (answers >= 0)[:, None]
        answer = np.maximum(answers, 0)
        self.log_likelihood += np.where(given, table.log_probability[items, answer], 0.0)
        if self.slope is not None:
            self.slope += np.where(given, table.slope[items, answer], 0.0)
        if self.information is not None and self.bias_term is not None:
            self.information += np.where(given, table.information[items], 0.0)
            self.bias_term += np.where(given, table.bias_term[items], 0.0)

    def keep(self, rows: BoolArray) -> None:
        """Only these sessions go on."""
        self.items, self.answers = self.items[rows], self.answers[rows]
        self.log_likelihood = self.log_likelihood[rows]
        self.slope = None if self.slope is None else self.slope[rows]
        self.information = None if self.information is None else self.information[rows]
        self.bias_term = None if self.bias_term is None else self.bias_term[rows]

    def weights(self, *, prior: bool) -> FloatArray:
        """The likelihood, with or without the prior, times the integration weights: sessions × points, highest value 1."""
        height = self.log_likelihood + self.scale.log_prior if prior else self.log_likelihood
        return np.asarray(np.exp(height - height.max(axis=1, keepdims=True)) * self.scale.weights)

    def ability(self) -> tuple[FloatArray, FloatArray]:
        """Ability and standard error of every session; without any answer the prior's, the error infinite without a prior.

        EAP: mean and standard deviation of the posterior on the points, on more where the posterior is too narrow for them.
        MAP, ML, WLE: to the last digits, within the bounds; 1/√I, with the prior's 1/sd² in I for MAP. I is the expected
        information (as in catR).
        """
        if self.method == "EAP":
            theta, weight = self.scale.theta, self.weights(prior=True)
            total = weight.sum(axis=1)
            mean = weight @ theta / total
            return self._refined(mean, np.sqrt(np.maximum(weight @ theta**2 / total - mean**2, 0.0)))
        found = self._highest()
        information = self._derivative(found, np.arange(len(found)))[1]
        if self.method == "MAP":
            information = information + 1 / self.scale.sd**2
        none = self.answered == 0
        error = np.where(
            information > LEAST_INFORMATION, 1 / np.sqrt(np.maximum(information, LEAST_INFORMATION)), np.inf
        )
        return np.where(none, self.scale.mean, found), error

    def _refined(self, mean: FloatArray, spread: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Sessions whose points lie too far apart for their posterior once more, on twice as many."""
        narrow = WIDEST_SPACING * spread < float(np.diff(self.scale.theta[:2])[0])
        if not narrow.any() or self.scale.points >= MOST_POINTS:
            return mean, spread
        finer = replace(self.scale, points=2 * self.scale.points - 1)
        again = evidence_of(self.bank, self.items[narrow], self.answers[narrow], method="EAP", scale=finer)
        mean[narrow], spread[narrow] = again.ability()
        return mean, spread

    def _highest(self) -> FloatArray:
        theta = self.scale.theta
        assert self.slope is not None
        rise, height = self.slope, self.log_likelihood
        if self.method == "MAP":
            rise, height = rise - (theta - self.scale.mean) / self.scale.sd**2, height + self.scale.log_prior
        if self.information is not None and self.bias_term is not None:
            rise = rise + _over(self.bias_term, 2 * self.information)
            height = height + np.log(np.maximum(self.information, TINY)) / 2
        falls = (rise[:, :-1] > 0) & (rise[:, 1:] <= 0)
        peak = np.where(falls, np.maximum(height[:, :-1], height[:, 1:]), -np.inf)
        best = peak.argmax(axis=1)
        rows = np.arange(len(rise))
        left = np.where(rise[:, 0] <= 0, height[:, 0], -np.inf)
        right = np.where(rise[:, -1] > 0, height[:, -1], -np.inf)
        top = peak[rows, best]
        found = np.where(left >= right, theta[0], theta[-1])
        inside = np.flatnonzero((top >= left) & (top >= right) & np.isfinite(top))
        if len(inside):
            bracket = (theta[best[inside]], theta[best[inside] + 1])
            root = elementwise.find_root(self._rise, bracket, args=(inside,))
            found[inside] = np.where(root.success, root.x, theta[best[inside]])
        return np.asarray(found)

    def _rise(self, theta: FloatArray, rows: FloatArray) -> FloatArray:
        return self._derivative(theta, rows.astype(np.int64))[0]

    def _derivative(self, theta: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray]:
        """Of what is to be highest, each listed session at its own ability; and the expected information there."""
        items, answers = self.items[rows], self.answers[rows]
        if not items.size:
            return np.zeros(len(rows)), np.zeros(len(rows))
        at = self.bank.paired(items.ravel(), np.repeat(theta, items.shape[1]))
        given = (answers >= 0).astype(np.float64)
        answer = np.maximum(answers.ravel(), 0)
        place = np.arange(len(answer))
        slope = _over(at.first, at.probability)[place, answer, 0].reshape(items.shape)
        value = (slope * given).sum(axis=1)
        information = (at.information[:, 0].reshape(items.shape) * given).sum(axis=1)
        if self.method == "MAP":
            value = value - (theta - self.scale.mean) / self.scale.sd**2
        elif self.method == "WLE":
            value = value + _over((at.bias_term[:, 0].reshape(items.shape) * given).sum(axis=1), 2 * information)
        return value, information


def evidence_of(
    bank: Bank, items: IntArray, answers: IntArray, *, method: Method = "EAP", scale: Scale | None = None
) -> Evidence:
    """The evidence of finished lists of answers, sessions × answers."""
    found = Evidence.none(bank, scale or Scale(), method, len(items))
    for place in range(items.shape[1]):
        found.add(items[:, place], answers[:, place])
    return found


def observed_information(at: AbilityCurves) -> FloatArray:
    """−∂² log P_k/∂θ² of each category: (P'/P)² − P''/P."""
    return np.asarray(_over(at.first, at.probability) ** 2 - _over(at.second, at.probability))


def _over(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > TINY)
