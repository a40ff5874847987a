"""The tables of every area, gathered where Django looks for them. A model is defined in its area's `models.py`."""

from assess.attempts.models import Attempt, Entry, Quarantine, Registration, Score, Seal, Stream
from assess.awards.models import Credential, Decision, Signature, StatusChange, Waiver
from assess.ledger.models import Act, Checkpoint, Leaf, Outbox
from assess.people.models import (
    Accommodation,
    Account,
    Certificate,
    Conflict,
    Holding,
    Organisation,
    RoleAssignment,
)
from assess.schemes.models import (
    BlueprintVersion,
    ExternalCredential,
    Scheme,
    SchemeVersion,
    SimulationVersion,
    Stack,
)
from assess.sittings.models import Assignment, Instrument, Sitting, Station
from assess.validity.models import CutScore, Study

__all__ = [
    "Accommodation",
    "Account",
    "Act",
    "Assignment",
    "Attempt",
    "BlueprintVersion",
    "Certificate",
    "Checkpoint",
    "Conflict",
    "Credential",
    "CutScore",
    "Decision",
    "Entry",
    "ExternalCredential",
    "Holding",
    "Instrument",
    "Leaf",
    "Organisation",
    "Outbox",
    "Quarantine",
    "Registration",
    "RoleAssignment",
    "Scheme",
    "SchemeVersion",
    "Score",
    "Seal",
    "Signature",
    "SimulationVersion",
    "Sitting",
    "Stack",
    "Station",
    "StatusChange",
    "Stream",
    "Study",
    "Waiver",
]
