"""What waits for a person about evidence: cut scores, meetings, duties, the job, trainings, alarms, studies."""

from collections.abc import Iterator

from django.urls import reverse

from assess.people.queries import certificates_waiting
from assess.schemes import queries as schemes
from assess.schemes.duties import DutyState
from assess.sittings.instruments import queries as instruments
from assess.sittings.instruments.calibration import State as Due
from assess.validity.cut_scores import queries as cut_scores
from assess.validity.raters.evidence import State
from assess.validity.raters.queries import verdicts_waiting
from assess.validity.studies import queries as studies
from assess.validity.studies.models import StudyRun
from assess.web.director.asked import BAD, INFO, WARN, Asked, Need, some


def boards(asked: Asked) -> Iterator[Need]:
    if not asked.has("board"):
        return
    for version in asked.versions:
        waiting = [one for one in cut_scores.cut_scores_waiting(version.pk) if one.held_by_id != asked.actor.id]
        if waiting:
            parts = ", ".join(dict.fromkeys(cut.part for cut in waiting))
            yield Need(
                sign=WARN,
                count=len(waiting),
                words=f"{some(len(waiting), 'cut score waits', 'cut scores wait')} for the board: {parts}",
                about=asked.titles[version.pk],
                address=reverse("director-cuts", args=[version.pk]),
                since=min(cut.held_at for cut in waiting),
            )


def meetings(asked: Asked) -> Iterator[Need]:
    """Cut-score meetings that are open: whoever holds them goes on, a board may listen."""
    if not asked.has("director", "board"):
        return
    for meeting in cut_scores.meetings_under_way(asked.titles):
        mine = meeting.held_by_id == asked.actor.id
        yield Need(
            sign=WARN if mine else INFO,
            count=1,
            words=f"cut-score meeting about {meeting.part} is under way" + (": you hold it" if mine else ""),
            about=f"{asked.titles[meeting.scheme_version_id]}, {meeting.panel}",
            address=reverse("director-meeting", args=[meeting.pk]),
            since=meeting.drafted_at,
        )


def duties(asked: Asked) -> Iterator[Need]:
    """Duties before a scheme opens: to be signed by a second person, and for directors those without a record that holds."""
    for version in asked.versions:
        place = reverse("director-duties", args=[version.pk])
        known = asked.shared[version.pk].records.duties
        proposed = {
            duty.waiting_id or duty.record_id for duty in known if duty.waiting_id or duty.state is DutyState.PROPOSED
        }
        # who proposed a record stands in the record only; it is read where one waits
        rows = [
            row
            for row in (schemes.duty_records_of(version.pk) if proposed else ())
            if row.pk in proposed and row.proposed_by_id != asked.actor.id
        ]
        if rows:
            yield Need(
                sign=WARN,
                count=len(rows),
                words=some(len(rows), "duty waits for a second name", "duties wait for a second name"),
                about=asked.titles[version.pk],
                address=place,
                since=min(row.proposed_at for row in rows),
            )
        lacking = [duty for duty in known if duty.state in (DutyState.MISSING, DutyState.EXPIRED)]
        if lacking and asked.has("director"):
            yield Need(
                sign=WARN,
                count=len(lacking),
                words=some(len(lacking), "duty has no record that holds", "duties have no record that holds"),
                about=asked.titles[version.pk],
                address=place,
            )


def calibrations(asked: Asked) -> Iterator[Need]:
    """Instruments of a director's centres whose calibration is over, unknown, or soon over; one line for each."""
    if not asked.has("director"):
        return
    centres = [one.pk for one in instruments.centres_of(asked.actor.id)]
    due = instruments.due_among(centres, asked.now.date())
    place = f"{reverse('instruments')}?show=due"
    past = [*due.get(Due.OVERDUE, ()), *due.get(Due.NONE, ())]
    for found, sign, words in (
        (past, WARN, ("instrument has no calibration that holds", "instruments have no calibration that holds")),
        (due.get(Due.SOON, []), INFO, ("calibration is due soon", "calibrations are due soon")),
    ):
        if found:
            names = ", ".join(str(one) for one in found[:3]) + (", …" if len(found) > 3 else "")
            yield Need(sign=sign, count=len(found), words=some(len(found), *words), about=names, address=place)


def jobs(asked: Asked) -> Iterator[Need]:
    """A job-task study that a board is to adopt, and concerns about bias that nobody settled."""
    for version in asked.versions:
        found = asked.shared[version.pk].records.job
        if asked.has("board") and found.waiting is not None and found.waiting.state == "closed":
            words = f"job-task study of {found.waiting.practitioners} practitioners waits for the board"
            place = reverse("director-job", args=[version.pk])
            yield Need(sign=WARN, count=1, words=words, about=asked.titles[version.pk], address=place)
        if asked.has("director", "approver") and (concerns := found.bias.open):
            words = some(len(concerns), "concern about bias is not settled", "concerns about bias are not settled")
            place = reverse("director-content", args=[version.pk])
            yield Need(sign=WARN, count=len(concerns), words=words, about=asked.titles[version.pk], address=place)


def trainings(asked: Asked) -> Iterator[Need]:
    """Assessors who marked their exemplars, and whom a trainer puts in force or not; graver where they can't rate before it."""
    if not asked.has("director", "approver"):
        return
    waiting = verdicts_waiting(list(asked.titles), asked.actor.id)
    for version in asked.versions:
        known = asked.shared[version.pk].records.training.assessors
        if count := waiting.get(version.pk, 0):
            yield Need(
                sign=WARN if any(one.state is State.WAITS for one in known) else INFO,
                count=count,
                words=some(
                    count,
                    "training or calibration waits for a trainer's word",
                    "trainings or calibrations wait for a trainer's word",
                ),
                about=asked.titles[version.pk],
                address=reverse("director-training", args=[version.pk]),
            )


def alarms(asked: Asked) -> Iterator[Need]:
    """Points beyond their control limits: one person looks, another closes."""
    if not asked.has("director", "approver"):
        return
    for version in asked.versions:
        rows = [one for one in asked.known[version.pk].alarms if one.open]
        for looked_at, sign, one, many in (
            (False, BAD, "drift alarm nobody has looked at", "drift alarms nobody has looked at"),
            (
                True,
                INFO,
                "drift alarm waits to be closed by a second person",
                "drift alarms wait to be closed by a second person",
            ),
        ):
            mine = [alarm for alarm in rows if alarm.looked_at is looked_at]
            if mine:
                yield Need(
                    sign=sign,
                    count=len(mine),
                    words=f"{some(len(mine), one, many)}: {mine[0].what}" + (" and others" if len(mine) > 1 else ""),
                    about=asked.titles[version.pk],
                    address=reverse("director-monitoring", args=[version.pk]),
                    since=min(alarm.raised_at for alarm in mine),
                )


def failed_studies(asked: Asked) -> Iterator[Need]:
    if not asked.has("director"):
        return
    for version in asked.versions:
        run = studies.runs_of(version.pk).first()
        if run is not None and run.state == StudyRun.State.FAILED:
            yield Need(
                sign=BAD,
                count=1,
                words=f"study failed: {run.sentence}",
                about=asked.titles[version.pk],
                address=reverse("director-scheme", args=[version.pk]),
                since=run.changed_at,
            )


def certificates(asked: Asked) -> Iterator[Need]:
    if not asked.has("director"):
        return
    waiting = list(certificates_waiting(asked.actor.id)[:100])
    if waiting:
        yield Need(
            sign=INFO,
            count=len(waiting),
            words=some(len(waiting), "certificate waits to be looked up", "certificates wait to be looked up"),
            about=str(waiting[0].holder) + (" and others" if len(waiting) > 1 else ""),
            address=reverse("people-person", args=[waiting[0].holder_id]),
        )
