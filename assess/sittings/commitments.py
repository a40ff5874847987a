"""The ledger commits to who held which role of whose attempt and where, and to what the instruments' readings rest on."""

from assess.ledger.registry import register_table
from assess.sittings.models import Assignment, Booking, Calibration, Instrument

register_table("assignment", Assignment)
register_table("instrument", Instrument)
register_table("calibration", Calibration)
register_table("booking", Booking)
