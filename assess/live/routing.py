"""Which socket path goes to which consumer."""

from typing import Any

from django.urls import re_path

UNKNOWN_PATH = 4404


async def unknown(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer a socket path nobody serves with a closing code instead of a server error."""
    await receive()
    await send({"type": "websocket.close", "code": UNKNOWN_PATH, "reason": f"No socket at {scope['path']}."})


_fallback: Any = unknown  # an ASGI application where Django's types expect a view
patterns = [re_path(r"", _fallback)]  # stays last: it takes what nothing above it took
