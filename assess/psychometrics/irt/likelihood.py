"""The marginal likelihood of the partial credit model with normal ability, with exact gradient and Hessian.

Louis (1982), JRSS B 44, 226–233: the observed Hessian is the expected complete-data Hessian plus the posterior
covariance of the complete-data gradient. All sums run over score groups, so complete data cost items·steps + 1 cases
whatever the number of persons.
"""

from dataclasses import dataclass

import numpy as np

from assess.psychometrics.irt.groups import ScoreGroups
from assess.psychometrics.irt.steps import StepCurves, StepLayout, curves
from assess.psychometrics.responses import FloatArray

REACH = 6.0
NEGLIGIBLE = 1e-10


@dataclass(frozen=True, eq=False)
class Likelihood:
    """Log-likelihood, gradient and Hessian in (step difficulties, log standard deviation)."""

    value: float
    gradient: FloatArray
    hessian: FloatArray
    narrowest_posterior: float


@dataclass(frozen=True, eq=False)
class MarginalModel:
    """Data and quadrature of one calibration.

    Attributes
    ----------
    reached
        For each step, how many persons reached it.
    nodes
        Quadrature points of the standard normal ability, evenly spaced on ±6.
    """

    layout: StepLayout
    groups: ScoreGroups
    reached: FloatArray
    nodes: FloatArray

    def log_likelihood(self, parameters: FloatArray) -> float:
        """Only the value, for step-length control."""
        _, log_joint = self._joint(parameters)
        return float(self.groups.persons @ _log_sum(log_joint) - self.reached @ parameters[:-1])

    def evaluate(self, parameters: FloatArray) -> Likelihood:
        """Value, gradient and Hessian."""
        at, log_joint = self._joint(parameters)
        marginal = _log_sum(log_joint)
        posterior = np.exp(log_joint - marginal[:, None])  # groups × nodes
        groups, item = self.groups, self.layout.item
        weighted = groups.persons[:, None] * posterior
        sd = float(np.exp(parameters[-1]))
        z = self.nodes

        answered = groups.answered[:, item]  # groups × steps
        mean_step = (posterior @ at.at_least) * answered
        pull = z * (groups.score[:, None] - groups.answered @ at.expected.T)  # derivative by the sd, groups × nodes
        mean_pull = (posterior * pull).sum(axis=1)
        by_item = groups.answered.T @ weighted  # items × nodes: expected persons at each node
        by_step = by_item[item].T  # nodes × steps

        gradient = np.append(groups.persons @ mean_step - self.reached, groups.persons @ mean_pull)

        within = self._within_item(at, by_step)
        steps = self._between(at, weighted) - within - (mean_step * groups.persons[:, None]).T @ mean_step
        slope = self._slope_by_ability(at)
        pulled = (groups.answered.T @ (weighted * pull))[item].T  # nodes × steps
        cross = (
            (by_step * z[:, None] * slope).sum(axis=0)
            + (pulled * at.at_least).sum(axis=0)
            - (groups.persons * mean_pull) @ mean_step
        )
        own = (
            -(by_item.T * (z**2)[:, None] * at.variance).sum()
            + (weighted * pull**2).sum()
            - groups.persons @ mean_pull**2
        )
        hessian = np.block([[steps, cross[:, None]], [cross[None, :], np.array([[own]])]])
        # from the standard deviation to its logarithm
        hessian[-1, :] *= sd
        hessian[:, -1] *= sd
        hessian[-1, -1] += sd * gradient[-1]
        gradient[-1] *= sd
        centre = posterior @ z
        spread = np.sqrt(np.maximum(posterior @ z**2 - centre**2, 0.0))
        return Likelihood(
            value=float(groups.persons @ marginal - self.reached @ parameters[:-1]),
            gradient=gradient,
            hessian=hessian,
            narrowest_posterior=float(spread.min()),
        )

    def _joint(self, parameters: FloatArray) -> tuple[StepCurves, FloatArray]:
        """Item curves at the nodes and, groups × nodes, the log of likelihood × weight without the step sums."""
        theta = np.exp(parameters[-1]) * self.nodes
        at = curves(theta, self.layout, parameters[:-1])
        log_weight = -(self.nodes**2) / 2
        log_weight -= _log_sum(log_weight[None, :])[0]
        score = self.groups.score[:, None] * theta
        return at, score - self.groups.answered @ at.log_normaliser.T + log_weight

    def _within_item(self, at: StepCurves, by_step: FloatArray) -> FloatArray:
        """Σ over nodes of expected persons × covariance of [X ≥ k] and [X ≥ l] of one item."""
        level = self.layout.level
        higher = np.where(level[:, None] >= level[None, :], np.arange(len(level))[:, None], np.arange(len(level)))
        both = by_step.T @ at.at_least  # (steps × steps); only pairs within one item are used
        product = (by_step * at.at_least).T @ at.at_least
        reached = both[np.arange(len(level))[:, None], higher]
        return np.asarray(np.where(self.layout.same_item, reached - product, 0.0))

    def _between(self, at: StepCurves, weighted: FloatArray) -> FloatArray:
        """Σ over groups and nodes of weight × P(X_j ≥ k) × P(X_i ≥ l), items both answered."""
        if self.groups.complete:
            return np.asarray((at.at_least * weighted.sum(axis=0)[:, None]).T @ at.at_least)
        answered, item = self.groups.answered, self.layout.item
        total = np.zeros((len(item), len(item)))
        for node, reach in enumerate(at.at_least):
            near = weighted[:, node] > NEGLIGIBLE * self.groups.persons  # most groups are far from most nodes
            together = (answered[near] * weighted[near, node, None]).T @ answered[near]
            total += together[np.ix_(item, item)] * np.outer(reach, reach)
        return total

    def _slope_by_ability(self, at: StepCurves) -> FloatArray:
        """nodes × steps: dP(X ≥ k)/dθ = Σ_l cov([X ≥ k], [X ≥ l]) = P(X ≥ k)·(E[X | X ≥ k] − E[X])."""
        layout = self.layout
        # E[X·[X ≥ k]] = k·P(X ≥ k) + Σ_{l>k} P(X ≥ l)
        later = (layout.same_item & (layout.level[:, None] > layout.level[None, :])).astype(np.float64)
        scored = layout.level * at.at_least + at.at_least @ later
        return np.asarray(scored - at.at_least * at.expected[:, layout.item])


def quadrature(points: int) -> FloatArray:
    """Evenly spaced abilities in standard deviations."""
    return np.linspace(-REACH, REACH, points)


def _log_sum(values: FloatArray) -> FloatArray:
    top = values.max(axis=1)
    return np.asarray(top + np.log(np.exp(values - top[:, None]).sum(axis=1)))
