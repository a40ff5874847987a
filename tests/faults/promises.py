"""What the journal promises, held against its rows."""

from typing import Any

from tests.faults.loopback_device import LoopbackDevice


def assert_kept(read: dict[str, Any], devices: list[LoopbackDevice]) -> None:
    """No acknowledged entry is lost or there twice, streams are contiguous, chains and receipts verify."""
    assert read["differences"] == []
    for device in devices:
        stream = device.identity.stream
        rows = read["rows"].get(stream, [])
        assert sorted(sequence for sequence, _ in rows) == list(range(1, len(rows) + 1))
        digests = dict(rows)
        assert {sequence: digests.get(sequence) for sequence in device.acknowledged} == device.acknowledged
        assert read["heads"][stream] == len(rows)
    assert read["inspected"] == sum(len(rows) for rows in read["rows"].values())
