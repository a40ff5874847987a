"""Makes a bay with a booked station agent, and reads back what its adapter wrote, in a process of its own.

`python -m tests.faults.station_scene build` prints the one-time code; `… entries` prints every entry of adapters, in order.
"""

import json
import sys
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.utils import timezone  # noqa: E402  # tables: only after Django is set up

from assess import door  # noqa: E402
from assess.attempts.models import Attempt, Entry, Evidence, Registration, Stream  # noqa: E402
from assess.people.actions import service_account  # noqa: E402
from assess.people.models import Account  # noqa: E402
from assess.people.queries import actor  # noqa: E402
from assess.schemes.models import Scheme, SchemeVersion  # noqa: E402

WORK = "PT-ECW-1"


def step(name: str, ask: str, unit: str, **limits: str) -> dict[str, Any]:
    return {
        "name": name,
        "action": "read",
        "parameters": {"ask": ask, "unit": unit, "places": "2", **limits},
        "on_fail": "continue",
        "on_timeout": "void",
        "repeat": {"max_attempts": 1, "interval_ms": 0, "duration_ms": None},
        "timeout_ms": None,
    }


PLAN = {
    "name": "continuity",
    "version": "1",
    "subject": WORK,
    "steps": [step("bonding", "MEAS:RES?", "Ohm", high="0.50"), step("voltage", "MEAS:VOLT:AC?", "V", low="220")],
}


def build() -> dict[str, str]:
    """A sitting with one bay and one attempt that pins nothing, which is all that a station has to do with."""
    installer = actor(service_account(name="installation"))
    organisation = door.act(installer, "people.found_organisation", name="Centre")

    def person(role: str) -> Account:
        account: Account = door.act(installer, "people.open_account", email=f"{role}@example.org", given_name=role)
        door.act(installer, "people.give_role", account_id=account.pk, organisation_id=organisation.pk, role=role)
        return account

    now, director, candidate = timezone.now(), person("director"), person("candidate")
    version = SchemeVersion.objects.create(
        scheme=Scheme.objects.create(code="MC"), version="1", number=1, document={}, content_hash="0" * 64, sample=True,
        imported_by=director.pk, imported_at=now,
    )  # fmt: skip
    who = actor(director)
    sitting = door.act(
        who, "sittings.plan_sitting", organisation_id=organisation.pk, scheme_version_id=version.pk, title="A morning",
        site="here", starts_at=now, ends_at=now + timedelta(hours=9),
    )  # fmt: skip
    bay = door.act(who, "sittings.add_station", sitting_id=sitting.pk, name="bay 1", task=WORK, room="hall", minutes=60)
    registration = Registration.objects.create(
        candidate=candidate, scheme_version=version, requirements=[], registered_at=now
    )
    attempt = Attempt.objects.create(
        registration=registration, sitting=sitting, state="open", seed=bytes(32), created_at=now,
        pins={"tasks": [], "simulations": [], "parts": [], "items": []},
    )  # fmt: skip
    key, code = door.act(who, "sittings.agents.invite_agent", organisation_id=organisation.pk, name="Bay 1")
    door.act(who, "sittings.agents.place_agent", station_id=bay.pk, agent_id=key.agent_id)
    what = {"work": WORK, "adapter": "scpi", "serial": "SN0042", "document": {"plan": PLAN, "rows": {}}}
    door.act(who, "sittings.agents.plan_bench", station_id=bay.pk, **what)
    post = {"candidate_id": candidate.pk, "role": "adapter:1", "person_id": None, "work": WORK, "station_id": bay.pk}
    door.act(who, "sittings.assign", sitting_id=sitting.pk, **post)
    return {"code": code, "attempt": str(attempt.pk)}


def entries() -> list[list[Any]]:
    adapters = Stream.objects.filter(role__startswith="adapter:")
    rows = Entry.objects.filter(stream__in=adapters).order_by("stream__epoch", "sequence")
    proofs = {row.name: row.proof for row in Evidence.objects.all()}
    return [[row.kind, json.loads(row.payload)] for row in rows] + [["evidence", proofs]]


if __name__ == "__main__":
    json.dump(build() if sys.argv[1] == "build" else entries(), sys.stdout)
