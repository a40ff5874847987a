"""The duties before a scheme opens, as the made-up centre records them: each with a document, by two names."""

import datetime

from django.utils import timezone

from assess import door
from assess.management.world.cast import Cast
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion

LASTS = datetime.timedelta(days=730)
SOONEST = datetime.timedelta(days=75)
"""One record of a scheme runs out soon, so that the director's desk has something that ages."""
STATEMENTS = {
    "right_to_award": "Made-up decree 12 of the made-up ministry: the centre may award at {level}.",
    "policy_alignment": "Made-up skills plan for clean energy, measure 3; five made-up employers asked for {title}.",
    "outcomes_unit": "Made-up occupational standard for electrification, unit {code}; its owner agreed in writing.",
    "quality_basis": "Made-up internal procedure along EQAVET, checked every two years by a made-up chamber; its last report sets "
    "no conditions.",
    "ownership": "Holders keep the signed file, share it by a link that they can close, and take it to any wallet; status lists "
    "are kept ten years after the centre ends.",
    "impartiality": "Register of risks to impartiality with a measure for each; no trainer examines or decides in {code}.",
    "automation": "Register of automated functions of {code}: none decides alone, and candidates are told before they begin.",
    "learning_event": "Plan of the blended course behind {code}, unit by unit, with the outcomes each teaches.",
}


def record_duties(cast: Cast, version: SchemeVersion) -> None:
    """Propose every duty of a scheme version as the director, and sign each as the first approver."""
    scheme = schemes.definition_of(version)
    today = timezone.now().date()
    words = {"code": scheme.identifier, "title": scheme.title, "level": f"EQF level {scheme.eqf_level}"}
    asked = []
    for place, duty in enumerate(schemes.duties_of(version.pk)):
        statement = STATEMENTS[duty.code].format(**words)
        asked.append(
            {
                "scheme_version_id": version.pk,
                "duty": duty.code,
                "statement": statement,
                "valid_until": today + (SOONEST if duty.code == "policy_alignment" else LASTS + place * SOONEST),
                "document_name": f"{duty.code} {scheme.identifier}.txt",
                "document": _document(duty.name, scheme.title, statement),
            }
        )
    made = door.act_on_all(cast.acts_as(cast.director), "schemes.record_duty", asked)
    signed = ({"record_id": one.pk, "comment": "Read beside its (made-up) source."} for one in made)
    door.act_on_all(cast.acts_as(cast.approvers[0]), "schemes.sign_duty", signed)


def _document(name: str, title: str, statement: str) -> bytes:
    return f"DEMONSTRATION: this document is made up and proves nothing.\n\n{name}\n{title}\n\n{statement}\n".encode()
