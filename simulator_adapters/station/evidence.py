"""Raw evidence on its way to the server: kept by digest, sent until the server has it, then put aside."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from simulator_adapters import documents
from simulator_adapters.station import disk
from simulator_adapters.station.uplink import Refused, Uplink

SETTLED = frozenset(
    {"too-large", "empty", "bad-name", "bad-type", "bad-evidence", "role", "no-subject", "sealed", "erased", "too-many"}
)
"""Refusals that sending again can't mend: the bytes stay at the station, under `refused`."""


@dataclass(frozen=True)
class Piece:
    """One piece of raw evidence: whose attempt and role it is about, what it is called, and its digest."""

    attempt: str
    role: str
    name: str
    media_type: str
    sha256: str


class EvidenceBox:
    """The station's pieces that the server does not have yet: the bytes under their digest, and beside them what they are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(self, piece_of: tuple[str, str], name: str, media_type: str, data: bytes) -> Piece:
        """Keep bytes until the server has them; the same bytes under the same name are kept once."""
        piece = Piece(*piece_of, name, media_type, hashlib.sha256(data).hexdigest())
        disk.replace(self._bytes_of(piece), data)
        disk.replace(self._note_of(piece), documents.canonical_bytes(asdict(piece)))
        return piece

    def waiting(self) -> Iterator[Piece]:
        """What the server does not have yet."""
        for path in sorted(self.folder.glob("*.json")):
            yield Piece(**json.loads(path.read_bytes()))

    def send(self, uplink: Uplink) -> int:
        """Send everything that waits. Returns how much went.

        Raises
        ------
        StationError
            When the server can't be reached, or refuses for a reason that may pass.
        """
        sent = 0
        for piece in self.waiting():
            data = self._bytes_of(piece).read_bytes()
            try:
                if hashlib.sha256(data).hexdigest() != piece.sha256:
                    raise Refused(422, "bad-evidence", f"{piece.name} is not what was recorded: the disk changed it.")
                uplink.evidence(asdict(piece), data)
            except Refused as refused:
                if refused.code not in SETTLED:
                    raise
                self._put_aside(piece, "refused")
                continue
            self._put_aside(piece, "sent")
            sent += 1
        return sent

    def _put_aside(self, piece: Piece, folder: str) -> None:
        # The note first: without it the bytes are only a file, with it they would be sent again.
        disk.move(self._note_of(piece), self.folder / folder)
        if not any(other.sha256 == piece.sha256 for other in self.waiting()):
            disk.move(self._bytes_of(piece), self.folder / folder)

    def _bytes_of(self, piece: Piece) -> Path:
        return self.folder / f"{piece.sha256}.bin"

    def _note_of(self, piece: Piece) -> Path:
        named = hashlib.sha256(documents.canonical_bytes(asdict(piece))).hexdigest()
        return self.folder / f"{named}.json"
