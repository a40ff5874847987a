"""The ledger commits to studies."""

from assess.ledger.registry import register_table
from assess.validity.studies.models import Study

register_table("study", Study)
