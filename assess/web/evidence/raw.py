"""Raw evidence that stations sent beside the journal, as files to take away."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from assess.attempts.files.evidence import LEAVES_WITH
from assess.attempts.files.raw import kept_bytes
from assess.people.queries import Actor
from assess.web.access import hidden, page
from assess.web.evidence.pages import ROLES, opened


@require_safe
@page(*ROLES)
def raw(request: HttpRequest, actor: Actor, attempt_id: uuid.UUID, sha256: str) -> HttpResponse:
    """One piece, byte for byte as it came; one that was erased is not there."""
    found = kept_bytes(opened(actor, attempt_id).pk, sha256)
    if found is None:
        hidden()
    row, data = found
    response = HttpResponse(data, content_type="application/octet-stream", headers=LEAVES_WITH)
    safe = "".join(one if one.isascii() and (one.isalnum() or one in "._-") else "_" for one in row.name)
    response["Content-Disposition"] = f'attachment; filename="{safe or "evidence"}"'
    return response
