"""Two documents of a study held against each other: are they the same bytes, and if not, which figures differ."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MOST_NAMED = 20


@dataclass(frozen=True)
class Comparison:
    """`differences` names the first places that differ, as a JSON path with what was stored and what came out now."""

    same: bool
    differences: tuple[tuple[str, str, str], ...]
    count: int


def compare(stored: bytes, now: bytes) -> Comparison:
    """Hold two canonical documents against each other.

    >>> compare(b'{"a":"1","b":["2"]}', b'{"a":"1","b":["3"]}').differences
    (('$.b[0]', '2', '3'),)
    """
    if stored == now:
        return Comparison(True, (), 0)
    found = list(_differing("$", json.loads(stored), json.loads(now)))
    return Comparison(False, tuple(found[:MOST_NAMED]), len(found))


def _differing(place: str, stored: Any, now: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(stored, dict) and isinstance(now, dict):
        for key in sorted(stored.keys() | now.keys()):
            yield from _differing(f"{place}.{key}", stored.get(key, "(not there)"), now.get(key, "(not there)"))
    elif isinstance(stored, list) and isinstance(now, list) and len(stored) == len(now):
        for index, (one, other) in enumerate(zip(stored, now, strict=True)):
            yield from _differing(f"{place}[{index}]", one, other)
    elif stored != now:
        yield place, _short(stored), _short(now)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"
