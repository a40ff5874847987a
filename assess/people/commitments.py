"""The ledger commits to who had whom erased and on what ground, to certificates as they were shown and verified, and to holdings.

It names nobody: an erasure refers to people by identifier.
"""

import json
import re
import uuid
from collections.abc import Mapping, Sequence

from assess.ledger.models import Act
from assess.ledger.registry import register_erasure, register_table
from assess.people.models import Certificate, Erasure, Holding
from assess.people.queries import covered_by_erasures, done_erasures

_IDENTIFIER = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _acts(records: Sequence[str]) -> Mapping[str, str]:
    """Acts on a record of an erased person, whose arguments' digest went with the salt."""
    done = done_erasures()
    found = {}
    for act in Act.objects.filter(pk__in=records).only("records", "arguments_sha256"):
        named = _IDENTIFIER.findall(json.dumps(act.records))
        erasure = next((done[key] for key in map(uuid.UUID, named) if key in done), None)
        if erasure is not None and not bytes(act.arguments_sha256):
            found[str(act.pk)] = erasure
    return found


register_table("erasure", Erasure)
register_table("certificate", Certificate)
register_table("holding", Holding)
register_erasure("act", _acts, recorded_again=False)
register_erasure("certificate", covered_by_erasures(Certificate, "holder_id"), recorded_again=True)
