"""Distribution of the sum score at an ability and in the population, and the ability a sum score stands for."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.fitted import Fitted
from assess.psychometrics.responses import FloatArray, ResponseError


@dataclass(frozen=True, kw_only=True, eq=False)
class SumScores:
    """For each sum score from 0: its probability in the population, posterior mean and standard deviation of ability."""

    probability: FloatArray
    theta: FloatArray
    standard_error: FloatArray


def score_distribution_at(theta: npt.ArrayLike, calibration: Calibration) -> FloatArray:
    r"""Probability of every sum score at every ability, abilities × (highest score + 1).

    Notes
    -----
    Lord & Wingersky (1984), Applied Psychological Measurement 8, 453–461; for several categories Thissen et al. (1995),
    Applied Psychological Measurement 19, 39–49: item by item, f(s) ← Σ_k P_k·f(s − k).

    Raises
    ------
    ResponseError
        `not_calibrated`.

    Examples
    --------
    >>> from assess.psychometrics.irt import calibrate
    >>> answers = np.array([[1, 0], [0, 1], [1, 1], [0, 0]] * 10, dtype=float)
    >>> score_distribution_at(0.0, calibrate(answers, "Rasch")).round(3).tolist()
    [[0.25, 0.5, 0.25]]
    """
    fitted = _fitted(calibration)
    return _recursion(np.exp(fitted.at(np.atleast_1d(np.asarray(theta, dtype=np.float64)))), fitted)


def sum_scores(calibration: Calibration) -> SumScores:
    """The sum score's distribution in the calibrated population, and the EAP ability of each score.

    Raises
    ------
    ResponseError
        `not_calibrated`.

    Examples
    --------
    >>> from assess.psychometrics.irt import calibrate
    >>> answers = np.array([[1, 0], [0, 1], [1, 1], [0, 0], [1, 1], [0, 0]] * 10, dtype=float)
    >>> (sum_scores(calibrate(answers, "Rasch")).theta.round(2) + 0.0).tolist()
    [-1.42, 0.0, 1.42]
    """
    return sum_score_abilities(_fitted(calibration))


def sum_score_abilities(fitted: Fitted) -> SumScores:
    """The same from what a calibration keeps."""
    grid, theta = fitted.grid()
    joint = _recursion(np.exp(fitted.at(theta)), fitted) * np.exp(grid.log_weight)[:, None]
    probability = joint.sum(axis=0)
    share = np.maximum(probability, 1e-300)
    mean = theta @ joint / share
    variance = theta**2 @ joint / share - mean**2
    return SumScores(probability=probability, theta=mean, standard_error=np.sqrt(np.maximum(variance, 0.0)))


def _recursion(probability: FloatArray, fitted: Fitted) -> FloatArray:
    points = probability.shape[2]
    distribution = np.ones((points, 1))
    for item, count in zip(probability, fitted.categories, strict=True):
        longer = np.zeros((points, distribution.shape[1] + count - 1))
        for k in range(count):
            longer[:, k : k + distribution.shape[1]] += item[k][:, None] * distribution
        distribution = longer
    return distribution


def _fitted(calibration: Calibration) -> Fitted:
    if calibration.fitted is None:
        raise ResponseError("not_calibrated", f"there is no calibration to compute with: {calibration.reason}")
    return calibration.fitted
