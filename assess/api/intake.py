"""The journal over HTTP, before Django's middleware: `POST /journal/entries` with `Authorization: Bearer <grant>`.

200: `{"stream", "acknowledged", "digest", "server_ms", "appended"}`: everything up to `acknowledged` is on disk.
Otherwise: `{"code", "sentence"}` and, where the stream is known, `acknowledged` and `digest` to go on from.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from assess.attempts.journal.append import Acknowledgement, Outcome
from assess.attempts.journal.batches import MAX_BODY, Refusal
from assess.attempts.journal.intake import take

PATH = "/journal/entries"
_REASONS = {
    200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    409: "Conflict", 411: "Length Required", 413: "Content Too Large", 415: "Unsupported Media Type", 503: "Service Unavailable",
}  # fmt: skip


def answer(outcome: Outcome | Refusal) -> tuple[int, bytes]:
    """Status and JSON body for an outcome."""
    if isinstance(outcome, Acknowledgement):
        document: dict[str, Any] = {
            "stream": outcome.stream,
            "acknowledged": outcome.sequence,
            "digest": outcome.digest.hex(),
            "server_ms": outcome.server_us // 1000,
            "appended": outcome.appended,
        }
        return 200, json.dumps(document).encode()
    refusal = outcome if isinstance(outcome, Refusal) else outcome.refusal
    document = {"code": refusal.code, "sentence": refusal.sentence}
    if not isinstance(outcome, Refusal) and outcome.sequence is not None and outcome.digest is not None:
        document |= {"acknowledged": outcome.sequence, "digest": outcome.digest.hex()}
    return refusal.status, json.dumps(document).encode()


def _check_request(method: str, path: str, content_type: str, length: str) -> int:
    if path != PATH:
        raise Refusal("no-such-path", f"The journal takes entries at {PATH}.", 404)
    if method != "POST":
        raise Refusal("method", f"Send entries by POST, not {method}.", 405)
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Refusal("content-type", "Send entries as application/json.", 415)
    if not (length.isascii() and length.isdigit()):
        raise Refusal("length-required", "Say how long the batch is (Content-Length).", 411)
    if len(length) > 9 or int(length) > MAX_BODY:
        raise Refusal("too-large", f"A batch holds at most {MAX_BODY} bytes. Send fewer entries.", 413)
    return int(length)


def _cut_off() -> Refusal:
    return Refusal("length", "The connection ended before the whole batch had come. Send it again.", 400)


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refusal("token-missing", "Send the stream's grant as Authorization: Bearer.", 401)
    return token.strip()


StartResponse = Callable[[str, list[tuple[str, str]]], Any]


def wsgi_app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """For threaded servers: the request's thread waits for the group's commit."""
    try:
        length = _check_request(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            environ.get("CONTENT_TYPE", ""),
            environ.get("CONTENT_LENGTH", ""),
        )
        token = _bearer(environ.get("HTTP_AUTHORIZATION", ""))
        sent = environ["wsgi.input"].read(length)
        if len(sent) < length:
            raise _cut_off()
        status, body = answer(take(token, sent).result())
    except Refusal as refusal:
        status, body = answer(refusal)
    start_response(
        f"{status} {_REASONS[status]}", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    )
    return [body]


Message = MutableMapping[str, Any]


async def asgi_app(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """For the one-process mode: no thread is held while the disk works."""
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    try:
        length = _check_request(
            scope["method"], scope["path"], headers.get(b"content-type", ""), headers.get(b"content-length", "")
        )
        token = _bearer(headers.get(b"authorization", ""))
        body = await _body(receive, length)
        future = await asyncio.get_running_loop().run_in_executor(None, take, token, body)
        outcome: Outcome = await asyncio.wrap_future(future)
        status, content = answer(outcome)
    except Refusal as refusal:
        status, content = answer(refusal)
    response = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": response})
    await send({"type": "http.response.body", "body": content})


async def _body(receive: Callable[[], Awaitable[Message]], length: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _cut_off()
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > length:
            raise Refusal("length", "The batch is longer than it said. Send it again.", 400)
        if not message.get("more_body", False):
            if size < length:
                raise _cut_off()
            return b"".join(chunks)
