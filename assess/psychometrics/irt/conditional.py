"""Conditional maximum likelihood: Rasch and partial credit items without any assumption on the abilities."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.irt.calibration import ItemEstimates, spread_out
from assess.psychometrics.irt.elementary import product_of, reached_given_score
from assess.psychometrics.irt.eligibility import eligible
from assess.psychometrics.irt.models import MODELS
from assess.psychometrics.irt.steps import StepLayout
from assess.psychometrics.irt.table import SmallIntegers
from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import Estimate, estimated, normal_interval, not_enough

SOURCE = "Andersen (1972), JRSS B 34, 42–54; Fischer & Molenaar (1995), Rasch models, ch. 3"
ANDERSEN = "Andersen (1973), Psychometrika 38, 123–140"
MOST_ITERATIONS = 50
# logits from the mean of all steps, beyond which a step is on its way to infinity
FURTHEST = 15.0
# pairs of items over all sets of answered items, beyond which one iteration takes many seconds
MOST_PAIRS = 500_000


@dataclass(frozen=True, kw_only=True, eq=False)
class ConditionalCalibration:
    """Items on a scale whose origin is the mean of all step difficulties.

    Attributes
    ----------
    difficulty, standard_errors
        b of each item, or items × thresholds when some item has more than two categories; NaN for an item left out or a
        category never used.
    covariance
        Of all estimated steps, in order; each row adds to 0.
    log_likelihood
        Conditional on the sum scores, so not comparable with a marginal one.
    n_parameters
        Number of steps less one for the origin.
    persons, extreme
        Persons whose answers say something, and persons with nothing or everything right or only one answer, whose
        score says all.
    items
        Every step as an estimate with its interval and verdict.
    """

    names: tuple[str, ...]
    difficulty: FloatArray
    standard_errors: FloatArray
    covariance: FloatArray
    log_likelihood: float
    n_parameters: int
    converged: bool
    iterations: int
    persons: int
    extreme: int
    reason: str
    remarks: tuple[str, ...]
    items: tuple[ItemEstimates, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AndersenTest:
    """Do two or more groups of persons have the same difficulties? `chi_square` is None when it cannot be told."""

    chi_square: float | None
    df: int
    p_value: float | None
    groups: tuple[int, ...]
    source: str
    reason: str


def conditional(responses: npt.ArrayLike, *, names: Sequence[str] | None = None) -> ConditionalCalibration:
    r"""Calibrate Rasch or partial credit items given the sum scores.

    Notes
    -----
    P(x | r) = exp(−Σ_j Σ_{v ≤ x_j} b_jv)/γ_r, with γ_r the elementary symmetric function of order r over the items
    answered: the ability cancels. Newton's method with the exact Hessian; standard errors from the information, with
    the steps adding to 0. Missing answers: one set of γ for each set of items answered.

    Examples
    --------
    45 persons solved only the first item, 15 only the second: b₂ − b₁ = log(45/15).

    >>> answers = np.array([[1, 1]] * 50 + [[1, 0]] * 45 + [[0, 1]] * 15 + [[0, 0]] * 40)
    >>> conditional(answers).difficulty.round(4).tolist()
    [-0.5493, 0.5493]
    """
    data = eligible(responses, MODELS["PCM"], names)
    steps = max((int(categories[-1]) for categories in data.used if len(categories)), default=1)
    shape = (len(data.labels),) if steps <= 1 else (len(data.labels), steps)
    difficulty, errors = np.full(shape, np.nan), np.full(shape, np.nan)
    counts = np.array([len(data.used[j]) for j in data.kept], dtype=np.int64)
    layout = StepLayout.of(counts - 1)
    answered = data.categories >= 0
    score = np.where(answered, data.categories, 0).sum(axis=1)
    telling = (score > 0) & (score < answered @ (counts - 1)) & (answered.sum(axis=1) > 1)
    extreme = int((~telling).sum())
    reason = data.too_thin or ("" if telling.any() else "every person has nothing or everything right, or one answer")
    covariance: FloatArray = np.empty((0, 0))
    value, iterations = float("nan"), 0
    patterns = [] if reason else _patterns(data.categories[telling], layout)
    if sum(len(pattern.sizes) ** 2 for pattern in patterns) > MOST_PAIRS:
        reason = f"{len(patterns)} different sets of answered items are too many to condition on; use calibrate"
    if not reason:
        found, value, information, iterations, reason = _newton(patterns, layout)
        covariance = np.asarray(np.linalg.pinv(information, rcond=1e-9, hermitian=True), dtype=np.float64)
        kept, used = data.kept, tuple(data.used[j] for j in data.kept)
        table = np.full((len(kept), int(counts.max()) - 1), np.nan)
        table[layout.item, layout.level - 1] = found
        difficulty[kept] = spread_out(table, used, difficulty)
        table[layout.item, layout.level - 1] = np.sqrt(np.maximum(np.diag(covariance), 0.0))
        errors[kept] = spread_out(table, used, errors)
    return ConditionalCalibration(
        names=data.labels,
        difficulty=difficulty,
        standard_errors=errors,
        covariance=covariance,
        log_likelihood=value,
        n_parameters=max(len(layout.item) - 1, 0),
        converged=not reason,
        iterations=iterations,
        persons=int(telling.sum()),
        extreme=extreme,
        reason=reason,
        remarks=data.remarks,
        items=tuple(
            ItemEstimates(
                name=label,
                discrimination=None,
                thresholds=_steps(difficulty[j], errors[j], int(data.answered[j]), data.left_out.get(j) or reason),
                guessing=None,
            )
            for j, label in enumerate(data.labels)
        ),
    )


def andersen(responses: npt.ArrayLike, groups: npt.ArrayLike | None = None) -> AndersenTest:
    """Andersen's likelihood-ratio test: are the items equally hard for all groups of persons?

    Parameters
    ----------
    groups
        A label for each person; by default those above the median sum score and the others.

    Notes
    -----
    Only items that can be calibrated in every group are compared. χ² = 2(Σ_g log L_g − log L), degrees of freedom
    (groups − 1)·(steps − 1).

    Raises
    ------
    ResponseError
        `groups_do_not_fit` when there is not one label for each person.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> data = (rng.normal(size=(400, 1)) > rng.logistic(size=(400, 6))).astype(float)
    >>> found = andersen(data)
    >>> found.df, found.p_value > 0.01
    (5, True)
    """
    matrix = np.asarray(responses, dtype=np.float64)
    if groups is None:
        total = np.nansum(matrix, axis=1)
        labels = total > np.median(total) if len(total) else total > 0
    else:
        labels = np.asarray(groups)
        if labels.shape != (len(matrix),):
            raise ResponseError("groups_do_not_fit", f"{labels.size} group labels for {len(matrix)} persons")
    parts = [matrix[labels == label] for label in np.unique(labels)]
    sizes = tuple(len(part) for part in parts)
    usable = [j for j in range(matrix.shape[1]) if _comparable([part[:, j] for part in parts])]
    fits = [conditional(part[:, usable]) for part in [matrix, *parts]]
    reason = "; ".join(dict.fromkeys(fit.reason for fit in fits if fit.reason))
    if len(parts) < 2:
        reason = "all persons are in one group"
    if reason:
        return AndersenTest(chi_square=None, df=0, p_value=None, groups=sizes, source=ANDERSEN, reason=reason)
    chi_square = 2 * (sum(fit.log_likelihood for fit in fits[1:]) - fits[0].log_likelihood)
    df = (len(parts) - 1) * fits[0].n_parameters
    left_out = matrix.shape[1] - len(usable)
    return AndersenTest(
        chi_square=chi_square,
        df=df,
        p_value=float(stats.chi2.sf(chi_square, df)),
        groups=sizes,
        source=ANDERSEN,
        reason=f"{left_out} items do not have the same categories in every group and are not compared"
        if left_out
        else "",
    )


def _steps(difficulty: FloatArray, errors: FloatArray, n: int, reason: str) -> tuple[Estimate, ...]:
    method = "step difficulty in logits, conditional maximum likelihood; standard error: information"
    if reason or not np.isfinite(difficulty).any():
        reason = reason or "the data do not determine this item"
        return (not_enough(n=n, method=method, source=SOURCE, reason=reason),)
    return tuple(
        estimated(
            value=float(b),
            standard_error=float(error),
            interval=normal_interval(float(b), float(error)),
            n=n,
            method=method,
            source=SOURCE,
            minimum=MODELS["PCM"].minimum,
        )
        for b, error in zip(np.atleast_1d(difficulty), np.atleast_1d(errors), strict=True)
        if np.isfinite(b)
    )


@dataclass(frozen=True, eq=False)
class _Pattern:
    """Persons who answered the same items: which steps these have, how many persons reached each category (x ≥ 1), and
    how many have each sum score."""

    steps: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]
    chosen: FloatArray
    scores: FloatArray


def _patterns(categories: SmallIntegers, layout: StepLayout) -> list[_Pattern]:
    answered, member = np.unique(categories >= 0, axis=0, return_inverse=True)
    found = []
    for row, items in enumerate(answered):
        rows = categories[member.reshape(-1) == row]
        steps = np.flatnonzero(items[layout.item])
        chosen = (rows[:, layout.item[steps]] == layout.level[steps]).sum(axis=0).astype(np.float64)
        sizes = layout.steps[items]
        scores = np.bincount(rows[:, items].sum(axis=1, dtype=np.int64), minlength=int(sizes.sum()) + 1)
        found.append(_Pattern(steps, sizes, chosen, scores.astype(np.float64)))
    return found


def _newton(patterns: list[_Pattern], layout: StepLayout) -> tuple[FloatArray, float, FloatArray, int, str]:
    parameters = np.zeros(len(layout.item))
    cumulate = (layout.same_item & (layout.level[None, :] <= layout.level[:, None])).astype(np.float64)
    value, gradient, information = _evaluate(parameters, patterns, cumulate)
    persons = sum(float(pattern.scores.sum()) for pattern in patterns)
    diverging = "the conditional estimate does not exist: some items are ahead of the others in every person"
    for iteration in range(MOST_ITERATIONS):
        if np.abs(parameters).max() > FURTHEST:
            return parameters, value, information, iteration, diverging
        if np.abs(gradient).max() < 1e-9 * persons:
            rank = int(np.linalg.matrix_rank(information, tol=1e-8 * float(np.abs(information).max()), hermitian=True))
            apart = "" if rank >= len(parameters) - 1 else "the persons do not connect all items: no common scale"
            return parameters, value, information, iteration, apart
        direction = np.linalg.pinv(information, rcond=1e-10, hermitian=True) @ gradient
        length = min(1.0, 3.0 / float(np.abs(direction).max()))
        while length > 1e-6 and _value(parameters + length * direction, patterns, cumulate) < value - 1e-9 * abs(value):
            length /= 2
        parameters = parameters + length * direction
        parameters = parameters - parameters.mean()
        value, gradient, information = _evaluate(parameters, patterns, cumulate)
    return parameters, value, information, MOST_ITERATIONS, diverging


def _polynomials(eta: FloatArray, pattern: _Pattern) -> list[FloatArray]:
    parts = np.split(np.exp(eta[pattern.steps]), np.cumsum(pattern.sizes)[:-1])
    return [np.append(1.0, part) for part in parts]


def _value(parameters: FloatArray, patterns: list[_Pattern], cumulate: FloatArray) -> float:
    eta = -cumulate @ parameters
    return float(sum(p.chosen @ eta[p.steps] - p.scores @ np.log(product_of(_polynomials(eta, p))) for p in patterns))


def _evaluate(
    parameters: FloatArray, patterns: list[_Pattern], cumulate: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    """Conditional log-likelihood, gradient and information by the step difficulties."""
    eta = -cumulate @ parameters
    value, gradient, information = 0.0, np.zeros(len(eta)), np.zeros((len(eta), len(eta)))
    for pattern in patterns:
        log_gamma, single, pair = reached_given_score(_polynomials(eta, pattern))
        value += float(pattern.chosen @ eta[pattern.steps] - pattern.scores @ log_gamma)
        gradient[pattern.steps] += pattern.chosen - pattern.scores @ single
        within = np.einsum("r,rab->ab", pattern.scores, pair) - (single * pattern.scores[:, None]).T @ single
        information[np.ix_(pattern.steps, pattern.steps)] += within
    return value, -cumulate.T @ gradient, np.asarray(cumulate.T @ information @ cumulate)


def _comparable(answers: Sequence[FloatArray]) -> bool:
    """Whether an item has the same categories, at least two, in every group."""
    levels = [set(part[np.isfinite(part)].tolist()) for part in answers]
    return bool(levels) and len(levels[0]) > 1 and all(level == levels[0] for level in levels)
