"""Gathering the records of one scheme version for its validity dossier (`assess.validity.dossier.page` makes the page)."""

import uuid
from collections import Counter
from collections.abc import Iterable

from django.db.models import QuerySet

from assess.awards import gathering
from assess.awards.gate import CHECKS, GateCheck, Status
from assess.awards.models import Credential, Decision, StatusChange, Waiver
from assess.ledger.models import Checkpoint
from assess.people.models import RoleAssignment
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.validity.cut_scores import queries as cut_scores
from assess.validity.dossier.page import dossier_html
from assess.validity.dossier.records import (
    CheckCounts,
    CutScoreRecord,
    Decisions,
    GateSummary,
    LedgerState,
    Reason,
    Scheme,
    StudyRecord,
    WaiverRecord,
)
from assess.validity.studies import queries as studies


def dossier_of(version: SchemeVersion) -> str:
    """The dossier of a scheme version as one page of HTML."""
    decisions = _latest_decisions(version)
    return dossier_html(
        scheme=_scheme(version),
        study=_study(version),
        cut_scores=_cut_scores(version),
        gate_summary=_gate(decisions),
        decisions=_decided(decisions, version),
        ledger=_ledger(),
        waivers=_waivers(version),
    )


def _latest_decisions(version: SchemeVersion) -> list[Decision]:
    rows: QuerySet[Decision] = (
        Decision.objects.filter(attempt__registration__scheme_version=version)
        .select_related("attempt__registration__scheme_version", "attempt__registration__candidate", "score__seal")
        .order_by("attempt_id", "number")
    )
    return list({row.attempt_id: row for row in rows}.values())


def _scheme(version: SchemeVersion) -> Scheme:
    definition = schemes.definition_of(version)
    reviewers, on = schemes.publication(version.pk)
    return {
        "id": str(version.pk),
        "code": definition.identifier,
        "title": definition.title,
        "version": definition.version,
        "content_sha256": version.content_hash,
        "awarding_body": definition.document["metadata"]["awarding_body"],
        "eqf_level": str(definition.eqf_level),
        "ects": str(definition.workload.ects),
        "hours": str(definition.workload.hours_total),
        "sample": version.sample,
        "prerequisites": [requirement.title for requirement in definition.entry_requirements if requirement.mandatory],
        "outcomes": [
            {
                "id": outcome.identifier,
                "statement": outcome.statement,
                "esco": [{"uri": link.uri, "label": link.label} for link in outcome.esco],
            }
            for outcome in definition.outcomes
        ],
        "parts": [
            {
                "id": part.identifier,
                "title": part.kind.replace("_", " "),
                "weight": str(part.weight),
                "rules": [definition.pass_rule.each_component],
            }
            for part in definition.parts
        ],
        "rules": [
            f"{definition.pass_rule.type}: {definition.pass_rule.each_component}",
            definition.pass_rule.critical_steps,
            definition.pass_rule.resit,
        ],
        "reviews": [
            {
                "id": str(version.pk),
                "role": "reviewer",
                "on": "" if on is None else on.isoformat(),
                "verdict": "published",
                "about": version.review_comment,
            }
            for _ in reviewers
        ],
    }


def _study(version: SchemeVersion) -> StudyRecord | None:
    study = studies.latest_study(version.pk)
    if study is None:
        return None
    return {
        "id": str(study.pk),
        "number": study.number,
        "run_at": study.run_at.isoformat(timespec="seconds"),
        "dataset_sha256": study.dataset_sha256,
        "document": study.document,
    }


def _cut_scores(version: SchemeVersion) -> list[CutScoreRecord]:
    return [
        {
            "id": str(cut.pk),
            "part": cut.part,
            "number": cut.number,
            "value": f"{cut.value:.2f}",
            "standard_error": None if cut.standard_error is None else f"{cut.standard_error:.2f}",
            "method": cut.method,
            "panel": cut.panel,
            "held_at": cut.held_at.isoformat(timespec="seconds"),
            "board": cut.board,
            "adopted_at": "" if cut.adopted_at is None else cut.adopted_at.isoformat(timespec="seconds"),
            "simulated": cut.simulated,
        }
        for cut in cut_scores.cut_scores_in_force(version.pk)
    ]


def _gate(decisions: Iterable[Decision]) -> GateSummary:
    shown = gathering.gates_of(decisions)
    by_name: dict[str, list[GateCheck]] = {name: [] for name in CHECKS}
    for result in shown:
        for check in result.checks:
            by_name[check.name].append(check)
    return {
        "candidates": len(shown),
        "opened": sum(result.open for result in shown),
        "checks": [_counts(name, checks) for name, checks in by_name.items() if checks],
    }


def _counts(name: str, checks: list[GateCheck]) -> CheckCounts:
    found = Counter(check.status for check in checks)
    reasons = Counter(check.sentence for check in checks if check.status is not Status.PASS)
    return {
        "name": name,
        "protects_against": checks[0].protects_against,
        "threshold": checks[0].threshold,
        "source": checks[0].source,
        "passed": found[Status.PASS],
        "failed": found[Status.FAIL],
        "not_enough_evidence": found[Status.NOT_ENOUGH_EVIDENCE],
        "waived": found[Status.WAIVED] + found[Status.RELEASED],
        "reasons": _reasons(reasons),
    }


def _reasons(counted: Counter[str], *, most: int = 5) -> list[Reason]:
    return [{"sentence": sentence, "count": count} for sentence, count in counted.most_common(most)]


def _decided(decisions: list[Decision], version: SchemeVersion) -> Decisions:
    issued = Credential.objects.filter(decision__attempt__registration__scheme_version=version)
    changes = StatusChange.objects.filter(credential__in=issued, confirmed_by__isnull=False)
    unmet = Counter(
        line["sentence"] if line["rule"] == "must_pass" else f"{line['part']} is below its cut score."
        for row in decisions
        for line in row.document.get("lines", [])
        if not line["met"]
    )
    return {
        "decided": sum(row.outcome != "undecidable" for row in decisions),
        "passed": sum(row.outcome == "passed" for row in decisions),
        "undecided": sum(row.outcome == "undecidable" for row in decisions),
        "awards": issued.count(),
        "suspended": changes.filter(kind=StatusChange.Kind.SUSPEND).values("credential").distinct().count(),
        "revoked": changes.filter(kind=StatusChange.Kind.REVOKE).values("credential").distinct().count(),
        "refusals": _reasons(unmet, most=12),
        "records": [str(row.pk) for row in decisions],
    }


def _ledger() -> LedgerState | None:
    checkpoint = Checkpoint.objects.order_by("-size").first()
    if checkpoint is None:
        return None
    return {
        "size": checkpoint.size,
        "root": bytes(checkpoint.root).hex(),
        "signed_at": checkpoint.at.isoformat(timespec="seconds"),
        "key": checkpoint.text.rstrip().rsplit("\n", 1)[-1].split(" ")[1],
    }


def _waivers(version: SchemeVersion) -> list[WaiverRecord]:
    rows = Waiver.objects.filter(scheme_version=version).order_by("granted_on", "pk")
    return [
        {
            "id": str(row.pk),
            "check": row.check_name,
            "reason": row.reason,
            "roles": [_role(person) for person in (row.first_id, row.second_id) if person is not None],
            "granted_on": row.granted_on.isoformat(),
            "expires_on": row.expires_on.isoformat(),
        }
        for row in rows
    ]


def _role(person: uuid.UUID) -> str:
    role = (
        RoleAssignment.objects.filter(account_id=person, until=None)
        .order_by("since")
        .values_list("role", flat=True)
        .first()
    )
    return role or "nobody with a role now"
