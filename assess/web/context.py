"""What every page is given: how it looks, who is here, and where they can go."""

from dataclasses import asdict, dataclass
from typing import Any

from django.http import HttpRequest

from assess.web.access import who
from assess.web.look import look_of


@dataclass(frozen=True)
class Place:
    """An entry of the navigation: its words, its address, who sees it."""

    words: str
    address: str
    roles: frozenset[str]


PLACES = (
    Place("My assessments", "/candidate/", frozenset({"candidate"})),
    Place("My day", "/assessor/", frozenset({"assessor"})),
    Place("My bays", "/technician/", frozenset({"technician"})),
    Place("My panels", "/panel/", frozenset({"judge"})),
    Place("Sittings", "/proctor/", frozenset({"proctor", "director"})),
    Place("Instruments", "/instruments/", frozenset({"technician", "proctor", "director"})),
    Place("Stations", "/stations/", frozenset({"technician", "proctor", "director"})),
    Place("Credentials", "/director/", frozenset({"director", "approver", "board"})),
    Place("Cases", "/author/cases/", frozenset({"author"})),
    Place("My ratings", "/expert/", frozenset({"judge", "reviewer"})),
    Place("People", "/people/", frozenset({"director"})),
)
"""The first page of each role, in the order in which they are shown."""


def places_for(roles: frozenset[str]) -> list[Place]:
    return [place for place in PLACES if not place.roles.isdisjoint(roles)]


def page(request: HttpRequest) -> dict[str, Any]:
    """Context of every template. A page that failed before sessions were read is rendered as for a stranger."""
    actor = who(request) if hasattr(request, "user") else None
    places = [] if actor is None else places_for(actor.roles)
    return {
        "look": asdict(look_of(request)),
        "actor": actor,
        "navigation": [
            {"words": place.words, "address": place.address, "here": request.path.startswith(place.address)}
            for place in places
        ],
    }
