"""Canonical JSON: equal to an independent RFC 8785 implementation, and strict about what it takes."""

import hashlib

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from assess.ledger.canonical import SAFE_INTEGER, CanonicalError, canonical, digest, salted

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEY = st.text(st.characters(max_codepoint=127))
SCALAR = st.none() | st.booleans() | st.integers(-SAFE_INTEGER, SAFE_INTEGER) | TEXT
DOCUMENT = st.recursive(SCALAR, lambda held: st.lists(held) | st.dictionaries(KEY, held), max_leaves=30)


@pytest.mark.slow
@given(DOCUMENT)
def test_canonical_equals_rfc8785_on_every_restricted_document(document: object) -> None:
    assert canonical(document) == rfc8785.dumps(document)  # type: ignore[arg-type]


def test_canonical_escapes_every_control_character_as_rfc8785_does() -> None:
    text = "".join(map(chr, range(0x100))) + "\u2028\u2029😀"

    assert canonical([text]) == rfc8785.dumps([text])


@pytest.mark.parametrize(
    ("document", "code", "place"),
    [
        ({"a": [1, {"b": 0.5}]}, "float", "$.a[1].b"),
        ([float("nan")], "float", "$[0]"),
        ({"n": 2**53}, "integer_range", "$.n"),
        ({"n": -(2**53)}, "integer_range", "$.n"),
        ({"straße": 1}, "key", "$"),
        ({1: "one"}, "key", "$"),
        (["\ud800"], "surrogate", "$[0]"),
        ({"x": b"bytes"}, "type", "$.x"),
        ({"x": {1, 2}}, "type", "$.x"),
    ],
)
def test_canonical_refuses_what_records_may_not_hold_and_names_the_place(
    document: object, code: str, place: str
) -> None:
    with pytest.raises(CanonicalError) as refused:
        canonical(document)

    assert (refused.value.code, refused.value.place) == (code, place)


@pytest.mark.slow
def test_canonical_refuses_nesting_no_reader_takes() -> None:
    document: object = 0
    for _ in range(100_000):
        document = [document]

    with pytest.raises(CanonicalError) as refused:
        canonical(document)

    assert refused.value.code == "depth"
    while isinstance(document, list):  # unwound by hand: deallocation of such nesting is slow otherwise
        document = document[0]


@pytest.mark.slow
@given(DOCUMENT, st.binary(min_size=16, max_size=64))
def test_commitment_is_sha256_of_salt_and_canonical_bytes(document: object, salt: bytes) -> None:
    assert salted(document, salt) == hashlib.sha256(salt + rfc8785.dumps(document)).digest()  # type: ignore[arg-type]
    assert digest(document) == hashlib.sha256(rfc8785.dumps(document)).digest()  # type: ignore[arg-type]


def test_a_short_salt_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 random bytes"):
        salted({}, b"short")
