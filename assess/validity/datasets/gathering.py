"""From what the database holds to the contents of a dataset: who is in, under which random name, in which canonical order."""

import secrets
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from assess.validity.datasets.contents import (
    FEWEST_ALIKE,
    Column,
    Contents,
    FrozenAttempt,
    FrozenPart,
    FrozenSitting,
    LeftOut,
    Sheet,
    TaskScore,
    without_rare_groups,
)

TOGETHER = "several days"
"""What sittings are called that are too small to be told apart."""

RULES = {
    "not-sealed": "The attempt is not sealed.",
    "erased": "The person was erased.",
    "no-score": "The attempt is sealed and not scored.",
}
"""Why a rule leaves an attempt out, without anybody's doing."""

_BANDS = ((25, "under 25"), (40, "25 to 39"), (200, "40 and over"))

Key = tuple[str, str]
"""Identifier and hash of the content."""


@dataclass(frozen=True)
class SittingRow:
    identifier: str
    site: str
    day: str


@dataclass(frozen=True)
class ScoredRow:
    """An attempt as it is scored, under its own identifiers; `of_document` makes one of a score document."""

    attempt: uuid.UUID
    sitting: str
    repeat: bool
    groups: Mapping[str, str]
    parts: Mapping[str, str | None]
    items: tuple[tuple[Key, str, str | None], ...]
    tasks: tuple[tuple[Key, str, str | None, Mapping[str, bool | None], tuple[tuple[str, Sheet], ...]], ...]
    simulations: tuple[tuple[Key, str | None], ...]
    assessors: Mapping[str, uuid.UUID]

    @classmethod
    def of_document(
        cls,
        document: Mapping[str, Any],
        pins: Mapping[str, Any],
        *,
        attempt: uuid.UUID,
        sitting: str,
        repeat: bool,
        groups: Mapping[str, str],
        assessors: Mapping[str, uuid.UUID],
    ) -> "ScoredRow":
        """What a study takes of a stored score and of the versions that the attempt pins. Pilot items are left out."""
        item_of = {pin["item"]: pin["hash"] for pin in pins["items"]}
        task_of = {pin["task"]: pin["hash"] for pin in pins["tasks"]}
        simulation_of = {pin["simulation"]: pin["hash"] for pin in pins["simulations"]}
        return cls(
            attempt=attempt,
            sitting=sitting,
            repeat=repeat,
            groups=groups,
            parts={part["part"]: part["percent"] for part in document["parts"]},
            items=tuple(
                ((item["item"], item_of.get(item["item"], "")), item["maximum"], item["points"])
                for item in document["items"]
                if item["scored"]
            ),
            tasks=tuple(
                (
                    (task["task"], task_of.get(task["task"], "")),
                    task["maximum"],
                    task["points"],
                    task["must_pass"],
                    tuple((sheet["role"], _sheet(sheet)) for sheet in task["sheets"]),
                )
                for task in document["tasks"]
            ),
            simulations=tuple(
                ((one["simulation"], simulation_of.get(one["simulation"], "")), one["share"])
                for one in document["simulations"]
            ),
            assessors=assessors,
        )


def _sheet(sheet: Mapping[str, Any]) -> Sheet:
    levels = {name: one["level"] for name, one in sheet["criteria"].items() if one["level"] is not None}
    return Sheet(sheet["role"], sheet["points"], sheet["global_rating"], levels)


def age_band(born: date | None, on: date) -> str | None:
    """The band of somebody's age on a day; None where no date of birth is known.

    >>> age_band(date(2001, 11, 27), date(2026, 11, 26))
    'under 25'
    """
    if born is None:
        return None
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return next(name for limit, name in _BANDS if age < limit)


@dataclass(frozen=True)
class Names:
    """Random names of attempts and of assessors inside one dataset."""

    attempts: Mapping[uuid.UUID, str]
    assessors: Mapping[uuid.UUID, str]

    @classmethod
    def drawn(cls, rows: Sequence[ScoredRow]) -> "Names":
        """New names for everybody who is in. They are drawn by the system's random source: nothing leads back from them."""
        attempts = [row.attempt for row in rows]
        assessors = sorted({person for row in rows for person in row.assessors.values()})
        return cls(
            dict(zip(attempts, _different("c", 5, len(attempts)), strict=True)),
            dict(zip(assessors, _different("a", 3, len(assessors)), strict=True)),
        )

    def covers(self, rows: Sequence[ScoredRow]) -> bool:
        """Whether these are the names of exactly these attempts and their assessors."""
        people = {person for row in rows for person in row.assessors.values()}
        return set(self.attempts) == {row.attempt for row in rows} and set(self.assessors) == people


def _different(letter: str, size: int, count: int) -> list[str]:
    names: dict[str, None] = {}
    while len(names) < count:
        names[letter + secrets.token_hex(size)] = None
    return list(names)


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """Everything of a scheme version that may go into a dataset, before anybody has a name in it."""

    code: str
    version: str
    content: str
    title: str
    simulated: bool
    parts: tuple[FrozenPart, ...]
    sittings: tuple[SittingRow, ...]
    rows: tuple[ScoredRow, ...]
    left_out: tuple[LeftOut, ...]

    def contents(self, names: Names) -> Contents:
        """The contents under these names. The order in which rows were read leaves no trace."""
        items = _columns((key, top) for row in self.rows for key, top, _ in row.items)
        tasks = _columns((key, top) for row in self.rows for key, top, *_ in row.tasks)
        runs = _columns((key, "1") for row in self.rows for key, _ in row.simulations)
        place_of_item, place_of_task, place_of_run = _places(items), _places(tasks), _places(runs)
        sittings, place_of_sitting = self._sittings()
        groups, withheld = without_rare_groups(row.groups for row in self.rows)
        attempts = tuple(
            FrozenAttempt(
                name=names.attempts[row.attempt],
                sitting=place_of_sitting[row.sitting],
                repeat=row.repeat,
                groups=known,
                parts=tuple(row.parts.get(part.identifier) for part in self.parts),
                items=tuple((place_of_item[key], points) for key, _, points in row.items),
                tasks=tuple(
                    TaskScore(
                        place_of_task[key],
                        points,
                        must_pass,
                        tuple(_signed(sheet, row.assessors.get(role), names) for role, sheet in sheets),
                    )
                    for key, _, points, must_pass, sheets in row.tasks
                ),
                simulations=tuple((place_of_run[key], share) for key, share in row.simulations),
            )
            for row, known in zip(self.rows, groups, strict=True)
        )
        return Contents(
            code=self.code,
            version=self.version,
            content=self.content,
            title=self.title,
            simulated=self.simulated,
            parts=self.parts,
            items=items,
            tasks=tasks,
            simulations=runs,
            sittings=sittings,
            attempts=tuple(sorted(attempts, key=lambda one: one.name)),
            left_out=self.left_out,
            withheld=withheld,
        )

    def _sittings(self) -> tuple[tuple[FrozenSitting, ...], dict[str, int]]:
        """Sittings in time; those with too few attempts stand together as one, or a day and a site would name somebody."""
        counts = Counter(row.sitting for row in self.rows)
        ordered = sorted(self.sittings, key=lambda one: (one.day, one.site, one.identifier))
        large = [one for one in ordered if counts[one.identifier] >= FEWEST_ALIKE]
        found = [FrozenSitting(one.identifier, one.site, one.day) for one in large]
        place = {one.identifier: index for index, one in enumerate(found)}
        small = [one for one in ordered if 0 < counts[one.identifier] < FEWEST_ALIKE]
        place |= dict.fromkeys((one.identifier for one in small), len(found))
        return tuple(found + [FrozenSitting("", "", TOGETHER)] * bool(small)), place


def _signed(sheet: Sheet, person: uuid.UUID | None, names: Names) -> Sheet:
    assessor = sheet.assessor if person is None else names.assessors[person]
    return Sheet(assessor, sheet.points, sheet.global_rating, sheet.levels)


def _columns(seen: Iterable[tuple[Key, str]]) -> tuple[Column, ...]:
    highest: dict[Key, str] = {}
    for key, maximum in seen:
        highest.setdefault(key, maximum)
    return tuple(Column(*key, highest[key]) for key in sorted(highest))


def _places(columns: Sequence[Column]) -> dict[Key, int]:
    return {(one.identifier, one.content): place for place, one in enumerate(columns)}
