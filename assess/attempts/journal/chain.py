"""The two chains of a stream: the device's (`simulator_adapters.chain`, which a station agent shares with the server), and the
server's receipts.

    receipt n = SHA-256(receipt n−1 ‖ digest n ‖ server time)     kept by the server only

The digest covers what the device knows; the receipt chain covers when the server had it. A seal holds both heads.
"""

import hashlib

from simulator_adapters.chain import ChainedEntry, DeviceChain, StreamIdentity, batch_body, entry_digest

__all__ = ["ChainedEntry", "DeviceChain", "StreamIdentity", "batch_body", "entry_digest", "next_receipt"]


def next_receipt(previous: bytes, digest: bytes, server_us: int) -> bytes:
    """The receipt after one more entry, which the server had at `server_us` (microseconds since 1970)."""
    return hashlib.sha256(previous + digest + server_us.to_bytes(8, "big")).digest()
