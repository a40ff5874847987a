"""Decisions that demand several things at once: every part at its own cut, and an overall cut beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.classification.quality import (
    MINIMUM_PERSONS,
    DecisionQuality,
    Figures,
    bootstrapped,
    drawn_reliability,
    no_quality,
    resampled,
)
from assess.psychometrics.reliability.compatibility import clash
from assess.psychometrics.responses import FloatArray, ResponseError, as_matrix, complete_rows
from assess.psychometrics.results import LEVEL, Estimate

SOURCE = (
    "Douglas & Mislevy (2010), Journal of Educational and Behavioral Statistics 35, 280–306 (classification by "
    "complex rules, by simulation from true scores and errors); linear true-score model: Lord & Novick (1968)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the rule: its lowest passing score and the reliability of its scores."""

    name: str
    cut: float
    reliability: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """The overall rule: the weighted sum of the part scores must reach the cut."""

    weights: tuple[float, ...]
    cut: float


def conjunctive(
    scores: npt.ArrayLike,
    parts: Sequence[Part],
    *,
    overall: Overall | None = None,
    level: float = LEVEL,
    needed: int = MINIMUM_PERSONS,
    seed: int = 0,
    draws: int = 20_000,
    resamples: int = 100,
) -> DecisionQuality:
    r"""Accuracy and consistency of a conjunctive rule, by simulation.

    Parameters
    ----------
    scores
        persons × parts; only persons with every part are used.
    parts
        Cut and reliability of each column.
    overall
        A further cut on the weighted sum.
    seed, draws, resamples
        Simulated candidates, and bootstrap repetitions over persons and reliabilities. All repetitions use the same
        random numbers, so that they differ by the data alone.

    Notes
    -----
    True scores are multivariate normal with the observed means and covariances, each variance times its reliability;
    errors are independent normal. Two error draws give two administrations. The truth is the rule applied to true
    scores. When parts correlate more than their reliabilities allow, the true covariances are brought to the nearest
    possible ones and the answer is marked as not sufficient; what it would be with the doubtful reliabilities at the
    upper ends of their intervals is told beside it.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> true = rng.multivariate_normal([60, 30], [[64, 24], [24, 25]], size=200)
    >>> r = Estimate(value=0.8, standard_error=0.02, interval=(0.75, 0.84), n=200, method="", source="", sufficient=True)
    >>> rule = [Part(name="online", cut=55, reliability=r), Part(name="bench", cut=28, reliability=r)]
    >>> conjunctive(true, rule, draws=4000).consistency.sufficient
    True
    """
    matrix = complete_rows(as_matrix(scores, name="scores"))
    if matrix.shape[1] != len(parts) or (overall is not None and len(overall.weights) != len(parts)):
        raise ResponseError("names_do_not_fit", f"{matrix.shape[1]} columns of scores for {len(parts)} parts")
    n, method = len(matrix), f"simulation of the conjunctive rule on {len(parts)} parts"
    reason = _unusable(matrix, parts)
    if reason:
        return no_quality(n=n, method=method, source=SOURCE, reason=reason, level=level)
    noise = np.random.default_rng(seed).standard_normal((3, draws, len(parts)))
    cuts = np.array([part.cut for part in parts])

    def passing(values: FloatArray) -> npt.NDArray[np.bool_]:
        passed: npt.NDArray[np.bool_] = np.all(values >= cuts, axis=1)
        if overall is None:
            return passed
        return np.asarray(passed & (values @ np.array(overall.weights) >= overall.cut))

    def figures(sample: FloatArray, reliabilities: FloatArray) -> Figures:
        covariance = np.atleast_2d(np.cov(sample, rowvar=False))
        variances = np.diag(covariance)
        values, vectors = np.linalg.eigh(covariance - np.diag(variances * (1 - reliabilities)))
        true = sample.mean(axis=0) + noise[0] * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
        errors = np.sqrt(variances * (1 - reliabilities))
        able, first, second = passing(true), passing(true + noise[1] * errors), passing(true + noise[2] * errors)
        both = (first.mean() + second.mean()) / 2  # either administration serves for every figure
        return Figures(
            false_pass=float(((first & ~able).mean() + (second & ~able).mean()) / 2),
            false_fail=float(((~first & able).mean() + (~second & able).mean()) / 2),
            consistency=float((first == second).mean()),
            pass_rate=float(both),
        )

    found = figures(matrix, np.array([part.reliability.value for part in parts], dtype=np.float64))
    doubts = [f"{part.name}: {part.reliability.reason}" for part in parts if not part.reliability.sufficient]
    names, reliabilities = [part.name for part in parts], [part.reliability for part in parts]
    against = clash(np.atleast_2d(np.cov(matrix, rowvar=False)), reliabilities, names)
    if against is not None:
        doubts.append(against.words)
        if against.resolved:
            there = figures(matrix, np.array(against.raised))
            doubts.append(f"at {against.at} decision consistency would be {there.consistency:.2f}")

    def again(rng: np.random.Generator) -> Figures:
        drawn = np.array([drawn_reliability(one, rng) for one in reliabilities])
        return figures(resampled(matrix, rng), np.clip(drawn, 0.0, 1.0))

    return bootstrapped(
        found,
        again,
        n=n,
        method=method,
        source=SOURCE,
        level=level,
        needed=needed,
        seed=seed + 1,
        resamples=resamples,
        doubt="; ".join(doubts),
    )


def _unusable(matrix: FloatArray, parts: Sequence[Part]) -> str:
    unknown = [part for part in parts if part.reliability.value is None]
    if unknown:
        return f"{unknown[0].name} has no reliability: {unknown[0].reliability.reason}"
    outside = [part for part in parts if part.reliability.value is not None and not 0 <= part.reliability.value <= 1]
    if outside:
        return f"{outside[0].name}: a reliability of {outside[0].reliability.value:.2f} is not between 0 and 1"
    if len(matrix) < 3:
        return f"{len(matrix)} person(s) have all parts; at least 3 are needed"
    constant = [part.name for part, column in zip(parts, matrix.T, strict=True) if column.min() == column.max()]
    return f"the scores of {constant[0]} do not vary" if constant else ""
