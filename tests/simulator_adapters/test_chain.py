"""The device's chain and the server's canonical form: one sequence of bytes on both sides."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.attempts.journal.batches import read_batch
from assess.ledger.canonical import SAFE_INTEGER, canonical
from simulator_adapters import documents
from simulator_adapters.chain import DeviceChain, StreamIdentity, batch_body

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-SAFE_INTEGER, SAFE_INTEGER) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
IDENTITY = StreamIdentity("s-1", "attempt:a-1", "adapter:1", 'station "Bay" 6 ü', 1)


@pytest.mark.slow
@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_a_station_writes_the_very_bytes_that_the_ledger_would(payload: dict[str, Any]) -> None:
    assert documents.canonical_bytes(documents.encode(payload)) == canonical(payload)


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=3), min_size=1, max_size=4))
def test_a_batch_is_read_as_it_was_chained(payloads: list[dict[str, Any]]) -> None:
    chain = DeviceChain(IDENTITY)
    for number, payload in enumerate(payloads):
        chain.add(
            "measurement", payload | {"simulation": "x", "measurement": {}}, device_ms=number, monotonic_ms=number
        )
    body = batch_body(IDENTITY, chain.pending)
    assert json.loads(body)["device"] == IDENTITY.device
    assert list(read_batch(body, role="adapter:1").entries) == chain.pending


def test_a_binary_fraction_is_never_chained() -> None:
    chain = DeviceChain(IDENTITY)
    with pytest.raises(documents.DocumentError):
        chain.add("measurement", {"value": 0.1}, device_ms=0, monotonic_ms=0)
    assert (chain.sequence, chain.pending) == (0, [])
