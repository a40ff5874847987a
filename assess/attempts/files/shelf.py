"""Where pictures lie on the disk: a folder for each attempt, so that erasing one person's never touches another's.

A file is complete or it is not there: it is written under another name, brought to the disk, and only then given its own. The row
that names it is committed after that, so what no row names is never shown.
"""

import os
import shutil
import uuid
from pathlib import Path

from django.conf import settings

KEEP_FREE = 256 * 1024**2
"""So much of the disk is left for what matters more than pictures: answers and marks."""


class Full(Exception):
    """There is no room for another picture."""


def path_of(attempt_id: uuid.UUID, name: str) -> Path:
    root: Path = settings.MEDIA_DIR
    return root / str(attempt_id) / name


def put(attempt_id: uuid.UUID, name: str, body: bytes) -> None:
    """Keep a file, on the disk when this returns. Keeping the same file again is harmless. The caller holds the attempt locked.

    Raises
    ------
    Full
        Less than `KEEP_FREE` would be left.
    """
    target = path_of(attempt_id, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(target.parent).free - len(body) < KEEP_FREE:
        raise Full
    _sweep(target.parent)
    part = target.with_name(f"{name}.{uuid.uuid4().hex}.part")
    try:
        with part.open("xb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Full from error
    _to_disk(target.parent)
    _to_disk(target.parent.parent)


def get(attempt_id: uuid.UUID, name: str) -> bytes:
    return path_of(attempt_id, name).read_bytes()


def remove(attempt_id: uuid.UUID, name: str) -> None:
    """Erase a file. One that is gone already is no error. The caller holds the attempt locked."""
    target = path_of(attempt_id, name)
    target.unlink(missing_ok=True)
    if target.parent.is_dir():
        _sweep(target.parent)
        _to_disk(target.parent)


def _sweep(folder: Path) -> None:
    """Remove what a process that was killed left half written. Whoever holds the attempt locked is alone in its folder."""
    for part in folder.glob("*.part"):
        part.unlink(missing_ok=True)


def _to_disk(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
