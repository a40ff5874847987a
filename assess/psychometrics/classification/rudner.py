"""Accuracy and consistency of a cut on the ability scale."""

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.classification.quality import (
    MINIMUM_PERSONS,
    DecisionQuality,
    Figures,
    bootstrapped,
    no_quality,
    resampled,
)
from assess.psychometrics.responses import FloatArray, ResponseError, as_vector
from assess.psychometrics.results import LEVEL

SOURCE = "Rudner (2001), Practical Assessment, Research & Evaluation 7(14); Rudner (2005), the same 10(13)"


def rudner(
    theta: npt.ArrayLike,
    standard_error: npt.ArrayLike,
    *,
    cut: float,
    level: float = LEVEL,
    needed: int = MINIMUM_PERSONS,
    seed: int = 0,
    resamples: int = 200,
) -> DecisionQuality:
    r"""Expected accuracy and consistency of "ability ≥ cut passes".

    Parameters
    ----------
    theta, standard_error
        Person measures in logits and their standard errors (`irt.wle`, `irt.eap`); NaN persons are left out.
    cut
        On the same scale.

    Notes
    -----
    Each person's measure is taken as the true ability, a repeated measure as normal about it with the standard error.

    Examples
    --------
    >>> quality = rudner([-1.0, 0.0, 1.0] * 20, [0.5] * 60, cut=0.5)
    >>> round(quality.accuracy.value, 4)
    0.8938
    """
    ability, error = as_vector(theta, name="theta"), as_vector(standard_error, name="standard_error")
    if len(ability) != len(error):
        raise ResponseError("names_do_not_fit", f"{len(ability)} abilities and {len(error)} standard errors")
    seen = np.isfinite(ability) & np.isfinite(error)
    pairs = np.column_stack([ability[seen], error[seen]])
    n, method = len(pairs), f"Rudner, cut {cut:g} logits"
    if n < 2:
        reason = f"{n} measured person(s); at least {needed} are needed"
        return no_quality(n=n, method=method, source=SOURCE, reason=reason, level=level)
    if not (pairs[:, 1] > 0).all():
        raise ResponseError("not_an_error", "every standard error must be greater than 0")

    def figures(sample: FloatArray) -> Figures:
        passes = stats.norm.cdf((sample[:, 0] - cut) / sample[:, 1])
        able = sample[:, 0] >= cut
        return Figures(
            false_pass=float((passes * ~able).mean()),
            false_fail=float(((1 - passes) * able).mean()),
            consistency=float((passes**2 + (1 - passes) ** 2).mean()),
            pass_rate=float(passes.mean()),
        )

    return bootstrapped(
        figures(pairs),
        lambda rng: figures(resampled(pairs, rng)),
        n=n,
        method=method,
        source=SOURCE,
        level=level,
        needed=needed,
        seed=seed,
        resamples=resamples,
    )
