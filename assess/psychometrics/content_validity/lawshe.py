"""Lawshe's content validity ratio: how far beyond half of the experts call an element essential."""

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.content_validity.panels import MINIMUM_EXPERTS, yes_or_no
from assess.psychometrics.proportions import WILSON_SOURCE, proportion
from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import LEVEL, Estimate, estimated, not_enough

SOURCE = f"Lawshe (1975), Personnel Psychology 28, 563–575; interval of the share: {WILSON_SOURCE}"
METHOD = "content validity ratio (experts)"


def content_validity_ratio(
    essential: npt.ArrayLike, *, level: float = LEVEL, minimum: int = MINIMUM_EXPERTS
) -> tuple[Estimate, ...]:
    r"""CVR of each element.

    Parameters
    ----------
    essential
        experts × elements: 1 essential, 0 useful or not necessary, NaN not rated.
    minimum
        So many experts must have rated an element for the figure to be enough.

    Raises
    ------
    ResponseError
        `not_a_category` for another value.

    Notes
    -----
    CVR = (n_e − N/2)/(N/2) = 2p − 1 with p the share of N experts who say essential; interval and standard error are
    those of p (Wilson's), doubled. Whether p is beyond chance at all is `critical_count`.

    Examples
    --------
    >>> panel = [[1, 1], [1, 0], [1, 1], [1, 0], [1, 1], [1, 0], [1, 1], [1, 0]]
    >>> [found.value for found in content_validity_ratio(panel)]
    [1.0, 0.0]
    """
    table = yes_or_no(essential, name="essential")
    return tuple(_ratio(votes[np.isfinite(votes)], level, minimum) for votes in table.T)


def _ratio(votes: FloatArray, level: float, minimum: int) -> Estimate:
    n = len(votes)
    if n == 0:
        return not_enough(n=0, method=METHOD, source=SOURCE, reason="no expert rated it", level=level)
    share = proportion(float(votes.sum()), n, method=METHOD, level=level)
    low, high = share.interval or (0.0, 1.0)
    return estimated(
        value=2 * (share.value or 0.0) - 1,
        standard_error=2 * (share.standard_error or 0.0),
        interval=(2 * low - 1, 2 * high - 1),
        n=n,
        method=METHOD,
        source=SOURCE,
        minimum=minimum,
        level=level,
        cases="experts",
    )


def critical_count(experts: int, alpha: float = 0.05) -> int | None:
    """The fewest experts who must say essential so that chance alone would give as many in at most `alpha` of cases.

    One-tailed exact binomial with a half for each expert (Ayre & Scally 2014, Measurement and Evaluation in Counseling
    and Development 47, 79–86, who correct the table of Lawshe 1975 and the normal approximation of Wilson, Pan &
    Schumsky 2012, same journal 45, 197–210). None where even all of them are not enough: at fewer than five experts.

    Examples
    --------
    >>> [critical_count(n) for n in (4, 5, 8, 10, 13, 40)]
    [None, 5, 7, 9, 10, 26]
    """
    counts = np.arange(experts + 1)
    enough = np.flatnonzero(stats.binom.sf(counts - 1, experts, 0.5) <= alpha)
    return int(enough[0]) if enough.size else None


def critical_ratio(experts: int, alpha: float = 0.05) -> float | None:
    """The content validity ratio of that count.

    Examples
    --------
    >>> critical_ratio(10), critical_ratio(4)
    (0.8, None)
    """
    count = critical_count(experts, alpha)
    return None if count is None else 2 * count / experts - 1
