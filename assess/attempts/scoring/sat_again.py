"""A work that is done again because the equipment failed: what of its record is from before. Pure.

A re-sit of a work is a window of its own (`S~WORK`) in the same journal; see `docs/decisions/0010`.
"""

from assess.attempts.folding.fold import AttemptRecord, Sheet
from assess.attempts.folding.windows import Window, resit_part


def resit_of(work: str, record: AttemptRecord) -> Window | None:
    """The window of a work's re-sit; None where none has begun."""
    return record.windows.get(resit_part(record.part_of.get(work, ""), work))


def before_the_resit(task: str, record: AttemptRecord) -> frozenset[str]:
    """The roles whose sheets of a task were begun before its re-sit: a re-sit has sheets of its own."""
    again = resit_of(task, record)
    if again is None:
        return frozenset()
    return frozenset(
        role for (name, role), sheet in record.sheets.items() if name == task and _begun_us(sheet) < again.begun_us
    )


def _begun_us(sheet: Sheet) -> int:
    words = [*sheet.marks.values(), *sheet.safety_stops, *sheet.marks_after_lock, *sheet.comments]
    words += [word for history in sheet.history.values() for word in history]
    words += [word for word in (sheet.locked, sheet.global_rating) if word is not None]
    return min((word.moment_us for word in words), default=0)
