"""What a technician sees at the station: its bookings, and buttons to measure, to stop, to close. On this machine only.

The page shows how much was read and whether the equipment is in order, never whether a value is right: a candidate may look over
the technician's shoulder. It opens with the key that stands in its address, made anew at each start, so that no other page of the
browser can press its buttons.
"""

import hmac
import html
import secrets
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from simulator_adapters.station.agent import Agent
from simulator_adapters.station.bookings import Booking
from simulator_adapters.station.errors import StationError
from simulator_adapters.station.look import STYLE

LONGEST_FORM = 2_000
WORDS = {"waits": "Waits", "ready": "Ready", "running": "Measuring", "done": "Done"}

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{name}: station</title><style>{style}</style>
<main id="main"><h1>{name}</h1><p class="said" role="status">{told}</p>
<p>Entries not on the server yet: {unsent}. Kept for tablets: {kept}.</p>
<h2>Bookings</h2>{bookings}<p><a href="{again}">Look again</a></p></main><script nonce="{nonce}">{script}</script></html>"""
_SCRIPT = """
const main = document.getElementById("main");
setInterval(async () => {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer || !answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
  if (!fresh || fresh.innerHTML === main.innerHTML) return;
  const held = main.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
  main.replaceChildren(...fresh.childNodes);
  const again = held && [...main.querySelectorAll("button")].find((one) => one.getAttribute("aria-label") === held);
  if (again) again.focus();
}, 2000);
"""
"""Shows what changed without taking the focus away; without scripts the link does."""


class Panel:
    """The page and its buttons; `url` opens it."""

    def __init__(self, agent: Agent, name: str, *, port: int = 0) -> None:
        self.agent, self.name = agent, name
        self._key = secrets.token_urlsafe(24)
        panel = self

        class Handler(_PanelHandler):
            shown = panel

        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        except OSError as error:
            raise StationError(
                "address", f"Port {port} of this machine is taken ({error.strerror}). Choose another with --port."
            ) from error
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Where the page stands, with its key."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/?key={self._key}"

    @property
    def hosts(self) -> frozenset[str]:
        """What a browser on this machine names: anything else was sent here by another name."""
        port = self._server.server_address[1]
        return frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})

    def start(self) -> None:
        """Serve in a thread of its own."""
        threading.Thread(target=self._server.serve_forever, name="panel", daemon=True).start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def opens(self, key: str) -> bool:
        """Whether a key is the one of this start."""
        return hmac.compare_digest(key.encode(), self._key.encode())

    def press(self, act: str, key: str) -> None:
        """Do what a button says. Measuring goes on in a thread of its own.

        Raises
        ------
        StationError
            What stands against it.
        """
        booking = self.agent.booking(key)
        match act:
            case "run":
                threading.Thread(target=self._measure, args=(booking,), name=f"run {booking.role}", daemon=True).start()
            case "stop":
                self.agent.stop(booking)
            case "close":
                self.agent.close(booking)
            case "again":
                self.agent.renew(booking)
            case _:
                raise StationError("no-act", "The page has no such button.")

    def _measure(self, booking: Booking) -> None:
        try:
            self.agent.run(booking)
        except StationError as refused:
            self.agent.say(refused.sentence)

    def page(self, nonce: str) -> str:
        """The page as it stands; `nonce` lets its own script run and no other."""
        agent = self.agent
        rows = "".join(self._row(booking) for booking in agent.bookings)
        return _PAGE.format(
            style=STYLE,
            name=html.escape(self.name),
            nonce=nonce,
            script=_SCRIPT,
            again=html.escape(f"/?key={self._key}"),
            told=html.escape(agent.trouble or "In touch with the server."),
            unsent=agent.spool.unsent,
            kept=agent.keeper.waiting,
            bookings=f"<ul>{rows}</ul>"
            if rows
            else "<p>None. They come from the server, from a day and a half before a sitting.</p>",
        )

    def _row(self, booking: Booking) -> str:
        standing = self.agent.standing(booking)
        buttons = {"ready": ("run", "close"), "running": ("stop",), "done": ("again",)}.get(standing.state, ())
        words = {"run": "Measure", "stop": "Stop", "close": "Nothing to measure", "again": "Measure once more"}
        named = f"{booking.station or 'No station'}: {booking.work} ({booking.role})"
        forms = "".join(
            f'<form method="post" action="/"><input type="hidden" name="key" value="{self._key}">'
            f'<input type="hidden" name="booking" value="{html.escape(booking.booking)}">'
            f'<button name="act" value="{act}" aria-label="{words[act]}: {html.escape(named)}">{words[act]}</button></form>'
            for act in buttons
        )
        device = f"{booking.adapter} {booking.serial}" if booking.serial else "no device yet"
        return (
            f"<li><h3>{html.escape(named)}</h3><p>{html.escape(booking.sitting)} · {html.escape(device)}</p>"
            f'<p><span class="state">{WORDS[standing.state]}.</span> {html.escape(standing.sentence)}</p>{forms}</li>'
        )


class _PanelHandler(BaseHTTPRequestHandler):
    shown: Panel
    timeout = 30
    server_version = "assayer-station"
    sys_version = ""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        key = parse_qs(address.query).get("key", [""])[0]
        if address.path != "/" or self._strange() or not self.shown.opens(key):
            self._say(HTTPStatus.NOT_FOUND, "Open the address that the station wrote when it started.")
            return
        nonce = secrets.token_urlsafe(16)
        self._answer(HTTPStatus.OK, self.shown.page(nonce), nonce)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > LONGEST_FORM:
            self._say(HTTPStatus.BAD_REQUEST, "Press a button of the page.")
            return
        said = {name: values[0] for name, values in parse_qs(self.rfile.read(int(length)).decode("latin-1")).items()}
        if self._strange() or not self.shown.opens(said.get("key", "")):
            self._say(HTTPStatus.NOT_FOUND, "Open the address that the station wrote when it started.")
            return
        try:
            self.shown.press(said.get("act", ""), said.get("booking", ""))
        except StationError as refused:
            self._say(HTTPStatus.CONFLICT, refused.sentence)
            return
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", f"/?key={said['key']}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _strange(self) -> bool:
        """Whether the request came under another name than this machine's own (a name that was bent to this address)."""
        return self.headers.get("Host", "") not in self.shown.hosts

    def _say(self, status: HTTPStatus, sentence: str) -> None:
        self._answer(
            status, f'<!doctype html><html lang="en"><title>Station</title><p>{html.escape(sentence)}</p></html>'
        )

    def _answer(self, status: HTTPStatus, page: str, nonce: str = "") -> None:
        body = page.encode()
        script = f"script-src 'nonce-{nonce}'; connect-src 'self'; " if nonce else ""
        policy = f"default-src 'none'; {script}style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # named so by the standard library
        """Requests are not logged: their address holds the key."""
