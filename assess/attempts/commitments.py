"""The ledger commits to registrations, attempts, seals and scores. (Entries are covered by the chains that seals hold.)"""

from assess.attempts.models import Attempt, Registration, Score, Seal
from assess.ledger.registry import register_table

register_table("registration", Registration)
register_table("attempt", Attempt)
register_table("seal", Seal)
register_table("score", Score)
