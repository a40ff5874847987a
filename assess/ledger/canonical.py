"""Canonical JSON: the one sequence of bytes that stands for a document wherever it is hashed.

RFC 8785 (JSON Canonicalization Scheme), restricted to what our own records hold: objects with ASCII keys, strings,
booleans, null, arrays, and integers a browser can hold exactly. Scores travel as decimal strings, so a float in a
record is a mistake and is refused. Within these limits the C encoder of the standard library writes exactly what
RFC 8785 asks for (ASCII keys sort alike as code points and as UTF-16 units), about ten times faster than a pure
Python implementation; a property test holds both equal.
"""

import hashlib
import json
from collections.abc import Mapping

SAFE_INTEGER = 2**53 - 1
"""The largest integer an IEEE 754 double, and so every JSON reader, holds exactly."""

DEEPEST = 100
"""Nesting beyond this is refused: no record of ours comes near it, and readers elsewhere overflow."""

_ENCODER = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)


class CanonicalError(ValueError):
    """A document that has no canonical form here. `code` is stable; the text is a sentence naming the place."""

    def __init__(self, code: str, place: str, sentence: str) -> None:
        super().__init__(f"At {place}: {sentence}")
        self.code = code
        self.place = place


def canonical(document: object) -> bytes:
    r"""Canonical UTF-8 bytes of a JSON document (RFC 8785).

    Parameters
    ----------
    document
        Objects (`dict`) with ASCII string keys, arrays (`list` or `tuple`), `str`, `bool`, `None` and `int` within
        ±(2^53 − 1), nested at most 100 deep.

    Raises
    ------
    CanonicalError
        With code `float`, `integer_range`, `key`, `surrogate`, `depth` or `type`, naming the place as a JSON path.

    Examples
    --------
    >>> canonical({"b": [1, True, None], "a": "€\n"}).decode()
    '{"a":"€\\n","b":[1,true,null]}'
    """
    if not _is_plain(document, 0):
        _check(document)
    text = _ENCODER.encode(document)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        _check(document)  # names the place
        raise


def digest(document: object) -> bytes:
    """SHA-256 of the canonical bytes: 32 bytes.

    >>> digest({}).hex()[:16]
    '44136fa355b3678a'
    """
    return hashlib.sha256(canonical(document)).digest()


def salted(document: object, salt: bytes) -> bytes:
    """Commitment to a document: SHA-256(salt ‖ canonical bytes), 32 bytes.

    A record's leaf holds this instead of a plain digest. With the salt erased nobody can test a guess against it,
    so erasing a person's record leaves the tree whole and says nothing about the person.

    Raises
    ------
    ValueError
        When the salt has fewer than 16 bytes: a shorter one could be searched.
    CanonicalError
        As `canonical`.

    >>> salted({}, bytes(16)).hex()[:16]
    '333b13ff02f57ae1'
    """
    if len(salt) < 16:
        raise ValueError(f"A salt has at least 16 random bytes; this one has {len(salt)}.")
    return hashlib.sha256(salt + canonical(document)).digest()


def _is_plain(value: object, depth: int) -> bool:
    """Whether all of a value is of the plain types and within the limits: true for every record that has no mistake, and quick
    to see. False says only that `_check` has to look. Texts are not looked at: encoding them tells."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return -SAFE_INTEGER <= value <= SAFE_INTEGER  # type: ignore[operator]
    if depth >= DEEPEST:
        return False
    if kind is dict:
        for key, held in value.items():  # type: ignore[attr-defined]
            if type(key) is not str or not key.isascii() or not (type(held) is str or _is_plain(held, depth + 1)):
                return False
        return True
    if kind is list or kind is tuple:
        return all(type(held) is str or _is_plain(held, depth + 1) for held in value)  # type: ignore[attr-defined]
    return False


def _check(document: object) -> None:
    # One flat walk; it keeps each value's parent chain so that the place is only spelled out when something is wrong.
    pending: list[tuple[object, tuple[object, ...] | None, int]] = [(document, None, 0)]
    while pending:
        value, place, depth = pending.pop()
        kind = type(value)
        if kind is str or kind is bool or value is None:
            if kind is str and not _encodable(value):  # type: ignore[arg-type]
                raise CanonicalError(
                    "surrogate", _spell(place), "a string holds half of a surrogate pair and is not text."
                )
        elif isinstance(value, bool | str):
            pending.append((str.__str__(value) if isinstance(value, str) else bool(value), place, depth))
        elif isinstance(value, int):
            if not -SAFE_INTEGER <= value <= SAFE_INTEGER:
                raise CanonicalError(
                    "integer_range", _spell(place), f"{value} is beyond ±(2^53 − 1); write it as a string."
                )
        elif isinstance(value, float):
            raise CanonicalError("float", _spell(place), f"{value!r} is a binary fraction; write decimals as strings.")
        elif depth >= DEEPEST:
            raise CanonicalError("depth", _spell(place), f"the document is nested more than {DEEPEST} deep.")
        elif isinstance(value, dict):
            _check_keys(value, place)
            pending.extend((held, (place, key), depth + 1) for key, held in value.items())
        elif isinstance(value, list | tuple):
            pending.extend((held, (place, index), depth + 1) for index, held in enumerate(value))
        else:
            raise CanonicalError(
                "type", _spell(place), f"{kind.__name__} is not a JSON value; turn it into a string first."
            )


def _check_keys(value: Mapping[object, object], place: tuple[object, ...] | None) -> None:
    for key in value:
        if not isinstance(key, str) or not key.isascii():
            raise CanonicalError("key", _spell(place), f"the name {key!r} is not an ASCII string; rename the member.")


def _encodable(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _spell(place: tuple[object, ...] | None) -> str:
    steps: list[str] = []
    while place is not None:
        parent, step = place
        steps.append(f"[{step}]" if isinstance(step, int) else f".{step}")
        place = parent  # type: ignore[assignment]
    return "$" + "".join(reversed(steps))
