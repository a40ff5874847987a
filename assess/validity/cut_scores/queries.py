"""Shared reads of cut-score meetings and of the cuts they came to."""

import hashlib
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from assess.attempts.models import Registration
from assess.ledger.canonical import canonical
from assess.people.models import Account
from assess.people.queries import Actor, conflicts_among, verified_certificates
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.validity.cut_scores.forms import FROM_SCORES, WORDS, Method
from assess.validity.cut_scores.lifecycle import Kind
from assess.validity.cut_scores.meeting import Event, Rating, Record, fold
from assess.validity.cut_scores.minutes import minutes
from assess.validity.cut_scores.models import CutScore, JudgeRating, Meeting, MeetingEvent
from assess.validity.cut_scores.panel import Asked, Standing, composition, lacking
from assess.validity.cut_scores.summaries import MeetingSummary
from assess.validity.datasets.arrays import OVERALL


def cut_scores_in_force(scheme_version_id: uuid.UUID, on: date | None = None) -> list[CutScore]:
    """For each part the latest cut that is adopted and in force on a day; where there is none, the latest that waits for its board.

    Parameters
    ----------
    on
        The day; today where it is not said.
    """
    day = on or timezone.now().date()
    adopted: dict[str, CutScore] = {}
    waiting: dict[str, CutScore] = {}
    rows = CutScore.objects.filter(scheme_version_id=scheme_version_id, declined_at=None).select_related("meeting")
    for cut in rows.order_by("number"):
        if cut.adopted_at is None:
            waiting[cut.part] = cut
        elif cut.in_force_from is not None and cut.in_force_from <= day and (cut.in_force_to or day) >= day:
            adopted[cut.part] = cut
    chosen = {**waiting, **adopted}
    return [chosen[part] for part in sorted(chosen)]


@dataclass(frozen=True)
class OverallCut:
    """The cut of the weighted overall score: the weighted sum of the parts' cuts, so nobody at every cut is below
    it."""

    value: Decimal
    standard_error: Decimal | None


def overall_cut(scheme_version_id: uuid.UUID) -> OverallCut | None:
    """The overall cut, once every part has one; its error is √Σ (w·SE)², errors of the parts taken as independent."""
    version = SchemeVersion.objects.get(pk=scheme_version_id)
    cuts = {cut.part: cut for cut in cut_scores_in_force(scheme_version_id)}
    parts = schemes.parts(version)
    if any(part.identifier not in cuts for part in parts):
        return None
    weighted = [(part.weight, cuts[part.identifier]) for part in parts]
    value = sum((weight * cut.value for weight, cut in weighted), Decimal(0)).quantize(Decimal("0.01"))
    if any(cut.standard_error is None for _, cut in weighted):
        return OverallCut(value, None)
    variance = sum(((weight * (cut.standard_error or 0)) ** 2 for weight, cut in weighted), Decimal(0))
    return OverallCut(value, variance.sqrt().quantize(Decimal("0.01")))


def cuts_of(scheme_version_id: uuid.UUID) -> dict[str, tuple[Decimal, Decimal | None]]:
    """Every part's cut and error, and the overall cut once there is one."""
    cuts = {cut.part: (cut.value, cut.standard_error) for cut in cut_scores_in_force(scheme_version_id)}
    overall = overall_cut(scheme_version_id)
    return cuts if overall is None else {**cuts, OVERALL: (overall.value, overall.standard_error)}


def cut_scores_of(scheme_version_id: uuid.UUID) -> QuerySet[CutScore]:
    """Every cut score that was ever set for a scheme version, by part, the latest first."""
    found = CutScore.objects.filter(scheme_version_id=scheme_version_id).select_related(
        "held_by", "adopted_by", "meeting"
    )
    return found.order_by("part", "-number")


def cut_scores_waiting(scheme_version_id: uuid.UUID) -> QuerySet[CutScore]:
    """Cut scores that no board has adopted or declined yet."""
    return cut_scores_of(scheme_version_id).filter(adopted_at=None, declined_at=None)


def cut_score_by_id(cut_score_id: uuid.UUID) -> CutScore | None:
    found = CutScore.objects.select_related("scheme_version__scheme", "meeting__held_by", "held_by", "adopted_by")
    return found.filter(pk=cut_score_id).first()


def previous_of(cut: CutScore) -> CutScore | None:
    """The cut of the same part that was adopted last before this one was set."""
    earlier = CutScore.objects.filter(
        scheme_version=cut.scheme_version_id, part=cut.part, number__lt=cut.number, adopted_at__isnull=False
    )
    return earlier.order_by("-number").first()


def record_of(meeting: Meeting, *, with_ratings: bool = True) -> Record:
    """How a meeting stands, folded from its lines and its ratings."""
    rows = MeetingEvent.objects.filter(meeting=meeting).order_by("number")
    events = [
        Event(
            number=row.number,
            kind=Kind(row.kind),
            by=str(row.by_id),
            at=row.at,
            judge=None if row.judge_id is None else str(row.judge_id),
            payload=row.payload,
        )
        for row in rows
    ]
    saved = JudgeRating.objects.filter(meeting=meeting) if with_ratings else JudgeRating.objects.none()
    return fold(events, [_rating(row) for row in saved])


def _rating(row: JudgeRating) -> Rating:
    return Rating(
        judge=str(row.judge_id),
        sequence=row.sequence,
        turn=row.turn,
        element=row.element,
        value=row.value,
        after=row.after,
        said_at=row.said_at,
        saved_at=row.saved_at,
    )


def ratings_document(meeting_id: uuid.UUID, *, before: int) -> dict[str, Any] | None:
    """What the ledger commits to: every rating that arrived before an event, as a number and a digest.

    None where the meeting does not exist.
    """
    if not Meeting.objects.filter(pk=meeting_id).exists():
        return None
    rows = JudgeRating.objects.filter(meeting=meeting_id, after__lt=before).order_by("judge_id", "sequence")
    told = [
        [
            str(row.pk),
            str(row.judge_id),
            row.sequence,
            row.turn,
            row.element,
            row.value,
            row.after,
            str(row.saved_by_id),
        ]
        for row in rows
    ]
    digest = hashlib.sha256(canonical(told)).hexdigest()
    return {"meeting": str(meeting_id), "before": before, "rows": len(told), "sha256": digest}


def meeting_by_id(meeting_id: uuid.UUID) -> Meeting | None:
    return Meeting.objects.select_related("scheme_version__scheme", "held_by").filter(pk=meeting_id).first()


def meetings_held(scheme_version_id: uuid.UUID) -> QuerySet[Meeting]:
    """The meetings of a scheme version, by part, the latest first."""
    held = Meeting.objects.filter(scheme_version=scheme_version_id).select_related("held_by", "cut")
    return held.order_by("part", "-number")


def meetings_under_way(scheme_version_ids: Collection[uuid.UUID]) -> list[Meeting]:
    """The meetings of some scheme versions that are open and not closed or abandoned, the longest open first."""
    opened = MeetingEvent.objects.filter(kind=Kind.OPENED).values("meeting")
    over = MeetingEvent.objects.filter(kind__in=(Kind.CLOSED, Kind.ABANDONED)).values("meeting")
    found = Meeting.objects.filter(scheme_version__in=scheme_version_ids, pk__in=opened).exclude(pk__in=over)
    return list(found.select_related("held_by").order_by("drafted_at", "pk"))


def meetings_of(scheme_version_id: uuid.UUID) -> tuple[MeetingSummary, ...]:
    """Every meeting about a cut of a scheme version, with its state, panel and minutes; by part, the latest first."""
    return tuple(summary_of(meeting) for meeting in meetings_held(scheme_version_id))


def summary_of(meeting: Meeting) -> MeetingSummary:
    record = record_of(meeting)
    names = names_in(record)
    cut = CutScore.objects.filter(meeting=meeting).first()
    told = composition([one.declaration for one in record.judges.values() if one.declaration is not None])
    return MeetingSummary(
        id=meeting.pk,
        part=meeting.part,
        number=meeting.number,
        method=meeting.method,
        method_words=WORDS[Method(meeting.method)],
        state=record.state.value,
        turn=record.turn,
        panel=meeting.panel,
        judges=len(record.judges),
        present=len(record.present),
        excluded=sum(one.excluded is not None for one in record.judges.values()),
        late=sum(len(one.late) for one in record.counted_rounds),
        held_by=str(meeting.held_by),
        drafted_at=meeting.drafted_at,
        simulated=meeting.simulated,
        composition=", ".join(f"{number} {words}" for words, number in told["backgrounds"]),
        described_outcomes=len(record.description),
        rounds=len(record.counted_rounds),
        dissents=tuple((names[event.by], str(event.payload["words"])) for event in record.of_kind(Kind.DISSENTED)),
        minutes=minutes(record, names),
        cut_score_id=None if cut is None else cut.pk,
        recommended=None if cut is None else cut.recommended,
        value=None if cut is None else cut.value,
        standard_error=None if cut is None else cut.standard_error,
        board="" if cut is None else cut.board,
        board_reason="" if cut is None else cut.reason,
        in_force_from=None if cut is None else cut.in_force_from,
        in_force_to=None if cut is None else cut.in_force_to,
    )


def names_in(record: Record) -> dict[str, str]:
    """Everybody who acts or is named in a record → how they are called."""
    people = {event.by for event in record.events} | set(record.judges)
    return {str(account.pk): str(account) for account in Account.objects.filter(pk__in=people)}


def meetings_for_judge(judge_id: uuid.UUID) -> list[Meeting]:
    """The meetings to which somebody was invited, the latest first; drafts are not shown."""
    invited = MeetingEvent.objects.filter(kind=Kind.INVITED, judge=judge_id).values("meeting")
    opened = MeetingEvent.objects.filter(kind=Kind.OPENED).values("meeting")
    found = Meeting.objects.filter(pk__in=invited).filter(pk__in=opened)
    return list(found.select_related("scheme_version__scheme").order_by("-drafted_at"))


def is_judge_of(judge_id: uuid.UUID, meeting_id: uuid.UUID) -> bool:
    """Whether somebody sits on the panel of a meeting that is no draft any more."""
    rows = MeetingEvent.objects.filter(meeting=meeting_id)
    invited = rows.filter(kind=Kind.INVITED, judge=judge_id)
    return invited.exists() and rows.filter(kind=Kind.OPENED).exists()


ONE_JUDGES = frozenset({Kind.INVITED, Kind.DECLARED, Kind.AGREED, Kind.DISSENTED, Kind.NOTED})
"""Lines that concern one judge, or the minutes: no other judge's page looks again because of them."""


def lines_in(meetings: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many lines that concern all judges the records of some meetings have: the number of a panel's topic."""
    rows = MeetingEvent.objects.filter(meeting__in=meetings).exclude(kind__in=ONE_JUDGES)
    return dict(rows.values_list("meeting").annotate(lines=Count("pk")))


def may_see_meeting(actor: Actor, meeting_id: uuid.UUID) -> bool:
    """Whether somebody may follow everything that happens in a meeting: who prepares and adopts cuts, never a judge of it."""
    if not {"director", "board", "approver"} & actor.roles:
        return False
    return Meeting.objects.filter(pk=meeting_id).exists() and not is_judge_of(actor.id, meeting_id)


def own_ratings(meeting_id: uuid.UUID, judge_id: uuid.UUID) -> list[JudgeRating]:
    """What a judge saved, in the order of their numbers."""
    return list(JudgeRating.objects.filter(meeting=meeting_id, judge=judge_id).order_by("sequence"))


def standings(meeting: Meeting, record: Record) -> dict[str, Standing]:
    """Judge → what is known besides the declaration: verified evidence, relations to candidates of the scheme."""
    people = [uuid.UUID(judge) for judge in record.judges]
    return standings_of(meeting.scheme_version_id, people)


def standings_of(scheme_version_id: uuid.UUID, people: Collection[uuid.UUID]) -> dict[str, Standing]:
    candidates = dict(
        Registration.objects.filter(Q(scheme_version=scheme_version_id)).values_list(
            "candidate_id", "candidate__given_name"
        )
    )
    related: dict[uuid.UUID, int] = {}
    for person, candidate in conflicts_among(people):
        if candidate in candidates:
            related[person] = related.get(person, 0) + 1
    found = {}
    for account in Account.objects.filter(pk__in=people):
        conflicts = []
        if account.pk in candidates:
            conflicts.append(f"{account} is a candidate of this scheme.")
        if number := related.get(account.pk):
            conflicts.append(
                f"{account} declared a relation to {number} candidate{'' if number == 1 else 's'} of this scheme."
            )
        kinds = frozenset(row.kind for row in verified_certificates(account.pk))
        found[str(account.pk)] = Standing(name=str(account), evidence=kinds, conflicts=tuple(conflicts))
    return found


def asked_of(meeting: Meeting) -> Asked:
    """What the panel of a meeting asks of its judges."""
    asked: Mapping[str, Any] = meeting.plan.get("asked", {})
    return Asked(years=int(asked.get("years", 0)), evidence=tuple(asked.get("evidence", ())))


def lacking_in(meeting: Meeting, record: Record) -> dict[str, tuple[str, ...]]:
    """Judge → what keeps them from judging, in sentences; judges who left or were admitted nevertheless are not in it."""
    known = standings(meeting, record)
    found = {
        key: lacking(asked_of(meeting), known[key], judge.declaration)
        for key, judge in record.judges.items()
        if judge.gone is None and judge.admitted is None
    }
    return {key: sentences for key, sentences in found.items() if sentences}


def has_rounds(meeting: Meeting) -> bool:
    """Whether judges rate in rounds here; where the cut follows from scores and impressions they don't."""
    return Method(meeting.method) not in FROM_SCORES
