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

    def evaluate(self, parameters: FloatArray) -> Likelihood:
        """Value, gradient and Hessian."""
        at, log_joint = self._joint(parameters)
        top = log_joint.max(axis=1, keepdims=True)
        posterior = np.exp(log_joint - top)  # groups × nodes
        total = posterior.sum(axis=1, keepdims=True)
        posterior /= total
        marginal = (top + np.log(total))[:, 0]
        groups = self.groups
        weighted = groups.persons[:, None] * posterior
        sd = float(np.exp(parameters[-1]))
        z = self.nodes

        mean_step = self._answered(posterior @ at.at_least)
        pull = z * (groups.score[:, None] - self._over_items(at.expected))  # derivative by the sd, groups × nodes
        mean_pull = (posterior * pull).sum(axis=1)
        by_item = self._by_item(weighted)  # expected persons at each node
        by_step = self._by_step(by_item)

        gradient = np.append(groups.persons @ mean_step - self.reached, groups.persons @ mean_pull)

        within = self._within_item(at, by_step)
        steps = self._between(at, weighted) - (mean_step * groups.persons[:, None]).T @ mean_step
        lower, higher = self.layout.pairs
        steps[lower, higher] -= within
        off = lower != higher
        steps[higher[off], lower[off]] -= within[off]
        pulled = self._by_step(self._by_item(weighted * pull))
        cross = (
            (by_step * z[:, None] * at.slope).sum(axis=0)
            + (pulled * at.at_least).sum(axis=0)
            - (groups.persons * mean_pull) @ mean_step
        )
        own = -(z**2 @ (by_item * at.variance)).sum() + (weighted * pull**2).sum() - groups.persons @ mean_pull**2
        hessian = np.empty((len(parameters), len(parameters)))
        hessian[:-1, :-1], hessian[-1, -1] = steps, own
        hessian[-1, :-1] = hessian[:-1, -1] = cross
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
        log_weight -= np.log(np.exp(log_weight).sum())
        return at, self.groups.score[:, None] * theta - self._over_items(at.log_normaliser) + log_weight

    def _over_items(self, values: FloatArray) -> FloatArray:
        """Sums of nodes × items over the items that each group answered: groups × nodes, or one row for all."""
        if self.groups.complete:
            return np.asarray(values.sum(axis=1)[None, :])
        return np.asarray(self.groups.answered @ values.T)

    def _by_item(self, values: FloatArray) -> FloatArray:
        """Sums of groups × nodes over the groups that answered each item: nodes × items, or one column for all."""
        if self.groups.complete:
            return np.asarray(values.sum(axis=0)[:, None])
        return np.asarray(values.T @ self.groups.answered)

    def _by_step(self, by_item: FloatArray) -> FloatArray:
        """The same for the items' steps."""
        return by_item if self.groups.complete else by_item.take(self.layout.item, axis=1)

    def _answered(self, values: FloatArray) -> FloatArray:
        """groups × steps, 0 where the group did not answer the item."""
        return values if self.groups.complete else values * self.groups.answered[:, self.layout.item]

    def _within_item(self, at: StepCurves, by_step: FloatArray) -> FloatArray:
        """For each pair of steps of one item: Σ over nodes of expected persons × covariance of [X ≥ k] and [X ≥ l]."""
        lower, higher = self.layout.pairs
        at_least = at.at_least
        if self.groups.complete and len(lower) == len(self.layout.item):  # right or wrong
            return np.asarray(by_step[:, 0] @ (at_least * (1 - at_least)))
        weighted = by_step * (1 - at_least)
        return np.asarray((weighted.take(lower, axis=1) * at_least.take(higher, axis=1)).sum(axis=0))

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


def quadrature(points: int) -> FloatArray:
    """Evenly spaced abilities in standard deviations."""
    return np.linspace(-REACH, REACH, points)
