"""Standard errors of agreement from leaving out one person after the other."""

import numpy as np
from scipy import special

from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import Estimate, estimated, not_enough

NO_VARIATION = "the marks do not vary: chance agreement is complete"


def jackknifed(
    value: float,
    left_out: FloatArray,
    *,
    method: str,
    source: str,
    level: float,
    minimum: int,
    lowest: float = -1.0,
    cases: str = "persons marked more than once",
) -> Estimate:
    """A value with the jackknife's standard error and a t interval, kept between `lowest` and 1."""
    n = len(left_out)
    if not np.isfinite(value) or not np.isfinite(left_out).all():
        return not_enough(n=n, method=method, source=source, reason=NO_VARIATION, level=level)
    se = float(np.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum()))
    reach = float(special.stdtrit(n - 1, 0.5 + level / 2)) * se
    return estimated(
        value=value,
        standard_error=se,
        interval=(max(value - reach, lowest), min(value + reach, 1.0)),
        n=n,
        method=method,
        source=source,
        minimum=minimum,
        level=level,
        cases=cases,
    )
