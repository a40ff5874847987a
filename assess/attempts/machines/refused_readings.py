"""Which machine readings assessors took for their rows, and which they refused. Pure.

A reading fills its row on the tablet, and the assessor says with one tap that it is the one (a `mark` with `reading`) or why it
is not (`reading_refused`). What one assessor refused counts by itself for nobody: it stays in the record, with the reason, and each
assessor's own mark on the row counts.
"""

from collections.abc import Mapping
from typing import Any

from assess.attempts.folding.fold import AttemptRecord, Sheet

Place = tuple[str, int, int]
"""Role, epoch and sequence of a `measurement` entry."""


def place_of(named: object) -> Place | None:
    """The entry that a payload names by role, epoch and sequence; None where it names none.

    >>> place_of({"role": "adapter:1", "epoch": 1, "sequence": 4})
    ('adapter:1', 1, 4)
    """
    if not isinstance(named, Mapping):
        return None
    role, epoch, sequence = (named.get(name) for name in ("role", "epoch", "sequence"))
    if isinstance(role, str) and type(epoch) is int and type(sequence) is int:
        return role, epoch, sequence
    return None


def refused_readings(task: str, record: AttemptRecord) -> dict[Place, str]:
    """Readings of a task that an assessor refused, each with the sentence that says so."""
    found: dict[Place, str] = {}
    for (name, role), sheet in sorted(record.sheets.items()):
        if name != task:
            continue
        for word in sheet.readings_refused:
            place = place_of(word.payload["reading"])
            if place is not None and not _taken_later(
                sheet, place, word.payload["criterion"], (word.epoch, word.sequence)
            ):
                row, reason = word.payload["criterion"], word.payload["reason"]
                found[place] = (
                    f"{task}: {role} says that the reading {place[0]}/{place[2]} is not the one of {row}: {reason}."
                )
    return found


def taken_from(sheet: Sheet) -> frozenset[str]:
    """The rows of a sheet whose mark is a machine's reading that the assessor confirmed."""
    return frozenset(name for name, word in sheet.marks.items() if place_of(word.payload.get("reading")) is not None)


def _taken_later(sheet: Sheet, place: Place, row: Any, refused_at: tuple[int, int]) -> bool:
    mark = sheet.marks.get(str(row))
    return (
        mark is not None and place_of(mark.payload.get("reading")) == place and (mark.epoch, mark.sequence) > refused_at
    )
