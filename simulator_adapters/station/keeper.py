"""The second keeper: tablets leave here what they can't send, and the station forwards it, byte for byte.

Keeping is no acknowledgement. A tablet keeps its own until the server has acknowledged; the station only sees to it that a tablet
that breaks on the way home takes nothing with it. Two ways lead in: a batch exactly as it would have gone to the server, with its
grant, and the file of unsent entries that a device saves (`assayer-unsent.json`), chosen on this station's own page.
"""

import hashlib
import html
import json
import re
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from simulator_adapters import documents
from simulator_adapters.station import disk
from simulator_adapters.station.errors import DiskFull, StationError
from simulator_adapters.station.look import STYLE
from simulator_adapters.station.uplink import CODES_FOR_PEOPLE, Refused, Uplink

MOST_BATCH = 1_048_576
MOST_FILE = 64 * 1024**2
MOST_IN_ALL = 2 * 1024**3
MOST_PIECES = 20_000
GRANT = re.compile(r"[A-Za-z0-9_-]{28}\.[A-Za-z0-9_-]{32}")
"""A grant as the server writes it. Whether it is genuine only the server can tell."""
OVER = CODES_FOR_PEOPLE | {
    "token-invalid",
    "token-expired",
    "no-such-stream",
    "not-json",
    "not-an-object",
    "not-a-batch",
    "no-entries",
}
"""Answers after which sending again is no use: the server keeps it in quarantine, or the station keeps it under `refused`."""


class Keeper:
    """What tablets left: one note and the bytes of each piece, on the disk before anybody is told that it is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many pieces the server has not answered for."""
        return sum(1 for _ in self.folder.glob("*.json"))

    def keep(self, body: bytes, *, grant: str = "", sender: str = "") -> str:
        """Keep a batch (with its grant) or a file (without one); the same bytes are kept once. Gives their digest.

        Raises
        ------
        StationError
            `grant`, `too-large`, `keeper-full`.
        DiskFull
            Nothing was kept.
        """
        if grant and GRANT.fullmatch(grant) is None:
            raise StationError("grant", "This is no grant of a stream. Send the batch as it would go to the server.")
        most = MOST_BATCH if grant else MOST_FILE
        if not body or len(body) > most:
            raise StationError("too-large", f"Between 1 and {most} bytes are kept at once.")
        digest = hashlib.sha256(grant.encode() + b"\n" + body).hexdigest()
        with self._lock:
            if (self.folder / f"{digest}.json").exists() or (self.folder / "sent" / f"{digest}.json").exists():
                return digest
            held = [path.stat().st_size for path in self.folder.glob("*.bin")]
            if len(held) >= MOST_PIECES or sum(held) + len(body) > MOST_IN_ALL:
                raise StationError(
                    "keeper-full", "The station keeps as much as it can. Keep it on the device, and tell a technician."
                )
            note = {"grant": grant, "sender": sender, "received_ms": time.time_ns() // 1_000_000}
            disk.replace(self.folder / f"{digest}.bin", body)
            disk.replace(self.folder / f"{digest}.json", documents.canonical_bytes(note))
        return digest

    def forward(self, uplink: Uplink) -> int:
        """Send on what waits, oldest first; what the server can't take yet stays. Returns how many pieces it answered for.

        Raises
        ------
        StationError
            When the server can't be reached.
        """
        done = 0
        notes = [(json.loads(path.read_bytes()), path) for path in self.folder.glob("*.json")]
        for note, path in sorted(notes, key=lambda one: (one[0]["received_ms"], one[1].name)):
            body = path.with_suffix(".bin").read_bytes()
            settled = _forwarded(uplink, note["grant"], body)
            if settled:
                disk.move(path.with_suffix(".bin"), self.folder / settled)
                disk.move(path, self.folder / settled)
                done += 1
        return done


def _forwarded(uplink: Uplink, grant: str, body: bytes) -> str:
    """Where a piece goes after the server's answer: `sent`, `refused`, or nowhere yet."""
    if not grant:
        try:
            answer = uplink.hand_in(body)
        except Refused as refused:
            if refused.status in (401, 403):
                raise
            return "refused"
        return "refused" if answer.get("trouble") else "sent"
    status, answer = uplink.forward(grant, body)
    if status == HTTPStatus.OK:
        return "sent"
    if answer.get("code") in OVER or status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return "refused"
    return ""  # a gap that the tablet itself will fill, or a server that is busy


_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Leave unsent entries</title><style>{style}</style>
<main><h1>Leave what could not be sent</h1>{said}
<p>On the tablet choose <b>Save what is unsent as a file</b>, then choose the saved file (assayer-unsent.json) here.
The station keeps it and sends it when it has a network.
Keep the tablet's own copy until its page says that everything is on the server.</p>
<form class="card" method="post" action="/file" enctype="multipart/form-data"><p><label for="file">The saved file</label><br>
<input id="file" name="file" type="file" accept=".json,application/json" required></p><p><button>Leave it here</button></p></form>
<p>Waiting to be sent: {waiting}.</p></main></html>"""


def serve(keeper: Keeper, host: str, port: int) -> ThreadingHTTPServer:
    """A server for tablets on the local network; `serve_forever` is the caller's.

    Raises
    ------
    StationError
        `address` where it can't listen there.
    """

    class Handler(_KeeperHandler):
        store = keeper

    try:
        server = ThreadingHTTPServer((host, port), Handler)
    except OSError as error:
        raise StationError(
            "address", f"{host}:{port} can't be listened on ({error.strerror}). Choose another with --keeper."
        ) from error
    server.daemon_threads = True
    return server


class _KeeperHandler(BaseHTTPRequestHandler):
    store: Keeper
    timeout = 30
    server_version = "assayer-station"
    sys_version = ""
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path != "/":
            self._json(HTTPStatus.NOT_FOUND, {"code": "no-such-path", "sentence": "Open / to leave a file."})
            return
        self._page(HTTPStatus.OK, "")

    def do_POST(self) -> None:
        try:
            body = self._body(MOST_FILE + 100_000 if self.path == "/file" else MOST_BATCH)
            if self.path == "/journal/entries":
                scheme, _, grant = self.headers.get("Authorization", "").partition(" ")
                self._kept(body, grant.strip() if scheme.lower() == "bearer" else "-")
            elif self.path == "/file":
                self._file(body)
            else:
                self._json(
                    HTTPStatus.NOT_FOUND, {"code": "no-such-path", "sentence": "The station keeps /journal/entries."}
                )
        except DiskFull as full:
            self._json(HTTPStatus.INSUFFICIENT_STORAGE, {"code": full.code, "sentence": full.sentence})
        except StationError as refused:
            status = HTTPStatus.INSUFFICIENT_STORAGE if refused.code == "keeper-full" else HTTPStatus.BAD_REQUEST
            self._json(status, {"code": refused.code, "sentence": refused.sentence})

    def _kept(self, body: bytes, grant: str) -> None:
        digest = self.store.keep(body, grant=grant, sender=self.client_address[0])
        sentence = "Kept at the station, and sent when it has a network. Keep it on the device until the server acknowledges it."
        self._json(HTTPStatus.ACCEPTED, {"kept": True, "sha256": digest, "sentence": sentence})

    def _file(self, body: bytes) -> None:
        if self.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise StationError("other-site", "Another site may not leave files here. Open this station's page.")
        found = _chosen_file(self.headers.get("Content-Type", ""), body)
        try:
            document = json.loads(found)
            ours = isinstance(document, dict) and document.get("assayer") == "unsent entries"
        except ValueError:
            ours = False
        if not ours:
            self._page(
                HTTPStatus.BAD_REQUEST,
                "This is no file of unsent entries. Choose the one that the device saved (assayer-unsent.json).",
            )
            return
        self.store.keep(found, sender=self.client_address[0])
        self._page(HTTPStatus.OK, "The station keeps the file. It is sent when there is a network.")

    def _body(self, most: int) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > most:
            self.close_connection = True
            raise StationError("too-large", f"Say how long it is (Content-Length): between 1 and {most} bytes.")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise StationError("length", "The connection ended before the whole of it had come. Send it again.")
        return body

    def _page(self, status: HTTPStatus, said: str) -> None:
        told = f'<p class="said" role="status">{html.escape(said)}</p>' if said else ""
        self._answer(
            status,
            "text/html; charset=utf-8",
            _PAGE.format(style=STYLE, said=told, waiting=self.store.waiting).encode(),
        )

    def _json(self, status: HTTPStatus, document: dict[str, Any]) -> None:
        self._answer(status, "application/json", json.dumps(document).encode())

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
        )
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # named so by the standard library
        """Requests are not logged: they name who was where when."""


def _chosen_file(content_type: str, body: bytes) -> bytes:
    """The bytes of the one file of a form, exactly."""
    found = re.search(r'boundary="?([^";]{1,70})"?', content_type)
    parts = body.split(b"--" + found[1].encode()) if found else []
    for part in parts[1:-1]:
        head, _, held = part.partition(b"\r\n\r\n")
        if b'name="file"' in head:
            return held.removesuffix(b"\r\n")
    raise StationError("form", "The form holds no file. Choose the one that the device saved (assayer-unsent.json).")
