"""A station agent that asks this process's own server: real keys, signatures, spool and devices, without a socket between them."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.test import Client

from assess import door
from assess.api.intake import answer
from assess.attempts.journal import grants
from assess.attempts.journal.append import Outcome, append
from assess.attempts.journal.batches import Refusal, read_batch
from assess.attempts.models import Stream
from assess.people.queries import actor
from assess.sittings.models import Station
from simulator_adapters.station import uplink as uplink_module
from simulator_adapters.station.agent import Agent
from simulator_adapters.station.bookings import Device
from simulator_adapters.station.keys import station_key
from simulator_adapters.station.uplink import Unreachable, Uplink
from tests.web.sample_centre import Centre

WORK, ROW = "PT-ECW-1", "PT-ECW-1.08"
PLAN = {
    "name": "continuity",
    "version": "1",
    "subject": WORK,
    "steps": [
        {
            "name": "bonding",
            "action": "read",
            "parameters": {"ask": "MEAS:RES?", "unit": "Ohm", "places": "2", "high": "0.20"},
            "on_fail": "continue",
            "on_timeout": "void",
            "repeat": {"max_attempts": 1, "interval_ms": 0, "duration_ms": None},
            "timeout_ms": None,
        }
    ],
}


class InProcess(Uplink):
    """Asks the test's own server; the journal is appended to in the test's own transaction. `away` pulls the cable."""

    away = False
    client = Client()

    def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        if self.away:
            raise Unreachable("unreachable", "The server can't be reached (cable pulled). Everything is kept.")
        before = uplink_module._now_ms()
        if path == "/journal/entries":
            status, held = answer(_appended(headers["Authorization"].removeprefix("Bearer "), body))
        else:
            named: dict[str, Any] = {f"HTTP_{name.upper().replace('-', '_')}": held for name, held in headers.items()}
            response = self.client.generic(method, path, body, headers["Content-Type"], **named)
            status, held = response.status_code, response.content
        document = json.loads(held)
        self._learn(document.get("server_ms"), None, before, uplink_module._now_ms())
        return status, document


def _appended(token: str, body: bytes) -> Outcome | Refusal:
    try:
        role = Stream.objects.get(pk=grants.stream_of(token)).role
        return append([read_batch(body, role=role)], server_us=time.time_ns() // 1000)[0]
    except Refusal as refusal:
        return refusal


@dataclass
class Bay:
    """A bay of the sitting with its agent: placed there, given a plan, posted as adapter:1 of the first candidate."""

    centre: Centre
    station: Station
    agent: Agent
    uplink: InProcess
    said: list[str]
    agent_id: Any
    key_id: Any

    def restarted(self) -> Agent:
        """The agent again, from what its folder holds."""
        self.agent = Agent(self.agent.folder, self.agent.key, self.uplink, self.agent.devices, say=self.said.append)
        return self.agent


def director(centre: Centre) -> Any:
    return actor(centre.people.director)


def invited(centre: Centre, name: str = "Bay 6") -> tuple[Any, str]:
    made: tuple[Any, str] = door.act(
        director(centre), "sittings.agents.invite_agent", organisation_id=centre.people.organisation.pk, name=name
    )
    return made


def agent_in(folder: Path, *devices: Device) -> tuple[Agent, InProcess, list[str]]:
    folder.mkdir(exist_ok=True)
    key = station_key(folder)
    uplink, said = InProcess("http://testserver", key), list[str]()
    return Agent(folder, key, uplink, devices, say=said.append), uplink, said


def bay(centre: Centre, folder: Path, *devices: Device, serial: str = "SN0042", plan: Any = PLAN) -> Bay:
    key, code = invited(centre)
    agent, uplink, said = agent_in(folder, *devices)
    agent.enrol(code)
    station = Station.objects.filter(sitting=centre.sitting).order_by("name")[0]
    who = director(centre)
    door.act(who, "sittings.agents.place_agent", station_id=station.pk, agent_id=key.agent_id)
    door.act(
        who,
        "sittings.agents.plan_bench",
        station_id=station.pk,
        work=WORK,
        adapter="scpi",
        serial=serial,
        document={"plan": plan, "rows": {"bonding": ROW}},
    )
    door.act(
        who,
        "sittings.assign",
        sitting_id=centre.sitting.pk,
        candidate_id=centre.candidate.pk,
        role="adapter:1",
        person_id=None,
        work=WORK,
        station_id=station.pk,
    )
    return Bay(centre, station, agent, uplink, said, key.agent_id, key.pk)
