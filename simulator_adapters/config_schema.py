"""The small part of JSON Schema in which an adapter says what `connect` takes, and the check of a configuration against it.

A manifest's schema is an object of strings, numbers, truth values, objects and lists of them, with the keywords below and no
other. A keyword that nobody checks would be a promise that nobody keeps, so a schema that uses one is refused.

>>> schema = {"type": "object", "required": ["port"], "additionalProperties": False,
...           "properties": {"port": {"type": "integer", "minimum": 1, "maximum": 65535}}}
>>> schema_problem(schema), config_problem(schema, {"port": 5025})
(None, None)
>>> config_problem(schema, {"port": 0})
'port: 0 is less than 1.'

Source: JSON Schema, draft 2020-12, validation vocabulary.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, Mapping),
    "array": lambda value: isinstance(value, list | tuple),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
}
_WORDS = {"title", "description", "default", "examples"}
_KEYWORDS = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems", "maxItems"},
    "string": {"minLength", "maxLength", "pattern", "enum"},
    "integer": {"minimum", "maximum", "enum"},
    "number": {"minimum", "maximum"},
    "boolean": set(),
}


def schema_problem(schema: Any, place: str = "config") -> str | None:
    """What is wrong with a schema, as a sentence; None when nothing is."""
    if not isinstance(schema, Mapping) or schema.get("type") not in _TYPES:
        return f"{place}: its type is one of {', '.join(_TYPES)}."
    strange = sorted(set(schema) - {"type"} - _WORDS - _KEYWORDS[schema["type"]])
    if strange:
        return f"{place}: nobody checks {strange[0]!r} of a {schema['type']}; use {_known(schema['type'])}."
    if schema["type"] == "object" and "properties" in schema:
        properties = schema["properties"]
        if schema.get("additionalProperties") is not False:
            return f'{place}: write "additionalProperties": false, so that a slip of the pen is refused.'
        missing = [name for name in schema.get("required", ()) if name not in properties]
        if missing:
            return f"{place}: {missing[0]!r} is required and described nowhere."
        inner = (schema_problem(one, f"{place}.{name}") for name, one in properties.items())
        return next((problem for problem in inner if problem), None)
    if schema["type"] == "array" and "items" in schema:
        return schema_problem(schema["items"], f"{place}[]")
    return None


def _known(kind: str) -> str:
    return ", ".join(sorted(_KEYWORDS[kind])) or "nothing more"


def config_problem(schema: Mapping[str, Any], config: Any, place: str = "") -> str | None:
    """What is wrong with a configuration, as a sentence that names the field; None when it fits.

    Parameters
    ----------
    schema
        One of which `schema_problem` says nothing.
    """
    named = place or "the configuration"
    if not _TYPES[schema["type"]](config):
        return f"{named}: {config!r:.40} is no {schema['type']}."
    if schema["type"] == "object":
        return _object_problem(schema, config, place)
    if schema["type"] == "array":
        if not schema.get("minItems", 0) <= len(config) <= schema.get("maxItems", len(config)):
            return f"{named}: {len(config)} entries are too few or too many."
        inner = (
            config_problem(schema["items"], one, f"{named}[{number}]")
            for number, one in enumerate(config)
            if "items" in schema
        )
        return next((problem for problem in inner if problem), None)
    return _value_problem(schema, config, named)


def _object_problem(schema: Mapping[str, Any], config: Mapping[str, Any], place: str) -> str | None:
    prefix = f"{place}." if place else ""
    for name in schema.get("required", ()):
        if name not in config:
            return f"{prefix}{name} is missing."
    if "properties" not in schema:
        return None
    for name, value in config.items():
        if name not in schema["properties"]:
            return f"{prefix}{name} is unknown; known are {', '.join(schema['properties'])}."
        if problem := config_problem(schema["properties"][name], value, f"{prefix}{name}"):
            return problem
    return None


def _value_problem(schema: Mapping[str, Any], value: Any, named: str) -> str | None:
    problem = None
    if "enum" in schema and value not in schema["enum"]:
        problem = f"{value!r:.40} is none of {', '.join(map(str, schema['enum']))}."
    elif "minimum" in schema and value < schema["minimum"]:
        problem = f"{value} is less than {schema['minimum']}."
    elif "maximum" in schema and value > schema["maximum"]:
        problem = f"{value} is more than {schema['maximum']}."
    elif isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            problem = f"it has fewer than {schema['minLength']} characters."
        elif len(value) > schema.get("maxLength", len(value)):
            problem = f"it has more than {schema['maxLength']} characters."
        elif "pattern" in schema and re.search(schema["pattern"], value) is None:
            problem = f"{value!r:.40} does not fit {schema['pattern']}."
    return None if problem is None else f"{named}: {problem}"
