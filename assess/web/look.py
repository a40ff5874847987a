"""How a person wants pages to look: theme, contrast, spacing and size. Kept in a cookie, applied by the server.

Four words joined by dots, `dark.normal.spaced.large` say. Nobody needs an account or a script for it.
"""

from dataclasses import asdict, dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

COOKIE = "look"
CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "theme": (("auto", "As my device"), ("light", "Light"), ("dark", "Dark")),
    "contrast": (("normal", "Normal"), ("high", "High contrast")),
    "reading": (("plain", "Usual"), ("spaced", "Wider spacing, for easier reading")),
    "size": (("normal", "Normal"), ("large", "Large"), ("larger", "Very large")),
}
LEGENDS = {"theme": "Light or dark", "contrast": "Contrast", "reading": "Letters and lines", "size": "Size of text"}
YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True)
class Look:
    theme: str = "auto"
    contrast: str = "normal"
    reading: str = "plain"
    size: str = "normal"


def look_of(request: HttpRequest) -> Look:
    """The look a request asks for; a word that is no choice counts as the usual one.

    >>> from django.test import RequestFactory
    >>> request = RequestFactory().get("/")
    >>> request.COOKIES["look"] = "dark.loud.spaced"
    >>> look_of(request)
    Look(theme='dark', contrast='normal', reading='spaced', size='normal')
    """
    words = request.COOKIES.get(COOKIE, "").split(".")
    return _chosen(dict(zip(CHOICES, words, strict=False)))


def _chosen(asked: dict[str, str]) -> Look:
    usual = asdict(Look())
    allowed = {name: {value for value, _ in choices} for name, choices in CHOICES.items()}
    return Look(**{name: asked[name] if asked.get(name) in allowed[name] else usual[name] for name in usual})


@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Show the choices, or keep what was chosen and go back to where the person came from."""
    back = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    if request.method == "POST":
        look = _chosen({name: request.POST.get(name, "") for name in CHOICES})
        response = HttpResponseRedirect(back)
        response.set_cookie(
            COOKIE, ".".join(asdict(look).values()), max_age=YEAR_S, samesite="Lax", secure=request.is_secure()
        )
        return response
    chosen = asdict(look_of(request))
    questions = [
        {"name": name, "legend": LEGENDS[name], "choices": choices, "chosen": chosen[name]}
        for name, choices in CHOICES.items()
    ]
    return render(request, "assess/look.html", {"questions": questions, "back": back})
