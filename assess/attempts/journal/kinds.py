"""Which kinds of entry each role may write, and what each kind must hold.

A role is a family, and a number where several people or runs hold it. Only the outline of a payload is checked here,
before it is acknowledged: whether a token names an option or a text is a number is for scoring to judge, and to tell.
"""

import re
from collections.abc import Mapping
from typing import Any

KINDS: dict[str, frozenset[str]] = {
    "candidate": frozenset(
        {
            "answer",
            "flag",
            "wiring",
            "operate",
            "setting",
            "case_answer",
            "safety_call",
            "remark",
            "plain_statement",
            "event",
            "picture",
            "finish",
            "close",
        }
    ),
    "assessor": frozenset(
        {
            "identity",
            "begin",
            "mark",
            "reading_refused",
            "told_to_energise",
            "safety_stop",
            "pause",
            "resume",
            "lock",
            "global_rating",
            "comment",
            "plain_statement",
            "picture",
            "close",
        }
    ),
    "marker": frozenset({"points", "comment", "close"}),
    "adapter": frozenset({"ready", "measurement", "run", "close"}),
    "proctor": frozenset(
        {"identity", "begin", "pause", "resume", "extend", "incident", "message", "comment", "picture", "close"}
    ),
    "technician": frozenset(
        {
            "bay_check",
            "bay_opened",
            "hold_released",
            "hold_set",
            "equipment_void",
            "comment",
            "close",
        }
    ),
    "adjudicator": frozenset({"settle", "confirm_stop", "comment", "close"}),
    "coordinator": frozenset({"assign", "absent", "station_out", "close"}),
}
ROLE = re.compile(r"(candidate|(?:assessor|marker|adapter|proctor|technician|adjudicator|coordinator):[1-9][0-9]{0,3})")


def family(role: str) -> str:
    return role.partition(":")[0]


def order(role: str) -> tuple[str, int]:
    """Roles of a family stand in the order of their numbers.

    >>> sorted(["adapter:10", "adapter:9"], key=order)
    ['adapter:9', 'adapter:10']
    """
    name, _, number = role.partition(":")
    return name, int(number or 0)


def allowed(role: str, kind: str) -> bool:
    """Whether `role` may write `kind`.

    >>> allowed("assessor:2", "mark"), allowed("candidate", "mark")
    (True, False)
    """
    return kind in KINDS.get(family(role), frozenset())


_TEXT, _WHOLE, _YES_NO, _OBJECT, _LIST = str, int, bool, dict, list
SHAPES: dict[str, dict[str, type]] = {
    "answer": {"part": _TEXT, "item": _TEXT, "response": _OBJECT},
    "flag": {"item": _TEXT, "on": _YES_NO},
    "wiring": {"part": _TEXT, "simulation": _TEXT, "wires": _LIST},
    "operate": {"part": _TEXT, "simulation": _TEXT, "set": _OBJECT},
    "setting": {"part": _TEXT, "simulation": _TEXT, "writes": _LIST},
    "case_answer": {"part": _TEXT, "simulation": _TEXT, "answer": _TEXT, "value": _TEXT},
    "finish": {"part": _TEXT},
    "identity": {"confirmed": _YES_NO, "how": _TEXT, "by": _TEXT},
    "begin": {"part": _TEXT, "limit_s": _WHOLE},
    "pause": {"part": _TEXT, "reason": _TEXT},
    "resume": {"part": _TEXT},
    "extend": {"part": _TEXT, "seconds": _WHOLE, "reason": _TEXT},
    "mark": {"task": _TEXT, "criterion": _TEXT, "mark": _OBJECT},
    "reading_refused": {"task": _TEXT, "criterion": _TEXT, "reading": _OBJECT, "reason": _TEXT},
    "told_to_energise": {"task": _TEXT, "by": _TEXT},
    "bay_check": {"task": _TEXT, "check": _TEXT, "done": _YES_NO},
    "bay_opened": {"task": _TEXT},
    "hold_released": {"task": _TEXT, "dead_tests": _TEXT},
    "hold_set": {"task": _TEXT, "reason": _TEXT},
    "equipment_void": {"task": _TEXT, "reason": _TEXT},
    "safety_stop": {"task": _TEXT, "code": _TEXT, "reason": _TEXT},
    "lock": {"task": _TEXT},
    "global_rating": {"task": _TEXT, "rating": _WHOLE},
    "points": {"item": _TEXT, "points": _TEXT},
    "ready": {"adapter": _TEXT, "serial": _TEXT},
    "measurement": {"simulation": _TEXT, "measurement": _OBJECT},
    "run": {"simulation": _TEXT, "outcome": _TEXT, "record": _OBJECT},
    "settle": {"reason": _TEXT},
    "confirm_stop": {"task": _TEXT, "confirmed": _YES_NO, "reason": _TEXT},
    "incident": {"code": _TEXT, "text": _TEXT},
    "message": {"text": _TEXT},
    "event": {"code": _TEXT},
    "comment": {"text": _TEXT},
    "picture": {"kind": _TEXT, "sha256": _TEXT},
    "remark": {"text": _TEXT},
    "plain_statement": {"text": _TEXT},
    "safety_call": {},
    "assign": {"candidate": _TEXT, "role": _TEXT, "person": _TEXT, "station": _TEXT, "work": _TEXT},
    "absent": {"candidate": _TEXT, "reason": _TEXT},
    "station_out": {"station": _TEXT, "reason": _TEXT},
    "close": {},
}
"""The fields a payload must have. It may hold more: a later version of a device is not refused by an earlier server."""
_NAMES = {str: "a text", int: "a whole number", bool: "true or false", dict: "an object", list: "a list"}


def problem(kind: str, payload: Mapping[str, Any]) -> str | None:
    """What is wrong with a payload's outline, as a sentence; None when nothing is.

    >>> problem("finish", {})
    'finish needs part: a text.'
    """
    for name, wanted in SHAPES[kind].items():
        if type(payload.get(name)) is not wanted:
            return f"{kind} needs {name}: {_NAMES[wanted]}."
    return None
