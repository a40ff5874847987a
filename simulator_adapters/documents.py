"""Frozen dataclasses to JSON documents and back, the same bytes everywhere.

Decimals travel as strings in plain notation, whole numbers as integers, moments as ISO 8601 with their offset, bytes as
base64. A floating-point number has no place in a document: two machines may print it differently. Reading is strict: a
missing, unknown or mistyped field is named, never skipped.
"""

import base64
import binascii
import dataclasses
import enum
import functools
import hashlib
import json
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from simulator_adapters.quantities import NumberError, parse_number

T = TypeVar("T")


class DocumentError(ValueError):
    """A document that doesn't fit its type; `place` is the path of the field."""

    code = "bad_document"

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place or 'document'}: {problem}")
        self.place = place


def encode(value: Any) -> Any:
    """Turn a value into what JSON can hold without loss.

    Examples
    --------
    >>> encode({"u": Decimal("0.50"), "n": 3})
    {'n': 3, 'u': '0.50'}
    """
    if value is None or (isinstance(value, bool | int | str) and not isinstance(value, enum.Enum)):
        return value
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise DocumentError("", f"{value} is not a finite number")
        return f"{value:f}"
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise DocumentError("", f"the moment {value.isoformat()} has no time zone")
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): encode(value[key]) for key in sorted(value)}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    raise DocumentError("", f"{type(value).__name__} has no form in a document")


def decode(wanted: type[T], document: Any, place: str = "") -> T:
    """Build a dataclass from its document.

    Raises
    ------
    DocumentError
        Names the field and what was expected there.
    """
    return typing.cast(T, _decode(wanted, document, place))


def canonical_bytes(document: Any) -> bytes:
    """Serialise a document with sorted keys and no spaces, in UTF-8: the form that is hashed and signed."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest(document: Any) -> str:
    """SHA-256 of the canonical bytes, in hex."""
    return hashlib.sha256(canonical_bytes(document)).hexdigest()


def _decode(wanted: Any, document: Any, place: str) -> Any:
    origin = typing.get_origin(wanted)
    if origin in (types.UnionType, typing.Union):
        return _decode_optional(wanted, document, place)
    if origin is tuple:
        (item, _) = typing.get_args(wanted)
        if not isinstance(document, list):
            raise DocumentError(place, "a list is expected")
        return tuple(_decode(item, entry, f"{place}[{index}]") for index, entry in enumerate(document))
    if origin is not None and issubclass(origin, Mapping):
        (_, item) = typing.get_args(wanted)
        if not isinstance(document, Mapping):
            raise DocumentError(place, "an object is expected")
        return {str(key): _decode(item, entry, f"{place}.{key}") for key, entry in document.items()}
    if dataclasses.is_dataclass(wanted):
        return _decode_dataclass(wanted, document, place)
    return _decode_scalar(wanted, document, place)


def _decode_optional(wanted: Any, document: Any, place: str) -> Any:
    if document is None:
        return None
    (item,) = (option for option in typing.get_args(wanted) if option is not types.NoneType)
    return _decode(item, document, place)


def _decode_dataclass(wanted: Any, document: Any, place: str) -> Any:
    if not isinstance(document, Mapping):
        raise DocumentError(place, "an object is expected")
    hints = _hints(wanted)
    names = list(hints)
    if unknown := sorted(set(document) - set(names)):
        raise DocumentError(place, f"unknown field {unknown[0]!r}; known are {', '.join(names)}")
    if missing := [name for name in names if name not in document]:
        raise DocumentError(place, f"the field {missing[0]!r} is missing")
    values = {name: _decode(hints[name], document[name], f"{place}.{name}".lstrip(".")) for name in names}
    try:
        return wanted(**values)
    except ValueError as problem:
        raise DocumentError(place, str(problem)) from problem


@functools.cache
def _hints(wanted: Any) -> dict[str, Any]:
    """The fields of a dataclass in order, with their types; resolving them costs more than decoding them."""
    resolved = typing.get_type_hints(wanted)
    return {field.name: resolved[field.name] for field in dataclasses.fields(wanted)}


def _decode_scalar(wanted: Any, document: Any, place: str) -> Any:
    if wanted is bool or wanted is int:
        if type(document) is wanted:
            return document
        raise DocumentError(place, f"{'true or false' if wanted is bool else 'a whole number'} is expected")
    if not isinstance(document, str):
        raise DocumentError(place, "a string is expected")
    if wanted is str:
        return document
    try:
        if issubclass(wanted, enum.Enum):
            return wanted(document)
        if wanted is Decimal:
            return parse_number(document)
        if wanted is bytes:
            return base64.b64decode(document, validate=True)
        if wanted is datetime:
            moment = datetime.fromisoformat(document)
            if moment.tzinfo is None:
                raise ValueError("a moment needs its offset from UTC")
            return moment
        if wanted is date:
            return date.fromisoformat(document)
    except (NumberError, ValueError, binascii.Error) as problem:
        raise DocumentError(place, f"{document[:40]!r} can't be read: {problem}") from problem
    raise DocumentError(place, f"{wanted.__name__} has no form in a document")
