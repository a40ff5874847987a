"""The ledger commits to every act."""

from assess.ledger.models import Act
from assess.ledger.registry import register_table

register_table("act", Act)
