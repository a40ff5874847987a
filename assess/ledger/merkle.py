"""The Merkle tree of RFC 9162, section 2.1: hashes, roots, proofs and their verification.

The ledger's leaves are hashed in order into a tree whose root commits to all of them. An **inclusion proof** shows with
O(log n) hashes that a leaf is at its index; a **consistency proof** shows that a larger tree begins with a smaller one,
so nothing was taken out or rewritten in between. A **compact range** is what the sequencer keeps: enough to append
the next leaf and state the root, without the leaves.

Functions take and give *leaf hashes* (`leaf_hash` of the leaf's bytes), each 32 bytes.

>>> leaves = [leaf_hash(word) for word in (b"one", b"two", b"three")]
>>> proof = inclusion_proof(leaves, 2)
>>> verify_inclusion(leaf=leaves[2], index=2, size=3, proof=proof, root=root(leaves))
True
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 ‖ data). The prefix keeps a leaf from posing as a node (second preimage).

    >>> leaf_hash(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class CompactRange:
    """The first `size` leaves as the roots of their perfect subtrees, largest first: one per set bit of `size`.

    Raises
    ------
    ValueError
        When the number of hashes does not belong to the size, or a hash has not 32 bytes.

    Examples
    --------
    >>> kept = CompactRange()
    >>> kept.extend([leaf_hash(b"a"), leaf_hash(b"b"), leaf_hash(b"c")])
    >>> kept.size, len(kept.hashes), kept.root() == root([leaf_hash(b) for b in (b"a", b"b", b"c")])
    (3, 2, True)
    """

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise ValueError(f"A compact range of {self.size} leaves cannot hold {len(self.hashes)} hashes.")
        if any(len(held) != 32 for held in self.hashes):
            raise ValueError("Each hash of a compact range has 32 bytes.")

    def append(self, leaf: bytes) -> None:
        """Take in the next leaf hash: at most log2(size) node hashes."""
        carried, bits = leaf, self.size
        while bits & 1:
            carried = node_hash(self.hashes.pop(), carried)
            bits >>= 1
        self.hashes.append(carried)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Take in leaf hashes, in order."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """The root of the tree so far."""
        if not self.hashes:
            return EMPTY_ROOT
        *rest, folded = self.hashes
        for left in reversed(rest):
            folded = node_hash(left, folded)
        return folded


def root(leaves: Sequence[bytes]) -> bytes:
    """Root of a list of leaf hashes (RFC 9162, 2.1.1)."""
    kept = CompactRange()
    kept.extend(leaves)
    return kept.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Hashes that lead from the leaf at `index` to the root, lowest first (RFC 9162, 2.1.3.1).

    Raises
    ------
    IndexError
        When there is no such leaf.
    """
    size = len(leaves)
    if not 0 <= index < size:
        raise IndexError(f"The tree has {size} leaves; there is none at index {index}.")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(root(leaves[middle:end]))
            end = middle
        else:
            proof.append(root(leaves[start:middle]))
            start = middle
    return proof[::-1]


def verify_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows the leaf hash at `index` of the tree with this size and root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    first, last, folded = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            folded = node_hash(sibling, folded)
            while first and not first & 1:
                first >>= 1
                last >>= 1
        else:
            folded = node_hash(folded, sibling)
        first >>= 1
        last >>= 1
    return last == 0 and folded == root


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """Hashes showing that the tree of the first `old_size` leaves is the beginning of this one (RFC 9162, 2.1.4.1).

    Empty when the sizes are equal or the old tree had no leaf.

    Raises
    ------
    ValueError
        When the old size is negative or larger than the tree.
    """
    size = len(leaves)
    if not 0 <= old_size <= size:
        raise ValueError(f"A tree of {size} leaves has no earlier state of {old_size} leaves.")
    proof: list[bytes] = []
    start, end, wanted, whole = 0, size, old_size, True
    if old_size in (0, size):
        return proof
    while wanted != end - start:
        middle = start + _split(end - start)
        if wanted <= middle - start:
            proof.append(root(leaves[middle:end]))
            end = middle
        else:
            proof.append(root(leaves[start:middle]))
            wanted -= middle - start
            start, whole = middle, False
    if not whole:  # the old root itself is known to whoever checks
        proof.append(root(leaves[start:end]))
    return proof[::-1]


def verify_consistency(
    *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether `proof` shows that the larger tree begins with the smaller one (RFC 9162, 2.1.4.2)."""
    if old_size < 0 or old_size > new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    first, last = old_size - 1, new_size - 1
    while first & 1:
        first >>= 1
        last >>= 1
    old_folded = new_folded = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            old_folded = node_hash(sibling, old_folded)
            new_folded = node_hash(sibling, new_folded)
            while first and not first & 1:
                first >>= 1
                last >>= 1
        else:
            new_folded = node_hash(new_folded, sibling)
        first >>= 1
        last >>= 1
    return last == 0 and old_folded == old_root and new_folded == new_root


def _split(size: int) -> int:
    """The largest power of two below `size` (≥ 2): where RFC 9162 divides a tree."""
    return 1 << (size - 1).bit_length() - 1
