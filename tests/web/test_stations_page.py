"""The page of station agents: a code shown once, a place, a plan, how it is; and nothing of another centre."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from assess.sittings.agents.models import AgentHealth, AgentPost, BenchPlan, StationKey
from assess.sittings.models import Station
from tests.web.sample_centre import Centre
from tests.web.station_agent import ROW, WORK, agent_in


def page(client: Client) -> str:
    return client.get("/stations/").content.decode()


@pytest.mark.slow
def test_a_technician_makes_a_code_places_the_station_plans_it_and_revokes_its_key(
    centre: Centre, tmp_path: Path
) -> None:
    client = centre.browser(centre.people.technicians[0])
    assert "No stations yet" in page(client)
    invite = {"act": "invite", "name": "Bay 6", "organisation": str(centre.people.organisation.pk)}
    shown = client.post("/stations/", invite).content.decode()
    found = re.search(r"[A-Z2-9]{5}(?:-[A-Z2-9]{5}){3}", shown)
    assert found is not None
    assert found[0] not in page(client)  # once, and never again
    assert "A code waits to be used" in page(client)
    agent, _, _ = agent_in(tmp_path / "station")
    agent.enrol(found[0])
    key = StationKey.objects.get()
    bay = Station.objects.filter(sitting=centre.sitting).order_by("name")[0]
    refused = client.post("/stations/", {"act": "place", "station": "", "agent": str(key.agent_id)}, follow=True)
    assert "Choose a station." in refused.content.decode() and not AgentPost.objects.exists()
    client.post("/stations/", {"act": "place", "station": bay.pk, "agent": str(key.agent_id)})
    assert f'href="/stations/{bay.pk}/plan/"' in page(client)
    given = {
        "act": "plan", "work": WORK, "adapter": "scpi", "serial": "SN0042", f"used-{ROW}": "on", f"way-{ROW}": "question",
        f"what-{ROW}": "MEAS:RES?", f"answers_in-{ROW}": "Ohm", f"on_fail-{ROW}": "continue", f"on_timeout-{ROW}": "void",
        f"tries-{ROW}": "1", f"pause-{ROW}": "0", f"longest-{ROW}": "",
    }  # fmt: skip
    assert client.post(f"/stations/{bay.pk}/plan/", given).headers["Location"] == "/stations/"
    shown = page(client)
    assert "SN0042" in shown
    assert "at most 0.200 Ω" in shown
    agent.round()
    assert "Ready" in page(client)
    AgentHealth.objects.update(seen_at=timezone.now() - timedelta(minutes=5), clock_offset_ms=-61_000)
    assert "Silent" in page(client)
    assert "61 s behind the server" in page(client)
    client.post("/stations/", {"act": "take-away", "station": bay.pk})
    assert not AgentPost.objects.exists()
    client.post("/stations/", {"act": "revoke", "key": str(key.pk), "reason": ""})
    assert StationKey.objects.get().revoked_at is None
    client.post("/stations/", {"act": "revoke", "key": str(key.pk), "reason": "The computer was stolen."})
    assert "The computer was stolen." in page(client)
    assert "No key in force" in page(client)


def test_a_plan_of_another_centres_station_is_as_one_that_does_not_exist(centre: Centre) -> None:
    client = centre.browser(centre.people.technicians[0])
    stranger = Station.objects.filter(sitting=centre.sitting).order_by("name")[0]
    centre.sitting.organisation = type(centre.people.organisation).objects.create(name="Elsewhere")
    centre.sitting.save(update_fields=["organisation"])
    planned = {"act": "json", "work": WORK, "adapter": "scpi", "serial": "SN0042", "document": ""}
    for key in (stranger.pk, 999_999):
        assert client.get(f"/stations/{key}/plan/").status_code == 404
        assert client.post(f"/stations/{key}/plan/", planned).status_code == 404
    assert not BenchPlan.objects.exists()
