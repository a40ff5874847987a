"""The tree of RFC 9162: published vectors, then every size and every pair.

Vectors: the certificate-transparency reference inputs, roots and proofs (transparency-dev/merkle, `testonly`).
"""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.ledger.merkle import (
    EMPTY_ROOT,
    CompactRange,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from tests.effort import FULL

INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
D = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"

MOST = 130 if FULL else 40
"""Past a power of two, twice, where everything is proven; once elsewhere."""
MANY = [leaf_hash(b"%d" % number) for number in range(MOST)]
MANY_ROOTS = [root(MANY[:size]) for size in range(len(MANY) + 1)]


def _defined_root(leaves: Sequence[bytes]) -> bytes:
    """The recursive definition of RFC 9162, 2.1.1, as written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + _defined_root(leaves[:half]) + _defined_root(leaves[half:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_roots_equal_the_reference_vectors(size: int) -> None:
    assert root(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        (0, 1, []),
        (0, 2, [A]),
        (1, 2, [ROOTS[1]]),
        (2, 3, [ROOTS[2]]),
        (1, 5, [ROOTS[1], B, C]),
        (0, 8, [A, B, D]),
        (5, 8, [C, E, ROOTS[4]]),
    ],
)
def test_inclusion_proofs_equal_the_reference_vectors(index: int, size: int, proof: list[str]) -> None:
    assert [step.hex() for step in inclusion_proof(LEAVES[:size], index)] == proof


@pytest.mark.parametrize(
    ("old", "new", "proof"), [(1, 1, []), (1, 8, [A, B, D]), (2, 5, [B, C]), (6, 8, [F, E, ROOTS[4]])]
)
def test_consistency_proofs_equal_the_reference_vectors(old: int, new: int, proof: list[str]) -> None:
    assert [step.hex() for step in consistency_proof(LEAVES[:new], old)] == proof


def test_every_size_grows_to_the_defined_root_with_log_many_hashes() -> None:
    kept = CompactRange()
    for size in range(len(MANY) + 1):
        assert kept.root() == _defined_root(MANY[:size]) == MANY_ROOTS[size]
        assert len(kept.hashes) == size.bit_count()
        if size < len(MANY):
            kept.append(MANY[size])


def test_every_leaf_of_every_size_is_proven_and_at_its_index_only() -> None:
    for size in range(1, len(MANY) + 1):
        for index in range(size):
            proof = inclusion_proof(MANY[:size], index)
            whole = MANY_ROOTS[size]
            assert verify_inclusion(leaf=MANY[index], index=index, size=size, proof=proof, root=whole)
            assert (
                not verify_inclusion(leaf=MANY[index - 1], index=index, size=size, proof=proof, root=whole) or size == 1
            )
            assert not verify_inclusion(leaf=MANY[index], index=index + 1, size=size, proof=proof, root=whole)


def test_every_pair_of_sizes_is_consistent() -> None:
    for new in range(len(MANY) + 1):
        for old in range(new + 1):
            proof = consistency_proof(MANY[:new], old)
            assert verify_consistency(
                old_size=old, old_root=MANY_ROOTS[old], new_size=new, new_root=MANY_ROOTS[new], proof=proof
            )


@given(st.data())
def test_a_changed_proof_never_verifies(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, MOST))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(MANY[:size], index)
    place = data.draw(st.integers(0, len(proof) - 1))
    changed = bytes([proof[place][0] ^ data.draw(st.integers(1, 255))]) + proof[place][1:]
    leaf, whole = MANY[index], MANY_ROOTS[size]

    for wrong in ([*proof[:place], changed, *proof[place + 1 :]], proof[:-1], [*proof, changed], [changed, *proof]):
        assert not verify_inclusion(leaf=leaf, index=index, size=size, proof=wrong, root=whole)


@given(st.data())
def test_a_rewritten_history_is_never_consistent(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, MOST))
    old = data.draw(st.integers(1, new - 1))
    place = data.draw(st.integers(0, old - 1))
    rewritten = [*MANY[:place], leaf_hash(b"rewritten"), *MANY[place + 1 : new]]

    for proof in (consistency_proof(rewritten, old), consistency_proof(MANY[:new], old)):
        assert not verify_consistency(
            old_size=old, old_root=MANY_ROOTS[old], new_size=new, new_root=root(rewritten), proof=proof
        )


def test_nothing_is_proven_about_trees_that_cannot_be() -> None:
    assert not verify_inclusion(leaf=MANY[0], index=0, size=0, proof=[], root=EMPTY_ROOT)
    assert not verify_consistency(old_size=2, old_root=MANY_ROOTS[2], new_size=1, new_root=MANY_ROOTS[1], proof=[])
    assert not verify_consistency(old_size=3, old_root=MANY_ROOTS[3], new_size=5, new_root=MANY_ROOTS[5], proof=[])
    assert not verify_consistency(old_size=0, old_root=MANY[0], new_size=1, new_root=MANY_ROOTS[1], proof=[])
    with pytest.raises(IndexError, match="none at index 3"):
        inclusion_proof(MANY[:3], 3)
    with pytest.raises(ValueError, match="no earlier state of 4"):
        consistency_proof(MANY[:3], 4)
    with pytest.raises(ValueError, match="cannot hold 2 hashes"):
        CompactRange(2, [MANY[0], MANY[1]])
