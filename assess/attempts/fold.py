"""What an attempt's journal says, as one value: the fold.

Each role folds alone, by (epoch, sequence) and never by wall clock, and writes keys of its own; the value is
therefore the same for every interleaving of streams and for every order of arrival.

Within a role the last word on a key stands and the earlier ones stay as its history. An answer that was possibly
written after its part's deadline does not replace one that was on time: it stands beside it as late, until a named
person admits it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assess.attempts.kinds import family
from assess.attempts.timing import Clocked, ClockJump, clock_jumps, moments_us

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class EntryRecord:
    sequence: int
    kind: str
    payload: str
    device_ms: int
    monotonic_ms: int
    server_us: int


@dataclass(frozen=True)
class StreamRecord:
    """One stream as the seal holds it: entries up to the sealed head, in sequence."""

    role: str
    device: str
    epoch: int
    entries: tuple[EntryRecord, ...]


@dataclass(frozen=True)
class Said:
    """One word on a key: what, when by the server's clock at the latest (µs), and from which role, epoch and
    sequence."""

    role: str
    epoch: int
    sequence: int
    moment_us: int
    payload: Payload


@dataclass(frozen=True)
class Answer:
    """What stands for a key of the candidate's: the last word that was in time, the words before it, and late words."""

    stands: Said | None
    history: tuple[Said, ...]
    late: tuple[Said, ...]


@dataclass(frozen=True)
class Sheet:
    """One assessor's sheet of one task."""

    role: str
    marks: Mapping[str, Said]
    history: Mapping[str, tuple[Said, ...]]
    safety_stops: tuple[Said, ...]
    locked: Said | None
    global_rating: Said | None
    rating_before_lock: bool
    marks_after_lock: tuple[Said, ...]
    comments: tuple[Said, ...]


@dataclass(frozen=True)
class Window:
    """A part's working time: begun and ending by the server's clock (µs), pauses and extensions included.

    `ends_us` is None while the part is paused; `begun_by` is the role that began it.
    """

    part: str
    begun_us: int
    ends_us: int | None
    begun_by: str


@dataclass(frozen=True)
class AttemptRecord:
    identity: tuple[Said, ...]
    windows: Mapping[str, Window]
    answers: Mapping[str, Answer]
    wirings: Mapping[str, Answer]
    settings: Mapping[str, tuple[Said, ...]]
    case_answers: Mapping[tuple[str, str], Answer]
    finished: Mapping[str, Said]
    sheets: Mapping[tuple[str, str], Sheet]
    points: Mapping[tuple[str, str], Said]
    measurements: Mapping[str, tuple[Said, ...]]
    runs: Mapping[str, tuple[Said, ...]]
    settlements: tuple[Said, ...]
    incidents: tuple[Said, ...]
    remarks: tuple[Said, ...]
    clock_jumps: Mapping[str, tuple[ClockJump, ...]] = field(default_factory=dict)


def fold(streams: Iterable[StreamRecord]) -> AttemptRecord:
    """Fold an attempt's streams into its record."""
    ordered = sorted(streams, key=lambda stream: (stream.role, stream.epoch))
    said: dict[str, list[tuple[str, Said]]] = {}
    jumps: dict[str, tuple[ClockJump, ...]] = {}
    for stream in ordered:
        clocks = [Clocked(e.sequence, e.device_ms, e.monotonic_ms, e.server_us) for e in stream.entries]
        moments = moments_us(clocks)
        found = clock_jumps(clocks)
        if found:
            jumps[f"{stream.role}/{stream.epoch}"] = tuple(found)
        words = said.setdefault(stream.role, [])
        for entry in stream.entries:
            payload = json.loads(entry.payload)
            words.append(
                (entry.kind, Said(stream.role, stream.epoch, entry.sequence, moments[entry.sequence], payload))
            )
    windows = _windows(_of(said, "proctor"))
    admitted = _admitted(_of(said, "adjudicator"))
    candidate = _of(said, "candidate")
    return AttemptRecord(
        identity=_all(_of(said, "proctor") + _of(said, "assessor"), "identity"),
        windows=windows,
        answers=_answers(candidate, "answer", _key("item"), windows, admitted),
        wirings=_answers(candidate, "wiring", _key("simulation"), windows, admitted),
        settings=_lists(candidate, "setting", "simulation", windows, admitted),
        case_answers=_answers(
            candidate,
            "case_answer",
            lambda payload: (str(payload.get("simulation")), str(payload.get("answer"))),
            windows,
            admitted,
        ),
        finished={str(word.payload.get("part")): word for word in _all(candidate, "finish")},
        sheets=_sheets({role: words for role, words in said.items() if family(role) == "assessor"}),
        points={
            (role, str(word.payload.get("item"))): word
            for role, words in said.items()
            if family(role) == "marker"
            for word in _all(words, "points")
        },
        measurements=_by_role(said, "measurement"),
        runs=_by_role(said, "run"),
        settlements=_all(_of(said, "adjudicator"), "settle") + _all(_of(said, "adjudicator"), "confirm_stop"),
        incidents=_all(_of(said, "proctor"), "incident"),
        remarks=_all(candidate, "remark"),
        clock_jumps=jumps,
    )


Words = list[tuple[str, Said]]


def _of(said: Mapping[str, Words], family_name: str) -> Words:
    return [word for role in sorted(said) if family(role) == family_name for word in said[role]]


def _all(words: Words, kind: str) -> tuple[Said, ...]:
    return tuple(word for spoken, word in words if spoken == kind)


def _key(name: str) -> Any:
    return lambda payload: str(payload.get(name))


def _by_role(said: Mapping[str, Words], kind: str) -> dict[str, tuple[Said, ...]]:
    return {
        role: _all(words, kind)
        for role, words in sorted(said.items())
        if family(role) == "adapter" and _all(words, kind)
    }


def _windows(words: Words) -> dict[str, Window]:
    """Begin, pause, resume and extend, as the proctors wrote them; the first `begin` of a part counts.

    Sums and pairs only, so that it does not matter which proctor's stream is read first. A pause that nobody has ended
    holds the window open.
    """
    spoken: dict[str, dict[str, list[Said]]] = {}
    for kind, word in words:
        if "part" in word.payload:
            spoken.setdefault(str(word.payload["part"]), {}).setdefault(kind, []).append(word)
    windows: dict[str, Window] = {}
    for part, said in spoken.items():
        if "begin" not in said:
            continue
        begin = min(said["begin"], key=lambda word: (word.moment_us, word.role))
        pauses = sorted(word.moment_us for word in said.get("pause", []))
        resumes = sorted(word.moment_us for word in said.get("resume", []))
        seconds = int(begin.payload["limit_s"]) + sum(int(word.payload["seconds"]) for word in said.get("extend", []))
        paused_us = sum(resume - pause for pause, resume in zip(pauses, resumes, strict=False))
        ends_us = None if len(pauses) > len(resumes) else begin.moment_us + seconds * 1_000_000 + paused_us
        windows[part] = Window(part, begin.moment_us, ends_us, begin.role)
    return windows


def _admitted(words: Words) -> frozenset[tuple[int, int]]:
    """(epoch, sequence) of the candidate's late entries that two named persons admitted."""
    signed: dict[tuple[int, int], set[str]] = {}
    for word in _all(words, "settle"):
        late = word.payload.get("admit_late")
        if isinstance(late, dict):
            signed.setdefault((int(late["epoch"]), int(late["sequence"])), set()).add(word.role)
    return frozenset(entry for entry, roles in signed.items() if len(roles) >= 2)


def _in_time(word: Said, windows: Mapping[str, Window], admitted: frozenset[tuple[int, int]]) -> bool:
    if (word.epoch, word.sequence) in admitted:
        return True
    window = windows.get(str(word.payload.get("part")))
    return window is None or window.ends_us is None or word.moment_us <= window.ends_us


def _answers(
    words: Words, kind: str, key: Any, windows: Mapping[str, Window], admitted: frozenset[tuple[int, int]]
) -> dict[Any, Answer]:
    spoken: dict[Any, list[Said]] = {}
    for word in _all(words, kind):
        spoken.setdefault(key(word.payload), []).append(word)
    answers = {}
    for name, history in spoken.items():
        on_time = [word for word in history if _in_time(word, windows, admitted)]
        late = tuple(word for word in history if word not in on_time)
        answers[name] = Answer(on_time[-1] if on_time else None, tuple(on_time[:-1]), late)
    return answers


def _lists(
    words: Words, kind: str, name: str, windows: Mapping[str, Window], admitted: frozenset[tuple[int, int]]
) -> dict[str, tuple[Said, ...]]:
    spoken: dict[str, list[Said]] = {}
    for word in _all(words, kind):
        if _in_time(word, windows, admitted):
            spoken.setdefault(str(word.payload.get(name)), []).append(word)
    return {key: tuple(history) for key, history in spoken.items()}


def _sheets(said: Mapping[str, Words]) -> dict[tuple[str, str], Sheet]:
    """Sheets by (task, role). A role may hold several tasks: an entry names its task."""
    by_task: dict[tuple[str, str], Words] = {}
    for role, words in said.items():
        for kind, word in words:
            task = word.payload.get("task")
            if task is not None:
                by_task.setdefault((str(task), role), []).append((kind, word))
    return {key: _sheet(key[1], words) for key, words in sorted(by_task.items())}


def _sheet(role: str, words: Words) -> Sheet:
    locks = _all(words, "lock")
    locked = locks[0] if locks else None

    def after_lock(word: Said) -> bool:
        return locked is not None and (word.epoch, word.sequence) > (locked.epoch, locked.sequence)

    history: dict[str, list[Said]] = {}
    for word in _all(words, "mark"):
        if not after_lock(word):
            history.setdefault(str(word.payload.get("criterion")), []).append(word)
    ratings = _all(words, "global_rating")
    valid = [rating for rating in ratings if after_lock(rating)]
    return Sheet(
        role=role,
        marks={criterion: spoken[-1] for criterion, spoken in history.items()},
        history={criterion: tuple(spoken[:-1]) for criterion, spoken in history.items() if len(spoken) > 1},
        safety_stops=_all(words, "safety_stop"),
        locked=locked,
        global_rating=valid[0] if valid else None,
        rating_before_lock=len(valid) < len(ratings),
        marks_after_lock=tuple(word for word in _all(words, "mark") if after_lock(word)),
        comments=_all(words, "comment"),
    )
