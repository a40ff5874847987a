"""The candidate's receipt: what was sealed, signed by the ledger's key, so that "my answers were lost" can be settled.

A receipt names every stream with its last sequence and digest. Whoever kept their device's chain can compare it, and anybody can
check the signature with the ledger's public key.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from assess.attempts.journal.seals import receipt_code, seal_digest
from assess.ledger.canonical import canonical
from assess.ledger.keys import PublicKey, SigningKey
from assess.ledger.multibase import MultibaseError, base64url_decode, base64url_encode


def sign_receipt(document: dict[str, Any], *, sealed_at: datetime, key: SigningKey) -> dict[str, Any]:
    """The receipt of a seal's document: attempt, code, heads, and the signature over the canonical rest."""
    said = {
        "attempt": document["attempt"],
        "code": receipt_code(document),
        "digest": seal_digest(document).hex(),
        "key": key.public.did,
        "seal": document["number"],
        "sealed_at": sealed_at.astimezone(UTC).isoformat(timespec="seconds"),
        "streams": [
            {name: head[name] for name in ("role", "device", "epoch", "sequence", "digest")}
            for head in document["heads"]
        ],
    }
    return said | {"signature": base64url_encode(key.sign(canonical(said)))}


def receipt_holds(receipt: Mapping[str, Any], *, key: PublicKey) -> bool:
    """Whether this key signed exactly this receipt."""
    said = {name: value for name, value in receipt.items() if name != "signature"}
    try:
        signature = base64url_decode(str(receipt.get("signature")))
        return bool(said.get("key") == key.did and key.verifies(signature, canonical(said)))
    except (MultibaseError, ValueError):
        return False
