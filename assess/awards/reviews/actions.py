"""Writing reviews of awards: opened when evidence fails that credentials were issued under, decided by two named people each.

Nothing happens to a credential by itself. Keeping it, suspending it and revoking it are all decisions with a reason, and its
holder is told of each.
"""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from assess.awards import actions as awards
from assess.awards.checks import Status
from assess.awards.errors import AwardError
from assess.awards.gate import CHECKS, GateCheck
from assess.awards.gathering import shared_by
from assess.awards.models import AwardReview, Credential, ReviewedAward, StatusChange
from assess.ledger import actions as ledger
from assess.ledger.canonical import canonical
from assess.schemes.models import SchemeVersion
from assess.validity.monitoring.queries import alarms_of

CHANGE = {ReviewedAward.Outcome.SUSPEND: awards.suspend, ReviewedAward.Outcome.REVOKE: awards.revoke}
TOLD = {
    ReviewedAward.Outcome.KEEP: "Your credential was looked at again and stands as it is.",
    ReviewedAward.Outcome.SUSPEND: "Your credential is suspended for the time being. You may appeal.",
    ReviewedAward.Outcome.REVOKE: "Your credential has been revoked. You may appeal.",
}
"""How a holder is told, before the reason."""


def open_reviews(*, scheme_version_id: uuid.UUID) -> list[AwardReview]:
    """Open a review for each check that fails by now and that credentials were issued under; asking again opens nothing twice.

    Returns
    -------
    list of AwardReview
        The reviews that were opened.
    """
    version = SchemeVersion.objects.select_for_update(of=("self",)).select_related("scheme").get(pk=scheme_version_id)
    standing = _standing(version)
    if not standing:
        return []
    shared = shared_by(version)
    found = [*shared.scheme.checks, *shared.window.checks]
    failing = [check for check in found if check.status is Status.FAIL and CHECKS[check.name].touches]
    return [review for check in failing if (review := _open(version, check, standing)) is not None]


def _standing(version: SchemeVersion) -> list[Credential]:
    """The credentials of a scheme version that nobody has revoked."""
    issued = Credential.objects.filter(decision__attempt__registration__scheme_version=version)
    revoked = StatusChange.objects.filter(kind=StatusChange.Kind.REVOKE, confirmed_by__isnull=False)
    return list(issued.exclude(pk__in=revoked.values("credential")).order_by("issued_at", "pk"))


def _open(version: SchemeVersion, check: GateCheck, standing: Sequence[Credential]) -> AwardReview | None:
    evidence = [{"kind": record.kind, "id": record.id} for record in check.evidence]
    touched = [one for one in standing if not _known(one, check.name, evidence)]
    if check.name == "drift":
        touched = _after(version.pk, touched)
    earlier = AwardReview.objects.filter(scheme_version=version, check_name=check.name)
    if not touched or earlier.filter(awards__decided_by=None).exists():
        return None
    review, made = AwardReview.objects.get_or_create(
        scheme_version=version,
        check_name=check.name,
        evidence_sha256=hashlib.sha256(canonical(evidence or [check.sentence])).hexdigest(),
        defaults={
            "level": check.level.value,
            "evidence": evidence,
            "sentence": check.sentence,
            "opened_at": timezone.now(),
        },
    )
    if not made:
        return None
    ledger.record_row(kind="award_review", row=review)
    for credential in touched:
        row = ReviewedAward.objects.create(review=review, credential=credential)
        ledger.record_row(kind="reviewed_award", row=row)
    return review


def _known(credential: Credential, name: str, evidence: Sequence[dict[str, str]]) -> bool:
    """Whether the credential was issued in sight of this very failing, by a waiver of its own."""
    held: list[dict[str, Any]] = [check for check in credential.gate["checks"] if check["name"] == name]
    return any(check["verdict"] == Status.WAIVED and check["evidence"] == evidence for check in held)


def _after(version_id: uuid.UUID, credentials: Sequence[Credential]) -> list[Credential]:
    """Those whose attempts were sealed since the earliest alarm that is open: what drifted did not touch the others."""
    since = min((alarm.since for alarm in alarms_of(version_id) if alarm.open), default=None)
    if since is None:
        return list(credentials)
    rows = Credential.objects.filter(pk__in=[one.pk for one in credentials])
    sealed: dict[uuid.UUID, datetime] = dict(rows.values_list("pk", "decision__score__seal__sealed_at"))
    return [one for one in credentials if sealed[one.pk] >= since]


def decide_reviewed(
    *, actor_id: uuid.UUID, reviewed_id: uuid.UUID, outcome: str, reason: str, notice: str = ""
) -> ReviewedAward:
    """Propose what becomes of a reviewed credential or, as a second person, agree to what was proposed.

    With the second name it happens: the credential is kept, suspended or revoked by the acts for that, and the holder is told.
    Whoever disagrees proposes something else, which waits for another name in turn.

    Parameters
    ----------
    notice
        What the holder is told besides the outcome; the reason where it is empty.

    Raises
    ------
    AwardError
        `outcome`, `reason`, `decided`; `own` where it is the actor's own; whatever suspending or revoking has against it.
    """
    if outcome not in ReviewedAward.Outcome.values:
        raise AwardError("outcome", "Say keep, suspend or revoke.")
    if not reason.strip():
        raise AwardError("reason", "Say why; the reason is kept.")
    row = ReviewedAward.objects.select_for_update(of=("self",)).select_related("credential").get(pk=reviewed_id)
    if row.decided_by_id is not None:
        raise AwardError("decided", "Two people have decided about this credential already.")
    if row.credential.holder_id == actor_id:
        raise AwardError("own", "Nobody decides about a credential of their own.")
    now = timezone.now()
    if row.proposed_by_id in (None, actor_id) or row.outcome != outcome:
        row.outcome, row.reason, row.notice = outcome, reason.strip(), notice.strip()
        row.proposed_by_id, row.proposed_at = actor_id, now
        row.save(update_fields=["outcome", "reason", "notice", "proposed_by", "proposed_at"])
        ledger.record_row(kind="reviewed_award", row=row)
        return row
    proposer = row.proposed_by_id
    row.decided_by_id, row.decided_at = actor_id, now
    row.notice = f"{TOLD[ReviewedAward.Outcome(outcome)]} {notice.strip() or row.notice or row.reason}"
    row.noticed_at = now
    row.save(update_fields=["decided_by", "decided_at", "notice", "noticed_at"])
    ledger.record_row(kind="reviewed_award", row=row)
    change = CHANGE.get(ReviewedAward.Outcome(outcome))
    if change is not None:
        for person in (proposer, actor_id):
            change(actor_id=person, credential_id=row.credential_id, reason=row.reason)
    return row
