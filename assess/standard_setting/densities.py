"""Where two normal densities meet between their means."""

from typing import Literal, get_args

import numpy as np

from assess.psychometrics.responses import FloatArray, ResponseError

Weighting = Literal["equal", "observed"]


def log_odds(weighting: Weighting, lower: int, upper: int) -> float:
    """log(π₀/π₁) of the two groups: 0 for equal areas, of the sizes otherwise.

    Raises
    ------
    ResponseError
        `unknown_weighting`.
    """
    if weighting not in get_args(Weighting):
        sentence = f"there is no weighting {weighting!r}; weightings: {', '.join(get_args(Weighting))}"
        raise ResponseError("unknown_weighting", sentence)
    return 0.0 if weighting == "equal" or not lower or not upper else float(np.log(lower / upper))


def meeting_point(moments: FloatArray, odds: float) -> FloatArray:
    r"""The one x between the means with π₀φ(x; m₀, s₀) = π₁φ(x; m₁, s₁); NaN where there is none, or two.

    Parameters
    ----------
    moments
        cases × 4: m₀, m₁, s₀, s₁.
    odds
        log(π₀/π₁).

    Notes
    -----
    With t counted from the middle of the means the logs are a quadratic in t:
    t²(1/s₁² − 1/s₀²)/2 + t(m₀'/s₀² − m₁'/s₁²) + (m₁'²/s₁² − m₀'²/s₀²)/2 + log(π₀s₁/(π₁s₀)) = 0.

    Examples
    --------
    >>> meeting_point(np.array([[0.0, 10.0, 2.0, 2.0], [0.0, 10.0, 1.0, 3.0]]), 0.0).round(3).tolist()
    [5.0, 2.816]
    """
    m0, m1, s0, s1 = moments.T
    exists = (s0 > 0) & (s1 > 0) & (m0 != m1)
    s0, s1 = np.where(exists, s0, 1.0), np.where(exists, s1, 1.0)
    middle, half = (m0 + m1) / 2, (m1 - m0) / 2
    a = (1 / s1**2 - 1 / s0**2) / 2
    b = -half / s0**2 - half / s1**2
    c = (half**2 / s1**2 - half**2 / s0**2) / 2 + odds + np.log(s1 / s0)
    tilt = odds + np.log(s1 / s0)
    exists &= (tilt + 2 * half**2 / s1**2) * (tilt - 2 * half**2 / s0**2) < 0
    root = np.sqrt(np.maximum(b**2 - 4 * a * c, 0.0))
    # the root of the smaller size, in the form that stays exact when the densities have the same width (a = 0)
    denominator = b + np.where(b < 0, -root, root)
    t = np.divide(-2 * c, denominator, out=np.full(len(b), np.nan), where=exists)
    return np.asarray(middle + t)
