"""What a dataset holds, and the one sequence of bytes that stands for it.

The bytes are canonical JSON (RFC 8785) of the format named in `FORMAT`; docs/reference/dataset-format.md describes every member.
Attempts and assessors stand under random names that mean something inside this dataset only, in the order of those names, so that
neither a name nor a place says who came when. Nothing else in it is about a person: no name, no date of birth, no identifier.

Sites, days and bands of age that fewer than `FEWEST_ALIKE` attempts share are withheld: they would single somebody out.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assess.ledger.canonical import canonical
from assess.validity.errors import ValidityError

FORMAT = "assayer-dataset/1"
FEWEST_ALIKE = 5


@dataclass(frozen=True)
class Sheet:
    """One assessor's sheet of a task: points, global rating, and the level of each judgement."""

    assessor: str
    points: str
    global_rating: int | None
    levels: Mapping[str, int]


@dataclass(frozen=True)
class TaskScore:
    """`task` is a column of the contents' tasks. `must_pass` is None per criterion that nobody could judge."""

    task: int
    points: str | None
    must_pass: Mapping[str, bool | None]
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True)
class FrozenAttempt:
    """One attempt. `items` and `simulations` pair a column with points (a share); None where nothing was scored.

    `repeat` is true for a second or later attempt of the same person. `groups` holds what is known and may be used.
    """

    name: str
    sitting: int
    repeat: bool
    groups: Mapping[str, str]
    parts: tuple[str | None, ...]
    items: tuple[tuple[int, str | None], ...]
    tasks: tuple[TaskScore, ...]
    simulations: tuple[tuple[int, str | None], ...]


@dataclass(frozen=True)
class Column:
    """An item, a task or a simulation in one version: its identifier, the hash of its content, its highest score."""

    identifier: str
    content: str
    maximum: str


@dataclass(frozen=True)
class FrozenPart:
    identifier: str
    kind: str
    weight: str


@dataclass(frozen=True)
class FrozenSitting:
    """`identifier` is the sitting's own: a sitting is no person."""

    identifier: str
    site: str
    day: str


@dataclass(frozen=True)
class LeftOut:
    """How many attempts are not in the data for one reason, and whether a rule or named people said so.

    `records` are the exclusions by which people did: who and in which words stands there.
    """

    reason: str
    sentence: str
    attempts: int
    records: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Contents:
    """Everything that is frozen.

    Attributes
    ----------
    code, version, content, title
        Of the scheme version; `content` is the hash of its content.
    simulated
        Whether any attempt is of a made-up person.
    withheld
        Per group how many attempts' values are withheld because too few share them.
    """

    code: str
    version: str
    content: str
    title: str
    simulated: bool
    parts: tuple[FrozenPart, ...]
    items: tuple[Column, ...]
    tasks: tuple[Column, ...]
    simulations: tuple[Column, ...]
    sittings: tuple[FrozenSitting, ...]
    attempts: tuple[FrozenAttempt, ...]
    left_out: tuple[LeftOut, ...] = ()
    withheld: Mapping[str, int] = field(default_factory=dict)


def item_names(columns: Sequence[Column]) -> tuple[str, ...]:
    """What each column is called: its identifier, and where several versions of it are in the data, with its hash.

    >>> item_names((Column("A", "a1b2c3d4e5", "1"), Column("B", "11", "1"), Column("B", "22", "1")))
    ('A', 'B (11)', 'B (22)')
    """
    versions = Counter(column.identifier for column in columns)
    return tuple(
        one.identifier if versions[one.identifier] == 1 else f"{one.identifier} ({one.content[:8]})" for one in columns
    )


def without_rare_groups(
    groups: Iterable[Mapping[str, str]],
) -> tuple[list[dict[str, str]], dict[str, int]]:
    """Group values of attempts without those that too few share, and how many were withheld of each group.

    >>> without_rare_groups([{"site": "A"}] * 5 + [{"site": "B"}])[1]
    {'site': 1}
    """
    given = [dict(one) for one in groups]
    shared = Counter((name, value) for one in given for name, value in one.items())
    rare = {pair for pair, count in shared.items() if count < FEWEST_ALIKE}
    withheld = Counter(name for one in given for name, value in one.items() if (name, value) in rare)
    kept = [{name: value for name, value in one.items() if (name, value) not in rare} for one in given]
    return kept, dict(sorted(withheld.items()))


def encode(contents: Contents) -> bytes:
    """The bytes: the same contents, in whatever order its attempts come, give the same."""
    return canonical(
        {
            "format": FORMAT,
            "scheme": {
                "code": contents.code,
                "version": contents.version,
                "hash": contents.content,
                "title": contents.title,
            },
            "simulated": contents.simulated,
            "parts": [[one.identifier, one.kind, one.weight] for one in contents.parts],
            "items": [_column(one) for one in contents.items],
            "tasks": [_column(one) for one in contents.tasks],
            "simulations": [_column(one) for one in contents.simulations],
            "sittings": [[one.identifier, one.site, one.day] for one in contents.sittings],
            "left_out": [
                {
                    "reason": one.reason,
                    "sentence": one.sentence,
                    "attempts": one.attempts,
                    "records": sorted(one.records),
                }
                for one in sorted(contents.left_out, key=lambda one: one.reason)
            ],
            "withheld": dict(contents.withheld),
            "attempts": [_attempt(one) for one in sorted(contents.attempts, key=lambda one: one.name)],
        }
    )


def _column(one: Column) -> list[str]:
    return [one.identifier, one.content, one.maximum]


def _attempt(one: FrozenAttempt) -> dict[str, Any]:
    items = sorted(one.items)
    return {
        "name": one.name,
        "sitting": one.sitting,
        "repeat": one.repeat,
        "groups": dict(one.groups),
        "parts": list(one.parts),
        "items": [column for column, _ in items],
        "points": [points for _, points in items],
        "tasks": [
            [
                task.task,
                task.points,
                dict(task.must_pass),
                [
                    [sheet.assessor, sheet.points, sheet.global_rating, dict(sheet.levels)]
                    for sheet in sorted(task.sheets, key=lambda sheet: sheet.assessor)
                ],
            ]
            for task in sorted(one.tasks, key=lambda task: task.task)
        ],
        "simulations": [list(pair) for pair in sorted(one.simulations)],
    }


def decode(body: bytes) -> Contents:
    """What the bytes hold.

    Raises
    ------
    ValidityError
        `not-a-dataset`: they are not of a format that is known here.
    """
    try:
        held: dict[str, Any] = json.loads(body)
        known = held["format"] == FORMAT
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise ValidityError("not-a-dataset", f"These bytes are no dataset of the format {FORMAT}.")
    return Contents(
        code=held["scheme"]["code"],
        version=held["scheme"]["version"],
        content=held["scheme"]["hash"],
        title=held["scheme"]["title"],
        simulated=held["simulated"],
        parts=tuple(FrozenPart(*one) for one in held["parts"]),
        items=tuple(Column(*one) for one in held["items"]),
        tasks=tuple(Column(*one) for one in held["tasks"]),
        simulations=tuple(Column(*one) for one in held["simulations"]),
        sittings=tuple(FrozenSitting(*one) for one in held["sittings"]),
        attempts=tuple(_decoded(one) for one in held["attempts"]),
        left_out=tuple(
            LeftOut(one["reason"], one["sentence"], one["attempts"], tuple(one["records"])) for one in held["left_out"]
        ),
        withheld=held["withheld"],
    )


def _decoded(one: Mapping[str, Any]) -> FrozenAttempt:
    return FrozenAttempt(
        name=one["name"],
        sitting=one["sitting"],
        repeat=one["repeat"],
        groups=one["groups"],
        parts=tuple(one["parts"]),
        items=tuple(zip(one["items"], one["points"], strict=True)),
        tasks=tuple(
            TaskScore(task, points, must_pass, tuple(Sheet(*sheet) for sheet in sheets))
            for task, points, must_pass, sheets in one["tasks"]
        ),
        simulations=tuple((column, share) for column, share in one["simulations"]),
    )
