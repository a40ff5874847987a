"""The tables of every area, gathered where Django looks for them. A model is defined in its area's `models.py`."""
from assess.people.models import Account
from assess.schemes.models import (
    BlueprintVersion,
    ExternalCredential,
    Scheme,
    SchemeVersion,
    SimulationVersion,
    Stack,
)

__all__ = [
    "Account",
    "BlueprintVersion",
    "ExternalCredential",
    "Scheme",
    "SchemeVersion",
    "SimulationVersion",
    "Stack",
]
