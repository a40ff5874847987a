"""Which statements count: rules that say in a sentence why one is kept, dropped, or left to the board; pure.

A rule compares an estimate with a threshold. Where the threshold lies inside the interval, the survey does not settle it: the
statement is kept for now and the board says what becomes of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assess.psychometrics.results import Estimate
from assess.validity.job.definition import Rules
from assess.validity.job.indices import Group, Index

KEEP, DROP, REVIEW, UNKNOWN = "keep", "drop", "review", "not enough evidence"


@dataclass(frozen=True)
class Verdict:
    """What the rules say of a statement. `kept` holds until a board says otherwise."""

    statement: str
    verdict: str
    sentence: str

    @property
    def kept(self) -> bool:
        """Whether it counts towards the weights."""
        return self.verdict != DROP


@dataclass(frozen=True)
class Ruling:
    """What a board says of a statement, and why."""

    keep: bool
    reason: str


def reduce(indices: Sequence[Index], rules: Rules) -> tuple[Verdict, ...]:
    """Put the rules to every statement."""
    return tuple(_verdict(index, rules) for index in indices)


def ruled(verdicts: Sequence[Verdict], rulings: Mapping[str, Ruling]) -> tuple[Verdict, ...]:
    """The verdicts with a board's rulings in their place."""
    found = []
    for one in verdicts:
        ruling = rulings.get(one.statement)
        if ruling is None:
            found.append(one)
            continue
        word = "Kept" if ruling.keep else "Dropped"
        sentence = f"{word} by the board: {ruling.reason.strip().rstrip('.')}. The rules said: {one.sentence}"
        found.append(Verdict(one.statement, KEEP if ruling.keep else DROP, sentence))
    return tuple(found)


def _verdict(index: Index, rules: Rules) -> Verdict:
    if index.done.n < rules.least_practitioners:
        said = f"{index.done.n} practitioners answered; the rules ask for {rules.least_practitioners}."
        return Verdict(index.statement, UNKNOWN, f"Kept for now: {said}")
    if index.importance.value is None:
        return Verdict(index.statement, DROP, "Dropped: nobody who answered does it.")
    certain, unsettled = _against(index, rules)
    grave, harm = _grave(index.harm, rules)
    if grave and (certain or unsettled):
        return Verdict(
            index.statement,
            KEEP,
            f"Kept, since a mistake is grave ({harm}), although {'; '.join(certain + unsettled)}.",
        )
    if certain and grave is None:
        unsettled, certain = [*certain, *unsettled, f"but a mistake may be grave ({harm})"], []
    if certain:
        return Verdict(index.statement, DROP, f"Dropped: {'; '.join(certain)}.")
    unsettled += _disagreement(index.groups, rules)
    if unsettled:
        return Verdict(index.statement, REVIEW, f"Kept for now, for the board to say: {'; '.join(unsettled)}.")
    share = round(100 * (index.done.value or 0))
    said = f"{share} % do it and its importance is {index.importance.value:.1f} ({_interval(index.importance, 1)})"
    return Verdict(index.statement, KEEP, f"Kept: {said}.")


def _grave(found: Estimate, rules: Rules) -> tuple[bool | None, str]:
    """Whether a mistake is grave: for certain, not, or (None) perhaps; and the figure in words."""
    if found.value is None:
        return False, ""
    limit = float(rules.harm_keeps_from)
    said = f"harm {found.value:.1f}, {_interval(found, 1)}, n = {found.n}; kept from {limit:g} on"
    low, high = found.interval or (found.value, found.value)
    return True if low >= limit else None if high >= limit and found.value >= limit else False, said


def _against(index: Index, rules: Rules) -> tuple[list[str], list[str]]:
    """What speaks against a statement for certain, and what may."""
    certain: list[str] = []
    unsettled: list[str] = []
    done, least = index.done, 1 - float(rules.not_done_at_most)
    share = f"{100 * (1 - (done.value or 0)):.0f} % do not do it ({_complement(done)})"
    _compare(done, least, f"{share}, at most {100 * float(rules.not_done_at_most):.0f} % may", certain, unsettled)
    limit = float(rules.importance_at_least)
    said = f"its importance is {index.importance.value:.1f} ({_interval(index.importance, 1)}), at least {limit:g} is asked"
    _compare(index.importance, limit, said, certain, unsettled)
    if index.learned_later is not None and index.learned_later.value is not None:
        most = float(rules.learned_later_at_most)
        said = (
            f"{100 * index.learned_later.value:.0f} % learned it after their first year, at most {100 * most:.0f} % may"
        )
        low, high = index.learned_later.interval or (0.0, 1.0)
        if low > most:
            certain.append(said)
        elif high > most and index.learned_later.value > most:
            unsettled.append(said)
    return certain, unsettled


def _compare(found: Estimate, least: float, said: str, certain: list[str], unsettled: list[str]) -> None:
    low, high = found.interval or (found.value or 0.0, found.value or 0.0)
    if high < least:
        certain.append(said)
    elif low < least:
        unsettled.append(said)


def _disagreement(groups: Sequence[Group], rules: Rules) -> list[str]:
    """Groups of one kind that lie on two sides of the threshold and far apart."""
    limit, apart = float(rules.importance_at_least), float(rules.group_difference)
    told = []
    for by in ("region", "years", "setting"):
        mine = [group for group in groups if group.by == by]
        if len(mine) < 2:
            continue
        lowest, highest = min(mine, key=lambda one: one.importance), max(mine, key=lambda one: one.importance)
        if lowest.importance < limit <= highest.importance and highest.importance - lowest.importance >= apart:
            told.append(
                f"by {by} they disagree: {highest.name} {highest.importance:.1f} (n = {highest.n}), "
                f"{lowest.name} {lowest.importance:.1f} (n = {lowest.n})"
            )
    return told


def _interval(found: Estimate, places: int) -> str:
    low, high = found.interval or (0.0, 0.0)
    return f"{low:.{places}f} to {high:.{places}f}"


def _complement(found: Estimate) -> str:
    low, high = found.interval or (0.0, 1.0)
    return f"{100 * (1 - high):.0f} to {100 * (1 - low):.0f}"
