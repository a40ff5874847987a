"""What needs a person today: one line for each kind of thing that waits for their name, their look or their act.

A line leads to where the thing is done. Nobody is shown what they may not do: a decision about a candidate they assessed is not
theirs to sign, a cut score whose meeting they held is not theirs to adopt.
"""

from collections.abc import Callable, Iterator

from assess.web.director import award_needs, evidence_needs
from assess.web.director.asked import ORDER, Asked, Need

SOURCES: tuple[Callable[[Asked], Iterator[Need]], ...] = (
    award_needs.reviews,
    award_needs.second_directors,
    award_needs.incidents,
    evidence_needs.alarms,
    evidence_needs.failed_studies,
    award_needs.near_cut,
    award_needs.names,
    evidence_needs.meetings,
    evidence_needs.boards,
    evidence_needs.duties,
    evidence_needs.calibrations,
    evidence_needs.jobs,
    evidence_needs.trainings,
    award_needs.release_rules,
    award_needs.waivers,
    award_needs.to_decide,
    award_needs.quarantine,
    award_needs.resits,
    award_needs.to_issue,
    evidence_needs.certificates,
)
"""In this order where they are equally grave."""


def needs_of(asked: Asked) -> list[Need]:
    """Everything that waits for this person, the gravest first."""
    found = [need for source in SOURCES for need in source(asked)]
    return sorted(found, key=lambda need: ORDER.index(need.sign))
