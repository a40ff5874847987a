"""What a calibration keeps of its data and its maximum: enough for standard errors, information and person measures."""

from dataclasses import dataclass

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
    sd
        Standard deviation of ability in the population; its mean is 0.
    step_covariance
        Only of models with one common slope: covariance of (step difficulties in logits, log standard deviation).
    """

    family: Family
    parameters: FloatArray
    at_bound: BoolArray
    table: ResponseTable
    priors: Priors
    points: int
    sd: float
    step_covariance: FloatArray | None = None

    @property
    def categories(self) -> IntArray:
        """Number of categories of each item."""
        return self.table.counts

    @property
    def estimated(self) -> BoolArray:
        """Which entries of the parameter rows the data determine."""
        return np.asarray(free(self.family, self.categories, self.parameters.shape[1]) & ~self.at_bound)

    def at(self, theta: FloatArray) -> FloatArray:
        """log P, items × categories × abilities."""
        return log_probabilities(self.family, self.parameters, self.categories, theta)

    def grid(self) -> tuple[Grid, FloatArray]:
        """The grid of the calibration and its nodes on the reported scale."""
        grid = Grid(self.points)
        return grid, self.sd * grid.nodes


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
