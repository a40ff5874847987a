"""How attempts stand while they run: the time of each part by the server's clock, what was handed in, when a device was last heard.

Read for pages and boards; nothing of it is kept, and scoring folds the sealed journal for itself.
"""

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assess.attempts.folding.records import Frame, Said
from assess.attempts.folding.windows import Window, resit_part, windows_of
from assess.attempts.journal.kinds import family
from assess.attempts.models import Attempt, Entry, Resit, Stream

TOLD = ("identity", "begin", "pause", "resume", "extend", "message")
DONE = ("finish", "close", "safety_call", "remark", "event")
STOPPED = "safety_stop"


@dataclass(frozen=True)
class PartStanding:
    """A part of an attempt now. `limit_s` is what is pinned, extra time included (None: untimed). `closed`: the attempt was sealed,
    and was opened again for re-sits alone."""

    part: str
    kind: str
    limit_s: int | None
    simulations: tuple[str, ...]
    tasks: tuple[str, ...]
    window: Window | None
    finished_us: int | None
    closed: bool = False

    @property
    def timed(self) -> bool:
        return self.limit_s is not None

    def state(self, now_us: int) -> str:
        """One of `waiting`, `working`, `paused`, `over`, `finished`."""
        if self.finished_us is not None:
            return "finished"
        if self.closed:
            return "over"
        if self.window is None:
            return "waiting"
        if self.window.paused_since_us is not None:
            return "paused"
        return "working" if self.window.left_us(now_us) > 0 else "over"


@dataclass(frozen=True)
class Standing:
    """An attempt now. `told` is what proctors said, `done` what the candidate did besides answering, each in order.

    `resits` are works that are done again, each in a time of its own (`S~WORK`). `stopped` are the assessors' safety stops,
    `doubted` the roles whose last word on the identity is that it is not the person.
    """

    attempt: uuid.UUID
    parts: tuple[PartStanding, ...]
    identified: bool
    told: tuple[tuple[str, Said], ...]
    done: tuple[tuple[str, Said], ...]
    stopped: tuple[Said, ...] = ()
    doubted: tuple[str, ...] = ()
    last_contact_us: Mapping[str, int] = field(default_factory=dict)
    number: int = 0
    resits: tuple[PartStanding, ...] = ()

    def part(self, name: str) -> PartStanding | None:
        return next((part for part in (*self.resits, *self.parts) if part.part == name), None)

    def bench(self, now_us: int) -> PartStanding | None:
        """Where the candidate works at simulations: the first re-sit that is not over, the last one, or the simulator part."""
        mine = [part for part in self.resits if part.simulations]
        again = [part for part in mine if part.state(now_us) not in ("over", "finished")]
        return next((part for part in (*again, *reversed(mine), *self.parts) if part.simulations), None)

    def part_for(self, simulation: str) -> PartStanding | None:
        """The part in which a simulation is worked at: its last re-sit, else the simulator part."""
        again = [part for part in reversed(self.resits) if simulation in part.simulations]
        return next((part for part in (*again, *self.parts) if simulation in part.simulations), None)

    @property
    def exam(self) -> PartStanding | None:
        return next((part for part in self.parts if part.kind == "online_exam"), None)


def standings(attempts: Iterable[Attempt]) -> dict[uuid.UUID, Standing]:
    """How these attempts stand, in three queries however many they are."""
    attempts = list(attempts)
    streams: dict[uuid.UUID, list[Stream]] = {attempt.pk: [] for attempt in attempts}
    for stream in Stream.objects.filter(subject__in=streams).order_by("role", "epoch"):
        streams[stream.subject].append(stream)
    said: dict[uuid.UUID, list[tuple[str, Said]]] = {attempt.pk: [] for attempt in attempts}
    owners = {stream.pk: stream for held in streams.values() for stream in held}
    rows = Entry.objects.filter(stream__in=owners, kind__in=(*TOLD, *DONE, STOPPED)).order_by("server_us", "pk")
    for key, sequence, kind, payload, server_us in rows.values_list(
        "stream_id", "sequence", "kind", "payload", "server_us"
    ):
        stream = owners[key]
        who = str(stream.granted_to_id or stream.role)
        word = Said(stream.role, stream.epoch, sequence, server_us, json.loads(payload), who)
        said[stream.subject].append((kind, word))
    again = _opened(attempts)
    return {
        attempt.pk: _standing(attempt, streams[attempt.pk], said[attempt.pk], again.get(attempt.pk, []))
        for attempt in attempts
    }


def _opened(attempts: Iterable[Attempt]) -> dict[uuid.UUID, list[Resit]]:
    """The re-sits of these attempts that were opened: those that run, and those that are over."""
    found: dict[uuid.UUID, list[Resit]] = {}
    rows = Resit.objects.filter(attempt__in=list(attempts), state__in=(Resit.State.OPENED, Resit.State.DONE))
    for row in rows.order_by("opened_at", "work"):
        found.setdefault(row.attempt_id, []).append(row)
    return found


def standing_of(attempt: Attempt) -> Standing:
    return standings([attempt])[attempt.pk]


def _standing(attempt: Attempt, streams: list[Stream], said: list[tuple[str, Said]], again: list[Resit]) -> Standing:
    pinned: list[dict[str, Any]] = attempt.pins["parts"]
    seconds = {part["part"]: part["limit_s"] for part in pinned if part["limit_s"] is not None}
    frame = Frame(seconds=seconds | {resit_part(one.part, one.work): one.limit_s for one in again})
    proctors = [(kind, word) for kind, word in said if family(word.role) == "proctor"]
    windows = windows_of(proctors, frame)
    own = [(kind, word) for kind, word in said if word.role == "candidate"]
    finished = {
        word.payload["part"]: word.moment_us
        for kind, word in own
        if kind == "finish" and _has_begun(word, frame, windows)
    }
    told = tuple((kind, word) for kind, word in said if kind in TOLD)
    seen = {word.role: bool(word.payload["confirmed"]) for kind, word in told if kind == "identity"}
    return Standing(
        attempt=attempt.pk,
        parts=tuple(
            PartStanding(
                part["part"],
                part["kind"],
                part["limit_s"],
                tuple(part["simulations"]),
                tuple(part["tasks"]),
                windows.get(part["part"]),
                finished.get(part["part"]),
                closed=bool(again),
            )
            for part in pinned
        ),
        identified=any(kind == "identity" and word.payload["confirmed"] for kind, word in told),
        told=told,
        done=tuple((kind, word) for kind, word in own if kind in DONE),
        stopped=tuple(word for kind, word in said if kind == STOPPED),
        doubted=tuple(role for role, confirmed in seen.items() if not confirmed),
        last_contact_us={s.role: s.last_contact_us for s in streams if s.last_contact_us is not None},
        number=sum(stream.head_sequence + 1 for stream in streams),
        resits=tuple(_again(pinned, one, windows, finished) for one in again),
    )


def _again(
    pinned: list[dict[str, Any]], resit: Resit, windows: Mapping[str, Window], finished: Mapping[str, int]
) -> PartStanding:
    part = next(one for one in pinned if one["part"] == resit.part)
    name = resit_part(resit.part, resit.work)
    simulations = (resit.work,) if resit.work in part["simulations"] else ()
    tasks = (resit.work,) if resit.work in part["tasks"] else ()
    return PartStanding(name, part["kind"], resit.limit_s, simulations, tasks, windows.get(name), finished.get(name))


def _has_begun(word: Said, frame: Frame, windows: Mapping[str, Window]) -> bool:
    """Whether a part had begun when its candidate handed it in. Nobody hands in what has not begun."""
    part = word.payload["part"]
    return part not in frame.seconds or (part in windows and windows[part].begun_us <= word.moment_us)
