"""The ledger commits to decisions, the names under them, waivers, awards and changes of their status."""

from assess.awards.models import Credential, Decision, Signature, StatusChange, Waiver
from assess.ledger.registry import register_table

register_table("decision", Decision)
register_table("signature", Signature)
register_table("waiver", Waiver)
register_table("award", Credential)
register_table("status", StatusChange)
