"""The ledger commits to who had whom erased, and on what ground. It names nobody: an erasure refers to people by identifier."""

from assess.ledger.registry import register_table
from assess.people.models import Erasure

register_table("erasure", Erasure)
