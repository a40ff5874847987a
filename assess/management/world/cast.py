"""Who is there: the centre, its staff, the panel and the candidates, each with an account opened through the door."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from assess import door
from assess.people.actions import service_account
from assess.people.models import Account, Organisation
from assess.people.queries import Actor, actor

CENTRE = "Elmbrook Training Centre (demonstration)"
GIVEN = (
    "Amina",
    "Bram",
    "Carla",
    "Dario",
    "Eszter",
    "Farid",
    "Greta",
    "Hugo",
    "Ines",
    "Jonas",
    "Katja",
    "Luc",
    "Mira",
    "Nuno",
    "Olga",
    "Pavel",
)
FAMILY = (
    "Aalto", "Brandt", "Costa", "Dvorak", "Ekholm", "Fischer", "Garcia", "Horvat", "Ivanov", "Jansen", "Kovacs", "Larsen",
    "Moreau", "Novak", "Olsen",
)  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """Everybody by part. `actors` holds each account's standing for the door."""

    organisation: Organisation
    author: Account
    reviewer: Account
    director: Account
    board: Account
    approvers: tuple[Account, ...]
    station: Account
    proctors: tuple[Account, ...]
    assessors: tuple[Account, ...]
    judges: tuple[Account, ...]
    candidates: tuple[Account, ...]
    second_director: Account
    technicians: tuple[Account, ...]
    actors: dict[uuid.UUID, Actor]

    def acts_as(self, account: Account) -> Actor:
        return self.actors[account.pk]


def assemble(*, candidates: int, assessors: int, judges: int) -> Cast:
    """Open every account and give its roles, as the installation's service account does for a new centre."""
    installer = actor(service_account(name="installation"))
    organisation: Organisation = door.act(installer, "people.found_organisation", name=CENTRE)
    opened: list[tuple[Account, str]] = []

    def company(role: str, count: int, *, email: str) -> tuple[Account, ...]:
        accounts = door.act_on_all(
            installer,
            "people.open_account",
            (_person(email, number, len(opened) + number) for number in range(1, count + 1)),
        )
        opened.extend((account, role) for account in accounts)
        return tuple(accounts)

    cast = Cast(
        organisation=organisation,
        author=company("author", 1, email="author")[0],
        reviewer=company("reviewer", 1, email="reviewer")[0],
        director=company("director", 1, email="director")[0],
        board=company("board", 1, email="board")[0],
        approvers=company("approver", 2, email="approver"),
        station=company("station", 1, email="station")[0],
        proctors=company("proctor", 3, email="proctor"),
        assessors=company("assessor", assessors, email="assessor"),
        judges=company("judge", judges, email="judge"),
        candidates=company("candidate", candidates, email="candidate"),
        second_director=company("director", 1, email="deputy")[0],
        technicians=company("technician", 2, email="technician"),
        actors={},
    )
    door.act_on_all(
        installer,
        "people.give_role",
        ({"account_id": account.pk, "organisation_id": organisation.pk, "role": role} for account, role in opened),
    )
    cast.actors.update({account.pk: actor(account) for account, _ in opened})
    return cast


def _person(email: str, number: int, seat: int) -> dict[str, Any]:
    return {
        "email": f"{email}{number}@demonstration.invalid",
        "given_name": GIVEN[seat % len(GIVEN)],
        "family_name": FAMILY[seat * 7 % len(FAMILY)],
        "date_of_birth": datetime.date(1985 + seat % 20, 1 + seat % 12, 1 + seat % 28),
        "simulated": True,
    }


EXPIRED_EVERY = 27
"""One candidate in so many shows a certificate that has run out, and is refused with the reason."""
ALLIED_EVERY = 6
"""One candidate in so many comes by the route for allied workers."""

Shown = tuple[str, str, int | None]
MAIN_ROUTE: dict[str, tuple[Shown, ...]] = {
    "MC-ECW": (("EVD-FIRST-AID", "Made-up first-aid school", None),),
    "MC-PVS": (
        ("EXT-PVI", "Made-up register of PV installers", None),
        ("EVD-ECW-RECOGNITION", "Made-up recognition office", None),
    ),
    "MC-CEE": (("EXT-CAMT", "Made-up apartment association", None),),
}
ALLIED_ROUTE: dict[str, tuple[Shown, ...]] = {
    "MC-ECW": MAIN_ROUTE["MC-ECW"],
    "MC-PVS": (
        ("EVD-ELECTRICIAN", "Made-up electricians' register", None),
        ("EVD-PV-WORK", "Made-up employer", 18),
        ("EVD-ECW-RECOGNITION", "Made-up recognition office", None),
    ),
    "MC-CEE": (("EVD-MAINTENANCE-WORK", "Made-up employer", 30),),
}


def show_certificates(cast: Cast, scheme: str, candidates: tuple[Account, ...]) -> None:
    """Candidates show what their scheme asks for; a proctor looks each one up and puts their name to it."""
    today = timezone.now().date()
    shown = []
    for place, candidate in enumerate(candidates, start=1):
        lasts = -30 if place % EXPIRED_EVERY == 0 else 700
        route = ALLIED_ROUTE if place % ALLIED_EVERY == 0 else MAIN_ROUTE
        for kind, issuer, months in route[scheme]:
            shown.append(
                {
                    "holder_id": candidate.pk,
                    "kind": kind,
                    "issuer": issuer,
                    "number": f"{kind}-{place:04d}",
                    "months": months,
                    "issued_on": today - datetime.timedelta(days=400),
                    "expires_on": today + datetime.timedelta(days=lasts),
                }
            )
    recorded = door.act_on_all(cast.acts_as(cast.director), "people.record_certificate", shown)
    door.act_on_all(
        cast.acts_as(cast.proctors[0]),
        "people.verify_certificate",
        ({"certificate_id": one.pk, "how": "looked up in the (made-up) register"} for one in recorded),
    )
