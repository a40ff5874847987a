"""The marginal log-likelihood of any items on any answers: to compare calibrations, whoever made them, on one fine grid."""

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.abilities import calibrated_answers
from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.expectation import Grid, Indicators, expect
from assess.psychometrics.irt.table import response_table
from assess.psychometrics.responses import ResponseError

POINTS = 481


def log_likelihood(responses: npt.ArrayLike, calibration: Calibration, *, points: int = POINTS) -> float:
    """Σ_n log ∫ Π_j P(x_nj | θ) φ(θ) dθ in the calibration's (first) population.

    Parameters
    ----------
    calibration
        From `calibrate`, or `known` items of another program.
    points
        Even points on ±6 standard deviations; programs that integrate on few points report another sum.

    Raises
    ------
    ResponseError
        `not_calibrated`, `items_do_not_fit`, `not_a_category`, `not_a_grid` for fewer than three points.

    Examples
    --------
    >>> from assess.psychometrics.irt import calibrate
    >>> answers = np.array([[1, 0, 0], [1, 1, 0], [1, 1, 1], [0, 0, 0], [0, 1, 1], [1, 0, 1]] * 20, dtype=float)
    >>> found = calibrate(answers, "2PL")
    >>> abs(log_likelihood(answers, found) - found.log_likelihood) < 1e-6
    True
    """
    if points < 3:
        raise ResponseError("not_a_grid", f"{points} points are no grid; at least 3 are needed")
    answers = calibrated_answers(responses, calibration)
    fitted, grid = calibration.fitted, Grid(points)
    assert fitted is not None
    answers = answers[(answers >= 0).any(axis=1)]
    table = response_table(answers, fitted.categories, fitted.table.frequencies)
    logs = fitted.at(fitted.mean + fitted.sd * grid.nodes)
    return float(expect(Indicators(table), np.asarray(logs), grid).log_likelihood)
