"""What a calibration keeps of its data and its maximum: enough for standard errors, information and person measures."""

from dataclasses import dataclass, replace

import numpy as np

from assess.psychometrics.irt.expectation import Grid
from assess.psychometrics.irt.families import Family, IntArray, free, log_probabilities
from assess.psychometrics.irt.maximisation import Priors
from assess.psychometrics.irt.table import ResponseTable
from assess.psychometrics.responses import BoolArray, FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitted:
    """The calibrated items only, on the scale that is reported.

    Attributes
    ----------
    parameters
        items × parameters: slope, intercepts, for the 3PL the logit of the guessing parameter.
    at_bound
        Parameters held at the edge of their range; they count as known.
    anchored
        Items whose parameters were given.
    means, sds
        Mean and standard deviation of ability in each group of persons, on the reported scale.
    moving
        Groups whose mean and standard deviation were estimated with the items' parameters (free slopes only).
    step_covariance
        Only of models with one common slope: covariance of (step difficulties, means of the groups, logarithms of their
        standard deviations), in logits.
    """

    family: Family
    parameters: FloatArray
    at_bound: BoolArray
    anchored: BoolArray
    table: ResponseTable
    priors: Priors
    points: int
    means: FloatArray
    sds: FloatArray
    moving: BoolArray
    step_covariance: FloatArray | None = None

    @property
    def categories(self) -> IntArray:
        """Number of categories of each item."""
        return self.table.counts

    @property
    def estimated(self) -> BoolArray:
        """Which entries of the parameter rows the data determine."""
        exists = free(self.family, self.categories, self.parameters.shape[1])
        return np.asarray(exists & ~self.at_bound & ~self.anchored[:, None])

    @property
    def mean(self) -> float:
        """Mean ability of the population: of the first group, when there are several."""
        return float(self.means[0])

    @property
    def sd(self) -> float:
        """Standard deviation of ability in the population: of the first group, when there are several."""
        return float(self.sds[0])

    def at(self, theta: FloatArray) -> FloatArray:
        """log P, items × categories × abilities."""
        return log_probabilities(self.family, self.parameters, self.categories, theta)

    def grid(self) -> tuple[Grid, FloatArray]:
        """The grid of the calibration and its nodes on the reported scale, for the (first) population."""
        grid = Grid(self.points)
        return grid, self.mean + self.sd * grid.nodes

    @property
    def nodes(self) -> FloatArray:
        """The nodes of every group, one group after the other."""
        return nodes_of(Grid(self.points), self.means, self.sds)

    def population(self, group: int) -> "Fitted":
        """The same items for measuring persons of one group."""
        return replace(self, means=self.means[[group]], sds=self.sds[[group]])


def nodes_of(grid: Grid, means: FloatArray, sds: FloatArray) -> FloatArray:
    """Nodes on the reported scale for groups with these means and standard deviations, one group after the other."""
    return np.asarray((means[:, None] + sds[:, None] * grid.nodes).ravel())


def thresholds(family: Family, parameters: FloatArray, categories: IntArray) -> FloatArray:
    """Difficulties, items × (categories − 1), NaN for padding.

    b_k = −d_k/a for graded and two-category items; for partial credit −(d_k − d_{k−1})/a.

    Examples
    --------
    >>> thresholds("partial credit", np.array([[2.0, 1.0, 0.0]]), np.array([3])).tolist()
    [[-0.5, 0.5]]
    """
    intercept = parameters[:, 1:-1] if family == "guessing" else parameters[:, 1:]
    if family == "partial credit":
        intercept = np.diff(intercept, axis=1, prepend=0.0)
    real = np.arange(1, intercept.shape[1] + 1) < categories[:, None]
    return np.asarray(np.where(real, -intercept / parameters[:, 0, None], np.nan))
