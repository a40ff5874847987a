"""A register as a file: first a dry run that names every bad line, then all of it or nothing."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assess.people.models import Organisation
from assess.people.queries import Actor
from assess.sittings.instruments import queries
from assess.sittings.instruments.register_file import COLUMNS, MOST_CHARACTERS, MOST_LINES
from assess.web.access import attempted, hidden, page

WHAT = {
    "new": ("info", "New"),
    "changed": ("warn", "Changes"),
    "same": ("idle", "As it is"),
    "elsewhere": ("bad", "Another centre's"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@page(*queries.KEEPERS)
def register_import(request: HttpRequest, actor: Actor) -> HttpResponse:
    centres = queries.centres_of(actor.id)
    context: dict[str, Any] = {
        "centres": centres,
        "several": len(centres) > 1,
        "columns": COLUMNS,
        "most": MOST_LINES,
    }
    if request.method == "POST":
        centre = _centre(request, centres)
        text = _text(request)
        if text is None:
            return redirect("instruments-import")
        if request.POST.get("act") == "enter":
            made = attempted(request, "sittings.instruments.import_instruments", organisation_id=centre.pk, text=text)
            if isinstance(made, list):
                messages.success(request, f"{len(made)} instruments are new or changed.")
                return redirect("instruments")
        context |= _dry_run(centre, text)
    return render(request, "assess/instruments/import.html", context)


def _dry_run(centre: Organisation, text: str) -> dict[str, Any]:
    register, entered = queries.dry_run(centre.pk, text)
    counts = Counter(one.what for one in entered)
    return {
        "checked": True,
        "centre": centre,
        "text": text,
        "problems": register.problems[:100],
        "more_problems": max(len(register.problems) - 100, 0),
        "rows": [{"line": one.line, "sign": WHAT[one.what]} for one in entered[:200]],
        "more": max(len(entered) - 200, 0),
        "counts": counts,
        "can": not register.problems and not counts["elsewhere"] and counts["new"] + counts["changed"] > 0,
        "nothing": not register.problems and counts["same"] == len(entered),
    }


def _centre(request: HttpRequest, centres: list[Organisation]) -> Organisation:
    asked = request.POST.get("organisation", str(centres[0].pk) if len(centres) == 1 else "")
    found = next((one for one in centres if str(one.pk) == asked), None)
    if found is None:
        hidden()
    return found


def _text(request: HttpRequest) -> str | None:
    """The file's text, or the text that was checked before; None after the reason was said."""
    sent = request.FILES.get("file")
    if sent is None:
        text = request.POST.get("text", "")
        if not text.strip():
            messages.error(request, "Choose the file first.")
            return None
        return text
    if (sent.size or 0) > 4 * MOST_CHARACTERS:
        messages.error(request, "The file is too large. Split it.")
        return None
    try:
        return str(sent.read(), "utf-8-sig")
    except UnicodeDecodeError:
        messages.error(request, "The file is not UTF-8. Save it as CSV in UTF-8.")
        return None
