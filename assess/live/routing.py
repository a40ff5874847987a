"""Which socket path goes to which consumer."""

from typing import Any

from django.urls import re_path

from assess.live.socket import live

UNKNOWN_PATH = 4404


async def unknown(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer a socket path nobody serves with a closing code instead of a server error."""
    await receive()
    await send({"type": "websocket.close", "code": UNKNOWN_PATH, "reason": f"No socket at {scope['path']}."})


_live: Any = live  # ASGI applications where Django's types expect views
_fallback: Any = unknown
patterns = [
    re_path(r"^live/$", _live),
    re_path(r"", _fallback),  # stays last: it takes what nothing above it took
]
