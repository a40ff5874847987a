"""The ledger commits to a cut score when it is set and again when it is adopted."""

from assess.ledger.registry import register_table
from assess.validity.cut_scores.models import CutScore

register_table("cut", CutScore)
