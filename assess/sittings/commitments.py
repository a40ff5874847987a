"""The ledger commits to who held which role of whose attempt, and at which station."""

from assess.ledger.registry import register_table
from assess.sittings.models import Assignment

register_table("assignment", Assignment)
