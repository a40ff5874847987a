"""The ledger commits to what each computation of a case's key came to."""

from assess.ledger.registry import register_table
from assess.schemes.computations.models import CaseComputation

register_table("case_computation", CaseComputation)
