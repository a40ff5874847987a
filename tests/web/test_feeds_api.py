"""What feeds send over HTTP: signed messages and logger files, kept, journalled and scored; and everything that is refused."""

import hashlib
import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assess import door
from assess.attempts.conditions import AttemptError
from assess.attempts.feeds.models import Feed, FeedKey, FeedMessage
from assess.attempts.files import shelf
from assess.attempts.folding.fold import fold
from assess.attempts.folding.records import Frame
from assess.attempts.machines.readings import readings_of
from assess.attempts.models import Entry, Evidence, Stream
from assess.attempts.queries import live_records, pinned
from assess.people.queries import actor
from assess.sittings.models import Instrument
from simulator_adapters import documents
from simulator_adapters.contract import Plan, from_document
from simulator_adapters.feeds.webhooks import key_of, sign
from simulator_adapters.recomputing import NotRecomputable, attached, differences, recomputed
from tests.web.sample_centre import Centre
from tests.web.station_agent import ROW, WORK

SERIAL = "LZ-0042"
ROLE = "adapter:2"


class Sender:
    """Somebody else's simulator: it has an address and a secret, and signs."""

    def __init__(self, feed: Feed, secret: str, attempt: str) -> None:
        self.feed, self.key, self.attempt = feed, key_of(secret), attempt
        self.path = f"/api/feeds/{feed.pk}"
        self.client = Client()

    def said(self, *readings: dict[str, Any], **changed: Any) -> dict[str, Any]:
        about = {"attempt": self.attempt, "role": ROLE, "device": {"serial": SERIAL, "model": "Loop tester"}}
        return about | ({"readings": list(readings)} if readings else {}) | changed

    def send(
        self,
        document: Any,
        *,
        name: str = "msg_1",
        at: int | None = None,
        keys: tuple[bytes, ...] = (),
        raw: bytes = b"",
    ) -> tuple[int, dict[str, Any]]:
        body = raw or json.dumps(document).encode()
        when = int(time.time()) if at is None else at
        signatures = [sign(key, message_id=name, timestamp=when, body=body) for key in keys or (self.key,)]
        return self.post(
            body,
            {"webhook-id": name, "webhook-timestamp": str(when), "webhook-signature": " ".join(signatures)},
        )

    def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        response = self.client.post(self.path, body, content_type="application/json", headers=headers)
        return response.status_code, response.json()

    def put(self, name: str, data: bytes) -> tuple[int, dict[str, Any]]:
        response = self.client.put(f"{self.path}/files/{name}", data, content_type="text/csv")
        return response.status_code, response.json()


def zs(value: str | None = "0.14", **changed: Any) -> dict[str, Any]:
    return {"name": "bonding", "value": value, "unit": "Ω"} | changed


def act(centre: Centre, name: str, /, **arguments: Any) -> Any:
    return door.act(actor(centre.people.director), name, **arguments)


@pytest.fixture
def sender(centre: Centre) -> Sender:
    Instrument.objects.create(
        serial=SERIAL,
        kind="loop tester",
        organisation=centre.people.organisation,
        calibration_due=timezone.now().date() + timedelta(days=90),
        certificate="K-88",
    )
    feed, _, secret = act(
        centre,
        "attempts.feeds.make_feed",
        organisation_id=centre.people.organisation.pk,
        name="Loop simulator",
        serial=SERIAL,
        rows={"bonding": ROW, "r.greatest": ROW},
    )
    act(
        centre,
        "sittings.assign",
        sitting_id=centre.sitting.pk,
        candidate_id=centre.candidate.pk,
        role=ROLE,
        person_id=feed.account_id,
        work=WORK,
    )
    return Sender(feed, secret, str(centre.attempt.pk))


def journal(centre: Centre) -> list[tuple[int, str, dict[str, Any]]]:
    rows = Entry.objects.filter(stream__subject=centre.attempt.pk, stream__role=ROLE)
    found = rows.order_by("stream__epoch", "sequence").select_related("stream")
    return [(row.stream.epoch, row.kind, json.loads(row.payload)) for row in found]


def worth(centre: Centre) -> list[tuple[str, str]]:
    record = fold(live_records(centre.attempt.pk, families=("adapter", "assessor", "candidate")), Frame({}, {}))
    return [(one.name, one.worth.value) for one in readings_of(record, pinned(centre.attempt)) if one.role == ROLE]


def test_a_reading_arrives_is_kept_and_counts(centre: Centre, sender: Sender) -> None:
    status, told = sender.send(sender.said(zs(at="2026-11-26T09:00:00+01:00", uncertainty="0.01")))
    assert (status, told["state"], told["outcome"]) == (200, "taken", "PASS")
    assert [(epoch, kind) for epoch, kind, _ in journal(centre)] == [(1, "measurement"), (1, "run"), (1, "close")]
    measured, run = journal(centre)[0][2], journal(centre)[1][2]
    assert (measured["criterion"], measured["mark"]["readings"], measured["mark"]["unit"]) == (
        ROW,
        [{"value": "0.14"}],
        "Ω",
    )
    assert measured["measurement"]["t_device"] == "2026-11-26T09:00:00+01:00"
    assert measured["measurement"]["instrument"]["calibration_certificate"] == "K-88"
    kept = Evidence.objects.get(attempt=centre.attempt, role=ROLE)
    assert run["evidence"] == [{"name": kept.name, "sha256": kept.sha256}]
    assert Stream.objects.get(subject=centre.attempt.pk, role=ROLE).state == Stream.State.CLOSED
    assert worth(centre) == [(ROW, "counts")]


def test_the_same_message_again_gets_the_first_answer_and_is_there_once(centre: Centre, sender: Sender) -> None:
    first = sender.send(sender.said(zs()))
    later = int(time.time()) + 60  # it is signed again, for another time: still the same message
    assert sender.send(sender.said(zs())) == sender.send(sender.said(zs()), at=later) == first
    assert (first[0], FeedMessage.objects.count(), len(journal(centre))) == (200, 1, 3)
    # two processes at once: both had looked before either wrote
    body = json.dumps(sender.said(zs())).encode()
    again = door.act(
        actor(sender.feed.account), "attempts.feeds.take_message", feed_id=sender.feed.pk, message_id="msg_1",
        sent_at=timezone.now(), document=sender.said(zs()), body=body,
    )  # fmt: skip
    assert (again.answer["run"], FeedMessage.objects.count(), len(journal(centre))) == (first[1]["run"], 1, 3)


@pytest.mark.slow
def test_one_identifier_with_two_contents_is_kept_twice_and_people_decide(
    centre: Centre, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assess.attempts.feeds.actions.MOST_CONTRADICTIONS", 2)
    assert sender.send(sender.said(zs()))[0] == 200
    status, told = sender.send(sender.said(zs("0.19")))
    assert (status, told["code"]) == (409, "contradicts")
    assert sender.send(sender.said(zs("0.19")))[0] == 409  # and it stays so
    assert worth(centre) == [(ROW, "contradictory"), (ROW, "contradictory")]
    assert Evidence.objects.filter(role=ROLE).count() == 2
    assert sender.send(sender.said(zs("0.20")))[0] == 409
    status, told = sender.send(sender.said(zs("0.21")))
    assert (status, told["code"]) == (409, "too-many")


def test_what_is_not_signed_now_by_this_feed_is_not_even_read(centre: Centre, sender: Sender) -> None:
    now, body = int(time.time()), b"{ this is no JSON and nobody looks"
    assert sender.send(None, raw=body, keys=(b"x" * 24,)) == (
        401,
        {
            "code": "bad_signature",
            "sentence": "No signature holds. Check the key, and that the body is signed as it is sent.",
        },
    )
    assert [sender.send(None, raw=body, at=now + off)[1]["code"] for off in (-310, 310)] == ["too_old", "too_new"]
    assert [sender.send(None, raw=body, at=now + off)[0] for off in (-310, 310)] == [401, 401]
    assert sender.post(body, {})[1]["code"] == "missing"
    sender.path = "/api/feeds/6b1f0000-0000-4000-8000-000000000000"
    assert sender.send(None, raw=body)[:1] == (401,)
    assert (journal(centre), FeedMessage.objects.count()) == ([], 0)


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"readings": [zs(0.14)]}, "bad_message", "readings[0].value: a string is expected"),
    ({"readings": [zs("1_000")]}, "bad_message", "readings[0].value: '1_000' can't be read"),
    ({"readings": [zs("٠٫١٤")]}, "bad_message", "holds digits other than 0 to 9"),
    ({"readings": [zs("NaN")]}, "bad_message", "is not a finite number"),
    ({"readings": [zs(unit="cfm")]}, "bad_message", "The unit 'cfm' is not in the unit table"),
    ({"readings": [zs(None)]}, "bad_message", "there is a value if and only if the status is OK"),
    ({"readings": [zs(at="2026-11-26T09:00:00")]}, "bad_message", "a moment needs its offset from UTC"),
    ({"readings": [zs(colour="red")]}, "bad_message", "unknown field 'colour'"),
    ({"readings": []}, "no_readings", "at least one reading"),
    ({"readings": [zs(), zs()]}, "named_twice", "'bonding' stands twice"),
    ({"readings": [zs(name=f"r{n}") for n in range(41)]}, "too_many_readings", "40 are the most"),
    ({"more": 1}, "bad_message", "either readings or file"),
    ({"attempt": "6b1f0000-0000-4000-8000-000000000000"}, "no-subject", "no such attempt and role"),
    ({"attempt": "nonsense"}, "no-subject", "no such attempt and role"),
    ({"role": "adapter:1"}, "no-subject", "no such attempt and role"),
    ({"role": "candidate"}, "no-subject", "no such attempt and role"),
]


@pytest.mark.slow
def test_what_can_not_be_taken_is_refused_with_place_and_remedy(centre: Centre, sender: Sender) -> None:
    for changed, code, said in REFUSED:
        status, told = sender.send(sender.said(zs()) | changed)
        assert (status, told["code"]) == (404 if code == "no-subject" else 422, code)
        assert said in told["sentence"]
    assert (journal(centre), FeedMessage.objects.count(), Evidence.objects.count()) == ([], 0, 0)


def test_two_names_in_one_object_and_too_many_bytes_are_refused(sender: Sender) -> None:
    twice = b'{"attempt": "a", "attempt": "b"}'
    assert sender.send(None, raw=twice)[1]["sentence"] == "The name 'attempt' stands twice in one object."
    status, told = sender.send(None, raw=b"x" * (1024 * 1024 + 1))
    assert (status, told["code"]) == (413, "too_large")


def test_a_device_that_is_not_booked_voids_the_run_and_costs_nothing(centre: Centre, sender: Sender) -> None:
    status, told = sender.send(sender.said(zs(), device={"serial": "OTHER"}))
    assert (status, told["outcome"]) == (200, "VOID")
    assert "'OTHER' sent this, 'LZ-0042' is booked" in told["sentence"]
    assert worth(centre) == [(ROW, "equipment")]


def test_an_overload_is_no_number_and_is_no_reading(centre: Centre, sender: Sender) -> None:
    assert sender.send(sender.said(zs(None, status="OVERRANGE"), zs("1", name="other")))[1]["outcome"] == "PASS"
    assert "mark" not in journal(centre)[0][2]
    assert sender.send(sender.said(zs(None, status="OVERRANGE")), name="msg_2")[1]["outcome"] == "ERROR"


def test_a_later_message_is_another_run_of_the_same_role(centre: Centre, sender: Sender) -> None:
    sender.send(sender.said(zs("0.14")))
    sender.send(sender.said(zs("0.15")), name="msg_2")
    assert [epoch for epoch, kind, _ in journal(centre) if kind == "run"] == [1, 2]
    assert worth(centre) == [(ROW, "superseded"), (ROW, "counts")]


@pytest.mark.slow
def test_a_key_takes_over_from_another_and_a_revoked_one_signs_nothing(centre: Centre, sender: Sender) -> None:
    old = FeedKey.objects.get(feed=sender.feed)
    new, secret = act(centre, "attempts.feeds.renew_key", feed_id=sender.feed.pk)
    for number, keys in enumerate([(sender.key,), (key_of(secret),), (key_of(secret), sender.key)]):
        assert sender.send(sender.said(zs()), name=f"msg_{number}", keys=keys)[0] == 200
    act(centre, "attempts.feeds.revoke_key", key_id=new.pk, reason="seen by others")
    assert sender.send(sender.said(zs()), name="msg_3", keys=(key_of(secret),))[0] == 401
    FeedKey.objects.filter(pk=old.pk).update(holds_until=timezone.now() - timedelta(seconds=1))
    assert sender.send(sender.said(zs()), name="msg_4")[0] == 401
    with pytest.raises(AttemptError, match="Say why"):
        act(centre, "attempts.feeds.revoke_key", key_id=old.pk, reason=" ")
    with pytest.raises(AttemptError, match="was revoked already"):
        act(centre, "attempts.feeds.revoke_key", key_id=new.pk, reason="again")


def test_a_key_is_kept_nowhere_and_is_of_this_installation(sender: Sender, settings: Any) -> None:
    row = FeedKey.objects.values().get(feed=sender.feed)
    assert sender.key not in {bytes(value) for value in row.values() if isinstance(value, bytes | memoryview)}
    assert sender.key.hex() not in str(row)
    settings.SECRET_KEY = "another installation, or a copy of the database"
    assert sender.send(sender.said(zs()))[0] == 401


def test_only_directors_of_the_centre_make_and_revoke(centre: Centre, sender: Sender) -> None:
    key = FeedKey.objects.get(feed=sender.feed)
    for person in (centre.people.assessors[0], centre.people.proctors[0], centre.candidate):
        with pytest.raises(door.Forbidden):
            door.act(actor(person), "attempts.feeds.revoke_key", key_id=key.pk, reason="mine")
    with pytest.raises(door.Forbidden, match="sends for itself only"):
        other, _, _ = act(
            centre, "attempts.feeds.make_feed", organisation_id=centre.people.organisation.pk, name="Other",
            serial="7", rows={},
        )  # fmt: skip
        door.act(
            actor(other.account), "attempts.feeds.take_message", feed_id=sender.feed.pk, message_id="m",
            sent_at=timezone.now(), document={}, body=b"",
        )  # fmt: skip


CSV = "Zeit;R\n2026-10-24 10:00;0,12\n2026-10-24 10:01;0,14\n2026-10-24 10:02;OVRLD\n2026-10-24 10:01;0,14\n"


def announced(text: str = CSV, **changed: Any) -> dict[str, Any]:
    data = text.encode()
    return {
        "name": "bonding.csv", "length": len(data), "sha256": hashlib.sha256(data).hexdigest(), "delimiter": ";",
        "decimal_mark": ",", "time_heading": "Zeit", "time_format": "%Y-%m-%d %H:%M", "zone": "Europe/Madrid",
        "columns": [{"heading": "R", "name": "r", "unit": "Ω"}],
    } | changed  # fmt: skip


def test_a_logger_file_is_kept_and_what_its_rows_come_to_is_read(centre: Centre, sender: Sender) -> None:
    status, told = sender.send(sender.said(file=announced()))
    assert (status, told["state"], journal(centre)) == (200, "awaits_file", [])
    status, told = sender.put("msg_1", CSV.encode())
    assert (status, told["outcome"]) == (200, "PASS")
    values = {
        p["measurement"]["name"]: p["measurement"]["value"] for _, kind, p in journal(centre) if kind == "measurement"
    }
    assert values == {"r.least": "0.12", "r.greatest": "0.14", "r.mean": "0.130", "r.last": None}
    assert (
        "Rows without one: 1. Rows that came twice, counted once: 1."
        in journal(centre)[0][2]["measurement"]["sentence"]
    )
    assert worth(centre) == [(ROW, "counts")]
    kept = Evidence.objects.get(role=ROLE)
    assert (kept.media_type, kept.size) == ("text/csv", len(CSV.encode()))
    assert sender.put("msg_1", CSV.encode()) == (status, told)
    assert len(journal(centre)) == 6


def test_another_file_than_the_announced_one_is_refused(centre: Centre, sender: Sender) -> None:
    sender.send(sender.said(file=announced()))
    assert sender.put("msg_2", CSV.encode())[0] == 404
    assert sender.put("msg_1", CSV.encode()[:-1]) == (
        422,
        {
            "code": "cut_off",
            "sentence": f"The file has {len(CSV) - 1} bytes, {len(CSV)} were declared. Send it again, whole.",
        },
    )
    assert sender.put("msg_1", CSV.replace("0,12", "9,12").encode())[1]["code"] == "not_the_file"
    assert sender.put("msg_1", (CSV + "x").encode())[0] == 413
    assert (journal(centre), Evidence.objects.count()) == ([], 0)
    assert sender.put("msg_1", CSV.encode())[0] == 200


def test_rows_that_contradict_each_other_have_no_value_and_wait_for_people(centre: Centre, sender: Sender) -> None:
    text = CSV + "2026-10-24 10:00;0,99\n"
    sender.send(sender.said(file=announced(text)))
    status, told = sender.put("msg_1", text.encode())
    assert (status, told["outcome"]) == (200, "ERROR")
    assert (
        "say something else for a moment that was there before: 1." in journal(centre)[0][2]["measurement"]["sentence"]
    )


def test_a_row_in_the_hour_that_comes_twice_is_named_and_the_file_announced_anew(sender: Sender) -> None:
    text = CSV.replace("2026-10-24 10:00", "2026-10-25 02:30")
    sender.send(sender.said(file=announced(text)))
    status, told = sender.put("msg_1", text.encode())
    assert (status, told["code"]) == (422, "ambiguous_time")
    assert told["sentence"].startswith("Line 2: 2026-10-25 02:30 in Europe/Madrid is no single moment")
    sender.send(sender.said(file=announced(text, zone="UTC")), name="msg_2")
    assert sender.put("msg_2", text.encode())[0] == 200


def test_a_file_may_have_64_mib_and_no_more(sender: Sender) -> None:
    most = 64 * 1024 * 1024
    status, told = sender.send(sender.said(file=announced(length=most + 1)))
    assert (status, told["code"]) == (422, "too_large")
    assert sender.send(sender.said(file=announced(length=most)))[0] == 200
    path = f"{sender.path}/files/msg_1"
    longer = sender.client.put(path, b"x", content_type="text/csv", headers={"content-length": str(most + 1)})
    assert (longer.status_code, longer.json()["code"]) == (413, "too_large")


def test_a_declaration_by_which_nothing_can_be_read_is_refused_before_the_file_comes(sender: Sender) -> None:
    for changed, said in (
        ({"zone": "Mars/Olympus"}, "Use a zone such as"),
        ({"delimiter": ","}, "Delimiter and decimal mark are the same"),
        ({"columns": []}, "No column of readings is declared"),
        ({"columns": [{"heading": "R", "name": "r", "unit": "cfm"}]}, "is not in the unit table"),
    ):
        status, told = sender.send(sender.said(file=announced(**changed)))
        assert (status, told["code"]) == (422, "bad_declaration")
        assert said in told["sentence"]
    assert FeedMessage.objects.count() == 0


@pytest.mark.slow
def test_what_feeds_sent_is_computed_again_from_its_raw_bytes(centre: Centre, sender: Sender) -> None:
    sender.send(
        sender.said(zs(at="2026-11-26T09:00:00+01:00", uncertainty="0.01"), zs(None, name="ze", status="OVERRANGE"))
    )
    sender.send(sender.said(file=announced()), name="msg_2")
    sender.put("msg_2", CSV.encode())
    for _, kind, payload in journal(centre):
        if kind != "run":
            continue
        record = from_document(payload["record"])
        raw = {one.sha256: shelf.get(centre.attempt.pk, one.file_name) for one in Evidence.objects.all()}
        plan = documents.decode(Plan, json.loads(attached(record, "plan.json", raw)))
        assert differences(record, recomputed(record, plan=plan, raw=raw)) == ()
        changed = {name: data.replace(b"0.14", b"0.15").replace(b"0,12", b"0,11") for name, data in raw.items()}
        with pytest.raises(NotRecomputable, match="are not those of its digest"):
            recomputed(record, plan=plan, raw=changed)


def test_forty_readings_with_all_that_is_told_of_them_fit_into_one_record(sender: Sender) -> None:
    full = {
        "at": "2026-11-26T09:00:00.123456+01:00",
        "uncertainty": "0.01",
        "sentence": "taken at the far end of the circuit",
    }
    readings = [zs("230.123", name=f"measurement number {n} of the day", **full) for n in range(40)]
    status, told = sender.send(sender.said(*readings))
    assert (status, told["sentence"]) == (200, "40 of 40 readings have a value.")
