"""Aiken's V: the mean rating on the way from the scale's lowest to its highest point, with its exact chance probability."""

import numpy as np
import numpy.typing as npt

from assess.psychometrics.content_validity.panels import MINIMUM_EXPERTS, on_scale
from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import LEVEL, Estimate, estimated, not_enough, two_sided

METHOD = "Aiken's V (experts)"
SOURCE = (
    "Aiken (1985), Educational and Psychological Measurement 45, 131–142; score interval: Penfield & Giacobbi (2004), "
    "Measurement in Physical Education and Exercise Science 8, 213–225"
)


def aiken_v(
    ratings: npt.ArrayLike, *, low: int = 1, high: int = 4, level: float = LEVEL, minimum: int = MINIMUM_EXPERTS
) -> tuple[Estimate, ...]:
    r"""V of each element.

    Parameters
    ----------
    ratings
        experts × elements on `low` to `high`, NaN = not rated.

    Raises
    ------
    ResponseError
        `no_such_scale`, `not_a_category`.

    Notes
    -----
    V = (X̄ − low)/k with k = high − low. The score interval treats n ratings as n·k steps that were taken or not:
    limits (2nkV + z² ± z√(4nkV(1 − V) + z²))/(2(nk + z²)); the standard error is √(V(1 − V)/(nk)) likewise.

    Examples
    --------
    >>> panel = [[4], [4], [3], [4], [3], [4], [4], [4]]
    >>> aiken_v(panel)[0].in_words()
    '0.92 (95 % interval 0.74 to 0.98, n = 8)'
    """
    table = on_scale(ratings, low, high)
    return tuple(_v(column[np.isfinite(column)], low, high - low, level, minimum) for column in table.T)


def _v(given: FloatArray, low: int, reach: int, level: float, minimum: int) -> Estimate:
    n = len(given)
    if n == 0:
        return not_enough(n=0, method=METHOD, source=SOURCE, reason="no expert rated it", level=level)
    steps, z = n * reach, two_sided(level)
    value = float((given - low).sum()) / steps
    root = z * float(np.sqrt(4 * steps * value * (1 - value) + z**2))
    lower = (2 * steps * value + z**2 - root) / (2 * (steps + z**2))
    upper = (2 * steps * value + z**2 + root) / (2 * (steps + z**2))
    return estimated(
        value=value,
        standard_error=float(np.sqrt(value * (1 - value) / steps)),
        # rounding must not push a limit past the value itself at 0 and 1
        interval=(max(min(lower, value), 0.0), min(max(upper, value), 1.0)),
        n=n,
        method=METHOD,
        source=SOURCE,
        minimum=minimum,
        level=level,
        cases="experts",
    )


def right_tail(ratings: npt.ArrayLike, *, low: int = 1, high: int = 4) -> float:
    """The exact probability that experts who choose every point alike often would rate as high or higher.

    Parameters
    ----------
    ratings
        One element's ratings, NaN = not rated. 1 where nobody rated.

    Notes
    -----
    The distribution of the sum of n independent ratings, each of the c points with 1/c, by convolution in whole numbers:
    what Aiken (1985) tabled.

    Examples
    --------
    >>> round(right_tail([4, 4, 4]), 3), round(right_tail([5, 5, 4, 4, 4], high=5), 3)
    (0.016, 0.018)
    """
    given = on_scale([list(np.atleast_1d(np.asarray(ratings, dtype=np.float64)))], low, high)[0]
    given = given[np.isfinite(given)]
    ways = [1]
    for _ in given:
        longer = [0] * (len(ways) + high - low)
        for place, count in enumerate(ways):
            for step in range(high - low + 1):
                longer[place + step] += count
        ways = longer
    reached = int((given - low).sum())
    return sum(ways[reached:]) / sum(ways)
