"""How an adaptive test is run: by which rule, within which limits, and when it stops."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from assess.psychometrics.adaptive.bank import Bank
from assess.psychometrics.adaptive.evidence import SOURCES as METHODS
from assess.psychometrics.adaptive.evidence import Method, Scale
from assess.psychometrics.adaptive.rules import ONLY_RIGHT_OR_WRONG, Rule
from assess.psychometrics.adaptive.rules import SOURCES as RULES
from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import LEVEL


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelihoodRatio:
    """Stop when a sequential probability ratio test has decided between cut − width and cut + width (Wald 1947).

    Attributes
    ----------
    width
        Half of the zone of indifference, in units of ability.
    false_pass, false_fail
        Accepted probability of each mistake at the edges of the zone.
    """

    width: float = 0.25
    false_pass: float = 0.05
    false_fail: float = 0.05

    @property
    def limits(self) -> tuple[float, float]:
        """Log likelihood ratio (above : below) at which it is a fail, and a pass."""
        return math.log(self.false_fail / (1 - self.false_pass)), math.log((1 - self.false_fail) / self.false_pass)


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """How an adaptive test is run.

    Attributes
    ----------
    rule
        How the next item is chosen; see `rules`.
    method
        How ability is estimated, between the items and at the end: "EAP", "MAP", "ML", "WLE".
    length, shortest
        The most items, and the fewest before any other reason may stop the test.
    standard_error
        Stop at this precision.
    cut, level
        Stop when the interval of this level about the ability holds the cut no more.
    likelihood_ratio
        Stop at the cut by a sequential test instead.
    randomesque
        Draw from so many best items (Kingsbury & Zara 1989).
    shares
        Content area → its share of the items (brought to a sum of 1).
    chance_to_be_given
        Sympson–Hetter exposure parameter of each item; from `sympson_hetter`.
    highest_exposure
        In a simulation: an item that this share of the sessions was given is given to no more (restricted
        information, Revuelta & Ponsoda 1998).
    acceleration
        Of "progressive" and "proportional": above 1 chance rules for longer.
    observed
        Of "MEI": observed information instead of expected.
    scale
        Bounds, points, prior.
    seed
        Of everything that is left to chance.

    Raises
    ------
    ResponseError
        `not_a_plan`, with the part that cannot be and its remedy.
    """

    rule: Rule = "MFI"
    method: Method = "EAP"
    length: int = 30
    shortest: int = 1
    standard_error: float | None = None
    cut: float | None = None
    level: float = LEVEL
    likelihood_ratio: LikelihoodRatio | None = None
    randomesque: int = 1
    shares: Mapping[str, float] = field(default_factory=dict)
    chance_to_be_given: FloatArray | None = None
    highest_exposure: float | None = None
    acceleration: float = 1.0
    observed: bool = True
    scale: Scale = field(default_factory=Scale)
    seed: int = 0

    def __post_init__(self) -> None:
        low, high = self.scale.bounds
        spacing = (high - low) / max(self.scale.points - 1, 1)
        chances = self.chance_to_be_given
        ratio = self.likelihood_ratio
        wrong = {
            f"there is no rule {self.rule!r}; rules: {', '.join(RULES)}": self.rule not in RULES,
            f"there is no method {self.method!r}; methods: {', '.join(METHODS)}": self.method not in METHODS,
            f"length {self.length}, shortest {self.shortest}; it takes 1 ≤ shortest ≤ length": not (
                1 <= self.shortest <= self.length
            ),
            f"a standard error of {self.standard_error} is no target; it is above 0": self.standard_error is not None
            and not self.standard_error > 0,
            f"points {spacing:g} apart are too few for a standard error of {self.standard_error}; raise scale.points": (
                self.standard_error is not None and 0 < self.standard_error < spacing
            ),
            f"level {self.level}; an interval's level lies between 0 and 1": not 0 < self.level < 1,
            "a likelihood ratio needs a cut": ratio is not None and self.cut is None,
            "a zone of indifference has a width above 0, and mistakes a probability between 0 and ½": ratio is not None
            and not (ratio.width > 0 and 0 < ratio.false_pass < 0.5 and 0 < ratio.false_fail < 0.5),
            f"randomesque {self.randomesque}; it is drawn from 1, 2, 3, … items": self.randomesque < 1,
            "shares are above 0; leave an area out that is not wanted": any(not s > 0 for s in self.shares.values()),
            "a chance to be given lies above 0 and is at most 1": chances is not None
            and not bool(((chances > 0) & (chances <= 1)).all()),
            f"highest exposure {self.highest_exposure}; it is a share above 0 and at most 1": (
                self.highest_exposure is not None and not 0 < self.highest_exposure <= 1
            ),
            f"acceleration {self.acceleration}; it is 0 or more": not self.acceleration >= 0,
            f"bounds {self.scale.bounds} with {self.scale.points} points; two or more points between rising bounds": not (
                low < high and self.scale.points >= 2
            ),
            f"a prior of standard deviation {self.scale.sd}; it is above 0": not self.scale.sd > 0,
        }
        for sentence, is_wrong in wrong.items():
            if is_wrong:
                raise ResponseError("not_a_plan", sentence)

    def check(self, bank: Bank) -> None:
        """Whether the plan can be carried out with the bank.

        Raises
        ------
        ResponseError
            `not_a_plan`.
        """
        if self.rule in ONLY_RIGHT_OR_WRONG and not bank.dichotomous:
            raise ResponseError("not_a_plan", f"{self.rule} is defined for right-or-wrong items only; take MFI")
        strange = [name for name in self.shares if name not in bank.areas]
        if strange:
            raise ResponseError("not_a_plan", f"the bank has no content area {strange[0]!r}; it has {list(bank.areas)}")
        if self.chance_to_be_given is not None and len(self.chance_to_be_given) != len(bank):
            sentence = (
                f"{len(self.chance_to_be_given)} chances to be given for a bank of {len(bank)}; one each is needed"
            )
            raise ResponseError("not_a_plan", sentence)

    def wanted(self, bank: Bank) -> FloatArray:
        """The share of each of the bank's content areas; NaN for all when none are asked for."""
        if not self.shares:
            return np.full(len(bank.areas), np.nan)
        share = np.array([self.shares.get(name, 0.0) for name in bank.areas])
        return np.asarray(share / share.sum())
