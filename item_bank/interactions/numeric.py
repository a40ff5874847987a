"""A number, with or without its unit.

What the candidate typed is turned into a canonical decimal string and a unit code before it comes here (decimal
comma, unit aliases and conversion are the caller's room). The comparison is exact in decimals: an answer right on the
limit counts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from item_bank.interactions.contract import Interaction, ItemScore, ResponseError, only_fields, scored, unanswered
from item_bank.qti.content import Numeric

CANONICAL_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)
LONGEST_UNIT = 32


@dataclass(frozen=True, kw_only=True)
class NumericResponse:
    """`value` None means that the answer was cleared; `unit` None means that only the number was given."""

    value: Decimal | None
    unit: str | None = None


def present(content: Numeric, seed: bytes) -> dict[str, Any]:
    return {"unit": content.unit, "decimals": content.decimals_shown}


def read_response(content: Numeric, seed: bytes, payload: Mapping[str, Any]) -> NumericResponse:
    """Read `{"value": "32.2", "unit": "A" or null}`.

    Raises
    ------
    ResponseError
        `number_form` when the value is not a canonical decimal string, `unit_form` when the unit is not a short string.
    """
    only_fields(payload, "value", "unit")
    value, unit = payload["value"], payload["unit"]
    if unit is not None and not (isinstance(unit, str) and 0 < len(unit) <= LONGEST_UNIT):
        raise ResponseError("unit_form", 'unit has to be null or a unit code such as "A".')
    if value is None:
        return NumericResponse(value=None, unit=unit)
    if not isinstance(value, str) or not CANONICAL_NUMBER.fullmatch(value):
        raise ResponseError(
            "number_form", 'value has to be a plain decimal number in a string, such as "32.2" or "-4".'
        )
    return NumericResponse(value=Decimal(value), unit=unit)


def score(content: Numeric, response: NumericResponse) -> ItemScore:
    """Right when |value − key| ≤ tolerance and the unit, if given, is the key's."""
    if response.value is None:
        return unanswered(content)
    maximum = content.scoring.maximum
    unit_right = response.unit is None or response.unit == content.unit
    within = abs(response.value - content.key) <= content.tolerance
    named = [error.why for error in content.common_errors if abs(response.value - error.value) <= content.tolerance]
    return scored(
        maximum if within and unit_right else Decimal(0),
        maximum,
        value=str(response.value),
        unit=response.unit,
        within_tolerance=within,
        unit_right=unit_right,
        common_error=None if within or not named else named[0],
    )


NUMERIC = Interaction(present=present, read_response=read_response, score=score)
