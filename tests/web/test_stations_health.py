"""The health of stations refreshes by itself: only what changed is sent, a change of state is told, nothing of other centres."""

import re
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from assess.sittings.agents.models import AgentHealth, StationKey
from tests.web.sample_centre import Centre
from tests.web.station_agent import invited


def heard(centre: Centre, name: str = "Bay 6", **said: object) -> StationKey:
    """An agent that is enrolled and was heard a moment ago."""
    key, _ = invited(centre, name)
    key.public_key, key.enrolled_at = f"{key.agent_id.hex:0<64}"[:64], timezone.now()
    key.save(update_fields=["public_key", "enrolled_at"])
    now = timezone.now()
    AgentHealth.objects.create(
        agent_id=key.agent_id, **{"seen_at": now, "changed_at": now, "state": "ready", "sentence": "In touch."} | said
    )
    return key


def known(client: Client) -> list[str]:
    return re.findall(r'name="known" value="([^"]+)"', client.get("/stations/").content.decode())


def test_nothing_is_sent_where_nothing_changed(centre: Centre) -> None:
    heard(centre)
    client = centre.browser(centre.people.technicians[0])
    answer = client.get("/stations/health/", {"known": known(client)})
    assert (answer.status_code, answer.content) == (204, b"")


def test_only_the_station_that_changed_is_sent_and_its_change_of_state_is_told(centre: Centre) -> None:
    key = heard(centre)
    other = heard(centre, "Bay 7")
    client = centre.browser(centre.people.technicians[0])
    shown = known(client)
    AgentHealth.objects.filter(agent=key.agent_id).update(
        seen_at=timezone.now() - timedelta(minutes=5), clock_offset_ms=-61_000, unsent=3, kept=2,
        instruments=[{"serial": "SN0042", "state": "lost", "sentence": "It does not answer."}],
    )  # fmt: skip
    sent = client.get("/stations/health/", {"known": shown}).content.decode()
    assert f'id="health-{key.agent_id}"' in sent
    assert f'id="health-{other.agent_id}"' not in sent
    for words in ("Silent", "61 s behind the server", "3 entries", "SN0042", "Not there", ">Bay 6: Silent.<"):
        assert words in sent


def test_a_change_that_leaves_the_state_is_shown_and_not_told(centre: Centre) -> None:
    heard(centre)
    client = centre.browser(centre.people.technicians[0])
    shown = known(client)
    AgentHealth.objects.update(unsent=1)
    sent = client.get("/stations/health/", {"known": shown}).content.decode()
    assert "1 entry<" in sent
    assert "health-told" not in sent


def test_no_form_and_nothing_that_takes_the_focus_is_in_what_refreshes(centre: Centre) -> None:
    heard(centre, instruments=[{"serial": "SN0042", "state": "ok", "sentence": "SN0042 answers."}])
    client = centre.browser(centre.people.technicians[0])
    stale = [re.sub(r":[0-9a-f]{12}:", ":stale:", one) for one in known(client)]
    sent = client.get("/stations/health/", {"known": stale}).content.decode()
    assert "SN0042 answers." in sent
    assert re.findall(r"<(form|button|select|textarea|a|details|input(?! type=\"hidden\"))\b", sent) == []


def test_a_station_of_another_centre_is_not_told_of_whatever_a_page_says_it_knows(centre: Centre) -> None:
    key = heard(centre)
    client = centre.browser(centre.people.technicians[0])
    (shown,) = known(client)
    key.agent.role_assignments.update(
        organisation=type(centre.people.organisation).objects.create(name="Elsewhere"), until=None
    )
    AgentHealth.objects.update(unsent=7)
    for said in (shown, f"{key.agent_id}:stale:Down", str(key.agent_id), "", ":::"):
        answer = client.get("/stations/health/", {"known": said})
        assert (answer.status_code, answer.content) == (204, b"")
