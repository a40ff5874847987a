"""Accuracy and consistency of a cut on the sum score under an item response model."""

import numpy as np
import numpy.typing as npt

from assess.psychometrics.classification.quality import (
    MINIMUM_PERSONS,
    DecisionQuality,
    Figures,
    bootstrapped,
    no_quality,
    resampled,
)
from assess.psychometrics.irt import Calibration, score_distribution_at
from assess.psychometrics.responses import FloatArray, ResponseError, as_vector
from assess.psychometrics.results import LEVEL

SOURCE = "Lee (2010), Journal of Educational Measurement 47, 1–17; Lord & Wingersky (1984)"
PERSONS_AT_ONCE = 5_000


def lee(
    theta: npt.ArrayLike,
    calibration: Calibration,
    cut: float,
    *,
    level: float = LEVEL,
    needed: int = MINIMUM_PERSONS,
    seed: int = 0,
    resamples: int = 200,
) -> DecisionQuality:
    r"""Expected accuracy and consistency of "sum score ≥ cut passes", items of any number of categories.

    Parameters
    ----------
    theta
        Abilities of the persons (`irt.estimate`), on the scale of the calibration; NaN persons are left out.
    calibration
        Of the items behind the sum score.
    cut
        The lowest passing sum score, categories counted from 0.
    needed
        Persons needed for a positive verdict.
    seed, resamples
        Of the bootstrap over persons. The calibration is taken as it is.

    Notes
    -----
    Lee's person approach: each ability is taken as the true one, and the sum score about it follows the compound
    (multi)nomial distribution of the Lord–Wingersky recursion. A person is truly able when the expected sum score
    reaches the cut.

    Raises
    ------
    ResponseError
        `not_calibrated`, `cut_off_scale`.

    Examples
    --------
    >>> from assess.psychometrics import irt, simulate
    >>> ability = np.random.default_rng(4).normal(size=300)
    >>> answers = simulate.rasch_responses(ability, np.linspace(-2, 2, 20), seed=5)
    >>> calibration = irt.calibrate(answers, "Rasch")
    >>> quality = lee(irt.estimate(answers, calibration).theta, calibration, 10)
    >>> round(quality.accuracy.value, 2), round(quality.consistency.value, 2)
    (0.84, 0.78)
    """
    abilities = as_vector(theta, name="theta")
    abilities = abilities[np.isfinite(abilities)]
    n, method = len(abilities), f"Lee, cut {cut:g} on the sum score"
    highest = score_distribution_at(0.0, calibration).shape[1] - 1
    if not 0 < cut <= highest:
        raise ResponseError("cut_off_scale", f"the cut {cut:g} lies outside the scale from 0 to {highest}")
    if n < 2:
        reason = f"{n} measured person(s); at least {needed} are needed"
        return no_quality(n=n, method=method, source=SOURCE, reason=reason, level=level)
    scores = np.arange(highest + 1.0)
    persons = np.empty((n, 2))  # chance to pass, expected score
    for start in range(0, n, PERSONS_AT_ONCE):
        distribution = score_distribution_at(abilities[start : start + PERSONS_AT_ONCE], calibration)
        persons[start : start + PERSONS_AT_ONCE, 0] = distribution[:, scores >= cut].sum(axis=1)
        persons[start : start + PERSONS_AT_ONCE, 1] = distribution @ scores

    def figures(sample: FloatArray) -> Figures:
        passes, able = np.minimum(sample[:, 0], 1.0), sample[:, 1] >= cut
        return Figures(
            false_pass=float((passes * ~able).mean()),
            false_fail=float(((1 - passes) * able).mean()),
            consistency=float((passes**2 + (1 - passes) ** 2).mean()),
            pass_rate=float(passes.mean()),
        )

    return bootstrapped(
        figures(persons),
        lambda rng: figures(resampled(persons, rng)),
        n=n,
        method=method,
        source=SOURCE,
        level=level,
        needed=needed,
        seed=seed,
        resamples=resamples,
    )
