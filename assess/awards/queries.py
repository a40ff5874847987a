"""Shared reads of awards: the published status lists, and what stands under a credential."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from assess.attempts.models import Attempt, Score
from assess.awards import status_list
from assess.awards.candidate_checks import APPROVALS as APPROVALS  # known here too
from assess.awards.gate import CHECKS, GateResult
from assess.awards.gathering import shared_by
from assess.awards.models import AwardReview, Credential, Decision, ReleaseRule, StatusChange, Waiver
from assess.ledger.keys import SigningKey, signing_key
from assess.people.models import Holding
from assess.schemes.models import SchemeVersion

IssuingKey = Literal["credential", "demonstration"]
PURPOSES: tuple[status_list.Purpose, ...] = ("revocation", "suspension")
VALID_FOR = timedelta(days=1)


def list_url(key_purpose: str, purpose: str) -> str:
    """Where the status list stands. Demonstrations have lists of their own, as they have a key of their own."""
    return f"{settings.PUBLIC_URL}/status/{key_purpose}/{purpose}/1"


def issuing_key(*, demonstration: bool) -> SigningKey:
    return signing_key(settings.KEYS_DIR, "demonstration" if demonstration else "credential")


def status_lists(now: datetime) -> dict[str, dict[str, object]]:
    """Every status list of this installation, signed, by its address."""
    lists = {}
    for demonstration in (False, True):
        key = issuing_key(demonstration=demonstration)
        for purpose in PURPOSES:
            url = list_url(key.purpose, purpose)
            lists[url] = status_list.build(
                list_url=url,
                purpose=purpose,
                indices=_indices(purpose, demonstration=demonstration),
                valid_from=now,
                valid_until=now + VALID_FOR,
                key=key,
            )
    return lists


def _indices(purpose: status_list.Purpose, *, demonstration: bool) -> set[int]:
    mine = Credential.objects.filter(demonstration=demonstration)
    if purpose == "revocation":
        revoked = mine.filter(status_changes__kind=StatusChange.Kind.REVOKE, status_changes__confirmed_by__isnull=False)
        return set(revoked.values_list("status_index", flat=True))
    confirmed = StatusChange.objects.filter(
        credential__demonstration=demonstration, confirmed_by__isnull=False
    ).order_by("confirmed_at", "pk")
    suspended: dict[int, bool] = {}
    for index, kind in confirmed.values_list("credential__status_index", "kind"):
        if kind != StatusChange.Kind.REVOKE:
            suspended[index] = kind == StatusChange.Kind.SUSPEND
    return {index for index, standing in suspended.items() if standing}


@dataclass(frozen=True)
class Result:
    """A decision as its candidate is told: final, because two people put their names to it.

    `reviewed` names the parts near their cut that a person looked at again.
    """

    passed: bool
    lines: tuple[dict[str, Any], ...]
    reviewed: tuple[str, ...]
    decided_at: datetime


def result_for(attempt: Attempt) -> Result | None:
    """The result of an attempt once it is final; None before, whatever is known already."""
    last = Decision.objects.filter(attempt=attempt).order_by("-number").first()
    if last is None or last.outcome == "undecidable":
        return None
    if last.signatures.filter(purpose="approval").values("person").distinct().count() < APPROVALS:
        return None
    document = last.document
    looked_at = set(last.signatures.filter(purpose="review").values_list("part", flat=True))
    reviewed = tuple(part for part in document["near_cut"] if part in looked_at)
    return Result(last.outcome == "passed", tuple(document["lines"]), reviewed, last.decided_at)


def credential_of(attempt: Attempt) -> Credential | None:
    """The credential that came of an attempt."""
    return Credential.objects.filter(decision__attempt=attempt).first()


def held_credential(holder_id: uuid.UUID, credential_id: uuid.UUID) -> Credential | None:
    """A holder's own credential; None for anybody else's."""
    return Credential.objects.filter(holder_id=holder_id, pk=credential_id).first()


def shared_credential(credential_id: uuid.UUID) -> dict[str, Any] | None:
    """The document of a credential by its identifier: whoever has the holder's link knows it."""
    found = Credential.objects.filter(pk=credential_id).values_list("document", flat=True).first()
    return dict(found) if found else None  # an erased one says nothing any more


def latest_decisions(scheme_version_id: uuid.UUID) -> list[Decision]:
    """The latest decision on each attempt of a scheme version, by the candidate's name."""
    rows = (
        Decision.objects.filter(attempt__registration__scheme_version=scheme_version_id)
        .select_related("attempt__registration__candidate", "credential")
        .defer("credential__document", "credential__gate", "attempt__pins", "attempt__registration__requirements")
        .prefetch_related("signatures__person")
        .order_by("attempt_id", "number")
    )
    latest = {row.attempt_id: row for row in rows}
    return sorted(latest.values(), key=lambda row: str(row.attempt.registration.candidate))


def attempts_to_decide(scheme_version_id: uuid.UUID) -> list[uuid.UUID]:
    """Sealed and scored attempts whose latest score no decision is about."""
    scores = Score.objects.filter(attempt__registration__scheme_version=scheme_version_id).order_by("number")
    latest = dict(scores.values_list("attempt_id", "pk"))
    decided = set(Decision.objects.filter(score__in=latest.values()).values_list("score_id", flat=True))
    return sorted(attempt for attempt, score in latest.items() if score not in decided)


def decision_by_id(decision_id: uuid.UUID) -> Decision | None:
    found = Decision.objects.filter(pk=decision_id).select_related(
        "attempt__registration__candidate", "attempt__registration__scheme_version__scheme", "score__seal"
    )
    return found.prefetch_related("signatures__person").first()


def issued(name: str = "") -> QuerySet[Credential]:
    """Credentials, the latest first; of holders whose name or address holds `name`."""
    rows = Credential.objects.select_related("holder").defer("gate").prefetch_related("status_changes")
    rows = rows.order_by("-issued_at")
    if name.strip():
        wanted = name.strip()
        rows = rows.filter(
            Q(holder__given_name__icontains=wanted)
            | Q(holder__family_name__icontains=wanted)
            | Q(holder__email__icontains=wanted)
        )
    return rows


def state_of(credential: Credential) -> str:
    """`active`, `suspended` or `revoked`, as two people made it."""
    return Holding.objects.values_list("state", flat=True).get(credential=credential.pk)


def credential_by_id(credential_id: uuid.UUID) -> Credential | None:
    return Credential.objects.filter(pk=credential_id).select_related("holder", "decision__attempt").first()


def scheme_gate(version_id: uuid.UUID) -> GateResult:
    """The gate's scheme level of a scheme version, as it stands today."""
    return shared_by(SchemeVersion.objects.get(pk=version_id)).scheme


def not_open(registration_id: uuid.UUID) -> str | None:
    """Why nobody may sit for a registration yet, in sentences; None where they may.

    Sample content is open to everybody: what it awards says that it is a sample, and the gate looks at it all the same.
    """
    version = SchemeVersion.objects.get(registrations=registration_id)
    if version.sample:
        return None
    level = shared_by(version).scheme
    shut = [check for check in level.checks if CHECKS[check.name].opens and not check.clear]
    if not shut:
        return None
    return f"{version} is not open yet. {' '.join(check.sentence for check in shut)}"


def window_gate(version_id: uuid.UUID) -> GateResult:
    """The gate's window level of a scheme version: what the scores of all its sittings together say."""
    return shared_by(SchemeVersion.objects.get(pk=version_id)).window


def release_rules_of(version_id: uuid.UUID) -> list[ReleaseRule]:
    """Every release rule of a scheme version, the latest first, withdrawn ones too."""
    rows = ReleaseRule.objects.filter(scheme_version_id=version_id)
    return list(rows.select_related("proposed_by", "signed_by", "withdrawn_by").order_by("-proposed_at", "pk"))


def reviews_of(version_id: uuid.UUID) -> list[AwardReview]:
    """Every review of a scheme version's awards, the latest first; `touched` and `waiting` count its awards."""
    rows = AwardReview.objects.filter(scheme_version_id=version_id).annotate(
        touched=Count("awards"), waiting=Count("awards", filter=Q(awards__decided_by=None))
    )
    return list(rows.order_by("-opened_at", "pk"))


def reviews_open(version_id: uuid.UUID) -> list[AwardReview]:
    """Reviews of a scheme version in which a credential waits for two people (`waiting` of `touched`)."""
    return [review for review in reviews_of(version_id) if review.waiting]  # type: ignore[attr-defined]  # annotated


@dataclass(frozen=True)
class Expiring:
    """A waiver or release rule whose last day is near. `attempt_id` names the candidate's attempt of a waiver."""

    kind: Literal["waiver", "release"]
    id: uuid.UUID
    check: str
    expires_on: date
    attempt_id: uuid.UUID | None = None


def waivers_expiring(version_id: uuid.UUID, within_days: int) -> list[Expiring]:
    """Waivers and release rules that count today and end within so many days, the nearest first."""
    today = timezone.now().date()
    near = {"scheme_version_id": version_id, "expires_on__range": (today, today + timedelta(days=within_days))}
    rules = ReleaseRule.objects.filter(signed_by__isnull=False, withdrawn_by=None, **near)
    waivers = Waiver.objects.filter(second__isnull=False, attempt__decisions__credential=None, **near).distinct()
    found = [Expiring("release", rule.pk, rule.check_name, rule.expires_on) for rule in rules]
    found += [Expiring("waiver", one.pk, one.check_name, one.expires_on, one.attempt_id) for one in waivers]
    return sorted(found, key=lambda one: (one.expires_on, one.check))
