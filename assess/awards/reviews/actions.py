"""Writing reviews of awards: opened when evidence fails that credentials were issued under, decided by two named people each.

Nothing happens to a credential by itself. Keeping it, suspending it and revoking it are all decisions with a reason, and its
holder is told of each.
"""

import uuid

from django.utils import timezone

from assess.awards import actions as awards
from assess.awards.errors import AwardError
from assess.awards.models import AwardReview, ReviewedAward
from assess.awards.reviews.queries import Due, reviews_due
from assess.ledger import actions as ledger
from assess.schemes.models import SchemeVersion

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
    return [_open(version, due) for due in reviews_due(version)]


def _open(version: SchemeVersion, due: Due) -> AwardReview:
    review = AwardReview.objects.create(
        scheme_version=version,
        check_name=due.check.name,
        level=due.check.level.value,
        evidence=due.evidence,
        evidence_sha256=due.evidence_sha256,
        sentence=due.check.sentence,
        opened_at=timezone.now(),
    )
    ledger.record_row(kind="award_review", row=review)
    for credential in due.touched:
        row = ReviewedAward.objects.create(review=review, credential_id=credential)
        ledger.record_row(kind="reviewed_award", row=row)
    return review


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
