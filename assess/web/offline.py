"""The service worker of the pages that go on without a network. It is served inside the folder of pages it is for."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

SOURCE = Path(settings.WEB) / "static" / "assess" / "worker.js"


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """One script; its address says which folder of pages it serves."""
    response = HttpResponse(SOURCE.read_text(encoding="utf-8"), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response
