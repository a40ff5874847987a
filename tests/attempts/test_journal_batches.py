"""What a device may send, and what each mistake is answered with."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.attempts.journal.batches import MAX_BODY, Batch, Refusal, read_batch
from assess.attempts.journal.chain import DeviceChain, StreamIdentity, entry_digest
from assess.ledger.canonical import canonical

IDENTITY = StreamIdentity("0b6f5f0e-6d7c-4a4e-9a58-0d1f0b1f6a01", "attempt:1", "candidate", "seat-4", 1)
ANSWER = {"part": "K", "item": "ECW-002", "response": {"choice": "t1"}}


def batch_document(count: int = 1) -> dict[str, Any]:
    chain = DeviceChain(IDENTITY)
    entries = [chain.add("answer", ANSWER, device_ms=1_000 + n, monotonic_ms=n) for n in range(count)]
    return {
        "stream": IDENTITY.stream,
        "device": IDENTITY.device,
        "entries": [
            {
                "sequence": entry.sequence,
                "kind": entry.kind,
                "payload": json.loads(entry.payload),
                "device_ms": entry.device_ms,
                "monotonic_ms": entry.monotonic_ms,
                "digest": entry.digest.hex(),
            }
            for entry in entries
        ],
    }


def changed(**fields: Any) -> bytes:
    document = batch_document()
    document["entries"][0] |= fields
    return json.dumps(document).encode()


def refused(body: bytes, *, role: str = "candidate") -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_batch(body, role=role)
    return caught.value


def test_batch_is_read_with_the_digests_the_device_computed() -> None:
    batch = read_batch(json.dumps(batch_document(3)).encode(), role="candidate")
    assert isinstance(batch, Batch)
    assert [entry.sequence for entry in batch.entries] == [1, 2, 3]
    previous = IDENTITY.genesis()
    for entry in batch.entries:
        previous = entry_digest(
            previous,
            sequence=entry.sequence,
            kind=entry.kind,
            payload=entry.payload,
            device_ms=entry.device_ms,
            monotonic_ms=entry.monotonic_ms,
        )
        assert entry.digest == previous


@pytest.mark.slow
@given(
    st.dictionaries(
        st.text("abc_", min_size=1), st.text() | st.integers(-(2**53) + 1, 2**53 - 1) | st.none() | st.booleans()
    )
)
def test_entry_digest_is_over_the_canonical_document(payload: dict[str, Any]) -> None:
    document = {
        "device_ms": 1, "kind": "remark", "monotonic_ms": 2, "payload": payload, "previous": "ab" * 32, "sequence": 3,
    }  # fmt: skip
    assert (
        entry_digest(
            bytes.fromhex("ab" * 32),
            sequence=3,
            kind="remark",
            payload=canonical(payload).decode(),
            device_ms=1,
            monotonic_ms=2,
        )
        == hashlib.sha256(canonical(document)).digest()
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "not-json"),
        (b"\xff\xfe", "not-json"),
        (b"[]", "not-a-batch"),
        (b'{"stream": "a", "device": "b"}', "not-a-batch"),
        (b'{"stream": "a", "device": "b", "entries": []}', "no-entries"),
        (b'{"stream": "a", "device": "b", "entries": [1]}', "bad-entry"),
        (b'{"stream": "a", "stream": "a", "device": "b", "entries": [1]}', "duplicate-key"),
        (b'{"stream": NaN, "device": "b", "entries": [1]}', "number-not-allowed"),
        (b'{"stream": 1e309, "device": "b", "entries": [1]}', "number-not-allowed"),
        (b'{"stream": 0.5, "device": "b", "entries": [1]}', "number-not-allowed"),
        (b'{"stream": 123456789012345678, "device": "b", "entries": [1]}', "number-not-allowed"),
        (b"[" * 100_000, "not-json"),
        (b" " * (MAX_BODY + 1), "too-large"),
        (changed(sequence=0), "bad-entry"),
        (changed(sequence=True), "bad-entry"),
        (changed(sequence="１"), "bad-entry"),
        (changed(sequence=2**31), "bad-entry"),
        (changed(device_ms=2**53), "bad-entry"),
        (changed(sequence=-1), "bad-entry"),
        (changed(device_ms=-1), "bad-entry"),
        (changed(monotonic_ms=-1), "bad-entry"),
        (changed(digest="zz"), "bad-entry"),
        (changed(digest="z" * 64), "bad-entry"),
        (changed(payload=[]), "bad-entry"),
        (changed(payload={"part": "K", "item": "ECW-002"}), "bad-entry"),
        (changed(payload=ANSWER | {"note": "\ud800"}), "bad-entry"),
        (changed(payload=ANSWER | {"note": "x" * 70_000}), "bad-entry"),
        (changed(kind="mark"), "kind-not-allowed"),
        (changed(kind="drop table"), "kind-not-allowed"),
    ],
)
def test_s18_bad_batch_is_refused_with_its_code(body: bytes, code: str) -> None:
    refusal = refused(body)
    assert refusal.code == code
    assert refusal.sentence.endswith((".", '".'))


def test_gap_inside_a_batch_is_refused() -> None:
    document = batch_document(3)
    del document["entries"][1]
    assert refused(json.dumps(document).encode()).code == "gap"


def test_too_many_entries_are_refused_before_they_are_read() -> None:
    body = json.dumps({"stream": "a", "device": "b", "entries": [0] * 501}).encode()
    assert refused(body).code == "too-many-entries"


def test_assessor_may_not_write_answers() -> None:
    assert refused(json.dumps(batch_document()).encode(), role="assessor:1").code == "kind-not-allowed"
