"""What anybody may ask without an account: is this credential valid, the status lists, the ledger's checkpoint and
key."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Router

from assess.awards.queries import list_url, status_lists
from assess.awards.verification import LARGEST, verify
from assess.ledger.keys import signing_key
from assess.ledger.models import Checkpoint

router = Router(tags=["verification"])


@router.post("/verify", summary="Is this credential valid, and if not, why")
def verify_credential(request: HttpRequest) -> HttpResponse:
    """Send the credential's file as the body. Nothing of it is kept or logged."""
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        sentence = f"A credential has at most {LARGEST} bytes."
        return JsonResponse(
            {"valid": False, "checks": [{"name": "readable", "passed": False, "sentence": sentence}]}, status=413
        )
    now = timezone.now()
    own = status_lists(now)
    verdict = verify(request.body, now=now, status_lists=own.get, trusted_issuers=None)
    return JsonResponse(verdict.document())


@router.get("/ledger", summary="Size, root and key of the ledger, as last signed")
def ledger(request: HttpRequest) -> dict[str, Any]:
    """The signed note stands in `checkpoint`; it is null before the first one."""
    last = Checkpoint.objects.order_by("-size").first()
    return {
        "origin": settings.LEDGER_ORIGIN,
        "key": signing_key(settings.KEYS_DIR, "ledger").public.did,
        "size": 0 if last is None else last.size,
        "checkpoint": None if last is None else last.text,
    }


def status(request: HttpRequest, key_purpose: str, purpose: str) -> HttpResponse:
    """One status list, at the address that credentials name."""
    found = status_lists(timezone.now()).get(list_url(key_purpose, purpose))
    if found is None:
        return JsonResponse({"code": "no-such-list", "sentence": "There is no such status list."}, status=404)
    response = JsonResponse(found, content_type="application/vc")
    response["Cache-Control"] = "public, max-age=300"
    response["Access-Control-Allow-Origin"] = "*"
    return response
