"""The journal's door: acknowledged means on disk, refused means told and kept."""

import hashlib
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from assess.attempts.journal import grants
from assess.attempts.journal.chain import next_receipt
from assess.attempts.models import Entry, Quarantine, Stream
from tests.devices import Device, MakeDevice, post


def sequences(device: Device) -> list[int]:
    return list(Entry.objects.filter(stream=device.stream).order_by("sequence").values_list("sequence", flat=True))


def test_batch_is_acknowledged_up_to_its_last_entry(device: MakeDevice) -> None:
    tablet = device()
    tablet.write()
    last = tablet.write()
    status, answer = tablet.send()
    assert (status, answer["acknowledged"], answer["digest"]) == (200, 2, last.digest.hex())
    assert sequences(tablet) == [1, 2]


def test_stream_row_holds_head_and_receipt(device: MakeDevice) -> None:
    tablet = device()
    entry = tablet.write()
    tablet.send()
    stream = Stream.objects.get(pk=tablet.stream.pk)
    row = Entry.objects.get(stream=stream)
    genesis = tablet.chain.identity.genesis()
    assert (stream.head_sequence, bytes(stream.head_digest)) == (1, entry.digest)
    assert bytes(stream.head_receipt) == bytes(row.receipt) == next_receipt(genesis, entry.digest, row.server_us)


def test_same_batch_again_is_acknowledged_again_and_counted_once(device: MakeDevice) -> None:
    tablet = device()
    tablet.write()
    first = tablet.send()
    status, answer = tablet.send()
    assert (status, answer["acknowledged"], answer["appended"]) == (200, 1, 0)
    assert first[1]["digest"] == answer["digest"]
    assert sequences(tablet) == [1]


def test_f09_a_hand_in_sent_a_hundred_times_at_once_is_there_once_and_answered_alike(device: MakeDevice) -> None:
    tablet = device()
    tablet.write("answer", part="K", item="ECW-007", response={"value": "32.2", "unit": "A"})
    tablet.write("finish", part="K")
    tablet.write("close", note="handed in")
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: tablet.send(), range(100), timeout=60))
    told = {(status, said["stream"], said["acknowledged"], said["digest"]) for status, said in answers}
    assert told == {(200, str(tablet.stream.pk), 3, tablet.chain.head.hex())}
    assert sorted(said["appended"] for _, said in answers) == [0] * 99 + [3]
    assert sequences(tablet) == [1, 2, 3]
    assert Quarantine.objects.count() == 0


def test_f10_an_old_batch_that_was_captured_changes_nothing_when_it_comes_again(device: MakeDevice) -> None:
    """Whoever replays it learns where the stream stands, like the device whose answer got lost."""
    tablet = device()
    old = tablet.body(tablet.write("answer", part="K", item="ECW-007", response={"value": "1", "unit": None}))
    assert post(old, tablet.token)[0] == 200
    tablet.chain.acknowledge(1)
    newer = tablet.write("answer", part="K", item="ECW-007", response={"value": "2", "unit": None})
    assert tablet.send()[0] == 200
    before = Stream.objects.values().get(), list(Entry.objects.values())
    status, answer = post(old, tablet.token)
    assert (status, answer["acknowledged"], answer["digest"], answer["appended"]) == (200, 2, newer.digest.hex(), 0)
    assert (Stream.objects.values().get(), list(Entry.objects.values())) == before
    assert Quarantine.objects.count() == 0


def test_overlapping_batch_appends_only_what_is_new(device: MakeDevice) -> None:
    tablet = device()
    tablet.write()
    tablet.send()
    tablet.write()
    status, answer = tablet.send()
    assert (status, answer["acknowledged"], answer["appended"]) == (200, 2, 1)
    assert sequences(tablet) == [1, 2]


def test_gap_is_refused_with_where_to_go_on(device: MakeDevice) -> None:
    tablet = device()
    tablet.write()
    second = tablet.write()
    status, answer = tablet.send(second)
    assert (status, answer["code"], answer["acknowledged"]) == (409, "gap", 0)
    assert Quarantine.objects.count() == 0
    assert tablet.send()[1]["acknowledged"] == 2


def test_fork_is_refused_and_kept(device: MakeDevice) -> None:
    tablet = device()
    tablet.write(text="the truth")
    tablet.send()
    other = Device(tablet.stream, type(tablet.chain)(tablet.chain.identity), tablet.token)
    other.write(text="another story")
    status, answer = other.send()
    assert (status, answer["code"], answer["acknowledged"]) == (409, "fork", 1)
    assert Quarantine.objects.get().code == "fork"
    assert bytes(Quarantine.objects.get().body) == other.body()
    assert [entry.payload for entry in Entry.objects.all()] == ['{"text":"the truth"}']


def test_changed_payload_under_an_old_digest_is_a_fork(device: MakeDevice) -> None:
    tablet = device()
    entry = tablet.write(text="0.42")
    body = tablet.body(entry).replace(b"0.42", b"0.24")
    assert post(body, tablet.token)[1]["code"] == "fork"
    assert sequences(tablet) == []


def test_same_refused_bytes_are_kept_once(device: MakeDevice) -> None:
    tablet = device()
    body = b'{"stream": 1e309}'
    codes = [post(body, tablet.token)[1]["code"] for _ in range(3)]
    assert codes == ["number-not-allowed"] * 3
    kept = Quarantine.objects.get()
    assert (kept.code, bytes(kept.body_sha256)) == ("number-not-allowed", hashlib.sha256(body).digest())


def test_f11_a_closed_stream_takes_nothing_more_and_keeps_what_comes(device: MakeDevice) -> None:
    tablet = device()
    tablet.write()
    tablet.write("close", note="done")
    assert tablet.send()[0] == 200
    assert Stream.objects.get().state == "closed"
    late = tablet.write(text="one more thing")
    status, answer = tablet.send(late)
    assert (status, answer["code"], answer["acknowledged"]) == (409, "closed", 2)
    assert Quarantine.objects.get().code == "closed"
    assert sequences(tablet) == [1, 2]


def test_repeating_a_closed_stream_s_last_batch_is_still_acknowledged(device: MakeDevice) -> None:
    tablet = device()
    tablet.write("close", note="done")
    tablet.send()
    assert tablet.send()[1]["acknowledged"] == 1


def test_superseded_device_is_told_and_its_entries_are_kept(device: MakeDevice) -> None:
    tablet = device()
    tablet.write()
    tablet.send()
    Stream.objects.filter(pk=tablet.stream.pk).update(state="superseded")
    late = tablet.write(text="offline since nine")
    assert tablet.send(late)[1]["code"] == "superseded"
    assert Quarantine.objects.get().code == "superseded"


def test_batch_of_another_device_is_refused(device: MakeDevice) -> None:
    tablet = device()
    tablet.write()
    status, answer = tablet.send(device="other tablet")
    assert (status, answer["code"]) == (403, "wrong-device")
    assert sequences(tablet) == []


def test_s01_batch_with_the_grant_of_another_attempt_is_refused(device: MakeDevice) -> None:
    mine, theirs = device(), device()
    mine.write()
    status, answer = post(mine.body(), theirs.token)
    assert (status, answer["code"]) == (403, "wrong-stream")
    assert sequences(theirs) == sequences(mine) == []


def test_chain_of_another_stream_does_not_fit(device: MakeDevice) -> None:
    mine, theirs = device(), device()
    entry = theirs.write()
    assert mine.send(entry)[1]["code"] == "fork"


@pytest.mark.parametrize("token", ["", "x.y", "????", "AAAA.BBBB", grants.sign.__name__])
def test_forged_grant_is_refused(device: MakeDevice, token: str) -> None:
    tablet = device()
    tablet.write()
    status, answer = post(tablet.body(), token or None)
    assert (status, answer["code"]) == (401, "token-invalid" if token else "token-missing")


def test_expired_grant_is_refused(device: MakeDevice) -> None:
    tablet = device()
    tablet.write()
    assert post(tablet.body(), grants.sign(tablet.stream.pk, lifetime_s=-1))[1]["code"] == "token-expired"


def test_grant_of_a_stream_that_is_gone_is_refused(device: MakeDevice) -> None:
    tablet = device()
    tablet.write()
    assert post(tablet.body(), grants.sign(uuid.uuid4()))[1]["code"] == "no-such-stream"


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"REQUEST_METHOD": "GET"}, 405, "method"),
        ({"PATH_INFO": "/journal/nothing"}, 404, "no-such-path"),
        ({"CONTENT_TYPE": "text/plain"}, 415, "content-type"),
        ({"CONTENT_LENGTH": ""}, 411, "length-required"),
        ({"CONTENT_LENGTH": "٣"}, 411, "length-required"),
        ({"CONTENT_LENGTH": "99999999"}, 413, "too-large"),
    ],
)
def test_wrong_request_is_refused(device: MakeDevice, changed: dict[str, Any], status: int, code: str) -> None:
    tablet = device()
    tablet.write()
    answered, answer = post(tablet.body(), tablet.token, **changed)
    assert (answered, answer["code"]) == (status, code)


def test_disk_that_says_no_is_answered_honestly_and_nothing_is_lost(device: MakeDevice) -> None:
    """A trigger stands in for the full disk: SQLite and PostgreSQL raise the same class of error for it."""
    tablet = device()
    tablet.write()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER full_disk BEFORE INSERT ON assess_entry BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        else:
            cursor.execute(
                "CREATE FUNCTION full_disk() RETURNS trigger AS 'BEGIN RAISE EXCEPTION ''disk full''; END' LANGUAGE plpgsql"
            )
            cursor.execute(
                "CREATE TRIGGER full_disk BEFORE INSERT ON assess_entry FOR EACH ROW EXECUTE FUNCTION full_disk()"
            )
    try:
        status, answer = tablet.send()
    finally:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("DROP TRIGGER full_disk")
            else:
                cursor.execute("DROP FUNCTION full_disk CASCADE")
    assert (status, answer["code"]) == (503, "not-saved")
    assert sequences(tablet) == []
    assert tablet.send()[1]["acknowledged"] == 1
