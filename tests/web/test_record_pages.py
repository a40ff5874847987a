"""Test records on the tablet: worked out for the eyes, read from files, refused with place and remedy; nobody else is served."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.simulator_adapters.test_records import DOOR_CSV, door
from tests.web.sample_centre import Centre


def asked(client: Client, record: Any) -> Any:
    return client.post("/assessor/records/", json.dumps(record), content_type="application/json")


@pytest.mark.slow
def test_a_record_is_worked_out_read_and_refused(centre: Centre) -> None:
    client = centre.browser(centre.lives[0].posts["assessor:1"])
    found = asked(client, door()).json()
    flow = next(one for one in found["figures"] if one["name"] == "flow_50")
    assert 1448 < float(flow["value"]) < 1452 and flow["unit"] == "m³/h" and float(flow["low"]) < float(flow["value"])
    assert found["objections"] == [] and len(found["line"]["points"]) == 6
    (low, _), (high, at_50) = found["line"]["ends"]
    assert (low, high) == (15.0, 60.0) and at_50 > 1600

    refused = asked(client, door(volume={"value": "1_000", "unit": "m³"}))
    assert refused.status_code == 422
    (problem,) = refused.json()["problems"]
    assert problem["place"] == "blower-door record" and "volume of the building: '1_000'" in problem["sentence"]
    for body in (b"{", b"[" * 20_000, b'"' + b"x" * 300_000 + b'"'):
        answer = client.post("/assessor/records/", body, content_type="application/json")
        assert answer.status_code == 422 and "no record known here" in answer.json()["problems"][0]["sentence"]

    path = "/assessor/records/blower_door/"
    read = client.post(path, DOOR_CSV.encode(), content_type="application/octet-stream")
    assert asked(client, read.json()["record"]).json()["figures"] == found["figures"]
    spoiled = client.post(path, DOOR_CSV.replace("volume", "height").encode(), content_type="application/octet-stream")
    assert spoiled.status_code == 422 and "Line 1: 'height'" in spoiled.json()["problems"][0]["sentence"]
    assert client.post("/assessor/records/flight/", b"", content_type="application/octet-stream").status_code == 404

    for account in (centre.candidate, centre.people.director):
        other = centre.browser(account)
        assert asked(other, door()).status_code == 404
        assert other.post(path, b"", content_type="application/octet-stream").status_code == 404
