"""The ledger commits to decisions, the names under them, waivers, release rules, awards with their gate, reviews and status."""

from assess.awards.models import (
    AwardReview,
    Credential,
    Decision,
    ReleaseRule,
    ReviewedAward,
    Signature,
    StatusChange,
    Waiver,
)
from assess.ledger.registry import register_erasure, register_table
from assess.people.queries import covered_by_erasures

register_table("decision", Decision)
register_table("signature", Signature)
register_table("waiver", Waiver)
register_table("release", ReleaseRule)
register_table("award", Credential)
register_erasure("award", covered_by_erasures(Credential, "holder_id"), recorded_again=True)
register_table("status", StatusChange)
register_table("award_review", AwardReview)
register_table("reviewed_award", ReviewedAward)
