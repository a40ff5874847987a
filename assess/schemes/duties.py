"""The duties before a scheme opens: what each is, what it protects, and how it stands; pure.

A duty is met by a signed record: one named person proposes it with its document, another signs it, and it holds until its last day.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class DutyState(StrEnum):
    """How a duty stands today."""

    MISSING = "missing"
    PROPOSED = "proposed"
    SIGNED = "signed"
    EXPIRED = "expired"


@dataclass(frozen=True)
class DutyMeaning:
    """What a duty is: its name, what it protects against, and which document is asked for."""

    name: str
    protects: str
    asks: str


DUTIES: dict[str, DutyMeaning] = {
    "right_to_award": DutyMeaning(
        "Right to award at this level",
        "a document that nobody was entitled to give, and that no authority recognises",
        "the decree, licence, charter or agreement that lets the awarding body award at this level",
    ),
    "policy_alignment": DutyMeaning(
        "Policy alignment",
        "a scheme that national policy, the institution's rules or employers do not want or do not know",
        "the policy it follows, with the decision that it does, and the need that employers or learners stated",
    ),
    "outcomes_unit": DutyMeaning(
        "Unit of learning outcomes it builds on",
        "outcomes that stand alone, fit no qualification and count towards nothing",
        "the unit, module or occupational standard whose outcomes these are, with the agreement of who owns it",
    ),
    "quality_basis": DutyMeaning(
        "Quality-assurance basis",
        "a credential that rests on nothing but its issuer's word",
        "the system of quality assurance, the body that checks it, and its latest report",
    ),
    "ownership": DutyMeaning(
        "Learner's ownership",
        "a credential that its holder can't keep, share or take away, or that tells more than they want",
        "how holders get, keep, share and hide it, and what happens to it when the awarding body ends",
    ),
    "impartiality": DutyMeaning(
        "Impartiality, and training kept apart",
        "a certification that trainers give to their own trainees",
        "the risks to impartiality with what is done about each, and how training and examining are separated",
    ),
    "automation": DutyMeaning(
        "Automation and AI",
        "decisions that a machine made, of which nobody knew",
        "the register of automated functions, how each was validated, who oversees it, and what candidates are told",
    ),
    "learning_event": DutyMeaning(
        "The learning event",
        "a certificate for learning that nobody offered",
        "the plan of the learning event, with the outcomes each part teaches",
    ),
}


@dataclass(frozen=True)
class Duty:
    """One duty of a scheme version, as it stands on a day.

    `record_id` is the record that gives the state: the latest signed one while it holds, else the latest proposal, else the
    latest that ended; `withdrawn` says why, where it was withdrawn before its last day. `waiting_id` is a later proposal that
    waits for its second name beside a record that holds. Names are people's.
    """

    code: str
    name: str
    protects: str
    asks: str
    state: DutyState
    record_id: uuid.UUID | None = None
    number: int = 0
    statement: str = ""
    document_name: str = ""
    document_sha256: str = ""
    document_bytes: int = 0
    proposed_by: str = ""
    proposed_at: datetime | None = None
    signed_by: str = ""
    signed_at: datetime | None = None
    valid_until: date | None = None
    simulated: bool = False
    withdrawn: str = ""
    waiting_id: uuid.UUID | None = None

    @property
    def met(self) -> bool:
        """Whether two people stand by it today."""
        return self.state is DutyState.SIGNED

    @property
    def names(self) -> tuple[str, ...]:
        """Who stands by it: the proposer and, once there is one, the signer."""
        return tuple(name for name in (self.proposed_by, self.signed_by) if name)

    @property
    def sentence(self) -> str:
        """How it stands, as a gate says it."""
        if self.state is DutyState.MISSING:
            return f"{self.name}: there is no record. Propose one with its document, and have another person sign it."
        if self.state is DutyState.PROPOSED:
            return f"{self.name}: {self.proposed_by} proposed record {self.number}; it waits for the name of a second person."
        if self.withdrawn:
            return f"{self.name}: record {self.number} was withdrawn ({self.withdrawn}). Propose a new one."
        if self.state is DutyState.EXPIRED:
            return f"{self.name}: record {self.number} held until {self.valid_until}. Propose a new one."
        return f"{self.name}: {self.proposed_by} and {self.signed_by} stand by record {self.number} until {self.valid_until}."


def missing(code: str) -> Duty:
    """A duty of which there is no record.

    >>> missing("ownership").state
    <DutyState.MISSING: 'missing'>
    """
    meaning = DUTIES[code]
    return Duty(code, meaning.name, meaning.protects, meaning.asks, DutyState.MISSING)
