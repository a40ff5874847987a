"""The second keeper on a real socket: what a tablet leaves is kept byte for byte, told as kept and not as acknowledged."""

import base64
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from simulator_adapters.station import keeper
from simulator_adapters.station.errors import StationError
from simulator_adapters.station.keeper import Keeper, serve
from simulator_adapters.station.keys import station_key
from simulator_adapters.station.uplink import Refused, Unreachable, Uplink

GRANT = f"{base64.urlsafe_b64encode(bytes(21)).decode()}.{base64.urlsafe_b64encode(bytes(24)).decode()}"
BATCH = b'{"stream": "s-1",  "device":"tablet","entries":[]}'
FILE = json.dumps({"assayer": "unsent entries", "version": 1, "batches": []}).encode()


@contextmanager
def listening(kept: Keeper) -> Iterator[http.client.HTTPConnection]:
    server = serve(kept, "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    wire = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=30)
    try:
        yield wire
    finally:
        wire.close()
        server.shutdown()
        server.server_close()


def asked(
    wire: http.client.HTTPConnection, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[int, str]:
    wire.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    response = wire.getresponse()
    return response.status, response.read().decode()


def form(held: bytes) -> tuple[bytes, str]:
    head = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="assayer-unsent.json"\r\n\r\n'
    return head + held + b"\r\n--xyz--\r\n", "multipart/form-data; boundary=xyz"


def test_what_a_tablet_leaves_is_kept_byte_for_byte_once_and_told_as_kept(tmp_path: Path) -> None:
    kept = Keeper(tmp_path)
    with listening(kept) as wire:
        for _ in range(2):
            status, told = asked(wire, "POST", "/journal/entries", BATCH, Authorization=f"Bearer {GRANT}")
            assert (status, json.loads(told)["kept"], "until the server acknowledges it" in told) == (202, True, True)
        body, kind = form(FILE)
        status, page = asked(wire, "POST", "/file", body, Content_Type=kind)
        assert (status, "The station keeps the file." in page, "Waiting to be sent: 2." in page) == (200, True, True)
        assert "Leave what could not be sent" in asked(wire, "GET", "/")[1]
    assert sorted(path.read_bytes() for path in tmp_path.glob("*.bin")) == sorted([BATCH, FILE])
    assert Keeper(tmp_path).waiting == 2


@pytest.mark.parametrize(
    "path, body, headers, status, words",
    [
        ("/journal/entries", BATCH, {}, 400, "no grant of a stream"),
        ("/journal/entries", BATCH, {"Authorization": "Bearer x"}, 400, "no grant of a stream"),
        ("/elsewhere", BATCH, {}, 404, "keeps /journal/entries"),
        ("/file", *[form(b"not ours")[0]], {"Content_Type": form(b"")[1]}, 400, "no file of unsent entries"),
        ("/file", *[form(FILE)[0]], {"Content_Type": form(b"")[1], "Sec_Fetch_Site": "cross-site"}, 400, "Another site"),
        ("/file", b"", {"Content_Type": "text/plain"}, 400, "holds no file"),
    ],
)  # fmt: skip
def test_what_is_not_for_it_is_refused_with_a_sentence(
    tmp_path: Path, path: str, body: bytes, headers: dict[str, str], status: int, words: str
) -> None:
    kept = Keeper(tmp_path)
    with listening(kept) as wire:
        found, told = asked(wire, "POST", path, body, **headers)
    assert (found, words in told, kept.waiting) == (status, True, 0)


def test_a_keeper_that_is_full_says_so_and_drops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Keeper(tmp_path)
    kept.keep(BATCH, grant=GRANT)
    monkeypatch.setattr(keeper, "MOST_PIECES", 1)
    with listening(kept) as wire:
        status, told = asked(wire, "POST", "/journal/entries", BATCH + b" ", Authorization=f"Bearer {GRANT}")
        assert (status, "Keep it on the device" in told) == (507, True)
        assert asked(wire, "POST", "/journal/entries", BATCH, Authorization=f"Bearer {GRANT}")[0] == 202
    assert kept.waiting == 1


class Answering(Uplink):
    """An uplink whose answers are laid out beforehand; what was sent stays to be looked at."""

    def __init__(self, folder: Path, *answers: Any) -> None:
        super().__init__("http://127.0.0.1:1", station_key(folder))
        self.answers, self.sent = list(answers), list[tuple[str, bytes]]()

    def forward(self, token: str, body: bytes) -> tuple[int, dict[str, Any]]:
        self.sent.append((token, body))
        answer: tuple[int, dict[str, Any]] = self._next()
        return answer

    def hand_in(self, data: bytes) -> dict[str, Any]:
        self.sent.append(("", data))
        answer: dict[str, Any] = self._next()
        return answer

    def _next(self) -> Any:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_it_is_forwarded_as_it_came_and_let_go_only_when_the_server_has_answered_for_it(tmp_path: Path) -> None:
    kept = Keeper(tmp_path / "kept")
    kept.keep(BATCH, grant=GRANT)
    uplink = Answering(
        tmp_path, Unreachable("unreachable", "away"), (409, {"code": "gap"}), (503, {"code": "not-saved"}), (200, {})
    )
    with pytest.raises(Unreachable):
        kept.forward(uplink)
    assert [kept.forward(uplink) for _ in range(3)] == [0, 0, 1]
    assert uplink.sent == [(GRANT, BATCH)] * 4
    assert (kept.waiting, [path.read_bytes() for path in (kept.folder / "sent").glob("*.bin")]) == (0, [BATCH])
    assert kept.keep(BATCH, grant=GRANT)
    assert kept.waiting == 0  # the tablet came again: the server has it already


def test_what_people_have_to_look_at_stays_at_the_station_too(tmp_path: Path) -> None:
    kept = Keeper(tmp_path / "kept")
    kept.keep(BATCH, grant=GRANT)
    kept.keep(FILE)
    uplink = Answering(tmp_path, (409, {"code": "superseded"}), {"appended": 1, "trouble": ["Entry 3 differs."]})
    kept.forward(uplink)
    assert len(list((kept.folder / "refused").glob("*.bin"))) == 2
    kept.keep(FILE + b" ")
    with pytest.raises(Refused):
        kept.forward(Answering(tmp_path, Refused(401, "key", "revoked")))
    assert kept.waiting == 1


def test_a_port_that_is_taken_is_told_with_the_remedy(tmp_path: Path) -> None:
    kept = Keeper(tmp_path)
    with listening(kept) as wire, pytest.raises(StationError, match="Choose another with --keeper"):
        serve(kept, "127.0.0.1", wire.port)
