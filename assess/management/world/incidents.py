"""What the proctors of a made-up day noticed, what the candidates said to it, and what named people found."""

from collections.abc import Sequence

from assess import door
from assess.attempts.models import Attempt
from assess.management.world.cast import Cast
from assess.people.queries import Actor
from assess.proctoring.models import Incident

POWER, PHONE = 7, 19
"""Places in the day's list of the two attempts that something was noticed about."""


def notice(cast: Cast, attempts: Sequence[Attempt]) -> None:
    """A tablet that went dark is technical; a phone on a bench turns out to be nothing, after the candidate has had their say."""
    watching, second, third = (cast.acts_as(proctor) for proctor in cast.proctors)
    if len(attempts) > POWER:
        seen = "The tablet at the bench went dark and came back after two minutes; nothing that was written is missing."
        found = _raise(watching, attempts[POWER], Incident.Kind.TECHNICAL, seen)
        said = "Tablet exchanged. Its entries were all there, and the lost time was given."
        door.act(second, "proctoring.review_incident", incident_id=found.pk, finding="technical", words=said)
    if len(attempts) > PHONE:
        attempt = attempts[PHONE]
        found = _raise(watching, attempt, Incident.Kind.INTEGRITY, "A phone lay face down beside the meter.")
        candidate = cast.acts_as(attempt.registration.candidate)
        text = "It was switched off. I put it there when I emptied my pockets, and the proctor took it away."
        door.act(candidate, "proctoring.reply_to_incident", incident_id=found.pk, text=text)
        said = "Switched off when the proctor took it; nothing else was seen. Nothing is held against the candidate."
        door.act(third, "proctoring.review_incident", incident_id=found.pk, finding="nothing", words=said)


def _raise(by: Actor, attempt: Attempt, kind: str, words: str) -> Incident:
    incident: Incident = door.act(by, "proctoring.raise_incident", attempt_id=attempt.pk, kind=kind, words=words)
    return incident
