"""SunSpec information models: where each point lies in a model's registers, and how its raw value reads.

The catalogue is the one published with pysunspec2 (Apache-2.0). A point is named by its path without the model's own
group, ``Crv.Pt.V``, and by a one-based index for each group that repeats, ``(1, 2)``.
"""

import importlib.util
import json
import math
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

MOST_POINTS = 5000
_MOST_KEPT = 600
"""Layouts of more points are not kept in memory."""

#: Registers per type where the type fixes it.
_SIZES = {
    **dict.fromkeys(("int16", "uint16", "count", "acc16", "enum16", "bitfield16", "raw16", "sunssf", "pad"), 1),
    **dict.fromkeys(("int32", "uint32", "acc32", "enum32", "bitfield32", "float32", "ipaddr"), 2),
    **dict.fromkeys(("int64", "uint64", "acc64", "bitfield64", "float64", "eui48"), 4),
    "ipv6addr": 8,
}
_SIGNED = {"int16", "int32", "int64", "sunssf", "pad"}
_ZERO_IS_MISSING = {"acc16", "acc32", "acc64", "ipaddr", "ipv6addr", "string", "count"}
_SCALE_RANGE = range(-10, 11)


class ModelError(ValueError):
    """A model that is not in the catalogue, or registers that don't fit it."""

    code = "bad_model"


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point of a model as it lies in the registers.

    Attributes
    ----------
    offset, size
        In registers, from the model's ID register.
    scale
        Name of its scale-factor point, a fixed exponent, or None.
    """

    path: str
    index: tuple[int, ...]
    type: str
    offset: int
    size: int
    scale: str | int | None
    writable: bool
    mandatory: bool
    units: str

    @cached_property
    def numeric(self) -> bool:
        """Whether it holds a whole number, scaled or not."""
        return self.type not in ("string", "float32", "float64", "ipv6addr", "eui48", "ipaddr")

    @property
    def name(self) -> str:
        """Path and index, such as ``Crv.Pt.V[1,2]``."""
        return f"{self.path}[{','.join(map(str, self.index))}]" if self.index else self.path

    @cached_property
    def missing(self) -> tuple[int, ...]:
        """Registers that mean *not implemented*."""
        if self.type in _ZERO_IS_MISSING:
            return (0,) * self.size
        if self.type.startswith("float"):
            return (0x7FC0, *(0,) * (self.size - 1)) if self.size == 2 else (0x7FF8, *(0,) * (self.size - 1))
        first = 0x8000 if self.type in _SIGNED else 0xFFFF
        return (first, *((0 if self.type in _SIGNED else 0xFFFF),) * (self.size - 1))

    @property
    def range(self) -> tuple[int, int]:
        """Smallest and largest raw value that means a number; its *not implemented* lies outside."""
        bits = 16 * self.size
        if self.type in _SIGNED:
            return -(2 ** (bits - 1)) + 1, 2 ** (bits - 1) - 1
        return (1 if self.type in _ZERO_IS_MISSING else 0), 2**bits - (1 if self.type in _ZERO_IS_MISSING else 2)

    def decode(self, words: Sequence[int]) -> int | str | None:
        """Read a raw value; None when the device says it is not implemented. Floats and addresses read as hex text."""
        if tuple(words) == self.missing:
            return None
        if self.numeric and self.size == 1:
            return words[0] - 0x10000 if words[0] & 0x8000 and self.type in _SIGNED else words[0]
        data = b"".join(word.to_bytes(2, "big") for word in words)
        if self.type == "string":
            return data.rstrip(b"\0 ").decode("utf-8", errors="replace")
        if self.type.startswith("float") and math.isnan(struct.unpack(">f" if self.size == 2 else ">d", data)[0]):
            return None  # any of the many patterns that are no number
        if not self.numeric:
            return data.hex()
        return int.from_bytes(data, "big", signed=self.type in _SIGNED)

    def encode(self, raw: int | str | None) -> tuple[int, ...]:
        """Write a raw value as registers.

        Raises
        ------
        ModelError
            When it doesn't fit the point's type.
        """
        if raw is None:
            return self.missing
        try:
            if isinstance(raw, str):
                width = 2 * self.size
                data = raw.encode().ljust(width, b"\0") if self.type == "string" else bytes.fromhex(raw)
                if len(data) != width:
                    raise OverflowError
            else:
                data = raw.to_bytes(2 * self.size, "big", signed=self.type in _SIGNED)
        except (OverflowError, ValueError):
            raise ModelError(f"{raw!r} does not fit {self.name} ({self.type}, {self.size} registers).") from None
        return tuple(int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2))


Count = Callable[[str], int]


def catalogue() -> Path:
    """Folder of the published model definitions."""
    found = importlib.util.find_spec("sunspec2")
    if found is None or not found.submodule_search_locations:
        raise ModelError("The SunSpec model catalogue is missing. Install pysunspec2.")
    return Path(found.submodule_search_locations[0]) / "models" / "json"


@lru_cache(maxsize=128)
def definition(model: int) -> Mapping[str, Any]:
    """A model's published definition.

    Raises
    ------
    ModelError
        When the catalogue has no such model.
    """
    path = catalogue() / f"model_{model}.json"
    if not path.is_file():
        raise ModelError(f"Model {model} is not in the SunSpec catalogue.")
    read: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))["group"]
    return read


def layout(group: Mapping[str, Any], count: Count, *, length: int | None = None) -> tuple[Point, ...]:
    """Lay a model's points out.

    Parameters
    ----------
    group
        Top group of a model definition.
    count
        How often a group repeats, from the name of its count point (or of the group, where a definition fixes none).
    length
        Registers after ID and L as the device states them; fixes how often an open group repeats.
    """
    points = list(_points(group, (), (), 0, count))
    if length is None or not (open_groups := [g for g in group.get("groups", []) if g.get("count") == 0]):
        return tuple(points)
    fixed = sum(point.size for point in points if not point.index) - 2
    one = sum(point.size for point in _points(open_groups[0], (), (), 0, count))
    times = max(0, (length - fixed) // one)
    return tuple(_points(group, (), (), 0, lambda name: times if name == open_groups[0]["name"] else count(name)))


def _points(
    group: Mapping[str, Any], path: tuple[str, ...], index: tuple[int, ...], offset: int, count: Count
) -> Iterator[Point]:
    for raw in group["points"]:
        point = _point(raw, path, index, offset)
        yield point
        offset += point.size
    for inner in group.get("groups", []):
        stated = inner.get("count")
        times = 1 if stated is None else stated if isinstance(stated, int) and stated else None
        repeats = stated is not None and stated != 1
        if times is None:
            times = count(stated if isinstance(stated, str) else inner["name"])
        for number in range(1, times + 1):
            last = None
            own = (*index, number) if repeats else index
            for last in _points(inner, (*path, inner["name"]), own, offset, count):
                if last.offset > 0xFFFF:
                    raise ModelError(f"The groups {inner['name']} reach beyond the register space.")
                yield last
            if last is not None:
                offset = last.offset + last.size


def _point(raw: Mapping[str, Any], path: tuple[str, ...], index: tuple[int, ...], offset: int) -> Point:
    return Point(
        path=".".join((*path, raw["name"])),
        index=index,
        type=raw["type"],
        offset=offset,
        size=raw.get("size") or _SIZES[raw["type"]],
        scale=raw.get("sf"),
        writable="W" in raw.get("access", "R"),
        mandatory=raw.get("mandatory") == "M",
        units=raw.get("units", ""),
    )


@dataclass(frozen=True)
class ModelBlock:
    """A model's registers as read in one go, with their points laid out.

    Attributes
    ----------
    words
        All registers from the model's ID on.
    """

    model: int
    address: int
    words: tuple[int, ...]
    points: Mapping[tuple[str, tuple[int, ...]], Point]

    @classmethod
    def of(cls, model: int, address: int, words: Sequence[int]) -> "ModelBlock":
        """Lay out registers; counts are read from the registers themselves.

        Raises
        ------
        ModelError
            When counts or length don't fit.
        """
        fixed = _fixed(model)
        counts = []
        for name in _count_names(model):
            point = fixed.get(name)
            raw = point.decode(words[point.offset : point.offset + point.size]) if point else None
            counts.append((name, raw if isinstance(raw, int) else 0))
        size = _size_bound(definition(model), lambda name: dict(counts).get(name, 0))
        if size > MOST_POINTS:
            raise ModelError(f"Model {model} claims more than {MOST_POINTS} points. Its counts can't be right.")
        lay_out = _kept if size <= _MOST_KEPT else _laid_out
        points, needed = lay_out(model, len(words) - 2, tuple(counts))
        if needed > len(words):
            raise ModelError(f"Model {model} says it has {len(words) - 2} registers, its counts need more.")
        return cls(model, address, tuple(words), points)

    def point(self, path: str, index: tuple[int, ...] = ()) -> Point:
        """Find a point.

        Raises
        ------
        ModelError
            When this device has no such point.
        """
        found = self.points.get((path, index))
        if found is None:
            raise ModelError(f"Model {self.model} of this device has no point {path}{list(index) or ''}.")
        return found

    def raw(self, path: str, index: tuple[int, ...] = ()) -> int | str | None:
        """Raw value of a point; None when not implemented."""
        point = self.point(path, index)
        return point.decode(self.words[point.offset : point.offset + point.size])

    def scale(self, point: Point) -> int | None:
        """Exponent of ten of a point from the same block; None when it is missing or outside -10 to 10."""
        return scale_of(point, self.points, self.words)


Key = tuple[str, tuple[int, ...]]


def scale_of(point: Point, points: Mapping[Key, Point], words: Sequence[int], start: int = 0) -> int | None:
    """As `ModelBlock.scale`, of a model whose registers begin at `start`."""
    if point.scale is None or isinstance(point.scale, int):
        return point.scale or 0
    group = point.path.rpartition(".")[0]
    own = points.get((f"{group}.{point.scale}", point.index)) if group else None
    factor = own or points.get((point.scale, ()))
    if factor is None:
        return None
    raw = factor.decode(words[start + factor.offset : start + factor.offset + factor.size])
    return raw if isinstance(raw, int) and raw in _SCALE_RANGE else None


def _laid_out(model: int, length: int, counts: tuple[tuple[str, int], ...]) -> tuple[Mapping[Key, Point], int]:
    """Points by path and index, and how many registers they need."""
    known = dict(counts)
    points = layout(definition(model), lambda name: known.get(name, 0), length=length)
    needed = points[-1].offset + points[-1].size if points else 0
    return MappingProxyType({(point.path, point.index): point for point in points}), needed


_kept = lru_cache(maxsize=128)(_laid_out)
"""The same for layouts of usual size: a device is read again and again, and each time lies as it did."""


@lru_cache(maxsize=128)
def _fixed(model: int) -> Mapping[str, Point]:
    """The points of a model's own group, which lie in the same place whatever repeats behind them."""
    return {point.path: point for point in layout({**definition(model), "groups": []}, lambda name: 0)}


@lru_cache(maxsize=128)
def _count_names(model: int) -> tuple[str, ...]:
    """Points that say how often a group repeats."""

    def names(group: Mapping[str, Any]) -> Iterator[str]:
        for inner in group.get("groups", []):
            if isinstance(inner.get("count"), str):
                yield inner["count"]
            yield from names(inner)

    return tuple(dict.fromkeys(names(definition(model))))


def _size_bound(group: Mapping[str, Any], count: Count) -> int:
    total = len(group["points"])
    for inner in group.get("groups", []):
        stated = inner.get("count")
        times = count(stated) if isinstance(stated, str) else (stated or 1)
        total += times * _size_bound(inner, count)
    return total
