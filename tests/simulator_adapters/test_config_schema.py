"""What a manifest may promise about its configuration, and the check of it."""

import doctest
from typing import Any

import pytest

from simulator_adapters import config_schema
from simulator_adapters.config_schema import config_problem, schema_problem
from simulator_adapters.registry import adapter, adapter_ids

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["host", "port"],
    "additionalProperties": False,
    "properties": {
        "host": {"type": "string", "minLength": 1, "maxLength": 20, "pattern": "^[a-z0-9.]+$"},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "range": {"type": "string", "enum": ["40 A", "400 A"]},
        "coils": {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 1, "maxItems": 2},
        "wait": {"type": "boolean"},
    },
}
GOOD = {"host": "bench6", "port": 5025, "range": "40 A", "coils": [0, 1.5], "wait": True}


@pytest.mark.parametrize("name", adapter_ids())
def test_every_schema_of_ours_uses_only_what_is_checked(name: str) -> None:
    assert schema_problem(adapter(name).manifest.config_schema) is None


def test_what_fits_fits() -> None:
    assert (schema_problem(SCHEMA), config_problem(SCHEMA, GOOD)) == (None, None)
    assert doctest.testmod(config_schema).failed == 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"port": 0}, "port: 0 is less than 1."),
        ({"port": 65536}, "port: 65536 is more than 65535."),
        ({"port": True}, "port: True is no integer."),
        ({"port": "502"}, "port: '502' is no integer."),
        ({"host": ""}, "host: it has fewer than 1 characters."),
        ({"host": "a" * 21}, "host: it has more than 20 characters."),
        ({"host": "a b"}, "host: 'a b' does not fit ^[a-z0-9.]+$."),
        ({"range": "4 A"}, "range: '4 A' is none of 40 A, 400 A."),
        ({"coils": []}, "coils: 0 entries are too few or too many."),
        ({"coils": [1, -1]}, "coils[1]: -1 is less than 0."),
        ({"serail": "7"}, "serail is unknown; known are host, port, range, coils, wait."),
    ],
)
def test_what_does_not_fit_names_its_field(changed: dict[str, Any], said: str) -> None:
    assert config_problem(SCHEMA, {**GOOD, **changed}) == said


def test_a_missing_field_and_no_object_are_named() -> None:
    assert config_problem(SCHEMA, {"host": "bench6"}) == "port is missing."
    assert config_problem(SCHEMA, [1]) == "the configuration: [1] is no object."


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ([], "config: its type is one of object"),
        ({"type": "text"}, "config: its type is one of object"),
        ({"type": "object", "properties": {}}, 'config: write "additionalProperties": false'),
        ({**SCHEMA, "required": ["serial"]}, "config: 'serial' is required and described nowhere."),
        ({**SCHEMA, "properties": {**SCHEMA["properties"], "on": {"type": "boolean", "const": True}}}, "config.on: nobody"),
        ({**SCHEMA, "properties": {**SCHEMA["properties"], "x": {"type": "array", "items": 1}}}, "config.x[]: its type"),
    ],
)  # fmt: skip
def test_a_promise_that_nobody_checks_is_refused(schema: Any, said: str) -> None:
    assert str(schema_problem(schema)).startswith(said)
