"""Values of this room as canonical JSON holds them: decimals and fractions as text, dates in ISO form."""

from dataclasses import asdict, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any


def plain(value: Any) -> Any:
    """Dataclasses, enumerations, decimals and dates, at any depth.

    >>> plain({"cut": Decimal("60.00"), "parts": ("bench",)})
    {'cut': '60.00', 'parts': ['bench']}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [plain(held) for held in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal | float):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value
