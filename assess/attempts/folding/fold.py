"""What an attempt's journal says, as one value: the fold.

Each role folds alone, by (epoch, sequence) and never by wall clock, and writes keys of its own; the value is
therefore the same for every interleaving of streams and for every order of arrival.

Within a role the last word on a key stands and the earlier ones stay as its history. An answer that was possibly
written after its part's deadline does not replace one that was on time: it stands beside it as late, until a named
person admits it.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from assess.attempts.folding.bay import Bay, bays
from assess.attempts.folding.records import EntryRecord, Frame, Payload, Said, StreamRecord
from assess.attempts.folding.timing import Clocked, ClockJump, clock_jumps, moments_us
from assess.attempts.folding.windows import Window, is_resit, resit_part, windows_of
from assess.attempts.journal.kinds import family, order

__all__ = [
    "Answer",
    "AttemptRecord",
    "EntryRecord",
    "Frame",
    "Payload",
    "Said",
    "Sheet",
    "StreamRecord",
    "Window",
    "fold",
]


@dataclass(frozen=True)
class Answer:
    """What stands for a key of the candidate's: the last word that was in time, the words before it, and late words."""

    stands: Said | None
    history: tuple[Said, ...]
    late: tuple[Said, ...]


@dataclass(frozen=True)
class Sheet:
    """One assessor's sheet of one task. `people` are those who wrote it: more than one after a swap. `statements` are the
    candidate's words at its end, as the assessor took them down; `readings_refused` the machine readings that the assessor says
    are not of this row; `told_to_energise` that permission to energise was heard at the bay, where the tablet could not see it."""

    role: str
    people: frozenset[str]
    marks: Mapping[str, Said]
    history: Mapping[str, tuple[Said, ...]]
    safety_stops: tuple[Said, ...]
    locked: Said | None
    global_rating: Said | None
    rating_before_lock: bool
    marks_after_lock: tuple[Said, ...]
    comments: tuple[Said, ...]
    statements: tuple[Said, ...]
    readings_refused: tuple[Said, ...] = ()
    told_to_energise: tuple[Said, ...] = ()


@dataclass(frozen=True)
class AttemptRecord:
    """All that an attempt's journal says. `elsewhere` is what assessors wrote about tasks that are not theirs; `part_of` is the
    frame's: which part an item, simulation or task belongs to."""

    identity: tuple[Said, ...]
    windows: Mapping[str, Window]
    answers: Mapping[str, Answer]
    wirings: Mapping[str, Answer]
    settings: Mapping[str, Answer]
    case_answers: Mapping[tuple[str, str], Answer]
    finished: Mapping[str, Said]
    sheets: Mapping[tuple[str, str], Sheet]
    elsewhere: tuple[Said, ...]
    points: Mapping[tuple[str, str], Said]
    measurements: Mapping[str, tuple[Said, ...]]
    runs: Mapping[str, tuple[Said, ...]]
    settlements: tuple[Said, ...]
    stop_rulings: tuple[Said, ...]
    incidents: tuple[Said, ...]
    remarks: tuple[Said, ...]
    operations: tuple[Said, ...] = ()
    part_of: Mapping[str, str] = field(default_factory=dict)
    bays: Mapping[tuple[str, str], Bay] = field(default_factory=dict)
    clock_jumps: Mapping[str, tuple[ClockJump, ...]] = field(default_factory=dict)


Words = list[tuple[str, Said]]
Key = TypeVar("Key")
NO_FRAME = Frame()


def fold(streams: Iterable[StreamRecord], frame: Frame = NO_FRAME) -> AttemptRecord:
    """Fold an attempt's streams into its record. Whatever passed the intake is taken; nothing in a payload can stop it."""
    said: dict[str, Words] = {}
    jumps: dict[str, tuple[ClockJump, ...]] = {}
    for stream in sorted(streams, key=lambda one: (order(one.role), one.epoch)):
        clocks = [Clocked(e.sequence, e.device_ms, e.monotonic_ms, e.server_us) for e in stream.entries]
        found = clock_jumps(clocks)
        if found:
            jumps[f"{stream.role}/{stream.epoch}"] = tuple(found)
        said.setdefault(stream.role, []).extend(_words(stream, moments_us(clocks)))
    adjudicator, candidate = _of(said, "adjudicator"), _of(said, "candidate")
    windows = windows_of(_of(said, "proctor"), frame)
    clock = _Clock(windows, frame.part_of, _admitted(adjudicator))
    assessors = {role: words for role, words in said.items() if family(role) == "assessor"}
    return AttemptRecord(
        identity=_all(_of(said, "proctor") + _of(said, "assessor"), "identity"),
        windows=windows,
        answers=_answers(candidate, "answer", lambda payload: str(payload["item"]), clock, "item"),
        wirings=_answers(candidate, "wiring", lambda payload: str(payload["simulation"]), clock),
        settings=_answers(candidate, "setting", lambda payload: str(payload["simulation"]), clock),
        case_answers=_answers(
            candidate, "case_answer", lambda payload: (str(payload["simulation"]), str(payload["answer"])), clock
        ),
        finished={word.payload["part"]: word for word in _all(candidate, "finish")},
        sheets=_sheets(assessors, frame.tasks),
        elsewhere=tuple(
            word
            for words in assessors.values()
            for kind, word in words
            if kind in ON_A_SHEET and _is_elsewhere(word, frame.tasks)
        ),
        points={(word.role, word.payload["item"]): word for word in _all(_of(said, "marker"), "points")},
        measurements=_by_role(said, "measurement"),
        runs=_by_role(said, "run"),
        settlements=_all(adjudicator, "settle"),
        stop_rulings=_all(adjudicator, "confirm_stop"),
        incidents=_all(_of(said, "proctor"), "incident"),
        remarks=_all(candidate, "remark"),
        operations=_all(candidate, "operate"),
        part_of=frame.part_of,
        bays=bays({role: words for role, words in said.items() if family(role) == "technician"}),
        clock_jumps=jumps,
    )


def _words(stream: StreamRecord, moments: Mapping[int, int]) -> Words:
    who = stream.person or stream.role
    return [
        (
            entry.kind,
            Said(
                stream.role,
                stream.epoch,
                entry.sequence,
                moments[entry.sequence],
                json.loads(entry.payload),
                who,
                stream.work,
                entry.device_ms,
            ),
        )
        for entry in stream.entries
    ]


def _of(said: Mapping[str, Words], family_name: str) -> Words:
    return [word for role, words in said.items() if family(role) == family_name for word in words]


def _all(words: Words, kind: str) -> tuple[Said, ...]:
    return tuple(word for spoken, word in words if spoken == kind)


def _by_role(said: Mapping[str, Words], kind: str) -> dict[str, tuple[Said, ...]]:
    """What each adapter run wrote of a kind, by role, in the order of the runs' numbers."""
    return {role: spoken for role, words in said.items() if family(role) == "adapter" and (spoken := _all(words, kind))}


def _admitted(words: Words) -> frozenset[tuple[int, int]]:
    """(epoch, sequence) of the candidate's late entries that two people admitted."""
    signed: dict[tuple[int, int], set[str]] = {}
    for word in _all(words, "settle"):
        late = word.payload.get("admit_late")
        place = (late.get("epoch"), late.get("sequence")) if isinstance(late, dict) else (None, None)
        if type(place[0]) is int and type(place[1]) is int:
            signed.setdefault((place[0], place[1]), set()).add(word.who)
    return frozenset(entry for entry, people in signed.items() if len(people) >= 2)


@dataclass(frozen=True)
class _Clock:
    windows: Mapping[str, Window]
    part_of: Mapping[str, str]
    admitted: frozenset[tuple[int, int]]

    def in_time(self, word: Said, subject: str) -> bool:
        """Whether a word about an item or simulation was written before its part's end, or in the time of a re-sit of it. Its part
        is the one that is pinned, whatever part the entry names. Once a re-sit began, nothing else goes on."""
        if (word.epoch, word.sequence) in self.admitted:
            return True
        part = self.part_of.get(subject, word.payload["part"])
        again = self.windows.get(resit_part(part, subject))
        if again is not None and word.moment_us >= again.begun_us:
            return again.ends_us is None or word.moment_us <= again.ends_us
        if any(is_resit(name) and word.moment_us >= begun.begun_us for name, begun in self.windows.items()):
            return False
        window = self.windows.get(part)
        return window is None or window.ends_us is None or word.moment_us <= window.ends_us


def _answers(
    words: Words, kind: str, key: Callable[[Payload], Key], clock: _Clock, subject: str = "simulation"
) -> dict[Key, Answer]:
    spoken: dict[Key, tuple[list[Said], list[Said]]] = {}
    for word in _all(words, kind):
        on_time, late = spoken.setdefault(key(word.payload), ([], []))
        (on_time if clock.in_time(word, word.payload[subject]) else late).append(word)
    return {
        name: Answer(on_time[-1] if on_time else None, tuple(on_time[:-1]), tuple(late))
        for name, (on_time, late) in spoken.items()
    }


ON_A_SHEET = frozenset({"mark", "safety_stop", "lock", "global_rating"})
BESIDE_A_SHEET = frozenset({"comment", "plain_statement", "reading_refused", "told_to_energise"})
"""What belongs to a sheet and makes none."""


def _is_elsewhere(word: Said, tasks: frozenset[str]) -> bool:
    """Whether an assessor who was assigned to one task wrote about another."""
    return word.work in tasks and word.payload["task"] != word.work


def _sheets(said: Mapping[str, Words], tasks: frozenset[str]) -> dict[tuple[str, str], Sheet]:
    """Sheets by (task, role). A role may hold several tasks: an entry names its task."""
    by_task: dict[tuple[str, str], Words] = {}
    for role, words in said.items():
        for kind, word in words:
            if kind in ON_A_SHEET and not _is_elsewhere(word, tasks):
                by_task.setdefault((word.payload["task"], role), []).append((kind, word))
        for kind, word in words:
            sheet = by_task.get((str(word.payload.get("task")), role))
            if kind in BESIDE_A_SHEET and sheet is not None:
                sheet.append((kind, word))
    return {key: _sheet(key[1], words) for key, words in by_task.items()}


def _sheet(role: str, words: Words) -> Sheet:
    locks = _all(words, "lock")
    locked = locks[0] if locks else None

    def after_lock(word: Said) -> bool:
        return locked is not None and (word.epoch, word.sequence) > (locked.epoch, locked.sequence)

    history: dict[str, list[Said]] = {}
    for word in _all(words, "mark"):
        if not after_lock(word):
            history.setdefault(word.payload["criterion"], []).append(word)
    ratings = _all(words, "global_rating")
    valid = [rating for rating in ratings if after_lock(rating)]
    return Sheet(
        role=role,
        people=frozenset(word.who for _, word in words),
        marks={criterion: spoken[-1] for criterion, spoken in history.items()},
        history={criterion: tuple(spoken[:-1]) for criterion, spoken in history.items() if len(spoken) > 1},
        safety_stops=_all(words, "safety_stop"),
        locked=locked,
        global_rating=valid[0] if valid else None,
        rating_before_lock=len(valid) < len(ratings),
        marks_after_lock=tuple(word for word in _all(words, "mark") if after_lock(word)),
        comments=_all(words, "comment"),
        statements=_all(words, "plain_statement"),
        readings_refused=_all(words, "reading_refused"),
        told_to_energise=_all(words, "told_to_energise"),
    )
