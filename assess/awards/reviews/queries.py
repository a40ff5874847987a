"""Shared reads of reviews: which are due, and which awards each touches."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assess.awards.checks import Status
from assess.awards.gate import CHECKS, GateCheck
from assess.awards.gathering import shared_by
from assess.awards.models import AwardReview, Credential, ReviewedAward, StatusChange
from assess.ledger.canonical import canonical
from assess.schemes.models import SchemeVersion
from assess.validity.monitoring.queries import alarms_of


@dataclass(frozen=True)
class Due:
    """A check that fails by now, the evidence it fails by, and the credentials that were issued while it stood otherwise."""

    check: GateCheck
    evidence: list[dict[str, str]]
    evidence_sha256: str
    touched: tuple[uuid.UUID, ...]


def reviews_due(version: SchemeVersion) -> list[Due]:
    """The reviews to open for a scheme version; none where the same failing was reviewed, or still is."""
    standing = _standing(version)
    if not standing:
        return []
    shared = shared_by(version)
    found = [*shared.scheme.checks, *shared.window.checks]
    failing = [check for check in found if check.status is Status.FAIL and CHECKS[check.name].touches]
    return [due for check in failing if (due := _due(version, check, standing)) is not None]


def versions_with_awards() -> list[SchemeVersion]:
    """The scheme versions under which anything was ever issued."""
    return list(SchemeVersion.objects.filter(registrations__attempts__decisions__credential__isnull=False).distinct())


def _standing(version: SchemeVersion) -> list[Credential]:
    """The credentials of a scheme version that nobody has revoked."""
    issued = Credential.objects.filter(decision__attempt__registration__scheme_version=version)
    revoked = StatusChange.objects.filter(kind=StatusChange.Kind.REVOKE, confirmed_by__isnull=False)
    return list(issued.exclude(pk__in=revoked.values("credential")).only("gate").order_by("issued_at", "pk"))


def _due(version: SchemeVersion, check: GateCheck, standing: Sequence[Credential]) -> Due | None:
    evidence = [{"kind": record.kind, "id": record.id} for record in check.evidence]
    digest = hashlib.sha256(canonical(evidence or [check.sentence])).hexdigest()
    earlier = AwardReview.objects.filter(scheme_version=version, check_name=check.name)
    if earlier.filter(evidence_sha256=digest).exists() or earlier.filter(awards__decided_by=None).exists():
        return None
    touched = [one.pk for one in standing if not _known(one, check.name, evidence)]
    if check.name == "drift":
        touched = _after(version.pk, touched)
    return Due(check, evidence, digest, tuple(touched)) if touched else None


def _known(credential: Credential, name: str, evidence: Sequence[dict[str, str]]) -> bool:
    """Whether the credential was issued in sight of this very failing, by a waiver of its own."""
    held: list[dict[str, Any]] = [check for check in credential.gate["checks"] if check["name"] == name]
    return any(check["verdict"] == Status.WAIVED and check["evidence"] == evidence for check in held)


def _after(version_id: uuid.UUID, credentials: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Those whose attempts were sealed since the earliest alarm that is open: what drifted did not touch the others."""
    since = min((alarm.since for alarm in alarms_of(version_id) if alarm.open), default=None)
    if since is None:
        return list(credentials)
    rows = Credential.objects.filter(pk__in=credentials)
    sealed: dict[uuid.UUID, datetime] = dict(rows.values_list("pk", "decision__score__seal__sealed_at"))
    return [one for one in credentials if sealed[one] >= since]


def review_by_id(review_id: uuid.UUID) -> AwardReview | None:
    return AwardReview.objects.filter(pk=review_id).select_related("scheme_version__scheme").first()


def reviewed_of(review: AwardReview) -> list[ReviewedAward]:
    """What a review touches, those that wait for people first, by the holder's name."""
    rows = review.awards.select_related("credential__holder", "proposed_by", "decided_by").defer(
        "credential__gate", "credential__document"
    )
    return sorted(rows, key=lambda row: (row.decided_by_id is not None, str(row.credential.holder)))


def notices_for(credential: Credential) -> list[ReviewedAward]:
    """What the holder of a credential was told about reviews of it, the latest first."""
    return list(credential.reviews.filter(noticed_at__isnull=False).order_by("-noticed_at"))
