"""What an ASGI server runs: the journal's own door, pages and API through Django, sockets through Channels."""

import os
from typing import Any

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from channels.sessions import CookieMiddleware
from django.core.asgi import get_asgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assess.site.settings")
django = get_asgi_application()

from assess.api import intake  # noqa: E402  # knows our tables: only after Django is set up
from assess.live import routing  # noqa: E402
from assess.site.memory import settle  # noqa: E402

PAGES = get_resolver().url_patterns  # reads every page now: the first person who asks does not wait for it
settle()
JOURNAL = "/journal/"


async def http(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Take the journal's hot path past Django's middleware, all else through it."""
    if scope["path"].startswith(JOURNAL):
        await intake.asgi_app(scope, receive, send)
    else:
        await django(scope, receive, send)


application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": AllowedHostsOriginValidator(CookieMiddleware(URLRouter(routing.patterns))),
    }
)
