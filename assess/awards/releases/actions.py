"""Writing release rules: a director proposes one, another person signs it, anybody of them withdraws it.

Opening a gate takes two people; shutting it again takes one.
"""

import uuid
from datetime import date, timedelta

from django.utils import timezone

from assess.awards.checks import Level
from assess.awards.errors import AwardError
from assess.awards.gate import CHECKS, LEVEL_OF
from assess.awards.models import ReleaseRule
from assess.ledger import actions as ledger
from assess.schemes.models import SchemeVersion

LONGEST = timedelta(days=366)
"""A rule lasts a year at most: until then the evidence is there, or people decide anew."""


def propose_release(
    *,
    actor_id: uuid.UUID,
    scheme_version_id: uuid.UUID,
    check: str,
    reason: str,
    expires_on: date,
    least_n: int = 0,
) -> ReleaseRule:
    """Propose to let a check of a scheme version stand while it has not enough evidence.

    Parameters
    ----------
    least_n
        The condition: the evidence rests on at least so many cases; 0 asks for none.
    expires_on
        The last day the rule counts; the pooled evidence is due then.

    Raises
    ------
    AwardError
        `no-such-check`, `not-releasable`, `reason`, `expiry`, `condition`, `proposed` where one waits for its second name.
    """
    version = SchemeVersion.objects.select_for_update().get(pk=scheme_version_id)
    _check_releasable(check, sample=version.sample)
    if not reason.strip():
        raise AwardError("reason", "A release rule needs a reason; it stands in the dossier.")
    now = timezone.now()
    if not now.date() < expires_on <= now.date() + LONGEST:
        raise AwardError("expiry", "Name the day the evidence is due: after today, and within a year.")
    if least_n < 0:
        raise AwardError("condition", "The condition is a number of cases, 12 say; leave it empty for none.")
    if least_n and not CHECKS[check].cases:
        raise AwardError("condition", f"{check} rests on no number of cases. Leave the condition out.")
    waiting = ReleaseRule.objects.filter(
        scheme_version=version, check_name=check, signed_by=None, withdrawn_by=None
    ).first()
    if waiting is not None:
        raise AwardError("proposed", f"A release of {check} was proposed already. Sign that one, or withdraw it.")
    rule = ReleaseRule.objects.create(
        scheme_version=version,
        check_name=check,
        least_n=least_n,
        reason=reason.strip(),
        proposed_by_id=actor_id,
        proposed_at=now,
        expires_on=expires_on,
    )
    ledger.record_row(kind="release", row=rule)
    return rule


def _check_releasable(check: str, *, sample: bool) -> None:
    known = CHECKS.get(check)
    if known is None:
        raise AwardError("no-such-check", f"There is no check {check[:60]!r}.")
    if known.released == "never":
        how = " Two people may waive it for one candidate." if known.waivable else ""
        kind = "one candidate" if LEVEL_OF[check] is Level.CANDIDATE else "what no rule can make up for"
        raise AwardError("not-releasable", f"{check} is about {kind} and can't be released.{how}")
    if known.released == "sample" and not sample:
        said = f"{check}: a scheme that awards real credentials can't be released from it. Record what is missing."
        raise AwardError("not-releasable", said)


def sign_release(*, actor_id: uuid.UUID, rule_id: uuid.UUID) -> ReleaseRule:
    """Put the second name under a release rule; from now on it counts.

    Raises
    ------
    AwardError
        `same-person`, `signed`, `withdrawn`, `expiry` where its last day has passed.
    """
    rule = ReleaseRule.objects.select_for_update().get(pk=rule_id)
    if rule.withdrawn_by_id is not None:
        raise AwardError("withdrawn", "This rule was withdrawn. Propose another.")
    if rule.signed_by_id is not None:
        raise AwardError("signed", "This rule has both its names already.")
    if rule.proposed_by_id == actor_id:
        raise AwardError("same-person", "A release rule takes two: another person than the one who proposed it signs.")
    if rule.expires_on < timezone.now().date():
        raise AwardError("expiry", "Its last day has passed. Withdraw it, and propose another.")
    rule.signed_by_id, rule.signed_at = actor_id, timezone.now()
    rule.save(update_fields=["signed_by", "signed_at"])
    ledger.record_row(kind="release", row=rule)
    return rule


def withdraw_release(*, actor_id: uuid.UUID, rule_id: uuid.UUID, reason: str) -> ReleaseRule:
    """End a release rule at once. What was issued under it stays as it is.

    Raises
    ------
    AwardError
        `withdrawn`, `reason`.
    """
    rule = ReleaseRule.objects.select_for_update().get(pk=rule_id)
    if rule.withdrawn_by_id is not None:
        raise AwardError("withdrawn", "This rule was withdrawn already.")
    if not reason.strip():
        raise AwardError("reason", "Say why it no longer holds; the reason is kept.")
    rule.withdrawn_by_id, rule.withdrawn_at, rule.withdrawn_because = actor_id, timezone.now(), reason.strip()
    rule.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
    ledger.record_row(kind="release", row=rule)
    return rule
