"""What one leaf of the ledger says: a kind of record, its identifier, and a commitment to its content."""

from dataclasses import dataclass

from .canonical import canonical
from .merkle import leaf_hash


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One leaf. Its place in the tree is `index`; its bytes are the canonical JSON of the other three fields.

    Parameters
    ----------
    index
        From 0, without gaps.
    kind
        What sort of record it is about: `act`, `seal`, `score`, `decision`, `award`, …
    record
        The record's opaque identifier. Never a name or an address: it outlives the record.
    commitment
        32 bytes, `canonical.salted(document, salt)`.

    Examples
    --------
    >>> Leaf(index=0, kind="seal", record="7", commitment=bytes(32)).data()[:25]
    b'{"commitment":"0000000000'
    """

    index: int
    kind: str
    record: str
    commitment: bytes

    def data(self) -> bytes:
        """The bytes that are hashed into the tree."""
        return canonical({"commitment": self.commitment.hex(), "kind": self.kind, "record": self.record})

    @property
    def hash(self) -> bytes:
        """The RFC 9162 leaf hash of the data."""
        return leaf_hash(self.data())
