"""The technician's page on this machine: opened by its key and its own name only, with buttons that do what they say."""

import http.client
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from simulator_adapters.station.agent import Agent
from simulator_adapters.station.bookings import Device
from simulator_adapters.station.devices import device_on_the_line, devices_in
from simulator_adapters.station.errors import StationError
from simulator_adapters.station.keys import station_key
from simulator_adapters.station.panel import Panel
from simulator_adapters.station.uplink import Uplink
from tests.simulator_adapters.scpi_bench import bench
from tests.simulator_adapters.station.test_runner import BOOKED
from tests.simulator_adapters.station.test_spool import granted


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Panel]:
    with bench() as meter:
        device = Device(adapter="scpi", serial="SN0042", config={"host": meter.host, "port": meter.port})
        key = station_key(tmp_path)
        agent = Agent(tmp_path, key, Uplink("http://127.0.0.1:1", key), (device,), bookings=())
        agent.bookings = (BOOKED,)
        agent.spool.open(granted(), BOOKED)
        made = Panel(agent, "Bay <6>")
        made.start()
        yield made
        made.stop()


def asked(panel: Panel, method: str, path: str, body: str = "", host: str = "") -> tuple[int, str]:
    wire = http.client.HTTPConnection("127.0.0.1", urlsplit(panel.url).port, timeout=30)
    try:
        wire.request(method, path, body, {"Host": host or f"127.0.0.1:{wire.port}"})
        response = wire.getresponse()
        return response.status, response.read().decode()
    finally:
        wire.close()


def pressed(panel: Panel, act: str, key: str = "") -> tuple[int, str]:
    opening = urlsplit(panel.url).query.removeprefix("key=")
    return asked(panel, "POST", "/", urlencode({"act": act, "booking": BOOKED.booking, "key": key or opening}))


def shown(panel: Panel) -> str:
    status, page = asked(panel, "GET", f"/?{urlsplit(panel.url).query}")
    assert status == 200
    return page


@pytest.mark.slow
def test_measure_is_one_press_and_no_value_or_verdict_is_shown(panel: Panel) -> None:
    assert "Bay &lt;6&gt;" in shown(panel)
    assert "Measure: bay 1: PT-ECW-1 (adapter:1)" in shown(panel)
    assert pressed(panel, "run")[0] == 303
    end = time.monotonic() + 60
    while "Done." not in shown(panel) and time.monotonic() < end:
        time.sleep(0.05)
    page = shown(panel)
    assert "2 readings are recorded." in page
    assert not any(word in page for word in ("PASS", "FAIL", "0.32", "230"))
    assert panel.agent.spool.unsent == 4


def test_only_its_own_name_and_key_open_it(panel: Panel) -> None:
    query = urlsplit(panel.url).query
    for path, host in ((f"/?{query}x", ""), ("/", ""), (f"/?{query}", "bent.example:80"), (f"/other?{query}", "")):
        assert asked(panel, "GET", path, host=host)[0] == 404
    assert pressed(panel, "run", key="guessed")[0] == 404
    assert pressed(panel, "nothing")[0] == 409
    assert asked(panel, "POST", "/", "x" * 3_000)[0] == 400
    assert panel.agent.spool.unsent == 0


def test_nothing_to_measure_closes_the_stream_so_that_the_attempt_can_be_sealed(panel: Panel) -> None:
    assert pressed(panel, "close")[0] == 303
    (stream,) = panel.agent.spool.streams.values()
    assert ([entry.kind for entry in stream.pending], stream.closed) == (["close"], True)
    assert "Measure once more" in shown(panel)
    with pytest.raises(StationError, match="Go online once"):
        panel.agent.run(BOOKED)


def test_one_device_measures_for_one_booking_at_a_time(panel: Panel) -> None:
    panel.agent._running[BOOKED.booking] = threading.Event()
    with pytest.raises(StationError, match="is measuring already"):
        panel.agent.run(BOOKED)
    assert panel.agent.health()["state"] == "busy"


AT_BENCH = "[[device]]\nadapter = 'scpi'\nserial = 'SN0042'\nhost = '10.0.0.12'\n"


@pytest.mark.parametrize(
    "text, words",
    [
        ("[[device]]\nadapter = 'scpi'\n", "device 1: it needs adapter and serial"),
        (f"{AT_BENCH}port = 0\n", "device 1: port: 0 is less than 1"),
        (f"{AT_BENCH}prot = 5025\n", "device 1: port is missing"),
        (AT_BENCH.replace("scpi", "toaster"), "device 1: No adapter is called 'toaster'"),
        ("device = 3", r"write devices as \[\[device\]\]"),
        ("[[device", "can't be read"),
    ],
)
def test_a_file_of_devices_that_can_not_be_read_names_the_place(tmp_path: Path, text: str, words: str) -> None:
    assert devices_in(tmp_path) == ()
    (tmp_path / "station.toml").write_text(text)
    with pytest.raises(StationError, match=words):
        devices_in(tmp_path)
    with pytest.raises(StationError, match="write ADAPTER=SERIAL@HOST:PORT"):
        device_on_the_line("scpi=SN0042")
    (tmp_path / "station.toml").write_text(f"{AT_BENCH}port = 5025\nseconds = 60\n")
    assert devices_in(tmp_path)[0].config == {"host": "10.0.0.12", "port": 5025, "seconds": 60}
    assert device_on_the_line("sunspec=INV-1@[::1]:502").config == {"host": "::1", "port": 502}


def test_a_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    first = station_key(tmp_path)
    assert station_key(tmp_path).public_key() == first.public_key()
    (tmp_path / "station.pem").chmod(0o644)
    with pytest.raises(StationError, match="Run chmod 600"):
        station_key(tmp_path)
