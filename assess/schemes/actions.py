"""The only writers of the schemes' tables: a checked plan goes in as a whole, loaded by one person and reviewed by another.

So do the duties before a scheme opens: each a record that one person proposes and another signs.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from assess.ledger import actions as ledger
from assess.people.models import Account
from assess.schemes.attachments import read_attachment
from assess.schemes.commitments import KIND_OF_TABLE, document_of_duty, item_document, task_document, version_document
from assess.schemes.definition import canonical
from assess.schemes.duties import DUTIES
from assess.schemes.errors import SchemeError
from assess.schemes.models import (
    BlueprintVersion,
    DutyDocument,
    DutyRecord,
    ExternalCredential,
    Scheme,
    SchemeVersion,
    SimulationVersion,
    Stack,
    Version,
)
from assess.schemes.plan import ContentPlan
from assess.schemes.queries import kind_of
from assess.schemes.stacks import evidence_document, external_document, stack_document
from item_bank import actions as bank
from item_bank.authoring import BankEntry
from item_bank.lifecycle import State as ItemState
from item_bank.models import ItemVersion, Outcome
from item_bank.qti import build_item
from rubrics.actions import import_task, publish_task, review_task
from rubrics.definition import TaskDefinition, content_hash


@dataclass
class LoadReport:
    """How many of each kind were new and how many were there already; `new` names the new ones."""

    created: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    new: list[str] = field(default_factory=list)

    def note(self, kind: str, name: str, *, created: bool) -> None:
        """Count one entry."""
        (self.created if created else self.unchanged)[kind] += 1
        if created:
            self.new.append(name)


@dataclass(frozen=True)
class _Act:
    """Who loads, who has reviewed, why and when: the same for every version of one load."""

    loaded_by: UUID
    reviewed_by: UUID
    reason: str
    at: datetime
    report: LoadReport


@transaction.atomic
def load_content_plan(*, plan: ContentPlan, loaded_by: UUID, reviewed_by: UUID, reason: str) -> LoadReport:
    """Write a checked plan and publish what is new in it; loading the same plan again changes nothing.

    Parameters
    ----------
    plan
        From `assess.schemes.loading.load_content`.
    loaded_by, reviewed_by
        Two people: who brings the content in, and who has reviewed it and answers for its publication.
    reason
        What was reviewed and how; it stands on every version this load publishes.

    Raises
    ------
    SchemeError
        `two_people`, `reason`, or `version_taken` when a scheme has changed but not its version.
    item_bank.errors.ItemBankError
        `number_taken` when an item has changed but not its version; `outcome_differs`.
    """
    if loaded_by == reviewed_by:
        raise SchemeError(
            "two_people", "Content is reviewed by another person than the one who loads it; name two people."
        )
    if not reason.strip():
        raise SchemeError("reason", "The review says nothing; write what was reviewed and how.")
    act = _Act(loaded_by, reviewed_by, reason.strip(), timezone.now(), LoadReport())
    _load_outcomes(plan, act)
    for item in plan.items:
        _load_item(item, act)
    for group in plan.enemies:
        bank.declare_enemies(identifiers=group.items, reason=group.reason)
    for task in plan.tasks:
        _load_task(task, act)
    _load_documents(plan, act)
    return act.report


def _load_outcomes(plan: ContentPlan, act: _Act) -> None:
    known = set(Outcome.objects.values_list("pk", flat=True))
    for scheme in plan.schemes:
        for outcome in scheme.outcomes:
            bank.import_outcome(
                outcome_id=outcome.identifier,
                credential=scheme.identifier,
                statement=outcome.statement,
                verb=outcome.verb,
                cognitive_level=outcome.cognitive_level,
                esco=[link.uri for link in outcome.esco],
            )
            act.report.note("outcomes", outcome.identifier, created=outcome.identifier not in known)


def _load_item(entry: BankEntry, act: _Act) -> None:
    version = bank.import_item(
        qti=build_item(entry.content),
        number=entry.number,
        outcome_id=entry.outcome,
        domain=entry.domain,
        level=entry.level,
        difficulty_b=entry.difficulty_b,
        difficulty_source=entry.difficulty_source,
        author=act.loaded_by,
    )
    new = version.state == ItemState.DRAFT.value
    if new:
        _publish_item(version, act)
    act.report.note("items", f"{entry.content.identifier} version {entry.number}", created=new)


def _publish_item(version: ItemVersion, act: _Act) -> None:
    bank.submit_item(version_id=version.pk, actor=act.loaded_by)
    bank.review_item(version_id=version.pk, reviewer=act.reviewed_by, verdict="approve", comment=act.reason)
    bank.pilot_item(version_id=version.pk, actor=act.reviewed_by)
    older = version.item.versions.filter(state=ItemState.OPERATIONAL.value)
    replaced = list(older.exclude(pk=version.pk).values_list("pk", flat=True))
    bank.publish_item(version_id=version.pk, actor=act.reviewed_by)
    for one in ItemVersion.objects.filter(pk__in=[version.pk, *replaced]).select_related("item").order_by("pk"):
        ledger.record(kind="item_version", record_id=one.pk, document=item_document(one))


def _load_task(task: TaskDefinition, act: _Act) -> None:
    version, new = import_task(definition=task, actor_id=act.loaded_by)
    if new:
        review_task(version_id=version.pk, actor_id=act.reviewed_by, accepted=True, comment=act.reason)
        publish_task(version_id=version.pk)
        version.refresh_from_db()  # publishing changed its state
        ledger.record(kind="task_version", record_id=version.pk, document=task_document(version))
    act.report.note("tasks", str(version), created=new)


def _load_documents(plan: ContentPlan, act: _Act) -> None:
    facts: dict[str, Any]
    for external in plan.external_credentials:
        facts = {"identifier": external.identifier, "kind": ExternalCredential.Kind.CREDENTIAL}
        _load(ExternalCredential, facts, external_document(external), False, act)
    for evidence in plan.accepted_evidence:
        facts = {"identifier": evidence.identifier, "kind": evidence.kind}
        _load(ExternalCredential, facts, evidence_document(evidence), False, act)
    for blueprint in plan.blueprints:
        facts = {"identifier": blueprint.identifier, "credential": blueprint.credential}
        _load(BlueprintVersion, facts, blueprint.document, blueprint.credential in plan.sample, act)
    for simulation in plan.simulations:
        facts = {"identifier": simulation.identifier, "kind": simulation.kind, "credential": simulation.credential}
        _load(SimulationVersion, facts, simulation.document, simulation.credential in plan.sample, act)
    for stack in plan.stacks:
        sample = bool(plan.sample & set(stack.members))
        _load(Stack, {"identifier": stack.identifier}, stack_document(stack), sample, act)
    for scheme in plan.schemes:
        row, _ = Scheme.objects.get_or_create(code=scheme.identifier)
        stations = [station for station in plan.stations if station.credential == scheme.identifier]
        document = {**scheme.document, "stations": [canonical(vars(station)) for station in stations]}
        facts = {"scheme": row, "version": scheme.version}
        _load(SchemeVersion, facts, document, scheme.identifier in plan.sample, act)


def _load(table: type[Version], facts: Mapping[str, Any], document: Mapping[str, Any], sample: bool, act: _Act) -> None:
    """Store and publish one document, unless the very same is there.

    Whether it is a sample belongs to the content: a draft that its authors have finished is a new version.
    """
    body = {**document, "sample": sample}
    digest = content_hash(body)
    manager = table._default_manager
    known = manager.filter(content_hash=digest).first()
    if known is None:
        _refuse_taken_version(facts)
        key = "scheme" if "scheme" in facts else "identifier"
        last = manager.filter(**{key: facts[key]}).aggregate(last=Max("number"))["last"] or 0
        known = manager.create(
            **facts,
            number=last + 1,
            document=body,
            content_hash=digest,
            state=Version.State.PUBLISHED,
            sample=sample,
            imported_by=act.loaded_by,
            imported_at=act.at,
            reviewed_by=act.reviewed_by,
            reviewed_at=act.at,
            review_comment=act.reason,
        )
        ledger.record(kind=KIND_OF_TABLE[table], record_id=known.pk, document=version_document(known))
        act.report.note(str(table._meta.verbose_name_plural), str(known), created=True)
        return
    act.report.note(str(table._meta.verbose_name_plural), str(known), created=False)


def _refuse_taken_version(facts: Mapping[str, Any]) -> None:
    """A credential cites a scheme by its version, so two contents never share one."""
    scheme = facts.get("scheme")
    if scheme is not None and scheme.versions.filter(version=facts["version"]).exists():
        said = f"{scheme} {facts['version']} is published with another content; raise its version in credentials.yaml."
        raise SchemeError("version_taken", said)


LONGEST_DAYS = 3660
"""A duty's record holds for ten years at most; then people look again."""


@transaction.atomic
def record_duty(
    *,
    actor_id: UUID,
    scheme_version_id: UUID,
    duty: str,
    statement: str,
    valid_until: date,
    document_name: str,
    document: bytes,
) -> DutyRecord:
    """Propose the record of a duty with its document; it counts once another person has signed it.

    Parameters
    ----------
    duty
        A code of `assess.schemes.duties.DUTIES` that the scheme's kind asks for.
    statement
        What is stated: who, what, by which reference.
    valid_until
        The last day on which it holds.
    document
        The bytes of the document, kept as they are.

    Raises
    ------
    SchemeError
        `not_found`, `duty`, `statement`, `valid_until` or `document`, with the remedy.
    """
    version = _open_to_duties(scheme_version_id)
    kind = kind_of(version.pk)
    if duty not in kind.duties:
        named = ", ".join(DUTIES[code].name for code in kind.duties)
        raise SchemeError("duty", f"{duty[:40]!r} is no duty of a scheme of the kind {kind.name}; it has {named}.")
    if not statement.strip():
        raise SchemeError(
            "statement", "The record states nothing. Write what is stated: who, what, by which reference."
        )
    now = timezone.now()
    if not now.date() <= valid_until <= now.date() + timedelta(days=LONGEST_DAYS):
        raise SchemeError("valid_until", "Give the last day on which it holds: today or later, and within ten years.")
    attachment = read_attachment(document_name, document)
    kept = DutyDocument.objects.create(
        name=attachment.name,
        media_type=attachment.media_type,
        size=len(attachment.body),
        sha256=hashlib.sha256(attachment.body).hexdigest(),
        body=attachment.body,
        handed_in_by_id=actor_id,
        handed_in_at=now,
    )
    kept.refresh_from_db()  # the ledger commits to what the database holds
    ledger.record(kind="duty_document", record_id=kept.pk, document=document_of_duty(kept))
    earlier = DutyRecord.objects.filter(scheme_version=version, duty=duty)
    made = DutyRecord.objects.create(
        scheme_version=version,
        duty=duty,
        number=(earlier.aggregate(last=Max("number"))["last"] or 0) + 1,
        statement=statement.strip(),
        document=kept,
        valid_until=valid_until,
        simulated=Account.objects.get(pk=actor_id).simulated,
        proposed_by_id=actor_id,
        proposed_at=now,
    )
    ledger.record_row(kind="duty", row=made)
    return made


@transaction.atomic
def sign_duty(*, actor_id: UUID, record_id: UUID, comment: str = "") -> DutyRecord:
    """Put a second name to a proposed record of a duty, once, by another person than its proposer.

    Raises
    ------
    SchemeError
        `signed`, `withdrawn`, `own_proposal`, `superseded` by a later proposal, or `ran_out`.
    """
    record = DutyRecord.objects.select_for_update().get(pk=record_id)
    if record.signed_by_id is not None:
        raise SchemeError("signed", "This record is signed already. State anew what has changed.")
    if record.withdrawn_by_id is not None:
        raise SchemeError("withdrawn", "This record was withdrawn. Propose a new one.")
    if record.proposed_by_id == actor_id:
        raise SchemeError("own_proposal", "Who proposed a record does not sign it. Another person does.")
    later = DutyRecord.objects.filter(
        scheme_version=record.scheme_version_id, duty=record.duty, number__gt=record.number
    )
    if later.exists():
        raise SchemeError("superseded", "A later record of this duty was proposed. Look at that one.")
    now = timezone.now()
    if record.valid_until < now.date():
        raise SchemeError("ran_out", f"This record held until {record.valid_until}. Propose a new one.")
    record.signed_by_id, record.signed_at, record.signing_comment = actor_id, now, comment.strip()
    record.save(update_fields=["signed_by", "signed_at", "signing_comment"])
    ledger.record_row(kind="duty", row=record)
    return record


@transaction.atomic
def withdraw_duty(*, actor_id: UUID, record_id: UUID, reason: str) -> DutyRecord:
    """Take a record of a duty back, signed or not, with the reason; the duty is then not met, and the gate closes.

    One name is enough to close a gate. To open it again takes a new record and two names.

    Raises
    ------
    SchemeError
        `withdrawn` already, or `reason` where there is none.
    """
    record = DutyRecord.objects.select_for_update().get(pk=record_id)
    if record.withdrawn_by_id is not None:
        raise SchemeError("withdrawn", "This record was withdrawn already. Propose a new one.")
    if not reason.strip():
        raise SchemeError("reason", "Write why the record is withdrawn; it stands beside it for good.")
    record.withdrawn_by_id, record.withdrawn_at, record.withdrawn_because = actor_id, timezone.now(), reason.strip()
    record.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
    ledger.record_row(kind="duty", row=record)
    return record


def _open_to_duties(scheme_version_id: UUID) -> SchemeVersion:
    """The published version, held so that two proposals don't take one number."""
    found = (
        SchemeVersion.objects.select_for_update().filter(pk=scheme_version_id, state=Version.State.PUBLISHED).first()
    )
    if found is None:
        raise SchemeError("not_found", "There is no such published scheme version. Load and review its content first.")
    return found
