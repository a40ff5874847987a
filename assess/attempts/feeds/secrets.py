"""The keys of feeds: derived when they are needed, kept nowhere.

A feed signs with a shared key, which the server needs in the clear to check a signature. So that no table and no backup holds
one, it is HMAC-SHA-256 of the row's identifier and salt under the installation's secret; the row keeps a fingerprint to tell
whether that secret is still the one under which the key was handed over.
"""

import base64
import hashlib
import hmac
import secrets
import uuid

from django.conf import settings

SALT_BYTES = 32


def new_salt() -> bytes:
    """Random bytes for one key."""
    return secrets.token_bytes(SALT_BYTES)


def derived(key_id: uuid.UUID, salt: bytes) -> bytes:
    """The 32 bytes of a key."""
    return hmac.digest(settings.SECRET_KEY.encode(), b"assayer feed key\n" + key_id.bytes + salt, "sha256")


def fingerprint(key: bytes) -> str:
    """What may be shown and kept of a key."""
    return hashlib.sha256(b"assayer feed key fingerprint\n" + key).hexdigest()


def handed_over(key: bytes) -> str:
    """A key as its sender takes it: `whsec_` and base64, as Standard Webhooks writes it."""
    return f"whsec_{base64.b64encode(key).decode('ascii')}"
