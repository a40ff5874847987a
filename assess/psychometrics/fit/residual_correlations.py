"""Q3: do two items go together more than the ability both measure explains?"""

import numpy as np
import numpy.typing as npt

from assess.psychometrics.correlations import pairwise_correlation
from assess.psychometrics.fit.answers import Answers, abilities, expected_scores
from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.likely_abilities import Method
from assess.psychometrics.responses import FloatArray

Q3_SOURCE = "Yen (1984), Applied Psychological Measurement 8, 125–145"


def q3(responses: npt.ArrayLike, calibration: Calibration, *, method: Method = "EAP") -> FloatArray:
    r"""Correlations of what the ability leaves unexplained, items × items.

    Parameters
    ----------
    responses
        persons × items of the calibration; NaN = missing.
    method
        Which ability; EAP as in mirt (TAM takes posterior expectations, sirt the WLE).

    Returns
    -------
    array, items × items
        1 on the diagonal. NaN where fewer than two persons answered both items, where a residual does not vary, and for
        items the calibration left out.

    Raises
    ------
    ResponseError
        `not_calibrated`, `items_do_not_fit`, `not_a_category`, `several_groups`.

    Notes
    -----
    Correlation of x_i − E(x_i | θ̂) and x_j − E(x_j | θ̂) over the persons who answered both (persons with an infinite
    maximum likelihood ability are left out). Where the model holds the mean is about −1/(items − 1), since θ̂ rests on
    the same answers: read a Q3 against the mean of all (Marais 2013; `adjusted`). Christensen, Makransky & Horton
    (2017), Applied Psychological Measurement 41, 178–194: 0.2 above that mean deserves a look in most designs.

    Examples
    --------
    >>> from assess.psychometrics import irt
    >>> answers = np.array([[1, 0, 0], [1, 1, 0], [1, 1, 1], [0, 0, 0], [0, 1, 1], [1, 0, 1]] * 20, dtype=float)
    >>> q3(answers, irt.calibrate(answers, "Rasch")).round(2).tolist()
    [[1.0, -0.24, -0.24], [-0.24, 1.0, 0.12], [-0.24, 0.12, 1.0]]
    """
    answers = Answers.of(responses, calibration)
    theta = abilities(responses, calibration, method)
    residual = np.full(answers.categories.shape, np.nan)
    rows = np.flatnonzero(np.isfinite(theta))
    for expected in expected_scores(answers.fitted, theta[rows]):
        here = rows[expected.rows]
        given = answers.categories[here]
        residual[here] = np.where(given >= 0, given - expected.score, np.nan)
    items = len(calibration.names)
    found = np.full((items, items), np.nan)
    found[np.ix_(calibration.kept, calibration.kept)] = pairwise_correlation(residual).matrix
    return found


def adjusted(correlations: FloatArray) -> FloatArray:
    """Q3 less its mean over all pairs.

    Source: Marais (2013), in Christensen, Kreiner & Mesbah (eds), Rasch models in health, 111–130.

    Examples
    --------
    >>> adjusted(np.array([[1.0, 0.3, -0.3], [0.3, 1.0, -0.3], [-0.3, -0.3, 1.0]])).round(2).tolist()
    [[1.0, 0.4, -0.2], [0.4, 1.0, -0.2], [-0.2, -0.2, 1.0]]
    """
    pairs = ~np.eye(len(correlations), dtype=bool)
    there = pairs & np.isfinite(correlations)
    mean = float(correlations[there].mean()) if there.any() else 0.0
    return np.where(pairs, correlations - mean, correlations)
