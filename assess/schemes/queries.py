"""Shared reads of the schemes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils import timezone

from assess.people import queries as people
from assess.people.models import Account
from assess.schemes.blueprints import BlueprintDefinition, read_blueprint
from assess.schemes.crosschecks import assembly_blueprint
from assess.schemes.definition import Part, SchemeDefinition
from assess.schemes.duties import DUTIES, Duty, DutyState, missing
from assess.schemes.errors import SchemeError
from assess.schemes.frames import Frame, NamedFrame
from assess.schemes.framing import FrameReport, check_frame
from assess.schemes.kinds import Kind
from assess.schemes.loading import bundled_frames
from assess.schemes.models import (
    BlueprintVersion,
    DutyDocument,
    DutyRecord,
    ExternalCredential,
    SchemeVersion,
    SimulationVersion,
    Stack,
    Version,
)
from assess.schemes.requirements import Certificate, HeldCredential, check_entry
from assess.schemes.simulations import for_adapters
from assess.schemes.stacks import StackDefinition, read_external, read_stack
from item_bank.assembly import Blueprint
from rubrics.documents import Node
from rubrics.errors import Problem
from simulator_adapters.energy import CaseSheet
from simulator_adapters.wiring import WiringTask, injectable


def current_version(code: str) -> SchemeVersion:
    """Give the latest published version of a scheme, or raise `SchemeError` (code `not_found`)."""
    published = SchemeVersion.objects.filter(scheme__code=code, state=Version.State.PUBLISHED).select_related("scheme")
    version = published.order_by("-number").first()
    if version is None:
        raise SchemeError("not_found", f"Scheme {code} has no published version; load and review its content.")
    return version


def definition_of(version: SchemeVersion) -> SchemeDefinition:
    """Read the frozen definition that a version stores."""
    return _definition(version.pk, version.content_hash)


def _definition_by_id(scheme_version_id: UUID) -> SchemeDefinition:
    """The same without the row's document, which most of the time was read before."""
    return _definition(
        scheme_version_id, SchemeVersion.objects.values_list("content_hash", flat=True).get(pk=scheme_version_id)
    )


@lru_cache(maxsize=64)
def _definition(pk: UUID, content_hash: str) -> SchemeDefinition:
    # The key holds the hash of an immutable document, so a cached definition is never out of date.
    document = SchemeVersion.objects.values_list("document", flat=True).get(pk=pk, content_hash=content_hash)
    return SchemeDefinition.from_document({key: value for key, value in document.items() if key not in ADDED})


ADDED = frozenset({"sample", "stations"})


def parts(version: SchemeVersion) -> tuple[Part, ...]:
    """The assessed parts of a scheme version."""
    return definition_of(version).parts


def blueprint_definition(version: SchemeVersion) -> BlueprintDefinition:
    """The latest published blueprint of the scheme's online exam, or `SchemeError` (code `not_found`)."""
    name = next((part.blueprint for part in parts(version) if part.blueprint), "")
    rows = BlueprintVersion.objects.filter(identifier=name, state=Version.State.PUBLISHED)
    row = rows.order_by("-number").first()
    if row is None:
        raise SchemeError("not_found", f"{version} has no published blueprint {name}; load and review its content.")
    problems: list[Problem] = []
    return read_blueprint(Node(_plain(row.document), name, problems))


def blueprint(version: SchemeVersion) -> Blueprint:
    """The blueprint of a scheme version in the form that `item_bank.assembly` draws from."""
    return assembly_blueprint(blueprint_definition(version))


def published_simulations(identifiers: Iterable[str]) -> dict[str, SimulationVersion]:
    """The latest published version per identifier; one without any is absent from the answer."""
    rows = SimulationVersion.objects.filter(identifier__in=list(identifiers), state=Version.State.PUBLISHED)
    return {row.identifier: row for row in rows.order_by("number")}


@dataclass(frozen=True)
class Simulation:
    """A pinned simulation as values; register set-ups have neither a wiring task nor a case sheet."""

    identifier: str
    kind: str
    outcomes: tuple[str, ...]
    document: Mapping[str, Any]
    wiring: WiringTask | None
    case_sheet: CaseSheet | None


def simulations(hashes: Sequence[str]) -> tuple[Simulation, ...]:
    """The simulations of these content hashes, in the order given, or `SchemeError` (code `not_found`)."""
    return tuple(_simulation(digest) for digest in hashes)


@lru_cache(maxsize=256)
def _simulation(content_hash: str) -> Simulation:
    # The key is the hash of an immutable document, so a cached simulation is never out of date.
    row = SimulationVersion.objects.filter(content_hash=content_hash).first()
    if row is None:
        raise SchemeError(
            "not_found", f"No simulation has the content hash {content_hash}; it was never published here."
        )
    document = for_adapters(_plain(row.document))
    kind = SimulationVersion.Kind(row.kind)
    return Simulation(
        identifier=row.identifier,
        kind=row.kind,
        outcomes=tuple(document["outcomes"]),
        document=document,
        wiring=WiringTask.from_document(document) if kind is SimulationVersion.Kind.WIRING else None,
        case_sheet=CaseSheet.from_document(document) if kind is SimulationVersion.Kind.CASE else None,
    )


def presented(simulation: Simulation) -> dict[str, Any]:
    """A simulation as its candidate may see it: what is asked and what is there, and nothing that tells what is right.

    Built from named fields only, so that a field that is added to the content stays here until somebody names it.
    """
    document = simulation.document
    shown: dict[str, Any] = {
        "simulation": simulation.identifier,
        "title": document["title"],
        "minutes": document["time_limit_min"],
        "brief": document.get("brief", ""),
    }
    if simulation.wiring is not None:
        public = simulation.wiring.public_document()
        faults = [{"fault": name, "words": words} for name, words in injectable(simulation.wiring).items()]
        return (
            shown | {"kind": "wiring", "faults": faults} | {name: public[name] for name in ("components", "conductors")}
        )
    if simulation.case_sheet is not None:
        sheet = simulation.case_sheet.public_document()
        named = ("facts", "data", "after", "costs", "labels", "sketch", "questions", "ranking")
        return shown | {"kind": "case"} | {name: sheet[name] for name in named}
    return shown | {
        "kind": "settings",
        "brief": document["order"],
        "registers": [
            {"model": entry["model"], "point": entry["point"], "index": list(entry.get("index", ())),
             "value": str(entry["value"]), "unit": entry.get("unit", "")}
            for entry in document.get("initial", ())
        ],
        "questions": [
            {"id": entry["id"], "text": entry["text"], "unit": entry.get("unit", "")} for entry in document.get("derived", ())
        ],
    }  # fmt: skip


def stacks() -> tuple[StackDefinition, ...]:
    """The latest published version of every stack."""
    problems: list[Problem] = []
    known = {code: definition_of(current_version(code)).ects for code in _published_codes()}
    ects = {code: worth for code, worth in known.items() if worth is not None}
    for row in ExternalCredential.objects.filter(kind=ExternalCredential.Kind.CREDENTIAL).order_by("number"):
        ects[row.identifier] = read_external(Node(_plain(row.document), row.identifier, problems)).ects
    latest = {row.identifier: row for row in Stack.objects.filter(state=Version.State.PUBLISHED).order_by("number")}
    return tuple(read_stack(Node(_plain(row.document), name, problems), ects) for name, row in sorted(latest.items()))


def _published_codes() -> list[str]:
    rows = SchemeVersion.objects.filter(state=Version.State.PUBLISHED)
    return sorted(set(rows.values_list("scheme__code", flat=True)))


def open_versions() -> list[SchemeVersion]:
    """The latest published version of every scheme: what a candidate may register for."""
    return [current_version(code) for code in _published_codes()]


def evidence_kinds() -> dict[str, str]:
    """What a candidate may show: identifier → title of every published external credential and kind of evidence."""
    rows = ExternalCredential.objects.filter(state=Version.State.PUBLISHED).order_by("identifier", "number")
    return {row.identifier: str(row.document.get("title", row.identifier)) for row in rows}


def entry_requirements_met(
    scheme_version_id: UUID,
    candidate_id: UUID,
    *,
    today: date | None = None,
) -> list[dict[str, Any]]:
    """Check a candidate's verified records against the entry requirements of a scheme version.

    Returns
    -------
    list
        Per requirement `requirement`, `mandatory`, `met`, `by` (references) and `sentence`, as plain data to be kept.
    """
    version = SchemeVersion.objects.get(pk=scheme_version_id)
    person = Account.objects.get(pk=candidate_id)
    certificates = [
        Certificate(
            code=row.kind,
            reference=f"{row.kind} {row.number}".strip(),
            issued_on=row.issued_on,
            expires_on=row.expires_on,
            months=row.months,
            verified_by=str(row.verified_by_id),
        )
        for row in people.verified_certificates(candidate_id)
    ]
    credentials = [
        HeldCredential(
            code=row.scheme,
            reference=f"{row.scheme} {row.credential}",
            awarded_on=row.awarded_on,
            expires_on=row.expires_on,
            state=row.state,
        )
        for row in people.holdings_of(candidate_id)
    ]
    found = check_entry(
        definition_of(version).entry_requirements,
        certificates,
        credentials,
        today or timezone.now().date(),
        date_of_birth=person.date_of_birth,
    )
    return [
        {
            "requirement": finding.requirement,
            "mandatory": finding.mandatory,
            "met": finding.met,
            "by": list(finding.by),
            "sentence": finding.sentence,
        }
        for finding in found
    ]


def publication(scheme_version_id: UUID) -> tuple[tuple[str, ...], date | None]:
    """Who reviewed a scheme version, and on which day that published it."""
    version = SchemeVersion.objects.get(pk=scheme_version_id)
    if version.state != Version.State.PUBLISHED or version.reviewed_at is None:
        return (), None
    return (str(version.reviewed_by),), version.reviewed_at.date()


def kind_of(scheme_version_id: UUID) -> Kind:
    """What kind of document a scheme version leads to: its words, rules, duties and the evidence it asks for."""
    return _definition_by_id(scheme_version_id).kind


def duties_of(scheme_version_id: UUID, today: date | None = None) -> tuple[Duty, ...]:
    """The duties of a scheme version in the order of its kind, each as it stands on a day."""
    day = today or timezone.now().date()
    rows: dict[str, list[DutyRecord]] = {}
    for row in duty_records_of(scheme_version_id):
        rows.setdefault(row.duty, []).append(row)
    return tuple(_duty(code, rows.get(code, []), day) for code in kind_of(scheme_version_id).duties)


def _duty(code: str, rows: Sequence[DutyRecord], day: date) -> Duty:
    """How a duty stands, from its records, the latest first.

    The latest signed record replaced those before it, so none of them comes back when it ends.
    """
    latest = next((row for row in rows if row.signed_by_id is not None), None)
    signed = latest if latest is not None and _holds(latest, day) else None
    proposed = rows[0] if rows and rows[0].signed_by_id is None and _holds(rows[0], day) else None
    shown = signed or proposed or (rows[0] if rows else None)
    if shown is None:
        return missing(code)
    state = DutyState.SIGNED if signed else DutyState.PROPOSED if proposed else DutyState.EXPIRED
    meaning = DUTIES[code]
    return Duty(
        code=code,
        name=meaning.name,
        protects=meaning.protects,
        asks=meaning.asks,
        state=state,
        record_id=shown.pk,
        number=shown.number,
        statement=shown.statement,
        document_name=shown.document.name,
        document_sha256=shown.document.sha256,
        document_bytes=shown.document.size,
        proposed_by=str(shown.proposed_by),
        proposed_at=shown.proposed_at,
        signed_by=str(shown.signed_by or ""),
        signed_at=shown.signed_at,
        valid_until=shown.valid_until,
        simulated=shown.simulated,
        withdrawn=_withdrawal(shown),
        waiting_id=proposed.pk if signed and proposed else None,
    )


def _holds(row: DutyRecord, day: date) -> bool:
    return row.withdrawn_by_id is None and row.valid_until >= day


def _withdrawal(row: DutyRecord) -> str:
    return "" if row.withdrawn_by is None else f"by {row.withdrawn_by}: {row.withdrawn_because}"


def duty_records_of(scheme_version_id: UUID) -> list[DutyRecord]:
    """Every record of every duty, the latest of each first, without the documents' bytes."""
    rows = DutyRecord.objects.filter(scheme_version_id=scheme_version_id).order_by("duty", "-number")
    return list(rows.select_related("proposed_by", "signed_by", "withdrawn_by", "document").defer("document__body"))


def duty_record(record_id: UUID) -> DutyRecord | None:
    """One record of a duty, without its document's bytes."""
    rows = DutyRecord.objects.select_related("proposed_by", "signed_by", "document").defer("document__body")
    return rows.filter(pk=record_id).first()


def duty_document(record_id: UUID) -> DutyDocument | None:
    """The document of a duty's record, with its bytes."""
    return DutyDocument.objects.filter(record=record_id).first()


def frame_report(scheme_version_id: UUID, today: date | None = None) -> FrameReport:
    """A scheme version held against the frame it names, with the duties that are met on a day."""
    definition = _definition_by_id(scheme_version_id)
    return check_frame(definition, definition.frame, duties_of(scheme_version_id, today))


def frames_beside(scheme_version_id: UUID) -> tuple[FrameReport, ...]:
    """The same scheme version held against every frame we bring along: what it would be worth elsewhere."""
    definition = _definition_by_id(scheme_version_id)
    duties = duties_of(scheme_version_id)
    named = definition.frame
    return tuple(
        check_frame(definition, named if named and named.frame == frame else NamedFrame(frame, None), duties)
        for frame in _frames()
    )


@lru_cache(maxsize=1)
def _frames() -> tuple[Frame, ...]:
    return bundled_frames()


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in ADDED}
