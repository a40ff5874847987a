"""Is this credential valid, and why? For anybody, without an account. What comes in is not kept, not logged, and sets no cookie."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from assess.awards.queries import shared_credential, status_lists
from assess.awards.verification import LARGEST, Verdict, verify
from assess.schemes.kinds import KINDS
from assess.web.access import hidden

NAMES = {
    "readable": "It can be read",
    "structure": "It is a credential",
    "proof": "Nothing in it was changed",
    "issuer": "Who issued it",
    "dates": "It is valid today",
    "status": "It was not taken back",
}
WORDS = {kind.achievement_type: kind.wording for kind in KINDS.values()}
"""Type of achievement → what such a document is called, what it claims and what it does not."""


# It changes nothing and knows nobody: a token would need a cookie, and there is nothing that it could protect.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def verify_page(request: HttpRequest) -> HttpResponse:
    """The form, or the verdict about what was pasted or uploaded."""
    if request.method != "POST":
        return _answer(request, {})
    sent = request.FILES.get("file")
    if sent is not None and (sent.size or 0) > LARGEST:
        return _answer(request, {"problem": f"The file is larger than a credential can be ({LARGEST} bytes)."}, 413)
    data = sent.read() if sent is not None else request.POST.get("text", "").encode()
    if len(data) > LARGEST:
        return _answer(request, {"problem": f"The text is longer than a credential can be ({LARGEST} bytes)."}, 413)
    if not data.strip():
        return _answer(request, {"problem": "Paste the credential's text, or choose its file."}, 400)
    return _answer(request, _verdict(data))


@require_safe
def shared(request: HttpRequest, credential_id: uuid.UUID) -> HttpResponse:
    """What a holder shared by its link: the credential as it was issued, checked now."""
    found = shared_credential(credential_id)
    if found is None:
        hidden()
    return _answer(request, _verdict(json.dumps(found).encode()) | {"shared": True})


def _verdict(data: bytes) -> dict[str, Any]:
    now = timezone.now()
    own = status_lists(now)
    verdict = verify(data, now=now, status_lists=own.get, trusted_issuers=None)
    return {
        "verdict": verdict,
        "checks": [(NAMES.get(one.name, one.name), one) for one in verdict.checks],
        "credential": _shown(data) if _is_readable(verdict) else None,
        "now": now,
    }


def _is_readable(verdict: Verdict) -> bool:
    passed = {check.name for check in verdict.checks if check.passed}
    return {"readable", "structure"} <= passed


def _shown(data: bytes) -> dict[str, Any]:
    """What a reader wants to know of a credential, as far as its document says so."""
    document: Mapping[str, Any] = json.loads(data)
    subject = document["credentialSubject"]
    achievement = subject["achievement"]
    results = {result.get("resultDescription"): result.get("value") for result in subject.get("result", ())}
    names = [one["identityHash"] for one in subject.get("identifier", ()) if one.get("hashed") is False]
    alignment = achievement.get("alignment", ())
    return {
        "name": document.get("name"),
        "kind": WORDS.get(achievement.get("achievementType")),
        "description": achievement.get("description"),
        "criteria": achievement.get("criteria", {}).get("narrative", ""),
        "holder": names[0] if names else None,
        "issuer": document["issuer"].get("name") if isinstance(document.get("issuer"), dict) else document.get("issuer"),
        "from": document.get("validFrom"),
        "until": document.get("validUntil"),
        "credits": subject.get("creditsEarned"),
        "level": next((one["targetName"] for one in alignment if one.get("targetType") == "ext:EQFLevel"), None),
        "skills": sorted({one["targetName"] for one in alignment if one.get("targetType") == "ext:ESCOSkill"}),
        "parts": [
            {"name": one.get("name"), "value": results.get(one.get("id")), "cut": one.get("requiredValue")}
            for one in achievement.get("resultDescription", ())
        ],
        "evidence": [one for one in document.get("evidence", ()) if one.get("genre") != "digest"],
    }  # fmt: skip


def _answer(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, "assess/verifier/verify.html", context, status=status)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
