"""A table's row as the document that the ledger commits to: every column, so that no column can be changed unseen.

A row that lawfully changes (a cut score that is adopted, an attempt that is sealed) is recorded again with each change; the
latest leaf of a record is what its row must be.
"""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import models


def row_document(row: models.Model, *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Every column of a row as canonical JSON holds it, by column name.

    Parameters
    ----------
    without
        Columns that change without an act of their own and are watched elsewhere.
    """
    return {
        field.attname: _plain(getattr(row, field.attname), field)
        for field in row._meta.concrete_fields
        if field.attname not in without
    }


def _plain(value: Any, field: "models.Field[Any, Any]") -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal) and isinstance(field, models.DecimalField):
        return f"{value:.{field.decimal_places}f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, uuid.UUID):
        return str(value)
    return _json(value)


def _json(value: Any) -> Any:
    """JSON as a column holds it; a fraction (half a credit, say) stands as text, which canonical JSON can hold."""
    if isinstance(value, dict):
        return {str(key): _json(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_json(held) for held in value]
    if isinstance(value, float):
        return repr(value)
    return value
