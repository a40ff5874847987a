"""The spool: on the disk before it counts, whole after every kind of end, and exactly what the journal takes."""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.attempts.journal.batches import read_batch
from assess.attempts.journal.chain import next_receipt
from simulator_adapters.chain import StreamIdentity, batch_body
from simulator_adapters.station.bookings import Booking
from simulator_adapters.station.errors import StationError
from simulator_adapters.station.spool import Spool, SpoolDamaged, StreamSpool
from tests.effort import examples

NOW_MS = int(time.time() * 1000)
BOOKING = Booking(
    booking="b-1", attempt="a-1", role="adapter:1", work="PT-ECW-1", station="bay 1", sitting="A morning",
    starts_ms=NOW_MS, ends_ms=NOW_MS + 9 * 3_600_000, adapter="scpi", serial="SN0042",
)  # fmt: skip


def granted(stream: str = "s-1", epoch: int = 1, token: str = "token") -> dict[str, Any]:
    identity = StreamIdentity(stream, "attempt:a-1", "adapter:1", "station Bay 6", epoch)
    return {
        "stream": stream, "subject": identity.subject, "role": identity.role, "device": identity.device, "epoch": epoch,
        "sequence": 0, "head": identity.genesis().hex(), "token": token,
    }  # fmt: skip


def opened(folder: Path) -> StreamSpool:
    return Spool(folder).open(granted(), BOOKING)


def remark(number: int) -> tuple[str, dict[str, Any]]:
    return "measurement", {"simulation": "PT-ECW-1", "measurement": {"number": number, "value": "0.14"}}


def test_what_is_appended_is_there_after_a_restart_and_is_what_the_intake_takes(tmp_path: Path) -> None:
    stream = opened(tmp_path)
    stream.append([remark(1), remark(2)])
    stream.append([remark(3)])
    (again,) = Spool(tmp_path).streams.values()
    assert again.pending == stream.pending
    assert (again.chain.head, again.token, again.booking) == (stream.chain.head, "token", BOOKING)
    read = read_batch(batch_body(again.identity, again.pending), role="adapter:1")
    assert [entry.digest for entry in read.entries] == [entry.digest for entry in again.pending]
    assert next_receipt(again.identity.genesis(), read.entries[0].digest, 1)


def test_an_acknowledgement_covers_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    stream = opened(tmp_path)
    entries = stream.append([remark(1), remark(2)])
    stream.acknowledge(1, entries[0].digest.hex())
    stream.acknowledge(1, entries[0].digest.hex())
    (again,) = Spool(tmp_path).streams.values()
    assert ([entry.sequence for entry in again.pending], again.acknowledged) == ([2], 1)
    with pytest.raises(SpoolDamaged, match="two devices wrote this stream"):
        again.acknowledge(2, "00" * 32)
    with pytest.raises(SpoolDamaged):
        again.acknowledge(9, "00" * 32)


@given(cut=st.integers(0, 2_000))
@settings(max_examples=examples(60), deadline=None)
def test_wherever_a_power_cut_tears_the_file_whole_entries_stay_and_the_next_one_follows(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    stream = opened(folder)
    head = stream.path.stat().st_size
    for number in range(4):
        stream.append([remark(number)])
    whole = stream.path.read_bytes()
    torn = whole[: head + min(cut, len(whole) - head)]
    stream.path.write_bytes(torn)
    (again,) = Spool(folder).streams.values()
    kept = torn.count(b"\n") - head_lines(whole, head)
    assert len(again.pending) == kept
    again.append([remark(9)])
    (last,) = Spool(folder).streams.values()
    assert [entry.sequence for entry in last.pending] == list(range(1, kept + 2))


def head_lines(whole: bytes, head: int) -> int:
    return whole[:head].count(b"\n")


@pytest.mark.parametrize(
    "was, now", [(b'"0.14', b'"0.41'), (b'"sequence":2', b'"sequence":3'), (b'"line":"entry"', b'"line":"other"')]
)
def test_a_file_that_was_changed_is_left_alone_and_named(tmp_path: Path, was: bytes, now: bytes) -> None:
    stream = opened(tmp_path)
    stream.append([remark(1), remark(2)])
    held = stream.path.read_bytes()
    changed = held.replace(was.replace(b'"0', b'\\"0'), now.replace(b'"0', b'\\"0'), 1)
    assert changed != held
    stream.path.write_bytes(changed)
    spool = Spool(tmp_path)
    assert spool.streams == {}
    assert "tell a director" in spool.damaged[0]
    assert stream.path.read_bytes() == changed


def test_what_the_journal_would_refuse_is_refused_before_it_is_chained(tmp_path: Path) -> None:
    stream = opened(tmp_path)
    with pytest.raises(StationError, match="the journal takes 65536"):
        stream.append([remark(1), ("measurement", {"simulation": "x", "measurement": {"text": "x" * 66_000}})])
    with pytest.raises(StationError, match="more than every reader"):
        stream.append([("measurement", {"simulation": "x", "measurement": {"t": 2**53}})])
    assert (stream.pending, Spool(tmp_path).unsent) == ([], 0)
    stream.append([("close", {})])
    with pytest.raises(StationError, match="Fetch a new grant"):
        stream.append([remark(1)])


def test_a_run_that_never_ended_is_found_by_its_note(tmp_path: Path) -> None:
    stream = opened(tmp_path)
    stream.begin("r-1", {"plan": "p", "plan_sha256": "00", "work": "PT-ECW-1", "serial": "SN0042"})
    stream.append([remark(1)])
    (again,) = Spool(tmp_path).streams.values()
    assert list(again.begun) == ["r-1"]
    again.append([("run", {"simulation": "PT-ECW-1", "outcome": "ABORTED", "record": {"run_id": "r-1"}})])
    (last,) = Spool(tmp_path).streams.values()
    assert last.begun == {}


FULL = """
import resource, signal, sys
from pathlib import Path
from tests.simulator_adapters.station.test_spool import opened, remark
from simulator_adapters.station.errors import DiskFull
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
stream = opened(Path(sys.argv[1]))
stream.append([remark(1)])
resource.setrlimit(resource.RLIMIT_FSIZE, (stream.path.stat().st_size + 300, resource.RLIM_INFINITY))
try:
    stream.append([remark(2), remark(3), remark(4)])
except DiskFull as full:
    print(full.sentence)
assert [entry.sequence for entry in stream.pending] == [1]
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
stream.append([remark(5)])
"""


@pytest.mark.slow
def test_a_full_disk_leaves_what_was_there_and_the_station_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """The kernel itself refuses to let the file grow (RLIMIT_FSIZE), in the middle of a group of entries."""
    ran = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "Nothing that was kept before is touched. Make room" in ran.stdout
    (stream,) = Spool(tmp_path).streams.values()
    assert [json.loads(entry.payload)["measurement"]["number"] for entry in stream.pending] == [1, 5]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
