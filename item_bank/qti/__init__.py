"""QTI 3.0 items: what they are, how they are written, read, checked and redacted. Pure: no Django, no network."""

from item_bank.qti.build import build_item, content_hash
from item_bank.qti.content import ItemContent
from item_bank.qti.read import QTIError, read_item
from item_bank.qti.redact import redact
from item_bank.qti.validate import Problem, problems, validate_item

__all__ = [
    "ItemContent",
    "Problem",
    "QTIError",
    "build_item",
    "content_hash",
    "problems",
    "read_item",
    "redact",
    "validate_item",
]
