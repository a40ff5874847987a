"""What the demonstration's scheme versions may not show yet, released by two made-up people with a reason and a last day."""

import datetime

from django.utils import timezone

from assess import door
from assess.attempts.models import Score
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
REASONS = {
    "job-task link": "What is not covered is taught and not assessed yet; the next version of the scheme adds it (made up).",
    "content validation": "The experts ask for clearer words, not for other content; the next version has them (made up).",
    "item evidence": "Each candidate takes a part of the bank; items are judged when three windows are pooled (made up).",
    "decision consistency": "The estimate lies at its threshold; the pooled study of three windows decides (made up).",
    "differential item functioning": "Groups are still too small for a verdict; they are compared over three windows (made up).",
}
ON_DEMAND = 12
"""A window of fewer candidates is not released by these rules, where there are so many at all."""
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
    scored = Score.objects.filter(attempt__registration__scheme_version=version).values("attempt").distinct().count()
    rules: list[ReleaseRule] = door.act_on_all(
        cast.acts_as(cast.director),
        "awards.releases.propose_release",
        (
            {
                "scheme_version_id": version.pk,
                "check": name,
                "reason": REASONS.get(name, PILOT),
                "expires_on": expires_on,
                "least_n": ON_DEMAND if CHECKS[name].cases == "candidates" and scored >= ON_DEMAND else 0,
            }
            for name in names
        ),
    )
    signed: list[ReleaseRule] = door.act_on_all(
        cast.acts_as(cast.approvers[0]), "awards.releases.sign_release", ({"rule_id": rule.pk} for rule in rules)
    )
    return signed
