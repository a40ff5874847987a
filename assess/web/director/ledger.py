"""The ledger: its signed checkpoints, what they mean, and the export that anybody can check without this application."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assess.ledger.models import Checkpoint, Leaf
from assess.ledger.queries import export_lines, waiting
from assess.people.queries import Actor
from assess.web.access import page
from assess.web.director.home import ROLES


@require_safe
@page(*ROLES)
def ledger(request: HttpRequest, actor: Actor) -> HttpResponse:
    context = {
        "checkpoints": [
            {"size": one.size, "root": bytes(one.root).hex()[:16], "text": one.text, "at": one.at}
            for one in Checkpoint.objects.order_by("-size")[:30]
        ],
        "leaves": Leaf.objects.count(),
        "waiting": waiting(),
    }
    return render(request, "assess/director/ledger.html", context)


@require_safe
@page("director")
def export(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Every leaf, without the records' content: proof for anybody, and nobody's data."""
    response = StreamingHttpResponse(export_lines(documents=False), content_type="application/jsonl")
    response["Content-Disposition"] = 'attachment; filename="ledger.jsonl"'
    return response
