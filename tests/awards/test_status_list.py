"""Status lists: the bits come back, an independent reader agrees, and a list that can't be relied on is refused."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from openvc.status import bitstring

from assess.awards import proofs, status_list
from assess.awards.status_list import LEAST_BITS, MOST_BITS, StatusEntry, StatusListError
from assess.ledger.keys import SigningKey
from assess.ledger.multibase import base64url_encode

KEY = SigningKey.of("credential", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = SigningKey.of("credential", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://awards.example.org/status/revocation/1"
ENTRY = StatusEntry(purpose="revocation", list_url=URL, index=77_000)


def _list(indices: set[int], **changes: object) -> dict[str, object]:
    made = status_list.build(
        list_url=URL,
        purpose="revocation",
        indices=indices,
        key=KEY,
        valid_from=NOW,
        valid_until=NOW + timedelta(days=1),
    )
    if not changes:
        return made
    del made["proof"]
    return proofs.sign({**made, **changes}, key=KEY, created=NOW)


@pytest.mark.slow
@given(st.sets(st.integers(0, LEAST_BITS - 1), max_size=200))
def test_the_bits_come_back_and_an_independent_reader_agrees(indices: set[int]) -> None:
    encoded = status_list.encode(indices)
    field, theirs = status_list.decode(encoded), bitstring.decode_bitstring(encoded)

    assert field == theirs
    assert {i for i in range(LEAST_BITS) if field[i // 8] and status_list.bit(field, i)} == indices
    assert all(bitstring.get_status_bit(theirs, index) for index in indices)


def test_an_independent_writer_is_read() -> None:
    field = bitstring.new_bitstring(LEAST_BITS)
    bitstring.set_status_bit(field, 12345, 1)

    assert status_list.decode(bitstring.encode_bitstring(bytes(field))) == bytes(field)


def test_the_same_set_gives_the_same_text() -> None:
    assert status_list.encode([5, 1]) == status_list.encode([1, 5])


def _zipped(size: int) -> bytes:
    """Zero bytes in gzip, without a time in the header: two test workers must collect the same."""
    return gzip.compress(bytes(size), mtime=0)


@pytest.mark.parametrize(
    ("encoded", "code"),
    [
        ("", "encoding"),
        ("zabc", "encoding"),
        (base64url_encode(b"not gzip"), "encoding"),
        (base64url_encode(_zipped(LEAST_BITS // 8)[:-4]), "encoding"),
        (base64url_encode(_zipped(LEAST_BITS // 8) + b"more"), "encoding"),
        (base64url_encode(_zipped(LEAST_BITS // 8 - 1)), "length"),
        (base64url_encode(_zipped(20_000_000)), "length"),
    ],
    ids=["empty", "another multibase", "no gzip", "cut off", "more behind", "too short", "too long"],
)
def test_a_list_that_is_too_short_too_long_or_damaged_is_refused(encoded: str, code: str) -> None:
    with pytest.raises(StatusListError) as refused:
        status_list.decode(encoded)

    assert refused.value.code == code


def test_a_set_bit_is_reported_and_no_other() -> None:
    def says(indices: set[int]) -> bool:
        return status_list.is_set(_list(indices), entry=ENTRY, issuer=KEY.public.did, now=NOW)

    assert says({77_000})
    assert not says({76_999, 77_001})


@pytest.mark.parametrize(
    ("document", "entry", "issuer", "now", "code"),
    [
        ({}, ENTRY, KEY, NOW, "form"),
        (_list(set(), type=["VerifiableCredential"]), ENTRY, KEY, NOW, "form"),
        (_list(set(), validUntil="tomorrow"), ENTRY, KEY, NOW, "form"),
        (_list(set()), StatusEntry(purpose="suspension", list_url=URL, index=1), KEY, NOW, "purpose"),
        (_list(set()), StatusEntry(purpose="revocation", list_url=URL + "2", index=1), KEY, NOW, "address"),
        (_list(set()), StatusEntry(purpose="revocation", list_url=URL, index=LEAST_BITS), KEY, NOW, "index"),
        (_list(set()), ENTRY, OTHER, NOW, "issuer"),
        (_list(set(), issuer=OTHER.public.did), ENTRY, OTHER, NOW, "issuer"),
        (_list(set()), ENTRY, KEY, NOW + timedelta(days=1), "stale"),
        (_list(set()), ENTRY, KEY, NOW - timedelta(seconds=1), "stale"),
        ({**_list({77_000}), "validUntil": "2030-01-01T00:00:00Z"}, ENTRY, KEY, NOW, "proof"),
        (
            _list(set(), credentialSubject={"type": "BitstringStatusList", "statusPurpose": "revocation"}),
            ENTRY,
            KEY,
            NOW,
            "encoding",
        ),
    ],
)
def test_a_list_that_cannot_be_relied_on_gives_no_answer(
    document: dict[str, object], entry: StatusEntry, issuer: SigningKey, now: datetime, code: str
) -> None:
    with pytest.raises(StatusListError) as refused:
        status_list.is_set(document, entry=entry, issuer=issuer.public.did, now=now)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("bits", "code"), [(LEAST_BITS - 8, "length"), (LEAST_BITS + 1, "length"), (MOST_BITS + 8, "length")]
)
def test_a_list_is_only_made_in_lengths_that_can_be_read(bits: int, code: str) -> None:
    with pytest.raises(StatusListError) as refused:
        status_list.encode([], bits=bits)
    assert refused.value.code == code


def test_free_indices_are_unused_and_spread_over_the_list() -> None:
    taken: set[int] = set()
    for _ in range(2000):
        taken.add(status_list.free_index(taken))

    assert len(taken) == 2000
    # 2,000 draws into 16 equal bins: 125 each; chi-squared with 15 degrees of freedom exceeds 60 once in 4 million runs
    counts = [sum(index * 16 // LEAST_BITS == place for index in taken) for place in range(16)]
    assert sum((count - 125) ** 2 / 125 for count in counts) < 60


def test_a_list_half_full_is_closed() -> None:
    with pytest.raises(StatusListError) as refused:
        status_list.free_index(range(LEAST_BITS // 2))
    assert refused.value.code == "full"
