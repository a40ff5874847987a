"""What can be followed: an attempt, a sitting, a cut-score meeting. Who may follow it, and the number of its latest change.

A meeting has two topics. `meeting:` changes with everything, and is for those who hold it; `panel:` changes with lines of its
record that concern all judges and with no rating, so that a judge never hears that another one rated.

A number only ever grows, and is computed from what is stored: changes by acts, and entries of the journal. So a page that was
away says the number it knows and learns whether it missed anything; no message has to arrive for that.
"""

import uuid
from collections.abc import Collection, Iterable

from django.db.models import Count, Sum

from assess.attempts.desks.own import receipt_for
from assess.attempts.models import Attempt, Stream
from assess.ledger.models import Change
from assess.people.queries import Actor
from assess.proctoring.queries import sitting_of
from assess.validity.cut_scores import queries as cut_scores

KINDS = ("attempt", "sitting", "meeting", "panel")


def subject_of(topic: str) -> tuple[str, uuid.UUID] | None:
    """Kind and identifier of a topic; None for what is none.

    >>> subject_of("attempt:x") is None
    True
    """
    kind, _, key = topic.partition(":")
    try:
        found = uuid.UUID(key)
    except ValueError:
        return None
    return (kind, found) if kind in KINDS and str(found) == key else None


def may_follow(actor: Actor, topic: str) -> bool:
    """Whether an actor may hear of a topic: their own attempt, one they have a post in, a sitting they watch over, their panel."""
    subject = subject_of(topic)
    if subject is None:
        return False
    kind, key = subject
    if kind == "meeting":
        return cut_scores.may_see_meeting(actor, key)
    if kind == "panel":
        return "judge" in actor.roles and cut_scores.is_judge_of(actor.id, key)
    if kind == "sitting":
        return sitting_of(actor, key) is not None
    if receipt_for(actor.id, key)[0]:
        return True
    sitting = Attempt.objects.filter(pk=key).values_list("sitting_id", flat=True).first()
    return sitting is not None and sitting_of(actor, sitting) is not None


def numbers(topics: Collection[str]) -> dict[str, int]:
    """The number of each of these topics now; one that does not exist has the number 0."""
    subjects = {topic: subject for topic in topics if (subject := subject_of(topic)) is not None}
    attempts = {key for kind, key in subjects.values() if kind == "attempt"}
    sittings = {key for kind, key in subjects.values() if kind == "sitting"}
    of_sitting = dict(Attempt.objects.filter(sitting__in=sittings).values_list("pk", "sitting_id"))
    written = {
        subject: heads + streams
        for subject, heads, streams in Stream.objects.filter(subject__in={*attempts, *sittings, *of_sitting})
        .values_list("subject")
        .annotate(heads=Sum("head_sequence"), streams=Count("pk"))
    }
    acts = dict(Change.objects.filter(topic__in=topics).values_list("topic", "number"))
    found = {topic: acts.get(topic, 0) + written.get(key, 0) for topic, (_, key) in subjects.items()}
    lines = cut_scores.lines_in({key for kind, key in subjects.values() if kind == "panel"})
    found |= {topic: lines.get(key, 0) for topic, (kind, key) in subjects.items() if kind == "panel"}
    for attempt, sitting in of_sitting.items():
        found[f"sitting:{sitting}"] += written.get(attempt, 0)
    return found


def with_sittings(topics: Iterable[str]) -> set[str]:
    """These topics, streams as what they are about, the sittings of attempts and the panels of meetings: what changes an attempt
    changes the board."""
    told = set(topics)
    told |= {f"panel:{topic.partition(':')[2]}" for topic in told if topic.startswith("meeting:")}
    streams = {topic.partition(":")[2] for topic in told if topic.startswith("stream:")}
    about = Stream.objects.filter(pk__in=streams).values_list("subject_kind", "subject")
    wanted = {topic for topic in told if subject_of(topic)} | {f"{kind}:{subject}" for kind, subject in about}
    attempts = {subject[1] for topic in wanted if (subject := subject_of(topic)) and subject[0] == "attempt"}
    sittings = Attempt.objects.filter(pk__in=attempts).values_list("sitting_id", flat=True)
    return wanted | {f"sitting:{sitting}" for sitting in sittings}
