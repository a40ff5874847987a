"""Writing so that it is there after a power cut, and so that a full disk spoils nothing that was there before."""

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from simulator_adapters.station.errors import DiskFull, StationError


def append(path: Path, data: bytes) -> None:
    """Append bytes and wait for the disk. Where they don't all fit, the file is what it was before.

    Raises
    ------
    DiskFull
        Saying which file could not grow.
    """
    new = not path.exists()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        before = os.fstat(descriptor).st_size
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(descriptor, left) :]
            os.fsync(descriptor)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, before)
                os.fsync(descriptor)
            raise _full(path, error) from error
    finally:
        os.close(descriptor)
    if new:
        _settle(path.parent)


def replace(path: Path, data: bytes) -> None:
    """Put a whole new file in place of the one that is there; never half of it.

    Raises
    ------
    DiskFull
        The file is then what it was before.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise _full(path, error) from error
    _settle(path.parent)


def _settle(folder: Path) -> None:
    """Wait until the folder's own entry is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _full(path: Path, error: OSError) -> DiskFull:
    return DiskFull(
        "disk-full",
        f"{path.name} could not be written ({error.strerror}). Nothing that was kept before is touched. Make room, then go on.",
    )


def move(path: Path, folder: Path) -> Path:
    """Move a file into a folder beside it; there or here, never lost."""
    folder.mkdir(mode=0o700, exist_ok=True)
    moved = path.replace(folder / path.name)
    _settle(folder)
    return moved


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a station's folder: two agents on one spool would write over each other.

    Raises
    ------
    StationError
        `in-use`, `folder`.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600)
    except OSError as error:
        raise StationError(
            "folder", f"{folder} can't be used ({error.strerror}). Choose a folder you may write."
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StationError(
                "in-use", f"Another agent works in {folder}. Stop it, or choose another folder."
            ) from None
        yield
    finally:
        os.close(descriptor)
