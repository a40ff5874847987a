"""Which kinds of entry each role may write. A role is a family, and a number where several people or runs hold it."""

import re

KINDS: dict[str, frozenset[str]] = {
    "candidate": frozenset(
        {"answer", "flag", "wiring", "setting", "case_answer", "safety_call", "remark", "plain_statement", "finish", "close"}
    ),
    "assessor": frozenset(
        {"identity", "begin", "mark", "safety_stop", "pause", "resume", "lock", "global_rating", "comment", "close"}
    ),
    "marker": frozenset({"points", "comment", "close"}),
    "adapter": frozenset({"measurement", "run", "close"}),
    "proctor": frozenset({"identity", "begin", "pause", "resume", "extend", "incident", "comment", "close"}),
    "adjudicator": frozenset({"settle", "confirm_stop", "comment", "close"}),
    "coordinator": frozenset({"assign", "absent", "station_out", "close"}),
}
ROLE = re.compile(r"(candidate|(?:assessor|marker|adapter|proctor|adjudicator|coordinator):[1-9][0-9]{0,3})")


def family(role: str) -> str:
    return role.partition(":")[0]


def allowed(role: str, kind: str) -> bool:
    """Whether `role` may write `kind`.

    >>> allowed("assessor:2", "mark"), allowed("candidate", "mark")
    (True, False)
    """
    return kind in KINDS.get(family(role), frozenset())
