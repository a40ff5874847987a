"""What every single cut score can be asked, and when a panel's agreement is no evidence."""

from typing import Literal

import numpy as np

from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import Estimate

Centre = Literal["mean", "median"]


class SingleCut:
    """A result with one cut score; its parts can be read without going through `cut`."""

    __slots__ = ()

    cut: Estimate

    @property
    def value(self) -> float | None:
        """The cut; None when there is not enough evidence for one."""
        return self.cut.value

    @property
    def standard_error(self) -> float | None:
        """Of the cut, as its method defines it."""
        return self.cut.standard_error

    @property
    def interval(self) -> tuple[float, float] | None:
        """Lower and upper limit of the cut."""
        return self.cut.interval

    @property
    def n(self) -> int:
        """How many judges or candidates the cut rests on."""
        return self.cut.n

    @property
    def sufficient(self) -> bool:
        """Whether the cut can be acted on."""
        return self.cut.sufficient

    @property
    def reason(self) -> str:
        """Why it cannot; empty when it can."""
        return self.cut.reason


def alike(values: FloatArray) -> bool:
    """Whether nothing differs but for rounding.

    Examples
    --------
    >>> alike(np.array([0.3, 0.1 + 0.2])), alike(np.array([0.3, 0.31]))
    (True, False)
    """
    return not len(values) or float(np.ptp(values)) <= 1e-12 * max(1.0, float(np.abs(values).max()))


def identical(cuts: FloatArray, *, minimum: int) -> str:
    """The sentence for judges whose cuts are all the same: agreement without spread has no standard error. Else empty.

    Examples
    --------
    >>> identical(np.array([2.0, 2.0, 2.0]), minimum=8).split(":")[0]
    'all 3 judges came to the same cut, 2'
    >>> identical(np.array([2.0, 2.5]), minimum=8)
    ''
    """
    if len(cuts) < 2 or not alike(cuts):
        return ""
    return (
        f"all {len(cuts)} judges came to the same cut, {cuts[0]:.4g}: that says nothing about what other judges would "
        f"say; ask at least {minimum} who judge on their own"
    )
