"""What is known of an assessor's training, as the gate, the dossier and pages take it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assess.psychometrics.results import Estimate


class State(StrEnum):
    """How it stands with an assessor's training today."""

    TRAINED = "trained"
    DUE_SOON = "trained, due soon"
    EXPIRED = "expired"
    RETRAIN = "to be trained again"
    NOT_YET = "not yet"
    WAITS = "waits for a trainer"
    MARKING = "marks exemplars"
    NONE = "not trained"


IN_FORCE = frozenset({State.TRAINED, State.DUE_SOON})
"""With one of these an assessor may rate."""


@dataclass(frozen=True, kw_only=True)
class AssessorTraining:
    """The training of one assessor.

    Attributes
    ----------
    trained_on, until
        From when to when it is in force; None when none ever was.
    agreement
        Share of the reference's marks given exactly, from the training that counts; None without one.
    coefficients
        Every coefficient that was looked at, by name, the one above included.
    trainer
        Who put it in force.
    calibrated_on
        The day of the last calibration hour before a sitting.
    record
        The training that counts.
    sentence
        The state in words, with what is to be done.
    """

    assessor: uuid.UUID
    name: str
    state: State
    trained_on: date | None
    until: date | None
    agreement: Estimate | None
    coefficients: Mapping[str, Estimate]
    trainer: str
    calibrated_on: date | None
    record: uuid.UUID | None
    simulated: bool
    sentence: str

    @property
    def in_force(self) -> bool:
        """Whether this assessor may rate today."""
        return self.state in IN_FORCE


@dataclass(frozen=True, kw_only=True)
class RaterTraining:
    """Everybody who is or was assigned as an assessor in a scheme version's sittings, by name."""

    assessors: tuple[AssessorTraining, ...]

    @property
    def lacking(self) -> tuple[AssessorTraining, ...]:
        """Those without a training in force."""
        return tuple(one for one in self.assessors if not one.in_force)

    @property
    def complete(self) -> bool:
        """Whether there are assessors and each has a training in force."""
        return bool(self.assessors) and not self.lacking

    @property
    def sentence(self) -> str:
        """How it stands with all of them."""
        if not self.assessors:
            return "No assessor is assigned to a sitting of this scheme yet."
        count = len(self.assessors)
        if not self.lacking:
            return f"All {count} assessors have a training in force."
        names = ", ".join(one.name for one in self.lacking[:5]) + ("…" if len(self.lacking) > 5 else "")
        return f"{len(self.lacking)} of {count} assessors have no training in force: {names}."
