"""The secret key of an installation: made once, kept in its data folder, readable by its owner only."""

import os
import secrets
import tempfile
from pathlib import Path

LENGTH = 50


def load_or_make(path: Path) -> str:
    """Return the key kept in `path`, making it first when there is none.

    Two processes that start at once agree on one key: the file is written whole under another name and then linked
    into place, which succeeds for one of them only.
    """
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # mkstemp opens with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(LENGTH))
            file.flush()
            os.fsync(file.fileno())
        try:
            Path(path).hardlink_to(temporary)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
    finally:
        Path(temporary).unlink()
    return path.read_text(encoding="ascii").strip()
