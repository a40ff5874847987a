"""What the demonstration's scheme versions may not show yet, released by two made-up people with a reason and a last day."""

import datetime

from django.utils import timezone

from assess import door
from assess.awards.checks import Status
from assess.awards.gate import CHECKS
from assess.awards.gathering import shared_by
from assess.awards.models import ReleaseRule
from assess.management.world.cast import Cast
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.validity.studies import queries as studies

LASTS = datetime.timedelta(days=90)
PILOT = (
    "Pilot window of a demonstration: this evidence is still too little. Credentials of this window say what they are."
)
NEAR_CUT = "near-cut reviewed"


def release(cast: Cast, version: SchemeVersion) -> list[ReleaseRule]:
    """Release what has not enough evidence and may be released: the director proposes, an approver signs.

    Nothing that failed is released, and nothing about one candidate but an unknown error of measurement.
    """
    shared = shared_by(version)
    held = {rule.check for rule in shared.releases}
    lacking = [
        check
        for check in (*shared.scheme.checks, *shared.window.checks)
        if check.status is Status.NOT_ENOUGH_EVIDENCE and CHECKS[check.name].released != "never"
    ]
    names = [check.name for check in lacking]
    known = studies.errors_of_measurement(version.pk)
    if any(part.identifier not in known for part in schemes.parts(version)):
        names += [NEAR_CUT] if NEAR_CUT not in held else []
    expires_on = timezone.now().date() + LASTS
    rules: list[ReleaseRule] = door.act_on_all(
        cast.acts_as(cast.director),
        "awards.releases.propose_release",
        ({"scheme_version_id": version.pk, "check": name, "reason": PILOT, "expires_on": expires_on} for name in names),
    )
    signed: list[ReleaseRule] = door.act_on_all(
        cast.acts_as(cast.approvers[0]), "awards.releases.sign_release", ({"rule_id": rule.pk} for rule in rules)
    )
    return signed
