"""Claims of a validity argument, and how a verdict follows from evidence. Pure: nothing here knows a database.

A verdict is never typed. Each piece of evidence bears on its claim in one of four ways, by a rule that stands beside
it; the verdict of the claim follows from how they bear, and the weakest piece decides. So a reader who doubts a verdict
finds the piece that made it, and the record behind that piece.

Kane, M. T. (2013). Validating the interpretations and uses of test scores. Journal of Educational Measurement, 50(1), 1–73: an
argument is as strong as its weakest inference. AERA, APA & NCME (2014), Standards, standards 1.0–1.25.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class Bearing(StrEnum):
    """How one piece of evidence bears on its claim."""

    SUPPORTS = "supports"
    LIMITS = "limits"
    LACKING = "is lacking"
    CONTRADICTS = "contradicts"


class Verdict(StrEnum):
    """What a claim comes to."""

    SUPPORTED = "supported"
    WITH_LIMITS = "supported with limits"
    NOT_ENOUGH = "not enough evidence"
    CONTRADICTED = "contradicted"


RULES = (
    "contradicted, when evidence the claim can't do without speaks against it",
    "not enough evidence, when evidence the claim can't do without is lacking, or there is none at all",
    (
        "supported with limits, when some evidence limits it, or evidence that helps but isn't needed is lacking or speaks"
        " against it"
    ),
    "supported, when everything supports it",
)
"""How a verdict is derived, first match first; shown wherever verdicts are shown."""

WORST_FIRST = (Verdict.CONTRADICTED, Verdict.NOT_ENOUGH, Verdict.WITH_LIMITS, Verdict.SUPPORTED)


@dataclass(frozen=True, kw_only=True)
class Record:
    """Where a figure comes from: the kind and identifier under which the ledger knows it, and its digest.

    `digest` is the SHA-256 (hexadecimal) the record itself carries, of a study's frozen data or a version's content;
    empty where the ledger's leaf is the only digest.
    """

    kind: str
    id: str
    digest: str = ""
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A value as it is told: already rounded for people, with its interval in words where it is an estimate.

    `exact` is the estimate behind it and `told` how it is told (as a share, to how many places, in which unit): by these an
    auditor makes the figure again.
    """

    value: str
    interval: str = ""
    n: int | None = None
    method: str = ""
    source: str = ""
    exact: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)
    told: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One thing that is known, or known to be missing.

    Attributes
    ----------
    key
        Its name within the claim; lasting, so that an auditor can cite it.
    sentence
        What was found, or that nothing was.
    bearing, rule
        How it bears on the claim, and the rule in words (a threshold with its source, say) by which that follows.
    needed
        Whether the claim can't do without it.
    weakness, remedy
        What is weak about it and what would strengthen it, in plain words; empty where nothing is.
    simulated
        Whether made-up people or data stand behind it.
    """

    key: str
    sentence: str
    bearing: Bearing
    rule: str
    needed: bool = True
    figure: Figure | None = None
    records: tuple[Record, ...] = ()
    weakness: str = ""
    remedy: str = ""
    simulated: bool = False

    def __post_init__(self) -> None:
        for name in ("sentence", "weakness", "remedy"):
            words = getattr(self, name)
            object.__setattr__(self, name, words[:1].upper() + words[1:])


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One claim of the argument: what is claimed, why the evidence bears on it, the evidence, and what it comes to.

    `limits` are weak points that no evidence of this kind could remove; they are said even where everything supports the claim.
    """

    key: str
    title: str
    statement: str
    warrant: str
    evidence: tuple[Evidence, ...]
    limits: tuple[str, ...] = ()
    verdict: Verdict = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "verdict", verdict_of(self.evidence))

    @property
    def simulated(self) -> bool:
        return any(piece.simulated for piece in self.evidence)

    @property
    def weak_points(self) -> tuple[str, ...]:
        """What is weak, the heaviest first, then what the evidence can't show by its nature."""
        return (*dict.fromkeys(piece.weakness for piece in by_weight(self.evidence) if piece.weakness), *self.limits)

    @property
    def remedies(self) -> tuple[str, ...]:
        """What would strengthen the claim, the most urgent first."""
        return tuple(dict.fromkeys(piece.remedy for piece in by_weight(self.evidence) if piece.remedy))

    @property
    def records(self) -> tuple[Record, ...]:
        """Every record the claim rests on, once."""
        return tuple(dict.fromkeys(record for piece in self.evidence for record in piece.records))


def verdict_of(evidence: Sequence[Evidence]) -> Verdict:
    """The verdict that follows from the evidence; the rules stand in `RULES`.

    Examples
    --------
    >>> sound = Evidence(key="a", sentence="It is.", bearing=Bearing.SUPPORTS, rule="It should be.")
    >>> verdict_of([sound]), verdict_of([])
    (<Verdict.SUPPORTED: 'supported'>, <Verdict.NOT_ENOUGH: 'not enough evidence'>)
    """
    needed = {piece.bearing for piece in evidence if piece.needed}
    if Bearing.CONTRADICTS in needed:
        return Verdict.CONTRADICTED
    if not needed or Bearing.LACKING in needed:
        return Verdict.NOT_ENOUGH
    if {piece.bearing for piece in evidence} == {Bearing.SUPPORTS}:
        return Verdict.SUPPORTED
    return Verdict.WITH_LIMITS


def by_weight(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Evidence in the order in which it weakens a claim: needed before the rest, against before lacking before limits."""
    order = (Bearing.CONTRADICTS, Bearing.LACKING, Bearing.LIMITS, Bearing.SUPPORTS)
    return sorted(evidence, key=lambda piece: (not piece.needed, order.index(piece.bearing)))


def worst_first(claims: Sequence[Claim]) -> list[Claim]:
    return sorted(claims, key=lambda claim: WORST_FIRST.index(claim.verdict))
