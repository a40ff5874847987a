"""The writer goes on whatever happens: to its thread, to one batch of a group, to a device that hangs up."""

import asyncio
import json
import os
import signal
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction

from assess.attempts.journal.append import Outcome, append
from assess.attempts.journal.batches import read_batch
from assess.attempts.journal.writer import GroupCommitWriter, writer
from assess.attempts.models import Entry, Quarantine, Stream
from tests.devices import Device, MakeDevice, post


def sequences(device: Device) -> list[int]:
    return list(Entry.objects.filter(stream=device.stream).order_by("sequence").values_list("sequence", flat=True))


def batch_of(device: Device) -> Any:
    return read_batch(device.body(), role=device.stream.role)


@pytest.mark.parametrize("name", ["\ud800", "seat\0four"])
def test_device_name_no_database_takes_is_refused_and_its_batch_kept(device: MakeDevice, name: str) -> None:
    tablet = device()
    tablet.write()
    status, answer = tablet.send(device=name)
    assert (status, answer["code"]) == (403, "wrong-device")
    assert Quarantine.objects.get().code == "wrong-device"
    assert tablet.send()[1]["acknowledged"] == 1


@pytest.mark.parametrize("place", ["stream", "device"])
def test_names_that_are_no_texts_are_refused(device: MakeDevice, place: str) -> None:
    tablet = device()
    tablet.write()
    assert tablet.send(**{place: 7})[1]["code"] == "not-a-batch"


def test_payload_with_nul_is_kept_as_it_was_written(device: MakeDevice) -> None:
    tablet = device()
    tablet.write(text="a\0b")
    assert tablet.send()[0] == 200
    assert json.loads(Entry.objects.get().payload) == {"text": "a\0b"}


def test_batch_the_database_cannot_take_fails_alone(device: MakeDevice) -> None:
    """A constraint of the database stands for whatever it may object to in one batch of a group."""
    if connection.vendor != "sqlite":
        create = (
            "CREATE FUNCTION poison() RETURNS trigger AS 'BEGIN RAISE unique_violation; END' LANGUAGE plpgsql;"
            "CREATE TRIGGER poison BEFORE INSERT ON assess_entry FOR EACH ROW"
            " WHEN (NEW.payload LIKE '%poison%') EXECUTE FUNCTION poison()"
        )
        drop = "DROP FUNCTION poison CASCADE"
    else:
        create = (
            "CREATE TRIGGER poison BEFORE INSERT ON assess_entry WHEN NEW.payload LIKE '%poison%'"
            " BEGIN SELECT RAISE(ABORT, 'poison'); END"
        )
        drop = "DROP TRIGGER poison"
    good, bad, other = device(), device(), device()
    good.write()
    bad.write(text="poison")
    other.write()
    with connection.cursor() as cursor:
        cursor.execute(create)
    try:
        own = GroupCommitWriter()
        futures: list[Future[Outcome]] = [Future(), Future()]
        for sender, future in zip((good, bad), futures, strict=True):
            own._queue.put((batch_of(sender), future))  # waiting before the thread runs: all three share a group
        futures.append(own.submit(batch_of(other)))
        outcomes = [future.result(20) for future in futures]
        own.stop()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(drop)
    assert [type(outcome).__name__ for outcome in outcomes] == ["Acknowledgement", "Refused", "Acknowledgement"]
    assert [sequences(sender) for sender in (good, bad, other)] == [[1], [], [1]]
    assert bad.send()[1]["acknowledged"] == 1


def test_stopped_writer_starts_again_with_the_next_batch(device: MakeDevice) -> None:
    tablet = device()
    for _ in range(3):
        tablet.write()
        assert tablet.send()[0] == 200
        writer.stop()
    assert sequences(tablet) == [1, 2, 3]


def test_dead_writer_thread_is_replaced(device: MakeDevice) -> None:
    tablet = device()
    tablet.write()
    tablet.send()
    thread = writer._thread
    assert thread is not None
    writer._queue.put(None)  # ends the thread behind the writer's back
    thread.join(20)
    tablet.write()
    assert tablet.send()[1]["acknowledged"] == 2


@pytest.mark.slow
def test_writer_stopped_while_batches_come_answers_every_one(device: MakeDevice) -> None:
    tablets = [device() for _ in range(8)]
    for tablet in tablets:
        tablet.write()

    def stop_often() -> None:
        for _ in range(50):
            writer.stop()

    with ThreadPoolExecutor(9) as threads:
        stopping = threads.submit(stop_often)
        answered = list(threads.map(lambda tablet: [tablet.send()[0] for _ in range(20)], tablets, timeout=60))
        stopping.result(60)
    assert {status for statuses in answered for status in statuses} == {200}
    assert [sequences(tablet) for tablet in tablets] == [[1]] * 8


def test_cancelled_request_neither_stops_the_writer_nor_loses_the_batch(device: MakeDevice) -> None:
    tablet = device()
    tablet.write()

    async def hang_up() -> Any:
        future = writer.submit(batch_of(tablet))
        waiting = asyncio.ensure_future(asyncio.wrap_future(future))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return future

    asyncio.run(hang_up()).result(20)
    assert sequences(tablet) == [1]
    tablet.write()
    assert tablet.send()[1]["acknowledged"] == 2


def test_forked_child_has_a_writer_of_its_own(device: MakeDevice) -> None:
    tablet = device()
    tablet.write()
    tablet.send()
    before = writer._thread
    child = os.fork()
    if child == 0:
        os._exit(0 if writer._thread is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert writer._thread is before


def killed(batch: Any, *, committed: bool) -> None:
    """A server's process takes a batch and dies by SIGKILL, before its commit or after it and before its answer."""
    child = os.fork()
    if child == 0:
        try:
            connections["default"] = connection.copy()
            with transaction.atomic():
                append([batch], server_us=time.time_ns() // 1000)
                if not committed:
                    os.kill(os.getpid(), signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_f06_a_server_killed_between_commit_and_answer_has_it_once_when_the_device_sends_again(
    device: MakeDevice,
) -> None:
    tablet = device()
    tablet.write()
    last = tablet.write()
    killed(batch_of(tablet), committed=True)
    assert sequences(tablet) == [1, 2]
    status, answer = tablet.send()
    assert (status, answer["acknowledged"], answer["digest"], answer["appended"]) == (200, 2, last.digest.hex(), 0)
    assert sequences(tablet) == [1, 2]


def test_f07_a_server_killed_before_the_commit_leaves_no_part_and_the_next_sending_succeeds(device: MakeDevice) -> None:
    tablet = device()
    tablet.write()
    tablet.write()
    before = Stream.objects.values().get(pk=tablet.stream.pk)
    killed(batch_of(tablet), committed=False)
    assert sequences(tablet) == []
    assert Stream.objects.values().get(pk=tablet.stream.pk) == before
    status, answer = tablet.send()
    assert (status, answer["acknowledged"], answer["appended"]) == (200, 2, 2)


def test_batch_cut_off_on_its_way_is_not_read(device: MakeDevice) -> None:
    tablet = device()
    tablet.write()
    status, answer = post(tablet.body(), tablet.token, CONTENT_LENGTH="9999")
    assert (status, answer["code"]) == (400, "length")
    assert Quarantine.objects.count() == 0


def test_length_of_absurd_size_is_refused(device: MakeDevice) -> None:
    assert post(b"{}", device().token, CONTENT_LENGTH="9" * 5000)[1]["code"] == "too-large"
