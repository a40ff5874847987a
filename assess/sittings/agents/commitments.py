"""The ledger commits to which key spoke for which station, who revoked it, and which plan a station was given."""

from assess.ledger.registry import register_table
from assess.sittings.agents.models import BenchPlan, StationKey

register_table("station_key", StationKey)
register_table("bench_plan", BenchPlan)
