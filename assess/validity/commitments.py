"""The ledger commits to studies and cut scores; to a cut score when it is set and again when it is adopted."""

from assess.ledger.registry import register_table
from assess.validity.models import CutScore, Study

register_table("study", Study)
register_table("cut", CutScore)
