"""Gathering the records of one scheme version for its validity dossier. Nothing here judges."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone

from assess.attempts.models import Attempt, Entry, Quarantine, Score, Seal, Stream
from assess.awards import gathering
from assess.awards.dossier_decisions import decisions_fact, exceptions, gate_fact, latest_decisions
from assess.awards.gate import GateCheck
from assess.awards.models import Decision, Waiver
from assess.awards.queries import reviews_of, reviews_open
from assess.awards.window_checks import AGREEMENT, CONSISTENCY, RELIABILITY
from assess.ledger.keys import signing_key
from assess.ledger.models import Checkpoint
from assess.people.models import Conflict
from assess.proctoring.models import Incident
from assess.schemes import queries as schemes
from assess.schemes.definition import SchemeDefinition
from assess.schemes.errors import SchemeError
from assess.schemes.models import SchemeVersion
from assess.sittings.models import Instrument, Sitting
from assess.validity.cut_scores import queries as cut_scores
from assess.validity.cut_scores.models import CutScore
from assess.validity.cut_scores.summaries import MeetingSummary
from assess.validity.datasets.queries import frozen_of
from assess.validity.dossier import facts
from assess.validity.dossier.claims import Record
from assess.validity.dossier.relating import common_items, reach_every_cut, relations
from assess.validity.job.models import BiasReview
from assess.validity.job.queries import job_evidence
from assess.validity.monitoring.evidence import Alarm
from assess.validity.monitoring.models import ChartPoint, MonitoringLook
from assess.validity.monitoring.queries import alarms_of, severity_of
from assess.validity.raters.queries import training_of
from assess.validity.studies import queries as studies
from assess.validity.studies.models import Study
from item_bank.queries import pool

LEAST = {"reliability": RELIABILITY, "decision consistency": CONSISTENCY, "rater agreement": AGREEMENT}
"""The gate's thresholds, by check."""


def facts_of(version: SchemeVersion) -> facts.Facts:
    """Everything the argument about a scheme version is made from, as it stands today."""
    definition = schemes.definition_of(version)
    study = studies.latest_study(version.pk)
    frozen = None if study is None else frozen_of(study.dataset).arrays
    decided = latest_decisions(version)
    shared = gathering.shared_by(version)
    meetings = cut_scores.meetings_of(version.pk)
    training = training_of(version.pk)
    hidden = _labels(one.name for one in training.assessors)
    return facts.Facts(
        on=timezone.now().date(),
        scheme=_scheme(version, definition),
        duties=schemes.duties_of(version.pk),
        frame=schemes.frame_report(version.pk),
        job=job_evidence(version.pk),
        bias_reviews=tuple(
            Record(kind="bias_review", id=str(pk))
            for pk in BiasReview.objects.filter(scheme_version=version).order_by("pk").values_list("pk", flat=True)
        ),
        study=None if study is None else _study(study),
        relations=() if frozen is None else relations(frozen.parts),
        common_items=None if frozen is None else common_items(frozen.responses),
        reach_every_cut=None if frozen is None or study is None else reach_every_cut(frozen.parts, study.document),
        training=training,
        severity=severity_of(version.pk),
        alarms=tuple(_alarm(alarm, hidden) for alarm in alarms_of(version.pk)),
        looks=_looks(version),
        meetings=tuple(_meeting(one) for one in meetings),
        cuts=_cuts(version, meetings),
        checks=tuple(_check(check, hidden) for check in (*shared.scheme.checks, *shared.window.checks)),
        gate=gate_fact(decided, shared),
        decisions=decisions_fact(decided, version),
        exceptions=exceptions(version),
        reviews_open=tuple(f"{review.check_name}: {review.sentence}" for review in reviews_open(version.pk)),
        reviews=tuple(Record(kind="award_review", id=str(review.pk)) for review in reviews_of(version.pk)),
        security=_security(version, definition),
        ledger=_ledger(),
        work=_work(version, decided),
    )


def _labels(names: Iterable[str]) -> dict[str, str]:
    """Assessors stand under labels: a dossier is handed to people who need not know who they are."""
    return {name: f"assessor {number}" for number, name in enumerate(sorted(set(names)), start=1)}


def _without(hidden: Mapping[str, str], text: str) -> str:
    for name, label in hidden.items():
        text = text.replace(name, label)
    return text


def _alarm(alarm: Alarm, hidden: Mapping[str, str]) -> Alarm:
    return replace(alarm, what=_without(hidden, alarm.what), sentence=_without(hidden, alarm.sentence))


def _scheme(version: SchemeVersion, definition: SchemeDefinition) -> facts.SchemeFact:
    _, on = schemes.publication(version.pk)
    load, level = definition.workload, definition.eqf_level
    rule = definition.pass_rule
    return facts.SchemeFact(
        record=Record(
            kind="scheme_version",
            id=str(version.pk),
            digest=version.content_hash,
            on=on,
        ),
        code=definition.identifier,
        title=definition.title,
        version=definition.version,
        awarding_body=definition.document["metadata"]["awarding_body"],
        eqf_level="" if level is None else str(level),
        ects="" if load is None else f"{load.ects:f}",
        hours="" if load is None else f"{load.hours_total:f}",
        sample=version.sample,
        declared=definition.declared,
        validity_months=definition.validity_months,
        prerequisites=tuple(one.title for one in definition.entry_requirements if one.mandatory),
        outcomes=tuple(
            facts.OutcomeFact(
                id=outcome.identifier,
                statement=outcome.statement,
                esco=tuple(facts.EscoFact(uri=link.uri, label=link.label) for link in outcome.esco),
            )
            for outcome in definition.outcomes
        ),
        parts=tuple(
            facts.PartFact(
                id=part.identifier,
                title=part.kind.replace("_", " "),
                weight=str(part.weight),
                supervision=part.supervision,
            )
            for part in definition.parts
        ),
        rules=(f"{rule.type}: {rule.each_component}", rule.critical_steps, rule.resit),
        published_on=on,
        review_comment=version.review_comment,
    )


def _study(study: Study) -> facts.StudyFact:
    left_out = (study.document.get("data") or {}).get("left_out", ())
    return facts.StudyFact(
        record=Record(
            kind="study",
            id=str(study.pk),
            digest=study.document_sha256,
            on=study.run_at.date(),
        ),
        number=study.number,
        run_on=study.run_at.date(),
        candidates=study.candidates,
        dataset=Record(kind="dataset", id=str(study.dataset_id), digest=study.dataset_sha256),
        document=study.document,
        simulated=study.simulated,
        excluded=tuple(f"{one['attempts']} attempts are not in it: {one['sentence']}" for one in left_out),
    )


def _looks(version: SchemeVersion) -> facts.LooksFact | None:
    rows = MonitoringLook.objects.filter(scheme_version=version)
    latest = rows.order_by("-number").first()
    if latest is None:
        return None
    points = ChartPoint.objects.filter(look=latest)
    valued = points.filter(z__isnull=False)
    usual = set() if latest.base is None else {block.partition("/")[0] for block in latest.base.blocks}
    looked_at = {block.partition("/")[0] for block in latest.document["blocks"]}
    base = None if latest.base_id is None else Record(kind="base_period", id=str(latest.base_id))
    return facts.LooksFact(
        base=base,
        looks=rows.count(),
        latest=Record(kind="monitoring_look", id=str(latest.pk), on=latest.looked_at.date()),
        points=valued.count(),
        charts=valued.values("chart").distinct().count(),
        empty=points.filter(z__isnull=True).count(),
        later=len(looked_at - usual),
    )


def _meeting(one: MeetingSummary) -> facts.MeetingFact:
    return facts.MeetingFact(
        record=Record(kind="meeting", id=str(one.id), on=one.drafted_at.date()),
        part=one.part,
        method=one.method_words,
        state=one.state,
        judges=one.judges,
        minutes=bool(one.minutes),
        dissents=len(one.dissents),
        simulated=one.simulated,
    )


def _cuts(version: SchemeVersion, meetings: Sequence[MeetingSummary]) -> tuple[facts.CutFact, ...]:
    judges = {one.id: one.judges for one in meetings}
    return tuple(_cut(cut, judges.get(cut.meeting_id, 0)) for cut in cut_scores.cut_scores_in_force(version.pk))


def _cut(cut: CutScore, judges: int) -> facts.CutFact:
    return facts.CutFact(
        record=Record(kind="cut", id=str(cut.pk), on=cut.held_at.date()),
        part=cut.part,
        value=f"{cut.value:.2f}",
        recommended=f"{cut.recommended:.2f}",
        standard_error=None if cut.standard_error is None else f"{cut.standard_error:.2f}",
        method=cut.method,
        panel=cut.panel,
        judges=judges or None,
        held_on=cut.held_at.date(),
        board=cut.board,
        adopted_on=None if cut.adopted_at is None else cut.adopted_at.date(),
        until=cut.in_force_to,
        reason=cut.reason,
        simulated=cut.simulated,
        interval=_interval(cut),
    )


def _interval(cut: CutScore) -> tuple[float, float] | None:
    """The interval that the meeting's record holds, about the cut the board set."""
    found = cut.document.get("interval")
    if not found:
        return None
    moved = float(cut.value - cut.recommended)
    low, high = (float(bound) + moved for bound in found)
    return max(low, 0.0), min(high, 100.0)


def _check(check: GateCheck, hidden: Mapping[str, str]) -> facts.CheckFact:
    return facts.CheckFact(
        name=check.name,
        level=check.level.value,
        status=check.status.value,
        protects_against=check.protects_against,
        threshold=check.threshold,
        source=check.source,
        value=check.value,
        sentence=_without(hidden, check.words),
        least=float(LEAST[check.name].least) if check.name in LEAST else None,
    )


def _security(version: SchemeVersion, definition: SchemeDefinition) -> facts.SecurityFact:
    attempts = Attempt.objects.filter(registration__scheme_version=version)
    sittings = Sitting.objects.filter(scheme_version=version)
    incidents = Incident.objects.filter(attempt__registration__scheme_version=version)
    instruments = Instrument.objects.filter(organisation__in=sittings.values("organisation"), out_since=None)
    today = timezone.now().date()
    seals = Seal.objects.filter(attempt__in=attempts).order_by("attempt_id", "-number")
    latest = {
        attempt: (pk, digest) for pk, attempt, digest in reversed(seals.values_list("pk", "attempt_id", "digest"))
    }
    held = sittings.filter(pk__in=attempts.filter(state=Attempt.State.SEALED).values("sitting"))
    days = sorted(at.date() for at in held.values_list("starts_at", flat=True))
    return facts.SecurityFact(
        sittings=len(days),
        first=days[0] if days else None,
        last=days[-1] if days else None,
        attempts=attempts.filter(Q(state=Attempt.State.SEALED) | Q(sitting__ends_at__lt=timezone.now())).count(),
        sealed=attempts.filter(state=Attempt.State.SEALED).count(),
        scored=attempts.filter(scores__isnull=False).distinct().count(),
        quarantined=Quarantine.objects.filter(
            stream__subject__in=attempts.values("pk"), state=Quarantine.State.WAITING
        ).count(),
        incidents=tuple(Record(kind="incident", id=str(pk)) for pk in sorted(incidents.values_list("pk", flat=True))),
        incidents_open=incidents.filter(state=Incident.State.OPEN).count(),
        incidents_upheld=incidents.filter(state=Incident.State.UPHELD).count(),
        instruments=tuple(Record(kind="instrument", id=one.serial) for one in instruments.order_by("serial")),
        instruments_lapsed=tuple(
            f"{one.kind} {one.serial}" for one in instruments.filter(calibration_due__lt=today).order_by("serial")
        ),
        pool=tuple(Record(kind="item_version", id=str(item.id)) for item in pool(definition.identifier)),
        form_length=_form_length(version),
        conflicts_declared=Conflict.objects.filter(candidate__in=attempts.values("registration__candidate")).count(),
        seals=tuple(
            Record(kind="seal", id=str(pk), digest=bytes(digest).hex()) for pk, digest in sorted(latest.values())
        ),
    )


def _form_length(version: SchemeVersion) -> int:
    try:
        return schemes.blueprint_definition(version).form_length
    except SchemeError:
        return 0


def _ledger() -> facts.LedgerFact | None:
    checkpoint = Checkpoint.objects.order_by("-size").first()
    if checkpoint is None:
        return None
    return facts.LedgerFact(
        size=checkpoint.size,
        root=bytes(checkpoint.root).hex(),
        signed_at=checkpoint.at.isoformat(timespec="seconds"),
        key=signing_key(settings.KEYS_DIR, "ledger").public.did,
    )


def _work(version: SchemeVersion, decided: Sequence[Decision]) -> tuple[facts.WorkFact, ...]:
    """How often automated functions worked for this version, and how often people decided otherwise."""
    attempts = Attempt.objects.filter(registration__scheme_version=version)
    streams = Stream.objects.filter(subject__in=attempts.values("pk"))
    written = dict(
        Entry.objects.filter(stream__in=streams, kind__in=["run", "settle", "mark", "event", "points"])
        .values("kind")
        .annotate(number=Count("pk"))
        .values_list("kind", "number")
    )
    latest = Score.objects.filter(attempt__in=attempts).order_by("number").values_list("attempt_id", "document")
    items = sum(len(document["items"]) for document in dict(latest).values())
    changed = Decision.objects.filter(attempt__in=attempts, number__gt=1).count()
    studied = Study.objects.filter(scheme_version=version).count()
    alarms = alarms_of(version.pk)
    return (
        facts.WorkFact(function="items", worked=items, set_aside=None),
        facts.WorkFact(function="short_text", worked=written.get("points", 0), set_aside=None),
        facts.WorkFact(function="wiring", worked=written.get("run", 0), set_aside=None),
        facts.WorkFact(function="rubric", worked=written.get("mark", 0), set_aside=written.get("settle", 0)),
        facts.WorkFact(function="decision", worked=len(decided), set_aside=changed),
        facts.WorkFact(
            function="gate", worked=len(decided), set_aside=Waiver.objects.filter(scheme_version=version).count()
        ),
        facts.WorkFact(function="assembly", worked=attempts.count(), set_aside=None),
        facts.WorkFact(function="statistics", worked=studied, set_aside=None),
        facts.WorkFact(function="alarms", worked=len(alarms), set_aside=sum(one.looked_at for one in alarms)),
        facts.WorkFact(function="proctoring", worked=written.get("event", 0), set_aside=None),
    )
