"""Gathering what was decided and awarded, past which gate, by how many people, and what was set aside. Nothing here judges."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Q

from assess.awards import gathering
from assess.awards.candidate_checks import APPROVALS
from assess.awards.gate import CHECKS, LEVEL_OF
from assess.awards.models import Credential, Decision, ReleaseRule, Signature, StatusChange, Waiver
from assess.people.models import RoleAssignment
from assess.schemes.models import SchemeVersion
from assess.validity.dossier import facts
from assess.validity.dossier.claims import Record

MOST_REASONS = 5


def latest_decisions(version: SchemeVersion) -> list[Decision]:
    """The decision that stands for each attempt, with how many people approved it."""
    rows = (
        Decision.objects.filter(attempt__registration__scheme_version=version)
        .select_related(
            "attempt__registration__scheme_version",
            "attempt__registration__candidate",
            "attempt__sitting",
            "score__seal",
            "credential",
        )
        .annotate(names=Count("signatures__person", filter=Q(signatures__purpose="approval"), distinct=True))
        .order_by("attempt_id", "number")
    )
    return list({row.attempt_id: row for row in rows}.values())


def gate_fact(decided: Sequence[Decision], shared: gathering.Shared) -> facts.GateFact:
    """The gate as it stood for whoever was awarded, and as it stands today for everybody else."""
    found: list[Mapping[str, Any]] = []
    for row in decided:
        if hasattr(row, "credential"):
            found.append(row.credential.gate)
        else:
            found.append(_told(gathering.gate_of(row, shared)))
    by_name: dict[str, list[Mapping[str, Any]]] = {name: [] for name in CHECKS}
    for gate in found:
        for check in gate["checks"]:
            by_name.setdefault(check["name"], []).append(check)
    return facts.GateFact(
        candidates=len(found),
        opened=sum(gate["open"] for gate in found),
        checks=tuple(_counts(name, checks, _lacking(decided)) for name, checks in by_name.items() if checks),
    )


def _told(result: Any) -> dict[str, Any]:
    checks = [{"name": one.name, "verdict": one.status.value, "sentence": one.sentence} for one in result.checks]
    return {"open": result.open, "checks": checks}


RESULT = "decision passed"
"""The check whose sentence holds each candidate's own figures; it is told by what the results lack."""


def _counts(name: str, checks: Sequence[Mapping[str, Any]], lacking: Counter[str]) -> facts.CheckCounts:
    found = Counter(check["verdict"] for check in checks)
    reasons = Counter(check["sentence"] for check in checks if check["verdict"] != "pass")
    known = CHECKS.get(name)
    return facts.CheckCounts(
        name=name,
        level=LEVEL_OF[name].value if name in LEVEL_OF else "",
        protects_against="" if known is None else known.protects_against,
        passed=found["pass"],
        failed=found["fail"],
        not_enough_evidence=found["not enough evidence"],
        waived=found["waived"] + found["released"],
        reasons=_reasons(lacking if name == RESULT else reasons),
    )


def _reasons(counted: Counter[str], *, most: int = MOST_REASONS) -> tuple[facts.Reason, ...]:
    return tuple(facts.Reason(sentence=sentence, count=count) for sentence, count in counted.most_common(most))


def decisions_fact(decided: Sequence[Decision], version: SchemeVersion) -> facts.DecisionsFact:
    """What was decided and awarded, by how many people, and who of them signed exceptions too."""
    issued = Credential.objects.filter(decision__attempt__registration__scheme_version=version)
    changes = StatusChange.objects.filter(credential__in=issued, confirmed_by__isnull=False)
    final = [row for row in decided if row.outcome != "undecidable"]
    sites = Counter(row.attempt.sitting.site for row in final)
    passed = Counter(row.attempt.sitting.site for row in final if row.outcome == "passed")
    approved = issued.annotate(
        names=Count("decision__signatures__person", filter=Q(decision__signatures__purpose="approval"), distinct=True)
    )
    signed = Signature.objects.filter(decision__in=[row.pk for row in final]).values_list("person", "purpose")
    approvers = {person for person, purpose in signed if purpose == "approval"}
    return facts.DecisionsFact(
        decided=len(final),
        passed=sum(row.outcome == "passed" for row in final),
        undecided=len(decided) - len(final),
        with_two_names=sum(row.names >= APPROVALS for row in final),  # type: ignore[attr-defined]  # annotated
        awards=issued.count(),
        suspended=_with(changes, StatusChange.Kind.SUSPEND),
        revoked=_with(changes, StatusChange.Kind.REVOKE),
        awards_without_two_names=approved.filter(names__lt=APPROVALS).count(),
        sites=tuple(facts.SiteFact(site=site, decided=sites[site], passed=passed[site]) for site in sorted(sites)),
        refusals=_reasons(_lacking(decided), most=12),
        records=tuple(
            Record(kind="decision", id=str(row.pk), digest=bytes(row.digest).hex(), on=row.decided_at.date())
            for row in final
        ),
        approvers=len(approvers),
        near_cut=sum(bool(row.document.get("near_cut")) for row in final),
        reviewers=len({person for person, purpose in signed if purpose == "review"}),
        approve_own_exceptions=len(approvers & _signers(version)),
    )


def _lacking(decided: Sequence[Decision]) -> Counter[str]:
    """What results lack, each thing counted over all of them."""
    return Counter(
        line["sentence"] if line["rule"] == "must_pass" else f"{line['part']} is below its cut score."
        for row in decided
        for line in _unmet(row)
    )


def _unmet(row: Decision) -> list[Mapping[str, Any]]:
    """What a result lacks. The overall cut follows from the parts' cuts, and is no reason beside one of them."""
    lines = [line for line in row.document.get("lines", []) if not line["met"]]
    return [line for line in lines if line["part"] != "overall"] or lines


def _signers(version: SchemeVersion) -> set[uuid.UUID]:
    """Everybody whose name stands under an exception that counts."""
    waivers = Waiver.objects.filter(scheme_version=version, second__isnull=False).values_list("first", "second")
    rules = ReleaseRule.objects.filter(scheme_version=version, withdrawn_by=None, signed_by__isnull=False)
    return {person for row in (*waivers, *rules.values_list("proposed_by", "signed_by")) for person in row}


def _with(changes: Any, kind: StatusChange.Kind) -> int:
    found: int = changes.filter(kind=kind).values("credential").distinct().count()
    return found


def exceptions(version: SchemeVersion) -> tuple[facts.ExceptionFact, ...]:
    """Every check that two people set aside or let stand."""
    return (*_waivers(version), *_releases(version))


def _waivers(version: SchemeVersion) -> Iterable[facts.ExceptionFact]:
    rows = list(Waiver.objects.filter(scheme_version=version).order_by("granted_on", "pk"))
    roles = _roles({person for row in rows for person in (row.first_id, row.second_id) if person})
    for row in rows:
        yield facts.ExceptionFact(
            record=Record(kind="waiver", id=str(row.pk), on=row.granted_on),
            what="Waiver for one candidate",
            check=row.check_name,
            reason=row.reason,
            roles=tuple(roles[person] for person in (row.first_id, row.second_id) if person),
            granted_on=row.granted_on,
            expires_on=row.expires_on,
            waits=row.second_id is None,
        )


def _releases(version: SchemeVersion) -> Iterable[facts.ExceptionFact]:
    rows = list(ReleaseRule.objects.filter(scheme_version=version, withdrawn_by=None).order_by("proposed_at", "pk"))
    roles = _roles({person for row in rows for person in (row.proposed_by_id, row.signed_by_id) if person})
    for row in rows:
        condition = f" (from n = {row.least_n} on)" if row.least_n else ""
        on = (row.signed_at or row.proposed_at).date()
        yield facts.ExceptionFact(
            record=Record(kind="release", id=str(row.pk), on=on),
            what="Release rule",
            check=row.check_name,
            reason=row.reason + condition,
            roles=tuple(roles[person] for person in (row.proposed_by_id, row.signed_by_id) if person),
            granted_on=on,
            expires_on=row.expires_on,
            waits=row.signed_by_id is None,
        )


def _roles(people: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What each of these people is now, in a word; people stand by role, not by name."""
    held: dict[uuid.UUID, str] = dict.fromkeys(people, "nobody with a role now")
    rows = RoleAssignment.objects.filter(account_id__in=people, until=None).order_by("-since")
    held |= dict(rows.values_list("account_id", "role"))
    return held
