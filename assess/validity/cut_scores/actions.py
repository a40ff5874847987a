"""What happens in a cut-score meeting, line by line; ratings; the cut it comes to; its adoption by a board.

Every act here adds one line to the meeting's record and changes none. `lifecycle` says what may happen when; `meeting` says how a
meeting stands after its lines.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max
from django.utils import timezone

from assess.attempts.models import Registration
from assess.ledger import actions as ledger
from assess.people.models import Account
from assess.people.queries import conflicts_declared_by, has_role
from assess.schemes.models import SchemeVersion
from assess.validity.cut_scores.adoption import RECOMMENDED, choices
from assess.validity.cut_scores.arrivals import Saved, read_row, same
from assess.validity.cut_scores.between import closing
from assess.validity.cut_scores.conditions import (
    LONGEST,
    judge_in,
    previous_cut,
    refuse_at_odds,
    refuse_unready,
    state_words,
    words_of,
)
from assess.validity.cut_scores.forms import (
    FROM_SCORES,
    Method,
    elements_of,
    unrated,
)
from assess.validity.cut_scores.found import found_cut
from assess.validity.cut_scores.gathering import gathered, part_of
from assess.validity.cut_scores.lifecycle import Kind, State, allowed
from assess.validity.cut_scores.material import plan_for
from assess.validity.cut_scores.meeting import Record
from assess.validity.cut_scores.models import CutScore, JudgeRating, Meeting, MeetingEvent
from assess.validity.cut_scores.panel import BACKGROUNDS
from assess.validity.cut_scores.queries import (
    has_rounds,
    lacking_in,
    ratings_document,
    record_of,
)
from assess.validity.cut_scores.rules import FoundCut, NoCut
from assess.validity.datasets.actions import freeze_scores
from assess.validity.errors import ValidityError

MOST_ROWS = 2_000


# --- preparing


def draft_meeting(
    *,
    actor_id: uuid.UUID,
    scheme_version_id: uuid.UUID,
    part: str,
    method: str,
    panel: str,
    years: int = 0,
    evidence: Sequence[str] = (),
) -> Meeting:
    """Draft a meeting about the cut of a part: by which method, with which panel, and what it asks of its judges.

    Raises
    ------
    ValidityError
        `no-such-part`, `no-such-method`, `not-for-this-part`, `no-words`, `years`.
    """
    if method not in set(Method):
        raise ValidityError("no-such-method", f"There is no method {method[:40]!r}; choose one of the list.")
    if not 0 <= years <= 60:
        raise ValidityError("years", "Ask for 0 to 60 years in the occupation.")
    version = SchemeVersion.objects.select_related("scheme").get(pk=scheme_version_id)
    plan = plan_for(version, part_of(version, part), Method(method))
    plan["asked"] = {"years": years, "evidence": list(evidence)}
    return _draft(actor_id, version, part, Method(method), panel, plan)


def describe_borderline(*, actor_id: uuid.UUID, meeting_id: uuid.UUID, texts: Mapping[str, str]) -> MeetingEvent:
    """Say under each outcome what the borderline candidate can do and what not yet. Judges agree to it anew."""
    meeting, record = _locked(meeting_id, Kind.DESCRIBED)
    known = [outcome["id"] for outcome in meeting.plan["outcomes"]]
    unknown = sorted(set(texts) - set(known))
    if unknown:
        raise ValidityError("no-such-outcome", f"This part has no outcome {unknown[0][:40]!r}.")
    kept = {name: words_of(texts[name], name) for name in known if texts.get(name, "").strip()}
    if not kept:
        raise ValidityError("no-words", "Write under at least one outcome what the borderline candidate can do.")
    return _append(meeting, Kind.DESCRIBED, by=actor_id, payload={"texts": {**record.description, **kept}})


def invite_judges(*, actor_id: uuid.UUID, meeting_id: uuid.UUID, judge_ids: Sequence[uuid.UUID]) -> list[MeetingEvent]:
    """Invite people with the role of a judge.

    Raises
    ------
    ValidityError
        `not-a-judge` names who lacks the role; `own-meeting`: who holds the meeting does not judge in it.
    """
    meeting, record = _locked(meeting_id, Kind.INVITED)
    return _invite(meeting, record, actor_id, judge_ids)


def open_meeting(*, actor_id: uuid.UUID, meeting_id: uuid.UUID) -> MeetingEvent:
    """Open a meeting: judges see it, declare themselves and agree to the description.

    Raises
    ------
    ValidityError
        `no-judges`, `not-described` names the outcomes without a text.
    """
    meeting, record = _locked(meeting_id, Kind.OPENED)
    if has_rounds(meeting):
        if len(record.judges) < 2:
            raise ValidityError("no-judges", "Invite at least two judges: one alone has no standard error.")
        lacking = [one["id"] for one in meeting.plan["outcomes"] if one["id"] not in record.description]
        if lacking and not meeting.plan.get("paper"):
            raise ValidityError("not-described", f"Describe the borderline candidate under {', '.join(lacking)} too.")
    return _append(meeting, Kind.OPENED, by=actor_id)


# --- judges


def declare_experience(
    *,
    actor_id: uuid.UUID,
    meeting_id: uuid.UUID,
    years: int,
    background: str,
    organisation: str = "",
    conflict: str = "",
) -> MeetingEvent:
    """A judge says what they know the occupation from, and which interest of theirs could speak in the cut."""
    meeting, _ = _locked(meeting_id, Kind.DECLARED)
    if background not in BACKGROUNDS:
        raise ValidityError("background", f"Choose one of: {', '.join(BACKGROUNDS)}.")
    if not 0 <= years <= 70:
        raise ValidityError("years", "Years in the occupation are between 0 and 70.")
    said = {
        "years": years,
        "background": background,
        "organisation": organisation.strip()[:200],
        "conflict": conflict.strip()[:LONGEST],
    }
    return _append(meeting, Kind.DECLARED, by=actor_id, judge=actor_id, payload=said)


def agree_to_description(*, actor_id: uuid.UUID, meeting_id: uuid.UUID, read: int) -> MeetingEvent:
    """A judge agrees to the description of the borderline candidate as it stands; `read` is the line they read it in."""
    meeting, record = _locked(meeting_id, Kind.AGREED)
    latest = record.of_kind(Kind.DESCRIBED)
    if not latest or latest[-1].number != read:
        raise ValidityError("described-anew", "The description was changed meanwhile. Read it again, then agree.")
    return _append(meeting, Kind.AGREED, by=actor_id, judge=actor_id, payload={"read": read})


def admit_judge(*, actor_id: uuid.UUID, meeting_id: uuid.UUID, judge_id: uuid.UUID, reason: str) -> MeetingEvent:
    """Let a judge judge who lacks what the panel asks for, with a reason; what is lacking stays in the record."""
    meeting, record = _locked(meeting_id, Kind.ADMITTED)
    lacking = lacking_in(meeting, record).get(judge_in(record, judge_id).judge, ())
    if record.judges[str(judge_id)].declaration is None:
        raise ValidityError("not-declared", "The judge declares experience and conflicts of interest first.")
    if not lacking:
        raise ValidityError("nothing-lacking", "This judge has everything that the panel asks for.")
    payload = {"reason": words_of(reason, "the reason"), "lacking": list(lacking)}
    return _append(meeting, Kind.ADMITTED, by=actor_id, judge=judge_id, payload=payload)


def record_leaving(*, actor_id: uuid.UUID, meeting_id: uuid.UUID, judge_id: uuid.UUID, reason: str) -> MeetingEvent:
    """Record that a judge did not come, or left. What they saved stays and counts in the rounds it was saved for."""
    meeting, record = _locked(meeting_id, Kind.LEFT)
    if judge_in(record, judge_id).gone is not None:
        raise ValidityError("gone-already", "It is recorded already that this judge is not there.")
    return _append(meeting, Kind.LEFT, by=actor_id, judge=judge_id, payload={"reason": words_of(reason, "the reason")})


def record_return(*, actor_id: uuid.UUID, meeting_id: uuid.UUID, judge_id: uuid.UUID) -> MeetingEvent:
    """Record that a judge who left is back. Who was never trained here does not come in between two rounds."""
    meeting, record = _locked(meeting_id, Kind.RETURNED)
    judge = judge_in(record, judge_id)
    if judge.gone is None:
        raise ValidityError("not-gone", "This judge is there.")
    if judge.declaration is None and record.state in (State.ROUND, State.FEEDBACK):
        raise ValidityError("not-trained", "This judge missed training and practice: rounds have begun without them.")
    return _append(meeting, Kind.RETURNED, by=actor_id, judge=judge_id)


# --- training, rounds


def start_training(*, actor_id: uuid.UUID, meeting_id: uuid.UUID, words: str) -> MeetingEvent:
    """Begin the training; the words say what it consists of."""
    meeting, _ = _locked(meeting_id, Kind.TRAINED)
    return _append(meeting, Kind.TRAINED, by=actor_id, payload={"words": words_of(words, "what the training is")})


def start_practice(*, actor_id: uuid.UUID, meeting_id: uuid.UUID) -> MeetingEvent:
    """Open the practice round: a few elements, and nothing of it counts."""
    meeting, _ = _locked(meeting_id, Kind.PRACTISED)
    return _append(meeting, Kind.PRACTISED, by=actor_id)


def open_round(*, actor_id: uuid.UUID, meeting_id: uuid.UUID) -> MeetingEvent:
    """Open the next round for everybody who is there.

    Raises
    ------
    ValidityError
        `not-ready` names the judges who have not declared, lack something, or have not agreed to the description.
    """
    meeting, record = _locked(meeting_id, Kind.ROUND_OPENED)
    if not meeting.plan.get("paper"):
        refuse_unready(meeting, record)
    number = 1 + max((one.number for one in record.counted_rounds), default=0)
    return _append(meeting, Kind.ROUND_OPENED, by=actor_id, payload={"round": number})


def close_round(*, actor_id: uuid.UUID, meeting_id: uuid.UUID, reason: str = "") -> MeetingEvent:
    """Close the open round. What it comes to, where judges differ and what it would do is computed and kept with this line.

    Raises
    ------
    ValidityError
        `unfinished` names judges who are there and have not rated everything; a reason closes it nevertheless. `at-odds` names
        whose limits contradict each other.
    """
    meeting, record = _locked(meeting_id, Kind.ROUND_CLOSED, with_ratings=True)
    turn = record.turn or 0
    current = record.rounds[turn]
    elements = elements_of(meeting.plan["elements"])
    values = {judge: {one.element: one.value for one in rated.values()} for judge, rated in current.ratings.items()}
    unfinished = [one.judge for one in record.present if unrated(elements, values.get(one.judge, {}))]
    if unfinished and not reason.strip():
        names = ", ".join(str(account) for account in Account.objects.filter(pk__in=unfinished))
        raise ValidityError("unfinished", f"Not finished yet: {names}. Wait, or give the reason for closing without.")
    refuse_at_odds(meeting, values)
    given, seen, data = gathered(meeting, record)
    payload = {
        "round": turn,
        "rows": current.rows,
        "unfinished": unfinished,
        "reason": reason.strip()[:LONGEST],
        "document": {**closing(given, seen, previous=previous_cut(meeting)), **data},
    }
    event = _append(meeting, Kind.ROUND_CLOSED, by=actor_id, payload=payload)
    _commit_ratings(meeting, event)
    return event


def reopen_round(*, actor_id: uuid.UUID, meeting_id: uuid.UUID, reason: str) -> MeetingEvent:
    """Open the last round again. What arrived after it was closed counts from now on; nothing that was saved is lost."""
    meeting, record = _locked(meeting_id, Kind.ROUND_REOPENED)
    payload = {"round": record.turn, "reason": words_of(reason, "the reason")}
    return _append(meeting, Kind.ROUND_REOPENED, by=actor_id, payload=payload)


def save_ratings(*, actor_id: uuid.UUID, meeting_id: uuid.UUID, rows: Sequence[Mapping[str, Any]]) -> Saved:
    """Save ratings of a judge: rows with `sequence`, `round`, `element`, `value` and `said_ms`, in any order and as often as sent.

    Raises
    ------
    ValidityError
        `no-such-round` for one that was never opened, `no-such-element`, `not-a-value`, `too-many`; nothing is saved then.
    """
    if len(rows) > MOST_ROWS:
        raise ValidityError("too-many", f"Send at most {MOST_ROWS} ratings at once.")
    meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
    return _save(meeting, record_of(meeting, with_ratings=False), actor_id, actor_id, rows)


# --- between rounds


def add_note(*, actor_id: uuid.UUID, meeting_id: uuid.UUID, words: str) -> MeetingEvent:
    """Write something into the minutes: what was discussed, what was decided about how to go on."""
    meeting, _ = _locked(meeting_id, Kind.NOTED)
    return _append(meeting, Kind.NOTED, by=actor_id, payload={"words": words_of(words, "the note")})


def exclude_judge(*, actor_id: uuid.UUID, meeting_id: uuid.UUID, judge_id: uuid.UUID, reason: str) -> MeetingEvent:
    """Leave a judge out of the cut, as a person's act with a reason. Both cuts are kept and the board sees both."""
    meeting, record = _locked(meeting_id, Kind.EXCLUDED)
    if judge_in(record, judge_id).excluded is not None:
        raise ValidityError("excluded-already", "This judge is left out already.")
    return _append(
        meeting, Kind.EXCLUDED, by=actor_id, judge=judge_id, payload={"reason": words_of(reason, "the reason")}
    )


def include_judge(*, actor_id: uuid.UUID, meeting_id: uuid.UUID, judge_id: uuid.UUID, reason: str) -> MeetingEvent:
    """Take a judge back into the cut."""
    meeting, record = _locked(meeting_id, Kind.INCLUDED)
    if judge_in(record, judge_id).excluded is None:
        raise ValidityError("not-excluded", "This judge counts already.")
    return _append(
        meeting, Kind.INCLUDED, by=actor_id, judge=judge_id, payload={"reason": words_of(reason, "the reason")}
    )


def close_meeting(*, actor_id: uuid.UUID, meeting_id: uuid.UUID) -> CutScore:
    """End a meeting. The cut is computed from what it holds, and waits for a board.

    Raises
    ------
    ValidityError
        `no-cut` with the reason why the ratings or scores give none.
    """
    meeting, record = _locked(meeting_id, Kind.CLOSED, with_ratings=True)
    return _close(meeting, record, actor_id)


def abandon_meeting(*, actor_id: uuid.UUID, meeting_id: uuid.UUID, reason: str) -> MeetingEvent:
    """Give a meeting up. Its record stays."""
    meeting, _ = _locked(meeting_id, Kind.ABANDONED)
    return _append(meeting, Kind.ABANDONED, by=actor_id, payload={"reason": words_of(reason, "the reason")})


def write_dissent(*, actor_id: uuid.UUID, meeting_id: uuid.UUID, words: str) -> MeetingEvent:
    """A judge does not agree with what the panel came to, and says why; the board reads it."""
    meeting, _ = _locked(meeting_id, Kind.DISSENTED)
    said = {"words": words_of(words, "what you do not agree with")}
    return _append(meeting, Kind.DISSENTED, by=actor_id, judge=actor_id, payload=said)


# --- the board


def adopt_cut_score(
    *,
    actor_id: uuid.UUID,
    cut_score_id: uuid.UUID,
    board: str,
    choice: str = RECOMMENDED,
    reason: str = "",
    in_force_from: date | None = None,
    in_force_to: date | None = None,
) -> CutScore:
    """Adopt a cut in the name of a board: the recommended one, or with a reason one that the method's error allows.

    Raises
    ------
    ValidityError
        `adopted`, `declined`, `own-meeting` and `own-panel` (who made the cut does not adopt it), `conflict`, `board`,
        `no-such-choice`, `no-words` without a reason for another value, `past` and `not-in-order` for days.
    """
    cut, meeting = _waiting(cut_score_id, actor_id, board)
    chosen = {one.name: one for one in choices(cut.recommended, cut.standard_error, cut.document)}.get(choice)
    if chosen is None:
        raise ValidityError("no-such-choice", "Choose one of the values that the method's error allows.")
    today = timezone.now().date()
    start = in_force_from or today
    if start < today:
        raise ValidityError(
            "past", "A cut is in force from the day it is adopted or a later one, never from a day gone by."
        )
    if in_force_to is not None and in_force_to < start:
        raise ValidityError("not-in-order", "The cut ends before it begins. Give a later last day.")
    why = reason.strip()[:LONGEST] if choice == RECOMMENDED else words_of(reason, "why the board's value differs")
    cut.value, cut.choice, cut.reason = chosen.value, choice, why
    cut.adopted_by_id, cut.board, cut.adopted_at = actor_id, board.strip(), timezone.now()
    cut.in_force_from, cut.in_force_to = start, in_force_to
    cut.save()
    payload = {
        "board": cut.board,
        "choice": choice,
        "value": str(chosen.value),
        "reason": why,
        "from": start.isoformat(),
        "to": None if in_force_to is None else in_force_to.isoformat(),
    }
    _append(meeting, Kind.ADOPTED, by=actor_id, payload=payload)
    ledger.record_row(kind="cut", row=cut)
    return cut


def decline_cut_score(*, actor_id: uuid.UUID, cut_score_id: uuid.UUID, board: str, reason: str) -> CutScore:
    """Do not adopt a cut, in the name of a board and with its reason. What was in force stays in force."""
    cut, meeting = _waiting(cut_score_id, actor_id, board)
    cut.declined_at, cut.board, cut.reason = timezone.now(), board.strip(), words_of(reason, "the board's reason")
    cut.save()
    _append(meeting, Kind.DECLINED, by=actor_id, payload={"board": cut.board, "reason": cut.reason})
    ledger.record_row(kind="cut", row=cut)
    return cut


# --- meetings that were held elsewhere, and cuts that follow from scores


def hold_angoff_meeting(
    *,
    actor_id: uuid.UUID,
    scheme_version_id: uuid.UUID,
    part: str,
    panel: str,
    judge_ids: Sequence[uuid.UUID],
    items: Sequence[str],
    points: Sequence[Decimal],
    rounds: Sequence[Sequence[Sequence[str]]],
) -> CutScore:
    """Enter an Angoff meeting that was held on paper into the same record: who judged, and what each said in each round.

    Raises
    ------
    ValidityError
        `no-such-part`; `not-a-judge` names who lacks the role; `not-a-value`; `no-cut` where the ratings give none.
    """
    version = SchemeVersion.objects.select_related("scheme").get(pk=scheme_version_id)
    part_of(version, part)
    elements = [
        {"id": name, "kind": "points", "maximum": str(top), "source": "paper", "words": name}
        for name, top in zip(items, points, strict=True)
    ]
    plan = {"elements": elements, "practice": [], "outcomes": [], "asked": {"years": 0, "evidence": []}, "paper": True}
    meeting = _draft(actor_id, version, part, Method.ANGOFF, panel, plan)
    _invite(meeting, record_of(meeting), actor_id, judge_ids)
    _append(meeting, Kind.OPENED, by=actor_id)
    sequence = 0
    for number, table in enumerate(rounds, start=1):
        _append(meeting, Kind.ROUND_OPENED, by=actor_id, payload={"round": number})
        record = record_of(meeting, with_ratings=False)
        now = int(timezone.now().timestamp() * 1000)
        for judge, row in zip(judge_ids, table, strict=True):
            rows = [
                {"sequence": sequence + place, "round": number, "element": name, "value": value, "said_ms": now}
                for place, (name, value) in enumerate(zip(items, row, strict=True), start=1)
            ]
            _save(meeting, record, judge, actor_id, rows)
        sequence += len(items)
        close_round(actor_id=actor_id, meeting_id=meeting.pk, reason="as on paper")
    return _close(meeting, record_of(meeting), actor_id)


def hold_borderline_meeting(*, actor_id: uuid.UUID, scheme_version_id: uuid.UUID, part: str, panel: str) -> CutScore:
    """Draft, open and close a borderline regression over the scored attempts of the scheme version.

    Raises
    ------
    ValidityError
        `no-such-part`; `no-cut` where a task has too few candidates or its ratings do not vary.
    """
    method = Method.BORDERLINE_REGRESSION
    meeting = draft_meeting(
        actor_id=actor_id, scheme_version_id=scheme_version_id, part=part, method=method, panel=panel
    )
    _append(meeting, Kind.OPENED, by=actor_id)
    return _close(meeting, record_of(meeting), actor_id)


# --- what the acts share


def _locked(meeting_id: uuid.UUID, kind: Kind, *, with_ratings: bool = False) -> tuple[Meeting, Record]:
    """The meeting, held for this transaction, and how it stands; refused where this may not happen now."""
    meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
    record = record_of(meeting, with_ratings=with_ratings)
    short = bool(meeting.plan.get("paper")) or not has_rounds(meeting)
    if not allowed(kind, record.state, without_rounds=short):
        raise ValidityError("not-now", f"This is not the moment for it: the meeting is {state_words(record)}.")
    return meeting, record


def _append(
    meeting: Meeting,
    kind: Kind,
    *,
    by: uuid.UUID,
    judge: uuid.UUID | None = None,
    payload: Mapping[str, Any] | None = None,
) -> MeetingEvent:
    last = MeetingEvent.objects.filter(meeting=meeting).aggregate(last=Max("number"))["last"] or 0
    event = MeetingEvent.objects.create(
        meeting=meeting,
        number=last + 1,
        kind=kind.value,
        judge_id=judge,
        payload=dict(payload or {}),
        by_id=by,
        at=timezone.now(),
    )
    ledger.record_row(kind="meeting event", row=event)
    return event


def _draft(
    actor_id: uuid.UUID, version: SchemeVersion, part: str, method: Method, panel: str, plan: Mapping[str, Any]
) -> Meeting:
    earlier = Meeting.objects.filter(scheme_version=version, part=part)
    meeting = Meeting.objects.create(
        scheme_version=version,
        part=part,
        number=(earlier.aggregate(last=Max("number"))["last"] or 0) + 1,
        method=method.value,
        panel=words_of(panel, "who the panel is")[:200],
        plan=plan,
        simulated=Account.objects.filter(pk=actor_id, simulated=True).exists(),
        held_by_id=actor_id,
        drafted_at=timezone.now(),
    )
    ledger.record_row(kind="meeting", row=meeting)
    _append(meeting, Kind.DRAFTED, by=actor_id, payload={"part": part, "method": method.value})
    return meeting


def _invite(
    meeting: Meeting, record: Record, actor_id: uuid.UUID, judge_ids: Sequence[uuid.UUID]
) -> list[MeetingEvent]:
    people = {account.pk: account for account in Account.objects.filter(pk__in=judge_ids)}
    for judge in judge_ids:
        if not has_role(judge, "judge"):
            name = people.get(judge, judge)
            raise ValidityError(
                "not-a-judge", f"{name} is not a judge here. Give the person the role, or leave them out."
            )
    if meeting.held_by_id in judge_ids:
        raise ValidityError("own-meeting", "Who holds the meeting does not judge in it. Ask somebody else to hold it.")
    if any(account.simulated for account in people.values()) and not meeting.simulated:
        meeting.simulated = True
        meeting.save(update_fields=["simulated"])
        ledger.record_row(kind="meeting", row=meeting)
    fresh = [judge for judge in dict.fromkeys(judge_ids) if str(judge) not in record.judges]
    return [_append(meeting, Kind.INVITED, by=actor_id, judge=judge) for judge in fresh]


def _save(
    meeting: Meeting, record: Record, judge: uuid.UUID, saved_by: uuid.UUID, rows: Sequence[Mapping[str, Any]]
) -> Saved:
    elements = {one.identifier: one for one in elements_of(meeting.plan["elements"])}
    wanted = [read_row(record, elements, row) for row in rows]
    held = {
        row.sequence: row
        for row in JudgeRating.objects.filter(
            meeting=meeting, judge=judge, sequence__in=[row["sequence"] for row in wanted]
        )
    }
    taken, fresh, now = [], {}, timezone.now()
    for row in wanted:
        known = held.get(row["sequence"])
        if known is None and row["sequence"] not in fresh:
            fresh[row["sequence"]] = JudgeRating(
                meeting=meeting, judge_id=judge, after=record.last, saved_by_id=saved_by, saved_at=now, **row
            )
        elif not same(known or fresh[row["sequence"]], row):
            taken.append(row["sequence"])
    JudgeRating.objects.bulk_create(fresh.values())
    over = {number for number, one in record.rounds.items() if not one.is_open}
    for made in fresh.values():
        if made.turn in over:
            ledger.record_row(kind="late rating", row=made)
    saved = sorted({row["sequence"] for row in wanted} - set(taken))
    late = [number for number in saved if (fresh.get(number) or held[number]).turn in over and number in fresh]
    return Saved(tuple(saved), tuple(late), tuple(sorted(set(taken))))


def _commit_ratings(meeting: Meeting, event: MeetingEvent) -> None:
    document = ratings_document(meeting.pk, before=event.number)
    assert document is not None
    ledger.record(kind="meeting ratings", record_id=f"{meeting.pk}:{event.number}", document=document)


def _freeze(meeting: Meeting, actor_id: uuid.UUID) -> None:
    """Keep what the cut is computed from, so that the digest in its document leads to bytes."""
    try:
        freeze_scores(actor_id=actor_id, scheme_version_id=meeting.scheme_version_id)
    except ValidityError as error:
        if error.code != "no-scores":
            raise


def _close(meeting: Meeting, record: Record, actor_id: uuid.UUID) -> CutScore:
    if Method(meeting.method) in FROM_SCORES:
        _freeze(meeting, actor_id)
    given, seen, data = gathered(meeting, record)
    try:
        found = found_cut(given)
    except NoCut as none:
        raise ValidityError("no-cut", f"The meeting gives no cut score. {none}") from None
    previous = previous_cut(meeting)
    last = closing(given, seen, previous=previous)
    document = {
        **found.document,
        **{key: value for key, value in data.items() if key != "simulated"},
        "previous": previous,
        "impact": last["impact"],
        "ratings": {
            "judges": list(given.judges),
            "excluded": sorted(given.excluded),
            "elements": [one.identifier for one in given.elements],
            "points": [str(one.maximum) for one in given.elements],
            "rounds": [
                [[values.get(judge, {}).get(one.identifier) for one in given.elements] for judge in given.judges]
                for values in given.rounds
            ],
        },
    }
    simulated = meeting.simulated or bool(data.get("simulated"))
    cut = _cut_of(meeting, actor_id, found, document, simulated)
    payload = {"cut": str(cut.pk), "value": str(found.value), "standard_error": str(found.standard_error)}
    event = _append(meeting, Kind.CLOSED, by=actor_id, payload=payload)
    if Method(meeting.method) not in FROM_SCORES:
        _commit_ratings(meeting, event)
    return cut


def _cut_of(
    meeting: Meeting, actor_id: uuid.UUID, found: FoundCut, document: Mapping[str, Any], simulated: bool
) -> CutScore:
    earlier = CutScore.objects.filter(scheme_version=meeting.scheme_version, part=meeting.part)
    cut = CutScore.objects.create(
        scheme_version=meeting.scheme_version,
        meeting=meeting,
        part=meeting.part,
        number=(earlier.aggregate(last=Max("number"))["last"] or 0) + 1,
        method=found.method,
        recommended=found.value,
        value=found.value,
        standard_error=found.standard_error,
        panel=meeting.panel,
        document=document,
        simulated=simulated,
        held_by_id=actor_id,
        held_at=timezone.now(),
    )
    ledger.record_row(kind="cut", row=cut)
    return cut


def _waiting(cut_score_id: uuid.UUID, actor_id: uuid.UUID, board: str) -> tuple[CutScore, Meeting]:
    """A cut that waits for its board, and its meeting; refused to whoever made it, or has a stake in whom it passes."""
    cut = CutScore.objects.select_for_update().get(pk=cut_score_id)
    if cut.adopted_at is not None:
        raise ValidityError("adopted", f"{cut.board} adopted this cut score already.")
    if cut.declined_at is not None:
        raise ValidityError("declined", f"{cut.board} did not adopt this cut score. Hold a new meeting.")
    if cut.held_by_id == actor_id:
        raise ValidityError("own-meeting", "Who held the meeting does not adopt its result. A board member does.")
    meeting = Meeting.objects.select_for_update().get(pk=cut.meeting_id)
    if str(actor_id) in record_of(meeting, with_ratings=False).judges:
        raise ValidityError("own-panel", "Who judged in the meeting does not adopt its result. A board member does.")
    close = [one.candidate_id for one in conflicts_declared_by(actor_id)]
    registered = Registration.objects.filter(scheme_version_id=cut.scheme_version_id)
    if registered.filter(candidate_id__in=[actor_id, *close]).exists():
        raise ValidityError(
            "conflict", "You declared a relation to a candidate of this scheme. Another board member acts on the cut."
        )
    if not board.strip():
        raise ValidityError("board", "Name the board that acts on the cut score.")
    return cut, meeting
