"""The tables of every area, gathered where Django looks for them. A model is defined in its area's `models.py`."""

from assess.attempts.models import Attempt, Entry, Media, Quarantine, Registration, Score, Seal, Stream
from assess.awards.models import Credential, Decision, Signature, StatusChange, Waiver
from assess.ledger.models import Act, Change, Checkpoint, Leaf, Outbox
from assess.people.models import (
    Accommodation,
    Account,
    Certificate,
    Conflict,
    Holding,
    Organisation,
    RoleAssignment,
    SignInLink,
)
from assess.proctoring.models import Arrangement, Consent, Incident, Look, Review
from assess.schemes.models import (
    BlueprintVersion,
    ExternalCredential,
    Scheme,
    SchemeVersion,
    SimulationVersion,
    Stack,
)
from assess.sittings.models import Assignment, Instrument, Sitting, Station
from assess.validity.cut_scores.models import CutScore
from assess.validity.monitoring.models import Alarm, BasePeriod, ChartPoint, MonitoringLook
from assess.validity.raters.models import (
    BlindMarks,
    Exemplar,
    PanelSignature,
    Retraining,
    Training,
    TrainingSession,
)
from assess.validity.studies.models import Study, StudyRun

__all__ = [
    "Accommodation",
    "Account",
    "Act",
    "Alarm",
    "Arrangement",
    "Assignment",
    "Attempt",
    "BasePeriod",
    "BlindMarks",
    "BlueprintVersion",
    "Certificate",
    "Change",
    "ChartPoint",
    "Checkpoint",
    "Conflict",
    "Consent",
    "Credential",
    "CutScore",
    "Decision",
    "Entry",
    "Exemplar",
    "ExternalCredential",
    "Holding",
    "Incident",
    "Instrument",
    "Leaf",
    "Look",
    "Media",
    "MonitoringLook",
    "Organisation",
    "Outbox",
    "PanelSignature",
    "Quarantine",
    "Registration",
    "Retraining",
    "Review",
    "RoleAssignment",
    "Scheme",
    "SchemeVersion",
    "Score",
    "Seal",
    "SignInLink",
    "Signature",
    "SimulationVersion",
    "Sitting",
    "Stack",
    "Station",
    "StatusChange",
    "Stream",
    "Study",
    "StudyRun",
    "Training",
    "TrainingSession",
    "Waiver",
]
