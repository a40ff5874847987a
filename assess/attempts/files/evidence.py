"""Raw evidence that a station sends beside its journal: whether it is what was named, and whether it proves itself. Pure.

A digest says that the bytes are those of the journal. A wire trace says more: each of its lines holds the digest of the line
before, and its seal the station's key. One that does not hold is kept all the same, as unproved: it may be
what a crash left behind.
"""

import hashlib
import re
from dataclasses import dataclass, field

from simulator_adapters.recording import FORMAT, TraceError, prove_trace

MOST_BYTES = 64 * 1024**2
MOST_PROVED = 4 * 1024**2
"""So long a trace is proved while it is taken in; a longer one is proved by `manage.py verify_runs`."""
MOST_OF_A_ROLE = 200
"""So many pieces of raw evidence one role of an attempt may send."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,199}")
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,60}")
LEAVES_WITH = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
}
"""The headers with which raw evidence leaves, always as a download: it runs nothing and stays in no cache on the way."""


class EvidenceRefused(Exception):
    """Bytes that are not kept: a stable code and a sentence with what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Piece:
    """Raw evidence as it is kept. `proof` is `plain`, `proved` or `unproved`; `sentence` says why it does not prove itself."""

    name: str
    media_type: str
    sha256: str
    data: bytes = field(repr=False)
    proof: str = "plain"
    sentence: str = ""
    signed_by: str = ""


def read_evidence(*, name: str, media_type: str, sha256: str, data: bytes) -> Piece:
    """Hold bytes against the digest that was named for them, and prove the chain of a wire trace.

    Raises
    ------
    EvidenceRefused
        `too-large`, `empty`, `bad-name`, `bad-type`, `bad-evidence` where the digest is another.

    Examples
    --------
    >>> read_evidence(name="a", media_type="application/json", sha256="00" * 32, data=b"{}")
    Traceback (most recent call last):
    assess.attempts.files.evidence.EvidenceRefused: a is not what was named: its SHA-256 begins with 44136fa355b3. Send it again.
    """
    if len(data) > MOST_BYTES:
        raise EvidenceRefused("too-large", f"{name[:60]} has more than {MOST_BYTES // 1024**2} MiB. Split the run.")
    if not NAME.fullmatch(name):
        raise EvidenceRefused("bad-name", f"{name[:60]!r} is no name: letters, digits, points, dashes; no folders.")
    if not data:
        raise EvidenceRefused("empty", f"{name} is empty. There is nothing to keep.")
    if not MEDIA_TYPE.fullmatch(media_type):
        raise EvidenceRefused("bad-type", f"{media_type[:40]!r} is no media type, such as application/json.")
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise EvidenceRefused(
            "bad-evidence", f"{name} is not what was named: its SHA-256 begins with {found[:12]}. Send it again."
        )
    proof, sentence, signed_by = proof_of(name, data)
    return Piece(name, media_type, sha256, data, proof, sentence, signed_by)


def is_trace(data: bytes) -> bool:
    """Whether bytes say of themselves that they are a wire trace."""
    return FORMAT.encode() in data[:4096].split(b"\n", 1)[0]


def proof_of(name: str, data: bytes, *, most: int = MOST_PROVED) -> tuple[str, str, str]:
    """How bytes prove themselves: `plain`, `proved` or `unproved`, why not, and the key that sealed them."""
    if not is_trace(data):
        return "plain", "", ""
    if len(data) > most:
        return "unproved", f"It is longer than {most // 1024**2} MiB, so its chain is proved later.", ""
    try:
        trace = prove_trace(data, name=name)
    except TraceError as error:
        return "unproved", str(error)[:300], ""
    if not trace.sealed:
        return "unproved", "It has no seal: its lines prove themselves, its end does not.", ""
    return "proved", "", trace.signed_by
