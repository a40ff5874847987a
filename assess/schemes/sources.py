"""Reads one YAML file the strict way: no tags that build objects, no duplicate keys, no floats.

A number with a point becomes the `Decimal` its author wrote; `1.0` and `1` stay apart, since the digits declare a
precision.
"""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from assess.schemes.errors import SchemeError

LARGEST_FILE = 4_000_000

# libyaml reads the five files ten times as fast; without it the result is the same.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_Base):  # type: ignore[misc]
    """SafeLoader that refuses a key given twice and keeps decimals exact."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = key_node.value
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice in one mapping; keep one", key_node.start_mark
                )
            seen.add(key)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


def _decimal(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal:
    text = str(loader.construct_scalar(node)).replace("_", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise yaml.constructor.ConstructorError(
            None, None, f"{text!r} is not a finite number; write plain digits", node.start_mark
        )
    return number


_StrictLoader.add_constructor("tag:yaml.org,2002:float", _decimal)


@lru_cache(maxsize=8)
def _parsed(text: str) -> Any:
    # The loader derives from SafeLoader: it builds texts, numbers, lists and mappings only.
    return yaml.load(text, Loader=_StrictLoader)


def read_yaml(path: Path) -> Any:
    """Read one file; of a file that stays as it is the same object is given again, so nobody changes it.

    Raises
    ------
    SchemeError
        Code `unreadable`: the file is missing, too large, not UTF-8 or not YAML; the sentence names file, line and
        remedy.
    """
    try:
        return parse_yaml(_read_text(path), path.name)
    except OSError as error:
        raise SchemeError(
            "unreadable", f"{path.name} cannot be read ({error.strerror}); put it into the folder."
        ) from error
    except UnicodeDecodeError as error:
        raise SchemeError("unreadable", f"{path.name} is not UTF-8 at byte {error.start}; save it as UTF-8.") from error


def parse_yaml(text: str, name: str) -> Any:
    """The same of a text that was handed in; `name` is what a sentence calls it."""
    try:
        return _parsed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
        raise SchemeError("unreadable", f"{name}{where}: {error.problem}.") from error
    except (yaml.YAMLError, RecursionError, TypeError, ValueError) as error:
        raise SchemeError("unreadable", f"{name} is not readable YAML ({error}); correct it.") from error


def _read_text(path: Path) -> str:
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise SchemeError("unreadable", f"{path.name} has {size} bytes, more than {LARGEST_FILE}; split the content.")
    return path.read_bytes().decode("utf-8")
