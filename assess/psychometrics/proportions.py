"""Intervals for proportions and correlations, used by every method that reports one."""

import numpy as np

from assess.psychometrics.results import LEVEL, Estimate, estimated, not_enough, two_sided

MINIMUM_PERSONS = 30
WILSON_SOURCE = "Wilson (1927), Journal of the American Statistical Association 22, 209–212"
FISHER_SOURCE = "Fisher (1921), Metron 1, 3–32"


def proportion(
    successes: float, n: int, *, method: str, level: float = LEVEL, minimum: int = MINIMUM_PERSONS
) -> Estimate:
    """A proportion with Wilson's interval.

    Examples
    --------
    >>> proportion(45, 50, method="share of agreement").in_words()
    '0.90 (95 % interval 0.79 to 0.96, n = 50)'
    """
    if n < 1:
        return not_enough(n=0, method=method, source=WILSON_SOURCE, reason="nothing was observed", level=level)
    z = two_sided(level)
    value = successes / n
    centre = (value + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * float(np.sqrt(value * (1 - value) / n + z**2 / (4 * n**2)))
    return estimated(
        value=value,
        standard_error=float(np.sqrt(value * (1 - value) / n)),
        # rounding must not push a limit past the share itself at 0 and 1
        interval=(max(min(centre - reach, value), 0.0), min(max(centre + reach, value), 1.0)),
        n=n,
        method=method,
        source=WILSON_SOURCE,
        minimum=minimum,
        level=level,
    )


def correlation(
    value: float,
    n: int,
    *,
    method: str,
    source: str = FISHER_SOURCE,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> Estimate:
    """A product-moment correlation already computed, with Fisher's interval.

    Examples
    --------
    >>> correlation(0.5, 103, method="correlation").in_words()
    '0.50 (95 % interval 0.34 to 0.63, n = 103)'
    """
    if n < 4:
        reason = f"{n} persons; a correlation needs at least 4 for an interval"
        return not_enough(n=n, method=method, source=source, reason=reason, level=level)
    if not np.isfinite(value):
        reason = "one of the two does not vary"
        return not_enough(n=n, method=method, source=source, reason=reason, level=level)
    if abs(value) > 1 - 1e-12:
        reason = "the correlation is perfect, so it has no standard error"
        return not_enough(n=n, method=method, source=source, reason=reason, level=level)
    reach = two_sided(level) / np.sqrt(n - 3)
    z = np.arctanh(value)
    return estimated(
        value=value,
        standard_error=float((1 - value**2) / np.sqrt(n - 3)),
        interval=(float(np.tanh(z - reach)), float(np.tanh(z + reach))),
        n=n,
        method=method,
        source=source,
        minimum=minimum,
        level=level,
    )
