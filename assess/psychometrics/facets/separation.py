"""Do the elements of a facet differ, and how many levels of them can be told apart?"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from assess.psychometrics.responses import FloatArray

SOURCE = "Wright & Masters (1982), Rating scale analysis, ch. 5; Linacre (1989), Many-facet Rasch measurement, ch. 5"
FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """How far a facet's elements lie apart beside their errors.

    Attributes
    ----------
    facet, elements
        Which, and the number of its elements with a measure of their own (extreme and anchored ones do not count).
    sd, error
        Standard deviation of the measures (n − 1) and root mean square of their standard errors.
    true_sd
        √(sd² − error²), 0 when the errors explain everything.
    separation, strata, reliability
        G = true_sd/error; (4G + 1)/3 levels; G²/(1 + G²). For raters a *high* reliability says that they differ.
    chi_square, df, p_value
        Of the hypothesis that all elements have one measure: Σw d² − (Σw d)²/Σw, w = 1/error².
    reason
        Why there are no figures; empty when there are.
    """

    facet: str
    elements: int
    sd: float | None
    error: float | None
    true_sd: float | None
    separation: float | None
    strata: float | None
    reliability: float | None
    chi_square: float | None
    df: int
    p_value: float | None
    reason: str
    source: str = SOURCE


def separation(facet: str, measures: FloatArray, errors: FloatArray) -> Separation:
    """Separation of elements with these measures and standard errors (logits).

    Examples
    --------
    >>> found = separation("rater", np.array([-1.0, 0.0, 1.0]), np.array([0.2, 0.2, 0.2]))
    >>> round(found.separation, 2), round(found.reliability, 2), round(found.chi_square), found.df
    (4.9, 0.96, 50, 2)
    """
    seen = np.isfinite(measures) & np.isfinite(errors)
    seen[seen] &= errors[seen] > 0
    measures, errors = measures[seen], errors[seen]
    n = len(measures)
    if n < FEWEST:
        return Separation(
            facet=facet, elements=n, sd=None, error=None, true_sd=None, separation=None, strata=None, reliability=None,
            chi_square=None, df=max(n - 1, 0), p_value=None,
            reason=f"{n} element(s) of {facet} with a measure and an error; at least {FEWEST} are needed",
        )  # fmt: skip
    variance, noise = float(measures.var(ddof=1)), float((errors**2).mean())
    true = max(variance - noise, 0.0)
    ratio = (true / noise) ** 0.5
    weight = 1 / errors**2
    chi_square = float((weight * measures**2).sum() - (weight * measures).sum() ** 2 / weight.sum())
    return Separation(
        facet=facet,
        elements=n,
        sd=variance**0.5,
        error=noise**0.5,
        true_sd=true**0.5,
        separation=ratio,
        strata=(4 * ratio + 1) / 3,
        reliability=true / (true + noise),
        chi_square=max(chi_square, 0.0),
        df=n - 1,
        p_value=float(stats.chi2.sf(max(chi_square, 0.0), n - 1)),
        reason="",
    )
