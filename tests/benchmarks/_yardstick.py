"""One likelihood for all who calibrate, computed from the parameters they return and by nobody's own code."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.benchmarks._drawn import AT_ONCE

# mean and standard deviation of the logit of the guessing parameter: our default prior, given to those who can use it
GUESSING_PRIOR = (-1.7, 0.5)
# far finer than a posterior of 60 items is wide
NODES = np.linspace(-7.0, 7.0, 281)


def log_likelihood(answers: npt.NDArray[np.float64], kind: str, found: Mapping[str, Any]) -> float:
    """Marginal log-likelihood of the answers for a normal population, by the trapezoidal rule.

    NaN when somebody returned something that is no parameter.
    """
    logs = _log_probabilities(kind, found, NODES * float(found.get("sd", 1.0)))
    if not np.isfinite(logs).all():
        return float("nan")
    items, categories, nodes = logs.shape
    weight = np.log(np.full(nodes, NODES[1] - NODES[0])) - NODES**2 / 2 - np.log(2 * np.pi) / 2
    total = 0.0
    for start in range(0, len(answers), AT_ONCE):
        rows = answers[start : start + AT_ONCE]
        chosen = np.stack([rows == category for category in range(categories)], axis=2).astype(np.float64)
        joint = chosen.reshape(len(rows), items * categories) @ logs.reshape(items * categories, nodes) + weight
        highest = joint.max(axis=1, keepdims=True)
        total += float((np.log(np.exp(joint - highest).sum(axis=1)) + highest[:, 0]).sum())
    return total


def log_prior(found: Mapping[str, Any]) -> float:
    """Log density of the prior on the guessing parameters, but for a constant: what the 3PL maximises in addition."""
    middle, sd = GUESSING_PRIOR
    c = np.clip(found["guessing"], 1e-12, 1 - 1e-12)
    return float(-(((np.log(c / (1 - c)) - middle) / sd) ** 2 / 2).sum())


def _log_probabilities(kind: str, found: Mapping[str, Any], theta: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Items × categories × nodes."""
    b = np.asarray(found["difficulty"], dtype=np.float64)
    a = np.broadcast_to(found["discrimination"], len(b)).astype(np.float64)
    if kind in ("Rasch", "2PL", "3PL"):
        c = np.broadcast_to(found["guessing"], len(b))[:, None]
        logits = a[:, None] * (theta - b[:, None])
        if not c.any():
            return np.stack([-np.logaddexp(0, logits), -np.logaddexp(0, -logits)], axis=1)
        right = c + (1 - c) / (1 + np.exp(-logits))
        return np.asarray(np.log(np.stack([1 - right, right], axis=1)))
    logits = a[:, None, None] * (theta - b[:, :, None])
    if kind == "GRM":
        at_least = 1 / (1 + np.exp(-logits))
        edge = np.ones((len(b), 1, len(theta)))
        chance = np.concatenate([edge, at_least], axis=1) - np.concatenate([at_least, 0 * edge], axis=1)
        return np.asarray(np.log(np.maximum(chance, 1e-300)))
    upto = np.concatenate([np.zeros((len(b), 1, len(theta))), np.cumsum(logits, axis=1)], axis=1)
    return np.asarray(upto - np.logaddexp.reduce(upto, axis=1, keepdims=True))
