"""The runs of machines that a journal holds, each with what it is worth: it counts, or in a sentence why it does not. Pure.

Whatever a station sends is kept. A run that came twice counts once; one that speaks about the equipment costs nothing; one that
reads something else than what stands now is history. Where two runs that are both good say different things, no rule picks one:
people look at both.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal, localcontext
from enum import StrEnum
from typing import Any

from assess.attempts.folding.fold import AttemptRecord
from assess.attempts.folding.pinned import Pinned
from assess.attempts.folding.records import Said
from assess.attempts.folding.windows import resit_part
from simulator_adapters import documents
from simulator_adapters.contract import Measurement, Outcome, RunRecord, from_document
from simulator_adapters.wiring import WiringInputError
from simulator_adapters.wiring.adapter import wiring_plan

CLOCK_TOLERANCE_MS = 60_000
"""How far a station's clock may be off before its readings wait for people. Nothing is ever corrected by it."""
EQUIPMENT = frozenset(outcome.value for outcome in Outcome if not outcome.is_candidate)
_EXACT = Context(prec=60)


class Worth(StrEnum):
    """What a run or a reading is worth.

    Only COUNTS scores. SUPERSEDED, DUPLICATE and REFUSED (by an assessor, whose own mark counts) are history; EQUIPMENT asks for
    another run and costs nothing; the rest waits for people.
    """

    COUNTS = "counts"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    EQUIPMENT = "equipment"
    LATE = "late"
    CLOCK = "clock"
    PROVISIONAL = "provisional"
    MARGINAL = "marginal"
    CONTRADICTORY = "contradictory"
    UNREADABLE = "unreadable"

    @property
    def for_people(self) -> bool:
        """Whether it waits until people decide."""
        return self not in (Worth.COUNTS, Worth.SUPERSEDED, Worth.DUPLICATE, Worth.REFUSED, Worth.EQUIPMENT)


@dataclass(frozen=True)
class Run:
    """One run as the journal holds it: where its entry stands, its record where that can be read, and what it is worth.

    `about` is a simulation or a task, `run` the run's own identifier (empty where the record can't be read).
    """

    about: str
    role: str
    epoch: int
    sequence: int
    moment_us: int
    outcome: str
    run: str
    record: RunRecord | None
    worth: Worth = Worth.COUNTS
    why: str = ""

    @property
    def place(self) -> str:
        """Where it stands in the journal, as people quote it."""
        return f"{self.role}/{self.epoch}, entry {self.sequence}"


def told_apart(words: Iterable[Said]) -> list[Run]:
    """The runs of these entries, in their order, told apart as far as an entry itself goes: what came twice, what can't be read,
    what speaks about the equipment."""
    found: list[Run] = []
    first: dict[str, tuple[int, Any]] = {}
    for word in words:
        run = _run(word)
        if run.run in first:
            place, document = first[run.run]
            if document == word.payload["record"] and found[place].outcome == run.outcome:
                run = replace(
                    run, worth=Worth.DUPLICATE, why=f"it came before, as {found[place].place}; it is kept once."
                )
            else:
                said = f"two different records carry the number {run.run[:40]} of one run."
                found[place] = replace(found[place], worth=Worth.CONTRADICTORY, why=said)
                run = replace(run, worth=Worth.CONTRADICTORY, why=said)
        elif run.run:
            first[run.run] = (len(found), word.payload["record"])
        found.append(run)
    return found


def _run(word: Said) -> Run:
    document, outcome = word.payload["record"], word.payload["outcome"]
    record = _read(document)
    run = Run(
        about=word.payload["simulation"],
        role=word.role,
        epoch=word.epoch,
        sequence=word.sequence,
        moment_us=word.moment_us,
        outcome=outcome,
        run="" if record is None else record.run_id,
        record=record,
    )
    if outcome in EQUIPMENT or (record is not None and not record.outcome.is_candidate):
        told = outcome if outcome in EQUIPMENT or record is None else record.outcome.value
        reason = "" if record is None or not record.sentence else f" {record.sentence}"
        return replace(run, outcome=told, worth=Worth.EQUIPMENT, why=f"the equipment reported {told}.{reason}")
    if record is None:
        return replace(run, worth=Worth.UNREADABLE, why="its record can't be read.")
    if outcome != record.outcome:
        said = f"its entry says {outcome[:20]} and its record {record.outcome}."
        return replace(run, worth=Worth.CONTRADICTORY, why=said)
    clock = clock_doubt(word)
    return replace(run, worth=Worth.CLOCK, why=clock) if clock else run


def _read(document: object) -> RunRecord | None:
    try:
        return from_document(document)
    except (ValueError, ArithmeticError):
        return None


def runs_of(name: str, pinned: Pinned, record: AttemptRecord) -> tuple[Run, ...]:
    """The runs of a simulation. At most one counts: the last of those that read what stands and agree with each other."""
    words = [word for spoken in record.runs.values() for word in spoken if word.payload["simulation"] == name]
    judged = [
        _placed(run, word, name, pinned, record) if run.worth in (Worth.COUNTS, Worth.CLOCK) else run
        for run, word in zip(told_apart(words), words, strict=True)
    ]
    if name not in pinned.wiring:
        judged = _of_the_last_setting(judged, words, name, record)
    return tuple(_agreed(judged))


def _placed(run: Run, word: Said, name: str, pinned: Pinned, record: AttemptRecord) -> Run:
    """A run held against what stands now, and against the time of its part."""
    assert run.record is not None
    if name in pinned.wiring:
        # The drawing has its own time; a run of it only says the same again, whenever it is made.
        same = _plan_digest(name, pinned, record) == run.record.plan_sha256
        return run if same else replace(run, worth=Worth.SUPERSEDED, why="it judged another drawing than the last one.")
    made_of = word.payload.get("of")
    if isinstance(made_of, Mapping):
        return _of_an_entry(run, made_of, name, record)
    return in_its_time(run, name, record)


def _of_an_entry(run: Run, made_of: Mapping[str, Any], name: str, record: AttemptRecord) -> Run:
    """A run that says which of the candidate's entries it read: it is as much in time as that one."""
    place = (made_of.get("epoch"), made_of.get("sequence"))
    settings = record.settings.get(name)
    stands = None if settings is None else settings.stands
    if stands is not None and place == (stands.epoch, stands.sequence):
        return run
    if settings is not None and any(place == (late.epoch, late.sequence) for late in settings.late):
        return replace(run, worth=Worth.LATE, why="it read settings that were made possibly after the time.")
    return replace(run, worth=Worth.SUPERSEDED, why="it read other settings than the last ones.")


def _of_the_last_setting(runs: list[Run], words: Sequence[Said], name: str, record: AttemptRecord) -> list[Run]:
    """Where the settings were changed and runs don't say which they read, only the last run can be about the last ones."""
    settings = record.settings.get(name)
    if settings is None or not settings.history:
        return runs
    silent = [
        place
        for place, (run, word) in enumerate(zip(runs, words, strict=True))
        if run.worth is not Worth.DUPLICATE and not isinstance(word.payload.get("of"), Mapping)
    ]
    for place in silent[:-1]:
        why = "it does not say which settings it read, and they were changed."
        runs[place] = replace(runs[place], worth=Worth.SUPERSEDED, why=why)
    return runs


def in_its_time(run: Run, name: str, record: AttemptRecord) -> Run:
    """A run or its reading by the rule that a candidate's entries follow: the latest moment at which it was written."""
    worth, why = time_doubt(run.moment_us, name, record)
    return run if worth is None else replace(run, worth=worth, why=why)


def time_doubt(moment_us: int, name: str, record: AttemptRecord) -> tuple[Worth | None, str]:
    """What the server's clock has against a moment, for a simulation or a task of this name."""
    part = record.part_of.get(name, "")
    again, window = record.windows.get(resit_part(part, name)), record.windows.get(part)
    if again is not None:
        if moment_us < again.begun_us:
            return Worth.SUPERSEDED, "it was made before the re-sit began."
        window = again
    if window is not None and window.ends_us is not None and moment_us > window.ends_us:
        return Worth.LATE, "it came possibly after the time of its part."
    return None, ""


def clock_doubt(word: Said) -> str:
    """Whether a station's clock was off: by what the station itself measured, or because it is ahead of the latest moment
    at which the entry can have been written. A clock that is behind can't be told from an entry that came late, unless the station
    says so."""
    told = word.payload.get("clock_offset_ms")
    off = told if type(told) is int else max(word.device_ms - word.moment_us // 1000, 0)
    if abs(off) <= CLOCK_TOLERANCE_MS:
        return ""
    return f"the station's clock was {abs(off) // 1000} s {'ahead of' if off > 0 else 'behind'} the server's."


def _plan_digest(name: str, pinned: Pinned, record: AttemptRecord) -> str:
    drawn = record.wirings.get(name)
    if drawn is None or drawn.stands is None:
        return ""
    try:
        plan = wiring_plan(pinned.wiring[name], drawn.stands.payload["wires"])
    except WiringInputError:
        return ""
    return documents.digest(documents.encode(plan))


def _agreed(runs: Sequence[Run]) -> list[Run]:
    """Of the runs that are good in themselves the last counts, or none where they say different things."""
    good = [run for run in runs if run.worth is Worth.COUNTS]
    for one, other in itertools.combinations(good, 2):
        assert one.record is not None
        assert other.record is not None
        if differs := difference(one.record, other.record):
            said = f"two runs say different things: {differs}"
            return [replace(run, worth=Worth.CONTRADICTORY, why=said) if run in good else run for run in runs]
    earlier = good[:-1]
    why = "a later run says the same."
    return [replace(run, worth=Worth.SUPERSEDED, why=why) if run in earlier else run for run in runs]


def difference(one: RunRecord, other: RunRecord) -> str:
    """The first thing that two records of the same say differently, as a sentence; empty where they agree."""
    theirs = last_of_each(other)
    for name, found in last_of_each(one).items():
        if name not in theirs:
            continue
        if found.verdict is not theirs[name].verdict:
            return f"{name}: {shown(found)} is {found.verdict}, {shown(theirs[name])} is {theirs[name].verdict}."
        if differs := values_differ(found, theirs[name]):
            return f"{name}: {differs}"
    if one.plan_sha256 == other.plan_sha256 and (one.score, one.max_score) != (other.score, other.max_score):
        return f"one scored {one.score}, another {other.score}."
    return ""


def last_of_each(record: RunRecord) -> dict[str, Measurement]:
    """The last measurement of each name: what was polled stands as it was read last."""
    return {found.name: found for found in record.measurements}


def values_differ(one: Measurement, other: Measurement) -> str:
    """Whether the values are farther apart than their expanded uncertainties together (a normalised error above 1, ISO 13528).
    Without both uncertainties that can't be told."""
    if one.value is None or other.value is None or one.unit != other.unit:
        return ""
    if one.uncertainty is None or other.uncertainty is None:
        return ""
    if apart(one.value, one.uncertainty, other.value, other.uncertainty):
        return f"{shown(one)} and {shown(other)} are farther apart than their uncertainties."
    return ""


def apart(value: Decimal, uncertainty: Decimal, other: Decimal, others: Decimal) -> bool:
    """Whether two values differ by more than their expanded uncertainties, added in quadrature.

    >>> apart(Decimal("230.1"), Decimal("0.3"), Decimal("230.6"), Decimal("0.4"))
    False
    >>> apart(Decimal("230.1"), Decimal("0.3"), Decimal("230.7"), Decimal("0.4"))
    True
    """
    with localcontext(_EXACT):
        return (value - other) ** 2 > uncertainty**2 + others**2


def shown(found: Measurement) -> str:
    """A value with its unit, or what the instrument said instead of one."""
    return str(found.status) if found.value is None else f"{found.value:f} {found.unit}"
