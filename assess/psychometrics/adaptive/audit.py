"""Whether a session was given what its blueprint asks for."""

from dataclasses import dataclass

import numpy as np

from assess.psychometrics.adaptive.bank import Bank
from assess.psychometrics.adaptive.plan import Plan
from assess.psychometrics.adaptive.selection import counts_by_area
from assess.psychometrics.irt.families import IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaCount:
    """Items of one content area in one session.

    Attributes
    ----------
    wanted, given
        Share of the area × number of items given (None when the plan asks for no shares), and how many were given.
    """

    area: str
    wanted: float | None
    given: int

    @property
    def met(self) -> bool:
        """Within one item of what was wanted: no number of items comes closer to every share."""
        return self.wanted is None or abs(self.given - self.wanted) < 1

    @property
    def sentence(self) -> str:
        """For a report.

        >>> AreaCount(area="law", wanted=2.4, given=1).sentence
        'law: 1 given, 2.4 wanted: short of the blueprint'
        """
        if self.wanted is None:
            return f"{self.area}: {self.given} given"
        verdict = "met" if self.met else "short of the blueprint" if self.given < self.wanted else "above the blueprint"
        return f"{self.area}: {self.given} given, {self.wanted:.1f} wanted: {verdict}"


def audit(bank: Bank, plan: Plan, items: IntArray) -> tuple[AreaCount, ...]:
    """Wanted and given of each content area in one session; places of −1 hold no item."""
    given = counts_by_area(bank, items[None, :])[0]
    wanted = plan.wanted(bank) * int(given.sum())
    return tuple(
        AreaCount(area=area, wanted=None if np.isnan(want) else float(want), given=int(count))
        for area, want, count in zip(bank.areas, wanted, given, strict=True)
    )
