"""The plan of a station, said row by row: what is offered, what becomes of it, and what is kept when something is wrong with it."""

import html
import json
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from assess import door
from assess.people.queries import actor
from assess.sittings.agents.models import BenchPlan
from assess.sittings.agents.works import COMPUTED, OTHER, SETTINGS, TASK, works_named, works_of
from assess.sittings.models import Station
from assess.web.stations.plans import shown_plan
from tests.web.sample_centre import Centre
from tests.web.station_agent import PLAN, ROW, WORK, director


def station(centre: Centre) -> Station:
    return Station.objects.filter(sitting=centre.sitting, task=WORK).get()


def technician(centre: Centre) -> Client:
    return centre.browser(centre.people.technicians[0])


def page(centre: Centre, **asked: str) -> str:
    return html.unescape(technician(centre).get(f"/stations/{station(centre).pk}/plan/", asked).content.decode())


def given(**changed: str) -> dict[str, str]:
    return {
        "act": "plan", "work": WORK, "adapter": "scpi", "serial": "SN0042", f"used-{ROW}": "on", f"way-{ROW}": "question",
        f"what-{ROW}": "MEAS:RES?", f"answers_in-{ROW}": "Ohm", f"on_fail-{ROW}": "continue", f"on_timeout-{ROW}": "void",
        f"tries-{ROW}": "1", f"pause-{ROW}": "0", f"longest-{ROW}": "",
    } | changed  # fmt: skip


def post(centre: Centre, said: dict[str, str]) -> Any:
    return technician(centre).post(f"/stations/{station(centre).pk}/plan/", said)


def planned(centre: Centre, document: Any, **changed: str) -> BenchPlan:
    asked = {"work": WORK, "adapter": "scpi", "serial": "SN0042"} | changed
    made: BenchPlan = door.act(
        director(centre), "sittings.agents.plan_bench", station_id=station(centre).pk, document=document, **asked
    )
    return made


def test_the_work_of_the_station_is_chosen_and_its_rows_are_said_in_the_words_of_the_task(centre: Centre) -> None:
    shown = page(centre)
    assert f'<option value="{WORK}" selected>' in shown
    assert "Protective conductor continuity at the far outlet" in shown
    assert "Resistance: at most 0.2 Ω. The task names low-resistance ohmmeter." in shown
    assert "It is read at 4 places, and a plan reads one. People enter them." in shown
    assert 'value="MEAS:RES?"' in shown
    assert '<option value="wiring"' not in shown  # an engine of the server, no instrument


def test_instruments_booked_at_the_station_and_those_of_the_centre_are_offered_as_serials(centre: Centre) -> None:
    keeper = actor(centre.people.technicians[0])
    for serial in ("SN0042", "SN0077"):
        door.act(
            keeper, "sittings.instruments.register_instrument", organisation_id=centre.people.organisation.pk, serial=serial,
            kind="multimeter",
        )  # fmt: skip
    door.act(
        keeper, "sittings.instruments.book_instrument", serial="SN0042", station_id=station(centre).pk,
        provisional_because="It is a test.",
    )  # fmt: skip
    shown = page(centre)
    assert '<option value="SN0042" label="SN0042: multimeter, booked here">' in shown
    assert '<option value="SN0077" label="SN0077: multimeter, of the centre">' in shown
    assert 'maxlength="80" autocomplete="off" value="SN0042"' in shown  # the only one that stands there


def test_what_was_said_becomes_the_plan_and_stands_in_the_form_again(centre: Centre) -> None:
    answer = post(centre, given(**{f"tries-{ROW}": "3", f"pause-{ROW}": "0.5"}))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/stations/")
    plan = BenchPlan.objects.get()
    assert (plan.work, plan.adapter, plan.serial, plan.document["rows"]) == (WORK, "scpi", "SN0042", {ROW: ROW})
    (step,) = plan.document["plan"]["steps"]
    assert step["repeat"] == {"max_attempts": 3, "interval_ms": 500, "duration_ms": None}
    shown = page(centre)
    assert "The plan in force" in shown
    assert "at most 0.200 Ω" in shown
    assert f'id="used-{ROW}" checked' in shown
    assert f'name="tries-{ROW}" value="3"' in shown
    assert "says more, or other" not in shown


def test_bad_input_names_its_place_and_keeps_all_that_was_typed(centre: Centre) -> None:
    answer = post(centre, given(**{f"what-{ROW}": "measure it", f"tries-{ROW}": "many", "serial": "SN0099"}))
    shown = html.unescape(answer.content.decode())
    assert not BenchPlan.objects.exists()
    assert f"{ROW}: 'measure it' is no question of SCPI. Write one such as MEAS:RES?, in capitals." in shown
    assert f'<a href="#what-{ROW}">' in shown
    assert f'value="measure it" maxlength="200" autocomplete="off" spellcheck="false" list="offers-{ROW}"' in shown
    assert f'aria-describedby="wrong-what-{ROW} hint-{ROW}" aria-invalid="true"' in shown
    for typed in ("SN0099", "many"):
        assert f'value="{typed}"' in shown


def test_what_the_act_refuses_keeps_what_was_typed_as_well(centre: Centre) -> None:
    shown = html.unescape(post(centre, given(serial=" ")).content.decode())
    assert "Write the serial of the device that is booked" in shown
    assert f'id="used-{ROW}" checked' in shown
    assert not BenchPlan.objects.exists()


@pytest.mark.parametrize("text", ["{", "[]", "[" * 100_000, '{"plan": 1e999}'])
def test_json_that_is_none_or_no_plan_is_told_and_kept(centre: Centre, text: str) -> None:
    shown = html.unescape(post(centre, given(act="json", document=text)).content.decode())
    assert "The plan is no JSON" in shown or "The plan can't be read" in shown
    assert f"\n{text}</textarea>" in shown
    assert '<details class="card" id="advanced" open>' in shown
    assert not BenchPlan.objects.exists()


def test_json_stands_under_advanced_as_it_is_in_force_and_can_be_given_as_it_stands(centre: Centre) -> None:
    planned(centre, {"plan": PLAN, "rows": {"bonding": ROW}})
    shown = page(centre)
    text = shown.partition('class="code" >\n')[2].partition("</textarea>")[0]
    assert json.loads(text) == {"plan": PLAN, "rows": {"bonding": ROW}}
    changed = text.replace('"0.20"', '"0.15"')
    assert post(centre, given(act="json", document=changed)).status_code == 302
    assert BenchPlan.objects.get().document["plan"]["steps"][0]["parameters"]["high"] == "0.15"


def test_a_plan_that_says_more_than_the_form_can_is_told_so(centre: Centre) -> None:
    planned(centre, {"plan": PLAN, "rows": {"bonding": ROW}})  # two places, where the task says three
    shown = page(centre)
    assert "The plan in force says more, or other, than these fields can: bonding." in shown
    assert f'name="name-{ROW}" value="bonding"' in shown


def test_a_simulation_that_the_server_computes_asks_for_nothing(centre: Centre) -> None:
    shown = page(centre, work="SIM-WIRE-1")
    assert "The server computes this itself: no instrument measures it." in shown
    assert 'value="plan"' not in shown


def test_a_work_or_an_adapter_that_there_is_not_changes_nothing(centre: Centre) -> None:
    shown = page(centre, work="PT-NONE", adapter="none")
    assert f'<option value="{WORK}" selected>' in shown
    assert '<option value="scpi" selected>' in shown


def test_what_a_station_can_be_given_a_plan_for_is_what_the_scheme_version_assesses(centre: Centre) -> None:
    works = works_of(centre.version)
    assert [one.identifier for one in works if one.kind == TASK] == ["PT-ECW-1", "PT-ECW-2", "PT-ECW-3"]
    assert {one.kind for one in works} == {TASK, COMPUTED}
    found = works_named(["SIM-SUN-3", "SIM-SUN-1", "PT-NONE"])
    assert (found["SIM-SUN-3"].kind, found["SIM-SUN-3"].profiles) == (SETTINGS, ("eu_training", "us_1547_default"))
    assert (found["SIM-SUN-1"].profiles, found["PT-NONE"].kind) == ((), OTHER)


def test_a_settings_simulation_needs_no_steps_and_shows_none_of_its_values(centre: Centre) -> None:
    plan = planned(centre, {"plan": None, "rows": {}}, work="SIM-SUN-3", adapter="sunspec", profile="eu_training")
    shown = render_to_string(
        "assess/stations/plan_table.html", {"shown": shown_plan(plan, works_named([plan.work])[plan.work])}
    )
    assert "It reads back what the task asks for, by the profile eu_training." in shown
    assert "<table" not in shown


def test_an_address_of_no_station_is_a_page_that_does_not_exist(centre: Centre) -> None:
    for number in ("0", "9" * 30):
        assert technician(centre).get(f"/stations/{number}/plan/").status_code == 404
