"""What the demonstration leaves undone, so that each of its visitors finds something that waits for them."""

import datetime

from django.utils import timezone

from assess import door
from assess.management.world.cast import Cast
from assess.management.world.day import Opened
from assess.management.world.meetings import hold_angoff
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion

DUTY = "policy_alignment"
SEEN = "Somebody stood beside the candidate at the bench and pointed at the drawing."
SAID = "That was my trainer. He came to bring my glasses and left at once."
FOUND = "The assessor saw it too, and the trainer was asked to leave. I would uphold it; a second person decides."


def leave_for_visitors(cast: Cast, version: SchemeVersion, today: Opened) -> None:
    """A duty that waits for a second name, a cut score that waits for its board, an incident that one person upheld."""
    _duty(cast, version)
    part = next(part for part in schemes.parts(version) if part.kind == "simulator")
    hold_angoff(cast, version, part)
    _incident(cast, today)


def _duty(cast: Cast, version: SchemeVersion) -> None:
    """The record that runs out soon is stated anew by the second director."""
    asked = {
        "scheme_version_id": version.pk,
        "duty": DUTY,
        "statement": "Made-up skills plan for clean energy, second edition, measure 4; six made-up employers asked for it.",
        "valid_until": timezone.now().date() + datetime.timedelta(days=730),
        "document_name": f"{DUTY} second edition.txt",
        "document": b"DEMONSTRATION: this document is made up and proves nothing.\n",
    }
    door.act(cast.acts_as(cast.second_director), "schemes.record_duty", **asked)


def _incident(cast: Cast, today: Opened) -> None:
    """An incident of today's sitting, with the candidate's words and one person's finding."""
    life = today.lives[-1]
    raised = {"attempt_id": life.attempt.pk, "kind": "integrity", "words": SEEN}
    incident = door.act(cast.acts_as(life.posts["proctor:1"]), "proctoring.raise_incident", **raised)
    door.act(cast.acts_as(life.account), "proctoring.reply_to_incident", incident_id=incident.pk, text=SAID)
    seen = {"incident_id": incident.pk, "finding": "upheld", "words": FOUND}
    door.act(cast.acts_as(cast.second_director), "proctoring.review_incident", **seen)
