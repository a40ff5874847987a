"""The ledger commits to registrations, attempts, seals, scores, pictures, raw evidence and re-sits. (The chains that seals
hold cover the entries.)"""

from assess.attempts.models import Attempt, Evidence, Media, Registration, Resit, Score, Seal
from assess.ledger.registry import register_erasure, register_table
from assess.people.queries import covered_by_erasures

register_table("registration", Registration)
register_erasure("registration", covered_by_erasures(Registration, "candidate_id"), recorded_again=True)
register_table("attempt", Attempt)
register_table("seal", Seal)
register_table("score", Score)
register_table("media", Media)
register_table("evidence", Evidence)
register_table("resit", Resit)
