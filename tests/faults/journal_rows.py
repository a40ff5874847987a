"""Opens streams and reads the journal back, in a process of its own on the database that DATABASE_URL names.

`python -m tests.faults.journal_rows open 8` prints the grants; `… read` prints every row and what the inspection found.
"""

import json
import sys
import time
import uuid
from collections import defaultdict
from dataclasses import asdict
from typing import Any

import django

django.setup()

from assess.attempts.journal import grants  # noqa: E402  # tables: only after Django is set up
from assess.attempts.journal.inspection import inspect_journal  # noqa: E402
from assess.attempts.models import Entry, Quarantine, Stream  # noqa: E402


def open_streams(count: int) -> list[dict[str, Any]]:
    streams = [
        Stream(
            subject_kind="attempt",
            subject=uuid.uuid4(),
            role="candidate",
            device=f"seat-{number}",
            epoch=1,
            opened_us=time.time_ns() // 1000,
        )
        for number in range(1, count + 1)
    ]
    for stream in streams:
        stream.head_digest = stream.head_receipt = grants.identity_of(stream).genesis()
    Stream.objects.bulk_create(streams)
    return [{"identity": asdict(grants.identity_of(stream)), "token": grants.sign(stream.pk)} for stream in streams]


def read_rows() -> dict[str, Any]:
    rows: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for stream, sequence, digest in Entry.objects.order_by("pk").values_list("stream_id", "sequence", "digest"):
        rows[str(stream)].append((sequence, bytes(digest).hex()))
    count, differences = inspect_journal()
    return {
        "rows": rows,
        "heads": {str(key): head for key, head in Stream.objects.values_list("pk", "head_sequence")},
        "inspected": count,
        "differences": [str(difference) for difference in differences],
        "quarantined": list(Quarantine.objects.values_list("code", flat=True)),
    }


if __name__ == "__main__":
    json.dump(open_streams(int(sys.argv[2])) if sys.argv[1] == "open" else read_rows(), sys.stdout)
