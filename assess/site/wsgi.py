"""What a WSGI server runs: the journal's own door, and pages and API through Django. Sockets need `asgi`."""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assess.site.settings")
django = get_wsgi_application()

from assess.api import intake  # noqa: E402  # knows our tables: only after Django is set up
from assess.site.memory import settle  # noqa: E402

PAGES = get_resolver().url_patterns  # reads every page now: the first person who asks does not wait for it
settle()
JOURNAL = "/journal/"


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Take the journal's hot path past Django's middleware, all else through it."""
    if environ.get("PATH_INFO", "").startswith(JOURNAL):
        return intake.wsgi_app(environ, start_response)
    return django(environ, start_response)
