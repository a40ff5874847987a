"""The station's own Ed25519 key: made at the first start, readable by its owner only, never sent anywhere."""

import os
import secrets
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from simulator_adapters.station.errors import StationError

NAME = "station.pem"


def station_key(folder: Path) -> Ed25519PrivateKey:
    """The key in a station's folder; made where there is none.

    Raises
    ------
    StationError
        `key-mode` where others may read it, `key-unreadable` where it is no such key, `folder` where it can't be written.
    """
    path = folder / NAME
    try:
        if not path.exists():
            _make(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        held = path.read_bytes()
    except OSError as error:
        raise StationError(
            "folder", f"{path} can't be used ({error.strerror}). Choose a folder you may write."
        ) from error
    if mode & 0o077:
        raise StationError("key-mode", f"Others may read {path} (mode {mode:04o}). Run chmod 600 on it.")
    try:
        key = load_pem_private_key(held, password=None)
    except (ValueError, TypeError) as error:
        raise StationError(
            "key-unreadable", f"{path} holds no key. Restore it, or enrol anew in a new folder."
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise StationError(
            "key-unreadable", f"{path} holds another kind of key than Ed25519. Enrol anew in a new folder."
        )
    return key


def public_hex(key: Ed25519PrivateKey) -> str:
    """The raw public key in hex: the station's name to the server."""
    return key.public_key().public_bytes_raw().hex()


def _make(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # unlike a rename, never replaces a key that another start has just made
    except FileExistsError:
        return
    finally:
        draft.unlink()
