"""The sum scores that were seen beside those the model expects."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.fit.answers import Answers, of_one_population
from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.sum_scores import sum_scores
from assess.psychometrics.responses import FloatArray

SCORES_SOURCE = (
    "Lord & Wingersky (1984), Applied Psychological Measurement 8, 453–461; "
    "Hambleton & Traub (1973), British Journal of Mathematical and Statistical Psychology 26, 195–211"
)
FEWEST = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class ScoreFit:
    """For each sum score from 0: persons seen, persons expected, and (seen − expected)/√expected.

    `n` are the persons who answered everything, `left_out` the others.
    """

    observed: FloatArray
    expected: FloatArray
    residual: FloatArray
    n: int
    left_out: int
    method: str
    source: str
    sufficient: bool
    reason: str


def score_fit(responses: npt.ArrayLike, calibration: Calibration, *, minimum: int = FEWEST) -> ScoreFit:
    """Sum scores seen and expected under the calibration.

    Parameters
    ----------
    responses
        persons × items of the calibration. Persons with a missing answer are left out, and counted.
    minimum
        Persons for a positive verdict.

    Raises
    ------
    ResponseError
        `not_calibrated`, `items_do_not_fit`, `not_a_category`, `several_groups`.

    Notes
    -----
    Expected: n times the probability of each score in the calibrated population. It shows where the population's
    shape or guessing lets the model down; it is no test.

    Examples
    --------
    >>> from assess.psychometrics import irt
    >>> answers = np.array([[1, 0], [0, 1], [1, 1], [0, 0], [1, 1], [0, 0]] * 10, dtype=float)
    >>> found = score_fit(answers, irt.calibrate(answers, "Rasch"))
    >>> found.observed.tolist(), found.expected.round(1).tolist()
    ([20.0, 20.0, 20.0], [20.0, 20.0, 20.0])
    """
    of_one_population(calibration, "expected scores are of")
    answers = Answers.of(responses, calibration)
    complete = answers.complete
    probability = sum_scores(calibration).probability
    n = len(complete)
    observed = np.bincount(complete.sum(axis=1, dtype=np.int64), minlength=len(probability)).astype(np.float64)
    expected = n * probability
    reason = answers.doubt or (
        "" if n >= minimum else f"{n} persons answered everything; at least {minimum} are needed"
    )
    return ScoreFit(
        observed=observed,
        expected=expected,
        residual=(observed - expected) / np.sqrt(np.maximum(expected, 1e-300)),
        n=n,
        left_out=int(answers.seen.any(axis=1).sum()) - n,
        method="sum scores seen and expected",
        source=SCORES_SOURCE,
        sufficient=not reason,
        reason=reason,
    )
