"""Reading raw evidence off the shelf."""

import uuid

from assess.attempts.files import shelf
from assess.attempts.models import Evidence


def kept_bytes(attempt_id: uuid.UUID, sha256: str) -> tuple[Evidence, bytes] | None:
    """A piece of raw evidence of an attempt by its digest, with its bytes; None where it is not kept, or was erased."""
    row = Evidence.objects.filter(attempt_id=attempt_id, sha256=sha256, erased_at=None).order_by("kept_at").first()
    if row is None:
        return None
    try:
        return row, shelf.get(attempt_id, row.file_name)
    except OSError:
        return None
