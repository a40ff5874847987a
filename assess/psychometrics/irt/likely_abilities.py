"""Abilities that maximise something: the likelihood (ML), with the prior (MAP), with Warm's weight (WLE)."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicHermiteSpline, CubicSpline

from assess.psychometrics.irt.expectation import BLOCK
from assess.psychometrics.irt.families import AbilityCurves, by_ability
from assess.psychometrics.irt.fitted import Fitted
from assess.psychometrics.irt.table import ResponseTable
from assess.psychometrics.responses import FloatArray

Method = Literal["EAP", "MAP", "ML", "WLE", "EAPsum"]
# in logits, or standard deviations of a wider population: beyond, an ability is called infinite
FURTHEST = 30.0
SPACING = 0.1
FINE = 0.01
# slope up to which a curve on points FINE apart holds eight digits
STEEPEST = 10.0
PERSONS_AT_ONCE = 512
MOST_STEPS = 60
NUDGE = 1e-5
# Newton's last step; what is left after it is its square, or for the WLE a fiftieth
CLOSE = 1e-8


def by_weighted_sum(
    table: ResponseTable, fitted: Fitted, method: Method, curvature: bool
) -> tuple[FloatArray, FloatArray]:
    """Complete answers, partial credit: Σ a·x says all, so one curve of ability by that sum serves everybody."""
    slope = fitted.parameters[:, 0]
    weighted = _weighted_sums(table, slope)
    theta = fitted.mean + np.linspace(-FURTHEST, FURTHEST, round(2 * FURTHEST / FINE) + 1) * max(fitted.sd, 1.0)
    category = np.arange(int(fitted.categories.max()), dtype=np.float64)[:, None]
    pull, information = np.empty_like(theta), np.empty_like(theta)
    for start in range(0, len(theta), PERSONS_AT_ONCE):
        part = slice(start, start + PERSONS_AT_ONCE)
        at = by_ability(fitted.family, fitted.parameters, fitted.categories, theta[part])
        expected = slope @ (at.probability * category).sum(axis=1)
        information[part] = at.information.sum(axis=0)
        pull[part] = expected - _correction(method, theta[part], fitted, information[part], at.bias_term.sum(axis=0))
    if method == "MAP":
        information += 1 / fitted.sd**2
    rise = CubicSpline(theta, pull)(theta, 1)
    before = np.append(-np.inf, np.maximum.accumulate(pull)[:-1])
    after = np.append(np.minimum.accumulate(pull[::-1])[::-1][1:], np.inf)
    climbing = np.flatnonzero((pull > before + 1e-12) & (pull < after) & (rise > 1e-9))
    within = (pull[climbing] > weighted.min(initial=0.0)) & (pull[climbing] < weighted.max(initial=0.0))
    gaps = (np.diff(climbing[within]) > 1).any()  # very unequal slopes: some sum has more than one root
    if gaps or len(climbing) < 2 or np.abs(slope).max() > STEEPEST:
        return by_pattern(table, fitted, method, curvature)
    by_sum = CubicHermiteSpline(pull[climbing], theta[climbing], 1 / rise[climbing])
    found = np.asarray(by_sum(np.clip(weighted, pull[climbing[0]], pull[climbing[-1]])))
    precision = CubicSpline(theta, rise if curvature else information)
    error = 1 / np.sqrt(np.maximum(precision(found), 1e-300))
    if method == "ML":
        lowest = np.minimum(slope * (fitted.categories - 1), 0.0).sum()
        highest = np.maximum(slope * (fitted.categories - 1), 0.0).sum()
        edge = 1e-9 * (highest - lowest)
        found = np.where(weighted <= lowest + edge, -np.inf, np.where(weighted >= highest - edge, np.inf, found))
        error = np.where(np.isfinite(found), error, np.inf)
    return found, error


def _weighted_sums(table: ResponseTable, slope: FloatArray) -> FloatArray:
    sums = np.empty(len(table.categories))
    for start in range(0, len(sums), BLOCK):
        part = slice(start, start + BLOCK)
        sums[part] = table.categories[part].astype(np.float64) @ slope
    return sums


def _correction(
    method: Method, theta: FloatArray, fitted: Fitted, information: FloatArray, bias_term: FloatArray
) -> FloatArray:
    """What is added to the likelihood's derivative: nothing (ML), the prior's (MAP), Warm's J/(2I) (WLE)."""
    if method == "MAP":
        return np.asarray((fitted.mean - theta) / fitted.sd**2)
    if method == "WLE":
        return np.divide(bias_term, 2 * information, out=np.zeros_like(theta), where=information > 1e-200)
    return np.zeros_like(theta)


def by_pattern(table: ResponseTable, fitted: Fitted, method: Method, curvature: bool) -> tuple[FloatArray, FloatArray]:
    rows = len(table.categories)
    theta, error = np.empty(rows), np.empty(rows)
    near, far = np.arange(0.0, 6.0, SPACING), np.linspace(6.0, FURTHEST, 49)
    half = np.append(near[1:], far)
    nodes = fitted.mean + max(fitted.sd, 1.0) * np.concatenate([-half[::-1], [0.0], half])
    at = by_ability(fitted.family, fitted.parameters, fitted.categories, nodes)
    log_probability = np.maximum(fitted.at(nodes), -1e6)
    for start in range(0, rows, PERSONS_AT_ONCE):
        part = slice(start, min(start + PERSONS_AT_ONCE, rows))
        answers = table.categories[part]
        low, high, start_at = _bracket(answers, nodes, at, log_probability, fitted, method)
        theta[part], error[part] = _root(answers, low, high, start_at, fitted, method, curvature)
    return theta, error


def _bracket(
    answers: npt.NDArray[np.int8],
    nodes: FloatArray,
    at: AbilityCurves,
    log_probability: FloatArray,
    fitted: Fitted,
    method: Method,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The neighbouring nodes between which each person's derivative falls through 0, and where a straight line would put
    it; ±inf on the side without an end."""
    seen = (answers >= 0).astype(np.float64)
    slope = np.divide(at.first, at.probability, out=np.zeros_like(at.first), where=at.probability > 1e-300)
    derivative, likelihood = np.zeros((len(answers), len(nodes))), np.zeros((len(answers), len(nodes)))
    for k in range(at.probability.shape[1]):
        chose = (answers == k).astype(np.float64)
        derivative += chose @ slope[:, k]
        if fitted.family == "guessing" or method == "WLE":  # only these may have several roots
            likelihood += chose @ log_probability[:, k]
    information = seen @ at.information
    everywhere = np.broadcast_to(nodes, information.shape)
    derivative += _correction(method, everywhere, fitted, information, seen @ at.bias_term)
    if method == "MAP":
        likelihood -= (nodes - fitted.mean) ** 2 / (2 * fitted.sd**2)
    elif method == "WLE":
        likelihood += np.log(np.maximum(information, 1e-300)) / 2
    falls = (derivative[:, :-1] > 0) & (derivative[:, 1:] <= 0)
    best = np.where(falls, np.maximum(likelihood[:, :-1], likelihood[:, 1:]), -np.inf).argmax(axis=1)
    low, high = nodes[best], nodes[best + 1]
    persons = np.arange(len(answers))
    endless = ~falls.any(axis=1)
    if fitted.family == "guessing" and method == "ML":
        endless |= np.maximum(likelihood[persons, best], likelihood[persons, best + 1]) < likelihood[:, 0] - 1e-6
    above, below = derivative[persons, best], derivative[persons, best + 1]
    share = np.divide(above, above - below, out=np.full_like(above, 0.5), where=above > below)
    start = low + np.clip(share, 0.0, 1.0) * (high - low)
    side = np.where(derivative[:, -1] > 0, np.inf, -np.inf)
    return np.where(endless, side, low), np.where(endless, side, high), start


def _root(
    answers: npt.NDArray[np.int8],
    low: FloatArray,
    high: FloatArray,
    start: FloatArray,
    fitted: Fitted,
    method: Method,
    curvature: bool,
) -> tuple[FloatArray, FloatArray]:
    """Newton's method inside the bracket, halving it where Newton leaves it."""
    finite = np.isfinite(low)
    theta = low.copy()
    error = np.full(len(low), np.inf)
    if not finite.any():
        return theta, error
    low, high, chosen = low[finite].copy(), high[finite].copy(), answers[finite]
    at = start[finite]
    evaluate = _derivatives(chosen, fitted, method)
    for _ in range(MOST_STEPS):
        value, slope, _ = evaluate(at)
        rising = value > 0
        low, high = np.where(rising, at, low), np.where(rising, high, at)
        newton = at + np.divide(value, slope, out=np.full_like(value, np.inf), where=slope > 1e-12)
        following = np.where((newton >= low) & (newton <= high), newton, (low + high) / 2)
        moved = float(np.abs(following - at).max())
        at = following
        if moved < CLOSE:
            break
    theta[finite] = at
    precision = evaluate(at)[2]
    if curvature:
        precision = (evaluate(at - NUDGE)[0] - evaluate(at + NUDGE)[0]) / (2 * NUDGE)
    error[finite] = 1 / np.sqrt(np.maximum(precision, 1e-300))
    return theta, error


def _derivatives(
    answers: npt.NDArray[np.int8], fitted: Fitted, method: Method
) -> Callable[[FloatArray], tuple[FloatArray, FloatArray, FloatArray]]:
    """At each person's own ability: the derivative to be 0, minus its derivative, and the precision to report."""
    persons, items = answers.shape
    seen = (answers >= 0).T
    item, person = np.arange(items)[:, None], np.arange(persons)
    answer = np.maximum(answers.T, 0)

    def evaluate(theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        at = by_ability(fitted.family, fitted.parameters, fitted.categories, theta)
        probability = np.maximum(at.probability[item, answer, person], 1e-300)
        first = np.where(seen, at.first[item, answer, person] / probability, 0.0)
        second = np.where(seen, at.second[item, answer, person] / probability, 0.0)
        observed = (first**2 - second).sum(axis=0)
        information = (at.information * seen).sum(axis=0)
        bias_term = (at.bias_term * seen).sum(axis=0)
        value = first.sum(axis=0) + _correction(method, theta, fitted, information, bias_term)
        if method == "MAP":
            observed = observed + 1 / fitted.sd**2
        return value, np.where(observed > 0, observed, information), information if method == "WLE" else observed

    return evaluate
