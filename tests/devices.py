"""Devices of the tests: they hold a chain and speak HTTP, as a tablet does."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assess.api.intake import PATH, wsgi_app
from assess.attempts.journal.chain import ChainedEntry, DeviceChain
from assess.attempts.models import Stream


@dataclass
class Device:
    """A device with its stream, its chain, and HTTP."""

    stream: Stream
    chain: DeviceChain
    token: str
    clock: int = field(default=0)

    def write(self, kind: str = "remark", **payload: Any) -> ChainedEntry:
        self.clock += 1
        return self.chain.add(kind, payload or {"text": "x"}, device_ms=self.clock, monotonic_ms=self.clock)

    def body(self, *entries: ChainedEntry, **changed: Any) -> bytes:
        return json.dumps(
            {
                "stream": str(self.stream.pk),
                "device": self.stream.device,
                "entries": [
                    {
                        "sequence": entry.sequence,
                        "kind": entry.kind,
                        "payload": json.loads(entry.payload),
                        "device_ms": entry.device_ms,
                        "monotonic_ms": entry.monotonic_ms,
                        "digest": entry.digest.hex(),
                    }
                    for entry in entries or self.chain.pending
                ],
            }
            | changed
        ).encode()

    def send(self, *entries: ChainedEntry, **changed: Any) -> tuple[int, dict[str, Any]]:
        return post(self.body(*entries, **changed), self.token)


def post(body: bytes, token: str | None, **environ: Any) -> tuple[int, dict[str, Any]]:
    """One request to the journal, as a WSGI server makes it."""
    answered: list[str] = []
    request = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": PATH,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    if token is not None:
        request["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    parts = wsgi_app(request | environ, lambda status, headers: answered.append(status))
    return int(answered[0][:3]), json.loads(b"".join(parts))


MakeDevice = Callable[..., Device]
