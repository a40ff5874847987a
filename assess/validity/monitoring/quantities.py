"""What is watched: each quantity with how a point is made, which rule looks for slow change, and what its chart is called."""

from dataclasses import dataclass
from typing import Literal

from assess.validity.monitoring.evidence import Kind

How = Literal["mean", "share", "correlation", "robust", "adjusted"]
Second = Literal["ewma", "cusum"]
Per = Literal["block", "pool"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One quantity.

    Attributes
    ----------
    kind, name
        Of what, and under which name it stands in a chart's identifier.
    words
        What the chart shows.
    unit
        Of its values; empty for shares.
    how
        How a point is compared with the base period.
    second
        Beside the Shewhart limits: EWMA for what creeps, CUSUM for what changes by about a standard error and stays.
    fewest
        Cases without which there is no point.
    per
        "block": about twenty attempts of a day; "pool": of sitting after sitting until there are sixty, since few of them meet
        each item.
    remedy
        What people usually look at.
    """

    kind: Kind
    name: str
    words: str
    unit: str
    how: How
    second: Second
    fewest: int
    per: Per
    remedy: str


QUANTITIES = (
    Quantity(
        kind=Kind.ITEM,
        name="difficulty",
        words="difficulty against the other items",
        unit="logits",
        how="robust",
        second="ewma",
        fewest=30,
        per="pool",
        remedy="Easier than before: look for exposure. Harder: look at wording, key and what is taught.",
    ),
    Quantity(
        kind=Kind.ITEM,
        name="discrimination",
        words="correlation with the rest of the exam",
        unit="",
        how="correlation",
        second="ewma",
        fewest=30,
        per="pool",
        remedy="Look at the key and at what strong candidates answer.",
    ),
    Quantity(
        kind=Kind.ITEM,
        name="exposure",
        words="share of forms it stands on",
        unit="",
        how="share",
        second="ewma",
        fewest=30,
        per="pool",
        remedy="Look at the pool behind the blueprint's cell: too few items are left in it.",
    ),
    Quantity(
        kind=Kind.STATION,
        name="score",
        words="task score against what the candidates' exam lets expect",
        unit="percentage points",
        how="adjusted",
        second="ewma",
        fewest=10,
        per="block",
        remedy="Look at the rig, its consumables, the room and the briefing at this station.",
    ),
    Quantity(
        kind=Kind.RIG,
        name="score",
        words="simulation score against what the candidates' exam lets expect",
        unit="percentage points",
        how="adjusted",
        second="ewma",
        fewest=10,
        per="block",
        remedy="Run the rig's self-check and its reference case.",
    ),
    Quantity(
        kind=Kind.RIG,
        name="faults",
        words="share of runs that ended with the equipment's fault",
        unit="",
        how="share",
        second="ewma",
        fewest=10,
        per="block",
        remedy="Take the rig out of use until its self-check passes.",
    ),
    Quantity(
        kind=Kind.INSTRUMENT,
        name="deviation",
        words="readings against their reference",
        unit="of what is allowed",
        how="mean",
        second="cusum",
        fewest=10,
        per="block",
        remedy="Verify the instrument against a standard; its readings may have to be taken again.",
    ),
    Quantity(
        kind=Kind.ASSESSOR,
        name="severity",
        words="severity beside others on the same work",
        unit="levels",
        how="mean",
        second="cusum",
        fewest=8,
        per="block",
        remedy="Talk it over, mark an exemplar together; if it stays, ask for a new training.",
    ),
    Quantity(
        kind=Kind.ASSESSOR,
        name="not seen",
        words="rows of a sheet marked as not seen",
        unit="per cent",
        how="mean",
        second="cusum",
        fewest=8,
        per="block",
        remedy="Ask what hid the work: place at the bay, two candidates at a time, the sheet itself.",
    ),
    Quantity(
        kind=Kind.DAY,
        name="missing marks",
        words="rows of a sheet nobody marked or saw",
        unit="per cent",
        how="mean",
        second="ewma",
        fewest=10,
        per="block",
        remedy="Look at time at the bays and at the briefing of assessors.",
    ),
    Quantity(
        kind=Kind.DAY,
        name="left out",
        words="exam items left out",
        unit="per cent",
        how="mean",
        second="ewma",
        fewest=10,
        per="block",
        remedy="Look at time limits, the network and the seats of that day.",
    ),
    Quantity(
        kind=Kind.DAY,
        name="double-mark gap",
        words="distance of two assessors on the same task",
        unit="percentage points",
        how="mean",
        second="ewma",
        fewest=10,
        per="block",
        remedy="Repeat the calibration hour; look at the rows that were reconciled most often.",
    ),
)

BY_NAME = {(one.kind, one.name): one for one in QUANTITIES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Which chart: the quantity and whose it is."""

    quantity: Quantity
    subject: str

    @property
    def key(self) -> str:
        """As tables hold it.

        >>> Chart(quantity=QUANTITIES[3], subject="Bay 1/left").key
        'station/score/Bay 1/left'
        """
        return f"{self.quantity.kind}/{self.quantity.name}/{self.subject}"


def chart_of(key: str) -> Chart:
    """The chart behind a key.

    Raises
    ------
    KeyError
        When nothing of this name is watched.

    >>> chart_of("station/score/Bay 1/left").subject
    'Bay 1/left'
    """
    kind, name, subject = key.split("/", 2)
    return Chart(quantity=BY_NAME[Kind(kind), name], subject=subject)
