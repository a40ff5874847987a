"""The entries under a seal, as they were written: the end of a dossier's trail."""

import json
import uuid
from collections.abc import Iterator

from assess.attempts.models import Entry, Seal


def sealed_entries(seal_id: uuid.UUID) -> Iterator[str]:
    """The lines of a file that `assess.validity.dossier.follow` holds against the seal: every entry up to the sealed heads.

    Raises
    ------
    LookupError
        There is no such seal.
    """
    seal = Seal.objects.filter(pk=seal_id).first()
    if seal is None:
        raise LookupError(f"There is no seal {seal_id}. evidence.jsonl names every seal a dossier rests on.")
    for head in seal.document["heads"]:
        rows = Entry.objects.filter(stream=head["stream"], sequence__lte=head["sequence"]).order_by("sequence")
        for row in rows:
            entry = {
                "stream": head["stream"],
                "role": head["role"],
                "epoch": head["epoch"],
                "sequence": row.sequence,
                "kind": row.kind,
                "payload": row.payload,
                "device_ms": row.device_ms,
                "monotonic_ms": row.monotonic_ms,
                "server_us": row.server_us,
                "digest": bytes(row.digest).hex(),
            }
            yield json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n"
