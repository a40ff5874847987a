"""A station agent and the server: enrolment, bookings, a run that reaches the journal, and what may go wrong between them."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assess import door
from assess.attempts.models import Entry, Stream
from assess.people.queries import actor
from assess.schemes import queries as schemes
from assess.sittings.agents.models import AgentHealth, StationKey
from assess.sittings.models import StationHealth
from assess.tasks import work_outbox
from simulator_adapters.contract import Outcome
from simulator_adapters.station import signing
from simulator_adapters.station.bookings import Device
from simulator_adapters.station.errors import StationError
from simulator_adapters.station.uplink import Refused, Unreachable
from tests.simulator_adapters.scpi_bench import Bench, bench
from tests.web.sample_centre import Centre
from tests.web.station_agent import ROW, WORK, Bay, agent_in, bay, director, invited

HOUR_MS = 3_600_000


@pytest.fixture
def meter() -> Iterator[Bench]:
    with bench() as made:
        made.answers["MEAS:RES?"] = "1.4E-01"
        yield made


@pytest.fixture
def at_bay(centre: Centre, meter: Bench, tmp_path: Path) -> Bay:
    device = Device(adapter="scpi", serial="SN0042", config={"host": meter.host, "port": meter.port})
    return bay(centre, tmp_path / "station", device)


def written(centre: Centre, role: str = "adapter:1") -> list[tuple[int, str, dict[str, Any]]]:
    rows = Entry.objects.filter(stream__subject=centre.attempt.pk, stream__role=role).order_by(
        "stream__epoch", "sequence"
    )
    return [(row.sequence, row.kind, json.loads(row.payload)) for row in rows]


@pytest.mark.slow
def test_a_day_at_a_bay_from_the_code_to_the_journal(at_bay: Bay, centre: Centre) -> None:
    at_bay.agent.round()
    (booking,) = at_bay.agent.bookings
    assert (booking.role, booking.work, booking.serial, booking.rows[0].criterion) == ("adapter:1", WORK, "SN0042", ROW)
    assert centre.candidate.family_name not in (at_bay.agent.folder / "bookings.json").read_text()
    assert at_bay.agent.standing(booking).state == "ready"
    record = at_bay.agent.run(booking)
    assert (record.outcome, record.measurements[0].value) == (Outcome.PASS, record.measurements[0].value)
    at_bay.agent.round()
    assert [kind for _, kind, _ in written(centre)] == ["ready", "measurement", "run", "close"]
    measured, run = written(centre)[1][2], written(centre)[2][2]
    assert (measured["criterion"], measured["mark"]["readings"], measured["run"]) == (
        ROW,
        [{"value": "0.14"}],
        record.run_id,
    )
    assert (run["outcome"], run["record"]["run_id"], abs(run["clock_offset_ms"]) < 2_000) == (
        "PASS",
        record.run_id,
        True,
    )
    assert [piece["name"] for piece in run["evidence"]] == [f"trace-{record.run_id}.jsonl"]
    assert at_bay.agent.standing(booking).state == "done"
    assert StationHealth.objects.get().station == at_bay.station
    assert AgentHealth.objects.get().instruments[0]["state"] == "ok"


def test_a_code_is_good_for_one_key_and_one_day(centre: Centre, tmp_path: Path) -> None:
    _, code = invited(centre)
    first, _, _ = agent_in(tmp_path / "one")
    assert first.enrol(code) == "Bay 6"
    assert first.enrol(code.lower().replace("-", " ")) == "Bay 6"  # its answer was lost: it asks again
    other, _, _ = agent_in(tmp_path / "two")
    with pytest.raises(Refused, match="unknown, was used or has run out"):
        other.enrol(code)
    key, late = invited(centre, "Bay 7")
    StationKey.objects.filter(pk=key.pk).update(code_expires_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(Refused, match="good for a day"):
        other.enrol(late)
    _, third = invited(centre, "Bay 8")
    with pytest.raises(Refused, match="speaks for another station"):
        first.enrol(third)


def headers_of(at_bay: Bay, method: str, path: str, body: bytes = b"", **said: Any) -> dict[str, str]:
    now = int(timezone.now().timestamp() * 1000)
    return signing.signed(at_bay.agent.key, method, path, body, **({"time_ms": now} | said))


def test_s20_a_request_counts_once_as_it_was_signed_and_in_its_time(at_bay: Bay) -> None:
    path, client = "/api/stations/bookings", Client()

    def asked(headers: dict[str, str], at: str = path) -> tuple[int, str]:
        response = client.get(at, headers=headers)
        return response.status_code, response.json().get("code", "")

    good = headers_of(at_bay, "GET", path)
    assert asked(good) == (200, "")
    assert asked(good) == (409, "replayed")
    assert asked({}) == (401, "unsigned")
    assert asked(headers_of(at_bay, "GET", path), f"{path}?more=1") == (401, "signature")
    assert asked(headers_of(at_bay, "POST", path)) == (401, "signature")
    now = int(timezone.now().timestamp() * 1000)
    for off in (-signing.TOLERANCE_MS - 5_000, signing.TOLERANCE_MS + 5_000):
        response = client.get(path, headers=headers_of(at_bay, "GET", path, time_ms=now + off))
        assert (response.status_code, response.json()["code"]) == (401, "clock")
        assert abs(response.json()["server_ms"] - now) < 10_000
    changed = client.post(
        "/api/stations/seals", b'{"attempts": [ ]}', content_type="application/json",
        headers=headers_of(at_bay, "POST", "/api/stations/seals", b'{"attempts": []}'),
    )  # fmt: skip
    assert (changed.status_code, changed.json()["code"]) == (400, "body")


@pytest.mark.slow
def test_a_station_whose_clock_is_off_by_an_hour_signs_by_the_servers_and_says_so(
    at_bay: Bay, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator_adapters.station.uplink._now_ms", lambda: time.time_ns() // 1_000_000 + HOUR_MS)
    at_bay.uplink.offset = None
    at_bay.agent.round()
    at_bay.agent.run(at_bay.agent.bookings[0])
    at_bay.agent.round()
    offsets = [payload["clock_offset_ms"] for _, kind, payload in written(centre) if kind != "close"]
    assert all(abs(offset - HOUR_MS) < 2_000 for offset in offsets)
    assert "clock is 3600 s ahead of the server's" in AgentHealth.objects.get().sentence
    assert (StationHealth.objects.get().state, StationHealth.objects.get().serials) == ("attention", ["SN0042"])


def test_s21_a_revoked_key_is_nobodys_and_what_it_still_holds_waits_for_people(at_bay: Bay, centre: Centre) -> None:
    at_bay.agent.round()
    (booking,) = at_bay.agent.bookings
    at_bay.agent.run(booking)
    revoked = {"key_id": at_bay.key_id, "reason": "The computer was stolen."}
    door.act(director(centre), "sittings.agents.revoke_key", **revoked)
    work_outbox()
    with pytest.raises(Refused, match="not known here, or was revoked"):
        at_bay.agent.round()
    stream = Stream.objects.get(subject=centre.attempt.pk, role="adapter:1")
    assert (stream.state, [kind for _, kind, _ in written(centre)]) == ("superseded", ["ready"])
    assert stream.quarantined.get().code == "superseded"
    assert at_bay.agent.spool.unsent == 3  # nothing is thrown away at the station either
    with pytest.raises(door.Forbidden):
        door.act(actor(centre.people.station), "sittings.agents.revoke_key", **revoked)


def test_s01_a_station_gets_the_grants_of_its_own_bay_only(at_bay: Bay, centre: Centre) -> None:
    elsewhere = {"candidate_id": centre.people.candidates[1].pk, "role": "adapter:2", "person_id": None, "work": WORK}
    door.act(director(centre), "sittings.assign", sitting_id=centre.sitting.pk, station_id=None, **elsewhere)
    at_bay.agent.round()
    assert len(at_bay.agent.bookings) == 1
    other = str(centre.lives[1].attempt.pk)
    own = str(centre.attempt.pk)
    nothing = "00000000-0000-4000-8000-000000000000"
    asked = [(other, "adapter:2"), (nothing, "adapter:2"), (own, "candidate"), (own, "assessor:1"), (own, "adapter:7")]
    answers = at_bay.uplink.grants(asked, device="station Bay 6")
    assert {answer["code"] for answer in answers} == {"no-subject"}
    with pytest.raises(Refused) as hidden:
        at_bay.uplink.evidence(
            {"attempt": other, "role": "adapter:2", "name": "x", "media_type": "text/plain", "sha256": "0" * 64}, b"x"
        )
    assert hidden.value.code == "bad-evidence"


def test_f29_a_day_without_a_network_is_measured_and_sent_in_the_evening_once(at_bay: Bay, centre: Centre) -> None:
    at_bay.agent.round()
    at_bay.uplink.away = True
    agent = at_bay.restarted()
    (booking,) = agent.bookings
    agent.run(booking)
    for _ in range(2):
        with pytest.raises(Unreachable, match="Everything is kept"):
            agent.round()
    assert (agent.spool.unsent, [kind for _, kind, _ in written(centre)]) == (3, ["ready"])
    at_bay.uplink.away = False
    at_bay.restarted().round()
    at_bay.restarted().round()
    assert [kind for _, kind, _ in written(centre)] == ["ready", "measurement", "run", "close"]


def test_f29_an_answer_that_is_lost_leads_to_no_second_entry(
    at_bay: Bay, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_bay.agent.round()
    at_bay.agent.run(at_bay.agent.bookings[0])
    forward = at_bay.uplink.forward
    lost = [True]

    def forgetful(token: str, body: bytes) -> tuple[int, dict[str, Any]]:
        answered = forward(token, body)
        if lost.pop() if lost else False:
            raise Unreachable("unreachable", "The answer was lost.")
        return answered

    monkeypatch.setattr(at_bay.uplink, "forward", forgetful)
    with pytest.raises(Unreachable):
        at_bay.agent.round()
    assert (at_bay.agent.spool.unsent, len(written(centre))) == (3, 4)
    at_bay.agent.round()
    assert (at_bay.agent.spool.unsent, len(written(centre))) == (0, 4)


@pytest.mark.slow
def test_another_serial_on_the_bench_makes_the_run_void_and_it_is_run_again(
    at_bay: Bay, centre: Centre, meter: Bench
) -> None:
    at_bay.agent.round()
    (booking,) = at_bay.agent.bookings
    meter.answers["*IDN?"] = "SIMCO,DMM-IT1,SN0099,1.3"
    record = at_bay.agent.run(booking)
    assert (record.outcome, record.sentence) == (
        Outcome.VOID, "Serial 'SN0099' answers, 'SN0042' is booked. Check bay and address.",
    )  # fmt: skip
    assert at_bay.agent.standing(booking).state == "ready"
    meter.answers["*IDN?"] = "SIMCO,DMM-IT1,SN0042,1.3"
    assert at_bay.agent.run(booking).outcome is Outcome.PASS
    at_bay.agent.round()
    assert [payload["outcome"] for _, kind, payload in written(centre) if kind == "run"] == ["VOID", "PASS"]


@pytest.mark.slow
def test_a_sealed_attempt_lets_the_station_forget_and_books_it_no_more(at_bay: Bay, centre: Centre) -> None:
    at_bay.agent.round()
    at_bay.agent.run(at_bay.agent.bookings[0])
    at_bay.agent.round()
    assert len(at_bay.agent.spool.streams) == 1
    door.act(director(centre), "attempts.seal_attempt", attempt_id=centre.attempt.pk)
    at_bay.agent.round()
    assert (at_bay.agent.bookings, at_bay.agent.spool.streams) == ((), {})
    (kept,) = (at_bay.agent.folder / "spool" / "sealed").glob("*.jsonl")
    assert '"receipt"' in kept.read_text()


def test_nobody_elses_centre_gives_codes_places_or_plans(at_bay: Bay, centre: Centre) -> None:
    technician = actor(centre.people.candidates[0])
    with pytest.raises(door.Forbidden):
        door.act(technician, "sittings.agents.renew_code", agent_id=at_bay.agent_id)
    with pytest.raises(StationError, match="names 0 bookings"):
        at_bay.agent.booking("nothing")


@pytest.mark.slow
def test_a_settings_task_says_itself_what_is_read_back_and_asks_for_its_profile(at_bay: Bay, centre: Centre) -> None:
    names = ["SIM-SUN-2", "SIM-SUN-3", "SIM-WIRE-1"]
    published = schemes.published_simulations(names)
    attempt = centre.attempt
    attempt.pins["simulations"] = [{"simulation": name, "hash": published[name].content_hash} for name in names]
    attempt.save(update_fields=["pins"])
    for number, name in enumerate(names, start=2):
        what = {"work": name, "adapter": "sunspec", "serial": "SIM-0001", "document": {"plan": None, "rows": {}}}
        door.act(director(centre), "sittings.agents.plan_bench", station_id=at_bay.station.pk, **what)
        post = {"candidate_id": centre.candidate.pk, "role": f"adapter:{number}", "person_id": None, "work": name}
        door.act(
            director(centre), "sittings.assign", sitting_id=centre.sitting.pk, station_id=at_bay.station.pk, **post
        )
    at_bay.agent.round()
    booked = {one.work: one for one in at_bay.agent.bookings}
    plan = booked["SIM-SUN-2"].plan
    assert plan is not None
    assert (plan.subject, len(plan.steps) > 10) == ("SIM-SUN-2", True)
    assert "has to name one of the profiles" in booked["SIM-SUN-3"].waits_for
    assert booked["SIM-WIRE-1"].waits_for == "SIM-WIRE-1 is no settings task: its plan has to say the steps."
    assert at_bay.agent.standing(booked["SIM-WIRE-1"]).sentence == booked["SIM-WIRE-1"].waits_for


@pytest.mark.slow
def test_a_file_that_a_tablet_left_is_handed_in_and_one_that_is_none_stays_for_people(at_bay: Bay) -> None:
    whole = json.dumps({"assayer": "unsent entries", "version": 1, "batches": []}).encode()
    at_bay.agent.keeper.keep(whole)
    at_bay.agent.keeper.keep(b'{"assayer": "unsent entries"}')
    at_bay.agent.round()
    folder = at_bay.agent.keeper.folder
    assert [path.read_bytes() for path in (folder / "sent").glob("*.bin")] == [whole]
    assert len(list((folder / "refused").glob("*.bin"))) == 1
    assert at_bay.agent.keeper.waiting == 0
