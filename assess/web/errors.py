"""Pages for what went wrong: each says what happened, what is safe, and what to do next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "assess/errors/404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "assess/errors/403.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "assess/errors/400.html", status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """Rendered without anything that asks the database: that may be what is broken."""
    return render(None, "assess/errors/500.html", {"look": {}, "navigation": ()}, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "assess/errors/csrf.html", status=403)
