"""Races, locks, a full disk, a database that hangs up: exactly once, in order, and an honest answer while it lasts."""

import random
import resource
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.faults.installation import Installation, Server, sqlite_installation
from tests.faults.loopback_device import LoopbackDevice
from tests.faults.promises import assert_kept


@pytest.fixture
def server(installation: Installation) -> Iterator[Server]:
    running = installation.start("wsgi", threads=8)
    yield running
    running.stop()


def devices_on(installation: Installation, server: Server, count: int) -> list[LoopbackDevice]:
    return [LoopbackDevice.of(grant, port=server.port) for grant in installation.open_streams(count)]


@pytest.mark.slow
def test_same_batches_sent_in_parallel_and_out_of_order_are_there_once(
    installation: Installation, server: Server
) -> None:
    (writer,) = devices_on(installation, server, 1)
    entries = writer.write(60)
    batches = [entries[start : start + size] for start in range(0, 60, 4) for size in (2, 4, 7)]

    def shuffled(seed: int) -> set[tuple[int, str]]:
        echo = LoopbackDevice(server.port, writer.identity, writer.token)
        echo.chain.pending = list(entries)
        left = list(batches)
        while left:
            random.Random(seed).shuffle(left)
            left = [batch for batch in left if echo.post(batch)[0] != 200]
        echo.hang_up()
        return set(echo.answers)

    with ThreadPoolExecutor(8) as threads:
        answers = set().union(*threads.map(shuffled, range(8), timeout=120))
    assert answers == {(200, ""), (409, "gap")}
    writer.flush()
    read = installation.read()
    assert_kept(read, [writer])
    assert read["heads"][writer.identity.stream] == 60
    assert read["quarantined"] == []


@pytest.mark.slow
def test_two_devices_with_one_grant_end_in_one_story_and_the_other_is_kept(
    installation: Installation, server: Server
) -> None:
    """Two tabs with a copied grant: whoever is first is the journal; the other is told of the fork, and kept."""
    rivals = [
        (LoopbackDevice.of(grant, port=server.port), LoopbackDevice.of(grant, port=server.port))
        for grant in installation.open_streams(6)
    ]
    line = threading.Barrier(12)

    def race(device: LoopbackDevice) -> tuple[int, str]:
        device.chain.add(
            "answer", {"part": "K", "item": "A", "response": {"me": id(device)}}, device_ms=1, monotonic_ms=1
        )
        line.wait(20)
        status, document = device.post(device.chain.pending)
        device.hang_up()
        return status, document.get("code", "")

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(race, [device for pair in rivals for device in pair], timeout=60))
    assert [sorted(answers[n : n + 2]) for n in range(0, 12, 2)] == [[(200, ""), (409, "fork")]] * 6
    read = installation.read()
    assert_kept(read, [device for pair in rivals for device in pair if device.acknowledged])
    assert read["quarantined"] == ["fork"] * 6


@pytest.mark.slow
def test_database_locked_for_some_seconds_is_waited_for(installation: Installation, server: Server) -> None:
    devices = devices_on(installation, server, 4)
    for device in devices:
        device.write(3)
    began = time.monotonic()
    with ThreadPoolExecutor(4) as threads:
        if installation.database_url.startswith("sqlite"):
            other = sqlite3.connect(installation.folder / "assayer.sqlite3", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
        else:
            locking = psycopg.connect(installation.database_url)
            locking.execute("LOCK TABLE assess_entry IN ACCESS EXCLUSIVE MODE")
        sending = [threads.submit(device.post, device.chain.pending) for device in devices]
        time.sleep(2)
        assert not any(future.done() for future in sending)
        if installation.database_url.startswith("sqlite"):
            other.execute("ROLLBACK")
            other.close()
        else:
            locking.close()
        answered = {future.result(30)[0] for future in sending}
    for device in devices:
        device.hang_up()
    assert answered == {200}
    assert time.monotonic() - began < 15
    assert_kept(installation.read(), devices)


@pytest.mark.slow
def test_database_locked_for_longer_than_the_server_waits_is_answered_so(tmp_path: Path) -> None:
    installation = sqlite_installation(tmp_path / "data")
    server = installation.start("wsgi", threads=8)
    try:
        (device,) = devices_on(installation, server, 1)
        device.write(3)
        other = sqlite3.connect(installation.folder / "assayer.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        status, document = device.post(device.chain.pending)
        assert (status, document["code"]) == (503, "not-saved")
        other.execute("ROLLBACK")
        other.close()
        device.flush()
    finally:
        server.stop()
    read = installation.read()
    assert_kept(read, [device])
    assert read["heads"][device.identity.stream] == 3


@pytest.mark.slow
def test_full_disk_is_answered_honestly_and_the_server_recovers(tmp_path: Path) -> None:
    """The kernel itself refuses to let the server's files grow (RLIMIT_FSIZE), while it runs; then it lets them again."""
    installation = sqlite_installation(tmp_path / "data")
    server = installation.start("wsgi", threads=8)
    try:
        devices = devices_on(installation, server, 4)
        for device in devices:
            device.write(2)
            assert device.post(device.chain.pending)[0] == 200
        _let_files_grow(server, to=200_000)
        with ThreadPoolExecutor(4) as threads:
            refused = list(threads.map(_save_until_refused, devices, timeout=120))
        assert refused == [(503, "not-saved")] * 4
        assert _save_until_refused(devices[0]) == (503, "not-saved")  # still answering, still honest
        full = installation.read()
        assert_kept(full, devices)
        _let_files_grow(server, to=resource.RLIM_INFINITY)
        for device in devices:
            device.flush()
    finally:
        server.stop()
    read = installation.read()
    assert_kept(read, devices)
    assert read["heads"] == {device.identity.stream: device.chain.sequence for device in devices}
    assert read["inspected"] > full["inspected"]


def _let_files_grow(server: Server, *, to: int) -> None:
    for process in server.processes():
        hard = resource.prlimit(process, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(process, resource.RLIMIT_FSIZE, (to, hard))


def _save_until_refused(device: LoopbackDevice) -> tuple[int, str]:
    for _ in range(500):
        if not device.chain.pending:
            device.write(20)
        status, document = device.post(device.chain.pending)
        if status != 200:
            return status, document["code"]
    return 200, "never refused"


@pytest.mark.slow
@pytest.mark.parametrize("installation", ["postgresql"], indirect=True)
def test_database_that_ends_its_connections_loses_nothing(installation: Installation, server: Server) -> None:
    devices = devices_on(installation, server, 4)
    stop = threading.Event()
    load = [
        threading.Thread(target=device.autosave, args=(stop, random.Random(number)))
        for number, device in enumerate(devices)
    ]
    for thread in load:
        thread.start()
    with psycopg.connect(installation.database_url, autocommit=True) as other:
        for _ in range(8):
            time.sleep(0.2)
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    stop.set()
    for thread in load:
        thread.join()
    for device in devices:
        device.flush()
    read = installation.read()
    assert_kept(read, devices)
    assert read["heads"] == {device.identity.stream: device.chain.sequence for device in devices}
    assert {answer for device in devices for answer in device.answers} == {(200, ""), (503, "not-saved")}
