"""Writing decisions, signatures, waivers, credentials and their status.

A decision is what the rule makes of a score; it counts for nobody until two people have put their names to it,
whichever way it goes.
"""

import secrets
import uuid
from datetime import date
from typing import Any

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from assess.attempts.models import Attempt
from assess.awards import award_gathering, builders, decision_gathering, gathering
from assess.awards import decision as rules
from assess.awards.candidate_checks import APPROVALS, NEAR_CUT
from assess.awards.errors import AwardError as AwardError  # the error of these actions
from assess.awards.gate import CHECKS
from assess.awards.gate_record import gate_document
from assess.awards.models import Credential, Decision, Signature, StatusChange, Waiver
from assess.awards.plain import plain
from assess.awards.status_list import free_index
from assess.awards.waiver_gathering import waivers_of
from assess.awards.waivers import objection
from assess.ledger import actions as ledger
from assess.ledger.canonical import digest
from assess.ledger.keys import signing_key
from assess.people import actions as holders
from assess.people import queries as people
from assess.people.models import Holding
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings import queries as sittings
from assess.validity.studies import queries as studies

_log = structlog.get_logger(__name__)
STANDING = {
    StatusChange.Kind.REVOKE: Holding.State.REVOKED,
    StatusChange.Kind.SUSPEND: Holding.State.SUSPENDED,
    StatusChange.Kind.REINSTATE: Holding.State.ACTIVE,
}


def decide(*, attempt_id: uuid.UUID) -> Decision:
    """Apply the scheme's rule to an attempt's latest score. The same score under the same cut scores is decided
    once."""
    attempt = (
        Attempt.objects.select_for_update(of=("self",))
        .select_related("registration__scheme_version", "registration__candidate")
        .get(pk=attempt_id)
    )
    score = attempt.scores.select_related("seal").order_by("-number").first()
    if score is None:
        raise AwardError("not-scored", "The attempt has no score yet. Score it first.")
    if attempt.state != Attempt.State.SEALED:
        raise AwardError("open-again", "The attempt is open: a work of it is sat again. Seal it, then decide.")
    version = attempt.registration.scheme_version
    scheme = schemes.definition_of(version)
    found = rules.decide(
        rule=decision_gathering.rule_of(scheme),
        scores=decision_gathering.part_scores(score.document, studies.errors_of_measurement(version.pk)),
        cuts=decision_gathering.adopted_cuts(version.pk),
        must_pass=decision_gathering.must_pass_of(scheme, score.document),
    )
    document = _document(score.digest, found)
    value = digest(document)
    last = attempt.decisions.order_by("-number").first()
    if last is not None and bytes(last.digest) == value:
        return last
    outcome = "undecidable" if isinstance(found, rules.Undecidable) else "passed" if found.passed else "not passed"
    row = Decision.objects.create(
        attempt=attempt,
        score=score,
        number=1 if last is None else last.number + 1,
        outcome=outcome,
        document=document,
        digest=value,
        decided_at=timezone.now(),
    )
    ledger.record_row(kind="decision", row=row)
    return row


def review_near_cut(*, actor_id: uuid.UUID, decision_id: uuid.UUID, part: str, comment: str) -> Signature:
    """Put one's name to having looked at a result within one standard error of its cut. Whoever marked it has looked already."""
    row = Decision.objects.select_related("attempt__registration").get(pk=decision_id)
    if part not in row.document.get("near_cut", []):
        raise AwardError("not-near", f"{part} of this attempt is not near its cut.")
    if not comment.strip():
        raise AwardError("comment", "Say what you looked at and what you found.")
    _check_last(row)
    _check_apart(actor_id, row.attempt, "does not review the result")
    signature, made = Signature.objects.get_or_create(
        decision=row,
        person_id=actor_id,
        purpose="review",
        part=part,
        defaults={"comment": comment, "at": timezone.now()},
    )
    if made:
        ledger.record_row(kind="signature", row=signature)
    return signature


def approve(*, actor_id: uuid.UUID, decision_id: uuid.UUID, comment: str = "") -> Signature:
    """Put one's name to a decision, passed or not. Neither assessor nor trainer of the candidate may.

    Raises
    ------
    AwardError
        `undecidable`, `superseded`; `near-cut` before a person has looked at each part near its cut, or two waived that look;
        `assessor` and `conflict` for who is not apart from the candidate.
    """
    row = Decision.objects.select_related("attempt__registration").get(pk=decision_id)
    if row.outcome == "undecidable":
        raise AwardError("undecidable", " ".join(row.document["reasons"]))
    _check_last(row)
    _check_looked_at(row)
    _check_apart(actor_id, row.attempt, "does not approve the decision")
    signature, made = Signature.objects.get_or_create(
        decision=row,
        person_id=actor_id,
        purpose="approval",
        part="",
        defaults={"comment": comment, "at": timezone.now()},
    )
    if made:
        ledger.record_row(kind="signature", row=signature)
    return signature


def waive(
    *,
    actor_id: uuid.UUID,
    attempt_id: uuid.UUID,
    check: str,
    reason: str,
    expires_on: date,
) -> Waiver:
    """Propose to set one check of one candidate aside, or as a second person agree to what was proposed.

    Raises
    ------
    AwardError
        `no-such-check`, `not-waivable`, `reason`, `expiry`; `assessor` and `conflict` for who is not apart from the candidate.
    """
    known = CHECKS.get(check)
    if known is None:
        raise AwardError("no-such-check", f"There is no check {check[:60]!r}. The checks are: {', '.join(CHECKS)}.")
    if not known.waivable:
        raise AwardError("not-waivable", f"{check}: it protects against {known.protects_against} and can't be waived.")
    if not reason.strip():
        raise AwardError("reason", "A waiver needs a reason; it stands in the dossier.")
    today = timezone.now().date()
    if expires_on < today:
        raise AwardError("expiry", "A waiver expires on a day to come.")
    attempt = Attempt.objects.select_for_update(of=("self",)).select_related("registration").get(pk=attempt_id)
    _check_apart(actor_id, attempt, "sets no check of theirs aside")
    about = Waiver.objects.filter(attempt=attempt, check_name=check, expires_on=expires_on, second=None)
    waiver = about.exclude(first_id=actor_id).first()
    if waiver is not None:
        waiver.second_id = actor_id
        waiver.save(update_fields=["second"])
    else:
        waiver, _ = about.get_or_create(
            first_id=actor_id,
            defaults={
                "scheme_version_id": attempt.registration.scheme_version_id,
                "attempt": attempt,
                "check_name": check,
                "expires_on": expires_on,
                "reason": reason,
                "granted_on": today,
            },
        )
    ledger.record_row(kind="waiver", row=waiver)
    return waiver


def _check_last(row: Decision) -> None:
    if row.attempt.decisions.filter(number__gt=row.number).exists():
        raise AwardError("superseded", "There is a later decision on this attempt. Look at that one.")


def _check_looked_at(row: Decision) -> None:
    """Two names make a result final, whichever way it went: a person looks first where measurement error alone may decide."""
    reviewed = set(row.signatures.filter(purpose="review").values_list("part", flat=True))
    waiting = [part for part in row.document.get("near_cut", []) if part not in reviewed]
    today = timezone.now().date()
    waived = any(one.check == NEAR_CUT and not objection(one, today) for one in waivers_of(row.attempt))
    if waiting and not waived:
        said = f"Within one standard error of the cut and not looked at yet: {', '.join(waiting)}. That comes before names."
        raise AwardError("near-cut", said)


def _check_apart(person_id: uuid.UUID, attempt: Attempt, may_not: str) -> None:
    """Refuse who assessed the candidate, is related to them, or is the candidate."""
    candidate = attempt.registration.candidate_id
    if person_id in sittings.holders(attempt.sitting_id, candidate):
        raise AwardError("assessor", f"Who assessed this candidate {may_not}.")
    if people.has_conflict(person_id, candidate) or person_id == candidate:
        raise AwardError("conflict", f"Who declared a relation to this candidate {may_not}.")


def issue(*, decision_id: uuid.UUID) -> Credential:
    """Issue the credential of a passed decision that two people approved and for which the gate is open.

    Raises
    ------
    AwardError
        `not-passed`, `approvals`, `stale`; `superseded` where the attempt was scored or decided again since; `issued` where it has
        a credential from another decision; or `gate` with every check that keeps it shut.
    """
    row = _to_issue().get(pk=decision_id)
    existing = Credential.objects.filter(decision=row).first()
    return existing or _issue(row, gathering.shared_by(row.attempt.registration.scheme_version))


def issue_all(*, scheme_version_id: uuid.UUID) -> list[Credential]:
    """Issue every credential of a scheme version that is ready: passed, approved by two, the gate open.

    The others stay as they are; what keeps one back stands on the page of its decision. Scheme and window are looked at once.
    """
    version = SchemeVersion.objects.select_related("scheme").get(pk=scheme_version_id)
    passed = _to_issue().filter(
        attempt__registration__scheme_version=version, outcome="passed", credential__isnull=True
    )
    shared = gathering.shared_by(version)
    made = []
    for row in passed.order_by("decided_at", "pk"):
        try:
            made.append(_issue(row, shared))
        except AwardError as refused:
            _log.info("not issued", decision=str(row.pk), code=refused.code)
    return made


def _to_issue() -> QuerySet[Decision]:
    return Decision.objects.select_for_update(of=("self",)).select_related(
        "attempt__registration__candidate", "attempt__registration__scheme_version__scheme", "score__seal"
    )


def _issue(row: Decision, shared: gathering.Shared) -> Credential:
    if row.outcome != "passed":
        raise AwardError("not-passed", f"The decision is: {row.outcome}.")
    names = row.signatures.filter(purpose="approval").count()
    if names < APPROVALS:
        raise AwardError("approvals", f"{names} of {APPROVALS} people have approved the decision.")
    _check_latest(row)
    now = timezone.now()
    found = _decision_of(row)
    shown = gathering.gate_of(row, shared)
    if not shown.open:
        reasons = [check.sentence for check in shown.checks if not check.clear]
        raise AwardError("gate", f"The gate is shut: {' '.join(reasons)}")
    demonstration = row.attempt.registration.candidate.simulated
    key = signing_key(settings.KEYS_DIR, "demonstration" if demonstration else "credential")
    credential_id = uuid.uuid4()
    index = free_index(set(Credential.objects.values_list("status_index", flat=True)))
    told = award_gathering.facts_of_award(
        row, found, key=key, credential_id=credential_id, status_index=index, salt=secrets.token_bytes(16), now=now
    )
    document = builders.issue(told, key=key, created=now)
    credential = Credential.objects.create(
        id=credential_id,
        decision=row,
        holder=row.attempt.registration.candidate,
        document=document,
        digest=digest(plain(document)),
        gate=gate_document(shown, now.date()),
        status_index=index,
        sample=told.sample,
        demonstration=told.demonstration,
        issued_at=now,
        valid_until=told.valid_until,
    )
    ledger.record_row(kind="award", row=credential)
    holders.record_holding(
        credential_id=credential.pk,
        holder_id=credential.holder_id,
        scheme=row.attempt.registration.scheme_version.scheme.code,
        awarded_on=now.date(),
        expires_on=told.valid_until.date(),
    )
    return credential


def _check_latest(row: Decision) -> None:
    """Refuse a decision that a later score or decision has taken the place of, and a second credential of one attempt."""
    attempt = row.attempt
    _check_last(row)
    if attempt.scores.filter(number__gt=row.score.number).exists():
        raise AwardError("superseded", "The attempt was scored again since this decision. Decide again.")
    if Credential.objects.filter(decision__attempt=attempt).exists():
        raise AwardError("issued", "The attempt has its credential already, from an earlier decision.")


def _decision_of(row: Decision) -> rules.Decision:
    found = decision_gathering.decision_of(row)
    if digest(_document(row.score.digest, found)) != bytes(row.digest):
        raise AwardError("stale", "Score, cut scores or study have changed since this decision. Decide again.")
    assert isinstance(found, rules.Decision)
    return found


def _document(score_digest: bytes | memoryview, found: rules.Decision | rules.Undecidable) -> dict[str, Any]:
    return {"score": bytes(score_digest).hex(), **plain(found)}


def revoke(*, actor_id: uuid.UUID, credential_id: uuid.UUID, reason: str) -> StatusChange:
    """Propose to revoke a credential for good; asked for by a second person, it takes effect."""
    return _change(actor_id, credential_id, StatusChange.Kind.REVOKE, reason)


def suspend(*, actor_id: uuid.UUID, credential_id: uuid.UUID, reason: str) -> StatusChange:
    """Propose to suspend a credential for a time; asked for by a second person, it takes effect."""
    return _change(actor_id, credential_id, StatusChange.Kind.SUSPEND, reason)


def reinstate(*, actor_id: uuid.UUID, credential_id: uuid.UUID, reason: str) -> StatusChange:
    """End a suspension; by two people as well."""
    return _change(actor_id, credential_id, StatusChange.Kind.REINSTATE, reason)


def _change(actor_id: uuid.UUID, credential_id: uuid.UUID, kind: str, reason: str) -> StatusChange:
    credential = Credential.objects.select_for_update().get(pk=credential_id)
    if not reason.strip():
        raise AwardError("reason", "Say why; the reason is kept.")
    if credential.status_changes.filter(kind=StatusChange.Kind.REVOKE, confirmed_by__isnull=False).exists():
        raise AwardError("revoked", "The credential is revoked for good.")
    now = timezone.now()
    proposed = credential.status_changes.filter(kind=kind, confirmed_by=None).exclude(proposed_by_id=actor_id).first()
    if proposed is None:
        asked, made = StatusChange.objects.get_or_create(
            credential=credential,
            kind=kind,
            confirmed_by=None,
            defaults={"reason": reason, "proposed_by_id": actor_id, "proposed_at": now},
        )
        if made:
            ledger.record_row(kind="status", row=asked)
        return asked
    proposed.confirmed_by_id = actor_id
    proposed.confirmed_at = now
    proposed.save(update_fields=["confirmed_by", "confirmed_at"])
    ledger.record_row(kind="status", row=proposed)
    holders.change_holding(credential_id=credential.pk, state=STANDING[StatusChange.Kind(kind)])
    return proposed


def forget_credentials(*, account_id: uuid.UUID) -> dict[str, int]:
    """Erase what credentials of a person said. That there were some, when they were issued and how they ended stays.

    The digest goes too: it covers the salted name of the holder.
    """
    mine = Credential.objects.filter(holder_id=account_id)
    for credential in mine:
        credential.document, credential.digest = {}, b""
        credential.save(update_fields=["document", "digest"])
        ledger.erase_salts(kind="award", record_id=credential.pk)
        ledger.record_row(kind="award", row=credential)
    return {"credentials": len(mine)}
