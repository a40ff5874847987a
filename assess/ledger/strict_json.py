"""Reading JSON that somebody else may have written, where one document must mean one thing.

The standard reader keeps the last of two members with the same name, takes `NaN`, and turns `1e999` into infinity.
Two programs would then see two documents in the same bytes; here such text is refused with a reason.
"""

import json
import math


class StrictJSONError(ValueError):
    """Text that is not one unambiguous JSON document. `code` is stable, the message a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def read(data: bytes, *, largest: int) -> object:
    """The value of a UTF-8 JSON text of at most `largest` bytes.

    Raises
    ------
    StrictJSONError
        With code `too_large`, `encoding`, `syntax`, `depth`, `duplicate_name` or `number`.

    Examples
    --------
    >>> read(b'{"a": [1, 2.5]}', largest=100)
    {'a': [1, 2.5]}
    >>> read(b'{"a": 1, "a": 2}', largest=100)
    Traceback (most recent call last):
        ...
    assess.ledger.strict_json.StrictJSONError: The name 'a' stands twice in one object.
    """
    if len(data) > largest:
        raise StrictJSONError("too_large", f"The text has {len(data)} bytes; at most {largest} are read.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StrictJSONError("encoding", f"Byte {error.start} is not UTF-8.") from error
    try:
        value: object = json.loads(text, object_pairs_hook=_object, parse_float=_number, parse_constant=_constant)
    except StrictJSONError:
        raise
    except RecursionError as error:
        raise StrictJSONError("depth", "The text is nested too deep to be read.") from error
    except json.JSONDecodeError as error:
        raise StrictJSONError("syntax", f"The text is not JSON: {error.msg} at character {error.pos}.") from error
    except ValueError as error:  # an integer with thousands of digits
        raise StrictJSONError("number", "The text holds a number with too many digits.") from error
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made: dict[str, object] = {}
    for name, value in pairs:
        if name in made:
            raise StrictJSONError("duplicate_name", f"The name {name[:60]!r} stands twice in one object.")
        made[name] = value
    return made


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise StrictJSONError("number", f"The number {text[:40]} is too large.")
    return value


def _constant(text: str) -> float:
    raise StrictJSONError("number", f"{text} is not a JSON number.")
