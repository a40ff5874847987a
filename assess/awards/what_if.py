"""What if? Who would pass and who would not, if a station were dropped, a tolerance widened or a cut moved; pure.

It compares two decisions on each candidate, as they are and as they would be, and says who changes, by site, route and group with
the share that passes and its interval. Nothing is decided by it: it is looked at before anybody signs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from assess.psychometrics.proportions import proportion
from assess.psychometrics.results import Estimate

from .decision import OVERALL, PLACES, CutScore, Decision, RuleLine, Undecidable

Outcome = Literal["passed", "not passed", "undecidable"]
Decided = Decision | Undecidable


@dataclass(frozen=True, kw_only=True)
class Case:
    """One candidate's decision as it is and as it would be. `groups` says where they belong: site, route, age, attempt."""

    attempt: str
    groups: Mapping[str, str]
    before: Decided
    after: Decided


@dataclass(frozen=True, kw_only=True)
class Change:
    """A candidate whose outcome would be another, and the conditions that would come out otherwise."""

    attempt: str
    groups: Mapping[str, str]
    before: Outcome
    after: Outcome
    because: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Impact:
    """How many of a group pass, before and after. `by` is what groups are told apart by; empty for everybody."""

    by: str
    name: str
    n: int
    before: Estimate
    after: Estimate
    up: int
    down: int


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """Who changes, what that means for each group, and how many would lie near a cut."""

    cases: int
    changes: tuple[Change, ...]
    impacts: tuple[Impact, ...]
    near_before: int
    near_after: int

    @property
    def up(self) -> tuple[Change, ...]:
        """Who would pass and does not."""
        return tuple(change for change in self.changes if change.after == "passed")

    @property
    def down(self) -> tuple[Change, ...]:
        """Who passes and would not."""
        return tuple(change for change in self.changes if change.before == "passed")


def what_if(cases: Sequence[Case]) -> WhatIf:
    """Compare what is with what would be.

    A share of those who pass carries Wilson's interval; below 30 candidates it says that this is not enough evidence. Whoever is
    undecided counts as not passed in a share.

    Examples
    --------
    >>> passed, failed = (Decision(passed=one, lines=(), near_cut=()) for one in (True, False))
    >>> found = what_if([Case(attempt="C1", groups={"site": "Elm"}, before=failed, after=passed)])
    >>> [(change.attempt, change.after) for change in found.up], found.impacts[1].name
    ([('C1', 'passed')], 'Elm')
    """
    kinds = list(dict.fromkeys(kind for case in cases for kind in case.groups))
    impacts = [_impact("", "all candidates", cases)]
    for kind in kinds:
        names = sorted({case.groups[kind] for case in cases if kind in case.groups})
        impacts += [_impact(kind, name, [case for case in cases if case.groups.get(kind) == name]) for name in names]
    return WhatIf(
        cases=len(cases),
        changes=tuple(
            Change(
                attempt=case.attempt,
                groups=case.groups,
                before=outcome(case.before),
                after=outcome(case.after),
                because=_because(case),
            )
            for case in cases
            if outcome(case.before) != outcome(case.after)
        ),
        impacts=tuple(impacts),
        near_before=sum(_near(case.before) for case in cases),
        near_after=sum(_near(case.after) for case in cases),
    )


def outcome(decided: Decided) -> Outcome:
    """What came of it, in the words of a decision."""
    if isinstance(decided, Undecidable):
        return "undecidable"
    return "passed" if decided.passed else "not passed"


def _near(decided: Decided) -> bool:
    return isinstance(decided, Decision) and bool(decided.near_cut)


def _because(case: Case) -> tuple[str, ...]:
    """The sentences of what would come out otherwise; where nothing can be decided any more, why."""
    if isinstance(case.after, Undecidable):
        return case.after.reasons
    before = {} if isinstance(case.before, Undecidable) else {_key(line): line.met for line in case.before.lines}
    return tuple(line.sentence for line in case.after.lines if before.get(_key(line)) != line.met)


def _key(line: RuleLine) -> tuple[str, str, str]:
    return line.rule, line.part, line.criterion


def _impact(by: str, name: str, cases: Sequence[Case]) -> Impact:
    before = [outcome(case.before) == "passed" for case in cases]
    after = [outcome(case.after) == "passed" for case in cases]
    method = "share that passes"
    return Impact(
        by=by,
        name=name,
        n=len(cases),
        before=proportion(sum(before), len(cases), method=method),
        after=proportion(sum(after), len(cases), method=method),
        up=sum(late and not early for early, late in zip(before, after, strict=True)),
        down=sum(early and not late for early, late in zip(before, after, strict=True)),
    )


def as_if_adopted(cuts: Sequence[CutScore], today: date) -> tuple[list[CutScore], tuple[str, ...]]:
    """Cut scores taken as if a board had adopted them today, and the parts for which that was done."""
    waiting = tuple(cut.part for cut in cuts if not cut.adopted_by or cut.adopted_on is None)
    taken = [
        replace(cut, adopted_by="taken as adopted", adopted_on=today) if cut.part in waiting else cut for cut in cuts
    ]
    return taken, waiting


def moved(cuts: Sequence[CutScore], part: str, value: Decimal, weights: Mapping[str, Decimal] | None) -> list[CutScore]:
    """Cut scores with one part's at another value; the overall cut follows, as the weighted sum of the parts'.

    Raises
    ------
    ValueError
        When no cut of that part is known, or the value is no percentage.
    """
    if not value.is_finite() or not 0 <= value <= 100:
        raise ValueError(f"{value} is no cut score; it lies between 0 and 100.")
    if part not in {cut.part for cut in cuts}:
        raise ValueError(f"{part} has no cut score that could be moved.")
    found = [replace(cut, value=value, version=f"{cut.version}, moved") if cut.part == part else cut for cut in cuts]
    if weights is None or part == OVERALL:
        return found
    held = {cut.part: cut.value for cut in found}
    if any(name not in held for name in weights):
        return found
    overall = sum((weight * held[name] for name, weight in weights.items()), Decimal(0)).quantize(PLACES)
    return [replace(cut, value=overall) if cut.part == OVERALL else cut for cut in found]
