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
    assigned
        Whether they are or were assigned as an assessor in one of the sittings.
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
    assigned: bool
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
    """Everybody who is or was assigned as an assessor in a scheme version's sittings or invited to its trainings, by name."""

    assessors: tuple[AssessorTraining, ...]

    @property
    def lacking(self) -> tuple[AssessorTraining, ...]:
        """Those who are assigned without a training in force."""
        return tuple(one for one in self.assessors if one.assigned and not one.in_force)

    @property
    def complete(self) -> bool:
        """Whether somebody has a training in force, and nobody is assigned without one."""
        return any(one.in_force for one in self.assessors) and not self.lacking

    @property
    def sentence(self) -> str:
        """How it stands with all of them."""
        ready = sum(one.in_force for one in self.assessors)
        if self.lacking:
            assigned = sum(one.assigned for one in self.assessors)
            names = ", ".join(one.name for one in self.lacking[:5]) + ("…" if len(self.lacking) > 5 else "")
            return f"{len(self.lacking)} of {assigned} assigned assessors have no training in force: {names}."
        if not ready:
            return "Nobody has a training of this scheme in force yet."
        return f"{ready} assessor{'' if ready == 1 else 's'} with a training in force; nobody is assigned without one."
